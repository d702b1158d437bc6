//! Adopting frameworks: a built-in one, or a file in any format that is understood. The catalog that later answers are
//! judged by is kept, and so are the bytes that came, so that either can be handed back exactly.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use portreeve_catalogue::import::{self, Imported, Told};
use portreeve_catalogue::{bundled, read_framework};
use portreeve_model::Event;
use portreeve_model::reference::{FrameworkId, PersonId};
use portreeve_model::register::adoption::{FrameworkAdopted, Original};
use portreeve_model::standards::{Framework, Requirement};
use portreeve_model::text::Title;

use crate::beside::{Beside, read_file};
use crate::error::EngineError;
use crate::mappings::FromLibrary;
use crate::place::Putting;
use crate::session::{Mode, Recorded, Session};
use crate::standards::unknown;

/// A file to import.
#[derive(Clone, Debug)]
pub struct FrameworkFile {
    /// The file.
    pub path: PathBuf,
    /// The reference wanted for its framework; its own when absent.
    pub id: Option<FrameworkId>,
    /// What a profile imports, where it does not lie beside it.
    pub with: Vec<PathBuf>,
}

/// What came of an import.
#[derive(Clone, Debug)]
pub struct Brought {
    /// What the file holds.
    pub imported: Imported,
    /// Which of its mappings are adopted.
    pub mappings: Vec<FromLibrary>,
    /// What was recorded; nothing when the file holds nothing that can be adopted.
    pub recorded: Option<Recorded>,
}

/// A framework's file, to hand out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkBytes {
    /// A name for it.
    pub name: String,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
}

impl Session {
    /// Adopts the built-in framework of that name.
    ///
    /// # Errors
    /// When there is none, or the rules refuse.
    pub fn adopt_framework(&mut self, by: &PersonId, id: &FrameworkId, mode: Mode) -> Result<Recorded, EngineError> {
        let putting = self.putting(mode)?;
        let event = self.framework_adoption(id, &putting)?;
        self.record(by, vec![event], mode)
    }

    pub(crate) fn framework_adoption(&self, id: &FrameworkId, putting: &Putting) -> Result<Event, EngineError> {
        let bytes = bundled::framework_file(id.as_str())
            .ok_or_else(|| unknown("built-in framework", id.as_str(), bundled::framework_ids()))?;
        let framework = read_built_in(id, &bytes)?;
        self.adoption(framework, &bytes, None, putting)
    }

    /// Adopts every framework a file holds, and every mapping both of whose frameworks are there, all or none.
    ///
    /// # Errors
    /// When the file cannot be read, is of no format that is understood or is wrong in any way, or the rules refuse.
    pub fn import_framework(
        &mut self,
        by: &PersonId,
        asked: &FrameworkFile,
        mode: Mode,
    ) -> Result<Brought, EngineError> {
        let bytes = read_file(&asked.path)?;
        let file = asked.path.file_name().unwrap_or_default().to_string_lossy();
        let mut beside = Beside::of(&asked.path, &asked.with);
        let told = Told { file: &file, id: asked.id.as_ref() };
        let read = import::read(&bytes, told, &mut |reference| beside.supply(reference));
        // A file that was found and could not be read says more than that the import is not here.
        if let Some(error) = beside.failed {
            return Err(error);
        }
        let imported = read.map_err(|problems| EngineError::Catalogue {
            what: format!("the file {}", asked.path.display()),
            problems,
        })?;
        let putting = self.putting(mode)?;
        let mut events = Vec::new();
        for one in &imported.frameworks {
            let Some(framework) = one.framework.clone() else { continue };
            let is_other = one.catalog != bytes;
            let original = is_other.then(|| self.original(&imported, &file, &bytes, &putting)).transpose()?;
            events.push(self.adoption(framework, &one.catalog, original, &putting)?);
        }
        let mappings = self.library_mappings(&imported, &putting)?;
        events.extend(mappings.iter().map(|mapping| mapping.event.clone()));
        let recorded = if events.is_empty() { None } else { Some(self.record(by, events, mode)?) };
        Ok(Brought { imported, mappings, recorded })
    }

    fn original(
        &self,
        imported: &Imported,
        file: &str,
        bytes: &[u8],
        putting: &Putting,
    ) -> Result<Original, EngineError> {
        let name: String = file.chars().filter(|letter| !letter.is_control()).take(Title::CHARS_MAX).collect();
        // A name of nothing but what cannot be shown says as little as its format.
        let file = name.parse().or_else(|_| imported.format.word().parse());
        let file = file.map_err(|error| EngineError::Bug(format!("a file has no name: {error}")))?;
        Ok(Original { format: imported.format, file, digest: self.keep(bytes, putting)? })
    }

    fn adoption(
        &self,
        framework: Framework,
        catalog: &[u8],
        original: Option<Original>,
        putting: &Putting,
    ) -> Result<Event, EngineError> {
        let digest = self.keep(catalog, putting)?;
        let requirements: BTreeSet<_> =
            framework.requirements.iter().map(|requirement| requirement.number.clone()).collect();
        let graded = framework.requirements.iter().filter(|requirement| !requirement.indicators.is_empty());
        let ids = |requirement: &Requirement| requirement.indicators.iter().map(|one| one.id.clone()).collect();
        let indicators = graded.map(|requirement| (requirement.number.clone(), ids(requirement))).collect();
        let Framework { id, title, version, .. } = framework;
        Ok(FrameworkAdopted { id, title, version, digest, requirements, indicators, original }.into())
    }

    /// The exact bytes of a framework: as it was adopted, or as it is built in where it was not. With `original`, the
    /// file it was made of.
    ///
    /// # Errors
    /// When there is none of that name, or its file is missing or damaged.
    pub fn framework_bytes(&self, id: &FrameworkId, original: bool) -> Result<FrameworkBytes, EngineError> {
        let name = format!("{id}.json");
        if let Some(held) = self.register().frameworks.get(id) {
            return match &held.event.original {
                Some(first) if original => {
                    Ok(FrameworkBytes { name: first.file.to_string(), bytes: self.blob(&first.digest)? })
                }
                _ => Ok(FrameworkBytes { name, bytes: self.blob(&held.event.digest)? }),
            };
        }
        match bundled::framework_file(id.as_str()) {
            Some(bytes) => Ok(FrameworkBytes { name, bytes: bytes.into_owned() }),
            None => {
                let known = self.register().frameworks.keys().cloned().chain(bundled::framework_ids());
                Err(unknown("framework", id.as_str(), known))
            }
        }
    }
}

/// The references of the frameworks that are built in.
pub fn built_in_frameworks() -> Vec<FrameworkId> {
    bundled::framework_ids()
}

/// The built-in framework of that name, if there is one.
///
/// # Errors
/// When its file does not hold together; the catalogue's tests see to it that all do.
pub fn built_in_framework(id: &FrameworkId) -> Result<Option<Framework>, EngineError> {
    bundled::framework_file(id.as_str()).map(|bytes| read_built_in(id, &bytes)).transpose()
}

fn read_built_in(id: &FrameworkId, bytes: &[u8]) -> Result<Framework, EngineError> {
    read_framework(id.clone(), bytes)
        .map_err(|problems| EngineError::Catalogue { what: format!("the built-in framework `{id}`"), problems })
}

/// Writes bytes to a new file.
///
/// # Errors
/// When something is there already, or the disk refuses.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AlreadyExists => EngineError::Exists { path: path.to_owned() },
        _ => EngineError::io("write", path, source),
    };
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}
