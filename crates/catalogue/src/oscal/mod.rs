//! Reads OSCAL: catalogs into frameworks, profiles into catalogs. A document is held against the shape of its model
//! first ([`shape`]), then read; every problem of both is told at once, each with its place as a JSON Pointer. It must
//! never guess at a broken part, open a file, or change a byte of what it was given.
//!
//! **Encodings.** JSON, YAML and XML are read, told apart by their first letters, into one tree; places are told in that
//! tree, as JSON Pointers, whichever it was. In YAML a date is text, and a number that ought to be text is a problem.
//!
//! **The framework's reference.** An OSCAL catalog has no short name of its own: its `uuid` changes with every edition
//! and cannot be typed. So the caller names the framework. For a built-in file the name is that of its folder; for a
//! file dropped in, [`suggested_id`] offers one: the `framework-id` property of the metadata in our [`NAMESPACE`], and
//! failing that the title and version as a slug. Whatever was chosen when the file was adopted stays.
//!
//! **What becomes a requirement.** Every control that is not withdrawn, nested ones too, flattened parent first in the
//! order of the file. JSON keeps a parent's groups apart from its controls, so where one has both, their `sort-id`s
//! order them; without, controls come before groups, as OSCAL lists them. A control with the property `assessable` =
//! `no` in our namespace is a heading and no more. The number is the control's `id`, not its label, because a label may
//! hold brackets and may repeat; an id that cannot be a number gets one that is made of it ([`number`]). The heading is
//! the chain of group and parent titles. A control without a `statement` part has an empty statement. Titles and prose
//! keep their Markdown as written. What is too long to show is shown cut, and the file's bytes stay whole.
//!
//! **What a control may carry in our namespace.** Parts named `indicator`, whose `class` is the grade they describe;
//! the properties `target-grade`, `confidence` and `source`.
//!
//! **What is asked of the file.** All that the OSCAL 1.2.3 model of its kind asks, and beyond it only what a register
//! rests on: ids of requirements, parameters and indicators that are their own, and the limits named here. A document
//! of any OSCAL 1.x is held against 1.2.3, whose models read them all.

mod adoptable;
mod document;
mod framework;
mod indicators;
mod metadata;
mod number;
mod profile;
mod prose;
mod reach;
mod shape;
mod xml;

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::Framework;

pub use self::adoptable::{Adoptable, read_adoptable};
use self::document::Document;
pub use self::document::DocumentKind;
pub use self::profile::{Reference, Resolved, Source, resolve_profile};
use crate::json;
use crate::problem::Problems;

/// The namespace of our own properties in an OSCAL document: an identifier that is never looked up.
pub const NAMESPACE: &str = "https://portreeve.example/ns/oscal";

/// Most controls in one catalog. NIST SP 800-53 rev 5 has 1,189; eight times that is more than anyone could assess.
pub const REQUIREMENTS_MAX: usize = 10_000;

/// Deepest nesting of groups and controls, and of parts. The deepest known are 3 and 4. Two JSON levels each, 16 and
/// 16 stay at 64, half of the 128 at which the JSON parser stops.
pub const DEPTH_MAX: usize = 16;

/// Longest statement shown with its parameters written out, in characters. The longest of NIST SP 800-53 is under
/// 2,000.
pub const STATEMENT_CHARS_MAX: usize = 20_000;

/// Most bytes of all statements together: as much as the largest file could hold without repeating itself through
/// parameters.
pub const STATEMENTS_BYTES_MAX: usize = json::FILE_BYTES_MAX;

/// Reads a framework from the bytes of an OSCAL catalog.
///
/// # Errors
/// All problems of the file, each with its place and a remedy.
pub fn read_framework(id: FrameworkId, bytes: &[u8]) -> Result<Framework, Problems> {
    let (catalog, mut problems) = Document::of_kind(DocumentKind::Catalog, bytes)?;
    let framework = framework::read(id, &catalog, &mut problems);
    problems.verdict(framework)
}

/// The reference that an OSCAL catalog suggests for itself: its own `framework-id` property, or a slug of its title
/// and version.
///
/// # Errors
/// The file is not an OSCAL catalog, it has problems, or its `framework-id` is not a framework reference.
pub fn suggested_id(bytes: &[u8]) -> Result<FrameworkId, Problems> {
    let (catalog, mut problems) = Document::of_kind(DocumentKind::Catalog, bytes)?;
    let id = metadata::suggested_id(&catalog, &mut problems);
    problems.verdict(id)
}

/// Tells an OSCAL catalog from a profile.
///
/// # Errors
/// The file is neither, or has problems, all told.
pub fn document_kind(bytes: &[u8]) -> Result<DocumentKind, Problems> {
    let (document, problems) = Document::read(bytes)?;
    problems.verdict(Some(document.kind))
}
