//! Alters one requirement: removals, then additions.

use serde_json::Value;

use super::select::Effort;
use super::{id, put_list, take_list};
use crate::oscal::reach::{OSCAL_NAMESPACE, list, placed, text};
use crate::problem::Gathered;

/// The lists that an addition fills.
const LISTS: &[&str] = &["params", "props", "links", "parts"];

/// Carries out one `alter`.
pub(super) fn alter(control: &mut Value, alter: &Value, path: &str, effort: &Effort, notes: &mut Gathered) {
    for (path, removal) in placed(alter, "removes", path) {
        if !removal.as_object().is_some_and(|fields| fields.keys().any(|name| name.starts_with("by-"))) {
            notes.add(&path, "it does not say what to remove", "give `by-id`, `by-name` or another");
        } else if !remove(control, removal, effort) {
            notes.add(&path, "nothing in the requirement is what it would remove", "correct it, or take it out");
        }
    }
    for (path, addition) in placed(alter, "adds", path) {
        let target = text(addition, "by-id").filter(|target| *target != id(control));
        let Some(target) = target else {
            add_inside(control, addition, effort);
            continue;
        };
        if !add_at(control, target, addition, effort) {
            let what = format!("nothing in the requirement has the id `{target}`");
            notes.add(&path, what, "correct the id, or take the addition out");
        }
    }
}

/// Removes what meets all criteria from the object and the parameters and parts below it. What a nested requirement says
/// is reached by id alone.
fn remove(of: &mut Value, removal: &Value, effort: &Effort) -> bool {
    let mut removed = false;
    for name in LISTS {
        let items = take_list(of, name);
        let before = items.len();
        effort.spend(before);
        let mut kept: Vec<Value> = items.into_iter().filter(|item| !meets(item, name, removal)).collect();
        removed |= kept.len() < before;
        for item in &mut kept {
            removed |= remove(item, removal, effort);
        }
        put_list(of, name, kept);
    }
    if removal.get("by-id").is_some() {
        for nested in of.get_mut("controls").and_then(Value::as_array_mut).into_iter().flatten() {
            removed |= remove(nested, removal, effort);
        }
    }
    removed
}

fn meets(item: &Value, list: &str, removal: &Value) -> bool {
    let asks = |criterion: &str| text(removal, criterion);
    let has_namespace = matches!(list, "props" | "parts");
    asks("by-id").is_none_or(|wanted| text(item, "id") == Some(wanted))
        && asks("by-name").is_none_or(|wanted| text(item, "name") == Some(wanted))
        && asks("by-class").is_none_or(|wanted| text(item, "class") == Some(wanted))
        && asks("by-item-name").is_none_or(|wanted| list.strip_suffix('s') == Some(wanted))
        && asks("by-ns").is_none_or(|wanted| has_namespace && text(item, "ns").unwrap_or(OSCAL_NAMESPACE) == wanted)
}

/// Adds to an object as a whole, before what it has when the position says so.
fn add_inside(to: &mut Value, addition: &Value, effort: &Effort) {
    for name in LISTS {
        add_list(to, name, list(addition, name), comes_first(addition), effort);
    }
    if let (Some(title), Some(fields)) = (addition.get("title"), to.as_object_mut()) {
        fields.insert("title".to_owned(), title.clone());
    }
}

fn comes_first(addition: &Value) -> bool {
    matches!(text(addition, "position"), Some("starting" | "before"))
}

fn add_list(to: &mut Value, name: &str, more: &[Value], first: bool, effort: &Effort) {
    let mut items = take_list(to, name);
    let at = if first { 0 } else { items.len() };
    insert(&mut items, at, more, effort);
    put_list(to, name, items);
}

fn insert(items: &mut Vec<Value>, at: usize, more: &[Value], effort: &Effort) {
    effort.spend(items.len() + more.len());
    let at = at.min(items.len());
    items.splice(at..at, more.iter().cloned());
}

/// Adds at the parameter or part with that id, wherever below the object it stands. False if there is none.
fn add_at(of: &mut Value, target: &str, addition: &Value, effort: &Effort) -> bool {
    for name in ["params", "parts"] {
        effort.spend(list(of, name).len());
        if let Some(at) = list(of, name).iter().position(|item| text(item, "id") == Some(target)) {
            add_to(of, name, at, addition, effort);
            return true;
        }
    }
    ["parts", "controls"].iter().any(|name| {
        let items = of.get_mut(*name).and_then(Value::as_array_mut);
        items.into_iter().flatten().any(|item| add_at(item, target, addition, effort))
    })
}

/// Adds inside, before or after an item. What cannot stand there by the model goes to the object that holds the item:
/// a part has no parameters, a parameter no parts, and properties and links have no place between parts.
fn add_to(holder: &mut Value, name: &str, at: usize, addition: &Value, effort: &Effort) {
    let position = text(addition, "position").unwrap_or("ending");
    let beside = matches!(position, "before" | "after");
    let holder_is_part = holder.get("name").is_some();
    for list_name in LISTS {
        let more = list(addition, list_name);
        if more.is_empty() || (holder_is_part && *list_name == "params") {
            continue;
        }
        if beside && *list_name == name {
            let mut items = take_list(holder, name);
            insert(&mut items, if position == "before" { at } else { at + 1 }, more, effort);
            put_list(holder, name, items);
            continue;
        }
        let fits_inside = match name {
            "params" => matches!(*list_name, "props" | "links"),
            _ => *list_name != "params",
        };
        let item = holder.get_mut(name).and_then(|items| items.get_mut(at)).filter(|_| !beside && fits_inside);
        match item {
            Some(item) => add_list(item, list_name, more, comes_first(addition), effort),
            None => add_list(holder, list_name, more, comes_first(addition), effort),
        }
    }
    let item = holder.get_mut(name).and_then(|items| items.get_mut(at)).and_then(Value::as_object_mut);
    if let (Some(title), Some(fields), false, "parts") = (addition.get("title"), item, beside, name) {
        fields.insert("title".to_owned(), title.clone());
    }
}
