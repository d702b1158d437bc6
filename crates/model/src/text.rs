//! Bounded texts: what people type, kept to a length that a page and an entry can hold.

use std::fmt;
use std::str::FromStr;

use crate::through_text::through_text;

/// Why a text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing but white space.
    #[error("the {noun} is empty")]
    Empty {
        /// What it was meant for.
        noun: &'static str,
    },
    /// Over the limit.
    #[error("the {noun} has {chars} characters; at most {max} fit")]
    Long {
        /// What it was meant for.
        noun: &'static str,
        /// How many characters it has.
        chars: usize,
        /// How many fit.
        max: usize,
    },
    /// A control character or a character that reorders what a reader sees.
    #[error("the {noun} holds a character that cannot be shown safely (U+{code:04X})")]
    Unsafe {
        /// What it was meant for.
        noun: &'static str,
        /// The character's code point.
        code: u32,
    },
}

/// Characters that change the order in which others are read: bidirectional overrides, embeddings and isolates.
/// A report that shows them can be made to say something else than its bytes.
pub const fn reorders(letter: char) -> bool {
    matches!(letter, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn bounded(text: &str, noun: &'static str, max: usize, lines: bool) -> Result<String, BadText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadText::Empty { noun });
    }
    let chars = text.chars().count();
    if chars > max {
        return Err(BadText::Long { noun, chars, max });
    }
    let shown = |letter: char| !(letter.is_control() || reorders(letter)) || (lines && letter == '\n');
    match text.chars().find(|letter| !shown(*letter)) {
        Some(letter) => Err(BadText::Unsafe { noun, code: u32::from(letter) }),
        None => Ok(text.to_owned()),
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $max:literal, $lines:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The most characters this text may have.
            pub const CHARS_MAX: usize = $max;

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadText;

            fn from_str(text: &str) -> Result<$name, BadText> {
                bounded(text, $noun, $max, $lines).map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(&self.0)
            }
        }

        through_text!($name);
    };
}

text!(
    /// One line, 1 to 200 characters.
    Title, "title", 200, false
);
text!(
    /// One or several lines, 1 to 4,000 characters: reasons, statements, descriptions.
    Note, "text", 4000, true
);
text!(
    /// What a finding affects: a host name, an address, an application, a site. One line, 1 to 120 characters.
    Host, "host", 120, false
);

text!(
    /// Where a folder lies, as the machine that collected it calls it: 1 to 4,096 characters, the most that Linux opens.
    FolderPath, "path", 4096, false
);

impl Host {
    /// Stands for the whole of what a source looked at, when a finding names no host of its own.
    pub fn whole_estate() -> Host {
        Host("whole estate".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_and_cannot_reorder_a_page() {
        assert_eq!(" Renew the firewalls ".parse::<Title>().unwrap().as_str(), "Renew the firewalls");
        assert!(matches!("  ".parse::<Title>(), Err(BadText::Empty { .. })));
        assert!(matches!("x".repeat(201).parse::<Title>(), Err(BadText::Long { chars: 201, .. })));
        assert!("é".repeat(200).parse::<Title>().is_ok());
        assert!(matches!("a\nb".parse::<Title>(), Err(BadText::Unsafe { code: 10, .. })));
        assert!("a\nb".parse::<Note>().is_ok());
        assert!(matches!("a\u{202E}b".parse::<Note>(), Err(BadText::Unsafe { .. })));
        assert!("a\u{1b}[2J".parse::<Note>().is_err());
    }
}
