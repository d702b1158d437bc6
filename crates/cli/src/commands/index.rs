//! `portreeve index`: the cache by which files are searched. What it answers is asked with `portreeve evidence search`.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::{Args, Subcommand};
use portreeve_engine::{Absence, Indexed, Reading, TextlessDocument, TextlessFor};
use portreeve_model::reference::EvidenceId;
use portreeve_reporting::words::count;
use serde_json::{Value, json};

use super::Run;
use crate::door::Door;
use crate::extract_text;
use crate::failure::Failure;
use crate::outcome::{Outcome, one_line};
use crate::progress::Follower;

/// The cache by which evidence is searched; it can always be made again
#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Read documents that nobody has read yet, so that they are found by their texts, and try again those that could not
    /// be had; Ctrl-C keeps what was read
    Read(ReadArgs),
    /// List the documents that no search finds by their text, and why
    Unread(UnreadArgs),
    /// Make it again from the manifests; all documents are then to be read again, with `index read`
    Rebuild,
}

#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// Stop after so many minutes
    #[arg(long, value_name = "N")]
    minutes: Option<NonZeroU64>,
}

#[derive(Debug, Args)]
pub(crate) struct UnreadArgs {
    /// How many documents are shown
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

impl Run for IndexCommand {
    fn doing(&self) -> &'static str {
        match self {
            IndexCommand::Read(_) => "read the documents",
            IndexCommand::Unread(_) => "list the documents without a text",
            IndexCommand::Rebuild => "make the index again",
        }
    }

    fn looks_back(&self) -> bool {
        false
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            IndexCommand::Read(args) => read(&args, door),
            IndexCommand::Unread(args) => unread(&args, door),
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
    if texts.without + texts.unreached > 0 {
        text.push_str("Which, and why: `portreeve index unread`.\n");
    }
    if texts.left > 0 {
        text.push_str(&format!("{} left: `portreeve index read` goes on.\n", count(texts.left, "file")));
    }
    let object =
        json!({"read": texts.read, "without": texts.without, "unreached": texts.unreached, "left": texts.left});
    Ok(Outcome::new(window.is_demonstration(), "portreeve.index-read/1", text, object))
}

fn unread(args: &UnreadArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let follower = Follower::new()?;
    follower.begin("Looking through the index", None);
    let unread = follower.follow(|watch| window.session.textless(args.limit, watch))?;
    let mut text = String::new();
    for TextlessFor { absence, because, count: many, documents } in &unread.reasons {
        // What was wrong with a document says so in words of its own.
        let because = one_line(because);
        text.push_str(&format!("{} {}: {because}\n", count(*many, "document"), in_words(*absence)));
        for TextlessDocument { path, evidence, .. } in documents {
            let ids: Vec<&str> = evidence.iter().map(EvidenceId::as_str).collect();
            text.push_str(&format!("    {}  {}\n", ids.join(", "), path.display()));
        }
    }
    if unread.count() == 0 {
        text.push_str("Every document that was looked at is found by its text.\n");
    }
    if unread.further() > 0 {
        text.push_str(&format!("and {} further; `--limit` shows more\n", count(unread.further(), "document")));
    }
    if unread.left > 0 {
        let left = count(unread.left, "file");
        text.push_str(&format!("{left} that nobody has looked at yet: `portreeve index read` reads them.\n"));
    }
    let reasons: Vec<Value> = unread.reasons.iter().map(as_json).collect();
    let object = json!({
        "documents": unread.count(),
        "further": unread.further(),
        "reasons": reasons,
        "left": unread.left,
    });
    Ok(Outcome::new(window.is_demonstration(), "portreeve.index-unread/1", text, object))
}

const fn in_words(absence: Absence) -> &'static str {
    match absence {
        Absence::Unreached => "could not be had",
        Absence::Without => "without a text that can be read",
        Absence::Cut => "found by the beginning only",
    }
}

fn as_json(TextlessFor { absence, because, count, documents }: &TextlessFor) -> Value {
    let document = |document: &TextlessDocument| {
        let TextlessDocument { path, digest, evidence } = document;
        json!({"path": path.display().to_string(), "sha256": digest, "evidence": evidence})
    };
    let absence = match absence {
        Absence::Unreached => "unreached",
        Absence::Without => "without",
        Absence::Cut => "cut",
    };
    let documents: Vec<Value> = documents.iter().map(document).collect();
    json!({"absence": absence, "because": because, "count": count, "documents": documents})
}

fn rebuild(door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let follower = Follower::new()?;
    follower.begin("Making the index", None);
    let Indexed { collections, files } = follower.follow(|watch| window.session.rebuild_index(watch))?;
    let mut text = format!("{} with {} in the index", count(collections, "collection"), count(files, "file"));
    if collections > 1 {
        text.push_str(": a file that a re-scan found as it was is counted once, a changed one once more");
    }
    text.push_str("\nTheir documents are read by `portreeve index read`.\n");
    let object = json!({"collections": collections, "files": files});
    Ok(Outcome::new(window.is_demonstration(), "portreeve.index-rebuild/1", text, object))
}
