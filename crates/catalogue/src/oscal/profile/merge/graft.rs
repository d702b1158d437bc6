//! Settles copies: what several imports bring becomes one tree in which every id stands once, groups of the same id (or,
//! without one, of the same title) joined.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::Digest;
use serde_json::Value;

use super::Harvest;
use crate::oscal::profile::{id, put_list, take_list};
use crate::oscal::reach::text;
use crate::problem::Gathered;

/// What happens to a copy that differs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// It is refused: two requirements cannot have one id.
    Keep,
    /// The first counts.
    UseFirst,
}

impl Rule {
    /// The rule of a `merge`; `keep` where it has none.
    pub(super) fn of(merge: &Value, problems: &mut Gathered) -> Rule {
        match merge.pointer("/combine/method").and_then(Value::as_str) {
            None | Some("keep") => Rule::Keep,
            Some("use-first") => Rule::UseFirst,
            Some(other) => {
                let what = format!("`{other}` is no method that OSCAL specifies");
                problems.add("/profile/merge/combine/method", what, "write `use-first` or `keep`");
                Rule::Keep
            }
        }
    }
}

/// What the imports bring, as one.
pub(super) struct Grafted {
    pub(super) one: Harvest,
    pub(super) metadata: Vec<Value>,
}

/// One tree of all the imports, in their order.
pub(super) fn graft(harvests: Vec<Harvest>, rule: Rule, problems: &mut Gathered, notes: &mut Gathered) -> Grafted {
    let alone = harvests.len() == 1;
    let mut grafted = Grafted { one: Harvest::default(), metadata: Vec::new() };
    let mut grafter = Grafter { seen: BTreeMap::new(), rule, import: String::new(), problems, notes };
    for (index, harvest) in harvests.into_iter().enumerate() {
        let Harvest { controls, groups, loose, resources, metadata } = harvest;
        let one = &mut grafted.one;
        grafted.metadata.push(metadata);
        one.resources.extend(resources);
        if alone {
            (one.controls, one.groups, one.loose) = (controls, groups, loose);
            continue;
        }
        grafter.import = format!("/profile/imports/{index}");
        grafter.controls(&mut one.controls, controls);
        grafter.groups(&mut one.groups, groups);
        let known: BTreeSet<String> = one.loose.iter().map(|param| id(param).to_owned()).collect();
        one.loose.extend(loose.into_iter().filter(|param| !known.contains(id(param))));
    }
    grafted
}

struct Grafter<'a> {
    /// The requirements so far: what each says apart from those nested in it, and which import brought it.
    seen: BTreeMap<String, (Digest, String)>,
    rule: Rule,
    import: String,
    problems: &'a mut Gathered,
    notes: &'a mut Gathered,
}

impl Grafter<'_> {
    /// Adds requirements to a list. A copy is settled; what is nested in it goes where its first stands, or up.
    fn controls(&mut self, into: &mut Vec<Value>, from: Vec<Value>) {
        let places: BTreeMap<String, usize> =
            into.iter().enumerate().map(|(place, control)| (id(control).to_owned(), place)).collect();
        let mut up = Vec::new();
        for mut control in from {
            let nested = take_list(&mut control, "controls");
            let name = id(&control).to_owned();
            if !self.is_copy(&name, &control) {
                let mut fresh = Vec::new();
                self.controls(&mut fresh, nested);
                put_list(&mut control, "controls", fresh);
                into.push(control);
            } else if let Some(first) = places.get(&name).and_then(|place| into.get_mut(*place)) {
                let mut joined = take_list(first, "controls");
                self.controls(&mut joined, nested);
                put_list(first, "controls", joined);
            } else {
                up.extend(nested);
            }
        }
        if !up.is_empty() {
            self.controls(into, up);
        }
    }

    fn is_copy(&mut self, name: &str, control: &Value) -> bool {
        let digest = Digest::of(control.to_string().as_bytes());
        let Some((first, brought_by)) = self.seen.get(name) else {
            self.seen.insert(name.to_owned(), (digest, self.import.clone()));
            return false;
        };
        if *first == digest {
            let what = format!("`{name}` is brought already, the same, by {brought_by}");
            self.notes.add(&self.import, what, "nothing needs doing: it stands once");
        } else if self.rule == Rule::Keep {
            let what = format!("`{name}` is brought already, with other contents, by {brought_by}");
            let remedy = "exclude it from one of the imports, or give `merge` a `combine` with the method `use-first`";
            self.problems.add(&self.import, what, remedy);
        }
        true
    }

    fn groups(&mut self, into: &mut Vec<Value>, from: Vec<Value>) {
        let name = |group: &Value| text(group, "id").or(text(group, "title")).unwrap_or_default().to_owned();
        let places: BTreeMap<String, usize> =
            into.iter().enumerate().map(|(place, group)| (name(group), place)).collect();
        for mut group in from {
            let (controls, groups) = (take_list(&mut group, "controls"), take_list(&mut group, "groups"));
            let was_empty = controls.is_empty() && groups.is_empty();
            let first = places.get(&name(&group)).and_then(|place| into.get_mut(*place));
            let joins = first.is_some();
            let target = first.unwrap_or(&mut group);
            let (mut all_controls, mut all_groups) = (take_list(target, "controls"), take_list(target, "groups"));
            self.controls(&mut all_controls, controls);
            self.groups(&mut all_groups, groups);
            let is_empty = all_controls.is_empty() && all_groups.is_empty();
            put_list(target, "controls", all_controls);
            put_list(target, "groups", all_groups);
            if !joins && (was_empty || !is_empty) {
                into.push(group);
            }
        }
    }
}
