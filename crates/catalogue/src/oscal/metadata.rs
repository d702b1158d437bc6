//! What a catalog says about itself: the fields that OSCAL requires of every document. It must never look at the
//! requirements.

use portreeve_model::reference::{FrameworkId, REFERENCE_CHARS_MAX};
use portreeve_model::text::Title;
use serde_json::Value;

use super::NAMESPACE;
use super::parts::{PropDraft, props};
use crate::fields::Fields;
use crate::problem::Gathered;

/// The metadata of a catalog, as far as it could be read.
pub(super) struct MetadataDraft {
    path: String,
    pub(super) title: Option<Title>,
    pub(super) version: Option<Title>,
    props: Vec<PropDraft>,
}

impl MetadataDraft {
    pub(super) fn read(value: Value, path: &str, problems: &mut Gathered) -> Option<MetadataDraft> {
        let mut fields = Fields::of(value, path, problems)?;
        let title = fields.need("title", "give the catalog's title in 1 to 200 characters", problems);
        let version = fields.need("version", "give the published version as text", problems);
        let modified: Option<String> =
            fields.need("last-modified", "give the date and time of the last change", problems);
        if modified.is_some_and(|modified| modified.trim().is_empty()) {
            problems.add(&fields.at("last-modified"), "it is empty", "give the date and time of the last change");
        }
        if let Some(oscal) = fields.need::<String>("oscal-version", "give the OSCAL version, as in `1.1.3`", problems) {
            check_oscal_version(&oscal, &fields.at("oscal-version"), problems);
        }
        let props = props(&mut fields, problems);
        Some(MetadataDraft { path: path.to_owned(), title, version, props })
    }

    /// The reference the metadata suggests for the framework.
    pub(super) fn suggested_id(self, problems: &mut Gathered) -> Option<FrameworkId> {
        let own = self.props.iter().find(|prop| prop.name == "framework-id" && prop.ns.as_deref() == Some(NAMESPACE));
        if let Some(own) = own {
            return match own.value.parse() {
                Ok(id) => Some(id),
                Err(error) => {
                    let remedy = "correct the `framework-id` property, or take it out";
                    problems.add(&self.path, format!("{error}"), remedy);
                    None
                }
            };
        }
        let id = slug(self.title?.as_str(), self.version?.as_str()).parse();
        if id.is_err() {
            problems.add(
                &self.path,
                "no reference can be made of its title and version",
                "name the framework yourself, as in `psn-coco-1.32`",
            );
        }
        id.ok()
    }
}

fn check_oscal_version(text: &str, path: &str, problems: &mut Gathered) {
    if text.trim().is_empty() {
        problems.add(path, "it is empty", "give the OSCAL version, as in `1.1.3`");
    } else if !text.starts_with("1.") {
        problems.add(path, format!("it is `{text}`; OSCAL 1.x is read"), "convert the catalog to OSCAL 1.x");
    }
}

/// Lower-case letters, digits, full stops and single hyphens of a title, then of a version, which is never cut.
fn slug(title: &str, version: &str) -> String {
    let version = words(version);
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
        assert_eq!(slug("安全", "一"), "");
    }
}
