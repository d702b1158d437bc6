//! References of several nouns given in one place, as after `--for`: which is which is looked up, never guessed.

use std::collections::BTreeSet;

use portreeve_model::Register;
use portreeve_model::reference::{ActionId, FindingId, RequirementId};

use crate::failure::Failure;
use crate::near::nearest;
use crate::resolve::{did_you_mean, requirements_named, same};

/// What evidence is for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    pub(crate) actions: BTreeSet<ActionId>,
    pub(crate) findings: BTreeSet<FindingId>,
    pub(crate) requirements: BTreeSet<RequirementId>,
}

impl Links {
    /// Sorts references into actions, findings and requirements.
    pub(crate) fn sorted(register: &Register, given: &[String]) -> Result<Links, Failure> {
        let mut links = Links::default();
        for text in given {
            let action = same(text, register.actions.keys());
            let finding = same(text, register.findings.keys());
            let requirements = requirements_named(register, text);
            match (action, finding, requirements.as_slice()) {
                (Some(action), None, []) => {
                    links.actions.insert(action.clone());
                }
                (None, Some(finding), []) => {
                    links.findings.insert(finding.clone());
                }
                (None, None, [requirement]) => {
                    links.requirements.insert(requirement.clone());
                }
                (None, None, []) => return Err(nothing(register, text)),
                _ => {
                    return Err(Failure::usage(format!("`{text}` names more than one thing"))
                        .help("name a requirement in full, as `psn-coco-1.32:PSN-BND-FW`"));
                }
            }
        }
        Ok(links)
    }

    /// Everything, in words.
    pub(crate) fn names(&self) -> Vec<String> {
        let actions = self.actions.iter().map(ToString::to_string);
        let findings = self.findings.iter().map(ToString::to_string);
        actions.chain(findings).chain(self.requirements.iter().map(ToString::to_string)).collect()
    }
}

fn nothing(register: &Register, text: &str) -> Failure {
    let actions = register.actions.keys().map(ToString::to_string);
    let findings = register.findings.keys().map(ToString::to_string);
    let numbers = register.frameworks.values().flat_map(|held| &held.event.requirements).map(ToString::to_string);
    let near = nearest(text, actions.chain(findings).chain(numbers));
    let failure = Failure::usage(format!("there is no action, finding or requirement `{text}`"));
    let failure = if near.is_empty() { failure } else { failure.help(did_you_mean(&near)) };
    failure.help("`portreeve action list`, `finding list` and `requirement list` show what there is")
}
