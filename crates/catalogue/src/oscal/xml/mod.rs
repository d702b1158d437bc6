//! OSCAL in XML, as the tree that the same document has in JSON. The shape of the model says which attribute or element
//! is which field; markup becomes Markdown. Entities are the five of XML and characters by number; a document type is
//! refused, so nothing can grow on the way in. It must never judge the document: what does not fit goes into the tree
//! under its own name, where the shape finds it.

mod element;
mod markup;

use serde_json::{Map, Value};

use self::element::{Content, Element};
use super::shape::{Assembly, Field, Kind, Stands, Type};
use crate::problem::{Gathered, Problems};

/// The namespace of OSCAL's elements, whatever 1.x it is.
const NAMESPACE: &str = "http://csrc.nist.gov/ns/oscal/1.0";

/// Reads one XML document into the tree of its JSON form. `shape_of` gives the shape of the document with that root.
///
/// # Errors
/// The file is not XML that can be read within the limits, or has what no tree could hold: an element that stands twice,
/// text between elements.
pub(super) fn tree(bytes: &[u8], shape_of: impl Fn(&str) -> Option<&'static Assembly>) -> Result<Value, Problems> {
    let root = element::read(bytes)?;
    let mut problems = Gathered::default();
    if root.namespace.as_deref() != Some(NAMESPACE) {
        problems.add("", "its root is not in the namespace of OSCAL", format!("write `xmlns=\"{NAMESPACE}\"` on it"));
    }
    let body = match shape_of(&root.name) {
        Some(shape) => object(&root, shape, &format!("/{}", root.name), &mut problems),
        None => Value::Null,
    };
    problems.verdict(Some(Value::Object(Map::from_iter([(root.name, body)]))))
}

fn object(element: &Element, shape: &Assembly, path: &str, problems: &mut Gathered) -> Value {
    let mut fields = Map::new();
    for (name, value) in &element.flags {
        let flag = shape.fields.iter().find(|field| field.stands == Stands::Flag && field.tag == name);
        let value = if flag.is_some() { Value::String(value.clone()) } else { Value::Null };
        fields.insert(name.clone(), value);
    }
    let mut blocks: Vec<&Element> = Vec::new();
    for child in element.elements() {
        match shape.fields.iter().find(|field| stands_as(field, &child.name)) {
            Some(field) => place(child, field, path, &mut fields, problems),
            None if markup::is_block(&child.name)
                && shape.fields.iter().any(|field| field.stands == Stands::Blocks) =>
            {
                blocks.push(child);
            }
            None => drop(fields.insert(child.name.clone(), Value::Null)),
        }
    }
    let own = |stands: Stands| shape.fields.iter().find(move |field| field.stands == stands);
    if let Some(field) = own(Stands::Blocks).filter(|_| !blocks.is_empty()) {
        fields.insert(field.name.to_owned(), Value::String(markup::blocks(blocks.into_iter())));
    }
    let text = element.text();
    match own(Stands::Content) {
        Some(field) if !text.is_empty() => drop(fields.insert(field.name.to_owned(), Value::String(text))),
        None if !text.is_empty() => problems.add(path, "text stands between its elements", "put it into an element"),
        _ => {}
    }
    Value::Object(fields)
}

fn stands_as(field: &Field, name: &str) -> bool {
    match field.stands {
        Stands::Element => field.tag == name,
        Stands::Listed => field.name == name,
        Stands::Flag | Stands::Content | Stands::Blocks => false,
    }
}

/// Puts an element into its field.
fn place(child: &Element, field: &Field, path: &str, fields: &mut Map<String, Value>, problems: &mut Gathered) {
    let path = format!("{path}/{}", field.name);
    if !field.many {
        let value = value(child, field.kind, &path, problems);
        if fields.insert(field.name.to_owned(), value).is_some() {
            problems.add(&path, format!("the element `{}` stands twice", child.name), "keep one of the two");
        }
        return;
    }
    let Value::Array(items) = fields.entry(field.name).or_insert_with(|| Value::Array(Vec::new())) else { return };
    let mut add = |item: &Element, items: &mut Vec<Value>| {
        let path = format!("{path}/{}", items.len());
        items.push(value(item, field.kind, &path, problems));
    };
    if field.stands == Stands::Listed {
        child.elements().filter(|item| item.name == field.tag).for_each(|item| add(item, items));
    } else {
        add(child, items);
    }
}

fn value(element: &Element, kind: Kind, path: &str, problems: &mut Gathered) -> Value {
    match kind {
        Kind::Node(shape) => object(element, shape, path, problems),
        Kind::Leaf(Type::Line) => Value::String(markup::line(element)),
        Kind::Leaf(Type::Prose) => Value::String(markup::blocks(element.elements())),
        Kind::Leaf(Type::YesNo) => match element.text().as_str() {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            other => Value::String(other.to_owned()),
        },
        Kind::Leaf(_) => Value::String(element.text()),
    }
}

impl Element {
    fn elements(&self) -> impl Iterator<Item = &Element> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    /// The element's own text, white space collapsed.
    fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|content| match content {
            Content::Text(text) => Some(text.as_str()),
            Content::Element(_) => None,
        });
        texts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
