//! Risk acceptance: by a role that reaches so far, until a day, for what was known.

use portreeve_model::Refusal;
use portreeve_model::standing::FindingStanding;
use serde_json::json;

use super::drafts::*;
use super::story::{Story, refuses};

const ON: &str = "2018-10-01";

#[test]
fn a_role_accepts_as_far_as_it_reaches() {
    // Who accepts, and the worst severity they may.
    let ranks = ["informational", "low", "medium", "high", "critical"];
    for (who, reach) in [("siro", 5), ("head", 3), ("officer", 0), ("treasurer", 0), ("chief", 0), ("member", 0)] {
        for (rank, severity) in ranks.iter().enumerate() {
            let mut story = Story::new();
            story.record("officer", ON, finding("F-1", severity));
            let acceptance = accepted("RA-1", &["F-1"], "2018-12-31").with("accepted_by", who);
            if rank < reach {
                story.record(who, ON, acceptance);
            } else {
                refuses!(story, who, ON, acceptance, Refusal::BeyondReach { .. });
            }
        }
    }
}

#[test]
fn the_worst_finding_of_an_acceptance_decides_who_may() {
    let mut story = Story::new();
    story.record("officer", ON, finding("F-1", "low"));
    story.record("officer", ON, finding("F-2", "high"));
    let by_head = |findings: &[&str]| accepted("RA-1", findings, "2018-12-31").with("accepted_by", "head");
    refuses!(story, "head", ON, by_head(&["F-1", "F-2"]), Refusal::BeyondReach { .. });
    story.record("head", ON, by_head(&["F-1"]));
}

#[test]
fn somebody_else_records_an_acceptance_only_with_the_minute() {
    let mut story = Story::with_work_on(&["h1"]);
    let acceptance = accepted("RA-1", &["F-1"], "2018-12-31");
    refuses!(story, "officer", ON, acceptance.clone(), Refusal::NoPaper { paper: "minute", .. });
    refuses!(story, "checker", ON, acceptance.clone().with("minute", "Minute 9"), Refusal::NotAllowed { .. });
    story.clone().record("siro", ON, acceptance.clone());
    story.record("officer", ON, acceptance.with("minute", "Minute 9"));
}

#[test]
fn an_acceptance_names_findings_hosts_and_a_day_still_to_come() {
    let mut story = Story::with_work_on(&["h1"]);
    refuses!(story, "siro", ON, accepted("RA-1", &[], "2018-12-31"), Refusal::NoneNamed { what: "finding" });
    refuses!(story, "siro", ON, accepted("RA-1", &["F-9"], "2018-12-31"), Refusal::Unknown { .. });
    let host = accepted("RA-1", &[], "2018-12-31").on_hosts("findings", "F-1", &["h9"]);
    refuses!(story, "siro", ON, host, Refusal::NoSuchHost { .. });
    refuses!(story, "siro", ON, accepted("RA-1", &["F-1"], "2018-09-30"), Refusal::WrongOrder { .. });
    story.record("siro", ON, accepted("RA-1", &["F-1"], ON));
    refuses!(story, "siro", ON, accepted("RA-1", &["F-1"], ON), Refusal::Taken { .. });
}

#[test]
fn an_acceptance_ends_by_itself_the_day_after_its_last() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("siro", ON, accepted("RA-1", &["F-1"], "2018-12-31"));
    let FindingStanding::Accepted { risks, until } = story.standing("F-1", "2018-12-31") else {
        panic!("not accepted")
    };
    assert_eq!((risks.len(), until.iso()), (1, "2018-12-31".to_owned()));
    assert_eq!(story.open_hosts("F-1", "2019-01-01"), ["h1"]);
}

#[test]
fn of_two_acceptances_the_later_day_counts_and_of_two_hosts_the_earlier() {
    let mut story = Story::with_work_on(&["h1", "h2"]);
    story.record("siro", ON, accepted("RA-1", &["F-1"], "2018-11-30"));
    story.record("siro", ON, accepted("RA-2", &[], "2018-12-31").on_hosts("findings", "F-1", &["h1"]));
    let FindingStanding::Accepted { until, .. } = story.standing("F-1", ON) else { panic!("not accepted") };
    assert_eq!(until.iso(), "2018-11-30", "then h2 opens");
    assert_eq!(story.open_hosts("F-1", "2018-12-31"), ["h2"]);
    assert_eq!(story.open_hosts("F-1", "2019-01-01"), ["h1", "h2"]);
}

#[test]
fn an_acceptance_does_not_cover_hosts_named_later() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("siro", ON, accepted("RA-1", &["F-1"], "2018-12-31"));
    story.record("officer", ON, hosts_added("F-1", &["h2"]));
    assert_eq!(story.open_hosts("F-1", ON), ["h2"]);
    story.record("siro", ON, accepted("RA-2", &["F-1"], "2018-12-31"));
    assert!(!story.standing("F-1", ON).is_open());
}

#[test]
fn accepted_is_not_fixed() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("siro", ON, accepted("RA-1", &["F-1"], "2018-12-31"));
    let count = story.ready(ON).findings;
    assert_eq!((count.accepted, count.fixed, count.closed()), (1, 0, 0));
}

#[test]
fn an_acceptance_ends_early_once() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("siro", ON, accepted("RA-1", &["F-1"], "2018-12-31"));
    refuses!(story, "officer", ON, acceptance_withdrawn("RA-9"), Refusal::Unknown { .. });
    refuses!(story, "checker", ON, acceptance_withdrawn("RA-1"), Refusal::NotAllowed { .. });
    story.clone().record("siro", ON, acceptance_withdrawn("RA-1"));
    story.record("officer", ON, acceptance_withdrawn("RA-1"));
    assert_eq!(story.open_hosts("F-1", ON), ["h1"]);
    refuses!(story, "officer", ON, acceptance_withdrawn("RA-1"), Refusal::AcceptanceOver { .. });
}

#[test]
fn an_acceptance_of_one_host_leaves_the_others_open() {
    let mut story = Story::new();
    story.record("officer", ON, finding("F-1", "high").with("hosts", json!(["h1", "h2"])));
    story.record("siro", ON, accepted("RA-1", &[], "2018-12-31").on_hosts("findings", "F-1", &["h1"]));
    assert_eq!(story.open_hosts("F-1", ON), ["h2"]);
}

#[test]
fn an_acceptance_ends_where_a_later_grade_goes_beyond_its_reach() {
    let mut story = Story::new();
    story.record("officer", ON, finding("F-1", "medium"));
    story.record("head", ON, accepted("RA-1", &["F-1"], "2018-12-31").with("accepted_by", "head"));
    assert!(matches!(story.standing("F-1", ON), FindingStanding::Accepted { .. }));
    story.record("officer", ON, corrected("F-1").with("severity", "high"));
    assert!(story.standing("F-1", ON).is_open(), "the head of ICT accepts no high risk");
}
