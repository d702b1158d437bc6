//! The last operations: parameters and resources that nothing mentions are left out, the metadata is written, and the
//! whole becomes bytes with a UUID that the sources alone decide.

use std::collections::BTreeSet;

use portreeve_model::Digest;
use serde_json::{Value, json};

use super::mentions::Mentions;
use super::merge::{Made, keep_always};
use super::{Source, id, put_list, take_list};
use crate::json::FILE_BYTES_MAX;
use crate::oscal::reach::{list, text};
use crate::oscal::shape::{CATALOG, moment, written};
use crate::problem::{Problem, Problems};

/// The OSCAL version whose models are written: no result claims a later one.
const OSCAL_VERSION: (u32, u32, u32) = (1, 2, 3);

/// What a profile's metadata says of the document, and not of the catalog that is made from it.
const NOT_PASSED_ON: &[&str] = &["published", "last-modified", "oscal-version", "revisions", "document-ids", "actions"];

/// The catalog's body, complete but for its UUID.
pub(super) fn finish(made: Made, profile: &mut Value) -> Value {
    let Made { mut body, mut resources, metadata: sources } = made;
    let loose = take_list(&mut body, "params");
    let metadata = metadata(profile, &sources);
    let mut mentions = Mentions::default();
    mentions.of(&body);
    mentions.of(&metadata);
    let settings = profile.get("modify").map_or(&[][..], |modify| list(modify, "set-parameters"));
    let set: BTreeSet<&str> = settings.iter().filter_map(|setting| text(setting, "param-id")).collect();
    let loose = mentions.keep(loose, "id", |param| keep_always(param) || set.contains(id(param)));
    if let Some(back_matter) = profile.get_mut("back-matter") {
        resources.extend(take_list(back_matter, "resources"));
    }
    let resources = mentions.keep(latest(resources), "uuid", keep_always);
    put_list(&mut body, "params", loose);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("metadata".to_owned(), metadata);
        if !resources.is_empty() {
            fields.insert("back-matter".to_owned(), json!({ "resources": resources }));
        }
    }
    body
}

/// Each resource once: the latest, unless an earlier one is to be kept always and the latest is not.
fn latest(resources: Vec<Value>) -> Vec<Value> {
    let mut kept: Vec<Value> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut held = BTreeSet::new();
    for resource in &resources {
        if keep_always(resource) {
            held.insert(text(resource, "uuid").unwrap_or_default().to_owned());
        }
    }
    for resource in resources.into_iter().rev() {
        let uuid = text(&resource, "uuid").unwrap_or_default().to_owned();
        if (!held.contains(&uuid) || keep_always(&resource)) && seen.insert(uuid) {
            kept.push(resource);
        }
    }
    kept.reverse();
    kept
}

/// The profile's own metadata, dated and versioned by the sources, with what made the catalog and what from.
fn metadata(profile: &Value, sources: &[Value]) -> Value {
    let own = profile.get("metadata").unwrap_or(&Value::Null);
    let mut metadata = own.clone();
    let Some(fields) = metadata.as_object_mut() else { return metadata };
    fields.retain(|name, _| !NOT_PASSED_ON.contains(&name.as_str()));
    let all = || std::iter::once(own).chain(sources);
    let modified = all().filter_map(|one| text(one, "last-modified")).max_by_key(|text| moment(text));
    let version = all().filter_map(|one| oscal_version(text(one, "oscal-version")?)).max();
    let (major, minor, patch) = version.unwrap_or(OSCAL_VERSION).min(OSCAL_VERSION);
    fields.insert("last-modified".to_owned(), json!(modified));
    fields.insert("oscal-version".to_owned(), json!(format!("{major}.{minor}.{patch}")));
    for name in ["roles", "parties"] {
        let held = sources.iter().flat_map(|source| list(source, name)).filter(|item| keep_always(item));
        let mut items = list(own, name).to_vec();
        for item in held {
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
        if !items.is_empty() {
            fields.insert(name.to_owned(), Value::Array(items));
        }
    }
    let mut props = take_list(&mut metadata, "props");
    props.retain(|prop| text(prop, "name") != Some("resolution-tool"));
    props.push(json!({ "name": "resolution-tool", "value": "Portreeve" }));
    put_list(&mut metadata, "props", props);
    let mut links = take_list(&mut metadata, "links");
    links.push(
        json!({ "href": format!("urn:uuid:{}", text(profile, "uuid").unwrap_or_default()), "rel": "source-profile" }),
    );
    put_list(&mut metadata, "links", links);
    metadata
}

/// The numbers of a version such as `1.1.2` or `v1.0.0-rc2`.
fn oscal_version(text: &str) -> Option<(u32, u32, u32)> {
    let text = text.trim_start_matches(['v', 'V']);
    let mut numbers = text.split('.').map(|part| {
        let end = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
        part[..end].parse().ok()
    });
    Some((numbers.next()??, numbers.next().flatten().unwrap_or(0), numbers.next().flatten().unwrap_or(0)))
}

/// Gives the catalog a UUID made of the digests of its sources.
pub(super) fn set_uuid(catalog: &mut Value, sources: &[Source]) {
    let all: Vec<String> = sources.iter().map(|source| source.digest.to_string()).collect();
    let mut digits: Vec<char> = Digest::of(all.join("\n").as_bytes()).to_string().chars().take(32).collect();
    digits[12] = '4';
    digits[16] = match digits[16].to_digit(16).unwrap_or(0) % 4 {
        0 => '8',
        1 => '9',
        2 => 'a',
        _ => 'b',
    };
    let part = |from: usize, to: usize| digits[from..to].iter().collect::<String>();
    let uuid = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-");
    if let Some(fields) = catalog.as_object_mut() {
        fields.insert("uuid".to_owned(), Value::String(uuid));
    }
}

/// The catalog as the bytes of a document.
pub(super) fn bytes(catalog: &Value) -> Result<Vec<u8>, Problems> {
    let bytes = written("catalog", catalog, &CATALOG);
    if bytes.len() <= FILE_BYTES_MAX {
        return Ok(bytes);
    }
    let what = format!("it resolves to {} bytes; a catalog has at most {FILE_BYTES_MAX}", bytes.len());
    Err(Problems::one(Problem::new("/profile", what, "choose less, or split it")))
}
