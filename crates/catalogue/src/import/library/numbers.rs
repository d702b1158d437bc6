//! A number for each node of a framework: what people write in findings and what OSCAL calls an id. It must be the
//! same whenever the same file is read, and no two nodes may share one.
//!
//! The first of these that no other node has: the printed number; the end of the URN; the end of the URN with a count.
//! Characters that a reference cannot hold become hyphens, and one that would start with a digit starts with `r`,
//! because an id in OSCAL starts with a letter: `5.1` becomes `r5.1`. The number as printed stays as the label.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::REFERENCE_CHARS_MAX;

/// A node as far as its number goes.
pub(super) struct Named<'a> {
    /// The number as printed.
    pub(super) label: Option<&'a str>,
    /// The URN.
    pub(super) urn: &'a str,
    /// Whether it is answered, and so goes first when two would have the same number.
    pub(super) assessable: bool,
}

/// The numbers, in the order of the nodes.
pub(super) fn numbers(nodes: &[Named<'_>]) -> Vec<String> {
    let mut given: BTreeSet<String> = BTreeSet::new();
    let mut numbers = vec![String::new(); nodes.len()];
    for assessable in [true, false] {
        let these = || nodes.iter().enumerate().filter(move |(_, node)| node.assessable == assessable);
        let labels = these().map(|(place, node)| (place, node.label.and_then(fit)));
        let ends = these().map(|(place, node)| (place, fit(end(node.urn))));
        for candidates in [labels.collect::<Vec<_>>(), ends.collect()] {
            let mut how_often: BTreeMap<&str, usize> = BTreeMap::new();
            for (_, candidate) in &candidates {
                *how_often.entry(candidate.as_deref().unwrap_or_default()).or_default() += 1;
            }
            for (place, candidate) in &candidates {
                let Some(candidate) = candidate else { continue };
                let alone = how_often.get(candidate.as_str()) == Some(&1);
                if numbers[*place].is_empty() && alone && given.insert(candidate.clone()) {
                    numbers[*place].clone_from(candidate);
                }
            }
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (place, node) in these() {
            if numbers[place].is_empty() {
                let stem = fit(end(node.urn)).unwrap_or_else(|| "node".to_owned());
                // Room for a hyphen and a count of six digits, which is more than there can be nodes.
                let stem: String = stem.chars().take(REFERENCE_CHARS_MAX - 8).collect();
                let count = counts.entry(stem.clone()).or_insert(1);
                let mut number = stem.clone();
                while !given.insert(number.clone()) {
                    *count += 1;
                    number = format!("{stem}-{count}");
                }
                numbers[place] = number;
            }
        }
    }
    numbers
}

/// What the URN names inside its framework: what follows the framework's own name.
fn end(urn: &str) -> &str {
    urn.splitn(6, ':').nth(5).or_else(|| urn.rsplit(':').next()).unwrap_or_default()
}

/// The text as a reference, if anything is left of it and it is not too long.
fn fit(text: &str) -> Option<String> {
    let mut out = String::new();
    for letter in text.trim().chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-') {
            out.push(letter);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    let out = out.trim_matches(['-', '.', '_']);
    let lead = if out.starts_with(|first: char| first.is_ascii_digit()) { "r" } else { "" };
    Some(format!("{lead}{out}")).filter(|number| !out.is_empty() && number.len() <= REFERENCE_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(nodes: &[(Option<&str>, &str, bool)]) -> Vec<String> {
        let named = nodes.iter().map(|(label, urn, assessable)| Named { label: *label, urn, assessable: *assessable });
        numbers(&named.collect::<Vec<_>>())
    }

    #[test]
    fn the_printed_number_goes_before_the_end_of_the_urn() {
        let nodes = [
            (Some("A1.a"), "urn:i:risk:req_node:caf:a1.a", true),
            (Some("5.1"), "urn:i:risk:req_node:caf:5.1", true),
            (Some("ORG 1.1"), "urn:i:risk:req_node:caf:org-1.1", true),
            (None, "urn:i:risk:req_node:caf:article-1:1", true),
            (Some("§ 1"), "urn:i:risk:req_node:caf:node7", true),
        ];
        assert_eq!(given(&nodes), ["A1.a", "r5.1", "ORG-1.1", "article-1-1", "r1"]);
    }

    #[test]
    fn no_two_nodes_share_a_number_and_an_answered_one_goes_first() {
        let nodes = [
            (Some("1"), "urn:i:risk:req_node:f:one", false),
            (Some("1"), "urn:i:risk:req_node:f:1", true),
            (Some("2"), "urn:i:risk:req_node:f:2a", true),
            (Some("2"), "urn:i:risk:req_node:f:2b", true),
            (None, "urn:i:risk:req_node:f:é", true),
            (None, "urn:i:risk:req_node:f:é", true),
            (None, "urn:i:risk:req_node:f:é", false),
        ];
        assert_eq!(given(&nodes), ["one", "r1", "r2a", "r2b", "node", "node-2", "node-3"]);
    }

    #[test]
    fn a_number_is_never_too_long() {
        let long = format!("urn:i:risk:req_node:f:{}", "x".repeat(100));
        let all = given(&[(None, &long, true), (Some(&"9".repeat(64)), &long, true)]);
        assert_eq!(all, ["node", "node-2"]);
        assert!(all.iter().all(|number| number.len() <= REFERENCE_CHARS_MAX));
    }
}
