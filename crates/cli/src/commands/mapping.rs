//! `portreeve mapping`: how requirements of one framework have to do with those of another, and evidence carried along
//! it to be judged again. Carrying and judging are in `mapping/carrying.rs`.

mod carrying;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use portreeve_engine::MappingNamed;
use portreeve_model::mapping::Mapping;
use portreeve_model::reference::{FrameworkId, MappingId};
use portreeve_reporting::mapping::{mapping_json, mapping_text, mappings};

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::rule_file::file;
use crate::view;

/// How requirements of one framework have to do with those of another
#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// List the mappings, built in and adopted
    List,
    /// Show one pair by pair: what it says, what that rests on, how sure it is
    Show(ShowArgs),
    /// Adopt a built-in mapping; both of its frameworks must be adopted
    Adopt(ShowArgs),
    /// Adopt an OSCAL mapping collection of your own or anybody's
    Import(ImportArgs),
    /// Propose which evidence to judge again for another framework, and list the gaps; accept proposals one by one
    #[command(after_help = carrying::EXAMPLE)]
    Carry(carrying::CarryArgs),
    /// Say whether evidence that somebody else carried shows what the requirement asks
    Judge(carrying::JudgeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its reference, as psn-coco-1.32-to-caf-3.2
    id: MappingId,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// An OSCAL mapping collection in JSON
    file: PathBuf,
    /// The mapping's reference [default: the one in the file, else FROM-to-TO]
    #[arg(long, value_name = "ID")]
    id: Option<MappingId>,
    /// The framework it leads from, where the file does not say under which reference it was adopted
    #[arg(long, value_name = "ID")]
    from: Option<FrameworkId>,
    /// The framework it leads to, likewise
    #[arg(long, value_name = "ID")]
    to: Option<FrameworkId>,
}

impl Run for MappingCommand {
    fn doing(&self) -> &'static str {
        match self {
            MappingCommand::List => "list the mappings",
            MappingCommand::Show(_) => "show the mapping",
            MappingCommand::Adopt(_) | MappingCommand::Import(_) => "adopt the mapping",
            MappingCommand::Carry(_) => "carry the evidence",
            MappingCommand::Judge(_) => "judge the evidence",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            MappingCommand::List => list(door),
            MappingCommand::Show(args) => show(&args, door),
            MappingCommand::Adopt(args) => {
                adopt(door, &MappingNamed { id: Some(args.id), ..MappingNamed::default() }, None)
            }
            MappingCommand::Import(args) => {
                let bytes = file(&args.file)?;
                adopt(door, &MappingNamed { id: args.id, source: args.from, target: args.to }, Some(bytes))
            }
            MappingCommand::Carry(args) => carrying::carry(args, door),
            MappingCommand::Judge(args) => carrying::judge(args, door),
        }
    }
}

fn list(door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let known = window.session.mappings(window.register())?;
    let table = mappings(known.iter().map(|known| (&known.mapping, known.adopted)));
    view::listed(&window, "portreeve.mappings/1", &table)
}

fn show(args: &ShowArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let known = window.session.mapping(window.register(), &args.id)?;
    let text = mapping_text(&known.mapping, known.adopted, view::page());
    let object = mapping_json(&known.mapping, known.adopted);
    Ok(Outcome::new(window.is_demonstration(), "portreeve.mapping/1", text, object))
}

fn adopt(door: &mut Door, named: &MappingNamed, bytes: Option<Vec<u8>>) -> Result<Outcome, Failure> {
    let desk = door.write()?;
    let (mapping, recorded) = desk.session.adopt_mapping(&desk.by, named, bytes, desk.mode)?;
    let Mapping { id, title, source, target, date, confidence, .. } = &mapping;
    let change = Change::new(format!("Adopted the mapping {id}"))
        .of(id)
        .fact("title", title)
        .fact("from", source)
        .fact("to", target)
        .fact("as of", date)
        .maybe("confidence", confidence.as_ref())
        .fact("pairs", mapping.leading().count())
        .note(format!("Next: portreeve mapping carry --from {source} --to {target}"));
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
