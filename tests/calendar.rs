//! The calendar of a submission through the command: as text, as JSON, as a file for other people's calendars; and that it
//! says of a day what readiness says on it.

use serde_json::{Value, json};

use crate::support::{Place, day};

/// The lines of the only organisation of the only scheme.
fn items(object: &Value) -> &[Value] {
    object["schemes"][0]["organisations"][0]["evidence"].as_array().unwrap()
}

fn of_gate<'a>(object: &'a Value, gate: &str) -> &'a Value {
    let asks = |item: &&Value| item["gates"].as_array().unwrap().contains(&json!(gate));
    items(object).iter().find(asks).unwrap_or_else(|| panic!("{gate} in {object:#}"))
}

#[test]
fn what_goes_too_old_before_the_submission_is_told_with_its_window_and_fails_its_gate_then() {
    let place = Place::ready();
    // The diagram shows the position of twenty days ago and is valid for six months.
    let on = day(300);
    let object = place.run(&format!("evidence calendar --submission {on} --json")).fine().json();
    let diagram = of_gate(&object, "network-diagram");
    assert_eq!((&diagram["standing"], &diagram["evidence"]), (&json!("too-old"), &json!("E-0004")), "{diagram:#}");
    assert_eq!((&diagram["shows"], &diagram["limit"]), (&json!(day(-20)), &json!({ "number": 6, "unit": "months" })));
    let from = diagram["too_old_from"].as_str().unwrap();
    assert!(from > day(0).as_str() && from < on.as_str());
    assert_eq!(diagram["collect"]["by"], json!(on));
    let earliest = diagram["collect"]["not_before"].as_str().unwrap();
    assert!(earliest > day(100).as_str(), "about six months before the submission: {earliest}");
    assert_eq!(of_gate(&object, "ithc-report")["standing"], "holds");
    let lint = place.run(&format!("lint --on {on} --json")).exits(1).json();
    let missing = lint["schemes"][0]["organisations"][0]["missing"].as_array().unwrap().clone();
    let gate = missing.iter().find(|line| line["code"] == "network-diagram").unwrap();
    assert_eq!(gate["from"], diagram["too_old_from"], "lint knows the same day");

    // On the last day on which it is valid everything is as it is today.
    let last = diagram["last_valid_day"].as_str().unwrap();
    let object = place.run(&format!("evidence calendar --submission {last} --json")).fine().json();
    assert_eq!(of_gate(&object, "network-diagram")["standing"], "holds");

    let text = place.run(&format!("evidence calendar --submission {on}")).fine().out;
    assert!(
        text.contains("Too old by the submission") && text.contains("E-0004") && text.contains("  no limit"),
        "{text}"
    );
}

#[test]
fn without_a_day_it_is_the_target_and_a_day_that_has_passed_is_refused() {
    let place = Place::northmoor();
    let object = place.run("evidence calendar --json").fine().json();
    assert_eq!(object["schemes"][0]["submission_from"], "no-target");
    assert!(items(&object).iter().all(|item| item["standing"] == "missing" && item["collect"].is_object()));
    let _ = place.run(&format!("scheme adopt psn --target {}", day(40))).fine();
    let object = place.run("evidence calendar --json").fine().json();
    assert_eq!(object["schemes"][0]["submission"], json!(day(40)));
    let _ = place.run(&format!("evidence calendar --submission {}", day(-1))).exits(2).warns("lies before");
    let _ = place.run("evidence calendar --organisation NOPE").exits(2);
    let _ = place.run("evidence calendar --scheme nope").exits(2);
}

#[test]
fn the_calendar_file_is_made_once_with_folded_lines_that_end_as_the_standard_says() {
    let place = Place::with_evidence();
    let line = format!("evidence calendar --submission {} --ics dates.ics", day(300));
    let _ = place.run(&format!("{line} --dry-run")).fine();
    assert!(!place.path("dates.ics").exists(), "a dry run writes nothing");
    let _ = place.run(&line).fine();
    let bytes = std::fs::read(place.path("dates.ics")).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "every line ends with CRLF");
    assert!(text.lines().all(|line| line.len() <= 75));
    let stamp = format!("DTSTAMP:{}T000000Z", day(0).replace('-', ""));
    let count = |what: &str| text.lines().filter(|line| *line == what).count();
    assert!(count("BEGIN:VEVENT") > 1 && count("BEGIN:VEVENT") == count(&stamp), "the stamp is the day it was asked");
    let _ = place.run(&line).exits(5).warns("a file that is not there yet");
}
