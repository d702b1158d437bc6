//! A scheme is held against its framework, and every problem is told at once.

use portreeve_catalogue::{Catalogue, bundled, read_scheme, scheme};
use portreeve_model::standards::{Framework, GateRule, Grading, PackContent, TimeLimit};
use portreeve_model::words::{EvidenceKind, Role, Severity, SourceKind};
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

fn built_in(id: &str) -> Value {
    serde_json::from_slice(&bundled::scheme_file(id).expect("it is built in")).expect("it is JSON")
}

/// The problems of a scheme held against a framework, one a line.
fn problems(file: &Value, framework: Option<&Framework>) -> Vec<String> {
    let problems = read_scheme(file.to_string().as_bytes(), framework).expect_err("it is broken").to_string();
    problems.lines().map(str::to_owned).collect()
}

fn framework(id: &str) -> Framework {
    Catalogue::bundled().expect("it holds together").frameworks[id].clone()
}

/// Asserts that each of these places has exactly one problem, and no other place has any.
#[track_caller]
fn only_at(problems: &[String], places: &[&str]) {
    for place in places {
        let told = problems.iter().filter(|line| line.starts_with(&format!("{place}: "))).count();
        assert_eq!(told, 1, "{place} in {problems:#?}");
    }
    assert_eq!(problems.len(), places.len(), "{problems:#?}");
}

#[test]
fn a_grading_names_only_its_own_grades() {
    let caf = framework("caf-3.2");
    let mut file = built_in("caf-3.2");
    file["grading"]["rules"][0]["column"] = json!("splendid");
    file["grading"]["rules"][1]["grade"] = json!("splendid");
    file["grading"]["otherwise"] = json!("splendid");
    file["grading"]["alternatives_in"][0] = json!("splendid");
    let told = problems(&file, Some(&caf));
    only_at(
        &told,
        &["/grading/rules/0/column", "/grading/rules/1/grade", "/grading/otherwise", "/grading/alternatives_in"],
    );
    assert!(told.iter().all(|line| line.contains("`splendid` is not a grade of this scheme")), "{told:#?}");
}

#[test]
fn a_grading_has_at_least_two_grades_each_once() {
    let caf = framework("caf-3.2");
    let mut twice = built_in("caf-3.2");
    twice["grading"]["grades"].as_array_mut().unwrap().push(json!({ "id": "achieved", "title": "Again" }));
    only_at(&problems(&twice, Some(&caf)), &["/grading/grades/3/id"]);
    let mut one = built_in("caf-3.2");
    one["grading"] = json!({ "kind": "indicators", "rules": [], "otherwise": "achieved",
        "grades": [{ "id": "achieved", "title": "Achieved" }] });
    let told = problems(&one, Some(&caf));
    assert!(told.iter().any(|line| line.starts_with("/grading/grades: there are fewer than two grades")), "{told:#?}");
    let mut many = built_in("caf-3.2");
    let grades = (0..21).map(|at| json!({ "id": format!("grade-{at}"), "title": "A grade" }));
    many["grading"]["grades"].as_array_mut().unwrap().extend(grades);
    only_at(&problems(&many, Some(&caf)), &["/grading/grades"]);
}

#[test]
fn only_a_framework_with_indicators_of_these_grades_can_be_graded() {
    let mut file = psn();
    file["grading"] = built_in("caf-3.2")["grading"].clone();
    let told = problems(&file, Some(&framework("psn-coco-1.32")));
    assert_eq!(told.len(), 31, "each requirement is told: {told:#?}");
    assert!(
        told.iter().all(|line| line.starts_with("/framework: ") && line.contains("has no indicators")),
        "{told:#?}"
    );
    // A profile can ask for no grade that the scheme does not give.
    let mut tailored = framework("caf-3.2");
    tailored.requirements[0].target = Some("splendid".parse().unwrap());
    let told = problems(&built_in("caf-3.2"), Some(&tailored));
    only_at(&told, &["/framework"]);
    assert!(told[0].contains("`A1.a` of it speaks of the grade `splendid`"), "{told:#?}");
}

#[test]
fn a_scheme_without_a_framework_has_no_requirements_to_judge() {
    let mut file = built_in("caf-3.2");
    file.as_object_mut().unwrap().remove("framework");
    only_at(&problems(&file, None), &["/grading", "/gates/0/rule", "/evidence/A1.a"]);
    let mut judged = built_in("review");
    assert!(read_scheme(judged.to_string().as_bytes(), None).is_ok());
    judged["gates"][0] = json!({ "id": "ready", "title": "All are ready", "source": "-", "remedy": "Do it",
        "rule": { "kind": "requirements-ready" } });
    only_at(&problems(&judged, None), &["/gates/0/rule"]);
}

#[test]
fn somebody_signs_and_something_helps() {
    let framework = framework("psn-coco-1.32");
    let mut file = psn();
    file["gates"][3]["rule"]["by"] = json!([]);
    only_at(&problems(&file, Some(&framework)), &["/gates/3/rule/by"]);
    for by in [json!(["town-crier"]), Value::Null] {
        let mut file = psn();
        file["gates"][3]["rule"]["by"] = by;
        only_at(&problems(&file, Some(&framework)), &["/gates/3"]);
    }
    let mut file = psn();
    file["gates"][0].as_object_mut().unwrap().remove("remedy");
    let told = problems(&file, Some(&framework));
    assert!(told.len() == 1 && told[0].starts_with("/gates/0") && told[0].contains("remedy"), "{told:#?}");
}

#[test]
fn a_time_limit_is_something_and_at_most_ten_years_in_one_unit() {
    let psn_coco = framework("psn-coco-1.32");
    for bad in [json!({ "months": 0 }), json!({ "days": 0 }), json!({ "months": 121 }), json!({ "days": 3654 })] {
        let mut file = psn();
        file["certificate"] = bad.clone();
        file["gates"][0]["rule"]["within"] = bad.clone();
        file["gates"][3]["rule"]["within"] = bad.clone();
        file["evidence"]["PSN-TST"][0]["within"] = bad.clone();
        let places = ["/certificate", "/gates/0/rule/within", "/gates/3/rule/within", "/evidence/PSN-TST/0/within"];
        only_at(&problems(&file, Some(&psn_coco)), &places);
        let mut file = built_in("cyber-essentials");
        file["gates"][1]["rule"]["within"] = bad;
        only_at(&problems(&file, Some(&framework("cyber-essentials-3.3"))), &["/gates/1/rule/within"]);
    }
    for good in [json!({ "months": 120 }), json!({ "days": 3653 }), json!({ "days": 1 })] {
        let mut file = psn();
        file["gates"][0]["rule"]["within"] = good;
        assert!(read_scheme(file.to_string().as_bytes(), Some(&psn_coco)).is_ok());
    }
    for bad in [json!({ "weeks": 2 }), json!({ "months": 1, "days": 1 }), json!(12), json!({ "months": -1 })] {
        let mut file = psn();
        file["gates"][0]["rule"]["within"] = bad;
        only_at(&problems(&file, Some(&psn_coco)), &["/gates/0"]);
    }
}

/// What the table of `controls/README.md` says of each built-in scheme.
#[test]
fn each_built_in_scheme_is_what_the_table_says() {
    let catalogue = Catalogue::bundled().unwrap();
    let year = TimeLimit::Months(12);
    let by = |roles: &[Role]| GateRule::Signature { within: year, by: roles.iter().copied().collect() };
    let closed = GateRule::FindingsClosed { at_or_above: Severity::High };
    let caf = vec![
        GateRule::RequirementsReady,
        closed.clone(),
        GateRule::FindingsPlanned,
        by(&[Role::Signatory, Role::Siro]),
    ];
    let cyber_essentials = vec![
        GateRule::RequirementsReady,
        GateRule::FindingsClosedWithin { at_or_above: Severity::High, within: TimeLimit::Days(14) },
        GateRule::Particulars,
        by(&[Role::Signatory, Role::Siro, Role::Section151]),
    ];
    let reported = GateRule::Reported {
        any_of: [SourceKind::Audit, SourceKind::Review, SourceKind::Assessment, SourceKind::Discovery].into(),
        within: Some(TimeLimit::Months(24)),
    };
    let review = vec![reported, closed, GateRule::FindingsPlanned, GateRule::ActionsOnTime];
    for (id, framework, requirements, gates, certificate, graded) in [
        ("caf-3.2", Some("caf-3.2"), 39, caf.clone(), None, true),
        ("caf-4.0", Some("caf-4.0"), 41, caf, None, true),
        ("cyber-essentials", Some("cyber-essentials-3.3"), 33, cyber_essentials, Some(year), false),
        ("review", None, 0, review, None, false),
    ] {
        let scheme = &catalogue.schemes[id];
        assert_eq!(scheme.framework.as_ref().map(|framework| framework.as_str()), framework, "{id}");
        let rules: Vec<GateRule> = scheme.gates.iter().map(|gate| gate.rule.clone()).collect();
        assert_eq!((rules, scheme.certificate), (gates, certificate), "{id}");
        assert_eq!(matches!(scheme.grading, Grading::Indicators(_)), graded, "{id}");
        let asked = framework.map_or(&[][..], |framework| catalogue.frameworks[framework].requirements.as_slice());
        assert_eq!((asked.len(), scheme.evidence.len()), (requirements, requirements), "{id}");
        for requirement in asked {
            let rules = scheme.evidence.get(&requirement.number);
            assert!(rules.is_some_and(|rules| !rules.is_empty()), "{id}: {} has a rule", requirement.number);
        }
        assert_eq!(scheme.threshold, Severity::High, "{id}");
    }
    let known: Vec<String> = catalogue.schemes.keys().map(ToString::to_string).collect();
    assert_eq!(known, ["caf-3.2", "caf-4.0", "cyber-essentials", "psn", "review"], "the table names every one");
    assert_eq!(
        catalogue.schemes["review"].findings_of,
        [SourceKind::Audit, SourceKind::Review, SourceKind::Assessment, SourceKind::Discovery].into()
    );
    for scheme in catalogue.schemes.values() {
        for gate in &scheme.gates {
            assert!(!gate.remedy.as_str().is_empty() && !gate.source.as_str().is_empty(), "{} {}", scheme.id, gate.id);
        }
    }
}
