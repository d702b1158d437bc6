//! The ways of searching: one query of each shape, and how long its first page takes.

use std::collections::BTreeSet;
use std::path::Path;

use portreeve_collector::{DigestPart, Index, Query, Watch, Within, Words};
use portreeve_model::Digest;
use serde::Serialize;

use super::{failed, invented};
use crate::clock::{Began, own_cpu_seconds};
use crate::failure::Failure;
use crate::ratio::Spread;
use crate::stop::Stop;

/// How many files a page has.
const PAGE: u32 = 50;

/// What a way of searching took.
#[derive(Debug, Serialize)]
pub(super) struct Searched {
    pub(super) what: &'static str,
    /// Opening the index and the first page, as a command does it; milliseconds.
    pub(super) opened: Spread,
    /// The first page again, as a server does it; milliseconds.
    pub(super) page: Spread,
    /// The same in CPU milliseconds: what others do on the machine does not count.
    pub(super) page_cpu: Spread,
    pub(super) hits: usize,
    /// How many there are in all.
    pub(super) total: String,
}

/// Searches in every way, each `runs` times, in an index of `files` files of which `other` is a collection.
pub(super) fn searched(at: &Path, files: u64, other: Digest, runs: u32, stop: &Stop) -> Result<Vec<Searched>, Failure> {
    queries(files, other).into_iter().map(|(what, query)| timed(at, what, &query, runs, stop)).collect()
}

fn timed(at: &Path, what: &'static str, query: &Query, runs: u32, stop: &Stop) -> Result<Searched, Failure> {
    let (mut opened, mut pages, mut cpus) = (Vec::new(), Vec::new(), Vec::new());
    let (mut hits, mut total) = (0, String::new());
    for _ in 0..runs.max(1) {
        stop.check()?;
        let began = Began::now();
        let mut index = Index::open(at).map_err(failed("open", at))?;
        index.search(query, Watch::default()).map_err(failed("search", at))?;
        opened.push(began.seconds() * 1e3);
        let (began, cpu) = (Began::now(), own_cpu_seconds());
        let page = index.search(query, Watch::default()).map_err(failed("search", at))?;
        pages.push(began.seconds() * 1e3);
        cpus.push((own_cpu_seconds() - cpu) * 1e3);
        (hits, total) = (page.hits.len(), page.total.map_or_else(String::new, |total| total.to_string()));
    }
    let spread = |figures| Spread::of(figures).expect("there is one run at least");
    Ok(Searched { what, opened: spread(opened), page: spread(pages), page_cpu: spread(cpus), hits, total })
}

fn queries(files: u64, other: Digest) -> Vec<(&'static str, Query)> {
    let base = || Query { limit: PAGE, markers: ("[", "]"), ..Query::default() };
    let words = |typed: &str| Some(Words::parse(typed).expect("it has a word"));
    let name = |typed: &str| Query { name: words(typed), ..base() };
    let text = |typed: &str| Query { text: words(typed), ..base() };
    let middle = invented::line(files / 2, false);
    let digest = |digits: usize| {
        let part: DigestPart = middle.digest.to_string()[..digits].parse().expect("it is the beginning of a digest");
        Query { digest: Some(part), ..base() }
    };
    let (path, kind) = (Some(b"departments/area 0002".to_vec()), Some("table".to_owned()));
    let only = Within::Only(BTreeSet::from([other]));
    let except = Within::Except(BTreeSet::from([other]));
    vec![
        ("everything", base()),
        ("digest", digest(64)),
        ("eight digits", digest(8)),
        ("path", Query { path: path.clone(), ..base() }),
        ("kind", Query { kind: kind.clone(), ..base() }),
        ("one collection", Query { within: only.clone(), ..base() }),
        ("name, common word", name("report")),
        ("name, rare word", name("w1234")),
        ("name, no such word", name("nothing")),
        ("name, two common words", name("report firewall")),
        ("name, phrase", name("\"report budget\"")),
        ("name, r*", name("r*")),
        ("name, re*", name("re*")),
        ("name, repo*", name("repo*")),
        ("name, w12*", name("w12*")),
        ("name, repo* fire*", name("repo* fire*")),
        ("name + path", Query { path, ..name("report") }),
        ("name + kind", Query { kind: kind.clone(), ..name("report") }),
        ("name + collection", Query { within: only.clone(), ..name("report") }),
        ("name + not a collection", Query { within: except, ..name("report") }),
        ("name + digest", Query { digest: digest(8).digest, ..name("report") }),
        ("text, common word", text("report")),
        ("text, rare word", text("w1234")),
        ("text, no such word", text("nothing")),
        ("text, two common words", text("report firewall")),
        ("text, phrase", text("\"report budget\"")),
        ("text, r*", text("r*")),
        ("text, repo*", text("repo*")),
        ("text, repo* fire*", text("repo* fire*")),
        ("text + kind", Query { kind, ..text("report") }),
        ("text + name", Query { name: words("budget"), ..text("report") }),
        ("text + collection that has none", Query { within: only, ..text("report") }),
    ]
}
