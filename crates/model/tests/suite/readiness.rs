//! Readiness: gates decide, the figure stands beside them, and neither flatters.

use portreeve_model::readiness::{Blocker, Share, Verdict};
use portreeve_model::standing::PlanFault;
use serde_json::json;

use super::drafts::*;
use super::story::{Story, day, refuses};

const ON: &str = "2018-10-01";

/// Evidence of a kind for requirements, accepted by a second person.
fn bring(story: &mut Story, id: &str, kind: &str, numbers: &[&str]) {
    let numbers: Vec<_> = numbers.iter().map(|number| requirement(number)).collect();
    story.record("owner", "2018-09-05", evidence(id, &[]).with("evidence_kind", kind).with("requirements", numbers));
    story.record("checker", "2018-09-05", checked(id, true));
}

/// Everything the scheme asks for.
fn complete() -> Story {
    let mut story = Story::new();
    bring(&mut story, "E-1", "health-check-report", &["R1", "R3", "R4", "R5", "R6"]);
    bring(&mut story, "E-2", "network-diagram", &["R2"]);
    bring(&mut story, "E-3", "policy", &["R2"]);
    for number in ["R1", "R2", "R3", "R4", "R5", "R6"] {
        story.record("officer", "2018-09-06", stated(number));
    }
    story.record("officer", "2018-09-06", particulars(&[("environment", "Shared"), ("users", "1,100")]));
    story.record("chief", "2018-09-06", signed("chief", "2018-09-06"));
    story
}

#[test]
fn a_complete_register_would_pass_and_only_all_is_all() {
    let story = complete();
    let answer = story.ready(ON);
    assert_eq!(answer.verdict, Verdict::WouldPass, "{:?}", answer.gates);
    assert_eq!(answer.verified, Share { part: 6, whole: 6 });
    assert_eq!(answer.verified.percent(), Some(100));
    assert_eq!(Share { part: 199, whole: 200 }.percent(), Some(99), "never rounded up");
}

#[test]
fn a_register_in_which_nothing_was_said_is_ready_for_nothing() {
    let story = Story::new();
    let answer = story.ready(ON);
    assert_eq!((answer.verdict, answer.verified), (Verdict::WouldNotPass, Share { part: 0, whole: 6 }));
}

#[test]
fn nothing_applicable_gives_no_figure_and_never_a_hundred() {
    let mut empty = Story::new();
    empty.framework.requirements.clear();
    let mut excluded_all = Story::new();
    for number in ["R1", "R2", "R3", "R4", "R5", "R6"] {
        excluded_all.record("officer", ON, excluded(number));
        excluded_all.record("checker", ON, exclusion_checked(number, true));
    }
    for story in [empty, excluded_all] {
        let answer = story.ready(ON);
        assert_eq!((answer.verified.whole, answer.verified.percent()), (0, None));
        assert_eq!((answer.claimed.whole, answer.claimed.percent()), (0, None));
        assert!(!answer.verified.to_string().contains('%'), "{}", answer.verified);
    }
}

#[test]
fn each_gate_fails_for_its_own_reason() {
    type Break = fn(&mut Story);
    let breaks: [(&str, Break); 5] = [
        ("health-check", |story| {
            story.record("officer", ON, evidence_withdrawn("E-1"));
        }),
        ("form", |story| {
            story.scheme.particulars.push(serde_json::from_str(r#"{"id":"sites","title":"Sites"}"#).unwrap())
        }),
        ("signature", |story| {
            story.record("officer", ON, evidence("E-9", &[]));
            story.record("officer", ON, signed("chief", ON).with("form", "E-9"));
        }),
        ("closed", |story| {
            story.record("officer", ON, finding("F-1", "high"));
            story.record("officer", ON, action("A-1", &["F-1"]));
        }),
        ("planned", |story| {
            story.record("officer", ON, finding("F-1", "low"));
        }),
    ];
    for (id, break_it) in breaks {
        let mut story = complete();
        break_it(&mut story);
        let failing: Vec<_> =
            story.ready(ON).gates.into_iter().filter(|gate| !gate.passes()).map(|gate| gate.id).collect();
        assert_eq!(failing, [id]);
    }
}

#[test]
fn a_realistic_plan_is_enough_where_the_scheme_says_so() {
    let mut story = complete();
    story.record("officer", ON, finding("F-1", "high"));
    story.record("officer", ON, action("A-1", &["F-1"]));
    assert_eq!(story.ready(ON).verdict, Verdict::WouldPassWithPlan);
    assert_eq!(story.ready("2018-12-31").verdict, Verdict::WouldPassWithPlan);
    assert_eq!(story.ready("2019-01-01").verdict, Verdict::WouldNotPass, "a late plan convinces nobody");
}

#[test]
fn a_plan_without_a_date_means_or_decision_is_not_realistic() {
    for (field, value, fault) in [
        ("due", json!({ "no-date": "Not known" }), "no-date"),
        ("budget", json!("no"), "no-means"),
        ("resources", json!("no"), "no-means"),
        ("after_decisions", json!(["D-1"]), "undecided"),
    ] {
        let mut story = complete();
        story.record("officer", ON, decision("D-1"));
        story.record("officer", ON, finding("F-1", "high"));
        story.record("officer", ON, action("A-1", &["F-1"]).with(field, value));
        assert_eq!(story.ready(ON).verdict, Verdict::WouldNotPass, "{field}");
        let blockers = serde_json::to_string(&story.gate("closed", ON).blockers).unwrap();
        assert!(blockers.contains(fault), "{blockers}");
    }
}

/// What is wrong with the plan for F-1.
fn faults(story: &Story, on: &str) -> Vec<PlanFault> {
    match story.gate("closed", on).blockers.as_slice() {
        [Blocker::FindingOpen { faults, .. }] => faults.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn evidence_taken_back_does_not_turn_finished_work_into_a_plan() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("officer", ON, hosts_added("F-1", &["h2"]));
    assert_eq!(faults(&story, ON), [PlanFault::NoAction], "the work was done before h2 was named");
    story.record("owner", ON, evidence_withdrawn("E-1"));
    assert_eq!(faults(&story, ON), [PlanFault::NoAction]);
    story.record("officer", ON, reopened("A-1"));
    assert_eq!(faults(&story, ON), [], "opened again, it is work with an owner and a date");
}

#[test]
fn a_plan_does_not_cover_for_another_action_whose_evidence_was_taken_back() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("officer", ON, action("A-2", &["F-1"]));
    assert_eq!(faults(&story, ON), []);
    story.record("owner", ON, evidence_withdrawn("E-1"));
    assert_eq!(faults(&story, ON), [PlanFault::NoAction], "A-1 closes it too, and nobody is working on it");
}

#[test]
fn every_finding_that_a_report_counts_is_accounted_for() {
    let mut story = complete();
    story.record("officer", ON, source("AUDIT").with("findings_reported", 2));
    let answer = story.ready(ON);
    assert_eq!((answer.findings.unaccounted, answer.findings.total), (2, 2));
    assert_eq!(story.gate("planned", ON).blockers.len(), 1);
    assert_eq!(answer.verdict, Verdict::WouldNotPass);
    for id in ["F-1", "F-2"] {
        story.record("officer", ON, finding(id, "low").with("source", "AUDIT"));
        story.record("officer", ON, action(&id.replace('F', "A"), &[id]));
    }
    assert_eq!(story.ready(ON).findings.unaccounted, 0);
    assert!(story.gate("planned", ON).passes());
}

#[test]
fn a_finding_linked_to_no_requirement_still_concerns_the_scheme() {
    let mut story = complete();
    story.record("officer", ON, finding("F-1", "critical").with("requirements", json!([])));
    assert!(!story.gate("closed", ON).passes());
    assert_eq!(story.ready_for("SBC", day(ON)).findings.total, 0, "and only whom it names");
}

#[test]
fn old_evidence_and_old_signatures_stop_counting_on_the_day_they_run_out() {
    let story = complete();
    for (gate, last, first) in [("signature", "2019-03-05", "2019-03-06"), ("health-check", "2019-09-04", "2019-09-05")]
    {
        assert!(story.gate(gate, last).passes(), "{gate}");
        assert!(!story.gate(gate, first).passes(), "{gate}");
    }
    assert!(story.is_ready("R2", "2019-03-04"));
    assert!(!story.is_ready("R2", "2019-03-05"), "the diagram is six months old");
}

#[test]
fn each_kind_of_evidence_a_requirement_needs_is_needed() {
    let mut story = Story::new();
    story.record("officer", "2018-09-05", stated("R2"));
    bring(&mut story, "E-1", "network-diagram", &["R2"]);
    assert!(!story.is_ready("R2", ON));
    bring(&mut story, "E-2", "configuration-export", &["R2"]);
    assert!(!story.is_ready("R2", ON), "another kind does not stand in");
    bring(&mut story, "E-3", "policy", &["R2"]);
    assert!(story.is_ready("R2", ON));
}

#[test]
fn weak_evidence_never_makes_a_requirement_ready() {
    let mut story = Story::new();
    story.record("officer", "2018-09-05", stated("R1"));
    let word = evidence("E-1", &[]).with("content", word()).with("requirements", json!([requirement("R1")]));
    story.record("owner", "2018-09-05", word);
    story.record("checker", "2018-09-05", checked("E-1", true));
    bring(&mut story, "E-2", "supplier-email", &["R1"]);
    assert!(!story.is_ready("R1", ON));
    bring(&mut story, "E-3", "screenshot", &["R1"]);
    assert!(story.is_ready("R1", ON));
}

#[test]
fn a_finding_below_the_threshold_does_not_hold_a_requirement_up() {
    for (severity, ready) in [("informational", true), ("low", true), ("medium", false), ("high", false)] {
        let mut story = complete();
        story.record("officer", ON, finding("F-1", severity));
        assert_eq!(story.is_ready("R1", ON), ready, "{severity}");
        assert!(story.is_ready("R3", ON), "another requirement is not touched");
    }
}

#[test]
fn what_owners_say_stands_beside_what_was_checked() {
    let mut story = Story::new();
    story.record("officer", "2018-09-05", stated("R1"));
    story.record("owner", "2018-09-05", evidence("E-1", &[]).with("requirements", json!([requirement("R1")])));
    let answer = story.ready(ON);
    assert_eq!((answer.claimed.part, answer.verified.part), (1, 0));
    story.record("checker", ON, checked("E-1", true));
    let answer = story.ready(ON);
    assert_eq!((answer.claimed.part, answer.verified.part), (1, 1));
}

#[test]
fn growth_is_counted_from_the_baseline() {
    let mut story = Story::with_work_on(&["h1"]);
    assert_eq!(story.ready(ON).scope.baseline, None);
    story.record("officer", "2018-09-10", baseline());
    story.record("officer", ON, finding("F-2", "low"));
    story.record("officer", ON, action("A-2", &["F-2"]));
    story.record("officer", ON, action("A-3", &["F-2"]));
    story.record("officer", ON, action_withdrawn("A-3"));
    let scope = story.ready(ON).scope;
    assert_eq!((scope.actions_then, scope.findings_then, scope.baseline), (1, 1, Some(day("2018-09-10"))));
    assert_eq!((scope.actions_added.len(), scope.findings_added.len()), (1, 1));
}

#[test]
fn the_first_step_is_the_one_that_is_waited_for() {
    let mut story = complete();
    story.record("officer", ON, finding("F-1", "high"));
    let first = |story: &Story| serde_json::to_value(&story.ready(ON).steps[0].remedy).unwrap();
    assert_eq!(first(&story), json!({ "step": "plan-finding", "finding": "F-1" }));
    story.record("officer", ON, decision("D-1"));
    story.record("officer", ON, action("A-1", &["F-1"]).with("after_decisions", json!(["D-1"])));
    assert_eq!(first(&story), json!({ "step": "decide", "decision": "D-1" }));
    story.record("officer", ON, taken("D-1", "A", ON));
    assert_eq!(first(&story), json!({ "step": "finish-action", "action": "A-1" }));
    story.record("owner", ON, claimed("A-1", ON));
    assert_eq!(first(&story), json!({ "step": "add-evidence", "action": "A-1" }));
    story.record("owner", ON, evidence("E-9", &["A-1"]));
    assert_eq!(first(&story), json!({ "step": "check-evidence", "evidence": "E-9" }));
    story.record("checker", ON, checked("E-9", true));
    assert_eq!(first(&story), json!({ "step": "verify-action", "action": "A-1" }));
    refuses!(story, "owner", ON, verified("A-1"), portreeve_model::Refusal::NotAllowed { .. });
    story.record("checker", ON, verified("A-1"));
    assert!(story.ready(ON).steps.is_empty());
}
