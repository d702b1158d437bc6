//! `portreeve-bench corpus`: making files to work on, always the same ones for a seed, and changing some of them.

pub(crate) mod chance;
mod content;
pub(crate) mod fixed;
mod hostile;
pub(crate) mod marker;
pub(crate) mod mutate;
mod put;
mod small;

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::args::{CorpusCommand, FixedArgs, HostileArgs, Making, MutateArgs, SmallArgs};
use crate::clock::Began;
use crate::failure::Failure;
use crate::stop::Stop;
use crate::{machine, say};
use chance::LogUniform;
use fixed::Fixed;
use marker::{Marker, State};
use small::Small;

/// A machine of 2026 makes about so many small files a second on a local disk with two cores: for the estimate only.
const FILES_A_SECOND: f64 = 30_000.0;
/// And writes so many bytes.
const BYTES_A_SECOND: f64 = 500e6;

/// What a corpus takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    pub(crate) bytes: u64,
    pub(crate) inodes: u64,
    seconds: f64,
}

impl Need {
    /// What something else than a corpus takes.
    pub(crate) fn of(bytes: u64, inodes: u64) -> Need {
        Need { bytes, inodes, seconds: 0.0 }
    }

    /// Half a block of 4 KiB is lost at each file's end on average, and a folder has one at least.
    fn new(files: u64, mean: f64, folders: u64) -> Need {
        let bytes = files as f64 * (mean + 2_048.0) + folders as f64 * 4_096.0;
        Need {
            bytes: bytes as u64,
            inodes: files + folders,
            seconds: (files as f64 / FILES_A_SECOND).max(bytes / BYTES_A_SECOND),
        }
    }

    /// So many bytes, in files that are too few to count.
    pub(crate) fn of_bytes(bytes: u64) -> Need {
        Need { bytes, inodes: 0, seconds: 0.0 }
    }

    /// What files that are there already take up.
    pub(crate) fn lying(files: u64, bytes: u64, folders: u64) -> Need {
        Need::new(files, bytes as f64 / files.max(1) as f64, folders)
    }
}

/// `portreeve-bench corpus ...`.
pub(crate) fn command(command: CorpusCommand) -> Result<u8, Failure> {
    // Ctrl-C ends it as it ends any program: the marker beside the folder says that it is not whole.
    let stop = Stop::default();
    match command {
        CorpusCommand::Small(args) => small(&args, &stop),
        CorpusCommand::Fixed(args) => fixed(&args, &stop),
        CorpusCommand::Hostile(args) => hostile(&args),
        CorpusCommand::Mutate(args) => mutate(&args),
    }
}

fn small(args: &SmallArgs, stop: &Stop) -> Result<u8, Failure> {
    let SmallArgs { files, min, max, flat, making } = args;
    if min > max || *max > small::SIZE_MAX {
        let because = format!("the smallest file is {min} bytes and the largest {max}");
        return Err(Failure::usage(because, format!("--min up to --max, and --max up to {}", small::SIZE_MAX)));
    }
    let sizes = LogUniform::new(*min, *max);
    let plan = Small { files: *files, sizes, size_max: *max, flat: *flat, seed: making.seed };
    let shape = if *flat { "flat" } else { "tree" };
    let what = format!("small {shape}, {files} files of {min} to {max} bytes, seed {}", making.seed);
    make(making, what, *files, plan.need(), |out, threads| Ok((*files, plan.make(out, threads, stop)?)))
}

fn fixed(args: &FixedArgs, stop: &Stop) -> Result<u8, Failure> {
    let FixedArgs { files, size, making } = args;
    let plan = Fixed { files: *files, size: *size, seed: making.seed };
    let what = format!("fixed, {files} files of {size} bytes, seed {}", making.seed);
    make(making, what, *files, plan.need(), |out, threads| Ok((*files, plan.make(out, threads, stop)?)))
}

fn hostile(args: &HostileArgs) -> Result<u8, Failure> {
    let what = format!("hostile, seed {}", args.making.seed);
    make(&args.making, what, 100, Need::new(200, 4_096.0, 100), |out, _| hostile::make(out, args.making.seed))
}

/// Makes a small corpus for `growth`.
pub(crate) fn small_at(out: &Path, files: u64, min: u64, max: u64, stop: &Stop) -> Result<(), Failure> {
    let making = Making { out: out.to_owned(), seed: 8493, threads: None, dry_run: false };
    small(&SmallArgs { files, min, max, flat: false, making }, stop).map(|_| ())
}

/// What a small corpus would take, before it is made.
pub(crate) fn small_need(files: u64, min: u64, max: u64) -> Need {
    Small { files, sizes: LogUniform::new(min, max), size_max: max, flat: false, seed: 0 }.need()
}

fn make(
    making: &Making,
    what: String,
    files: u64,
    need: Need,
    fill: impl FnOnce(&Path, usize) -> Result<(u64, u64), Failure>,
) -> Result<u8, Failure> {
    let out = making.out.as_path();
    if files == 0 {
        return Err(Failure::usage("a corpus of no files is none", "say --files 1 or more"));
    }
    let before = Marker::of(out)?;
    if let Some(there) = before.as_ref().filter(|there| there.state == State::Complete && there.what == what) {
        say::answer(&format!("{} is there already: {}, {} bytes\n", out.display(), there.what, there.bytes));
        return Ok(0);
    }
    say::talk(&format!(
        "{what}: about {:.1} GB of disk, {} inodes and {:.0} s",
        need.bytes as f64 / 1e9,
        need.inodes,
        need.seconds.ceil()
    ));
    room_for(out, need)?;
    let interrupted = before.is_some_and(|there| there.state == State::Making);
    refuse_what_is_there(out, interrupted)?;
    if making.dry_run {
        say::answer("Dry run: nothing was made\n");
        return Ok(0);
    }
    let mut marker = Marker::new(what);
    marker.put(out)?;
    if interrupted && out.exists() {
        say::talk(&format!("{} was left half made: making it again from the start", out.display()));
        fs::remove_dir_all(out).map_err(Failure::io("remove", out))?;
    }
    fs::create_dir_all(out).map_err(Failure::io("make the folder", out))?;
    let began = Began::now();
    let (files, bytes) = fill(out, making.threads.unwrap_or_else(machine::cores).max(1))?;
    let seconds = began.seconds();
    (marker.state, marker.files, marker.bytes) = (State::Complete, files, bytes);
    marker.put(out)?;
    say::answer(&format!("{}: {files} files, {bytes} bytes, made in {seconds:.1} s\n", out.display()));
    Ok(0)
}

/// Only a folder whose own marker says that we were making it is made again; anything else is somebody's.
fn refuse_what_is_there(out: &Path, interrupted: bool) -> Result<(), Failure> {
    if interrupted && !out.is_symlink() {
        return Ok(());
    }
    match fs::read_dir(out).map(|mut items| items.next().is_some()) {
        Ok(false) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Ok(true) => Err(Failure::refused(
            "make the corpus",
            format!("{} is not empty, and nothing beside it says that it was left half made", out.display()),
            "name a folder that is not there yet",
        )),
        Err(error) => Err(Failure::io("list", out)(error)),
    }
}

/// Refuses what the disk would not hold.
pub(crate) fn room_for(path: &Path, need: Need) -> Result<(), Failure> {
    let free = machine::free(path)?;
    if free.bytes < need.bytes || free.inodes.is_some_and(|inodes| inodes < need.inodes) {
        return Err(Failure::refused(
            "fill the disk",
            format!(
                "it would take {} MB and {} inodes, and {} MB and {} are free",
                need.bytes / 1_000_000,
                need.inodes,
                free.bytes / 1_000_000,
                free.inodes.map_or_else(|| "enough".to_owned(), |inodes| inodes.to_string())
            ),
            "make room, ask for fewer files or works, or name a folder on another disk",
        ));
    }
    Ok(())
}

fn mutate(args: &MutateArgs) -> Result<u8, Failure> {
    let dir = args.dir.as_path();
    let mut marker = Marker::of(dir)?.filter(|marker| marker.state != State::Making).ok_or_else(|| {
        Failure::refused(
            "change the files",
            format!("nothing beside {} says that it is a finished corpus of this program", dir.display()),
            "make one with `portreeve-bench corpus`: nobody else's files are changed",
        )
    })?;
    let changes = mutate::plan(dir, args.fraction, args.mode, args.seed)?;
    let lines: String = changes.iter().map(|change| change.line() + "\n").collect();
    if args.dry_run {
        say::answer(&format!("{lines}Dry run: nothing was changed\n"));
        return Ok(0);
    }
    // Before the first change, so that a corpus that was interrupted here is not taken for a whole one.
    marker.state = State::Changed;
    marker.put(dir)?;
    if let Some(truth) = &args.truth {
        let mut file = fs::File::create_new(truth).map_err(Failure::io("write", truth))?;
        file.write_all(lines.as_bytes()).map_err(Failure::io("write", truth))?;
    }
    mutate::carry_out(dir, &changes, args.seed)?;
    say::answer(&format!("{} changes in {}\n", changes.len(), dir.display()));
    Ok(0)
}

/// One of some words by number, and what is left of the number for the next words.
fn word_of(number: u64, words: &'static [&'static str]) -> (&'static str, u64) {
    let count = words.len() as u64;
    (words[(number % count) as usize], number / count)
}

/// Does all jobs, whichever thread takes which. Gives the sum of what they give; after a failure, or once somebody asked for an
/// end, no new job is begun.
fn in_parallel(
    jobs: u64,
    threads: usize,
    stop: &Stop,
    job: impl Fn(u64) -> Result<u64, Failure> + Sync,
) -> Result<u64, Failure> {
    let (next, sum) = (AtomicU64::new(0), AtomicU64::new(0));
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let _ = scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= jobs {
                        return;
                    }
                    match stop.check().and_then(|()| job(number)) {
                        Ok(count) => {
                            let _ = sum.fetch_add(count, Ordering::Relaxed);
                        }
                        Err(failure) => {
                            next.store(jobs, Ordering::Relaxed);
                            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                            return;
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(failure) => Err(failure),
        None => Ok(sum.into_inner()),
    }
}
