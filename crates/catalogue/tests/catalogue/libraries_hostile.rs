//! Libraries that are wrong, odd or made to do harm: every fault is told with its place, what occurs in the wild is
//! stood, and nothing takes long.

use std::time::{Duration, Instant};

use portreeve_catalogue::FILE_BYTES_MAX;
use portreeve_catalogue::import::{self, Imported, Told};
use portreeve_catalogue::{PROBLEMS_MAX, Problems};
use serde_json::Value;

const HEAD: &str = "urn: urn:council:risk:library:ours\nname: Ours\nversion: 1\nobjects:\n";
const FRAMEWORK: &str = "  framework:\n    urn: urn:council:risk:framework:ours\n    ref_id: Ours 1.0\n    name: Ours\n    \
                         requirement_nodes:\n";

fn read(text: &str) -> Result<Imported, Problems> {
    import::read(text.as_bytes(), Told::default(), &mut |_| None)
}

fn said(text: &str) -> String {
    read(text).expect_err("it is refused").to_string()
}

/// A library of one framework with these nodes, each `urn parent assessable` and perhaps more fields.
fn library(nodes: &[(&str, &str, bool, &str)]) -> String {
    let mut text = format!("{HEAD}{FRAMEWORK}");
    for (urn, parent, assessable, more) in nodes {
        text += &format!("    - urn: urn:c:risk:req_node:ours:{urn}\n      assessable: {assessable}\n");
        if !parent.is_empty() {
            text += &format!("      parent_urn: urn:c:risk:req_node:ours:{parent}\n");
        }
        for line in more.lines() {
            text += &format!("      {line}\n");
        }
    }
    text
}

fn all_of(said: &str, wanted: &[&str]) {
    for line in wanted {
        assert!(said.lines().any(|told| told.starts_with(line)), "{line}\nis not in\n{said}");
    }
    assert_eq!(said.lines().count(), wanted.len(), "{said}");
}

#[test]
fn every_fault_is_told_at_once_with_its_place_and_a_remedy() {
    let text = "urn: not a urn\nversion: one\nobjects:\n  framework:\n    urn: urn:c:risk:framework:ours\n    \
                requirement_nodes:\n    - assessable: maybe\n    - urn: urn:x\n      name: [a]\n      \
                implementation_groups: G1\n  requirement_mapping_sets:\n  - urn: urn:m\n    name: M\n    \
                source_framework_urn: urn:a\n    target_framework_urn: urn:c:risk:framework:b\n    \
                requirement_mappings:\n    - source_requirement_urn: urn:s\n      relationship: cousin\n      \
                rationale: hunch\n";
    let node = "/objects/framework/requirement_nodes";
    let pair = "/objects/requirement_mapping_sets/0/requirement_mappings/0";
    let wanted = [
        "/urn: `not a urn` is not a URN; write it as",
        "/name: it is missing; give the library's name",
        "/version: `one` is not a whole number; give",
    ];
    // A library that does not say what it is, is not read any further.
    all_of(&said(text), &wanted);
    let text = text.replace("urn: not a urn\nversion: one", "urn: urn:c:risk:library:l\nname: L\nversion: '1'");
    let wanted = [
        "/objects/framework/ref_id: it is missing; give the framework a short name".to_owned(),
        format!("{node}/0/urn: it is missing; give the node a URN"),
        format!("{node}/1/implementation_groups: it is a text; make it a list"),
        format!("{node}/1/name: it is a list, not a text; put the text between quotes"),
        "/objects/requirement_mapping_sets/0/source_framework_urn: `urn:a` is not a URN".to_owned(),
        format!("{pair}/target_requirement_urn: it is missing; give the URN"),
        format!("{pair}/relationship: no relationship `cousin` is known; write"),
        format!("{pair}/rationale: no rationale `hunch` is known; write"),
    ];
    all_of(&said(&text), &wanted.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_tree_that_does_not_hold_together_is_refused() {
    let text = library(&[
        ("a", "", false, ""),
        ("A", "", true, ""),
        ("b", "nowhere", true, ""),
        ("c", "later", true, ""),
        ("self", "self", true, ""),
        ("ring1", "ring2", true, ""),
        ("ring2", "ring1", true, ""),
        ("later", "a", true, ""),
        ("odd", "a", true, "name: {a: b}"),
    ]);
    let at = |place: usize| format!("/objects/framework/requirement_nodes/{place}");
    let wanted = [
        format!("{}/name: it is a mapping", at(8)),
        format!("{}: the URN `urn:c:risk:req_node:ours:A` stands already at {}", at(1), at(0)),
        format!("{}/parent_urn: there is no node `urn:c:risk:req_node:ours:nowhere`", at(2)),
        format!("{}/parent_urn: its parent `urn:c:risk:req_node:ours:later` stands further down", at(3)),
        format!("{}/parent_urn: `urn:c:risk:req_node:ours:self` stands below", at(4)),
        format!("{}/parent_urn: `urn:c:risk:req_node:ours:ring2` stands below", at(5)),
    ];
    all_of(&said(&text), &wanted.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn what_occurs_in_the_wild_is_stood() {
    let text = library(&[
        ("TOP", "", false, "ref_id: 1\nname: ''"),
        ("one", "top", true, "implementation_groups: [G9]\nweight: 3\nflavour: mint\ntranslations: {fr: {name: Un}}"),
        ("two", "top", false, ""),
        ("three", "two", true, "ref_id: '1'\ndescription: \"a\\u202Eb\"\nannotation: note"),
    ]);
    let imported = read(&text.replace("version: 1\n", "version: '7'\npublication_date: 2026-01-02\n")).unwrap();
    assert_eq!(imported.notes, ["The implementation group `G9` is used 1 times and defined nowhere."]);
    assert_eq!(imported.unread, [("`flavour` of a requirement node".to_owned(), 1)]);
    let framework = &imported.frameworks[0];
    assert_eq!((framework.id.as_str(), framework.version.as_str()), ("ours-1.0", "7"));
    let catalog: Value = serde_json::from_slice(&framework.catalog).unwrap();
    assert_eq!(catalog["catalog"]["metadata"]["published"], "2026-01-02T00:00:00Z");
    let top = &catalog["catalog"]["groups"][0];
    let ids = [top, &top["controls"][0], &top["controls"][1], &top["controls"][1]["controls"][0]].map(|one| &one["id"]);
    assert_eq!(ids, ["TOP", "one", "two", "r1"], "an answered node has the number before a heading");
    let heading = top["controls"][1]["props"].as_array().unwrap();
    assert!(heading.iter().any(|prop| prop["name"] == "assessable" && prop["value"] == "no"), "{heading:?}");
    let statement = &top["controls"][1]["controls"][0]["parts"][0];
    assert_eq!((&statement["prose"], &statement["props"][0]["remarks"]), (&"ab".into(), &"a\u{202E}b".into()));
}

#[test]
fn a_library_without_a_framework_or_a_mapping_says_what_it_holds() {
    let imported = read(&format!("{HEAD}  risk_matrix:\n  - urn: urn:x\n  threats:\n  - urn: urn:t\n  surprise: 1\n"));
    let imported = imported.unwrap();
    assert!(imported.frameworks.is_empty() && imported.mappings.is_empty());
    assert_eq!(imported.held, [("threats".to_owned(), 1), ("risk matrices".to_owned(), 1)]);
    assert_eq!(imported.unread, [("`surprise` of the library's objects".to_owned(), 1)]);
    assert!(said(&format!("{HEAD}  framework: {{}}\n  frameworks: []\n")).contains("keep one of the two"));
}

#[test]
fn a_file_of_another_kind_is_refused_with_what_is_understood() {
    for other in ["{\"system-security-plan\": {}}", "a: b\n", "[1]", "- a\n", "just text", "<catalog/>", "", "{}"] {
        let said = said(other);
        assert!(said.contains("OSCAL") || said.contains("JSON"), "{other}: {said}");
    }
}

#[test]
fn nothing_takes_long() {
    let started = Instant::now();
    let chain = |length: usize| -> String {
        let urns: Vec<String> = (0..length).map(|place| place.to_string()).collect();
        let before = |place: usize| place.checked_sub(1).map_or("", |above| urns[above].as_str());
        library(&(0..length).map(|place| (urns[place].as_str(), before(place), true, "")).collect::<Vec<_>>())
    };
    assert!(read(&chain(16)).is_ok());
    let said_of_chain = said(&chain(100));
    assert!(said_of_chain.contains("requirement_nodes/16: it stands 17 levels deep"), "{said_of_chain}");
    assert_eq!(said_of_chain.lines().count(), 1, "told once for the branch");

    // A ring of thousands: each walk around it is as long as the ring.
    let urns: Vec<String> = (0..9_000).map(|place| place.to_string()).collect();
    let ring: Vec<_> =
        (0..9_000).map(|place| (urns[place].as_str(), urns[(place + 1) % 9_000].as_str(), true, "")).collect();
    let problems = read(&library(&ring)).unwrap_err();
    assert_eq!(problems.found().len(), PROBLEMS_MAX);
    assert!(problems.more() > 8_000);

    let urns: Vec<String> = (0..10_001).map(|place| place.to_string()).collect();
    let many: Vec<_> = urns.iter().map(|urn| (urn.as_str(), "", true, "")).collect();
    assert!(said(&library(&many)).contains("at most 10000 are read"));
    assert!(said(&" ".repeat(FILE_BYTES_MAX + 1)).contains("bytes"));
    let strange: String = (0..5_000).map(|place| format!("strange{place}: 1\n")).collect();
    let unread = read(&format!("{strange}{HEAD}  preset: {{}}\n")).unwrap().unread;
    assert!(
        unread.len() < 50 && unread.iter().any(|(what, count)| what == "other fields of the library" && *count > 4_900)
    );
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}
