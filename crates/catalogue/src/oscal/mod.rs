//! Reads an OSCAL catalog (JSON) into a framework: draft first, then validated as a whole. Lenient to fields it does
//! not know, because OSCAL grows; strict in what the register will rest on. It must never guess at a broken part.
//!
//! **The framework's reference.** An OSCAL catalog has no short name of its own: its `uuid` changes with every edition
//! and cannot be typed. So the caller names the framework. For a built-in file the name is that of its folder; for a
//! file dropped in, [`suggested_id`] offers one: the `framework-id` property of the metadata in our [`NAMESPACE`], and
//! failing that the title and version as a slug. Whatever was chosen when the file was adopted stays.
//!
//! **What becomes a requirement.** Every control that is not withdrawn, nested ones too, flattened parent first in the
//! order of the file. JSON keeps a parent's groups apart from its controls, so where one has both, their `sort-id`s
//! order them; without, controls come before groups, as OSCAL lists them. The number is the control's `id`, not its
//! label, because a label may hold brackets and may repeat. The heading is the chain of group and parent titles. A
//! control without a `statement` part has an empty statement. Titles and prose keep their Markdown as written.
//!
//! **What is asked of the file.** `uuid`, `title`, `version`, `oscal-version` (1.x) and `last-modified` must be there
//! as OSCAL says, and at least one requirement, since a framework without any can judge nothing. Roles, parties,
//! links, back matter and parts other than statements are not read, so a fault in them refuses nothing: this is a
//! reader, not an OSCAL validator.

mod draft;
mod framework;
mod metadata;
mod parts;
mod prose;

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::Framework;

use crate::json;
use crate::problem::{Gathered, Problems};

/// The namespace of our own properties in an OSCAL document: an identifier that is never looked up.
pub const NAMESPACE: &str = "https://portreeve.example/ns/oscal";

/// Most controls in one catalog. NIST SP 800-53 rev 5 has 1,189; eight times that is more than anyone could assess.
pub const REQUIREMENTS_MAX: usize = 10_000;

/// Deepest nesting of groups and controls, and of parts. The deepest known are 3 and 4. Two JSON levels each, 16 and
/// 16 stay at 64, half of the 128 at which the JSON parser stops.
pub const DEPTH_MAX: usize = 16;

/// Longest statement with its parameters written out, in characters. The longest of NIST SP 800-53 is under 2,000.
pub const STATEMENT_CHARS_MAX: usize = 20_000;

/// Most bytes of all statements together: as much as the largest file could hold without repeating itself through
/// parameters.
pub const STATEMENTS_BYTES_MAX: usize = json::FILE_BYTES_MAX;

/// Reads a framework from the bytes of an OSCAL catalog.
///
/// # Errors
/// All problems of the file, each with its place and a remedy.
pub fn read_framework(id: FrameworkId, bytes: &[u8]) -> Result<Framework, Problems> {
    let value = json::parse(bytes)?;
    let mut problems = Gathered::default();
    let framework = draft::CatalogDraft::read(value, &mut problems).and_then(|draft| draft.validate(id, &mut problems));
    problems.verdict(framework)
}

/// The reference that an OSCAL catalog suggests for itself: its own `framework-id` property, or a slug of its title
/// and version.
///
/// # Errors
/// The file is not an OSCAL catalog, its metadata cannot be read, or its `framework-id` is not a framework reference.
pub fn suggested_id(bytes: &[u8]) -> Result<FrameworkId, Problems> {
    let value = json::parse(bytes)?;
    let mut problems = Gathered::default();
    let id = draft::CatalogDraft::read(value, &mut problems)
        .and_then(|draft| draft.metadata)
        .and_then(|metadata| metadata.suggested_id(&mut problems));
    problems.verdict(id)
}
