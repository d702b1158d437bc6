//! Measures an index of many files; run by hand, in release:
//! `FILES=5000000 TEXTS=500000 cargo test --release -p portreeve-collector --test collector -- --ignored --nocapture measure`
//!
//! The files are invented, so only the index is measured. Times are for this machine as it is; quote ratios.
#![expect(clippy::print_stderr, reason = "figures for the one who runs it")]

use std::collections::BTreeSet;
use std::time::Instant;

use portreeve_collector::{
    Collecting, FileBlobs, Index, Keep, MemoryBlobs, Query, Seen, Span, TextFound, TextOutcome, Watch, Within, Words,
    checksums, collect, read_manifest,
};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};

use crate::support::{skipped, whole};

const WORDS: &[&str] = &[
    "report", "firewall", "minutes", "budget", "network", "policy", "review", "audit", "plan", "access", "Straße",
    "Café", "housing", "parking", "invoice", "contract", "letter", "scan", "diagram", "backup", "incident", "register",
];

/// A number that looks like chance.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 27)
}

fn word(number: u64) -> String {
    let chance = mixed(number);
    // Half are of a few common words, half of 50,000 rare ones.
    match chance % 2 {
        0 => WORDS[(chance >> 8) as usize % WORDS.len()].to_owned(),
        _ => format!("w{:x}", (chance >> 8) % 50_000),
    }
}

fn file(number: u64, edited: bool) -> (ManifestLine, Seen) {
    let (area, project) = (number / 40_000, number / 200);
    let ending = ["pdf", "docx", "xlsx", "jpg", "msg"][(mixed(number) % 5) as usize];
    let path = format!(
        "departments/area {area:03} {}/project {project:06} {}/{number:08} {} {}.{ending}",
        word(area + 7),
        word(project + 13),
        word(number * 3),
        word(number * 3 + 1),
    );
    let digest = Digest::of(&[&number.to_le_bytes()[..], &[u8::from(edited)]].concat());
    let size_bytes = Some(mixed(number) % 10_000_000);
    let modified = Some(1_500_000_000 + (mixed(number + 1) % 100_000_000) as i64);
    (ManifestLine { digest, path: ManifestPath::new(path.into_bytes()).unwrap() }, Seen { size_bytes, modified })
}

fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0) / 1024
}

/// The processor time that this process has used, in seconds, where ticks are of 10 ms.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The processor time of this thread, in milliseconds: what others do on the machine does not count.
fn of_this_thread() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|time| time.parse::<f64>().ok()).unwrap_or_default() / 1e6
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (start, used) = (Instant::now(), processor());
    let answer = work();
    eprintln!(
        "{what:44} {:>8.2} s, {:>8.2} s of processor   memory now {} MiB, most {} MiB",
        start.elapsed().as_secs_f64(),
        processor() - used,
        memory("VmRSS"),
        memory("VmHWM")
    );
    answer
}

fn number_of(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn add(index: &mut Index, name: &str, follows: Option<&Digest>, files: impl Iterator<Item = (u64, bool)>) -> Digest {
    let manifest = Digest::of(name.as_bytes());
    let mut addition = index.adding(follows).unwrap();
    for (number, edited) in files {
        let (line, seen) = file(number, edited);
        addition.add(&line, seen);
    }
    addition.finish(&manifest).unwrap();
    manifest
}

#[test]
#[ignore = "a measurement, run by hand"]
fn measure_a_large_index() {
    let (files, texts) = (number_of("FILES", 200_000), number_of("TEXTS", 20_000));
    let folder = tempfile::tempdir_in(std::env::var("MEASURE_IN").unwrap_or_else(|_| ".".into())).unwrap();
    let at = folder.path().join("index");
    let blobs = MemoryBlobs::new();
    let mut index = Index::rebuild(&at, &[], &blobs, Watch::default()).unwrap();
    timed("making the lines alone", || {
        (0..files).map(|number| file(number, false).0.path.as_bytes().len()).sum::<usize>()
    });
    let first = timed("adding the first collection", || add(&mut index, "first", None, (0..files).map(|n| (n, false))));
    let edited = |by: u64| (0..files).map(move |number| (number, mixed(number) % 1000 == by));
    let second = timed("adding a re-scan, 0.1 % edited", || add(&mut index, "second", Some(&first), edited(1)));
    let other = timed("adding 200,000 files of another source", || {
        add(&mut index, "other", None, (10_000_000..10_000_000 + 200_000.min(files)).map(|n| (n, false)))
    });
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).map_or(0, |found| found.len() / 1024 / 1024);
    eprintln!("file {} MiB, log {} MiB", size("index"), size("index-wal"));
    drop(timed("opening", || Index::open(&at).unwrap()));
    timed("names: catching up", || {
        index
            .search(&Query { name: Some(Words::parse("nothing").unwrap()), ..Query::default() }, Watch::default())
            .unwrap()
    });
    eprintln!("file {} MiB, log {} MiB", size("index"), size("index-wal"));
    timed("sizes and times: catching up", || {
        let (size_bytes, modified) = (Span { from: None, to: Some(0) }, Span { from: None, to: Some(0) });
        index.search(&Query { size_bytes, modified, ..Query::default() }, Watch::default()).unwrap()
    });
    eprintln!("file {} MiB, log {} MiB", size("index"), size("index-wal"));
    timed("adding texts", || {
        for start in (0..texts).step_by(1_000) {
            let found: Vec<_> = (start..texts.min(start + 1_000))
                .map(|number| {
                    let body: Vec<String> = (0..100).map(|at| word(number * 100 + at)).collect();
                    let kind = ["document", "table", "picture"][(number % 3) as usize].to_owned();
                    let outcome = TextOutcome::Text { body: body.join(" "), cut: false };
                    let digest = file(number * (files / texts.max(1)), false).0.digest;
                    (digest, TextFound { media: None, kind: Some(kind), outcome })
                })
                .collect();
            index.add_texts(&found).unwrap();
        }
    });
    eprintln!("file {} MiB, log {} MiB", size("index"), size("index-wal"));
    drop(index);
    let mut index = timed("opening", || Index::open(&at).unwrap());
    timed("wanted texts, first page", || index.texts_wanted(None, 100).unwrap());
    let middle = file(files / 2, false).0;
    timed("holding a digest", || index.holding(&middle.digest).unwrap());
    timed("a page of a collection", || index.files(&second, Some(&middle.path), 100).unwrap());
    let words = |text: &str| Some(Words::parse(text).unwrap());
    let base = || Query { limit: 50, markers: ("[", "]"), ..Query::default() };
    let some = BTreeSet::from([other]);
    let queries: Vec<(&str, Query)> = vec![
        ("everything", base()),
        ("eight digits", Query { digest: middle.digest.to_string()[..8].parse().ok(), ..base() }),
        ("path", Query { path: Some(b"departments/area 002".to_vec()), ..base() }),
        ("name, common word", Query { name: words("report"), ..base() }),
        ("name, rare word", Query { name: words("w1234"), ..base() }),
        ("name, two words", Query { name: words("report firewall"), ..base() }),
        ("name, phrase", Query { name: words("\"report budget\""), ..base() }),
        ("name, r*", Query { name: words("r*"), ..base() }),
        ("name, re*", Query { name: words("re*"), ..base() }),
        ("name, repo*", Query { name: words("repo*"), ..base() }),
        ("name, w12*", Query { name: words("w12*"), ..base() }),
        ("name, repo* fire*", Query { name: words("repo* fire*"), ..base() }),
        ("size", Query { size_bytes: Span { from: Some(5_000_000), to: None }, ..base() }),
        ("date", Query { modified: Span { from: Some(1_550_000_000), to: Some(1_550_100_000) }, ..base() }),
        ("kind", Query { kind: Some("table".into()), ..base() }),
        ("text, common word", Query { text: words("report"), ..base() }),
        ("text, rare word", Query { text: words("w1234"), ..base() }),
        ("text, phrase", Query { text: words("\"report budget\""), ..base() }),
        ("text, repo*", Query { text: words("repo*"), ..base() }),
        ("one collection", Query { within: Within::Only(some.clone()), ..base() }),
        ("name + collection", Query { name: words("report"), within: Within::Only(some.clone()), ..base() }),
        ("name + not a collection", Query { name: words("report"), within: Within::Except(some.clone()), ..base() }),
        ("name + path", Query { name: words("report"), path: Some(b"departments/area 002".to_vec()), ..base() }),
        ("name + kind", Query { name: words("report"), kind: Some("table".into()), ..base() }),
        (
            "name + size + date",
            Query {
                name: words("report"),
                size_bytes: Span { from: Some(1_000_000), to: None },
                modified: Span { from: Some(1_550_000_000), to: None },
                ..base()
            },
        ),
        (
            "size + date",
            Query {
                size_bytes: Span { from: Some(1_000_000), to: None },
                modified: Span { from: Some(1_550_000_000), to: None },
                ..base()
            },
        ),
        ("text + kind", Query { text: words("report"), kind: Some("table".into()), ..base() }),
        ("text + name", Query { text: words("report"), name: words("budget"), ..base() }),
        ("text + collection that has none", Query { text: words("report"), within: Within::Only(some), ..base() }),
    ];
    for (what, query) in queries {
        let mut times = Vec::new();
        let mut page = None;
        for _ in 0..5 {
            let (start, used) = (Instant::now(), of_this_thread());
            page = Some(index.search(&query, Watch::default()).unwrap());
            times.push((start.elapsed().as_secs_f64() * 1e3, of_this_thread() - used));
        }
        let page = page.unwrap();
        let (first, first_used) = times[0];
        times.sort_by(|left, right| left.0.total_cmp(&right.0));
        let (median, median_used) = times[2];
        eprintln!(
            "search {what:34} first {first:>6.1} ms ({first_used:>6.1} of processor), median {median:>6.1} ({median_used:>6.1})   {} hits of {}",
            page.hits.len(),
            page.total.unwrap()
        );
    }
    timed("in the end", || ());
}

/// `CORPUS` is a folder of many files. The index's share is what a collection with it takes more than one without.
#[test]
#[ignore = "a measurement, run by hand"]
fn measure_adding_while_collecting() {
    let Some(corpus) = std::env::var_os("CORPUS") else { return skipped("the variable CORPUS names no folder") };
    let folder = tempfile::tempdir_in(std::env::var("MEASURE_IN").unwrap_or_else(|_| ".".into())).unwrap();
    let blobs = FileBlobs::create(folder.path().join("store")).unwrap();
    let seconds = |work: &mut dyn FnMut()| {
        let (start, used) = (Instant::now(), processor());
        work();
        [start.elapsed().as_secs_f64(), processor() - used]
    };
    for round in 0..number_of("ROUNDS", 5) {
        let source = || whole(corpus.as_ref());
        let alone = seconds(&mut || drop(checksums(&source(), Watch::default(), |_, _| Ok::<(), ()>(())).unwrap()));
        let plain = Collecting { keep: Keep::Digests, ..Collecting::default() };
        let plain = std::cell::Cell::new(Some(plain));
        let manifest = seconds(&mut || drop(collect(&source(), &blobs, plain.take().unwrap()).unwrap()));
        let mut index =
            Index::rebuild(folder.path().join(format!("index{round}")), &[], &blobs, Watch::default()).unwrap();
        let mut finishing = 0.0;
        let mut made = None;
        let indexed = seconds(&mut || {
            let mut addition = index.adding(None).unwrap();
            let mut listener =
                |line: &ManifestLine, size| addition.add(line, Seen { size_bytes: Some(size), modified: None });
            let how = Collecting { keep: Keep::Digests, listener: Some(&mut listener), ..Collecting::default() };
            let collected = collect(&source(), &blobs, how).unwrap().manifest.digest;
            let start = Instant::now();
            addition.finish(&collected).unwrap();
            finishing = start.elapsed().as_secs_f64();
            made = Some(collected);
        });
        let made = made.unwrap();
        let rescan = seconds(&mut || {
            let mut again = index.adding(Some(&made)).unwrap();
            for (number, line) in read_manifest(&made, &blobs).unwrap().enumerate() {
                if number % 1_000 != 0 {
                    again.add(&line.unwrap(), Seen::default());
                }
            }
            again.finish(&Digest::of(b"again")).unwrap();
        });
        let ratio = |[wall, processor]: [f64; 2]| format!("{:.2} ({:.2})", wall / alone[0], processor / alone[1]);
        eprintln!(
            "hashing alone {:.2} s ({:.2} of processor) = 1; with manifest {}; with index {}, of which finishing {:.2}; \
             the index alone of a re-scan with 0.1 % gone {}",
            alone[0],
            alone[1],
            ratio(manifest),
            ratio(indexed),
            finishing / alone[0],
            ratio(rescan)
        );
    }
}
