//! A scheme: what an accreditation needs. Every rule of it is data, so that a scheme can be added, published and argued
//! with without any code. It must never know one scheme from another.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Grading, TimeLimit};
use crate::reference::{FrameworkId, RequirementNumber, SchemeId};
use crate::text::{Note, Title};
use crate::words::{EvidenceKind, Role, Severity, SourceKind};

/// What an accreditation needs. Every rule of it is data: a scheme file can be read, published and argued with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its reference.
    pub id: SchemeId,
    /// Its title.
    pub title: Title,
    /// The framework whose requirements it judges; none where findings are all there is, as in an audit's follow-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<FrameworkId>,
    /// Where its rules come from.
    pub source: Note,
    /// Findings at or above this severity keep a requirement from being ready while they are open.
    pub threshold: Severity,
    /// The kinds of work whose findings concern it; every kind when empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub findings_of: BTreeSet<SourceKind>,
    /// How a requirement is graded.
    #[serde(default)]
    pub grading: Grading,
    /// An action is at risk this many days before it is due while no evidence has come.
    pub at_risk_days: u16,
    /// How long a certificate runs, where the scheme grants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<TimeLimit>,
    /// What decides.
    pub gates: Vec<Gate>,
    /// The evidence each requirement needs. A requirement that is not listed needs any checked evidence that is more
    /// than someone's word.
    #[serde(default)]
    pub evidence: BTreeMap<RequirementNumber, Vec<EvidenceRule>>,
    /// The application form's fields.
    #[serde(default)]
    pub particulars: Vec<Particular>,
    /// What the pack must contain.
    pub pack: Vec<PackItem>,
}

/// One field of the application form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Particular {
    /// Its name in entries: lower-case letters, digits and hyphens.
    pub id: String,
    /// Its name on a page.
    pub title: Title,
}

/// One kind of evidence a requirement needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRule {
    /// Any of these will do.
    pub any_of: BTreeSet<EvidenceKind>,
    /// How long it stays in date, counted from the day it shows; no limit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<TimeLimit>,
}

/// One gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its code in the scheme.
    pub id: String,
    /// What it asks, as a statement that is true when the gate passes.
    pub title: Title,
    /// Where the rule comes from.
    pub source: Note,
    /// What to do when it fails, as an order.
    pub remedy: Note,
    /// Whether a realistic plan is enough to pass with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plan_will_do: bool,
    /// The rule.
    pub rule: GateRule,
}

/// The rules a gate can have: few, and each blind to the scheme that uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum GateRule {
    /// Checked evidence of one of these kinds, in date.
    Evidence {
        /// Any of these will do.
        any_of: BTreeSet<EvidenceKind>,
        /// How long it stays in date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<TimeLimit>,
    },
    /// Every field of the application form is filled in.
    Particulars,
    /// A senior officer has signed, not longer ago than this.
    Signature {
        /// How long a signature stays in date.
        within: TimeLimit,
        /// The roles that may sign; any of them will do.
        by: BTreeSet<Role>,
    },
    /// Every applicable requirement is ready: it is met as far as the profile asks.
    RequirementsReady,
    /// No finding at or above this severity is open without a verified fix or an acceptance in date.
    FindingsClosed {
        /// The severity.
        at_or_above: Severity,
    },
    /// No finding at or above this severity has been open for longer than this, counted from the day of its report.
    FindingsClosedWithin {
        /// The severity.
        at_or_above: Severity,
        /// How long it may stay open.
        within: TimeLimit,
    },
    /// Every open finding has an action with an owner and a date.
    FindingsPlanned,
    /// No unfinished action has passed its original date.
    ActionsOnTime,
    /// A test, audit or review of one of these kinds is recorded, with a report not older than this. Without any, gates
    /// that judge findings would pass for want of anything to judge.
    Reported {
        /// Any of these will do.
        any_of: BTreeSet<SourceKind>,
        /// How long a report stays in date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<TimeLimit>,
    },
}

/// One thing the pack must contain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackItem {
    /// Its reference in the scheme.
    pub id: String,
    /// What it is.
    pub title: Title,
    /// Where it comes from.
    pub content: PackContent,
    /// Whether it may be absent, as when no cloud service is used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub if_used: bool,
}

/// Where an item of the pack comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PackContent {
    /// The application form, from the particulars.
    Particulars,
    /// The signature.
    Signature,
    /// The remediation action plan, from findings and actions.
    Plan,
    /// What is said about every requirement, with its grade where the scheme grades.
    Requirements,
    /// Evidence of one of these kinds.
    Evidence {
        /// Any of these will do.
        any_of: BTreeSet<EvidenceKind>,
    },
}
