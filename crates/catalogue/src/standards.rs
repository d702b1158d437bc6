//! What a register is judged by, read from the adopted files together: a scheme and the framework it judges. Everybody
//! who judges, the register itself or a reader of a pack, reads them here, so that the same files mean the same rules.

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::{Framework, Scheme};

use crate::oscal::{read_framework, resolve_profile};
use crate::problem::{Problem, Problems};
use crate::scheme::{check_targets, read_scheme};

/// The bytes of the adopted files.
#[derive(Clone, Copy, Debug)]
pub struct AdoptedFiles<'a> {
    /// The framework's OSCAL catalog under its reference; none when the scheme judges no requirements.
    pub framework: Option<(&'a FrameworkId, &'a [u8])>,
    /// The OSCAL profile that tailors the framework, if one was chosen.
    pub profile: Option<&'a [u8]>,
    /// The scheme.
    pub scheme: &'a [u8],
}

/// What is judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standards {
    /// The framework; one without requirements where the scheme judges none.
    pub framework: Framework,
    /// The scheme.
    pub scheme: Scheme,
}

/// Reads what is judged by.
///
/// # Errors
/// All problems of the first file that has any.
pub fn read_standards(files: AdoptedFiles<'_>) -> Result<Standards, Problems> {
    let whole = files.framework.map(|(id, catalog)| read_framework(id.clone(), catalog)).transpose()?;
    // A scheme speaks of the whole framework; a profile may ask for less of it.
    let scheme = read_scheme(files.scheme, whole.as_ref())?;
    let framework = match (whole, files.framework, files.profile) {
        (Some(whole), Some((_, catalog)), Some(profile)) => {
            let tailored = tailor(whole, catalog, profile)?;
            check_targets(&scheme, &tailored)?;
            Some(tailored)
        }
        (None, _, Some(_)) => {
            let what = "the scheme judges no requirements";
            return Err(Problems::one(Problem::new("/framework", what, "leave the profile out")));
        }
        (whole, ..) => whole,
    };
    let framework = framework.unwrap_or_else(|| Framework::of_no_requirements(&scheme));
    Ok(Standards { framework, scheme })
}

/// A framework, read from `catalog`, as a profile tailors it: which requirements are asked for, and how far each is to be
/// met. Whatever the profile says it imports, it tailors the framework that was adopted, whose title and version stay.
///
/// # Errors
/// All problems of the profile; it asks for requirements that the framework does not have.
pub fn tailor(whole: Framework, catalog: &[u8], profile: &[u8]) -> Result<Framework, Problems> {
    let resolved = resolve_profile(profile, &mut |_| Some(catalog.to_vec()))?;
    if let Some(note) = resolved.notes.into_iter().next() {
        return Err(Problems::one(note));
    }
    let tailored = read_framework(whole.id.clone(), &resolved.catalog)?;
    let (profile, requirements) = (Some(tailored.title), tailored.requirements);
    Ok(Framework { profile, requirements, ..whole })
}
