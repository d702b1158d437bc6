//! A catalog as its file gives it: groups and controls in order, each with its place. Only the shape is judged here;
//! whether the whole holds together is for `framework.rs`. It must never drop a piece without a problem.

use portreeve_model::reference::RequirementNumber;
use portreeve_model::text::Title;
use serde_json::Value;

use super::metadata::MetadataDraft;
use super::parts::{ParamDraft, PartDraft, params, props, statements, value_of};
use super::{DEPTH_MAX, REQUIREMENTS_MAX};
use crate::fields::Fields;
use crate::problem::Gathered;

/// A catalog, as far as it could be read.
pub(super) struct CatalogDraft {
    pub(super) metadata: Option<MetadataDraft>,
    pub(super) params: Vec<ParamDraft>,
    pub(super) children: Vec<Child>,
}

/// What a catalog or a group holds.
pub(super) enum Child {
    /// A heading.
    Group(GroupDraft),
    /// A requirement.
    Control(ControlDraft),
}

/// A heading with what stands under it.
pub(super) struct GroupDraft {
    pub(super) title: Option<Title>,
    sort_id: Option<String>,
    pub(super) params: Vec<ParamDraft>,
    pub(super) children: Vec<Child>,
}

/// A requirement with those nested in it.
pub(super) struct ControlDraft {
    pub(super) path: String,
    pub(super) number: Option<RequirementNumber>,
    pub(super) title: Option<Title>,
    pub(super) withdrawn: bool,
    sort_id: Option<String>,
    pub(super) params: Vec<ParamDraft>,
    pub(super) statements: Vec<PartDraft>,
    pub(super) children: Vec<ControlDraft>,
}

/// Other documents of OSCAL, which people take for a catalog, with what to do about each.
const OTHERS: &[(&str, &str)] = &[
    ("profile", "resolve the profile into a catalog and give that"),
    ("component-definition", "give the catalog that it refers to"),
    ("system-security-plan", "give the catalog that it refers to"),
    ("assessment-plan", "give the catalog that it refers to"),
    ("assessment-results", "give the catalog that it refers to"),
    ("plan-of-action-and-milestones", "give the catalog that it refers to"),
    ("mapping-collection", "give the catalog that it refers to"),
];

impl CatalogDraft {
    pub(super) fn read(value: Value, problems: &mut Gathered) -> Option<CatalogDraft> {
        let mut file = Fields::of(value, "", problems)?;
        let Some(catalog) = file.raw("catalog") else {
            let other = OTHERS.iter().find(|(name, _)| file.raw(name).is_some());
            match other {
                Some((name, remedy)) => problems.add("", format!("it is an OSCAL {name}, not a catalog"), remedy),
                None => problems.add("", "it has no `catalog`", "give an OSCAL catalog in JSON"),
            }
            return None;
        };
        let mut fields = Fields::of(catalog, "/catalog", problems)?;
        if let Some(uuid) = fields.need::<String>("uuid", "give the catalog a UUID", problems)
            && !is_uuid(&uuid)
        {
            problems.add(
                &fields.at("uuid"),
                format!("`{uuid}` is not a UUID"),
                "give 32 hexadecimal digits as 8-4-4-4-12",
            );
        }
        let metadata = match fields.raw("metadata") {
            Some(metadata) => MetadataDraft::read(metadata, "/catalog/metadata", problems),
            None => {
                problems.add("/catalog/metadata", "it is missing", "give title, version, last-modified, oscal-version");
                None
            }
        };
        let params = params(&mut fields, problems);
        let mut reader = Reader { problems, controls: 0 };
        let children = reader.children(&mut fields, 1);
        Some(CatalogDraft { metadata, params, children })
    }
}

struct Reader<'p> {
    problems: &'p mut Gathered,
    controls: usize,
}

impl Reader<'_> {
    /// Controls before groups, unless there are both and every one has a `sort-id`.
    fn children(&mut self, fields: &mut Fields, depth: usize) -> Vec<Child> {
        let controls: Vec<Child> = self.controls(fields, depth).into_iter().map(Child::Control).collect();
        let groups = fields.list("groups", self.problems);
        let groups: Vec<Child> =
            groups.into_iter().filter_map(|(path, item)| self.group(item, &path, depth)).map(Child::Group).collect();
        let mixed = !controls.is_empty() && !groups.is_empty();
        let mut children = controls;
        children.extend(groups);
        if mixed && children.iter().all(|child| child.sort_id().is_some()) {
            children.sort_by(|one, other| one.sort_id().cmp(&other.sort_id()));
        }
        children
    }

    fn controls(&mut self, fields: &mut Fields, depth: usize) -> Vec<ControlDraft> {
        let items = fields.list("controls", self.problems);
        items.into_iter().filter_map(|(path, item)| self.control(item, path, depth)).collect()
    }

    fn too_deep(&mut self, path: &str, depth: usize) -> bool {
        if depth > DEPTH_MAX {
            let what = format!("groups and requirements are nested more than {DEPTH_MAX} deep");
            self.problems.add(path, what, "bring the requirements up");
        }
        depth > DEPTH_MAX
    }

    fn group(&mut self, item: Value, path: &str, depth: usize) -> Option<GroupDraft> {
        let mut fields = Fields::of(item, path, self.problems)?;
        if self.too_deep(path, depth) {
            return None;
        }
        let title = fields.need("title", "give the group's title in 1 to 200 characters", self.problems);
        let props = props(&mut fields, self.problems);
        let params = params(&mut fields, self.problems);
        let children = self.children(&mut fields, depth + 1);
        Some(GroupDraft { title, sort_id: value_of(&props, "sort-id").map(str::to_owned), params, children })
    }

    fn control(&mut self, item: Value, path: String, depth: usize) -> Option<ControlDraft> {
        let mut fields = Fields::of(item, &path, self.problems)?;
        self.controls += 1;
        if self.controls == REQUIREMENTS_MAX + 1 {
            let what = format!("there are more than {REQUIREMENTS_MAX} requirements");
            self.problems.add(&path, what, "split the catalog");
        }
        if self.controls > REQUIREMENTS_MAX || self.too_deep(&path, depth) {
            return None;
        }
        let number = fields.need("id", "give the requirement an id, as in `PSN-BND-FW`", self.problems);
        let title = fields.need("title", "give the requirement's title in 1 to 200 characters", self.problems);
        let props = props(&mut fields, self.problems);
        let withdrawn =
            props.iter().any(|prop| prop.is("status") && prop.value.trim().eq_ignore_ascii_case("withdrawn"));
        let params = params(&mut fields, self.problems);
        let statements = statements(&mut fields, self.problems);
        let children = self.controls(&mut fields, depth + 1);
        let sort_id = value_of(&props, "sort-id").map(str::to_owned);
        Some(ControlDraft { path, number, title, withdrawn, sort_id, params, statements, children })
    }
}

impl Child {
    fn sort_id(&self) -> Option<&str> {
        match self {
            Child::Group(group) => group.sort_id.as_deref(),
            Child::Control(control) => control.sort_id.as_deref(),
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}
