//! Why, for machines, in the frozen format `portreeve.why/1`.

use std::collections::BTreeMap;

use portreeve_model::readiness::Readiness;
use serde::Serialize;
use serde_json::Value;

use super::tree::Node;
use super::{Files, Wanted, effect, text, top};
use crate::readiness::json::{self as shapes, Gate, Head, Ready, Requirement, StepJson};
use crate::{Subject, words};

/// The answer as JSON: the facts of each organisation, the sentences as a tree, and the files.
pub fn json(subject: &Subject<'_>, wanted: &Wanted, files: &Files, _layout: crate::Layout) -> Value {
    let (kind, about) = match wanted {
        Wanted::Scheme => ("scheme", subject.scheme.id.to_string()),
        Wanted::Requirement(id) => ("requirement", id.to_string()),
        Wanted::Gate(id) => ("gate", id.clone()),
        Wanted::Action(id) => ("action", id.to_string()),
        Wanted::Finding(id) => ("finding", id.to_string()),
    };
    let document = Document {
        format: "portreeve.why/1",
        demonstration: subject.register.is_demonstration(),
        head: shapes::head(subject),
        wanted: Asked { kind, about },
        organisations: subject.answers.iter().map(|answer| organisation(subject, wanted, answer)).collect(),
        tree: text::roots(subject, wanted, files),
        files: files.iter().map(|(id, lines)| (id.to_string(), lines.iter().map(file).collect())).collect(),
    };
    shapes::value(&document)
}

#[derive(Serialize)]
struct Document {
    format: &'static str,
    demonstration: bool,
    #[serde(flatten)]
    head: Head,
    wanted: Asked,
    organisations: Vec<Organisation>,
    tree: Vec<Node>,
    files: BTreeMap<String, Vec<File>>,
}

#[derive(Serialize)]
struct Asked {
    kind: &'static str,
    about: String,
}

#[derive(Serialize)]
struct Organisation {
    organisation: String,
    name: String,
    verdict: &'static str,
    requirements_verified: Ready,
    gates: Vec<Gate>,
    requirements: Vec<Requirement>,
    steps: Vec<StepJson>,
    effect: Option<String>,
}

#[derive(Serialize)]
struct File {
    name: String,
    sha256: String,
    size: Option<u64>,
}

fn file(line: &crate::FileLine) -> File {
    File { name: line.name.clone(), sha256: line.digest.to_string(), size: line.size }
}

fn organisation(subject: &Subject<'_>, wanted: &Wanted, answer: &Readiness) -> Organisation {
    let gates = answer.gates.iter().filter(|held| match wanted {
        Wanted::Scheme => true,
        Wanted::Gate(id) => &held.id == id,
        Wanted::Requirement(_) | Wanted::Action(_) | Wanted::Finding(_) => false,
    });
    let requirements = answer.requirements.iter().filter(|held| match wanted {
        Wanted::Scheme => true,
        Wanted::Requirement(id) => &held.id == id,
        Wanted::Gate(_) | Wanted::Action(_) | Wanted::Finding(_) => false,
    });
    let told = if *wanted == Wanted::Scheme { top(answer) } else { &[] };
    Organisation {
        organisation: answer.organisation.to_string(),
        name: words::organisation(&answer.organisation, subject.register),
        verdict: shapes::verdict(answer.verdict),
        requirements_verified: shapes::ready(answer.verified),
        gates: gates.map(|held| shapes::gate(subject, held)).collect(),
        requirements: requirements.map(|held| shapes::requirement(subject, held)).collect(),
        steps: told.iter().map(|held| shapes::step(held, answer)).collect(),
        effect: effect(subject, answer, told),
    }
}
