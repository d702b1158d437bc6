//! Frameworks, schemes, mappings and playbooks together, each validated against the others. It must never hold one that was not.

use std::collections::BTreeMap;

use portreeve_model::mapping::Mapping;
use portreeve_model::reference::{FrameworkId, MappingId, SchemeId};
use portreeve_model::standards::{Framework, Scheme};

use crate::mapping::{self, Named};
use crate::playbook::{Playbook, PlaybookId};
use crate::problem::{Problem, Problems};
use crate::{bundled, oscal, playbook, scheme};

/// What a register can be judged by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Frameworks by reference.
    pub frameworks: BTreeMap<FrameworkId, Framework>,
    /// Schemes by reference.
    pub schemes: BTreeMap<SchemeId, Scheme>,
    /// Mappings by reference.
    pub mappings: BTreeMap<MappingId, Mapping>,
    /// Playbooks by name.
    pub playbooks: BTreeMap<PlaybookId, Playbook>,
}

impl Catalogue {
    /// Everything that is built in.
    ///
    /// # Errors
    /// A built-in file does not hold together; the tests of this crate see to it that it does.
    pub fn bundled() -> Result<Catalogue, Problems> {
        let mut catalogue = Catalogue::default();
        for id in bundled::framework_ids() {
            let file = format!("{id}/catalog.json");
            let bytes = bundled::framework_file(id.as_str()).unwrap_or_default();
            catalogue.add_framework(id, &bytes).map_err(|problems| problems.in_file(&file))?;
        }
        for id in bundled::scheme_ids() {
            let bytes = bundled::scheme_file(id.as_str()).unwrap_or_default();
            catalogue.add_scheme(&bytes).map_err(|problems| problems.in_file(&format!("schemes/{id}.json")))?;
        }
        for id in bundled::mapping_ids() {
            let bytes = bundled::mapping_file(id.as_str()).unwrap_or_default();
            let named = Named::default();
            catalogue
                .add_mapping(&named, &bytes)
                .map_err(|problems| problems.in_file(&format!("mappings/{id}.json")))?;
        }
        for (id, bytes) in bundled::playbook_files() {
            catalogue.add_playbook(&bytes).map_err(|problems| problems.in_file(&format!("playbooks/{id}.json")))?;
        }
        Ok(catalogue)
    }

    /// Reads a framework and adds it, in place of one with the same reference.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn add_framework(&mut self, id: FrameworkId, bytes: &[u8]) -> Result<(), Problems> {
        let framework = oscal::read_framework(id, bytes)?;
        self.frameworks.insert(framework.id.clone(), framework);
        Ok(())
    }

    /// Reads a scheme, validates it against its framework, and adds it in place of one with the same reference.
    ///
    /// # Errors
    /// All problems of the file; its framework is not in the catalogue.
    pub fn add_scheme(&mut self, bytes: &[u8]) -> Result<(), Problems> {
        let named = scheme::framework_named(bytes)?;
        let Some(framework) = self.frameworks.get(&named) else {
            let what = format!("no framework `{named}` is known here");
            return Err(Problems::one(Problem::new("/framework", what, "adopt the framework first")));
        };
        let scheme = scheme::read_scheme(bytes, framework)?;
        self.schemes.insert(scheme.id.clone(), scheme);
        Ok(())
    }

    /// Reads a mapping, validates it against the frameworks, and adds it in place of one with the same reference.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn add_mapping(&mut self, named: &Named, bytes: &[u8]) -> Result<(), Problems> {
        let mapping = mapping::read_mapping(named, bytes, &self.frameworks)?;
        self.mappings.insert(mapping.id.clone(), mapping);
        Ok(())
    }

    /// Reads a playbook, validates it against the frameworks, and adds it in place of one with the same name.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn add_playbook(&mut self, bytes: &[u8]) -> Result<(), Problems> {
        let playbook = playbook::read_playbook(bytes, &self.frameworks)?;
        self.playbooks.insert(playbook.id.clone(), playbook);
        Ok(())
    }
}
