//! `portreeve decision`: what a board must settle, and how it did.

use clap::{Args, Subcommand};
use portreeve_model::reference::{DecisionId, OrganisationId};
use portreeve_model::register::action::CostLine;
use portreeve_model::register::decision::{Choice, DecisionRaised, DecisionTaken};
use portreeve_model::text::{Note, Title};
use portreeve_model::{Day, Pence};

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::money;
use crate::next_free;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;

/// What a board must settle
#[derive(Debug, Subcommand)]
pub(crate) enum DecisionCommand {
    /// Put a question to a board
    #[command(after_help = EXAMPLE)]
    Add(AddArgs),
    /// Record how it was settled
    Record(RecordArgs),
    /// List decisions
    List(ListArgs),
    /// Show one: options, costs, what waits for it
    Show(ShowArgs),
}

const EXAMPLE: &str = "\
Example:
  portreeve decision add \"Second link between the data centres\" --body \"ICT board\" --needed-by 2019-01-08 \\
    --option \"A=Microwave link £80,000 £15,000/year\" --option \"B=Dark fibre £500,000\" --recommend A";

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The question
    title: Title,
    /// Who settles it
    #[arg(long)]
    body: Title,
    /// The day by which it is needed
    #[arg(long, value_name = "DATE")]
    needed_by: Day,
    /// A way to decide, with what it costs: A=Rent £500,000 or B=Lease £15,000/year; several times for several
    #[arg(long = "option", value_name = "LABEL=TITLE", required = true, value_parser = option)]
    options: Vec<Choice>,
    /// The label officers recommend
    #[arg(long, value_name = "LABEL")]
    recommend: Option<Title>,
    /// Whom it concerns [default: every organisation]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// Where this record comes from
    #[arg(long, value_name = "TEXT")]
    provenance: Option<Note>,
    /// Its reference [default: the next free one]
    #[arg(long)]
    id: Option<DecisionId>,
}

#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// The decision
    id: DecisionId,
    /// The label of the option chosen
    #[arg(long, value_name = "LABEL")]
    outcome: Title,
    /// The day of the meeting
    #[arg(long, value_name = "DATE")]
    on: Day,
    /// The minute that records it
    #[arg(long)]
    minute: Note,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those that are not settled
    #[arg(long)]
    open: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its reference
    id: DecisionId,
}

/// `A=Microwave link £80,000 £15,000/year`.
fn option(text: &str) -> Result<Choice, String> {
    let (label, rest) = text.split_once('=').ok_or("write it as LABEL=TITLE, then what it costs")?;
    let label: Title = label.parse().map_err(|error| format!("{error}"))?;
    let mut title: Vec<&str> = Vec::new();
    let (mut once, mut yearly): (Option<Pence>, Option<Pence>) = (None, None);
    for word in rest.split_whitespace() {
        if !word.starts_with('£') {
            title.push(word);
            continue;
        }
        let (sum, place) = match word.strip_suffix("/year") {
            Some(sum) => (sum, &mut yearly),
            None => (word, &mut once),
        };
        let sum = money::amount(sum)?;
        if place.replace(sum).is_some() {
            return Err(format!("`{word}` is a second sum of the same kind"));
        }
    }
    let title: Title = title.join(" ").parse().map_err(|error| format!("{error}"))?;
    let costs: Vec<CostLine> = money::cost(Some(&title), once, yearly);
    Ok(Choice { label, title, costs })
}

impl Run for DecisionCommand {
    fn doing(&self) -> &'static str {
        match self {
            DecisionCommand::Add(_) => "add the decision",
            DecisionCommand::Record(_) => "record the decision",
            DecisionCommand::List(_) => "list the decisions",
            DecisionCommand::Show(_) => "show the decision",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            DecisionCommand::Add(args) => add(args, door),
            DecisionCommand::Record(args) => record(args, door),
            DecisionCommand::List(args) => view::decisions(&door.ask()?, args.open),
            DecisionCommand::Show(args) => view::decision(&door.ask()?, &args.id),
        }
    }
}

fn add(args: AddArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let id = match args.id {
        Some(id) => id,
        None => next_free::decision(desk.history())?,
    };
    let organisations = resolve::organisations(desk.register(), &args.organisations)?;
    let mut change = Change::new(format!("Added {id}  {}", args.title)).of(&id).fact("for", &args.body);
    change = change.fact("needed by", args.needed_by);
    for choice in &args.options {
        let cost = money::in_words(&choice.costs).map_or_else(String::new, |cost| format!(" ({cost})"));
        change = change.fact("option", format!("{}: {}{cost}", choice.label, choice.title));
    }
    let change = change
        .maybe("recommended", args.recommend.as_ref())
        .note(format!("Next: portreeve action change REF --after {id} --reason \"…\" for what waits for it"));
    let raised = DecisionRaised {
        id,
        title: args.title,
        body: args.body,
        needed_by: args.needed_by,
        organisations,
        options: args.options,
        recommended: args.recommend,
        provenance: args.provenance,
    };
    let recorded = desk.record(vec![raised.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn record(args: RecordArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("decision", &args.id, &desk.register().decisions, "decision list")?;
    let chosen = held.event.options.iter().find(|choice| choice.label == args.outcome);
    let waiting = desk.register().actions.iter().filter(|(_, action)| action.after_decisions.contains(&args.id));
    let change = Change::new(format!("Recorded {}  {}", args.id, held.event.title))
        .of(&args.id)
        .maybe("outcome", chosen.map(|choice| format!("{}: {}", choice.label, choice.title)))
        .fact("on", args.on)
        .fact("minute", &args.minute)
        .list("waited for it", waiting.map(|(id, _)| id));
    let RecordArgs { id, outcome, on, minute } = args;
    let recorded = desk.record(vec![DecisionTaken { id, outcome, on, minute }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_holds_its_costs() {
        let choice = option("A=Microwave link £80,000 £15,000/year").unwrap();
        assert_eq!((choice.label.as_str(), choice.title.as_str()), ("A", "Microwave link"));
        assert_eq!(money::in_words(&choice.costs).unwrap(), "£80,000 and £15,000 a year");
        assert!(option("Do nothing").is_err());
        assert!(option("A=£80,000").is_err());
        assert!(option("A=Link £80k").is_err());
        assert!(option("A=Link £1 £2").is_err());
        assert!(option("0=Do nothing").unwrap().costs.is_empty());
    }
}
