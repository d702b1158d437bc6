//! Before and after: two exports of the same thing and what they say, for people and machines.
//!
//! Must never stand alone: every answer names both originals with their SHA-256, so that it can be worked out again.

mod json;
mod text;

use portreeve_model::comparison::{Comparison, Figure, ReadAs};
use portreeve_model::reference::{ActionId, EvidenceId};
use portreeve_model::register::evidence::Evidence;
use portreeve_model::words::Marking;
use portreeve_model::{Day, Digest};

pub use json::json;
pub use text::text;

/// One original: a file of an item of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The evidence.
    pub evidence: EvidenceId,
    /// What it is, in one line.
    pub title: String,
    /// The day whose position it shows.
    pub shows: Day,
    /// Whether somebody else has accepted it; nothing while it waits.
    pub accepted: Option<bool>,
    /// How it must be handled.
    pub marking: Marking,
    /// The file in it, safe to show.
    pub path: String,
    /// SHA-256 of the file's bytes, as read.
    pub digest: Digest,
    /// How many bytes it has.
    pub size_bytes: u64,
}

impl Original {
    /// The original as the register holds it.
    pub fn of(id: &EvidenceId, held: &Evidence, path: String, digest: Digest, size_bytes: u64) -> Original {
        Original {
            evidence: id.clone(),
            title: held.title.to_string(),
            shows: held.shows,
            accepted: held.check.as_ref().map(|check| check.accepted),
            marking: held.marking,
            path,
            digest,
            size_bytes,
        }
    }

    const fn check(&self) -> &'static str {
        match self.accepted {
            Some(true) => "accepted",
            Some(false) => "not accepted",
            None => "waits for a check",
        }
    }
}

/// Two originals and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeforeAfter {
    /// The action around which they were chosen, if that was asked.
    pub action: Option<ActionId>,
    /// The earlier one.
    pub before: Original,
    /// The later one.
    pub after: Original,
    /// What they say.
    pub found: Comparison,
}

impl BeforeAfter {
    /// How both must be handled: as the stricter of the two.
    fn marking(&self) -> Marking {
        self.before.marking.max(self.after.marking)
    }

    /// The difference in one line: `212 unused accounts → 4`.
    pub fn heading(&self) -> String {
        let Some(figure) = self.found.headline() else { return "No figure can be told.".to_owned() };
        let (Some(before), Some(after)) = (figure.before.count(), figure.after.count()) else {
            return "No figure can be told.".to_owned();
        };
        let counted = if before == 1 { figure.noun.0 } else { figure.noun.1 };
        if figure.is_same() {
            let rest = if self.found.is_same() { "and no difference" } else { "and other differences" };
            return format!("{before} {counted} before and after, {rest}");
        }
        let whole = matches!(self.found.read_as, ReadAs::Table | ReadAs::Text);
        let moves = if before == after || whole { format!(": {}", moves(figure)) } else { String::new() };
        format!("{before} {counted} → {after}{moves}")
    }
}

/// `20 went, 6 came, 14 changed`: those of the three that happened.
fn moves(figure: &Figure) -> String {
    let parts = [(figure.went.len(), "went"), (figure.came.len(), "came"), (figure.changed.len(), "changed")];
    let said: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use portreeve_model::comparison::{Comparison, Item, Reading, Told};

    use super::*;

    /// A comparison of one figure: numbers before and after, and how many went and came.
    fn sheet(read_as: ReadAs, (before, after): (u32, u32), (went, came): (u32, u32), also: &[&str]) -> BeforeAfter {
        let items =
            |count: u32| (0..count).map(|at| Item { name: at.to_string(), before: None, after: None, note: None });
        let figure = Figure {
            noun: ("unused account", "unused accounts"),
            before: Told::At((1..=before).collect()),
            after: Told::At((1..=after).collect()),
            came: items(came).collect(),
            went: items(went).collect(),
            changed: Vec::new(),
            named: true,
            breakdown: Vec::new(),
        };
        let reading = Reading { form: "UTF-8".to_owned(), total: 0, remarks: Vec::new() };
        let found = Comparison {
            read_as,
            before: reading.clone(),
            after: reading,
            figures: vec![figure],
            facts: Vec::new(),
            also: also.iter().map(|sentence| (*sentence).to_owned()).collect(),
            rules: Vec::new(),
        };
        let original = |marking| Original {
            evidence: "E-0001".parse().unwrap(),
            title: "Users".to_owned(),
            shows: Day::of(2026, 6, 1).unwrap(),
            accepted: None,
            marking,
            path: "users.csv".to_owned(),
            digest: Digest::of(b""),
            size_bytes: 0,
        };
        let (before, after) = (original(Marking::OfficialSensitive), original(Marking::Official));
        BeforeAfter { action: None, before, after, found }
    }

    #[test]
    fn a_heading_says_the_difference_and_never_hides_one() {
        let heading = |read_as, counts, moves, also: &[&str]| sheet(read_as, counts, moves, also).heading();
        assert_eq!(heading(ReadAs::Accounts, (212, 4), (208, 0), &[]), "212 unused accounts → 4");
        assert_eq!(heading(ReadAs::Accounts, (1, 0), (1, 0), &[]), "1 unused account → 0");
        assert_eq!(heading(ReadAs::Accounts, (4, 4), (2, 2), &[]), "4 unused accounts → 4: 2 went, 2 came");
        assert_eq!(
            heading(ReadAs::Accounts, (4, 4), (0, 0), &[]),
            "4 unused accounts before and after, and no difference"
        );
        assert_eq!(
            heading(ReadAs::Firewall, (4, 4), (0, 0), &["Another order."]),
            "4 unused accounts before and after, and other differences"
        );
        assert_eq!(heading(ReadAs::Table, (9, 8), (1, 0), &[]), "9 unused accounts → 8: 1 went");
    }

    #[test]
    fn both_are_handled_as_the_stricter_of_the_two() {
        assert_eq!(sheet(ReadAs::Text, (1, 1), (0, 0), &[]).marking(), Marking::OfficialSensitive);
    }
}
