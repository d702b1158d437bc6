//! Ids that a text mentions: vulnerabilities, kinds of weakness, classes of findings. It must never complete or correct
//! one: what is half an id is none.

use std::collections::BTreeSet;
use std::str::FromStr;

/// The ids in a text, in capitals or not: the prefix where a word starts, and so many groups of digits with a hyphen
/// between them. Digits that go on past what an id may hold make it no id.
pub(super) fn ids<T: FromStr + Ord>(text: &str, prefix: &str, groups: usize) -> BTreeSet<T> {
    let text = text.to_ascii_uppercase();
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + prefix.len()..).unwrap_or(""));
        if before.ends_with(char::is_alphanumeric) {
            continue;
        }
        let number = |part: &str| -> String { part.chars().take_while(char::is_ascii_digit).collect() };
        let numbers: Vec<String> = after.splitn(groups + 1, '-').take(groups).map(number).collect();
        if let Ok(id) = format!("{prefix}{}", numbers.join("-")).parse() {
            found.insert(id);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use portreeve_model::reference::{CveId, CweId, FindingClassId};

    use super::*;

    fn cves(text: &str) -> Vec<String> {
        ids::<CveId>(text, "CVE-", 2).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ids_are_found_anywhere_in_a_text() {
        let text = "MS17-010 (cve-2017-0144/CVE-2017-0145), see also http://x/CVE-2021-44228.html and CVE-2021-34527.";
        assert_eq!(cves(text), ["CVE-2017-0144", "CVE-2017-0145", "CVE-2021-34527", "CVE-2021-44228"]);
        assert_eq!(cves("CVE-2017-0144-and-others"), ["CVE-2017-0144"]);
        assert_eq!(ids::<CweId>("(CWE-79)", "CWE-", 1).len(), 1);
    }

    #[test]
    fn what_only_looks_like_an_id_is_none() {
        for text in ["", "CVE-", "CVE-2017", "CVE-2017-144", "XCVE-2017-0144", "CVE-2017-01440000", "CVE-20170-0144"] {
            assert!(cves(text).is_empty(), "{text}");
        }
        assert!(ids::<FindingClassId>("RFC-05", "FC-", 1).is_empty());
    }
}
