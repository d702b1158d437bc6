//! Reads a scheme and holds it against its framework: every requirement it names exists, every rule can be met, and
//! nothing in it is silently passed over. It must never add a rule of its own.

mod draft;
mod grading;
mod validate;

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::{Framework, Scheme};

use crate::fields::Fields;
use crate::json;
use crate::problem::{Gathered, Problems};
use draft::Draft;

/// Most gates, and most pack items. A person reads them one by one; the largest known scheme has ten.
pub const GATES_MAX: usize = 100;

/// Most fields of an application form. The CoCo has ten.
pub const PARTICULARS_MAX: usize = 200;

/// Most rules of evidence for one requirement. One or two is usual; twenty would ask for every kind there is.
pub const EVIDENCE_RULES_MAX: usize = 20;

/// Longest time limit in months: ten years. Nothing in public-sector security stays true for longer without a new look.
pub const MONTHS_MAX: u8 = 120;

/// Longest time limit in days: the same ten years.
pub const DAYS_MAX: u16 = 3653;

/// Most grades, and most rules that give one. The NCSC's framework has three of each.
pub const GRADES_MAX: usize = 20;

/// Longest warning before an action is due: a year.
pub const AT_RISK_DAYS_MAX: u16 = 366;

/// Reads a scheme from its bytes and validates it against the framework whose requirements it judges, tailored by the
/// profile it will be judged with; `None` for a scheme that judges none.
///
/// # Errors
/// All problems of the file, each with its place and a remedy.
pub fn read_scheme(bytes: &[u8], framework: Option<&Framework>) -> Result<Scheme, Problems> {
    let value = json::parse(bytes)?;
    let mut problems = Gathered::default();
    let draft = Draft::read(value, &mut problems);
    let scheme = draft.and_then(|draft| draft.validate(framework, &mut problems));
    problems.verdict(scheme)
}

/// Holds a framework that a profile has tailored against the grades of a scheme.
///
/// # Errors
/// The profile wants a grade that the scheme does not have.
pub(crate) fn check_targets(scheme: &Scheme, tailored: &Framework) -> Result<(), Problems> {
    let mut problems = Gathered::default();
    grading::check(&scheme.grading, Some(tailored), &mut problems);
    problems.verdict(Some(()))
}

/// The framework that a scheme's file names, so that it can be found before the scheme is read; `None` when the scheme
/// judges no requirements.
///
/// # Errors
/// The file is not JSON, or what it names is no framework's reference.
pub fn framework_named(bytes: &[u8]) -> Result<Option<FrameworkId>, Problems> {
    let value = json::parse(bytes)?;
    let mut problems = Gathered::default();
    let named = Fields::of(value, "", &mut problems)
        .map(|mut fields| fields.may("framework", "name the framework, as in `psn-coco-1.32`", &mut problems));
    problems.verdict(named)
}
