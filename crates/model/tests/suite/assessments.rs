//! Answers to indicators: the grade that follows, who may check them, and what a check rests on.

use portreeve_model::Refusal;
use portreeve_model::readiness::{Blocker, RequirementState};
use serde_json::json;

use super::drafts::*;
use super::schemes::GRADES;
use super::story::{Story, refuses};

const ON: &str = "2018-10-01";
const ALL_GOOD: &[(&str, &str)] = &[("R4.A.1", "yes"), ("R4.A.2", "yes"), ("R4.PA.1", "yes"), ("R4.NA.1", "no")];

/// A register graded as the assessment framework is, with evidence for the requirement that has indicators.
fn graded() -> Story {
    let mut story = Story::new();
    let grades = GRADES.map(|id| json!({ "id": id, "title": id }));
    story.scheme.grading = serde_json::from_value(json!({
        "kind": "indicators",
        "grades": grades,
        "rules": [
            { "column": "not-achieved", "when": "any", "grade": "not-achieved" },
            { "column": "achieved", "when": "all", "grade": "achieved" },
            { "column": "partially-achieved", "when": "all", "grade": "partially-achieved" },
        ],
        "otherwise": "not-achieved", "alternatives_in": ["achieved", "partially-achieved"],
    }))
    .unwrap();
    story.record("owner", "2018-09-05", evidence("E-1", &[]).with("requirements", json!([requirement("R4")])));
    story.record("checker", "2018-09-06", checked("E-1", true));
    story
}

/// The state, the grade and the blockers of the requirement with indicators.
fn look(story: &Story) -> (RequirementState, Option<String>, Vec<Blocker>) {
    let answer = story.ready(ON);
    let held = answer.requirements.into_iter().find(|held| held.id.number.as_str() == "R4").unwrap();
    (held.state, held.graded.map(|graded| graded.grade.to_string()), held.blockers)
}

#[test]
fn checked_answers_give_the_grade_and_unchecked_ones_do_not_count() {
    let mut story = graded();
    assert!(matches!(look(&story).2[..], [Blocker::NotAssessed]));
    story.record("officer", "2018-09-07", answered("R4", &ALL_GOOD[..3]));
    assert!(
        look(&story).2.iter().any(|held| matches!(held, Blocker::Unanswered { indicators } if indicators.len() == 1))
    );
    story.record("officer", "2018-09-07", answered("R4", &ALL_GOOD[3..]));
    let (state, grade, blockers) = look(&story);
    assert_eq!((state, grade.as_deref()), (RequirementState::NotReady, Some("achieved")));
    assert!(matches!(blockers[..], [Blocker::AnswersUnchecked { .. }]));
    refuses!(story, "officer", ON, answers_checked("R4", true), Refusal::OwnWork { .. });
    story.record("auditor", ON, answers_checked("R4", true));
    assert_eq!(look(&story).0, RequirementState::Ready);
    story.record("officer", ON, answered("R4", &[("R4.NA.1", "yes")]));
    let (state, grade, blockers) = look(&story);
    assert_eq!((state, grade.as_deref()), (RequirementState::NotReady, Some("not-achieved")));
    let held_back =
        |held: &Blocker| matches!(held, Blocker::BelowTarget { held_back_by, .. } if held_back_by.len() == 1);
    assert!(blockers.iter().any(held_back), "{blockers:?}");
    assert!(
        blockers.iter().any(|held| matches!(held, Blocker::AnswersUnchecked { .. })),
        "a new answer voids the check"
    );
}

#[test]
fn a_check_never_comes_to_stand_on_answers_its_giver_did_not_see() {
    let mut story = graded();
    story.record("officer", "2018-09-07", answered("R4", ALL_GOOD));
    let worse = story.record("officer", "2018-09-07", answered("R4", &[("R4.NA.1", "yes")]));
    story.record("auditor", ON, answers_checked("R4", true));
    refuses!(story, "officer", ON, undone(&worse), Refusal::RestsOnIt { .. });
    let silly = excluded("R6").with("reason", "Because");
    story.record("officer", ON, silly);
    let better = story.record("officer", ON, excluded("R6"));
    story.record("checker", ON, exclusion_checked("R6", true));
    refuses!(story, "officer", ON, undone(&better), Refusal::RestsOnIt { .. });
}

#[test]
fn an_alternative_to_bad_practice_is_no_answer_and_counts_as_the_worse() {
    let mut story = graded();
    let said = answered("R4", &ALL_GOOD[..3]).with_answer("R4.NA.1", "alternative", "It is so, but we are small");
    story.record("officer", "2018-09-07", said);
    story.record("auditor", ON, answers_checked("R4", true));
    let (state, grade, blockers) = look(&story);
    assert_eq!((state, grade.as_deref()), (RequirementState::NotReady, Some("not-achieved")));
    assert!(blockers.iter().any(|held| matches!(held, Blocker::Unanswered { .. })), "{blockers:?}");
    let mut good = graded();
    let said = answered("R4", &ALL_GOOD[1..]).with_answer("R4.A.1", "exempt", "There is no such system");
    good.record("officer", "2018-09-07", said);
    good.record("auditor", ON, answers_checked("R4", true));
    assert_eq!(look(&good).0, RequirementState::Ready);
}

#[test]
fn an_indicator_of_another_requirement_is_no_answer() {
    let mut story = graded();
    let refusal = story.refuse("officer", ON, answered("R4", &[("R5.A.1", "yes")]));
    assert!(matches!(refusal, Refusal::NotAnIndicator { .. }));
    refuses!(story, "officer", ON, answered("R1", &[("R4.A.1", "yes")]), Refusal::NotAnIndicator { .. });
    story.record("officer", ON, answered("R4", &[("R4.A.1", "yes")]));
    refuses!(story, "officer", ON, answered("R4", &[("R4.A.1", "yes")]), Refusal::NothingChanges);
}

#[test]
fn a_signature_stands_for_the_rules_and_the_role_it_was_given_under() {
    let mut story = Story::new();
    let passes = |story: &Story| {
        let answer = story.ready(ON);
        answer.gates.iter().find(|gate| gate.id == "signature").unwrap().passes()
    };
    story.record("head", "2018-09-06", signed("head", "2018-09-06"));
    story.record("clerk", "2018-09-07", roles_changed("head", &["head-of-ict", "signatory"]));
    assert!(!passes(&story), "a role given later makes no earlier signature better");
    story.record("chief", "2018-09-08", signed("chief", "2018-09-08"));
    assert!(passes(&story));
    story.record("officer", "2018-09-09", scheme().with("target", "2019-05-31"));
    assert!(passes(&story), "another target changes no rule");
    story.record("officer", "2018-09-10", scheme().with("digest", "77".repeat(32)));
    assert!(!passes(&story), "nobody has signed for other rules");
}

#[test]
fn a_link_that_no_scheme_judges_hides_no_weakness() {
    let mut story = Story::new();
    story.record("officer", "2018-09-05", second_framework());
    story.record("officer", "2018-09-05", finding("F-1", "critical").with("requirements", json!([outcome("O1")])));
    let answer = story.ready(ON);
    assert_eq!(answer.findings.open, 1);
    assert!(!answer.gates.iter().find(|gate| gate.id == "closed").unwrap().passes());
}
