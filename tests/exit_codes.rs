//! Exit codes are an interface that scripts rely on: each has a row here.

use std::fs;

use crate::support::{Place, day};

#[test]
fn nought_is_fine_and_one_is_a_check_that_said_no() {
    let place = Place::with_evidence();
    for (code, line) in [
        (0, "status"),
        (0, ""),
        (0, "next"),
        (0, "action list"),
        (0, "log"),
        (0, "verify"),
        (0, "--help"),
        (0, "--version"),
        (0, "action add --help"),
        (0, "completions bash"),
        (1, "readiness"),
        (1, "why"),
        (1, "lint"),
        (1, "pack build pack"),
        (1, "pack verify pack"),
        (1, "log --about NOTHING"),
    ] {
        let _ = place.run(line).exits(code);
    }
    assert!(place.path("pack/index.html").is_file(), "a pack that lacks something is built and says so");
}

#[test]
fn two_is_a_command_that_makes_no_sense() {
    let place = Place::with_an_action();
    for line in [
        "actoin",
        "action list --foo",
        "action",
        "action show RAP-9",
        "finding show NOPE",
        "why NOPE",
        "readiness --organisation XYZ",
        "lint --organisation XYZ",
        "lint --scheme nonsense",
        "lint --on 2020-01-01",
        "lint --on \"31 November 2030\"",
        "action add \"Do it @network-officer by 31 November 2030\"",
        "finding raise ITHC-1 \"Another\" --severity P2",
        "scheme adopt nonsense",
        "framework adopt nonsense",
        "action claim RAP-001 --at 2020-01-01",
        "action list --at 2000-01-01",
        "log --known 99999",
        "status --register nowhere",
        "finding conclude ITHC-1-001 --reason x",
        "init --name Northmoor",
        "pack verify vpn.txt",
        "pack verify register",
        "action claim RAP-9",
        "action move RAP-9 --to 2030-01-01 --reason x --approved-by siro",
        "action add \"Do it @nobody by 1 March 2030\"",
        "action add \"Do it @network-officer by 1 March 2030 fixes ITHC-1-9\"",
        "action add \"Do it @network-officer by 1 March 2030 closes ITHC-1-001:vpn09\"",
        "action add \"Do it @network-officer by 1 March 2030 after RAP-9\"",
        "action add \"Do it @network-officer by 1 March 2020\"",
        "action add \"Do it @network-officer by 1 March 2030 £8,0000\"",
        "evidence check E-9",
        "evidence add home --kind policy --shows 2020-01-01",
        "evidence collect vpn.txt --kind policy --shows 2020-01-01",
        "person left somebody --on 2020-01-01",
        "person roles somebody --add checker --reason x",
        "organisation sign XYZ --signatory siro --on 2020-01-01",
        "certificate withdraw CERT-9 --on 2020-01-01 --reason x",
        "decision record D-9 --outcome A --on 2020-01-01 --minute x",
        "risk accept NOPE --until 2099-01-01 --reason x --control y",
        "risk end RA-9 --reason x",
        "finding raise ITHC-1 \"Another\" --severity High --host a,b",
        "requirement list --framework nonsense",
    ] {
        let _ = place.run(line).exits(2);
    }
    let _ = place.by("nobody", "action claim RAP-001").exits(2);
    let _ = Place::northmoor().by("Not A Person", "person list").exits(2);
}

#[test]
fn three_is_refused_by_the_rules() {
    let place = Place::with_evidence();
    for (person, line) in [
        ("network-officer", "evidence check E-0001"),
        ("network-officer", "action verify RAP-001"),
        ("checker", "action verify RAP-001"),
        ("checker", "person add somebody --role checker"),
        ("security-officer", "person add checker --role checker"),
        ("security-officer", "finding check ITHC-1-001 --accept"),
        ("security-officer", "risk accept ITHC-1-001 --until 2099-01-01 --by checker --reason x --control y"),
        ("security-officer", "action change RAP-001 --after RAP-001 --reason x"),
        ("security-officer", "action move RAP-001 --to 2020-01-01 --reason x --approved-by siro"),
    ] {
        let _ = place.by(person, line).exits(3);
    }
}

#[test]
fn four_is_something_that_is_not_as_it_was_recorded() {
    let place = Place::ready();
    let _ = place.run("pack build pack").fine();
    fs::write(place.path("pack/README.txt"), "changed\n").unwrap();
    let _ = place.run("pack verify pack").exits(4);

    let objects = place.bytes_of("register/objects");
    let (evidence, _) = objects.iter().find(|(_, bytes)| bytes.as_slice() == b"certificate: valid\n").unwrap();
    fs::remove_file(evidence).unwrap();
    let _ = place.run("verify").exits(4).says("WRONG").says("E-0001");
    let _ = place.run("pack build another").exits(4).warns("portreeve verify");
    assert!(!place.path("another").exists(), "nothing that looks like a pack is left");

    fs::write(place.path("register/ledger.sqlite"), "not a database").unwrap();
    for name in ["register/ledger.sqlite-wal", "register/ledger.sqlite-shm"] {
        let _ = fs::remove_file(place.path(name));
    }
    let _ = place.run("status").exits(4).warns("restore a copy");
}

#[test]
fn five_is_the_machine_the_disk_or_a_file() {
    let place = Place::with_an_action();
    let (shows, on) = (day(0), day(-1));
    for line in [
        format!("evidence add not-there.txt --for RAP-001 --kind policy --shows {shows}"),
        "framework import not-there.json".to_owned(),
        "verify --key not-there".to_owned(),
        format!("pack verify not-there --on {on}"),
        "evidence find not-there.txt".to_owned(),
        "log --export vpn.txt".to_owned(),
    ] {
        let _ = place.run(&line).exits(5);
    }
}
