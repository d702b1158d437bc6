//! What a mapping between two published versions says, and what follows from it: which evidence may be judged where
//! else, and what a new version of a framework leaves to be looked at again. A mapping proposes; it never passes
//! anything.

pub mod carry;
pub mod changes;
pub mod review;

use crate::day::Day;
use crate::reference::{FrameworkId, MappingId, RequirementNumber};
use crate::text::{Note, Title};
use crate::words::Relation;

/// A mapping from one published version to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its reference.
    pub id: MappingId,
    /// Its title as published.
    pub title: Title,
    /// The framework it leads from.
    pub source: FrameworkId,
    /// The framework it leads to.
    pub target: FrameworkId,
    /// The day whose judgement it is.
    pub date: Day,
    /// How sure whoever made it is of it as a whole, in their own word.
    pub confidence: Option<Title>,
    /// How it was made and what it is for, in their words.
    pub description: Option<Note>,
    /// What it says, in the order of its file.
    pub pairs: Vec<Pair>,
}

/// One requirement, and one it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The number in the source.
    pub source: RequirementNumber,
    /// The number in the target.
    pub target: RequirementNumber,
    /// What the one is to the other.
    pub relation: Relation,
    /// What that rests on, as `judgement`.
    pub basis: Option<Title>,
    /// What else is said of it.
    pub note: Option<Note>,
    /// How sure they are of this pair, where they say so.
    pub confidence: Option<Title>,
}

impl Mapping {
    /// The pairs along which something may be carried.
    pub fn leading(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| pair.relation.leads())
    }
}
