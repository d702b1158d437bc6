//! Whole folders: collected, collected again, compared, and only hashed.

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use clap::Args;
use portreeve_engine::{Change as FileChange, ChangeKind, Changes, Files, Keep, Taken, Taking, each_checksum};
use portreeve_model::Day;
use portreeve_model::reference::EvidenceId;
use portreeve_model::register::evidence::{Collection, Content, EvidenceAdded, Part};
use portreeve_model::text::Title;
use portreeve_model::words::EvidenceKind;
use portreeve_reporting::words::count;
use serde_json::{Value, json};

use super::adding::{About, asked_again, named_after, not_there, not_yet_read, record};
use crate::door::Door;
use crate::failure::Failure;
use crate::next_free;
use crate::outcome::{Ending, Outcome};
use crate::progress::Follower;
use crate::resolve;
use crate::ui;
use crate::vocabulary::words;

/// How many differences are shown; the rest are counted, and `--json` has more.
const CHANGES_SHOWN_MAX: usize = 40;

/// Which part of a folder.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Only what this names, several times for several: `*.csv` in any folder, `ict/**/*.csv` below one
    #[arg(long, value_name = "PATTERN")]
    include: Vec<Title>,
    /// Not what this names, several times for several
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<Title>,
    /// Take what links point at, wherever that lies
    #[arg(long)]
    follow_links: bool,
    /// Enter folders on which another file system is mounted
    #[arg(long)]
    other_file_systems: bool,
}

impl From<Which> for Part {
    fn from(which: Which) -> Part {
        Part {
            include: which.include,
            exclude: which.exclude,
            follow_links: which.follow_links,
            other_file_systems: which.other_file_systems,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CollectArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    which: Which,
    /// Leave the files where they are and keep only their SHA-256, for a share too big to copy
    #[arg(long)]
    reference: bool,
    /// What kind of evidence it is
    #[arg(long, value_parser = words!(EvidenceKind))]
    kind: EvidenceKind,
    /// What it is, in one line [default: the folder's name]
    #[arg(long)]
    title: Option<Title>,
    /// Record what can be taken although something cannot
    #[arg(long)]
    gaps_will_do: bool,
    #[command(flatten)]
    about: About,
}

#[derive(Debug, Args)]
pub(crate) struct RescanArgs {
    /// The collection to go on from
    after: EvidenceId,
    /// Where the folder is now [default: where it was]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Read every file, also those that look the same from outside
    #[arg(long)]
    paranoid: bool,
    /// The day whose position it shows [default: today]
    #[arg(long, value_name = "DATE")]
    shows: Option<Day>,
    /// What it is, in one line [default: as before]
    #[arg(long)]
    title: Option<Title>,
    /// Its reference [default: the next free one]
    #[arg(long)]
    id: Option<EvidenceId>,
    /// Record what can be taken although something cannot
    #[arg(long)]
    gaps_will_do: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The earlier collection
    earlier: EvidenceId,
    /// The later one
    later: EvidenceId,
}

#[derive(Debug, Args)]
pub(crate) struct DigestArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    which: Which,
}

pub(super) fn collect(args: CollectArgs, door: &mut Door) -> Result<Outcome, Failure> {
    match args.folder.symlink_metadata() {
        Ok(found) if found.is_file() => {
            return Err(Failure::usage(format!("{} is a file", args.folder.display()))
                .help(format!("take it in: {}", asked_again("add", &args.folder, args.kind, &args.about))));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(not_there(&args.folder)),
        Ok(_) | Err(_) => {}
    }
    let title = match args.title {
        Some(title) => title,
        None => named_after(&args.folder)?,
    };
    let files = Files::Folder(args.folder, args.which.into());
    let keep = if args.reference { Keep::Digests } else { Keep::Bytes };
    let numbering = args.about.numbering();
    let taking = Taking { keep, gaps_will_do: args.gaps_will_do, numbering, ..Taking::all(&files) };
    let mut desk = door.write()?;
    let describe = args.about.described(desk.history(), desk.session.today(), args.kind, title)?;
    let nothing = describe(not_yet_read()?, None);
    record(&mut desk, taking, nothing, describe)
}

pub(super) fn rescan(args: RescanArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("evidence", &args.after, &desk.register().evidence, "evidence list")?;
    let collection = held.collection.clone().unwrap_or_default();
    let was = collection.folder.as_ref().map(|folder| PathBuf::from(folder.as_str()));
    let folder = args.from.or(was).ok_or_else(|| {
        Failure::usage(format!("the entry of {} does not say which folder was collected", args.after))
            .help("say where it is with `--from DIR`")
    })?;
    if !folder.exists() {
        return Err(not_there(&folder).help("say where the folder is now with `--from DIR`"));
    }
    let today = desk.session.today();
    let numbering = super::adding::next_given(args.id.as_ref());
    let id = match args.id {
        Some(id) => id,
        None => next_free::evidence(desk.history())?,
    };
    let event = EvidenceAdded {
        id,
        title: args.title.unwrap_or_else(|| held.title.clone()),
        evidence_kind: held.kind,
        content: held.content.clone(),
        shows: args.shows.unwrap_or(today),
        collected: today,
        organisations: held.organisations.clone(),
        actions: held.actions.clone(),
        findings: held.findings.clone(),
        requirements: held.requirements.clone(),
        marking: held.marking,
        provenance: held.provenance.clone(),
        collection: None,
    };
    let keep = if held.content.keeps_bytes() { Keep::Bytes } else { Keep::Digests };
    let files = Files::Folder(folder, collection.part);
    let taking = Taking {
        keep,
        gaps_will_do: args.gaps_will_do,
        read_all: args.paranoid,
        numbering,
        after: Some(&args.after),
        ..Taking::all(&files)
    };
    let follows = Collection { after: Some(args.after.clone()), ..Collection::default() };
    let rehearsed = EvidenceAdded { collection: Some(follows), ..event.clone() };
    record(&mut desk, taking, rehearsed, |content, collection| EvidenceAdded { content, collection, ..event.clone() })
}

pub(super) fn diff(args: &DiffArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    for id in [&args.earlier, &args.later] {
        resolve::held("evidence", id, &window.register().evidence, "evidence list")?;
    }
    let changes = window.session.compare_collections(&args.earlier, &args.later)?;
    let text = format!("From {} to {}: {}", args.earlier, args.later, told(&changes).join("\n"));
    let object = json!({"earlier": args.earlier, "later": args.later, "changes": as_json(&changes)});
    let outcome = Outcome::new(window.is_demonstration(), "portreeve.evidence-diff/1", text, object);
    Ok(outcome.ending(Ending::fine_if(changes.is_none())))
}

pub(super) fn digest(args: DigestArgs, door: &Door) -> Result<Outcome, Failure> {
    if !args.folder.exists() {
        return Err(not_there(&args.folder));
    }
    let follower = Follower::new()?;
    follower.begin("Hashing", None);
    let part = args.which.into();
    let as_json = door.answers_in_json();
    let mut out = ui::stream();
    let mut line = Vec::new();
    let omitted = follower.follow(|watch| {
        each_checksum(&args.folder, &part, watch, |found, size_bytes| {
            line.clear();
            if as_json {
                let path = found.path.display().to_string();
                serde_json::to_writer(&mut line, &json!({"path": path, "sha256": found.digest, "bytes": size_bytes}))?;
                line.push(b'\n');
            } else {
                found.encode_line(&mut line);
            }
            out.write_all(&line)
        })
    })?;
    out.flush().map_err(|error| Failure::environment(format!("could not write the answer: {error}")))?;
    let outcome = Outcome::said_already().ending(Ending::fine_if(omitted.gap_count() == 0));
    Ok(match super::adding::left_out(&omitted) {
        Some(warning) => outcome.warn(warning),
        None => outcome,
    })
}

/// The differences in words, the first line a summary.
pub(super) fn told(changes: &Changes) -> Vec<String> {
    let parts = [
        (changes.new, "new"),
        (changes.changed, "changed"),
        (changes.moved, "moved"),
        (changes.missing, "missing"),
        (changes.not_seen, "not seen"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let unchanged = format!("{} unchanged", count(changes.unchanged, "file"));
    let mut lines = vec![match parts.as_slice() {
        [] => unchanged,
        parts => format!("{}; {unchanged}", parts.join(", ")),
    }];
    lines.extend(changes.listed.iter().take(CHANGES_SHOWN_MAX).map(change));
    let all = changes.new + changes.changed + changes.moved + changes.missing + changes.not_seen;
    let shown = changes.listed.len().min(CHANGES_SHOWN_MAX) as u64;
    if all > shown {
        lines.push(format!("  and {} more", all - shown));
    }
    if changes.moves_unknown {
        lines.push("  Too many files are new and missing to find all that moved.".to_owned());
    }
    lines
}

fn change(change: &FileChange) -> String {
    let path = change.path.display();
    match &change.kind {
        ChangeKind::New => format!("  new       {path}"),
        ChangeKind::Changed => format!("  changed   {path}"),
        ChangeKind::Moved { from } => format!("  moved     {} to {path}", from.display()),
        ChangeKind::Missing => format!("  missing   {path}"),
        ChangeKind::NotSeen => format!("  not seen  {path}"),
    }
}

/// The differences for machines.
pub(super) fn as_json(changes: &Changes) -> Value {
    let listed: Vec<Value> = changes
        .listed
        .iter()
        .map(|change| {
            let path = change.path.display().to_string();
            match &change.kind {
                ChangeKind::New => json!({"change": "new", "path": path}),
                ChangeKind::Changed => json!({"change": "changed", "path": path}),
                ChangeKind::Moved { from } => {
                    json!({"change": "moved", "path": path, "from": from.display().to_string()})
                }
                ChangeKind::Missing => json!({"change": "missing", "path": path}),
                ChangeKind::NotSeen => json!({"change": "not-seen", "path": path}),
            }
        })
        .collect();
    json!({
        "unchanged": changes.unchanged,
        "new": changes.new,
        "changed": changes.changed,
        "moved": changes.moved,
        "missing": changes.missing,
        "not_seen": changes.not_seen,
        "moves_unknown": changes.moves_unknown,
        "listed": listed,
    })
}

/// What is different, and how much had to be read to know: less than all where a collection went on from an earlier one.
pub(super) fn rescanned(taken: &Taken) -> Vec<String> {
    let files = match taken.content {
        Content::Files { files, .. } | Content::InPlace { files, .. } => files,
        Content::Reference { .. } | Content::Said { .. } => return Vec::new(),
    };
    let mut lines = taken.changes.as_ref().map(told).unwrap_or_default();
    if taken.changes.is_some() || taken.read < files {
        lines.push(format!(
            "{} of {} read; the others look as they did when they were.",
            taken.read,
            count(files, "file")
        ));
    }
    lines
}
