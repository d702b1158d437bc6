//! Snapshots of every text and every document.

use portreeve_model::standards::Framework;
use portreeve_reporting::why::Wanted;
use portreeve_reporting::{lists, log, next, plan, readiness, show, status, why};

use super::fixture::{PIPE, PLAIN, TERMINAL, world, young};

#[test]
fn readiness_for_a_board() {
    let world = world();
    insta::assert_snapshot!("readiness", readiness::text(&world.subject(), TERMINAL));
    insta::assert_snapshot!("readiness_piped", readiness::text(&world.subject(), PIPE));
    insta::assert_json_snapshot!("readiness_json", readiness::json(&world.subject()));
    insta::assert_snapshot!("readiness_young", readiness::text(&young().subject(), TERMINAL));
}

#[test]
fn why_down_to_files() {
    let world = world();
    let why = |wanted: Wanted, layout| why::text(&world.subject(), &wanted, &world.files, layout);
    insta::assert_snapshot!("why", why(Wanted::Scheme, TERMINAL));
    insta::assert_snapshot!("why_plain", why(Wanted::Scheme, PLAIN));
    insta::assert_snapshot!("why_requirement", why(Wanted::Requirement("psn-coco-1.32:R2".parse().unwrap()), TERMINAL));
    insta::assert_snapshot!("why_gate", why(Wanted::Gate("closed".to_owned()), TERMINAL));
    insta::assert_snapshot!("why_action", why(Wanted::Action("RAP-1".parse().unwrap()), TERMINAL));
    insta::assert_snapshot!("why_finding", why(Wanted::Finding("ITHC-003".parse().unwrap()), TERMINAL));
    let wanted = Wanted::Requirement("psn-coco-1.32:R1".parse().unwrap());
    insta::assert_json_snapshot!("why_json", why::json(&world.subject(), &wanted, &world.files, PIPE));
}

#[test]
fn status_and_next() {
    let world = world();
    insta::assert_snapshot!("status", status::text(&world.subject(), TERMINAL));
    insta::assert_json_snapshot!("status_json", status::json(&world.subject()));
    insta::assert_snapshot!("next", next::text(&world.subject(), TERMINAL));
    insta::assert_json_snapshot!("next_json", next::json(&world.subject()));
}

#[test]
fn every_list() {
    let world = world();
    let (subject, on) = (world.subject(), world.on());
    let register = subject.register;
    let built_in =
        ["caf-4.0", "psn-coco-1.32"].map(|id| Framework { id: id.parse().unwrap(), ..subject.framework.clone() });
    let tables = [
        lists::actions(&subject, &lists::ActionFilter::default(), on),
        lists::findings(register, &lists::FindingFilter::default(), on),
        lists::evidence(register, &lists::EvidenceFilter::default(), on),
        lists::decisions(register, on),
        lists::risks(register, on),
        lists::sources(register, on),
        lists::requirements(&subject, on),
        lists::people(register, on),
        lists::organisations(register, on),
        lists::frameworks(register, &built_in, on),
        lists::schemes(register, on),
        lists::packs(register, on),
        lists::certificates(register, on),
    ];
    let text: Vec<String> = tables.iter().map(|table| table.text(TERMINAL)).collect();
    insta::assert_snapshot!("lists", text.join("\n"));
    insta::assert_snapshot!("list_piped", tables[0].text(PIPE));
    insta::assert_json_snapshot!("list_json", tables[0].json("portreeve.actions/1", true));
    let late = lists::ActionFilter { late: true, ..lists::ActionFilter::default() };
    assert_eq!(lists::actions(&subject, &late, on).rows.len(), 1);
    let open = lists::ActionFilter { open: true, ..lists::ActionFilter::default() };
    assert_eq!(lists::actions(&subject, &open, on).rows.len(), 2);
}

#[test]
fn one_thing_in_full() {
    let world = world();
    let (subject, on, history) = (world.subject(), world.on(), &world.history);
    let register = subject.register;
    let records = [
        show::action(&subject, history, &"RAP-1".parse().unwrap(), on),
        show::action(&subject, history, &"RAP-3".parse().unwrap(), on),
        show::finding(register, history, &"ITHC-001".parse().unwrap(), on),
        show::evidence(register, history, &"E-3".parse().unwrap(), on),
        show::decision(register, history, &"D-01".parse().unwrap(), on),
        show::risk(register, history, &"RA-01".parse().unwrap(), on),
        show::source(register, history, &"ITHC-2018".parse().unwrap(), on),
        show::requirement(
            subject.register,
            history,
            subject.framework,
            &"psn-coco-1.32:R1".parse().unwrap(),
            &[subject],
        ),
    ];
    let text: Vec<String> = records.iter().map(|record| record.as_ref().unwrap().text(TERMINAL)).collect();
    insta::assert_snapshot!("show", text.join("\n"));
    insta::assert_json_snapshot!("show_json", records[0].as_ref().unwrap().json("portreeve.action/1"));
    assert_eq!(show::action(&subject, history, &"RAP-9".parse().unwrap(), on), None);
}

#[test]
fn the_log_and_the_plan() {
    let world = world();
    insta::assert_snapshot!("log", log::text(&log::lines(&world.history, None), TERMINAL));
    insta::assert_json_snapshot!("log_json", log::json(&log::lines(&world.history, Some("RAP-3")), true));
    insta::assert_snapshot!("plan", String::from_utf8(plan::csv(&world.subject())).unwrap());
    insta::assert_snapshot!("application", String::from_utf8(plan::application_csv(&world.subject())).unwrap());
}
