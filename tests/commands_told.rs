//! Whatever command an answer tells the reader to give, the command line understands.

use serde_json::Value;

use crate::support::{Place, demonstration, words};

/// What a reader would put in the place of a word in capitals.
const PUT_IN: &[(&str, &str)] = &[
    ("SOMEONE-ELSE", "checker"),
    ("SOURCE", "ITHC-2018"),
    ("PERSON", "checker"),
    ("@OWNER", "@network-officer"),
    ("FILE…", "a.txt"),
    ("FILE", "a.txt"),
    ("KIND", "policy"),
    ("DATE", "2019-01-01"),
    ("LABEL", "A"),
    ("WORD", "High"),
    ("NUMBER", "PSN-BND-FW"),
    ("PACK", "shown/pack"),
    ("REF", "RAP-001"),
    ("VALUE", "x"),
];

/// Everything in a text that reads like a command of ours, up to the end of its line.
fn told(text: &str, found: &mut Vec<String>) {
    for line in text.lines() {
        // Up to a bracket or a stop: what follows is prose again.
        for command in line.split("portreeve ").skip(1) {
            let command = command.split(['`', ';', '(']).next().unwrap_or(command);
            found.push(command.trim().trim_end_matches('.').to_owned());
        }
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => told(text, found),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn what_is_told_can_be_typed() {
    let (place, _) = demonstration();
    let mut found = Vec::new();
    for day in ["2018-09-10", "2018-12-31", "2019-05-31"] {
        for line in [
            "status",
            "next",
            "why",
            "why serious-findings",
            "readiness",
            "lint",
            "requirement list",
            "evidence list",
            "evidence calendar",
            "evidence retention",
        ] {
            let ran = place.run(&format!("{line} --json --at {day} --register shown/register"));
            texts(&ran.json(), &mut found);
        }
    }
    for line in [
        "finding suggest ITHC-001 SOC-03 DR-04",
        "playbook show firewall-renewal",
        "action list",
        "finding list",
        "source list",
        "decision list",
        "pack list",
        "retention list",
    ] {
        texts(&place.run(&format!("{line} --json --register shown/register")).json(), &mut found);
    }
    let graded = Place::with_caf();
    let _ = graded.run("requirement assess A1.a --rest-no").fine();
    for line in ["status", "next", "why", "why A1.a", "readiness", "requirement list"] {
        texts(&graded.run(&format!("{line} --json")).json(), &mut found);
    }
    found.sort();
    found.dedup();
    assert!(found.len() > 30, "{found:?}");
    let nobody = Place::northmoor();
    for command in found {
        let mut line = command.clone();
        for (word, put_in) in PUT_IN {
            line = line.replace(word, put_in);
        }
        // Of several words that would do, a reader takes one.
        let one = |word: String| word.split('|').next().unwrap_or_default().to_owned();
        let mut given: Vec<String> = words(&line).into_iter().map(one).collect();
        given.push("--dry-run".to_owned());
        let ran = nobody.run_words(&given);
        assert!(!ran.err.contains("could not understand the command"), "portreeve {command}\n{}", ran.err);
    }
}
