//! Two texts, line by line: which lines went and which came.
//!
//! Must never run for longer than its limits say: texts that are too unlike are compared without the order of their
//! lines, and that is said.

use std::collections::HashMap;

use portreeve_model::comparison::{Comparison, Figure, Item, Places, ReadAs, Told};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Side, rows};

/// Lines in both texts together, without those they begin and end with in common and those that only one has, that are
/// compared in order. Myers' algorithm takes at most this number squared in steps: 10⁸, under a second.
const ORDERED_MAX: usize = 10_000;

/// What the comparison of two texts found. Line numbers, counted from 1.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) came: Vec<u32>,
    pub(super) went: Vec<u32>,
    /// Whether a line that only changed its place counts as gone and come.
    pub(super) in_order: bool,
}

/// Compares two texts; blanks at the end of a line make no difference.
pub(super) fn diff(was: &str, is: &str) -> Lines {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let was = numbered(was, &mut known);
    let is = numbered(is, &mut known);
    let head = was.iter().zip(&is).take_while(|(old, new)| old == new).count();
    let tail = was.iter().rev().zip(is.iter().rev()).take_while(|(old, new)| old == new).count();
    let tail = tail.min(was.len().min(is.len()) - head);
    let old: Vec<(u32, u32)> = middle(&was, head, tail);
    let new: Vec<(u32, u32)> = middle(&is, head, tail);
    let counted = |lines: &[(u32, u32)]| {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        lines.iter().for_each(|(_, line)| *counts.entry(*line).or_default() += 1);
        counts
    };
    let (in_old, in_new) = (counted(&old), counted(&new));
    // A line that only one text has is gone or come wherever it stands.
    let (old_shared, went): (Vec<_>, Vec<_>) = old.into_iter().partition(|(_, line)| in_new.contains_key(line));
    let (new_shared, came): (Vec<_>, Vec<_>) = new.into_iter().partition(|(_, line)| in_old.contains_key(line));
    let mut found = Lines {
        came: came.into_iter().map(|(at, _)| at).collect(),
        went: went.into_iter().map(|(at, _)| at).collect(),
        in_order: old_shared.len() + new_shared.len() <= ORDERED_MAX,
    };
    if found.in_order {
        found.ordered(&old_shared, &new_shared);
    } else {
        found.went.extend(beyond(&old_shared, in_new));
        found.came.extend(beyond(&new_shared, in_old));
    }
    found.came.sort_unstable();
    found.went.sort_unstable();
    found
}

impl Lines {
    fn ordered(&mut self, old: &[(u32, u32)], new: &[(u32, u32)]) {
        let lines = |side: &[(u32, u32)]| side.iter().map(|(_, line)| *line).collect::<Vec<_>>();
        let places = |side: &[(u32, u32)], from: usize, count: usize| {
            side.iter().skip(from).take(count).map(|(at, _)| *at).collect::<Vec<_>>()
        };
        for step in capture_diff_slices(Algorithm::Myers, &lines(old), &lines(new)) {
            match step {
                DiffOp::Equal { .. } => {}
                DiffOp::Delete { old_index, old_len, .. } => self.went.extend(places(old, old_index, old_len)),
                DiffOp::Insert { new_index, new_len, .. } => self.came.extend(places(new, new_index, new_len)),
                DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                    self.went.extend(places(old, old_index, old_len));
                    self.came.extend(places(new, new_index, new_len));
                }
            }
        }
    }
}

/// Each line as a number that equal lines share.
fn numbered<'a>(text: &'a str, known: &mut HashMap<&'a str, u32>) -> Vec<u32> {
    let mut number = |line: &'a str| {
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        *known.entry(line.trim_end()).or_insert(next)
    };
    text.lines().map(&mut number).collect()
}

/// Line number and line of what lies between the common head and tail.
fn middle(lines: &[u32], head: usize, tail: usize) -> Vec<(u32, u32)> {
    let placed = (1..).zip(lines.iter().copied());
    placed.skip(head).take(lines.len() - head - tail).collect()
}

/// The places of lines that one text has more often than the other: the last of each.
fn beyond(lines: &[(u32, u32)], mut other: HashMap<u32, u32>) -> Vec<u32> {
    let mut places = Vec::new();
    for (at, line) in lines {
        match other.get_mut(line) {
            Some(left) if *left > 0 => *left -= 1,
            _ => places.push(*at),
        }
    }
    places
}

pub(super) fn compare(was: &Side, is: &Side) -> Comparison {
    let found = diff(&was.text, &is.text);
    let (old, new): (Vec<&str>, Vec<&str>) = (was.text.lines().collect(), is.text.lines().collect());
    let told = |line: &&str| if may_be_secret(line) { NOT_TOLD.to_owned() } else { rows::cut(line) };
    let item = |lines: &[&str], at: u32| usize::try_from(at).ok().and_then(|at| lines.get(at - 1).map(told));
    let went = found.went.iter().filter_map(|at| item(&old, *at).map(|name| (name, *at)));
    let came = found.came.iter().filter_map(|at| item(&new, *at).map(|name| (name, *at)));
    let all = |lines: &[&str]| Told::At((1..).zip(lines).map(|(at, _)| at).collect::<Places>());
    let figure = Figure {
        noun: ("line", "lines"),
        before: all(&old),
        after: all(&new),
        went: went.map(|(name, at)| Item { name, before: Some(at), after: None, note: None }).collect(),
        came: came.map(|(name, at)| Item { name, before: None, after: Some(at), note: None }).collect(),
        changed: Vec::new(),
        breakdown: Vec::new(),
        named: true,
    };
    let mut rules = vec![
        "Read as lines of text: neither a table nor the configuration of a firewall that is known here.".to_owned(),
        "Blanks at the end of a line make no difference. Lines that may hold a secret are counted and not told."
            .to_owned(),
    ];
    if !found.in_order {
        rules.push(UNORDERED.to_owned());
    }
    let (before, after) = (was.reading(old.len()), is.reading(new.len()));
    Comparison {
        read_as: ReadAs::Text,
        before,
        after,
        figures: vec![figure],
        facts: Vec::new(),
        also: Vec::new(),
        rules,
    }
}

/// Words that stand beside a key, a password or the digest of one in configurations of any make, and how digests begin.
const SECRETIVE: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "psk",
    "pre-shared",
    "preshared",
    "community",
    "private",
    "key-string",
    "credential",
    "token",
    "phash",
    "$1$",
    "$5$",
    "$6$",
    "$8$",
    "$9$",
    "$2a$",
    "$2b$",
    "$2y$",
];
const NOT_TOLD: &str = "(not told: it may hold a secret)";

/// Whether a line may be one that nobody should paste into a report.
fn may_be_secret(line: &str) -> bool {
    let line = line.to_lowercase();
    SECRETIVE.iter().any(|word| line.contains(word))
}

/// What is said when there was too much to compare in order.
pub(super) const UNORDERED: &str =
    "The texts are too unlike to compare in order: a line that only changed its place is not seen.";

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(was: &str, is: &str) -> (Vec<u32>, Vec<u32>) {
        let found = diff(was, is);
        (found.went, found.came)
    }

    #[test]
    fn lines_that_went_and_came_are_told_with_their_numbers() {
        assert_eq!(lines("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n"), (vec![2], vec![2, 5]));
        assert_eq!(lines("a\nb\n", "a  \r\nb"), (vec![], vec![]));
        assert_eq!(lines("a\na\na\n", "a\n"), (vec![2, 3], vec![]));
        assert_eq!(lines("permit\ndeny\n", "deny\npermit\n"), (vec![2], vec![1]), "order matters in a rule base");
    }

    #[test]
    fn a_line_that_may_hold_a_secret_is_counted_and_not_told() {
        let content = || super::super::Content::Text;
        let side = |text: &str| Side { text: text.to_owned(), encoding: String::new(), content: content() };
        let found = compare(&side("a\n"), &side("a\n  encrypted-password \"$6$abc\";\nSNMP Community x\nb\n"));
        let names: Vec<_> = found.figures[0].came.iter().map(|item| (item.name.as_str(), item.after)).collect();
        assert_eq!(names, [(NOT_TOLD, Some(2)), (NOT_TOLD, Some(3)), ("b", Some(4))]);
    }

    #[test]
    fn texts_too_unlike_are_compared_without_order_and_say_so() {
        let was: String = (0..6_000).map(|line| format!("{line}\n")).collect();
        let is: String = (0..6_000).rev().map(|line| format!("{line}\n")).collect::<String>() + "7\nnew\n";
        let found = diff(&was, &is);
        assert!(!found.in_order);
        assert_eq!((found.went, found.came), (vec![], vec![6_001, 6_002]));
    }
}
