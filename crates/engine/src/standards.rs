//! Frameworks and schemes: adopting a file keeps its exact bytes, and every later answer is judged by those.

use std::collections::BTreeSet;
use std::io::Read as _;

use portreeve_catalogue::{bundled, read_framework, read_scheme};
use portreeve_collector::Blobs as _;
use portreeve_model::reference::{FrameworkId, OrganisationId, PersonId, SchemeId};
use portreeve_model::register::adoption::{FrameworkAdopted, SchemeAdopted};
use portreeve_model::standards::{Framework, Scheme};
use portreeve_model::{Day, Digest, Event, Register};

use crate::error::EngineError;
use crate::session::{Mode, Recorded, Session};

/// A catalogue file larger than this is not read back from the store: NIST SP 800-53 in full has 10 MB.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What a register is judged by.
pub struct Standards {
    /// The framework.
    pub framework: Framework,
    /// The scheme.
    pub scheme: Scheme,
}

impl Session {
    /// Adopts a framework: the built-in one of that name, or the OSCAL catalog in `bytes`.
    ///
    /// # Errors
    /// When there is none of that name, the file is not a catalog, or the rules refuse.
    pub fn adopt_framework(
        &mut self,
        by: &PersonId,
        id: &FrameworkId,
        bytes: Option<Vec<u8>>,
        mode: Mode,
    ) -> Result<Recorded, EngineError> {
        let event = self.framework_adoption(id, bytes, mode)?;
        self.record(by, vec![event], mode)
    }

    pub(crate) fn framework_adoption(
        &self,
        id: &FrameworkId,
        bytes: Option<Vec<u8>>,
        mode: Mode,
    ) -> Result<Event, EngineError> {
        let bytes = match bytes {
            Some(bytes) => bytes,
            None => bundled::framework_file(id.as_str())
                .ok_or_else(|| unknown("built-in framework", id.as_str(), bundled::framework_ids()))?
                .into_owned(),
        };
        let framework = read_framework(id.clone(), &bytes)
            .map_err(|problems| EngineError::Catalogue { what: format!("the catalog for `{id}`"), problems })?;
        let digest = self.keep(&bytes, mode)?;
        let requirements = framework.requirements.iter().map(|requirement| requirement.number.clone()).collect();
        let (title, version) = (framework.title, framework.version);
        Ok(FrameworkAdopted { id: id.clone(), title, version, digest, requirements }.into())
    }

    /// Adopts a scheme: the built-in one of that name, or the scheme file in `bytes`. Its framework must be adopted.
    ///
    /// # Errors
    /// When there is none of that name, the file is not a scheme for an adopted framework, or the rules refuse.
    pub fn adopt_scheme(&mut self, by: &PersonId, asked: &SchemeAdoption, mode: Mode) -> Result<Recorded, EngineError> {
        let event = self.scheme_adoption(asked, self.register(), mode)?;
        self.record(by, vec![event], mode)
    }

    pub(crate) fn scheme_adoption(
        &self,
        asked: &SchemeAdoption,
        register: &Register,
        mode: Mode,
    ) -> Result<Event, EngineError> {
        let bytes = match &asked.bytes {
            Some(bytes) => bytes.clone(),
            None => bundled::scheme_file(asked.id.as_str())
                .ok_or_else(|| unknown("built-in scheme", asked.id.as_str(), bundled::scheme_ids()))?
                .into_owned(),
        };
        let framework = portreeve_catalogue::scheme::framework_named(&bytes)
            .map_err(|problems| EngineError::Catalogue { what: format!("the scheme `{}`", asked.id), problems })?;
        let scheme = self.read_scheme_with(register, &framework, &bytes)?;
        if scheme.id != asked.id {
            return Err(EngineError::Unfit(format!("the file is the scheme `{}`, not `{}`", scheme.id, asked.id)));
        }
        let digest = self.keep(&bytes, mode)?;
        let organisations = asked.organisations.clone();
        let (id, title, target) = (scheme.id, scheme.title, asked.target);
        Ok(SchemeAdopted { id, title, framework, digest, organisations, target }.into())
    }

    fn read_scheme_with(
        &self,
        register: &Register,
        framework: &FrameworkId,
        bytes: &[u8],
    ) -> Result<Scheme, EngineError> {
        let framework = self.framework(register, framework)?;
        read_scheme(bytes, &framework)
            .map_err(|problems| EngineError::Catalogue { what: "the scheme file".to_owned(), problems })
    }

    /// The framework as it was adopted.
    ///
    /// # Errors
    /// When it was not adopted, or its file is missing or damaged.
    pub fn framework(&self, register: &Register, id: &FrameworkId) -> Result<Framework, EngineError> {
        let held = register.frameworks.get(id);
        let held = held.ok_or_else(|| unknown("adopted framework", id.as_str(), register.frameworks.keys()))?;
        let bytes = self.blob(&held.event.digest)?;
        read_framework(id.clone(), &bytes)
            .map_err(|problems| EngineError::Catalogue { what: format!("the adopted framework `{id}`"), problems })
    }

    /// What a scheme is judged by, as it was adopted.
    ///
    /// # Errors
    /// When it was not adopted, or a file is missing or damaged.
    pub fn standards(&self, register: &Register, id: &SchemeId) -> Result<Standards, EngineError> {
        let held = register.schemes.get(id);
        let held = held.ok_or_else(|| unknown("adopted scheme", id.as_str(), register.schemes.keys()))?;
        let framework = self.framework(register, &held.event.framework)?;
        let bytes = self.blob(&held.event.digest)?;
        let scheme = read_scheme(&bytes, &framework)
            .map_err(|problems| EngineError::Catalogue { what: format!("the adopted scheme `{id}`"), problems })?;
        Ok(Standards { framework, scheme })
    }

    /// Keeps the bytes of a catalogue file; a dry run only works out their digest.
    pub(crate) fn keep(&self, bytes: &[u8], mode: Mode) -> Result<Digest, EngineError> {
        match mode {
            Mode::DryRun => Ok(Digest::of(bytes)),
            Mode::Write => Ok(self.blobs.put(&mut &*bytes)?.digest),
        }
    }

    /// The bytes of a small object.
    pub(crate) fn blob(&self, digest: &Digest) -> Result<Vec<u8>, EngineError> {
        let mut bytes = Vec::new();
        let reader = self.blobs.open(digest)?;
        reader.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| {
            match portreeve_collector::BlobError::inside(&error) {
                Some(inside) => EngineError::Damaged { what: format!("object {digest}"), because: inside.to_string() },
                None => EngineError::io("read", &self.blobs.path_of(digest), error),
            }
        })?;
        Ok(bytes)
    }
}

/// A scheme to adopt.
#[derive(Clone, Debug)]
pub struct SchemeAdoption {
    /// Its reference.
    pub id: SchemeId,
    /// The scheme file; the built-in one when absent.
    pub bytes: Option<Vec<u8>>,
    /// Who goes for it.
    pub organisations: BTreeSet<OrganisationId>,
    /// By when.
    pub target: Option<Day>,
}

fn unknown<K: ToString>(noun: &'static str, given: &str, known: impl IntoIterator<Item = K>) -> EngineError {
    let near = known.into_iter().map(|known| known.to_string()).collect();
    EngineError::Unknown { noun, given: given.to_owned(), near }
}
