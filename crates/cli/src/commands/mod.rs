//! The commands, one file a noun, and the one place where a command is chosen, run, and its failure given advice.

pub(crate) mod action;
pub(crate) mod certificate;
pub(crate) mod completions;
pub(crate) mod decision;
pub(crate) mod demo;
pub(crate) mod evidence;
pub(crate) mod finding;
pub(crate) mod framework;
pub(crate) mod index;
pub(crate) mod init;
pub(crate) mod lint;
pub(crate) mod log;
pub(crate) mod mapping;
pub(crate) mod next;
pub(crate) mod organisation;
pub(crate) mod pack;
pub(crate) mod person;
pub(crate) mod playbook;
pub(crate) mod readiness;
pub(crate) mod requirement;
pub(crate) mod retention;
pub(crate) mod risk;
pub(crate) mod scheme;
pub(crate) mod source;
pub(crate) mod status;
pub(crate) mod undo;
pub(crate) mod verify;
pub(crate) mod why;

use crate::advice;
use crate::args::{Cli, Command};
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// What a command has to say for itself: a phrase for "could not …", and how it is run.
pub(crate) trait Run {
    /// What it does, as a verb phrase: "claim the action".
    fn doing(&self) -> &'static str;

    /// Whether it can be asked as of an earlier day. What cannot refuses rather than ignores it.
    fn looks_back(&self) -> bool {
        true
    }

    /// Does it.
    ///
    /// # Errors
    /// When it cannot be done; the dispatcher adds what was being done.
    fn run(self, door: &mut Door) -> Result<Outcome, Failure>;
}

/// Runs the command that was asked for; without one, says where things stand.
pub(crate) fn run(cli: Cli) -> Result<Outcome, Failure> {
    let mut door = Door::new(cli.global);
    match cli.command.unwrap_or_else(|| Command::Status(status::StatusArgs::default())) {
        Command::Init(args) => one(args, &mut door),
        Command::Status(args) => one(args, &mut door),
        Command::Next(args) => one(args, &mut door),
        Command::Why(args) => one(args, &mut door),
        Command::Readiness(args) => one(args, &mut door),
        Command::Lint(args) => one(args, &mut door),
        Command::Finding(args) => one(args, &mut door),
        Command::Action(args) => one(args, &mut door),
        Command::Evidence(args) => one(args, &mut door),
        Command::Requirement(args) => one(args, &mut door),
        Command::Retention(args) => one(args, &mut door),
        Command::Decision(args) => one(args, &mut door),
        Command::Risk(args) => one(args, &mut door),
        Command::Pack(args) => one(args, &mut door),
        Command::Certificate(args) => one(args, &mut door),
        Command::Source(args) => one(args, &mut door),
        Command::Framework(args) => one(args, &mut door),
        Command::Scheme(args) => one(args, &mut door),
        Command::Mapping(args) => one(args, &mut door),
        Command::Organisation(args) => one(args, &mut door),
        Command::Person(args) => one(args, &mut door),
        Command::Playbook(args) => one(args, &mut door),
        Command::Index(args) => one(args, &mut door),
        Command::Log(args) => one(args, &mut door),
        Command::Verify(args) => one(args, &mut door),
        Command::Undo(args) => one(args, &mut door),
        Command::Demo(args) => one(args, &mut door),
        Command::Completions(args) => one(args, &mut door),
    }
}

fn one(command: impl Run, door: &mut Door) -> Result<Outcome, Failure> {
    let doing = command.doing();
    let possible = if command.looks_back() || !door.asked_to_look_back() {
        Ok(())
    } else {
        Err(Failure::usage("`--at` and `--known` make no difference to this command").help("leave them out"))
    };
    possible.and_then(|()| command.run(door)).map_err(|failure| {
        let register = door.opened().map(portreeve_engine::Session::register);
        advice::add(failure, register).doing(doing)
    })
}
