//! `portreeve certificate`: what was granted in the end, and what was taken away.

use clap::{Args, Subcommand};
use portreeve_model::Day;
use portreeve_model::reference::{CertificateId, OrganisationId, SchemeId};
use portreeve_model::register::outcome::{CertificateIssued, CertificateWithdrawn};
use portreeve_model::text::{Note, Title};

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::next_free;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;

/// Certificates granted and taken away
#[derive(Debug, Subcommand)]
pub(crate) enum CertificateCommand {
    /// Record a certificate that was granted
    Add(AddArgs),
    /// Record that a certificate was taken away
    Withdraw(WithdrawArgs),
    /// List certificates
    List,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Who granted it
    #[arg(long)]
    issuer: Title,
    /// Its first day
    #[arg(long, value_name = "DATE")]
    from: Day,
    /// Its last day
    #[arg(long, value_name = "DATE")]
    until: Day,
    /// The scheme [default: the only one]
    #[arg(long)]
    scheme: Option<SchemeId>,
    /// Who holds it [default: everybody who goes for the scheme]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// Where this record comes from
    #[arg(long, value_name = "TEXT")]
    provenance: Option<Note>,
    /// Its reference [default: CERT and the year]
    #[arg(long)]
    id: Option<CertificateId>,
}

#[derive(Debug, Args)]
pub(crate) struct WithdrawArgs {
    /// The certificate
    id: CertificateId,
    /// When
    #[arg(long, value_name = "DATE")]
    on: Day,
    /// Why
    #[arg(long)]
    reason: Note,
}

impl Run for CertificateCommand {
    fn doing(&self) -> &'static str {
        match self {
            CertificateCommand::Add(_) => "record the certificate",
            CertificateCommand::Withdraw(_) => "record that the certificate was withdrawn",
            CertificateCommand::List => "list the certificates",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            CertificateCommand::Add(args) => add(args, door),
            CertificateCommand::Withdraw(args) => withdraw(args, door),
            CertificateCommand::List => view::certificates(&door.ask()?),
        }
    }
}

fn add(args: AddArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let register = desk.register();
    let scheme = resolve::scheme(register, args.scheme.as_ref())?;
    let going = register.schemes.get(&scheme).map(|held| held.event.organisations.clone()).unwrap_or_default();
    let organisations =
        if args.organisations.is_empty() { going } else { resolve::organisations(register, &args.organisations)? };
    let year: String = args.from.iso().chars().take(4).collect();
    let id = match args.id {
        Some(id) => id,
        None => next_free::certificate(desk.history(), &year)?,
    };
    let change = Change::new(format!("Recorded the certificate {id}"))
        .of(&id)
        .fact("scheme", &scheme)
        .list("for", &organisations)
        .fact("issuer", &args.issuer)
        .fact("from", args.from)
        .fact("until", args.until);
    let event = CertificateIssued {
        id,
        scheme,
        organisations,
        issuer: args.issuer,
        from: args.from,
        until: args.until,
        provenance: args.provenance,
    };
    let recorded = desk.record(vec![event.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn withdraw(args: WithdrawArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let change = Change::new(format!("Recorded that {} was withdrawn", args.id))
        .of(&args.id)
        .fact("on", args.on)
        .fact("reason", &args.reason);
    let WithdrawArgs { id, on, reason } = args;
    let recorded = desk.record(vec![CertificateWithdrawn { id, on, reason }.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
