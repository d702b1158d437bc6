//! The built-in frameworks with their profiles, the mappings, the schemes and the playbooks, embedded as they stand in
//! `controls/`. A register that adopts one keeps exactly these bytes, so nothing here may ever change, normalise or
//! re-serialise them.

use std::borrow::Cow;
use std::str::FromStr;

use portreeve_model::reference::{FrameworkId, MappingId, PlaybookId, ProfileId, SchemeId};
use rust_embed::Embed;

/// The `controls/` folder.
#[derive(Embed)]
#[folder = "../../controls"]
struct Controls;

/// The name of a framework's file in its folder.
const CATALOG: &str = "catalog.json";

/// Where a framework's profiles lie, below its folder.
const PROFILES: &str = "/profiles/";

/// The references of the built-in frameworks, in order.
pub fn framework_ids() -> Vec<FrameworkId> {
    ids(|path| path.strip_suffix(CATALOG)?.strip_suffix('/'))
}

/// The references of a built-in framework's profiles, in order; none where it has none or is not built in.
pub fn profile_ids(framework: &str) -> Vec<ProfileId> {
    ids(|path| path.strip_prefix(framework)?.strip_prefix(PROFILES)?.strip_suffix(".json"))
}

/// The references of the built-in schemes, in order.
pub fn scheme_ids() -> Vec<SchemeId> {
    ids(|path| path.strip_prefix("schemes/")?.strip_suffix(".json"))
}

/// The references of the built-in mappings, in order.
pub fn mapping_ids() -> Vec<MappingId> {
    ids(|path| path.strip_prefix("mappings/")?.strip_suffix(".json"))
}

/// The names of the built-in playbooks, in order.
pub fn playbook_ids() -> Vec<PlaybookId> {
    ids(|path| path.strip_prefix("playbooks/")?.strip_suffix(".json"))
}

/// The exact bytes of a built-in framework.
pub fn framework_file(id: &str) -> Option<Cow<'static, [u8]>> {
    file(&format!("{id}/{CATALOG}"))
}

/// The exact bytes of a built-in framework's profile: an OSCAL profile that imports the framework's own catalog.
pub fn profile_file(framework: &str, id: &str) -> Option<Cow<'static, [u8]>> {
    file(&format!("{framework}{PROFILES}{id}.json"))
}

/// The exact bytes of a built-in scheme.
pub fn scheme_file(id: &str) -> Option<Cow<'static, [u8]>> {
    file(&format!("schemes/{id}.json"))
}

/// The exact bytes of a built-in mapping.
pub fn mapping_file(id: &str) -> Option<Cow<'static, [u8]>> {
    file(&format!("mappings/{id}.json"))
}

/// The exact bytes of a built-in playbook.
pub fn playbook_file(id: &str) -> Option<Cow<'static, [u8]>> {
    file(&format!("playbooks/{id}.json"))
}

/// The built-in playbooks, each with its exact bytes, in order.
pub fn playbook_files() -> Vec<(PlaybookId, Cow<'static, [u8]>)> {
    playbook_ids().into_iter().filter_map(|id| playbook_file(id.as_str()).map(|bytes| (id, bytes))).collect()
}

fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    Controls::get(path).map(|file| file.data)
}

/// A file whose name is not a reference of its kind is not listed: the tests hold this list against the folder.
fn ids<T: FromStr + Ord>(name: impl Fn(&str) -> Option<&str>) -> Vec<T> {
    let mut ids: Vec<T> = Controls::iter().filter_map(|path| name(&path)?.parse().ok()).collect();
    ids.sort();
    ids
}
