//! Verifying a register: the ledger against its signatures, the entries against the rules, the store against the entries,
//! the index against the manifests. Nothing is believed because it was believed before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use portreeve_collector::{
    Artefact, Audited, Fault, FaultKind, FileBlobs, Index, StoreFault, StoreFaultKind, StoreReport, Watch, verify,
    verify_store,
};
use portreeve_ledger::{Anchor, Log as _, SignedCheckpoint, Source, SqliteLog, TrustedKey, each_entry, verify_log};
use portreeve_model::register::evidence::Evidence;
use portreeve_model::{Digest, Entry, EntryNumber, Event, History, LogSize, Register};

use crate::erasure::{Holder, adopted, erasure, holders, is_erased, keeps};
use crate::error::EngineError;
use crate::evidence::{kept_and_in_place, manifests};
use crate::index::collections;
use crate::place::Place;

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
    /// What is wrong with caches, which are made again at their next use.
    pub stale_caches: Vec<String>,
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
    let mut problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    if report.problems_left_out > 0 {
        problems.push(format!("and {} more in the ledger", report.problems_left_out));
    }
    if report.anchors.is_empty() {
        problems
            .push(format!("no checkpoint signed by a key that is believed agrees with its {} entries", report.size));
    }
    problems.extend(unread);
    problems.extend(place.refuse_key_inside().err().map(|error| error.to_string()));
    let given = u64::try_from(outside.len()).unwrap_or(u64::MAX);
    let anchored = |anchor: &Anchor| matches!(anchor.source, Source::Outside(number) if number <= given);
    let mut found = RegisterReport {
        demonstration: false,
        entries: report.size,
        after_last_signed: report.after_last_signed(),
        anchored_outside: report.anchors.iter().any(anchored),
        objects: 0,
        bytes: 0,
        problems,
        stale_caches: Vec::new(),
    };
    // What the entries say is judged as far as they can be read and obey the rules; the first that does not is named.
    let history = replay(&log, &mut found);
    let register = history.register();
    found.demonstration = register.is_demonstration();
    let blobs = FileBlobs::open(place.objects())?;
    objects(register, &blobs, watch, &mut found);
    index(&place, &history, &blobs, &mut found);
    Ok(found)
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
    let replayed = each_entry(log, EntryNumber::new(0), size, |number, bytes| {
        let entry = Entry::decode(bytes).map_err(|source| EngineError::Entry { entry: number, source })?;
        history.append(number, entry)?;
        Ok::<(), EngineError>(())
    });
    if let Err(error) = replayed {
        found.problems.push(error.to_string());
    }
    history
}

fn objects(register: &Register, blobs: &FileBlobs, watch: Watch<'_>, found: &mut RegisterReport) {
    let adopted = adopted(register).map(|digest| Artefact { digest, size_bytes: None });
    let (held, in_place) = kept_and_in_place(register);
    // Of files left in their place the store has the list, and no more.
    let adopted = adopted.chain(in_place.into_iter().map(|digest| Artefact { digest, size_bytes: None }));
    // Every byte is read once, in the order it lies in; then each name that somebody lists is looked for.
    let looked = verify_store(blobs, watch).and_then(|audit| {
        let verified = verify(adopted, held, &Audited::new(blobs, &audit), Watch { report: None, ..watch })?;
        Ok((audit, verified))
    });
    let (audit, verified) = match looked {
        Ok(looked) => looked,
        Err(stopped) => {
            found.problems.push(format!("the store was not verified: {stopped}"));
            return;
        }
    };
    found.objects = audit.objects;
    found.bytes = audit.bytes;
    let listed: BTreeSet<Digest> = verified.faults.iter().map(|fault| fault.digest).collect();
    store_faults(&audit, &listed, found);
    let erased = erased_files(register);
    let kept = kept(register, blobs, &erased, &verified.faults);
    for fault in verified.faults {
        match &fault.listed {
            Some((manifest, path)) if fault.kind == FaultKind::Missing && erased.contains(manifest) => {
                // Gone as it should be, unless something that stands is made of the same bytes.
                if let Some(holders) = kept.get(&fault.digest) {
                    let place = format!("the file `{}` of {}", path.display(), told(holders));
                    found.problems.push(format!("{place} (sha256 {}) {}", fault.digest, what_is_wrong(&fault.kind)));
                }
            }
            _ => found.problems.push(told_fault(register, &fault)),
        }
    }
    if verified.further_faults > 0 {
        found.problems.push(format!("and {} more in the store", verified.further_faults));
    }
    unfinished(register, blobs, found);
}

/// A fault with its evidence, the entry that recorded it, and its path.
pub(crate) fn told_fault(register: &Register, fault: &Fault) -> String {
    let holders = |manifest: &Digest| {
        let made_of = |held: &&Evidence| held.content.manifest() == Some(manifest);
        let ids = register.evidence.iter().filter(|(_, held)| made_of(held));
        let ids: Vec<String> = ids.map(|(id, held)| format!("{id}, entry {}", held.added.entry)).collect();
        ids.join("; ")
    };
    let place = match &fault.listed {
        Some((manifest, path)) => format!("the file `{}` of evidence {}", path.display(), holders(manifest)),
        None => match holders(&fault.digest) {
            none if none.is_empty() => "an adopted framework, scheme or mapping".to_owned(),
            holders => format!("the manifest of evidence {holders}"),
        },
    };
    format!("{place} (sha256 {}) {}", fault.digest, what_is_wrong(&fault.kind))
}

fn what_is_wrong(kind: &FaultKind) -> String {
    match kind {
        FaultKind::Missing => "is missing from the store".to_owned(),
        FaultKind::Corrupt { actual } => format!("is changed: its bytes are now sha256 {actual}"),
        FaultKind::WrongSize { expected, actual } => format!("has {actual} bytes instead of {expected}"),
        FaultKind::Unreadable { because } => format!("cannot be read: {because}"),
        FaultKind::NotAManifest { because } => format!("is not a manifest: {because}"),
    }
}

/// What is wrong with the store besides what somebody lists: bytes that belong to nothing, and objects that nobody names.
fn store_faults(audit: &StoreReport, listed: &BTreeSet<Digest>, found: &mut RegisterReport) {
    for StoreFault { path, offset, kind } in &audit.faults {
        let what = match kind {
            StoreFaultKind::Corrupt { name, .. } | StoreFaultKind::Torn { name } if listed.contains(name) => continue,
            StoreFaultKind::Corrupt { name, actual } => format!("holds sha256 {actual} in place of {name}"),
            StoreFaultKind::Torn { name } => format!("ends in the middle of the object {name}"),
            StoreFaultKind::Foreign => "holds bytes that no store wrote".to_owned(),
            StoreFaultKind::Unreadable { because } => format!("cannot be read: {because}"),
            StoreFaultKind::Incomplete => "has lost some of its objects".to_owned(),
        };
        found.problems.push(format!("the store's file {} {what}, at byte {offset}", path.display()));
    }
    if audit.further_faults > 0 {
        found.problems.push(format!("and {} more places in the store's files", audit.further_faults));
    }
    let stale = audit.stale_indexes.iter();
    found.stale_caches.extend(stale.map(|path| format!("{} does not fit its pack", path.display())));
}

/// The manifests of evidence whose bytes were erased and that no standing evidence shares.
fn erased_files(register: &Register) -> BTreeSet<Digest> {
    let named = manifests(register).into_iter();
    named.filter(|(_, ids)| !ids.iter().any(|id| keeps(register, id))).map(|(digest, _)| digest).collect()
}

/// What holds the files that are missing and were erased with other evidence. A manifest that cannot be read has been told.
fn kept(
    register: &Register,
    blobs: &FileBlobs,
    erased: &BTreeSet<Digest>,
    faults: &[Fault],
) -> BTreeMap<Digest, BTreeSet<Holder>> {
    let listed = |fault: &&Fault| fault.listed.as_ref().is_some_and(|(manifest, _)| erased.contains(manifest));
    let missing = faults.iter().filter(listed).filter(|fault| fault.kind == FaultKind::Missing);
    let missing: BTreeSet<Digest> = missing.map(|fault| fault.digest).collect();
    if missing.is_empty() { BTreeMap::new() } else { holders(register, blobs, &missing, None).unwrap_or_default() }
}

fn told(holders: &BTreeSet<Holder>) -> String {
    let names = holders.iter().map(|holder| match holder {
        Holder::Evidence(id) => format!("evidence {id}"),
        Holder::Register => "the register itself".to_owned(),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Evidence that an entry says is erased and whose bytes are still there: its erasure was interrupted, or somebody put
/// them back.
fn unfinished(register: &Register, blobs: &FileBlobs, found: &mut RegisterReport) {
    for id in register.evidence.keys().filter(|id| is_erased(register, id)) {
        // A manifest that cannot be read has been told.
        let left = erasure(register, blobs, id).map_or(0, |erasure| erasure.removes.len());
        if left > 0 {
            let files = if left == 1 { "1 file".to_owned() } else { format!("{left} files") };
            found.problems.push(format!(
                "evidence {id} is withdrawn, its bytes are still in the store ({files}): remove them with `portreeve \
                 evidence withdraw {id} --erase --reason \"…\"`"
            ));
        }
    }
}

/// The index is a cache: what is wrong with it is said, not held against the register, and not mended by a reader.
fn index(place: &Place, history: &History, blobs: &FileBlobs, found: &mut RegisterReport) {
    let compared = Index::open(place.index()).and_then(|index| index.verify(&collections(history), blobs));
    found.stale_caches.extend(match compared {
        Ok(report) if report.is_equal() => None,
        Ok(_) => Some("the index does not agree with the manifests".to_owned()),
        Err(error) => Some(format!("the index cannot be read: {error}")),
    });
}
