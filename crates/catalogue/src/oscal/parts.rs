//! The small pieces of a draft: properties, parameters and the parts of a statement. It must never interpret them.

use serde_json::Value;

use super::{DEPTH_MAX, STATEMENT_CHARS_MAX};
use crate::fields::{Fields, read};
use crate::json::below;
use crate::problem::Gathered;

/// The namespace of OSCAL's own properties; absent means the same.
const OSCAL_NAMESPACE: &str = "http://csrc.nist.gov/ns/oscal";

/// A property: a name, a value, and whose name it is.
pub(super) struct PropDraft {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) ns: Option<String>,
    class: Option<String>,
}

impl PropDraft {
    /// Whether this is OSCAL's own property of that name, rather than someone else's.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name && self.ns.as_deref().is_none_or(|ns| ns == OSCAL_NAMESPACE)
    }
}

/// The properties of an object, those that could be read.
pub(super) fn props(fields: &mut Fields, problems: &mut Gathered) -> Vec<PropDraft> {
    let mut props = Vec::new();
    for (path, item) in fields.list("props", problems) {
        let Some(mut item) = Fields::of(item, &path, problems) else { continue };
        let name = item.need("name", "give the property's name as text", problems);
        let value = item.need("value", "give the property's value as text", problems);
        let ns = item.may("ns", "give the namespace as text", problems);
        let class = item.may("class", "give the class as text", problems);
        if let (Some(name), Some(value)) = (name, value) {
            props.push(PropDraft { name, value, ns, class });
        }
    }
    props
}

/// The value of OSCAL's own property of that name; one without a class goes before one with.
pub(super) fn value_of<'a>(props: &'a [PropDraft], name: &str) -> Option<&'a str> {
    let named = || props.iter().filter(|prop| prop.is(name));
    named().find(|prop| prop.class.is_none()).or_else(|| named().next()).map(|prop| prop.value.as_str())
}

/// A parameter: what an organisation fills in for itself.
pub(super) struct ParamDraft {
    pub(super) path: String,
    pub(super) id: String,
    pub(super) label: Option<String>,
    pub(super) values: Vec<String>,
    pub(super) choices: Vec<String>,
    pub(super) how_many: Option<String>,
}

/// The parameters of an object, those that could be read.
pub(super) fn params(fields: &mut Fields, problems: &mut Gathered) -> Vec<ParamDraft> {
    let mut params = Vec::new();
    for (path, item) in fields.list("params", problems) {
        let Some(mut item) = Fields::of(item, &path, problems) else { continue };
        let id = item.need("id", "give the parameter's id as text", problems);
        let label = item.may("label", "give the label as text", problems);
        let values = texts(&mut item, "values", problems);
        let (mut choices, mut how_many) = (Vec::new(), None);
        if let Some(select) = item.raw("select")
            && let Some(mut select) = Fields::of(select, &below(&path, "select"), problems)
        {
            choices = texts(&mut select, "choice", problems);
            how_many = select.may("how-many", "give `one` or `one-or-more`", problems);
        }
        if let Some(id) = id {
            params.push(ParamDraft { path, id, label, values, choices, how_many });
        }
    }
    params
}

fn texts(fields: &mut Fields, name: &str, problems: &mut Gathered) -> Vec<String> {
    let mut texts = Vec::new();
    for (path, item) in fields.list(name, problems) {
        match read::<String>(item, &path, "give it as text", problems) {
            Some(text) if text.len() > STATEMENT_CHARS_MAX => {
                problems.add(&path, format!("it has more than {STATEMENT_CHARS_MAX} bytes"), "shorten it");
            }
            Some(text) => texts.push(text),
            None => {}
        }
    }
    texts
}

/// A piece of a statement with the pieces below it.
pub(super) struct PartDraft {
    pub(super) label: Option<String>,
    pub(super) prose: Option<String>,
    pub(super) parts: Vec<PartDraft>,
}

/// The `statement` parts of a control. Other parts are passed over unread.
pub(super) fn statements(fields: &mut Fields, problems: &mut Gathered) -> Vec<PartDraft> {
    let items = fields.list("parts", problems);
    let statement = |item: &Value| item.get("name").and_then(Value::as_str) == Some("statement");
    let wanted = items.into_iter().filter(|(_, item)| !item.is_object() || statement(item));
    wanted.filter_map(|(path, item)| part(item, &path, 1, problems)).collect()
}

fn part(item: Value, path: &str, depth: usize, problems: &mut Gathered) -> Option<PartDraft> {
    let mut fields = Fields::of(item, path, problems)?;
    if depth > DEPTH_MAX {
        problems.add(path, format!("parts are nested more than {DEPTH_MAX} deep"), "bring the parts up");
        return None;
    }
    let prose = fields.may("prose", "give the prose as text", problems);
    let props = props(&mut fields, problems);
    let label = value_of(&props, "label").map(str::to_owned);
    let below = fields.list("parts", problems);
    let parts = below.into_iter().filter_map(|(path, item)| part(item, &path, depth + 1, problems)).collect();
    Some(PartDraft { label, prose, parts })
}
