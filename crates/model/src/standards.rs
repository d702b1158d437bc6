//! What is judged by: a framework's requirements, and a scheme's gates, time rules and pack contents. These are the
//! shapes the rules read; the catalogue reads the files and makes sure they hold together.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::reference::{FrameworkId, Grade, IndicatorId, RequirementNumber, SchemeId};
use crate::text::{Note, Title};
use crate::words::{EvidenceKind, Severity};

/// A published version of a set of requirements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// Its reference, with the version.
    pub id: FrameworkId,
    /// Its title as published.
    pub title: Title,
    /// Its version as published.
    pub version: Title,
    /// The profile it is tailored by, if any: which requirements are asked for and how far each must be met.
    pub profile: Option<Title>,
    /// Its requirements in the catalog's own order.
    pub requirements: Vec<Requirement>,
}

/// What an assessor asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its number in the framework.
    pub number: RequirementNumber,
    /// Its title.
    pub title: Title,
    /// What it asks, in the catalog's words.
    pub statement: String,
    /// The heading it stands under, if any.
    pub heading: Option<String>,
    /// What is answered one by one where a grade follows from the answers; empty where the requirement is judged whole.
    pub indicators: Vec<Indicator>,
    /// How far the profile wants it met.
    pub target: Option<Grade>,
    /// How sure the catalog says it is of what it restates, in its own word.
    pub confidence: Option<String>,
    /// Where the catalog says its facts come from.
    pub source: Option<String>,
}

/// A statement of good or bad practice, answered yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Its reference, alone in the framework.
    pub id: IndicatorId,
    /// The grade whose practice it describes: the column it stands in.
    pub column: Grade,
    /// The statement.
    pub text: String,
}

impl Framework {
    /// The requirement with this number.
    pub fn requirement(&self, number: &RequirementNumber) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| &requirement.number == number)
    }
}

/// What an accreditation needs. Every rule of it is data: a scheme file can be read, published and argued with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its reference.
    pub id: SchemeId,
    /// Its title.
    pub title: Title,
    /// The framework whose requirements it judges.
    pub framework: FrameworkId,
    /// Where its rules come from.
    pub source: Note,
    /// Findings at or above this severity keep a requirement from being ready while they are open.
    pub threshold: Severity,
    /// An action is at risk this many days before it is due while no evidence has come.
    pub at_risk_days: u16,
    /// How long a certificate runs.
    pub certificate_months: u8,
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
    /// How many months it stays in date, counted from the day it shows; no limit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u8>,
}

impl EvidenceRule {
    /// The first day on which evidence that shows the position at `shows` is too old.
    pub fn expires(&self, shows: Day) -> Option<Day> {
        self.months.map(|months| shows.plus_months(months))
    }
}

/// One gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its reference in the scheme.
    pub id: String,
    /// What it asks, as a statement that is true when the gate passes.
    pub title: Title,
    /// Where the rule comes from.
    pub source: Note,
    /// Whether a realistic plan is enough to pass with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plan_will_do: bool,
    /// The rule.
    pub rule: GateRule,
}

/// The rules a gate can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum GateRule {
    /// Checked evidence of one of these kinds, in date.
    Evidence {
        /// Any of these will do.
        any_of: BTreeSet<EvidenceKind>,
        /// How many months it stays in date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        months: Option<u8>,
    },
    /// Every field of the application form is filled in.
    Particulars,
    /// A senior officer has signed, at most this many months ago.
    Signature {
        /// How many months a signature stays in date.
        months: u8,
    },
    /// No finding at or above this severity is open without a verified fix or an acceptance in date.
    FindingsClosed {
        /// The severity.
        at_or_above: Severity,
    },
    /// Every open finding has an action with an owner and a date.
    FindingsPlanned,
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
    /// Evidence of one of these kinds.
    Evidence {
        /// Any of these will do.
        any_of: BTreeSet<EvidenceKind>,
    },
}
