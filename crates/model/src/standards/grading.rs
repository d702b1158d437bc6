//! How far a requirement is met where that has degrees: a grade that follows from answered indicators, by rules that
//! are data. It must never know a framework by name.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Indicator;
use crate::reference::{Grade, IndicatorId};
use crate::text::Title;

/// How a scheme grades requirements.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Grading {
    /// A requirement is ready or it is not.
    #[default]
    Ready,
    /// A requirement has a grade, which follows from the answers to its indicators.
    Indicators(IndicatorGrading),
}

/// Grades from answered indicators. The columns are named like the grades they speak of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorGrading {
    /// The grades, the lowest first.
    pub grades: Vec<GradeName>,
    /// The first rule that holds gives the grade.
    pub rules: Vec<GradeRule>,
    /// The grade when no rule holds.
    pub otherwise: Grade,
    /// The columns in which an indicator may be claimed by an alternative or an exemption, with a comment.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub alternatives_in: BTreeSet<Grade>,
}

/// A grade and what a page calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeName {
    /// The grade.
    pub id: Grade,
    /// Its name.
    pub title: Title,
}

/// One rule: if so many indicators of a column are true, the grade is this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeRule {
    /// The column.
    pub column: Grade,
    /// How many of its indicators have to be true.
    pub when: HowMany,
    /// The grade it gives.
    pub grade: Grade,
}

/// How many indicators of a column have to be true. A column without any indicators meets neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HowMany {
    /// At least one.
    Any,
    /// All, and there is at least one.
    All,
}

/// How many indicators of one column are true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnState {
    /// None, as in a column that has none.
    None,
    /// Some, not all.
    Some,
    /// All of at least one.
    All,
}

impl ColumnState {
    /// The state of a column with `of` indicators, `held` of them true.
    pub const fn of(held: usize, of: usize) -> ColumnState {
        if held == 0 {
            ColumnState::None
        } else if held < of {
            ColumnState::Some
        } else {
            ColumnState::All
        }
    }
}

impl HowMany {
    const fn holds(self, state: ColumnState) -> bool {
        match self {
            HowMany::Any => !matches!(state, ColumnState::None),
            HowMany::All => matches!(state, ColumnState::All),
        }
    }
}

impl IndicatorGrading {
    /// The grade that follows from the state of each column.
    pub fn grade(&self, state: impl Fn(&Grade) -> ColumnState) -> &Grade {
        let rule = self.rules.iter().find(|rule| rule.when.holds(state(&rule.column)));
        rule.map_or(&self.otherwise, |rule| &rule.grade)
    }

    /// The grade of a requirement whose true indicators are those that `held` says.
    pub fn grade_of(&self, indicators: &[Indicator], held: impl Fn(&Indicator) -> bool) -> &Grade {
        self.grade(|column| {
            let of = indicators.iter().filter(|one| &one.column == column);
            let (all, held) = of.fold((0, 0), |(all, yes), one| (all + 1, yes + usize::from(held(one))));
            ColumnState::of(held, all)
        })
    }

    /// Where a grade stands, counted from the lowest; a grade that is not listed stands below all.
    pub fn rank(&self, grade: &Grade) -> Option<usize> {
        self.grades.iter().position(|named| &named.id == grade)
    }

    /// Whether a grade is at least as high as another. A target that is no grade here is never reached.
    pub fn reaches(&self, grade: &Grade, target: &Grade) -> bool {
        self.rank(target).is_some_and(|target| self.rank(grade) >= Some(target))
    }

    /// The indicators whose answers keep the grade below the target: the true ones, where one alone decides, or else the
    /// ones that are not true in the column that would lift it just far enough.
    pub fn held_back_by(
        &self,
        indicators: &[Indicator],
        held: impl Fn(&Indicator) -> bool,
        target: &Grade,
    ) -> Vec<IndicatorId> {
        let column = |rule: &GradeRule| indicators.iter().filter(|one| one.column == rule.column).collect::<Vec<_>>();
        let state = |rule: &GradeRule| {
            let all = column(rule);
            ColumnState::of(all.iter().filter(|one| held(one)).count(), all.len())
        };
        let deciding = self.rules.iter().find(|rule| rule.when.holds(state(rule)));
        if let Some(rule) = deciding.filter(|rule| rule.when == HowMany::Any) {
            return column(rule).into_iter().filter(|one| held(one)).map(|one| one.id.clone()).collect();
        }
        let mut lifting: Vec<_> = self.rules.iter().filter(|rule| self.reaches(&rule.grade, target)).collect();
        lifting.sort_by_key(|rule| self.rank(&rule.grade));
        let nearest = lifting.into_iter().map(column).find(|column| !column.is_empty()).unwrap_or_default();
        nearest.into_iter().filter(|one| !held(one)).map(|one| one.id.clone()).collect()
    }

    /// The highest grade, which is asked for where no profile says how far.
    pub fn highest(&self) -> &Grade {
        self.grades.last().map_or(&self.otherwise, |named| &named.id)
    }

    /// Whether a grade is the lowest there is, of which nothing needs to be shown.
    pub fn is_lowest(&self, grade: &Grade) -> bool {
        self.rank(grade) == Some(0)
    }

    /// What a page calls a grade.
    pub fn title<'a>(&'a self, grade: &'a Grade) -> &'a str {
        self.grades.iter().find(|named| &named.id == grade).map_or(grade.as_str(), |named| named.title.as_str())
    }
}
