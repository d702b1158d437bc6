//! Reading many objects back in the order they lie in, not the order they are named in.
//!
//! Must never call an object damaged that one look at it alone does not.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use portreeve_model::Digest;
use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::contract::check;
use super::disk::read_at;
use super::files::FileBlobs;
use super::pack::Pack;
use super::pack::table::Entry;
use crate::watch::is_set;
use crate::{BlobError, Stopped};

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
    packed.sort_unstable_by_key(|wanted| (wanted.pack.name, wanted.entry.block));
    let runs: Vec<&[Wanted]> = runs(&packed).collect();
    let read = |run: &&[Wanted]| if is_set(stop) { Err(Stopped) } else { Ok(read_run(run)) };
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

/// Reads a run; says which of its objects are sound, and how long they are.
fn read_run(run: &[Wanted]) -> Vec<(usize, u64)> {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Vec::new() };
    let start = first.entry.bytes_at();
    let end = last.entry.bytes_at() + u64::from(last.entry.length);
    let mut bytes = vec![0; usize::try_from(end - start).unwrap_or(0)];
    let read = first.pack.open().map(|file| read_at(&file, &mut bytes, start));
    let Ok(Ok(count)) = read else { return Vec::new() };
    let is_sound = |wanted: &&Wanted| {
        let at = usize::try_from(wanted.entry.bytes_at() - start).unwrap_or(usize::MAX);
        let member = bytes[..count].get(at..).and_then(|rest| rest.get(..wanted.entry.length as usize));
        member.is_some_and(|member| Digest::of(member) == wanted.entry.name)
    };
    run.iter().filter(is_sound).map(|wanted| (wanted.number, u64::from(wanted.entry.length))).collect()
}
