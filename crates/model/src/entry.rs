//! One entry of the ledger: who, when, by which command, and what. An entry is a single line of JSON; the line as it
//! was written is what the ledger commits to, so it is decoded and never written again.

use serde::{Deserialize, Serialize};

use crate::day::Moment;
use crate::event::Event;
use crate::reference::{CommandId, PersonId};
use crate::register::Stamp;

/// The format this program writes. Older ones are brought forward in [`Entry::decode`] and nowhere else.
pub const FORMAT: u16 = 1;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The format of this entry.
    format: u16,
    /// The command that made it. All entries of one command carry the same.
    pub command: CommandId,
    /// When the system appended it, never earlier than the entry before.
    pub recorded_at: Moment,
    /// Who gave the command.
    pub by: PersonId,
    /// What it records.
    pub event: Event,
}

/// Why bytes are not an entry this program can read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A format or kind this program does not know.
    #[error("it was written by a newer version of Portreeve ({what})")]
    Newer {
        /// The format or kind.
        what: String,
    },
    /// Not an entry at all.
    #[error("it is not an entry: {0}")]
    NotAnEntry(#[from] serde_json::Error),
}

impl Entry {
    /// An entry in the format this program writes.
    pub fn new(command: CommandId, recorded_at: Moment, by: PersonId, event: Event) -> Entry {
        Entry { format: FORMAT, command, recorded_at, by, event }
    }

    /// Who and when.
    pub fn stamp(&self) -> Stamp<'_> {
        Stamp { by: &self.by, at: self.recorded_at }
    }

    /// The line of JSON, without the line's end.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("every field of an entry is a string, a number, a list or a map with text keys")
    }

    /// Reads an entry back.
    ///
    /// # Errors
    /// When the entry needs a newer program, or is not an entry.
    pub fn decode(line: &[u8]) -> Result<Entry, Unreadable> {
        #[derive(Deserialize)]
        struct Envelope {
            format: u16,
            event: Kind,
        }
        #[derive(Deserialize)]
        struct Kind {
            kind: String,
        }
        match serde_json::from_slice::<Entry>(line) {
            Ok(entry) if entry.format == FORMAT => Ok(entry),
            Ok(entry) => Err(Unreadable::Newer { what: format!("format {}", entry.format) }),
            Err(error) => {
                let envelope: Envelope = serde_json::from_slice(line)?;
                if envelope.format > FORMAT {
                    return Err(Unreadable::Newer { what: format!("format {}", envelope.format) });
                }
                if !Event::KINDS.contains(&envelope.event.kind.as_str()) {
                    let kind: String = envelope.event.kind.chars().take(40).collect();
                    return Err(Unreadable::Newer { what: format!("entries of kind `{kind}`") });
                }
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_what_it_writes_and_newer_ones_stop() {
        let line = br#"{"format":1,"command":"c1","recorded_at":"2018-09-03T09:00:00Z","by":"security-officer","event":{"kind":"organisation-added","id":"EHC","name":"East Herts District Council"}}"#;
        let entry = Entry::decode(line).unwrap();
        assert_eq!(entry.encode(), line);
        let text = String::from_utf8(line.to_vec()).unwrap();
        let newer = |from: &str, to: &str| Entry::decode(text.replace(from, to).as_bytes()).unwrap_err().to_string();
        assert!(newer("\"format\":1", "\"format\":2").contains("newer version"));
        assert!(newer("organisation-added", "organisation-merged").contains("`organisation-merged`"));
        assert!(newer("\"name\"", "\"nickname\"").contains("not an entry"), "an unknown field is refused, not dropped");
    }
}
