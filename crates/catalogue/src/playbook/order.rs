//! What is done before what: prerequisites must exist, and nothing waits for itself, however indirectly.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::PlaybookId;

use super::Playbook;
use crate::problem::{Gathered, Problems};

/// Holds the prerequisites of one playbook against all playbooks.
pub(crate) fn check_prerequisites(playbook: &Playbook, all: &BTreeMap<PlaybookId, Playbook>) -> Result<(), Problems> {
    let mut problems = Gathered::default();
    for (index, first) in playbook.prerequisites.iter().enumerate() {
        let path = format!("/prerequisites/{index}/playbook");
        if !all.contains_key(&first.playbook) {
            problems.add(&path, format!("there is no playbook `{}`", first.playbook), "name one that exists");
        } else if waits_for(&first.playbook, &playbook.id, all) {
            let what = format!("`{}` waits for `{}` in turn", first.playbook, playbook.id);
            problems.add(&path, what, "take one of the two out");
        }
    }
    problems.verdict(Some(()))
}

/// Whether `from` is `wanted`, or waits for it however indirectly.
fn waits_for(from: &PlaybookId, wanted: &PlaybookId, all: &BTreeMap<PlaybookId, Playbook>) -> bool {
    let mut seen = BTreeSet::new();
    let mut queue = vec![from];
    while let Some(next) = queue.pop() {
        if next == wanted {
            return true;
        }
        if seen.insert(next) {
            let further = all.get(next).map_or(&[] as &[_], |held| held.prerequisites.as_slice());
            queue.extend(further.iter().map(|first| &first.playbook));
        }
    }
    false
}
