//! `portreeve requirement`: what an assessor asks for, and what each organisation says about it.

mod assess;
mod check;
mod sheet;

use clap::{Args, Subcommand};
use portreeve_model::reference::{FrameworkId, OrganisationId};
use portreeve_model::register::requirement::{ExclusionChecked, ExclusionProposed, RequirementStated};
use portreeve_model::text::Note;

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;

/// What an assessor asks for
#[derive(Debug, Subcommand)]
pub(crate) enum RequirementCommand {
    /// List requirements and which are ready
    List(ListArgs),
    /// Show one: what it asks, what stands in the way, what it rests on
    Show(ShowArgs),
    /// State how a requirement is met
    State(StateArgs),
    /// Write a framework's indicators to a sheet, to be answered in a spreadsheet
    Sheet(sheet::SheetArgs),
    /// Answer the indicators of a requirement that is graded by them, or of all of them from a sheet
    Assess(assess::AssessArgs),
    /// Propose that a requirement does not apply
    Exclude(ExcludeArgs),
    /// Agree, or not, that a requirement does not apply or with the answers to its indicators
    Check(check::CheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those that are not ready
    #[arg(long)]
    open: bool,
    /// Every requirement of this framework, whether or not a scheme judges it
    #[arg(long, value_name = "ID", conflicts_with_all = ["open", "scheme", "organisations"])]
    framework: Option<FrameworkId>,
    #[command(flatten)]
    about: super::readiness::About,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its number, as PSN-BND-FW, or in full, as psn-coco-1.32:PSN-BND-FW
    #[arg(value_name = "REF")]
    id: String,
    #[command(flatten)]
    about: super::readiness::About,
}

#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    /// The requirement
    #[arg(value_name = "REF")]
    id: String,
    /// How it is met
    #[arg(long, value_name = "TEXT")]
    statement: Note,
    /// For whom [default: every organisation]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
}

#[derive(Debug, Args)]
pub(crate) struct ExcludeArgs {
    /// The requirement
    #[arg(value_name = "REF")]
    id: String,
    /// Why it does not apply
    #[arg(long)]
    reason: Note,
    /// For whom [default: every organisation]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
}

impl Run for RequirementCommand {
    fn doing(&self) -> &'static str {
        match self {
            RequirementCommand::List(_) => "list the requirements",
            RequirementCommand::Show(_) => "show the requirement",
            RequirementCommand::State(_) => "state how the requirement is met",
            RequirementCommand::Sheet(_) => "write the sheet",
            RequirementCommand::Assess(_) => "answer the indicators",
            RequirementCommand::Exclude(_) => "propose that the requirement does not apply",
            RequirementCommand::Check(_) => "check the requirement",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            RequirementCommand::List(args) => {
                let window = door.ask()?;
                if let Some(framework) = &args.framework {
                    return view::framework_requirements(&window, framework);
                }
                let asked = args.about.ask(&window)?;
                view::requirements(&window, &asked, args.open)
            }
            RequirementCommand::Show(args) => {
                let window = door.ask()?;
                let id = resolve::requirement(window.register(), &args.id)?;
                view::requirement(&window, &args.about.everywhere(&window, &id.framework)?, &id)
            }
            RequirementCommand::State(args) => state(args, door),
            RequirementCommand::Sheet(args) => sheet::write(&args, door),
            RequirementCommand::Assess(args) => assess::assess(args, door),
            RequirementCommand::Exclude(args) => exclude(args, door),
            RequirementCommand::Check(args) => check::check(args, door),
        }
    }
}

fn state(args: StateArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let requirement = resolve::requirement(desk.register(), &args.id)?;
    let organisations = resolve::organisations(desk.register(), &args.organisations)?;
    let change = Change::new(format!("Stated how {requirement} is met"))
        .of(&requirement)
        .list("for", &organisations)
        .fact("statement", &args.statement);
    let event = RequirementStated { requirement, organisations, statement: args.statement };
    let recorded = desk.record(vec![event.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn exclude(args: ExcludeArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let requirement = resolve::requirement(desk.register(), &args.id)?;
    let organisations = resolve::organisations(desk.register(), &args.organisations)?;
    let change = Change::new(format!("Proposed that {requirement} does not apply"))
        .of(&requirement)
        .list("for", &organisations)
        .fact("reason", &args.reason);
    let check = ExclusionChecked {
        requirement: requirement.clone(),
        organisations: organisations.clone(),
        accepted: true,
        note: None,
    };
    let event = ExclusionProposed { requirement, organisations, reason: args.reason };
    let recorded = desk.record(vec![event.into()])?;
    let check = desk.hint_of_check(check);
    let change = change.note(format!("It counts as not ready until somebody else agrees: {check}"));
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
