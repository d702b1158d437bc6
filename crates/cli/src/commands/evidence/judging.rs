//! Evidence that is held: used for more, checked by a second person, found again by a file. Taking it back is in
//! `withdrawing.rs`.

use std::path::{Path, PathBuf};

use clap::Args;
use portreeve_engine::digest_of_file;
use portreeve_model::Digest;
use portreeve_model::reference::EvidenceId;
use portreeve_model::register::evidence::{Evidence, EvidenceChecked, EvidenceLinked};
use portreeve_model::text::Note;
use portreeve_model::words::Strength;
use serde_json::json;

use super::adding::WORD_ALONE;
use super::withdrawing::back;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::links::Links;
use crate::outcome::{Ending, Outcome};
use crate::resolve;

#[derive(Debug, Args)]
pub(crate) struct LinkArgs {
    /// The evidence
    id: EvidenceId,
    /// An action, finding or requirement it is for too, several times for several
    #[arg(long = "for", value_name = "REF", required = true)]
    links: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The evidence
    id: EvidenceId,
    /// It shows what it should: what is said when nothing is
    #[arg(long, conflicts_with = "reject")]
    accept: bool,
    /// It does not show what it should: what is asked for instead
    #[arg(long, value_name = "TEXT", conflicts_with = "note")]
    reject: Option<Note>,
    /// What you saw
    #[arg(long)]
    note: Option<Note>,
}

#[derive(Debug, Args)]
pub(crate) struct FindArgs {
    /// A file to look for, or the SHA-256 of one
    #[arg(value_name = "FILE or SHA256")]
    what: PathBuf,
}

pub(super) fn link(args: LinkArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("evidence", &args.id, &desk.register().evidence, "evidence list")?;
    let counted = held.counts();
    let links = Links::sorted(desk.register(), &args.links)?;
    let change = Change::new(format!("Linked {}", args.id)).of(&args.id).list("also for", links.names());
    let Links { actions, findings, requirements } = links;
    let id = args.id.clone();
    let recorded = desk.record(vec![EvidenceLinked { id: args.id, actions, findings, requirements }.into()])?;
    let counts_no_more = counted && desk.register().evidence.get(&id).is_some_and(|held| !held.counts());
    let change = if counts_no_more {
        let check = desk.hint_of_check(EvidenceChecked { id, accepted: true, note: None });
        change.note(format!("It waits for a check again: {check}"))
    } else {
        change
    };
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

pub(super) fn check(args: CheckArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let accepted = args.accept || args.reject.is_none();
    let headline = if accepted {
        format!("Checked {}: it shows what it should", args.id)
    } else {
        format!("Checked {}: it does not show what it should", args.id)
    };
    let note = args.reject.or(args.note);
    let held = resolve::held("evidence", &args.id, &desk.register().evidence, "evidence list")?;
    let change = Change::new(headline).of(&args.id).maybe("note", note.as_ref());
    let change = if accepted && held.strength() == Strength::Weak { change.note(WORD_ALONE) } else { change };
    let recorded = desk.record(vec![EvidenceChecked { id: args.id, accepted, note }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

pub(super) fn find(args: &FindArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let digest = digest_of(&args.what)?;
    let window = door.ask()?;
    let known = &window.register().evidence;
    let found = window.session.find_evidence(&digest)?;
    let found: Vec<_> = found.iter().filter_map(|id| known.get(id).map(|held| (id, held))).collect();
    let mut text = format!("sha256 {digest}\n");
    for (id, held) in &found {
        let back = back(held).map_or_else(String::new, |back| format!(", {back}"));
        text.push_str(&format!("{id}  {} (shows {}{back})\n", held.title, held.shows));
    }
    if found.is_empty() {
        text.push_str("No evidence holds it.\n");
    }
    let item = |(id, held): &(_, &Evidence)| {
        let (withdrawn, erased) = (held.withdrawn.is_some(), held.erasure().is_some());
        json!({"id": id, "title": held.title, "shows": held.shows, "withdrawn": withdrawn, "erased": erased})
    };
    let items: Vec<_> = found.iter().map(item).collect();
    let object = json!({"sha256": digest, "evidence": items});
    let outcome = Outcome::new(window.is_demonstration(), "portreeve.evidence-found/1", text, object);
    Ok(outcome.ending(Ending::fine_if(!found.is_empty())))
}

/// A digest given as such, or of the file's bytes.
fn digest_of(what: &Path) -> Result<Digest, Failure> {
    if let Some(digest) = what.to_str().and_then(|text| text.parse().ok()) {
        return Ok(digest);
    }
    digest_of_file(what).map_err(|error| {
        Failure::environment(error.to_string()).help("name a file, or a SHA-256 as 64 hexadecimal digits")
    })
}
