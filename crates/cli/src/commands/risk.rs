//! `portreeve risk`: a named role accepts a risk until a date, with something that lowers it meanwhile.

use clap::{Args, Subcommand};
use portreeve_model::Day;
use portreeve_model::reference::{PersonId, RiskId};
use portreeve_model::register::decision::{AcceptanceWithdrawn, RiskAccepted};
use portreeve_model::text::Note;

use super::Run;
use super::action::covered;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::next_free;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;

/// Risks that somebody accepts until a date
#[derive(Debug, Subcommand)]
pub(crate) enum RiskCommand {
    /// Accept the risk of findings until a date
    Accept(AcceptArgs),
    /// End an acceptance before its date
    End(EndArgs),
    /// List acceptances, soonest to end first
    List,
    /// Show one
    Show(ShowArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// The findings, or single hosts of them as ITHC-040:web01
    #[arg(value_name = "FINDING[:HOST]", required = true)]
    findings: Vec<String>,
    /// The last day on which it holds
    #[arg(long, value_name = "DATE")]
    until: Day,
    /// Who accepts [default: you]
    #[arg(long = "by", value_name = "PERSON")]
    accepted_by: Option<PersonId>,
    /// Why it is not fixed now
    #[arg(long)]
    reason: Note,
    /// What lowers the risk meanwhile (the compensating control)
    #[arg(long, value_name = "TEXT")]
    control: Note,
    /// The paper that shows it, when you record what somebody else decided
    #[arg(long, value_name = "TEXT")]
    minute: Option<Note>,
    /// Its reference [default: the next free one]
    #[arg(long)]
    id: Option<RiskId>,
}

#[derive(Debug, Args)]
pub(crate) struct EndArgs {
    /// The acceptance
    id: RiskId,
    /// Why
    #[arg(long)]
    reason: Note,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its reference
    id: RiskId,
}

impl Run for RiskCommand {
    fn doing(&self) -> &'static str {
        match self {
            RiskCommand::Accept(_) => "accept the risk",
            RiskCommand::End(_) => "end the risk acceptance",
            RiskCommand::List => "list the risk acceptances",
            RiskCommand::Show(_) => "show the risk acceptance",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            RiskCommand::Accept(args) => accept(args, door),
            RiskCommand::End(args) => end(args, door),
            RiskCommand::List => view::risks(&door.ask()?),
            RiskCommand::Show(args) => view::risk(&door.ask()?, &args.id),
        }
    }
}

fn accept(args: AcceptArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let findings = covered(desk.register(), &args.findings)?;
    let id = match args.id {
        Some(id) => id,
        None => next_free::risk(desk.history())?,
    };
    let accepted_by = args.accepted_by.unwrap_or_else(|| desk.by.clone());
    let change = Change::new(format!("Accepted the risk of {}", args.findings.join(", ")))
        .of(&id)
        .fact("reference", &id)
        .fact("accepted by", &accepted_by)
        .fact("until", args.until)
        .fact("reason", &args.reason)
        .fact("meanwhile", &args.control)
        .maybe("minute", args.minute.as_ref())
        .note("It is shown apart from what is fixed, and opens again by itself when it ends.");
    let event = RiskAccepted {
        id,
        findings,
        accepted_by,
        until: args.until,
        reason: args.reason,
        compensating_control: args.control,
        minute: args.minute,
    };
    let recorded = desk.record(vec![event.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn end(args: EndArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("risk acceptance", &args.id, &desk.register().risks, "risk list")?;
    let change = Change::new(format!("Ended {}", args.id))
        .of(&args.id)
        .list("open again", held.event.findings.keys())
        .fact("reason", &args.reason);
    let recorded = desk.record(vec![AcceptanceWithdrawn { id: args.id, reason: args.reason }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
