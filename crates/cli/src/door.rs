//! The way from a command to the register: which folder, who asks, as of when, and whether anything may be written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use portreeve_engine::{Asked, EngineError, Mode, Recorded, Session, When};
use portreeve_model::readiness::AsOf;
use portreeve_model::reference::{OrganisationId, PersonId, SchemeId};
use portreeve_model::words::Role;
use portreeve_model::{Event, History, Refusal, Register};

use crate::args::{Global, Known};
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
        match self.named_root() {
            Some(named) => named.clone(),
            None if Path::new(MARK).is_file() => PathBuf::from("."),
            None => PathBuf::from("register"),
        }
    }

    fn named_root(&self) -> Option<&PathBuf> {
        self.global.register.as_ref().and_then(|named| named.0.as_ref())
    }

    /// Where a new register goes.
    pub(crate) fn new_root(&self) -> PathBuf {
        self.named_root().cloned().unwrap_or_else(|| PathBuf::from("register"))
    }

    /// As of when a question is asked.
    ///
    /// # Errors
    /// When a day has to be looked up in the register and that cannot be opened.
    pub(crate) fn when(&mut self) -> Result<When, Failure> {
        let known = match self.global.known {
            None => None,
            Some(Known::Entries(known)) => Some(known),
            Some(Known::By(day)) => Some(self.open()?.known_on(day)),
        };
        Ok(When { on: self.global.at, known })
    }

    /// Whether the question is about an earlier day or a shorter ledger.
    pub(crate) fn asked_to_look_back(&self) -> bool {
        self.global.at.is_some() || self.global.known.is_some()
    }

    pub(crate) fn mode(&self) -> Mode {
        if self.global.dry_run { Mode::DryRun } else { Mode::Write }
    }

    /// Whether the answer is for a machine.
    pub(crate) fn answers_in_json(&self) -> bool {
        self.global.json
    }

    /// What was opened, for advice after a failure.
    pub(crate) fn opened(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    pub(crate) fn by(&self) -> Option<&PersonId> {
        self.global.by.as_ref().and_then(|by| by.0.as_ref())
    }

    fn open(&mut self) -> Result<&mut Session, Failure> {
        if self.session.is_none() {
            self.session = Some(Session::open(&self.root())?);
        }
        self.session.as_mut().ok_or_else(|| Failure::environment("the register could not be opened"))
    }

    /// Opens the register to ask.
    pub(crate) fn ask(&mut self) -> Result<Window<'_>, Failure> {
        let (when, asked) = (self.when()?, self.global.known);
        let session = &*self.open()?;
        let as_of = session.as_of(when);
        let history = Arc::new(session.history_at(as_of.known)?);
        if history.register().opening.is_none() {
            let nothing = match asked {
                Some(Known::Entries(known)) => format!("the first {known} entries do not open the register"),
                Some(Known::By(day)) => format!("the register had not been opened by {day}"),
                None => format!("the register had not been opened by {}", as_of.on),
            };
            return Err(Failure::usage(nothing).help("leave `--at` and `--known` out, or choose a later day"));
        }
        Ok(Window { session, history, as_of })
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
        let by = self.by().cloned();
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
    pub(crate) history: Arc<History>,
    pub(crate) as_of: AsOf,
}

impl Window<'_> {
    pub(crate) fn register(&self) -> &Register {
        self.history.register()
    }

    pub(crate) fn is_demonstration(&self) -> bool {
        self.register().is_demonstration()
    }

    /// Answers about a scheme as the window looks on it, for each of `organisations`, or for all that go for it.
    pub(crate) fn ask(&self, scheme: &SchemeId, organisations: &[OrganisationId]) -> Result<Asked, Failure> {
        Ok(self.session.ask_of(&self.history, scheme, organisations, self.as_of)?)
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

    /// Everything recorded, also what was taken back.
    pub(crate) fn history(&self) -> &History {
        self.session.history()
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
        match may.as_slice() {
            [] => failure.help.extend(nobody_may(self.register(), &self.by, failure.cause.as_deref())),
            [first, ..] => {
                failure.help.push(format!("these people can: {}", may.join(", ")));
                if let Some(check) = check_command(tried) {
                    failure.help.push(format!("they say so with `{check} --as {first}`"));
                }
                if tried.iter().any(|event| matches!(event, Event::EvidenceChecked(_))) {
                    failure.help.push("they will find it with `portreeve evidence list --waiting`".to_owned());
                }
            }
        }
        failure
    }

    /// The command by which somebody else who may would check what has just been recorded. After a dry run there is
    /// nothing to try it on, and nobody is named.
    pub(crate) fn hint_of_check(&mut self, check: impl Into<Event>) -> String {
        self.hint_of_checks(vec![check.into()])
    }

    /// As [`Desk::hint_of_check`] for several checks that one command gives.
    pub(crate) fn hint_of_checks(&mut self, tried: Vec<Event>) -> String {
        let others: Vec<PersonId> = self.register().people.keys().filter(|id| *id != &self.by).cloned().collect();
        let may = others.iter().find(|other| self.session.record(other, tried.clone(), Mode::DryRun).is_ok());
        let command = check_command(&tried).unwrap_or_default();
        match may {
            Some(person) => format!("{command} --as {person}"),
            None => command,
        }
    }
}

/// The command that gives a check.
fn check_command(events: &[Event]) -> Option<String> {
    if let [Event::AnswersChecked(event), _, ..] = events {
        let framework = &event.requirement.framework;
        let answer = if event.accepted { "--accept" } else { "--reject" };
        return Some(format!("portreeve requirement check --framework {framework} {answer}"));
    }
    events.iter().find_map(|event| match event {
        Event::ActionVerified(event) => Some(format!("portreeve action verify {}", event.id)),
        Event::EvidenceChecked(event) => Some(format!("portreeve evidence check {}", event.id)),
        Event::RetentionChecked(event) => Some(format!("portreeve retention check {}", event.id)),
        Event::CarryJudged(event) => {
            let answer = if event.accepted { "--accept" } else { "--reject" };
            Some(format!("portreeve mapping judge {} {} {answer} --note \"…\"", event.id, event.requirement))
        }
        Event::ConclusionChecked(event) => Some(format!("portreeve finding check {}", event.id)),
        Event::AnswersChecked(event) => Some(format!("portreeve requirement check {}", event.requirement)),
        Event::ExclusionChecked(event) => Some(format!("portreeve requirement check {}", event.requirement)),
        _ => None,
    })
}

/// What to do when no person in the register may: the commands that change that.
fn nobody_may(register: &Register, by: &PersonId, error: Option<&EngineError>) -> Vec<String> {
    match error {
        Some(EngineError::Refused(Refusal::NotAllowed { needs, .. })) => {
            let held = present(register, |person| needs.iter().any(|role| person.roles.contains(role)));
            if held.is_empty() {
                return give_role(register, needs, by);
            }
            vec![format!("with such a role: {}; as things stand it is refused to them too", held.join(", "))]
        }
        Some(EngineError::Refused(Refusal::OwnWork { .. })) => vec![format!(
            "nobody else in the register may; let a second person join: `{}`",
            join_with(register, Role::Checker)
        )],
        _ => vec![
            "nobody in the register can do this now; `portreeve person list` shows who holds which role".to_owned(),
        ],
    }
}

/// The commands that give somebody the first of the roles, when nobody holds any of them.
pub(crate) fn give_role(register: &Register, needs: &[Role], by: &PersonId) -> Vec<String> {
    let Some(role) = needs.first() else { return Vec::new() };
    let join = join_with(register, *role);
    let word = role.word();
    match register.people.get(by) {
        Some(person) if person.left.is_none() => vec![
            format!(
                "nobody holds such a role; to give it to `{by}` beside the present ones: `portreeve person roles {by} \
                 --add {word} --reason \"nobody else holds it\"{}`",
                as_administrator(register)
            ),
            format!("or let somebody join with it: `{join}`"),
        ],
        _ => vec![format!("nobody holds such a role; let somebody join with it: `{join}`")],
    }
}

/// The command by which a person joins with a role, under a reference that is free.
fn join_with(register: &Register, role: Role) -> String {
    let word = role.word();
    let taken = register.people.keys().any(|known| known.as_str() == word);
    let id = if taken { "PERSON" } else { word };
    format!("portreeve person add {id} --role {word}{}", as_administrator(register))
}

fn as_administrator(register: &Register) -> String {
    let administrators = present(register, |person| person.roles.contains(&Role::Administrator));
    administrators.first().map(|id| format!(" --as {id}")).unwrap_or_default()
}
