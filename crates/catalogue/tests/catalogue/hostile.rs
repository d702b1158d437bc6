//! Bytes from a stranger: every problem is told with its place, and nothing makes the readers panic.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use portreeve_catalogue::oscal::{DEPTH_MAX, REQUIREMENTS_MAX, suggested_id};
use portreeve_catalogue::{Catalogue, bundled, read_framework, read_playbook, read_scheme};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Read once: reading all that is built in takes longer than a case does.
static BUNDLED: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::bundled().expect("it holds together"));

fn catalog(inside: Value) -> Value {
    let mut catalog = json!({
        "uuid": "74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724",
        "metadata": {"title": "T", "last-modified": "2026-01-01T00:00:00Z", "version": "1", "oscal-version": "1.1.3"},
    });
    let fields = catalog.as_object_mut().expect("an object");
    fields.extend(inside.as_object().expect("an object").clone());
    json!({ "catalog": catalog })
}

fn read(value: &Value) -> Result<portreeve_model::standards::Framework, portreeve_catalogue::Problems> {
    read_framework("x".parse().expect("a reference"), value.to_string().as_bytes())
}

fn said(value: &Value) -> String {
    read(value).expect_err("it is broken").to_string()
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let mut file = catalog(json!({"groups": [{"id": "g", "controls": [
        {"id": 5, "title": "A"},
        {"id": "a b", "title": "B", "props": [{"name": "status"}]},
        {"id": "c", "title": "two\nlines", "parts": [{"name": "statement", "prose": ["x"]}]},
        {"id": "d", "title": "D", "params": {"id": "p"}},
        "e",
        {"id": "f", "title": "F", "params": [{"id": "p"}, {"id": "p"}, {"id": "q", "values": ["x"], "select": {}}]},
        {"id": "h", "controls": []},
    ]}]}));
    file["catalog"]["uuid"] = json!("not-one");
    file["catalog"]["metadata"]["oscal-version"] = json!("2.0.0");
    file["catalog"]["metadata"]["version"] = json!(1.5);
    file["catalog"]["metadata"]["last_modified"] = json!("2026-01-01T00:00:00Z");
    file["beside"] = json!(null);
    let said = said(&file);
    let at = |place: &str| said.lines().filter(|line| line.starts_with(&format!("{place}: "))).count();
    for place in [
        "/beside",
        "/catalog/uuid",
        "/catalog/metadata/oscal-version",
        "/catalog/metadata/version",
        "/catalog/metadata/last_modified",
        "/catalog/groups/0/title",
        "/catalog/groups/0/controls/0/id",
        "/catalog/groups/0/controls/1/id",
        "/catalog/groups/0/controls/1/props/0/value",
        "/catalog/groups/0/controls/2/title",
        "/catalog/groups/0/controls/2/parts/0/prose",
        "/catalog/groups/0/controls/3/params",
        "/catalog/groups/0/controls/4",
        "/catalog/groups/0/controls/5/params/1",
        "/catalog/groups/0/controls/5/params/2",
        "/catalog/groups/0/controls/6/title",
        "/catalog/groups/0/controls/6/controls",
    ] {
        assert_eq!(at(place), 1, "{place} in\n{said}");
    }
    assert_eq!(said.lines().count(), 17, "{said}");
    assert!(said.lines().all(|line| line.contains("; ")), "each line has a remedy:\n{said}");
    assert!(said.contains("write `last-modified`") && said.contains("put it in quotation marks"), "{said}");
    assert!(!said.contains("control`") && !said.contains("control "), "{said}");
}

#[test]
fn what_is_only_too_long_or_odd_to_show_is_shown_otherwise_and_never_refused() {
    let statement = |prose: String| json!([{"name": "statement", "prose": prose}]);
    let file = catalog(json!({"controls": [
        {"id": "a", "title": "x".repeat(300), "parts": statement("y".repeat(30_000))},
        {"id": "б".repeat(100), "title": " ", "parts": statement("left\u{200F}right".to_owned())},
    ]}));
    let framework = read(&file).unwrap();
    let [long, odd] = framework.requirements.as_slice() else { panic!("{framework:?}") };
    assert!(long.title.as_str().ends_with("x…") && long.statement.ends_with("the whole stands in the file]"));
    assert!(odd.number.as_str().starts_with("id-x") && odd.title.as_str() == odd.number.as_str(), "{odd:?}");
    assert_eq!(odd.statement, "left\u{FFFD}right");
    assert_eq!(read(&catalog(json!({}))).unwrap().requirements, [], "a catalog may be empty");
}

#[test]
fn a_number_that_stands_twice_is_refused_wherever_it_stands() {
    let twice = json!({"controls": [{"id": "a", "title": "A", "controls": [{"id": "b", "title": "B"}]}],
        "groups": [{"title": "G", "controls": [{"id": "b", "title": "B"}]}]});
    let said = said(&catalog(twice));
    assert!(said.contains("/catalog/groups/0/controls/0: the requirement `b` stands already at"), "{said}");
    let names_twice = br#"{"catalog": {"uuid": "x", "uuid": "y"}}"#;
    let said = read_framework("x".parse().unwrap(), names_twice).unwrap_err().to_string();
    assert!(said.starts_with("/catalog/uuid: the name stands twice"), "{said}");
}

#[test]
fn withdrawn_requirements_are_left_out_and_their_children_stay() {
    let file = catalog(json!({"controls": [
        {"id": "a", "title": "A", "props": [{"name": "status", "value": "Withdrawn"}],
         "controls": [{"id": "b", "title": "B"}]},
        {"id": "c", "title": "C", "props": [{"name": "status", "ns": "https://other.example", "value": "withdrawn"}]},
    ]}));
    let framework = read(&file).unwrap();
    let numbers: Vec<&str> = framework.requirements.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(numbers, ["b", "c"]);
    assert_eq!(framework.requirements[0].heading.as_deref(), Some("A"));
    assert_eq!(framework.requirements[1].statement, "");
}

#[test]
fn nesting_and_number_are_bounded() {
    let mut inner = json!({"id": "deep", "title": "Deep"});
    for level in 0..DEPTH_MAX {
        inner = json!({"id": format!("n{level}"), "title": "N", "controls": [inner]});
    }
    assert!(said(&catalog(json!({"controls": [inner.clone()]}))).contains("nested more than 16 deep"));
    assert!(read(&catalog(json!({"controls": [inner["controls"][0].clone()]}))).is_ok());

    let many = |count: usize| -> Vec<Value> {
        (0..count).map(|number| json!({"id": format!("r{number}"), "title": "R"})).collect()
    };
    assert_eq!(
        read(&catalog(json!({"controls": many(REQUIREMENTS_MAX)}))).unwrap().requirements.len(),
        REQUIREMENTS_MAX
    );
    let too_many = said(&catalog(json!({"controls": many(REQUIREMENTS_MAX + 2)})));
    assert!(too_many.contains("more than 10000 requirements"), "{too_many}");
    assert_eq!(too_many.lines().count(), 1, "{too_many}");
}

#[test]
fn a_mark_and_the_name_of_a_schema_are_passed_over() {
    let mut file = catalog(json!({"controls": [{"id": "a", "title": "A"}]}));
    file["$schema"] = json!("oscal_catalog_schema.json");
    let marked = [b"\xEF\xBB\xBF".as_slice(), file.to_string().as_bytes()].concat();
    assert!(read_framework("x".parse().unwrap(), &marked).is_ok());
}

#[test]
fn a_heading_in_our_namespace_is_no_requirement_and_what_we_say_of_one_is_read() {
    let ns = portreeve_catalogue::oscal::NAMESPACE;
    let prop = |name: &str, value: &str| json!({"name": name, "ns": ns, "value": value});
    let indicator = |id: &str, class: &str, prose: &str| json!({"id": id, "name": "indicator", "ns": ns, "class": class, "prose": prose});
    let mut file = catalog(json!({"controls": [
        {"id": "A1", "title": "Governance", "props": [prop("assessable", "no")], "controls": [
            {"id": "A1.a", "title": "Board", "props": [prop("target-grade", "achieved"), prop("confidence", "established"), prop("source", "A table")],
             "parts": [{"name": "statement", "prose": "S"}, indicator("A1.a.NA.1", "not-achieved", "Bad"),
                {"name": "item", "parts": [indicator("A1.a.A.1", "achieved", "Good {{ insert: param, p }}")]}]},
        ]},
        {"id": "B", "title": "B", "params": [{"id": "p", "label": "often"}], "props": [{"name": "assessable", "value": "no"}]},
    ]}));
    let framework = read(&file).unwrap();
    let numbers: Vec<&str> = framework.requirements.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(numbers, ["A1.a", "B"], "a property outside our namespace says nothing to us");
    let one = &framework.requirements[0];
    assert_eq!((one.heading.as_deref(), one.statement.as_str()), (Some("Governance"), "S"));
    assert_eq!(one.target.as_ref().map(|grade| grade.as_str()), Some("achieved"));
    assert_eq!((one.confidence.as_deref(), one.source.as_deref()), (Some("established"), Some("A table")));
    let shown: Vec<_> =
        one.indicators.iter().map(|one| (one.id.as_str(), one.column.as_str(), one.text.as_str())).collect();
    assert_eq!(shown, [("A1.a.NA.1", "not-achieved", "Bad"), ("A1.a.A.1", "achieved", "Good [often]")]);

    file["catalog"]["controls"][1]["parts"] = json!([
        indicator("A1.a.NA.1", "achieved", "x"),
        indicator("ü", "achieved", "x"),
        indicator("i", "Achieved", "")
    ]);
    file["catalog"]["controls"][1]["props"] = json!([prop("target-grade", "Fully met")]);
    let said = said(&file);
    for place in ["parts/0", "parts/1/id", "parts/2/class", "parts/2/prose", "props"] {
        assert!(said.contains(&format!("/catalog/controls/1/{place}: ")), "{place} in\n{said}");
    }
    assert_eq!(said.lines().count(), 5, "{said}");
}

#[test]
fn a_framework_is_named_by_its_own_property_or_by_title_and_version() {
    let mut file = catalog(json!({"controls": [{"id": "a", "title": "A"}]}));
    let named = |file: &Value| suggested_id(file.to_string().as_bytes()).map(|id| id.to_string());
    assert_eq!(named(&file).unwrap(), "t-1");
    let ns = portreeve_catalogue::oscal::NAMESPACE;
    file["catalog"]["metadata"]["props"] = json!([{"name": "framework-id", "value": "else"}]);
    assert_eq!(named(&file).unwrap(), "t-1", "the property of someone else is not ours");
    file["catalog"]["metadata"]["props"] = json!([{"name": "framework-id", "ns": ns, "value": "own-2"}]);
    assert_eq!(named(&file).unwrap(), "own-2");
    file["catalog"]["metadata"]["props"] = json!([{"name": "framework-id", "ns": ns, "value": "Not One"}]);
    assert!(named(&file).unwrap_err().to_string().contains("not a framework reference"));
}

/// Any JSON, small, with the names that the readers look for.
fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "catalog",
        "metadata",
        "uuid",
        "title",
        "version",
        "oscal-version",
        "last-modified",
        "groups",
        "controls",
        "id",
        "params",
        "props",
        "parts",
        "name",
        "value",
        "prose",
        "label",
        "select",
        "choice",
        "values",
        "gates",
        "rule",
        "kind",
        "any_of",
        "months",
        "evidence",
        "pack",
        "content",
        "particulars",
        "steps",
        "requirements",
        "odd",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            "statement",
            "withdrawn",
            "{{ insert: param, p }}",
            "{{",
            "psn",
            "evidence",
            "\u{202E}"
        ])
        .prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map: BTreeMap<String, Value>| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// All readers on the same bytes; what they say is one non-empty line a problem.
fn all_readers(bytes: &[u8], catalogue: &Catalogue) {
    let framework = &catalogue.frameworks["psn-coco-1.32"];
    let said = [
        read_framework("x".parse().expect("a reference"), bytes).err(),
        suggested_id(bytes).err(),
        read_scheme(bytes, Some(framework)).err(),
        read_playbook(bytes, &catalogue.frameworks).err(),
    ];
    for problems in said.into_iter().flatten() {
        assert!(!problems.found().is_empty());
        let lines = problems.to_string().lines().count();
        assert_eq!(lines, problems.found().len() + usize::from(problems.more() > 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        all_readers(&bytes, &BUNDLED);
    }

    #[test]
    fn no_json_makes_a_reader_panic(value in any_json(), children in any_json()) {
        all_readers(value.to_string().as_bytes(), &BUNDLED);
        all_readers(catalog(json!({"groups": [value], "controls": children})).to_string().as_bytes(), &BUNDLED);
    }

    #[test]
    fn no_wound_to_a_good_file_makes_a_reader_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        for file in [bundled::framework_file("psn-coco-1.32"), bundled::scheme_file("psn"), bundled::playbook_file("firewall-renewal")] {
            let mut bytes = file.unwrap().into_owned();
            let at = at.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            all_readers(&bytes, &BUNDLED);
        }
    }
}
