//! Every noun as a list.

mod foundation;
mod outcome;
mod work;

pub use foundation::{framework_requirements, frameworks, organisations, people, requirements, schemes};
pub use outcome::{certificates, decisions, packs, retention, risks};
pub use work::{ActionFilter, EvidenceFilter, FindingFilter, actions, evidence, findings, sources};

fn ids<'a, T: ToString + 'a>(ids: impl IntoIterator<Item = &'a T>) -> String {
    ids.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
