//! Looking back: questions may, writes may not.

use crate::support::{Place, day};

#[test]
fn questions_look_back_and_writes_do_not() {
    let place = Place::with_an_action();
    let now = place.run("action list").fine().out;
    assert!(now.contains("RAP-001"), "{now}");
    let then = place.run("action list --known 9").fine().out;
    assert!(!then.contains("RAP-001"), "{then}");
    let _ = place.run("status --known 1").fine();
    // Known on another day than judged: what was not recorded by the end of that day had not been opened either.
    let known = place.run(&format!("action list --known {}", day(0))).fine().out;
    assert_eq!(known, now);
    let _ = place.run(&format!("action list --known {}", day(-2))).exits(2).warns("had not been opened by");
    let _ = place.run("action list --known 0").exits(2).warns("do not open the register");
    let _ = place.run("action list --known 2026-11-01T09:00:00Z").exits(2).warns("as `--known 42`");
    let yesterday = format!("action list --at {}", day(-2));
    let _ = place.run(&yesterday).exits(2).warns("had not been opened");
    for line in ["action claim RAP-001", "organisation add X X", "undo --reason x", "evidence check E-1"] {
        let _ = place.run(&format!("{line} --known 3")).exits(2).warns("nothing can be written in the past");
        let _ = place.run(&format!("{line} --at {}", day(0))).exits(2).warns("nothing can be written in the past");
    }
    let _ = place.run(&format!("status --at {}", day(30))).fine();
    for line in ["verify", "completions bash", "demo other", "pack verify register", "init --name Other"] {
        let _ = place.run(&format!("{line} --at {}", day(0))).exits(2).warns("make no difference");
    }
}

#[test]
fn the_register_is_found_where_one_stands() {
    let place = Place::northmoor();
    let mut command = place.command();
    let inside = command.current_dir(place.path("register")).args(["person", "list"]).output().unwrap();
    assert!(inside.status.success());
    let named = place.command().env("PORTREEVE_REGISTER", "register").args(["person", "list"]).output().unwrap();
    assert_eq!(named.stdout, inside.stdout);
    let _ = place.run("person list --register home").exits(2).warns("--register DIR").warns("portreeve init");
}
