//! Mapping collections: ours hold together and say no more than their tables, strangers' are read, and broken ones are
//! refused with every problem at its place.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_catalogue::mapping::{Named, PAIRS_MAX};
use portreeve_catalogue::{Catalogue, Problems, bundled, read_mapping};
use portreeve_model::mapping::Mapping;
use portreeve_model::words::Relation;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::shared::{path, table};

fn named(source: &str, target: &str) -> Named {
    let reference = |id: &str| Some(id.parse().expect("a reference"));
    Named { id: None, source: reference(source), target: reference(target) }
}

fn read(named: &Named, value: &Value) -> Result<Mapping, Problems> {
    read_mapping(named, value.to_string().as_bytes(), &BTreeMap::new())
}

/// A collection of one mapping between `source` and `target`.
fn collection(maps: Value) -> Value {
    let resource = |id: &str| {
        let ns = portreeve_catalogue::oscal::NAMESPACE;
        json!({ "type": "catalog", "href": "../x/catalog.json",
            "props": [{ "name": "framework-id", "ns": ns, "value": id }] })
    };
    json!({ "mapping-collection": {
        "uuid": "74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724",
        "metadata": { "title": "T", "last-modified": "2026-01-31T00:00:00Z", "version": "1", "oscal-version": "1.2.1" },
        "provenance": { "method": "human", "matching-rationale": "semantic", "status": "draft",
            "mapping-description": "For these tests." },
        "mappings": [{ "uuid": "74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c725", "source-resource": resource("one-1"),
            "target-resource": resource("two-2"), "maps": maps }],
    }})
}

fn map(relationship: &str, source: &str, target: &str) -> Value {
    json!({ "uuid": "74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c726", "relationship": relationship,
        "sources": [{ "type": "control", "id-ref": source }], "targets": [{ "type": "control", "id-ref": target }] })
}

#[test]
fn every_number_of_every_built_in_mapping_is_one_of_its_frameworks() {
    let catalogue = Catalogue::bundled().unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(catalogue.mappings.len(), 12);
    for mapping in catalogue.mappings.values() {
        let gaps = gap_summary(mapping);
        for (framework, end) in [(&mapping.source, "source"), (&mapping.target, "target")] {
            let Some(known) = catalogue.frameworks.get(framework) else {
                panic!("{}: {framework} is not built in", mapping.id);
            };
            let known: BTreeSet<&str> = known.requirements.iter().map(|asked| asked.number.as_str()).collect();
            let number = |pair: &portreeve_model::mapping::Pair| match end {
                "source" => pair.source.to_string(),
                _ => pair.target.to_string(),
            };
            let paired: BTreeSet<String> = mapping.pairs.iter().map(number).collect();
            let strange: Vec<&String> = paired.iter().filter(|number| !known.contains(number.as_str())).collect();
            assert!(strange.is_empty(), "{}: {framework} has no {strange:?}", mapping.id);
            let left: BTreeSet<&str> = known.into_iter().filter(|number| !paired.contains(*number)).collect();
            assert_eq!(gaps[end].iter().map(String::as_str).collect::<BTreeSet<_>>(), left, "{} {end}", mapping.id);
        }
    }
}

/// What the file says of itself: the numbers of each side that stand in no pair.
fn gap_summary(mapping: &Mapping) -> BTreeMap<&'static str, Vec<String>> {
    let bytes = bundled::mapping_file(mapping.id.as_str()).expect("it is built in");
    let file: Value = serde_json::from_slice(&bytes).expect("it is JSON");
    let held = &file["mapping-collection"]["mappings"][0];
    let listed = |name: &str| {
        let ids = held[name]["unmapped-controls"][0]["with-ids"].as_array().into_iter().flatten();
        ids.map(|id| id.as_str().expect("an id").to_owned()).collect()
    };
    BTreeMap::from([("source", listed("source-gap-summary")), ("target", listed("target-gap-summary"))])
}

#[test]
fn a_built_in_mapping_says_who_judged_when_and_how_sure_they_are() {
    for mapping in Catalogue::bundled().unwrap().mappings.values() {
        assert_eq!(mapping.id.to_string(), format!("{}-to-{}", mapping.source, mapping.target));
        let confidence = mapping.confidence.as_ref().unwrap().as_str();
        assert!(["low", "medium"].contains(&confidence), "{}: {confidence}", mapping.id);
        assert!(mapping.description.is_some() && mapping.pairs.iter().all(|pair| pair.basis.is_some()));
        let versions = mapping.source.as_str().starts_with("caf-") && mapping.target.as_str().starts_with("caf-");
        for pair in &mapping.pairs {
            let weak = matches!(pair.relation, Relation::Related | Relation::Supports);
            assert!(weak || versions, "{}: {} says more than is known", mapping.id, pair.relation.word());
        }
    }
}

#[test]
fn versions_are_called_the_same_only_where_both_catalogs_read_the_same() {
    let catalogue = Catalogue::bundled().unwrap();
    let (old, new) = (&catalogue.frameworks["caf-3.2"], &catalogue.frameworks["caf-4.0"]);
    let same: Vec<_> =
        catalogue.mappings["caf-3.2-to-caf-4.0"].pairs.iter().filter(|pair| pair.relation.is_sameness()).collect();
    assert_eq!(
        same.iter().map(|pair| pair.source.as_str()).collect::<Vec<_>>(),
        ["A1.b", "B2.b", "B2.d", "D1.b", "D1.c"]
    );
    for pair in same {
        let (old, new) = (old.requirement(&pair.source).unwrap(), new.requirement(&pair.target).unwrap());
        assert_eq!((&old.number, &old.title, &old.statement), (&new.number, &new.title, &new.statement));
        assert_eq!(old.indicators, new.indicators);
    }
}

#[test]
fn pairs_are_those_of_the_tables() {
    let catalogue = Catalogue::bundled().unwrap();
    let pairs = |id: &str| -> BTreeSet<(String, String)> {
        let pairs = &catalogue.mappings[id].pairs;
        pairs.iter().map(|pair| (pair.source.to_string(), pair.target.to_string())).collect()
    };
    let Some(rows) = table("map_psn_to_caf32.tsv") else { return };
    let told: BTreeSet<(String, String)> = rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(pairs("psn-coco-1.32-to-caf-3.2"), told);
    let turned = pairs("caf-3.2-to-psn-coco-1.32").into_iter().map(|(source, target)| (target, source)).collect();
    assert_eq!(told, turned, "both directions of one judgement say the same");
    let Some(rows) = table("map_caf32_caf40.tsv") else { return };
    let both = rows.iter().filter(|row| !row[0].is_empty() && row[0] != "C2");
    let told: BTreeSet<(String, String)> = both.map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(pairs("caf-3.2-to-caf-4.0"), told);
}

#[test]
fn strangers_collections_are_read_with_every_source_and_target_of_an_entry() {
    let Some(root) = path("data/corpora/oscal/trestle-tests") else { return };
    let file = |name: &str| std::fs::read(root.join(name)).unwrap();
    let open = |bytes: &[u8]| read_mapping(&named("soc2", "fedramp"), bytes, &BTreeMap::new());

    let soc2 = open(&file("mapping-collections/soc2/mapping-collection.json")).unwrap_or_else(|p| panic!("{p}"));
    assert_eq!((soc2.id.as_str(), soc2.date.iso().as_str()), ("soc2-to-fedramp", "2023-05-23"));
    assert_eq!((soc2.pairs[0].source.as_str(), soc2.pairs[0].target.as_str()), ("d4", "ra-5"));
    assert_eq!(soc2.pairs[0].relation, Relation::Related, "what holds for a statement need not hold for the whole");
    assert!(soc2.pairs[0].note.as_ref().unwrap().as_str().contains("subset-of for ra-5_smt.a"));
    let pci = open(&file("mapping-collections/pci/mapping-collection.json")).unwrap_or_else(|p| panic!("{p}"));
    let distinct: BTreeSet<_> = pci.pairs.iter().map(|pair| (&pair.source, &pair.target)).collect();
    assert_eq!(distinct.len(), pci.pairs.len(), "a pair stands once however many statements it has");

    let all = open(&file("json/comprehensive_mapping.json")).unwrap_or_else(|p| panic!("{p}"));
    assert_eq!(all.confidence.as_ref().unwrap().as_str(), "95%");
    let told: Vec<String> =
        all.pairs.iter().map(|pair| format!("{} {} {}", pair.source, pair.relation.word(), pair.target)).collect();
    assert_eq!(told, ["ac-1 related ac-1", "ac-2 related ac-3", "ac-4 related ac-5"]);
    assert!(
        all.pairs[0].note.as_ref().unwrap().as_str().contains("called `equal-to` by https://example.com/ns/mapping")
    );
    assert_eq!(all.pairs[1].confidence.as_ref().unwrap().as_str(), "medium");
}

#[test]
fn a_collection_that_names_no_framework_asks_for_the_names() {
    let mut file = collection(json!([map("intersects-with", "a", "b")]));
    assert_eq!(read(&Named::default(), &file).unwrap().id.as_str(), "one-1-to-two-2");
    let said = read(&named("other", "two-2"), &file).unwrap_err().to_string();
    assert!(said.starts_with("/mapping-collection/mappings/0/source-resource: it says that it is `one-1`"), "{said}");
    file["mapping-collection"]["mappings"][0]["target-resource"]["props"] = json!([]);
    let said = read(&Named::default(), &file).unwrap_err().to_string();
    assert!(said.contains("/target-resource: it refers to ../x/catalog.json"), "{said}");
    let said = read(&named("one-1", "one-1"), &file).unwrap_err().to_string();
    assert!(said.contains("both ends are `one-1`"), "{said}");
}

#[test]
fn a_relationship_is_never_made_more_of_than_it_says() {
    let ns = |word: &str, ns: &str| {
        let mut map = map(word, "a", "b");
        map["ns"] = json!(ns);
        map
    };
    let ours = portreeve_catalogue::oscal::NAMESPACE;
    let relation = |maps: Value| read(&Named::default(), &collection(maps)).map(|mapping| mapping.pairs[0].relation);
    assert_eq!(relation(json!([map("equal-to", "a", "b")])), Ok(Relation::EqualTo));
    assert_eq!(relation(json!([ns("equal-to", "http://csrc.nist.gov/ns/oscal")])), Ok(Relation::EqualTo));
    assert_eq!(relation(json!([ns("equal-to", "https://other.example")])), Ok(Relation::Related));
    assert_eq!(relation(json!([ns("supports", ours)])), Ok(Relation::Supports));
    assert_eq!(relation(json!([map("equal-to", "a", "b"), map("subset-of", "a", "b")])), Ok(Relation::Related));
    for wrong in [map("supports", "a", "b"), ns("equal-to", ours), map("same", "a", "b")] {
        let said = relation(json!([wrong])).unwrap_err().to_string();
        assert!(said.contains("/maps/0/relationship: ") && said.contains("known: "), "{said}");
    }
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let mut file = collection(json!([
        map("same", "a", "b"),
        { "relationship": "equal-to", "sources": [], "targets": [{ "type": "part", "id-ref": "x" }] },
        { "relationship": "equal-to", "sources": [{ "type": "control", "id-ref": "a b" }], "targets": 5 },
        "odd",
    ]));
    file["mapping-collection"]["metadata"]["last-modified"] = json!("yesterday");
    file["mapping-collection"]["metadata"].as_object_mut().unwrap().remove("title");
    let said = read(&Named::default(), &file).unwrap_err().to_string();
    let at =
        |place: &str| said.lines().filter(|line| line.starts_with(&format!("/mapping-collection{place}: "))).count();
    for place in [
        "/metadata/title",
        "/metadata/last-modified",
        "/mappings/0/maps/0/relationship",
        "/mappings/0/maps/1/sources",
        "/mappings/0/maps/1/targets/0/type",
        "/mappings/0/maps/2/sources/0/id-ref",
        "/mappings/0/maps/2/targets",
        "/mappings/0/maps/3",
    ] {
        assert!(at(place) >= 1, "{place} in\n{said}");
    }
    assert!(said.lines().all(|line| line.contains("; ")), "each line has a remedy:\n{said}");
}

#[test]
fn numbers_are_held_against_the_frameworks_at_hand() {
    let catalogue = Catalogue::bundled().unwrap();
    let file = collection(json!([map("intersects-with", "PSN-BND-FW", "b"), map("intersects-with", "PSN-GONE", "b")]));
    let mut file = file;
    for end in ["source-resource", "target-resource"] {
        file["mapping-collection"]["mappings"][0][end]["props"] = json!([]);
    }
    let bytes = file.to_string();
    let said = read_mapping(&named("psn-coco-1.32", "two-2"), bytes.as_bytes(), &catalogue.frameworks).unwrap_err();
    assert_eq!(said.found().len(), 1);
    assert!(said.to_string().contains("`psn-coco-1.32` has no requirement `PSN-GONE`"), "{said}");
}

#[test]
fn what_is_between_several_pairs_of_catalogs_and_what_is_too_much_is_refused() {
    let mut file = collection(json!([map("intersects-with", "a", "b")]));
    let mut other = file["mapping-collection"]["mappings"][0].clone();
    file["mapping-collection"]["mappings"].as_array_mut().unwrap().push(other.clone());
    assert_eq!(read(&Named::default(), &file).unwrap().pairs.len(), 1, "two mappings between the same two are one");
    other["target-resource"]["href"] = json!("elsewhere.json");
    file["mapping-collection"]["mappings"].as_array_mut().unwrap().push(other);
    let said = read(&Named::default(), &file).unwrap_err().to_string();
    assert!(said.starts_with("/mapping-collection/mappings/2: it is between other catalogs"), "{said}");

    let many = |count: usize| -> Value {
        let ends = (0..count).map(|at| json!({ "type": "control", "id-ref": format!("t{at}") }));
        let mut map = map("intersects-with", "a", "b");
        map["targets"] = ends.collect();
        collection(json!([map]))
    };
    assert_eq!(read(&Named::default(), &many(PAIRS_MAX)).unwrap().pairs.len(), PAIRS_MAX);
    let said = read(&Named::default(), &many(PAIRS_MAX + 2)).unwrap_err();
    assert_eq!(said.found().len(), 1, "{said}");
    assert!(said.to_string().contains("more than 5000 pairs"), "{said}");
}

#[test]
fn other_documents_are_told_apart() {
    let catalog = bundled::framework_file("psn-coco-1.32").unwrap();
    let said = read_mapping(&Named::default(), &catalog, &BTreeMap::new()).unwrap_err().to_string();
    assert!(said.contains("it is an OSCAL catalog"), "{said}");
    assert!(read(&Named::default(), &json!({})).unwrap_err().to_string().contains("no `mapping-collection`"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_wound_to_a_good_file_makes_the_reader_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = bundled::mapping_file("psn-coco-1.32-to-cyber-essentials-3.3").unwrap().into_owned();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        if let Err(problems) = read_mapping(&Named::default(), &bytes, &BTreeMap::new()) {
            prop_assert!(!problems.found().is_empty());
        }
    }
}
