//! Other people's formats in: what a council brings is told apart by its bytes, validated as a whole, and handed back
//! as the one format that a register keeps, the OSCAL catalog. It must never drop a piece of a file without saying so:
//! what OSCAL has no honest place for is counted as unread, and whoever imports keeps the original bytes as well.

mod entry;
mod library;
mod webcaf;
mod write;

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::Framework;
use portreeve_model::words::ForeignFormat;
use serde_json::Value;

use crate::json;
use crate::oscal;
use crate::problem::{Problem, Problems};
use crate::yaml::{self, Tree};

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

/// Reads a file of any format that is understood.
///
/// # Errors
/// It is of no format that is understood, or all its problems, each with its place and a remedy.
pub fn read(bytes: &[u8], told: Told<'_>) -> Result<Imported, Problems> {
    if looks_like_json(bytes) {
        // Read here for its topmost name only: an OSCAL catalog is kept as it came.
        return match json::parse(bytes)? {
            Value::Object(fields) if fields.contains_key("catalog") => catalog(bytes.to_vec(), told),
            Value::Object(fields) => Err(not_understood(fields.keys().map(String::as_str))),
            _ => Err(not_understood([].into_iter())),
        };
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
    if has("catalog") {
        let bytes = serde_json::to_vec(&Value::from(tree));
        let bytes = bytes.map_err(|error| Problems::one(Problem::new("", error.to_string(), "give it in JSON")))?;
        return catalog(bytes, told);
    }
    Err(not_understood(fields.iter().map(|(name, _)| name.as_str())))
}

/// An OSCAL catalog as it stands.
fn catalog(catalog: Vec<u8>, told: Told<'_>) -> Result<Imported, Problems> {
    let id = told.id.cloned().map_or_else(|| oscal::suggested_id(&catalog), Ok)?;
    let framework = oscal::read_framework(id.clone(), &catalog)?;
    let requirements = framework.requirements.len();
    let title = framework.title.to_string();
    let version = framework.version.to_string();
    let counts = Counts { nodes: requirements, assessable: requirements, ..Counts::default() };
    let framework = Some(framework);
    let framework = ImportedFramework { id, title: title.clone(), version, catalog, counts, framework };
    Ok(Imported {
        format: ForeignFormat::OscalCatalog,
        title,
        frameworks: vec![framework],
        mappings: Vec::new(),
        held: Vec::new(),
        unread: Vec::new(),
        notes: Vec::new(),
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

/// JSON is YAML too, but its own reader is five times as fast and knows its own faults better.
fn looks_like_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let first = bytes.trim_ascii_start().first();
    utf16 || matches!(first, None | Some(b'{' | b'[' | b'<' | b'"'))
}

fn not_understood<'n>(names: impl Iterator<Item = &'n str>) -> Problems {
    let names: Vec<&str> = names.take(NAMES_SHOWN_MAX).collect();
    let names = if names.is_empty() { "no names".to_owned() } else { format!("`{}`", names.join("`, `")) };
    let remedy = "give an OSCAL catalog (`catalog`, in JSON or YAML), a CISO Assistant library (`urn` and `objects`, \
                  in YAML) or WebCAF's framework (`objectives`, in YAML)";
    Problems::one(Problem::new("", format!("it is of no format that is understood: at its top it has {names}"), remedy))
}
