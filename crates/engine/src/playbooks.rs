//! The remediation playbooks that come with the program: what a piece of work typically resolves, and what evidence
//! closes it.

use portreeve_catalogue::{Catalogue, Playbook};

use crate::error::EngineError;

/// Every built-in playbook, by its reference.
///
/// # Errors
/// When one of them is not right, which is a mistake in this program.
pub fn playbooks() -> Result<Vec<Playbook>, EngineError> {
    let catalogue = Catalogue::bundled();
    let catalogue =
        catalogue.map_err(|problems| EngineError::Catalogue { what: "the built-in catalogue".to_owned(), problems })?;
    Ok(catalogue.playbooks.into_values().collect())
}
