//! Strangers' libraries: every one of the corpus is read whole, and what was counted in it by others is counted here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use portreeve_catalogue::import::{self, Imported, Told};
use portreeve_catalogue::{mapping, read_framework, read_mapping};
use serde_json::{Value, json};

use crate::shared::path;

/// The libraries that are there, each with its row of the oracle by column name.
fn libraries() -> Vec<(PathBuf, BTreeMap<String, String>)> {
    let Some(root) = path("data/corpora/frameworks") else { return Vec::new() };
    let oracle = std::fs::read_to_string(root.join("ORACLE.tsv")).expect("the oracle can be read");
    let mut rows = oracle.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let heading = rows.next().expect("the oracle has a heading");
    let rows = rows.map(|row| heading.iter().cloned().zip(row).collect::<BTreeMap<_, _>>());
    let files = rows.map(|row| (root.join("ciso-assistant").join(&row["file"]), row));
    let there: Vec<_> = files.filter(|(file, _)| file.exists()).collect();
    assert!(there.len() >= 40, "the corpus has shrunk to {}", there.len());
    there
}

fn read(file: &PathBuf) -> Imported {
    let bytes = std::fs::read(file).expect("the library can be read");
    import::read(&bytes, Told::default(), &mut |_| None)
        .unwrap_or_else(|problems| panic!("{}\n{problems}", file.display()))
}

#[test]
fn every_library_is_read_and_counts_what_others_counted() {
    for (file, row) in libraries() {
        let imported = read(&file);
        let name = file.display();
        let count = |column: &str| row[column].parse::<usize>().expect("the oracle counts");
        assert_eq!(imported.title, row["name"].trim(), "{name}");
        assert_eq!(imported.frameworks.len(), count("frameworks"), "{name}: frameworks");
        assert_eq!(imported.mappings.len(), count("mapping_sets"), "{name}: mapping sets");
        let pairs: usize = imported.mappings.iter().map(|mapping| mapping.pairs).sum();
        assert_eq!(pairs, count("mappings"), "{name}: mappings");
        let held = |what: &str| imported.held.iter().find(|(of, _)| of == what).map_or(0, |(_, count)| *count);
        assert_eq!(held("risk matrices"), count("risk_matrices"), "{name}: risk matrices");
        assert_eq!(held("metric definitions"), count("metrics"), "{name}: metrics");
        for framework in &imported.frameworks {
            let counts = framework.counts;
            let counted = [
                ("nodes", counts.nodes),
                ("assessable", counts.assessable),
                ("max_depth", counts.depth),
                ("roots", counts.roots),
                ("questions", counts.questions),
                ("choices", counts.choices),
                ("implementation_groups", counts.groups),
            ];
            for (column, counted) in counted {
                assert_eq!(counted, count(column), "{name}: {column}");
            }
            assert_eq!(framework.version, row["version"], "{name}");
        }
    }
}

#[test]
fn what_is_written_of_a_library_is_a_framework_with_its_assessable_nodes() {
    for (file, _) in libraries() {
        for framework in read(&file).frameworks {
            let id = framework.id.clone();
            let name = file.display();
            let read = read_framework(id, &framework.catalog).unwrap_or_else(|problems| panic!("{name}\n{problems}"));
            assert_eq!(read.title.as_str(), framework.title, "{name}");
            assert_eq!(read.requirements.len(), framework.counts.assessable, "{name}");
            assert_eq!(framework.framework.as_ref(), Some(&read), "{name}");
        }
    }
}

#[test]
fn the_same_library_gives_the_same_bytes() {
    for (file, _) in libraries().into_iter().take(3) {
        assert_eq!(read(&file), read(&file));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// The exact text of a property of ours, or of OSCAL's own where `ours` is false.
fn prop<'v>(piece: &'v Value, name: &str, ours: bool) -> Vec<&'v str> {
    let props = piece["props"].as_array().into_iter().flatten();
    let named = props.filter(|prop| prop["name"] == name && prop.get("ns").is_some() == ours);
    named.map(|prop| text(prop.get("remarks").unwrap_or(&prop["value"]))).collect()
}

fn prose<'v>(piece: &'v Value, name: &str, class: Option<&str>) -> Option<&'v str> {
    let parts = piece["parts"].as_array().into_iter().flatten();
    let part = parts.into_iter().find(|part| part["name"] == name && part["class"].as_str() == class)?;
    Some(prop(part, "as-given", true).first().copied().unwrap_or(text(&part["prose"])))
}

/// What a node says, as the catalog tells it, in the order of the tree.
fn told(piece: &Value, parent: Option<&str>, control: bool, found: &mut Vec<Value>) {
    let urn = prop(piece, "urn", true)[0];
    let heading = !control || prop(piece, "assessable", true) == ["no"];
    let main = if heading { "overview" } else { "statement" };
    let from_elsewhere = !prop(piece, "title-from", true).is_empty();
    let name = prop(piece, "name", true).first().copied().or(piece["title"].as_str().filter(|_| !from_elsewhere));
    let translated: BTreeMap<String, &str> = piece["props"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|prop| {
            let field = text(&prop["name"]).strip_prefix("translated-")?;
            let exact = text(prop.get("remarks").unwrap_or(&prop["value"]));
            Some((format!("{} {field}", text(&prop["class"])), exact))
        })
        .collect();
    let parts = piece["parts"].as_array().into_iter().flatten();
    let questions: BTreeMap<_, _> = parts
        .filter(|part| part["name"] == "question")
        .map(|part| {
            let choices = part["parts"].as_array().into_iter().flatten();
            let choices = choices.map(|choice| (prop(choice, "urn", true)[0], text(&choice["prose"])));
            (prop(part, "urn", true)[0], (&part["prose"], choices.collect::<Vec<_>>()))
        })
        .collect();
    found.push(json!({
        "urn": urn,
        "parent": parent,
        "assessable": !heading,
        "ref_id": prop(piece, "label", false).first(),
        "name": name,
        "description": prose(piece, main, None),
        "annotation": prose(piece, "guidance", None).or_else(|| prose(piece, main, Some("annotation"))),
        "groups": prop(piece, "implementation-group", true),
        "controls": prop(piece, "reference-control", true),
        "threats": prop(piece, "threat", true),
        "translated": translated,
        "questions": questions,
        "place": prop(piece, "place", true).first(),
    }));
    for (list, control) in [("groups", false), ("controls", true)] {
        piece[list].as_array().into_iter().flatten().for_each(|below| told(below, Some(urn), control, found));
    }
}

/// What a node says, as its library tells it.
fn given(node: &Value) -> Value {
    let list = |field: &str| node[field].as_array().cloned().unwrap_or_default();
    let mut translated = BTreeMap::new();
    for (locale, fields) in node["translations"].as_object().into_iter().flatten() {
        for (field, text) in fields.as_object().expect("fields").iter().filter(|(_, text)| !text.is_null()) {
            translated.insert(format!("{locale} {field}"), text);
        }
    }
    let mut questions = BTreeMap::new();
    for (urn, question) in node["questions"].as_object().into_iter().flatten() {
        let choices = question["choices"].as_array().into_iter().flatten();
        let choices: Vec<_> = choices.map(|choice| (&choice["urn"], &choice["value"])).collect();
        questions.insert(urn, (&question["text"], choices));
    }
    json!({
        "urn": node["urn"],
        "parent": node["parent_urn"],
        "assessable": node["assessable"],
        "ref_id": node["ref_id"],
        "name": node["name"],
        "description": node["description"],
        "annotation": node["annotation"],
        "groups": list("implementation_groups"),
        "controls": list("reference_controls"),
        "threats": list("threats"),
        "translated": translated,
        "questions": questions,
        "place": null,
    })
}

#[test]
fn a_catalog_says_of_every_node_what_its_library_said() {
    let mut compared = 0;
    for (file, _) in libraries() {
        // Read by the parser alone, so that nothing here rests on how an import understands a library.
        let text = std::fs::read_to_string(&file).unwrap();
        let library: Value = serde_saphyr::from_str(&text).unwrap();
        for framework in read(&file).frameworks {
            let catalog: Value = serde_json::from_slice(&framework.catalog).unwrap();
            let mut found = Vec::new();
            for (list, control) in [("groups", false), ("controls", true)] {
                let top = catalog["catalog"][list].as_array().into_iter().flatten();
                top.for_each(|piece| told(piece, None, control, &mut found));
            }
            // Where the tree does not tell the order of the file, each piece does.
            if found.iter().any(|node| !node["place"].is_null()) {
                found.sort_by_key(|node| node["place"].as_str().unwrap().parse::<usize>().unwrap());
                found.iter_mut().for_each(|node| node["place"] = Value::Null);
            }
            let nodes = library["objects"]["framework"]["requirement_nodes"].as_array().unwrap();
            assert_eq!(found.len(), nodes.len(), "{}", file.display());
            for (found, node) in found.iter().zip(nodes) {
                assert_eq!(found, &given(node), "{}", file.display());
            }
            compared += nodes.len();
        }
    }
    assert!(compared == 0 || compared > 6_000, "only {compared} nodes were compared");
}

#[test]
fn a_mapping_is_read_in_the_numbers_of_the_frameworks_it_is_between() {
    let all = libraries();
    let find = |name: &str| all.iter().find(|(file, _)| file.ends_with(name)).map(|(file, _)| read(file));
    let (Some(old), Some(new)) = (find("nist-csf-1.1.yaml"), find("nist-csf-2.0.yaml")) else { return };
    let mapping = &find("map-nist-csf-1.1-nist-csf-2.0.yaml").expect("the corpus has it").mappings[0];
    let named = |imported: &Imported| {
        let one = &imported.frameworks[0];
        import::Named::of(&one.id, &one.catalog).unwrap().expect("it was made of a library")
    };
    let bound = import::bind(mapping, &named(&old), &named(&new)).unwrap();
    // Thirty have a category at one end or at both: headings, which nobody answers.
    assert_eq!((bound.pairs, bound.left_out, mapping.pairs), (155, 30, 185));
    let frameworks: BTreeMap<_, _> = [&old, &new]
        .into_iter()
        .map(|imported| imported.frameworks[0].framework.clone().expect("it can be judged by"))
        .map(|framework| (framework.id.clone(), framework))
        .collect();
    let read = read_mapping(&mapping::Named::default(), &bound.collection, &frameworks).unwrap();
    assert_eq!((read.source.as_str(), read.target.as_str()), ("nist-csf-1.1", "nist-csf-2.0"));
    let distinct: std::collections::BTreeSet<_> = read.pairs.iter().map(|pair| (&pair.source, &pair.target)).collect();
    assert_eq!(distinct.len(), read.pairs.len());
    let wrong = import::bind(mapping, &named(&new), &named(&old)).unwrap_err().to_string();
    assert!(wrong.contains("adopt the framework it is about"), "{wrong}");
}
