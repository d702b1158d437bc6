//! A scheme is held against its framework, and every problem is told at once.

use portreeve_catalogue::{Catalogue, bundled, read_scheme, scheme};
use portreeve_model::standards::{GateRule, PackContent, TimeLimit};
use portreeve_model::words::{EvidenceKind, Role, Severity};
use serde_json::{Value, json};

fn psn() -> Value {
    let bytes = bundled::scheme_file("psn").expect("it is built in");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

fn said(value: &Value) -> String {
    let catalogue = Catalogue::bundled().expect("it holds together");
    let framework = &catalogue.frameworks["psn-coco-1.32"];
    read_scheme(value.to_string().as_bytes(), Some(framework)).expect_err("it is broken").to_string()
}

/// Kinds are a set: their order in the file is not kept.
fn sort_kinds(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(sort_kinds),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Array(kinds) if name == "any_of" || name == "by" => kinds.sort_by_key(Value::to_string),
                    value => sort_kinds(value),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn psn_is_judged_as_the_domain_says() {
    let catalogue = Catalogue::bundled().unwrap();
    let psn = &catalogue.schemes["psn"];
    let year = TimeLimit::Months(12);
    assert_eq!((psn.threshold, psn.at_risk_days, psn.certificate), (Severity::High, 14, Some(year)));
    let gate = |id: &str| psn.gates.iter().find(|gate| gate.id == id).unwrap();
    let evidence = |kind, months| GateRule::Evidence { any_of: [kind].into(), within: Some(TimeLimit::Months(months)) };
    assert_eq!(gate("ithc-report").rule, evidence(EvidenceKind::HealthCheckReport, 12));
    assert_eq!(gate("network-diagram").rule, evidence(EvidenceKind::NetworkDiagram, 6));
    assert_eq!(gate("particulars").rule, GateRule::Particulars);
    let by = [Role::Signatory, Role::Siro, Role::Section151].into();
    assert_eq!(gate("senior-signature").rule, GateRule::Signature { within: year, by });
    assert_eq!(gate("serious-findings").rule, GateRule::FindingsClosed { at_or_above: Severity::High });
    assert_eq!(gate("findings-planned").rule, GateRule::FindingsPlanned);
    let with_plan: Vec<&str> = psn.gates.iter().filter(|gate| gate.plan_will_do).map(|gate| gate.id.as_str()).collect();
    assert_eq!(with_plan, ["serious-findings"]);
    let framework = &catalogue.frameworks["psn-coco-1.32"];
    assert!(framework.requirements.iter().all(|one| psn.evidence.contains_key(&one.number)), "every one has a rule");
    assert!(psn.pack.iter().any(|item| item.content == PackContent::Plan));
}

#[test]
fn what_was_read_is_what_the_file_says() {
    let psn_read = &Catalogue::bundled().unwrap().schemes["psn"];
    let (mut read, mut file) = (serde_json::to_value(psn_read).unwrap(), psn());
    sort_kinds(&mut read);
    sort_kinds(&mut file);
    assert_eq!(read, file);
    assert_eq!(scheme::framework_named(psn().to_string().as_bytes()).unwrap(), psn_read.framework);
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let mut file = psn();
    file["threshold"] = json!("severe");
    file["at_risk_days"] = json!(1000);
    file["certificate"] = json!({ "days": 0 });
    file["surprise"] = json!(true);
    file["gates"][0]["rule"]["within"] = json!({ "months": 121 });
    file["gates"][1]["id"] = json!("ithc-report");
    file["gates"][2]["rule"]["months"] = json!(3);
    file["gates"][2]["plan_will_do"] = json!(true);
    file["gates"][3]["rule"]["kind"] = json!("seance");
    file["gates"][4]["id"] = json!("Odd One");
    file["evidence"]["PSN-NONE"] = json!([{"any_of": ["policy"]}]);
    file["evidence"]["not a number"] = json!([]);
    file["evidence"]["PSN-TST"] = json!([]);
    file["evidence"]["PSN-DAT"][0]["any_of"] = json!(["statement", "supplier-email"]);
    file["evidence"]["PSN-SEP"] = json!([{"any_of": []}, {"any_of": ["rumour"]}]);
    file["particulars"][0]["id"] = json!("Organisation_Name");
    file["pack"][1]["id"] = json!("PK-1");
    file["pack"][5]["content"]["any_of"] = json!(["policy"]);
    let said = said(&file);
    for place in [
        "/threshold",
        "/at_risk_days",
        "/certificate",
        "/surprise",
        "/gates/0/rule/within",
        "/gates/1/id",
        "/gates/2/rule/months",
        "/gates/2/plan_will_do",
        "/gates/3",
        "/gates/4/id",
        "/evidence/PSN-NONE",
        "/evidence",
        "/evidence/PSN-TST",
        "/evidence/PSN-DAT/0/any_of",
        "/evidence/PSN-SEP/0/any_of",
        "/evidence/PSN-SEP/1",
        "/particulars/0/id",
        "/pack/1/id",
        "/pack/5/content/any_of",
    ] {
        let told = said.lines().filter(|line| line.starts_with(&format!("{place}: "))).count();
        assert_eq!(told, 1, "{place} in\n{said}");
    }
    assert_eq!(said.lines().count(), 19, "{said}");
}

#[test]
fn rules_that_could_never_be_met_are_refused() {
    let mut file = psn();
    file["gates"] = json!([]);
    file["pack"] = json!([]);
    let empty = said(&file);
    assert!(empty.contains("/gates: there are no gates") && empty.contains("/pack: the pack is empty"), "{empty}");
    let mut file = psn();
    file["particulars"] = json!([]);
    let unfillable = said(&file);
    assert!(unfillable.contains("/gates/2/rule: the scheme has no particulars"), "{unfillable}");
    assert!(unfillable.contains("/pack/0/content: the scheme has no particulars"), "{unfillable}");
}

#[test]
fn a_scheme_is_held_against_the_framework_it_names() {
    let mut catalogue = Catalogue::bundled().unwrap();
    let mut file = psn();
    file["framework"] = json!("psn-coco-9");
    assert!(said(&file).contains("/framework: it names `psn-coco-9`, and is held against `psn-coco-1.32`"));
    let unknown = catalogue.add_scheme(file.to_string().as_bytes()).unwrap_err().to_string();
    assert!(unknown.starts_with("/framework: `psn-coco-9` is not known here; adopt the framework first"), "{unknown}");
}
