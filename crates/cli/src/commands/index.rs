//! `portreeve index`: the cache by which files are searched. What it answers is asked with `portreeve evidence search`.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::{Args, Subcommand};
use portreeve_engine::Reading;
use portreeve_reporting::words::count;
use serde_json::json;

use super::Run;
use crate::door::Door;
use crate::extract_text;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::progress::Follower;

/// The cache by which evidence is searched; it can always be made again
#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Read documents that nobody has read yet, so that they are found by their texts, and try again those that could not
    /// be had; Ctrl-C keeps what was read
    Read(ReadArgs),
    /// Make it again from the manifests; all documents are then to be read again, with `index read`
    Rebuild,
}

#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// Stop after so many minutes
    #[arg(long, value_name = "N")]
    minutes: Option<NonZeroU64>,
}

impl Run for IndexCommand {
    fn doing(&self) -> &'static str {
        match self {
            IndexCommand::Read(_) => "read the documents",
            IndexCommand::Rebuild => "make the index again",
        }
    }

    fn looks_back(&self) -> bool {
        false
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            IndexCommand::Read(args) => read(&args, door),
            IndexCommand::Rebuild => rebuild(door),
        }
    }
}

fn read(args: &ReadArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let at_most = args.minutes.map(|minutes| Duration::from_secs(minutes.get().saturating_mul(60)));
    let program = extract_text::program()?;
    let follower = Follower::new()?;
    follower.begin("Reading documents", None);
    let texts = follower
        .follow(|watch| window.session.read_texts(Reading { program: &program, again: true, at_most, watch }))?;
    let mut text =
        format!("{} read; {} without a text that can be read\n", count(texts.read, "document"), texts.without);
    if texts.unreached > 0 {
        text.push_str(&format!(
            "{} could not be had: left in its place and not there or changed, or damaged in the store.\n",
            count(texts.unreached, "document")
        ));
    }
    if texts.left > 0 {
        text.push_str(&format!("{} left: `portreeve index read` goes on.\n", count(texts.left, "file")));
    }
    let object =
        json!({"read": texts.read, "without": texts.without, "unreached": texts.unreached, "left": texts.left});
    Ok(Outcome::new(window.is_demonstration(), "portreeve.index-read/1", text, object))
}

fn rebuild(door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let follower = Follower::new()?;
    follower.begin("Making the index", None);
    let held = follower.follow(|watch| window.session.rebuild_index(watch))?;
    let files: u64 = held.iter().map(|collection| collection.files).sum();
    let text = format!("{} with {} in the index\n", count(held.len() as u64, "collection"), count(files, "file"));
    let object = json!({"collections": held.len(), "files": files});
    Ok(Outcome::new(window.is_demonstration(), "portreeve.index-rebuild/1", text, object))
}
