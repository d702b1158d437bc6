//! The name of a ledger, which is also the name its key signs under.
//!
//! It must never hold a character that could end a line, separate a word, or change how the line around it is read.

use std::fmt;
use std::str::FromStr;

use crate::KeyError;
use crate::text::{beginning, has_control, is_invisible};

/// The longest name, in bytes: as long as a DNS name (RFC 1035 §2.3.4), which a name should resemble.
pub const NAME_BYTES_MAX: usize = 255;

/// The name of a ledger or of a key in a signed note, for example `northmoor.gov.uk/compliance`.
///
/// C2SP calls it the origin of a checkpoint and the key name of a signature, and recommends a URL without its scheme. It
/// has no white space and no plus sign (C2SP signed-note, Format).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Origin, KeyError> {
        let refuse = |because| Err(KeyError::NotAName { given: beginning(text), because });
        if text.is_empty() {
            return refuse("it is empty");
        }
        if text.len() > NAME_BYTES_MAX {
            return refuse("it is longer than 255 bytes");
        }
        if text.contains('\n') || has_control(text) {
            return refuse("it has a control character");
        }
        if text.chars().any(char::is_whitespace) {
            return refuse("it has a space");
        }
        if text.chars().any(is_invisible) {
            return refuse("it has an invisible character");
        }
        if text.contains('+') {
            return refuse("it has a plus sign");
        }
        Ok(Origin(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_the_rest_is_refused() {
        let name = "northmoor.gov.uk/compliance";
        assert_eq!(name.parse::<Origin>().unwrap().to_string(), name);
        assert!("gemeinde-köln.example/Prüfung".parse::<Origin>().is_ok());
        for wrong in [
            "",
            "a b",
            "a\u{a0}b",
            "a+b",
            "a\nb",
            "a\tb",
            "a\u{7f}",
            "\u{2003}",
            "a\u{202e}b",
            "a\u{200b}",
            &"a".repeat(256),
        ] {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong:?}");
        }
    }
}
