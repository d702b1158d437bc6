//! `portreeve scheme`: what an accreditation needs, adopted for organisations, with its baseline.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use portreeve_engine::{Mode, ProfileAsked, SchemeAdoption, Standards};
use portreeve_model::Day;
use portreeve_model::reference::{OrganisationId, ProfileId, SchemeId};
use portreeve_model::register::adoption::{AdoptedScheme, BaselineSet};
use portreeve_model::standards::Grading;
use portreeve_model::text::{Note, Title};

use super::Run;
use crate::change::Change;
use crate::door::{Desk, Door};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::rule_file::file;
use crate::view;

/// What an accreditation needs: gates, time rules, pack contents
#[derive(Debug, Subcommand)]
pub(crate) enum SchemeCommand {
    /// Adopt a scheme: a built-in one by its name, or a scheme file; again to change organisations or target
    Adopt(AdoptArgs),
    /// Take the scope as it stands as what later growth is measured against
    Baseline(BaselineArgs),
    /// List the schemes that were adopted
    List,
}

#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// Its reference, as psn
    id: SchemeId,
    /// A scheme file in JSON [default: the built-in one of this name]
    file: Option<PathBuf>,
    /// How far each requirement must be met: a built-in profile by its name, or an OSCAL profile file [default: as before]
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<PathBuf>,
    /// Who goes for it [default: whoever did before, at first every organisation of the register]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// The day by which they want it [default: as before]
    #[arg(long, value_name = "DATE")]
    target: Option<Day>,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// What was agreed, and where
    #[arg(long)]
    note: Note,
    /// The scheme [default: the only one]
    #[arg(long)]
    scheme: Option<SchemeId>,
}

impl Run for SchemeCommand {
    fn doing(&self) -> &'static str {
        match self {
            SchemeCommand::Adopt(_) => "adopt the scheme",
            SchemeCommand::Baseline(_) => "set the baseline",
            SchemeCommand::List => "list the schemes",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            SchemeCommand::Adopt(args) => adopt(args, door),
            SchemeCommand::Baseline(args) => baseline(args, door),
            SchemeCommand::List => view::schemes(&door.ask()?),
        }
    }
}

fn adopt(args: AdoptArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let bytes = args.file.as_deref().map(file).transpose()?;
    let desk = door.write()?;
    // Adopting again changes what is named and keeps the rest.
    let before = desk.register().schemes.get(&args.id).map(|held| held.event.clone());
    let target = args.target.or(before.as_ref().and_then(|before| before.target));
    let organisations = match before {
        Some(before) if args.organisations.is_empty() => before.organisations,
        _ => resolve::organisations(desk.register(), &args.organisations)?,
    };
    let profile = args.profile.as_deref().map_or(Ok(ProfileAsked::AsBefore), profile)?;
    let asked = SchemeAdoption { id: args.id, bytes, profile, organisations, target };
    let recorded = desk.session.adopt_scheme(&desk.by, &asked, desk.mode)?;
    let held = || desk.register().schemes.get(&asked.id);
    let change = Change::new(format!("Adopted the scheme {}", asked.id))
        .of(&asked.id)
        .list("for", &asked.organisations)
        .maybe("target", asked.target)
        .maybe("profile", held().and_then(profile_of))
        .maybe("profile sha256", held().and_then(|held| held.event.profile.as_ref()).map(|profile| profile.digest))
        .maybe("sha256", held().map(|held| held.event.digest));
    let first = match desk.mode {
        Mode::Write => first_step(&desk, &asked.id)?,
        // Nothing was kept that could say more.
        Mode::DryRun => None,
    };
    let change = match first {
        Some(first) => change.note(first).note("Then: portreeve status"),
        None => change.note("Next: portreeve status"),
    };
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

/// What to begin with under a scheme that has just been adopted.
fn first_step(desk: &Desk<'_>, id: &SchemeId) -> Result<Option<String>, Failure> {
    let Standards { framework, scheme } = desk.session.standards(desk.register(), id)?;
    Ok(match (&scheme.grading, &scheme.framework) {
        (Grading::Indicators(_), Some(judged)) => {
            let all: usize = framework.requirements.iter().map(|asked| asked.indicators.len()).sum();
            Some(format!(
                "Next: portreeve requirement sheet {judged} --out {judged}.csv (all {all} indicators, for a spreadsheet)"
            ))
        }
        (_, None) => Some("Next: portreeve source add --help (the report whose findings are followed)".to_owned()),
        (Grading::Ready, Some(_)) => None,
    })
}

/// The title of the profile a scheme is judged with.
fn profile_of(held: &AdoptedScheme) -> Option<&Title> {
    held.event.profile.as_ref().map(|profile| &profile.title)
}

/// A built-in profile by its name, unless it is a file that is there.
fn profile(given: &Path) -> Result<ProfileAsked, Failure> {
    let name = given.to_str().and_then(|text| text.parse::<ProfileId>().ok());
    match name {
        Some(name) if !given.is_file() => Ok(ProfileAsked::BuiltIn(name)),
        _ => Ok(ProfileAsked::Bytes(file(given)?)),
    }
}

fn baseline(args: BaselineArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let scheme = resolve::scheme(desk.register(), args.scheme.as_ref())?;
    let register = desk.register();
    let change = Change::new(format!("Set the baseline of {scheme}"))
        .of(&scheme)
        .fact("actions", register.actions.len())
        .fact("findings", register.findings.len())
        .fact("note", &args.note);
    let recorded = desk.record(vec![BaselineSet { scheme, note: args.note }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
