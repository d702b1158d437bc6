//! Entries of a ledger: one by one, and as the history that a stranger's pack asks us to replay.

use portreeve_model::history::Broken;
use portreeve_model::{Entry, EntryNumber, Event, History};

/// The most entries that one input is replayed as: a law about refusals copies the register for each.
const ENTRIES_MAX: usize = 80;

/// One entry: it writes in one form, which reads back as the same entry and has no line end in it.
pub fn entry(data: &[u8]) {
    let Ok(entry) = Entry::decode(data) else { return };
    let line = entry.encode();
    assert!(!line.contains(&b'\n'), "an entry is one line");
    let again = Entry::decode(&line).expect("what is written reads back");
    assert_eq!(again, entry);
    assert_eq!(again.encode(), line, "there is one form");
    let written: serde_json::Value = serde_json::from_slice(&line).expect("it is JSON");
    let kind = written["event"]["kind"].as_str().expect("an event says its kind");
    assert!(Event::KINDS.contains(&kind), "{kind}");
}

/// Entries line by line, replayed: whatever is refused leaves no trace, the rule book refuses what a replay refuses, and
/// the same entries add up to the same register.
pub fn history(data: &[u8]) {
    let mut history = History::new();
    for (at, line) in (0_u64..).zip(data.split(|byte| *byte == b'\n').take(ENTRIES_MAX)) {
        let Ok(entry) = Entry::decode(line) else { continue };
        let (held, register) = (history.entries().len(), history.register().clone());
        let checked = history.check(&entry.stamp(), &entry.event).is_ok();
        match history.append(EntryNumber::new(at), entry) {
            Ok(()) => assert!(checked, "what a replay takes, the rule book passes"),
            Err(broken) => {
                assert!(
                    !checked || !matches!(broken, Broken::Rule { .. }),
                    "what the rule book passes, a replay takes"
                );
                assert_eq!(history.entries().len(), held, "a refused entry is not held");
                assert_eq!(history.register(), &register, "a refused entry changes nothing");
                assert!(!broken.to_string().is_empty());
            }
        }
    }
    let mut again = History::new();
    for (number, entry) in history.entries() {
        let entry = Entry::decode(&entry.encode()).expect("what is written reads back");
        again.append(*number, entry).expect("what was taken once is taken again");
    }
    assert_eq!(again.register(), history.register(), "the same entries add up to the same register");
}
