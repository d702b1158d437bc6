//! The nodes of a framework as their file lists them, flat and in order, and the tree that their parents make of them.
//! It must never accept a tree that another reader could build differently: each parent stands above its children.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::head::translations;
use super::question::questions;
use crate::import::Counts;
use crate::import::entry::{Entry, Reading};
use crate::import::write::Props;
use crate::json::below;
use crate::oscal::{DEPTH_MAX, REQUIREMENTS_MAX};
use crate::problem::PROBLEMS_MAX;
use crate::yaml::Tree;

/// A heading or a requirement.
pub(super) struct Node<'t> {
    pub(super) path: String,
    pub(super) urn: Cow<'t, str>,
    parent_urn: Option<Cow<'t, str>>,
    pub(super) assessable: bool,
    pub(super) label: Option<Cow<'t, str>>,
    pub(super) name: Option<Cow<'t, str>>,
    pub(super) description: Option<Cow<'t, str>>,
    pub(super) annotation: Option<Cow<'t, str>>,
    pub(super) typical_evidence: Option<Cow<'t, str>>,
    pub(super) groups: Vec<String>,
    /// Everything that is a single value.
    pub(super) props: Props,
    pub(super) questions: Vec<Value>,
    /// The places of the nodes below it, in the order of the file.
    pub(super) children: Vec<usize>,
}

/// The tree of a framework.
pub(super) struct Nodes<'t> {
    pub(super) all: Vec<Node<'t>>,
    pub(super) roots: Vec<usize>,
    pub(super) counts: Counts,
}

/// Reads the nodes of a framework and builds their tree.
pub(super) fn nodes<'t>(framework: &mut Entry<'t>, reading: &mut Reading) -> Nodes<'t> {
    let items = framework.list("requirement_nodes", reading);
    let mut counts = Counts::default();
    if items.len() > REQUIREMENTS_MAX {
        let what = format!("there are {} nodes; at most {REQUIREMENTS_MAX} are read", items.len());
        reading.problems.add(&framework.at("requirement_nodes"), what, "split the framework");
        return Nodes { all: Vec::new(), roots: Vec::new(), counts };
    }
    let read = items.into_iter().filter_map(|(path, item)| node(item, path, &mut counts, reading));
    let all: Vec<Node<'t>> = read.collect();
    counts.nodes = all.len();
    counts.assessable = all.iter().filter(|node| node.assessable).count();
    tree(all, counts, reading)
}

fn node<'t>(item: &'t Tree, path: String, counts: &mut Counts, reading: &mut Reading) -> Option<Node<'t>> {
    let mut entry = Entry::of(item, &path, reading)?;
    let urn = entry.need("urn", "give the node a URN of its own", reading);
    let mut props = Props::default();
    for (field, prop) in [
        ("weight", "weight"),
        ("importance", "importance"),
        ("display_mode", "display-mode"),
        ("min_score", "min-score"),
        ("max_score", "max-score"),
        ("scores_definition_ref", "scores-definition-ref"),
    ] {
        props.may(prop, entry.word(field, reading).as_deref());
    }
    let groups = entry.words("implementation_groups", reading);
    for (field, prop) in [("threats", "threat"), ("reference_controls", "reference-control")] {
        for urn in entry.words(field, reading) {
            props.own(prop, &urn);
        }
    }
    translations(&mut entry, &mut props, reading);
    // How deep a node stands is told by its parents.
    entry.take("depth");
    let node = Node {
        path,
        urn: urn?,
        parent_urn: entry.text("parent_urn", reading),
        assessable: entry.truth("assessable", reading),
        label: entry.text("ref_id", reading),
        name: entry.text("name", reading),
        description: entry.text("description", reading),
        annotation: entry.text("annotation", reading),
        typical_evidence: entry.text("typical_evidence", reading),
        groups,
        props,
        questions: questions(&mut entry, counts, reading),
        children: Vec::new(),
    };
    entry.rest("a requirement node", reading);
    Some(node)
}

fn tree<'t>(mut all: Vec<Node<'t>>, mut counts: Counts, reading: &mut Reading) -> Nodes<'t> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (place, node) in all.iter().enumerate() {
        if let Some(first) = places.get(&node.urn.to_lowercase()) {
            let what = format!("the URN `{}` stands already at {}", node.urn, all[*first].path);
            reading.problems.add(&node.path, what, "give each node a URN of its own");
        } else {
            places.insert(node.urn.to_lowercase(), place);
        }
    }
    let parent_of = |node: &Node<'_>| Some(places.get(&node.parent_urn.as_ref()?.to_lowercase()).copied());
    let parents: Vec<Option<Option<usize>>> = all.iter().map(parent_of).collect();
    let mut roots = Vec::new();
    let mut depths = vec![1; all.len()];
    for (place, parent) in parents.iter().enumerate() {
        match parent {
            None => roots.push(place),
            Some(Some(parent)) if *parent < place => {
                depths[place] = depths[*parent] + 1;
                all[*parent].children.push(place);
                // Told once for each branch: what stands below is as deep because of this one.
                if depths[place] == DEPTH_MAX + 1 {
                    let what = format!("it stands {} levels deep; at most {DEPTH_MAX} are read", depths[place]);
                    reading.problems.add(&all[place].path, what, "bring the branch up");
                }
            }
            _ => misplaced(&all, &parents, place, reading),
        }
    }
    counts.depth = depths.into_iter().max().unwrap_or(0);
    counts.roots = roots.len();
    Nodes { all, roots, counts }
}

/// Says why a node's parent cannot be what it names.
fn misplaced(all: &[Node<'_>], parents: &[Option<Option<usize>>], place: usize, reading: &mut Reading) {
    let node = &all[place];
    let path = below(&node.path, "parent_urn");
    // The walk is as long as the circle: not for a problem that is only counted.
    if reading.problems.count() >= PROBLEMS_MAX {
        return reading.problems.add(&path, "it stands nowhere in the tree", "correct the URN");
    }
    let named = node.parent_urn.as_deref().unwrap_or_default();
    let mut seen = BTreeSet::from([place]);
    let mut above = parents[place].flatten();
    while let Some(next) = above {
        if next == place {
            let what = format!("`{named}` stands below `{}`: the parents go round in a circle", node.urn);
            return reading.problems.add(&path, what, "name the node it stands under, or leave `parent_urn` out");
        }
        if !seen.insert(next) {
            break;
        }
        above = parents[next].flatten();
    }
    if parents[place].flatten().is_some() {
        let what = format!("its parent `{named}` stands further down in the file");
        reading.problems.add(&path, what, "put each node below its parent");
    } else {
        let what = format!("there is no node `{named}`");
        reading.problems.add(&path, what, "correct the URN, or leave `parent_urn` out");
    }
}
