//! Actions, findings and evidence as trees.

use portreeve_model::readiness::{Blocker, Ground};
use portreeve_model::reference::{ActionId, EvidenceId, FindingId, OrganisationId, RequirementId};
use portreeve_model::register::evidence::{Content, Evidence};
use portreeve_model::standing::{FindingStanding, Lens};

use super::Files;
use super::tree::Node;
use crate::readiness::scope;
use crate::{Subject, checklist, safe, words};

/// Files named in a short form.
const FILES_NAMED: usize = 1;

/// What stands in the way, down to the work that would clear it.
pub(super) fn blocker(subject: &Subject<'_>, files: &Files, blocker: &Blocker) -> Node {
    let says = words::blocker(blocker, subject.register);
    match blocker {
        Blocker::FindingOpen { actions, .. } => {
            let open = actions.iter().filter(|id| {
                subject.register.actions.get(*id).is_some_and(|action| subject.register.is_unfinished(action))
            });
            Node::of(says, open.map(|id| action(subject, files, id)).collect())
        }
        Blocker::NoEvidence { instead, .. } => {
            Node::of(says, instead.iter().map(|(id, _)| evidence(subject, files, id)).collect())
        }
        Blocker::ActionLate { action: id, .. } => Node::of(says, vec![action(subject, files, id)]),
        Blocker::NoStatement
        | Blocker::NotAssessed
        | Blocker::Unanswered { .. }
        | Blocker::AnswersUnchecked { .. }
        | Blocker::AnswersRejected { .. }
        | Blocker::BelowTarget { .. }
        | Blocker::RequirementNotReady { .. }
        | Blocker::NothingApplies
        | Blocker::NotReported { .. }
        | Blocker::SignedByAnother { .. }
        | Blocker::ExclusionUnchecked { .. }
        | Blocker::Unaccounted { .. }
        | Blocker::FormIncomplete { .. }
        | Blocker::NotSigned
        | Blocker::SignatureOver { .. } => Node::leaf(says),
    }
}

/// What an answer rests on, down to files.
pub(super) fn ground(subject: &Subject<'_>, files: &Files, ground: &Ground) -> Node {
    let says = words::ground(ground, subject.register);
    match ground {
        Ground::Evidence { id, .. } => Node::of(says, content(subject, files, id)),
        Ground::FindingClosed { finding: id, .. } => Node::of(says, closed_by(subject, files, id)),
        Ground::Statement { .. }
        | Ground::Graded { .. }
        | Ground::Requirements { .. }
        | Ground::Report { .. }
        | Ground::OnTime { .. }
        | Ground::Form { .. }
        | Ground::Signature { .. } => Node::leaf(says),
    }
}

/// What an organisation has answered to each indicator of a requirement; nothing where nobody has.
pub(super) fn answers(subject: &Subject<'_>, whom: &OrganisationId, id: &RequirementId) -> Option<Node> {
    let held = subject.register.assessments.get(&(whom.clone(), id.clone()))?;
    let asked = subject.framework.requirement(&id.number)?;
    let each = asked.indicators.iter().map(|indicator| {
        let said = safe::one_line(&words::indicator_answer(held.answers.get(&indicator.id)));
        let column = words::grade(&indicator.column);
        Node::leaf(format!("{said}  {} ({column}): {}", indicator.id, indicator.text))
    });
    Some(Node::of("the answers", each.collect()))
}

/// The evidence among the grounds, one line each.
pub(super) fn in_short(subject: &Subject<'_>, files: &Files, grounds: &[Ground]) -> Vec<Node> {
    let short = |ground: &Ground| match ground {
        Ground::Evidence { id, .. } => {
            let lines = files.get(id).map_or(&[] as &[_], Vec::as_slice);
            let mut named: Vec<String> = lines.iter().take(FILES_NAMED).map(file).collect();
            let more = lines.len().saturating_sub(FILES_NAMED);
            if more > 0 {
                named.push(format!("{more} more"));
            }
            let title = subject.register.evidence.get(id).map_or("", |held| held.title.as_str());
            let named = if named.is_empty() { title.to_owned() } else { words::and(&named) };
            Some(Node::leaf(format!("{id}  {named}")))
        }
        _ => None,
    };
    grounds.iter().filter_map(short).collect()
}

fn file(line: &crate::FileLine) -> String {
    format!("{}  sha256 {}", line.name, line.digest)
}

/// An action: how it runs, what it waits for, what shows it.
pub(super) fn action(subject: &Subject<'_>, files: &Files, id: &ActionId) -> Node {
    let register = subject.register;
    let Some(action) = register.actions.get(id) else { return Node::leaf(format!("There is no action {id}.")) };
    let due = action.due.map_or_else(|| "no date".to_owned(), |day| format!("due {day}"));
    let (flag, _) = words::flag(&scope::flag(subject, action));
    let state = words::action_state(&action.state, register);
    let owner = words::person(&action.owner, register);
    let says = format!("{id}  {} ({owner}, {due}): {state}; {flag}", action.title);
    let mut because: Vec<Node> = register
        .undecided(action)
        .map(|decision| {
            let held = register.decisions.get(decision).map(|held| &held.event);
            Node::leaf(held.map_or_else(
                || format!("waits for decision {decision}"),
                |event| format!("waits for decision {decision}, needed by {}: {}", event.needed_by, event.title),
            ))
        })
        .collect();
    because.extend(register.unfinished(action).map(|first| {
        let title = register.actions.get(first).map_or("", |held| held.title.as_str());
        Node::leaf(format!("waits for action {first}: {title}"))
    }));
    because.extend(action.evidence.iter().map(|id| evidence(subject, files, id)));
    if action.evidence.is_empty() && register.is_unfinished(action) {
        because.push(Node::leaf(format!(
            "no evidence yet: portreeve evidence add FILE --for {id} --kind KIND --shows DATE"
        )));
    }
    Node::of(says, because)
}

/// An action, and how far the evidence is that its playbook asks for.
pub(super) fn action_in_full(subject: &Subject<'_>, files: &Files, id: &ActionId) -> Node {
    let mut node = action(subject, files, id);
    let held = subject.register.actions.get(id);
    if let Some((held, playbook)) = held.and_then(|held| held.playbook.as_ref().map(|playbook| (held, playbook))) {
        let list = subject.checklist(held);
        let items = list.iter().flat_map(|list| &list.items).map(|item| Node::leaf(item.told())).collect();
        let follows = format!("follows the playbook {}", checklist::named(playbook, list.as_ref()));
        node.because.push(Node::of(follows, items));
    }
    node
}

/// A finding: where it stands, what closes it, what shows it.
pub(super) fn finding(subject: &Subject<'_>, files: &Files, id: &FindingId) -> Node {
    let register = subject.register;
    let Some(finding) = register.findings.get(id) else { return Node::leaf(format!("There is no finding {id}.")) };
    let standing = register.finding_standing(id, finding, subject.as_of.on, Lens::Verified);
    let event = &finding.event;
    let says = format!(
        "{id} is {}: {} ({})",
        words::finding_standing(&standing),
        event.title,
        words::severity(event.severity)
    );
    let mut because = Vec::new();
    if let FindingStanding::Open { hosts } = &standing {
        let faults = register.plan_faults(id, finding, hosts, subject.as_of.on);
        because.extend(faults.iter().map(|fault| Node::leaf(format!("plan: {}", words::plan_fault(fault, register)))));
    }
    if let Some(held) = finding.conclusion.as_ref().filter(|held| held.checked.is_none()) {
        let by = words::person(&held.proposed.by, register);
        because.push(Node::leaf(format!(
            "{by} proposes to close it; somebody else has yet to check that: {}",
            held.reason
        )));
    }
    because.extend(closed_by(subject, files, id));
    Node::of(says, because)
}

/// What closes a finding: its actions, its own evidence, its acceptances.
fn closed_by(subject: &Subject<'_>, files: &Files, id: &FindingId) -> Vec<Node> {
    let register = subject.register;
    let Some(finding) = register.findings.get(id) else { return Vec::new() };
    let mut because: Vec<Node> = finding.actions.iter().map(|id| action(subject, files, id)).collect();
    because.extend(finding.evidence.iter().map(|id| evidence(subject, files, id)));
    because.extend(finding.risks.iter().filter_map(|risk| {
        let held = register.risks.get(risk)?;
        let by = words::person(&held.event.accepted_by, register);
        let over = if held.holds_on(subject.as_of.on) { "" } else { ", no longer in force" };
        Some(Node::leaf(format!("{risk}  accepted by {by} until {}{over}: {}", held.event.until, held.event.reason)))
    }));
    because
}

/// An item of evidence: whether it counts, and its files.
pub(super) fn evidence(subject: &Subject<'_>, files: &Files, id: &EvidenceId) -> Node {
    let Some(held) = subject.register.evidence.get(id) else { return Node::leaf(id.to_string()) };
    let says = format!("{id}  {} ({}): {}", held.title, words::kind(held.kind), checked_in(subject.register, held));
    Node::of(says, content(subject, files, id))
}

/// Whether it counts, and who said so.
pub(crate) fn checked_in(register: &portreeve_model::Register, held: &Evidence) -> String {
    if let Some((_, by)) = &held.withdrawn {
        return match held.erasure() {
            Some((_, erased)) if erased.on == by.on => format!("taken back and erased on {}", by.on),
            Some((_, erased)) => format!("taken back on {} and erased on {}", by.on, erased.on),
            None => format!("taken back on {}", by.on),
        };
    }
    match &held.check {
        None => "waits for a check".to_owned(),
        Some(check) => {
            let found = if check.accepted { "accepted" } else { "refused" };
            format!("{found} by {} on {}", words::person(&check.by.by, register), check.by.on)
        }
    }
}

fn content(subject: &Subject<'_>, files: &Files, id: &EvidenceId) -> Vec<Node> {
    let Some(held) = subject.register.evidence.get(id) else { return Vec::new() };
    match (&held.content, files.get(id)) {
        (Content::Files { .. }, Some(lines)) => lines.iter().map(|line| Node::leaf(file(line))).collect(),
        (Content::Files { manifest, files: how_many, .. }, None) => {
            let how_many = words::count(*how_many, "file");
            vec![Node::leaf(format!("{how_many}, manifest sha256 {manifest}"))]
        }
        (Content::InPlace { manifest, files: how_many, .. }, _) => {
            let how_many = words::count(*how_many, "file");
            vec![Node::leaf(format!("{how_many} left in their place, manifest sha256 {manifest}"))]
        }
        (Content::Reference { locator }, _) => vec![Node::leaf(format!("held elsewhere: {locator}"))],
        (Content::Said { words }, _) => vec![Node::leaf(format!("someone's word: {}", one_line(words.as_str())))],
    }
}

fn one_line(note: &str) -> String {
    note.split_whitespace().collect::<Vec<_>>().join(" ")
}
