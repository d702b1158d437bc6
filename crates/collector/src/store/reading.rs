//! Reading many objects back in the order they lie in, not the order they are named in.
//!
//! Must never call an object damaged that one look at it alone does not, or give bytes that were not compared with their
//! name.

use std::fs::File;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use portreeve_model::Digest;
use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::contract::{Each, check};
use super::disk::read_at;
use super::files::FileBlobs;
use super::pack::Pack;
use super::pack::table::Entry;
use super::packs::Held;
use crate::watch::is_set;
use crate::{BlobError, Blobs as _, Stopped};

/// How much of a pack is read at once: 1 MiB, and one member of at most another.
const RUN_BYTES: u64 = 1024 * 1024;

/// How much that nobody asked for is read rather than stepped over: a seek costs more than 64 KiB.
const GAP_BYTES: u64 = 64 * 1024;

/// An object asked for, and where it lies.
struct Wanted {
    number: usize,
    pack: Arc<Pack>,
    entry: Entry,
}

impl Wanted {
    fn place(&self) -> (Digest, u32) {
        (self.pack.name, self.entry.block)
    }
}

/// [`Blobs::check_all`](crate::Blobs::check_all) of the store on a disk.
pub(super) fn check_all(
    blobs: &FileBlobs,
    names: &[Digest],
    stop: Option<&AtomicBool>,
) -> Result<Vec<Result<u64, BlobError>>, Stopped> {
    let locate = |number: usize| {
        let name = &names[number];
        // A loose object stands before a packed one; whatever goes wrong here goes wrong again below, and is told there.
        if !matches!(blobs.shared.loose.size_bytes(name), Ok(None)) {
            return None;
        }
        let (pack, entry) = blobs.shared.packs.find(name).ok()??;
        Some(Wanted { number, pack, entry })
    };
    let mut packed: Vec<Wanted> = (0..names.len()).into_par_iter().filter_map(locate).collect();
    packed.sort_unstable_by_key(Wanted::place);
    let runs: Vec<&[Wanted]> = runs(&packed).collect();
    let read = |run: &&[Wanted]| {
        let mut sound = Vec::with_capacity(run.len());
        // A failure here is a failure below too, and is told there.
        if let Some(Ok(file)) = run.first().map(|first| first.pack.open()) {
            let _ = read_run(&file, run, &mut Vec::new(), |wanted, member| {
                sound.push((wanted.number, member.len() as u64));
                ControlFlow::Continue(())
            });
        }
        if is_set(stop) { Err(Stopped) } else { Ok(sound) }
    };
    let sound: Vec<Vec<(usize, u64)>> = runs.par_iter().map(read).collect::<Result<_, _>>()?;
    let mut sizes = vec![None; names.len()];
    sound.into_iter().flatten().for_each(|(number, size_bytes)| sizes[number] = Some(size_bytes));
    let answer = |number: usize| match sizes[number] {
        Some(size_bytes) => Ok(Ok(size_bytes)),
        None if is_set(stop) => Err(Stopped),
        None => Ok(check(blobs, &names[number])),
    };
    (0..names.len()).into_par_iter().map(answer).collect()
}

/// [`Blobs::open_all`](crate::Blobs::open_all) of the store on a disk. What lies in a pack and is sound is given from
/// memory; whatever is not is opened by itself, for the reason.
pub(super) fn open_all(blobs: &FileBlobs, names: &[Digest], each: &mut Each<'_>) -> Result<(), BlobError> {
    let found = blobs.shared.packs.find_all(names)?;
    let mut given = vec![false; names.len()];
    let wanted = |(number, found): (usize, Option<Held>)| found.map(|(pack, entry)| Wanted { number, pack, entry });
    let mut packed: Vec<Wanted> = found.into_iter().enumerate().filter_map(wanted).collect();
    packed.sort_unstable_by_key(Wanted::place);
    let mut buffer = Vec::new();
    for of_one_pack in packed.chunk_by(|one, other| Arc::ptr_eq(&one.pack, &other.pack)) {
        let Some(Ok(file)) = of_one_pack.first().map(|first| first.pack.open()) else { continue };
        for run in runs(of_one_pack) {
            let ended = read_run(&file, run, &mut buffer, |wanted, mut member| {
                given[wanted.number] = true;
                each(wanted.number, &mut member)
            });
            if ended.is_break() {
                return Ok(());
            }
        }
    }
    for (number, name) in names.iter().enumerate().filter(|(number, _)| !given[*number]) {
        if each(number, &mut *blobs.open(name)?).is_break() {
            break;
        }
    }
    Ok(())
}

/// Cuts what is wanted, in order, into pieces that are read at once.
fn runs(mut packed: &[Wanted]) -> impl Iterator<Item = &[Wanted]> {
    std::iter::from_fn(move || {
        let first = packed.first()?;
        let (start, mut end) = (first.entry.bytes_at(), first.entry.bytes_at());
        let belongs = |wanted: &&Wanted| {
            let at = wanted.entry.bytes_at();
            let near = at < start + RUN_BYTES && at <= end + GAP_BYTES && Arc::ptr_eq(&wanted.pack, &first.pack);
            end = at + u64::from(wanted.entry.length);
            near
        };
        let count = packed.iter().take_while(belongs).count().max(1);
        let (run, rest) = packed.split_at(count);
        packed = rest;
        Some(run)
    })
}

/// Reads a run of one pack, which is open as `file`, and gives those of its objects that are sound.
fn read_run(
    file: &File,
    run: &[Wanted],
    buffer: &mut Vec<u8>,
    mut sound: impl FnMut(&Wanted, &[u8]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return ControlFlow::Continue(()) };
    let start = first.entry.bytes_at();
    let end = last.entry.bytes_at() + u64::from(last.entry.length);
    buffer.resize(usize::try_from(end - start).unwrap_or(0), 0);
    let Ok(count) = read_at(file, buffer, start) else { return ControlFlow::Continue(()) };
    for wanted in run {
        let at = usize::try_from(wanted.entry.bytes_at() - start).unwrap_or(usize::MAX);
        let member = buffer[..count].get(at..).and_then(|rest| rest.get(..wanted.entry.length as usize));
        if let Some(member) = member.filter(|member| Digest::of(member) == wanted.entry.name) {
            sound(wanted, member)?;
        }
    }
    ControlFlow::Continue(())
}
