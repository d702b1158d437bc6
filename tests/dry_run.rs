//! A dry run checks everything and writes nothing.

use crate::support::{Place, day};

#[test]
fn nothing_changes_on_disk() {
    let place = Place::ready();
    let before = place.bytes_of("register");
    let (today, later) = (day(0), day(30));
    for (person, line) in [
        ("security-officer", "organisation add X X".to_owned()),
        ("security-officer", "framework adopt another-one".to_owned()),
        ("security-officer", format!("scheme adopt psn --target {later}")),
        ("security-officer", format!("evidence add vpn.txt --for RAP-001 --kind policy --shows {today}")),
        ("security-officer", format!("evidence collect home --for RAP-001 --kind policy --shows {today}")),
        ("security-officer", format!("evidence refer CHG-1 --for RAP-001 --kind change-ticket --shows {today}")),
        ("security-officer", "evidence withdraw E-0003 --reason x --erase".to_owned()),
        ("security-officer", format!("action add \"Another @network-officer by {later}\"")),
        ("security-officer", "pack build pack".to_owned()),
        ("siro", "retention set all --years 6 --authority x --reason x".to_owned()),
        ("security-officer", "undo --reason x".to_owned()),
        ("checker", "evidence check E-0002".to_owned()),
    ] {
        let ran = place.by(person, &format!("{line} --dry-run"));
        if line.contains("another-one") {
            let _ = ran.exits(2);
            continue;
        }
        let ran = ran.fine().says("Dry run: nothing was recorded");
        assert!(!ran.out.contains("Entry #") && !ran.out.contains("take it back"), "{line}\n{}", ran.out);
    }
    assert!(place.bytes_of("register") == before, "something was written");
    assert!(!place.path("pack").exists() && !place.path("pack.checkpoint").exists());
    let _ = place.by("network-officer", "evidence check E-0001 -n").exits(3);
    let _ = place.run("init --name Other --register other -n").fine().says("nothing was made");
    let _ = place.run("demo other -n").fine().says("nothing was made");
    let _ = place.run("log --export other -n").fine().says("nothing was written");
    assert!(!place.path("other").exists());
}
