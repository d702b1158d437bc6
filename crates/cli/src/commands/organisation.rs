//! `portreeve organisation`: councils and other bodies, their application forms and signatures.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use portreeve_model::Day;
use portreeve_model::reference::{EvidenceId, OrganisationId, PersonId, SchemeId};
use portreeve_model::register::adoption::{CommitmentSigned, ParticularsStated};
use portreeve_model::register::people::OrganisationAdded;
use portreeve_model::text::{Note, Title};

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::near::nearest;
use crate::outcome::Outcome;
use crate::resolve::{self, did_you_mean};
use crate::view;

/// Councils and other bodies, their application forms and signatures
#[derive(Debug, Subcommand)]
pub(crate) enum OrganisationCommand {
    /// Let an organisation join
    Add(AddArgs),
    /// List organisations
    List,
    /// Fill in the application form; without fields, show it
    Form(FormArgs),
    /// Record that a senior officer has signed
    Sign(SignArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Its reference, as EHC
    id: OrganisationId,
    /// Its full name
    name: Title,
}

#[derive(Debug, Args)]
pub(crate) struct FormArgs {
    /// The organisation
    organisation: OrganisationId,
    /// What the form asks, as users=420; a field stated again replaces the earlier answer
    #[arg(value_name = "FIELD=VALUE", value_parser = field)]
    fields: Vec<(String, Note)>,
    /// The scheme [default: the only one]
    #[arg(long)]
    scheme: Option<SchemeId>,
}

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The organisation
    organisation: OrganisationId,
    /// Who signed; they need the role signatory
    #[arg(long, value_name = "PERSON")]
    signatory: PersonId,
    /// When
    #[arg(long, value_name = "DATE")]
    on: Day,
    /// The signed form, when somebody else records the signature
    #[arg(long, value_name = "EVIDENCE")]
    form: Option<EvidenceId>,
    /// The scheme [default: the only one]
    #[arg(long)]
    scheme: Option<SchemeId>,
}

fn field(text: &str) -> Result<(String, Note), String> {
    let (name, value) = text.split_once('=').ok_or("write it as FIELD=VALUE")?;
    Ok((name.trim().to_owned(), value.parse().map_err(|error| format!("{error}"))?))
}

impl Run for OrganisationCommand {
    fn doing(&self) -> &'static str {
        match self {
            OrganisationCommand::Add(_) => "add the organisation",
            OrganisationCommand::List => "list the organisations",
            OrganisationCommand::Form(args) if args.fields.is_empty() => "show the application form",
            OrganisationCommand::Form(_) => "fill in the application form",
            OrganisationCommand::Sign(_) => "record the signature",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            OrganisationCommand::Add(args) => add(args, door),
            OrganisationCommand::List => view::organisations(&door.ask()?),
            OrganisationCommand::Form(args) if args.fields.is_empty() => show_form(&args, door),
            OrganisationCommand::Form(args) => form(args, door),
            OrganisationCommand::Sign(args) => sign(args, door),
        }
    }
}

fn add(args: AddArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let change = Change::new(format!("Added {}  {}", args.id, args.name)).of(&args.id);
    let recorded = desk.record(vec![OrganisationAdded { id: args.id, name: args.name }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn show_form(args: &FormArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let scheme = resolve::scheme(window.register(), args.scheme.as_ref())?;
    resolve::held("organisation", &args.organisation, &window.register().organisations, "organisation list")?;
    let standards = window.session.standards(window.register(), &scheme)?;
    Ok(view::form(&window, &standards.scheme, &args.organisation))
}

fn form(args: FormArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let scheme = resolve::scheme(desk.register(), args.scheme.as_ref())?;
    resolve::held("organisation", &args.organisation, &desk.register().organisations, "organisation list")?;
    let asked = desk.session.standards(desk.register(), &scheme)?.scheme.particulars;
    for (name, _) in &args.fields {
        if !asked.iter().any(|field| &field.id == name) {
            let known: Vec<&str> = asked.iter().map(|field| field.id.as_str()).collect();
            let near = nearest(name, &known);
            let failure = Failure::usage(format!("the form of `{scheme}` has no field `{name}`"));
            let failure = if near.is_empty() { failure } else { failure.help(did_you_mean(&near)) };
            return Err(failure.help(format!("its fields: {}", known.join(", "))));
        }
    }
    let held = desk.register().schemes.get(&scheme).and_then(|held| held.particulars.get(&args.organisation));
    let filled =
        |id: &str| held.is_some_and(|form| form.contains_key(id)) || args.fields.iter().any(|(name, _)| name == id);
    let left: Vec<String> = asked.iter().filter(|field| !filled(&field.id)).map(|field| field.id.clone()).collect();
    let names: Vec<&str> = args.fields.iter().map(|(name, _)| name.as_str()).collect();
    let mut change = Change::new(format!("Filled in the form of {}: {}", args.organisation, names.join(", ")))
        .of(&args.organisation)
        .list("still empty", left);
    if args.fields.len() == 1 {
        change = change.maybe("answer", args.fields.first().map(|(_, value)| value.clone()));
    }
    let fields: BTreeMap<String, Note> = args.fields.into_iter().collect();
    let recorded = desk.record(vec![ParticularsStated { scheme, organisation: args.organisation, fields }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn sign(args: SignArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let scheme = resolve::scheme(desk.register(), args.scheme.as_ref())?;
    resolve::held("organisation", &args.organisation, &desk.register().organisations, "organisation list")?;
    let change = Change::new(format!("{} signed for {}", args.signatory, args.organisation))
        .of(&args.organisation)
        .fact("scheme", &scheme)
        .fact("on", args.on)
        .maybe("form", args.form.as_ref());
    let SignArgs { organisation, signatory, on, form, .. } = args;
    let recorded = desk.record(vec![CommitmentSigned { scheme, organisation, signatory, on, form }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
