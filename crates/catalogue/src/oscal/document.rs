//! The bytes of an OSCAL document in any of its encodings, as one tree that was held against its shape. It must never
//! hand on a tree whose problems are not told.

use serde_json::Value;

use super::shape::{Assembly, CATALOG, PROFILE, Type, check};
use super::xml;
use crate::fields::kind;
use crate::json::{self, Place};
use crate::problem::{Gathered, Problem, Problems};
use crate::yaml;

/// The OSCAL documents that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// Requirements, grouped.
    Catalog,
    /// A choice of requirements from catalogs, tailored.
    Profile,
}

impl DocumentKind {
    fn name(self) -> &'static str {
        match self {
            DocumentKind::Catalog => "catalog",
            DocumentKind::Profile => "profile",
        }
    }

    fn shape(self) -> &'static Assembly {
        match self {
            DocumentKind::Catalog => &CATALOG,
            DocumentKind::Profile => &PROFILE,
        }
    }

    fn of_root(root: &str) -> Option<DocumentKind> {
        [DocumentKind::Catalog, DocumentKind::Profile].into_iter().find(|kind| kind.name() == root)
    }
}

/// Other documents of OSCAL, which people take for a catalog.
const OTHERS: &[&str] = &[
    "component-definition",
    "system-security-plan",
    "assessment-plan",
    "assessment-results",
    "plan-of-action-and-milestones",
    "mapping-collection",
];

/// A document whose kind is known.
pub(super) struct Document {
    pub(super) kind: DocumentKind,
    /// The object below the document's one name.
    pub(super) body: Value,
}

impl Document {
    /// Reads bytes in any encoding, and tells apart what they hold.
    pub(super) fn read(bytes: &[u8]) -> Result<(Document, Gathered), Problems> {
        let Value::Object(mut root) = tree(bytes)? else {
            return Err(Problems::one(Problem::new("", "it is not an object", "give an OSCAL catalog or profile")));
        };
        let found = root.keys().find_map(|name| DocumentKind::of_root(name));
        let Some((kind, body)) = found.and_then(|kind| Some((kind, root.remove(kind.name())?))) else {
            let other = OTHERS.iter().find(|name| root.contains_key(**name));
            let what = match other {
                Some(name) => format!("it is an OSCAL {name}, not a catalog or profile"),
                None => "it has no `catalog` and no `profile`".to_owned(),
            };
            let remedy = if other.is_some() {
                "give the catalog or profile that it refers to"
            } else {
                "give an OSCAL catalog or profile"
            };
            return Err(Problems::one(Problem::new("", what, remedy)));
        };
        let mut problems = Gathered::default();
        for (name, value) in &root {
            match (name.as_str(), value) {
                ("$schema", Value::String(_)) => {}
                ("$schema", other) => {
                    problems.add("/$schema", format!("it is {}", self::kind(other)), Type::UriReference.remedy())
                }
                (name, _) => {
                    problems.add(&json::below("", name), "it does not belong beside the document", "take it out")
                }
            }
        }
        check(&body, kind.shape(), &Place::Name(&Place::Root, kind.name()), &mut problems);
        check_version(&body, kind.name(), &mut problems);
        Ok((Document { kind, body }, problems))
    }

    /// Reads a document that has to be of one kind.
    pub(super) fn of_kind(wanted: DocumentKind, bytes: &[u8]) -> Result<(Value, Gathered), Problems> {
        let (document, problems) = Document::read(bytes)?;
        if document.kind == wanted {
            return Ok((document.body, problems));
        }
        let what = format!("it is an OSCAL {}, not a {}", document.kind.name(), wanted.name());
        let remedy = match wanted {
            DocumentKind::Catalog => "resolve the profile into a catalog and give that",
            DocumentKind::Profile => "adopt it as it stands, or give a profile that imports it",
        };
        Err(Problems::one(Problem::new("", what, remedy)))
    }
}

/// The tree of a document in JSON, XML or YAML, whichever its first letters say it is. In YAML a flow mapping could open
/// with a brace as JSON does, and no OSCAL tool writes one.
fn tree(bytes: &[u8]) -> Result<Value, Problems> {
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    match start.first() {
        Some(b'<') => xml::tree(bytes, |root| DocumentKind::of_root(root).map(DocumentKind::shape)),
        Some(b'{' | b'[') | None => json::parse(bytes),
        Some(_) if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") => json::parse(bytes),
        Some(_) => yaml::tree(bytes).map(Value::from),
    }
}

/// Another major version of OSCAL may mean something else by the same names.
fn check_version(body: &Value, root: &str, problems: &mut Gathered) {
    let Some(version) = body.pointer("/metadata/oscal-version").and_then(Value::as_str) else { return };
    let major = version.trim_start_matches(['v', 'V']).split('.').next().unwrap_or_default();
    if major.parse::<u64>().is_ok_and(|major| major != 1) {
        let path = format!("/{root}/metadata/oscal-version");
        problems.add(&path, format!("it is `{version}`; OSCAL 1.x is read"), "convert the document to OSCAL 1.x");
    }
}
