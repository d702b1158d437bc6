//! `portreeve pack`: building a bundle for an assessor, and verifying one from anyone.

mod verifying;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use portreeve_engine::{Built, PackRequest};
use serde_json::json;

use super::Run;
use super::readiness::About;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::{Ending, Outcome};
use crate::resolve;
use crate::view;

/// Packs for assessors
#[derive(Debug, Subcommand)]
pub(crate) enum PackCommand {
    /// Build a pack in a new folder; exits 1 when something the scheme wants in it is missing
    Build(BuildArgs),
    /// Verify a pack: intact, complete, fresh; exits 1 when one says no, 4 when it is not intact
    Verify(verifying::VerifyArgs),
    /// List the packs that were built
    List,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The folder to make; it must not be there yet
    #[arg(value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    about: About,
}

impl Run for PackCommand {
    fn doing(&self) -> &'static str {
        match self {
            PackCommand::Build(_) => "build the pack",
            PackCommand::Verify(_) => "verify the pack",
            PackCommand::List => "list the packs",
        }
    }

    fn looks_back(&self) -> bool {
        !matches!(self, PackCommand::Verify(_))
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            PackCommand::Build(args) => build(args, door),
            PackCommand::Verify(args) => verifying::verify(&args),
            PackCommand::List => view::packs(&door.ask()?),
        }
    }
}

fn build(args: BuildArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let when = door.when()?;
    let desk = door.write_as_of_any_day()?;
    let scheme = resolve::scheme(desk.register(), args.about.scheme.as_ref())?;
    let asked = PackRequest { scheme: Some(scheme), organisations: args.about.organisations, when, out: args.out };
    let built = desk.session.build_pack(&desk.by, &asked, desk.mode)?;
    let demonstration = desk.register().is_demonstration();
    let ending = Ending::fine_if(built.missing.is_empty());
    Ok(told(&built).told(demonstration, &built.recorded).ending(ending))
}

fn told(built: &Built) -> Change {
    let mut change = Change::new(format!("Built the pack {}", built.id))
        .of(&built.id)
        .fact("in", built.path.display())
        .fact("judged on", built.on)
        .fact("entries known", built.known);
    for (organisation, line) in &built.denominators {
        change = change.fact("accounts for", format!("{organisation}: {line}"));
    }
    if !built.recorded.dry_run {
        change = change
            .fact("to give by another route", built.allowed_signers.display())
            .fact("to keep until next year", built.checkpoint.display())
            .fact("key", &built.fingerprint)
            .fact("number to read out", built.tag_manifest);
    }
    for line in &built.missing {
        change = change.note(format!("MISSING  {line}"));
    }
    if !built.missing.is_empty() {
        change = change.note("The pack says so too. `portreeve why` shows what to do about it.");
    }
    if !built.recorded.dry_run {
        change = change.note(format!("Next: portreeve pack verify {}", built.path.display()));
    }
    change
        .more(json!({
            "pack": built.id,
            "path": built.path,
            "on": built.on,
            "known": built.known,
            "tag_manifest": (!built.recorded.dry_run).then_some(built.tag_manifest),
            "key_fingerprint": built.fingerprint,
            "allowed_signers": built.allowed_signers,
            "checkpoint": built.checkpoint,
            "missing": built.missing,
        }))
        .lasting()
}
