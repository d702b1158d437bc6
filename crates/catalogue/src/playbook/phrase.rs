//! A phrase that a finding is recognised by: words that all have to stand in one sentence, in any order. `a|b` is either
//! word, and `a_b` are words side by side. It must never match a part of a word.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::words::{Word, words};

/// Longest phrase, in bytes: four terms with ten choices of ten letters each.
const BYTES_MAX: usize = 400;

const LETTERS: &str = "lower-case letters, digits and full stops, with a space between words, `|` between words of which \
                       either will do, and `_` between words side by side";

/// Words that all have to stand in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phrase {
    text: String,
    /// Each term is a choice, and each choice a run of words as they are compared.
    terms: Vec<Vec<Vec<String>>>,
}

/// Why a text is not a phrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a phrase: {rule}")]
pub struct BadPhrase {
    /// What was given, shortened.
    pub text: String,
    /// The rule it breaks.
    pub rule: &'static str,
}

impl Phrase {
    /// How many terms it has: what it says grows with them.
    pub fn terms(&self) -> usize {
        self.terms.len()
    }

    /// Where its words stand in a sentence, in the sentence's own order; nothing when one is not there.
    pub(super) fn found_in(&self, sentence: &[Word]) -> Option<Vec<usize>> {
        let mut places = Vec::new();
        for choices in &self.terms {
            let (start, length) = choices.iter().filter_map(|run| find(run, sentence)).min()?;
            places.extend(start..start + length);
        }
        places.sort_unstable();
        places.dedup();
        Some(places)
    }
}

/// Where a run of words starts in a sentence, and how long it is.
fn find(run: &[String], sentence: &[Word]) -> Option<(usize, usize)> {
    let same = |window: &[Word]| window.iter().zip(run).all(|(word, wanted)| &word.plain == wanted);
    sentence.windows(run.len()).position(same).map(|start| (start, run.len()))
}

impl FromStr for Phrase {
    type Err = BadPhrase;

    fn from_str(text: &str) -> Result<Phrase, BadPhrase> {
        let refuse = |rule| Err(BadPhrase { text: text.chars().take(80).collect(), rule });
        if text.len() > BYTES_MAX {
            return refuse("it has more than 400 bytes");
        }
        let allowed = |letter: char| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, ' ' | '|' | '_' | '.')
        };
        if !text.chars().all(allowed) {
            return refuse(LETTERS);
        }
        if text.split([' ', '|', '_']).any(|word| words(word).is_empty()) {
            return refuse("a word is missing beside a space, `|` or `_`");
        }
        let run = |choice: &str| choice.split('_').flat_map(words).map(|word| word.plain).collect();
        let terms = text.split(' ').map(|term| term.split('|').map(run).collect()).collect();
        Ok(Phrase { text: text.to_owned(), terms })
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.text)
    }
}

impl Serialize for Phrase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Phrase, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::sentences;
    use super::*;

    fn found(phrase: &str, text: &str) -> bool {
        let phrase: Phrase = phrase.parse().unwrap();
        sentences(text).iter().any(|sentence| phrase.found_in(sentence).is_some())
    }

    #[test]
    fn every_term_has_to_stand_in_the_same_sentence() {
        assert!(found("firewall firmware", "The firmware of both firewalls is old"));
        assert!(!found("firewall firmware", "Firewalls are fine. The firmware of printers is old."));
        assert!(!found("rule", "A ruler"));
    }

    #[test]
    fn choices_and_runs_are_what_they_say() {
        assert!(found("laptop|tablet not|without encryption", "Tablets without encryption"));
        assert!(found("firewall end_of_life", "End of life firewall"));
        assert!(!found("firewall end_of_life", "Firewall of the life science end"));
        assert!(found("tls_1.0", "TLS 1.0 is offered"));
    }

    #[test]
    fn a_phrase_names_the_places_of_its_words() {
        let phrase: Phrase = "smb signing".parse().unwrap();
        let sentence = sentences("Signing is not required for SMB").remove(0);
        assert_eq!(phrase.found_in(&sentence), Some(vec![0, 5]));
    }

    #[test]
    fn what_cannot_be_a_phrase_is_refused() {
        for bad in ["", " a", "a  b", "a|", "_a", "a__b", "SMB", "é", "a,b", &"a".repeat(401)] {
            assert!(bad.parse::<Phrase>().is_err(), "{bad:?}");
        }
    }
}
