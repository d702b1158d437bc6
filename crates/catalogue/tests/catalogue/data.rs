//! The built-in data against the shared tables it restates.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_catalogue::{Catalogue, bundled};
use serde_json::Value;

use crate::shared::table;

/// Every group and control of the catalog file by id, with the one above it.
fn nodes<'a>(node: &'a Value, above: &'a str, found: &mut BTreeMap<&'a str, (&'a Value, &'a str)>) {
    for name in ["groups", "controls"] {
        for child in node[name].as_array().into_iter().flatten() {
            let id = child["id"].as_str().expect("an id");
            assert!(found.insert(id, (child, above)).is_none(), "{id} stands twice");
            nodes(child, id, found);
        }
    }
}

fn prop<'a>(node: &'a Value, name: &str) -> Option<&'a str> {
    let props = node["props"].as_array()?;
    props.iter().find(|prop| prop["name"] == name).and_then(|prop| prop["value"].as_str())
}

#[test]
fn ids_titles_parents_and_confidence_are_those_of_the_table() {
    let Some(rows) = table("psn_coco.tsv") else { return };
    let bytes = bundled::framework_file("psn-coco-1.32").unwrap();
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    let mut found = BTreeMap::new();
    nodes(&file["catalog"], "PSN", &mut found);
    let rows: Vec<_> = rows.into_iter().filter(|row| row[0] != "PSN").collect();
    assert_eq!(found.len(), rows.len());
    for row in rows {
        let (node, above) = found[row[0].as_str()];
        assert_eq!((node["title"].as_str(), above), (Some(row[1].as_str()), row[3].as_str()), "{}", row[0]);
        let confidence = match row[5].as_str() {
            "F" => "established",
            "M" => "partly-general-knowledge",
            "G" | "D" => "general-knowledge",
            other => panic!("{other} is a new confidence"),
        };
        assert_eq!(prop(node, "confidence"), Some(confidence), "{}", row[0]);
        assert_eq!(prop(node, "own-sub-division").is_some(), row[5] == "D", "{}", row[0]);
    }
}

#[test]
fn the_pack_is_that_of_the_table() {
    let Some(rows) = table("psn_submission_pack.tsv") else { return };
    let catalogue = Catalogue::bundled().unwrap();
    let pack = &catalogue.schemes["psn"].pack;
    let rows: Vec<_> = rows.into_iter().filter(|row| row[4] != "if provider").collect();
    assert_eq!(pack.len(), rows.len());
    for (item, row) in pack.iter().zip(rows) {
        let shown = (item.id.as_str(), item.title.as_str(), item.if_used);
        assert_eq!(shown, (row[0].as_str(), row[1].as_str(), row[4] == "if used"));
    }
}

#[test]
fn finding_classes_and_what_they_touch_are_those_of_the_table() {
    let Some(rows) = table("finding_categories.tsv") else { return };
    let rows: BTreeMap<&str, &Vec<String>> = rows.iter().map(|row| (row[0].as_str(), row)).collect();
    let mut left: BTreeSet<&str> = rows.keys().copied().collect();
    for playbook in Catalogue::bundled().unwrap().playbooks.values() {
        let touches = |framework: &str, number: &str| {
            playbook.requirements.iter().any(|id| id.framework.as_str() == framework && id.number.as_str() == number)
        };
        for class in &playbook.resolves {
            let row = rows.get(class.id.as_str()).unwrap_or_else(|| panic!("{} is unknown", class.id));
            assert_eq!(class.title.as_str(), row[1], "{}", class.id);
            assert!(touches("psn-coco-1.32", &row[3]), "{} resolves {} without {}", playbook.id, class.id, row[3]);
            left.remove(class.id.as_str());
        }
    }
    assert!(left.is_empty(), "no playbook resolves {left:?}");
}

#[test]
fn a_class_is_answered_under_every_framework_the_table_names() {
    let Some(rows) = table("finding_categories.tsv") else { return };
    let playbooks = Catalogue::bundled().unwrap().playbooks;
    for row in rows {
        let answers = playbooks.values().filter(|one| one.resolves.iter().any(|class| class.id.as_str() == row[0]));
        let touched: BTreeSet<String> =
            answers.flat_map(|one| one.requirements.iter().map(ToString::to_string)).collect();
        assert!(touched.contains(&format!("caf-3.2:{}", row[4])), "{} without {}", row[0], row[4]);
        // The table names a whole theme, as `CE-FW`, where no single requirement of it fits.
        let cyber = format!("cyber-essentials-3.3:{}", row[5]);
        let whole_theme = row[5].matches('-').count() < 2;
        assert!(whole_theme || touched.contains(&cyber), "{} without {cyber}", row[0]);
    }
}

/// The frameworks whose requirements playbooks name, and the table that holds their numbers.
const NAMED: &[(&str, &str)] = &[
    ("psn-coco-1.32", "psn_coco.tsv"),
    ("caf-3.2", "caf_3_2.tsv"),
    ("caf-4.0", "caf_4_0.tsv"),
    ("cyber-essentials-3.3", "cyber_essentials.tsv"),
];

#[test]
fn playbooks_name_known_frameworks_only_and_each_of_them() {
    // Numbers of a framework that is built in are checked as a playbook is read; this keeps a slip in a framework's own
    // name from going by unread.
    let playbooks = Catalogue::bundled().unwrap().playbooks;
    let named: BTreeSet<&str> =
        playbooks.values().flat_map(|one| &one.requirements).map(|id| id.framework.as_str()).collect();
    assert_eq!(named, NAMED.iter().map(|(framework, _)| *framework).collect());
}

#[test]
fn every_requirement_that_a_playbook_names_is_in_its_frameworks_table() {
    let playbooks = Catalogue::bundled().unwrap().playbooks;
    for (framework, file) in NAMED {
        let Some(rows) = table(file) else { return };
        let numbers: BTreeSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        for playbook in playbooks.values() {
            for id in playbook.requirements.iter().filter(|id| id.framework.as_str() == *framework) {
                assert!(numbers.contains(id.number.as_str()), "{} names {id}", playbook.id);
            }
        }
    }
}
