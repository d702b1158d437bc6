//! Writes a document as JSON with its fields in the model's order, which the tree does not keep. The same tree gives the
//! same bytes.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::{Assembly, Kind};

/// The bytes of a document with that one name at its root, without white space. A field that the shape does not have
/// would be left out, so the value must have been checked.
pub(in super::super) fn written(root: &str, value: &Value, shape: &'static Assembly) -> Vec<u8> {
    struct Root<'a>(&'a str, Ordered<'a>);
    impl Serialize for Root<'_> {
        fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
            let mut map = out.serialize_map(Some(1))?;
            map.serialize_entry(self.0, &self.1)?;
            map.end()
        }
    }
    // A tree of JSON values has only text for names and only finite numbers, so writing it cannot fail.
    serde_json::to_vec(&Root(root, Ordered { value, kind: Kind::Node(shape) })).unwrap_or_default()
}

struct Ordered<'a> {
    value: &'a Value,
    kind: Kind,
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let kind = self.kind;
        match (self.value, kind) {
            (Value::Object(fields), Kind::Node(shape)) => {
                let mut map = out.serialize_map(None)?;
                for field in shape.fields {
                    if let Some(value) = fields.get(field.name) {
                        map.serialize_entry(field.name, &Ordered { value, kind: field.kind })?;
                    }
                }
                map.end()
            }
            (Value::Array(items), kind) => {
                let mut list = out.serialize_seq(Some(items.len()))?;
                for value in items {
                    list.serialize_element(&Ordered { value, kind })?;
                }
                list.end()
            }
            (other, _) => other.serialize(out),
        }
    }
}
