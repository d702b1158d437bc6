//! What the store holds, held against what the register names: every byte is read once, and whatever is wrong is told with
//! its evidence, its entry and its path.
//!
//! Must never change the store: `repair` does, by what is found here.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_collector::{
    Artefact, Audited, Bookmark, Fault, FaultKind, FileBlobs, Stopped, StoreFault, StoreFaultKind, StoreReport, Watch,
    go_on_verifying_store, verify,
};
use portreeve_model::register::evidence::Evidence;
use portreeve_model::{Digest, Register};

use crate::erasure::{Holder, adopted, erasure, holders, is_erased, keeps};
use crate::evidence::{kept_and_in_place, manifests};

/// What was found in a store.
pub(crate) struct Stored {
    /// What its files hold.
    pub(crate) audit: StoreReport,
    /// What is wrong, in words.
    pub(crate) problems: Vec<String>,
    /// What the register names and is damaged or missing.
    pub(crate) wanted: BTreeSet<Digest>,
}

/// Reads the whole store, but for what a `bookmark` says was read, and looks for everything that the register names.
pub(crate) fn look_through(
    register: &Register,
    blobs: &FileBlobs,
    bookmark: Option<&mut Bookmark>,
    watch: Watch<'_>,
) -> Result<Stored, Stopped> {
    let adopted = adopted(register).map(|digest| Artefact { digest, size_bytes: None });
    let (held, in_place) = kept_and_in_place(register);
    // Of files left in their place the store has the list, and no more.
    let adopted = adopted.chain(in_place.into_iter().map(|digest| Artefact { digest, size_bytes: None }));
    // Every byte is read once, in the order it lies in; then each name that somebody lists is looked for.
    let audit = go_on_verifying_store(blobs, bookmark, watch)?;
    let verified = verify(adopted, held, &Audited::new(blobs, &audit), Watch { report: None, ..watch })?;
    let listed: BTreeSet<Digest> = verified.faults.iter().map(|fault| fault.digest).collect();
    let mut found = Stored { problems: store_faults(&audit, &listed), audit, wanted: BTreeSet::new() };
    let erased = erased_files(register);
    let kept = kept(register, blobs, &erased, &verified.faults);
    for fault in verified.faults {
        let gone = match &fault.listed {
            Some((manifest, path)) if fault.kind == FaultKind::Missing && erased.contains(manifest) => Some(path),
            _ => None,
        };
        let told = match (gone, kept.get(&fault.digest)) {
            // Gone as it should be, unless something that stands is made of the same bytes.
            (Some(_), None) => continue,
            (Some(path), Some(holders)) => {
                let place = format!("the file `{}` of {}", path.display(), told(holders));
                format!("{place} (sha256 {}) {}", fault.digest, what_is_wrong(&fault.kind))
            }
            (None, _) => told_fault(register, &fault),
        };
        found.problems.push(told);
        if !matches!(fault.kind, FaultKind::NotAManifest { .. }) {
            found.wanted.insert(fault.digest);
        }
    }
    if verified.further_faults > 0 {
        found.problems.push(format!("and {} more in the store", verified.further_faults));
    }
    found.problems.extend(unfinished(register, blobs));
    Ok(found)
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
fn store_faults(audit: &StoreReport, listed: &BTreeSet<Digest>) -> Vec<String> {
    let mut problems = Vec::new();
    for StoreFault { path, offset, kind } in &audit.faults {
        let what = match kind {
            StoreFaultKind::Corrupt { name, .. } | StoreFaultKind::Torn { name } if listed.contains(name) => continue,
            StoreFaultKind::Corrupt { name, actual } => format!("holds sha256 {actual} in place of {name}"),
            StoreFaultKind::Torn { name } => format!("ends in the middle of the object {name}"),
            StoreFaultKind::Foreign => "holds bytes that no store wrote".to_owned(),
            StoreFaultKind::Unreadable { because } => format!("cannot be read: {because}"),
            StoreFaultKind::Incomplete => "has lost some of its objects".to_owned(),
        };
        problems.push(format!("the store's file {} {what}, at byte {offset}", path.display()));
    }
    if audit.further_faults > 0 {
        problems.push(format!("and {} more places in the store's files", audit.further_faults));
    }
    problems
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
fn unfinished(register: &Register, blobs: &FileBlobs) -> Vec<String> {
    let mut problems = Vec::new();
    for id in register.evidence.keys().filter(|id| is_erased(register, id)) {
        // A manifest that cannot be read has been told.
        let left = erasure(register, blobs, id).map_or(0, |erasure| erasure.removes.len());
        if left > 0 {
            let files = if left == 1 { "1 file".to_owned() } else { format!("{left} files") };
            problems.push(format!(
                "evidence {id} is withdrawn, its bytes are still in the store ({files}): remove them with `portreeve \
                 evidence withdraw {id} --erase --reason \"…\"`"
            ));
        }
    }
    problems
}
