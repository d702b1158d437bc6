//! Verifying a register: the ledger against its signatures, the entries against the rules, the store against the entries,
//! the index against the manifests. Nothing is believed because it was believed before.

use std::io::ErrorKind;
use std::path::Path;

use portreeve_collector::{FileBlobs, Index, Watch};
use portreeve_ledger::{
    Anchor, KeyError, Log as _, Problem, SignedCheckpoint, SigningKey, Source, SqliteLog, TrustedKey, each_entry,
    verify_log,
};
use portreeve_model::{Entry, EntryNumber, Event, History, LogSize};

use crate::error::EngineError;
use crate::index::{collections, unforgotten};
use crate::place::Place;
use crate::session::append_line;
use crate::stored::look_through;

/// What a verification of a register found.
#[derive(Clone, Debug)]
pub struct RegisterReport {
    /// Whether it tells a story instead of a council's own.
    pub demonstration: bool,
    /// How many entries there are.
    pub entries: LogSize,
    /// How many entries lie after the last signed checkpoint.
    pub after_last_signed: u64,
    /// Whether a checkpoint given from outside agrees.
    pub anchored_outside: bool,
    /// How many objects were read back.
    pub objects: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// Everything that is wrong, each with its place.
    pub problems: Vec<String>,
    /// How many of them are in the store, and can be mended from a copy of it.
    pub problems_in_store: usize,
    /// What is wrong with caches, which are made again at their next use.
    pub stale_caches: Vec<String>,
    /// Why the signing key and the copy of the last checkpoint beside it were not looked at, if they were not.
    pub key_unread: Option<String>,
    /// How many files a program that ended early left in the store; the next collection finishes or removes them.
    pub leftovers: u64,
    /// How many bytes they have.
    pub leftover_bytes: u64,
}

impl RegisterReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether a signature vouches for every entry.
    pub const fn is_vouched_for(&self) -> bool {
        self.after_last_signed == 0
    }
}

/// Verifies the register in `root`. `keys` and `outside` came by another route; without keys, the one the ledger names in
/// its first entry is used.
///
/// # Errors
/// When there is no register there or it cannot be read at all. Whatever is wrong inside it is in the report.
pub fn verify_register(
    root: &Path,
    keys: &[TrustedKey],
    outside: &[SignedCheckpoint],
    watch: Watch<'_>,
) -> Result<RegisterReport, EngineError> {
    let place = Place::find(root)?;
    let log = SqliteLog::open_read_only(&place.ledger())?;
    let keys = if keys.is_empty() { named_key(&log) } else { keys.to_vec() };
    // The copy beside the key is not the reader's, but whoever put the register back may not have had it.
    let (beside_key, unread) = match place.read_last_signed() {
        Ok(found) => (found, None),
        Err(error) => (None, Some(error.to_string())),
    };
    let known: Vec<SignedCheckpoint> = outside.iter().cloned().chain(beside_key).collect();
    let report = verify_log(&log, &keys, &known);
    let given = u64::try_from(outside.len()).unwrap_or(u64::MAX);
    let told = |problem: &Problem| match &problem.place {
        portreeve_ledger::Place::Checkpoint(Source::Outside(number)) if *number > given => {
            let copy = place.last_signed();
            format!("the copy of the last checkpoint in {}: {}", copy.display(), problem.what)
        }
        _ => format!("ledger.sqlite, {problem}"),
    };
    let mut problems: Vec<String> = report.problems.iter().map(told).collect();
    if report.problems_left_out > 0 {
        problems.push(format!("and {} more in the ledger", report.problems_left_out));
    }
    if report.anchors.is_empty() {
        problems
            .push(format!("no checkpoint signed by a key that is believed agrees with its {} entries", report.size));
    }
    problems.extend(unread);
    problems.extend(place.refuse_key_inside().err().map(|error| error.to_string()));
    let anchored = |anchor: &Anchor| matches!(anchor.source, Source::Outside(number) if number <= given);
    let mut found = RegisterReport {
        demonstration: false,
        entries: report.size,
        after_last_signed: report.after_last_signed(),
        anchored_outside: report.anchors.iter().any(anchored),
        objects: 0,
        bytes: 0,
        problems,
        problems_in_store: 0,
        stale_caches: Vec::new(),
        key_unread: None,
        leftovers: 0,
        leftover_bytes: 0,
    };
    signing_key(&place, &log, &mut found);
    // What the entries say is judged as far as they can be read and obey the rules; the first that does not is named.
    let history = replay(&log, &mut found);
    let register = history.register();
    found.demonstration = register.is_demonstration();
    let blobs = FileBlobs::open(place.objects())?;
    match look_through(register, &blobs, None, watch) {
        Ok(stored) => {
            let leftovers = stored.audit.leftovers.iter();
            found.leftovers = u64::try_from(leftovers.len()).unwrap_or(u64::MAX);
            found.leftover_bytes = leftovers.map(|leftover| leftover.size_bytes).sum();
            (found.objects, found.bytes) = (stored.audit.objects, stored.audit.bytes);
            found.problems_in_store = stored.problems.len();
            found.problems.extend(stored.problems);
            let stale = stored.audit.stale_indexes.iter();
            found.stale_caches.extend(stale.map(|path| format!("{} does not fit its pack", path.display())));
        }
        Err(stopped) => found.problems.push(format!("the store was not verified: {stopped}")),
    }
    index(&place, &history, &blobs, &mut found);
    Ok(found)
}

/// A key that cannot sign any more is better told now than when the next entry is left without a signature. Who reads a
/// register elsewhere does not have it, and needs none.
fn signing_key(place: &Place, log: &SqliteLog, found: &mut RegisterReport) {
    let path = place.key_file.display();
    match SigningKey::load(&place.key_file) {
        Ok(key) => {
            let ours = named_key(log).iter().any(|ours| ours.fingerprint() == key.fingerprint());
            if !ours {
                found.problems.push(format!("the key in {path} is not the one this register was opened with"));
            }
        }
        Err(error @ KeyError::NotAKeyFile { .. }) => found.problems.push(error.to_string()),
        Err(KeyError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            let beside = "nor the copy of the last checkpoint beside it";
            found.key_unread = Some(format!("the signing key {path} is not there, {beside}"));
        }
        Err(error) => found.key_unread = Some(error.to_string()),
    }
}

fn named_key(log: &SqliteLog) -> Vec<TrustedKey> {
    let first = log.read(EntryNumber::new(0), 1).ok().and_then(|entries| Entry::decode(entries.first()?).ok());
    match first.map(|entry| entry.event) {
        Some(Event::RegisterOpened(opening)) => opening.key.as_str().parse().into_iter().collect(),
        _ => Vec::new(),
    }
}

fn replay(log: &SqliteLog, found: &mut RegisterReport) -> History {
    let mut history = History::new();
    let size = log.head().map_or(LogSize::EMPTY, |head| head.size);
    let replayed = each_entry(log, EntryNumber::new(0), size, |number, bytes| append_line(&mut history, number, bytes));
    if let Err(error) = replayed {
        found.problems.push(error.to_string());
    }
    history
}

/// The index is a cache: what is wrong with it is said, not held against the register, and not mended by a reader. Words
/// that an entry has promised to take out of it are another matter.
fn index(place: &Place, history: &History, blobs: &FileBlobs, found: &mut RegisterReport) {
    let looked_at = Index::open(place.index()).and_then(|index| {
        let report = index.verify(&collections(history), blobs)?;
        Ok((report, unforgotten(&index, history)?))
    });
    let left = match looked_at {
        Ok((report, left)) => {
            found.stale_caches.extend(match report {
                report if report.is_equal() => None,
                // To remove it would cost the texts of all documents.
                report if report.is_only_behind() => Some("index.sqlite is behind the ledger".to_owned()),
                _ => Some("index.sqlite does not agree with the manifests: remove it".to_owned()),
            });
            left
        }
        Err(error) => {
            found.stale_caches.push(format!("the index cannot be read: {error}"));
            return;
        }
    };
    found.problems_in_store += left.len();
    found.problems.extend(left.iter().map(|id| {
        format!(
            "evidence {id} is withdrawn, words of its documents are still in the index: remove them with `portreeve \
             evidence withdraw {id} --erase --reason \"…\"`"
        )
    }));
}
