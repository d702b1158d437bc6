//! Seeing work done: its owner claims it, somebody else verifies it; or it is opened again, or will not be done.

use clap::Args;
use portreeve_model::Day;
use portreeve_model::reference::ActionId;
use portreeve_model::register::action::{ActionClaimed, ActionReopened, ActionVerified, ActionWithdrawn};
use portreeve_model::text::Note;

use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;

#[derive(Debug, Args)]
pub(crate) struct ClaimArgs {
    /// The action
    id: ActionId,
    /// The day the work was finished [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<Day>,
    /// What was done
    #[arg(long)]
    note: Option<Note>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The action
    id: ActionId,
    /// What you saw
    #[arg(long)]
    note: Option<Note>,
}

#[derive(Debug, Args)]
pub(crate) struct ReasonArgs {
    /// The action
    id: ActionId,
    /// Why
    #[arg(long)]
    reason: Note,
}

pub(super) fn claim(args: ClaimArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("action", &args.id, &desk.register().actions, "action list")?;
    let on = args.on.unwrap_or_else(|| desk.session.today());
    let mut change = Change::new(format!("Claimed {}  {}", args.id, held.title)).of(&args.id).fact("finished on", on);
    change = change.maybe("note", args.note.as_ref());
    change = if held.evidence.is_empty() {
        change.note(format!(
            "Nothing shows it yet: portreeve evidence add FILE… --for {} --kind KIND --shows DATE",
            args.id
        ))
    } else {
        change
    };
    let shown = !held.evidence.is_empty();
    let id = args.id.clone();
    let recorded = desk.record(vec![ActionClaimed { id: args.id, on, note: args.note }.into()])?;
    if shown {
        let verify = desk.hint_of_check(ActionVerified { id, note: None });
        change = change.note(format!("It counts once somebody else has verified it: {verify}"));
    }
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

pub(super) fn verify(args: VerifyArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("action", &args.id, &desk.register().actions, "action list")?;
    let change = Change::new(format!("Verified {}  {}", args.id, held.title))
        .of(&args.id)
        .list("evidence", desk.register().grounds(held))
        .list("closes", super::plan::closes_in_words(&held.closes))
        .maybe("note", args.note.as_ref());
    let recorded = desk.record(vec![ActionVerified { id: args.id, note: args.note }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

pub(super) fn reopen(args: ReasonArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let change = Change::new(format!("Opened {} again", args.id)).of(&args.id).fact("reason", &args.reason);
    let recorded = desk.record(vec![ActionReopened { id: args.id, reason: args.reason }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

pub(super) fn withdraw(args: ReasonArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let change = Change::new(format!("Withdrew {}", args.id))
        .of(&args.id)
        .fact("reason", &args.reason)
        .note("Its findings stay as open as they are.");
    let recorded = desk.record(vec![ActionWithdrawn { id: args.id, reason: args.reason }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
