//! Frameworks, schemes, mappings and playbooks together, each validated against the others. It must never hold one that was not.

use std::collections::BTreeMap;

use portreeve_model::mapping::Mapping;
use portreeve_model::reference::{FrameworkId, MappingId, PlaybookId, SchemeId};
use portreeve_model::standards::{Framework, Scheme};

use crate::mapping::{self, Named};
use crate::playbook::Playbook;
use crate::problem::Problems;
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
        catalogue.add_bundled_playbooks()?;
        Ok(catalogue)
    }

    /// The built-in playbooks alone, for advice that judges nothing: some fifty small files instead of every framework.
    /// Their requirements are held against the built-in frameworks in [`Catalogue::bundled`].
    ///
    /// # Errors
    /// A built-in file does not hold together; the tests of this crate see to it that it does.
    pub fn bundled_playbooks() -> Result<BTreeMap<PlaybookId, Playbook>, Problems> {
        let mut catalogue = Catalogue::default();
        catalogue.add_bundled_playbooks()?;
        Ok(catalogue.playbooks)
    }

    fn add_bundled_playbooks(&mut self) -> Result<(), Problems> {
        let files = bundled::playbook_files();
        self.add_playbooks(files.iter().map(|(id, bytes)| (format!("playbooks/{id}.json"), bytes.as_ref())))
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
        let framework = named.and_then(|named| self.frameworks.get(&named));
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

    /// Reads playbooks, each with the name of its file, validates them against the frameworks and each other, and adds
    /// them in place of those with the same names. They come together because each may wait for any other.
    ///
    /// # Errors
    /// All problems of the first file that has any; nothing is added then.
    pub fn add_playbooks<'a>(&mut self, files: impl IntoIterator<Item = (String, &'a [u8])>) -> Result<(), Problems> {
        let mut all = self.playbooks.clone();
        let mut added = Vec::new();
        for (file, bytes) in files {
            let read = playbook::read_playbook(bytes, &self.frameworks).map_err(|problems| problems.in_file(&file))?;
            added.push((file, read.id.clone()));
            all.insert(read.id.clone(), read);
        }
        for (file, id) in &added {
            let read = all.get(id).map_or(Ok(()), |read| playbook::check_prerequisites(read, &all));
            read.map_err(|problems| problems.in_file(file))?;
        }
        self.playbooks = all;
        Ok(())
    }
}
