//! `portreeve requirement sheet` and `assess --sheet`: an assessment as a spreadsheet, out and back in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use portreeve_engine::{EngineError, Mode, write_new};
use portreeve_model::Register;
use portreeve_model::reference::{OrganisationId, RequirementId};
use portreeve_model::register::assessment::{AnswersChecked, IndicatorAnswer, IndicatorsAnswered};
use portreeve_reporting::sheet::{self, Sheet};
use portreeve_reporting::words::count;
use serde_json::{Value, json};

use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::rule_file::file;

#[derive(Debug, Args)]
pub(crate) struct SheetArgs {
    /// The framework, or the scheme that judges it
    #[arg(value_name = "ID")]
    framework: String,
    /// Whose answers to fill in [default: the only organisation]
    #[arg(long, value_name = "ID")]
    organisation: Option<OrganisationId>,
    /// The file to write [default: the framework's reference and .csv, in this folder]
    #[arg(long, value_name = "FILE.csv")]
    out: Option<PathBuf>,
}

/// Writes the indicators of a framework with the answers held.
pub(super) fn write(args: &SheetArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mode = door.mode();
    let window = door.ask()?;
    let register = window.register();
    let id = resolve::framework(register, &args.framework)?;
    let framework = window.session.framework(register, &id)?;
    let indicators: usize = framework.requirements.iter().map(|asked| asked.indicators.len()).sum();
    if indicators == 0 {
        return Err(Failure::usage(format!("no requirement of {id} has indicators, so there is nothing to answer"))
            .help("say how each is met: `portreeve requirement state REF --statement TEXT`"));
    }
    let whom = one_of(register, args.organisation.as_slice())?;
    let held = |asked: &RequirementId| register.assessments.get(&(whom.clone(), asked.clone()));
    let answered: usize = register
        .assessments
        .iter()
        .filter(|((who, asked), _)| who == &whom && asked.framework == id)
        .map(|(_, held)| held.answers.len())
        .sum();
    let bytes = sheet::write(&framework, held);
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{id}.csv")));
    let said = match mode {
        Mode::DryRun => "Dry run: nothing was written. It would be",
        Mode::Write => {
            write_new(&path, &bytes)?;
            "Wrote"
        }
    };
    let text = format!(
        "{said} {} of {id} for {whom} to {}, {answered} of them answered.\n\
         Answer yes, no, alternative or exempt; the last two with a comment. Save it as CSV UTF-8.\n\
         Next: portreeve requirement assess --sheet {}\n",
        count(indicators as u64, "indicator"),
        path.display(),
        path.display()
    );
    let object = json!({
        "dry_run": mode == Mode::DryRun,
        "framework": id,
        "organisation": whom,
        "file": path,
        "indicators": indicators,
        "answered": answered,
    });
    Ok(Outcome::new(window.is_demonstration(), "portreeve.sheet/1", text, object))
}

/// The organisation of a sheet. With several, one council's answers must not become another's by leaving out a flag.
fn one_of(register: &Register, named: &[OrganisationId]) -> Result<OrganisationId, Failure> {
    let whom = resolve::organisations(register, named)?;
    let mut all = whom.iter();
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(Failure::usage("there is no organisation in this register")
            .help("add one: `portreeve organisation add ID NAME`")),
        _ => {
            let names: Vec<String> = whom.iter().map(ToString::to_string).collect();
            Err(Failure::usage("a sheet holds the answers of one organisation, and none is named")
                .help(format!("say whose with `--organisation`: {}", names.join(", "))))
        }
    }
}

/// Records what a sheet says otherwise than what is held, as one command.
pub(super) fn assess(path: &Path, named: &[OrganisationId], door: &mut Door) -> Result<Outcome, Failure> {
    let bytes = file(path)?;
    let mut desk = door.write()?;
    let register = desk.register();
    let whom = one_of(register, named)?;
    let shown = path.display().to_string();
    let sheet = sheet::read(&shown, &bytes, register)
        .map_err(|problems| EngineError::Catalogue { what: format!("the sheet {shown}"), problems })?;
    let demonstration = register.is_demonstration();
    let told = differences(register, &whom, &sheet);
    let events = changed(register, &whom, &sheet);
    let lost = lost(&sheet);
    if events.is_empty() {
        let why = match sheet.answers.is_empty() {
            true => format!("No row of {shown} has an answer"),
            false => format!("Every answer in {shown} is held for {whom} already"),
        };
        let text = format!("{why}, so nothing was recorded.\n");
        let object = json!({ "dry_run": desk.mode == Mode::DryRun, "entries": [], "changes": [] });
        return Ok(lost
            .into_iter()
            .fold(Outcome::new(demonstration, "portreeve.change/1", text, object), Outcome::warn));
    }
    let answers: usize = events.iter().map(|event| event.answers.len()).sum();
    let mut change = Change::new(format!(
        "Answered {} of {} for {whom} from {shown}",
        count(answers as u64, "indicator"),
        count(events.len() as u64, "requirement")
    ))
    .of(&whom);
    for event in &events {
        let holding = event.answers.values().filter(|answer| answer.holds()).count();
        let not = event.answers.len() - holding;
        change = change.fact("changed", format!("{}  {holding} true, {not} not true", event.requirement));
    }
    if sheet.empty > 0 {
        change = change.note(format!("{} left empty; what is held for them stays.", count(sheet.empty as u64, "row")));
    }
    let accepted = |event: &IndicatorsAnswered| AnswersChecked {
        requirement: event.requirement.clone(),
        organisations: event.organisations.clone(),
        accepted: true,
        note: None,
    };
    let checks = events.iter().map(|event| accepted(event).into()).collect();
    let recorded = desk.record(events.into_iter().map(Into::into).collect())?;
    let check = desk.hint_of_checks(checks);
    let change = change.note(format!("They count as verified once somebody else agrees: {check}"));
    let outcome = change.more(json!({ "changes": told })).told(demonstration, &recorded);
    Ok(lost.into_iter().fold(outcome, Outcome::warn))
}

/// What is to be recorded: of each requirement the answers that are not held as they are.
fn changed(register: &Register, whom: &OrganisationId, sheet: &Sheet) -> Vec<IndicatorsAnswered> {
    let fresh = |(requirement, answers): (&RequirementId, &_)| {
        let held = register.assessments.get(&(whom.clone(), requirement.clone()));
        let mut answers: std::collections::BTreeMap<_, IndicatorAnswer> = Clone::clone(answers);
        answers.retain(|id, answer| held.and_then(|held| held.answers.get(id)) != Some(answer));
        let organisations = BTreeSet::from([whom.clone()]);
        (!answers.is_empty()).then(|| IndicatorsAnswered { requirement: requirement.clone(), organisations, answers })
    };
    sheet.answers.iter().filter_map(fresh).collect()
}

/// Each answer that changes, from what to what, for machines.
fn differences(register: &Register, whom: &OrganisationId, sheet: &Sheet) -> Vec<Value> {
    let mut told = Vec::new();
    for event in changed(register, whom, sheet) {
        let held = register.assessments.get(&(whom.clone(), event.requirement.clone()));
        for (indicator, answer) in &event.answers {
            let before = held.and_then(|held| held.answers.get(indicator));
            let (requirement, to) = (&event.requirement, answer);
            told.push(json!({ "requirement": requirement, "indicator": indicator, "from": before, "to": to }));
        }
    }
    told
}

/// That comments go nowhere, so that nobody believes them kept.
fn lost(sheet: &Sheet) -> Option<String> {
    let rows: Vec<String> = sheet.comments_lost.iter().take(ROWS_NAMED).map(ToString::to_string).collect();
    let more = sheet.comments_lost.len().saturating_sub(ROWS_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let which = if sheet.comments_lost.len() == 1 { "row" } else { "rows" };
    (!rows.is_empty()).then(|| {
        format!(
            "comments beside yes, no or nothing are not kept: {which} {}{more}\n\
             say it of the requirement instead: `portreeve requirement state REF --statement TEXT`",
            rows.join(", ")
        )
    })
}

/// Rows named before the rest is counted: a line of a terminal.
const ROWS_NAMED: usize = 12;
