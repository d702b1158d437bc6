//! What the gates decide for each organisation, and why.

use portreeve_model::readiness::{Blocker, GateAnswer, Ground, Readiness, Share, Verdict};
use serde::Serialize;

use super::anchor::{Anchors, Kind, Link};
use super::{Tag, capital};
use crate::{Subject, words};

/// One organisation's answer.
#[derive(Serialize)]
pub(crate) struct VerdictView {
    organisation: String,
    tag: Tag,
    ready: String,
    target: String,
    denominator: String,
    failing: usize,
    gates: Vec<GateView>,
}

#[derive(Serialize)]
struct GateView {
    title: String,
    source: String,
    tag: Tag,
    reasons: Vec<Reason>,
    grounds: Vec<Reason>,
}

/// A sentence, and where on the page to read more.
#[derive(Clone, Serialize)]
pub(crate) struct Reason {
    pub(crate) text: String,
    pub(crate) see: Vec<Link>,
}

/// Every organisation's answer, in the order in which they were asked.
pub(crate) fn verdicts(subject: &Subject<'_>, anchors: &Anchors) -> Vec<VerdictView> {
    subject.answers.iter().map(|answer| verdict(subject, anchors, answer)).collect()
}

fn verdict(subject: &Subject<'_>, anchors: &Anchors, answer: &Readiness) -> VerdictView {
    VerdictView {
        organisation: words::organisation(&answer.organisation, subject.register),
        tag: tag(answer.verdict),
        ready: ready(subject, answer.verified),
        target: answer.target.map_or_else(|| "no target day set".to_owned(), |day| format!("wanted by {day}")),
        denominator: words::denominator(&answer.findings),
        failing: answer.gates.iter().filter(|gate| !gate.passes()).count(),
        gates: answer.gates.iter().map(|gate| gate_view(subject, anchors, gate)).collect(),
    }
}

/// How far it is, as the beginning of a sentence that goes on with the day it is wanted by.
fn ready(subject: &Subject<'_>, share: Share) -> String {
    let Share { part, whole } = share;
    match share.percent() {
        Some(percent) => format!("{part} of {whole} requirements are ready ({percent}%)"),
        None if subject.framework.requirements.is_empty() => "No figure: the scheme judges no requirements".to_owned(),
        None => "No figure: no requirement applies".to_owned(),
    }
}

/// The verdict with its shape.
pub(crate) const fn tag(verdict: Verdict) -> Tag {
    match verdict {
        Verdict::WouldPass => Tag::good("Would pass"),
        Verdict::WouldPassWithPlan => Tag::between("Would pass with its plan"),
        Verdict::WouldNotPass => Tag::bad("Would not pass today"),
    }
}

fn gate_view(subject: &Subject<'_>, anchors: &Anchors, gate: &GateAnswer) -> GateView {
    let tag = if gate.passes() {
        Tag::good("Passes")
    } else if gate.passes_with_plan() {
        Tag::between("Passes with the plan")
    } else {
        Tag::bad("Does not pass")
    };
    GateView {
        title: gate.title.clone(),
        source: gate.source.clone(),
        tag,
        reasons: reasons(subject, anchors, &gate.blockers),
        grounds: gate.grounds.iter().map(|ground| rests_on(subject, anchors, ground)).collect(),
    }
}

/// What stands in the way, sentence by sentence.
pub(crate) fn reasons(subject: &Subject<'_>, anchors: &Anchors, blockers: &[Blocker]) -> Vec<Reason> {
    let sentence = |blocker: &Blocker| {
        let see = match blocker {
            Blocker::FindingOpen { finding, actions, .. } => {
                let mut see = vec![anchors.link(Kind::Finding, finding)];
                see.extend(anchors.links(Kind::Action, actions));
                see
            }
            Blocker::NoEvidence { instead, .. } => {
                anchors.links(Kind::Evidence, instead.iter().map(|(evidence, _)| evidence))
            }
            Blocker::Unaccounted { source, .. } => vec![anchors.link(Kind::Source, source)],
            Blocker::ActionLate { action, .. } => vec![anchors.link(Kind::Action, action)],
            Blocker::RequirementNotReady { requirement } => {
                vec![anchors.link(Kind::Requirement, &requirement.number)]
            }
            _ => Vec::new(),
        };
        reason(words::blocker(blocker, subject.register), see)
    };
    blockers.iter().map(sentence).collect()
}

fn rests_on(subject: &Subject<'_>, anchors: &Anchors, ground: &Ground) -> Reason {
    let see = match ground {
        Ground::Evidence { id, .. } => vec![anchors.link(Kind::Evidence, id)],
        Ground::Report { source, .. } => vec![anchors.link(Kind::Source, source)],
        Ground::FindingClosed { finding, .. } => vec![anchors.link(Kind::Finding, finding)],
        Ground::Statement { .. }
        | Ground::Graded { .. }
        | Ground::Requirements { .. }
        | Ground::OnTime { .. }
        | Ground::Form { .. }
        | Ground::Signature { .. } => Vec::new(),
    };
    reason(words::ground(ground, subject.register), see)
}

/// Only links that lead somewhere are worth a place after a sentence that names the reference already.
fn reason(text: String, see: Vec<Link>) -> Reason {
    Reason { text: capital(&text), see: see.into_iter().filter(|link| link.href.is_some()).collect() }
}
