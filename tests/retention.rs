//! The council's retention schedule through the command: set by one, agreed with by another, and nothing goes by itself.

use serde_json::json;

use crate::support::{Place, day};

const SET: &str = "retention set exports --kind configuration-export --years 1 --authority \"Schedule, line 14.2\" \
                   --reason \"One cycle\"";

#[test]
fn a_rule_lets_evidence_go_once_two_people_have_said_so_and_a_third_gives_the_command() {
    let place = Place::northmoor();
    for (name, shows) in [("old.txt", day(-500)), ("new.txt", day(-1))] {
        place.write(name, name);
        let _ = place.run(&format!("evidence add {name} --kind configuration-export --shows {shows}")).fine();
    }
    let report = place.run("evidence retention").fine().says("Nothing may be disposed of");
    assert!(report.out.contains("No retention rule is set"), "{}", report.out);
    let _ = place.by("network-officer", SET).exits(3);
    let set = place.run(SET).fine().says("configuration export: 1 year after the day it shows");
    assert!(set.out.contains("portreeve retention check exports --as checker"), "{}", set.out);
    let _ = place.run("retention check exports").exits(3);
    let _ = place.run("evidence retention").fine().says("nobody else has agreed with the rule exports");
    let _ = place.by("checker", "retention check exports --note \"Read it\"").fine();
    let _ = place.run("retention list").fine().says("agreed by checker").says("Schedule, line 14.2");

    let before = place.bytes_of("register");
    let object = place.run("evidence retention --json").fine().json();
    assert!(place.bytes_of("register") == before, "it disposes of nothing");
    assert_eq!(object["may_go"].as_array().unwrap().len(), 1, "{object:#}");
    assert_eq!(object["may_go"][0]["evidence"], "E-0001");
    let kept = &object["kept"][0];
    assert_eq!((&kept["evidence"], &kept["because"][0]["because"]), (&json!("E-0002"), &json!("not-yet")), "{kept:#}");
    // What it says to type disposes of it, and of nothing else.
    let command = object["may_go"][0]["command"].as_str().unwrap().strip_prefix("portreeve ").unwrap().to_owned();
    let _ = place.run(&command).fine().says("1 file");
    let object = place.run("evidence retention --json").fine().json();
    assert_eq!((&object["may_go"], object["kept"].as_array().unwrap().len()), (&json!([]), 1));
    let _ = place.run("verify").fine();
    let _ = place.run("log").fine().says("retention rule set exports").says("retention rule exports agreed; Read it");
}

#[test]
fn what_is_in_use_is_kept_with_its_reason_and_a_later_day_can_be_asked() {
    let place = Place::ready();
    let _ = place.run("retention set all --years 1 --authority \"Schedule\" --reason \"One cycle\"").fine();
    let _ = place.by("checker", "retention check all").fine();
    let later = day(400);
    let report = place.run(&format!("evidence retention --on {later}")).fine().says("Nothing may be disposed of");
    assert!(report.out.contains("the check of RAP-001 rests on it"), "{}", report.out);
    let _ = place.run("pack build pack").fine();
    let _ = place.run(&format!("evidence retention --on {later}")).fine().says("a pack in use");
    let _ = place.run(&format!("evidence retention --on {}", day(-1))).exits(2);
    let _ = place.run("retention set all --years 0 --authority x --reason x").exits(2);
    let _ = place.run("retention set all --authority x --reason x").exits(2);
    let _ = place.run("retention set all --for-ever --authority \"Archive\" --reason \"History\"").fine();
    let _ = place.run(&format!("evidence retention --on {later}")).fine().says("all keeps it for ever");
    let _ = place.by("checker", "retention check nope").exits(2);
}
