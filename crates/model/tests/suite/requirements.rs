//! Frameworks, schemes, statements, exclusions, signatures, certificates and packs.

use portreeve_model::Refusal;
use serde_json::json;

use super::drafts::*;
use super::story::{Story, refuses};

const ON: &str = "2018-10-01";

#[test]
fn a_framework_is_adopted_once_and_has_requirements() {
    let mut story = Story::new();
    refuses!(story, "officer", ON, framework(), Refusal::Taken { noun: "framework", .. });
    let empty = framework().with("id", "caf-4.0").with("requirements", json!([]));
    refuses!(story, "officer", ON, empty, Refusal::NoneNamed { what: "requirement" });
    story.record("officer", ON, framework().with("id", "caf-4.0"));
}

#[test]
fn a_scheme_judges_an_adopted_framework_for_known_organisations() {
    let mut story = Story::new();
    refuses!(story, "officer", ON, scheme().with("framework", "caf-4.0"), Refusal::NotAdopted { .. });
    refuses!(story, "officer", ON, scheme().with("organisations", json!(["NHDC"])), Refusal::Unknown { .. });
    refuses!(story, "officer", ON, scheme().with("organisations", json!([])), Refusal::NoneNamed { .. });
    story.record("officer", ON, scheme().with("id", "psn-light"));
}

#[test]
fn adopting_a_scheme_again_keeps_its_form_signature_and_baseline() {
    let mut story = Story::new();
    story.record("officer", ON, particulars(&[("environment", "Shared")]));
    story.record("chief", ON, signed("chief", ON));
    story.record("officer", ON, baseline());
    story.record("officer", ON, scheme().with("target", "2019-05-31"));
    let held = &story.register().schemes["psn"];
    assert!(held.baseline.is_some() && held.particulars.len() == 1 && held.signatures.len() == 1);
    assert_eq!(held.event.target.map(|target| target.iso()), Some("2019-05-31".to_owned()));
}

#[test]
fn a_scheme_is_worked_on_only_where_it_was_adopted() {
    let mut story = Story::new();
    story.record("officer", ON, evidence("E-1", &[]));
    story.record("officer", ON, scheme().with("organisations", json!(["SBC"])));
    let wrong_place = [
        particulars(&[("environment", "Shared")]),
        signed("chief", ON).with("form", "E-1"),
        certificate("CERT-1"),
        pack("P-1"),
    ];
    for draft in &wrong_place {
        refuses!(story, "officer", ON, draft.clone(), Refusal::SchemeNotFor { .. });
        let nowhere = draft.clone().with("scheme", "caf");
        refuses!(story, "officer", ON, nowhere, Refusal::Unknown { noun: "scheme", .. });
    }
    refuses!(story, "officer", ON, baseline().with("scheme", "caf"), Refusal::Unknown { noun: "scheme", .. });
    story.record("officer", ON, scheme());
    for draft in wrong_place {
        story.record("officer", ON, draft);
    }
}

#[test]
fn a_form_has_fields_with_plain_names() {
    let mut story = Story::new();
    refuses!(story, "officer", ON, particulars(&[]), Refusal::NoneNamed { what: "field" });
    for name in ["", "Environment", "a b", "é", "<b>", &"a".repeat(65)] {
        refuses!(story, "officer", ON, particulars(&[(name, "Shared")]), Refusal::Unknown { noun: "form field", .. });
    }
    story.record("officer", ON, particulars(&[("srv-code-1", "Shared")]));
}

#[test]
fn a_field_stated_again_replaces_the_answer_and_leaves_the_others() {
    let mut story = Story::new();
    story.record("officer", ON, particulars(&[("environment", "Shared"), ("users", "1,100")]));
    story.record("officer", ON, particulars(&[("users", "1,150")]));
    let form = &story.register().schemes["psn"].particulars["EHC"];
    assert_eq!((form["environment"].as_str(), form["users"].as_str()), ("Shared", "1,150"));
}

#[test]
fn only_a_senior_officer_signs_and_somebody_else_records_it_only_with_the_form() {
    let mut story = Story::new();
    story.record("officer", ON, evidence("E-1", &[]).with("evidence_kind", "signed-form"));
    refuses!(story, "officer", ON, signed("owner", ON).with("form", "E-1"), Refusal::NotAllowed { .. });
    refuses!(story, "auditor", ON, signed("auditor", ON), Refusal::NotAllowed { .. });
    refuses!(story, "chief", ON, signed("chief", "2018-10-02"), Refusal::NotYet { .. });
    refuses!(story, "officer", ON, signed("chief", ON), Refusal::NoPaper { paper: "signed form", .. });
    refuses!(story, "officer", ON, signed("chief", ON).with("form", "E-9"), Refusal::Unknown { .. });
    refuses!(story, "checker", ON, signed("chief", ON).with("form", "E-1"), Refusal::NotAllowed { .. });
    story.record("officer", ON, signed("chief", ON).with("form", "E-1"));
    story.record("chief", ON, signed("chief", ON));
    story.record("siro", ON, signed("siro", ON));
}

#[test]
fn a_statement_is_about_a_requirement_of_an_adopted_framework() {
    let mut story = Story::new();
    for draft in [stated("R9"), excluded("R9")] {
        refuses!(story, "officer", ON, draft, Refusal::NotARequirement { .. });
    }
    for draft in [stated("R1"), excluded("R1")] {
        refuses!(story, "officer", ON, draft.clone().with("organisations", json!([])), Refusal::NoneNamed { .. });
        refuses!(story, "officer", ON, draft.clone().with("organisations", json!(["NHDC"])), Refusal::Unknown { .. });
        story.record("officer", ON, draft);
    }
}

#[test]
fn not_applicable_takes_a_second_person() {
    let mut story = Story::new();
    refuses!(story, "checker", ON, exclusion_checked("R3", true), Refusal::NothingToCheck { .. });
    story.record("officer", ON, excluded("R3"));
    assert_eq!(story.ready(ON).verified.whole, 6, "until it is checked it counts as not ready");
    refuses!(story, "officer", ON, exclusion_checked("R3", true), Refusal::OwnWork { did: "proposed", .. });
    let nobody = exclusion_checked("R3", true).with("organisations", json!([]));
    refuses!(story, "checker", ON, nobody, Refusal::NoneNamed { what: "organisation" });
    let both = exclusion_checked("R3", true).with("organisations", json!(["EHC", "SBC"]));
    refuses!(story, "checker", ON, both, Refusal::NothingToCheck { .. });
    story.record("checker", ON, exclusion_checked("R3", true));
    assert_eq!(story.ready(ON).verified.whole, 5);
    assert_eq!(story.ready_for("SBC", super::story::day(ON)).verified.whole, 6, "each council says so for itself");
    refuses!(story, "checker", ON, exclusion_checked("R3", true), Refusal::NothingToCheck { .. });
}

#[test]
fn an_exclusion_that_is_not_agreed_or_is_proposed_anew_counts_again() {
    let mut story = Story::new();
    story.record("officer", ON, excluded("R3"));
    story.record("checker", ON, exclusion_checked("R3", false));
    assert_eq!(story.ready(ON).verified.whole, 6);
    story.record("officer", ON, excluded("R3"));
    story.record("checker", ON, exclusion_checked("R3", true));
    story.record("officer", ON, excluded("R3"));
    assert_eq!(story.ready(ON).verified.whole, 6, "a new reason needs a new check");
    story.record("checker", ON, exclusion_checked("R3", true));
    story.record("officer", ON, stated("R3"));
    assert_eq!(story.ready(ON).verified.whole, 6);
}

#[test]
fn a_certificate_runs_forwards_and_is_withdrawn_once_while_it_runs() {
    let mut story = Story::new();
    refuses!(story, "officer", ON, certificate("CERT-1").with("until", "2018-09-09"), Refusal::WrongOrder { .. });
    refuses!(story, "officer", ON, certificate("CERT-1").with("organisations", json!([])), Refusal::NoneNamed { .. });
    refuses!(story, "officer", ON, certificate_withdrawn("CERT-1", ON), Refusal::Unknown { .. });
    story.record("officer", ON, certificate("CERT-1"));
    refuses!(story, "officer", ON, certificate("CERT-1"), Refusal::Taken { noun: "certificate", .. });
    refuses!(story, "officer", ON, certificate_withdrawn("CERT-1", "2018-10-02"), Refusal::NotYet { .. });
    refuses!(story, "officer", ON, certificate_withdrawn("CERT-1", "2018-09-09"), Refusal::WrongOrder { .. });
    story.record("officer", ON, certificate_withdrawn("CERT-1", ON));
    refuses!(story, "officer", ON, certificate_withdrawn("CERT-1", ON), Refusal::Unknown { .. });
}

#[test]
fn a_pack_has_a_reference_of_its_own_and_is_about_somebody() {
    let mut story = Story::new();
    refuses!(story, "officer", ON, pack("P-1").with("organisations", json!([])), Refusal::NoneNamed { .. });
    story.record("officer", ON, pack("P-1"));
    refuses!(story, "officer", ON, pack("P-1"), Refusal::Taken { noun: "pack", .. });
    story.record("officer", ON, pack("P-2"));
}
