//! The shape of each built-in framework as a short list, so that a change of structure is seen in review, and what
//! holds of every one of them.

use std::collections::BTreeSet;

use portreeve_catalogue::oscal::NAMESPACE;
use portreeve_catalogue::{Catalogue, bundled};
use serde_json::{Value, json};

use crate::document::{COLUMNS, catalog, indicators, list, nodes, parsed, prop};

/// A line for each group, in brackets, and each control: id, title, and where there are any how many indicators stand
/// in each column (achieved/partially achieved/not achieved).
fn outline(catalog: &Value) -> String {
    let mut lines = String::new();
    for node in nodes(catalog) {
        let id = if node.is_control { node.id.to_owned() } else { format!("[{}]", node.id) };
        let title = node.value["title"].as_str().expect("a title");
        let counts = COLUMNS.map(|(column, _)| indicators(node.value, column).len());
        let counts =
            if counts == [0; 3] { String::new() } else { format!("\t{}", counts.map(|n| n.to_string()).join("/")) };
        lines.push_str(&format!("{}{id}\t{title}{counts}\n", "  ".repeat(node.above.len())));
    }
    lines
}

#[test]
fn a_change_of_structure_shows() {
    for id in bundled::framework_ids() {
        insta::assert_snapshot!(id.as_str(), outline(&catalog(id.as_str())));
    }
}

#[test]
fn the_reader_gives_every_requirement_in_the_order_of_the_file() {
    let catalogue = Catalogue::bundled().unwrap();
    for (id, framework) in &catalogue.frameworks {
        let file = catalog(id.as_str());
        let listed: Vec<&str> = nodes(&file).iter().filter(|node| node.is_control).map(|node| node.id).collect();
        let read: Vec<&str> = framework.requirements.iter().map(|requirement| requirement.number.as_str()).collect();
        assert_eq!(read, listed, "{id}");
        assert!(framework.requirements.iter().all(|requirement| !requirement.statement.is_empty()), "{id}");
    }
}

#[test]
fn every_requirement_says_how_sure_we_are_and_where_its_facts_come_from() {
    let words = ["established", "partly-general-knowledge", "general-knowledge"];
    for id in bundled::framework_ids() {
        let file = catalog(id.as_str());
        let resources: BTreeSet<&str> =
            list(&file["back-matter"]["resources"]).map(|resource| resource["uuid"].as_str().unwrap()).collect();
        for node in nodes(&file) {
            let place = format!("{id} {}", node.id);
            assert!(prop(node.value, "label").is_some(), "{place} has no label");
            assert!(words.contains(&prop(node.value, "confidence").unwrap_or_default()), "{place}");
            assert!(prop(node.value, "source").is_some_and(|source| !source.is_empty()), "{place} has no source");
            for link in list(&node.value["links"]).filter(|link| link["rel"] == "reference") {
                let uuid = link["href"].as_str().and_then(|href| href.strip_prefix('#')).unwrap();
                assert!(resources.contains(uuid), "{place} links to nothing");
            }
        }
        assert!(file["metadata"]["remarks"].as_str().is_some_and(|said| said.contains("our own")), "{id}");
    }
}

#[test]
fn ids_of_groups_requirements_and_parts_are_alone_in_their_framework() {
    for id in bundled::framework_ids() {
        let file = catalog(id.as_str());
        let (mut ids, mut orders) = (BTreeSet::new(), BTreeSet::new());
        for node in nodes(&file) {
            assert!(ids.insert(node.id), "{id} {} stands twice", node.id);
            assert!(orders.insert(prop(node.value, "sort-id")), "{id} {} shares its place", node.id);
            assert_eq!(node.value["class"] == "requirement", node.is_control, "{id} {}", node.id);
            for part in list(&node.value["parts"]) {
                let part = part["id"].as_str().unwrap();
                assert!(ids.insert(part), "{id} {part} stands twice");
            }
        }
    }
}

#[test]
fn indicators_are_numbered_by_their_place_in_their_column() {
    let mut count = 0;
    for id in bundled::framework_ids() {
        let file = catalog(id.as_str());
        for node in nodes(&file) {
            let all = list(&node.value["parts"]).filter(|part| part["name"] == "indicator");
            let mut expected = Vec::new();
            for (column, letters) in COLUMNS {
                for number in 1..=indicators(node.value, column).len() {
                    expected.push(format!("{}.{letters}.{number}", node.id));
                }
            }
            let all: Vec<&Value> = all.collect();
            assert_eq!(all.iter().map(|part| part["id"].as_str().unwrap()).collect::<Vec<_>>(), expected, "{id}");
            for part in all {
                assert_eq!((part["ns"].as_str(), prop(part, "label")), (Some(NAMESPACE), part["id"].as_str()), "{id}");
                assert!(part["prose"].as_str().is_some_and(|prose| prose.ends_with('.')), "{id} {}", part["id"]);
                count += 1;
            }
        }
    }
    assert_eq!(count, 449 + 555, "the indicators of both versions of the CAF");
}

#[test]
fn a_profile_sets_a_target_for_every_requirement_of_its_framework() {
    let mut count = 0;
    for framework in bundled::framework_ids() {
        let file = catalog(framework.as_str());
        let numbers: Vec<&str> = nodes(&file).iter().filter(|node| node.is_control).map(|node| node.id).collect();
        for id in bundled::profile_ids(framework.as_str()) {
            let profile = parsed(bundled::profile_file(framework.as_str(), id.as_str()))["profile"].take();
            let metadata = &profile["metadata"];
            assert_eq!(prop(metadata, "framework-id"), Some(framework.as_str()), "{id}");
            assert_eq!(prop(metadata, "profile-id"), Some(id.as_str()), "{framework}");
            assert_eq!(metadata["version"], file["metadata"]["version"], "{framework} {id}");
            assert_eq!(
                profile["imports"],
                json!([{ "href": "../catalog.json", "include-all": {} }]),
                "{framework} {id}"
            );
            assert_eq!(profile["merge"], json!({ "as-is": true }), "{framework} {id}");
            let alters: Vec<&Value> = list(&profile["modify"]["alters"]).collect();
            let altered: Vec<&str> = alters.iter().map(|alter| alter["control-id"].as_str().unwrap()).collect();
            assert_eq!(altered, numbers, "{framework} {id}");
            for alter in alters {
                let target = &alter["adds"][0]["props"][0];
                assert_eq!((target["name"].as_str(), target["ns"].as_str()), (Some("target-grade"), Some(NAMESPACE)));
                assert!(COLUMNS.iter().any(|(column, _)| target["value"] == *column), "{framework} {id}: {target}");
            }
            count += 1;
        }
    }
    assert_eq!(count, 3);
}
