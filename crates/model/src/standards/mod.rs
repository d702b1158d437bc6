//! What is judged by: a framework's requirements, and a scheme's gates, time rules and pack contents. These are the
//! shapes the rules read; the catalogue reads the files and makes sure they hold together.

mod grading;
mod limit;
mod scheme;
mod validity;

pub use grading::{ColumnState, GradeName, GradeRule, Grading, HowMany, IndicatorGrading};
pub use limit::{Age, TimeLimit};
pub use scheme::{EvidenceRule, Gate, GateRule, PackContent, PackItem, Particular, Scheme};
pub use validity::{Asking, Validity};

use crate::reference::{FrameworkId, Grade, IndicatorId, RequirementNumber};
use crate::text::Title;

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
    /// The framework of a scheme that judges no requirements: under the scheme's own name, with nothing in it.
    pub fn of_no_requirements(scheme: &Scheme) -> Framework {
        Framework {
            id: scheme.id.clone().into(),
            title: scheme.title.clone(),
            version: scheme.title.clone(),
            profile: None,
            requirements: Vec::new(),
        }
    }

    /// The requirement with this number.
    pub fn requirement(&self, number: &RequirementNumber) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| &requirement.number == number)
    }
}
