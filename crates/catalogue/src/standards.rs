//! What a register is judged by, read from the adopted files together: a scheme and the framework it judges. Everybody
//! who judges, the register itself or a reader of a pack, reads them here, so that the same files mean the same rules.

use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::{Framework, Scheme};

use crate::oscal::read_framework;
use crate::problem::Problems;
use crate::scheme::read_scheme;

/// The bytes of the adopted files.
#[derive(Clone, Copy, Debug)]
pub struct AdoptedFiles<'a> {
    /// The framework's OSCAL catalog under its reference; none when the scheme judges no requirements.
    pub framework: Option<(&'a FrameworkId, &'a [u8])>,
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
    let framework = match files.framework {
        Some((id, bytes)) => Some(read_framework(id.clone(), bytes)?),
        None => None,
    };
    let scheme = read_scheme(files.scheme, framework.as_ref())?;
    let framework = framework.unwrap_or_else(|| Framework::of_no_requirements(&scheme));
    Ok(Standards { framework, scheme })
}
