//! What is missing from a submission: every kind of gate and pack content, several schemes, and days that lie ahead.

use serde_json::{Value, json};

use crate::support::{Place, day};

/// A scheme with every kind of gate and of pack content, each gate and item named after its kind.
fn every_kind() -> Value {
    let gate = |kind: &str, rest: Value| {
        let mut rule = rest;
        rule["kind"] = json!(kind);
        json!({ "id": kind, "title": format!("The gate {kind} passes"), "source": "Written for this test",
                "remedy": format!("Do what {kind} asks."), "rule": rule })
    };
    let item = |kind: &str, rest: Value| {
        let mut content = rest;
        content["kind"] = json!(kind);
        json!({ "id": format!("P-{kind}"), "title": format!("The {kind}"), "content": content })
    };
    let month = json!({ "days": 30 });
    json!({
        "id": "all", "title": "Every kind", "framework": "psn-coco-1.32", "source": "Written for this test",
        "threshold": "high", "at_risk_days": 14,
        "gates": [
            gate("evidence", json!({ "any_of": ["network-diagram"], "within": month })),
            gate("particulars", json!({})),
            gate("signature", json!({ "within": month, "by": ["siro"] })),
            gate("requirements-ready", json!({})),
            gate("findings-closed", json!({ "at_or_above": "high" })),
            gate("findings-closed-within", json!({ "at_or_above": "high", "within": { "days": 14 } })),
            gate("findings-planned", json!({})),
            gate("actions-on-time", json!({})),
            gate("reported", json!({ "any_of": ["audit"], "within": { "months": 24 } })),
        ],
        "particulars": [{ "id": "users", "title": "Number of users" }],
        "pack": [
            item("particulars", json!({})),
            item("signature", json!({})),
            item("plan", json!({})),
            item("requirements", json!({})),
            item("evidence", json!({ "any_of": ["policy"] })),
            { "id": "P-if-used", "title": "The cloud", "content": { "kind": "evidence", "any_of": ["cloud-assessment"] },
              "if_used": true },
        ],
    })
}

/// A register judged by that scheme, with an old diagram, a finding without a plan, and work that is late.
fn with_every_kind() -> Place {
    let place = Place::northmoor();
    place.write("all.json", &every_kind().to_string());
    place.write("network.svg", "<svg/>\n");
    for line in [
        "scheme adopt all all.json".to_owned(),
        format!("source add ITHC-1 \"IT health check\" --kind it-health-check --author Testers --on {}", day(-20)),
        "finding raise ITHC-1 \"Certificate has run out\" --severity high --host vpn01".to_owned(),
        "action add \"Renew it @network-officer by 1 March 2020\" --already-late".to_owned(),
        format!("evidence add network.svg --for PSN-ENV-DIAG --kind network-diagram --shows {}", day(-100)),
    ] {
        let _ = place.run(&line).fine();
    }
    let _ = place.by("checker", "evidence check E-0001").fine();
    place
}

/// The lines of the only organisation of the only scheme.
fn lines(object: &Value) -> &[Value] {
    object["schemes"][0]["organisations"][0]["missing"].as_array().unwrap()
}

fn line<'a>(object: &'a Value, code: &str) -> &'a Value {
    lines(object).iter().find(|line| line["code"] == code).unwrap_or_else(|| panic!("{code} in {object:#}"))
}

#[test]
fn every_kind_of_gate_and_of_pack_content_has_a_line() {
    let place = with_every_kind();
    let object = place.run("lint --scheme all --json").exits(1).json();
    let scheme = every_kind();
    for gate in scheme["gates"].as_array().unwrap() {
        let line = line(&object, gate["id"].as_str().unwrap());
        assert_eq!((&line["asked_by"], &line["remedy"]), (&json!("gate"), &gate["remedy"]));
        assert_eq!((&line["today"], &line["title"]), (&json!(true), &gate["title"]));
    }
    for kind in ["particulars", "signature", "plan", "requirements", "evidence"] {
        let line = line(&object, &format!("P-{kind}"));
        assert!(line["asked_by"] == "pack" && line["command"].as_str().unwrap().starts_with("portreeve "), "{line:#}");
    }
    assert!(lines(&object).iter().all(|line| line["code"] != "P-if-used"), "what is not used is not missing");
    let order: Vec<&str> = lines(&object).iter().map(|line| line["asked_by"].as_str().unwrap()).collect();
    assert!(order.is_sorted_by_key(|part| ["gate", "pack", "requirement"].iter().position(|known| known == part)));
    assert!(order.contains(&"requirement"));

    // The age stands in the rule's own unit, and what the gate says is not said again by the requirement.
    let diagram = line(&object, "evidence");
    let age = &diagram["ages"][0];
    assert_eq!((&age["age"], &age["limit"], &age["unit"]), (&json!(100), &json!(30), &json!("days")), "{diagram:#}");
    assert!(diagram["says"].as_str().unwrap().starts_with("The network diagram E-0001 is 100 days old on "));
    let late = line(&object, "findings-closed-within");
    assert_eq!((&late["ages"][0]["age"], &late["ages"][0]["limit"]), (&json!(20), &json!(14)));
    let sum = line(&object, "requirements-ready")["says"].as_str().unwrap();
    assert!(sum.starts_with("31 of the 31 requirements that apply are not ready on "), "{sum}");

    // People read the same facts, one line each.
    let text = place.run("lint --scheme all").exits(1).out;
    for line in lines(&object) {
        let (code, says) = (line["code"].as_str().unwrap(), line["says"].as_str().unwrap());
        let found = text.lines().filter(|shown| shown.contains(&format!("all {code} ")) && shown.contains(says));
        assert_eq!(found.count(), 1, "{code} {says}\n{text}");
    }
}

#[test]
fn what_goes_out_of_date_before_the_submission_is_told_with_its_day() {
    let place = with_every_kind();
    place.write("newer.svg", "<svg>newer</svg>\n");
    let newer = format!("evidence add newer.svg --for PSN-ENV-DIAG --kind network-diagram --shows {}", day(-10));
    let _ = place.run(&newer).fine();
    let _ = place.by("checker", "evidence check E-0002").fine();
    let _ = place.by("siro", &format!("organisation sign NMB --scheme all --signatory siro --on {}", day(-5))).fine();
    let now = place.run("lint --scheme all --json").exits(1).json();
    assert!(lines(&now).iter().all(|line| line["code"] != "evidence" && line["code"] != "signature"), "{now:#}");
    let then = place.run(&format!("lint --scheme all --on {} --json", day(40))).exits(1).json();
    for (code, from, words) in [
        ("evidence", day(20), "The network diagram E-0002 goes out of date on "),
        ("signature", day(25), "runs out on "),
    ] {
        let line = line(&then, code);
        assert_eq!((&line["from"], &line["today"]), (&json!(from), &json!(false)), "{line:#}");
        let says = line["says"].as_str().unwrap();
        assert!(says.contains(words) && says.contains(", before the submission on "), "{says}");
    }
    let gates: Vec<&Value> = lines(&then).iter().filter(|line| line["asked_by"] == "gate").collect();
    assert!(gates.is_sorted_by_key(|line| line["from"].as_str().unwrap_or_default()), "{gates:#?}");
    let text = place.run(&format!("lint --scheme all --on {}", day(40))).exits(1);
    let _ = text.says("of them only by then.");
    // The target is the day that is meant when none is named.
    let _ = place.run(&format!("scheme adopt all all.json --target {}", day(40))).fine();
    let meant = place.run("lint --scheme all --json").exits(1).json();
    assert_eq!(meant["schemes"][0]["submission_from"], "target");
    assert_eq!((&meant["schemes"][0]["submission"], &meant["missing"]), (&json!(day(40)), &then["missing"]));
}

#[test]
fn a_new_register_with_two_schemes_is_told_scheme_by_scheme() {
    let place = Place::northmoor();
    for line in [
        "scheme adopt psn --target 2099-03-31",
        "scheme adopt review --target 2099-06-30",
        "source add AUDIT-1 \"Audit of access\" --kind audit --author Auditors --on 2026-01-15 --findings 2",
        "finding raise AUDIT-1 \"Leavers keep their accounts\" --severity high",
    ] {
        let _ = place.run(line).fine();
    }
    let shown = place.run("lint").exits(1).out;
    let (dateless, last) = shown.trim_end().rsplit_once('\n').unwrap();
    assert!(last.starts_with("As known from ") && last.contains(", looked at on "), "{last}");
    insta::assert_snapshot!("lint_new", dateless);
    let one = place.run("lint --scheme review --organisation NMB").exits(1).out;
    assert!(!one.contains("psn") && one.contains("review high-priority"), "{one}");
}

#[test]
fn nothing_is_missing_where_nothing_is_asked_in_vain() {
    let place = Place::northmoor();
    let _ = place.run("scheme adopt review").fine();
    let reviewed = format!("source add REV-1 \"A review\" --kind review --author Reviewers --on {}", day(-20));
    let _ = place.run(&reviewed).fine();
    let clean = place.run("lint --scheme review").fine().says("Nothing is missing.\n");
    assert_eq!(clean.out.lines().filter(|line| line.contains("Nothing is missing")).count(), 1);
    let object = place.run("lint --scheme review --json").fine().json();
    assert_eq!((&object["missing"], lines(&object)), (&json!(0), [].as_slice()));
}

#[test]
fn what_makes_no_sense_is_refused_with_the_way_out() {
    let place = Place::northmoor();
    let _ = place.run(&format!("lint --on {}", day(-2))).exits(2).warns("add `--at DATE`");
    let _ = place.run("lint --organisation XYZ").exits(2).warns("there is no organisation `XYZ`");
    let _ = place.run("organisation add OTH \"Another\"").fine();
    let _ = place.run("lint --organisation OTH").exits(2).warns("does not go for any adopted scheme");
    let _ = place.run("lint --scheme psn --organisation OTH").exits(2).warns("does not go for the scheme `psn`");
    let empty = Place::new();
    let _ = empty.run("init --name Empty --as clerk").fine();
    let _ = empty.run("lint").exits(2).warns("scheme adopt");
}
