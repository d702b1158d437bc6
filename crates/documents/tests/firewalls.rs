//! Held against configurations that others collected: Batfish's samples, most of them written to be awkward.

#![expect(clippy::unwrap_used, reason = "what a test does not expect ends it")]

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use portreeve_documents::compare::{Export, compare};
use portreeve_model::Day;
use portreeve_model::comparison::{Comparison, Told};

/// A folder of the shared data, if it is there. Absent, it is said loudly and passes, unless
/// `PORTREEVE_REQUIRE_SHARED=1`.
fn folder(inside: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PORTREEVE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join("data/corpora/other/firewall-configs").join(inside);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var("PORTREEVE_REQUIRE_SHARED").is_ok_and(|value| value == "1");
    assert!(!required, "PORTREEVE_REQUIRE_SHARED=1, and there is no {}", path.display());
    // Not through a print macro: the test harness would keep that to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: there is no {}, so nothing was held against it", path.display());
    None
}

/// Every file of a folder with its name, in order.
fn files(inside: &str) -> Vec<(String, Vec<u8>)> {
    let Some(folder) = folder(inside) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap());
    paths.iter().filter(|path| path.is_file()).map(read).collect()
}

fn with_itself(bytes: &[u8]) -> Comparison {
    let export = Export { bytes, shows: Day::of(2026, 11, 2).unwrap() };
    let found = compare(export, export).unwrap();
    assert!(found.is_same(), "{found:?}");
    found
}

/// The make, how many rules, and the lines of any-any permit rules.
fn told(found: &Comparison) -> (String, u64, String) {
    let make = found.facts.first().and_then(|fact| fact.before.clone()).map_or(String::new(), |(make, _)| make);
    let lines = match found.figures.first().map(|figure| &figure.before) {
        Some(Told::At(places)) => places.to_string(),
        _ => String::new(),
    };
    let rules = found.figures.get(1).and_then(|figure| figure.before.count()).unwrap_or(0);
    (make, rules, lines)
}

#[test]
fn every_sample_is_recognised_as_its_make_and_equals_itself() {
    for (inside, make, others) in [
        ("cisco_asa", "Cisco ASA", OTHER_ASA),
        ("fortios", "Fortinet FortiOS", OTHER_FORTIOS),
        ("palo_alto", "Palo Alto PAN-OS, set form", OTHER_PALO_ALTO),
        ("example-network/configs", "Cisco IOS", &[]),
        ("example-network/iptables", "iptables-save", &[]),
        ("iptables-network/iptables", "iptables-save", &[]),
    ] {
        let files = files(inside);
        let mut unlike = Vec::new();
        for (name, bytes) in &files {
            if told(&with_itself(bytes)).0 != make {
                unlike.push(name.as_str());
            }
        }
        if !files.is_empty() {
            assert_eq!(unlike, others, "{inside}");
        }
    }
}

/// Not a configuration.
const OTHER_FORTIOS: &[&str] = &["BUILD.bazel"];
/// Without the line that names ASA.
const OTHER_ASA: &[&str] = &["ospf-intervals"];
/// In the brace form, which is compared as text.
const OTHER_PALO_ALTO: &[&str] = &[
    "bgp",
    "destination-nat",
    "destination-nat-panorama",
    "interface-agg",
    "multiline-token",
    "nat-disable",
    "nat-rules-empty-pool",
    "nested-config",
    "nested-config-line-comments",
    "nested-config-structure-def",
    "paloalto_layer2_ae_svi",
    "paloalto_vlan_tunnel_units",
    "show-config",
    "source-nat",
    "source-nat-high-availability",
];

#[test]
fn rules_are_those_that_a_reader_counts() {
    for (inside, name, rules, lines) in [
        ("cisco_asa", "asa-filters", 4, "38"),
        ("fortios", "firewall_policy", 5, "101, 109"),
        ("palo_alto", "security-rules", 4, ""),
    ] {
        for (_, bytes) in files(inside).iter().filter(|(found, _)| found == name) {
            let (_, counted, open) = told(&with_itself(bytes));
            assert_eq!((counted, open.as_str()), (rules, lines), "{name}");
        }
    }
}

/// What each list says a rule is, counted by a search for words rather than by a reader of the language.
#[test]
fn as_many_rules_are_read_as_a_search_finds() {
    for (inside, starts, words) in
        [("cisco_asa", "access-list ", [" permit ", " deny "]), ("example-network/iptables", "-A ", ["-j ", "-j "])]
    {
        for (name, bytes) in files(inside) {
            let text = String::from_utf8(bytes.clone()).unwrap();
            let found = text.lines().filter(|line| {
                line.starts_with(starts) && !line.contains(" remark ") && words.iter().any(|word| line.contains(word))
            });
            assert_eq!(told(&with_itself(&bytes)).1, found.count() as u64, "{name}");
        }
    }
}

#[test]
fn any_two_samples_can_be_compared_or_are_refused() {
    let all: Vec<_> =
        ["cisco_asa", "fortios", "palo_alto", "iptables-network/iptables"].into_iter().flat_map(files).collect();
    for pair in all.windows(2) {
        let [(_, before), (_, after)] = pair else { continue };
        let shows = Day::of(2026, 11, 2).unwrap();
        if let Ok(found) = compare(Export { bytes: before, shows }, Export { bytes: after, shows }) {
            let open = found.figures.first().map(|figure| (figure.before.count(), figure.after.count()));
            assert!(open.is_some());
        }
    }
}
