//! WebCAF's own files, read whole: outcomes, indicators by column, and the grades its profiles want.

use std::collections::BTreeMap;

use portreeve_catalogue::import::{self, Imported, Told};
use portreeve_catalogue::read_framework;
use portreeve_model::words::ForeignFormat;
use serde_json::Value;

use crate::shared::path;

fn webcaf(version: &str) -> Option<Imported> {
    let file = format!("cyber-assessment-framework-v{version}.yaml");
    let bytes = std::fs::read(path("data/corpora/other/caf-govassure")?.join(&file)).expect("the file can be read");
    Some(
        import::read(&bytes, Told { file: &file, id: None }, &mut |_| None)
            .unwrap_or_else(|problems| panic!("{file}\n{problems}")),
    )
}

/// Every object in the document, whatever it stands under.
fn walk<'v>(node: &'v Value, visit: &mut dyn FnMut(&'v Value)) {
    visit(node);
    match node {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(fields) => fields.values().for_each(|field| walk(field, visit)),
        _ => {}
    }
}

#[test]
fn every_indicator_stands_in_its_column_under_its_number() {
    for (version, outcomes, columns) in [("3.2", 39, [184, 111, 154]), ("4.0", 41, [224, 148, 183])] {
        let Some(imported) = webcaf(version) else { return };
        let framework = &imported.frameworks[0];
        assert_eq!(imported.format, ForeignFormat::WebCaf);
        assert_eq!(framework.id.to_string(), format!("webcaf-{version}"));
        assert_eq!(
            (framework.counts.roots, framework.counts.nodes, framework.counts.assessable),
            (4, 18 + outcomes, outcomes)
        );
        let document: Value = serde_json::from_slice(&framework.catalog).unwrap();
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        let mut ids = BTreeMap::new();
        walk(&document, &mut |part| {
            if part["name"] == "indicator" {
                *found.entry(part["class"].as_str().unwrap()).or_default() += 1;
                assert!(!part["prose"].as_str().unwrap().is_empty());
                ids.insert(part["id"].as_str().unwrap(), part);
            }
        });
        let expected = ["achieved", "partially-achieved", "not-achieved"].into_iter().zip(columns);
        assert_eq!(found, expected.collect(), "{version}");
        assert_eq!(ids.len(), columns.iter().sum::<usize>(), "{version}: every indicator has an id of its own");
        let first = ids["A1.a.NA.1"];
        assert!(first["props"].as_array().unwrap().iter().any(|prop| prop["value"] == "A1.a.1"), "WebCAF's own key");
        let read = read_framework(framework.id.clone(), &framework.catalog).unwrap();
        assert_eq!((read.requirements.len(), read.version.as_str()), (outcomes, version));
        assert_eq!(read.requirements[0].number.as_str(), "A1.a");
    }
}

#[test]
fn the_grades_that_profiles_want_are_kept() {
    let Some(imported) = webcaf("3.2") else { return };
    let document: Value = serde_json::from_slice(&imported.frameworks[0].catalog).unwrap();
    let mut found: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    walk(&document, &mut |prop| {
        if prop["name"] == "profile-target" {
            *found.entry((prop["class"].as_str().unwrap(), prop["value"].as_str().unwrap())).or_default() += 1;
        }
    });
    let expected = [
        (("baseline", "achieved"), 10),
        (("baseline", "not-achieved"), 2),
        (("baseline", "partially-achieved"), 27),
        (("enhanced", "achieved"), 24),
        (("enhanced", "not-achieved"), 2),
        (("enhanced", "partially-achieved"), 13),
    ];
    assert_eq!(found, expected.into());
    let unread: Vec<&str> = imported.unread.iter().map(|(what, _)| what.as_str()).collect();
    let told =
        ["`assessment-rules` of an outcome", "`assessment-rules` of the file", "`indicator_statuses` of the file"];
    assert!(told.iter().all(|what| unread.contains(what)), "{unread:?}");
}

#[test]
fn what_is_wrong_with_a_file_is_told_all_at_once() {
    let text = "objectives:\n  A:\n    code: B\n    title: [x]\n    principles:\n      A1:\n        code: A1\n        \
                title: T\n        outcomes:\n          A1.a: {code: A1.a, title: T}\n          'A1 b': {code: 'A1 b', \
                title: T, indicators: {achieved: {k: {}}}}\n";
    let said = import::read(text.as_bytes(), Told::default(), &mut |_| None).unwrap_err().to_string();
    for line in [
        "the file: neither the file nor its name says which version it is; name it with the version",
        "/objectives/A/code: it is not `A`",
        "/objectives/A/title: it is a list, not a text",
        "/objectives/A/principles/A1/outcomes/A1.a/indicators: it is missing",
        "/objectives/A/principles/A1/outcomes/A1 b: `A1 b` is no code",
        "/objectives/A/principles/A1/outcomes/A1 b/indicators/achieved/k/description: it is missing",
    ] {
        assert!(said.lines().any(|told| told.starts_with(line)), "{line}\nis not in\n{said}");
    }
    let empty = import::read(b"objectives: {}", Told { file: "caf-4.0.yaml", id: None }, &mut |_| None)
        .unwrap_err()
        .to_string();
    assert!(empty.starts_with("/objectives: it has no outcomes"), "{empty}");
}
