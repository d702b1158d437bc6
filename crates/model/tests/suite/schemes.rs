//! Random schemes: every kind of gate, limit, evidence rule and grading in any combination. The laws of the figure hold
//! whatever the rules are.

use portreeve_model::standards::Scheme;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// The grades of a random grading, the lowest first. Its columns have the same names.
pub(crate) const GRADES: [&str; 3] = ["not-achieved", "partially-achieved", "achieved"];

const SEVERITIES: [&str; 5] = ["informational", "low", "medium", "high", "critical"];

/// Any scheme for the framework of the stories, or for none.
pub(crate) fn random_scheme() -> impl Strategy<Value = Scheme> {
    let framework = prop::bool::weighted(0.85);
    let followed = prop::option::weighted(0.2, prop::sample::subsequence(vec!["audit", "it-health-check"], 1..=2));
    let evidence = prop::option::of(vec(rule(), 1..3));
    (framework, severity(), followed, grading(), vec(gate(), 1..7), evidence, 0..30_u16).prop_map(
        |(framework, threshold, followed, grading, gates, evidence, at_risk)| {
            let gates: Vec<Value> = (0..).zip(gates).map(|(at, gate)| numbered(at, gate)).collect();
            let mut scheme = json!({
                "id": "psn", "title": "Random", "source": "Drawn by lot", "threshold": threshold,
                "findings_of": followed.unwrap_or_default(), "grading": grading, "at_risk_days": at_risk,
                "gates": gates, "pack": [],
                "evidence": evidence.map(|rules| json!({ "R2": rules })).unwrap_or_else(|| json!({})),
                "particulars": [{ "id": "environment", "title": "Environment name" }],
            });
            if framework {
                scheme["framework"] = json!("psn-coco-1.32");
            }
            serde_json::from_value(scheme).unwrap()
        },
    )
}

/// A gate under a number. That for plans says so: opening an action again may help it.
fn numbered(at: u32, rule: Value) -> Value {
    let planned = rule["kind"] == "findings-planned";
    let will_do = rule["kind"] == "findings-closed" && at.is_multiple_of(2);
    let id = format!("{}-{at}", if planned { "planned" } else { "gate" });
    json!({ "id": id, "title": "A gate", "source": "Drawn by lot", "remedy": "Do it", "plan_will_do": will_do, "rule": rule })
}

fn severity() -> impl Strategy<Value = &'static str> {
    prop::sample::select(SEVERITIES.to_vec())
}

fn limit() -> impl Strategy<Value = Value> {
    prop_oneof![
        (1..24_u8).prop_map(|months| json!({ "months": months })),
        (1..400_u16).prop_map(|days| json!({ "days": days }))
    ]
}

fn rule() -> impl Strategy<Value = Value> {
    let kinds = vec!["network-diagram", "policy", "health-check-report", "configuration-export", "retest-result"];
    (prop::sample::subsequence(kinds, 1..4), prop::option::of(limit())).prop_map(|(any_of, within)| match within {
        Some(within) => json!({ "any_of": any_of, "within": within }),
        None => json!({ "any_of": any_of }),
    })
}

fn gate() -> impl Strategy<Value = Value> {
    let with = |kind: &'static str| {
        move |mut rule: Value| {
            rule["kind"] = json!(kind);
            rule
        }
    };
    let by = prop::sample::subsequence(vec!["signatory", "siro", "head-of-ict"], 1..=3);
    prop_oneof![
        rule().prop_map(with("evidence")),
        Just(json!({ "kind": "particulars" })),
        (limit(), by).prop_map(|(within, by)| json!({ "kind": "signature", "within": within, "by": by })),
        Just(json!({ "kind": "requirements-ready" })),
        severity().prop_map(|at_or_above| json!({ "kind": "findings-closed", "at_or_above": at_or_above })),
        (severity(), limit()).prop_map(|(at_or_above, within)| {
            json!({ "kind": "findings-closed-within", "at_or_above": at_or_above, "within": within })
        }),
        Just(json!({ "kind": "findings-planned" })),
        Just(json!({ "kind": "actions-on-time" })),
        prop::option::of(limit()).prop_map(|within| match within {
            Some(within) => json!({ "kind": "reported", "any_of": ["audit", "it-health-check"], "within": within }),
            None => json!({ "kind": "reported", "any_of": ["review"] }),
        }),
    ]
}

fn grading() -> impl Strategy<Value = Value> {
    let grade = || prop::sample::select(GRADES.to_vec());
    let one = (grade(), prop::bool::ANY, grade()).prop_map(
        |(column, all, grade)| json!({ "column": column, "when": if all { "all" } else { "any" }, "grade": grade }),
    );
    let indicators = (vec(one, 0..5), grade()).prop_map(|(rules, otherwise)| {
        let grades = GRADES.map(|id| json!({ "id": id, "title": id }));
        json!({ "kind": "indicators", "grades": grades, "rules": rules, "otherwise": otherwise })
    });
    prop_oneof![Just(json!({ "kind": "ready" })), indicators]
}
