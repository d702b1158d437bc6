//! `portreeve framework`: published sets of requirements, built in or from any OSCAL catalog file.

mod changes;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use portreeve_model::reference::FrameworkId;

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::view;

/// NIST SP 800-53 in full is some 10 MB of OSCAL; what is larger is no catalog.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Published sets of requirements
#[derive(Debug, Subcommand)]
pub(crate) enum FrameworkCommand {
    /// Adopt a framework: a built-in one by its name, or any OSCAL catalog file
    Add(AddArgs),
    /// List the frameworks that were adopted
    List,
    /// What changed between two versions, and what to look at again in this register
    Changes(changes::ChangesArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Its reference with the version, as psn-coco-1.32
    id: FrameworkId,
    /// An OSCAL catalog in JSON [default: the built-in one of this name]
    file: Option<PathBuf>,
}

impl Run for FrameworkCommand {
    fn doing(&self) -> &'static str {
        match self {
            FrameworkCommand::Add(_) => "adopt the framework",
            FrameworkCommand::List => "list the frameworks",
            FrameworkCommand::Changes(_) => "compare the versions",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let args = match self {
            FrameworkCommand::List => return view::frameworks(&door.ask()?),
            FrameworkCommand::Changes(args) => return changes::changes(&args, door),
            FrameworkCommand::Add(args) => args,
        };
        let bytes = args.file.as_deref().map(file).transpose()?;
        let desk = door.write()?;
        let recorded = desk.session.adopt_framework(&desk.by, &args.id, bytes, desk.mode)?;
        let held = desk.register().frameworks.get(&args.id).map(|held| &held.event);
        let mut change = Change::new(format!("Adopted {}", args.id)).of(&args.id);
        if let Some(held) = held {
            change = change
                .fact("title", &held.title)
                .fact("version", &held.version)
                .fact("requirements", held.requirements.len())
                .fact("sha256", held.digest);
        }
        let psn = args.id.as_str().starts_with("psn-coco-");
        let next = if psn { "portreeve scheme adopt psn" } else { "portreeve scheme adopt SCHEME FILE" };
        let change = change.note(format!("Next: {next}"));
        let change = match changes::hint(desk.register(), &args.id) {
            Some(hint) => change.note(hint),
            None => change,
        };
        Ok(change.told(desk.register().is_demonstration(), &recorded))
    }
}

/// The bytes of a catalogue file.
pub(super) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = |because: String| {
        Failure::environment(format!("could not read {}: {because}", path.display()))
            .help("see that the path is right and that you may read the file")
    };
    let size = fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(Failure::usage(format!("{} has {size} bytes, more than any catalogue", path.display()))
            .help("name a catalogue file in JSON"));
    }
    fs::read(path).map_err(|error| wrong(error.to_string()))
}
