//! What two exports of the same thing say, before and after: figures, where each stands, and what came and went.
//!
//! It is worked out from bytes whenever it is asked for and recorded nowhere: the exports under their digests are what
//! is held. Must never hold a figure without the places it was counted at, or a reason why there is none.

use std::fmt;

/// What both exports were read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// The accounts of an Active Directory domain, one a row.
    Accounts,
    /// The configuration of a firewall.
    Firewall,
    /// A table: one heading row, then records.
    Table,
    /// Lines of text.
    Text,
}

impl ReadAs {
    /// The word for machines.
    pub const fn word(self) -> &'static str {
        match self {
            ReadAs::Accounts => "accounts",
            ReadAs::Firewall => "firewall-configuration",
            ReadAs::Table => "table",
            ReadAs::Text => "text",
        }
    }

    /// What a place in it is called, one and several: rows are numbered as a spreadsheet numbers them, with the
    /// headings in a row of their own; lines as a text editor numbers them.
    pub const fn place(self) -> (&'static str, &'static str) {
        match self {
            ReadAs::Accounts | ReadAs::Table => ("row", "rows"),
            ReadAs::Firewall | ReadAs::Text => ("line", "lines"),
        }
    }
}

/// Numbers of rows or lines, ascending, each once, counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(Vec<u32>);

impl Places {
    /// How many.
    pub fn count(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Runs of numbers that follow each other, as first and last.
    pub fn runs(&self) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for number in &self.0 {
            match runs.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
                _ => runs.push((*number, *number)),
            }
        }
        runs
    }

    /// The first `most` runs in words: `2 to 9, 14 and 130 more`.
    pub fn shown(&self, most: usize) -> String {
        let runs = self.runs();
        let said: Vec<String> = runs.iter().take(most).map(run).collect();
        let told: u64 = runs.iter().take(most).map(|(first, last)| u64::from(last - first) + 1).sum();
        let more = self.count() - told;
        if more == 0 { said.join(", ") } else { format!("{} and {more} more", said.join(", ")) }
    }
}

fn run((first, last): &(u32, u32)) -> String {
    match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    }
}

impl fmt::Display for Places {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.shown(usize::MAX))
    }
}

impl FromIterator<u32> for Places {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Places {
        let mut held: Vec<u32> = numbers.into_iter().collect();
        held.sort_unstable();
        held.dedup();
        Places(held)
    }
}

/// A figure on one side: where it was counted, or why it could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Counted at these places; the figure is how many there are.
    At(Places),
    /// It cannot be told from this export.
    Not(String),
}

impl Told {
    /// The figure, if there is one.
    pub fn count(&self) -> Option<u64> {
        match self {
            Told::At(places) => Some(places.count()),
            Told::Not(_) => None,
        }
    }
}

/// One thing that came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is called: an account, a rule, a key, a line.
    pub name: String,
    /// Where it stands in the earlier export.
    pub before: Option<u32>,
    /// Where it stands in the later one.
    pub after: Option<u32>,
    /// What is to be known of it.
    pub note: Option<String>,
}

/// What is counted on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The noun, one and several: `unused account`, `unused accounts`.
    pub noun: (&'static str, &'static str),
    /// The figure in the earlier export.
    pub before: Told,
    /// The figure in the later one.
    pub after: Told,
    /// What is counted only in the later one, by name.
    pub came: Vec<Item>,
    /// What was counted only in the earlier one, by name.
    pub went: Vec<Item>,
    /// What is counted in both and is not the same.
    pub changed: Vec<Item>,
    /// Whether people are told the names: not where another figure tells them anyway.
    pub named: bool,
    /// What became of those that went, or which columns changed: words and how many.
    pub breakdown: Vec<(String, u64)>,
}

impl Figure {
    /// Whether both sides have a figure and nothing came, went or changed.
    pub fn is_same(&self) -> bool {
        self.before.count() == self.after.count()
            && self.came.is_empty()
            && self.went.is_empty()
            && self.changed.is_empty()
    }
}

/// Something that is not counted but told, with where it stands: a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub what: &'static str,
    /// What the earlier export says, and where, if one place says it.
    pub before: Option<(String, Option<u32>)>,
    /// What the later one says.
    pub after: Option<(String, Option<u32>)>,
}

impl Fact {
    /// Whether both say the same.
    pub fn is_same(&self) -> bool {
        self.before.as_ref().map(|(text, _)| text) == self.after.as_ref().map(|(text, _)| text)
    }
}

/// Something to know of how one export was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What, as the end of a sentence that begins with how many.
    pub says: String,
    /// Whether a figure may be wrong for them: they were left out, or could be read otherwise.
    pub doubtful: bool,
    /// Where.
    pub at: Places,
}

/// How one export was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The character encoding and the separator: `UTF-16, separated by tabs`.
    pub form: String,
    /// How many rows below the headings, or lines, were read.
    pub total: u64,
    /// What to know of it.
    pub remarks: Vec<Remark>,
}

/// What two exports of the same thing say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What both were read as.
    pub read_as: ReadAs,
    /// How the earlier one was read.
    pub before: Reading,
    /// How the later one was read.
    pub after: Reading,
    /// What is counted, the most telling first.
    pub figures: Vec<Figure>,
    /// What is told and not counted.
    pub facts: Vec<Fact>,
    /// Differences that are neither: columns that came, an order that changed. Whole sentences.
    pub also: Vec<String>,
    /// The rules by which it was counted, as whole sentences.
    pub rules: Vec<String>,
}

impl Comparison {
    /// Whether no difference was found.
    pub fn is_same(&self) -> bool {
        self.figures.iter().all(Figure::is_same) && self.facts.iter().all(Fact::is_same) && self.also.is_empty()
    }

    /// The figure for a heading, of those told on both sides: the first whose count differs, otherwise the first in
    /// which something else does, otherwise the first.
    pub fn headline(&self) -> Option<&Figure> {
        let told = || {
            let told = |figure: &&Figure| figure.before.count().is_some() && figure.after.count().is_some();
            self.figures.iter().filter(told)
        };
        let differs = |figure: &&Figure| figure.before.count() != figure.after.count();
        told().find(differs).or_else(|| told().find(|figure| !figure.is_same())).or_else(|| told().next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_runs_and_the_rest_is_counted() {
        let places: Places = [14, 2, 3, 4, 4, 20, 21].into_iter().collect();
        assert_eq!(places.to_string(), "2 to 4, 14, 20, 21");
        assert_eq!(places.shown(2), "2 to 4, 14 and 2 more");
        assert_eq!((places.count(), Places::default().to_string()), (6, String::new()));
        let last: Places = [u32::MAX - 1, u32::MAX].into_iter().collect();
        assert_eq!(last.runs(), [(u32::MAX - 1, u32::MAX)]);
    }
}
