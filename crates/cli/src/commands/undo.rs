//! `portreeve undo`: a command is taken back by another entry; nothing is erased.

use clap::Args;
use portreeve_engine::EngineError;
use portreeve_model::event::Undone;
use portreeve_model::reference::{CommandId, PersonId};
use portreeve_model::text::Note;
use portreeve_model::{Event, History, Refusal};

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Take back a command of your own, by another entry
#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// An entry number or a command [default: your last command that stands and was no undo]
    #[arg(value_name = "ENTRY or COMMAND")]
    what: Option<String>,
    /// Why
    #[arg(long)]
    reason: Note,
}

impl Run for UndoArgs {
    fn doing(&self) -> &'static str {
        "undo the command"
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let mut desk = door.write()?;
        let history = desk.session.history();
        let command = match &self.what {
            Some(given) => named(history, given)?,
            None => last(history, &desk.by)?,
        };
        if history.is_undone(&command) {
            return Err(undone_already(history, &command));
        }
        let taken: Vec<_> = history.of_command(&command).map(|(number, entry)| (number.index(), entry)).collect();
        let kinds: Vec<String> =
            taken.iter().map(|(number, entry)| format!("entry {number}, {}", entry.event.kind())).collect();
        let change = Change::new(format!("Took back {}", kinds.join("; ")))
            .of(&command)
            .fact("reason", &self.reason)
            .note("The entries stay in the ledger; the register stands as if they had not been made.");
        let recorded = desk.record(vec![Undone { command, reason: self.reason }.into()])?;
        Ok(change.told(desk.register().is_demonstration(), &recorded))
    }
}

/// Who took it back, and how to bring it back.
fn undone_already(history: &History, command: &CommandId) -> Failure {
    let undoing = history.entries().iter().rev().find_map(|(number, entry)| match &entry.event {
        Event::Undone(undone) if &undone.command == command && !history.is_undone(&entry.command) => {
            Some((number.index(), &entry.by))
        }
        _ => None,
    });
    let failure = Failure::from(EngineError::Refused(Refusal::NothingChanges));
    match undoing {
        Some((number, by)) => failure
            .help(format!("entry {number} took it back already"))
            .help(format!("to bring it back: `portreeve undo {number} --reason \"…\" --as {by}`")),
        None => failure,
    }
}

/// The command named by one of its entries, or by itself. Commands are long digits, entries are short numbers.
fn named(history: &History, given: &str) -> Result<CommandId, Failure> {
    let unknown = || {
        Failure::usage(format!("there is no entry or command `{given}`"))
            .help("`portreeve log` shows the entries with their numbers")
    };
    if let Some((_, entry)) = history.entries().iter().find(|(_, entry)| entry.command.as_str() == given) {
        return Ok(entry.command.clone());
    }
    let number: u64 = given.trim_start_matches('#').parse().map_err(|_| unknown())?;
    let entry = history.entries().iter().find(|(at, _)| at.index() == number);
    entry.map(|(_, entry)| entry.command.clone()).ok_or_else(unknown)
}

/// The last command of this person that stands. An undo is not undone by default, so that undoing again goes further
/// back.
fn last(history: &History, by: &PersonId) -> Result<CommandId, Failure> {
    let theirs = history.entries().iter().rev().map(|(_, entry)| entry).filter(|entry| &entry.by == by);
    let mut standing =
        theirs.filter(|entry| !matches!(entry.event, Event::Undone(_)) && !history.is_undone(&entry.command));
    standing.next().map(|entry| entry.command.clone()).ok_or_else(|| {
        Failure::usage(format!("no command of `{by}` is left that could be undone"))
            .help("`portreeve log` shows who gave which command")
    })
}
