//! `portreeve evidence`: what shows the position at a date. Taking it in is in `evidence/adding.rs`, judging it in
//! `evidence/judging.rs`, before and after in `evidence/comparing.rs`.

pub(super) mod adding;
mod calendar;
mod comparing;
pub(crate) mod files;
mod judging;
mod retention;
mod searching;
mod share;
mod verifying;
mod withdrawing;

use clap::{Args, Subcommand};
use portreeve_model::reference::EvidenceId;

use super::Run;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::view;

/// What shows the position at a date
#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Take in files as one item of evidence
    #[command(after_help = adding::EXAMPLE)]
    Add(adding::AddArgs),
    /// Take in everything in a folder as one item
    Collect(share::CollectArgs),
    /// Collect a folder again, and tell what changed since
    Rescan(share::RescanArgs),
    /// Read evidence back, from the store or where it came from; mend it from a copy
    #[command(after_help = verifying::EXAMPLE)]
    Verify(verifying::VerifyArgs),
    /// Tell what is different between two collections
    Diff(share::DiffArgs),
    /// Print the SHA-256 of every file in a folder, as `sha256sum` does, or with `--json` one object a line; keeps nothing
    Digest(share::DigestArgs),
    /// Point to a record held elsewhere; it counts once somebody else has confirmed it
    Refer(adding::ReferArgs),
    /// Write down someone's word; never enough alone
    Say(adding::SayArgs),
    /// Use evidence held already for something more
    Link(judging::LinkArgs),
    /// Say whether somebody else's evidence shows what it should
    Check(judging::CheckArgs),
    /// Take evidence back; its digest stays in the ledger
    Withdraw(withdrawing::WithdrawArgs),
    /// When evidence goes too old for a submission, what is not there, and when to collect it
    Calendar(calendar::CalendarArgs),
    /// What may be disposed of by the retention rules, and what must be kept and why
    Retention(retention::RetentionArgs),
    /// List evidence
    List(ListArgs),
    /// Show one item with its files
    Show(ShowArgs),
    /// Find the evidence that holds a file
    Find(judging::FindArgs),
    /// Search the files of evidence by their paths, their texts and what they are
    #[command(after_help = searching::EXAMPLE)]
    Search(searching::SearchArgs),
    /// Say what is different between two exports, before and after
    #[command(after_help = comparing::EXAMPLE)]
    Compare(comparing::CompareArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only what waits for a check
    #[arg(long)]
    waiting: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its reference
    id: EvidenceId,
    /// Print its files only, every one as it is read; with `--json` one object a line
    #[arg(long)]
    files: bool,
}

impl Run for EvidenceCommand {
    fn doing(&self) -> &'static str {
        match self {
            EvidenceCommand::Add(_) | EvidenceCommand::Refer(_) | EvidenceCommand::Say(_) => "add the evidence",
            EvidenceCommand::Collect(_) | EvidenceCommand::Rescan(_) => "collect the evidence",
            EvidenceCommand::Verify(_) => "verify the evidence",
            EvidenceCommand::Diff(_) => "compare the collections",
            EvidenceCommand::Digest(_) => "hash the files",
            EvidenceCommand::Link(_) => "link the evidence",
            EvidenceCommand::Check(_) => "check the evidence",
            EvidenceCommand::Withdraw(_) => "withdraw the evidence",
            EvidenceCommand::Calendar(_) => "work out the calendar",
            EvidenceCommand::Retention(_) => "say what may be disposed of",
            EvidenceCommand::List(_) => "list the evidence",
            EvidenceCommand::Show(_) => "show the evidence",
            EvidenceCommand::Find(_) => "find the evidence",
            EvidenceCommand::Search(_) => "search the evidence",
            EvidenceCommand::Compare(_) => "compare the evidence",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            EvidenceCommand::Add(args) => adding::add(args, door),
            EvidenceCommand::Collect(args) => share::collect(args, door),
            EvidenceCommand::Rescan(args) => share::rescan(args, door),
            EvidenceCommand::Verify(args) => verifying::verify(&args, door),
            EvidenceCommand::Diff(args) => share::diff(&args, door),
            EvidenceCommand::Digest(args) => share::digest(args, door),
            EvidenceCommand::Refer(args) => adding::refer(args, door),
            EvidenceCommand::Say(args) => adding::say(args, door),
            EvidenceCommand::Link(args) => judging::link(args, door),
            EvidenceCommand::Check(args) => judging::check(args, door),
            EvidenceCommand::Withdraw(args) => withdrawing::withdraw(args, door),
            EvidenceCommand::Calendar(args) => calendar::calendar(&args, door),
            EvidenceCommand::Retention(args) => retention::report(&args, door),
            EvidenceCommand::List(args) => view::all_evidence(&door.ask()?, args.waiting),
            EvidenceCommand::Show(args) => {
                let as_json = door.answers_in_json();
                let window = door.ask()?;
                if args.files { files::print(&window, &args.id, as_json) } else { view::evidence(&window, &args.id) }
            }
            EvidenceCommand::Find(args) => judging::find(&args, door),
            EvidenceCommand::Search(args) => searching::search(&args, door),
            EvidenceCommand::Compare(args) => comparing::compare(args, door),
        }
    }
}
