//! Sources and findings: nothing is re-graded silently, nothing closes because it was not looked at.

use portreeve_model::Refusal;
use portreeve_model::standing::{FindingStanding, Lens};
use serde_json::json;

use super::drafts::*;
use super::story::{Story, refuses};

const ON: &str = "2018-10-01";

/// Evidence of a re-test, added by the tester.
fn scan(id: &str) -> Draft {
    evidence(id, &[]).with("evidence_kind", "retest-result")
}

#[test]
fn a_source_is_known_by_one_reference_and_not_dated_ahead() {
    let mut story = Story::new();
    refuses!(story, "officer", ON, source("ITHC"), Refusal::Taken { noun: "source", .. });
    refuses!(story, "officer", ON, source("AUDIT").with("on", "2018-10-02"), Refusal::NotYet { .. });
    refuses!(story, "officer", ON, source("AUDIT").with("organisations", json!([])), Refusal::NoneNamed { .. });
    story.record("officer", ON, source("AUDIT").with("on", ON));
}

#[test]
fn a_finding_has_its_own_reference_and_its_own_place_in_a_known_report() {
    let mut story = Story::new();
    story.record("officer", ON, finding("F-1", "high"));
    refuses!(story, "officer", ON, finding("F-1", "high").with("order", 2), Refusal::Taken { noun: "finding", .. });
    refuses!(story, "officer", ON, finding("G-1", "high"), Refusal::Taken { .. });
    refuses!(story, "officer", ON, finding("F-2", "high").with("source", "AUDIT"), Refusal::Unknown { .. });
    let elsewhere = finding("F-2", "high").with("requirements", json!([requirement("R9")]));
    refuses!(story, "officer", ON, elsewhere, Refusal::NotARequirement { .. });
    let other_version = finding("F-2", "high").with("requirements", json!(["psn-coco-2.0:R1"]));
    refuses!(story, "officer", ON, other_version, Refusal::NotARequirement { .. });
    refuses!(
        story,
        "officer",
        ON,
        finding("F-2", "high").with("organisations", json!(["NHDC"])),
        Refusal::Unknown { .. }
    );
    story.record("officer", ON, finding("F-2", "high"));
}

#[test]
fn a_severity_that_differs_from_the_sources_own_needs_a_reason() {
    // The source's word, its score, ours, and whether a reason is needed.
    for (theirs, cvss, ours, needed) in [
        ("high", None, "high", false),
        ("high", None, "medium", true),
        ("HIGH", None, "medium", true),
        ("low", None, "critical", true),
        ("Severe", None, "low", false),
        ("Severe", Some("9.1"), "low", true),
        ("Severe", Some("9.1"), "critical", false),
        ("low", Some("7.0"), "high", false),
        ("low", Some("7.0"), "low", true),
    ] {
        let mut story = Story::new();
        let mut draft = finding("F-1", ours).with("source_severity", theirs);
        if let Some(cvss) = cvss {
            draft = draft.with("cvss", cvss);
        }
        if needed {
            refuses!(story, "officer", ON, draft.clone(), Refusal::SilentRegrade { .. });
            draft = draft.with("severity_reason", "The service is not exposed");
        }
        story.record("officer", ON, draft);
    }
}

#[test]
fn a_correction_says_something_and_keeps_the_sources_word() {
    let mut story = Story::with_work_on(&["h1"]);
    refuses!(story, "officer", ON, corrected("F-1"), Refusal::NothingChanges);
    refuses!(story, "officer", ON, corrected("F-9").with("title", "New"), Refusal::Unknown { .. });
    let unknown = corrected("F-1").with("requirements", json!([requirement("R9")]));
    refuses!(story, "head", ON, unknown, Refusal::NotARequirement { .. });
    refuses!(story, "officer", ON, corrected("F-1").with("severity", "low"), Refusal::OwnWork { did: "raised", .. });
    let fewer = corrected("F-1").with("requirements", json!([]));
    refuses!(story, "officer", ON, fewer, Refusal::OwnWork { did: "raised", .. });
    story.record("head", ON, corrected("F-1").with("severity", "low").with("title", "An old system"));
    let held = &story.register().findings["F-1"].event;
    assert_eq!(
        (held.severity.word(), held.source_severity.as_str(), held.title.as_str()),
        ("low", "high", "An old system")
    );
    assert!(held.severity_reason.is_some(), "the reason for the correction is the reason for the difference");
}

#[test]
fn whoever_owns_the_work_does_not_lower_the_severity_of_what_it_closes() {
    let mut story = Story::new();
    story.record("officer", ON, finding("F-1", "high"));
    story.record("officer", ON, action("A-1", &["F-1"]).with("owner", "head"));
    let low = corrected("F-1").with("severity", "low");
    refuses!(story, "head", ON, low.clone(), Refusal::OwnWork { did: "owns the work on", .. });
    story.record("head", ON, corrected("F-1").with("severity", "critical"));
    story.record("tester", ON, low);
}

#[test]
fn places_in_a_report_count_from_one_and_a_re_test_follows_its_report() {
    let mut story = Story::with_work_on(&["h1"]);
    refuses!(story, "officer", ON, finding("F-2", "low").with("order", 0), Refusal::Unknown { .. });
    story.record("tester", ON, scan("E-9"));
    let early = retested("F-1", "2001-01-01", &[("h1", "fixed")], "E-9");
    refuses!(story, "tester", ON, early, Refusal::WrongOrder { .. });
}

#[test]
fn a_finding_without_hosts_affects_the_whole_estate() {
    let mut story = Story::new();
    story.record("officer", ON, finding("F-1", "high"));
    assert_eq!(story.open_hosts("F-1", ON), ["whole estate"]);
}

#[test]
fn a_finding_closes_host_by_host() {
    let mut story = Story::new();
    story.record("officer", "2018-09-04", finding("F-1", "high").with("hosts", json!(["h1", "h2", "h3"])));
    story.record("officer", "2018-09-04", action("A-1", &[]).on_hosts("closes", "F-1", &["h1"]));
    story.record("officer", "2018-09-04", action("A-2", &[]).on_hosts("closes", "F-1", &["h2"]));
    for (n, left) in [(1, vec!["h2", "h3"]), (2, vec!["h3"])] {
        story.record("owner", "2018-09-05", evidence(&format!("E-{n}"), &[&format!("A-{n}")]));
        story.record("checker", "2018-09-05", checked(&format!("E-{n}"), true));
        story.record("owner", "2018-09-05", claimed(&format!("A-{n}"), "2018-09-05"));
        story.record("checker", "2018-09-05", verified(&format!("A-{n}")));
        assert_eq!(story.open_hosts("F-1", ON), left);
    }
    story.record("tester", ON, scan("E-3"));
    story.record("checker", ON, checked("E-3", true));
    story.record("tester", ON, retested("F-1", ON, &[("h3", "fixed")], "E-3"));
    story.record("checker", ON, checked("E-3", true));
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed);
}

#[test]
fn every_action_that_closes_a_host_has_to_be_verified() {
    let mut story = Story::verified_on(&["h1"]);
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed);
    story.record("officer", ON, action("A-2", &["F-1"]));
    assert_eq!(story.open_hosts("F-1", ON), ["h1"]);
    story.record("officer", ON, action_withdrawn("A-2"));
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed);
}

#[test]
fn hosts_added_after_a_verified_action_are_open_again() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("officer", ON, hosts_added("F-1", &["h1", "h2"]));
    assert_eq!(story.open_hosts("F-1", ON), ["h2"], "h1 was named before and stays fixed");
}

#[test]
fn a_new_action_for_hosts_added_later_closes_them() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("officer", "2018-09-09", hosts_added("F-1", &["h2"]));
    story.record("officer", "2018-09-09", action("A-2", &[]).on_hosts("closes", "F-1", &["h2"]));
    story.record("owner", "2018-09-09", evidence("E-2", &["A-2"]));
    story.record("checker", "2018-09-09", checked("E-2", true));
    story.record("owner", "2018-09-09", claimed("A-2", "2018-09-09"));
    assert_eq!(story.open_hosts("F-1", ON), ["h2"], "a claim alone closes nothing");
    story.record("checker", "2018-09-09", verified("A-2"));
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed);
}

#[test]
fn a_verification_after_new_hosts_were_named_is_about_them_too_and_so_is_the_claim() {
    let mut story = Story::claimed_on(&["h1"]);
    story.record("officer", "2018-09-08", hosts_added("F-1", &["h2"]));
    assert_eq!(
        story.standing_by("F-1", ON, Lens::Claimed),
        FindingStanding::Open { hosts: vec!["h2".parse().unwrap()] }
    );
    story.record("checker", "2018-09-09", verified("A-1"));
    for lens in [Lens::Claimed, Lens::Verified] {
        assert_eq!(story.standing_by("F-1", ON, lens), FindingStanding::Fixed, "{lens:?}");
    }
}

#[test]
fn more_hosts_means_hosts_that_were_not_there() {
    let mut story = Story::with_work_on(&["h1"]);
    refuses!(story, "officer", ON, hosts_added("F-1", &["h1"]), Refusal::NothingChanges);
    refuses!(story, "officer", ON, hosts_added("F-1", &[]), Refusal::NoneNamed { what: "host" });
    refuses!(story, "officer", ON, hosts_added("F-9", &["h2"]), Refusal::Unknown { .. });
    story.record("officer", ON, hosts_added("F-1", &["h2"]));
}

#[test]
fn a_finding_has_a_limit_of_hosts_however_they_come() {
    let mut story = Story::new();
    let hosts = |from: usize, to: usize| (from..to).map(|n| format!("h{n}")).collect::<Vec<_>>();
    refuses!(story, "officer", ON, finding("F-1", "high").with("hosts", hosts(0, 10_001)), Refusal::TooMany { .. });
    story.record("officer", ON, finding("F-1", "high").with("hosts", hosts(0, 9_999)));
    refuses!(story, "officer", ON, hosts_added("F-1", &["x1", "x2"]), Refusal::TooMany { .. });
    story.record("officer", ON, hosts_added("F-1", &["x1"]));
}

#[test]
fn a_re_test_names_its_evidence_its_hosts_and_a_day_that_has_come() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("tester", ON, scan("E-1"));
    refuses!(story, "tester", ON, retested("F-1", "2018-10-02", &[("h1", "fixed")], "E-1"), Refusal::NotYet { .. });
    refuses!(story, "tester", ON, retested("F-1", ON, &[("h2", "fixed")], "E-1"), Refusal::NoSuchHost { .. });
    refuses!(story, "tester", ON, retested("F-1", ON, &[], "E-1"), Refusal::NoneNamed { what: "host" });
    refuses!(story, "tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-9"), Refusal::Unknown { .. });
    refuses!(story, "tester", ON, retested("F-9", ON, &[("h1", "fixed")], "E-1"), Refusal::Unknown { .. });
    story.record("tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-1"));
}

#[test]
fn a_fix_by_re_test_counts_once_its_evidence_is_checked() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("tester", ON, scan("E-1"));
    story.record("tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-1"));
    assert!(story.standing("F-1", ON).is_open());
    assert_eq!(story.standing_by("F-1", ON, Lens::Claimed), FindingStanding::Fixed);
    story.record("checker", ON, checked("E-1", true));
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed);
    story.record("tester", ON, evidence_withdrawn("E-1"));
    assert!(story.standing("F-1", ON).is_open(), "what it rests on is gone");
}

#[test]
fn a_re_test_that_is_only_someones_word_fixes_nothing() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("tester", ON, scan("E-1").with("content", word()));
    story.record("tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-1"));
    story.record("checker", ON, checked("E-1", true));
    assert!(story.standing("F-1", ON).is_open());
}

#[test]
fn an_earlier_check_does_not_cover_a_fix_that_its_adder_reads_into_the_evidence_later() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("officer", ON, scan("E-1"));
    story.record("checker", ON, checked("E-1", true));
    let mut another = story.clone();
    story.record("officer", ON, retested("F-1", ON, &[("h1", "fixed")], "E-1"));
    assert!(story.standing("F-1", ON).is_open(), "nobody else has seen what the officer read in it");
    story.record("checker", ON, checked("E-1", true));
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed);
    another.record("tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-1"));
    assert_eq!(another.standing("F-1", ON), FindingStanding::Fixed, "the tester is the second person");
}

#[test]
fn could_not_tell_changes_nothing() {
    let closed = Story::verified_on(&["h1", "h2"]);
    let open = Story::with_work_on(&["h1", "h2"]);
    for mut story in [closed, open] {
        story.record("tester", ON, scan("E-9"));
        story.record("checker", ON, checked("E-9", true));
        let before = (story.standing("F-1", ON), story.ready(ON));
        let results = [("h1", "could-not-tell"), ("h2", "could-not-tell")];
        story.record("tester", ON, retested("F-1", ON, &results, "E-9"));
        let after = story.ready(ON);
        assert_eq!(story.standing("F-1", ON), before.0);
        assert_eq!((after.gates, after.requirements), (before.1.gates, before.1.requirements));
    }
}

#[test]
fn a_re_test_that_finds_it_still_there_opens_what_was_verified_and_only_there() {
    let mut story = Story::verified_on(&["h1", "h2"]);
    story.record("tester", ON, scan("E-9"));
    story.record("tester", ON, retested("F-1", ON, &[("h1", "still-there"), ("h2", "could-not-tell")], "E-9"));
    assert_eq!(story.open_hosts("F-1", ON), ["h1"]);
}

#[test]
fn a_bad_re_test_needs_no_check_to_open_and_a_good_one_does_to_close() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("tester", ON, scan("E-9"));
    story.record("tester", ON, retested("F-1", ON, &[("h1", "still-there")], "E-9"));
    assert!(story.standing("F-1", ON).is_open());
    story.record("tester", ON, scan("E-10"));
    story.record("tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-10"));
    assert!(story.standing("F-1", ON).is_open());
    story.record("checker", ON, checked("E-10", true));
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed);
}

#[test]
fn a_fix_from_before_the_day_it_was_still_there_does_not_close_it() {
    let mut story = Story::with_work_on(&["h1"]);
    for id in ["E-8", "E-9"] {
        story.record("tester", ON, scan(id));
        story.record("checker", ON, checked(id, true));
    }
    story.record("officer", ON, retested("F-1", "2018-09-20", &[("h1", "still-there")], "E-9"));
    story.record("officer", ON, retested("F-1", "2018-09-10", &[("h1", "fixed")], "E-8"));
    assert!(story.standing("F-1", ON).is_open(), "an older report entered late is not news");
    story.record("officer", ON, retested("F-1", "2018-09-20", &[("h1", "fixed")], "E-8"));
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed);
}

#[test]
fn evidence_that_it_is_still_there_does_not_support_the_requirement() {
    let mut story = Story::new();
    story.record("officer", ON, stated("R1"));
    story.record("officer", ON, finding("F-1", "low").with("hosts", json!(["h1"])));
    story.record("tester", ON, scan("E-1"));
    story.record("checker", ON, checked("E-1", true));
    for said in ["still-there", "could-not-tell"] {
        let mut story = story.clone();
        story.record("tester", ON, retested("F-1", ON, &[("h1", said)], "E-1"));
        assert!(!story.is_ready("R1", ON), "{said}");
    }
    story.record("tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-1"));
    story.record("checker", ON, checked("E-1", true));
    assert!(story.is_ready("R1", ON));
}

#[test]
fn a_later_action_closes_what_a_re_test_found_still_there_after_the_first() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("tester", "2018-09-10", scan("E-9"));
    story.record("tester", "2018-09-10", retested("F-1", "2018-09-10", &[("h1", "still-there")], "E-9"));
    story.record("officer", "2018-09-11", action("A-2", &["F-1"]));
    story.record("owner", "2018-09-12", evidence("E-2", &["A-2"]));
    story.record("checker", "2018-09-12", checked("E-2", true));
    story.record("owner", "2018-09-12", claimed("A-2", "2018-09-12"));
    story.record("checker", "2018-09-12", verified("A-2"));
    assert_eq!(story.standing("F-1", ON), FindingStanding::Fixed, "the last of its actions came after the re-test");
}

#[test]
fn a_second_person_checks_how_a_finding_ends_without_a_fix() {
    for proposer in ["officer", "head", "auditor", "tester"] {
        let mut story = Story::with_work_on(&["h1"]);
        refuses!(story, "checker", ON, conclusion_checked("F-1", true), Refusal::NothingToCheck { .. });
        story.record(proposer, ON, false_positive("F-1"));
        refuses!(story, proposer, ON, conclusion_checked("F-1", true), Refusal::OwnWork { did: "proposed", .. });
        assert!(story.standing("F-1", ON).is_open());
        story.record("checker", ON, conclusion_checked("F-1", true));
        assert_eq!(story.standing("F-1", ON), FindingStanding::FalsePositive);
        refuses!(story, "checker", ON, conclusion_checked("F-1", false), Refusal::NothingToCheck { .. });
        refuses!(story, "officer", ON, false_positive("F-1"), Refusal::NothingChanges);
    }
}

#[test]
fn a_conclusion_that_is_not_agreed_leaves_the_finding_open() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("officer", ON, false_positive("F-1"));
    story.record("checker", ON, conclusion_checked("F-1", false));
    assert!(story.standing_by("F-1", ON, Lens::Claimed).is_open());
    story.record("officer", ON, false_positive("F-1"));
}

#[test]
fn a_duplicate_repeats_another_finding_that_is_none() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("officer", ON, finding("F-2", "high"));
    story.record("officer", ON, finding("F-3", "high"));
    refuses!(story, "officer", ON, duplicate("F-1", "F-1"), Refusal::NotADuplicate { .. });
    refuses!(story, "officer", ON, duplicate("F-1", "F-9"), Refusal::Unknown { .. });
    story.record("officer", ON, duplicate("F-2", "F-1"));
    refuses!(story, "officer", ON, duplicate("F-3", "F-2"), Refusal::NotADuplicate { .. });
    refuses!(story, "officer", ON, duplicate("F-1", "F-2"), Refusal::NotADuplicate { .. });
    story.record("checker", ON, conclusion_checked("F-2", true));
    assert_eq!(story.standing("F-2", ON), FindingStanding::Duplicate { of: "F-1".parse().unwrap() });
    assert!(story.standing("F-1", ON).is_open(), "the one it repeats stays as open as it is");
}

#[test]
fn an_agreed_conclusion_does_not_cover_hosts_named_later() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("officer", ON, false_positive("F-1"));
    story.record("checker", ON, conclusion_checked("F-1", true));
    story.record("officer", ON, hosts_added("F-1", &["h2"]));
    assert!(story.standing("F-1", ON).is_open());
    story.record("officer", ON, false_positive("F-1"));
    story.record("checker", ON, conclusion_checked("F-1", true));
    assert_eq!(story.standing("F-1", ON), FindingStanding::FalsePositive);
}

#[test]
fn a_false_positive_that_a_re_test_finds_still_there_is_none() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("officer", ON, false_positive("F-1"));
    story.record("checker", ON, conclusion_checked("F-1", true));
    story.record("tester", ON, scan("E-1"));
    story.record("tester", ON, retested("F-1", ON, &[("h1", "could-not-tell")], "E-1"));
    assert_eq!(story.standing("F-1", ON), FindingStanding::FalsePositive);
    story.record("tester", ON, retested("F-1", ON, &[("h1", "still-there")], "E-1"));
    assert!(story.standing("F-1", ON).is_open());
}
