//! What an answer rests on and what stands in its way: facts with references, for others to put into words.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::day::Day;
use crate::digest::Digest;
use crate::reference::{
    ActionId, EvidenceId, FindingId, Grade, IndicatorId, OrganisationId, PersonId, RequirementId, SourceId,
};
use crate::standards::EvidenceRule;
use crate::standing::{Lens, PlanFault};
use crate::text::Host;
use crate::words::{EvidenceKind, Role, Severity, SourceKind};

use super::View;
use super::held::{CarriedOver, Held};

/// Something that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "blocker", rename_all = "kebab-case")]
pub enum Blocker {
    /// Nobody has said how the requirement is met.
    NoStatement,
    /// It is said not to apply, and nobody else has checked that.
    ExclusionUnchecked {
        /// Who proposed it.
        by: PersonId,
    },
    /// None of the requirement's indicators has been answered.
    NotAssessed,
    /// Some of its indicators have no answer.
    Unanswered {
        /// Those.
        indicators: Vec<IndicatorId>,
    },
    /// Nobody else has checked the answers.
    AnswersUnchecked {
        /// Who gave the latest.
        by: PersonId,
    },
    /// The check found that the answers are not right.
    AnswersRejected {
        /// Who checked them.
        by: PersonId,
    },
    /// The grade that follows from the answers is lower than the profile asks.
    BelowTarget {
        /// The grade.
        grade: Grade,
        /// The grade asked for.
        target: Grade,
        /// The indicators whose answers keep it there.
        held_back_by: Vec<IndicatorId>,
    },
    /// A requirement is not ready.
    RequirementNotReady {
        /// Which.
        requirement: RequirementId,
    },
    /// A framework asks for nothing that applies, so that nothing can be ready.
    NothingApplies,
    /// An action has passed its original date.
    ActionLate {
        /// Which.
        action: ActionId,
        /// By how many days.
        days: i64,
    },
    /// No test, audit or review of any of these kinds is recorded, or none that is in date.
    NotReported {
        /// Any of these would do.
        any_of: BTreeSet<SourceKind>,
        /// The latest there is, and the day of its report.
        latest: Option<(SourceId, Day)>,
    },
    /// Somebody has signed whose role the scheme does not take.
    SignedByAnother {
        /// Who signed.
        by: PersonId,
        /// The roles it takes.
        needs: BTreeSet<Role>,
    },
    /// Evidence of none of these kinds counts.
    NoEvidence {
        /// Any of these would do.
        any_of: BTreeSet<EvidenceKind>,
        /// What there is, and why each does not count.
        instead: Vec<(EvidenceId, Shortfall)>,
    },
    /// A finding is open.
    FindingOpen {
        /// The finding.
        finding: FindingId,
        /// Its severity.
        severity: Severity,
        /// The hosts that are neither fixed nor accepted.
        hosts: Vec<Host>,
        /// How many hosts it names in all.
        of: usize,
        /// The actions that would close it.
        actions: Vec<ActionId>,
        /// What is wrong with the plan; empty when it is realistic.
        faults: Vec<PlanFault>,
    },
    /// A source counts more findings than are recorded.
    Unaccounted {
        /// The source.
        source: SourceId,
        /// How many are missing.
        missing: u32,
    },
    /// Fields of the application form are empty.
    FormIncomplete {
        /// Their names.
        missing: Vec<String>,
    },
    /// Nobody has signed.
    NotSigned,
    /// The signature is too old, or its form no longer counts.
    SignatureOver {
        /// When it was signed.
        on: Day,
    },
}

impl Blocker {
    /// Whether it is a finding with a realistic plan.
    pub fn is_planned(&self) -> bool {
        matches!(self, Blocker::FindingOpen { faults, .. } if faults.is_empty())
    }
}

/// Why an item of evidence does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum Shortfall {
    /// Nobody has checked it.
    Unchecked,
    /// The check found that it does not show what it should.
    Rejected,
    /// It was carried over from another framework, and nobody has judged it for this requirement.
    NotJudged(CarriedOver),
    /// It was carried over, and the judgement was that it does not show what this requirement asks.
    JudgedAgainst(CarriedOver),
    /// It was taken back.
    Withdrawn,
    /// It is only someone's word.
    Weak,
    /// It is too old.
    OutOfDate {
        /// The first day on which it was.
        since: Day,
    },
}

/// Something an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "ground", rename_all = "kebab-case")]
pub enum Ground {
    /// Checked answers give a grade that is as high as asked.
    Graded {
        /// The grade.
        grade: Grade,
        /// The grade asked for.
        target: Grade,
        /// Who gave the latest answers.
        by: PersonId,
        /// Who checked them.
        checked_by: Option<PersonId>,
    },
    /// Every requirement that applies is ready.
    Requirements {
        /// How many.
        ready: u32,
    },
    /// A test, audit or review has been reported.
    Report {
        /// Which.
        source: SourceId,
        /// The day of the report.
        on: Day,
        /// The first day on which it will be too old.
        expires: Option<Day>,
    },
    /// No unfinished action has passed its original date.
    OnTime {
        /// How many actions are unfinished.
        unfinished: u32,
    },
    /// How the requirement is met, in the organisation's words.
    Statement {
        /// The statement.
        text: String,
        /// Who wrote it.
        by: PersonId,
    },
    /// Evidence that counts.
    Evidence {
        /// The evidence.
        id: EvidenceId,
        /// The manifest's digest, when it is made of files.
        manifest: Option<Digest>,
        /// The day it shows.
        shows: Day,
        /// Who checked it, or judged it for this requirement.
        checked_by: Option<PersonId>,
        /// Where it came from, when it was carried over from another framework.
        #[serde(skip_serializing_if = "Option::is_none")]
        carried: Option<CarriedOver>,
        /// The first day on which it will be too old.
        expires: Option<Day>,
    },
    /// A finding that no longer stands in the way.
    FindingClosed {
        /// The finding.
        finding: FindingId,
        /// Where it stands.
        standing: crate::standing::FindingStanding,
    },
    /// The form is complete.
    Form {
        /// How many fields.
        fields: usize,
    },
    /// A senior officer has signed.
    Signature {
        /// Who.
        by: PersonId,
        /// For whom.
        organisation: OrganisationId,
        /// When.
        on: Day,
        /// The first day on which it will be too old.
        expires: Day,
    },
}

/// Finds evidence for a rule among `held`: the item that stays in date longest, or else what falls short and why.
pub(super) fn meet<'a>(
    view: &View<'a>,
    held: impl Iterator<Item = Held<'a>>,
    rule: &EvidenceRule,
    lens: Lens,
) -> Result<Ground, Blocker> {
    let fits: Vec<Held<'_>> = held.filter(|held| rule.any_of.contains(&held.evidence.kind)).collect();
    let mut counting: Vec<&Held<'_>> =
        fits.iter().filter(|held| held.shortfall(rule, view.on, lens).is_none()).collect();
    counting.sort_by_key(|held| (held.evidence.shows, held.id));
    if let Some(held) = counting.last() {
        return Ok(Ground::Evidence {
            id: held.id.clone(),
            manifest: held.evidence.content.manifest().copied(),
            shows: held.evidence.shows,
            checked_by: held.check().map(|check| check.by.by.clone()),
            carried: held.carried_over(),
            expires: rule.validity(held.evidence.shows).ends,
        });
    }
    let instead =
        fits.iter().filter_map(|held| Some((held.id.clone(), held.shortfall(rule, view.on, lens)?))).collect();
    Err(Blocker::NoEvidence { any_of: rule.any_of.clone(), instead })
}
