//! `portreeve finding`: weaknesses. Raising one is here; how one ends or turns out is in `finding/ending.rs`.

mod ending;
mod raise;

use clap::{Args, Subcommand};
use portreeve_model::reference::FindingId;
use portreeve_model::register::finding::{FindingCorrected, HostsAdded};
use portreeve_model::text::{Host, Note, Title};
use portreeve_model::words::Severity;

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;
use crate::vocabulary::words;

/// Weaknesses that tests, audits and reviews found
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one is made in a run of the program")]
pub(crate) enum FindingCommand {
    /// Record a weakness from a source's report
    Raise(raise::RaiseArgs),
    /// List findings
    List(ListArgs),
    /// Show one: what it affects, what closes it, where it stands
    Show(ShowArgs),
    /// Propose playbooks and open actions that would answer findings, and say why
    Suggest(SuggestArgs),
    /// Add hosts that turn out to be affected too
    Hosts(HostsArgs),
    /// Correct what was recorded wrongly
    Correct(CorrectArgs),
    /// Record a re-test, host by host
    #[command(after_help = ending::outcomes())]
    Retest(ending::RetestArgs),
    /// Propose that it ends without a fix
    Conclude(ending::ConcludeArgs),
    /// Agree, or not, to what somebody else proposed
    Check(ending::CheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those that are neither closed nor accepted
    #[arg(long)]
    open: bool,
    /// Only at or above this severity
    #[arg(long, value_name = "SEVERITY", value_parser = words!(Severity))]
    severity: Option<Severity>,
    /// Only from this source
    #[arg(long)]
    source: Option<portreeve_model::reference::SourceId>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its reference
    id: FindingId,
}

#[derive(Debug, Args)]
pub(crate) struct SuggestArgs {
    /// The findings [default: every open one that no open action closes]
    #[arg(value_name = "FINDING")]
    ids: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct HostsArgs {
    /// The finding
    id: FindingId,
    /// The further hosts
    #[arg(value_name = "HOST", required = true, value_parser = resolve::one_host)]
    hosts: Vec<Host>,
    /// How that came out
    #[arg(long)]
    reason: Note,
}

#[derive(Debug, Args)]
pub(crate) struct CorrectArgs {
    /// The finding
    id: FindingId,
    /// The right title
    #[arg(long)]
    title: Option<Title>,
    /// The right normalised severity
    #[arg(long, value_parser = words!(Severity))]
    severity: Option<Severity>,
    /// A requirement it touches; these replace all it touched before
    #[arg(long = "requirement", value_name = "REF")]
    requirements: Vec<String>,
    /// Why
    #[arg(long)]
    reason: Note,
}

impl Run for FindingCommand {
    fn doing(&self) -> &'static str {
        match self {
            FindingCommand::Raise(_) => "raise the finding",
            FindingCommand::List(_) => "list the findings",
            FindingCommand::Show(_) => "show the finding",
            FindingCommand::Suggest(_) => "suggest what would answer the findings",
            FindingCommand::Hosts(_) => "add the hosts",
            FindingCommand::Correct(_) => "correct the finding",
            FindingCommand::Retest(_) => "record the re-test",
            FindingCommand::Conclude(_) => "propose how the finding ends",
            FindingCommand::Check(_) => "check how the finding ends",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            FindingCommand::Raise(args) => raise::raise(args, door),
            FindingCommand::List(ListArgs { open, severity, source }) => {
                view::findings(&door.ask()?, open, severity, source.as_ref())
            }
            FindingCommand::Show(args) => view::finding(&door.ask()?, &args.id),
            FindingCommand::Suggest(args) => view::suggestions(&door.ask()?, &args.ids),
            FindingCommand::Hosts(args) => hosts(args, door),
            FindingCommand::Correct(args) => correct(args, door),
            FindingCommand::Retest(args) => ending::retest(args, door),
            FindingCommand::Conclude(args) => ending::conclude(args, door),
            FindingCommand::Check(args) => ending::check(args, door),
        }
    }
}

fn hosts(args: HostsArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let change = Change::new(format!("Added hosts to {}", args.id))
        .of(&args.id)
        .list("hosts", &args.hosts)
        .fact("reason", &args.reason);
    let hosts = args.hosts.into_iter().collect();
    let recorded = desk.record(vec![HostsAdded { id: args.id, hosts, reason: args.reason }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn correct(args: CorrectArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let touched = args.requirements.iter().map(|given| resolve::requirement(desk.register(), given));
    let touched: Vec<_> = touched.collect::<Result<_, _>>()?;
    let requirements = (!touched.is_empty()).then(|| touched.iter().cloned().collect());
    let change = Change::new(format!("Corrected {}", args.id))
        .of(&args.id)
        .maybe("title", args.title.as_ref())
        .maybe("severity", args.severity)
        .list("touches", &touched)
        .fact("reason", &args.reason);
    let CorrectArgs { id, title, severity, reason, .. } = args;
    let recorded = desk.record(vec![FindingCorrected { id, title, severity, requirements, reason }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
