//! Which entries concern whom: the part of a ledger that a pack for some organisations carries. The part is closed under
//! "is about the same thing", so that it replays by itself and an assessor can work out every figure again.

use std::collections::BTreeSet;

use crate::entry::Entry;
use crate::event::Event;
use crate::history::History;
use crate::reference::{OrganisationId, SchemeId};
use crate::register::finding::Conclusion;
use crate::size::EntryNumber;

/// A thing an entry is about: the noun and its reference.
pub type Subject = (&'static str, String);

/// The entries that concern `organisations` going for `scheme`, in order.
pub fn concerning(
    history: &History,
    scheme: &SchemeId,
    organisations: &BTreeSet<OrganisationId>,
) -> BTreeSet<EntryNumber> {
    let undone = undone_commands(history);
    let described: Vec<(EntryNumber, Described)> =
        history.entries().iter().map(|(number, entry)| (*number, describe(entry, scheme, &undone))).collect();
    let mut wanted = BTreeSet::new();
    let mut subjects: BTreeSet<&Subject> = BTreeSet::new();
    loop {
        let before = wanted.len();
        for (number, entry) in &described {
            let concerns = match &entry.reach {
                Reach::Everybody => true,
                Reach::Nobody => false,
                Reach::Only(whom) => !whom.is_disjoint(organisations),
                Reach::ItsSubjects => false,
            };
            let follows = !matches!(entry.reach, Reach::Nobody)
                && entry.subjects.iter().any(|subject| subjects.contains(subject));
            if (concerns || follows) && wanted.insert(*number) {
                subjects.extend(&entry.subjects);
            }
        }
        if wanted.len() == before {
            return wanted;
        }
    }
}

struct Described {
    reach: Reach,
    subjects: Vec<Subject>,
}

/// Whom an entry concerns by itself.
enum Reach {
    /// What every part of the register rests on: people, organisations, frameworks.
    Everybody,
    /// Another scheme's business.
    Nobody,
    /// These organisations.
    Only(BTreeSet<OrganisationId>),
    /// Whoever its subjects concern.
    ItsSubjects,
}

fn undone_commands(history: &History) -> BTreeSet<&str> {
    let targets = history.entries().iter().filter_map(|(_, entry)| match &entry.event {
        Event::Undone(undone) => Some([undone.command.as_str(), entry.command.as_str()]),
        _ => None,
    });
    targets.flatten().collect()
}

fn describe(entry: &Entry, scheme: &SchemeId, undone: &BTreeSet<&str>) -> Described {
    let (reach, mut subjects) = of_event(&entry.event, scheme);
    // An undo and what it takes back stand or fall together.
    if undone.contains(entry.command.as_str()) {
        subjects.push(("command", entry.command.to_string()));
    }
    Described { reach, subjects }
}

fn of_event(event: &Event, scheme: &SchemeId) -> (Reach, Vec<Subject>) {
    let mine = |of: &SchemeId, whom: &BTreeSet<OrganisationId>| {
        if of == scheme { Reach::Only(whom.clone()) } else { Reach::Nobody }
    };
    let one = |of: &SchemeId, whom: &OrganisationId| mine(of, &BTreeSet::from([whom.clone()]));
    match event {
        Event::RegisterOpened(_)
        | Event::OrganisationAdded(_)
        | Event::PersonAdded(_)
        | Event::RolesChanged(_)
        | Event::PersonLeft(_)
        | Event::FrameworkAdopted(_)
        | Event::MappingAdopted(_)
        | Event::RetentionSet(_)
        | Event::RetentionChecked(_)
        // Which schemes there are tells a reader whether entries may be about another one.
        | Event::SchemeAdopted(_) => (Reach::Everybody, Vec::new()),
        Event::BaselineSet(event) if &event.scheme == scheme => (Reach::Everybody, Vec::new()),
        Event::BaselineSet(_) => (Reach::Nobody, Vec::new()),
        Event::ParticularsStated(event) => (one(&event.scheme, &event.organisation), Vec::new()),
        Event::CommitmentSigned(event) => {
            (one(&event.scheme, &event.organisation), event.form.iter().map(evidence).collect())
        }
        Event::CertificateIssued(event) => {
            (mine(&event.scheme, &event.organisations), vec![("certificate", event.id.to_string())])
        }
        Event::CertificateWithdrawn(event) => (Reach::ItsSubjects, vec![("certificate", event.id.to_string())]),
        Event::PackBuilt(event) => (mine(&event.scheme, &event.organisations), Vec::new()),
        Event::RequirementStated(event) => (Reach::Only(event.organisations.clone()), Vec::new()),
        Event::ExclusionProposed(event) => said_by("requirement", &event.organisations, &event.requirement),
        Event::ExclusionChecked(event) => said_by("requirement", &event.organisations, &event.requirement),
        Event::IndicatorsAnswered(event) => said_by("answers", &event.organisations, &event.requirement),
        Event::AnswersChecked(event) => said_by("answers", &event.organisations, &event.requirement),
        Event::Undone(event) => (Reach::ItsSubjects, vec![("command", event.command.to_string())]),
        _ => of_record(event),
    }
}

/// Sources, findings, actions, evidence, decisions and risk acceptances: they reach whom they name and everything they
/// are linked to.
fn of_record(event: &Event) -> (Reach, Vec<Subject>) {
    match event {
        Event::SourceAdded(event) => (Reach::Only(event.organisations.clone()), vec![source(&event.id)]),
        Event::FindingRaised(event) => {
            (Reach::Only(event.organisations.clone()), vec![finding(&event.id), source(&event.source)])
        }
        Event::HostsAdded(event) => (Reach::ItsSubjects, vec![finding(&event.id)]),
        Event::FindingCorrected(event) => (Reach::ItsSubjects, vec![finding(&event.id)]),
        Event::FindingRetested(event) => (Reach::ItsSubjects, vec![finding(&event.id), evidence(&event.evidence)]),
        Event::ConclusionProposed(event) => {
            let mut subjects = vec![finding(&event.id)];
            if let Conclusion::Duplicate { of } = &event.conclusion {
                subjects.push(finding(of));
            }
            (Reach::ItsSubjects, subjects)
        }
        Event::ConclusionChecked(event) => (Reach::ItsSubjects, vec![finding(&event.id)]),
        Event::ActionAdded(event) => {
            let mut subjects = vec![action(&event.id)];
            subjects.extend(event.closes.keys().map(finding));
            subjects.extend(event.after_actions.iter().map(action));
            subjects.extend(event.after_decisions.iter().map(decision));
            (Reach::Only(event.organisations.clone()), subjects)
        }
        Event::ActionChanged(event) => {
            let mut subjects = vec![action(&event.id)];
            subjects.extend(event.also_closes.keys().map(finding));
            subjects.extend(event.after_actions.iter().flatten().map(action));
            subjects.extend(event.after_decisions.iter().flatten().map(decision));
            (Reach::ItsSubjects, subjects)
        }
        Event::ActionMoved(event) => (Reach::ItsSubjects, vec![action(&event.id)]),
        Event::ActionClaimed(event) => (Reach::ItsSubjects, vec![action(&event.id)]),
        Event::ActionVerified(event) => (Reach::ItsSubjects, vec![action(&event.id)]),
        Event::ActionReopened(event) => (Reach::ItsSubjects, vec![action(&event.id)]),
        Event::ActionWithdrawn(event) => (Reach::ItsSubjects, vec![action(&event.id)]),
        Event::EvidenceAdded(event) => {
            let mut subjects = vec![evidence(&event.id)];
            subjects.extend(event.actions.iter().map(action));
            subjects.extend(event.findings.iter().map(finding));
            (Reach::Only(event.organisations.clone()), subjects)
        }
        Event::EvidenceLinked(event) => {
            let mut subjects = vec![evidence(&event.id)];
            subjects.extend(event.actions.iter().map(action));
            subjects.extend(event.findings.iter().map(finding));
            (Reach::ItsSubjects, subjects)
        }
        Event::EvidenceChecked(event) => (Reach::ItsSubjects, vec![evidence(&event.id)]),
        Event::EvidenceWithdrawn(event) => (Reach::ItsSubjects, vec![evidence(&event.id)]),
        Event::EvidenceCarried(event) => (Reach::ItsSubjects, vec![evidence(&event.id)]),
        Event::CarryJudged(event) => (Reach::ItsSubjects, vec![evidence(&event.id)]),
        Event::DecisionRaised(event) => (Reach::Only(event.organisations.clone()), vec![decision(&event.id)]),
        Event::DecisionTaken(event) => (Reach::ItsSubjects, vec![decision(&event.id)]),
        Event::RiskAccepted(event) => {
            let mut subjects = vec![("risk", event.id.to_string())];
            subjects.extend(event.findings.keys().map(finding));
            (Reach::ItsSubjects, subjects)
        }
        Event::AcceptanceWithdrawn(event) => (Reach::ItsSubjects, vec![("risk", event.id.to_string())]),
        // The other kinds are answered by `of_event`; one that nobody thought of is carried rather than hidden.
        _ => (Reach::Everybody, Vec::new()),
    }
}

fn source(id: &crate::reference::SourceId) -> Subject {
    ("source", id.to_string())
}

fn finding(id: &crate::reference::FindingId) -> Subject {
    ("finding", id.to_string())
}

fn action(id: &crate::reference::ActionId) -> Subject {
    ("action", id.to_string())
}

fn evidence(id: &crate::reference::EvidenceId) -> Subject {
    ("evidence", id.to_string())
}

fn decision(id: &crate::reference::DecisionId) -> Subject {
    ("decision", id.to_string())
}

/// What each of several organisations says about one requirement.
fn said_by(
    noun: &'static str,
    organisations: &BTreeSet<OrganisationId>,
    requirement: &crate::reference::RequirementId,
) -> (Reach, Vec<Subject>) {
    let subjects = organisations.iter().map(|whom| (noun, format!("{whom} {requirement}"))).collect();
    (Reach::Only(organisations.clone()), subjects)
}
