//! From a requirement to its findings, their actions, and the evidence: the way an assessor reads.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::Register;
use portreeve_model::readiness::{Readiness, RequirementAnswer, RequirementState};
use portreeve_model::reference::{ActionId, EvidenceId, FindingId, RequirementId};
use portreeve_model::register::evidence::{Content, Evidence};
use portreeve_model::register::requirement::Stance;
use portreeve_model::standards::{Grading, Requirement};
use portreeve_model::standing::Lens;
use serde::Serialize;

use super::anchor::{Anchors, Kind, Link};
use super::grade::{self, GradeView};
use super::verdict::{Reason, reasons};
use super::{Tag, capital, size};
use crate::index::{PackFile, PackFiles};
use crate::pack::names;
use crate::{Subject, words};

/// Files listed under a requirement; an item with more lists them at its own place.
const FILES_SHOWN: usize = 8;

/// One requirement.
#[derive(Serialize)]
pub(crate) struct RequirementView {
    anchor: String,
    number: String,
    title: String,
    heading: Option<String>,
    statement: String,
    tag: Tag,
    ready: bool,
    standings: Vec<StandingView>,
    rows: Vec<RowView>,
}

/// What one organisation has of it.
#[derive(Serialize)]
struct StandingView {
    organisation: String,
    tag: Tag,
    says: String,
    graded: Option<GradeView>,
    reasons: Vec<Reason>,
}

#[derive(Serialize)]
struct RowView {
    finding: Option<FindingCell>,
    actions: Vec<ActionCell>,
    evidence: Vec<EvidenceView>,
}

#[derive(Serialize)]
struct FindingCell {
    link: Link,
    title: String,
    severity: &'static str,
    standing: String,
}

#[derive(Serialize)]
struct ActionCell {
    link: Link,
    title: String,
    state: String,
}

/// An item of evidence.
#[derive(Serialize)]
pub(crate) struct EvidenceView {
    anchor: String,
    link: Link,
    title: String,
    kind: &'static str,
    marking: &'static str,
    shows: String,
    added: String,
    checked: String,
    check: Tag,
    held: String,
    files: Vec<FileView>,
    /// How many files are listed elsewhere: with the item itself.
    files_elsewhere: u64,
    /// How many more than these there are, and where they are named.
    more_files: u64,
    names: String,
    /// Whether it has been shown in full just above.
    again: bool,
    used: Vec<Link>,
}

#[derive(Serialize)]
struct FileView {
    name: String,
    path: String,
    href: String,
    size: String,
    sha256: String,
}

/// Where the files lie, by evidence.
pub(crate) type Files = BTreeMap<EvidenceId, PackFiles>;

/// The requirements in the framework's own order.
pub(crate) fn requirements(subject: &Subject<'_>, anchors: &Anchors, files: &Files) -> Vec<RequirementView> {
    let mut before = None;
    let asked = subject.framework.requirements.iter();
    asked
        .map(|asked| {
            let fresh = asked.heading.clone().filter(|heading| before.as_ref() != Some(heading));
            before.clone_from(&asked.heading);
            requirement(subject, anchors, files, asked, fresh)
        })
        .collect()
}

fn requirement(
    subject: &Subject<'_>,
    anchors: &Anchors,
    files: &Files,
    asked: &Requirement,
    heading: Option<String>,
) -> RequirementView {
    let id = RequirementId { framework: subject.framework.id.clone(), number: asked.number.clone() };
    let answers = answers(subject, &id);
    let tag = together(&answers);
    RequirementView {
        anchor: anchors.id(Kind::Requirement, &asked.number),
        number: asked.number.to_string(),
        title: asked.title.to_string(),
        heading,
        statement: asked.statement.clone(),
        tag,
        ready: !answers.iter().any(|(_, answer)| answer.state == RequirementState::NotReady),
        standings: answers.iter().map(|(readiness, answer)| standing(subject, anchors, readiness, answer)).collect(),
        rows: rows(subject, anchors, files, &id),
    }
}

/// Every organisation's answer about a requirement.
pub(crate) fn answers<'a>(subject: &Subject<'a>, id: &RequirementId) -> Vec<(&'a Readiness, &'a RequirementAnswer)> {
    let found = |readiness: &'a Readiness| readiness.requirements.iter().find(|answer| &answer.id == id);
    subject.answers.iter().filter_map(|readiness| found(readiness).map(|answer| (readiness, answer))).collect()
}

/// Where one organisation stands with a requirement.
pub(crate) const fn state(state: &RequirementState) -> Tag {
    match state {
        RequirementState::Ready => Tag::good("Ready"),
        RequirementState::NotReady => Tag::bad("Not ready"),
        RequirementState::NotApplicable { .. } => Tag::plain("Does not apply"),
    }
}

fn together(answers: &[(&Readiness, &RequirementAnswer)]) -> Tag {
    let is = |wanted: fn(&RequirementState) -> bool| answers.iter().any(|(_, answer)| wanted(&answer.state));
    if is(|state| *state == RequirementState::NotReady) {
        Tag::bad("Not ready")
    } else if is(|state| *state == RequirementState::Ready) {
        Tag::good("Ready")
    } else {
        Tag::plain("Does not apply")
    }
}

fn standing(
    subject: &Subject<'_>,
    anchors: &Anchors,
    readiness: &Readiness,
    answer: &RequirementAnswer,
) -> StandingView {
    let stance = subject.register.stances.get(&(readiness.organisation.clone(), answer.id.clone()));
    let says = match stance {
        Some(Stance::Stated { statement, .. }) => statement.to_string(),
        Some(Stance::Excluded { reason, checked: Some(check), .. }) => {
            let by = words::person(&check.by, subject.register);
            format!("Does not apply: {reason} Checked by {by} on {}.", check.on)
        }
        Some(Stance::Excluded { reason, .. }) => format!("Said not to apply, not yet checked: {reason}"),
        None if matches!(subject.scheme.grading, Grading::Indicators(_)) => String::new(),
        None => "Nothing has been said about how it is met.".to_owned(),
    };
    StandingView {
        organisation: words::organisation(&readiness.organisation, subject.register),
        tag: state(&answer.state),
        says,
        graded: grade::view(subject, readiness, answer),
        reasons: reasons(subject, anchors, &answer.blockers),
    }
}

fn rows(subject: &Subject<'_>, anchors: &Anchors, files: &Files, id: &RequirementId) -> Vec<RowView> {
    let register = subject.register;
    let mut shown = BTreeSet::new();
    let mut worked = BTreeSet::new();
    let mut rows = Vec::new();
    for finding_id in findings_in_order(register) {
        let Some(finding) = register.findings.get(finding_id).filter(|held| held.event.requirements.contains(id))
        else {
            continue;
        };
        let about = evidence_of(register, &finding.actions, Some(finding_id));
        worked.extend(finding.actions.iter().cloned());
        rows.push(RowView {
            finding: Some(finding_cell(subject, anchors, finding_id)),
            actions: action_cells(register, anchors, &finding.actions),
            evidence: views(register, anchors, files, &about, &mut shown),
        });
    }
    let direct: BTreeSet<ActionId> = register
        .actions
        .iter()
        .filter(|(action, held)| held.requirements.contains(id) && !worked.contains(*action))
        .map(|(action, _)| action.clone())
        .collect();
    let mut about = evidence_of(register, &direct, None);
    let linked = register.evidence.iter().filter(|(_, evidence)| evidence.requirements.contains(id));
    about.extend(linked.map(|(evidence, _)| evidence.clone()).filter(|evidence| !shown.contains(evidence)));
    if !direct.is_empty() || !about.is_empty() {
        rows.push(RowView {
            finding: None,
            actions: action_cells(register, anchors, &direct),
            evidence: views(register, anchors, files, &about, &mut shown),
        });
    }
    rows
}

/// Every finding, source by source, in its report's own order.
pub(crate) fn findings_in_order(register: &Register) -> impl Iterator<Item = &FindingId> {
    register.sources.values().flat_map(|source| source.findings.values())
}

fn finding_cell(subject: &Subject<'_>, anchors: &Anchors, id: &FindingId) -> FindingCell {
    let held = subject.register.findings.get(id);
    let standing = held.map(|finding| {
        let standing = subject.register.finding_standing(id, finding, subject.as_of.on, Lens::Verified);
        capital(&words::finding_standing(&standing))
    });
    FindingCell {
        link: anchors.link(Kind::Finding, id),
        title: held.map_or_else(String::new, |finding| finding.event.title.to_string()),
        severity: held.map_or("", |finding| finding.event.severity.shown()),
        standing: standing.unwrap_or_default(),
    }
}

fn action_cells(register: &Register, anchors: &Anchors, ids: &BTreeSet<ActionId>) -> Vec<ActionCell> {
    let cell = |id: &ActionId| {
        register.actions.get(id).map(|action| ActionCell {
            link: anchors.link(Kind::Action, id),
            title: action.title.to_string(),
            state: capital(&words::action_state(&action.state, register)),
        })
    };
    ids.iter().filter_map(cell).collect()
}

fn evidence_of(register: &Register, actions: &BTreeSet<ActionId>, finding: Option<&FindingId>) -> BTreeSet<EvidenceId> {
    let touches = |evidence: &Evidence| {
        !evidence.actions.is_disjoint(actions) || finding.is_some_and(|id| evidence.findings.contains(id))
    };
    register.evidence.iter().filter(|(_, evidence)| touches(evidence)).map(|(id, _)| id.clone()).collect()
}

fn views(
    register: &Register,
    anchors: &Anchors,
    files: &Files,
    ids: &BTreeSet<EvidenceId>,
    shown: &mut BTreeSet<EvidenceId>,
) -> Vec<EvidenceView> {
    let mut views = Vec::new();
    for id in ids {
        if let Some(held) = register.evidence.get(id) {
            let again = !shown.insert(id.clone());
            let mut view = evidence_view(register, anchors, files, id, held);
            if again {
                view.files.clear();
            }
            view.again = again;
            if view.files.len() > FILES_SHOWN {
                view.files_elsewhere = view.files.len() as u64 + view.more_files;
                (view.files, view.more_files) = (Vec::new(), 0);
            }
            views.push(view);
        }
    }
    views
}

/// Every item of evidence at its own place, with its files and what it is used for.
pub(crate) fn evidence(subject: &Subject<'_>, anchors: &Anchors, files: &Files) -> Vec<EvidenceView> {
    let all = subject.register.evidence.iter();
    all.map(|(id, held)| evidence_view(subject.register, anchors, files, id, held)).collect()
}

fn evidence_view(
    register: &Register,
    anchors: &Anchors,
    files: &Files,
    id: &EvidenceId,
    held: &Evidence,
) -> EvidenceView {
    let by = words::person(&held.added.by, register);
    let (check, checked) = checked(register, held);
    let (files, count) = files.get(id).map_or((&[][..], 0), |files| (files.listed.as_slice(), files.count));
    let files: Vec<FileView> = files.iter().map(file).collect();
    let mut used = anchors.links(Kind::Requirement, held.requirements.iter().map(|requirement| &requirement.number));
    used.extend(anchors.links(Kind::Finding, &held.findings));
    used.extend(anchors.links(Kind::Action, &held.actions));
    EvidenceView {
        anchor: anchors.id(Kind::Evidence, id),
        link: anchors.link(Kind::Evidence, id),
        title: held.title.to_string(),
        kind: held.kind.shown(),
        marking: held.marking.shown(),
        shows: held.shows.to_string(),
        added: format!("{by} on {}", held.added.on),
        checked,
        check,
        held: held_as(held, count > 0),
        files_elsewhere: 0,
        more_files: count - files.len() as u64,
        files,
        names: held.content.manifest().map(names::manifest_path).unwrap_or_default(),
        again: false,
        used,
    }
}

fn checked(register: &Register, held: &Evidence) -> (Tag, String) {
    if let Some((event, trace)) = &held.withdrawn {
        let by = words::person(&trace.by, register);
        return (
            Tag::bad("Taken back"),
            format!("by {by} on {}: {}", trace.on, words::full_stop(event.reason.as_str())),
        );
    }
    match &held.check {
        None => (Tag::between("Not yet checked"), String::new()),
        Some(check) => {
            let by = words::person(&check.by.by, register);
            let note = check
                .note
                .as_ref()
                .map_or_else(|| ".".to_owned(), |note| format!(": {}", words::full_stop(note.as_str())));
            let tag = if check.accepted { Tag::good("Checked") } else { Tag::bad("Checked and refused") };
            (tag, format!("by {by} on {}{note}", check.by.on))
        }
    }
}

fn held_as(held: &Evidence, has_files: bool) -> String {
    match &held.content {
        Content::Files { .. } if has_files => String::new(),
        Content::Files { files, .. } => {
            format!("{} held by the council; none is in this pack.", words::count(*files, "file"))
        }
        Content::InPlace { files, .. } => {
            format!("{} left in their place; the pack has their SHA-256, not the files.", words::count(*files, "file"))
        }
        Content::Reference { locator } => format!("A record held elsewhere: {locator}"),
        Content::Said { words } => format!("Someone's word: {words}"),
    }
}

fn file(file: &PackFile) -> FileView {
    FileView {
        name: file.true_name.clone(),
        path: file.path.clone(),
        href: beside(&file.path),
        size: size(file.size_bytes),
        sha256: file.digest.to_string(),
    }
}

/// The address of a file beside the page, whatever its path holds.
fn beside(path: &str) -> String {
    let mut address = String::from("./");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}
