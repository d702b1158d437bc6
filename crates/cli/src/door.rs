//! The way from a command to the register: which folder, who asks, as of when, and whether anything may be written.

use std::path::{Path, PathBuf};

use portreeve_engine::{EngineError, Mode, Recorded, Session, When};
use portreeve_model::readiness::AsOf;
use portreeve_model::reference::PersonId;
use portreeve_model::{Event, History, LogSize, Refusal, Register};

use crate::args::Global;
use crate::failure::Failure;

/// The file by which a folder is known to be a register.
const MARK: &str = "register.json";

/// What a command finds when it knocks.
pub(crate) struct Door {
    global: Global,
    session: Option<Session>,
}

impl Door {
    pub(crate) fn new(global: Global) -> Door {
        Door { global, session: None }
    }

    /// The register's folder.
    pub(crate) fn root(&self) -> PathBuf {
        match &self.global.register {
            Some(named) => named.clone(),
            None if Path::new(MARK).is_file() => PathBuf::from("."),
            None => PathBuf::from("register"),
        }
    }

    /// Where a new register goes.
    pub(crate) fn new_root(&self) -> PathBuf {
        self.global.register.clone().unwrap_or_else(|| PathBuf::from("register"))
    }

    /// As of when a question is asked.
    pub(crate) fn when(&self) -> When {
        When { on: self.global.at, known: self.global.known.map(LogSize::new) }
    }

    /// Whether the question is about an earlier day or a shorter ledger.
    pub(crate) fn asked_to_look_back(&self) -> bool {
        self.global.at.is_some() || self.global.known.is_some()
    }

    pub(crate) fn mode(&self) -> Mode {
        if self.global.dry_run { Mode::DryRun } else { Mode::Write }
    }

    /// What was opened, for advice after a failure.
    pub(crate) fn opened(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    pub(crate) fn by(&self) -> Option<&PersonId> {
        self.global.by.as_ref()
    }

    fn open(&mut self) -> Result<&mut Session, Failure> {
        if self.session.is_none() {
            self.session = Some(Session::open(&self.root())?);
        }
        self.session.as_mut().ok_or_else(|| Failure::environment("the register could not be opened"))
    }

    /// Opens the register to ask.
    pub(crate) fn ask(&mut self) -> Result<Window<'_>, Failure> {
        let when = self.when();
        let session = &*self.open()?;
        let as_of = session.as_of(when);
        let history = session.history_at(as_of.known)?;
        if history.register().opening.is_none() {
            let day = as_of.on;
            return Err(Failure::usage(format!("the register had not been opened by {day}"))
                .help("leave `--at` and `--known` out, or choose a later day"));
        }
        Ok(Window { session, history, when, as_of })
    }

    /// Opens the register to write in it as it stands now.
    pub(crate) fn write(&mut self) -> Result<Desk<'_>, Failure> {
        if self.asked_to_look_back() {
            return Err(Failure::usage("`--at` and `--known` look back, and nothing can be written in the past")
                .help("leave them out; where a day matters, the command has a flag of its own for it"));
        }
        self.write_as_of_any_day()
    }

    /// As [`Door::write`] for a command whose answer may look back while its entry is written now.
    pub(crate) fn write_as_of_any_day(&mut self) -> Result<Desk<'_>, Failure> {
        let mode = self.mode();
        let by = self.global.by.clone();
        let session = self.open()?;
        let by = by.ok_or_else(|| {
            let people = present(session.register(), |_| true);
            Failure::usage("it is not known who you are")
                .help("say it with `--as PERSON`, or once and for all with the environment variable PORTREEVE_AS")
                .help(format!("people in this register: {}", people.join(", ")))
        })?;
        Ok(Desk { session, by, mode })
    }
}

/// The people who have not left and of whom `fits` holds.
pub(crate) fn present(
    register: &Register,
    fits: impl Fn(&portreeve_model::register::people::Person) -> bool,
) -> Vec<String> {
    let fitting = register.people.iter().filter(|(_, person)| person.left.is_none() && fits(person));
    fitting.map(|(id, _)| id.to_string()).collect()
}

/// A register to ask, as it was known.
pub(crate) struct Window<'a> {
    pub(crate) session: &'a Session,
    pub(crate) history: History,
    pub(crate) when: When,
    pub(crate) as_of: AsOf,
}

impl Window<'_> {
    pub(crate) fn register(&self) -> &Register {
        self.history.register()
    }

    pub(crate) fn is_demonstration(&self) -> bool {
        self.register().is_demonstration()
    }
}

/// A register to write in.
pub(crate) struct Desk<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) by: PersonId,
    pub(crate) mode: Mode,
}

impl Desk<'_> {
    pub(crate) fn register(&self) -> &Register {
        self.session.register()
    }

    /// Records events as one command. When the rules refuse it to this person, the help names those to whom they would
    /// not: each is tried, so the rule book is asked rather than copied.
    pub(crate) fn record(&mut self, events: Vec<Event>) -> Result<Recorded, Failure> {
        let tried = events.clone();
        self.session.record(&self.by, events, self.mode).map_err(|error| self.who_may(error, &tried))
    }

    /// Whether the rules would let this person record the events. Writes nothing.
    pub(crate) fn rehearse(&mut self, events: Vec<Event>) -> Result<(), Failure> {
        let tried = events.clone();
        self.session.record(&self.by, events, Mode::DryRun).map(|_| ()).map_err(|error| self.who_may(error, &tried))
    }

    fn who_may(&mut self, error: EngineError, tried: &[Event]) -> Failure {
        let personal = matches!(&error, EngineError::Refused(Refusal::NotAllowed { by, .. }) if by == &self.by)
            || matches!(&error, EngineError::Refused(Refusal::OwnWork { .. } | Refusal::NoPaper { .. }));
        let mut failure = Failure::from(error);
        if !personal {
            return failure;
        }
        let others: Vec<PersonId> = self.register().people.keys().filter(|id| *id != &self.by).cloned().collect();
        let may: Vec<String> = others
            .into_iter()
            .filter(|other| self.session.record(other, tried.to_vec(), Mode::DryRun).is_ok())
            .map(|other| other.to_string())
            .collect();
        failure.help.push(match may.as_slice() {
            [] => {
                "nobody in the register can do this now; `portreeve person list` shows who holds which role".to_owned()
            }
            _ => format!("these people can: {}", may.join(", ")),
        });
        failure
    }
}
