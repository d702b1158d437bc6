//! One way into and out of JSON for everything that has a text form: `Display` writes it, `FromStr` reads it, and nothing
//! that `FromStr` refuses can come in by another door.

/// Writes a type into JSON as its text, and reads it back through its parser.
macro_rules! through_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use through_text;
