//! Evidence goes from one framework to another: proposed by a mapping, carried by one person, judged by another. And a
//! new version of a framework leaves a list of what to look at again.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::support::{Place, demonstration};

const TO_CAF: &str = "mapping carry --from psn --to caf-3.2";

/// A scheme that judges CAF 3.2 by one gate, so that nothing but evidence decides about a requirement.
const SCHEME: &str = r#"{
  "id": "caf", "title": "CAF self-assessment", "framework": "caf-3.2", "source": "Written for this test",
  "threshold": "critical", "at_risk_days": 14, "certificate": { "months": 12 },
  "gates": [{ "id": "signed", "title": "A senior officer has signed", "source": "Written for this test",
    "remedy": "Sign", "rule": { "kind": "signature", "within": { "months": 12 }, "by": ["signatory"] } }],
  "evidence": { "A2.b": [{ "any_of": ["health-check-report"] }], "A1.a": [{ "any_of": ["policy"] }] },
  "pack": [{ "id": "signature", "title": "Signature", "content": { "kind": "signature" } }]
}"#;

/// The demonstration's council, on its way to CAF 3.2: made once, and copied for each journey that writes.
fn on_its_way() -> Place {
    static MADE: LazyLock<Place> = LazyLock::new(|| {
        let place = Place::new().acting_as("security-officer");
        let _ = place.run("demo shown").fine();
        place.write("caf.json", SCHEME);
        for line in ["framework adopt caf-3.2", "scheme adopt caf caf.json", "mapping adopt psn-coco-1.32-to-caf-3.2"] {
            let _ = at(&place, line).fine();
        }
        place
    });
    let place = Place::new().acting_as("security-officer");
    copy(&MADE.path("shown"), &place.path("shown"));
    place
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.path().is_dir() {
            copy(&item.path(), &target);
        } else {
            fs::copy(item.path(), target).unwrap();
        }
    }
}

fn at(place: &Place, line: &str) -> crate::support::Ran {
    place.run(&format!("{line} --register shown/register"))
}

fn by(place: &Place, person: &str, line: &str) -> crate::support::Ran {
    place.by(person, &format!("{line} --register shown/register"))
}

#[test]
fn what_a_mapping_proposes_is_listed_with_its_gaps_and_nothing_is_written() {
    let (place, _) = demonstration();
    let before = place.bytes_of("shown/register");
    let to = |framework: &str| {
        format!("mapping carry --from psn --to {framework} --at 2019-05-31 --register shown/register")
    };
    let ran = place.run(&to("cyber-essentials-3.3")).fine();
    insta::assert_snapshot!("carry_to_cyber_essentials", ran.out);
    let ran = place.run(&to("caf-3.2")).fine();
    let outline = ran.out.lines().filter(|line| !line.starts_with("  E-") && !line.starts_with("      "));
    insta::assert_snapshot!("carry_to_caf_outline", outline.collect::<Vec<_>>().join("\n"));
    let answer = place.run(&(to("caf-3.2") + " --organisation SBC --json")).fine().json();
    let proposals = answer["proposals"].as_array().unwrap();
    assert!(proposals.iter().all(|one| one["evidence"] != "E-130"), "East Herts' own form is not Stevenage's");
    assert!(proposals.iter().any(|one| one["evidence"] == "E-129" && one["fit"]["is"] == "no-rules"));
    assert!(place.bytes_of("shown/register") == before, "asking wrote something");
}

#[test]
fn a_mapping_is_adopted_before_anything_is_carried_along_it() {
    let place = Place::new().acting_as("security-officer");
    let _ = place.run("demo shown").fine();
    let accept = format!("{TO_CAF} --accept E-002:A2.b --note \"The same test\"");
    let _ = at(&place, &accept)
        .exits(2)
        .warns("has not been adopted")
        .warns("portreeve framework adopt caf-3.2")
        .warns("portreeve mapping adopt psn-coco-1.32-to-caf-3.2");
    let _ = at(&place, "mapping adopt psn-coco-1.32-to-caf-3.2").exits(3).warns("`caf-3.2` has not been adopted");
    let _ = at(&place, "mapping adopt psn-to-caf").exits(2).warns("built-in mapping");
}

#[test]
fn what_is_carried_counts_once_a_second_person_has_judged_it() {
    let place = on_its_way();
    let ready = || {
        let answer = at(&place, "requirement show A2.b --scheme caf --organisation EHC --json").json();
        answer["facts"].to_string()
    };
    let psn = at(&place, "readiness --scheme psn --at 2019-05-31").fine().out;
    let _ = at(&place, TO_CAF).fine().says("the scheme asks for another kind: policy or procedure");
    assert!(ready().contains("There is no IT health check report"), "a mapping alone brings nothing: {}", ready());

    let _ = at(&place, &format!("{TO_CAF} --accept E-002:A2.b")).exits(2).warns("--note");
    let told = at(&place, &format!("{TO_CAF} --accept E-002:A2.b --note \"The same test\"")).fine();
    let told =
        told.says("It counts there once somebody else has judged it: portreeve mapping judge E-002 caf-3.2:A2.b");
    assert!(told.out.contains("--as head-of-ict"), "{}", told.out);
    assert!(ready().contains("is not yet judged for this requirement"), "{}", ready());
    let why = at(&place, "why A2.b --scheme caf --organisation EHC").exits(1);
    let _ =
        why.says("carried over from psn-coco-1.32:PSN-TST by the").says("mapping psn-coco-1.32-to-caf-3.2 and is not");
    let next = at(&place, "next --scheme caf --organisation EHC --json").json();
    assert!(
        next.to_string().contains("portreeve mapping judge E-002 caf-3.2:A2.b") || ready().contains("not yet judged")
    );

    let judge = "mapping judge E-002 A2.b --accept --note \"Every weakness is listed\"";
    let _ = at(&place, judge).exits(3).warns("added `E-002`").warns("these people can: head-of-ict");
    let _ = by(&place, "network-officer", judge).exits(3);
    let _ = by(&place, "internal-auditor", judge).fine().says("it shows what is asked");
    assert!(ready().contains("judged for this requirement by Internal auditor, SIAS"), "{}", ready());
    let _ = by(&place, "head-of-ict", "mapping judge E-002 A2.b --reject --note \"Nothing on suppliers\"").fine();
    assert!(ready().contains("was judged not to show what this requirement asks"), "{}", ready());

    let _ = at(&place, "evidence show E-002").fine().says("Carried to");
    assert_eq!(at(&place, "readiness --scheme psn --at 2019-05-31").fine().out, psn, "the PSN answer is what it was");
    let _ = at(&place, "verify").fine();
}

#[test]
fn everything_that_nothing_speaks_against_is_carried_at_once_and_taken_back_at_once() {
    let place = on_its_way();
    let proposals = |state: &str, fits: bool| {
        let answer = at(&place, &format!("{TO_CAF} --json")).fine().json();
        let all = answer["proposals"].as_array().unwrap().clone();
        all.iter().filter(|one| one["state"] == state && (one["fit"]["is"] == "fits") == fits).count()
    };
    let (fitting, others) = (proposals("proposed", true), proposals("proposed", false));
    assert!(fitting > 100 && others > 0);
    let all = format!("{TO_CAF} --accept-all --note \"The same estate\"");
    let _ = at(&place, &format!("{TO_CAF} --accept-all")).exits(2).warns("--note");
    let _ = at(&place, &format!("{all} -n")).fine().says("Dry run: nothing was recorded");
    assert_eq!(proposals("waiting", true), 0);
    let _ = at(&place, &all).fine().says(&format!("Carried {fitting} items of evidence to caf-3.2"));
    assert_eq!((proposals("waiting", true), proposals("proposed", false)), (fitting, others));
    let _ = at(&place, &all).exits(2).warns("there is no proposal left that nothing speaks against");
    let _ = at(&place, "undo --reason \"One by one after all\"").fine();
    assert_eq!(proposals("proposed", true), fitting);
}

#[test]
fn what_is_not_proposed_is_not_carried() {
    let place = on_its_way();
    let note = "--note \"Why not\"";
    let _ = at(&place, &format!("{TO_CAF} --accept E-002:D1.a {note}")).exits(2).warns("`E-002:D1.a` is not proposed");
    let _ = at(&place, &format!("{TO_CAF} --accept E-042 {note}")).exits(2).warns("as E-0412:B4.d");
    let _ = at(&place, &format!("{TO_CAF} {note}")).exits(2).warns("nothing to carry");
    let _ = at(&place, "mapping judge E-002 A2.b --accept --note x").exits(2).warns("was not carried to `A2.b`");
    let _ = at(&place, "mapping judge E-002 A2.b --note x").exits(2).warns("--accept");
    let _ = at(&place, "mapping carry --from caf-3.2 --to mcss-2018").exits(2).warns("no mapping leads from");
    let _ = at(&place, "mapping carry --from psn --to caf-3.3").exits(2).warns("did you mean");
}

#[test]
fn a_pack_takes_along_what_was_carried_and_verifies() {
    let place = on_its_way();
    let _ = at(&place, &format!("{TO_CAF} --accept E-002:A2.b --note \"The same test\"")).fine();
    let _ = by(&place, "internal-auditor", "mapping judge E-002 A2.b --accept --note \"It does\"").fine();
    for scheme in ["psn", "caf"] {
        let _ = at(&place, &format!("pack build {scheme}-pack --scheme {scheme} --organisation EHC"));
        let verified = place.run(&format!("pack verify {scheme}-pack --json"));
        assert!(verified.code <= 1, "{scheme}: {}\n{}", verified.out, verified.err);
    }
}

#[test]
fn other_peoples_mappings_are_imported_once_the_frameworks_are_named() {
    let place = on_its_way();
    let map = |relationship: &str, number: &str| {
        format!(
            r#"{{"uuid": "74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c726", "relationship": "{relationship}",
            "sources": [{{"type": "control", "id-ref": "PSN-BND-FW"}}, {{"type": "control", "id-ref": "PSN-BND"}}],
            "targets": [{{"type": "control", "id-ref": "{number}"}}]}}"#
        )
    };
    let file = |map: String| {
        let resource = |name: &str| format!(r#"{{"type": "catalog", "href": "{name}.json"}}"#);
        format!(
            r#"{{"mapping-collection": {{"uuid": "74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724",
            "metadata": {{"title": "Theirs", "last-modified": "2025-02-28T00:00:00Z", "version": "1", "oscal-version": "1.2.1"}},
            "mappings": [{{"uuid": "74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c725", "source-resource": {}, "target-resource": {},
            "maps": [{map}]}}]}}}}"#,
            resource("one"),
            resource("two")
        )
    };
    place.write("theirs.json", &file(map("intersects-with", "B5.a")));
    place.write("wrong.json", &file(map("roughly", "B99")));
    let _ =
        at(&place, "mapping import theirs.json").exits(2).warns("source-resource").warns("name the framework yourself");
    let ends = "--from psn-coco-1.32 --to caf-3.2";
    let _ = at(&place, &format!("mapping import wrong.json {ends}")).exits(2).warns("/relationship").warns("/id-ref");
    let import = format!("mapping import theirs.json --id theirs {ends}");
    let _ = at(&place, &import).fine().says("28 February 2025");
    let _ = at(&place, &import).exits(3).warns("nothing would change");
    let _ = at(&place, TO_CAF).exits(2).warns("several mappings lead there");
    let _ = at(&place, &format!("{TO_CAF} --mapping theirs")).fine().says("from PSN-BND-FW: intersects-with");
}

#[test]
fn a_new_version_says_what_changed_and_what_to_look_at_again() {
    let place = on_its_way();
    let _ = at(&place, &format!("{TO_CAF} --accept E-002:A2.b --note \"The same test\"")).fine();
    let _ = at(&place, "requirement state A1.b --statement \"Each role has a name beside it\"").fine();
    let _ = at(&place, "framework adopt caf-4.0").fine().says("portreeve framework changes caf-3.2 caf-4.0");
    let told = at(&place, "framework changes caf-3.2 caf-4.0").fine();
    for line in [
        "A1.b  Roles and Responsibilities: unchanged",
        "A2.b to A2.c  Assurance: renumbered",
        "A2.b  Understanding Threat: new",
        "C1.a  Sources and Tools for Logging and Monitoring: was called Monitoring Coverage",
        "To be looked at again in this register: 3 items under caf-3.2",
        "A2.b (now A2.c)",
        "A1.b (now A1.b, unchanged)",
        "statements: EHC, SBC",
    ] {
        assert!(told.out.contains(line), "no `{line}` in\n{}", told.out);
    }
    let _ = at(&place, "framework changes psn caf-3.2").exits(2).warns("do not look like versions of one framework");
    let _ = at(&place, "framework changes caf-3.2 caf-4.0 --requirement Z9").exits(2).warns("no requirement `Z9`");
}
