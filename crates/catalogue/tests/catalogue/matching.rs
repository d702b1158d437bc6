//! Which playbook a finding gets: measured on titles in the style of real reports and on the findings of the story.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use portreeve_catalogue::Catalogue;
use portreeve_catalogue::playbook::{FindingTexts, PROPOSALS_MAX, Place, Playbook, Proposal, Reason, propose};
use portreeve_model::reference::{PlaybookId, RequirementId};
use portreeve_model::text::{Note, Title};
use serde_json::Value;

/// The share of titles whose first proposal must be the one expected, in per cent.
const RIGHT_MIN: usize = 90;
/// The same where no playbook's signs were chosen by the titles: what a new report can expect.
const RIGHT_UNSEEN_MIN: usize = 70;
/// The share of those that may get another playbook first. No answer sends nobody the wrong way; a wrong one does.
const MISLED_MAX: usize = 5;

fn playbooks() -> BTreeMap<PlaybookId, Playbook> {
    Catalogue::bundled_playbooks().unwrap_or_else(|problems| panic!("{problems}"))
}

fn by_title(all: &BTreeMap<PlaybookId, Playbook>, title: &str) -> Vec<Proposal> {
    asked(all, title, None, None, &[])
}

fn asked(
    all: &BTreeMap<PlaybookId, Playbook>,
    title: &str,
    description: Option<&str>,
    recommendation: Option<&str>,
    touches: &[&str],
) -> Vec<Proposal> {
    let title: Title = title.parse().expect("a title");
    let description: Option<Note> = description.map(|text| text.parse().expect("a note"));
    let recommendation: Option<Note> = recommendation.map(|text| text.parse().expect("a note"));
    let requirements: BTreeSet<RequirementId> = touches.iter().map(|id| id.parse().expect("a requirement")).collect();
    let texts = FindingTexts {
        title: &title,
        description: description.as_ref(),
        recommendation: recommendation.as_ref(),
        cves: &BTreeSet::new(),
        requirements: &requirements,
    };
    propose(all.values(), &texts)
}

fn rows(table: &'static str) -> Vec<Vec<&'static str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split('\t').collect()).collect()
}

/// What was proposed instead, for the message of a test that fails.
fn told(what: &str, expected: &str, got: &[Proposal]) -> String {
    let got: Vec<String> = got.iter().map(|one| format!("{} {} {:?}", one.playbook, one.weight, one.reasons)).collect();
    format!("{what}\n  expected {expected}\n  got {}\n", got.join("\n      "))
}

fn first(proposals: &[Proposal]) -> &str {
    proposals.first().map_or("-", |proposal| proposal.playbook.as_str())
}

/// Holds the share of right answers against [`RIGHT_MIN`], and shows the wrong ones.
fn measured(what: &str, total: usize, wrong: &[String]) {
    let right = total - wrong.len();
    assert!(right * 100 >= total * RIGHT_MIN, "{what}: {right} of {total} right\n{}", wrong.concat());
}

#[test]
fn titles_of_real_reports_get_the_right_playbook_first() {
    let all = playbooks();
    let rows = rows(include_str!("titles.tsv"));
    let known: Vec<_> = rows.iter().filter(|row| row[2] != "-").collect();
    assert!(known.len() >= 80);
    let mut wrong = Vec::new();
    for row in &known {
        assert!(all.contains_key(row[2]), "{} is no playbook", row[2]);
        let got = by_title(&all, row[1]);
        if first(&got) != row[2] {
            wrong.push(told(row[1], row[2], &got));
        }
    }
    measured("titles", known.len(), &wrong);
}

#[test]
fn titles_that_no_sign_was_chosen_by_are_seldom_misled() {
    let all = playbooks();
    let rows = rows(include_str!("unseen.tsv"));
    let known: Vec<_> = rows.iter().filter(|row| row[2] != "-").collect();
    let got = |row: &&&Vec<&'static str>| first(&by_title(&all, row[1])).to_owned();
    let right = known.iter().filter(|row| got(row) == row[2]).count();
    let misled: Vec<_> = rows.iter().filter(|row| ![row[2], "-"].contains(&got(&row).as_str())).collect();
    assert!(right * 100 >= known.len() * RIGHT_UNSEEN_MIN, "{right} of {} right", known.len());
    assert!(misled.len() * 100 <= rows.len() * MISLED_MAX, "{misled:?}");
}

#[test]
fn a_title_about_nothing_known_gets_no_proposal() {
    let all = playbooks();
    let unknown: Vec<_> = rows(include_str!("titles.tsv")).into_iter().filter(|row| row[2] == "-").collect();
    assert!(unknown.len() >= 10);
    for row in unknown {
        let got = by_title(&all, row[1]);
        assert!(got.is_empty(), "{}", told(row[1], "nothing", &got));
    }
}

#[test]
fn every_finding_of_the_story_gets_a_playbook_and_the_right_one_first() {
    let all = playbooks();
    let expected: BTreeMap<&str, &str> = rows(include_str!("story.tsv")).iter().map(|row| (row[0], row[1])).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../evidence/east-herts-stevenage/story");
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the story is there") {
        let story = std::fs::read_to_string(entry.expect("an entry").path()).expect("it can be read");
        for line in story.lines() {
            let event = serde_json::from_str::<Value>(line).expect("it is JSON")["event"].take();
            if event["kind"] != "finding-raised" {
                continue;
            }
            let id = event["id"].as_str().expect("an id");
            let touches: Vec<&str> =
                event["requirements"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let title = event["title"].as_str().expect("a title");
            let got = asked(&all, title, event["description"].as_str(), event["recommendation"].as_str(), &touches);
            let wanted = expected.get(id).unwrap_or_else(|| panic!("{id} is not in story.tsv"));
            assert!(!got.is_empty(), "{id} {title} gets nothing");
            seen.insert(id.to_owned());
            if first(&got) != *wanted {
                wrong.push(told(&format!("{id} {title}"), wanted, &got));
            }
        }
    }
    assert_eq!(seen.len(), expected.len());
    measured("story", seen.len(), &wrong);
}

#[test]
fn every_proposal_says_why_and_points_at_the_text() {
    let all = playbooks();
    for row in rows(include_str!("titles.tsv")) {
        let got = by_title(&all, row[1]);
        assert!(got.len() <= PROPOSALS_MAX);
        assert_eq!(got, by_title(&all, row[1]), "the same texts give the same answer");
        for proposal in got {
            assert!(!proposal.reasons.is_empty());
            for reason in &proposal.reasons {
                if let Reason::Words { words, place } = reason {
                    assert_eq!(*place, Place::Title);
                    let title = row[1].to_lowercase().replace('\'', "");
                    let mut said = words.iter().flat_map(|run| run.split(' '));
                    assert!(said.all(|word| title.contains(word)), "{words:?} in {title}");
                }
            }
        }
    }
}

#[test]
fn the_words_of_a_reason_stand_as_in_the_text() {
    let all = playbooks();
    let got = by_title(&all, "Perimeter firewalls run firmware past its end");
    let words = |reason: &Reason| match reason {
        Reason::Words { words, .. } => words.clone(),
        _ => Vec::new(),
    };
    assert_eq!(words(&got[0].reasons[0]), ["perimeter firewalls", "firmware past"]);
}

#[test]
fn ids_outweigh_words_and_a_requirement_alone_proposes_nothing() {
    let all = playbooks();
    let got = asked(&all, "Weak password policy", Some("The domain controller also has CVE-2020-1472."), None, &[]);
    assert_eq!(first(&got), "operating-system-patching");
    assert!(
        matches!(&got[0].reasons[0], Reason::Cve { id, place: Place::Description } if id.as_str() == "CVE-2020-1472")
    );
    let got = asked(&all, "Something is wrong", Some("Classed as FC-21 by the auditor."), None, &[]);
    assert_eq!(first(&got), "personnel-checks");
    let got = asked(&all, "Something is wrong", Some("Nessus plugin 57608 fired on nine hosts."), None, &[]);
    assert_eq!(first(&got), "smb-and-name-resolution");
    assert!(asked(&all, "Something is wrong", Some("Room 57608 was empty."), None, &[]).is_empty());
    assert!(asked(&all, "Something is wrong", None, None, &["psn-coco-1.32:PSN-BND-FW"]).is_empty());
    let got = asked(&all, "Firewall firmware is old", None, None, &["psn-coco-1.32:PSN-BND-FW"]);
    assert!(matches!(got[0].reasons.last(), Some(Reason::Requirement { .. })));
}
