//! Evidence in full.

use portreeve_model::reference::EvidenceId;
use portreeve_model::register::evidence::Content;
use portreeve_model::{Day, History, Register};

use super::{Record, ids};
use crate::words;

/// One item of evidence.
pub fn evidence(register: &Register, history: &History, id: &EvidenceId, _on: Day) -> Option<Record> {
    let held = register.evidence.get(id)?;
    let mut record = Record::new(format!("{id}  {}", held.title), id.as_str(), history);
    record.fact("Check", crate::why::checked_in(register, held));
    let note = held.check.as_ref().and_then(|check| check.note.as_ref());
    record.fact("The checker says", note.map_or("", |note| note.as_str()));
    record.fact("Taken back because", held.withdrawn.as_ref().map_or("", |(event, _)| event.reason.as_str()));
    if let Some((event, trace)) = held.erasure() {
        let by = words::person(&trace.by, register);
        record.fact("Erased", format!("by {by} on {}: {}", trace.on, event.reason));
    }
    record.fact("Kind", held.kind.shown());
    record.fact("Strength", held.strength().shown());
    record.fact("Shows the position on", held.shows.to_string());
    record.fact("Collected on", held.collected.to_string());
    record.fact("Added by", words::person(&held.added.by, register));
    match &held.content {
        Content::Files { manifest, files, bytes } => {
            record.fact("Content", format!("{}, {}", words::count(*files, "file"), words::count(*bytes, "byte")));
            record.fact("Manifest SHA-256", manifest.to_string());
        }
        Content::InPlace { manifest, files, bytes } => {
            let what = format!("{}, {}", words::count(*files, "file"), words::count(*bytes, "byte"));
            record.fact("Content", format!("{what}, left in their place"));
            record.fact("Manifest SHA-256", manifest.to_string());
        }
        Content::Reference { locator } => record.fact("Held elsewhere", locator.as_str()),
        Content::Said { words } => record.fact("Someone's word", words.as_str()),
    }
    let collection = held.collection.as_ref();
    let folder = collection.and_then(|collection| collection.folder.as_ref());
    record.fact("Collected from", folder.map_or("", |folder| folder.as_str()));
    let after = collection.and_then(|collection| collection.after.as_ref());
    record.fact("Goes on from", after.map_or("", |after| after.as_str()));
    record.fact("Marking", held.marking.shown());
    record.fact("Organisations", ids(&held.organisations));
    record.fact("Actions", ids(&held.actions));
    record.fact("Findings", ids(&held.findings));
    record.fact("Requirements", ids(&held.requirements));
    for (requirement, carried) in &held.carried {
        record.fact("Carried to", words::carried(requirement, carried, register));
    }
    record.fact("Where this comes from", held.provenance.as_ref().map_or("", |text| text.as_str()));
    Some(record)
}
