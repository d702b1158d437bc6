//! Remediation playbooks: what usually closes a class of findings, who usually does it, and what the evidence has to
//! show. Advice only: it must never pass, close or judge anything.

mod ids;
mod read;

use std::collections::BTreeSet;

use portreeve_model::reference::RequirementId;
use portreeve_model::text::{Note, Title};
use portreeve_model::words::EvidenceKind;
use serde::{Deserialize, Serialize};

pub use ids::{FindingClassId, NotAnId, PlaybookId};
pub use read::{ITEMS_MAX, read_playbook};

/// What usually closes a class of findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Playbook {
    /// Its name, as its file is called.
    pub id: PlaybookId,
    /// Its title.
    pub title: Title,
    /// What it achieves, in a sentence or two.
    pub summary: Note,
    /// The classes of findings it typically resolves.
    pub resolves: Vec<FindingClass>,
    /// The requirements it touches, each with its framework's version.
    pub requirements: BTreeSet<RequirementId>,
    /// The evidence that usually closes it, strongest first by the file's judgement.
    pub closing_evidence: Vec<ClosingEvidence>,
    /// Who usually does it.
    pub owner: Title,
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
    /// What must be visible in it.
    pub shows: Note,
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
