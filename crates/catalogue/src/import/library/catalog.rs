//! A library's framework written as an OSCAL catalog. It must never reorder the nodes or move one under another parent.
//!
//! | of a node | in OSCAL |
//! | --- | --- |
//! | `urn` | property `urn` of ours |
//! | `ref_id` | OSCAL's `label`; the id is made of it |
//! | `name` | `title`; without one, the first words of what there is, and a property `title-from` that says so |
//! | `description` | part `statement` of what is answered, part `overview` of a heading |
//! | `annotation` | part `guidance`; the statement, with class `annotation`, where there is no description |
//! | `typical_evidence` | part `typical-evidence` of ours |
//! | `implementation_groups` | a property `implementation-group` of ours for each |
//! | `questions` | parts `question` of ours, with parts `choice` |
//! | `translations` | properties `translated-name` and so on, with the language as class |
//! | its place in the file, where the tree does not tell it | property `place` of ours |
//! | other single values, threats, reference controls | a property of ours for each |

use portreeve_model::reference::FrameworkId;
use serde_json::{Value, json};

use super::head::Head;
use super::metadata;
use super::node::Node;
use super::numbers::{Named, numbers};
use crate::import::entry::Reading;
use crate::import::write::{Piece, Props, one_line, own_part, prose, shortened, title, uuid};
use crate::oscal::NAMESPACE;

/// How much of a description stands in for a name: about twelve words, one line of a table.
const FIRST_WORDS_CHARS: usize = 80;

/// What the catalog says beside its nodes.
pub(super) struct About<'a> {
    pub(super) head: &'a Head,
    pub(super) id: &'a FrameworkId,
    pub(super) urn: &'a str,
    pub(super) title: &'a str,
    pub(super) resources: Vec<Value>,
}

/// The catalog's bytes.
pub(super) fn catalog(
    about: About<'_>,
    nodes: Vec<Node<'_>>,
    roots: &[usize],
    reading: &mut Reading,
) -> Option<Vec<u8>> {
    // A tree that does not hold together is not written: the recursion below relies on its limits.
    if reading.problems.count() > 0 {
        return None;
    }
    let named = |node: &Node<'_>| -> (Option<String>, String, bool) {
        (node.label.as_deref().map(str::to_owned), node.urn.to_string(), node.assessable)
    };
    let names: Vec<_> = nodes.iter().map(named).collect();
    let names: Vec<Named<'_>> = names
        .iter()
        .map(|(label, urn, assessable)| Named { label: label.as_deref(), urn, assessable: *assessable })
        .collect();
    let ids = numbers(&names);
    let placed = !in_order(&nodes, roots);
    let mut writer = Writer { nodes: nodes.into_iter().map(Some).collect(), ids, placed };
    let (list, items) = writer.children(roots, true);

    let mut metadata = metadata(about.head, about.title);
    metadata.insert(
        "props".to_owned(),
        json!([
            { "name": "framework-id", "ns": NAMESPACE, "value": about.id },
            { "name": "urn", "ns": NAMESPACE, "value": about.urn },
        ]),
    );
    let catalog = Piece::new(json!({ "uuid": uuid(&[&about.head.urn, &about.head.version, about.urn]) }))
        .list(list, items)
        .done();
    let mut document = json!({ "catalog": catalog });
    document["catalog"]["metadata"] = Value::Object(metadata);
    document["catalog"]["back-matter"] = json!({ "resources": about.resources });
    match serde_json::to_vec(&document) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            reading.problems.add("", format!("it cannot be written as OSCAL: {error}"), "report this fault");
            None
        }
    }
}

/// Whether the file lists the nodes as a reader of the tree meets them: each branch to its end before the next.
fn in_order(nodes: &[Node<'_>], roots: &[usize]) -> bool {
    let mut next = 0;
    let mut ahead: Vec<usize> = roots.iter().rev().copied().collect();
    while let Some(place) = ahead.pop() {
        if place != next {
            return false;
        }
        next += 1;
        ahead.extend(nodes[place].children.iter().rev());
    }
    true
}

struct Writer<'t> {
    nodes: Vec<Option<Node<'t>>>,
    ids: Vec<String>,
    /// Whether each piece says where it stood in the file, because the tree does not.
    placed: bool,
}

impl Writer<'_> {
    /// The pieces under one parent and the list they belong in: groups where all of them are headings and a group may
    /// stand here, and controls otherwise.
    fn children(&mut self, places: &[usize], groups_may_stand: bool) -> (&'static str, Vec<Value>) {
        let heading = |place: &usize| self.nodes[*place].as_ref().is_some_and(|node| !node.assessable);
        let groups = groups_may_stand && places.iter().all(heading);
        let items = places.iter().filter_map(|place| self.piece(*place, groups)).collect();
        (if groups { "groups" } else { "controls" }, items)
    }

    fn piece(&mut self, place: usize, group: bool) -> Option<Value> {
        let node = self.nodes[place].take()?;
        let (list, items) = self.children(&node.children, group);
        let heading_only = !group && !node.assessable;
        let id = self.ids[place].as_str();

        let mut props = Props::default();
        if let Some(label) = &node.label {
            props.label(label);
        }
        props.own("urn", &node.urn);
        if heading_only {
            props.own("assessable", "no");
        }
        if self.placed {
            props.own("place", &(place + 1).to_string());
        }
        let title = titled(&node, id, &mut props);
        for named in &node.groups {
            props.own("implementation-group", named);
        }
        props.join(node.props);

        let mut parts = Vec::new();
        let main = if node.assessable { "statement" } else { "overview" };
        match (&node.description, &node.annotation) {
            (Some(description), annotation) => {
                parts.push(prose(main, None, description).done());
                parts.extend(annotation.as_ref().map(|annotation| prose("guidance", None, annotation).done()));
            }
            (None, Some(annotation)) => parts.push(prose(main, Some("annotation"), annotation).done()),
            (None, None) => {}
        }
        if let Some(evidence) = &node.typical_evidence {
            parts.push(own_part("typical-evidence", Some(evidence), Props::default(), Vec::new()));
        }
        parts.extend(node.questions);
        Some(Piece::new(json!({ "id": id, "title": title })).props(props).list("parts", parts).list(list, items).done())
    }
}

/// The name as a title. Without one, the first words of what there is, and a property that says whose words they are.
fn titled(node: &Node<'_>, id: &str, props: &mut Props) -> String {
    if let Some(name) = &node.name
        && let Some(title) = title(name)
    {
        if title != **name {
            props.own("name", name);
        }
        return title;
    }
    let words = [("description", &node.description), ("annotation", &node.annotation), ("label", &node.label)];
    for (from, text) in words {
        if let Some(text) = text {
            let title = shortened(&one_line(text), FIRST_WORDS_CHARS);
            if !title.is_empty() {
                props.own("title-from", from);
                return title;
            }
        }
    }
    props.own("title-from", "id");
    id.to_owned()
}
