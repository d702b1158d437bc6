//! Reading a whole store back: every byte of every pack and every loose object, each once.
//!
//! Nothing in a pack goes unread: headers are compared with the only ones there can be, members with their names, and
//! what lies between and after them with zeros. So any flipped bit is found, and where.
//!
//! Must never believe an index that was not compared with its name, and never change anything.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portreeve_model::Digest;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::disk::{io_error, read_at};
use super::files::FileBlobs;
use super::inventory::Leftover;
use super::pack::table::Entry;
use super::pack::tar::{self, BLOCK_BYTES};
use super::pack::{Pack, index_is_good};
use crate::watch::is_set;
use crate::{BlobError, Progress, Stopped, Watch};

/// How much of a pack one thread reads at once: 1 MiB, and one member of at most another.
const PIECE_BYTES: u64 = 1024 * 1024;

/// How many loose objects are read between two looks at whether to stop.
const BATCH_OBJECTS: usize = 1024;

/// How many faults are listed one by one; the rest are counted.
const FAULTS_MAX: usize = 10_000;

/// What a store really holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreReport {
    /// How many objects were read, each place counted: one that is loose and packed counts twice.
    pub objects: u64,
    /// Their bytes, as far as they could be read.
    pub bytes: u64,
    /// What is wrong, by path and offset; at most 10,000.
    pub faults: Vec<StoreFault>,
    /// How many faults more there are.
    pub further_faults: u64,
    /// Indexes that are missing or do not fit their pack. A cache: the next collection makes them again, and no answer
    /// depends on them.
    pub stale_indexes: Vec<PathBuf>,
    /// What interrupted writers left.
    pub leftovers: Vec<Leftover>,
}

/// Something in a store that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreFault {
    /// The file.
    pub path: PathBuf,
    /// Where in it: the first byte of the object, or of what no object explains.
    pub offset: u64,
    /// What is wrong there.
    pub kind: StoreFaultKind,
}

/// What is wrong at a place in a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreFaultKind {
    /// The bytes of an object are others than its name says.
    Corrupt {
        /// The name of the object.
        name: Digest,
        /// The SHA-256 of what is there.
        actual: Digest,
    },
    /// The object is cut off by the end of the file.
    Torn {
        /// The name of the object.
        name: Digest,
    },
    /// Bytes that are no part of an object, where a pack has a header, zeros or nothing.
    Foreign,
    /// The file cannot be read, or is none that a store makes.
    Unreadable {
        /// Why not.
        because: String,
    },
    /// The pack has lost members: what it holds is not what its name says.
    Incomplete,
}

impl StoreReport {
    /// Whether every byte is as it was written. Stale indexes and leftovers are no damage.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn add(&mut self, found: Found) {
        self.objects += found.objects;
        self.bytes += found.bytes;
        for fault in found.faults {
            if self.faults.len() < FAULTS_MAX {
                self.faults.push(fault);
            } else {
                self.further_faults += 1;
            }
        }
    }
}

/// Reads everything back, on all cores and in the order it lies in.
///
/// # Errors
/// When the work was stopped: half a verification is no verification. What is wrong with the store is in the report.
pub fn verify_store(blobs: &FileBlobs, watch: Watch<'_>) -> Result<StoreReport, Stopped> {
    let mut report = StoreReport::default();
    let packs = blobs.shared.packs.refresh().and_then(|_| blobs.shared.packs.all());
    for pack in packs.unwrap_or_else(|error| {
        report.add(Found::one(fault_of(&blobs.shared.packs.folder, &error)));
        Vec::new()
    }) {
        if !index_is_good(&pack.index_path, &pack.name) {
            report.stale_indexes.push(pack.index_path.clone());
        }
        read_pack(&pack, &mut report, watch)?;
        watch.report(Progress { files: report.objects, bytes: report.bytes });
    }
    read_loose(blobs, &mut report, watch)?;
    match blobs.leftovers() {
        Ok(leftovers) => report.leftovers = leftovers,
        Err(error) => report.add(Found::one(fault_of(&blobs.shared.packs.incoming, &error))),
    }
    report.faults.sort_unstable();
    report.stale_indexes.sort_unstable();
    Ok(report)
}

/// What one piece of work has found.
#[derive(Default)]
struct Found {
    objects: u64,
    bytes: u64,
    faults: Vec<StoreFault>,
}

impl Found {
    fn one(fault: StoreFault) -> Found {
        Found { faults: vec![fault], ..Found::default() }
    }
}

fn fault_of(path: &Path, error: &BlobError) -> StoreFault {
    let (path, because) = match error {
        BlobError::Io { path, source, .. } => (path.clone(), source.to_string()),
        BlobError::Stray { path } => (path.clone(), "no store makes such a file".to_owned()),
        other => (path.to_path_buf(), other.to_string()),
    };
    StoreFault { path, offset: 0, kind: StoreFaultKind::Unreadable { because } }
}

/// A stretch of a pack: from `start` to `end`, with the members that begin there.
struct Piece<'a> {
    start: u64,
    end: u64,
    members: &'a [Entry],
}

fn read_pack(pack: &Arc<Pack>, report: &mut StoreReport, watch: Watch<'_>) -> Result<(), Stopped> {
    let path = pack.path.clone();
    let opened = pack.entries(false).and_then(|entries| Ok((entries, pack.open()?)));
    let (entries, file) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            report.add(Found::one(fault_of(&path, &error)));
            return Ok(());
        }
    };
    if !pack.is_sound() {
        report.add(Found::one(StoreFault { path: path.clone(), offset: 0, kind: StoreFaultKind::Incomplete }));
    }
    let pieces = pieces(&entries, pack.bytes());
    let read = |piece: &Piece<'_>| {
        if is_set(watch.stop) { Err(Stopped) } else { Ok(read_piece(&file, &path, piece)) }
    };
    let found: Vec<Found> = pieces.par_iter().map(read).collect::<Result<_, _>>()?;
    found.into_iter().for_each(|found| report.add(found));
    Ok(())
}

/// Cuts a pack into pieces at headers. What no member explains, at the end or between, belongs to the piece before.
fn pieces(entries: &[Entry], pack_bytes: u64) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut first) = (0, 0);
    for (number, entry) in entries.iter().enumerate() {
        if entry.header_at() >= start + PIECE_BYTES {
            pieces.push(Piece { start, end: entry.header_at(), members: &entries[first..number] });
            (start, first) = (entry.header_at(), number);
        }
    }
    pieces.push(Piece { start, end: pack_bytes, members: &entries[first..] });
    pieces
}

fn read_piece(file: &File, path: &Path, piece: &Piece<'_>) -> Found {
    let mut found = Found::default();
    let mut gaps = Gaps { file, path, buffer: Vec::new() };
    let mut at = piece.start;
    let mut buffer = Vec::new();
    for entry in piece.members {
        gaps.read(at, entry.header_at(), &mut found);
        let whole = BLOCK_BYTES + entry.length as usize + tar::padding(entry.length as usize);
        buffer.resize(whole, 0);
        let read = match read_at(file, &mut buffer, entry.header_at()) {
            Ok(read) => read,
            Err(error) => {
                found.faults.push(fault_of(path, &io_error("read", path, error)));
                return found;
            }
        };
        let mut fault = |offset, kind| found.faults.push(StoreFault { path: path.into(), offset, kind });
        if read < BLOCK_BYTES + entry.length as usize {
            fault(entry.bytes_at(), StoreFaultKind::Torn { name: entry.name });
            at = piece.end;
            continue;
        }
        let (header, rest) = buffer.split_at(BLOCK_BYTES);
        let (bytes, padding) = rest.split_at(entry.length as usize);
        if header != tar::header(&entry.name, entry.length) {
            fault(entry.header_at(), StoreFaultKind::Foreign);
        }
        let actual = Digest::of(bytes);
        if actual != entry.name {
            fault(entry.bytes_at(), StoreFaultKind::Corrupt { name: entry.name, actual });
        }
        if padding.iter().any(|byte| *byte != 0) {
            fault(entry.bytes_at() + u64::from(entry.length), StoreFaultKind::Foreign);
        }
        found.objects += 1;
        found.bytes += u64::from(entry.length);
        at = entry.header_at() + whole as u64;
    }
    gaps.read(at, piece.end, &mut found);
    found
}

/// Reads what no member explains: two blocks of zeros at the end of a sound pack, and nothing anywhere else.
struct Gaps<'a> {
    file: &'a File,
    path: &'a Path,
    buffer: Vec<u8>,
}

impl Gaps<'_> {
    fn read(&mut self, mut at: u64, end: u64, found: &mut Found) {
        while at < end {
            self.buffer.resize(usize::try_from((end - at).min(PIECE_BYTES)).unwrap_or(0), 0);
            let read = match read_at(self.file, &mut self.buffer, at) {
                Ok(0) => return,
                Ok(read) => read,
                Err(error) => {
                    found.faults.push(fault_of(self.path, &io_error("read", self.path, error)));
                    return;
                }
            };
            if let Some(first) = self.buffer[..read].iter().position(|byte| *byte != 0) {
                let (path, offset) = (self.path.into(), at + first as u64);
                found.faults.push(StoreFault { path, offset, kind: StoreFaultKind::Foreign });
                return;
            }
            at += read as u64;
        }
    }
}

fn read_loose(blobs: &FileBlobs, report: &mut StoreReport, watch: Watch<'_>) -> Result<(), Stopped> {
    for byte in 0..=255 {
        let (names, errors) = blobs.all().loose(byte);
        for error in errors {
            report.add(Found::one(fault_of(&blobs.shared.loose.objects, &error)));
        }
        for batch in names.chunks(BATCH_OBJECTS) {
            let read = |name: &Digest| if is_set(watch.stop) { Err(Stopped) } else { Ok(read_one(blobs, name)) };
            let found: Vec<Found> = batch.par_iter().map(read).collect::<Result<_, _>>()?;
            found.into_iter().for_each(|found| report.add(found));
        }
        if !names.is_empty() {
            watch.report(Progress { files: report.objects, bytes: report.bytes });
        }
    }
    for error in blobs.all().strays() {
        report.add(Found::one(fault_of(&blobs.shared.packs.folder, &error)));
    }
    Ok(())
}

fn read_one(blobs: &FileBlobs, name: &Digest) -> Found {
    let path = blobs.path_of(name);
    match blobs.check(name) {
        Ok(stored) => Found { objects: 1, bytes: stored.size_bytes, faults: Vec::new() },
        Err(BlobError::Corrupt { name, actual }) => {
            let bytes = fs::metadata(&path).map_or(0, |seen| seen.len());
            let fault = StoreFault { path, offset: 0, kind: StoreFaultKind::Corrupt { name, actual } };
            Found { objects: 1, bytes, faults: vec![fault] }
        }
        Err(error) => Found::one(fault_of(&path, &error)),
    }
}
