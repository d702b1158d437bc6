//! The demonstration: a story in data files, replayed entry by entry with its own dates. Its clock is the story's, which
//! is why a register made this way says so in its first entry, and why nothing else can set a clock.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use portreeve_collector::Watch;
use portreeve_model::reference::{ActionId, CommandId, EvidenceId, FindingId, FrameworkId, OrganisationId, PersonId};
use portreeve_model::reference::{RequirementId, SchemeId};
use portreeve_model::register::evidence::EvidenceAdded;
use portreeve_model::text::{Note, Title};
use portreeve_model::words::{EvidenceKind, Marking, Role};
use portreeve_model::{Day, Entry, Event, History, Moment};
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::clock;
use crate::error::EngineError;
use crate::evidence::{Files, Taking};
use crate::init::{NewRegister, make};
use crate::place::Putting;
use crate::session::{Mode, Session};
use crate::standards::{ProfileAsked, SchemeAdoption};

#[derive(RustEmbed)]
#[folder = "../../evidence/east-herts-stevenage"]
struct Embedded;

const STORY: &str = "story/";
const ARTEFACTS: &str = "files/";

/// One line of the story.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: Moment,
    by: PersonId,
    command: Option<CommandId>,
    open: Option<Opening>,
    event: Option<Event>,
    evidence: Option<Artefacts>,
    adopt_framework: Option<FrameworkId>,
    adopt_scheme: Option<Adoption>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    name: Title,
    title: Title,
    roles: BTreeSet<Role>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Adoption {
    id: SchemeId,
    organisations: BTreeSet<OrganisationId>,
    target: Option<Day>,
}

/// Evidence made of files that the story brings along.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Artefacts {
    id: EvidenceId,
    title: Title,
    evidence_kind: EvidenceKind,
    files: Vec<String>,
    shows: Day,
    collected: Day,
    organisations: BTreeSet<OrganisationId>,
    #[serde(default)]
    actions: BTreeSet<ActionId>,
    #[serde(default)]
    findings: BTreeSet<FindingId>,
    #[serde(default)]
    requirements: BTreeSet<RequirementId>,
    marking: Marking,
    provenance: Option<Note>,
}

/// A line with its place, for errors.
struct Line {
    file: String,
    number: usize,
    step: Step,
}

impl Line {
    fn wrong(&self, because: impl ToString) -> EngineError {
        EngineError::Story { file: self.file.clone(), line: self.number, because: because.to_string() }
    }
}

/// Makes a register out of the story. `root` and `key_file` must not exist; `shelf` is a folder of the caller's where the
/// story's files are laid out to be collected from.
///
/// # Errors
/// When something is there already, the disk refuses, or the story breaks a rule.
pub fn tell_story(root: &Path, key_file: &Path, shelf: &Path) -> Result<Session, EngineError> {
    let lines = lines()?;
    let Some((first, rest)) = lines.split_first() else {
        return Err(EngineError::Bug("the story is empty".to_owned()));
    };
    let Some(opening) = &first.step.open else { return Err(first.wrong("a story begins by opening a register")) };
    let new = NewRegister {
        root: root.to_owned(),
        key_file: key_file.to_owned(),
        name: opening.name.clone(),
        origin: None,
        first: first.step.by.clone(),
        title: opening.title.clone(),
        roles: opening.roles.clone(),
    };
    let mut session = make(&new, Some(first.step.at))?.session;
    lay_out(shelf)?;
    let putting = session.putting(Mode::Write)?;
    let mut history = session.history().clone();
    let mut entries = Vec::with_capacity(rest.len());
    for line in rest {
        let entry = entry(&session, &history, line, shelf, &putting)?;
        let number = session.size().count() + u64::try_from(entries.len()).unwrap_or(u64::MAX);
        let number = portreeve_model::EntryNumber::new(number);
        history.append(number, entry.clone()).map_err(|broken| line.wrong(broken))?;
        entries.push(entry);
    }
    session.append(entries)?;
    session.sign_checkpoint()?;
    session.index(Watch::default())?;
    Ok(session)
}

fn lines() -> Result<Vec<Line>, EngineError> {
    let mut names: Vec<String> =
        Embedded::iter().filter(|name| name.starts_with(STORY)).map(|name| name.into_owned()).collect();
    names.sort();
    let mut lines = Vec::new();
    for name in names {
        let bytes = Embedded::get(&name).map(|file| file.data.into_owned()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let step = serde_json::from_str(line).map_err(|error| EngineError::Story {
                file: name.clone(),
                line: index + 1,
                because: error.to_string(),
            })?;
            lines.push(Line { file: name.clone(), number: index + 1, step });
        }
    }
    Ok(lines)
}

fn lay_out(shelf: &Path) -> Result<(), EngineError> {
    for name in Embedded::iter() {
        let Some(path) = name.strip_prefix(ARTEFACTS) else { continue };
        let target = shelf.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(|source| EngineError::io("make the folder", folder, source))?;
        }
        let bytes = Embedded::get(&name).map(|file| file.data.into_owned()).unwrap_or_default();
        fs::write(&target, bytes).map_err(|source| EngineError::io("write", &target, source))?;
    }
    Ok(())
}

fn entry(
    session: &Session,
    history: &History,
    line: &Line,
    shelf: &Path,
    putting: &Putting,
) -> Result<Entry, EngineError> {
    let step = &line.step;
    let event = match (&step.event, &step.evidence, &step.adopt_framework, &step.adopt_scheme) {
        (Some(event), None, None, None) => event.clone(),
        (None, Some(artefacts), None, None) => collected(session, line, artefacts, shelf, putting)?,
        (None, None, Some(id), None) => session.framework_adoption(id, putting)?,
        (None, None, None, Some(adoption)) => {
            let asked = SchemeAdoption {
                id: adoption.id.clone(),
                bytes: None,
                profile: ProfileAsked::AsBefore,
                organisations: adoption.organisations.clone(),
                target: adoption.target,
            };
            session.scheme_adoption(&asked, history.register(), putting)?
        }
        _ => return Err(line.wrong("a step is one event, one item of evidence or one adoption")),
    };
    let command = match &step.command {
        Some(command) => command.clone(),
        None => clock::fresh_command()?,
    };
    Ok(Entry::new(command, step.at, step.by.clone(), event))
}

fn collected(
    session: &Session,
    line: &Line,
    artefacts: &Artefacts,
    shelf: &Path,
    putting: &Putting,
) -> Result<Event, EngineError> {
    let files: Vec<PathBuf> = artefacts.files.iter().map(|name| shelf.join(name)).collect();
    let taken = session.take(&Taking::all(&Files::Named(files)), putting, None).map_err(|error| line.wrong(error))?;
    Ok(EvidenceAdded {
        id: artefacts.id.clone(),
        title: artefacts.title.clone(),
        evidence_kind: artefacts.evidence_kind,
        content: taken.content,
        shows: artefacts.shows,
        collected: artefacts.collected,
        organisations: artefacts.organisations.clone(),
        actions: artefacts.actions.clone(),
        findings: artefacts.findings.clone(),
        requirements: artefacts.requirements.clone(),
        marking: artefacts.marking,
        provenance: artefacts.provenance.clone(),
        collection: None,
    }
    .into())
}
