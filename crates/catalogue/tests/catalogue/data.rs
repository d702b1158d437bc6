//! The built-in data against the shared tables it restates.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_catalogue::Catalogue;

use crate::document::{Node, catalog, nodes, prop};
use crate::shared::{heading, path, table};

/// Each framework with the table of its facts.
const TABLES: &[(&str, &str)] = &[
    ("caf-3.2", "caf_3_2.tsv"),
    ("caf-4.0", "caf_4_0.tsv"),
    ("cyber-essentials-3.3", "cyber_essentials.tsv"),
    ("dspt-2020-21", "dspt.tsv"),
    ("iso-27001-2022", "iso27001_2022_annex_a.tsv"),
    ("mcss-2018", "mcss_2018.tsv"),
    ("ncsc-10-steps-2021", "ncsc_10_steps.tsv"),
    ("ncsc-cloud-principles", "ncsc_cloud_principles.tsv"),
    ("nist-csf-2.0", "nist_csf_2_0.tsv"),
    ("pci-dss-4", "pci_dss_4.tsv"),
    ("psn-coco-1.32", "psn_coco.tsv"),
];

/// The reference a table knows a group or control by. It is the id, but for the ten steps, whose labels begin with a
/// digit and so cannot be OSCAL ids.
fn label<'a>(node: &Node<'a>) -> &'a str {
    prop(node.value, "label").expect("a label")
}

#[test]
fn every_built_in_framework_has_a_table_of_its_facts() {
    let listed: Vec<&str> = TABLES.iter().map(|(framework, _)| *framework).collect();
    let built_in: Vec<String> = Catalogue::bundled().unwrap().frameworks.keys().map(ToString::to_string).collect();
    assert_eq!(built_in, listed);
}

#[test]
fn ids_titles_parents_and_confidence_are_those_of_the_table() {
    for (framework, name) in TABLES {
        let Some(rows) = table(name) else { return };
        let columns = heading(name);
        let column = |name: &str| columns.iter().position(|column| column == name).expect("a column of the table");
        let (parent, confidence) = (column("parent"), column("confidence"));
        let file = catalog(framework);
        let found = nodes(&file);
        let by_label: BTreeMap<&str, &Node<'_>> = found.iter().map(|node| (label(node), node)).collect();
        let by_id: BTreeMap<&str, &str> = found.iter().map(|node| (node.id, label(node))).collect();
        // The catalog itself stands for the first row of the PSN table.
        let rows: Vec<_> = rows.into_iter().filter(|row| row[0] != "PSN").collect();
        let listed: BTreeSet<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        for row in &rows {
            let place = format!("{framework} {}", row[0]);
            let node = by_label.get(row[0].as_str()).unwrap_or_else(|| panic!("{place} is not in the catalog"));
            let above = node.above.iter().rev().map(|id| by_id[id]).find(|above| listed.contains(above));
            let expected = Some(row[parent].as_str()).filter(|parent| listed.contains(parent));
            assert_eq!((node.value["title"].as_str(), above), (Some(row[1].as_str()), expected), "{place}");
            let word = match row[confidence].as_str() {
                "F" => "established",
                "M" => "partly-general-knowledge",
                "G" | "D" => "general-knowledge",
                other => panic!("{other} is a new confidence"),
            };
            assert_eq!(prop(node.value, "confidence"), Some(word), "{place}");
            assert_eq!(prop(node.value, "own-sub-division").is_some(), row[confidence] == "D", "{place}");
        }
        for node in found.iter().filter(|node| !listed.contains(label(node))) {
            let ours = prop(node.value, "own-sub-division").or(prop(node.value, "own-title"));
            assert_eq!(ours, Some("yes"), "{framework} {} is not in the table and does not say it is ours", node.id);
        }
    }
}

#[test]
fn subcategories_are_those_of_the_publisher_s_own_catalog() {
    let Some(path) = path("data/corpora/oscal/catalogs/NIST_CSF_v2.0_catalog.xml") else { return };
    let xml = std::fs::read_to_string(path).unwrap();
    // That file also keeps what version 1.1 had: only what stands in 2.0 has examples.
    let blocks = xml.split("<control id=\"").skip(1).filter(|block| block.contains("name=\"example\""));
    let expected: BTreeSet<&str> = blocks.filter_map(|block| block.split('"').next()).collect();
    let file = catalog("nist-csf-2.0");
    let found = nodes(&file);
    let subcategories = found.iter().filter(|node| prop(node.value, "own-title").is_some());
    let given: BTreeSet<&str> =
        subcategories.inspect(|node| assert!(node.id.starts_with(node.above[1]))).map(|node| node.id).collect();
    assert_eq!(given.len(), 106);
    assert_eq!(given, expected);
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
