//! `portreeve source`: tests, audits and reviews that raised findings.

use clap::{Args, Subcommand};
use portreeve_model::Day;
use portreeve_model::reference::{OrganisationId, SourceId};
use portreeve_model::register::finding::SourceAdded;
use portreeve_model::text::{Note, Title};
use portreeve_model::words::SourceKind;

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;
use crate::vocabulary::words;

/// Tests, audits and reviews that raised findings
#[derive(Debug, Subcommand)]
pub(crate) enum SourceCommand {
    /// Record a test, audit or review
    Add(AddArgs),
    /// List them
    List,
    /// Show one with its findings, in the report's own order
    Show(ShowArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Its reference, as ITHC-2018
    id: SourceId,
    /// Its title
    title: Title,
    /// What kind of work it was
    #[arg(long, value_name = "KIND", value_parser = words!(SourceKind))]
    kind: SourceKind,
    /// Who did it
    #[arg(long)]
    author: Title,
    /// The day of the report
    #[arg(long, value_name = "DATE")]
    on: Day,
    /// How many findings the report itself counts; each must then be accounted for
    #[arg(long, value_name = "N")]
    findings: Option<u32>,
    /// Whom it concerns [default: every organisation]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// Where this record comes from
    #[arg(long, value_name = "TEXT")]
    provenance: Option<Note>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its reference
    id: SourceId,
}

impl Run for SourceCommand {
    fn doing(&self) -> &'static str {
        match self {
            SourceCommand::Add(_) => "record the source",
            SourceCommand::List => "list the sources",
            SourceCommand::Show(_) => "show the source",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            SourceCommand::Add(args) => add(args, door),
            SourceCommand::List => view::sources(&door.ask()?),
            SourceCommand::Show(args) => view::source(&door.ask()?, &args.id),
        }
    }
}

fn add(args: AddArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let organisations = resolve::organisations(desk.register(), &args.organisations)?;
    let change = Change::new(format!("Added {}  {}", args.id, args.title))
        .of(&args.id)
        .fact("kind", args.kind)
        .fact("by", &args.author)
        .fact("on", args.on)
        .list("for", &organisations)
        .maybe("findings it counts", args.findings)
        .note(format!("Next: portreeve finding raise {} \"TITLE\" --severity WORD", args.id));
    let added = SourceAdded {
        id: args.id,
        title: args.title,
        source_kind: args.kind,
        author: args.author,
        on: args.on,
        organisations,
        findings_reported: args.findings,
        provenance: args.provenance,
    };
    let recorded = desk.record(vec![added.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
