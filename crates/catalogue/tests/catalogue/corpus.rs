//! Strangers' OSCAL catalogs: those that independent validators accept are read whole, counted here by another road.

use std::collections::BTreeMap;
use std::path::PathBuf;

use portreeve_catalogue::{oscal, read_framework};
use serde_json::Value;

use crate::shared::path;

/// A document of the corpus with what the schema said of it.
struct Row {
    name: String,
    path: PathBuf,
    said: String,
}

impl Row {
    fn is_valid(&self) -> bool {
        self.said == "pass"
    }

    /// Where the schema found its faults, as far as the table tells.
    fn faults(&self) -> Vec<String> {
        let told = self.said.split_once("): ").map_or("", |(_, told)| told);
        let places = told.split("; ").filter_map(|fault| fault.split_once(": "));
        places.map(|(place, _)| format!("/{place}")).filter(|place| !place.contains(' ')).collect()
    }
}

/// The documents of the corpus of one model.
fn documents(model: &str) -> Vec<Row> {
    let Some(root) = path("data/corpora/oscal") else { return Vec::new() };
    let oracle = std::fs::read_to_string(root.join("ORACLE.tsv")).expect("the oracle can be read");
    let rows = oracle.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[1] == model)
        .map(|row| Row { name: row[0].to_owned(), path: root.join(row[0]), said: row[2].to_owned() })
        .collect()
}

/// Catalogs of the corpus in JSON that the schema accepts.
fn catalogs() -> Vec<(String, PathBuf)> {
    let rows = documents("catalog").into_iter().filter(|row| row.is_valid() && row.name.ends_with(".json"));
    rows.map(|row| (row.name, row.path)).collect()
}

/// Ids of the controls that are not withdrawn, in any order, found by walking the whole document.
fn standing(node: &Value, is_control: bool, found: &mut Vec<String>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| standing(item, is_control, found)),
        Value::Object(fields) => {
            if is_control {
                let props = fields.get("props").and_then(Value::as_array).into_iter().flatten();
                let withdrawn = props
                    .filter(|prop| prop["name"] == "status")
                    .any(|prop| prop["value"].as_str().is_some_and(|value| value.to_lowercase() == "withdrawn"));
                if !withdrawn {
                    found.push(fields["id"].as_str().expect("an id").to_owned());
                }
            }
            fields.iter().for_each(|(name, value)| standing(value, name == "controls", found));
        }
        _ => {}
    }
}

#[test]
fn catalogs_that_the_schema_accepts_are_read_whole() {
    let mut counts = BTreeMap::new();
    for (name, path) in catalogs() {
        let bytes = std::fs::read(path).unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let mut expected = Vec::new();
        standing(&value["catalog"], false, &mut expected);
        let read = oscal::suggested_id(&bytes).and_then(|id| read_framework(id, &bytes));
        let framework = read.unwrap_or_else(|problems| panic!("{name}\n{problems}"));
        let mut numbers: Vec<String> = framework.requirements.iter().map(|one| one.number.to_string()).collect();
        numbers.sort();
        expected.sort();
        assert_eq!(numbers, expected, "{name}");
        assert_eq!(framework.title.as_str(), value["catalog"]["metadata"]["title"].as_str().unwrap().trim(), "{name}");
        for requirement in &framework.requirements {
            let shown = &requirement.statement;
            assert!(!shown.contains("insert:") && !shown.contains("{{"), "{name} {}: {shown}", requirement.number);
            assert!(requirement.heading.is_some(), "{name} {}", requirement.number);
        }
        counts.insert(name, framework.requirements.len());
    }
    if !counts.is_empty() {
        println!("{counts:#?}");
        assert!(counts.values().filter(|count| **count > 0).count() >= 8, "the corpus has shrunk: {counts:?}");
    }
}

#[test]
fn a_statement_reads_like_a_page() {
    let Some(path) = path("data/corpora/oscal/catalogs") else { return };
    let file = path.join("NIST_SP-800-53_rev5_HIGH-baseline-resolved-profile_catalog-min.json");
    let framework = read_framework("nist".parse().unwrap(), &std::fs::read(file).unwrap()).unwrap();
    let first = &framework.requirements[0];
    assert_eq!((first.number.as_str(), first.heading.as_deref()), ("ac-1", Some("Access Control")));
    let lines: Vec<&str> = first.statement.lines().collect();
    assert!(
        lines[0].starts_with("a. ") && lines[0].ends_with("[organization-defined personnel or roles]:"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("  1. [one or more of: organization-level; "), "{lines:?}");
    let nested = framework.requirement(&"ac-2.1".parse().unwrap()).unwrap();
    assert_eq!(nested.heading.as_deref(), Some("Access Control: Account Management"));
}

#[test]
fn what_the_schema_accepts_is_accepted_and_what_it_refuses_is_refused_at_its_place() {
    let (mut accepted, mut refused) = (0, 0);
    for row in documents("catalog").into_iter().chain(documents("profile")) {
        let bytes = std::fs::read(&row.path).unwrap();
        let read = oscal::document_kind(&bytes);
        if row.is_valid() {
            read.unwrap_or_else(|problems| panic!("{}\n{problems}", row.name));
            accepted += 1;
            continue;
        }
        let problems = read.expect_err(&row.name);
        let told = |fault: &String| problems.found().iter().any(|problem| problem.path.starts_with(fault.as_str()));
        assert!(row.faults().iter().any(told), "{}: {}\n{problems}", row.name, row.said);
        assert!(problems.found().iter().all(|problem| !problem.remedy.is_empty()), "{}", row.name);
        refused += 1;
    }
    if accepted > 0 {
        assert!(accepted >= 23 && refused >= 14, "the corpus has shrunk: {accepted} and {refused}");
    }
}

#[test]
fn a_document_reads_the_same_in_each_encoding() {
    let Some(root) = path("data/corpora/oscal") else { return };
    let framework = |name: &str| {
        let bytes = std::fs::read(root.join(name)).unwrap();
        read_framework("x".parse().unwrap(), &bytes).unwrap_or_else(|problems| panic!("{name}\n{problems}"))
    };
    let json = framework("examples/catalog/json/basic-catalog.json");
    assert_eq!(framework("examples/catalog/yaml/basic-catalog.yaml"), json);
    assert_eq!(framework("examples/catalog/xml/basic-catalog.xml"), json);
    let csf = framework("catalogs/NIST_CSF_v2.0_catalog.xml");
    assert_eq!((csf.requirements.len(), csf.requirements[1].number.as_str()), (219, "GV.OC-01"));
    let profile = |encoding: &str| {
        let name = format!("profiles/NIST_SP-800-53_rev5_LOW-baseline_profile.{encoding}");
        let bytes = std::fs::read(root.join(name)).unwrap();
        let full =
            std::fs::read(root.join("catalogs/NIST_SP-800-53_rev5_full_catalog_5.0.1_oscal1.0.0-min.json")).unwrap();
        let resolved = oscal::resolve_profile(&bytes, &mut |_| Some(full.clone())).unwrap();
        read_framework("x".parse().unwrap(), &resolved.catalog).unwrap()
    };
    assert_eq!(profile("xml"), profile("json"));
    assert_eq!(profile("yaml"), profile("json"));
}

#[test]
fn other_oscal_documents_are_told_apart() {
    let Some(root) = path("data/corpora/oscal/trestle-tests/json") else { return };
    let said = |name: &str| {
        let bytes = std::fs::read(root.join(name)).unwrap();
        read_framework("other".parse().unwrap(), &bytes).unwrap_err().to_string()
    };
    assert!(said("full_profile_rev5.json").contains("it is an OSCAL profile"));
    assert!(said("comp_def_a.json").contains("it is an OSCAL component-definition"));
    assert!(said("good_simple.json").contains("it has no `catalog` and no `profile`"));
    assert!(said("bad_simple.json").contains("not JSON"));
}
