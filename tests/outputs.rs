//! What a person sees of the main commands. Dates of today and what is random are taken out; nothing else is.

use crate::support::{Place, demonstration};

macro_rules! shows {
    ($($name:ident: $line:literal => $code:literal;)+) => {
        $(#[test]
        fn $name() {
            // The story's dates are its own, so what is asked of it as at a day never changes.
            let ran = demonstration().0.run(concat!($line, " --register shown/register")).exits($code);
            insta::assert_snapshot!(stringify!($name), ran.out);
        })+
    };
}

shows! {
    status_before: "status --at 2018-12-31" => 0;
    readiness_before: "readiness --at 2018-12-31" => 1;
    readiness_after: "readiness --at 2019-05-31" => 0;
    next_before: "next --at 2018-12-31" => 0;
    lint_before: "lint --at 2018-12-31 --on 2019-05-31" => 1;
    lint_after: "lint --at 2019-05-31 --on 2020-01-15" => 1;
    why_before: "why --at 2018-12-31" => 1;
    late_actions: "action list --late --at 2018-12-31" => 0;
    decisions: "decision list --at 2018-12-31" => 0;
    people: "person list --at 2018-12-31" => 0;
    schemes: "scheme list --at 2018-12-31" => 0;
    form: "organisation form EHC --at 2019-05-31" => 0;
}

#[test]
fn demo() {
    insta::assert_snapshot!("demo", demonstration().1);
}

#[test]
fn a_change_is_told_with_its_undoing() {
    let place = Place::with_an_action();
    let ran =
        place.run("action add \"Patch the servers @network-officer by 1 March 2030 £80,000 fixes ITHC-1-001\"").fine();
    insta::assert_snapshot!("change", ran.out);
    let ran = place.run("organisation add X \"Another\" -n").fine();
    insta::assert_snapshot!("change_dry_run", ran.out);
}

#[test]
fn a_failure_is_told_in_three_parts() {
    let place = Place::with_evidence();
    let ran = place.by("network-officer", "evidence check E-0001").exits(3);
    insta::assert_snapshot!("failure", ran.err);
    let ran = place.by("network-officer", "evidence check E-0001 --json").exits(3);
    insta::assert_snapshot!("failure_json", ran.out);
}
