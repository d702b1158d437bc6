//! NIST's baselines, resolved by us and held against what NIST publishes.

use std::collections::BTreeSet;

use portreeve_catalogue::oscal::{Reference, Resolved, resolve_profile};
use portreeve_catalogue::read_framework;
use serde_json::{Value, json};

use crate::shared::path;

const HIGH: &str = "catalogs/NIST_SP-800-53_rev5_HIGH-baseline-resolved-profile_catalog-min.json";
const FULL: &str = "catalogs/NIST_SP-800-53_rev5_full_catalog_5.0.1_oscal1.0.0-min.json";
const SIMPLE: &str = "trestle-tests/json/simplified_nist_catalog.json";

fn corpus(name: &str) -> Option<Vec<u8>> {
    path(&format!("data/corpora/oscal/{name}")).map(|path| std::fs::read(path).expect("the file can be read"))
}

/// What the corpus has of what its profiles import.
fn supply(reference: &Reference) -> Option<Vec<u8>> {
    let file = match (reference.href.as_str(), reference.file_name()) {
        (href, _) if href.ends_with("nist_cat/catalog.json") => FULL.to_owned(),
        (href, "catalog.json") if href.contains("simplified_nist_catalog") => SIMPLE.to_owned(),
        (href, "profile.json") => format!("trestle-tests/json/{}.json", href.rsplit('/').nth(1)?),
        (_, name) if name.starts_with("NIST_SP-800-53_rev5_catalog") && name.ends_with("json") => FULL.to_owned(),
        _ => return None,
    };
    let root = path("data/corpora/oscal")?;
    std::fs::read(root.join(file)).ok()
}

fn resolved(profile: &str) -> Option<Resolved> {
    let profile = corpus(profile)?;
    Some(resolve_profile(&profile, &mut supply).unwrap_or_else(|problems| panic!("{problems}")))
}

fn catalog(bytes: &[u8]) -> Value {
    let mut file: Value = serde_json::from_slice(bytes).expect("it is JSON");
    file["catalog"].take()
}

/// Every control by id, in order, without those nested in it.
fn controls(node: &Value, found: &mut Vec<(String, Value)>) {
    for control in node["controls"].as_array().into_iter().flatten() {
        let mut own = control.clone();
        own.as_object_mut().expect("an object").remove("controls");
        found.push((control["id"].as_str().expect("an id").to_owned(), own));
        controls(control, found);
    }
    node["groups"].as_array().into_iter().flatten().for_each(|group| controls(group, found));
}

fn ids(of: &[(String, Value)]) -> Vec<&str> {
    of.iter().map(|(id, _)| id.as_str()).collect()
}

fn own_ids(catalog: &Value) -> Vec<String> {
    let mut found = Vec::new();
    controls(catalog, &mut found);
    found.into_iter().map(|(id, _)| id).collect()
}

fn uuids(catalog: &Value) -> Vec<&str> {
    let resources = catalog["back-matter"]["resources"].as_array().expect("resources");
    resources.iter().map(|resource| resource["uuid"].as_str().expect("a UUID")).collect()
}

/// The words of a control's statement. Which parameter is inserted is set aside, and how words are parted: edition 5.1.1
/// gave the parameters of 5.0.1 other ids, so as to match SP 800-53A, and moved spaces around them.
fn words(control: &Value) -> String {
    fn gather(part: &Value, into: &mut String) {
        into.push_str(part["prose"].as_str().unwrap_or_default());
        part["parts"].as_array().into_iter().flatten().for_each(|part| gather(part, into));
    }
    let mut prose = String::new();
    let parts = control["parts"].as_array().into_iter().flatten();
    parts.filter(|part| part["name"] == "statement").for_each(|part| gather(part, &mut prose));
    let mut words = String::new();
    for (place, piece) in prose.split("{{").enumerate() {
        let (inserted, text) = if place == 0 { ("", piece) } else { piece.split_once("}}").expect("it is closed") };
        words.push_str(if inserted.is_empty() { "" } else { "[]" });
        words.extend(text.chars().filter(|letter| letter.is_alphanumeric()));
    }
    words
}

#[test]
fn the_high_baseline_resolves_to_what_nist_publishes() {
    let Some(ours) = resolved("profiles/NIST_SP-800-53_rev5_HIGH-baseline_profile.json") else { return };
    let (ours, notes) = (catalog(&ours.catalog), ours.notes);
    let theirs = catalog(&corpus(HIGH).expect("it lies beside the profile"));
    let (mut our_controls, mut their_controls) = (Vec::new(), Vec::new());
    controls(&ours, &mut our_controls);
    controls(&theirs, &mut their_controls);
    assert_eq!(ids(&our_controls), ids(&their_controls));
    assert_eq!((our_controls.len(), notes), (370, Vec::new()));
    let groups = |of: &Value| -> Vec<String> {
        of["groups"].as_array().expect("groups").iter().map(|group| group["id"].to_string()).collect()
    };
    assert_eq!(groups(&ours), groups(&theirs));
    assert_eq!(uuids(&ours), uuids(&theirs), "what is mentioned of the back matter, in the same order");
    for field in ["title", "version", "oscal-version", "roles", "parties", "responsible-parties"] {
        assert_eq!(ours["metadata"][field], theirs["metadata"][field], "{field}");
    }

    // The catalog at hand is edition 5.0.1, the published resolution is made of 5.1.1. Between them: letter case in
    // seven titles, the ids of parameters, and parts for assessment.
    let mut retitled = Vec::new();
    for ((id, our), (_, their)) in our_controls.iter().zip(&their_controls) {
        assert_eq!(words(our), words(their), "the statement of {id}");
        let title = |of: &Value| of["title"].as_str().expect("a title").to_owned();
        assert_eq!(title(our).to_lowercase(), title(their).to_lowercase(), "{id}");
        if title(our) != title(their) {
            retitled.push(id.as_str());
        }
    }
    assert_eq!(retitled, ["ia-2", "ia-8", "pl-4.1", "sc-20", "sc-21", "sc-22", "sr-2.1"]);
}

#[test]
fn on_nists_own_edition_the_high_baseline_is_theirs_to_the_last_field() {
    let Some(profile) = corpus("profiles/NIST_SP-800-53_rev5_HIGH-baseline_profile.json") else { return };
    let published = corpus(HIGH).expect("it lies beside the profile");
    let again = resolve_profile(&profile, &mut |_| Some(published.clone())).unwrap();
    let (ours, theirs) = (catalog(&again.catalog), catalog(&published));
    assert_eq!(ours["groups"], theirs["groups"]);
    assert_eq!(ours["back-matter"], theirs["back-matter"]);
    assert_eq!(again.notes, []);
    let framework = read_framework("high".parse().unwrap(), &again.catalog).unwrap();
    assert_eq!(framework.requirements, read_framework("high".parse().unwrap(), &published).unwrap().requirements);
}

#[test]
fn moderate_and_low_lie_within_high() {
    let baseline = |name: &str| {
        let resolved = resolved(&format!("profiles/NIST_SP-800-53_rev5_{name}-baseline_profile.json"))?;
        assert_eq!(resolved.notes, []);
        Some(own_ids(&catalog(&resolved.catalog)))
    };
    let Some(high) = baseline("HIGH") else { return };
    let (moderate, low) = (baseline("MODERATE").unwrap(), baseline("LOW").unwrap());
    assert_eq!((moderate.len(), low.len()), (287, 149));
    let within = |inner: &[String], outer: &[String]| {
        let inner: BTreeSet<&String> = inner.iter().collect();
        outer.iter().filter(|id| inner.contains(id)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(within(&moderate, &high), moderate);
    assert_eq!(within(&low, &moderate), low);
}

#[test]
fn a_chosen_enhancement_brings_the_requirement_it_stands_in_as_in_the_privacy_baseline() {
    let Some(published) = corpus("catalogs/NIST_SP-800-53_rev5_PRIVACY-baseline-resolved-profile_catalog.json") else {
        return;
    };
    let published = own_ids(&catalog(&published));
    // NIST's profile names these six enhancements and not the requirements that hold them.
    let brought = ["ac-3", "au-3", "pe-8", "pm-5", "sa-8", "sc-7"];
    let named: Vec<&String> = published.iter().filter(|id| !brought.contains(&id.as_str())).collect();
    let profile = json!({ "profile": {
        "uuid": "fed9f8ca-dcc2-492c-8a13-f9d979973e24",
        "metadata": { "title": "P", "version": "1", "oscal-version": "1.1.2", "last-modified": "2024-01-01T00:00:00Z" },
        "imports": [{ "href": "nist_cat/catalog.json", "include-controls": [{ "with-ids": named }] }],
        "merge": { "as-is": true },
    }});
    let resolved = resolve_profile(profile.to_string().as_bytes(), &mut supply).unwrap();
    assert_eq!(own_ids(&catalog(&resolved.catalog)), published);
}

#[test]
fn every_valid_profile_of_the_corpus_resolves_or_names_the_catalog_that_is_not_there() {
    // How many requirements each has, counted in the profile by hand where it is small. `comp_prof` names eight, of which
    // ac-6.7 brings ac-6; `comp_prof_ab` three, of which ac-2.1 brings ac-2.
    let expected: &[(&str, Result<usize, &str>)] = &[
        ("comp_prof", Ok(9)),
        ("comp_prof_aa", Ok(3)),
        ("comp_prof_ab", Ok(4)),
        ("comp_prof_bb", Ok(1)),
        ("full_profile_rev5", Ok(4)),
        ("profile_bad_control", Err("NIST_SP-800-53_rev5_MODERATE-baseline-resolved-profile_catalog.json")),
        ("test_profile_b", Err("trestle://profiles/test_profile_c/profile.json")),
        ("test_profile_e", Err("trestle://profiles/test_profile_a/profile.json")),
        ("test_profile_f", Err("trestle://profiles/test_profile_c/profile.json")),
        ("test_profile_g", Err("trestle://profiles/test_profile_c/profile.json")),
    ];
    for (name, expected) in expected {
        let Some(profile) = corpus(&format!("trestle-tests/json/{name}.json")) else { return };
        match (resolve_profile(&profile, &mut supply), expected) {
            (Ok(resolved), Ok(count)) => {
                let framework = read_framework("x".parse().unwrap(), &resolved.catalog).unwrap();
                assert_eq!(framework.requirements.len(), *count, "{name}");
            }
            (Err(problems), Err(wanted)) => {
                let said = problems.to_string();
                assert!(said.contains(wanted) && said.contains("/href: it imports"), "{name}: {said}");
            }
            (other, _) => panic!("{name}: {other:?}"),
        }
    }
    let fedramp = resolved("fedramp/FedRAMP_rev5_LOW-baseline_profile.json").unwrap();
    let framework = read_framework("fedramp".parse().unwrap(), &fedramp.catalog).unwrap();
    assert_eq!(framework.requirements.len(), 156);
}

#[test]
fn a_profile_of_a_profile_takes_the_inner_settings_and_then_its_own() {
    let Some(outer) = corpus("trestle-tests/json/comp_prof_aa.json") else { return };
    let inner: Value = serde_json::from_slice(&outer).unwrap();
    let setting = &inner["profile"]["modify"]["set-parameters"][0];
    let mut profile = inner.clone();
    profile["profile"]["imports"] = json!([{ "href": "inner.json", "include-all": {} }]);
    profile["profile"]["modify"] = json!({ "set-parameters": [{ "param-id": setting["param-id"], "label": "outer" }] });
    let resolved = resolve_profile(profile.to_string().as_bytes(), &mut |reference| {
        if reference.href == "inner.json" {
            assert_eq!(reference.chain, Vec::<String>::new());
            return Some(outer.clone());
        }
        assert_eq!(reference.chain, ["inner.json"], "what is asked for next is relative to the inner profile");
        supply(reference)
    })
    .unwrap();
    let mut found = Vec::new();
    controls(&catalog(&resolved.catalog), &mut found);
    let params = found.iter().flat_map(|(_, control)| control["params"].as_array().into_iter().flatten());
    let set = params.into_iter().find(|param| param["id"] == setting["param-id"]).expect("it is set");
    assert_eq!((&set["label"], &set["values"]), (&json!("outer"), &setting["values"]));
    assert_eq!(resolved.sources.iter().map(|source| source.href.as_str()).collect::<Vec<_>>()[..2], ["", "inner.json"]);
}
