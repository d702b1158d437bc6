//! The remediation playbooks that come with the program: what a piece of work typically resolves, and what evidence
//! closes it.

use std::collections::BTreeMap;

use portreeve_catalogue::{Catalogue, Playbook};
use portreeve_model::Register;
use portreeve_model::reference::PlaybookId;

use crate::error::EngineError;

/// Every built-in playbook, by its reference.
///
/// # Errors
/// When one of them is not right, which is a mistake in this program.
pub fn playbooks() -> Result<BTreeMap<PlaybookId, Playbook>, EngineError> {
    Catalogue::bundled_playbooks()
        .map_err(|problems| EngineError::Catalogue { what: "the built-in playbooks".to_owned(), problems })
}

/// The playbooks that actions of the register follow. One that only a newer version of this program knows is not there.
///
/// # Errors
/// When one of them is not right, which is a mistake in this program.
pub fn followed(register: &Register) -> Result<BTreeMap<PlaybookId, Playbook>, EngineError> {
    let wanted: Vec<&PlaybookId> = register.actions.values().filter_map(|action| action.playbook.as_ref()).collect();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut all = playbooks()?;
    all.retain(|id, _| wanted.contains(&id));
    Ok(all)
}
