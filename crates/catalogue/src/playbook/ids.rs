//! How playbooks and classes of findings are named. It must never accept a name that cannot be a file name.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use portreeve_model::reference::REFERENCE_CHARS_MAX;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not an id of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {noun} reference: {rule}")]
pub struct NotAnId {
    /// What was given, shortened.
    pub text: String,
    /// The noun it was meant for.
    pub noun: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $rule:literal, $obeys:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The reference as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<$name, NotAnId> {
                if text.len() <= REFERENCE_CHARS_MAX && $obeys(text) {
                    Ok($name(text.to_owned()))
                } else {
                    Err(NotAnId { text: text.chars().take(80).collect(), noun: $noun, rule: $rule })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A playbook, for example `firewall-renewal`.
    PlaybookId,
    "playbook",
    "1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit",
    slug
);
id!(
    /// A class of findings, for example `FC-05`.
    FindingClassId,
    "finding class",
    "`FC-` and two or three digits",
    class
);

fn slug(text: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    !text.is_empty() && !text.starts_with('-') && text.chars().all(allowed)
}

fn class(text: &str) -> bool {
    let digits = text.strip_prefix("FC-").unwrap_or("");
    matches!(digits.len(), 2 | 3) && digits.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_at_the_door() {
        assert_eq!("firewall-renewal".parse::<PlaybookId>().unwrap().to_string(), "firewall-renewal");
        for bad in ["", "-x", "A", "a/b", "..", "a b", &"a".repeat(65)] {
            assert!(bad.parse::<PlaybookId>().is_err(), "{bad:?}");
        }
        assert!("FC-05".parse::<FindingClassId>().is_ok());
        for bad in ["FC-5", "fc-05", "FC-0000", "FC-+1", "05"] {
            assert!(bad.parse::<FindingClassId>().is_err(), "{bad:?}");
        }
    }
}
