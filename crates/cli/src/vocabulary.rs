//! Closed vocabularies on the command line: help and completions show every word, a word's title on a page is understood
//! too, and a slip is answered with the near one.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command};

/// A parser of one of these words.
#[derive(Clone)]
pub(crate) struct OneOf<W: 'static> {
    all: &'static [W],
    word: fn(W) -> &'static str,
    shown: fn(W) -> &'static str,
}

impl<W: Copy> OneOf<W> {
    pub(crate) const fn new(all: &'static [W], word: fn(W) -> &'static str, shown: fn(W) -> &'static str) -> OneOf<W> {
        OneOf { all, word, shown }
    }

    /// The word that is meant, by itself or by its title, in capitals or not.
    pub(crate) fn meant(&self, text: &str) -> Option<W> {
        let same = |known: &str| known.to_lowercase() == text.trim().to_lowercase();
        let by = |name: fn(W) -> &'static str| self.all.iter().copied().find(|word| same(name(*word)));
        by(self.word).or_else(|| by(self.shown))
    }

    fn values(&self) -> Vec<PossibleValue> {
        self.all.iter().map(|word| PossibleValue::new((self.word)(*word)).help((self.shown)(*word))).collect()
    }
}

impl<W: Copy + Send + Sync + 'static> TypedValueParser for OneOf<W> {
    type Value = W;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<W, clap::Error> {
        if let Some(word) = value.to_str().and_then(|text| self.meant(text)) {
            return Ok(word);
        }
        // The parser of plain words refuses it with the near one and all others.
        let plain = PossibleValuesParser::new(self.values()).parse_ref(command, arg, value)?;
        self.meant(&plain).ok_or_else(|| clap::Error::new(clap::error::ErrorKind::InvalidValue))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.values().into_iter()))
    }
}

/// `value_parser = words!(Role)`.
macro_rules! words {
    ($name:ident) => {
        $crate::vocabulary::OneOf::new($name::ALL, $name::word, $name::shown)
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use portreeve_model::words::{Marking, Role};

    #[test]
    fn a_word_is_known_by_itself_and_by_its_title() {
        let roles = words!(Role);
        for text in ["head-of-ict", "Head of ICT", "HEAD OF ICT", "head-of-ICT"] {
            assert_eq!(roles.meant(text), Some(Role::HeadOfIct), "{text}");
        }
        assert_eq!(roles.meant("head"), None);
        assert_eq!(words!(Marking).meant("OFFICIAL-SENSITIVE"), Some(Marking::OfficialSensitive));
    }
}
