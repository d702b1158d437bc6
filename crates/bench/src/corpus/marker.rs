//! The file beside a corpus that says whether it is whole. A folder without one was made by somebody else and is never
//! written to.

use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

const FORMAT: &str = "portreeve.bench.corpus/1";

/// How far a corpus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// Begun and not finished: the making runs still, or was interrupted.
    Making,
    /// As the seed says.
    Complete,
    /// Made whole, and then changed by `mutate`.
    Changed,
}

/// What was asked for, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marker {
    format: String,
    pub(crate) state: State,
    /// The corpus in words that name every number it depends on, so that two of the same words are the same bytes.
    pub(crate) what: String,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

impl Marker {
    pub(crate) fn new(what: String) -> Marker {
        Marker { format: FORMAT.to_owned(), state: State::Making, what, files: 0, bytes: 0 }
    }

    /// The marker beside a corpus; `None` when there is none.
    pub(crate) fn of(corpus: &Path) -> Result<Option<Marker>, Failure> {
        let path = path_of(corpus)?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::io("read", &path)(error)),
        };
        match serde_json::from_str::<Marker>(&text) {
            Ok(marker) if marker.format == FORMAT => Ok(Some(marker)),
            _ => Err(Failure::refused(
                "use the corpus",
                format!("{} is not a marker of this version", path.display()),
                "make the corpus anew in another folder",
            )),
        }
    }

    /// Puts it beside the corpus, in place of the one before.
    pub(crate) fn put(&self, corpus: &Path) -> Result<(), Failure> {
        let path = path_of(corpus)?;
        let new = path.with_extension("json.new");
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        let written = fs::File::create(&new).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(Failure::io("write", &new))?;
        fs::rename(&new, &path).map_err(Failure::io("write", &path))
    }
}

/// `DIR.corpus.json`, beside the folder and not in it: a corpus holds nothing but its files.
fn path_of(corpus: &Path) -> Result<PathBuf, Failure> {
    let Some(name) = corpus.file_name() else {
        return Err(Failure::usage(format!("{} has no name", corpus.display()), "name a folder, not `..` or `/`"));
    };
    let mut name: OsString = name.to_owned();
    name.push(".corpus.json");
    Ok(corpus.with_file_name(name))
}
