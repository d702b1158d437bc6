//! The remediation action plan: findings in their reports' own order, and the actions.

use portreeve_model::reference::{ActionId, FindingId, SourceId};
use portreeve_model::register::action::Action;
use portreeve_model::register::finding::{Finding, Source};
use portreeve_model::standing::{Flag, Lens};
use serde::Serialize;

use super::anchor::{Anchors, Kind, Link};
use super::{Tag, capital, matters};
use crate::readiness::scope::in_scope;
use crate::{Subject, words};

/// A report and its findings.
#[derive(Serialize)]
pub(crate) struct SourceView {
    anchor: String,
    id: String,
    title: String,
    by: String,
    counts: String,
    findings: Vec<FindingView>,
}

#[derive(Serialize)]
struct FindingView {
    anchor: String,
    id: String,
    printed: String,
    title: String,
    severity: String,
    hosts: String,
    tag: Tag,
    standing: String,
    requirements: Vec<Link>,
    actions: Vec<Link>,
}

/// An action with its dates.
#[derive(Serialize)]
pub(crate) struct ActionView {
    anchor: String,
    id: String,
    link: Link,
    title: String,
    owner: String,
    organisations: String,
    original: String,
    due: String,
    moved: String,
    state: String,
    tag: Tag,
    late: i64,
    why: String,
    cost: String,
    closes: Vec<Link>,
    waits_for: Vec<Link>,
    evidence: Vec<Link>,
}

impl ActionView {
    /// Days since the original date; none when it is not late.
    pub(crate) const fn days_late(&self) -> i64 {
        self.late
    }
}

/// Every report with its findings.
pub(crate) fn sources(subject: &Subject<'_>, anchors: &Anchors) -> Vec<SourceView> {
    subject.register.sources.iter().map(|(id, source)| source_view(subject, anchors, id, source)).collect()
}

fn source_view(subject: &Subject<'_>, anchors: &Anchors, id: &SourceId, source: &Source) -> SourceView {
    let recorded = words::count(source.findings.len() as u64, "finding");
    let counts = match source.event.findings_reported {
        Some(reported) => format!("The report counts {reported}; {recorded} recorded here."),
        None => format!("{} recorded.", capital(&recorded)),
    };
    let findings = source.findings.values().filter_map(|finding| {
        let held = subject.register.findings.get(finding)?;
        Some(finding_view(subject, anchors, finding, held))
    });
    SourceView {
        anchor: anchors.id(Kind::Source, id),
        id: id.to_string(),
        title: source.event.title.to_string(),
        by: format!("{}, {}", source.event.author, source.event.on),
        counts,
        findings: findings.collect(),
    }
}

fn finding_view(subject: &Subject<'_>, anchors: &Anchors, id: &FindingId, held: &Finding) -> FindingView {
    let standing = subject.register.finding_standing(id, held, subject.as_of.on, Lens::Verified);
    let event = &held.event;
    let graded = match &event.severity_reason {
        Some(reason) => format!("{} (the report says {}): {reason}", event.severity.shown(), event.source_severity),
        None => event.severity.shown().to_owned(),
    };
    FindingView {
        anchor: anchors.id(Kind::Finding, id),
        id: id.to_string(),
        printed: event.printed.to_string(),
        title: event.title.to_string(),
        severity: graded,
        hosts: words::hosts(held.hosts.keys()),
        tag: if standing.is_open() { Tag::bad("Open") } else { Tag::good("Closed") },
        standing: capital(&words::finding_standing(&standing)),
        requirements: anchors.links(Kind::Requirement, event.requirements.iter().map(|asked| &asked.number)),
        actions: anchors.links(Kind::Action, &held.actions),
    }
}

/// The actions of the page's organisations.
pub(crate) fn actions(subject: &Subject<'_>, anchors: &Anchors) -> Vec<ActionView> {
    let ours = subject.register.actions.iter().filter(|(_, action)| in_scope(subject, action));
    ours.map(|(id, action)| action_view(subject, anchors, id, action)).collect()
}

fn action_view(subject: &Subject<'_>, anchors: &Anchors, id: &ActionId, action: &Action) -> ActionView {
    let register = subject.register;
    let target = subject.answers.iter().filter_map(|answer| answer.target).min();
    let flag = register.flag(action, subject.as_of.on, subject.scheme.at_risk_days, target);
    let (tag, late) = match &flag {
        Flag::Closed => (Tag::good("Closed"), 0),
        Flag::Late { days } => (Tag::bad("Late"), *days),
        Flag::AtRisk { .. } => (Tag::between("At risk"), 0),
        Flag::OnTrack => (Tag::good("On track"), 0),
    };
    let day = |day: Option<portreeve_model::Day>| day.map_or_else(|| "No date".to_owned(), |day| day.to_string());
    let mut waits_for = anchors.links(Kind::Decision, register.undecided(action));
    waits_for.extend(anchors.links(Kind::Action, register.unfinished(action)));
    ActionView {
        anchor: anchors.id(Kind::Action, id),
        id: id.to_string(),
        link: anchors.link(Kind::Action, id),
        title: action.title.to_string(),
        owner: words::person(&action.owner, register),
        organisations: words::organisations(&action.organisations),
        original: day(action.original),
        due: day(action.due),
        moved: moved(action.moves.len()),
        state: capital(&words::action_state(&action.state, register)),
        tag,
        late,
        why: why(subject, action, &flag),
        cost: matters::total(&action.costs),
        closes: anchors.links(Kind::Finding, action.closes.keys()),
        waits_for,
        evidence: anchors.links(Kind::Evidence, &action.evidence),
    }
}

fn moved(times: usize) -> String {
    match times {
        0 => String::new(),
        1 => "moved once".to_owned(),
        2 => "moved twice".to_owned(),
        _ => format!("moved {times} times"),
    }
}

/// Why an action is not closed: what its last move says, or why it has no date, and what puts it at risk.
fn why(subject: &Subject<'_>, action: &Action, flag: &Flag) -> String {
    let mut parts = Vec::new();
    if let Flag::AtRisk { reasons } = flag {
        let reasons: Vec<String> = reasons.iter().map(words::risk).collect();
        parts.push(words::full_stop(&capital(&words::and(&reasons))));
    }
    match (flag, action.moves.last(), &action.no_date) {
        (Flag::Closed, ..) => {}
        (_, Some(last), _) => {
            let by = words::person(&last.event.approved_by, subject.register);
            parts.push(format!("Moved with the agreement of {by}: {}", words::full_stop(last.event.reason.as_str())));
        }
        (_, None, Some(reason)) => parts.push(words::full_stop(reason.as_str())),
        (Flag::Late { .. }, None, None) => parts.push("No reason has been recorded.".to_owned()),
        _ => {}
    }
    parts.join(" ")
}
