//! Where the documents that a profile imports are said to be. It must never look there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::oscal::reach::{list, text};

/// What a profile asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it is said to be: a relative path, a file name or a URL, as the profile writes it. A reference into the
    /// profile's own back matter has been followed already.
    pub href: String,
    /// Its media type, if the profile says.
    pub media_type: Option<String>,
    /// What led here from the outermost profile, each as it was asked for. A relative `href` is relative to the last;
    /// when this is empty, to the outermost profile.
    pub chain: Vec<String>,
}

impl Reference {
    /// The last part of the path: what the file is called.
    pub fn file_name(&self) -> &str {
        file_name(&self.href)
    }
}

/// The last part of the path in a reference.
pub(super) fn file_name(href: &str) -> &str {
    let path = href.split(['?', '#']).next().unwrap_or_default().trim_end_matches(['/', '\\']);
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// What an import names.
pub(super) enum Import {
    /// One document, said to be at each of these places.
    Places(Vec<Place>),
    /// Nothing that could be found: why.
    Nowhere(String),
}

/// A place where a document is said to be.
pub(super) enum Place {
    /// Inside the profile.
    Enclosed(Vec<u8>),
    /// Where the caller may find it.
    Elsewhere {
        /// The reference as written.
        href: String,
        /// The media type, if it is said.
        media_type: Option<String>,
    },
}

impl Place {
    /// The reference as written; empty for what is enclosed.
    pub(super) fn href(&self) -> &str {
        match self {
            Place::Enclosed(_) => "",
            Place::Elsewhere { href, .. } => href,
        }
    }
}

impl Import {
    /// What an import of this profile names.
    pub(super) fn of(import: &Value, profile: &Value) -> Import {
        let href = text(import, "href").unwrap_or_default();
        let Some(uuid) = href.strip_prefix('#') else {
            return Import::Places(vec![Place::Elsewhere { href: href.to_owned(), media_type: None }]);
        };
        let resources = profile.get("back-matter").map_or(&[][..], |back_matter| list(back_matter, "resources"));
        let Some(resource) = resources.iter().find(|resource| text(resource, "uuid") == Some(uuid)) else {
            return Import::Nowhere(format!("no resource of the profile has the UUID `{uuid}`"));
        };
        let places = places(resource);
        if places.is_empty() {
            return Import::Nowhere(format!("the resource `{uuid}` does not say where it is"));
        }
        Import::Places(places)
    }
}

/// What is enclosed first, then JSON, YAML and XML: the same document in the encoding that reads fastest.
fn places(resource: &Value) -> Vec<Place> {
    let enclosed = resource.get("base64").and_then(|enclosed| STANDARD.decode(text(enclosed, "value")?).ok());
    let mut links: Vec<&Value> = list(resource, "rlinks").iter().collect();
    let rank = |link: &&Value| {
        let (media_type, href) = (text(link, "media-type").unwrap_or_default(), text(link, "href").unwrap_or_default());
        let is = |name: &str| media_type.ends_with(name) || file_name(href).ends_with(name);
        ["json", "yaml", "xml"].iter().position(|name| is(name)).unwrap_or(3)
    };
    links.sort_by_key(rank);
    let elsewhere = links.into_iter().filter_map(|link| {
        let href = text(link, "href")?.to_owned();
        Some(Place::Elsewhere { href, media_type: text(link, "media-type").map(str::to_owned) })
    });
    enclosed.map(Place::Enclosed).into_iter().chain(elsewhere).collect()
}
