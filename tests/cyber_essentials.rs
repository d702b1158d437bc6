//! Going for Cyber Essentials: the fourteen days, who may sign, and a pack with the answers.

use std::fs;

use crate::support::{Place, day};

#[test]
fn from_adopting_to_a_pack() {
    let place = Place::with_cyber_essentials();
    let _ = place.run("readiness").exits(1).says("33 of 33 (100%)").says("No senior officer has signed.");
    let _ = place.by("head-of-ict", &format!("organisation sign NMB --signatory head-of-ict --on {}", day(0))).fine();
    let _ = place.run("readiness").exits(1).says("signed, and the scheme takes");
    let _ = place
        .by("network-officer", &format!("organisation sign NMB --signatory network-officer --on {}", day(0)))
        .exits(3)
        .warns("may not sign for the organisation");
    let _ = place
        .by("chief-executive", &format!("organisation sign NMB --signatory chief-executive --on {}", day(0)))
        .fine();
    let _ = place.run("readiness").fine().says("WOULD PASS");
    let built = place.run("pack build pack").fine();
    assert!(!built.out.contains("MISSING"), "{}", built.out);
    let page = fs::read_to_string(place.path("pack/index.html")).unwrap();
    assert_eq!(page.matches("As our standard build has it").count(), 33, "every requirement's answer is on the page");
    assert!(!place.path("pack/data/standards/profile.json").exists(), "there is no profile to carry");
    let _ = place.run("pack verify pack --key pack.allowed_signers --checkpoint pack.checkpoint").fine();
}

#[test]
fn on_the_fourteenth_day_an_open_update_fails() {
    let place = Place::newly_made();
    let _ = place.run("framework adopt cyber-essentials-3.3").fine();
    let _ = place.run("scheme adopt cyber-essentials").fine();
    let report = |id: &str, days: i64| {
        let line = format!("source add {id} \"Patch scan\" --kind assessment --author Us --on {}", day(days));
        let _ = place.run(&line).fine();
        let line =
            format!("finding raise {id} \"Update not installed\" --severity High --host pc1 --requirement CE-SU-4");
        let _ = place.run(&line).fine();
    };
    let passes = "pass  No critical or high finding has been open for 14 days or more";
    report("SCAN-1", -13);
    let _ = place.run("readiness").exits(1).says(passes);
    report("SCAN-2", -14);
    let failed = place.run("why fourteen-days").exits(1).says("SCAN-2-001 (high) is open on pc1");
    assert!(!failed.out.contains("SCAN-1-001"), "the one of thirteen days is still in time: {}", failed.out);
    let _ = place.run(&format!("readiness --at {}", day(-1))).exits(2);
}
