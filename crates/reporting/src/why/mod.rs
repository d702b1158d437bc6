//! Why an answer is what it is: what stands in the way first, then what it rests on, down to files and their digests.

mod json;
mod text;
mod tree;
mod work;

use std::collections::BTreeMap;

use portreeve_model::readiness::{Readiness, Share, Step};
use portreeve_model::reference::{ActionId, EvidenceId, FindingId, RequirementId};

use crate::{FileLine, Subject, words};

pub use json::json;
pub(crate) use text::roots;
pub use text::text;
pub(crate) use tree::Node;
pub(crate) use work::checked_in;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The scheme as a whole.
    Scheme,
    /// One requirement.
    Requirement(RequirementId),
    /// One gate, by its reference in the scheme.
    Gate(String),
    /// One action.
    Action(ActionId),
    /// One finding.
    Finding(FindingId),
}

/// The files of each item of evidence.
pub type Files = BTreeMap<EvidenceId, Vec<FileLine>>;

/// Steps whose effect is told together.
pub(crate) const STEPS_TOLD: usize = 3;

/// The steps to tell: the first few, in the model's order.
pub(crate) fn top(answer: &Readiness) -> &[Step] {
    answer.steps.get(..STEPS_TOLD).unwrap_or(&answer.steps)
}

/// What the steps would do to the share of requirements that are ready. Only what each step keeps back alone is
/// counted, so the line never says more than the steps say one by one; a requirement that two steps keep back together
/// is left out.
pub(crate) fn effect(subject: &Subject<'_>, answer: &Readiness, steps: &[Step]) -> Option<String> {
    // Where nothing is asked there is no figure for a step to lift.
    if steps.is_empty() || answer.verified.whole == 0 {
        return None;
    }
    let lifting: Vec<&Step> = steps.iter().filter(|step| !step.requirements_freed.is_empty()).collect();
    let freed: std::collections::BTreeSet<&RequirementId> =
        lifting.iter().flat_map(|step| &step.requirements_freed).collect();
    let scheme = &subject.scheme.id;
    if freed.is_empty() {
        let which = if steps.len() == 1 { "this step" } else { "one of these steps" };
        return Some(format!("No requirement becomes ready by {which} alone."));
    }
    let more = u32::try_from(freed.len()).unwrap_or(u32::MAX);
    let part = answer.verified.part.saturating_add(more).min(answer.verified.whole);
    let after = Share { part, whole: answer.verified.whole };
    let these = match (lifting.len(), steps.len()) {
        (1, 1) => "this".to_owned(),
        (some, all) if some == all => format!("these {all}"),
        (some, all) => format!("{some} of these {all}"),
    };
    Some(format!("Seeing {these} through lifts {scheme} from {} to {after}.", answer.verified))
}

/// What one step frees, as a clause.
pub(crate) fn frees(step: &Step) -> String {
    let numbers: Vec<String> = step.requirements_freed.iter().map(|id| id.number.to_string()).collect();
    let mut parts = Vec::new();
    if !step.gates_freed.is_empty() {
        let noun = if step.gates_freed.len() == 1 { "gate" } else { "gates" };
        parts.push(format!("{noun} {}", words::and(&step.gates_freed)));
    }
    if !numbers.is_empty() {
        let noun = if numbers.len() == 1 { "requirement" } else { "requirements" };
        parts.push(format!("{noun} {}", words::and(&numbers)));
    }
    if parts.is_empty() {
        let places = if step.stands_in == 1 { "gate or requirement" } else { "gates or requirements" };
        return format!("one of several steps to {} {places}", step.stands_in);
    }
    format!("the one step that leads to {}", words::and(&parts))
}
