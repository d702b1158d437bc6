//! What can be searched for, and what is found.
//!
//! Must never hold anything that only one version of the tables knows, but in a [`Cursor`], which is opaque.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Add;
use std::str::FromStr;

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestPath, PATH_BYTES_MAX};

use super::Words;
use super::drive::Driver;

/// What to look for: a file is found if it is all that is asked. A file that was found in several collections of a series
/// with the same path and bytes is one file.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Its digest, or how that begins.
    pub digest: Option<DigestPart>,
    /// How its path begins, byte for byte.
    pub path: Option<Vec<u8>>,
    /// Words of its path: of its name and of its folders. Case and accents make no difference.
    pub name: Option<Words>,
    /// Words that its path must not have, all of them.
    pub not_named: Option<Words>,
    /// Words of its text.
    pub text: Option<Words>,
    /// What it is, in the word that came with its text.
    pub kind: Option<String>,
    /// In which collections it is.
    pub within: Within,
    /// How many files a page has: at least one, and at most [`PAGE_ROWS_MAX`](super::PAGE_ROWS_MAX).
    pub limit: u32,
    /// The page before, if it is not the first.
    pub after: Option<Cursor>,
    /// What stands before and after what was found in a text. A text has no control characters but line ends, so one of
    /// those cannot be forged by it.
    pub markers: (&'static str, &'static str),
}

/// In which collections a file is to be.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Within {
    /// In any.
    #[default]
    All,
    /// In one of these, by their manifests. What the index does not hold holds nothing.
    Only(BTreeSet<Digest>),
    /// In one that is none of these: for evidence that was withdrawn.
    Except(BTreeSet<Digest>),
}

/// A digest, or how one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestPart {
    /// All digests that begin so lie between these two, themselves among them.
    pub(super) least: Digest,
    pub(super) greatest: Digest,
}

impl From<Digest> for DigestPart {
    fn from(digest: Digest) -> DigestPart {
        DigestPart { least: digest, greatest: digest }
    }
}

impl DigestPart {
    /// How many digits there must be. One of 5 million files has the same eight as another with 1 chance in 860.
    pub const DIGITS_MIN: usize = 8;

    pub(super) fn has(&self, digest: &Digest) -> bool {
        (self.least..=self.greatest).contains(digest)
    }
}

impl FromStr for DigestPart {
    type Err = QueryProblem;

    fn from_str(text: &str) -> Result<DigestPart, QueryProblem> {
        let whole = |fill: char| format!("{text}{}", fill.to_string().repeat(64_usize.saturating_sub(text.len())));
        let bounds = (whole('0').parse(), whole('f').parse());
        match bounds {
            (Ok(least), Ok(greatest)) if text.len() >= Self::DIGITS_MIN => Ok(DigestPart { least, greatest }),
            _ => Err(QueryProblem::NoDigest),
        }
    }
}

/// Why something cannot be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryProblem {
    /// Not the beginning of a SHA-256.
    #[error("that is not a SHA-256, nor its first digits, of which there must be at least {}", DigestPart::DIGITS_MIN)]
    NoDigest,
    /// No letter or digit to look for.
    #[error("there is no word in what is to be looked for")]
    NoWord,
    /// Too long.
    #[error("what is to be looked for is longer than {bytes_max} bytes")]
    TooLong {
        /// How long it may be.
        bytes_max: usize,
    },
    /// Too many words.
    #[error("there are more than {words_max} words to be looked for")]
    TooMany {
        /// How many there may be.
        words_max: usize,
    },
    /// Not a cursor, or one of another query.
    #[error("the page to go on from is not one of this search")]
    NoCursor,
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The files. A page may be short, or even empty, and others follow all the same: where little of what was looked at
    /// is what was asked, a page ends after some thousand rows, so that nobody waits.
    pub hits: Vec<Hit>,
    /// Where to go on; nothing on the last page.
    pub next: Option<Cursor>,
    /// How many there are in all; on the first page only.
    pub total: Option<Total>,
}

/// How many files there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// As many.
    Exactly(u64),
    /// At least as many; nobody counted on.
    AtLeast(u64),
}

impl Total {
    /// As many, or more that nobody counted.
    #[must_use]
    pub const fn or_more(self) -> Total {
        match self {
            Total::Exactly(count) | Total::AtLeast(count) => Total::AtLeast(count),
        }
    }
}

impl Add for Total {
    type Output = Total;

    fn add(self, other: Total) -> Total {
        let (Total::Exactly(one) | Total::AtLeast(one), Total::Exactly(two) | Total::AtLeast(two)) = (self, other);
        let sum = Total::Exactly(one.saturating_add(two));
        match (self, other) {
            (Total::Exactly(_), Total::Exactly(_)) => sum,
            _ => sum.or_more(),
        }
    }
}

impl fmt::Display for Total {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Total::Exactly(count) => write!(out, "{count}"),
            Total::AtLeast(count) => write!(out, "at least {count}"),
        }
    }
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its path.
    pub path: ManifestPath,
    /// The name of its bytes.
    pub digest: Digest,
    /// What it is, if it is known.
    pub kind: Option<String>,
    /// The manifest of the collection in which it was first so.
    pub first: Digest,
    /// The manifest of the newest collection of that series, of those asked for, in which it is so.
    pub newest: Digest,
    /// Whether that is the newest of its series, so that it is still there as far as is known.
    pub still: bool,
    /// What stands around the first match in its text, when a text was asked for.
    pub snippet: Option<String>,
}

/// Where a page ended: to be handed back as it is, with the same query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) driver: Driver,
    pub(super) after: Position,
}

/// A place in the order of what is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Position {
    /// What comes first in the order: a part of a digest, the number of a text, a series.
    pub(super) key: i64,
    /// A path, where that comes next.
    pub(super) path: Vec<u8>,
    /// What comes last in the order: the number of a row, or of a collection.
    pub(super) id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}.", self.driver.letter(), self.after.key, self.after.id)?;
        self.after.path.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = QueryProblem;

    fn from_str(text: &str) -> Result<Cursor, QueryProblem> {
        let read = || {
            let mut parts = text.splitn(4, '.');
            let driver = Driver::of_letter(parts.next()?)?;
            let (key, id) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            let digits = parts.next()?.as_bytes();
            let even = digits.len() % 2 == 0 && digits.len() <= 2 * PATH_BYTES_MAX;
            let digit = |digit: u8| u8::try_from(char::from(digit).to_digit(16)?).ok();
            let byte = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?);
            let path = if even { digits.chunks(2).map(byte).collect::<Option<_>>()? } else { return None };
            Some(Cursor { driver, after: Position { key, path, id } })
        };
        read().ok_or(QueryProblem::NoCursor)
    }
}
