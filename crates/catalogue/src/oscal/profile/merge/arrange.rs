//! Lays the requirements out: in one list, or in the groups of a profile's own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Harvest;
use crate::oscal::profile::select::{Effort, Inherited, Selection};
use crate::oscal::profile::{id, put_list, take_list};
use crate::oscal::reach::{list, placed, text};
use crate::problem::Gathered;

/// One list without groups or nesting. The parameters of groups become loose.
pub(super) fn flat(harvest: &mut Harvest) {
    let mut all = Vec::new();
    ungroup(harvest, &mut |_| {});
    flatten(std::mem::take(&mut harvest.controls), &mut all);
    harvest.controls = all;
}

fn flatten(controls: Vec<Value>, into: &mut Vec<Value>) {
    for mut control in controls {
        let nested = take_list(&mut control, "controls");
        into.push(control);
        flatten(nested, into);
    }
}

/// Takes the groups apart: their requirements follow those without a group.
fn ungroup(harvest: &mut Harvest, told: &mut dyn FnMut(&Value)) {
    let mut groups: Vec<Value> = std::mem::take(&mut harvest.groups);
    groups.reverse();
    while let Some(mut group) = groups.pop() {
        harvest.controls.extend(take_list(&mut group, "controls"));
        groups.extend(take_list(&mut group, "groups").into_iter().rev());
        told(&group);
        harvest.loose.extend(take_list(&mut group, "params"));
    }
}

/// The groups and insertions that a profile writes down. What is never inserted is left out.
pub(super) fn custom(custom: &Value, harvest: &mut Harvest, effort: &Effort, notes: &mut Gathered) {
    let mut sources = BTreeMap::new();
    ungroup(harvest, &mut |group| {
        if text(group, "id").is_some() {
            sources.entry(id(group).to_owned()).or_insert_with(|| group.clone());
        }
    });
    let pool = std::mem::take(&mut harvest.controls);
    let mut arranger = Arranger { pool, sources, placed: BTreeSet::new(), effort, notes };
    harvest.groups = arranger.groups(custom, "/profile/merge/custom");
    harvest.controls = arranger.inserted(custom, "/profile/merge/custom");
}

struct Arranger<'a> {
    pool: Vec<Value>,
    /// The groups of the imports by id, without what stood in them.
    sources: BTreeMap<String, Value>,
    placed: BTreeSet<String>,
    effort: &'a Effort,
    notes: &'a mut Gathered,
}

impl Arranger<'_> {
    fn groups(&mut self, of: &Value, path: &str) -> Vec<Value> {
        placed(of, "groups", path).map(|(path, group)| self.group(group, &path)).collect()
    }

    fn group(&mut self, group: &Value, path: &str) -> Value {
        let (groups, controls) = (self.groups(group, path), self.inserted(group, path));
        let mut made = group.clone();
        if let Some(fields) = made.as_object_mut() {
            fields.remove("insert-controls");
            fields.remove("groups");
        }
        if let Some(source) = self.sources.get(id(group)) {
            join(source, &mut made);
        }
        put_list(&mut made, "groups", groups);
        put_list(&mut made, "controls", controls);
        made
    }

    fn inserted(&mut self, of: &Value, path: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for (path, insertion) in placed(of, "insert-controls", path) {
            if self.effort.spent() {
                break;
            }
            let selection = Selection::of(insertion);
            let mut found = Vec::new();
            let pool = std::mem::take(&mut self.pool);
            self.pick(&pool, &selection, Inherited::default(), &mut found);
            self.pool = pool;
            sort(&mut found, text(insertion, "order").unwrap_or("keep"));
            selection.tell_unused(&path, self.notes);
            all.extend(found);
        }
        all
    }

    /// Copies what is chosen and not placed yet; what is nested stays under what is chosen with it.
    fn pick(&mut self, from: &[Value], selection: &Selection<'_>, inherited: Inherited, into: &mut Vec<Value>) {
        for control in from {
            let choice = selection.choose(id(control), inherited, self.effort);
            let wanted = choice.included && !choice.excluded;
            let chosen = wanted && !self.placed.contains(id(control)) && self.placed.insert(id(control).to_owned());
            let mut nested = Vec::new();
            self.pick(list(control, "controls"), selection, choice.below, &mut nested);
            if !chosen {
                into.append(&mut nested);
                continue;
            }
            let fields = control.as_object().into_iter().flatten().filter(|(name, _)| *name != "controls");
            let mut copy = Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect());
            put_list(&mut copy, "controls", nested);
            into.push(copy);
        }
    }
}

fn sort(controls: &mut [Value], order: &str) {
    match order {
        "ascending" => controls.sort_by(|one, other| id(one).cmp(id(other))),
        "descending" => controls.sort_by(|one, other| id(other).cmp(id(one))),
        _ => return,
    }
    for control in controls {
        if let Some(Value::Array(nested)) = control.get_mut("controls") {
            sort(nested, order);
        }
    }
}

/// Adds what a group of the imports says to the group that the profile makes of it, the imports' items first.
fn join(source: &Value, made: &mut Value) {
    for name in ["params", "props", "links", "parts"] {
        let mut items = list(source, name).to_vec();
        items.extend(take_list(made, name));
        put_list(made, name, items);
    }
    if let (Some(class), Some(fields)) = (source.get("class"), made.as_object_mut()) {
        fields.entry("class").or_insert_with(|| class.clone());
    }
}
