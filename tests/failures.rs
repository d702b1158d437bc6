//! Every failure is told in three parts: what failed, because of what, and what to do.

use std::fs;

use crate::support::{Place, Ran, day};

#[track_caller]
fn in_three_parts(ran: &Ran) {
    let lines: Vec<&str> = ran.err.lines().collect();
    let at = |part: &str| lines.iter().position(|line| line.starts_with(part));
    let (error, because, help) = (at("error: could not "), at("because: "), at("help: "));
    assert!(error == Some(0) && because == Some(1) && help.is_some(), "{}", ran.err);
    assert!(lines.iter().all(|line| !line.trim_end().ends_with(':') || line.starts_with(' ')), "{}", ran.err);
    assert_eq!(ran.out, "", "an error leaves the standard output to others");
}

#[test]
fn of_every_kind() {
    let place = Place::with_evidence();
    for line in [
        "actoin",
        "action",
        "action list --foo",
        "finding conclude ITHC-1-001 --reason x",
        "action show RAP-01",
        "framework adopt psn-coco",
        "status --register nowhere",
        "person add checker --role checker",
        "verify --key nothing-there",
        "verify --key vpn.txt",
        "organisation form NMB user=1",
    ] {
        let ran = place.run(line);
        assert!(ran.code > 1, "{line}");
        in_three_parts(&ran);
    }
    fs::write(place.path("register/register.json"), "{").unwrap();
    in_three_parts(&place.run("status").exits(4));
    fs::write(place.path("register/register.json"), r#"{"format":1,"key_file":"../k"}"#).unwrap();
    fs::write(place.path("register/ledger.sqlite"), "not a database").unwrap();
    let ran = place.run("status");
    assert!(ran.code >= 4, "{}", ran.err);
    in_three_parts(&ran);
}

#[test]
fn near_matches_are_suggested() {
    let place = Place::with_an_action();
    for (line, near) in [
        ("action show RAP-01", "RAP-001"),
        ("finding show ITHC-1-01", "ITHC-1-001"),
        ("framework adopt psn-coco-132", "psn-coco-1.32"),
        ("requirement show PSN-BDN-FW", "PSN-BND-FW"),
        ("person left network-oficer --on 2020-01-01", "network-officer"),
        ("readiness --organisation NBM", "NMB"),
        ("organisation form NMB site=1", "sites"),
        ("actoin list", "action"),
    ] {
        let ran = place.run(line);
        assert!(ran.code > 1 && ran.err.contains(near), "{line}\n{}", ran.err);
    }
    let line = format!("evidence add vpn.txt --for RAP-01 --kind policy --shows {}", day(0));
    let _ = place.run(&line).exits(2).warns("RAP-001");
    let line = format!("finding retest ITHC-1-001 fixed --on {} --evidence E-1", day(0));
    let _ = place.run(&line).exits(2).warns("vpn01, vpn02");
}

#[test]
fn four_eyes_names_the_eyes() {
    let place = Place::with_evidence();
    let _ = place
        .by("network-officer", "evidence check E-0001")
        .exits(3)
        .warns("these people can: checker, security-officer");
    let line = format!("evidence add vpn.txt --for RAP-001 --kind policy --shows {}", day(0));
    let _ = place.by("checker", &line).fine();
    let own = place.by("checker", "evidence check E-0002").exits(3);
    assert!(own.err.contains("`checker` added `E-0002`, so someone else has to check it"), "{}", own.err);
    assert!(own.err.contains("these people can: security-officer\n"), "{}", own.err);
    let _ = place.by("checker", "scheme baseline --note x").exits(3).warns("security-officer");
}

#[test]
fn without_a_name_nothing_is_written() {
    let place = Place::northmoor();
    let mut command = place.command();
    let output = command.env_remove("PORTREEVE_AS").args(["organisation", "add", "X", "X"]).output().unwrap();
    let ran = Ran::of(&output, "organisation add".to_owned());
    let ran = ran.exits(2).warns("PORTREEVE_AS").warns("checker");
    in_three_parts(&ran);
}

#[test]
fn a_missing_key_records_and_warns() {
    let place = Place::northmoor();
    fs::rename(place.path("home"), place.path("elsewhere")).unwrap();
    fs::create_dir(place.path("home")).unwrap();
    let _ =
        place.run("organisation add X X").fine().says("Added X").warns("warning: it is recorded, but no checkpoint");
    let _ = place.run("pack build pack").exits(5).warns("key");
    let report = place.run("verify --json").exits(1).json();
    assert_eq!(report["after_last_signed"], 1);
}
