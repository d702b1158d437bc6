//! What a library says of itself: its name, version, publisher and licence. It must never look at its objects.

use serde_json::{Map, Value, json};

use crate::import::entry::{Entry, Reading};
use crate::import::write::{NO_DAY, OSCAL_VERSION, Piece, Props, Resource, one_line, resource, title, token, uuid};
use crate::json::below;
use crate::yaml::Tree;

/// Longest URN. The longest at hand has 150 characters; what is longer names nothing a person could find.
const URN_CHARS_MAX: usize = 512;

/// A library's own facts.
pub(super) struct Head {
    /// Its URN, in lower case, as its loader compares it.
    pub(super) urn: String,
    /// Its title, fit to be shown.
    pub(super) title: String,
    /// Its version.
    pub(super) version: String,
    /// The metadata every document of it shares; the title is missing.
    pub(super) metadata: Map<String, Value>,
    /// The library as a resource of the back matter.
    pub(super) resource: Value,
}

impl Head {
    pub(super) fn read(mut file: Entry<'_>, reading: &mut Reading) -> Option<Head> {
        let urn = file.need("urn", "give the library's URN, as in `urn:council:risk:library:ours-1.0`", reading);
        if let Some(urn) = &urn {
            check_urn(urn, &file.at("urn"), reading);
        }
        let name = file.need("name", "give the library's name", reading);
        let version = file.word("version", reading);
        match &version {
            None => reading.problems.add(&file.at("version"), "it is missing", "give the library's version, as in `1`"),
            Some(version) if version.trim().parse::<u64>().is_err() => {
                let what = format!("`{version}` is not a whole number");
                reading.problems.add(&file.at("version"), what, "give the library's version, as in `1`");
            }
            Some(_) => {}
        }
        let day = file.word("publication_date", reading).as_deref().and_then(first_moment);
        let description = file.text("description", reading);
        let copyright = file.text("copyright", reading);
        let provider = file.text("provider", reading);

        let mut props = Props::default();
        props.may("urn", urn.as_deref());
        for (field, prop) in [
            ("ref_id", "ref-id"),
            ("locale", "locale"),
            ("packager", "packager"),
            ("annotation", "annotation"),
            ("convert_library_version", "converter"),
        ] {
            props.may(prop, file.text(field, reading).as_deref());
        }
        props.may("provider", provider.as_deref());
        props.may("version", version.as_deref());
        for dependency in file.words("dependencies", reading) {
            props.own("dependency", &dependency);
        }
        for label in file.words("labels", reading) {
            props.own("library-label", &label);
        }
        translations(&mut file, &mut props, reading);
        file.rest("the library", reading);

        let (urn, name, version) = (urn?.to_lowercase(), name?, version?.trim().to_owned());
        let told = Resource { title: Some(&name), description: description.as_deref(), remarks: copyright.as_deref() };
        let resource = resource("library", &uuid(&[&urn, &version]), &told, props);
        let metadata = metadata(&version, day.as_deref(), provider.as_deref(), copyright.as_deref(), &urn);
        Some(Head { title: title(&name).unwrap_or_else(|| urn.clone()), urn, version, metadata, resource })
    }
}

fn metadata(
    version: &str,
    day: Option<&str>,
    provider: Option<&str>,
    copyright: Option<&str>,
    urn: &str,
) -> Map<String, Value> {
    let mut metadata = Piece::new(json!({
        "version": version,
        "oscal-version": OSCAL_VERSION,
        "last-modified": day.unwrap_or(NO_DAY),
    }))
    .may("published", day)
    .may("remarks", copyright);
    if let Some(provider) = provider.map(one_line).filter(|provider| !provider.is_empty()) {
        let party = uuid(&[urn, "provider", &provider]);
        metadata = metadata
            .list("roles", vec![json!({ "id": "publisher", "title": "Publisher" })])
            .list("parties", vec![json!({ "uuid": party, "type": "organization", "name": provider })])
            .list("responsible-parties", vec![json!({ "role-id": "publisher", "party-uuids": [party] })]);
    }
    match metadata.done() {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The first moment of a day written `2026-05-19`, as OSCAL writes moments.
fn first_moment(text: &str) -> Option<String> {
    let day: portreeve_model::Day = text.trim().get(..10)?.parse().ok()?;
    Some(format!("{}T00:00:00Z", day.iso()))
}

/// Says what is wrong with a URN, by the pattern that the loader uses.
pub(super) fn check_urn(urn: &str, path: &str, reading: &mut Reading) {
    let word = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
    };
    let rest = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "[]()-._:".contains(letter))
    };
    let mut parts = urn.splitn(5, ':');
    let scheme = parts.next() == Some("urn");
    let words = (0..3).all(|_| parts.next().is_some_and(word));
    if !(scheme && words && parts.next().is_some_and(rest) && urn.len() <= URN_CHARS_MAX) {
        reading.problems.add(
            path,
            format!("`{urn}` is not a URN"),
            "write it as in `urn:council:risk:library:ours-1.0`",
        );
    }
}

/// Texts in other languages: a property for each, named for its field, with the language as class.
pub(super) fn translations(entry: &mut Entry<'_>, props: &mut Props, reading: &mut Reading) {
    for (path, locale, fields) in entry.named("translations", reading) {
        let Tree::Mapping(fields) = fields else {
            if *fields != Tree::Null {
                let what = format!("it is {}", fields.kind());
                reading.problems.add(&path, what, "make it a mapping of fields to texts");
            }
            continue;
        };
        for (field, text) in fields {
            match text {
                Tree::Null => {}
                Tree::Text(text) if token(locale) && token(field) => {
                    props.classed(&format!("translated-{}", field.replace('_', "-")), locale, text);
                }
                Tree::Text(_) => reading.unread("translations into a language without a proper name".to_owned(), 1),
                other => {
                    let what = format!("it is {}, not a text", other.kind());
                    reading.problems.add(&below(&path, field), what, "put the text between quotes");
                }
            }
        }
    }
}
