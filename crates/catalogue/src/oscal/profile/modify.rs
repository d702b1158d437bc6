//! Sets parameters and alters requirements, as the profile's `modify` says, in its order.

use std::collections::BTreeMap;

use serde_json::Value;

use super::alter::alter;
use super::select::Effort;
use super::{id, put_list, take_list};
use crate::oscal::reach::{placed, text};
use crate::problem::Gathered;

/// Fields of a parameter that a setting replaces.
const REPLACED: &[&str] = &["class", "depends-on", "label", "usage", "values", "select"];

/// Lists of a parameter that a setting adds to.
const EXTENDED: &[&str] = &["props", "links", "constraints", "guidelines"];

/// An instruction with where it stands.
struct Instruction<'a> {
    what: &'a Value,
    place: usize,
    path: String,
}

/// Instructions by the id they are for.
type Instructions<'a> = BTreeMap<&'a str, Vec<Instruction<'a>>>;

/// Carries out what the profile's `modify` says on the catalog.
pub(super) fn modify(catalog: &mut Value, profile: &Value, effort: &Effort, notes: &mut Gathered) {
    let Some(modify) = profile.get("modify") else { return };
    let mut settings = by_id(modify, "set-parameters", "param-id");
    each_param(catalog, &mut |param| {
        let found = settings.remove(id(param));
        found
            .into_iter()
            .flatten()
            .take_while(|_| !effort.spent())
            .for_each(|setting| set(param, setting.what, effort));
    });
    tell_unused(&settings, "there is no parameter", "set", notes);
    let mut alters = by_id(modify, "alters", "control-id");
    each_control(catalog, &mut |control| {
        for instruction in alters.remove(id(control)).into_iter().flatten().take_while(|_| !effort.spent()) {
            alter(control, instruction.what, &instruction.path, effort, notes);
        }
    });
    tell_unused(&alters, "there is no requirement", "alter", notes);
}

fn by_id<'a>(modify: &'a Value, name: &str, key: &str) -> Instructions<'a> {
    let mut all = Instructions::new();
    for (place, (path, what)) in placed(modify, name, "/profile/modify").enumerate() {
        all.entry(text(what, key).unwrap_or_default()).or_default().push(Instruction { what, place, path });
    }
    all
}

fn tell_unused(left: &Instructions<'_>, what: &str, verb: &str, notes: &mut Gathered) {
    let mut all: Vec<(&str, &Instruction<'_>)> =
        left.iter().flat_map(|(id, all)| all.iter().map(|instruction| (*id, instruction))).collect();
    all.sort_by_key(|(_, instruction)| instruction.place);
    for (id, instruction) in all {
        notes.add(&instruction.path, format!("{what} `{id}` to {verb}"), "correct the id, or take it out");
    }
}

/// Every parameter of the catalog, loose or held.
fn each_param(of: &mut Value, act: &mut dyn FnMut(&mut Value)) {
    for name in ["params", "groups", "controls"] {
        for item in of.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
            if name == "params" { act(item) } else { each_param(item, act) }
        }
    }
}

fn each_control(of: &mut Value, act: &mut dyn FnMut(&mut Value)) {
    for name in ["groups", "controls"] {
        for item in of.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
            if name == "controls" {
                act(item);
            }
            each_control(item, act);
        }
    }
}

fn set(param: &mut Value, setting: &Value, effort: &Effort) {
    for name in EXTENDED {
        let mut items = take_list(param, name);
        let more = setting.get(*name).and_then(Value::as_array).into_iter().flatten();
        for item in more {
            effort.spend(items.len());
            let uuid = text(item, "uuid");
            items.retain(|there| there != item && (uuid.is_none() || text(there, "uuid") != uuid));
            items.push(item.clone());
        }
        put_list(param, name, items);
    }
    let Some(fields) = param.as_object_mut() else { return };
    for (name, value) in REPLACED.iter().filter_map(|name| Some((*name, setting.get(*name)?))) {
        fields.insert(name.to_owned(), value.clone());
        match name {
            "values" => drop(fields.remove("select")),
            "select" => drop(fields.remove("values")),
            _ => {}
        }
    }
}
