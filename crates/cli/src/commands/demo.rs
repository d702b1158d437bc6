//! `portreeve demo`: a register made out of a story, asked on two days, and a pack of it, built and verified.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use portreeve_engine::{
    Asked, Built, EngineError, Mode, PackRequest, Session, Verification, VerifyRequest, When, tell_story, verify_pack,
};
use portreeve_model::Day;
use portreeve_model::readiness::Share;
use portreeve_model::register::action::ActionState;
use portreeve_model::standing::Lens;
use portreeve_reporting::words::{self, DEMONSTRATION};
use serde_json::{Value, json};

use super::Run;
use super::verify::{checkpoint, keys};
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::{Ending, Outcome};
use crate::view;

/// Who builds the demonstration's pack.
const BUILDER: &str = "security-officer";

/// Make a demonstration register and pack to look around in
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The folder to make; it must not be there yet, or be empty
    #[arg(value_name = "DIR", default_value = "portreeve-demo")]
    folder: PathBuf,
}

/// The two days on which the board asks: when all but a few actions were said to be done, and when the certificate came.
fn days() -> Option<(Day, Day)> {
    Some((Day::of(2018, 12, 31)?, Day::of(2019, 5, 31)?))
}

impl Run for DemoArgs {
    fn doing(&self) -> &'static str {
        "make the demonstration"
    }

    fn looks_back(&self) -> bool {
        false
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let folder = self.folder;
        refuse_occupied(&folder)?;
        if door.mode() == Mode::DryRun {
            let text = format!("Dry run: nothing was made. It would be a demonstration in {}", folder.display());
            return Ok(Outcome::new(true, "portreeve.demo/1", text, json!({"dry_run": true, "folder": folder})));
        }
        let (before, after) = days().ok_or_else(|| Failure::usage("the story's days are not in the calendar"))?;
        fs::create_dir_all(&folder).map_err(|error| wrong("make", &folder, &error))?;
        let mut session = told(&folder)?;
        let then = session.ask(None, &[], on(before))?;
        let now = session.ask(None, &[], on(after))?;
        let built = pack(&mut session, &folder, after)?;
        let found = verified(&built)?;
        let text = text(&folder, &[&then, &now], &built, &found);
        let ending = match (found.is_intact(), found.holds()) {
            (false, _) => Ending::Broken,
            (true, holds) => Ending::fine_if(holds),
        };
        let object = json!({
            "dry_run": false,
            "folder": folder,
            "register": folder.join("register"),
            "board": [board(&then), board(&now)],
            "pack": {"id": built.id, "path": built.path, "tag_manifest": built.tag_manifest, "holds": found.holds()},
            "allowed_signers": built.allowed_signers,
            "checkpoint": built.checkpoint,
        });
        Ok(Outcome::new(true, "portreeve.demo/1", text, object).ending(ending))
    }
}

fn on(day: Day) -> When {
    When { on: Some(day), known: None }
}

fn board(asked: &Asked) -> Value {
    json!({"on": asked.as_of.on, "claimed_percent": claimed(asked).percent(), "answer": view::readiness(asked)})
}

/// The actions that their owners say are done, of all that are not withdrawn: the figure that boards are given.
fn claimed(asked: &Asked) -> Share {
    let register = asked.history.register();
    let subject = asked.subject();
    let mut share = Share { part: 0, whole: 0 };
    let planned =
        subject.actions().into_values().filter(|action| !matches!(action.state, ActionState::Withdrawn { .. }));
    for action in planned {
        share.whole += 1;
        share.part += u32::from(register.action_stands(action, Lens::Claimed));
    }
    share
}

fn refuse_occupied(folder: &Path) -> Result<(), Failure> {
    match fs::read_dir(folder) {
        Ok(mut found) => match found.next() {
            Some(_) => Err(EngineError::Exists { path: folder.to_owned() }.into()),
            None => Ok(()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(wrong("look into", folder, &error)),
    }
}

fn wrong(attempt: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::environment(format!("could not {attempt} {}: {error}", path.display()))
        .help("name a folder where there is room and you may write")
}

/// The story's files lie on a shelf only while they are collected from it.
fn told(folder: &Path) -> Result<Session, Failure> {
    let shelf = folder.join("shelf");
    fs::create_dir(&shelf).map_err(|error| wrong("make", &shelf, &error))?;
    let told = tell_story(&folder.join("register"), &folder.join("demonstration.key"), &shelf);
    let cleared = fs::remove_dir_all(&shelf);
    let session = told?;
    cleared.map_err(|error| wrong("clear", &shelf, &error))?;
    Ok(session)
}

fn pack(session: &mut Session, folder: &Path, day: Day) -> Result<Built, Failure> {
    let by = BUILDER.parse().map_err(|error| Failure::usage(format!("{error}")))?;
    let asked = PackRequest { scheme: None, organisations: Vec::new(), when: on(day), out: folder.join("pack") };
    Ok(session.build_pack(&by, &asked, Mode::Write)?)
}

/// As an assessor would: with the key and the checkpoint as given from outside.
fn verified(built: &Built) -> Result<Verification, Failure> {
    let asked = VerifyRequest {
        path: built.path.clone(),
        on: None,
        keys: keys(&built.allowed_signers)?,
        checkpoint: Some(checkpoint(&built.checkpoint)?),
        ledger: None,
    };
    Ok(verify_pack(&asked)?)
}

/// What the board was told, and what it could have seen.
fn told_on(asked: &Asked) -> String {
    let register = asked.history.register();
    let Share { part, whole } = claimed(asked);
    let percent = claimed(asked).percent().map_or_else(String::new, |percent| format!(" ({percent}%)"));
    let mut text = format!("\nOn {} owners say that {part} of {whole} actions are done{percent}.\n", asked.as_of.on);
    for answer in &asked.answers {
        let (actions, verified) = (&answer.actions, answer.verified);
        let whom = words::organisation(&answer.organisation, register);
        text.push_str(&format!("  {whom} {}.\n", answer.verdict.shown()));
        text.push_str(&format!(
            "    checked evidence shows {} of {} actions done and {verified} of requirements ready\n",
            actions.verified, actions.total
        ));
        for gate in answer.gates.iter().filter(|gate| !gate.passes()) {
            text.push_str(&format!("    FAIL  {}\n", gate.title));
        }
    }
    text
}

fn text(folder: &Path, asked: &[&Asked], built: &Built, found: &Verification) -> String {
    let answer = |holds: bool| if holds { "yes" } else { "NO" };
    let shown = |path: &Path| path.display().to_string();
    let mut text = format!("{DEMONSTRATION}\n");
    for asked in asked {
        text.push_str(&told_on(asked));
    }
    text.push_str(&format!(
        "\nThe pack {} for the assessor, judged on {}: intact {}, complete {}, fresh {}\n",
        built.id,
        built.on,
        answer(found.is_intact()),
        answer(found.is_complete()),
        answer(found.is_fresh())
    ));
    let register = shown(&folder.join("register"));
    let first = asked.first().map(|asked| asked.as_of.on.iso()).unwrap_or_default();
    text.push_str(&format!(
        "\nLook around:\n  \
           portreeve status --register {register} --at {first}\n  \
           portreeve readiness --register {register} --at {first}\n  \
           portreeve why serious-findings --register {register} --at {first}\n  \
           portreeve log --register {register} --about RAP-071\n  \
           portreeve pack verify {} --key {} --checkpoint {}\n\nOpen this in a browser: {}\n",
        shown(&built.path),
        shown(&built.allowed_signers),
        shown(&built.checkpoint),
        shown(&built.path.join("index.html")),
    ));
    text
}
