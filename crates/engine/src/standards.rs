//! What a register is judged by: schemes are adopted here, and frameworks and schemes read back as they were adopted. The
//! exact bytes are kept, and every later answer is judged by those.

use std::collections::BTreeSet;
use std::io::Read as _;

use portreeve_catalogue::{AdoptedFiles, Standards, bundled, read_framework, read_standards};
use portreeve_collector::Blobs as _;
use portreeve_model::reference::{FrameworkId, OrganisationId, PersonId, ProfileId, SchemeId};
use portreeve_model::register::adoption::{ProfileChosen, SchemeAdopted};
use portreeve_model::standards::{Framework, Grading, Scheme};
use portreeve_model::{Day, Digest, Event, Register};

use crate::error::EngineError;
use crate::place::Putting;
use crate::session::{Mode, Recorded, Session};

/// A catalogue file larger than this is not read back from the store: NIST SP 800-53 in full has 10 MB.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

impl Session {
    /// Adopts a scheme: the built-in one of that name, or the scheme file in `bytes`. Its framework must be adopted.
    ///
    /// # Errors
    /// When there is none of that name, the file is not a scheme for an adopted framework, or the rules refuse.
    pub fn adopt_scheme(&mut self, by: &PersonId, asked: &SchemeAdoption, mode: Mode) -> Result<Recorded, EngineError> {
        let putting = self.putting(mode)?;
        let event = self.scheme_adoption(asked, self.register(), &putting)?;
        self.record(by, vec![event], mode)
    }

    pub(crate) fn scheme_adoption(
        &self,
        asked: &SchemeAdoption,
        register: &Register,
        putting: &Putting,
    ) -> Result<Event, EngineError> {
        let bytes = match &asked.bytes {
            Some(bytes) => bytes.clone(),
            None => bundled::scheme_file(asked.id.as_str())
                .ok_or_else(|| unknown("built-in scheme", asked.id.as_str(), bundled::scheme_ids()))?
                .into_owned(),
        };
        let framework = portreeve_catalogue::scheme::framework_named(&bytes)
            .map_err(|problems| EngineError::Catalogue { what: format!("the scheme `{}`", asked.id), problems })?;
        let profile = self.profile_bytes(asked, register, framework.as_ref())?;
        let standards = self.read_standards(register, framework.as_ref(), profile.as_deref(), &bytes)?;
        let Standards { scheme, framework: judged } = standards;
        must_say_how_far(&scheme, &judged)?;
        if scheme.id != asked.id {
            return Err(EngineError::Unfit(format!("the file is the scheme `{}`, not `{}`", scheme.id, asked.id)));
        }
        let digest = self.keep(&bytes, putting)?;
        let profile = match (profile, judged.profile) {
            (Some(bytes), Some(title)) => Some(ProfileChosen { title, digest: self.keep(&bytes, putting)? }),
            _ => None,
        };
        let organisations = asked.organisations.clone();
        let (id, title, target) = (scheme.id, scheme.title, asked.target);
        Ok(SchemeAdopted { id, title, framework, digest, profile, organisations, target }.into())
    }

    /// The profile a scheme is to be judged with: the one asked for, or else the one it was judged with before.
    fn profile_bytes(
        &self,
        asked: &SchemeAdoption,
        register: &Register,
        framework: Option<&FrameworkId>,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        match &asked.profile {
            ProfileAsked::AsBefore => {
                let before = register.schemes.get(&asked.id).and_then(|held| held.event.profile.as_ref());
                before.map(|profile| self.blob(&profile.digest)).transpose()
            }
            ProfileAsked::Bytes(bytes) => Ok(Some(bytes.clone())),
            ProfileAsked::BuiltIn(id) => {
                let framework = framework.map_or("", |framework| framework.as_str());
                let bytes = bundled::profile_file(framework, id.as_str());
                let bytes =
                    bytes.ok_or_else(|| unknown("built-in profile", id.as_str(), bundled::profile_ids(framework)))?;
                Ok(Some(bytes.into_owned()))
            }
        }
    }

    /// The framework as it was adopted.
    ///
    /// # Errors
    /// When it was not adopted, or its file is missing or damaged.
    pub fn framework(&self, register: &Register, id: &FrameworkId) -> Result<Framework, EngineError> {
        read_framework(id.clone(), &self.framework_file(register, id)?)
            .map_err(|problems| EngineError::Catalogue { what: format!("the adopted framework `{id}`"), problems })
    }

    /// What a scheme is judged by, as it was adopted.
    ///
    /// # Errors
    /// When it was not adopted, or a file is missing or damaged.
    pub fn standards(&self, register: &Register, id: &SchemeId) -> Result<Standards, EngineError> {
        let held = register.schemes.get(id);
        let held = &held.ok_or_else(|| unknown("adopted scheme", id.as_str(), register.schemes.keys()))?.event;
        let scheme = self.blob(&held.digest)?;
        let profile = held.profile.as_ref().map(|profile| self.blob(&profile.digest)).transpose()?;
        self.read_standards(register, held.framework.as_ref(), profile.as_deref(), &scheme)
    }

    /// Reads a scheme together with the framework it judges, as that was adopted.
    fn read_standards(
        &self,
        register: &Register,
        framework: Option<&FrameworkId>,
        profile: Option<&[u8]>,
        scheme: &[u8],
    ) -> Result<Standards, EngineError> {
        let framework = match framework {
            Some(id) => Some((id, self.framework_file(register, id)?)),
            None => None,
        };
        let framework = framework.as_ref().map(|(id, bytes)| (*id, bytes.as_slice()));
        read_standards(AdoptedFiles { framework, profile, scheme })
            .map_err(|problems| EngineError::Catalogue { what: "the scheme".to_owned(), problems })
    }

    /// The file of an adopted framework.
    fn framework_file(&self, register: &Register, id: &FrameworkId) -> Result<Vec<u8>, EngineError> {
        let held = register.frameworks.get(id);
        let held = held.ok_or_else(|| unknown("adopted framework", id.as_str(), register.frameworks.keys()))?;
        self.blob(&held.event.digest)
    }

    /// Keeps the bytes of a catalogue file; a dry run only works out their digest.
    pub(crate) fn keep(&self, bytes: &[u8], putting: &Putting) -> Result<Digest, EngineError> {
        match putting {
            Putting::DryRun => Ok(Digest::of(bytes)),
            Putting::Leave { .. } => Ok(self.blobs.put(&mut &*bytes)?.digest),
        }
    }

    /// The bytes of a small object.
    pub(crate) fn blob(&self, digest: &Digest) -> Result<Vec<u8>, EngineError> {
        let mut bytes = Vec::new();
        let reader = self.blobs.open(digest)?;
        // One byte more than it may have: a reader that is not asked for the end has compared nothing with the name.
        reader.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| {
            match portreeve_collector::BlobError::inside(&error) {
                Some(inside) => EngineError::Damaged { what: format!("object {digest}"), because: inside.to_string() },
                None => EngineError::io("read", &self.blobs.path_of(digest), error),
            }
        })?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            let because = format!("it is longer than the {FILE_BYTES_MAX} bytes that an adopted file may have");
            return Err(EngineError::Damaged { what: format!("object {digest}"), because });
        }
        Ok(bytes)
    }
}

/// The references of the schemes that are built in.
pub fn built_in_schemes() -> Vec<SchemeId> {
    bundled::scheme_ids()
}

/// The built-in scheme that judges a framework's requirements, if there is one.
pub fn built_in_scheme_for(framework: &FrameworkId) -> Option<SchemeId> {
    bundled::scheme_ids().into_iter().find(|id| framework_of_built_in_scheme(id.as_str()).as_ref() == Some(framework))
}

/// The built-in profiles that say how far each requirement of a framework must be met.
pub fn built_in_profiles_of(framework: &FrameworkId) -> Vec<ProfileId> {
    bundled::profile_ids(framework.as_str())
}

/// The framework whose requirements a built-in scheme judges, if it judges any.
pub fn framework_of_built_in_scheme(id: &str) -> Option<FrameworkId> {
    let bytes = bundled::scheme_file(id)?;
    portreeve_catalogue::scheme::framework_named(&bytes).ok().flatten()
}

/// Grades without a profile would be held against nothing that anybody has agreed.
fn must_say_how_far(scheme: &Scheme, framework: &Framework) -> Result<(), EngineError> {
    let graded = matches!(scheme.grading, Grading::Indicators(_));
    if !graded || framework.requirements.iter().all(|asked| asked.target.is_some()) {
        return Ok(());
    }
    let known: Vec<String> = built_in_profiles_of(&framework.id).iter().map(|id| format!("`--profile {id}`")).collect();
    let known = if known.is_empty() { "a profile file".to_owned() } else { known.join(", ") };
    Err(EngineError::Unfit(format!(
        "the scheme `{}` grades requirements, and no profile says how far each must be met: choose {known}, or give your \
         own as an OSCAL profile file",
        scheme.id
    )))
}

/// Which profile a scheme is to be judged with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProfileAsked {
    /// The one it was judged with before, if any.
    #[default]
    AsBefore,
    /// A built-in one of the scheme's framework.
    BuiltIn(ProfileId),
    /// An OSCAL profile of the scheme's framework, as a file's bytes.
    Bytes(Vec<u8>),
}

/// A scheme to adopt.
#[derive(Clone, Debug)]
pub struct SchemeAdoption {
    /// Its reference.
    pub id: SchemeId,
    /// The scheme file; the built-in one when absent.
    pub bytes: Option<Vec<u8>>,
    /// How far each requirement is to be met.
    pub profile: ProfileAsked,
    /// Who goes for it.
    pub organisations: BTreeSet<OrganisationId>,
    /// By when.
    pub target: Option<Day>,
}

pub(crate) fn unknown<K: ToString>(noun: &'static str, given: &str, known: impl IntoIterator<Item = K>) -> EngineError {
    let near = known.into_iter().map(|known| known.to_string()).collect();
    EngineError::Unknown { noun, given: given.to_owned(), near }
}
