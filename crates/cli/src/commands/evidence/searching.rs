//! Searching the files of evidence.

use std::time::Duration;

use clap::Args;
use portreeve_engine::{DigestPart, Found, FoundFile, MediaKind, NextPage, Reading, Search, Total, Which, Words};
use portreeve_model::Day;
use portreeve_model::reference::EvidenceId;
use portreeve_model::words::EvidenceKind;
use portreeve_reporting::words::count;
use serde_json::{Value, json};

use crate::door::{Door, Window};
use crate::extract_text;
use crate::failure::Failure;
use crate::links::Links;
use crate::outcome::{Ending, Outcome, one_line};
use crate::progress::Follower;
use crate::resolve;
use crate::vocabulary::{OneOf, words};

pub(super) const EXAMPLE: &str = "\
WORDS are looked for in paths and in the texts of documents; case and accents make no difference. `\"any any\"` is a phrase, `firew*`
whatever begins so. Documents that nobody has read yet are read first, for some seconds; `portreeve index read` reads them all.

Example:
  portreeve evidence search firewall \"any any\" --for RAP-001
  portreeve evidence search --name leavers --media table --below hr/";

/// How long a search reads documents that nobody has read yet, before it answers with what there is.
const READ_FIRST: Duration = Duration::from_secs(5);

/// How many pages that found nothing are gone through before the answer says where it has got to.
const EMPTY_PAGES_MAX: u32 = 50;

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Words of a file's path or of its text
    words: Vec<String>,
    /// Words of its path
    #[arg(long, value_name = "WORDS", value_parser = Words::parse)]
    name: Option<Words>,
    /// How its path begins, as `ict/firewalls/`
    #[arg(long, value_name = "PATH")]
    below: Option<String>,
    /// Its SHA-256, or the first eight digits or more
    #[arg(long, value_name = "DIGITS")]
    sha256: Option<DigestPart>,
    /// What it is, by its content
    #[arg(long, value_name = "KIND", value_parser = OneOf::new(&MediaKind::ALL, MediaKind::word, MediaKind::word))]
    media: Option<MediaKind>,
    /// Only in this evidence, several times for several
    #[arg(long = "in", value_name = "EVIDENCE")]
    evidence: Vec<EvidenceId>,
    /// Only in evidence for this action, finding or requirement, several times for several
    #[arg(long = "for", value_name = "REF")]
    links: Vec<String>,
    /// Only in this kind of evidence
    #[arg(long, value_parser = words!(EvidenceKind))]
    kind: Option<EvidenceKind>,
    /// Only in evidence collected on this day or later
    #[arg(long, value_name = "DATE")]
    from: Option<Day>,
    /// Only in evidence collected on this day or earlier
    #[arg(long, value_name = "DATE")]
    to: Option<Day>,
    /// In evidence that was withdrawn too
    #[arg(long)]
    withdrawn: bool,
    /// How many files are shown
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Go on where the answer before ended
    #[arg(long, value_name = "PLACE")]
    after: Option<NextPage>,
}

pub(super) fn search(args: &SearchArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let words = match args.words.as_slice() {
        [] => None,
        words => Some(Words::parse(&words.join(" ")).map_err(|problem| Failure::usage(problem.to_string()))?),
    };
    let window = door.ask()?;
    for id in &args.evidence {
        resolve::held("evidence", id, &window.register().evidence, "evidence list")?;
    }
    let Links { actions, findings, requirements } = Links::sorted(window.register(), &args.links)?;
    let which = Which {
        evidence: args.evidence.iter().cloned().collect(),
        actions,
        findings,
        requirements,
        kind: args.kind,
        from: args.from,
        to: args.to,
        withdrawn: args.withdrawn,
    };
    let mut search = Search {
        words,
        name: args.name.clone(),
        below: args.below.as_ref().map(|start| start.clone().into_bytes()),
        digest: args.sha256,
        media: args.media,
        which,
        limit: args.limit,
        after: args.after.clone(),
    };
    let follower = Follower::new()?;
    if (search.words.is_some() || search.media.is_some()) && search.after.is_none() {
        let program = extract_text::program()?;
        follower.begin("Reading documents", None);
        follower.follow(|watch| {
            window.session.read_texts(Reading { program: &program, again: false, at_most: Some(READ_FIRST), watch })
        })?;
    }
    follower.begin("Searching", None);
    let mut found = follower.follow(|watch| window.session.search(window.register(), &search, watch))?;
    // A page may be empty where little of what was looked at fits; whoever asked wants a file or an end.
    for _ in 0..EMPTY_PAGES_MAX {
        let Some(next) = found.next.clone().filter(|_| found.files.is_empty()) else { break };
        search.after = Some(next);
        let is_first = found.total.is_some();
        found = follower.follow(|watch| window.session.search(window.register(), &search, watch))?;
        // All pages before had nothing.
        let shown = found.files.len() as u64;
        let total = if found.next.is_none() { Total::Exactly(shown) } else { Total::AtLeast(shown) };
        found.total = is_first.then_some(total);
    }
    Ok(answer(&window, &found))
}

fn answer(window: &Window<'_>, found: &Found) -> Outcome {
    let mut text = String::new();
    for file in &found.files {
        let FoundFile { hit, evidence } = file;
        let ids: Vec<&str> = evidence.iter().map(EvidenceId::as_str).collect();
        // Words of the index, which anybody may have written who may write to the register: they start no line.
        let kind = hit.kind.as_ref().map_or_else(String::new, |kind| format!("  ({})", one_line(kind)));
        let gone = if hit.still { "" } else { "  not in the newest collection of that folder" };
        text.push_str(&format!("{}  {}{kind}{gone}\n", ids.join(", "), hit.path.display()));
        if let Some(snippet) = &hit.snippet {
            text.push_str(&format!("    {}\n", one_line(snippet)));
        }
    }
    let shown = count(found.files.len() as u64, "file");
    text.push_str(&match (&found.total, &found.next) {
        _ if found.files.is_empty() => "No file was found.\n".to_owned(),
        (Some(total), Some(_)) => format!("\n{shown} of {total}.\n"),
        (Some(_), None) | (None, _) => format!("\n{shown}.\n"),
    });
    if let Some(next) = &found.next {
        text.push_str(&format!("Go on with the same question and `--after {next}`.\n"));
    }
    let files: Vec<Value> = found.files.iter().map(as_json).collect();
    let total = found.total.map(|total| match total {
        Total::Exactly(count) => (count, true),
        Total::AtLeast(count) => (count, false),
    });
    let object = json!({
        "files": files,
        "total": total.map(|(count, _)| count),
        "total_is_exact": total.map(|(_, is_exact)| is_exact),
        "next": found.next.as_ref().map(ToString::to_string),
        "unread": found.unread,
        "unreached": found.unreached,
    });
    let outcome = Outcome::new(window.is_demonstration(), "portreeve.evidence-search/1", text, object)
        .ending(Ending::fine_if(!found.files.is_empty()));
    let outcome = match found.unread {
        0 => outcome,
        unread => outcome.warn(format!(
            "{} not been read yet, and could not be found by text or media; read them all with `portreeve index read`",
            if unread == 1 { "1 file has".to_owned() } else { format!("{unread} files have") }
        )),
    };
    match found.unreached {
        0 => outcome,
        unreached => outcome.warn(format!(
            "the bytes of {} could not be had, as of files left in a place that is not there now, so that no text or media \
             finds them: `portreeve index unread` lists them, `portreeve index read` tries again",
            count(unreached, "document")
        )),
    }
}

fn as_json(FoundFile { hit, evidence }: &FoundFile) -> Value {
    json!({
        "path": hit.path.display().to_string(),
        "sha256": hit.digest,
        "evidence": evidence,
        "media": hit.kind,
        "newest": hit.still,
        "snippet": hit.snippet,
    })
}
