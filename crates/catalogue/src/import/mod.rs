//! Other people's formats in: what a council brings is told apart by its bytes, validated as a whole, and handed back
//! as the one format that a register keeps, the OSCAL catalog. It must never drop a piece of a file without saying so:
//! what OSCAL has no honest place for is counted as unread, and whoever imports keeps the original bytes as well.

mod bind;
mod entry;
mod library;
mod webcaf;
mod write;

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::Framework;
use portreeve_model::words::ForeignFormat;

use crate::oscal::{self, Adoptable, DocumentKind, Reference, read_adoptable};
use crate::problem::{Problem, Problems};
use crate::yaml::{self, Tree};

pub use self::bind::{Bound, Named, bind};

/// How many of a stranger's topmost names are quoted.
const NAMES_SHOWN_MAX: usize = 5;

/// What was read of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What it is.
    pub format: ForeignFormat,
    /// What it calls itself.
    pub title: String,
    /// The frameworks it holds.
    pub frameworks: Vec<ImportedFramework>,
    /// The mappings between frameworks it holds.
    pub mappings: Vec<ImportedMapping>,
    /// What else it holds that is no framework and no mapping, each with how many.
    pub held: Vec<(String, usize)>,
    /// What found no place in OSCAL and is in the original alone, each with how often it occurs.
    pub unread: Vec<(String, usize)>,
    /// What a reader should know, as whole sentences.
    pub notes: Vec<String>,
}

/// One framework of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedFramework {
    /// A reference for it: the one the caller wants, or one made of the file's own name for it.
    pub id: FrameworkId,
    /// Its title as published.
    pub title: String,
    /// Its version as published.
    pub version: String,
    /// The OSCAL catalog in JSON.
    pub catalog: Vec<u8>,
    /// What was counted in it.
    pub counts: Counts,
    /// What the catalog reads as; nothing where no piece of it is answered, so that nobody could be judged by it.
    pub framework: Option<Framework>,
}

/// What was counted in a framework, as its own format counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pieces in the tree: headings and requirements.
    pub nodes: usize,
    /// Those of them that are answered.
    pub assessable: usize,
    /// Levels of the tree.
    pub depth: usize,
    /// Pieces at its top.
    pub roots: usize,
    /// Questions that are asked about the pieces.
    pub questions: usize,
    /// Answers that can be chosen.
    pub choices: usize,
    /// Groups that pieces can be limited to.
    pub groups: usize,
}

/// One mapping of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedMapping {
    /// What it calls itself.
    pub title: String,
    /// The source framework's own name.
    pub source: String,
    /// The target framework's own name.
    pub target: String,
    /// How many pairs it relates.
    pub pairs: usize,
    /// The OSCAL mapping collection in JSON.
    pub collection: Vec<u8>,
}

/// What the caller knows beside the bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// The file's name: WebCAF's files say their version nowhere else.
    pub file: &'a str,
    /// The reference the caller wants, if any.
    pub id: Option<&'a FrameworkId>,
}

/// Reads a file of any format that is understood. `supply` is asked for what a profile imports.
///
/// # Errors
/// It is of no format that is understood, or all its problems, each with its place and a remedy.
pub fn read(
    bytes: &[u8],
    told: Told<'_>,
    supply: &mut dyn FnMut(&Reference) -> Option<Vec<u8>>,
) -> Result<Imported, Problems> {
    // What opens like JSON or XML can only be OSCAL: the other formats are written in YAML.
    if opens_like_oscal(bytes) {
        return document(bytes, told, supply);
    }
    let tree = yaml::tree(bytes)?;
    let Tree::Mapping(fields) = &tree else { return Err(not_understood([].into_iter())) };
    let has = |name: &str| fields.iter().any(|(key, _)| key == name);
    if has("urn") && has("objects") {
        return judged(library::read(&tree)?, told);
    }
    if has("objectives") {
        return judged(webcaf::read(&tree, told)?, told);
    }
    if has("catalog") || has("profile") {
        drop(tree);
        return document(bytes, told, supply);
    }
    Err(not_understood(fields.iter().map(|(name, _)| name.as_str())))
}

/// An OSCAL catalog, or what an OSCAL profile resolves to.
fn document(
    bytes: &[u8],
    told: Told<'_>,
    supply: &mut dyn FnMut(&Reference) -> Option<Vec<u8>>,
) -> Result<Imported, Problems> {
    let Adoptable { kind, framework, catalog, notes } = read_adoptable(told.id, bytes, supply)?;
    let requirements = framework.requirements.len();
    let (id, title) = (framework.id.clone(), framework.title.to_string());
    let version = framework.version.to_string();
    let counts = Counts { nodes: requirements, assessable: requirements, ..Counts::default() };
    let framework = Some(framework).filter(|_| requirements > 0);
    let framework = ImportedFramework { id, title: title.clone(), version, catalog, counts, framework };
    Ok(Imported {
        format: match kind {
            DocumentKind::Catalog => ForeignFormat::OscalCatalog,
            DocumentKind::Profile => ForeignFormat::OscalProfile,
        },
        title,
        frameworks: vec![framework],
        mappings: Vec::new(),
        held: Vec::new(),
        unread: Vec::new(),
        notes: notes.iter().map(|note| format!("{note}.")).collect(),
    })
}

/// Reads what was written of a file as a register would, under the reference it is wanted by.
fn judged(mut imported: Imported, told: Told<'_>) -> Result<Imported, Problems> {
    if let Some(id) = told.id {
        match imported.frameworks.as_mut_slice() {
            [only] => only.id = id.clone(),
            others => {
                let what = format!("it holds {} frameworks, and one reference was given", others.len());
                return Err(Problems::one(Problem::new("", what, "leave `--id` out")));
            }
        }
    }
    for one in imported.frameworks.iter_mut().filter(|one| one.counts.assessable > 0) {
        let read = oscal::read_framework(one.id.clone(), &one.catalog);
        one.framework = Some(read.map_err(|problems| problems.in_file("the catalog made of it"))?);
    }
    Ok(imported)
}

fn opens_like_oscal(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    utf16 || matches!(bytes.trim_ascii_start().first(), None | Some(b'{' | b'[' | b'<' | b'"'))
}

fn not_understood<'n>(names: impl Iterator<Item = &'n str>) -> Problems {
    let names: Vec<&str> = names.take(NAMES_SHOWN_MAX).collect();
    let names = if names.is_empty() { "no names".to_owned() } else { format!("`{}`", names.join("`, `")) };
    let remedy = "give an OSCAL catalog or profile (in JSON, YAML or XML), a CISO Assistant library (`urn` and \
                  `objects`, in YAML) or WebCAF's framework (`objectives`, in YAML)";
    Problems::one(Problem::new("", format!("it is of no format that is understood: at its top it has {names}"), remedy))
}
