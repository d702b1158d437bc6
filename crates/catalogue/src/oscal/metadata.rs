//! What a catalog says about itself: its title, its version, and the reference it suggests. It must never look at the
//! requirements.

use portreeve_model::reference::{FrameworkId, REFERENCE_CHARS_MAX};
use portreeve_model::text::Title;
use serde_json::Value;

use super::number::shown_title;
use super::reach::{own_prop, text};
use crate::problem::Gathered;

/// Where the metadata of a catalog stands.
const PLACE: &str = "/catalog/metadata";

/// The title and version of a catalog, shortened where they are long.
pub(super) fn title_and_version(catalog: &Value) -> Option<(Title, Title)> {
    let metadata = catalog.get("metadata")?;
    let title = shown_title(text(metadata, "title")?, "untitled")?;
    Some((title, shown_title(text(metadata, "version")?, "none")?))
}

/// The reference the metadata suggests for the framework.
pub(super) fn suggested_id(catalog: &Value, problems: &mut Gathered) -> Option<FrameworkId> {
    let metadata = catalog.get("metadata")?;
    if let Some(own) = own_prop(metadata, "framework-id") {
        return own
            .parse()
            .map_err(|error| {
                problems.add(PLACE, format!("{error}"), "correct the `framework-id` property, or take it out")
            })
            .ok();
    }
    let id = slug(text(metadata, "title")?, text(metadata, "version")?).parse();
    id.map_err(|_| {
        let remedy = "name the framework yourself, as in `psn-coco-1.32`";
        problems.add(PLACE, "no reference can be made of its title and version", remedy);
    })
    .ok()
}

/// Lower-case letters, digits, full stops and single hyphens of a title, then of a version, which is cut only when it
/// fills a reference by itself.
fn slug(title: &str, version: &str) -> String {
    let version: String = words(version).chars().take(REFERENCE_CHARS_MAX).collect();
    let room = REFERENCE_CHARS_MAX.saturating_sub(version.len() + 1);
    let title: String = words(title).chars().take(room).collect();
    [title.trim_matches(['-', '.']), &version].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn words(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let parts = lower.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '.'));
    parts.map(|part| part.trim_matches('.')).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_reference_people_can_type() {
        assert_eq!(slug("PSN Code of Connection (CoCo)", "1.32"), "psn-code-of-connection-coco-1.32");
        assert_eq!(slug("Électronic  — *Catalog*.", "5.1.1+u4"), "lectronic-catalog-5.1.1-u4");
        assert_eq!(slug(&"long ".repeat(40), "v2").len(), REFERENCE_CHARS_MAX);
        assert!(slug(&"long ".repeat(40), "v2").parse::<FrameworkId>().is_ok());
        assert!(slug("T", &"2".repeat(300)).parse::<FrameworkId>().is_ok());
        assert_eq!(slug("安全", "一"), "");
    }
}
