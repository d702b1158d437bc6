//! Places on a page: every thing that has one gets its own reference as its id, as `#RAP-071`, and no two share one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use serde::Serialize;

/// Ids that the templates use for themselves.
const TAKEN: &[&str] = &[
    "content",
    "summary",
    "verdicts",
    "gates",
    "check",
    "requirements",
    "plan",
    "actions",
    "decisions",
    "risks",
    "evidence",
    "contents",
    "left-out",
    "accessibility",
    "find",
    "find-text",
    "find-count",
    "only-not-ready",
    "folder",
    "folder-choice",
    "folder-result",
    "reviewed-count",
    "save-notes",
    "pack-files",
    "late",
    "claimed",
    "scope",
    "how",
];

/// A kind of thing that has a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Action,
    Finding,
    Evidence,
    Decision,
    Risk,
    Requirement,
    Source,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Kind::Action => "action",
            Kind::Finding => "finding",
            Kind::Evidence => "evidence",
            Kind::Decision => "decision",
            Kind::Risk => "risk",
            Kind::Requirement => "requirement",
            Kind::Source => "source",
        }
    }
}

/// A reference, and where on the page it leads.
#[derive(Clone, Serialize)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

/// The ids of one page.
pub(crate) struct Anchors {
    ids: BTreeMap<(Kind, String), String>,
    taken: BTreeSet<String>,
}

impl Anchors {
    pub(crate) fn new() -> Anchors {
        Anchors { ids: BTreeMap::new(), taken: TAKEN.iter().map(|id| (*id).to_owned()).collect() }
    }

    /// Gives each of these a place: its reference where that is free, and else one that says its kind too.
    pub(crate) fn add<K: Display>(&mut self, kind: Kind, references: impl IntoIterator<Item = K>) {
        for reference in references {
            let reference = reference.to_string();
            if self.ids.contains_key(&(kind, reference.clone())) {
                continue;
            }
            let mut id = reference.clone();
            while self.taken.contains(&id) {
                id = format!("{}-{id}", kind.word());
            }
            // The reviewer's tick and note of a requirement have ids made from its own.
            self.taken.extend([id.clone(), format!("tick-{id}"), format!("note-{id}")]);
            self.ids.insert((kind, reference), id);
        }
    }

    /// The id of a thing that has a place.
    pub(crate) fn id(&self, kind: Kind, reference: &impl Display) -> String {
        self.ids.get(&(kind, reference.to_string())).cloned().unwrap_or_default()
    }

    /// A link to it, or its bare reference when it has no place on this page.
    pub(crate) fn link(&self, kind: Kind, reference: &impl Display) -> Link {
        let text = reference.to_string();
        let href = self.ids.get(&(kind, text.clone())).map(|id| format!("#{id}"));
        Link { text, href }
    }

    pub(crate) fn links<'a, K: Display + 'a>(&self, kind: Kind, all: impl IntoIterator<Item = &'a K>) -> Vec<Link> {
        all.into_iter().map(|reference| self.link(kind, reference)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_things_share_an_id() {
        let mut anchors = Anchors::new();
        anchors.add(Kind::Action, ["X-1", "plan"]);
        anchors.add(Kind::Finding, ["X-1", "tick-X-1", "action-plan"]);
        assert_eq!(anchors.id(Kind::Action, &"X-1"), "X-1");
        assert_eq!(anchors.id(Kind::Finding, &"X-1"), "finding-X-1");
        assert_eq!(anchors.id(Kind::Action, &"plan"), "action-plan");
        assert_eq!(anchors.id(Kind::Finding, &"action-plan"), "finding-action-plan");
        assert_eq!(anchors.id(Kind::Finding, &"tick-X-1"), "finding-tick-X-1");
        assert!(anchors.link(Kind::Risk, &"R-9").href.is_none());
    }
}
