//! Each kind of entry in one line: what happened, to what, and what it says.

use portreeve_model::Digest;
use portreeve_model::Event;
use portreeve_model::register::action::{ActionAdded, ActionChanged, ActionMoved, Due};
use portreeve_model::register::carry::EvidenceCarried;
use portreeve_model::register::evidence::{Content, EvidenceAdded, EvidenceLinked};
use portreeve_model::register::finding::{Conclusion, FindingCorrected, FindingRaised, FindingRetested};
use portreeve_model::register::people::{PersonAdded, RolesChanged};
use portreeve_model::text::Note;
use portreeve_model::words::{Retest, Role};

use super::{and, count, hosts, kind, organisations, retention_rule, severity};

/// What an entry records, in one line.
pub fn event(event: &Event) -> String {
    match event {
        Event::RegisterOpened(_)
        | Event::OrganisationAdded(_)
        | Event::PersonAdded(_)
        | Event::RolesChanged(_)
        | Event::PersonLeft(_)
        | Event::FrameworkAdopted(_)
        | Event::SchemeAdopted(_)
        | Event::MappingAdopted(_)
        | Event::BaselineSet(_)
        | Event::ParticularsStated(_)
        | Event::CommitmentSigned(_) => foundation(event),
        Event::SourceAdded(_)
        | Event::FindingRaised(_)
        | Event::HostsAdded(_)
        | Event::FindingCorrected(_)
        | Event::FindingRetested(_)
        | Event::ConclusionProposed(_)
        | Event::ConclusionChecked(_) => of_finding(event),
        Event::ActionAdded(_)
        | Event::ActionChanged(_)
        | Event::ActionMoved(_)
        | Event::ActionClaimed(_)
        | Event::ActionVerified(_)
        | Event::ActionReopened(_)
        | Event::ActionWithdrawn(_) => of_action(event),
        Event::EvidenceAdded(_)
        | Event::EvidenceLinked(_)
        | Event::EvidenceChecked(_)
        | Event::EvidenceCarried(_)
        | Event::CarryJudged(_)
        | Event::EvidenceWithdrawn(_) => of_evidence(event),
        Event::DecisionRaised(_)
        | Event::DecisionTaken(_)
        | Event::RiskAccepted(_)
        | Event::AcceptanceWithdrawn(_)
        | Event::RequirementStated(_)
        | Event::ExclusionProposed(_)
        | Event::ExclusionChecked(_)
        | Event::IndicatorsAnswered(_)
        | Event::AnswersChecked(_)
        | Event::CertificateIssued(_)
        | Event::CertificateWithdrawn(_)
        | Event::RetentionSet(_)
        | Event::RetentionChecked(_)
        | Event::PackBuilt(_) => of_outcome(event),
        Event::Undone(event) => format!("command undone {}: {}", event.command, event.reason),
    }
}

fn foundation(event: &Event) -> String {
    match event {
        Event::RegisterOpened(event) => format!("register opened: {}", event.name),
        Event::OrganisationAdded(event) => format!("organisation added {}: {}", event.id, event.name),
        Event::PersonAdded(PersonAdded { id, title, roles: held }) => {
            format!("person added {id}: {title}; {}", roles(held))
        }
        Event::RolesChanged(RolesChanged { id, roles: held, reason }) => {
            format!("roles changed {id}: now {}; {reason}", roles(held))
        }
        Event::PersonLeft(event) => format!("person left {} on {}", event.id, event.on),
        Event::FrameworkAdopted(event) => {
            let requirements = count(event.requirements.len() as u64, "requirement");
            format!("framework adopted {}: {}, {requirements}", event.id, event.title)
        }
        Event::SchemeAdopted(event) => {
            let target = event.target.map_or_else(String::new, |day| format!(", wanted by {day}"));
            let profile = event.profile.as_ref().map_or_else(String::new, |profile| {
                format!(", with the {} (sha256 {})", profile.title, short(&profile.digest))
            });
            let whom = organisations(&event.organisations);
            format!(
                "scheme adopted {}: {} (sha256 {}){profile}, for {whom}{target}",
                event.id,
                event.title,
                short(&event.digest)
            )
        }
        Event::MappingAdopted(event) => {
            let pairs: usize = event.pairs.values().map(std::collections::BTreeSet::len).sum();
            let pairs = count(pairs as u64, "pair");
            format!("mapping adopted {}: {} to {}, {pairs}, as of {}", event.id, event.source, event.target, event.date)
        }
        Event::BaselineSet(event) => format!("baseline set for {}: {}", event.scheme, event.note),
        Event::ParticularsStated(event) => {
            let fields: Vec<&String> = event.fields.keys().collect();
            format!("application form filled in for {}: {}", event.organisation, and(&fields))
        }
        Event::CommitmentSigned(event) => {
            format!("signed for {} by {} on {}", event.organisation, event.signatory, event.on)
        }
        other => other.kind().replace('-', " "),
    }
}

/// So much of a digest as tells two files apart to the eye.
fn short(digest: &Digest) -> String {
    digest.to_string().chars().take(12).collect()
}

fn roles(roles: &std::collections::BTreeSet<Role>) -> String {
    let shown: Vec<&str> = roles.iter().map(|role| role.word()).collect();
    if shown.is_empty() { "no roles".to_owned() } else { and(&shown) }
}

fn of_finding(event: &Event) -> String {
    match event {
        Event::SourceAdded(event) => {
            let counted = event
                .findings_reported
                .map_or_else(String::new, |reported| format!(", counts {}", count(reported, "finding")));
            format!("source added {}: {}, by {}, {}{counted}", event.id, event.title, event.author, event.on)
        }
        Event::FindingRaised(event) => raised(event),
        Event::HostsAdded(event) => {
            format!("hosts added to {}: {}; {}", event.id, hosts(event.hosts.iter()), event.reason)
        }
        Event::FindingCorrected(event) => corrected(event),
        Event::FindingRetested(event) => retested(event),
        Event::ConclusionProposed(event) => {
            let end = match &event.conclusion {
                Conclusion::FalsePositive => "a false positive".to_owned(),
                Conclusion::Duplicate { of } => format!("a duplicate of {of}"),
            };
            format!("conclusion proposed for {}: {end}; {}", event.id, event.reason)
        }
        Event::ConclusionChecked(event) => {
            format!("conclusion of {} {}{}", event.id, agreed(event.accepted), said(event.note.as_ref()))
        }
        other => other.kind().replace('-', " "),
    }
}

fn raised(event: &FindingRaised) -> String {
    let affected = match event.hosts.len() {
        0 => String::new(),
        some => format!(", on {}", count(some as u64, "host")),
    };
    format!("finding raised {}: {} ({}{affected})", event.id, event.title, severity(event.severity))
}

fn corrected(event: &FindingCorrected) -> String {
    let mut changes = Vec::new();
    changes.extend(event.title.as_ref().map(|title| format!("now called {title}")));
    changes.extend(event.severity.map(|now| format!("now {}", severity(now))));
    changes.extend(
        event.requirements.as_ref().map(|all| format!("now touches {}", count(all.len() as u64, "requirement"))),
    );
    format!("finding corrected {}: {}; {}", event.id, and(&changes), event.reason)
}

fn retested(event: &FindingRetested) -> String {
    let of = |wanted: Retest| event.results.values().filter(|outcome| **outcome == wanted).count();
    let parts: Vec<String> = Retest::ALL
        .iter()
        .map(|outcome| (of(*outcome), outcome.shown().to_lowercase()))
        .filter(|(how_many, _)| *how_many > 0)
        .map(|(how_many, outcome)| format!("{outcome} on {}", count(how_many as u64, "host")))
        .collect();
    format!("finding tested again {} on {}: {}, shown by {}", event.id, event.on, and(&parts), event.evidence)
}

fn of_action(event: &Event) -> String {
    match event {
        Event::ActionAdded(event) => planned(event),
        Event::ActionChanged(event) => changed(event),
        Event::ActionMoved(ActionMoved { id, to, reason, approved_by, minute }) => {
            let minute = minute.as_ref().map_or_else(String::new, |minute| format!(", {minute}"));
            format!("action moved {id} to {to}: {reason} (agreed by {approved_by}{minute})")
        }
        Event::ActionClaimed(event) => {
            format!("action said done {} on {}{}", event.id, event.on, said(event.note.as_ref()))
        }
        Event::ActionVerified(event) => format!("action seen done {}{}", event.id, said(event.note.as_ref())),
        Event::ActionReopened(event) => format!("action opened again {}: {}", event.id, event.reason),
        Event::ActionWithdrawn(event) => format!("action withdrawn {}: {}", event.id, event.reason),
        other => other.kind().replace('-', " "),
    }
}

fn planned(event: &ActionAdded) -> String {
    let due = match &event.due {
        Due::On(day) => format!("due {day}"),
        Due::NoDate(reason) => format!("no date: {reason}"),
    };
    format!("action added {}: {} (owner {}, {due})", event.id, event.title, event.owner)
}

fn changed(event: &ActionChanged) -> String {
    let mut changes = Vec::new();
    changes.extend(event.title.as_ref().map(|title| format!("now called {title}")));
    changes.extend(event.owner.as_ref().map(|owner| format!("now owned by {owner}")));
    changes.extend(event.costs.as_ref().map(|_| "costs restated".to_owned()));
    changes.extend(event.resources.map(|answer| format!("resources {}", answer.word())));
    changes.extend(event.budget.map(|answer| format!("budget {}", answer.word())));
    let waits = |ids: Vec<String>| {
        if ids.is_empty() { "nothing".to_owned() } else { and(&ids) }
    };
    changes.extend(
        event
            .after_actions
            .as_ref()
            .map(|ids| format!("waits for actions: {}", waits(ids.iter().map(ToString::to_string).collect()))),
    );
    changes.extend(
        event
            .after_decisions
            .as_ref()
            .map(|ids| format!("waits for decisions: {}", waits(ids.iter().map(ToString::to_string).collect()))),
    );
    let also: Vec<String> = event.also_closes.keys().map(ToString::to_string).collect();
    if !also.is_empty() {
        changes.push(format!("also closes {}", and(&also)));
    }
    format!("action changed {}: {}; {}", event.id, and(&changes), event.reason)
}

fn of_evidence(event: &Event) -> String {
    match event {
        Event::EvidenceAdded(event) => added(event),
        Event::EvidenceLinked(event) => {
            let EvidenceLinked { id, actions, findings, requirements } = event;
            let mut uses: Vec<String> = actions.iter().map(ToString::to_string).collect();
            uses.extend(findings.iter().map(ToString::to_string));
            uses.extend(requirements.iter().map(ToString::to_string));
            format!("evidence linked {id} to {}", and(&uses))
        }
        Event::EvidenceChecked(event) => {
            let found = if event.accepted { "accepted" } else { "refused" };
            format!("evidence checked {}: {found}{}", event.id, said(event.note.as_ref()))
        }
        Event::EvidenceCarried(event) => {
            let EvidenceCarried { id, from, to, mapping, note } = event;
            format!("evidence carried {id} from {from} to {to} by {mapping}, to be judged there: {note}")
        }
        Event::CarryJudged(event) => {
            let found = if event.accepted { "accepted" } else { "refused" };
            format!("carried evidence judged {} for {}: {found}; {}", event.id, event.requirement, event.note)
        }
        Event::EvidenceWithdrawn(event) => {
            let erased = if event.erased { " and erased" } else { "" };
            format!("evidence taken back{erased} {}: {}", event.id, event.reason)
        }
        other => other.kind().replace('-', " "),
    }
}

fn added(event: &EvidenceAdded) -> String {
    let held = match &event.content {
        Content::Files { files, .. } => count(*files, "file"),
        Content::InPlace { files, .. } => format!("{} left in their place", count(*files, "file")),
        Content::Reference { locator } => format!("held elsewhere: {locator}"),
        Content::Said { .. } => "someone's word".to_owned(),
    };
    let what = kind(event.evidence_kind);
    let after = event.collection.as_ref().and_then(|collection| collection.after.as_ref());
    let after = after.map_or_else(String::new, |after| format!(", after {after}"));
    format!("evidence added {}: {} ({what}, {held}, shows {}{after})", event.id, event.title, event.shows)
}

fn of_outcome(event: &Event) -> String {
    match event {
        Event::DecisionRaised(event) => {
            format!("decision put {}: {} ({}, needed by {})", event.id, event.title, event.body, event.needed_by)
        }
        Event::DecisionTaken(event) => {
            format!("decision taken {} on {}: option {}; {}", event.id, event.on, event.outcome, event.minute)
        }
        Event::RiskAccepted(event) => {
            let findings: Vec<String> = event.findings.keys().map(ToString::to_string).collect();
            format!("risk accepted {} by {} until {}: {}", event.id, event.accepted_by, event.until, and(&findings))
        }
        Event::AcceptanceWithdrawn(event) => format!("risk acceptance ended {}: {}", event.id, event.reason),
        Event::RequirementStated(event) => {
            let whom = organisations(&event.organisations);
            format!("requirement stated {} for {whom}: {}", event.requirement, event.statement)
        }
        Event::ExclusionProposed(event) => {
            let whom = organisations(&event.organisations);
            format!("requirement said not to apply {} for {whom}: {}", event.requirement, event.reason)
        }
        Event::ExclusionChecked(event) => {
            let whom = organisations(&event.organisations);
            let (agreed, said) = (agreed(event.accepted), said(event.note.as_ref()));
            format!("exclusion of {} for {whom} {agreed}{said}", event.requirement)
        }
        Event::IndicatorsAnswered(event) => {
            let whom = organisations(&event.organisations);
            let yes = event.answers.values().filter(|answer| answer.holds()).count();
            let indicators = count(event.answers.len() as u64, "indicator");
            format!("requirement assessed {} for {whom}: {indicators} answered, {yes} with yes", event.requirement)
        }
        Event::AnswersChecked(event) => {
            let whom = organisations(&event.organisations);
            let (agreed, said) = (agreed(event.accepted), said(event.note.as_ref()));
            format!("answers to {} for {whom} {agreed}{said}", event.requirement)
        }
        Event::CertificateIssued(event) => {
            let whom = organisations(&event.organisations);
            format!("certificate issued {} to {whom} by {}: {} to {}", event.id, event.issuer, event.from, event.until)
        }
        Event::CertificateWithdrawn(event) => {
            format!("certificate taken away {} on {}: {}", event.id, event.on, event.reason)
        }
        Event::RetentionSet(event) => {
            format!("retention rule set {}: {}; {}", event.id, retention_rule(event), event.authority)
        }
        Event::RetentionChecked(event) => {
            format!("retention rule {} {}{}", event.id, agreed(event.accepted), said(event.note.as_ref()))
        }
        Event::PackBuilt(event) => {
            let whom = organisations(&event.organisations);
            format!("pack built {} for {whom}: judged on {}, knows {} entries", event.id, event.on, event.known)
        }
        other => other.kind().replace('-', " "),
    }
}

const fn agreed(accepted: bool) -> &'static str {
    if accepted { "agreed" } else { "not agreed" }
}

fn said(note: Option<&Note>) -> String {
    note.map_or_else(String::new, |note| format!("; {note}"))
}
