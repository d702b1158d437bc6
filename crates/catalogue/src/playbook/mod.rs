//! Remediation playbooks: what usually closes a class of findings, who usually does it, and what the evidence has to
//! show. Advice only: it must never pass, close or judge anything.

mod matching;
mod mentions;
mod order;
mod phrase;
mod read;
mod signs;
mod words;

use std::collections::BTreeSet;

use portreeve_model::reference::{FindingClassId, PlaybookId, RequirementId};
use portreeve_model::text::{Note, Title};
use portreeve_model::words::EvidenceKind;
use serde::{Deserialize, Serialize};

pub use matching::{FindingTexts, PROPOSALS_MAX, Place, Proposal, Reason, propose};
pub(crate) use order::check_prerequisites;
pub use phrase::{BadPhrase, Phrase};
pub use read::{ITEMS_MAX, WEEKS_MAX, read_playbook};
pub use signs::{Check, Signs};

/// What usually closes a class of findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Playbook {
    /// Its name, as its file is called.
    pub id: PlaybookId,
    /// Its title.
    pub title: Title,
    /// What it achieves, in a sentence or two.
    pub summary: Note,
    /// The classes of findings it typically resolves; none where no class of the table names what it resolves.
    pub resolves: Vec<FindingClass>,
    /// What a finding that it answers is recognised by.
    pub matches: Signs,
    /// The requirements it touches, each with its framework's version.
    pub requirements: BTreeSet<RequirementId>,
    /// The evidence that usually closes it, strongest first by the file's judgement.
    pub closing_evidence: Vec<ClosingEvidence>,
    /// Who usually does it.
    pub owner: Title,
    /// How long it usually takes.
    pub lead_time: LeadTime,
    /// What is usually done first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<Prerequisite>,
    /// The usual steps, in order.
    pub steps: Vec<Note>,
    /// How sure we are of it.
    pub confidence: Confidence,
    /// Where it comes from.
    pub source: Note,
}

/// A class of findings, as tests and audits keep reporting it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingClass {
    /// Its reference, for example `FC-05`.
    pub id: FindingClassId,
    /// Its title.
    pub title: Title,
}

/// A kind of evidence that closes a finding, if it shows the right thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingEvidence {
    /// The kind.
    pub kind: EvidenceKind,
    /// Which positions it has to show.
    pub when: Moment,
    /// What must be visible in it.
    pub shows: Note,
}

/// Which positions evidence has to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// The position before the work and the one after it: the difference is what convinces.
    BeforeAndAfter,
    /// The position after the work.
    After,
}

/// How long the work usually takes from the decision to do it until its evidence is there. A range for planning, never a
/// promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeadTime {
    /// The short case, in weeks.
    pub from_weeks: u16,
    /// The long case, in weeks.
    pub to_weeks: u16,
    /// What takes the time.
    pub because: Note,
}

/// Work that is usually done first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prerequisite {
    /// The other playbook.
    pub playbook: PlaybookId,
    /// What it provides.
    pub because: Note,
}

/// How sure we are of something we restate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Found in public material.
    Established,
    /// Partly found, partly filled in from general knowledge.
    PartlyGeneralKnowledge,
    /// General knowledge.
    GeneralKnowledge,
}
