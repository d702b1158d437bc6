//! A council brings its own: what a file holds is adopted in one go, shown, handed back byte for byte, and what is wrong
//! with it is told all at once.

use std::fs::{self, File};
use std::time::{Duration, Instant};

use crate::support::Place;

/// A library with everything a register meets: two frameworks, one of them with nothing to answer, and a mapping.
const LIBRARY: &str = "\
urn: urn:council:risk:library:ours
name: Our own rules
version: 3
copyright: Crown copyright
publication_date: 2026-01-02
objects:
  frameworks:
  - urn: urn:council:risk:framework:ours-2.0
    ref_id: Ours-2.0
    name: Rules of our own
    flavour: mint
    requirement_nodes:
    - {urn: 'urn:c:risk:req_node:ours:a', assessable: false, ref_id: A, name: Access}
    - urn: urn:c:risk:req_node:ours:a.1
      parent_urn: urn:c:risk:req_node:ours:a
      assessable: true
      ref_id: A.1
      name: Leavers
      description: Accounts of leavers are closed within a day.
    - {urn: 'urn:c:risk:req_node:ours:a.2', parent_urn: 'urn:c:risk:req_node:ours:a', assessable: true, ref_id: '2.1', name: Starters}
  - urn: urn:council:risk:framework:words
    ref_id: words
    name: Words only
    requirement_nodes:
    - {urn: 'urn:c:risk:req_node:words:a', assessable: false, name: A word}
  requirement_mapping_set:
    urn: urn:council:risk:req_mapping_set:m
    name: Ours to theirs
    source_framework_urn: urn:council:risk:framework:ours-2.0
    target_framework_urn: urn:council:risk:framework:theirs
    requirement_mappings:
    - {source_requirement_urn: 'urn:c:risk:req_node:ours:a.1', target_requirement_urn: 'urn:c:risk:req_node:t:1', relationship: equal}
";

const WEBCAF: &str = "\
objectives:
  A:
    code: A
    title: Managing
    principles:
      A1:
        code: A1
        title: Governance
        outcomes:
          A1.a:
            code: A1.a
            title: Direction
            description: Somebody directs.
            indicators:
              achieved: {A1.a.2: {description: It is directed., ncsc-index: A1.a.A.1}}
              not-achieved: {A1.a.1: {description: It is not.}}
";

/// The same catalog as [`OSCAL_IN_YAML`], as XML.
const OSCAL_IN_XML: &str = r#"<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0" uuid="0d7d9ec1-9d14-4b04-9f0f-2f5f5e9b6a11">
  <metadata><title>Ours in XML</title><last-modified>2026-01-01T00:00:00Z</last-modified><version>1.0</version>
    <oscal-version>1.1.3</oscal-version></metadata>
  <control id="c-1"><title>First</title><part name="statement"><p>Do it.</p></part></control>
</catalog>"#;

/// Chooses one requirement of a catalog that it names as NIST's profiles do, by a path.
const PROFILE: &str = "\
profile:
  uuid: 4b8f7d0a-50f1-4c1e-8b0e-0f2d0a7a5c11
  metadata: {title: Our choice, version: '7', oscal-version: 1.1.3, last-modified: 2026-01-01T00:00:00Z}
  imports:
  - {href: CATALOG, include-controls: [{with-ids: [c-1]}]}
  merge: {as-is: true}
";

const OSCAL_IN_YAML: &str = "\
catalog:
  uuid: 0d7d9ec1-9d14-4b04-9f0f-2f5f5e9b6a11
  metadata: {title: Ours in YAML, version: '1.0', oscal-version: 1.1.3, last-modified: 2026-01-01T00:00:00Z}
  controls:
  - {id: c-1, title: First, parts: [{name: statement, prose: Do it.}]}
";

fn at(place: &Place, name: &str) -> Vec<u8> {
    fs::read(place.path(name)).unwrap()
}

#[test]
fn a_library_is_adopted_in_one_go_and_handed_back_byte_for_byte() {
    let place = Place::northmoor();
    place.write("our rules.yaml", LIBRARY);
    let before = place.run("log --json").fine().json()["entries"].as_array().unwrap().len();
    let _ = place
        .run("framework import \"our rules.yaml\" -n")
        .fine()
        .says("Dry run: nothing was recorded")
        .says("ours-2.0");
    let _ = place
        .run("framework import \"our rules.yaml\"")
        .fine()
        .says("Adopted ours-2.0 from CISO Assistant library")
        .says("requirements     2")
        .says("Words only is not adopted: no piece of it is to be answered.")
        .says("Ours to theirs was read (1 pair)")
        .says("In the original alone: `flavour` of the framework (1).");
    let after = place.run("log --json").fine().json()["entries"].as_array().unwrap().len();
    assert_eq!(after, before + 1, "a dry run records nothing, and the rest is one entry");

    let _ = place.run("framework list").fine().says("ours-2.0");
    let _ = place
        .run("framework show ours-2.0")
        .fine()
        .says("our rules.yaml, CISO Assistant library")
        .says("2 requirements")
        .says("Original SHA-256");
    let _ = place.run("requirement list --framework ours-2.0").fine().says("A.1").says("r2.1");
    let _ = place.run("requirement show A.1").fine().says("closed within a day");

    let _ = place.run("framework export ours-2.0 --original").exits(2).warns("is there already");
    let _ = place.run("framework export ours-2.0 --original --out back.yaml").fine();
    assert_eq!(at(&place, "back.yaml"), LIBRARY.as_bytes());
    let _ = place.run("framework export ours-2.0 -n").fine().says("nothing was written");
    let _ = place.run("framework export ours-2.0").fine().says("ours-2.0.json");
    let catalog = at(&place, "ours-2.0.json");
    // What was exported is a catalog like any other: another register adopts it as it is.
    let _ = place.run("framework import ours-2.0.json --id ours-again").fine();
    let _ = place.run("framework export ours-again --out again.json").fine();
    let _ = place.run("framework export ours-again --original --out again.original.json").fine();
    assert!(at(&place, "again.json") == catalog && at(&place, "again.original.json") == catalog);

    let _ = place.run("framework import \"our rules.yaml\"").exits(3).warns("portreeve framework list");
    let _ = place.run("framework import \"our rules.yaml\" --id one").exits(2).warns("it holds 2 frameworks");
    let _ = place.run("verify").fine();
}

#[test]
fn a_librarys_mapping_is_adopted_once_both_of_its_frameworks_are_there() {
    let place = Place::northmoor();
    place.write("ours.yaml", LIBRARY);
    let told =
        "import the libraries of `urn:council:risk:framework:ours-2.0` and `urn:council:risk:framework:theirs` first";
    let _ = place.run("framework import ours.yaml").fine().says(told);
    let theirs = LIBRARY.split("  - urn: urn:council:risk:framework:words").next().unwrap();
    let theirs = theirs.replace("library:ours", "library:theirs").replace("framework:ours-2.0", "framework:theirs");
    let theirs = theirs.replace("ref_id: Ours-2.0", "ref_id: Theirs").replace("req_node:ours:a.1", "req_node:t:1");
    place.write("theirs.yaml", &theirs);
    let _ = place.run("framework import theirs.yaml").fine();
    let map = LIBRARY.split("  requirement_mapping_set:").nth(1).unwrap();
    let map = map.replace("relationship: equal}", "relationship: equal}\n    - {source_requirement_urn: 'urn:c:risk:req_node:ours:a', target_requirement_urn: 'urn:c:risk:req_node:t:1', relationship: subset}");
    let head =
        "urn: urn:council:risk:library:map\nname: Ours to theirs\nversion: 1\npublication_date: 2026-01-02\nobjects:\n";
    place.write("map.yaml", &format!("{head}  requirement_mapping_set:{map}"));
    let _ = place.run("framework import map.yaml --dry-run").fine().says("ours-2.0-to-theirs");
    let _ = place
        .run("framework import map.yaml")
        .fine()
        .says("Adopted 1 mapping from CISO Assistant library")
        .says("1 pair of ours-2.0-to-theirs left out: an end is a heading, or not there.");
    let _ = place.run("mapping show ours-2.0-to-theirs").fine().says("A.1");
    let _ = place.run("verify").fine();
}

#[test]
fn the_original_is_watched_over_like_every_other_object() {
    let place = Place::northmoor();
    place.write("library.yaml", LIBRARY);
    let _ = place.run("framework import library.yaml").fine();
    let kept = place.bytes_of("register/objects").into_iter().find(|(_, bytes)| bytes == LIBRARY.as_bytes());
    let (path, _) = kept.expect("the original lies in the store");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a test's own file, soon to be gone")]
    permissions.set_readonly(false);
    fs::set_permissions(&path, permissions).unwrap();
    fs::write(&path, LIBRARY.replace("Leavers", "Nobody")).unwrap();
    let _ = place.run("verify").exits(4).says("an adopted framework");
    let _ = place.run("framework export ours-2.0 --original --out back.yaml").exits(4);
    assert!(!place.path("back.yaml").exists());
}

#[test]
fn webcaf_and_oscal_in_yaml_are_adopted_too() {
    let place = Place::northmoor();
    place.write("caf.yaml", WEBCAF);
    let _ = place.run("framework import caf.yaml").exits(2).warns("--id webcaf-4.0");
    let _ = place.run("framework import caf.yaml --id webcaf-4.0").fine().says("WebCAF framework").says("version");
    let _ = place.run("requirement show webcaf-4.0:A1.a").fine().says("Somebody directs.");
    place.write("ours.yaml", OSCAL_IN_YAML);
    let _ = place.run("framework import ours.yaml").fine().says("ours-in-yaml-1.0").says("OSCAL catalog");
    let _ = place.run("framework show ours-in-yaml-1.0").fine().says("ours.yaml, OSCAL catalog");
    let _ = place.run("framework export ours-in-yaml-1.0 --original --out back.yaml").fine();
    assert_eq!(at(&place, "back.yaml"), OSCAL_IN_YAML.as_bytes());
}

#[test]
fn oscal_is_read_in_each_of_its_encodings_and_kept_in_one() {
    let place = Place::northmoor();
    place.write("ours.xml", OSCAL_IN_XML);
    let _ = place.run("framework import ours.xml").fine().says("ours-in-xml-1.0").says("original sha256");
    let _ = place.run("requirement show ours-in-xml-1.0:c-1").fine().says("Do it.");
    let _ = place.run("framework export ours-in-xml-1.0").fine();
    let catalog: serde_json::Value = serde_json::from_slice(&at(&place, "ours-in-xml-1.0.json")).unwrap();
    assert_eq!(catalog["catalog"]["metadata"]["title"], "Ours in XML");
    let _ = place.run("framework export ours-in-xml-1.0 --original --out back.xml").fine();
    assert_eq!(at(&place, "back.xml"), OSCAL_IN_XML.as_bytes());
}

#[test]
fn a_profile_is_resolved_with_what_lies_beside_it_or_is_named() {
    let place = Place::northmoor();
    place.write("council/catalogs/ours.yaml", OSCAL_IN_YAML);
    place.write("elsewhere/ours.yaml", OSCAL_IN_YAML);
    place.write("council/profile.yaml", &PROFILE.replace("CATALOG", "./catalogs/ours.yaml"));
    let _ = place
        .run("framework import council/profile.yaml")
        .fine()
        .says("Adopted our-choice-7 from OSCAL profile")
        .says("requirements     1");
    let _ = place.run("framework show our-choice-7").fine().says("profile.yaml, OSCAL profile");
    let _ = place.run("requirement show our-choice-7:c-1").fine().says("Do it.");

    place.write("council/lost.yaml", &PROFILE.replace("CATALOG", "../elsewhere/ours.yaml"));
    let _ = place
        .run("framework import council/lost.yaml --id lost")
        .exits(2)
        .warns("it imports `../elsewhere/ours.yaml`, which is not here; give the file `ours.yaml` as well");
    let _ = place.run("framework import council/lost.yaml --id lost --with elsewhere/gone.yaml").exits(5);
    let _ = place.run("framework import council/lost.yaml --id lost --with elsewhere/ours.yaml").fine();
    place.write("council/circle.yaml", &PROFILE.replace("CATALOG", "circle.yaml"));
    let _ = place.run("framework import council/circle.yaml --id circle").exits(2).warns("goes in a circle");
    let _ = place.run("verify").fine();
}

#[test]
fn a_built_in_framework_is_shown_and_exported_before_it_is_adopted() {
    let place = Place::new().acting_as("security-officer");
    let _ = place.run("init --name Northmoor --organisation NMB=Northmoor").fine();
    let listed = place.run("framework list --json").fine().json();
    assert!(
        listed["rows"].as_array().unwrap().iter().all(|row| row["adopted"].is_null() && row["reference"].is_string())
    );
    assert!(listed["note"].as_str().unwrap().contains("Built in and not adopted"));
    let _ = place.run("framework list").fine().says("psn-coco-1.32");
    let _ = place.run("framework show psn-coco-1.32").fine().says("portreeve framework adopt psn-coco-1.32");
    let _ = place.run("framework export psn-coco-1.32 --out before.json").fine();
    let _ = place.run("framework adopt psn-coco-1.32").fine();
    let _ = place.run("framework export psn-coco-1.32 --out after.json").fine();
    assert_eq!(at(&place, "before.json"), at(&place, "after.json"));
    let _ = place.run("framework show nonsense").exits(2);
    let _ = place.run("framework export nonsense").exits(2);
}

#[test]
fn a_file_that_holds_nothing_to_adopt_is_told_and_not_recorded() {
    let place = Place::northmoor();
    place
        .write("matrix.yaml", "urn: urn:c:risk:library:m\nname: A matrix\nversion: 1\nobjects:\n  risk_matrix: [{}]\n");
    let before = place.bytes_of("register");
    let _ = place
        .run("framework import matrix.yaml")
        .fine()
        .says("A matrix holds no framework to adopt, so nothing was recorded")
        .says("risk matrices (1)");
    assert!(place.bytes_of("register") == before, "something was written");
}

#[test]
fn what_is_wrong_is_told_at_once_and_nothing_is_recorded() {
    let place = Place::northmoor();
    let before = place.bytes_of("register");
    place.write("wrong.yaml", &LIBRARY.replace("parent_urn: urn:c:risk:req_node:ours:a\n", "parent_urn: urn:lost\n"));
    let broken = LIBRARY.replace("version: 3", "version: three").replace("name: Our own rules\n", "");
    place.write("broken.yaml", &broken);
    let _ = place
        .run("framework import wrong.yaml")
        .exits(2)
        .warns("/objects/frameworks/0/requirement_nodes/1/parent_urn: there is no node `urn:lost`; correct the URN");
    let _ = place
        .run("framework import broken.yaml")
        .exits(2)
        .warns("/name: it is missing; give the library's name")
        .warns("/version: `three` is not a whole number");
    place.write("other.yaml", "hello: world\n");
    let _ = place.run("framework import other.yaml").exits(2).warns("of no format that is understood").warns("`hello`");
    let _ = place.run("framework import home").exits(2).warns("it is not a file");
    assert!(place.bytes_of("register") == before, "something was written");
}

#[test]
fn hostile_files_are_refused_before_they_cost_anything() {
    let place = Place::northmoor();
    let started = Instant::now();
    File::create(place.path("huge.yaml")).unwrap().set_len(2 << 30).unwrap();
    let _ = place.run("framework import huge.yaml").exits(2).warns("it has 2147483648 bytes");
    let mut laughs = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (level, above) in ('b'..='z').zip('a'..='y') {
        laughs += &format!("{level}: &{level} [{}]\n", vec![format!("*{above}"); 9].join(", "));
    }
    place.write("bomb.yaml", &laughs);
    place.write("deep.yaml", &"[".repeat(100_000));
    place.write("deep.json", &format!("{{\"catalog\": {}", "{\"groups\": [".repeat(100_000)));
    for file in ["bomb.yaml", "deep.yaml", "deep.json"] {
        let _ = place.run(&format!("framework import {file}")).exits(2);
    }
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}
