//! What every report is made from.

use std::collections::BTreeMap;

use portreeve_catalogue::Playbook;
use portreeve_model::Digest;
use portreeve_model::Register;
use portreeve_model::readiness::{AsOf, Readiness};
use portreeve_model::reference::{ActionId, PlaybookId};
use portreeve_model::register::action::Action;
use portreeve_model::standards::{Framework, Scheme};

use crate::checklist::Checklist;

/// A register as it was known, what it is judged by, and the answers.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The register as it was known.
    pub register: &'a Register,
    /// The framework the scheme judges.
    pub framework: &'a Framework,
    /// The scheme.
    pub scheme: &'a Scheme,
    /// One answer for each organisation.
    pub answers: &'a [Readiness],
    /// The playbooks that actions follow; none where no checklist is shown, as in a pack.
    pub playbooks: Option<&'a BTreeMap<PlaybookId, Playbook>>,
    /// What was known, and the day.
    pub as_of: AsOf,
}

impl Subject<'_> {
    /// The actions in scope for any of the organisations, each once, withdrawn ones among them.
    pub fn actions(&self) -> BTreeMap<&ActionId, &Action> {
        crate::readiness::scope::actions(self)
    }

    /// The evidence checklist of an action that follows a playbook known here.
    pub(crate) fn checklist(&self, action: &Action) -> Option<Checklist<'_>> {
        let playbook = self.playbooks?.get(action.playbook.as_ref()?)?;
        Some(Checklist::of(self.register, action, playbook))
    }

    /// The register's name, as on every page.
    pub fn name(&self) -> &str {
        self.register.opening.as_ref().map_or("", |opening| opening.name.as_str())
    }
}

/// One file of an item of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine {
    /// Its true name, safe to show.
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its size in bytes, where the store knows it.
    pub size: Option<u64>,
}

/// What a text is laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns of the terminal; none when the text is piped, and then fields are separated by tabs.
    pub width: Option<usize>,
    /// Whether box-drawing characters can be shown.
    pub unicode: bool,
}

impl Layout {
    /// For a pipe: whole lines, fields between tabs.
    pub const PIPE: Layout = Layout { width: None, unicode: true };
}

/// Why a page could not be rendered: a mistake in a template.
#[derive(Debug, thiserror::Error)]
#[error("the page {page} could not be rendered: {because}")]
pub struct RenderError {
    /// Which page.
    pub page: &'static str,
    /// The template engine's reason.
    pub because: String,
}
