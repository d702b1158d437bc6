//! Taking evidence in: files, a folder, a record held elsewhere, someone's word.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use portreeve_engine::{Files, Mode, Numbering, Omitted, Taking};
use portreeve_model::reference::{EvidenceId, OrganisationId};
use portreeve_model::register::evidence::{Collection, Content, EvidenceAdded, EvidenceChecked};
use portreeve_model::text::{Note, Title};
use portreeve_model::words::{EvidenceKind, Marking, Strength};
use portreeve_model::{Day, History};

use serde_json::json;

use super::{share, withdrawing};
use crate::change::Change;
use crate::door::{Desk, Door};
use crate::failure::Failure;
use crate::links::Links;
use crate::next_free;
use crate::outcome::Outcome;
use crate::progress::Follower;
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
    pub(super) fn numbering(&self) -> Option<Numbering> {
        next_given(self.id.as_ref())
    }

    pub(super) fn described(
        self,
        history: &History,
        today: Day,
        evidence_kind: EvidenceKind,
        title: Title,
    ) -> Result<impl Fn(Content, Option<Collection>) -> EvidenceAdded + Clone + use<>, Failure> {
        let register = history.register();
        let Links { actions, findings, requirements } = Links::sorted(register, &self.links)?;
        let organisations = resolve::organisations(register, &self.organisations)?;
        let id = match self.id {
            Some(id) => id,
            None => next_free::evidence(history)?,
        };
        Ok(move |content, collection| EvidenceAdded {
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
            collection,
        })
    }
}

/// The rest of the command as it was given, for the advice to give its sister.
pub(super) fn asked_again(verb: &str, path: &Path, kind: EvidenceKind, about: &About) -> String {
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

/// Gives the next free reference where none was asked for.
pub(super) fn next_given(asked: Option<&EvidenceId>) -> Option<Numbering> {
    let next: Numbering = |history| next_free::evidence(history).ok();
    asked.is_none().then_some(next)
}

pub(super) fn not_there(path: &Path) -> Failure {
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
    let files = Files::Named(args.files);
    let mut desk = door.write()?;
    let numbering = args.about.numbering();
    let describe = args.about.described(desk.history(), desk.session.today(), args.kind, title)?;
    let nothing = describe(not_yet_read()?, None);
    record(&mut desk, Taking { gaps_will_do: args.gaps_will_do, numbering, ..Taking::all(&files) }, nothing, describe)
}

pub(super) fn named_after(path: &Path) -> Result<Title, Failure> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    name.parse().map_err(|error| Failure::usage(format!("{error}")).help("say what it is with `--title`"))
}

/// What stands for files that nobody has read, where only the rest of the entry matters.
pub(super) fn not_yet_read() -> Result<Content, Failure> {
    let words = "not yet read".parse().map_err(|error| Failure::usage(format!("{error}")))?;
    Ok(Content::Said { words })
}

/// Takes the files in, following the work, and records them as `describe` says. `rehearsed` is the entry as far as it is
/// known before.
pub(super) fn record(
    desk: &mut Desk<'_>,
    taking: Taking<'_>,
    rehearsed: EvidenceAdded,
    describe: impl Fn(Content, Option<Collection>) -> EvidenceAdded,
) -> Result<Outcome, Failure> {
    // Refusals come before files are read: a large folder should not be hashed to be told that a role is missing.
    desk.rehearse(vec![rehearsed.into()])?;
    let follower = Follower::new()?;
    let bytes = how_much(desk, &taking, &follower)?;
    follower.begin(if desk.mode == Mode::DryRun { "Looking" } else { "Collecting" }, bytes);
    let added = follower.follow(|watch| {
        let taking = Taking { watch, ..taking };
        desk.session.add_evidence(&desk.by, &taking, desk.mode, &describe)
    })?;
    let event = describe(added.taken.content.clone(), added.taken.collection.clone());
    let event = EvidenceAdded { id: added.id.clone(), ..event };
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
    // A dry run of a first collection only looks: it has read nothing, and remembers nothing either.
    if desk.mode == Mode::Write || added.taken.changes.is_some() {
        for line in share::rescanned(&added.taken) {
            change = change.note(line);
        }
        let changes = added.taken.changes.as_ref().map(share::as_json);
        change = change.more(json!({"changes": changes, "read": added.taken.read}));
    }
    let change = change.note(waiting(desk, &event));
    let mut outcome = change.told(desk.register().is_demonstration(), &added.recorded);
    if let Some(because) = &added.unindexed {
        outcome = outcome.warn(format!("it is recorded, but index.sqlite, a cache, does not know it yet: {because}\nit is made again at its next use"));
    }
    Ok(match left_out(&added.taken.omitted) {
        Some(warning) => outcome.warn(warning),
        None => outcome,
    })
}

/// How many bytes there are, asked only where somebody sees a bar: as many as last time, or as a look at the folder says.
fn how_much(desk: &Desk<'_>, taking: &Taking<'_>, follower: &Follower) -> Result<Option<u64>, Failure> {
    if !follower.is_seen() || desk.mode == Mode::DryRun {
        return Ok(None);
    }
    let before = taking.after.and_then(|after| desk.register().evidence.get(after)).map(|held| &held.content);
    if let Some(Content::Files { bytes, .. } | Content::InPlace { bytes, .. }) = before {
        return Ok(Some(*bytes));
    }
    follower.begin("Looking", None);
    Ok(Some(follower.follow(|watch| desk.session.survey(taking.files, watch))?.bytes))
}

/// A warning that names what was met and not taken.
pub(super) fn left_out(omitted: &Omitted) -> Option<String> {
    let named = omitted.listed().take(SKIPPED_SHOWN_MAX);
    let mut lines: Vec<String> = named.map(|skipped| format!("{}: {}", skipped.path, skipped.reason)).collect();
    let further = omitted.count() - lines.len() as u64;
    if further > 0 {
        lines.push(format!("and {further} more"));
    }
    (!lines.is_empty()).then(|| format!("not everything that was met was taken\n{}", lines.join("\n")))
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
    let event = about.described(desk.history(), desk.session.today(), kind, title)?(content, None);
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
        Content::InPlace { manifest, files, bytes } => {
            let plural = if *files == 1 { "file" } else { "files" };
            let change = change.fact("hashed", format!("{files} {plural}, {bytes} bytes, left in their place"));
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
