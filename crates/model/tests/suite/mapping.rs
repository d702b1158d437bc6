//! What a mapping proposes, and what a new version of a framework leaves to be looked at again.

use portreeve_model::mapping::carry::{CarryPlan, CarryQuestion, CarryState, Fit, GapCause, carry_plan};
use portreeve_model::mapping::changes::{ChangeCount, Changes, Kept, Row, changes};
use portreeve_model::mapping::review::review;
use portreeve_model::mapping::{Mapping, Pair};
use portreeve_model::standards::{Framework, Indicator, Requirement};
use portreeve_model::words::Relation;
use serde_json::json;

use super::drafts::*;
use super::story::{START, Story, day};

const ON: &str = "2018-10-01";

fn pair(source: &str, target: &str, relation: Relation) -> Pair {
    Pair {
        source: source.parse().unwrap(),
        target: target.parse().unwrap(),
        relation,
        basis: Some("judgement".parse().unwrap()),
        note: None,
        confidence: None,
    }
}

fn mapped(source: &str, target: &str, pairs: Vec<Pair>) -> Mapping {
    Mapping {
        id: "caf-to-psn".parse().unwrap(),
        title: "From one to the other".parse().unwrap(),
        source: source.parse().unwrap(),
        target: target.parse().unwrap(),
        date: day("2018-09-01"),
        confidence: Some("low".parse().unwrap()),
        description: None,
        pairs,
    }
}

fn to_psn() -> Mapping {
    let related = |source, target| pair(source, target, Relation::Related);
    let nothing = pair("O2", "R4", Relation::NoRelationship);
    mapped(
        "caf-3.2",
        "psn-coco-1.32",
        vec![related("O1", "R1"), related("O1", "R2"), related("O2", "R3"), related("O3", "R2"), nothing],
    )
}

/// E-1 is accepted for O1 and O3, E-2 waits for its check.
fn story() -> Story {
    let mut story = Story::new();
    story.record("officer", START, second_framework());
    let pairs = json!({ "O1": ["R1", "R2"], "O2": ["R3"], "O3": ["R2"] });
    story.record("officer", START, mapping().with("pairs", pairs));
    let bears_on = json!([outcome("O1"), outcome("O3")]);
    story.record("owner", "2018-09-05", evidence("E-1", &[]).with("requirements", bears_on));
    story.record("checker", "2018-09-06", checked("E-1", true));
    story.record(
        "owner",
        "2018-09-05T10:00:00Z".replace("05", "06").as_str(),
        evidence("E-2", &[]).with("requirements", json!([outcome("O2")])),
    );
    story
}

fn plan(story: &Story, on: &str, with_scheme: bool) -> CarryPlan {
    let mapping = to_psn();
    carry_plan(&CarryQuestion {
        register: story.register(),
        mapping: &mapping,
        target: &story.framework,
        scheme: with_scheme.then_some(&story.scheme),
        organisation: None,
        on: day(on),
    })
}

fn told(plan: &CarryPlan) -> Vec<String> {
    let ways = |ways: &[portreeve_model::mapping::carry::Way]| {
        ways.iter().map(|way| way.from.number.to_string()).collect::<Vec<_>>().join("+")
    };
    plan.proposals
        .iter()
        .map(|one| format!("{} {}>{} {:?}", one.evidence, ways(&one.ways), one.to.number, one.state))
        .collect()
}

#[test]
fn accepted_evidence_is_proposed_once_for_each_requirement_it_leads_to() {
    let plan = plan(&story(), ON, false);
    assert_eq!(told(&plan), ["E-1 O1>R1 Proposed", "E-1 O1+O3>R2 Proposed"]);
    let way = &plan.proposals[0].ways[0];
    assert_eq!((way.relation, way.confidence.as_ref().unwrap().as_str()), (Relation::Related, "low"));
    assert_eq!(plan.not_accepted.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["E-2"]);
}

#[test]
fn gaps_say_whether_nothing_leads_there_or_nothing_is_there_to_lead() {
    let plan = plan(&story(), ON, false);
    let gaps: Vec<(&str, &GapCause)> =
        plan.gaps.iter().map(|gap| (gap.requirement.number.as_str(), &gap.because)).collect();
    let from = ["O2".parse().unwrap()].into();
    assert_eq!(
        gaps,
        [
            ("R3", &GapCause::NoEvidence { from }),
            ("R4", &GapCause::NoMapping),
            ("R5", &GapCause::NoMapping),
            ("R6", &GapCause::NoMapping)
        ]
    );
}

#[test]
fn a_proposal_says_whether_the_target_would_take_it() {
    let mut story = story();
    let fit = |plan: &CarryPlan, at: usize| plan.proposals[at].fit.clone();
    let asked = plan(&story, ON, true);
    assert_eq!(fit(&asked, 0), Fit::Fits, "R1 has no rules of its own");
    assert!(matches!(fit(&asked, 1), Fit::OtherKinds { .. }), "R2 asks for a diagram and a policy");
    assert!(
        asked.gaps.iter().any(|gap| gap.requirement.number.as_str() == "R2" && gap.because == GapCause::NothingFits)
    );
    assert_eq!(fit(&plan(&story, ON, false), 1), Fit::NoRules);

    let diagram =
        evidence("E-3", &[]).with("evidence_kind", "network-diagram").with("requirements", json!([outcome("O3")]));
    story.record("owner", ON, diagram);
    story.record("checker", ON, checked("E-3", true));
    assert_eq!(fit(&plan(&story, "2019-03-04", true), 2), Fit::Fits);
    assert_eq!(fit(&plan(&story, "2019-03-05", true), 2), Fit::OutOfDate { since: day("2019-03-05") });
    let said = evidence("E-4", &[]).with("content", word()).with("requirements", json!([outcome("O2")]));
    story.record("owner", ON, said);
    story.record("checker", ON, checked("E-4", true));
    assert_eq!(plan(&story, ON, true).proposals.last().unwrap().fit, Fit::Weak);
}

#[test]
fn a_proposal_says_how_far_it_has_come() {
    let mut story = story();
    story.record("officer", ON, carried("E-1", "O1", "R1"));
    assert_eq!(plan(&story, ON, false).proposals[0].state, CarryState::Waiting);
    story.record("auditor", ON, judged("E-1", "R1", false));
    let refused = plan(&story, ON, false);
    assert_eq!(refused.proposals[0].state, CarryState::Refused);
    assert_eq!(refused.gaps[0].because, GapCause::NothingFits, "what was refused closes no gap");
    story.record("auditor", ON, judged("E-1", "R1", true));
    assert_eq!(plan(&story, ON, false).proposals[0].state, CarryState::Accepted);
    story.record("owner", ON, linked("E-1").with("requirements", json!([requirement("R2")])));
    story.record("checker", ON, checked("E-1", true));
    assert_eq!(plan(&story, ON, false).proposals[1].state, CarryState::There);
}

#[test]
fn evidence_of_others_and_evidence_taken_back_is_not_proposed() {
    let mut story = story();
    let mapping = to_psn();
    let sbc = "SBC".parse().unwrap();
    let question = CarryQuestion {
        register: story.register(),
        mapping: &mapping,
        target: &story.framework,
        scheme: None,
        organisation: Some(&sbc),
        on: day(ON),
    };
    assert!(carry_plan(&question).proposals.is_empty());
    story.record("owner", ON, evidence_withdrawn("E-1"));
    assert!(plan(&story, ON, false).proposals.is_empty());
}

fn asked(number: &str, title: &str, statement: &str, indicators: &[(&str, &str)]) -> Requirement {
    let indicator = |(place, text): &(&str, &str)| Indicator {
        id: format!("{number}.{place}").parse().unwrap(),
        column: "achieved".parse().unwrap(),
        text: (*text).to_owned(),
    };
    Requirement {
        number: number.parse().unwrap(),
        title: title.parse().unwrap(),
        statement: statement.to_owned(),
        heading: None,
        indicators: indicators.iter().map(indicator).collect(),
        target: None,
        confidence: None,
        source: None,
    }
}

fn version(id: &str, requirements: Vec<Requirement>) -> Framework {
    let title = "Assessment Framework".parse().unwrap();
    Framework { id: id.parse().unwrap(), title, version: "1".parse().unwrap(), profile: None, requirements }
}

fn old() -> Framework {
    version(
        "caf-3.2",
        vec![
            asked("A1", "Direction", "The board leads.", &[("A.1", "It meets."), ("A.2", "It asks.")]),
            asked("A2", "Assurance", "Somebody looks.", &[]),
            asked("A3", "Assets", "All is known.", &[]),
            asked("A4", "Events", "Odd things are seen.", &[]),
            asked("A5", "Supply", "Suppliers are known.", &[]),
        ],
    )
}

fn new() -> Framework {
    version(
        "caf-4.0",
        vec![
            asked(
                "A1",
                "Direction",
                "The board  leads.",
                &[("A.1", "It learns."), ("A.2", "It meets."), ("A.3", "It asks twice.")],
            ),
            asked("A2", "Threat", "Threats are understood.", &[]),
            asked("A3", "Assets", "All is known.", &[]),
            asked("A4", "Hunting", "Threats are looked for.", &[]),
            asked("A6", "Assurance", "Somebody looks.", &[]),
        ],
    )
}

fn kept(changes: &Changes, number: &str) -> Kept {
    let number = number.parse().unwrap();
    match changes.of(&number).next() {
        Some(Row::Kept(kept)) => (**kept).clone(),
        other => panic!("{number}: {other:?}"),
    }
}

#[test]
fn versions_are_matched_by_number_and_title_and_never_by_number_alone() {
    let changes = changes(&old(), &new(), None);
    assert!(kept(&changes, "A3").is_unchanged());
    assert_eq!(kept(&changes, "A2").new.as_str(), "A6", "the title stands once in both");
    let gone: Vec<&str> = changes
        .rows
        .iter()
        .filter_map(|row| match row {
            Row::Gone { old, .. } => Some(old.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(gone, ["A4", "A5"]);
    let expected = ChangeCount { unchanged: 1, reworded: 1, renumbered: 1, new: 2, gone: 2, ..ChangeCount::default() };
    assert_eq!(changes.count(), expected);
}

#[test]
fn indicators_are_compared_by_their_words_so_that_one_put_in_between_moves_none() {
    let changes = changes(&old(), &new(), None);
    let board = kept(&changes, "A1");
    assert!(!board.reworded, "white space is no change");
    let told: Vec<(Option<&str>, Option<&str>)> =
        board.indicators.iter().map(|one| (one.old.as_deref(), one.new.as_deref())).collect();
    assert_eq!(told, [(Some("It asks."), None), (None, Some("It learns.")), (None, Some("It asks twice."))]);
    let mut reworded = new();
    reworded.requirements[0].indicators.remove(0);
    reworded.requirements[0].indicators[0].id = "A1.A.1".parse().unwrap();
    reworded.requirements[0].indicators[1].id = "A1.A.2".parse().unwrap();
    let changes = portreeve_model::mapping::changes::changes(&old(), &reworded, None);
    let board = kept(&changes, "A1");
    let told: Vec<_> = board.indicators.iter().map(|one| (one.old.as_deref(), one.new.as_deref())).collect();
    assert_eq!(told, [(Some("It asks."), Some("It asks twice."))], "the same place reads otherwise");
}

#[test]
fn a_mapping_says_what_became_of_what_and_nothing_is_called_the_same_against_it() {
    let mapping = mapped(
        "caf-3.2",
        "caf-4.0",
        vec![
            pair("A2", "A6", Relation::EquivalentTo),
            pair("A3", "A3", Relation::SucceededBy),
            pair("A4", "A4", Relation::SucceededBy),
            pair("A5", "A5", Relation::NoRelationship),
        ],
    );
    let changes = changes(&old(), &new(), Some(&mapping));
    assert!(!kept(&changes, "A3").is_unchanged(), "both read the same, but the mapping does not say so");
    assert_eq!(kept(&changes, "A3").not_the_same, Some(Relation::SucceededBy));
    assert_eq!(kept(&changes, "A2").not_the_same, None);
    let hunting = kept(&changes, "A4");
    assert_eq!(hunting.retitled.as_ref().unwrap().as_str(), "Events");
    let expected = ChangeCount {
        reworded: 1,
        renumbered: 1,
        retitled: 1,
        not_known_to_be_the_same: 1,
        new: 2,
        gone: 2,
        ..ChangeCount::default()
    };
    assert_eq!(changes.count(), expected, "A1 and A5 are gone as far as the mapping goes, A1 and A2 are new");
}

#[test]
fn what_the_register_holds_under_the_old_version_is_listed_with_its_new_number() {
    let mut story = Story::new();
    let adopted = second_framework().with("requirements", json!(["A1", "A2", "A3", "A4", "A5"]));
    story.record("officer", START, adopted);
    let on = |number: &str| json!([format!("caf-3.2:{number}")]);
    story.record("officer", START, stated("R1").with("requirement", "caf-3.2:A2"));
    story.record("officer", START, excluded("R1").with("requirement", "caf-3.2:A5"));
    story.record("officer", START, finding("F-1", "high").with("requirements", on("A2")));
    story.record("officer", START, action("A-1", &["F-1"]).with("requirements", on("A2")));
    story.record("officer", START, action("A-2", &["F-1"]).with("requirements", on("A2")));
    story.record("officer", START, action_withdrawn("A-2"));
    story.record("owner", "2018-09-05", evidence("E-1", &[]).with("requirements", on("A3")));
    story.record("owner", "2018-09-05", evidence("E-2", &[]).with("requirements", on("A3")));
    story.record("owner", "2018-09-05", evidence_withdrawn("E-2"));
    let changes = changes(&old(), &new(), None);
    let found = review(story.register(), &"caf-3.2".parse().unwrap(), &changes);
    let told: Vec<(String, Vec<String>, bool, usize)> = found
        .iter()
        .map(|one| (one.old.to_string(), one.new.iter().map(ToString::to_string).collect(), one.unchanged, one.count()))
        .collect();
    let line = |old: &str, new: &[&str], unchanged, count| {
        (old.to_owned(), new.iter().map(|new| (*new).to_owned()).collect(), unchanged, count)
    };
    assert_eq!(told, [line("A2", &["A6"], false, 3), line("A3", &["A3"], true, 1), line("A5", &[], false, 1)]);
    assert_eq!(found[0].actions.len(), 1, "withdrawn work is not looked at again");
}
