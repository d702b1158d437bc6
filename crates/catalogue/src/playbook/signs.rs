//! What a finding is recognised by: phrases, and the ids that testers and vendors print. Every sign is one that can be
//! pointed at in the finding's text.

use std::collections::BTreeSet;

use portreeve_model::reference::{CveId, CweId};
use portreeve_model::text::Title;
use serde::{Deserialize, Serialize};

use super::phrase::Phrase;

/// What a finding is recognised by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Signs {
    /// Words that together name the weakness. A single word only where it names nothing else.
    pub phrases: Vec<Phrase>,
    /// Kinds of weakness in MITRE's list.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub cwes: BTreeSet<CweId>,
    /// Published vulnerabilities that this work is known to close, as examples.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub cves: BTreeSet<CveId>,
    /// Checks of scanners.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// One check of a scanner, as its vendor numbers and names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The scanner.
    pub tool: Title,
    /// The vendor's number.
    pub id: Title,
    /// The vendor's name for it.
    pub name: Title,
}
