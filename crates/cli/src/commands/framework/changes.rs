//! `portreeve framework changes`: what changed from one version to the next, and what this register holds under the old
//! one. It moves nothing.

use clap::Args;
use portreeve_model::Register;
use portreeve_model::reference::{FrameworkId, MappingId, RequirementNumber};
use portreeve_reporting::mapping::{ChangeSheet, changes_json, changes_text};

use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;

#[derive(Debug, Args)]
pub(crate) struct ChangesArgs {
    /// The old version, as caf-3.2
    old: String,
    /// The new version, as caf-4.0
    new: String,
    /// The mapping that says what became of what [default: the only one between the two; without any, number and title]
    #[arg(long, value_name = "ID")]
    mapping: Option<MappingId>,
    /// Only this requirement, every changed indicator word for word (the JSON answer holds all in any case)
    #[arg(long, value_name = "NUMBER")]
    requirement: Option<RequirementNumber>,
}

pub(super) fn changes(args: &ChangesArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let register = window.register();
    let (old, new) = (resolve::framework(register, &args.old)?, resolve::framework(register, &args.new)?);
    if args.mapping.is_none() && name(&old) != name(&new) {
        return Err(Failure::usage(format!("`{old}` and `{new}` do not look like versions of one framework"))
            .help(format!("what leads from the one to the other: `portreeve mapping carry --from {old} --to {new}`"))
            .help("if they are versions all the same, name the mapping between them with `--mapping`"));
    }
    let answer = window.session.versions(register, &old, &new, args.mapping.as_ref())?;
    let only = args.requirement.as_ref();
    if let Some(only) = only
        && answer.old.requirement(only).or_else(|| answer.new.requirement(only)).is_none()
    {
        let known = answer.old.requirements.iter().chain(&answer.new.requirements).map(|asked| &asked.number);
        return Err(resolve::unknown("requirement", only.as_str(), known, "framework changes OLD NEW"));
    }
    let sheet = ChangeSheet {
        old: &answer.old,
        new: &answer.new,
        mapping: answer.known.as_ref().map(|known| (&known.mapping, known.adopted)),
        changes: &answer.changes,
        reviews: &answer.reviews,
        only,
    };
    let text = changes_text(&sheet, view::page());
    let object = changes_json(&sheet, window.is_demonstration());
    Ok(Outcome::new(window.is_demonstration(), "portreeve.framework-changes/1", text, object))
}

/// What to look at after another version of an adopted framework has been adopted.
pub(super) fn hint(register: &Register, adopted: &FrameworkId) -> Option<String> {
    let others = register.frameworks.iter().filter(|(id, _)| *id != adopted && name(id) == name(adopted));
    let (latest, _) = others.max_by_key(|(_, held)| held.adopted.entry)?;
    Some(format!("What changed, and what to look at again: portreeve framework changes {latest} {adopted}"))
}

/// A framework's name without its version: all but the last part of `caf-3.2`.
fn name(id: &FrameworkId) -> &str {
    id.as_str().rsplit_once('-').map_or(id.as_str(), |(name, _)| name)
}
