//! `portreeve retention`: the council's own retention schedule. What it lets go is told by `portreeve evidence retention`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use portreeve_model::reference::RetentionId;
use portreeve_model::register::retention::{Keep, RetentionChecked, RetentionSet};
use portreeve_model::text::Note;
use portreeve_model::words::{EvidenceKind, Marking, RetentionStart};
use portreeve_reporting::{lists, words};

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::view;
use crate::vocabulary::words;

const EXAMPLE: &str = "\
A rule says when evidence may go. Nothing goes by itself, and the longest rule about an item decides.

Example:
  portreeve retention set reports --kind health-check-report --years 6 --after certificate \\
      --authority \"Retention schedule 2026, line 14.2\" --reason \"Limitation Act 1980\"";

/// How long evidence is kept: the council's retention schedule
#[derive(Debug, Subcommand)]
pub(crate) enum RetentionCommand {
    /// Set a rule, or replace it; it counts once somebody else has agreed with it
    #[command(after_help = EXAMPLE)]
    Set(SetArgs),
    /// Agree with a rule that somebody else has set, or do not
    Check(CheckArgs),
    /// List the rules
    List,
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    /// Its reference, as six-years
    id: RetentionId,
    /// A kind of evidence it is about, several times for several [default: every kind]
    #[arg(long = "kind", value_name = "KIND", value_parser = words!(EvidenceKind))]
    kinds: Vec<EvidenceKind>,
    /// A marking it is about, several times for several [default: every marking]
    #[arg(long = "marking", value_name = "MARKING", value_parser = words!(Marking))]
    markings: Vec<Marking>,
    /// How many years it is kept, 1 to 100
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    #[arg(required_unless_present = "for_ever", conflicts_with = "for_ever")]
    years: Option<u8>,
    /// The day from which the years count
    #[arg(long, value_name = "DAY", default_value = "shown", value_parser = words!(RetentionStart))]
    after: RetentionStart,
    /// Keep it for ever
    #[arg(long)]
    for_ever: bool,
    /// The line of the council's schedule, or the minute, that it comes from
    #[arg(long, value_name = "TEXT")]
    authority: Note,
    /// Why it is so
    #[arg(long)]
    reason: Note,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The rule
    id: RetentionId,
    /// You do not agree: why
    #[arg(long, value_name = "TEXT", conflicts_with = "note")]
    reject: Option<Note>,
    /// What you saw
    #[arg(long)]
    note: Option<Note>,
}

impl Run for RetentionCommand {
    fn doing(&self) -> &'static str {
        match self {
            RetentionCommand::Set(_) => "set the retention rule",
            RetentionCommand::Check(_) => "check the retention rule",
            RetentionCommand::List => "list the retention rules",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            RetentionCommand::Set(args) => set(args, door),
            RetentionCommand::Check(args) => check(args, door),
            RetentionCommand::List => {
                let window = door.ask()?;
                let table = lists::retention(window.register(), window.as_of.on);
                view::listed(&window, "portreeve.retention-rules/1", &table)
            }
        }
    }
}

fn set(args: SetArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let keep = match args.years {
        Some(years) => Keep::Years { years, after: args.after },
        None => Keep::Ever,
    };
    let event = RetentionSet {
        id: args.id,
        kinds: args.kinds.into_iter().collect::<BTreeSet<_>>(),
        markings: args.markings.into_iter().collect::<BTreeSet<_>>(),
        keep,
        authority: args.authority,
        reason: args.reason,
    };
    let replaced = desk.register().retention.contains_key(&event.id);
    let headline = if replaced { "Replaced the retention rule" } else { "Set the retention rule" };
    let change = Change::new(format!("{headline} {}", event.id))
        .of(&event.id)
        .fact("rule", words::retention_rule(&event))
        .fact("authority", &event.authority)
        .fact("reason", &event.reason);
    let agreed = RetentionChecked { id: event.id.clone(), accepted: true, note: None };
    let recorded = desk.record(vec![event.into()])?;
    let check = desk.hint_of_check(agreed);
    let change = change.note(format!("It lets nothing go until somebody else has agreed with it: {check}"));
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn check(args: CheckArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let accepted = args.reject.is_none();
    let said = if accepted { "Agreed with" } else { "Did not agree with" };
    let note = args.reject.or(args.note);
    let rule = desk.register().retention.get(&args.id).map(|held| words::retention_rule(&held.event));
    let change = Change::new(format!("{said} the retention rule {}", args.id))
        .of(&args.id)
        .maybe("rule", rule)
        .maybe("note", note.as_ref())
        .note("What the rules let go: portreeve evidence retention");
    let recorded = desk.record(vec![RetentionChecked { id: args.id, accepted, note }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
