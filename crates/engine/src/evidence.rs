//! Evidence: taking files in and finding them again. Taking them out is in `erasure.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use portreeve_collector::{
    Addition, Changes, Collected, Collecting, Compared, FileBlobs, Index, Keep, Listener, NotHashed, Omitted,
    Remembering, Selection, Source, Survey, TreeName, Watch, checksum, checksums, collect, compare, read_manifest,
    survey,
};
use portreeve_model::manifest::ManifestLine;
use portreeve_model::reference::{EvidenceId, PersonId};
use portreeve_model::register::evidence::{Collection, Content, Evidence, EvidenceAdded, Part};
use portreeve_model::text::{FolderPath, Title};
use portreeve_model::{Digest, History, Refusal, Register};

use crate::clock;
use crate::error::EngineError;
use crate::index;
use crate::place::Putting;
use crate::session::{Mode, Recorded, Session};

/// How many files a collection may have for each to be compared with what is held already. Somebody who adds one file by
/// mistake twice wants to know; somebody who collects a share does not.
const COMPARED_MAX: u64 = 1_000;

/// Where the files of an item of evidence come from.
#[derive(Clone, Debug)]
pub enum Files {
    /// Files named one by one.
    Named(Vec<PathBuf>),
    /// A folder, or a part of it.
    Folder(PathBuf, Part),
}

/// The next free reference in a history.
pub type Numbering = fn(&History) -> Option<EvidenceId>;

/// How files are taken in.
pub struct Taking<'a> {
    /// Which.
    pub files: &'a Files,
    /// Whether the bytes are kept, or only their digests.
    pub keep: Keep,
    /// Whether to record what could be taken although something could not.
    pub gaps_will_do: bool,
    /// Whether to read even what has not changed since the folder was last walked.
    pub read_all: bool,
    /// Finds the next free reference, if the caller left it to be given: another writer may have taken it by the time the
    /// files are read.
    pub numbering: Option<Numbering>,
    /// The collection to compare with.
    pub after: Option<&'a EvidenceId>,
    /// How the caller follows it, and stops it.
    pub watch: Watch<'a>,
}

impl<'a> Taking<'a> {
    /// All of `files`, bytes and all.
    pub fn all(files: &'a Files) -> Taking<'a> {
        Taking {
            files,
            keep: Keep::Bytes,
            gaps_will_do: false,
            read_all: false,
            numbering: None,
            after: None,
            watch: Watch::default(),
        }
    }
}

/// Files taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What the ledger entry says of them.
    pub content: Content,
    /// What it says of the folder they come from.
    pub collection: Option<Collection>,
    /// How many of them were read; the others were remembered from the last walk.
    pub read: u64,
    /// What was met and not taken, and why.
    pub omitted: Omitted,
    /// What is different from the collection it was compared with.
    pub changes: Option<Changes>,
    /// Evidence that holds one of the files already.
    pub held_already: BTreeSet<EvidenceId>,
}

/// Evidence that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The entry.
    pub recorded: Recorded,
    /// Its reference.
    pub id: EvidenceId,
    /// The files, when it is made of files.
    pub taken: Taken,
    /// Why the index does not know them yet; nothing when it does. It is made again at its next use.
    pub unindexed: Option<String>,
}

impl Session {
    /// Takes files in and records them as one item of evidence.
    ///
    /// # Errors
    /// When files could not be taken, the rules refuse, or the disk does. Nothing is recorded then.
    pub fn add_evidence(
        &mut self,
        by: &PersonId,
        taking: &Taking<'_>,
        mode: Mode,
        event: impl FnOnce(Content, Option<Collection>) -> EvidenceAdded,
    ) -> Result<Added, EngineError> {
        let putting = self.putting(mode)?;
        // The files go into the index while they are read, and are seen there once an entry names them. It is a cache: what
        // becomes of it keeps nobody from collecting.
        let follows = taking.after.map(|after| self.manifest_of(after)).transpose()?;
        let mut unindexed = None;
        let mut index = match mode {
            Mode::Write => or_why(self.index(taking.watch), &mut unindexed),
            Mode::DryRun => None,
        };
        let mut addition = match &mut index {
            Some(index) => or_why(index::begin(index, follows.as_ref()), &mut unindexed).flatten(),
            None => None,
        };
        let taken = match (mode, taking.after) {
            (Mode::Write, _) | (Mode::DryRun, Some(_)) => self.take(taking, &putting, addition.as_mut())?,
            (Mode::DryRun, None) => self.look(taking)?,
        };
        let mut event = event(taken.content.clone(), taken.collection.clone());
        let recorded = loop {
            match self.record(by, vec![event.clone().into()], mode) {
                Err(EngineError::Refused(Refusal::Taken { noun: "evidence", id })) if id == event.id.as_str() => {
                    let next = taking.numbering.and_then(|next| next(self.history())).filter(|next| *next != event.id);
                    event.id = next.ok_or(Refusal::Taken { noun: "evidence", id })?;
                }
                outcome => break outcome?,
            }
        };
        if let (Some(addition), Some(manifest)) = (addition, taken.content.manifest()) {
            or_why(addition.finish(manifest).map_err(EngineError::from), &mut unindexed);
        }
        Ok(Added { recorded, id: event.id, taken, unindexed })
    }

    /// The register and its key are never evidence of themselves.
    fn source(&self, files: &Files) -> Result<Source, EngineError> {
        let keep_out = vec![self.place.root.clone(), self.place.key_file.clone()];
        Ok(match files {
            Files::Named(named) => Source::files(named, keep_out)?,
            Files::Folder(folder, part) => Source::folder(folder, selection(part)?.keeping_out(keep_out))?,
        })
    }

    /// Keeps the bytes and the manifest, as far as asked. Nothing refers to them until an entry does. A dry run reads
    /// what it must to tell what is different, and keeps nothing.
    pub(crate) fn take(
        &self,
        taking: &Taking<'_>,
        putting: &Putting,
        addition: Option<&mut Addition<'_>>,
    ) -> Result<Taken, EngineError> {
        let (writes, keep) = match putting {
            Putting::Leave { .. } => (true, taking.keep),
            Putting::DryRun => (false, Keep::Nothing),
        };
        let collected = self.walk(taking, keep, writes, addition)?;
        if !collected.is_complete() && !taking.gaps_will_do {
            return Err(EngineError::Incomplete { omitted: collected.omitted });
        }
        if let (Files::Folder(folder, _), Some(changes)) = (taking.files, &collected.changes)
            && changes.is_nothing_left()
            && !taking.gaps_will_do
        {
            return Err(EngineError::NothingLeft { folder: folder.clone(), files: changes.missing });
        }
        let (manifest, files, bytes) = (collected.manifest.digest, collected.files, collected.bytes);
        if files == 0 {
            return Err(EngineError::Unfit(match taking.files {
                Files::Folder(folder, part) if *part != Part::default() => {
                    format!("no file in {} is one that the options let in", folder.display())
                }
                _ => "there is no file to take".to_owned(),
            }));
        }
        let compares = files <= COMPARED_MAX && writes && taking.after.is_none();
        let digests = if compares { digests_in(&manifest, &self.blobs)? } else { BTreeSet::new() };
        Ok(Taken {
            content: content(taking.keep, manifest, files, bytes),
            collection: collection(taking)?,
            read: collected.read,
            omitted: collected.omitted,
            changes: collected.changes,
            held_already: self.held_already(&digests),
        })
    }

    /// The evidence that holds one of these digests, as far as the index knows it as it is: whoever takes files in is just
    /// adding to it, and waits for nobody to be told of a mistake.
    fn held_already(&self, digests: &BTreeSet<Digest>) -> BTreeSet<EvidenceId> {
        let found = Index::open(self.place.index()).map_err(EngineError::from);
        found.and_then(|index| self.holders_in(&index, digests)).unwrap_or_default()
    }

    /// Walks and reads what there is; `leaves` says whether to remember it for the next walk.
    pub(crate) fn walk(
        &self,
        taking: &Taking<'_>,
        keep: Keep,
        leaves: bool,
        addition: Option<&mut Addition<'_>>,
    ) -> Result<Collected, EngineError> {
        let source = self.source(taking.files)?;
        let scans = self.place.scans();
        let remembering = match taking.files {
            Files::Named(_) => None,
            Files::Folder(folder, _) => {
                let tree = TreeName::of(folder).map_err(|source| EngineError::io("find", folder, source))?;
                Some(Remembering {
                    scans: &scans,
                    tree,
                    read_at: clock::file_time(),
                    read_all: taking.read_all,
                    leaves,
                })
            }
        };
        let earlier = taking.after.map(|after| self.manifest_of(after)).transpose()?;
        let mut add = addition.map(|addition| |file: Compared<'_>| addition.add(file));
        let listener = add.as_mut().map(|add| add as &mut Listener<'_>);
        let how = Collecting { keep, remembering, earlier, listener, watch: taking.watch, ..Collecting::default() };
        Ok(collect(&source, &self.blobs, how)?)
    }

    /// What taking would do, without reading a folder or keeping anything.
    fn look(&self, taking: &Taking<'_>) -> Result<Taken, EngineError> {
        let survey = survey(&self.source(taking.files)?, taking.watch)?;
        let mut digests = BTreeSet::new();
        if let Files::Named(named) = taking.files {
            digests.extend(named.iter().filter_map(|file| checksum(file).ok()).map(|stored| stored.digest));
        }
        Ok(Taken {
            // A dry run keeps no manifest, so the entry that is checked names the digest of nothing.
            content: content(taking.keep, Digest::of(b""), survey.files, survey.bytes),
            collection: collection(taking)?,
            read: 0,
            omitted: survey.omitted,
            changes: None,
            held_already: self.holders(&digests)?,
        })
    }

    /// How much there is to take, for whoever follows it.
    ///
    /// # Errors
    /// When the folder cannot be looked at, or it was stopped.
    pub fn survey(&self, files: &Files, watch: Watch<'_>) -> Result<Survey, EngineError> {
        Ok(survey(&self.source(files)?, watch)?)
    }

    /// What is different between two collections.
    ///
    /// # Errors
    /// When one of them is no collection of files, or its manifest is missing or damaged.
    pub fn compare_collections(&self, earlier: &EvidenceId, later: &EvidenceId) -> Result<Changes, EngineError> {
        let open = |id| Ok::<_, EngineError>(read_manifest(&self.manifest_of(id)?, &self.blobs)?);
        Ok(compare(open(earlier)?, open(later)?)?)
    }

    pub(crate) fn manifest_of(&self, id: &EvidenceId) -> Result<Digest, EngineError> {
        let held = self.register().evidence.get(id);
        let held = held.ok_or_else(|| Refusal::Unknown { noun: "evidence", id: id.to_string() })?;
        let manifest = held.content.manifest().copied();
        Ok(manifest.ok_or_else(|| Refusal::NotFiles { evidence: id.clone() })?)
    }

    /// The evidence that holds one of these digests.
    fn holders(&self, digests: &BTreeSet<Digest>) -> Result<BTreeSet<EvidenceId>, EngineError> {
        if digests.is_empty() {
            return Ok(BTreeSet::new());
        }
        self.holders_in(&self.index(Watch::default())?, digests)
    }

    fn holders_in(&self, index: &Index, digests: &BTreeSet<Digest>) -> Result<BTreeSet<EvidenceId>, EngineError> {
        let by_manifest = manifests(self.register());
        let mut found = BTreeSet::new();
        for digest in digests {
            for manifest in index.holding(digest)? {
                found.extend(by_manifest.get(&manifest).into_iter().flatten().cloned());
            }
        }
        Ok(found)
    }

    /// The evidence that holds a file of this digest. That none does is not believed of a cache, which cannot know what it
    /// has lost: then the manifests are read, and an index that was wrong is made again.
    ///
    /// # Errors
    /// When the index cannot be used or rebuilt, or a manifest is missing or damaged.
    pub fn find_evidence(&self, digest: &Digest) -> Result<BTreeSet<EvidenceId>, EngineError> {
        let wanted = BTreeSet::from([*digest]);
        let found = self.holders(&wanted)?;
        if !found.is_empty() {
            return Ok(found);
        }
        let found = listing(manifests(self.register()), &wanted, &self.blobs)?;
        if !found.is_empty() {
            self.rebuild_index(Watch::default())?;
        }
        Ok(found)
    }

    /// The files of a manifest.
    ///
    /// # Errors
    /// When the manifest is missing or damaged.
    pub fn lines(&self, manifest: &Digest) -> Result<Vec<ManifestLine>, EngineError> {
        Ok(read_manifest(manifest, &self.blobs)?.collect::<Result<_, _>>()?)
    }
}

/// What there is; or else why there is none.
fn or_why<T>(found: Result<T, EngineError>, why: &mut Option<String>) -> Option<T> {
    found.map_err(|error| *why = Some(chain(&error))).ok()
}

/// An error with what led to it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn content(keep: Keep, manifest: Digest, files: u64, bytes: u64) -> Content {
    match keep {
        Keep::Bytes => Content::Files { manifest, files, bytes },
        Keep::Digests | Keep::Nothing => Content::InPlace { manifest, files, bytes },
    }
}

/// What an entry says of a folder: its canonical path, where that is a text, so that it can be found again.
fn collection(taking: &Taking<'_>) -> Result<Option<Collection>, EngineError> {
    let Files::Folder(folder, part) = taking.files else { return Ok(None) };
    let path = folder.canonicalize().map_err(|source| EngineError::io("find", folder, source))?;
    let text: Option<FolderPath> = path.to_str().and_then(|text| text.parse().ok());
    let folder = text.filter(|text| path.to_str() == Some(text.as_str()));
    Ok(Some(Collection { folder, part: part.clone(), after: taking.after.cloned() }))
}

fn selection(part: &Part) -> Result<Selection, EngineError> {
    let owned = |patterns: &[Title]| patterns.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut selection = Selection::of(&owned(&part.include), &owned(&part.exclude))?;
    selection.follow_links = part.follow_links;
    selection.other_file_systems = part.other_file_systems;
    Ok(selection)
}

/// Hashes every file in a folder, or a part of it, on all cores, and hands each line of its manifest to `each`, in order
/// and with the size in bytes. Keeps nothing. Gives what was met and not hashed.
///
/// # Errors
/// When the folder cannot be looked at, it was stopped, or `each` fails.
pub fn each_checksum(
    folder: &Path,
    part: &Part,
    watch: Watch<'_>,
    each: impl FnMut(&ManifestLine, u64) -> std::io::Result<()>,
) -> Result<Omitted, EngineError> {
    let source = Source::folder(folder, selection(part)?)?;
    let hashed = checksums(&source, watch, each).map_err(|error| not_hashed(error, folder))?;
    Ok(hashed.omitted)
}

pub(crate) fn not_hashed(error: NotHashed<std::io::Error>, folder: &Path) -> EngineError {
    match error {
        NotHashed::Stopped(_) => EngineError::ReadingStopped { goes_on: false },
        NotHashed::Store(error) => error.into(),
        NotHashed::Told(source) => EngineError::Io { attempt: "print what was found in", path: folder.into(), source },
    }
}

/// SHA-256 of a file, read as a stream.
///
/// # Errors
/// When it cannot be read, is not a regular file, or changes while it is read.
pub fn digest_of_file(path: &Path) -> Result<Digest, EngineError> {
    let stored = checksum(path);
    let unread = |because| EngineError::Unfit(format!("{} cannot be looked for: {because}", path.display()));
    Ok(stored.map_err(unread)?.digest)
}

/// The manifests whose files the store keeps, and those whose files are left in their place.
pub(crate) fn kept_and_in_place(register: &Register) -> (BTreeSet<Digest>, BTreeSet<Digest>) {
    let mut sorted = (BTreeSet::new(), BTreeSet::new());
    for held in register.evidence.values() {
        let list = if held.content.keeps_bytes() { &mut sorted.0 } else { &mut sorted.1 };
        list.extend(held.content.manifest());
    }
    sorted
}

/// Every manifest the register names, with the evidence made of it.
pub(crate) fn manifests(register: &Register) -> BTreeMap<Digest, Vec<EvidenceId>> {
    manifests_where(register, |_, _| true)
}

/// The manifests of the evidence of which `fits` holds, each with that evidence.
pub(crate) fn manifests_where(
    register: &Register,
    fits: impl Fn(&EvidenceId, &Evidence) -> bool,
) -> BTreeMap<Digest, Vec<EvidenceId>> {
    let mut named: BTreeMap<Digest, Vec<EvidenceId>> = BTreeMap::new();
    for (id, held) in register.evidence.iter().filter(|(id, held)| fits(id, held)) {
        if let Some(manifest) = held.content.manifest() {
            named.entry(*manifest).or_default().push(id.clone());
        }
    }
    named
}

/// The digests of the files in a manifest.
pub(crate) fn digests_in(manifest: &Digest, blobs: &FileBlobs) -> Result<BTreeSet<Digest>, EngineError> {
    let digests = read_manifest(manifest, blobs)?.map(|line| line.map(|line| line.digest));
    Ok(digests.collect::<Result<_, _>>()?)
}

/// The evidence whose manifest, one of `named`, lists one of these files.
pub(crate) fn listing(
    named: BTreeMap<Digest, Vec<EvidenceId>>,
    files: &BTreeSet<Digest>,
    blobs: &FileBlobs,
) -> Result<BTreeSet<EvidenceId>, EngineError> {
    let mut found = BTreeSet::new();
    for (manifest, ids) in named {
        for line in read_manifest(&manifest, blobs)? {
            if files.contains(&line?.digest) {
                found.extend(ids);
                break;
            }
        }
    }
    Ok(found)
}
