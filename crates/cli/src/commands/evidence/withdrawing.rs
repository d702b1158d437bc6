//! Evidence that is taken back, and how it reads from then on: as withdrawn, and never as damaged. What `--erase` removes
//! is told with what it leaves, and with the packs that still hold a copy.

use std::collections::BTreeSet;

use clap::Args;
use portreeve_engine::{Erasure, Holder, Mode, Recorded};
use portreeve_model::reference::EvidenceId;
use portreeve_model::register::evidence::{Content, Evidence, EvidenceWithdrawn};
use portreeve_model::text::Note;
use serde_json::json;

use crate::change::Change;
use crate::door::{Desk, Door};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;

#[derive(Debug, Args)]
pub(crate) struct WithdrawArgs {
    /// The evidence
    id: EvidenceId,
    /// Why
    #[arg(long)]
    reason: Note,
    /// Remove the bytes too, as for personal data; this cannot be taken back
    #[arg(long)]
    erase: bool,
}

pub(super) fn withdraw(args: WithdrawArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("evidence", &args.id, &desk.register().evidence, "evidence list")?;
    let (erased_before, holds_files) = (held.erasure().is_some(), matches!(held.content, Content::Files { .. }));
    let in_place = matches!(held.content, Content::InPlace { .. });
    let event = EvidenceWithdrawn { id: args.id, reason: args.reason, erased: args.erase };
    let erasure = if args.erase { desk.session.erasure(&event.id)? } else { Erasure::default() };
    let found_too = if args.erase { desk.session.found_in_too(&event.id)? } else { BTreeSet::new() };
    if args.erase && erased_before {
        let words_left = desk.session.words_left(&event.id)?;
        if words_left || !erasure.removes.is_empty() {
            return finish(&mut desk, &event, words_left);
        }
    }
    let mut change = Change::new(format!("Withdrew {}", event.id)).of(&event.id).fact("reason", &event.reason);
    if args.erase && in_place {
        change = change.fact("erased", "what the index had read of its documents");
        change = change.note("Its files were never taken in: those in their place are not touched.");
        change = change.note("The digests and this reason stay in the ledger.").lasting();
    } else if args.erase {
        change = change.fact("erased", files(erasure.removes.len()));
        change = kept(change, &erasure);
        change = change.note("The digests and this reason stay in the ledger.").lasting();
    } else if holds_files {
        change = change.note(format!(
            "Its bytes stay in the store. To remove them too: portreeve evidence withdraw {} --erase --reason \"…\"",
            event.id
        ));
    } else if in_place {
        change = change.note(format!(
            "The index keeps what it has read of its documents. To remove that too: portreeve evidence withdraw {} --erase \
             --reason \"…\"",
            event.id
        ));
    }
    if !found_too.is_empty() {
        let ids: Vec<String> = found_too.iter().map(ToString::to_string).collect();
        change = change.note(format!("Some of its documents are found by their words in {} still.", ids.join(", ")));
    }
    if let Some(note) = desk.register().evidence.get(&event.id).and_then(|held| packs(&desk, held)) {
        change = change.note(note);
    }
    desk.rehearse(vec![event.clone().into()])?;
    let recorded = desk.session.withdraw_evidence(&desk.by, event, desk.mode)?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

/// Carries out what an earlier entry said: the words and bytes that are left go, and nothing is recorded.
fn finish(desk: &mut Desk<'_>, event: &EvidenceWithdrawn, words_left: bool) -> Result<Outcome, Failure> {
    let erasure = desk.session.finish_erasure(&desk.by, event, desk.mode)?;
    let removed = files(erasure.removes.len());
    let demonstration = desk.register().is_demonstration();
    let dry_run = desk.mode == Mode::DryRun;
    let (words, bytes) = ("words of its documents were still in the index", "its bytes were still in the store");
    let (left, removed) = match (words_left, erasure.removes.is_empty()) {
        (true, true) => (words.to_owned(), "what the index had read of its documents".to_owned()),
        (true, false) => (format!("{bytes}, and {words}"), format!("{removed}, and what the index had read of them")),
        (false, _) => (bytes.to_owned(), removed),
    };
    let headline = format!("{} was withdrawn and erased before, and {left}", event.id);
    let change = Change::new(headline).of(&event.id).fact("removed now", removed);
    let change = kept(change, &erasure).note("Nothing was recorded: the entry that says so is there.");
    let nothing =
        Recorded { command: no_command()?, entries: Vec::new(), dry_run, unsigned: None, also_signed: Vec::new() };
    Ok(change.more(json!({ "command": null })).told(demonstration, &nothing))
}

/// A command that recorded nothing has no id worth telling.
fn no_command() -> Result<portreeve_model::reference::CommandId, Failure> {
    "none".parse().map_err(|error| Failure::usage(format!("{error}")))
}

/// Says what stays because something else is made of it.
fn kept(change: Change, erasure: &Erasure) -> Change {
    if erasure.shared.is_empty() {
        return change;
    }
    let mut by: Vec<String> = erasure.kept_by().into_iter().map(ToString::to_string).collect();
    if erasure.shared.values().flatten().any(|holder| *holder == Holder::Register) {
        by.push("the register itself".to_owned());
    }
    change.fact("kept", format!("{}, held by {} too", files(erasure.shared.len()), by.join(", ")))
}

/// The packs that were built with it: nothing here reaches into those.
fn packs(desk: &Desk<'_>, held: &Evidence) -> Option<String> {
    let packs: Vec<String> = desk.register().packs_with(held).map(|(id, _)| id.to_string()).collect();
    (!packs.is_empty())
        .then(|| format!("Packs built before hold a copy: {}. Whoever has one decides about it.", packs.join(", ")))
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// That it was taken back, if it was: `withdrawn and erased on 21 November 2026`.
pub(crate) fn back(held: &Evidence) -> Option<String> {
    let (_, withdrawn) = held.withdrawn.as_ref()?;
    Some(match held.erasure() {
        Some((_, erased)) => format!("withdrawn and erased on {}", erased.on),
        None => format!("withdrawn on {}", withdrawn.on),
    })
}
