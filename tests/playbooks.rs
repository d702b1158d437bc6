//! From a finding to work by a playbook, and to the evidence that the playbook asks for.

use crate::support::{Place, day, demonstration};

macro_rules! shows {
    ($($name:ident: $line:literal;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), demonstration().0.run($line).fine().out);
        })+
    };
}

shows! {
    playbook_list: "playbook list";
    playbook_show: "playbook show office-365-migration";
    suggest_named: "finding suggest ITHC-001 DISC-04 ITHC-017 SOC-03 --at 2018-12-31 --register shown/register";
    suggest_unanswered: "finding suggest --at 2018-09-10 --register shown/register";
    action_by_a_playbook: "action show RAP-071 --at 2018-12-31 --register shown/register";
}

#[test]
fn every_playbook_that_the_story_follows_is_known() {
    let rows = demonstration().0.run("action list --json --register shown/register").json();
    let mut followed = 0;
    for row in rows["rows"].as_array().unwrap() {
        let id = row["reference"].as_str().unwrap();
        let shown = demonstration().0.run(&format!("action show {id} --register shown/register")).fine().out;
        assert!(!shown.contains("this version does not know"), "{shown}");
        followed += usize::from(shown.contains("kinds of evidence there"));
    }
    assert!(followed > 40, "{followed}");
}

#[test]
fn a_suggestion_leads_to_an_action_with_its_checklist() {
    let place = Place::northmoor();
    let due = day(60);
    for line in [
        format!("source add ITHC-1 Test --kind it-health-check --author Testers --on {}", day(-30)),
        "finding raise ITHC-1 \"Firewall firmware is out of support\" --severity High --host fw01".to_owned(),
    ] {
        let _ = place.run(&line).fine();
    }
    let told = place.run("finding suggest --json").json();
    assert_eq!(told["findings"][0]["playbooks"][0]["playbook"], "firewall-renewal");
    let reason = &told["findings"][0]["playbooks"][0]["reasons"][0];
    assert_eq!((&reason["because"], &reason["place"]), (&"words".into(), &"title".into()));
    let command = told["findings"][0]["playbooks"][0]["command"].as_str().unwrap();
    let command =
        command.strip_prefix("portreeve ").unwrap().replace("PERSON", "network-officer").replace("DATE", &due);
    let added = place.run(&command).fine();
    insta::assert_snapshot!("action_add_by_playbook", added.out.replace(&long(&due), "[due]"));
    let _ = place.run("finding suggest").fine().says("Every open finding has an open action");
    place.write("fw.txt", "version 9");
    let shows = day(-20);
    let _ = place.run(&format!("evidence add fw.txt --for RAP-001 --kind configuration-export --shows {shows}")).fine();
    let _ = place.run("action show RAP-001").fine().says("E-0001 waits for a check");
    let _ = place.by("checker", "evidence check E-0001").fine();
    let shown = place.run("action show RAP-001 --json").json();
    let first = shown["facts"]["checklist"][0].as_str().unwrap();
    assert!(
        first.starts_with("[~] configuration-export") && first.ends_with("the other position is missing"),
        "{first}"
    );
    let _ = place.run("why RAP-001").exits(1).says("0 of 3 kinds of evidence there");
}

/// A day as a change tells it: without a leading zero, the month in letters.
fn long(day: &str) -> String {
    let day: portreeve_model::Day = day.parse().unwrap();
    day.to_string()
}

#[test]
fn a_line_beside_a_playbook_says_what_it_says() {
    let place = Place::northmoor();
    let due = day(60);
    let line = format!("action add \"Renew both pairs @network-officer by {due}\" --playbook firewall-renewal --json");
    let added = place.run(&line).fine().json();
    assert_eq!(added["summary"], "Added RAP-001  Renew both pairs");
    assert_eq!(added["checklist"].as_array().unwrap().len(), 3);
    let line = format!("action add \"@network-officer by {due}\" --playbook firewall-renewal --json");
    assert_eq!(place.run(&line).json()["summary"], "Added RAP-002  Renew the firewalls");
    let _ = place.run("action add --owner network-officer").exits(2);
    let wrong = format!("action add \"Renew @network-officer by {due}\" --playbook firewal-renewal");
    let _ = place.run(&wrong).exits(2).warns("did you mean `firewall-renewal`?");
    let _ = place.run("playbook show firewal-renewal").exits(2).warns("did you mean `firewall-renewal`?");
    let _ = place.run("finding suggest ITHC-9").exits(2).warns("there is no finding `ITHC-9`");
}
