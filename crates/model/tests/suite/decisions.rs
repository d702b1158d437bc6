//! Decisions: options that differ, one outcome, a meeting that has been held.

use portreeve_model::Refusal;
use serde_json::json;

use super::drafts::*;
use super::story::{Story, refuses};

const ON: &str = "2018-10-01";

#[test]
fn a_decision_has_options_that_can_be_told_apart() {
    let mut story = Story::new();
    let options = |labels: &[&str]| {
        let options: Vec<_> = labels.iter().map(|label| json!({ "label": label, "title": "Do it" })).collect();
        decision("D-1").with("options", options)
    };
    refuses!(story, "officer", ON, options(&[]), Refusal::NoneNamed { what: "option" });
    refuses!(story, "officer", ON, options(&["A", "A"]), Refusal::Taken { noun: "option", .. });
    refuses!(story, "officer", ON, options(&["A", "B"]).with("recommended", "C"), Refusal::NoSuchOption { .. });
    refuses!(story, "officer", ON, decision("D-1").with("organisations", json!([])), Refusal::NoneNamed { .. });
    story.record("officer", ON, options(&["A", "B"]).with("recommended", "B"));
    refuses!(story, "officer", ON, options(&["A"]), Refusal::Taken { noun: "decision", .. });
}

#[test]
fn a_board_takes_one_of_its_options_once_and_not_tomorrow() {
    let mut story = Story::new();
    refuses!(story, "officer", ON, taken("D-1", "A", ON), Refusal::Unknown { noun: "decision", .. });
    story.record("officer", ON, decision("D-1").with("recommended", "B"));
    refuses!(story, "officer", ON, taken("D-1", "C", ON), Refusal::NoSuchOption { .. });
    refuses!(story, "officer", ON, taken("D-1", "A", "2018-10-02"), Refusal::NotYet { .. });
    story.record("officer", ON, taken("D-1", "A", ON));
    refuses!(story, "officer", ON, taken("D-1", "B", ON), Refusal::Decided { .. });
}
