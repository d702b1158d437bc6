//! Reads an OSCAL mapping collection (JSON, OSCAL 1.2) into a mapping: draft first, then validated as a whole, against
//! the frameworks where they are at hand. Other people's collections are read too; it must never make of a relationship
//! more than it says.
//!
//! **Which frameworks.** A collection refers to catalogs by address, and an address does not say under which reference a
//! register adopted them. Ours name them in the `framework-id` property of each resource, in our namespace; for any other
//! the caller says which they are. The mapping's own reference is the `mapping-id` property of the metadata, and failing
//! that `SOURCE-to-TARGET`.
//!
//! **What becomes a pair.** Every source of a `map` with every target of it. A `statement` counts for the requirement it
//! belongs to (NIST names it `ac-2_smt.a`).
//!
//! **Relationships.** OSCAL's six tokens are read as they are, and so are the three of our namespace. What holds between
//! statements, what several entries say differently of the same two requirements, and any token of somebody else's
//! namespace is read as `related`, the weakest there is, and the pair's note keeps the words. A token that claims to be
//! OSCAL's and is not is a problem.
//!
//! **What is asked of the file.** Title, date of the last change and at least one pair. Methods, statuses, parties,
//! coverage and gap summaries are not read: gaps are worked out from the pairs and the framework.

mod draft;
mod items;
mod pairs;

use std::collections::BTreeMap;

use portreeve_model::mapping::Mapping;
use portreeve_model::reference::{FrameworkId, MappingId};
use portreeve_model::standards::Framework;

use crate::json;
use crate::problem::{Gathered, Problems};

/// Most pairs of one mapping. The entry that adopts it names them all, 137 bytes at the most for two of the longest
/// numbers: 5,000 take 685 kB of the 1 MiB that an entry may have. The largest of ours has 115.
pub const PAIRS_MAX: usize = 5_000;

/// What the caller knows that the file may not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The mapping's reference.
    pub id: Option<MappingId>,
    /// The framework it leads from.
    pub source: Option<FrameworkId>,
    /// The framework it leads to.
    pub target: Option<FrameworkId>,
}

/// Reads a mapping from the bytes of an OSCAL mapping collection. Its numbers are held against those of `frameworks`
/// that it names; one that is not among them is not judged.
///
/// # Errors
/// All problems of the file, each with its place and a remedy.
pub fn read_mapping(
    named: &Named,
    bytes: &[u8],
    frameworks: &BTreeMap<FrameworkId, Framework>,
) -> Result<Mapping, Problems> {
    let value = json::parse(bytes)?;
    let mut problems = Gathered::default();
    let draft = draft::CollectionDraft::read(value, &mut problems);
    let mapping = draft.and_then(|draft| draft.validate(named, frameworks, &mut problems));
    problems.verdict(mapping)
}
