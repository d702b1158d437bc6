//! Closed vocabularies on the command line: help and completions show every word, and a slip is answered with the near
//! one.

use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use portreeve_model::words::UnknownWord;

/// A parser of one of these words.
pub(crate) fn one_of<W>(words: impl Iterator<Item = &'static str>) -> impl TypedValueParser<Value = W>
where
    W: FromStr<Err = UnknownWord> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<W>())
}

/// `value_parser = words!(Role)`.
macro_rules! words {
    ($name:ident) => {
        $crate::vocabulary::one_of::<$name>($name::ALL.iter().map(|word| word.word()))
    };
}
pub(crate) use words;
