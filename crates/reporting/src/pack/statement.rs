//! The statement: a pack's figures for machines, in a frozen format. The verifier makes it again from the entries and
//! compares.

use std::collections::BTreeMap;

use portreeve_model::readiness::{Readiness, Share};
use portreeve_model::reference::{EvidenceId, PackId};
use serde::Serialize;

use super::contents::{contents, left_out};
use crate::Subject;
use crate::index::{PackFile, PackFiles};

/// The format's name and version.
pub const FORMAT: &str = "portreeve.pack/1";

#[derive(Serialize)]
struct Statement<'a> {
    format: &'static str,
    demonstration: bool,
    pack: &'a str,
    register: &'a str,
    scheme: &'a str,
    framework: &'a str,
    on: String,
    known_entries: u64,
    answers: Vec<Answer<'a>>,
    contents: Vec<ContentEntry<'a>>,
    left_out: Vec<LeftOutEntry<'a>>,
    evidence: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    organisation: &'a str,
    verdict: &'static str,
    gates: BTreeMap<&'a str, &'static str>,
    requirements: Figures,
    actions: Actions,
    findings: Findings,
    denominator: String,
}

#[derive(Serialize)]
struct Figures {
    applicable: u32,
    ready: u32,
    claimed_ready: u32,
    percent_ready: Option<u32>,
}

#[derive(Serialize)]
struct Actions {
    total: u32,
    claimed: u32,
    verified: u32,
    late: u32,
    withdrawn: u32,
}

#[derive(Serialize)]
struct Findings {
    total: u32,
    fixed: u32,
    accepted: u32,
    false_positive: u32,
    duplicate: u32,
    open: u32,
    unaccounted: u32,
}

#[derive(Serialize)]
struct ContentEntry<'a> {
    id: &'a str,
    title: &'a str,
    present_as: Option<&'a str>,
}

#[derive(Serialize)]
struct LeftOutEntry<'a> {
    what: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    title: &'a str,
    kind: &'static str,
    shows: String,
    checked_by: Option<&'a str>,
    manifest: Option<String>,
    files: Vec<FileEntry<'a>>,
    /// How many more there are, which the manifest names.
    #[serde(skip_serializing_if = "is_none")]
    more_files: u64,
}

/// For serde, which hands over a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
const fn is_none(more: &u64) -> bool {
    *more == 0
}

#[derive(Serialize)]
struct FileEntry<'a> {
    name: &'a str,
    path: &'a str,
    sha256: String,
    bytes: u64,
}

/// The statement as indented JSON with a final newline.
pub fn statement(subject: &Subject<'_>, pack: &PackId, files: &BTreeMap<EvidenceId, PackFiles>) -> Vec<u8> {
    let contents = contents(subject);
    let left_out = left_out(subject);
    let name = subject.register.opening.as_ref().map_or("", |opening| opening.name.as_str());
    let statement = Statement {
        format: FORMAT,
        demonstration: subject.register.is_demonstration(),
        pack: pack.as_str(),
        register: name,
        scheme: subject.scheme.id.as_str(),
        framework: subject.framework.id.as_str(),
        on: subject.as_of.on.iso(),
        known_entries: subject.as_of.known.count(),
        answers: subject.answers.iter().map(answer).collect(),
        contents: contents
            .iter()
            .map(|line| ContentEntry { id: &line.id, title: &line.title, present_as: line.present_as.as_deref() })
            .collect(),
        left_out: left_out.iter().map(|line| LeftOutEntry { what: &line.what, why: &line.why }).collect(),
        evidence: items(subject, files),
    };
    let mut text = serde_json::to_vec_pretty(&statement).expect("texts, numbers and lists have a JSON form");
    text.push(b'\n');
    text
}

fn answer(readiness: &Readiness) -> Answer<'_> {
    let Readiness { verified: Share { part: ready, whole: applicable }, actions, findings, .. } = readiness;
    Answer {
        organisation: readiness.organisation.as_str(),
        verdict: readiness.verdict.shown(),
        gates: readiness
            .gates
            .iter()
            .map(|gate| (gate.id.as_str(), if gate.passes() { "passes" } else { "does not pass" }))
            .collect(),
        requirements: Figures {
            applicable: *applicable,
            ready: *ready,
            claimed_ready: readiness.claimed.part,
            percent_ready: readiness.verified.percent(),
        },
        actions: Actions {
            total: actions.total,
            claimed: actions.claimed,
            verified: actions.verified,
            late: actions.late,
            withdrawn: actions.withdrawn,
        },
        findings: Findings {
            total: findings.total,
            fixed: findings.fixed,
            accepted: findings.accepted,
            false_positive: findings.false_positive,
            duplicate: findings.duplicate,
            open: findings.open,
            unaccounted: findings.unaccounted,
        },
        denominator: crate::words::denominator(findings),
    }
}

fn items<'a>(subject: &Subject<'a>, files: &'a BTreeMap<EvidenceId, PackFiles>) -> Vec<Item<'a>> {
    let described = subject.register.evidence.iter().map(|(id, evidence)| (id, evidence, files.get(id)));
    let described = described.map(|(id, evidence, files)| Item {
        id: id.as_str(),
        title: evidence.title.as_str(),
        kind: evidence.kind.word(),
        shows: evidence.shows.iso(),
        checked_by: evidence.check.as_ref().filter(|check| check.accepted).map(|check| check.by.by.as_str()),
        manifest: evidence.content.manifest().map(ToString::to_string),
        files: files.map_or(&[][..], |files| &files.listed).iter().map(file).collect(),
        more_files: files.map_or(0, |files| files.count - files.listed.len() as u64),
    });
    described.collect()
}

fn file(file: &PackFile) -> FileEntry<'_> {
    FileEntry { name: &file.true_name, path: &file.path, sha256: file.digest.to_string(), bytes: file.size_bytes }
}
