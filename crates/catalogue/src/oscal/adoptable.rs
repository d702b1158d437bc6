//! A document as a register takes it in: a catalog as it stands, or what a profile resolves to, read once and written
//! in JSON. It must never change the bytes of a catalog that is in JSON already.

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::Framework;
use serde_json::Value;

use super::document::{Document, DocumentKind};
use super::profile::{Reference, resolve_profile};
use super::shape::{CATALOG, written};
use super::{framework, metadata};
use crate::problem::{Gathered, Problem, Problems};

/// A framework with the catalog that later answers are judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoptable {
    /// What came.
    pub kind: DocumentKind,
    /// What its catalog reads as.
    pub framework: Framework,
    /// The catalog in JSON.
    pub catalog: Vec<u8>,
    /// What a profile asks for in vain.
    pub notes: Vec<Problem>,
}

/// Reads a catalog or profile in any encoding, under the reference that is wanted or the one that it suggests. `supply`
/// is asked for what a profile imports.
///
/// # Errors
/// All problems of the document and of what it imports.
pub fn read_adoptable(
    id: Option<&FrameworkId>,
    bytes: &[u8],
    supply: &mut dyn FnMut(&Reference) -> Option<Vec<u8>>,
) -> Result<Adoptable, Problems> {
    let (document, problems) = Document::read(bytes)?;
    if document.kind == DocumentKind::Catalog {
        let framework = read(id, &document.body, problems)?;
        let catalog = if in_json(bytes) { bytes.to_vec() } else { written("catalog", &document.body, &CATALOG) };
        return Ok(Adoptable { kind: document.kind, framework, catalog, notes: Vec::new() });
    }
    problems.verdict(Some(()))?;
    drop(document);
    let resolved = resolve_profile(bytes, supply)?;
    let (body, problems) = Document::of_kind(DocumentKind::Catalog, &resolved.catalog)?;
    let framework = read(id, &body, problems).map_err(|problems| problems.in_file("the resolved catalog"))?;
    Ok(Adoptable { kind: DocumentKind::Profile, framework, catalog: resolved.catalog, notes: resolved.notes })
}

fn read(id: Option<&FrameworkId>, catalog: &Value, mut problems: Gathered) -> Result<Framework, Problems> {
    let id = id.cloned().or_else(|| metadata::suggested_id(catalog, &mut problems));
    let framework = id.and_then(|id| framework::read(id, catalog, &mut problems));
    problems.verdict(framework)
}

fn in_json(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start().starts_with(b"{")
}
