//! Reading a whole store back: every byte of every pack and every loose object, each once.
//!
//! Nothing in a pack goes unread: headers are compared with the only ones there can be, members with their names, and
//! what lies between and after them with zeros (`piece`). So any flipped bit is found, and where. What an interrupted
//! reading had read is left out where a `bookmark` is given, and counted apart.
//!
//! Must never believe an index that was not compared with its name, and never change anything in the store.

mod bookmark;
mod piece;
mod record;
mod report;

use std::fs::{self, File};
use std::sync::atomic::AtomicBool;

use portreeve_model::Digest;
use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

pub use bookmark::Bookmark;
pub use report::{ReadBefore, StoreFault, StoreFaultKind, StoreReport};

use self::piece::{Piece, pieces, read_piece};
use self::record::{Part, Record};
use self::report::{Found, fault_of};
use super::files::FileBlobs;
use super::pack::table::Entry;
use super::pack::tar::member_name;
use super::pack::{Pack, index_is_good};
use crate::stamp::Stamp;
use crate::tree::{Folder, Kind, look_at};
use crate::watch::is_set;
use crate::{BlobError, Progress, Stopped, Watch};

/// How many loose objects are read before what was read is noted: most have more than 1 MiB, so that a kill costs seconds.
const BATCH_OBJECTS: usize = 256;

/// Reads everything back, on all cores and in the order it lies in.
///
/// # Errors
/// When the work was stopped: half a verification is no verification. What is wrong with the store is in the report.
pub fn verify_store(blobs: &FileBlobs, watch: Watch<'_>) -> Result<StoreReport, Stopped> {
    go_on_verifying_store(blobs, None, watch)
}

/// As [`verify_store`], but leaves out what an interrupted one had read, and remembers what it reads. Where another is
/// under way there is no bookmark.
///
/// # Errors
/// When the work was stopped.
pub fn go_on_verifying_store(
    blobs: &FileBlobs,
    bookmark: Option<&mut Bookmark>,
    watch: Watch<'_>,
) -> Result<StoreReport, Stopped> {
    let mut audit = Audit { blobs, bookmark, watch, report: StoreReport::default() };
    let packs = blobs.shared.packs.refresh().and_then(|_| blobs.shared.packs.all());
    let mut packs = packs.unwrap_or_else(|error| {
        audit.report.add(Found::one(fault_of(&blobs.shared.packs.folder, &error)));
        Vec::new()
    });
    packs.sort_unstable_by_key(|pack| pack.name);
    for pack in packs {
        audit.read_pack(&pack)?;
    }
    audit.read_loose()?;
    let mut report = audit.report;
    match blobs.leftovers() {
        Ok(leftovers) => report.leftovers = leftovers,
        Err(error) => report.add(Found::one(fault_of(&blobs.shared.packs.incoming, &error))),
    }
    report.faults.sort_unstable();
    report.stale_indexes.sort_unstable();
    Ok(report)
}

/// A reading under way.
struct Audit<'a> {
    blobs: &'a FileBlobs,
    bookmark: Option<&'a mut Bookmark>,
    watch: Watch<'a>,
    report: StoreReport,
}

impl Audit<'_> {
    fn read_pack(&mut self, pack: &Pack) -> Result<(), Stopped> {
        if !index_is_good(&pack.index_path, &pack.name) {
            self.report.stale_indexes.push(pack.index_path.clone());
        }
        let opened = pack.entries(false).and_then(|entries| Ok((entries, pack.open()?)));
        let (entries, file) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.report.add(Found::one(fault_of(&pack.path, &error)));
                return Ok(());
            }
        };
        let part = Part::Pack(pack.name);
        let look = || Some(look_at(&file).ok()?.stamp);
        let before = self.read_before(part, look);
        if let Some(record) = before.filter(|_| pack.is_sound()) {
            let bytes = entries.iter().map(|entry| u64::from(entry.length)).sum();
            self.report.add_before(entries.len() as u64, bytes, record.read_at());
            self.note(record);
        } else {
            let found = read_members(pack, &entries, &file, self.watch.stop)?;
            if found.faults.is_empty()
                && let Some(record) = self.read_now(part, look)
            {
                self.note(record);
            }
            self.report.add(found);
        }
        self.close_batch();
        Ok(())
    }

    fn read_loose(&mut self) -> Result<(), Stopped> {
        let blobs = self.blobs;
        let folder = self.bookmark.as_ref().and_then(|_| Folder::named(&blobs.shared.loose.objects).ok());
        for byte in 0..=255 {
            let (mut names, errors) = blobs.all().loose(byte);
            names.sort_unstable();
            for error in errors {
                self.report.add(Found::one(fault_of(&blobs.shared.loose.objects, &error)));
            }
            for batch in names.chunks(BATCH_OBJECTS) {
                self.read_batch(batch, folder.as_ref())?;
            }
        }
        for error in blobs.all().strays() {
            self.report.add(Found::one(fault_of(&blobs.shared.packs.folder, &error)));
        }
        Ok(())
    }

    /// Reads loose objects, which lie below `folder` if it is to be remembered.
    fn read_batch(&mut self, names: &[Digest], folder: Option<&Folder>) -> Result<(), Stopped> {
        let (blobs, stop) = (self.blobs, self.watch.stop);
        let look = |name: &Digest| {
            let seen = folder?.look(&member_name(name), false).ok()?;
            (seen.kind == Kind::File).then_some(seen.stamp)
        };
        let before: Vec<Option<Record>> =
            names.iter().map(|name| self.read_before(Part::Loose(*name), || look(name))).collect();
        let read = |(name, before): (&Digest, &Option<Record>)| match before {
            Some(record) => Ok(Outcome::Before(*record)),
            None if is_set(stop) => Err(Stopped),
            None => {
                let found = read_one(blobs, name);
                let stamp = if found.faults.is_empty() { look(name) } else { None };
                Ok(Outcome::Now(found, stamp))
            }
        };
        let outcomes: Vec<Outcome> = names.par_iter().zip(&before).map(read).collect::<Result<_, _>>()?;
        for (name, outcome) in names.iter().zip(outcomes) {
            match outcome {
                Outcome::Before(record) => {
                    self.report.add_before(1, record.stamp.size_bytes, record.read_at());
                    self.note(record);
                }
                Outcome::Now(found, stamp) => {
                    if let Some(record) = self.read_now(Part::Loose(*name), || stamp) {
                        self.note(record);
                    }
                    self.report.add(found);
                }
            }
        }
        self.close_batch();
        Ok(())
    }

    fn read_before(&mut self, part: Part, look: impl FnOnce() -> Option<Stamp>) -> Option<Record> {
        self.bookmark.as_mut()?.read_before(part, look)
    }

    fn read_now(&self, part: Part, look: impl FnOnce() -> Option<Stamp>) -> Option<Record> {
        self.bookmark.as_ref()?.read_now(part, look()?)
    }

    fn note(&mut self, record: Record) {
        if let Some(bookmark) = &mut self.bookmark {
            bookmark.note(&record);
        }
    }

    fn close_batch(&mut self) {
        if let Some(bookmark) = &mut self.bookmark {
            bookmark.keep();
        }
        self.watch.report(Progress { files: self.report.objects, bytes: self.report.bytes });
    }
}

/// What became of a loose object.
enum Outcome {
    /// It was read before.
    Before(Record),
    /// It was read now, and how it looked afterwards if it is to be remembered.
    Now(Found, Option<Stamp>),
}

fn read_members(pack: &Pack, entries: &[Entry], file: &File, stop: Option<&AtomicBool>) -> Result<Found, Stopped> {
    let mut all = Found::default();
    if !pack.is_sound() {
        all.faults.push(StoreFault { path: pack.path.clone(), offset: 0, kind: StoreFaultKind::Incomplete });
    }
    let read = |piece: &Piece<'_>| if is_set(stop) { Err(Stopped) } else { Ok(read_piece(file, &pack.path, piece)) };
    let found: Vec<Found> = pieces(entries, pack.bytes()).par_iter().map(read).collect::<Result<_, _>>()?;
    found.into_iter().for_each(|found| all.add(found));
    Ok(all)
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
