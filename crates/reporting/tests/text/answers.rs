//! What would answer a finding, and how far the evidence is that a playbook asks for.

use portreeve_model::reference::FindingId;
use portreeve_reporting::suggest::{ACTIONS_MAX, Link, Suggestion, suggest, unanswered};
use portreeve_reporting::why::Wanted;
use portreeve_reporting::{show, suggest as suggestions, why};
use serde_json::{Value, json};

use super::fixture::{TERMINAL, World, world_with};

type Line = (&'static str, &'static str, &'static str, Value);

const DAY: &str = "2018-12-14";

fn finding(command: &'static str, id: &str, order: u32, title: &str, requirement: &str, hosts: &[&str]) -> Line {
    let event = json!({ "kind": "finding-raised", "id": id, "source": "ITHC-2018", "printed": id, "order": order, "title": title, "source_severity": "High", "severity": "high", "organisations": ["EHC", "SBC"], "hosts": hosts, "requirements": [requirement] });
    (command, "officer", DAY, event)
}

fn action(command: &'static str, id: &str, playbook: Option<&str>, requirement: Option<&str>) -> Line {
    let mut event = json!({ "kind": "action-added", "id": id, "title": "Some work", "owner": "owner", "organisations": ["EHC", "SBC"], "due": { "on": "2019-02-01" }, "resources": "yes", "budget": "yes" });
    if let Some(playbook) = playbook {
        event["playbook"] = json!(playbook);
    }
    if let Some(requirement) = requirement {
        event["requirements"] = json!([requirement]);
    }
    (command, "officer", DAY, event)
}

fn evidence(command: &'static str, id: &str, kind: &str, shows: &str, said: bool) -> Line {
    let content = match said {
        true => json!({ "in": "said", "words": "It is done" }),
        false => json!({ "in": "reference", "locator": "Ticket 7" }),
    };
    let event = json!({ "kind": "evidence-added", "id": id, "title": "What it shows", "evidence_kind": kind, "content": content, "shows": shows, "collected": "2018-12-12", "organisations": ["EHC", "SBC"], "marking": "official", "actions": ["RAP-9"] });
    (command, "owner", DAY, event)
}

fn checked(command: &'static str, id: &str, accepted: bool) -> Line {
    (command, "checker", DAY, json!({ "kind": "evidence-checked", "id": id, "accepted": accepted }))
}

fn suggested(world: &World, id: &str) -> Suggestion {
    let wanted: FindingId = id.parse().unwrap();
    suggest(world.history.register(), world.playbooks.as_ref().unwrap(), &[wanted]).remove(0)
}

fn answering(world: &World, id: &str) -> Vec<(String, Vec<Link>)> {
    suggested(world, id).answering.into_iter().map(|one| (one.action.to_string(), one.links)).collect()
}

/// The lines of the checklist of `RAP-9`.
fn checklist(more: Vec<Line>) -> Vec<String> {
    let mut all = vec![action("p1", "RAP-9", Some("firewall-renewal"), None)];
    all.extend(more);
    let world = world_with(all);
    let id = "RAP-9".parse().unwrap();
    let record = show::action(&world.subject(), &world.history, &id, world.on()).unwrap();
    let mut lines = Vec::new();
    for (_, told) in record.facts.into_iter().filter(|(name, _)| name == "Checklist") {
        let (mark, rest) = told.split_at(3);
        lines.push(format!("{mark} {}", rest.rsplit("): ").next().unwrap()));
    }
    lines
}

#[test]
fn a_checklist_tells_what_is_missing_unchecked_of_one_day_and_there() {
    let nothing = ["[ ] nothing linked yet"; 3];
    assert_eq!(checklist(vec![]), nothing);
    let export = |command, id, shows| evidence(command, id, "configuration-export", shows, false);
    assert_eq!(checklist(vec![export("p2", "E-8", "2018-09-12")])[0], "[~] E-8 waits for a check");
    let before = vec![export("p2", "E-8", "2018-09-12"), checked("p3", "E-8", true)];
    let told = "[~] E-8 checked, showing 12 September 2018; the other position is missing";
    assert_eq!(checklist(before.clone())[0], told);
    let same_day = [before.clone(), vec![export("p4", "E-9", "2018-09-12"), checked("p5", "E-9", true)]].concat();
    assert!(checklist(same_day)[0].ends_with("the other position is missing"), "two files of one day are one position");
    let unchecked = [before.clone(), vec![export("p4", "E-9", "2018-12-11")]].concat();
    assert_eq!(checklist(unchecked)[0], format!("{told}; E-9 waits for a check"));
    let both = [before, vec![export("p4", "E-9", "2018-12-11"), checked("p5", "E-9", true)]].concat();
    let there = "[x] E-8 and E-9 checked, showing 12 September 2018 and 11 December 2018";
    assert_eq!(checklist(both), [there, nothing[1], nothing[2]]);
}

#[test]
fn what_was_refused_or_only_said_is_not_on_the_checklist() {
    let refused = vec![evidence("p2", "E-8", "change-ticket", "2018-12-11", false), checked("p3", "E-8", false)];
    assert_eq!(checklist(refused)[2], "[ ] nothing linked yet");
    let said = vec![evidence("p2", "E-8", "change-ticket", "2018-12-11", true), checked("p3", "E-8", true)];
    assert_eq!(checklist(said)[2], "[ ] nothing linked yet");
    let ticket = vec![evidence("p2", "E-8", "change-ticket", "2018-12-11", false), checked("p3", "E-8", true)];
    assert_eq!(checklist(ticket)[2], "[x] E-8 checked, showing 11 December 2018");
}

#[test]
fn a_checklist_looks_held_still() {
    let world = world_with(vec![
        action("p1", "RAP-9", Some("firewall-renewal"), None),
        evidence("p2", "E-8", "configuration-export", "2018-09-12", false),
        checked("p3", "E-8", true),
        action("p4", "RAP-10", Some("from-a-later-version"), None),
    ]);
    let why = |id: &str| why::text(&world.subject(), &Wanted::Action(id.parse().unwrap()), &world.files, TERMINAL);
    insta::assert_snapshot!("why_action_checklist", why("RAP-9"));
    assert!(why("RAP-10").contains("follows the playbook from-a-later-version, which this version does not know"));
}

#[test]
fn an_open_action_is_named_for_the_work_it_shares() {
    let world = world_with(vec![
        finding("p1", "ITHC-004", 4, "Firewall firmware out of support", "psn-coco-1.32:R1", &["fw-1", "web-9"]),
        action("p2", "RAP-9", Some("firewall-renewal"), None),
        action("p3", "RAP-10", None, Some("psn-coco-1.32:R1")),
    ]);
    let found = answering(&world, "ITHC-004");
    let names: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    // RAP-10 only serves the same requirement: it is not told beside work of the same kind.
    assert_eq!(names, ["RAP-1", "RAP-9"]);
    assert!(matches!(found[0].1.as_slice(), [Link::Similar { .. }, Link::SameHosts { hosts }] if hosts.len() == 1));
    assert!(matches!(found[1].1.as_slice(), [Link::SamePlaybook { .. }]));
    let own = answering(&world, "ITHC-001");
    assert!(matches!(own[0].1.as_slice(), [Link::Closes, ..]));
    insta::assert_snapshot!("suggest", told(&world, &["ITHC-004", "ITHC-001", "ITHC-003"]));
    let wanted = ids(&["ITHC-004"]);
    let playbooks = world.playbooks.as_ref().unwrap();
    let found = suggest(world.history.register(), playbooks, &wanted);
    insta::assert_json_snapshot!("suggest_json", suggestions::json(world.history.register(), playbooks, &found));
}

fn ids(given: &[&str]) -> Vec<FindingId> {
    given.iter().map(|id| id.parse().unwrap()).collect()
}

fn told(world: &World, given: &[&str]) -> String {
    let (register, playbooks) = (world.history.register(), world.playbooks.as_ref().unwrap());
    suggestions::text(register, playbooks, &suggest(register, playbooks, &ids(given)), TERMINAL)
}

#[test]
fn a_requirement_in_common_is_told_only_where_it_tells_something() {
    let odd = finding("p1", "ITHC-004", 4, "The thing is wrong", "psn-coco-1.32:R3", &[]);
    let world = world_with(vec![odd.clone(), action("p2", "RAP-9", None, Some("psn-coco-1.32:R3"))]);
    assert!(
        matches!(answering(&world, "ITHC-004").as_slice(), [(_, links)] if matches!(links.as_slice(), [Link::SameRequirement { .. }]))
    );
    let mut many = vec![odd];
    for (command, id) in [("p2", "RAP-9"), ("p3", "RAP-10"), ("p4", "RAP-11"), ("p5", "RAP-12")] {
        many.push(action(command, id, None, Some("psn-coco-1.32:R3")));
    }
    assert!(many.len() - 1 > ACTIONS_MAX);
    let world = world_with(many);
    assert!(answering(&world, "ITHC-004").is_empty());
    assert!(told(&world, &["ITHC-004"]).contains("No playbook is about it"));
}

#[test]
fn findings_without_an_open_action_are_asked_about_by_default() {
    let world = world_with(vec![finding("p1", "ITHC-004", 4, "Weak cipher", "psn-coco-1.32:R2", &["web-1"])]);
    let left = unanswered(world.history.register(), world.on());
    assert!(left.contains(&"ITHC-004".parse().unwrap()), "{left:?}");
    assert!(!left.contains(&"ITHC-001".parse().unwrap()), "RAP-1 is open for it: {left:?}");
    assert!(!left.contains(&"ITHC-003".parse().unwrap()), "RAP-2 has fixed it: {left:?}");
}
