//! Brings together what the imports chose: copies of one requirement settled, then the whole laid out as it stood
//! (`as-is`), in one list (`flat`), or as the profile arranges it (`custom`).

mod arrange;
mod graft;

use serde_json::{Map, Value, json};

use super::select::{Effort, Inherited, Selection};
use super::{put_list, take_list};
use crate::oscal::reach::{OSCAL_NAMESPACE, props, text};
use crate::problem::Gathered;

/// What one import chose.
#[derive(Default)]
pub(super) struct Harvest {
    controls: Vec<Value>,
    groups: Vec<Value>,
    /// Parameters that no requirement and no chosen group holds.
    loose: Vec<Value>,
    resources: Vec<Value>,
    metadata: Value,
}

/// A catalog in the making.
pub(super) struct Made {
    /// Its parameters, requirements and groups.
    pub(super) body: Value,
    /// What the imports have as back matter, in order.
    pub(super) resources: Vec<Value>,
    /// What the imports say of themselves, in order.
    pub(super) metadata: Vec<Value>,
}

impl Harvest {
    /// What the selection chooses of a catalog.
    pub(super) fn of(mut catalog: Value, selection: &Selection<'_>, effort: &Effort) -> Harvest {
        let mut loose = take_list(&mut catalog, "params");
        let controls = selection.sift(take_list(&mut catalog, "controls"), Inherited::default(), effort);
        let groups = take_list(&mut catalog, "groups");
        let groups = groups.into_iter().filter_map(|group| chosen(group, selection, &mut loose, effort)).collect();
        let resources = catalog.get_mut("back-matter").map_or_else(Vec::new, |back| take_list(back, "resources"));
        let metadata = catalog.get_mut("metadata").map_or(Value::Null, Value::take);
        Harvest { controls, groups, loose, resources, metadata }
    }
}

/// A group with what is chosen of it; nothing if that is nothing, unless the group was empty and everything is included,
/// or it says that it is to be kept.
fn chosen(mut group: Value, selection: &Selection<'_>, loose: &mut Vec<Value>, effort: &Effort) -> Option<Value> {
    let (controls, groups) = (take_list(&mut group, "controls"), take_list(&mut group, "groups"));
    let was_empty = controls.is_empty() && groups.is_empty();
    let controls = selection.sift(controls, Inherited::default(), effort);
    let groups: Vec<Value> = groups.into_iter().filter_map(|group| chosen(group, selection, loose, effort)).collect();
    let is_empty = controls.is_empty() && groups.is_empty();
    if is_empty && !(was_empty && selection.all) && !keep_always(&group) {
        loose.extend(take_list(&mut group, "params"));
        return None;
    }
    put_list(&mut group, "controls", controls);
    put_list(&mut group, "groups", groups);
    Some(group)
}

/// Whether an object says that it is never to be pruned.
pub(super) fn keep_always(of: &Value) -> bool {
    props(of, "keep", OSCAL_NAMESPACE).any(|prop| text(prop, "value") == Some("always"))
}

/// Everything that was chosen, laid out.
pub(super) fn merge(
    harvests: Vec<Harvest>,
    profile: &Value,
    effort: &Effort,
    problems: &mut Gathered,
    notes: &mut Gathered,
) -> Made {
    let nothing = Value::Null;
    let merge = profile.get("merge").unwrap_or(&nothing);
    let rule = graft::Rule::of(merge, problems);
    let mut grafted = graft::graft(harvests, rule, problems, notes);
    if let Some(custom) = merge.get("custom") {
        arrange::custom(custom, &mut grafted.one, effort, notes);
    } else if merge.get("as-is") != Some(&json!(true)) {
        arrange::flat(&mut grafted.one);
    }
    let Harvest { controls, groups, loose, resources, .. } = grafted.one;
    let mut body = Value::Object(Map::new());
    put_list(&mut body, "params", loose);
    put_list(&mut body, "controls", controls);
    put_list(&mut body, "groups", groups);
    Made { body, resources, metadata: grafted.metadata }
}
