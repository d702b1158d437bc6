//! `portreeve requirement check`: a second person's word on answers, or on what is said not to apply.

use std::collections::{BTreeMap, BTreeSet};

use clap::{ArgGroup, Args};
use portreeve_model::reference::{FrameworkId, OrganisationId, RequirementId};
use portreeve_model::register::assessment::AnswersChecked;
use portreeve_model::register::requirement::{ExclusionChecked, Stance};
use portreeve_model::text::Note;
use portreeve_reporting::words::count;

use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["id", "framework"]))]
#[command(group = ArgGroup::new("answer").args(["accept", "reject"]))]
pub(crate) struct CheckArgs {
    /// The requirement
    #[arg(value_name = "REF")]
    id: Option<String>,
    /// Every requirement of this framework whose answers wait for a check; say --accept or --reject
    #[arg(long, value_name = "ID", requires = "answer")]
    framework: Option<FrameworkId>,
    /// It is as they say: what is said of one requirement when nothing is
    #[arg(long)]
    accept: bool,
    /// It is not
    #[arg(long)]
    reject: bool,
    /// What you say to it
    #[arg(long)]
    note: Option<Note>,
    /// For whom [default: every organisation]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
}

impl CheckArgs {
    fn accepted(&self) -> bool {
        self.accept || !self.reject
    }

    fn said(&self) -> &'static str {
        if self.accepted() { "Agreed" } else { "Did not agree" }
    }
}

pub(super) fn check(args: CheckArgs, door: &mut Door) -> Result<Outcome, Failure> {
    match (&args.framework, &args.id) {
        (Some(framework), _) => all(framework, &args, door),
        (None, Some(id)) => one(id, &args, door),
        (None, None) => Err(Failure::usage("neither a requirement nor a framework is named")),
    }
}

/// Checks whatever of the requirement waits for a check: that it does not apply, or else the answers to its indicators.
fn one(id: &str, args: &CheckArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let requirement = resolve::requirement(desk.register(), id)?;
    let organisations = resolve::organisations(desk.register(), &args.organisations)?;
    let keys = || organisations.iter().map(|whom| (whom.clone(), requirement.clone()));
    let register = desk.register();
    let excluded = keys().any(|key| matches!(register.stances.get(&key), Some(Stance::Excluded { checked: None, .. })));
    let answered = keys().any(|key| register.assessments.contains_key(&key));
    let change = if answered && !excluded {
        Change::new(format!("{} with the answers to {requirement}", args.said()))
    } else {
        Change::new(format!("{} that {requirement} does not apply", args.said()))
    };
    let change = change.of(&requirement).list("for", &organisations).maybe("note", args.note.as_ref());
    let (accepted, note) = (args.accepted(), args.note.clone());
    let event = if answered && !excluded {
        AnswersChecked { requirement, organisations, accepted, note }.into()
    } else {
        ExclusionChecked { requirement, organisations, accepted, note }.into()
    };
    let recorded = desk.record(vec![event])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

/// Checks all answers of a framework that wait for a check, as one command: all are checked, or none.
fn all(framework: &FrameworkId, args: &CheckArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let organisations = resolve::organisations(desk.register(), &args.organisations)?;
    let register = desk.register();
    resolve::held("adopted framework", framework, &register.frameworks, "framework list")?;
    let mut waiting: BTreeMap<RequirementId, BTreeSet<OrganisationId>> = BTreeMap::new();
    for ((whom, requirement), held) in &register.assessments {
        if &requirement.framework == framework && held.check.is_none() && organisations.contains(whom) {
            waiting.entry(requirement.clone()).or_default().insert(whom.clone());
        }
    }
    if waiting.is_empty() {
        return Err(Failure::usage(format!("no answers to {framework} wait for a check"))
            .help("`portreeve requirement list` shows what is open"));
    }
    let excluded = register.stances.iter().filter(|((whom, requirement), stance)| {
        &requirement.framework == framework
            && organisations.contains(whom)
            && matches!(stance, Stance::Excluded { checked: None, .. })
    });
    let excluded: BTreeSet<String> = excluded.map(|((_, requirement), _)| requirement.to_string()).collect();
    let checked: BTreeSet<&OrganisationId> = waiting.values().flatten().collect();
    let what = count(waiting.len() as u64, "requirement");
    let mut change = Change::new(format!("{} with the answers to {what} of {framework}", args.said()))
        .of(framework)
        .list("for", checked)
        .list("requirements", waiting.keys().map(|id| &id.number))
        .maybe("note", args.note.as_ref());
    if !excluded.is_empty() {
        let named = excluded.into_iter().collect::<Vec<_>>().join(", ");
        change = change.note(format!(
            "Said not to apply, and still to be checked one by one with `portreeve requirement check REF`: {named}"
        ));
    }
    let (accepted, note) = (args.accepted(), args.note.clone());
    let checks = waiting.into_iter().map(|(requirement, organisations)| {
        AnswersChecked { requirement, organisations, accepted, note: note.clone() }.into()
    });
    let recorded = desk.record(checks.collect())?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
