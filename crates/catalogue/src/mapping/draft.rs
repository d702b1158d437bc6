//! A mapping collection as its file gives it. Only the shape is judged here; whether it holds together is for
//! `pairs.rs`.

use portreeve_model::Day;
use portreeve_model::reference::{FrameworkId, MappingId};
use portreeve_model::text::{Note, Title};
use serde_json::Value;

use super::items::{self, Confidence, MapDraft, Resource};
use crate::fields::Fields;
use crate::problem::Gathered;

/// A collection, as far as it could be read.
pub(super) struct CollectionDraft {
    pub(super) id: Option<MappingId>,
    pub(super) title: Option<Title>,
    pub(super) modified: Option<Day>,
    pub(super) provenance: Provenance,
    pub(super) mappings: Vec<MappingDraft>,
}

/// Who says so, how sure they are, and as of when.
#[derive(Default)]
pub(super) struct Provenance {
    pub(super) confidence: Option<Title>,
    pub(super) description: Option<Note>,
    pub(super) date: Option<Day>,
}

/// One mapping between two resources.
pub(super) struct MappingDraft {
    pub(super) path: String,
    pub(super) source: Resource,
    pub(super) target: Resource,
    pub(super) maps: Vec<MapDraft>,
}

impl CollectionDraft {
    pub(super) fn read(value: Value, problems: &mut Gathered) -> Option<CollectionDraft> {
        let mut file = Fields::of(value, "", problems)?;
        let Some(collection) = file.raw("mapping-collection") else {
            let (what, remedy) = match file.raw("catalog") {
                Some(_) => ("it is an OSCAL catalog, not a mapping collection", "adopt it as a framework"),
                None => ("it has no `mapping-collection`", "give an OSCAL mapping collection in JSON"),
            };
            problems.add("", what, remedy);
            return None;
        };
        let mut fields = Fields::of(collection, "/mapping-collection", problems)?;
        let (id, title, modified) = metadata(&mut fields, problems);
        let provenance = provenance(&mut fields, problems);
        let mut mappings = Vec::new();
        for (path, item) in listed(&mut fields, "mappings", problems) {
            let Some(mut item) = Fields::of(item, &path, problems) else { continue };
            let source = Resource::read(&mut item, "source-resource", problems);
            let target = Resource::read(&mut item, "target-resource", problems);
            let maps = item.list("maps", problems);
            let maps = maps.into_iter().filter_map(|(path, map)| MapDraft::read(map, path, problems)).collect();
            mappings.push(MappingDraft { path, source, target, maps });
        }
        Some(CollectionDraft { id, title, modified, provenance, mappings })
    }
}

/// A list, or the one object that OSCAL allows in place of a list of one.
fn listed(fields: &mut Fields, name: &str, problems: &mut Gathered) -> Vec<(String, Value)> {
    match fields.raw(name) {
        Some(one @ Value::Object(_)) => vec![(fields.at(name), one)],
        Some(several) => {
            fields.put(name, several);
            fields.list(name, problems)
        }
        None => Vec::new(),
    }
}

fn metadata(fields: &mut Fields, problems: &mut Gathered) -> (Option<MappingId>, Option<Title>, Option<Day>) {
    let at = fields.at("metadata");
    let Some(metadata) = fields.raw("metadata") else {
        problems.add(&at, "it is missing", "give title, version, last-modified, oscal-version");
        return (None, None, None);
    };
    let Some(mut metadata) = Fields::of(metadata, &at, problems) else { return (None, None, None) };
    let title = metadata.need("title", "give the collection's title in 1 to 200 characters", problems);
    let modified: Option<String> =
        metadata.need("last-modified", "give the date and time of the last change", problems);
    let modified = modified.and_then(|text| {
        let day = text.get(..10).and_then(|day| day.parse().ok());
        if day.is_none() {
            let what = format!("`{text}` does not begin with a date");
            problems.add(&metadata.at("last-modified"), what, "write it as in `2026-01-31T12:00:00Z`");
        }
        day
    });
    let id = items::own_prop(&mut metadata, "mapping-id", problems).and_then(|(path, value)| {
        let id = value.parse();
        id.map_err(|error| problems.add(&path, format!("{error}"), "correct the `mapping-id` property, or take it out"))
            .ok()
    });
    (id, title, modified)
}

fn provenance(fields: &mut Fields, problems: &mut Gathered) -> Provenance {
    let at = fields.at("provenance");
    let Some(provenance) = fields.raw("provenance") else { return Provenance::default() };
    let Some(mut provenance) = Fields::of(provenance, &at, problems) else { return Provenance::default() };
    let confidence = Confidence::read(&mut provenance, problems);
    let description = provenance.may("mapping-description", "describe it in 1 to 4,000 characters", problems);
    let date = items::own_prop(&mut provenance, "date", problems).and_then(|(path, value)| {
        let day = value.parse();
        day.map_err(|error| problems.add(&path, format!("{error}"), "write it as in `2026-01-31`")).ok()
    });
    Provenance { confidence, description, date }
}

/// The frameworks a mapping is between, as the caller or the file names them.
pub(super) struct Between {
    pub(super) source: FrameworkId,
    pub(super) target: FrameworkId,
}
