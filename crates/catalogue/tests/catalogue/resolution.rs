//! Profiles are resolved as the specification says, rule by rule, and hostile ones are refused quickly.

use portreeve_catalogue::oscal::{Resolved, resolve_profile};
use portreeve_catalogue::{FILE_BYTES_MAX, Problems, read_framework};
use proptest::prelude::*;
use serde_json::{Value, json};

const UUID: &str = "74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724";
const OTHER_UUID: &str = "84c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724";

fn document(kind: &str, inside: Value) -> Value {
    let mut body = json!({
        "uuid": UUID,
        "metadata": {"title": "T", "last-modified": "2026-01-01T00:00:00Z", "version": "1", "oscal-version": "1.1.3"},
    });
    body.as_object_mut().expect("an object").extend(inside.as_object().expect("an object").clone());
    json!({ kind: body })
}

/// Two groups; a requirement with two nested in it; a loose parameter and a resource, both mentioned by `b1`.
fn base() -> Value {
    document(
        "catalog",
        json!({
            "params": [{"id": "loose", "label": "L"}, {"id": "unused", "label": "U"}],
            "groups": [
                {"id": "a", "title": "A", "params": [{"id": "ga", "label": "GA"}], "controls": [
                    {"id": "a1", "title": "A1", "params": [{"id": "a1p", "label": "P", "select": {"choice": ["x"]}}],
                     "props": [{"name": "label", "value": "1"}, {"name": "kept", "value": "1", "class": "c"}],
                     "parts": [{"id": "a1s", "name": "statement", "prose": "S {{ insert: param, a1p }}",
                                "parts": [{"id": "a1s.a", "name": "item", "prose": "I"}]}],
                     "controls": [{"id": "a1.1", "title": "A1.1"}, {"id": "a1.2", "title": "A1.2",
                                   "parts": [{"id": "a1.2s", "name": "statement", "prose": "N"}]}]},
                    {"id": "a2", "title": "A2"}]},
                {"id": "b", "title": "B", "controls": [
                    {"id": "b1", "title": "B1", "links": [{"href": format!("#{UUID}")}],
                     "parts": [{"name": "statement", "prose": "{{ insert: param, loose }}"}]}]},
            ],
            "back-matter": {"resources": [{"uuid": UUID, "title": "R"}, {"uuid": OTHER_UUID, "title": "Not mentioned"}]},
        }),
    )
}

fn profile(inside: Value) -> Value {
    let mut body = json!({"imports": [{"href": "base.json", "include-all": {}}], "merge": {"as-is": true}});
    body.as_object_mut().expect("an object").extend(inside.as_object().expect("an object").clone());
    document("profile", body)
}

fn resolve_with(profile: &Value, files: &[(&str, &Value)]) -> Result<Resolved, Problems> {
    resolve_profile(profile.to_string().as_bytes(), &mut |reference| {
        files.iter().find(|(name, _)| *name == reference.href).map(|(_, file)| file.to_string().into_bytes())
    })
}

fn resolve(inside: Value) -> Resolved {
    resolve_with(&profile(inside), &[("base.json", &base())]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn body(resolved: &Resolved) -> Value {
    let mut file: Value = serde_json::from_slice(&resolved.catalog).expect("it is JSON");
    file["catalog"].take()
}

/// The shape of a catalog in one line: groups in brackets, nested requirements in braces.
fn outline(node: &Value) -> String {
    let list = |name: &str| node[name].as_array().map_or(&[][..], Vec::as_slice).iter();
    let controls = list("controls").map(|control| {
        let nested = outline(control);
        let id = control["id"].as_str().expect("an id");
        if nested.is_empty() { id.to_owned() } else { format!("{id}{{{nested}}}") }
    });
    let name = |group: &Value| group["id"].as_str().unwrap_or("-").to_owned();
    let groups = list("groups").map(|group| format!("{}[{}]", name(group), outline(group)));
    controls.chain(groups).collect::<Vec<_>>().join(" ")
}

fn laid_out(inside: Value) -> String {
    outline(&body(&resolve(inside)))
}

fn import(selection: Value) -> Value {
    let mut import = json!({"href": "base.json"});
    import.as_object_mut().expect("an object").extend(selection.as_object().expect("an object").clone());
    json!({ "imports": [import] })
}

#[test]
fn requirements_are_chosen_by_id_and_pattern_and_what_is_excluded_is_out() {
    let laid_out = |selection: Value| laid_out(import(selection));
    let include = |pick: Value| json!({"include-controls": [pick]});
    assert_eq!(laid_out(json!({"include-all": {}})), "a[a1{a1.1 a1.2} a2] b[b1]");
    assert_eq!(laid_out(include(json!({"with-ids": ["a1"]}))), "a[a1]");
    assert_eq!(laid_out(include(json!({"with-ids": ["a1"], "with-child-controls": "yes"}))), "a[a1{a1.1 a1.2}]");
    assert_eq!(laid_out(include(json!({"with-ids": ["b1", "a1.2"]}))), "a[a1{a1.2}] b[b1]");
    assert_eq!(laid_out(include(json!({"matching": [{"pattern": "?1"}, {}]}))), "a[a1] b[b1]");
    assert_eq!(laid_out(include(json!({"matching": [{"pattern": "a*"}]}))), "a[a1{a1.1 a1.2} a2]");
    let exclude = |pick: Value| json!({"include-all": {}, "exclude-controls": [pick]});
    assert_eq!(laid_out(exclude(json!({"with-ids": ["a1"]}))), "a[a1.1 a1.2 a2] b[b1]");
    assert_eq!(laid_out(exclude(json!({"with-ids": ["a1"], "with-child-controls": "yes"}))), "a[a2] b[b1]");
    assert_eq!(laid_out(exclude(json!({"matching": [{"pattern": "b*"}]}))), "a[a1{a1.1 a1.2} a2]");
    let both =
        json!({"include-controls": [{"with-ids": ["a2"]}], "exclude-controls": [{"matching": [{"pattern": "*"}]}]});
    assert_eq!(laid_out(both), "");
}

#[test]
fn what_is_asked_for_in_vain_is_noted_with_its_place() {
    let mut asked =
        import(json!({"include-controls": [{"with-ids": ["a2", "gone"], "matching": [{"pattern": "z*"}]}]}));
    asked["modify"] = json!({
        "set-parameters": [{"param-id": "none", "values": ["x"]}],
        "alters": [{"control-id": "gone", "adds": []}, {"control-id": "a2", "removes": [{"by-name": "x"}, {}],
                    "adds": [{"by-id": "nowhere", "props": [{"name": "n", "value": "v"}]}]}],
    });
    asked["modify"]["alters"][0].as_object_mut().unwrap().remove("adds");
    let resolved = resolve(asked);
    let places: Vec<&str> = resolved.notes.iter().map(|note| note.path.as_str()).collect();
    let expected = [
        "/profile/imports/0/include-controls",
        "/profile/imports/0/include-controls",
        "/profile/modify/set-parameters/0",
        "/profile/modify/alters/1/removes/0",
        "/profile/modify/alters/1/removes/1",
        "/profile/modify/alters/1/adds/0",
        "/profile/modify/alters/0",
    ];
    assert_eq!(places, expected);
    assert_eq!(outline(&body(&resolved)), "a[a2]");
}

#[test]
fn the_catalog_is_laid_out_as_it_was_or_flat_or_as_the_profile_says() {
    assert_eq!(laid_out(json!({"merge": {"flat": {}}})), "a1 a1.1 a1.2 a2 b1");
    assert_eq!(laid_out(json!({"merge": {"as-is": false}})), "a1 a1.1 a1.2 a2 b1");
    let mut without = profile(json!({}));
    without["profile"].as_object_mut().unwrap().remove("merge");
    let without = resolve_with(&without, &[("base.json", &base())]).unwrap();
    assert_eq!(outline(&body(&without)), "a1 a1.1 a1.2 a2 b1");
    let custom = json!({"merge": {"custom": {
        "groups": [
            {"id": "b", "title": "Mine", "insert-controls": [{"order": "descending", "include-controls": [{"matching": [{"pattern": "?2"}]}, {"with-ids": ["b1"]}]}]},
            {"id": "new", "title": "New", "groups": [{"title": "Inner", "insert-controls": [{"include-controls": [{"with-ids": ["a1"], "with-child-controls": "yes"}], "exclude-controls": [{"with-ids": ["a1.1"]}]}]}]},
        ],
        "insert-controls": [{"include-all": {}}],
    }}});
    let resolved = body(&resolve(custom));
    assert_eq!(
        outline(&resolved),
        "a1.1 b[b1 a2] new[-[a1{a1.2}]]",
        "each is placed once, where it is first asked for"
    );
    assert_eq!(resolved["groups"][0]["title"], "Mine");
    let some = json!({"merge": {"custom": {"insert-controls": [{"include-controls": [{"with-ids": ["b1", "a2"]}]}]}}});
    assert_eq!(laid_out(some), "a2 b1", "in the order of the catalog, and the rest is left out");
}

#[test]
fn copies_from_two_imports_are_settled() {
    let pick = |ids: &[&str]| json!({"href": "base.json", "include-controls": [{"with-ids": ids}]});
    let twice = resolve(json!({"imports": [pick(&["a1.1", "b1"]), pick(&["a1.2", "b1"])]}));
    assert_eq!(outline(&body(&twice)), "a[a1{a1.1 a1.2}] b[b1]");
    assert!(
        twice.notes.iter().all(|note| note.path == "/profile/imports/1" && note.what.contains("the same")),
        "{:?}",
        twice.notes
    );

    let mut other = base();
    other["catalog"]["groups"][1]["controls"][0]["title"] = json!("Another B1");
    let imports = json!([pick(&["b1"]), {"href": "other.json", "include-all": {}}]);
    let files = [("base.json", &base()), ("other.json", &other)];
    let refused = resolve_with(&profile(json!({"imports": imports})), &files).unwrap_err().to_string();
    assert!(refused.starts_with("/profile/imports/1: `b1` is brought already, with other contents"), "{refused}");
    let merge = json!({"as-is": true, "combine": {"method": "use-first"}});
    let first = resolve_with(&profile(json!({"imports": imports, "merge": merge})), &files).unwrap();
    let first = body(&first);
    assert_eq!(outline(&first), "b[b1] a[a1{a1.1 a1.2} a2]");
    assert_eq!(first["groups"][0]["controls"][0]["title"], "B1");
    let merge = json!({"as-is": true, "combine": {"method": "merge"}});
    let refused = resolve_with(&profile(json!({"imports": imports, "merge": merge})), &files).unwrap_err().to_string();
    assert!(refused.starts_with("/profile/merge/combine/method: "), "{refused}");
}

#[test]
fn parameters_are_set_one_setting_after_the_other() {
    let set = json!({"modify": {"set-parameters": [
        {"param-id": "a1p", "values": ["v1"], "props": [{"name": "one", "value": "1"}], "constraints": [{"description": "C"}]},
        {"param-id": "a1p", "values": ["v2"], "label": "New", "props": [{"name": "two", "value": "2"}]},
        {"param-id": "unused", "usage": "U"},
        {"param-id": "ga", "select": {"how-many": "one"}},
    ]}});
    let resolved = body(&resolve(set));
    let param = &resolved["groups"][0]["controls"][0]["params"][0];
    let expected = json!({"id": "a1p", "label": "New", "values": ["v2"], "constraints": [{"description": "C"}],
        "props": [{"name": "one", "value": "1"}, {"name": "two", "value": "2"}]});
    assert_eq!(param, &expected, "a value takes the place of the choices");
    assert_eq!(resolved["groups"][0]["params"][0]["select"]["how-many"], "one");
    let loose: Vec<_> = resolved["params"].as_array().unwrap().iter().map(|param| &param["id"]).collect();
    assert_eq!(loose, ["loose", "unused"], "what is set stays though nothing inserts it");
}

fn altered(alter: Value) -> Value {
    let mut alter = alter;
    alter["control-id"] = json!("a1");
    let mut resolved = body(&resolve(json!({"modify": {"alters": [alter]}})));
    resolved["groups"][0]["controls"][0].take()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().map_or(&[][..], Vec::as_slice).iter().map(|item| item["name"].as_str().unwrap_or("-")).collect()
}

#[test]
fn requirements_are_added_to_at_their_ends_and_beside_or_inside_their_parts() {
    let props = json!([{"name": "new", "value": "1"}]);
    let add = |position: &str, by_id: Option<&str>, what: (&str, Value)| {
        let mut add = json!({"position": position});
        add[what.0] = what.1;
        if let Some(id) = by_id {
            add["by-id"] = json!(id);
        }
        altered(json!({"adds": [add]}))
    };
    let with_props = |position: &str| add(position, None, ("props", props.clone()));
    assert_eq!(names(&with_props("starting")["props"]), ["new", "label", "kept"]);
    assert_eq!(names(&with_props("before")["props"]), ["new", "label", "kept"]);
    assert_eq!(names(&with_props("ending")["props"]), ["label", "kept", "new"]);
    assert_eq!(names(&add("ending", Some("a1"), ("props", props.clone()))["props"]), ["label", "kept", "new"]);
    assert_eq!(add("ending", None, ("title", json!("Other")))["title"], "Other");

    let parts = || ("parts", json!([{"name": "note", "prose": "x"}]));
    assert_eq!(names(&add("before", Some("a1s"), parts())["parts"]), ["note", "statement"]);
    assert_eq!(names(&add("after", Some("a1s"), parts())["parts"]), ["statement", "note"]);
    assert_eq!(names(&add("starting", Some("a1s"), parts())["parts"][0]["parts"]), ["note", "item"]);
    assert_eq!(names(&add("after", Some("a1s.a"), parts())["parts"][0]["parts"]), ["item", "note"]);
    assert_eq!(names(&add("ending", Some("a1s"), ("props", props.clone()))["parts"][0]["props"]), ["new"]);
    assert_eq!(names(&add("after", Some("a1s"), ("props", props.clone()))["props"]), ["label", "kept", "new"]);
    assert_eq!(names(&add("ending", Some("a1p"), ("props", props.clone()))["params"][0]["props"]), ["new"]);
    assert_eq!(names(&add("ending", Some("a1p"), parts())["parts"]), ["statement", "note"]);
    assert_eq!(names(&add("after", Some("a1.2s"), parts())["controls"][1]["parts"]), ["statement", "note"]);
    let param = || ("params", json!([{"id": "a0p", "label": "Before"}]));
    assert_eq!(add("before", Some("a1p"), param())["params"][0]["id"], "a0p");
}

#[test]
fn what_meets_every_criterion_is_removed_before_anything_is_added() {
    let removed = |criteria: Value| altered(json!({"removes": [criteria]}));
    assert_eq!(names(&removed(json!({"by-name": "label"}))["props"]), ["kept"]);
    assert_eq!(names(&removed(json!({"by-class": "c"}))["props"]), ["label"]);
    assert_eq!(names(&removed(json!({"by-class": "c", "by-name": "label"}))["props"]), ["label", "kept"]);
    assert!(removed(json!({"by-item-name": "prop"})).get("props").is_none(), "an empty list is taken out");
    assert!(removed(json!({"by-item-name": "param"})).get("params").is_none());
    assert_eq!(names(&removed(json!({"by-id": "a1s.a"}))["parts"]), ["statement"]);
    assert!(removed(json!({"by-id": "a1s.a"}))["parts"][0].get("parts").is_none());
    assert!(removed(json!({"by-id": "a1.2s"}))["controls"][1].get("parts").is_none());
    assert!(
        removed(json!({"by-name": "statement"}))["controls"][1].get("parts").is_some(),
        "another requirement's own"
    );
    assert!(removed(json!({"by-ns": "http://csrc.nist.gov/ns/oscal", "by-item-name": "prop"})).get("props").is_none());
    let both = json!({"removes": [{"by-name": "label"}], "adds": [{"props": [{"name": "label", "value": "2"}]}]});
    assert_eq!(altered(both)["props"][1]["value"], "2");
}

#[test]
fn metadata_and_back_matter_say_where_the_catalog_comes_from() {
    let mut base = base();
    base["catalog"]["metadata"]["last-modified"] = json!("2026-01-01T00:30:00+01:00");
    base["catalog"]["metadata"]["oscal-version"] = json!("v1.0.4");
    let own = json!({"back-matter": {"resources": [{"uuid": UUID, "title": "Later"}, {"uuid": OTHER_UUID, "props": [{"name": "keep", "value": "always"}]}]}});
    let resolved = resolve_with(&profile(own), &[("base.json", &base)]).unwrap();
    let catalog = body(&resolved);
    assert_eq!(catalog["metadata"]["last-modified"], "2026-01-01T00:00:00Z");
    assert_eq!(catalog["metadata"]["oscal-version"], "1.1.3");
    assert_eq!(catalog["metadata"]["links"], json!([{"href": format!("urn:uuid:{UUID}"), "rel": "source-profile"}]));
    assert_eq!(catalog["metadata"]["props"], json!([{"name": "resolution-tool", "value": "Portreeve"}]));
    let resources = catalog["back-matter"]["resources"].as_array().unwrap();
    assert_eq!(resources.iter().map(|one| &one["uuid"]).collect::<Vec<_>>(), [UUID, OTHER_UUID]);
    assert_eq!(resources[0]["title"], "Later", "the profile's own counts");
    assert_ne!(catalog["uuid"], UUID);
    let text = String::from_utf8(resolved.catalog).unwrap();
    assert!(text.starts_with(r#"{"catalog":{"uuid":"#), "fields stand in the model's order: {text}");
}

#[test]
fn an_import_is_found_through_the_back_matter_in_each_encoding_or_inside_the_profile() {
    let resource = |inside: Value| {
        let mut resource = json!({"uuid": OTHER_UUID});
        resource.as_object_mut().unwrap().extend(inside.as_object().unwrap().clone());
        profile(
            json!({"imports": [{"href": format!("#{OTHER_UUID}"), "include-all": {}}], "back-matter": {"resources": [resource]}}),
        )
    };
    let links = json!({"rlinks": [{"href": "x/base.xml"}, {"href": "x/base.json", "media-type": "application/oscal.catalog+json"}]});
    let mut asked = Vec::new();
    let told = resolve_profile(resource(links).to_string().as_bytes(), &mut |reference| {
        asked.push((reference.href.clone(), reference.file_name().to_owned()));
        None
    });
    assert_eq!(
        asked,
        [("x/base.json".to_owned(), "base.json".to_owned()), ("x/base.xml".to_owned(), "base.xml".to_owned())]
    );
    let told = told.unwrap_err().to_string();
    assert!(told.contains("it imports `x/base.json`, which is not here; give the file `base.json` as well"), "{told}");
    use base64::Engine as _;
    let value = base64::engine::general_purpose::STANDARD.encode(base().to_string());
    let inside = resolve_with(&resource(json!({"base64": {"value": value}})), &[]).unwrap();
    assert_eq!(outline(&body(&inside)), "a[a1{a1.1 a1.2} a2] b[b1]");
    let gone = profile(json!({"imports": [{"href": format!("#{OTHER_UUID}"), "include-all": {}}]}));
    assert!(resolve_with(&gone, &[]).unwrap_err().to_string().contains("no resource of the profile has the UUID"));
}

#[test]
fn every_problem_of_every_import_is_told_at_once_with_its_document() {
    let mut broken = base();
    broken["catalog"]["groups"][0]["title"] = json!(5);
    let inner = profile(json!({"imports": [{"href": "broken.json", "include-all": {}}]}));
    let import = |href: &str| json!({"href": href, "include-all": {}});
    let outer = profile(json!({"imports": [import("inner.json"), import("gone.json"), import("broken.json")]}));
    let said = resolve_with(&outer, &[("inner.json", &inner), ("broken.json", &broken)]).unwrap_err().to_string();
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("inner.json#broken.json#/catalog/groups/0/title: it is a number"), "{said}");
    assert!(lines[1].starts_with("/profile/imports/1/href: it imports `gone.json`"), "{said}");
    assert!(lines[2].starts_with("broken.json#/catalog/groups/0/title"), "{said}");
    assert_eq!(lines.len(), 3, "{said}");
    let catalog = resolve_profile(base().to_string().as_bytes(), &mut |_| None).unwrap_err().to_string();
    assert!(catalog.contains("it is an OSCAL catalog, not a profile"), "{catalog}");
}

#[test]
fn imports_that_go_in_a_circle_or_on_and_on_are_refused_with_their_chain() {
    let of = |href: &str| profile(json!({"imports": [{"href": href, "include-all": {}}]}));
    let (one, two, three) = (of("two.json"), of("three.json"), of("two.json"));
    let files = [("two.json", &two), ("three.json", &three)];
    // The third is the same bytes as the first, so the circle closes there.
    let said = resolve_with(&one, &files).unwrap_err().to_string();
    assert!(said.contains("the import goes in a circle: the profile imports two.json imports three.json"), "{said}");
    assert!(said.starts_with("two.json#/profile/imports/0/href: "), "{said}");
    let mut depth = 0;
    let endless = resolve_profile(of("0.json").to_string().as_bytes(), &mut |_| {
        depth += 1;
        Some(of(&format!("{depth}.json")).to_string().into_bytes())
    });
    assert!(endless.unwrap_err().to_string().contains("more than 8 deep"));
    assert!(depth < 10);
}

#[test]
fn a_profile_that_would_take_for_ever_or_fill_the_memory_is_refused() {
    let many: Vec<Value> = (0..9_000).map(|place| json!({"id": format!("r{place:05}"), "title": "R"})).collect();
    let wide = document("catalog", json!({ "controls": many }));
    let patterns: Vec<Value> = (0..20_000).map(|place| json!({"pattern": format!("*{place}*9*9*9x")})).collect();
    let slow = profile(json!({"imports": [{"href": "wide.json", "include-controls": [{"matching": patterns}]}]}));
    let said = resolve_with(&slow, &[("wide.json", &wide)]).unwrap_err().to_string();
    assert!(said.contains("take too long"), "{said}");

    let inserts: Vec<Value> = (0..20_000).map(|_| json!({"include-all": {}})).collect();
    let repeated = profile(
        json!({"imports": [{"href": "wide.json", "include-all": {}}], "merge": {"custom": {"insert-controls": inserts}}}),
    );
    let said = resolve_with(&repeated, &[("wide.json", &wide)]).unwrap_err().to_string();
    assert!(said.contains("take too long"), "{said}");

    let imports: Vec<Value> = (0..101).map(|_| json!({"href": "base.json", "include-all": {}})).collect();
    let said =
        resolve_with(&profile(json!({ "imports": imports })), &[("base.json", &base())]).unwrap_err().to_string();
    assert!(said.contains("more than 100 documents"), "{said}");

    let huge =
        resolve_profile(profile(json!({})).to_string().as_bytes(), &mut |_| Some(vec![b' '; FILE_BYTES_MAX + 1]));
    assert!(huge.unwrap_err().to_string().contains("bytes"));
}

/// A catalog of up to three groups with nested requirements, every id its own.
fn any_catalog() -> impl Strategy<Value = Value> {
    let control = prop::collection::vec(0..3_usize, 0..4);
    prop::collection::vec(control, 0..4).prop_map(|groups| {
        let groups = groups.iter().enumerate().map(|(group, controls)| {
            let controls: Vec<Value> = controls
                .iter()
                .enumerate()
                .map(|(place, nested)| {
                    let id = format!("g{group}-{place}");
                    let inner: Vec<Value> =
                        (0..*nested).map(|inner| json!({"id": format!("{id}.{inner}"), "title": "N"})).collect();
                    let mut control =
                        json!({"id": id, "title": "C", "params": [{"id": format!("{id}_p"), "label": "x"}]});
                    if !inner.is_empty() {
                        control["controls"] = json!(inner);
                    }
                    control
                })
                .collect();
            let mut group = json!({"id": format!("g{group}"), "title": "G"});
            if !controls.is_empty() {
                group["controls"] = json!(controls);
            }
            group
        });
        let groups: Vec<Value> = groups.collect();
        document("catalog", if groups.is_empty() { json!({}) } else { json!({ "groups": groups }) })
    })
}

fn flat_ids(outline: &str) -> Vec<&str> {
    outline.split(|sign: char| " []{}".contains(sign)).filter(|id| id.contains('-')).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn including_everything_as_it_is_changes_nothing_and_excluding_it_leaves_nothing(catalog in any_catalog()) {
        let files = [("base.json", &catalog)];
        let all = profile(json!({}));
        let resolved = resolve_with(&all, &files).unwrap();
        let before = outline(&catalog["catalog"]);
        prop_assert_eq!(outline(&body(&resolved)), before.clone());
        prop_assert_eq!(&resolve_with(&all, &files).unwrap(), &resolved);

        let first: Value = serde_json::from_slice(&resolved.catalog).unwrap();
        let again = resolve_with(&all, &[("base.json", &first)]).unwrap();
        prop_assert_eq!(body(&again)["groups"].clone(), body(&resolved)["groups"].clone());

        let flat = resolve_with(&profile(json!({"merge": {"flat": {}}})), &files).unwrap();
        let flat = outline(&body(&flat));
        prop_assert_eq!(flat_ids(&flat), flat_ids(&before));

        let ids = flat_ids(&before);
        if !ids.is_empty() {
            let none = json!({"imports": [{"href": "base.json", "include-controls": [{"with-ids": ids}], "exclude-controls": [{"with-ids": ids}]}]});
            let none = resolve_with(&profile(none), &files).unwrap();
            prop_assert_eq!(outline(&body(&none)), "");
            prop_assert!(read_framework("x".parse().unwrap(), &none.catalog).unwrap().requirements.is_empty());
        }
    }

    #[test]
    fn what_is_chosen_is_there_in_the_catalogs_order(catalog in any_catalog(), chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let before = outline(&catalog["catalog"]);
        let ids = flat_ids(&before);
        prop_assume!(!ids.is_empty());
        let wanted: Vec<&str> = chosen.iter().map(|index| ids[index.index(ids.len())]).collect();
        let some = json!({"imports": [{"href": "base.json", "include-controls": [{"with-ids": wanted}]}]});
        let resolved = resolve_with(&profile(some), &[("base.json", &catalog)]).unwrap();
        let brings = |id: &&&str| wanted.iter().any(|wanted| wanted == *id || wanted.starts_with(&format!("{id}.")));
        let expected: Vec<&str> = ids.iter().filter(brings).copied().collect();
        let after = outline(&body(&resolved));
        prop_assert_eq!(flat_ids(&after), expected);
        prop_assert_eq!(resolved.notes, vec![]);
    }

    #[test]
    fn no_profile_makes_the_resolver_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>()) {
        let _ = resolve_profile(&bytes, &mut |_| None);
        let mut wounded = profile(json!({})).to_string().into_bytes();
        let at = at.index(wounded.len());
        wounded[at] = bytes.first().copied().unwrap_or(b'"');
        let _ = resolve_profile(&wounded, &mut |_| Some(base().to_string().into_bytes()));
    }
}
