//! Asking: what the register says as it was known, judged on a day.

use std::collections::BTreeMap;
use std::sync::Arc;

use portreeve_catalogue::{Playbook, Standards};
use portreeve_collector::{Blobs as _, read_manifest};
use portreeve_model::readiness::{AsOf, Question, Readiness, readiness};
use portreeve_model::reference::{EvidenceId, OrganisationId, PlaybookId, SchemeId};
use portreeve_model::register::evidence::Content;
use portreeve_model::{Day, History, LogSize, Register};
use portreeve_reporting::{FileLine, Subject};

use crate::error::EngineError;
use crate::playbooks::followed;
use crate::session::Session;

/// When a question is asked of: nothing means now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// The day it is judged on. Without `known`, what was recorded by its end is what is known.
    pub on: Option<Day>,
    /// How many entries are known.
    pub known: Option<LogSize>,
}

/// A register as it was known, with what it is judged by, and the answers.
pub struct Asked {
    /// The entries known; questions of one moment share them.
    pub history: Arc<History>,
    /// What they are judged by.
    pub standards: Standards,
    /// One answer for each organisation.
    pub answers: Vec<Readiness>,
    /// The playbooks that actions follow.
    pub playbooks: BTreeMap<PlaybookId, Playbook>,
    /// What was known, and the day.
    pub as_of: AsOf,
}

impl Asked {
    /// What the reports are made from.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            register: self.history.register(),
            framework: &self.standards.framework,
            scheme: &self.standards.scheme,
            answers: &self.answers,
            playbooks: Some(&self.playbooks),
            as_of: self.as_of,
        }
    }
}

impl Session {
    /// Works out what is known and on which day.
    pub fn as_of(&self, when: When) -> AsOf {
        let on = when.on.unwrap_or_else(|| self.today());
        let known = when.known.unwrap_or_else(|| match when.on {
            Some(day) => self.known_on(day),
            None => self.size(),
        });
        AsOf { known, on }
    }

    /// Answers for a scheme, one answer for each of `organisations`, or for all that go for it.
    ///
    /// # Errors
    /// When the scheme is not adopted, an organisation does not go for it, or a file is missing.
    pub fn ask(
        &self,
        scheme: Option<&SchemeId>,
        organisations: &[OrganisationId],
        when: When,
    ) -> Result<Asked, EngineError> {
        let as_of = self.as_of(when);
        let history = Arc::new(self.history_at(as_of.known)?);
        let scheme = self.scheme_meant(history.register(), scheme)?;
        self.ask_of(&history, &scheme, organisations, as_of)
    }

    /// The same of a history that is at hand, which holds the entries that `as_of` knows: several questions of one
    /// moment need not replay it each.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub fn ask_of(
        &self,
        history: &Arc<History>,
        scheme: &SchemeId,
        organisations: &[OrganisationId],
        as_of: AsOf,
    ) -> Result<Asked, EngineError> {
        let standards = self.standards(history.register(), scheme)?;
        let answers = answers(history.register(), &standards, organisations, as_of)?;
        let playbooks = followed(history.register())?;
        Ok(Asked { history: Arc::clone(history), standards, answers, playbooks, as_of })
    }

    /// The scheme named, or the only one there is.
    ///
    /// # Errors
    /// When none or several are adopted and none is named.
    pub fn scheme_meant(&self, register: &Register, named: Option<&SchemeId>) -> Result<SchemeId, EngineError> {
        let known: Vec<&SchemeId> = register.schemes.keys().collect();
        match (named, known.as_slice()) {
            (Some(named), _) => Ok(named.clone()),
            (None, [only]) => Ok((*only).clone()),
            (None, []) => Err(EngineError::Unfit("no scheme had been adopted".to_owned())),
            (None, _) => {
                let names: Vec<String> = known.iter().map(ToString::to_string).collect();
                Err(EngineError::Unfit(format!("several schemes are adopted ({}): say which", names.join(", "))))
            }
        }
    }

    /// The files of every item of evidence, for answers that go down to file hashes.
    ///
    /// # Errors
    /// When a manifest is missing or damaged.
    pub fn file_lines(&self, register: &Register) -> Result<BTreeMap<EvidenceId, Vec<FileLine>>, EngineError> {
        let mut found = BTreeMap::new();
        for id in register.evidence.keys() {
            let mut lines = Vec::new();
            self.each_file_of(register, id, |line| {
                lines.push(line);
                Ok::<(), EngineError>(())
            })?;
            found.insert(id.clone(), lines);
        }
        Ok(found)
    }

    /// Hands every file of one item of evidence to `each`, in order; those whose bytes were erased have no size. Holds no
    /// list. Whether the manifest is sound is known at its end: until this is done, what `each` was given proves nothing.
    ///
    /// # Errors
    /// When its manifest is missing or damaged, or `each` fails.
    pub fn each_file_of<E: From<EngineError>>(
        &self,
        register: &Register,
        id: &EvidenceId,
        mut each: impl FnMut(FileLine) -> Result<(), E>,
    ) -> Result<(), E> {
        let content = register.evidence.get(id).map(|held| &held.content);
        let Some(manifest) = content.and_then(Content::manifest) else { return Ok(()) };
        for line in read_manifest(manifest, &self.blobs).map_err(EngineError::from)? {
            let line = line.map_err(EngineError::from)?;
            let size = self.blobs.size_bytes(&line.digest).map_err(EngineError::from)?;
            each(FileLine { name: line.path.display().to_string(), digest: line.digest, size })?;
        }
        Ok(())
    }
}

/// One answer for each organisation.
pub(crate) fn answers(
    register: &Register,
    standards: &Standards,
    organisations: &[OrganisationId],
    as_of: AsOf,
) -> Result<Vec<Readiness>, EngineError> {
    let scheme = &standards.scheme;
    let going = register.schemes.get(&scheme.id).map(|held| &held.event.organisations);
    let going = going.ok_or_else(|| EngineError::Unfit(format!("the scheme `{}` is not adopted", scheme.id)))?;
    if let Some(stranger) = organisations.iter().find(|organisation| !going.contains(*organisation)) {
        let near = going.iter().map(ToString::to_string).collect();
        return Err(EngineError::Unknown {
            noun: "organisation that goes for the scheme",
            given: stranger.to_string(),
            near,
        });
    }
    let wanted = going.iter().filter(|whom| organisations.is_empty() || organisations.contains(whom));
    let framework = &standards.framework;
    Ok(wanted.map(|organisation| readiness(&Question { register, framework, scheme, organisation, as_of })).collect())
}
