//! Planning work: in one line or by flags, changed later with a reason, its date moved with somebody's agreement.

use std::collections::BTreeSet;

use clap::Args;
use portreeve_model::reference::{ActionId, FindingId, OrganisationId, PersonId};
use portreeve_model::register::action::{ActionAdded, ActionChanged, ActionMoved, Due};
use portreeve_model::text::{Note, Title};
use portreeve_model::words::Answer;
use portreeve_model::{Day, History, Pence};
use portreeve_reporting::playbook::brought;
use serde_json::json;

use super::{Closes, covered, waits_for};
use crate::change::Change;
use crate::commands::playbook::named;
use crate::door::Door;
use crate::failure::Failure;
use crate::money;
use crate::next_free;
use crate::oneline::{self, OneLine};
use crate::outcome::Outcome;
use crate::resolve;
use crate::vocabulary::words;

pub(super) const GRAMMAR: &str = "\
The line holds the title and, in any order:
  @PERSON          who answers for it
  by DATE          when it is due: by 18 January 2019
  £1,200           paid once; £1,200 a year (or pa) is paid yearly
  fixes REF, REF   the findings it closes (or closes REF), or one host of one as fixes REF:HOST
  after REF        actions and decisions it waits for
Flags come before the line where both say something.

Example:
  portreeve action add \"Renew the VPN certificate @network-officer by 18 January 2027 fixes ITHC-14\"
  portreeve action add \"@network-officer by 31 March 2027 fixes ITHC-14\" --playbook firewall-renewal";

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The work in one line; by a playbook it may be left out, and the work is called as the playbook is
    #[arg(required_unless_present = "playbook")]
    line: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "PERSON")]
    owner: Option<PersonId>,
    /// When it is due
    #[arg(long, value_name = "DATE", conflicts_with = "no_date")]
    due: Option<Day>,
    /// Go on although that day is past: the action is late from the start
    #[arg(long)]
    already_late: bool,
    /// Why it has no date yet
    #[arg(long, value_name = "REASON")]
    no_date: Option<Note>,
    /// What it costs once
    #[arg(long, value_name = "AMOUNT", value_parser = money::amount)]
    cost: Option<Pence>,
    /// What it costs each year
    #[arg(long, value_name = "AMOUNT", value_parser = money::amount)]
    yearly: Option<Pence>,
    /// What is paid for
    #[arg(long, value_name = "TEXT")]
    item: Option<Title>,
    /// A finding it closes, or one host of it as ITHC-040:web01; several times for several
    #[arg(long, value_name = "FINDING[:HOST]")]
    closes: Vec<String>,
    /// An action or decision it waits for, several times for several
    #[arg(long, value_name = "REF")]
    after: Vec<String>,
    /// A requirement it serves beyond those of its findings
    #[arg(long = "requirement", value_name = "REF")]
    requirements: Vec<String>,
    /// For whom it is done [default: every organisation]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// Whether the people and time are there
    #[arg(long, value_name = "ANSWER", default_value = "unknown", value_parser = words!(Answer))]
    resources: Answer,
    /// Whether the money is approved
    #[arg(long, value_name = "ANSWER", default_value = "unknown", value_parser = words!(Answer))]
    budget: Answer,
    /// The playbook it follows, which says what evidence closes it; `portreeve playbook list` shows them
    #[arg(long, value_name = "ID")]
    playbook: Option<String>,
    /// Where this record comes from
    #[arg(long, value_name = "TEXT")]
    provenance: Option<Note>,
    /// Its reference [default: the next free one]
    #[arg(long)]
    id: Option<ActionId>,
}

#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    /// The action
    id: ActionId,
    /// The title
    #[arg(long)]
    title: Option<Title>,
    /// Who answers for it
    #[arg(long, value_name = "PERSON")]
    owner: Option<PersonId>,
    /// What it costs once
    #[arg(long, value_name = "AMOUNT", value_parser = money::amount)]
    cost: Option<Pence>,
    /// What it costs each year
    #[arg(long, value_name = "AMOUNT", value_parser = money::amount)]
    yearly: Option<Pence>,
    /// What is paid for
    #[arg(long, value_name = "TEXT")]
    item: Option<Title>,
    /// Whether the people and time are there
    #[arg(long, value_name = "ANSWER", value_parser = words!(Answer))]
    resources: Option<Answer>,
    /// Whether the money is approved
    #[arg(long, value_name = "ANSWER", value_parser = words!(Answer))]
    budget: Option<Answer>,
    /// An action or decision it waits for; these replace all it waited for before
    #[arg(long, value_name = "REF")]
    after: Vec<String>,
    /// It waits for nothing any more
    #[arg(long, conflicts_with = "after")]
    after_nothing: bool,
    /// A further finding it closes, or one host of it as ITHC-040:web01
    #[arg(long, value_name = "FINDING[:HOST]")]
    closes: Vec<String>,
    /// Why
    #[arg(long)]
    reason: Note,
}

#[derive(Debug, Args)]
pub(crate) struct MoveArgs {
    /// The action
    id: ActionId,
    /// The new date
    #[arg(long, value_name = "DATE")]
    to: Day,
    /// Why
    #[arg(long)]
    reason: Note,
    /// Who agreed; not the owner
    #[arg(long, value_name = "PERSON")]
    approved_by: PersonId,
    /// Where a committee granted it
    #[arg(long, value_name = "TEXT")]
    minute: Option<Note>,
}

pub(super) fn add(args: AddArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let playbook = args.playbook.as_deref().map(named).transpose()?;
    let mut said = oneline::read(args.line.as_deref().unwrap_or_default()).map_err(|error| {
        Failure::usage(error.to_string()).help("`portreeve action add --help` shows how the line is read")
    })?;
    if let (true, Some(playbook)) = (said.title.is_empty(), &playbook) {
        said.title = playbook.title.to_string();
    }
    let mut desk = door.write()?;
    let register = desk.register();
    let closes: Vec<String> = said.fixes.iter().chain(&args.closes).cloned().collect();
    let closes = covered(register, &closes)?;
    let left = oneline::left_in(&said.title);
    let already_late = args.already_late;
    let mut added = planned(desk.history(), args, said, closes)?;
    added.playbook = playbook.as_ref().map(|playbook| playbook.id.clone());
    let late = late_from_the_start(&added.due, desk.session.today());
    if let (Some(late), false) = (&late, already_late) {
        return Err(Failure::usage(late.clone()).help("give the right date").help(
            "or go on with `--already-late`, as for work that a report shows to be overdue; a date to come can be \
             agreed afterwards with `portreeve action move`",
        ));
    }
    let mut change = told(&added);
    if let Some(playbook) = &playbook {
        change = brought(playbook, &added.id).into_iter().fold(change, Change::note);
        change = change.more(json!({ "checklist": playbook.closing_evidence }));
    }
    let recorded = desk.record(vec![added.into()])?;
    let mut outcome = change.told(desk.register().is_demonstration(), &recorded);
    if let Some(late) = late {
        outcome = outcome.warn(late);
    }
    if !left.is_empty() {
        let left: Vec<String> = left.iter().map(|words| format!("`{words}`")).collect();
        outcome = outcome.warn(format!(
            "{} stayed in the title: if it was meant otherwise, take the entry back and look at `portreeve action add \
             --help`",
            left.join(", ")
        ));
    }
    Ok(outcome)
}

/// What is said of an action whose day is past when it is planned.
fn late_from_the_start(due: &Due, today: Day) -> Option<String> {
    match due {
        Due::On(day) if *day < today => {
            Some(format!("{day} is past: the action is late from the start, and its original date can never move"))
        }
        Due::On(_) | Due::NoDate(_) => None,
    }
}

fn planned(history: &History, args: AddArgs, said: OneLine, closes: Closes) -> Result<ActionAdded, Failure> {
    let register = history.register();
    let title = said
        .title
        .parse::<Title>()
        .map_err(|error| Failure::usage(error.to_string()).help("say in a few words what is to be done"))?;
    let owner = args.owner.or(said.owner).ok_or_else(|| {
        Failure::usage("nobody is named who answers for it").help("add `@PERSON` to the line, or `--owner PERSON`")
    })?;
    let due = match (args.due, args.no_date, said.due) {
        (Some(day), _, _) | (None, None, Some(day)) => Due::On(day),
        (None, Some(reason), None) => Due::NoDate(reason),
        (None, Some(_), Some(day)) => {
            return Err(Failure::usage(format!("the line says by {day}, and `--no-date` says there is none"))
                .help("leave one of the two out"));
        }
        (None, None, None) => {
            let left = oneline::left_in(&said.title);
            let left = left.iter().filter(|words| words.to_lowercase().starts_with("by "));
            let unread = left.map(|words| format!("`{words}` is no date: it needs a day, a month and a year"));
            return Err(Failure::usage("no date is named").helps(unread).help(
                "add `by 18 January 2027` to the line, or `--due DATE`, or say why there is none: `--no-date REASON`",
            ));
        }
    };
    let after: Vec<String> = said.after.into_iter().chain(args.after).collect();
    let waits = waits_for(register, &after)?;
    let requirements = args.requirements.iter().map(|given| resolve::requirement(register, given));
    Ok(ActionAdded {
        id: match args.id {
            Some(id) => id,
            None => next_free::action(history)?,
        },
        title,
        owner,
        organisations: resolve::organisations(register, &args.organisations)?,
        due,
        costs: money::cost(args.item.as_ref(), args.cost.or(said.once), args.yearly.or(said.yearly)),
        resources: args.resources,
        budget: args.budget,
        after_actions: waits.actions,
        after_decisions: waits.decisions,
        closes,
        requirements: requirements.collect::<Result<_, _>>()?,
        playbook: None,
        provenance: args.provenance,
    })
}

fn told(added: &ActionAdded) -> Change {
    let due = match &added.due {
        Due::On(day) => day.to_string(),
        Due::NoDate(reason) => format!("no date yet: {reason}"),
    };
    let waits: BTreeSet<String> = (added.after_actions.iter().map(ToString::to_string))
        .chain(added.after_decisions.iter().map(ToString::to_string))
        .collect();
    Change::new(format!("Added {}  {}", added.id, added.title))
        .of(&added.id)
        .fact("owner", &added.owner)
        .fact("due", due)
        .maybe("cost", money::in_words(&added.costs))
        .list("closes", closes_in_words(&added.closes))
        .list("waits for", waits)
        .list("serves", &added.requirements)
        .list("for", &added.organisations)
        .maybe("follows", added.playbook.as_ref())
}

/// "ITHC-040, ITHC-041 on web01 and web02".
pub(super) fn closes_in_words(closes: &Closes) -> Vec<String> {
    let one = |(id, hosts): (&FindingId, &BTreeSet<portreeve_model::text::Host>)| {
        let names: Vec<&str> = hosts.iter().map(|host| host.as_str()).collect();
        if names.is_empty() { id.to_string() } else { format!("{id} on {}", names.join(" and ")) }
    };
    closes.iter().map(one).collect()
}

pub(super) fn change(args: ChangeArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let waits = waits_for(desk.register(), &args.after)?;
    let costs = money::cost(args.item.as_ref(), args.cost, args.yearly);
    let replaced = !args.after.is_empty() || args.after_nothing;
    let also_closes = covered(desk.register(), &args.closes)?;
    let change = Change::new(format!("Changed {}", args.id))
        .of(&args.id)
        .maybe("title", args.title.as_ref())
        .maybe("owner", args.owner.as_ref())
        .maybe("cost", money::in_words(&costs))
        .maybe("people and time there", args.resources)
        .maybe("money approved", args.budget)
        .list("waits for", &args.after)
        .maybe("waits for", args.after_nothing.then_some("nothing"))
        .list("also closes", closes_in_words(&also_closes))
        .fact("reason", &args.reason);
    let changed = ActionChanged {
        id: args.id,
        title: args.title,
        owner: args.owner,
        costs: (!costs.is_empty()).then_some(costs),
        resources: args.resources,
        budget: args.budget,
        after_actions: replaced.then_some(waits.actions),
        after_decisions: replaced.then_some(waits.decisions),
        also_closes,
        reason: args.reason,
    };
    let recorded = desk.record(vec![changed.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

pub(super) fn move_date(args: MoveArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("action", &args.id, &desk.register().actions, "action list")?;
    let change = Change::new(format!("Moved {} to {}", args.id, args.to))
        .of(&args.id)
        .maybe("original date", held.original)
        .maybe("date before", held.due)
        .fact("agreed by", &args.approved_by)
        .maybe("minute", args.minute.as_ref())
        .fact("reason", &args.reason)
        .note("Late still counts from the original date.");
    let MoveArgs { id, to, reason, approved_by, minute } = args;
    let recorded = desk.record(vec![ActionMoved { id, to, reason, approved_by, minute }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
