//! The calendar of a submission on a terminal, for machines and for other people's calendars.

use std::collections::BTreeSet;

use portreeve_model::readiness::AsOf;
use portreeve_reporting::Subject;
use portreeve_reporting::calendar::{self, Calendar};
use portreeve_reporting::lint::Submission;
use serde_json::json;

use super::fixture::{TERMINAL, World, world_with, young};

/// With a policy that goes too old in between, whose title has every letter that a calendar file reads as its own.
fn told() -> World {
    let content = json!({ "in": "files", "manifest": "44".repeat(32), "files": 1, "bytes": 10 });
    let title = "Incident policy; draft, é\\: approved";
    let policy = json!({
        "kind": "evidence-added", "id": "E-9", "title": title, "evidence_kind": "policy", "content": content,
        "shows": "2018-09-10", "collected": "2018-10-01", "organisations": ["EHC", "SBC"], "marking": "official",
        "requirements": ["psn-coco-1.32:R4"],
    });
    let checked = json!({ "kind": "evidence-checked", "id": "E-9", "accepted": true });
    world_with(vec![("c80", "owner", "2018-12-17", policy), ("c81", "checker", "2018-12-17", checked)])
}

fn calendar_of<'a>(world: &'a World, on: &str) -> [Calendar<'a>; 1] {
    let submission = Submission::of(world.on(), Some(on.parse().unwrap()), None);
    let as_of = AsOf { on: submission.on, ..world.as_of };
    [calendar::of(Subject { as_of, ..world.subject() }, submission)]
}

#[test]
fn the_calendar_says_what_is_wanting_first_and_what_will_do_until_when() {
    let (world, young) = (told(), young());
    let found = calendar_of(&world, "2019-03-20");
    insta::assert_snapshot!("calendar", calendar::text(&found, TERMINAL));
    insta::assert_json_snapshot!("calendar_json", calendar::json(&found));
    insta::assert_snapshot!("calendar_young", calendar::text(&calendar_of(&young, "2019-03-20"), TERMINAL));
}

#[test]
fn the_calendar_file_is_the_same_for_the_same_question_and_keeps_its_uids_for_another() {
    let world = told();
    let file = calendar::ics(&calendar_of(&world, "2019-03-20"));
    insta::assert_snapshot!("calendar_ics", file.replace('\r', ""));
    assert_eq!(file, calendar::ics(&calendar_of(&world, "2019-03-20")));
    let uids = |file: &str| -> Vec<String> {
        file.lines().filter_map(|line| line.strip_prefix("UID:")).map(str::to_owned).collect()
    };
    let (once, later) = (uids(&file), uids(&calendar::ics(&calendar_of(&world, "2019-03-27"))));
    assert_eq!(once.iter().collect::<BTreeSet<_>>().len(), once.len(), "each event has a UID of its own");
    assert_eq!(once, later, "a submission put off moves events and makes no others");
}
