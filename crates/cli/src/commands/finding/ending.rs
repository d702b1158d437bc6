//! How a finding turns out: a re-test host by host, or an end without a fix that a second person agrees to.

use std::collections::BTreeMap;

use clap::{ArgGroup, Args};
use portreeve_model::Day;
use portreeve_model::reference::{EvidenceId, FindingId};
use portreeve_model::register::evidence::EvidenceChecked;
use portreeve_model::register::finding::{Conclusion, ConclusionChecked, ConclusionProposed, Finding, FindingRetested};
use portreeve_model::text::{Host, Note};
use portreeve_model::words::{Retest, Strength};

use crate::change::Change;
use crate::commands::evidence::adding::WORD_ALONE;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::vocabulary::words;

/// The outcomes of a re-test, for the help: they stand behind a host, where the parser cannot list them.
pub(super) fn outcomes() -> String {
    let width = Retest::ALL.iter().map(|outcome| outcome.word().len()).max().unwrap_or_default();
    let lines: Vec<String> =
        Retest::ALL.iter().map(|outcome| format!("  {:width$}  {}", outcome.word(), outcome.shown())).collect();
    format!("Outcomes:\n{}", lines.join("\n"))
}

#[derive(Debug, Args)]
pub(crate) struct RetestArgs {
    /// The finding
    id: FindingId,
    /// What each host said, as web01=fixed, web02=still-there or web03=could-not-tell; for a finding with one host the
    /// outcome alone will do
    #[arg(value_name = "HOST=OUTCOME", required = true)]
    results: Vec<String>,
    /// The day of the re-test
    #[arg(long, value_name = "DATE")]
    on: Day,
    /// The evidence that shows it
    #[arg(long, value_name = "EVIDENCE")]
    evidence: EvidenceId,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("how").required(true).args(["false_positive", "duplicate_of"]))]
pub(crate) struct ConcludeArgs {
    /// The finding
    id: FindingId,
    /// The source was wrong
    #[arg(long)]
    false_positive: bool,
    /// Another finding says the same
    #[arg(long, value_name = "FINDING")]
    duplicate_of: Option<FindingId>,
    /// Why
    #[arg(long)]
    reason: Note,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The finding
    id: FindingId,
    /// It ends so: what is said when nothing is
    #[arg(long, conflicts_with = "reject")]
    accept: bool,
    /// It does not
    #[arg(long)]
    reject: bool,
    /// What you say to it
    #[arg(long)]
    note: Option<Note>,
}

pub(super) fn retest(args: RetestArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let finding = resolve::held("finding", &args.id, &desk.register().findings, "finding list")?;
    let results = results(finding, &args.results)?;
    let mut change = Change::new(format!("Recorded a re-test of {}", args.id)).of(&args.id).fact("on", args.on);
    change = change.fact("evidence", &args.evidence);
    for outcome in [Retest::Fixed, Retest::StillThere, Retest::CouldNotTell] {
        let label = match outcome {
            Retest::Fixed => "fixed",
            Retest::StillThere => "still there",
            Retest::CouldNotTell => "could not tell",
        };
        change = change.list(label, results.iter().filter(|(_, said)| **said == outcome).map(|(host, _)| host));
    }
    let id = args.evidence.clone();
    let held = resolve::held("evidence", &id, &desk.register().evidence, "evidence list")?;
    let (unchecked, weak) = (!held.counts(), held.strength() == Strength::Weak);
    let fixed = results.values().any(|said| *said == Retest::Fixed);
    let retested = FindingRetested { id: args.id, on: args.on, results, evidence: args.evidence };
    let recorded = desk.record(vec![retested.into()])?;
    if fixed && weak {
        change = change.note(WORD_ALONE);
    } else if fixed && unchecked {
        let check = desk.hint_of_check(EvidenceChecked { id: id.clone(), accepted: true, note: None });
        change = change.note(format!("It counts once somebody else has checked {id}: {check}"));
    }
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn results(finding: &Finding, given: &[String]) -> Result<BTreeMap<Host, Retest>, Failure> {
    let mut results = BTreeMap::new();
    for text in given {
        let (host, word) = match (text.rsplit_once('='), finding.hosts.keys().collect::<Vec<_>>().as_slice()) {
            (Some((host, word)), _) => (host.parse::<Host>().map_err(|error| Failure::usage(error.to_string()))?, word),
            (None, [only]) => ((*only).clone(), text.as_str()),
            (None, several) => {
                let hosts: Vec<&str> = several.iter().map(|host| host.as_str()).collect();
                return Err(Failure::usage(format!("`{text}` names no host, and the finding affects several"))
                    .help(format!("write HOST={text} for each that was looked at: {}", hosts.join(", "))));
            }
        };
        let outcome = words!(Retest).meant(word).ok_or_else(|| {
            let known: Vec<&str> = Retest::ALL.iter().map(|outcome| outcome.word()).collect();
            Failure::usage(format!("`{word}` is not a re-test outcome; known: {}", known.join(", ")))
                .help("a host that was not reached is `could-not-tell`, never fixed")
        })?;
        if results.insert(host.clone(), outcome).is_some() {
            return Err(Failure::usage(format!("the host {host} is named twice")).help("name each host once"));
        }
    }
    Ok(results)
}

pub(super) fn conclude(args: ConcludeArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let (conclusion, shown) = match args.duplicate_of {
        Some(of) => (Conclusion::Duplicate { of: of.clone() }, format!("a duplicate of {of}")),
        None => (Conclusion::FalsePositive, "a false positive".to_owned()),
    };
    let change = Change::new(format!("Proposed that {} is {shown}", args.id)).of(&args.id).fact("reason", &args.reason);
    let id = args.id.clone();
    let proposed = ConclusionProposed { id: args.id, conclusion, reason: args.reason };
    let recorded = desk.record(vec![proposed.into()])?;
    let check = desk.hint_of_check(ConclusionChecked { id, accepted: true, note: None });
    let change = change.note(format!("It stays open until somebody else agrees: {check}"));
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

pub(super) fn check(args: CheckArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let accepted = args.accept || !args.reject;
    let said = if accepted { "Agreed" } else { "Did not agree" };
    let change =
        Change::new(format!("{said} to how {} would end", args.id)).of(&args.id).maybe("note", args.note.as_ref());
    let checked = ConclusionChecked { id: args.id, accepted, note: args.note };
    let recorded = desk.record(vec![checked.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
