//! `portreeve-bench index`: what the evidence index costs a file, and how long a first page of a search takes.
//!
//! The only work that is not done by running `portreeve`: nobody makes 5 million real files to know how long a search
//! takes. So the lines of the manifests are invented, and the index is asked as the engine asks it.

mod invented;
mod searches;

use std::convert::Infallible;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use portreeve_collector::{
    Blobs, Collection, Compared, FileBlobs, Index, MemoryBlobs, Query, TextFound, Watch, Words, write_manifest,
};
use portreeve_model::Digest;
use serde::Serialize;

use crate::args::IndexArgs;
use crate::clock::{Began, cpu_seconds, own_cpu_seconds};
use crate::corpus::{Need, room_for};
use crate::failure::Failure;
use crate::machine::Machine;
use crate::scratch::Scratch;
use crate::stop::Stop;
use crate::table::grouped;
use crate::{measure, say};
use searches::{Searched, searched};

/// What a file takes of the disk at the most: its row and its words in two indexes, its line in a manifest.
const FILE_BYTES: u64 = 2_000;

/// What a text takes.
const TEXT_BYTES: u64 = 3_000;

/// How many files the collection of another source has.
const OTHERS: u64 = 200_000;

/// How many lines are made up before they are handed over.
const AHEAD: usize = 10_000;

/// How many texts are noted at once.
const TEXTS_AT_ONCE: u32 = 1_000;

/// What a page may take.
const PAGE_MS_MAX: f64 = 50.0;

const READING: &str = "\
The files are made up, and making them up does not count. `own CPU` is that of the thread that hands the files over; memory
and disk are those at the end of a step. A first page has 50 files and a count up to 10,000: `with opening` is what a
command waits for, `page` what a server waits for. Medians, with the smallest and the largest.\n";

/// What is written for machines.
#[derive(Debug, Serialize)]
struct Told {
    format: &'static str,
    machine: Machine,
    files: u64,
    texts: u64,
    steps: Vec<Step>,
    searches: Vec<Searched>,
}

/// What one step of making an index costs.
#[derive(Debug, Serialize)]
struct Step {
    what: &'static str,
    /// Files, or texts.
    items: u64,
    wall_s: f64,
    /// On all threads.
    cpu_s: f64,
    /// On the thread that hands over the files.
    own_cpu_s: f64,
    /// The most memory that this program has had by then.
    peak_mib: f64,
    /// What the index takes of the disk then, with its log.
    disk_mib: f64,
}

/// `portreeve-bench index`.
pub(crate) fn command(args: &IndexArgs) -> Result<u8, Failure> {
    let need = Need::of(args.files * FILE_BYTES + args.texts * TEXT_BYTES, 1_000);
    if args.dry_run {
        say::answer(&format!("Dry run: it would take up to {} MB of disk\n", need.bytes / 1_000_000));
        return Ok(0);
    }
    let stop = Stop::watching();
    let scratch = Scratch::open(&args.work, &[])?;
    room_for(scratch.root(), need)?;
    let mut making = Making { folder: scratch.room("rows", "index")?, steps: Vec::new(), stop: &stop };
    fs::create_dir(&making.folder).map_err(Failure::io("make the folder", &making.folder))?;
    let other = making.make(args.files, args.texts)?;
    let searches = searched(&making.at(), args.files, other, args.runs, &stop)?;
    making.rebuild(args.files)?;
    let told = Told {
        format: "portreeve.bench.index/1",
        machine: Machine::now(scratch.root(), scratch.root()),
        files: args.files,
        texts: args.texts,
        steps: making.steps,
        searches,
    };
    say::answer(&if args.json {
        format!("{}\n", serde_json::to_string_pretty(&told).unwrap_or_default())
    } else {
        table(&told)
    });
    Ok(0)
}

/// An index on its way, measured step by step.
struct Making<'s> {
    folder: PathBuf,
    steps: Vec<Step>,
    stop: &'s Stop,
}

impl Making<'_> {
    fn at(&self) -> PathBuf {
        self.folder.join("index")
    }

    /// Gives a collection that is only a small part of the index.
    fn make(&mut self, files: u64, texts: u64) -> Result<Digest, Failure> {
        let at = self.at();
        let mut index = rebuilt(&at, &[], &MemoryBlobs::new())?;
        let index = &mut index;
        let first = self.add("add a first collection", index, None, (0..files).map(|number| (number, false)))?;
        let edited = (0..files).map(|number| (number, number % 1_000 == 7));
        let _ = self.add("add it again, one file in 1,000 edited", index, Some(&first), edited)?;
        let others = (0..files.min(OTHERS)).map(|number| (files + number, false));
        let other = self.add("add a collection of another source", index, None, others)?;
        self.step("search for a name for the first time", |_| {
            let words = Words::parse("nothing").expect("it has a word");
            let query = Query { name: Some(words), limit: 1, ..Query::default() };
            index.search(&query, Watch::default()).map_err(failed("search", &at))?;
            Ok((files, 0.0))
        })?;
        self.step("note texts", |stop| noted(index, &at, texts, stop))?;
        Ok(other)
    }

    /// The whole index again from one manifest.
    fn rebuild(&mut self, files: u64) -> Result<(), Failure> {
        let (at, folder) = (self.at(), self.folder.join("store"));
        let store = FileBlobs::create(&folder).map_err(failed("make a store at", &folder))?;
        let lines = (0..files).map(|number| Ok::<_, Infallible>(invented::line(number, false)));
        let manifest = write_manifest(lines, &store).map_err(failed("write to", &folder))?.digest;
        self.step("make the index again from a manifest", |_| {
            rebuilt(&at, &[Collection::alone(manifest)], &store)?;
            Ok((files, 0.0))
        })
    }

    fn add(
        &mut self,
        what: &'static str,
        index: &mut Index,
        follows: Option<&Digest>,
        files: impl Iterator<Item = (u64, bool)>,
    ) -> Result<Digest, Failure> {
        let (at, manifest) = (self.at(), Digest::of(what.as_bytes()));
        let mut files = files.peekable();
        self.step(what, |stop| {
            let mut addition = index.adding(follows).map_err(failed("add to", &at))?;
            let (mut count, mut aside) = (0, 0.0);
            while files.peek().is_some() {
                stop.check()?;
                let cpu = own_cpu_seconds();
                let invented = |(number, edited)| (invented::line(number, edited), edited);
                let lines: Vec<_> = files.by_ref().take(AHEAD).map(invented).collect();
                aside += own_cpu_seconds() - cpu;
                for (line, edited) in &lines {
                    match (follows, edited) {
                        (None, _) => addition.add(Compared::New(line)),
                        (Some(_), false) => addition.add(Compared::Same(line)),
                        (Some(_), true) => {
                            addition.add(Compared::Gone(&line.path));
                            addition.add(Compared::New(line));
                        }
                    }
                }
                count += lines.len() as u64;
            }
            addition.finish(&manifest).map_err(failed("add to", &at))?;
            Ok((count, aside))
        })?;
        Ok(manifest)
    }

    /// Measures `work`, which gives how many items there were, and the CPU seconds that do not count.
    fn step(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&Stop) -> Result<(u64, f64), Failure>,
    ) -> Result<(), Failure> {
        say::talk(&format!("  {what}"));
        let (began, cpu, own) = (Began::now(), cpu_seconds(), own_cpu_seconds());
        let (items, aside) = work(self.stop)?;
        self.steps.push(Step {
            what,
            items,
            wall_s: began.seconds() - aside,
            cpu_s: cpu_seconds() - cpu - aside,
            own_cpu_s: own_cpu_seconds() - own - aside,
            peak_mib: measure::peak_mib(),
            disk_mib: size_of(&self.folder),
        });
        Ok(())
    }
}

fn rebuilt(at: &Path, collections: &[Collection], blobs: &dyn Blobs) -> Result<Index, Failure> {
    Index::rebuild(at, collections, blobs, Watch::default()).map_err(failed("make", at))
}

/// Notes texts for so many documents, from the first on.
fn noted(index: &mut Index, at: &Path, texts: u64, stop: &Stop) -> Result<(u64, f64), Failure> {
    let (mut count, mut aside) = (0, 0.0);
    while count < texts {
        stop.check()?;
        let limit = u32::try_from(texts - count).unwrap_or(TEXTS_AT_ONCE).min(TEXTS_AT_ONCE);
        let page = index.texts_wanted(limit).map_err(failed("ask", at))?;
        let cpu = own_cpu_seconds();
        let found: Vec<(Digest, TextFound)> =
            page.documents.iter().map(|document| (document.digest, invented::text(&document.digest))).collect();
        aside += own_cpu_seconds() - cpu;
        index.add_texts(&found, Some(page.up_to)).map_err(failed("add to", at))?;
        count += found.len() as u64;
        if !page.more {
            break;
        }
    }
    Ok((count, aside))
}

/// For `map_err`: turns what the collector said into a failure.
fn failed<E: Error + Send + Sync + 'static>(attempt: &'static str, path: &Path) -> impl FnOnce(E) -> Failure {
    let path = path.to_owned();
    move |error| Failure::Io { attempt, path, source: io::Error::other(error) }
}

/// The index with its log.
fn size_of(folder: &Path) -> f64 {
    let files = ["index", "index-wal"].map(|name| fs::metadata(folder.join(name)).map_or(0, |found| found.len()));
    files.iter().sum::<u64>() as f64 / 1_048_576.0
}

fn table(told: &Told) -> String {
    let Machine { date, cpu, kernel, cores, work_on, .. } = &told.machine;
    let mut text = format!(
        "{date}. {cpu}, {cores} cores, {kernel}; work folder on {work_on}.\n{} files, {} texts.\n\n{READING}\n\
         | step | us an item | own CPU us | wall s | CPU s | own CPU s | peak MiB | disk MiB |\n\
         |---|---|---|---|---|---|---|---|\n",
        grouped(told.files),
        grouped(told.texts)
    );
    for Step { what, items, wall_s, cpu_s, own_cpu_s, peak_mib, disk_mib } in &told.steps {
        let micros = |seconds: f64| seconds * 1e6 / (*items).max(1) as f64;
        text.push_str(&format!(
            "| {what} | {:.2} | {:.2} | {wall_s:.2} | {cpu_s:.2} | {own_cpu_s:.2} | {peak_mib:.0} | {disk_mib:.0} |\n",
            micros(*cpu_s),
            micros(*own_cpu_s)
        ));
    }
    text.push_str("\n| search | with opening ms | page ms | page CPU ms | hits | of |\n|---|---|---|---|---|---|\n");
    for Searched { what, opened, page, page_cpu, hits, total } in &told.searches {
        let [opened, page, page_cpu] = [opened, page, page_cpu]
            .map(|spread| format!("{:.1} ({:.1}-{:.1})", spread.median, spread.min, spread.max));
        text.push_str(&format!("| {what} | {opened} | {page} | {page_cpu} | {hits} | {total} |\n"));
    }
    let slow = told.searches.iter().filter(|search| search.opened.median >= PAGE_MS_MAX);
    let slow: Vec<&str> = slow.map(|search| search.what).collect();
    text.push_str(&match slow.as_slice() {
        [] => format!("\nEvery first page comes within {PAGE_MS_MAX} ms.\n"),
        slow => format!("\nNot within {PAGE_MS_MAX} ms: {}.\n", slow.join("; ")),
    });
    text
}
