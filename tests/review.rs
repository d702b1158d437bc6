//! Following reviews and audits up: findings alone, no figure, and dates that do not move.

use std::fs;

use crate::support::{Place, day, steady};

/// A review and an audit with a finding each, agreed and in time.
fn followed() -> Place {
    let place = Place::newly_made();
    let _ = place.run("scheme adopt review").fine().says("Next: portreeve source add");
    for line in [
        format!("source add SOC \"Socitm review\" --kind review --author Socitm --on {} --findings 1", day(-60)),
        format!("source add SIAS \"Disaster recovery\" --kind audit --author SIAS --on {} --findings 1", day(-50)),
        "finding raise SOC \"Nobody owns the patching policy\" --severity High --host council".to_owned(),
        "finding raise SIAS \"Recovery is not tested\" --severity Medium --host council".to_owned(),
        format!("action add \"Write the policy @network-officer by {} fixes SOC-001\"", day(40)),
        format!("action add \"Test recovery @network-officer by {} fixes SIAS-001\"", day(50)),
    ] {
        let _ = place.run(&line).fine();
    }
    place
}

#[test]
fn a_review_is_followed_without_a_figure() {
    let place = followed();
    let ran = place.run("readiness").fine().says("verified no figure · claimed no figure");
    assert!(!ran.out.contains("keeps a requirement from"), "there is none: {}", ran.out);
    let _ = place.run("status").fine().says("no figure");
    let next = place.run("next").fine();
    assert!(!next.out.contains("No requirement becomes ready"), "{}", next.out);

    let _ = place.run("readiness --html board.html").fine();
    let board = fs::read_to_string(place.path("board.html")).unwrap();
    assert!(board.contains("It has no requirements of its own, so there is no figure."), "{board}");
    assert!(!board.contains("0 of 0 requirements"), "{board}");
    let _ = place.run("pack build pack").fine();
    let page = fs::read_to_string(place.path("pack/index.html")).unwrap();
    assert!(page.contains("so there is no figure.") && !page.contains("0 of 0 requirements"), "{page}");
    let _ = place.run("pack verify pack --key pack.allowed_signers --checkpoint pack.checkpoint").fine();
}

#[test]
fn a_priority_that_nobody_has_planned_is_said_twice() {
    let place = Place::newly_made();
    let _ = place.run("scheme adopt review").fine();
    let line = format!("source add SOC \"Socitm review\" --kind review --author Socitm --on {} --findings 2", day(-60));
    let _ = place.run(&line).fine();
    let _ = place.run("finding raise SOC \"Nobody owns the patching policy\" --severity High --host council").fine();
    insta::assert_snapshot!("review_readiness", steady(&place.run("readiness").exits(1).out));
}

#[test]
fn findings_of_other_work_stay_out() {
    let place = followed();
    let line = format!("source add ITHC-1 \"Health check\" --kind it-health-check --author Testers --on {}", day(-3));
    let _ = place.run(&line).fine();
    let _ = place.run("finding raise ITHC-1 \"Old cipher\" --severity Critical --host web").fine();
    let ran = place.run("readiness").fine().says("2 findings: 0 closed with evidence, 2 open");
    assert!(!ran.out.contains("ITHC-1-001"), "{}", ran.out);
}

#[test]
fn what_a_report_counts_has_to_be_recorded_and_planned() {
    let place = followed();
    let line = format!("source add PEER \"Peer challenge\" --kind review --author Peers --on {} --findings 2", day(-9));
    let _ = place.run(&line).fine();
    let _ = place.run("finding raise PEER \"No risk register\" --severity Low --host council").fine();
    let _ = place
        .run("why all-planned")
        .exits(1)
        .says("PEER-001 (low) is open on council")
        .says("1 finding that PEER counts is not recorded.");
}

#[test]
fn a_moved_date_does_not_take_an_action_off_the_late_list() {
    let place = followed();
    let late = format!("action add \"Appoint an owner @network-officer by {} fixes SOC-001\" --already-late", day(-5));
    let _ = place.run(&late).fine();
    let says = "RAP-003 is 5 days late: Appoint an owner.";
    let _ = place.run("why on-time").exits(1).says(says);
    let moved = format!(
        "action move RAP-003 --to {} --reason \"no candidate\" --approved-by siro --minute \"Board, 4\"",
        day(90)
    );
    let _ = place.run(&moved).fine();
    let _ = place.run("why on-time").exits(1).says(says);
    let _ = place.run("action list --late").fine().says("RAP-003");
}

#[test]
fn with_several_schemes_nobody_and_two_gates_of_one_name_are_refused() {
    let place = Place::northmoor();
    let _ = place.run("scheme adopt review").fine();
    let _ = place.run("organisation add OTH \"Another\"").fine();
    for asking in ["readiness", "status", "next", "why"] {
        let line = format!("{asking} --organisation OTH");
        let _ = place.run(&line).exits(2).warns("`OTH` does not go for any adopted scheme");
    }
    let _ = place.run("framework adopt caf-3.2").fine();
    let _ = place.run("scheme adopt caf-3.2 --profile baseline --organisation NMB").fine();
    let _ = place.run("why findings-planned").exits(2).warns("say which with `--scheme`: caf-3.2, psn");
    let _ = place.run("why findings-planned --scheme psn").fine();
}
