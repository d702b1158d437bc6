//! `portreeve person`: people and their roles.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use portreeve_model::Day;
use portreeve_model::reference::PersonId;
use portreeve_model::register::people::{PersonAdded, PersonLeft, RolesChanged};
use portreeve_model::text::{Note, Title};
use portreeve_model::words::Role;

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;
use crate::vocabulary::words;

/// People and their roles
#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    /// Let a person join, by role name rather than by their own
    Add(AddArgs),
    /// Give a person further roles, or replace those they hold
    Roles(RolesArgs),
    /// Record that a person has left: they may write nothing more
    Left(LeftArgs),
    /// List people and their roles
    List,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Their reference, as network-officer
    id: PersonId,
    /// A role, several times for several
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = words!(Role))]
    roles: Vec<Role>,
    /// What a page calls them [default: from the reference]
    #[arg(long)]
    title: Option<Title>,
}

#[derive(Debug, Args)]
pub(crate) struct RolesArgs {
    /// Who
    id: PersonId,
    /// A role besides those they hold already, several times for several
    #[arg(long = "add", value_name = "ROLE", value_parser = words!(Role))]
    added: Vec<Role>,
    /// A role in place of those they hold, several times for all they hold from now on
    #[arg(long = "role", value_name = "ROLE", required_unless_present = "added", conflicts_with = "added")]
    #[arg(value_parser = words!(Role))]
    roles: Vec<Role>,
    /// Why
    #[arg(long)]
    reason: Note,
}

#[derive(Debug, Args)]
pub(crate) struct LeftArgs {
    /// Who
    id: PersonId,
    /// Their last day
    #[arg(long, value_name = "DATE")]
    on: Day,
}

impl Run for PersonCommand {
    fn doing(&self) -> &'static str {
        match self {
            PersonCommand::Add(_) => "add the person",
            PersonCommand::Roles(_) => "change the person's roles",
            PersonCommand::Left(_) => "record that the person has left",
            PersonCommand::List => "list the people",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            PersonCommand::Add(args) => add(args, door),
            PersonCommand::Roles(args) => roles(args, door),
            PersonCommand::Left(args) => left(args, door),
            PersonCommand::List => view::people(&door.ask()?),
        }
    }
}

fn add(args: AddArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let title = match args.title {
        Some(title) => title,
        None => words_of(&args.id)?,
    };
    let roles: BTreeSet<Role> = args.roles.into_iter().collect();
    let mut desk = door.write()?;
    let change = Change::new(format!("Added {}  {title}", args.id)).of(&args.id).list("roles", roles.iter().copied());
    let recorded = desk.record(vec![PersonAdded { id: args.id, title, roles }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn roles(args: RolesArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("person", &args.id, &desk.register().people, "person list")?;
    let kept = if args.roles.is_empty() { held.roles.clone() } else { BTreeSet::new() };
    let roles: BTreeSet<Role> = kept.into_iter().chain(args.roles).chain(args.added).collect();
    let change = Change::new(format!("Changed the roles of {}", args.id))
        .of(&args.id)
        .list("roles", roles.iter().copied())
        .fact("reason", &args.reason);
    let recorded = desk.record(vec![RolesChanged { id: args.id, roles, reason: args.reason }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn left(args: LeftArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let owned = desk.register().actions.iter().filter(|(_, action)| action.owner == args.id && action.is_open());
    let owned: Vec<String> = owned.map(|(id, _)| id.to_string()).collect();
    let mut change = Change::new(format!("{} left", args.id)).of(&args.id).fact("last day", args.on);
    if !owned.is_empty() {
        change = change.note(format!("These actions are still theirs: {}", owned.join(", ")));
        change = change.note("Give each another owner: portreeve action change REF --owner PERSON --reason \"…\"");
    }
    let recorded = desk.record(vec![PersonLeft { id: args.id, on: args.on }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

/// `network-officer` becomes "Network officer".
pub(super) fn words_of(id: &PersonId) -> Result<Title, Failure> {
    let spaced = id.as_str().replace(['-', '.'], " ");
    let mut letters = spaced.chars();
    let words: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    words.parse().map_err(|error| Failure::usage(format!("{error}")).help("give a title with `--title`"))
}
