//! The shape of OSCAL documents, written down as data: which fields an object has, of what type, how many, and how each
//! stands in XML. One interpreter ([`check`]) judges a document by it, whichever encoding it came in; the XML reader and
//! the writer are driven by the same tables.
//!
//! The facts are those of the OSCAL 1.2.3 models (NIST), in the models' own order. Where NIST's JSON schema has lost
//! what the model and the XML schema say (`id` of a parameter, `param-id`, `uuid` and `type` of a party, `href` of an
//! import are required; `combine` has a `method`), the model is followed. It must never hold a rule of our own.

mod catalog;
mod check;
mod metadata;
mod profile;
mod types;
mod write;

pub(super) use catalog::CATALOG;
pub(super) use check::check;
pub(super) use profile::PROFILE;
pub(super) use types::{Type, moment};
pub(super) use write::written;

/// An object of a document.
pub(super) struct Assembly {
    /// Its fields, in the model's order.
    pub(super) fields: &'static [Field],
    /// Fields that exclude each other, if any do.
    choice: Option<Choice>,
}

/// Fields of which at most one may stand in an object.
struct Choice {
    of: &'static [&'static str],
    /// Whether one of them must.
    needed: bool,
}

/// A field of an object.
pub(super) struct Field {
    /// Its name in JSON and YAML.
    pub(super) name: &'static str,
    /// The name of its element or attribute in XML.
    pub(super) tag: &'static str,
    /// How it stands in XML.
    pub(super) stands: Stands,
    /// Whether it is a list, which has at least one item.
    pub(super) many: bool,
    /// Whether it must be there.
    needed: bool,
    /// What it, or each of its items, is.
    pub(super) kind: Kind,
}

/// How a field stands in XML.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// As an attribute.
    Flag,
    /// As an element, or one element an item.
    Element,
    /// As items inside an element of the list's own name.
    Listed,
    /// As the text of the object's own element.
    Content,
    /// As paragraphs, lists and tables between the object's other elements.
    Blocks,
}

/// What a field is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A text or a yes or no.
    Leaf(Type),
    /// An object.
    Node(&'static Assembly),
}

impl Assembly {
    /// The field of that name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    const fn needed(mut self) -> Field {
        self.needed = true;
        self
    }
}

const fn assembly(fields: &'static [Field]) -> Assembly {
    Assembly { fields, choice: None }
}

impl Assembly {
    const fn at_most_one(mut self, of: &'static [&'static str]) -> Assembly {
        self.choice = Some(Choice { of, needed: false });
        self
    }

    const fn exactly_one(mut self, of: &'static [&'static str]) -> Assembly {
        self.choice = Some(Choice { of, needed: true });
        self
    }
}

const fn field(name: &'static str, tag: &'static str, stands: Stands, kind: Kind) -> Field {
    Field { name, tag, stands, many: false, needed: false, kind }
}

const fn flag(name: &'static str, leaf: Type) -> Field {
    field(name, name, Stands::Flag, Kind::Leaf(leaf))
}

const fn text(name: &'static str, leaf: Type) -> Field {
    field(name, name, Stands::Element, Kind::Leaf(leaf))
}

const fn content(name: &'static str, leaf: Type) -> Field {
    field(name, "", Stands::Content, Kind::Leaf(leaf))
}

const fn blocks(name: &'static str) -> Field {
    field(name, "", Stands::Blocks, Kind::Leaf(Type::Prose))
}

const fn node(name: &'static str, of: &'static Assembly) -> Field {
    field(name, name, Stands::Element, Kind::Node(of))
}

const fn list(name: &'static str, tag: &'static str, kind: Kind) -> Field {
    Field { many: true, ..field(name, tag, Stands::Element, kind) }
}

const fn nodes(name: &'static str, tag: &'static str, of: &'static Assembly) -> Field {
    list(name, tag, Kind::Node(of))
}

const fn texts(name: &'static str, tag: &'static str, leaf: Type) -> Field {
    list(name, tag, Kind::Leaf(leaf))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value};
    use std::path::Path;

    /// NIST's own schema, if the shared corpus is there.
    fn schema(model: &str) -> Option<Value> {
        let root = std::env::var_os("PORTREEVE_SHARED").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
            |root| Path::new(&root).to_owned(),
        );
        let path = root.join(format!("data/corpora/oscal/schemas-1.2.3/oscal_{model}_schema.json"));
        if !path.exists() {
            use std::io::Write as _;
            assert!(std::env::var_os("CI").is_none(), "CI is set, and there is no {}", path.display());
            let _ = writeln!(std::io::stderr(), "SKIPPED: there is no {}", path.display());
            return None;
        }
        Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    }

    /// A walk through the schema and our tables side by side.
    struct Walk<'a> {
        by_id: Map<String, Value>,
        definitions: &'a Value,
        done: Vec<(String, *const Assembly)>,
        compared: usize,
    }

    impl<'a> Walk<'a> {
        fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
            let Some(reference) = schema["$ref"].as_str() else { return schema };
            self.resolved(match reference.strip_prefix("#/definitions/") {
                Some(name) => &self.definitions[name],
                None => &self.by_id[reference],
            })
        }

        fn node(&mut self, schema: &Value, ours: &'static Assembly, at: &str) {
            let key = (schema.to_string(), std::ptr::from_ref(ours));
            if self.done.contains(&key) {
                return;
            }
            self.done.push(key);
            let branches: Vec<&Value> = match schema["anyOf"].as_array() {
                Some(branches) => branches.iter().collect(),
                None => vec![schema],
            };
            let mut names: Vec<&str> = Vec::new();
            for branch in &branches {
                assert_eq!(branch["additionalProperties"], false, "{at}");
                names.extend(branch["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()));
            }
            names.sort_unstable();
            let everywhere = |name: &&str| names.iter().filter(|other| other == &name).count() == branches.len();
            let apart: Vec<&str> = names.iter().copied().filter(|name| !everywhere(name)).collect();
            let mut choice = ours.choice.as_ref().map_or(Vec::new(), |choice| choice.of.to_vec());
            choice.sort_unstable();
            assert_eq!(apart, choice, "what excludes each other at {at}");
            names.dedup();
            let mut own: Vec<&str> = ours.fields.iter().map(|field| field.name).collect();
            own.sort_unstable();
            if at.ends_with("/combine") {
                own.retain(|name| *name != "method");
            }
            assert_eq!(names, own, "the fields of {at}");
            for field in ours.fields.iter().filter(|field| names.contains(&field.name)) {
                let at = format!("{at}/{}", field.name);
                let holder = branches.iter().find(|branch| branch["properties"].get(field.name).is_some()).unwrap();
                let required = |branch: &&Value| {
                    branch["required"].as_array().is_some_and(|all| all.iter().any(|one| one == field.name))
                };
                let in_choice = choice.contains(&field.name);
                let lost = ["id", "param-id", "uuid", "type", "href"].contains(&field.name) && branches.len() > 1;
                if !in_choice && !lost {
                    assert_eq!(branches.iter().all(required), field.needed, "whether {at} is required");
                }
                if in_choice && field.name != "include-controls" {
                    let needed = ours.choice.as_ref().unwrap().needed;
                    assert_eq!(required(holder), needed, "whether the choice at {at} is required");
                }
                let mut schema = self.resolved(&holder["properties"][field.name]).clone();
                assert_eq!(schema["type"] == "array", field.many, "whether {at} is a list");
                if field.many {
                    assert_eq!(schema["minItems"], 1, "{at}");
                    schema = self.resolved(&schema["items"]).clone();
                }
                self.compared += 1;
                match field.kind {
                    Kind::Node(ours) => self.node(&schema, ours, &at),
                    Kind::Leaf(leaf) => self.leaf(&schema, leaf, &at),
                }
            }
        }

        /// A type is named by a reference, or is one of several: a closed list of words, or an open one.
        fn leaf(&self, schema: &Value, leaf: Type, at: &str) {
            let closed = schema["allOf"].as_array().and_then(|all| all.iter().find_map(|one| one["enum"].as_array()));
            if let Type::OneOf(words) = leaf {
                let theirs: Vec<&str> =
                    closed.unwrap_or_else(|| panic!("{at}")).iter().filter_map(Value::as_str).collect();
                assert_eq!(theirs, words, "the words of {at}");
                return;
            }
            assert!(closed.is_none(), "{at} is a closed list");
            let open = schema["anyOf"].as_array().map(|any| self.resolved(&any[0]));
            let schema = open.unwrap_or(schema);
            let theirs =
                (schema["type"].as_str().unwrap_or("string"), schema["pattern"].as_str(), schema["format"].as_str());
            let starts = |part: &str| theirs.1.is_some_and(|pattern| pattern.starts_with(part));
            let ours = match leaf {
                Type::Token => starts("^(\\p{L}|_)"),
                Type::Text => theirs.1 == Some("^\\S(.*\\S)?$"),
                Type::Line => theirs.1 == Some("^[^\n]+$"),
                Type::Prose => theirs == ("string", None, None),
                Type::Uri => theirs.2 == Some("uri"),
                Type::UriReference => theirs.2 == Some("uri-reference"),
                Type::Uuid => starts("^[0-9A-Fa-f]{8}-"),
                Type::Moment => theirs.2 == Some("date-time"),
                Type::Email => schema["allOf"].is_array(),
                Type::Base64 => starts("^[0-9A-Za-z+/]+"),
                Type::YesNo => theirs.0 == "boolean",
                Type::OneOf(_) => false,
            };
            assert!(ours, "the type of {at} is {theirs:?}");
        }
    }

    #[test]
    fn the_tables_say_what_the_schemas_of_nist_say() {
        for (model, root) in [("catalog", &CATALOG), ("profile", &PROFILE)] {
            let Some(schema) = schema(model) else { return };
            let definitions = &schema["definitions"];
            let named = definitions.as_object().unwrap().values();
            let by_id = named.filter_map(|one| Some((one["$id"].as_str()?.to_owned(), one.clone()))).collect();
            let mut walk = Walk { by_id, definitions, done: Vec::new(), compared: 0 };
            let start = walk.resolved(&schema["properties"][model]).clone();
            walk.node(&start, root, model);
            assert!(walk.compared > 120, "{model}: only {} fields were compared", walk.compared);
        }
    }
}
