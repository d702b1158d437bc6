//! Holds a grading against the framework it grades: every grade a rule, a column or a profile names is one of the scheme's.

use std::collections::BTreeSet;

use portreeve_model::reference::Grade;
use portreeve_model::standards::{Framework, Grading, IndicatorGrading};

use super::GRADES_MAX;
use crate::problem::Gathered;

/// Adds every problem of the grading.
pub(super) fn check(grading: &Grading, framework: Option<&Framework>, problems: &mut Gathered) {
    let Grading::Indicators(grading) = grading else { return };
    if grading.grades.len() < 2 {
        problems.add("/grading/grades", "there are fewer than two grades", "list at least two, the lowest first");
    }
    for (name, many) in [("grades", grading.grades.len()), ("rules", grading.rules.len())] {
        if many > GRADES_MAX {
            problems.add(&format!("/grading/{name}"), format!("there are more than {GRADES_MAX}"), "join some of them");
        }
    }
    let mut known = BTreeSet::new();
    for (at, grade) in grading.grades.iter().enumerate() {
        if !known.insert(&grade.id) {
            problems.add(&format!("/grading/grades/{at}/id"), "this grade stands twice", "give each an id of its own");
        }
    }
    check_rules(grading, &known, problems);
    match framework {
        None => problems.add("/grading", "the scheme names no framework to grade", "name the framework"),
        Some(framework) => check_framework(framework, &known, problems),
    }
}

const LISTED: &str = "name one of `/grading/grades`";

fn check_rules(grading: &IndicatorGrading, known: &BTreeSet<&Grade>, problems: &mut Gathered) {
    let mut must_be_known = |path: String, grade: &Grade| {
        if !known.contains(grade) {
            problems.add(&path, format!("`{grade}` is not a grade of this scheme"), LISTED);
        }
    };
    for (at, rule) in grading.rules.iter().enumerate() {
        must_be_known(format!("/grading/rules/{at}/column"), &rule.column);
        must_be_known(format!("/grading/rules/{at}/grade"), &rule.grade);
    }
    must_be_known("/grading/otherwise".to_owned(), &grading.otherwise);
    // It is a set: the order of the file is not kept, so only the list can be named.
    for column in &grading.alternatives_in {
        must_be_known("/grading/alternatives_in".to_owned(), column);
    }
}

/// A requirement that has no indicators, or whose indicators or target speak of another grade, could never be graded.
fn check_framework(framework: &Framework, known: &BTreeSet<&Grade>, problems: &mut Gathered) {
    for asked in &framework.requirements {
        let place = "/framework";
        if asked.indicators.is_empty() {
            let what = format!("`{}` has no indicators, so it could never be graded", asked.number);
            problems.add(place, what, "name a framework whose requirements all have indicators");
        }
        let strange = asked.indicators.iter().map(|one| &one.column).chain(&asked.target);
        for grade in strange.filter(|grade| !known.contains(grade)).collect::<BTreeSet<_>>() {
            let what = format!("`{}` of it speaks of the grade `{grade}`", asked.number);
            problems.add(place, what, "list that grade in `/grading/grades`");
        }
    }
}
