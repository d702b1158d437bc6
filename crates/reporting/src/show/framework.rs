//! A framework in full: where its requirements come from, byte for byte.

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::Framework;
use portreeve_model::{History, Register};

use super::{Record, ids};
use crate::words::count;

/// One framework that was adopted.
pub fn framework(register: &Register, history: &History, id: &FrameworkId) -> Option<Record> {
    let held = register.frameworks.get(id)?;
    let event = &held.event;
    let mut record = Record::new(format!("{id}  {}", event.title), id.as_str(), history);
    record.fact("Version", event.version.as_str());
    record.fact("Holds", count(event.requirements.len() as u64, "requirement"));
    let schemes = register.schemes.iter().filter(|(_, scheme)| scheme.event.framework.as_ref() == Some(id));
    record.fact("Judged by", ids(schemes.map(|(scheme, _)| scheme)));
    record.fact("Adopted", held.adopted.on.to_string());
    record.fact("Catalog SHA-256", event.digest.to_string());
    if let Some(original) = &event.original {
        record.fact("Made of", format!("{}, {}", original.file, original.format));
        record.fact("Original SHA-256", original.digest.to_string());
    }
    Some(record)
}

/// One framework that is built in and was not adopted.
pub fn framework_built_in(framework: &Framework) -> Record {
    let title = format!("{}  {}", framework.id, framework.title);
    let mut record = Record { title, facts: Vec::new(), history: Vec::new() };
    record.fact("Version", framework.version.as_str());
    record.fact("Holds", count(framework.requirements.len() as u64, "requirement"));
    record.fact("Adopted", format!("no; built in: portreeve framework adopt {}", framework.id));
    record
}
