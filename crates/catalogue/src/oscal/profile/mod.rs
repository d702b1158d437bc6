//! Resolves an OSCAL profile into a catalog, as NIST's profile resolution specification says: import, merge, modify.
//! Everything is worked out from the bytes that are given; nothing is fetched, no clock is read, and the same bytes
//! give the same catalog. It must never drop a requirement that was asked for without a problem or a note.
//!
//! Where the specification leaves a choice or contradicts itself:
//! - A requirement that is included brings the ones it is nested in, as NIST's published baselines do; one of those that
//!   is excluded is left out, and what was nested in it moves up to its place.
//! - Two imports that bring the same requirement: identical copies become one, with a note. Copies that differ are
//!   refused, unless the profile says `use-first`. The unspecified method `merge` is refused.
//! - A custom arrangement places a requirement once: where it is first asked for.
//! - A value set for a parameter takes the place of its choices, and the other way round, since the model has no
//!   parameter with both.
//! - Removals by name, class, namespace or kind reach what the requirement itself says; a removal or addition by id
//!   also reaches into the requirements nested in it. Removals come before additions.
//! - `last-modified` is the latest of the sources'. The `uuid` is made of the SHA-256 of the sources: it has the form of
//!   version 4, because OSCAL takes versions 4 and 5 only and version 8, which RFC 9562 has for this, is neither.

mod alter;
mod finish;
mod mentions;
mod merge;
mod modify;
mod select;
mod source;

use portreeve_model::Digest;
use serde_json::Value;

use self::merge::Harvest;
use self::select::{Effort, Selection};
pub use self::source::Reference;
use self::source::{Import, Place};
use super::document::{Document, DocumentKind};
use super::reach::{placed, text};
use super::shape::{CATALOG, check};
use crate::json::{self, FILE_BYTES_MAX};
use crate::problem::{Gathered, Problem, Problems};

/// Deepest chain of profiles that import each other. The deepest known, an overlay of an overlay of a baseline, is 3.
const CHAIN_MAX: usize = 8;

/// Most documents read for one profile. A profile that gathers a dozen catalogs is large already.
const SOURCES_MAX: usize = 100;

/// Most bytes of all documents read for one profile: four times the largest single file.
const SOURCES_BYTES_MAX: usize = 4 * FILE_BYTES_MAX;

/// A catalog made from a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The catalog, as the bytes of an OSCAL document in JSON, without white space, fields in the model's order.
    pub catalog: Vec<u8>,
    /// What the profile asks for in vain: ids that nothing has, additions without a place. Nothing that was found is
    /// missing from the catalog because of them.
    pub notes: Vec<Problem>,
    /// What it was made from, in the order of reading: the profile first.
    pub sources: Vec<Source>,
}

/// A document that a catalog was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it was asked for by; empty for the profile itself and for what it encloses.
    pub href: String,
    /// The SHA-256 of its bytes.
    pub digest: Digest,
}

/// Resolves the profile in these bytes. `supply` is asked for each document that is imported, once a place where it is
/// said to be until it answers with bytes.
///
/// # Errors
/// All problems of the profile and of what it imports, each with the document and the place it stands at; an import
/// that was not supplied, or goes in a circle; copies of a requirement that differ.
pub fn resolve_profile(
    bytes: &[u8],
    supply: &mut dyn FnMut(&Reference) -> Option<Vec<u8>>,
) -> Result<Resolved, Problems> {
    let (profile, problems) = Document::of_kind(DocumentKind::Profile, bytes)?;
    problems.verdict(Some(()))?;
    let digest = Digest::of(bytes);
    let sources = vec![Source { href: String::new(), digest }];
    let mut resolver = Resolver {
        supply,
        chain: vec![Link { name: "the profile".to_owned(), digest }],
        sources,
        bytes: bytes.len(),
        effort: Effort::default(),
        notes: Gathered::default(),
    };
    let mut catalog = resolver.resolve(profile)?;
    finish::set_uuid(&mut catalog, &resolver.sources);
    let mut problems = Gathered::default();
    check(&catalog, &CATALOG, &json::Place::Name(&json::Place::Root, "catalog"), &mut problems);
    problems.verdict(Some(())).map_err(|problems| problems.in_file("the resolved catalog"))?;
    let catalog = finish::bytes(&catalog)?;
    Ok(Resolved { catalog, notes: resolver.notes.notes(), sources: resolver.sources })
}

/// A document that is being resolved.
struct Link {
    name: String,
    digest: Digest,
}

struct Resolver<'s> {
    supply: &'s mut dyn FnMut(&Reference) -> Option<Vec<u8>>,
    /// From the outermost profile to the one being resolved.
    chain: Vec<Link>,
    sources: Vec<Source>,
    bytes: usize,
    effort: Effort,
    notes: Gathered,
}

impl Resolver<'_> {
    /// The body of the catalog that a profile stands for.
    fn resolve(&mut self, mut profile: Value) -> Result<Value, Problems> {
        let mut problems = Gathered::default();
        let mut harvests = Vec::new();
        let imports: Vec<(String, Import)> = placed(&profile, "imports", "/profile")
            .map(|(path, import)| (path, Import::of(import, &profile)))
            .collect();
        for (path, import) in imports {
            let document = match self.import(&path, import) {
                Ok(document) => document,
                Err(found) => {
                    problems.take(found);
                    continue;
                }
            };
            let import = profile.pointer(path.trim_start_matches("/profile")).unwrap_or(&Value::Null);
            let selection = Selection::of(import);
            harvests.push(Harvest::of(document, &selection, &self.effort));
            selection.tell_unused(&path, &mut self.notes);
        }
        problems.verdict(Some(()))?;
        let mut problems = Gathered::default();
        let mut catalog = merge::merge(harvests, &profile, &self.effort, &mut problems, &mut self.notes);
        problems.verdict(Some(()))?;
        modify::modify(&mut catalog.body, &profile, &self.effort, &mut self.notes);
        if self.effort.spent() {
            let what = "its patterns and alterations take too long to work out";
            let problem = Problem::new("/profile", what, "name ids in place of patterns, and alter less");
            return Err(Problems::one(problem));
        }
        Ok(finish::finish(catalog, &mut profile))
    }

    /// The body of the catalog that an import names, resolved first if it is a profile.
    fn import(&mut self, path: &str, import: Import) -> Result<Value, Problems> {
        let at = format!("{path}/href");
        let refuse = |what: String, remedy: &str| Err(Problems::one(Problem::new(&at, what, remedy)));
        if self.sources.len() >= SOURCES_MAX {
            return refuse(format!("more than {SOURCES_MAX} documents are imported"), "import less");
        }
        let places = match import {
            Import::Places(places) => places,
            Import::Nowhere(what) => return refuse(what, "correct it, or give the resource an `rlinks` entry"),
        };
        let Some((name, bytes)) = self.supplied(&places) else {
            let wanted = places.first().map_or("", Place::href);
            let file = source::file_name(wanted);
            let remedy = format!("give the file `{file}` as well: an import is never fetched");
            return refuse(format!("it imports `{wanted}`, which is not here"), &remedy);
        };
        let digest = Digest::of(&bytes);
        let circle = self.chain.iter().position(|link| link.digest == digest);
        if let Some(from) = circle {
            let chain: Vec<&str> =
                self.chain[from..].iter().map(|link| link.name.as_str()).chain([name.as_str()]).collect();
            return refuse(
                format!("the import goes in a circle: {}", chain.join(" imports ")),
                "take one of the imports out",
            );
        }
        if self.chain.len() >= CHAIN_MAX {
            return refuse(
                format!("profiles import each other more than {CHAIN_MAX} deep"),
                "import the catalog itself",
            );
        }
        self.bytes += bytes.len();
        if self.bytes > SOURCES_BYTES_MAX {
            return refuse(format!("the documents together have more than {SOURCES_BYTES_MAX} bytes"), "import less");
        }
        self.sources.push(Source { href: name.clone(), digest });
        let inside = |problems: Problems| problems.in_file(&name);
        let (document, problems) = Document::read(&bytes).map_err(inside)?;
        drop(bytes);
        problems.verdict(Some(())).map_err(inside)?;
        match document.kind {
            DocumentKind::Catalog => Ok(document.body),
            DocumentKind::Profile => {
                self.chain.push(Link { name: name.clone(), digest });
                let resolved = self.resolve(document.body).map_err(inside);
                self.chain.pop();
                resolved
            }
        }
    }

    fn supplied(&mut self, places: &[Place]) -> Option<(String, Vec<u8>)> {
        let chain: Vec<String> = self.chain.iter().skip(1).map(|link| link.name.clone()).collect();
        places.iter().find_map(|place| match place {
            Place::Enclosed(bytes) => Some((String::new(), bytes.clone())),
            Place::Elsewhere { href, media_type } => {
                let reference = Reference { href: href.clone(), media_type: media_type.clone(), chain: chain.clone() };
                (self.supply)(&reference).map(|bytes| (href.clone(), bytes))
            }
        })
    }
}

/// The id of a control, group or parameter; empty where there is none.
fn id(of: &Value) -> &str {
    text(of, "id").unwrap_or_default()
}

/// Takes a list out of an object.
fn take_list(of: &mut Value, name: &str) -> Vec<Value> {
    match of.as_object_mut().and_then(|fields| fields.remove(name)) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// Puts a list into an object, or nothing where it is empty: the model has no empty lists.
fn put_list(into: &mut Value, name: &str, items: Vec<Value>) {
    if let Some(fields) = into.as_object_mut()
        && !items.is_empty()
    {
        fields.insert(name.to_owned(), Value::Array(items));
    }
}
