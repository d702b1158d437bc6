//! `portreeve requirement assess`: answers to indicators, from which a grade follows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{ArgGroup, Args};
use portreeve_model::reference::{IndicatorId, OrganisationId};
use portreeve_model::register::assessment::{AnswersChecked, IndicatorAnswer, IndicatorsAnswered};
use portreeve_model::text::Note;

use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;

/// Answers to indicators.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("where").required(true).args(["id", "sheet"]))]
pub(crate) struct AssessArgs {
    /// The requirement
    #[arg(value_name = "REF")]
    id: Option<String>,
    /// Record what a sheet of `requirement sheet` says otherwise than what is held: all of it, or nothing
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["yes", "no", "alternative", "exempt", "rest_no"])]
    sheet: Option<PathBuf>,
    /// Indicators that are true of the organisation
    #[arg(long, value_name = "INDICATOR", num_args = 1..)]
    yes: Vec<IndicatorId>,
    /// Indicators that are not
    #[arg(long, value_name = "INDICATOR", num_args = 1..)]
    no: Vec<IndicatorId>,
    /// One that something else stands in for, and what
    #[arg(long, value_names = ["INDICATOR", "COMMENT"], num_args = 2)]
    alternative: Vec<String>,
    /// One that cannot apply here, and why
    #[arg(long, value_names = ["INDICATOR", "COMMENT"], num_args = 2)]
    exempt: Vec<String>,
    /// Answer every indicator that is named nowhere else with no
    #[arg(long)]
    rest_no: bool,
    /// For whom [default: every organisation; a sheet is for one]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
}

/// Records the answers.
pub(super) fn assess(args: AssessArgs, door: &mut Door) -> Result<Outcome, Failure> {
    if let Some(sheet) = &args.sheet {
        return super::sheet::assess(sheet, &args.organisations, door);
    }
    let mut desk = door.write()?;
    let requirement = resolve::requirement(desk.register(), args.id.as_deref().unwrap_or_default())?;
    let organisations = resolve::organisations(desk.register(), &args.organisations)?;
    let mut answers = given(&args)?;
    if args.rest_no {
        let adopted = desk.register().frameworks.get(&requirement.framework);
        let known = adopted.and_then(|held| held.event.indicators.get(&requirement.number));
        for id in known.into_iter().flatten() {
            answers.entry(id.clone()).or_insert(IndicatorAnswer::No);
        }
    }
    let holding = answers.values().filter(|answer| answer.holds()).count();
    let change = Change::new(format!("Answered {} of {requirement}", indicators(answers.len())))
        .of(&requirement)
        .list("for", &organisations)
        .fact("true", holding)
        .fact("not true", answers.len() - holding);
    let check = AnswersChecked {
        requirement: requirement.clone(),
        organisations: organisations.clone(),
        accepted: true,
        note: None,
    };
    let recorded = desk.record(vec![IndicatorsAnswered { requirement, organisations, answers }.into()])?;
    let check = desk.hint_of_check(check);
    let change = change.note(format!("They count as verified once somebody else agrees: {check}"));
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn indicators(count: usize) -> String {
    if count == 1 { "1 indicator".to_owned() } else { format!("{count} indicators") }
}

/// The answers as they were typed; one indicator has one answer.
fn given(args: &AssessArgs) -> Result<BTreeMap<IndicatorId, IndicatorAnswer>, Failure> {
    let mut answers = BTreeMap::new();
    let mut take = |id: IndicatorId, answer: IndicatorAnswer| match answers.insert(id.clone(), answer) {
        None => Ok(()),
        Some(_) => Err(Failure::usage(format!("the indicator `{id}` is answered twice")).help("keep one of the two")),
    };
    for id in &args.yes {
        take(id.clone(), IndicatorAnswer::Yes)?;
    }
    for id in &args.no {
        take(id.clone(), IndicatorAnswer::No)?;
    }
    for (id, comment) in commented(&args.alternative)? {
        take(id, IndicatorAnswer::Alternative(comment))?;
    }
    for (id, comment) in commented(&args.exempt)? {
        take(id, IndicatorAnswer::Exempt(comment))?;
    }
    Ok(answers)
}

/// Indicators with their comments, which the command line gives as one word after the other.
fn commented(words: &[String]) -> Result<Vec<(IndicatorId, Note)>, Failure> {
    let pairs = words.chunks_exact(2).map(|pair| {
        let id = pair[0].parse().map_err(|error| Failure::usage(format!("{error}")))?;
        let comment = pair[1].parse().map_err(|error| Failure::usage(format!("{error}")))?;
        Ok((id, comment))
    });
    pairs.collect()
}
