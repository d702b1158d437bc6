//! The register: what a prefix of the ledger says, and the one rule book for what may follow it.
//!
//! Each noun has a file: what its entries carry, what the register holds of it, and the rules. `check` only reads;
//! `take` only moves forward what `check` has passed. Both are used when an entry is written and again when it is
//! replayed, so a rule cannot hold at one door and not at another.

pub mod action;
pub mod adoption;
pub mod assessment;
pub mod carry;
pub mod decision;
pub mod evidence;
pub mod finding;
pub mod outcome;
pub mod people;
pub mod requirement;
pub mod retention;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::day::{Day, Moment};
use crate::event::Event;
use crate::reference::{
    ActionId, CertificateId, DecisionId, EvidenceId, FindingId, FrameworkId, MappingId, OrganisationId, PackId,
    PersonId, RequirementId, RetentionId, RiskId, SchemeId, SourceId,
};
use crate::refusal::Refusal;
use crate::size::EntryNumber;
use crate::text::Title;
use crate::words::{Role, Strength};

/// Roles that may check other people's evidence, claims and proposals.
pub(crate) const CHECKS: &[Role] =
    &[Role::Checker, Role::SecurityOfficer, Role::HeadOfIct, Role::InternalAuditor, Role::Tester];

/// Who writes, and when.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// The writer.
    pub by: &'a PersonId,
    /// The instant, given by the system.
    pub at: Moment,
}

impl Stamp<'_> {
    /// The day it is in London.
    pub fn today(&self) -> Day {
        self.at.day_in_london()
    }

    fn not_after_today(&self, what: &'static str, day: Day) -> Result<(), Refusal> {
        let today = self.today();
        if day > today { Err(Refusal::NotYet { what, day, today }) } else { Ok(()) }
    }
}

/// Which entry did something, who wrote it, and on what day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The entry.
    pub entry: EntryNumber,
    /// The writer.
    pub by: PersonId,
    /// The day it was in London.
    pub on: Day,
}

/// Everything a prefix of the ledger says, noun by noun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Register {
    /// The opening entry.
    pub opening: Option<people::RegisterOpened>,
    /// Councils and other bodies, by name.
    pub organisations: BTreeMap<OrganisationId, Title>,
    /// People.
    pub people: BTreeMap<PersonId, people::Person>,
    /// Adopted frameworks.
    pub frameworks: BTreeMap<FrameworkId, adoption::AdoptedFramework>,
    /// Adopted schemes.
    pub schemes: BTreeMap<SchemeId, adoption::AdoptedScheme>,
    /// Adopted mappings. Left out of the register's own JSON while there is none, as it was before there could be any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mappings: BTreeMap<MappingId, carry::AdoptedMapping>,
    /// Tests, audits and reviews.
    pub sources: BTreeMap<SourceId, finding::Source>,
    /// Weaknesses.
    pub findings: BTreeMap<FindingId, finding::Finding>,
    /// Work.
    pub actions: BTreeMap<ActionId, action::Action>,
    /// Evidence.
    pub evidence: BTreeMap<EvidenceId, evidence::Evidence>,
    /// Decisions.
    pub decisions: BTreeMap<DecisionId, decision::Decision>,
    /// Risk acceptances.
    pub risks: BTreeMap<RiskId, decision::Acceptance>,
    /// What each organisation says about each requirement.
    #[serde(serialize_with = "by_name")]
    pub stances: BTreeMap<(OrganisationId, RequirementId), requirement::Stance>,
    /// Each organisation's answers to the indicators of each requirement.
    #[serde(serialize_with = "by_name")]
    pub assessments: BTreeMap<(OrganisationId, RequirementId), assessment::Assessment>,
    /// Certificates.
    pub certificates: BTreeMap<CertificateId, outcome::Certificate>,
    /// Packs.
    pub packs: BTreeMap<PackId, outcome::Pack>,
    /// How long evidence is kept. Left out of the register's own JSON while no rule is set, as it was before there could
    /// be any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub retention: BTreeMap<RetentionId, retention::Retention>,
}

/// JSON has no keys of two parts.
fn by_name<V: Serialize, S: serde::Serializer>(
    held: &BTreeMap<(OrganisationId, RequirementId), V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        held.iter().map(|((organisation, requirement), value)| (format!("{organisation} {requirement}"), value)),
    )
}

impl Register {
    /// Says why `event` may not follow. Reads only.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn check(&self, stamp: &Stamp<'_>, event: &Event) -> Result<(), Refusal> {
        if let Event::RegisterOpened(_) = event {
            return self.check_opening();
        }
        if self.opening.is_none() {
            return Err(Refusal::NotOpened);
        }
        match event {
            Event::RegisterOpened(_) => Ok(()),
            Event::OrganisationAdded(event) => self.check_organisation(stamp, event),
            Event::PersonAdded(event) => self.check_person(stamp, event),
            Event::RolesChanged(event) => self.check_roles(stamp, event),
            Event::PersonLeft(event) => self.check_leaving(stamp, event),
            Event::FrameworkAdopted(event) => self.check_framework(stamp, event),
            Event::SchemeAdopted(event) => self.check_scheme(stamp, event),
            Event::MappingAdopted(event) => self.check_mapping(stamp, event),
            Event::BaselineSet(event) => self.check_baseline(stamp, event),
            Event::ParticularsStated(event) => self.check_particulars(stamp, event),
            Event::CommitmentSigned(event) => self.check_signature(stamp, event),
            Event::SourceAdded(event) => self.check_source(stamp, event),
            Event::FindingRaised(event) => self.check_finding(stamp, event),
            Event::HostsAdded(event) => self.check_hosts(stamp, event),
            Event::FindingCorrected(event) => self.check_correction(stamp, event),
            Event::FindingRetested(event) => self.check_retest(stamp, event),
            Event::ConclusionProposed(event) => self.check_proposal(stamp, event),
            Event::ConclusionChecked(event) => self.check_conclusion(stamp, event),
            Event::ActionAdded(event) => self.check_action(stamp, event),
            Event::ActionChanged(event) => self.check_change(stamp, event),
            Event::ActionMoved(event) => self.check_move(stamp, event),
            Event::ActionClaimed(event) => self.check_claim(stamp, event),
            Event::ActionVerified(event) => self.check_verification(stamp, event),
            Event::ActionReopened(event) => self.check_reopening(stamp, event),
            Event::ActionWithdrawn(event) => self.check_withdrawal(stamp, event),
            Event::EvidenceAdded(event) => self.check_evidence(stamp, event),
            Event::EvidenceLinked(event) => self.check_link(stamp, event),
            Event::EvidenceChecked(event) => self.check_evidence_check(stamp, event),
            Event::EvidenceWithdrawn(event) => self.check_evidence_withdrawal(stamp, event),
            Event::EvidenceCarried(event) => self.check_carry(stamp, event),
            Event::CarryJudged(event) => self.check_judgement(stamp, event),
            Event::DecisionRaised(event) => self.check_decision(stamp, event),
            Event::DecisionTaken(event) => self.check_outcome(stamp, event),
            Event::RiskAccepted(event) => self.check_acceptance(stamp, event),
            Event::AcceptanceWithdrawn(event) => self.check_acceptance_end(stamp, event),
            Event::RequirementStated(event) => self.check_statement(stamp, event),
            Event::ExclusionProposed(event) => self.check_exclusion(stamp, event),
            Event::ExclusionChecked(event) => self.check_exclusion_check(stamp, event),
            Event::IndicatorsAnswered(event) => self.check_answers(stamp, event),
            Event::AnswersChecked(event) => self.check_answers_check(stamp, event),
            Event::CertificateIssued(event) => self.check_certificate(stamp, event),
            Event::CertificateWithdrawn(event) => self.check_certificate_end(stamp, event),
            Event::RetentionSet(event) => self.check_retention(stamp, event),
            Event::RetentionChecked(event) => self.check_retention_check(stamp, event),
            Event::PackBuilt(event) => self.check_pack(stamp, event),
            // Whose command it was, and what rests on it, only the history can say: it has the entries themselves.
            Event::Undone(_) => self.allow(stamp, people::WRITES, "undo a command"),
        }
    }

    /// The entries that a check is about: whose answers, proposal, claim or carry it judges.
    pub(crate) fn checked_by(&self, event: &Event) -> Vec<EntryNumber> {
        let keys = |whom: &std::collections::BTreeSet<OrganisationId>, requirement: &RequirementId| {
            whom.iter().map(|one| (one.clone(), requirement.clone())).collect::<Vec<_>>()
        };
        match event {
            Event::AnswersChecked(event) => {
                let held = keys(&event.organisations, &event.requirement);
                held.iter().filter_map(|key| self.assessments.get(key)).map(|held| held.answered.entry).collect()
            }
            Event::ExclusionChecked(event) => {
                let held = keys(&event.organisations, &event.requirement);
                let proposed = held.iter().filter_map(|key| match self.stances.get(key) {
                    Some(requirement::Stance::Excluded { proposed, .. }) => Some(proposed.entry),
                    _ => None,
                });
                proposed.collect()
            }
            Event::CarryJudged(event) => {
                let held = self.evidence.get(&event.id).and_then(|held| held.carried.get(&event.requirement));
                held.map(|carried| carried.by.entry).into_iter().collect()
            }
            Event::RetentionChecked(event) => {
                self.retention.get(&event.id).map(|held| held.set.entry).into_iter().collect()
            }
            Event::ConclusionChecked(event) => {
                let held = self.findings.get(&event.id).and_then(|held| held.conclusion.as_ref());
                held.map(|held| held.proposed.entry).into_iter().collect()
            }
            Event::ActionVerified(event) => match self.actions.get(&event.id).map(|held| &held.state) {
                Some(action::ActionState::Claimed { claim, .. }) => vec![claim.entry],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Moves forward by one entry that `check` has passed.
    pub(crate) fn take(&mut self, entry: EntryNumber, stamp: &Stamp<'_>, event: &Event) {
        let trace = Trace { entry, by: stamp.by.clone(), on: stamp.today() };
        match event {
            Event::RegisterOpened(event) => self.open(stamp, event),
            Event::OrganisationAdded(event) => {
                self.organisations.insert(event.id.clone(), event.name.clone());
            }
            Event::PersonAdded(event) => {
                let person = people::Person { title: event.title.clone(), roles: event.roles.clone(), left: None };
                self.people.insert(event.id.clone(), person);
            }
            Event::RolesChanged(event) => {
                if let Some(person) = self.people.get_mut(&event.id) {
                    person.roles = event.roles.clone();
                }
            }
            Event::PersonLeft(event) => {
                if let Some(person) = self.people.get_mut(&event.id) {
                    person.left = Some(event.on);
                }
            }
            Event::FrameworkAdopted(event) => {
                let held = adoption::AdoptedFramework { event: event.clone(), adopted: trace };
                self.frameworks.insert(event.id.clone(), held);
            }
            Event::SchemeAdopted(event) => self.adopt_scheme(trace, event),
            Event::MappingAdopted(event) => self.adopt_mapping(trace, event),
            Event::BaselineSet(event) => {
                if let Some(scheme) = self.schemes.get_mut(&event.scheme) {
                    scheme.baseline = Some(trace);
                }
            }
            Event::ParticularsStated(event) => {
                if let Some(scheme) = self.schemes.get_mut(&event.scheme) {
                    let form = scheme.particulars.entry(event.organisation.clone()).or_default();
                    form.extend(event.fields.clone());
                }
            }
            Event::CommitmentSigned(event) => {
                if let Some(scheme) = self.schemes.get_mut(&event.scheme) {
                    let held = self.people.get(&event.signatory);
                    let roles = held.map(|person| person.roles.clone()).unwrap_or_default();
                    let signed = adoption::Signed { event: event.clone(), roles };
                    scheme.signatures.insert(event.organisation.clone(), signed);
                }
            }
            Event::SourceAdded(event) => {
                let held = finding::Source { event: event.clone(), added: trace, findings: BTreeMap::new() };
                self.sources.insert(event.id.clone(), held);
            }
            Event::FindingRaised(event) => self.raise(trace, event),
            Event::HostsAdded(event) => self.add_hosts(&trace, event),
            Event::FindingCorrected(event) => self.correct(event),
            Event::FindingRetested(event) => self.retest(&trace, event),
            Event::ConclusionProposed(event) => {
                if let Some(finding) = self.findings.get_mut(&event.id) {
                    finding.conclusion = Some(finding::HeldConclusion {
                        conclusion: event.conclusion.clone(),
                        reason: event.reason.clone(),
                        proposed: trace,
                        checked: None,
                    });
                }
            }
            Event::ConclusionChecked(event) => self.conclude(trace, event),
            Event::ActionAdded(event) => self.plan(trace, event),
            Event::ActionChanged(event) => self.change(event),
            Event::ActionMoved(event) => self.move_date(trace, event),
            Event::ActionClaimed(event) => self.claim(trace, event),
            Event::ActionVerified(event) => self.verify(trace, event),
            Event::ActionReopened(event) => self.reopen(event),
            Event::ActionWithdrawn(event) => self.withdraw_action(trace, event),
            Event::EvidenceAdded(event) => self.add_evidence(trace, event),
            Event::EvidenceLinked(event) => self.use_for_more(stamp, event),
            Event::EvidenceChecked(event) => self.record_check(trace, event),
            Event::EvidenceWithdrawn(event) => self.withdraw_evidence(trace, event),
            Event::EvidenceCarried(event) => self.carry(trace, event),
            Event::CarryJudged(event) => self.judge(trace, event),
            Event::DecisionRaised(event) => {
                let held = decision::Decision { event: event.clone(), raised: trace, taken: None };
                self.decisions.insert(event.id.clone(), held);
            }
            Event::DecisionTaken(event) => self.settle(trace, event),
            Event::RiskAccepted(event) => self.accept(trace, event),
            Event::AcceptanceWithdrawn(event) => self.end_acceptance(trace, event),
            Event::RequirementStated(event) => self.state(&trace, event),
            Event::ExclusionProposed(event) => self.exclude(&trace, event),
            Event::ExclusionChecked(event) => self.check_off_exclusion(&trace, event),
            Event::IndicatorsAnswered(event) => self.answer(&trace, event),
            Event::AnswersChecked(event) => self.check_off_answers(&trace, event),
            Event::CertificateIssued(event) => {
                let held = outcome::Certificate { event: event.clone(), recorded: trace, withdrawn: None };
                self.certificates.insert(event.id.clone(), held);
            }
            Event::CertificateWithdrawn(event) => self.end_certificate(trace, event),
            Event::RetentionSet(event) => self.set_retention(trace, event),
            Event::RetentionChecked(event) => self.check_off_retention(trace, event),
            Event::PackBuilt(event) => {
                let held = outcome::Pack { event: event.clone(), recorded: trace };
                self.packs.insert(event.id.clone(), held);
            }
            Event::Undone(_) => {}
        }
    }

    /// The evidence an action's check may rest on: accepted by a second person, not taken back, more than someone's
    /// word.
    pub fn grounds<'a>(&'a self, action: &'a action::Action) -> impl Iterator<Item = &'a EvidenceId> {
        action.evidence.iter().filter(|id| {
            self.evidence.get(*id).is_some_and(|held| held.counts() && held.strength() >= Strength::Medium)
        })
    }

    /// Whether the register tells a story instead of a council's own.
    pub fn is_demonstration(&self) -> bool {
        self.opening.as_ref().is_some_and(|opening| opening.demonstration)
    }

    fn free<K: Ord + std::fmt::Display, V>(
        &self,
        noun: &'static str,
        held: &BTreeMap<K, V>,
        id: &K,
    ) -> Result<(), Refusal> {
        if held.contains_key(id) { Err(Refusal::Taken { noun, id: id.to_string() }) } else { Ok(()) }
    }
}
