//! What changed from one published version of a framework to the next, requirement by requirement. Only what both
//! catalogs say is compared: where they restate a text in their own words, an official change may not show, so a pair
//! is never called unchanged against a mapping that does not say so.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Mapping, Pair};
use crate::reference::{Grade, RequirementNumber};
use crate::standards::{Framework, Indicator, Requirement};
use crate::text::{Note, Title};
use crate::words::Relation;

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Each requirement of the old version with what became of it, in the old order; then what is new, in the new one.
    pub rows: Vec<Row>,
}

/// One requirement, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Row {
    /// It is in both versions. One that was split has several rows.
    Kept(Box<Kept>),
    /// The new version has nothing that is known to come of it.
    Gone {
        /// Its number.
        old: RequirementNumber,
        /// Its title.
        title: Title,
    },
    /// Nothing in the old version is known to have become it.
    New {
        /// Its number.
        new: RequirementNumber,
        /// Its title.
        title: Title,
    },
}

/// A requirement that is in both versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its old number.
    pub old: RequirementNumber,
    /// Its new number.
    pub new: RequirementNumber,
    /// Its new title.
    pub title: Title,
    /// The old title, when it has another.
    pub retitled: Option<Title>,
    /// Whether the statement reads otherwise.
    pub reworded: bool,
    /// Indicators that read otherwise, are new or are gone.
    pub indicators: Vec<IndicatorChange>,
    /// What the mapping calls it, when it does not say that both ask the same.
    pub not_the_same: Option<Relation>,
    /// What else the mapping says of it.
    pub note: Option<Note>,
}

/// An indicator that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndicatorChange {
    /// The grade in whose column it stands.
    pub column: Grade,
    /// What it said.
    pub old: Option<String>,
    /// What it says now.
    pub new: Option<String>,
}

impl Kept {
    /// Whether its number changed.
    pub fn is_renumbered(&self) -> bool {
        self.old != self.new
    }

    /// Whether nothing about it changed as far as is known.
    pub fn is_unchanged(&self) -> bool {
        let reads_the_same = !self.reworded && self.indicators.is_empty() && self.retitled.is_none();
        reads_the_same && !self.is_renumbered() && self.not_the_same.is_none()
    }
}

/// How many requirements changed in which way. One that changed in two ways counts in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChangeCount {
    /// In both versions, and the same as far as is known.
    pub unchanged: u32,
    /// Its statement or an indicator reads otherwise.
    pub reworded: u32,
    /// It has another number.
    pub renumbered: u32,
    /// It has another title.
    pub retitled: u32,
    /// Both catalogs read the same, but the mapping does not say that both versions ask the same.
    pub not_known_to_be_the_same: u32,
    /// Only in the new version.
    pub new: u32,
    /// Only in the old version.
    pub gone: u32,
}

impl Changes {
    /// The counts.
    pub fn count(&self) -> ChangeCount {
        let mut count = ChangeCount::default();
        for row in &self.rows {
            match row {
                Row::New { .. } => count.new += 1,
                Row::Gone { .. } => count.gone += 1,
                Row::Kept(kept) => {
                    let reworded = kept.reworded || !kept.indicators.is_empty();
                    let differs = reworded || kept.is_renumbered() || kept.retitled.is_some();
                    count.unchanged += u32::from(kept.is_unchanged());
                    count.reworded += u32::from(reworded);
                    count.renumbered += u32::from(kept.is_renumbered());
                    count.retitled += u32::from(kept.retitled.is_some());
                    count.not_known_to_be_the_same += u32::from(!differs && kept.not_the_same.is_some());
                }
            }
        }
        count
    }

    /// What became of a requirement of the old version.
    pub fn of<'a>(&'a self, old: &'a RequirementNumber) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| match row {
            Row::Kept(kept) => &kept.old == old,
            Row::Gone { old: gone, .. } => gone == old,
            Row::New { .. } => false,
        })
    }
}

/// Compares two versions. What became of what, the mapping says; without one, a requirement is the same when number and
/// title are, or when one title alone stands in both: a number alone says nothing, because versions use numbers again
/// for something else.
pub fn changes(old: &Framework, new: &Framework, mapping: Option<&Mapping>) -> Changes {
    let links = match mapping {
        Some(mapping) => by_mapping(mapping),
        None => by_name(old, new),
    };
    let by_number = by_number(new);
    let mut rows = Vec::new();
    let mut reached = BTreeSet::new();
    for asked in &old.requirements {
        let kept = links.get(&asked.number).map_or(&[][..], Vec::as_slice);
        let before = rows.len();
        for link in kept {
            let Some(became) = by_number.get(link.new) else { continue };
            reached.insert(link.new);
            rows.push(Row::Kept(Box::new(compare(asked, became, link.pair))));
        }
        if rows.len() == before {
            rows.push(Row::Gone { old: asked.number.clone(), title: asked.title.clone() });
        }
    }
    let added = new.requirements.iter().filter(|asked| !reached.contains(&asked.number));
    rows.extend(added.map(|asked| Row::New { new: asked.number.clone(), title: asked.title.clone() }));
    Changes { rows }
}

fn by_number(framework: &Framework) -> BTreeMap<&RequirementNumber, &Requirement> {
    framework.requirements.iter().map(|asked| (&asked.number, asked)).collect()
}

/// What a requirement became, and what a mapping says of it.
struct Link<'a> {
    new: &'a RequirementNumber,
    pair: Option<&'a Pair>,
}

type Links<'a> = BTreeMap<&'a RequirementNumber, Vec<Link<'a>>>;

fn by_mapping(mapping: &Mapping) -> Links<'_> {
    let mut links = Links::new();
    for pair in mapping.leading() {
        links.entry(&pair.source).or_default().push(Link { new: &pair.target, pair: Some(pair) });
    }
    links
}

fn by_name<'a>(old: &'a Framework, new: &'a Framework) -> Links<'a> {
    let mut links = Links::new();
    let mut free = by_number(new);
    let mut left: BTreeMap<&Title, Vec<&Requirement>> = BTreeMap::new();
    for asked in &old.requirements {
        if free.get(&asked.number).is_some_and(|other| other.title == asked.title) {
            free.remove(&asked.number);
            links.entry(&asked.number).or_default().push(Link { new: &asked.number, pair: None });
        } else {
            left.entry(&asked.title).or_default().push(asked);
        }
    }
    let mut titled: BTreeMap<&Title, Vec<&Requirement>> = BTreeMap::new();
    for asked in free.into_values() {
        titled.entry(&asked.title).or_default().push(asked);
    }
    for (title, asked) in left {
        if let ([asked], Some([became])) = (asked.as_slice(), titled.get(title).map(Vec::as_slice)) {
            links.entry(&asked.number).or_default().push(Link { new: &became.number, pair: None });
        }
    }
    links
}

fn compare(old: &Requirement, new: &Requirement, pair: Option<&Pair>) -> Kept {
    let same_words = |one: &str, other: &str| one.split_whitespace().eq(other.split_whitespace());
    Kept {
        old: old.number.clone(),
        new: new.number.clone(),
        title: new.title.clone(),
        retitled: (old.title != new.title).then(|| old.title.clone()),
        reworded: !same_words(&old.statement, &new.statement),
        indicators: indicator_changes(old, new),
        not_the_same: pair.map(|pair| pair.relation).filter(|relation| !relation.is_sameness()),
        note: pair.and_then(|pair| pair.note.clone()),
    }
}

/// Indicators are matched by their words inside a column first: one put in between gives all that follow another
/// number. What is left and has the same place in both reads otherwise; the rest is new or gone.
fn indicator_changes(old: &Requirement, new: &Requirement) -> Vec<IndicatorChange> {
    let words = |indicator: &Indicator| indicator.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut added: Vec<&Indicator> = new.indicators.iter().collect();
    let mut left = Vec::new();
    for indicator in &old.indicators {
        let same = |other: &&Indicator| other.column == indicator.column && words(other) == words(indicator);
        match added.iter().position(same) {
            Some(at) => {
                added.remove(at);
            }
            None => left.push(indicator),
        }
    }
    let mut changes = Vec::new();
    for indicator in left {
        let place = place(indicator, old);
        let same = |other: &&Indicator| {
            other.column == indicator.column && place.is_some() && self::place(other, new) == place
        };
        let new = added.iter().position(same).map(|at| added.remove(at).text.clone());
        let (column, old) = (indicator.column.clone(), Some(indicator.text.clone()));
        changes.push(IndicatorChange { column, old, new });
    }
    changes.extend(added.into_iter().map(|indicator| IndicatorChange {
        column: indicator.column.clone(),
        old: None,
        new: Some(indicator.text.clone()),
    }));
    changes
}

/// The reference of an indicator without its requirement's number, as `NA.2` for `A1.a.NA.2`.
fn place<'a>(indicator: &'a Indicator, of: &Requirement) -> Option<&'a str> {
    indicator.id.as_str().strip_prefix(of.number.as_str())
}
