//! `portreeve framework`: published sets of requirements, built in or brought in a file, and handed out again.

mod changes;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use portreeve_engine::{
    Brought, FrameworkFile, FromLibrary, Imported, Mode, built_in_frameworks, built_in_profiles_of,
    built_in_scheme_for, write_new,
};
use portreeve_model::reference::FrameworkId;
use portreeve_reporting::words::count;
use serde_json::json;

use super::Run;
use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve::adopt_scheme;
use crate::view;

/// Published sets of requirements
#[derive(Debug, Subcommand)]
pub(crate) enum FrameworkCommand {
    /// Adopt a framework that is built in
    Adopt(AdoptArgs),
    /// Adopt what a file holds: an OSCAL catalog or profile, a CISO Assistant library, WebCAF's framework
    Import(ImportArgs),
    /// List the frameworks that were adopted, and those that are built in
    List,
    /// Show one framework
    Show(ShowArgs),
    /// Write a framework to a new file, exactly as it was adopted, or the file it was made of
    Export(ExportArgs),
    /// What changed between two versions, and what to look at again in this register
    Changes(changes::ChangesArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// Its reference with the version, as psn-coco-1.32
    id: FrameworkId,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file, in JSON, YAML or XML
    file: PathBuf,
    /// The reference to adopt it under, with the version [default: one made of the file's own name for it]
    #[arg(long)]
    id: Option<FrameworkId>,
    /// A catalog that an OSCAL profile imports, where it does not lie beside the profile; may be repeated
    #[arg(long = "with", value_name = "FILE")]
    with: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its reference
    id: FrameworkId,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Its reference
    id: FrameworkId,
    /// The file it was made of, as it came, instead of the OSCAL catalog
    #[arg(long)]
    original: bool,
    /// The file to write [default: its reference, or the original's own name, in this folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Run for FrameworkCommand {
    fn doing(&self) -> &'static str {
        match self {
            FrameworkCommand::Adopt(_) => "adopt the framework",
            FrameworkCommand::Import(_) => "import the file",
            FrameworkCommand::List => "list the frameworks",
            FrameworkCommand::Show(_) => "show the framework",
            FrameworkCommand::Export(_) => "export the framework",
            FrameworkCommand::Changes(_) => "compare the versions",
        }
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        match self {
            FrameworkCommand::Adopt(args) => adopt(&args, door),
            FrameworkCommand::Import(args) => import(args, door),
            FrameworkCommand::List => view::frameworks(&door.ask()?),
            FrameworkCommand::Show(args) => view::framework(&door.ask()?, &args.id),
            FrameworkCommand::Changes(args) => changes::changes(&args, door),
            FrameworkCommand::Export(args) => export(args, door),
        }
    }
}

fn adopt(args: &AdoptArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let desk = door.write()?;
    let recorded = desk.session.adopt_framework(&desk.by, &args.id, desk.mode)?;
    let held = desk.register().frameworks.get(&args.id).map(|held| &held.event);
    let mut change = Change::new(format!("Adopted {}", args.id)).of(&args.id);
    if let Some(held) = held {
        change = change
            .fact("title", &held.title)
            .fact("version", &held.version)
            .fact("requirements", held.requirements.len())
            .fact("sha256", held.digest);
    }
    let scheme = built_in_scheme_for(&args.id);
    let next = adopt_scheme(scheme.as_ref().map_or("SCHEME", |scheme| scheme.as_str()));
    change = change.note(format!("Next: {next}"));
    let others: Vec<String> =
        built_in_profiles_of(&args.id).iter().skip(1).map(|profile| format!("--profile {profile}")).collect();
    if !others.is_empty() {
        change = change.note(format!("Or {}: ask which profile your assessment uses.", others.join(", ")));
    }
    if let Some(hint) = changes::hint(desk.register(), &args.id) {
        change = change.note(hint);
    }
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

fn import(args: ImportArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let desk = door.write()?;
    let asked = FrameworkFile { path: args.file, id: args.id, with: args.with };
    let Brought { imported, mappings, recorded } = desk.session.import_framework(&desk.by, &asked, desk.mode)?;
    let adopted: Vec<_> = imported.frameworks.iter().filter(|one| one.framework.is_some()).collect();
    let ids: Vec<&FrameworkId> = adopted.iter().map(|one| &one.id).collect();
    let demonstration = desk.register().is_demonstration();
    let Some(recorded) = recorded else { return Ok(nothing_to_adopt(&imported, demonstration)) };

    let mut change = match ids.as_slice() {
        [only] => Change::new(format!("Adopted {only} from {}", imported.format)).of(only),
        [] => Change::new(format!("Adopted {} from {}", count(mappings.len() as u64, "mapping"), imported.format)),
        several => Change::new(format!("Adopted {} frameworks from {}", several.len(), imported.format)),
    };
    for one in adopted {
        change = change
            .fact("framework", &one.id)
            .fact("title", &one.title)
            .fact("version", &one.version)
            .fact("requirements", one.framework.as_ref().map_or(0, |framework| framework.requirements.len()));
        if let Some(held) = desk.register().frameworks.get(&one.id) {
            change = change.fact("sha256", held.event.digest);
            change = change.maybe("original sha256", held.event.original.as_ref().map(|original| original.digest));
        }
    }
    for id in ids.iter().filter(|id| built_in_frameworks().contains(id)) {
        change = change.note(format!(
            "{id} is the name of a built-in framework too, and this is another one; mappings and playbooks mean the \
             built-in one. To keep them apart: undo this, and import it with --id."
        ));
    }
    for one in &mappings {
        change = change.fact("mapping", &one.mapping).fact("pairs", one.pairs);
        if one.left_out > 0 {
            let pairs = count(one.left_out as u64, "pair");
            change = change.note(format!("{pairs} of {} left out: an end is a heading, or not there.", one.mapping));
        }
    }
    for line in remarks(&imported, &mappings) {
        change = change.note(line);
    }
    if ids.is_empty() {
        return Ok(change.told(demonstration, &recorded));
    }
    let change = change.note(format!("Next: {}", adopt_scheme("SCHEME")));
    Ok(change.told(demonstration, &recorded))
}

/// What a reader should know of an import beside what was adopted.
fn remarks(imported: &Imported, adopted: &[FromLibrary]) -> Vec<String> {
    let mut lines = imported.notes.clone();
    for one in imported.frameworks.iter().filter(|one| one.framework.is_none()) {
        lines.push(format!("{} is not adopted: no piece of it is to be answered.", one.title));
    }
    let left = imported.mappings.iter().enumerate().filter(|(at, _)| adopted.iter().all(|one| one.at != *at));
    for (_, mapping) in left {
        let pairs = count(mapping.pairs as u64, "pair");
        lines.push(format!(
            "The mapping {} was read ({pairs}) and is not adopted: import the libraries of `{}` and `{}` first, then this \
             file again.",
            mapping.title, mapping.source, mapping.target
        ));
    }
    if !imported.held.is_empty() {
        lines.push(format!("Also there, and not adopted: {}.", counted(&imported.held)));
    }
    if !imported.unread.is_empty() {
        lines.push(format!("In the original alone: {}.", counted(&imported.unread)));
    }
    lines
}

fn counted(things: &[(String, usize)]) -> String {
    things.iter().map(|(what, count)| format!("{what} ({count})")).collect::<Vec<_>>().join(", ")
}

/// A file that is right and holds nothing a register adopts.
fn nothing_to_adopt(imported: &Imported, demonstration: bool) -> Outcome {
    let mut text =
        format!("{} holds no framework to adopt, so nothing was recorded ({}).\n", imported.title, imported.format);
    let lines = remarks(imported, &[]);
    for line in &lines {
        text.push_str(&format!("{line}\n"));
    }
    let object = json!({ "title": imported.title, "of": imported.format, "adopted": [], "notes": lines });
    Outcome::new(demonstration, "portreeve.import/1", text, object)
}

fn export(args: ExportArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mode = door.mode();
    let window = door.ask()?;
    let found = window.session.framework_bytes(&args.id, args.original)?;
    let path = args.out.unwrap_or_else(|| Path::new(&found.name).file_name().unwrap_or_default().into());
    let bytes = count(found.bytes.len() as u64, "byte");
    let (dry_run, said) = match mode {
        Mode::DryRun => (true, "Dry run: nothing was written. It would be"),
        Mode::Write => {
            write_new(&path, &found.bytes)?;
            (false, "Wrote")
        }
    };
    let text = format!("{said} {} to {}, {bytes}.", args.id, path.display());
    let object = json!({ "dry_run": dry_run, "framework": args.id, "file": path, "bytes": found.bytes.len() });
    Ok(Outcome::new(window.is_demonstration(), "portreeve.framework-export/1", text, object))
}
