//! The Cyber Assessment Framework against the data of the service that councils and departments are assessed with: a
//! stranger's file, compared by number.

use std::collections::BTreeMap;

use portreeve_catalogue::bundled;
use serde::Deserialize;

use crate::document::{COLUMNS, catalog, indicators, list, nodes, parsed};
use crate::shared::path;

/// What this test reads of a stranger's file.
#[derive(Deserialize)]
pub(crate) struct Oracle {
    objectives: BTreeMap<String, Heading<Heading<Outcome>>>,
}

/// An objective with its principles, or a principle with its outcomes.
#[derive(Deserialize)]
struct Heading<T> {
    code: String,
    title: String,
    description: String,
    #[serde(alias = "principles", alias = "outcomes")]
    children: BTreeMap<String, T>,
}

#[derive(Deserialize)]
struct Outcome {
    code: String,
    title: String,
    description: String,
    indicators: BTreeMap<String, BTreeMap<String, Indicator>>,
    #[serde(default)]
    min_profile_requirement: BTreeMap<String, String>,
    #[serde(rename = "assessment-rules")]
    rules: Rules,
}

/// How the stranger grades: a table of every combination in one version, three rules in the other.
#[derive(Deserialize)]
#[serde(untagged)]
enum Rules {
    Stated(BTreeMap<u8, [String; 2]>),
    Combinations(BTreeMap<String, Status>),
}

#[derive(Deserialize)]
struct Status {
    outcome_status: String,
}

#[derive(Deserialize)]
struct Indicator {
    description: String,
}

impl Oracle {
    /// The file for a version of the framework, if it is there.
    pub(crate) fn read(version: &str) -> Option<Oracle> {
        let path = path(&format!("data/corpora/other/caf-govassure/cyber-assessment-framework-v{version}.yaml"))?;
        let text = std::fs::read_to_string(path).expect("the oracle can be read");
        // It refers to its table of rules from every outcome, which the default limits take for an attack.
        let options = serde_saphyr::options! { budget: serde_saphyr::budget! { enforce_alias_anchor_ratio: false } };
        Some(serde_saphyr::from_str_with_options(&text, options).unwrap_or_else(|error| panic!("{version}: {error}")))
    }

    /// Every sentence of it.
    pub(crate) fn sentences(&self) -> Vec<&str> {
        let mut all = Vec::new();
        for objective in self.objectives.values() {
            all.push(objective.description.as_str());
            all.extend(objective.children.values().map(|principle| principle.description.as_str()));
        }
        for outcome in self.outcomes() {
            all.push(&outcome.description);
            all.extend(outcome.indicators.values().flat_map(BTreeMap::values).map(|one| one.description.as_str()));
        }
        all
    }

    /// Of each outcome the grade of each combination of columns, as `all_some_none`.
    pub(crate) fn graded_combinations(&self) -> Vec<(&str, BTreeMap<String, String>)> {
        let of = |outcome: &'_ Outcome| match &outcome.rules {
            Rules::Combinations(all) => {
                all.iter().map(|(states, status)| (states.clone(), status.outcome_status.clone())).collect()
            }
            Rules::Stated(_) => BTreeMap::new(),
        };
        self.outcomes().map(|outcome| (outcome.code.as_str(), of(outcome))).collect()
    }

    /// Of each outcome the rules, each a column and how many of it.
    pub(crate) fn stated_rules(&self) -> Vec<(&str, Vec<&[String; 2]>)> {
        let of = |outcome: &'_ Outcome| match &outcome.rules {
            Rules::Stated(all) => Some(all.len()),
            Rules::Combinations(_) => None,
        };
        assert!(self.outcomes().all(|outcome| of(outcome) == Some(3)), "each outcome states three rules");
        let rules = self.outcomes().map(|outcome| match &outcome.rules {
            Rules::Stated(all) => (outcome.code.as_str(), all.values().collect()),
            Rules::Combinations(_) => (outcome.code.as_str(), Vec::new()),
        });
        rules.collect()
    }

    /// Our number of each of the stranger's indicators: its place in its column.
    pub(crate) fn our_numbers(&self) -> BTreeMap<&str, String> {
        let mut all = BTreeMap::new();
        for outcome in self.outcomes() {
            for (column, short) in COLUMNS {
                let held = outcome.indicators.get(column).into_iter().flat_map(BTreeMap::keys);
                let mut held: Vec<&String> = held.collect();
                held.sort_by_key(|id| id.rsplit('.').next().and_then(|last| last.parse::<u32>().ok()));
                for (at, id) in (1..).zip(held) {
                    all.insert(id.as_str(), format!("{}.{short}.{at}", outcome.code));
                }
            }
        }
        all
    }

    /// The grade a profile wants of an outcome, as we write it.
    pub(crate) fn target(&self, outcome: &str, profile: &str) -> String {
        let held = self.outcomes().find(|held| held.code == outcome).expect("the outcome is there");
        grade(&held.min_profile_requirement[profile])
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let principles = self.objectives.values().flat_map(|objective| objective.children.values());
        principles.flat_map(|principle| principle.children.values())
    }

    /// Numbers and titles of everything above the indicators, and how many of those stand in each column.
    fn outline(&self) -> BTreeMap<&str, (&str, [usize; 3])> {
        let mut all = BTreeMap::new();
        for objective in self.objectives.values() {
            all.insert(objective.code.as_str(), (objective.title.as_str(), [0; 3]));
            for principle in objective.children.values() {
                all.insert(&principle.code, (&principle.title, [0; 3]));
            }
        }
        for outcome in self.outcomes() {
            let counts = COLUMNS.map(|(column, _)| outcome.indicators.get(column).map_or(0, BTreeMap::len));
            all.insert(&outcome.code, (&outcome.title, counts));
        }
        all
    }
}

/// A grade as the oracles print it, as we write it.
pub(crate) fn grade(printed: &str) -> String {
    printed.to_lowercase().replace(' ', "-")
}

/// The target of each outcome in a built-in profile.
fn targets(framework: &str, profile: &str) -> BTreeMap<String, String> {
    let file = parsed(bundled::profile_file(framework, profile));
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let alters = list(&file["profile"]["modify"]["alters"]);
    alters.map(|alter| (text(&alter["control-id"]), text(&alter["adds"][0]["props"][0]["value"]))).collect()
}

#[test]
fn outcomes_and_the_indicators_of_each_column_are_those_of_the_oracle() {
    for (version, outcomes) in [("3.2", 39), ("4.0", 41)] {
        let Some(oracle) = Oracle::read(version) else { return };
        assert_eq!(oracle.outcomes().count(), outcomes, "{version}");
        let file = catalog(&format!("caf-{version}"));
        let found = nodes(&file);
        let ours: BTreeMap<&str, (&str, [usize; 3])> = found
            .iter()
            .map(|node| {
                let counts = COLUMNS.map(|(column, _)| indicators(node.value, column).len());
                (node.id, (node.value["title"].as_str().unwrap(), counts))
            })
            .collect();
        assert_eq!(ours, oracle.outline(), "{version}");
    }
}

#[test]
fn the_targets_of_the_profiles_are_those_of_the_oracle() {
    let Some(oracle) = Oracle::read("3.2") else { return };
    for profile in ["baseline", "enhanced"] {
        let expected: BTreeMap<String, String> = oracle
            .outcomes()
            .map(|outcome| (outcome.code.clone(), grade(&outcome.min_profile_requirement[profile])))
            .collect();
        assert_eq!(targets("caf-3.2", profile), expected, "{profile}");
    }
}

#[test]
fn the_targets_of_the_profiles_are_those_of_the_published_table() {
    let Some(path) = path("data/corpora/other/caf-govassure/ORACLE_NCSC_CAF32_SPEC.tsv") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    for (profile, column) in [("baseline", 2), ("enhanced", 3)] {
        // Titles differ a little there, so only numbers are compared.
        let expected: BTreeMap<String, String> =
            rows.iter().map(|row| (row[0].to_owned(), grade(row[column]))).collect();
        assert_eq!(expected.len(), 39, "the table has shrunk");
        assert_eq!(targets("caf-3.2", profile), expected, "{profile}");
    }
}

#[test]
fn the_profile_of_our_own_asks_for_everything_and_says_whose_it_is() {
    assert!(targets("caf-4.0", "all-achieved").values().all(|target| target == "achieved"));
    let file = parsed(bundled::profile_file("caf-4.0", "all-achieved"));
    let said = file["profile"]["metadata"]["remarks"].as_str().unwrap();
    assert!(said.starts_with("This profile is ours") && said.contains("No government profile"), "{said}");
}
