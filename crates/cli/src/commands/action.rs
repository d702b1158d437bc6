//! `portreeve action`: the work that closes findings. Planning it is in `action/plan.rs`, seeing it done in
//! `action/progress.rs`.

mod plan;
mod progress;

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, Subcommand};
use portreeve_model::Register;
use portreeve_model::reference::{ActionId, DecisionId, FindingId, PersonId};
use portreeve_model::register::finding::Finding;
use portreeve_model::text::Host;

use super::Run;
use crate::door::Door;
use crate::failure::Failure;
use crate::near::nearest;
use crate::outcome::Outcome;
use crate::resolve::{self, did_you_mean};
use crate::view;

/// The work that closes findings
#[derive(Debug, Subcommand)]
pub(crate) enum ActionCommand {
    /// Plan work, in one line
    #[command(after_help = plan::GRAMMAR)]
    Add(plan::AddArgs),
    /// List actions
    List(ListArgs),
    /// Show one: dates, money, what it closes, what it waits for, what shows it
    Show(ShowArgs),
    /// Change its facts; what is given replaces what was held
    Change(plan::ChangeArgs),
    /// Move its date; the original date stays
    Move(plan::MoveArgs),
    /// Say that it is done
    Claim(progress::ClaimArgs),
    /// Say that you have seen that it is done
    Verify(progress::VerifyArgs),
    /// Open a claimed or closed action again
    Reopen(progress::ReasonArgs),
    /// Say that it will not be done; its findings stay as open as they are
    Withdraw(progress::ReasonArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only late ones, against their original date
    #[arg(long)]
    late: bool,
    /// Only those that are not finished
    #[arg(long)]
    open: bool,
    /// Only this person's
    #[arg(long, value_name = "PERSON")]
    owner: Option<PersonId>,
    /// Only those that close this finding
    #[arg(long, value_name = "REF")]
    finding: Option<FindingId>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its reference
    id: ActionId,
}

impl Run for ActionCommand {
    fn doing(&self) -> &'static str {
        match self {
            ActionCommand::Add(_) => "add the action",
            ActionCommand::List(_) => "list the actions",
            ActionCommand::Show(_) => "show the action",
            ActionCommand::Change(_) => "change the action",
            ActionCommand::Move(_) => "move the action's date",
            ActionCommand::Claim(_) => "claim the action",
            ActionCommand::Verify(_) => "verify the action",
            ActionCommand::Reopen(_) => "open the action again",
            ActionCommand::Withdraw(_) => "withdraw the action",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            ActionCommand::Add(args) => plan::add(args, door),
            ActionCommand::List(ListArgs { late, open, owner, finding }) => {
                view::actions(&door.ask()?, &view::Actions { late, open, owner, finding })
            }
            ActionCommand::Show(args) => view::action(&door.ask()?, &args.id),
            ActionCommand::Change(args) => plan::change(args, door),
            ActionCommand::Move(args) => plan::move_date(args, door),
            ActionCommand::Claim(args) => progress::claim(args, door),
            ActionCommand::Verify(args) => progress::verify(args, door),
            ActionCommand::Reopen(args) => progress::reopen(args, door),
            ActionCommand::Withdraw(args) => progress::withdraw(args, door),
        }
    }
}

/// Findings with their hosts, from `ITHC-040` (all hosts) and `ITHC-040:web01`.
pub(super) type Closes = BTreeMap<FindingId, BTreeSet<Host>>;

/// Reads what an action or acceptance covers. A finding named whole stays whole; a host must be one of its finding's.
pub(super) fn covered(register: &Register, given: &[String]) -> Result<Closes, Failure> {
    let mut covered = Closes::new();
    let mut whole = BTreeSet::new();
    for text in given {
        let (id, host) = match text.split_once(':') {
            Some((id, host)) => (id, Some(host)),
            None => (text.as_str(), None),
        };
        let id = resolve::finding(register, id)?;
        let held = resolve::held("finding", &id, &register.findings, "finding list")?;
        let hosts: &mut BTreeSet<Host> = covered.entry(id.clone()).or_default();
        match host {
            None => {
                whole.insert(id);
            }
            Some(host) => {
                let meant = held.hosts.keys().find(|known| known.as_str().eq_ignore_ascii_case(host));
                hosts.insert(meant.cloned().ok_or_else(|| no_such_host(&id, host, held))?);
            }
        }
    }
    covered.iter_mut().filter(|(id, _)| whole.contains(*id)).for_each(|(_, hosts)| hosts.clear());
    Ok(covered)
}

fn no_such_host(id: &FindingId, host: &str, held: &Finding) -> Failure {
    let known: Vec<&str> = held.hosts.keys().map(Host::as_str).collect();
    let failure = Failure::usage(format!("the finding `{id}` does not name the host `{host}`"));
    let near = nearest(host, &known);
    let failure = if near.is_empty() { failure } else { failure.help(did_you_mean(&near)) };
    failure.help(format!("its hosts: {}", known.join(", ")))
}

/// What an action waits for.
#[derive(Debug, Default)]
pub(super) struct Waits {
    pub(super) actions: BTreeSet<ActionId>,
    pub(super) decisions: BTreeSet<DecisionId>,
}

/// Sorts references into actions and decisions by looking them up.
pub(super) fn waits_for(register: &Register, given: &[String]) -> Result<Waits, Failure> {
    let mut waits = Waits::default();
    for text in given {
        if let Some(action) = resolve::same(text, register.actions.keys()) {
            waits.actions.insert(action.clone());
        } else if let Some(decision) = resolve::same(text, register.decisions.keys()) {
            waits.decisions.insert(decision.clone());
        } else {
            let actions = register.actions.keys().map(ToString::to_string);
            let near = nearest(text, actions.chain(register.decisions.keys().map(ToString::to_string)));
            let failure = Failure::usage(format!("there is no action or decision `{text}` to wait for"));
            let failure = if near.is_empty() { failure } else { failure.help(did_you_mean(&near)) };
            return Err(failure.help("`portreeve action list` and `portreeve decision list` show what there is"));
        }
    }
    Ok(waits)
}
