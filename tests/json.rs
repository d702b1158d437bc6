//! With `--json` the standard output is exactly one JSON document with a format, whatever happens.

use crate::support::{Place, day};

#[test]
fn every_command_answers_with_one_document() {
    let place = Place::ready();
    let today = day(0);
    for line in [
        "",
        "status",
        "next",
        "why",
        "why PSN-BND-FW",
        "readiness",
        "lint",
        "lint --on 2099-12-31",
        "finding list",
        "finding show ITHC-1-001",
        "finding suggest",
        "finding suggest ITHC-1-001",
        "playbook list",
        "playbook show firewall-renewal",
        "action list",
        "action list --late --open --owner network-officer --finding ITHC-1-001",
        "action show RAP-001",
        "evidence list",
        "evidence list --waiting",
        "evidence show E-0001",
        "evidence find vpn.txt",
        "evidence compare E-0001 E-0002",
        "evidence compare --action RAP-001",
        "evidence calendar",
        "evidence calendar --submission 2099-12-31",
        "evidence retention",
        "retention list",
        "index read",
        "index unread",
        "index rebuild",
        "requirement list",
        "requirement show PSN-BND-FW",
        "decision list",
        "risk list",
        "pack build pack",
        "pack verify pack",
        "pack list",
        "certificate list",
        "source list",
        "source show ITHC-1",
        "framework list",
        "framework changes caf-3.2 caf-4.0",
        "scheme list",
        "mapping list",
        "mapping show psn-coco-1.32-to-caf-3.2",
        "mapping carry --from psn --to caf-3.2",
        "mapping carry --from psn --to caf-3.2 --accept E-0001:B4.c --note x",
        "organisation list",
        "organisation form NMB",
        "person list",
        "log",
        "log --about RAP-001",
        "log --checkpoint",
        "log --proof 3",
        "log --export ledger.jsonl",
        "verify",
        "organisation add X X",
        "organisation add Y Y --dry-run",
        "undo --reason x",
        "completions fish",
        "action show NOPE",
        "actoin",
        "action add \"Do it @network-officr by 1 March 2030\"",
    ] {
        let ran = place.run(&format!("{line} --json"));
        let object = ran.json();
        let format = object["format"].as_str().unwrap_or_default();
        let (name, version) = format.split_once('/').unwrap_or_default();
        assert!(name.starts_with("portreeve.") && version.parse::<u32>().is_ok(), "{line}: {format:?}");
        if ran.code > 1 {
            assert_eq!((format, &object["exit"]), ("portreeve.error/1", &ran.code.into()), "{line}");
            assert!(!object["help"].as_array().unwrap().is_empty() && !ran.err.is_empty(), "{line}");
        } else {
            assert_eq!(object["demonstration"], false, "{line}");
        }
    }
    let change = place.run(&format!("person left network-officer --on {today} --json")).json();
    assert_eq!((&change["format"], &change["reference"]), (&"portreeve.change/1".into(), &"network-officer".into()));
    assert_eq!(change["entries"].as_array().unwrap().len(), 1);
    assert!(change["undo"].as_str().unwrap().starts_with("portreeve undo "));
}
