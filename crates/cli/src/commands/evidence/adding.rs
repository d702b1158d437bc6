//! Taking evidence in: files, a folder, a record held elsewhere, someone's word.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use portreeve_engine::{Files, Taken};
use portreeve_model::reference::{EvidenceId, OrganisationId};
use portreeve_model::register::evidence::{Content, EvidenceAdded, EvidenceChecked};
use portreeve_model::text::{Note, Title};
use portreeve_model::words::{EvidenceKind, Marking, Strength};
use portreeve_model::{Day, History};

use super::withdrawing;
use crate::change::Change;
use crate::door::{Desk, Door};
use crate::failure::Failure;
use crate::links::Links;
use crate::next_free;
use crate::outcome::Outcome;
use crate::resolve;
use crate::vocabulary::words;

pub(super) const EXAMPLE: &str = "\
Two dates, never one: `--shows` is the day whose position it shows, `--collected` the day it was collected.

Example:
  portreeve evidence add firewall.txt --for RAP-003 --kind configuration-export --shows 2019-02-11";

/// What is said wherever someone's word would be relied on.
pub(crate) const WORD_ALONE: &str =
    "It is someone's word, which is never enough alone: add a record or a machine's own output beside it.";

/// At most this many skipped files are named: the rest are counted.
const SKIPPED_SHOWN_MAX: usize = 10;

/// What is said about every item of evidence.
#[derive(Debug, Args)]
pub(crate) struct About {
    /// An action, finding or requirement it is for, several times for several; without any, it is for the gates
    #[arg(long = "for", value_name = "REF")]
    links: Vec<String>,
    /// The day whose position it shows
    #[arg(long, value_name = "DATE")]
    shows: Day,
    /// The day it was collected [default: today]
    #[arg(long, value_name = "DATE")]
    collected: Option<Day>,
    /// Whom it concerns [default: every organisation]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// How it must be handled
    #[arg(long, default_value = "official", value_parser = words!(Marking))]
    marking: Marking,
    /// Where this record comes from
    #[arg(long, value_name = "TEXT")]
    provenance: Option<Note>,
    /// Its reference [default: the next free one]
    #[arg(long)]
    id: Option<EvidenceId>,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What kind of evidence it is
    #[arg(long, value_parser = words!(EvidenceKind))]
    kind: EvidenceKind,
    /// What it is, in one line [default: the first file's name]
    #[arg(long)]
    title: Option<Title>,
    /// Record what can be taken although something cannot
    #[arg(long)]
    gaps_will_do: bool,
    #[command(flatten)]
    about: About,
}

#[derive(Debug, Args)]
pub(crate) struct CollectArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
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
pub(crate) struct ReferArgs {
    /// Where it is: a ticket number, an address
    locator: Title,
    /// What kind of evidence it is
    #[arg(long, value_parser = words!(EvidenceKind))]
    kind: EvidenceKind,
    /// What it is, in one line [default: where it is]
    #[arg(long)]
    title: Option<Title>,
    #[command(flatten)]
    about: About,
}

#[derive(Debug, Args)]
pub(crate) struct SayArgs {
    /// What was said
    words: Note,
    /// What it is, in one line
    #[arg(long)]
    title: Title,
    /// What kind of evidence it is
    #[arg(long, default_value = "statement", value_parser = words!(EvidenceKind))]
    kind: EvidenceKind,
    #[command(flatten)]
    about: About,
}

impl About {
    fn described(
        self,
        history: &History,
        today: Day,
        evidence_kind: EvidenceKind,
        title: Title,
    ) -> Result<impl Fn(Content) -> EvidenceAdded + Clone + use<>, Failure> {
        let register = history.register();
        let Links { actions, findings, requirements } = Links::sorted(register, &self.links)?;
        let organisations = resolve::organisations(register, &self.organisations)?;
        let id = match self.id {
            Some(id) => id,
            None => next_free::evidence(history)?,
        };
        Ok(move |content| EvidenceAdded {
            id: id.clone(),
            title: title.clone(),
            evidence_kind,
            content,
            shows: self.shows,
            collected: self.collected.unwrap_or(today),
            organisations: organisations.clone(),
            actions: actions.clone(),
            findings: findings.clone(),
            requirements: requirements.clone(),
            marking: self.marking,
            provenance: self.provenance.clone(),
        })
    }
}

/// The rest of the command as it was given, for the advice to give its sister.
fn asked_again(verb: &str, path: &Path, kind: EvidenceKind, about: &About) -> String {
    let links: String = about.links.iter().map(|link| format!(" --for {link}")).collect();
    let organisations: String = about.organisations.iter().map(|id| format!(" --organisation {id}")).collect();
    let marking = match about.marking {
        Marking::Official => String::new(),
        other => format!(" --marking {}", other.word()),
    };
    let path = path.display().to_string();
    let path = if path.contains(' ') { format!("\"{path}\"") } else { path };
    format!(
        "`portreeve evidence {verb} {path} --kind {}{links} --shows {}{organisations}{marking}`",
        kind.word(),
        about.shows.iso()
    )
}

fn not_there(path: &Path) -> Failure {
    Failure::environment(format!("there is nothing at {}", path.display()))
        .help("check the spelling, and that you are in the folder you think you are in")
}

pub(super) fn add(args: AddArgs, door: &mut Door) -> Result<Outcome, Failure> {
    for path in &args.files {
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => {
                return Err(Failure::usage(format!("{} is a folder", path.display()))
                    .help(format!("take in all of it: {}", asked_again("collect", path, args.kind, &args.about))));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(not_there(path)),
            Ok(_) | Err(_) => {}
        }
    }
    let title = match (args.title, args.files.first()) {
        (Some(title), _) => title,
        (None, Some(first)) => named_after(first)?,
        (None, None) => return Err(Failure::usage("no file is named").help("name at least one")),
    };
    take(Files::Named(args.files), args.kind, title, args.gaps_will_do, args.about, door)
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
    take(Files::Folder(args.folder), args.kind, title, args.gaps_will_do, args.about, door)
}

fn named_after(path: &Path) -> Result<Title, Failure> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    name.parse().map_err(|error| Failure::usage(format!("{error}")).help("say what it is with `--title`"))
}

fn take(
    files: Files,
    kind: EvidenceKind,
    title: Title,
    gaps_will_do: bool,
    about: About,
    door: &mut Door,
) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let describe = about.described(desk.history(), desk.session.today(), kind, title)?;
    // Refusals come before files are read: a large folder should not be hashed to be told that a role is missing.
    let nothing = Content::Said { words: "not yet read".parse().map_err(|error| Failure::usage(format!("{error}")))? };
    desk.rehearse(vec![describe(nothing).into()])?;
    let added = desk.session.add_evidence(&desk.by, &files, gaps_will_do, desk.mode, describe.clone())?;
    let event = describe(added.taken.content.clone());
    let mut change = told(&event);
    let others = added.taken.held_already.iter().filter(|id| **id != event.id);
    let others: Vec<String> = others
        .map(|id| match desk.register().evidence.get(id).and_then(withdrawing::back) {
            Some(back) => format!("{id} ({back})"),
            None => id.to_string(),
        })
        .collect();
    if !others.is_empty() {
        change = change.note(format!("The same file is held already as {}.", others.join(", ")));
    }
    let change = change.note(waiting(&mut desk, &event));
    let outcome = change.told(desk.register().is_demonstration(), &added.recorded);
    Ok(match left_out(&added.taken) {
        Some(warning) => outcome.warn(warning),
        None => outcome,
    })
}

fn left_out(taken: &Taken) -> Option<String> {
    if taken.skipped.is_empty() {
        return None;
    }
    let named = taken.skipped.iter().take(SKIPPED_SHOWN_MAX);
    let mut lines: Vec<String> = named.map(|skipped| format!("{}: {}", skipped.path, skipped.reason)).collect();
    if taken.skipped.len() > SKIPPED_SHOWN_MAX {
        lines.push(format!("and {} more", taken.skipped.len() - SKIPPED_SHOWN_MAX));
    }
    Some(format!("not everything that was met was taken\n{}", lines.join("\n")))
}

pub(super) fn refer(args: ReferArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let title = args.title.unwrap_or_else(|| args.locator.clone());
    without_files(Content::Reference { locator: args.locator }, args.kind, title, args.about, door)
}

pub(super) fn say(args: SayArgs, door: &mut Door) -> Result<Outcome, Failure> {
    without_files(Content::Said { words: args.words }, args.kind, args.title, args.about, door)
}

fn without_files(
    content: Content,
    kind: EvidenceKind,
    title: Title,
    about: About,
    door: &mut Door,
) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let event = about.described(desk.history(), desk.session.today(), kind, title)?(content);
    let recorded = desk.record(vec![event.clone().into()])?;
    let change = told(&event).note(waiting(&mut desk, &event));
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn told(event: &EvidenceAdded) -> Change {
    let links = Links {
        actions: event.actions.clone(),
        findings: event.findings.clone(),
        requirements: event.requirements.clone(),
    };
    let change = Change::new(format!("Added {}  {}", event.id, event.title))
        .of(&event.id)
        .fact("kind", event.evidence_kind)
        .list("for", links.names())
        .fact("shows", event.shows)
        .fact("collected", event.collected);
    let change = match &event.content {
        Content::Files { manifest, files, bytes } => {
            let plural = if *files == 1 { "file" } else { "files" };
            let change = change.fact("taken", format!("{files} {plural}, {bytes} bytes"));
            // A dry run keeps no manifest, so it has no digest to show.
            if *manifest == portreeve_model::Digest::of(b"") { change } else { change.fact("manifest", manifest) }
        }
        Content::Reference { locator } => change.fact("where", locator),
        Content::Said { words } => change.fact("words", words),
    };
    let everybody: BTreeSet<_> = event.organisations.iter().collect();
    change.list("concerns", everybody).fact("marking", event.marking)
}

fn waiting(desk: &mut Desk<'_>, event: &EvidenceAdded) -> String {
    let check = desk.hint_of_check(EvidenceChecked { id: event.id.clone(), accepted: true, note: None });
    let word = matches!(event.content, Content::Said { .. }) || event.evidence_kind.strength() == Strength::Weak;
    if word {
        format!("{WORD_ALONE} Somebody else checks it all the same: {check}")
    } else {
        format!("It counts once somebody else has checked it: {check}")
    }
}
