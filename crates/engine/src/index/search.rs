//! Searching the files of evidence: by words of their paths and texts, by what they are, where they were, and what they
//! are for.
//!
//! Must never show a file that only evidence outside the question holds: what was withdrawn, or not yet recorded then.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use portreeve_collector::{Cursor, DigestPart, Hit, PAGE_ROWS_MAX, Query, QueryProblem, Total, Watch, Within, Words};
use portreeve_documents::media::Kind;
use portreeve_model::reference::EvidenceId;
use portreeve_model::{Digest, Register};

use super::Which;
use crate::error::EngineError;
use crate::evidence::manifests_where;
use crate::session::Session;

/// What to look for among the files of evidence. A file is found if it is all that is asked.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Words of its path or of its text.
    pub words: Option<Words>,
    /// Words of its path.
    pub name: Option<Words>,
    /// How its path begins.
    pub below: Option<Vec<u8>>,
    /// Its digest, or how that begins.
    pub digest: Option<DigestPart>,
    /// What it is.
    pub media: Option<Kind>,
    /// In which evidence.
    pub which: Which,
    /// How many files are told at once.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<NextPage>,
}

/// Where a page ended: to be handed back with the same question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPage {
    by: Through,
    question: Question,
    cursor: Option<Cursor>,
}

/// What tells one question from another: the first bytes of the digest of everything that was asked, as this version of
/// the program writes it. A page is gone on from in one sitting. Two questions have the same with 1 chance in 4 billion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Question([u8; 4]);

impl Question {
    fn of(Search { words, name, below, digest, media, which, limit: _, after: _ }: &Search) -> Question {
        let written = format!("{:?}", (words, name, below, digest, media, which));
        let [first, second, third, fourth, ..] = *Digest::of(written.as_bytes()).as_bytes();
        Question([first, second, third, fourth])
    }
}

/// Words are looked for in paths first, and then in texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Through {
    Paths,
    Texts,
}

impl Through {
    const LAST: Through = Through::Texts;
}

impl fmt::Display for NextPage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.by {
            Through::Paths => "p",
            Through::Texts => "t",
        })?;
        write!(out, "{:08x}", u32::from_be_bytes(self.question.0))?;
        self.cursor.as_ref().map_or(Ok(()), |cursor| write!(out, "{cursor}"))
    }
}

impl FromStr for NextPage {
    type Err = QueryProblem;

    fn from_str(text: &str) -> Result<NextPage, QueryProblem> {
        let (by, rest) = match (text.strip_prefix('p'), text.strip_prefix('t')) {
            (Some(rest), _) => (Through::Paths, rest),
            (None, Some(rest)) => (Through::Texts, rest),
            (None, None) => return Err(QueryProblem::NoCursor),
        };
        let (question, rest) = rest.split_at_checked(8).ok_or(QueryProblem::NoCursor)?;
        // A sign would be read as part of a number.
        let digits = question.bytes().all(|byte| byte.is_ascii_hexdigit());
        let question = u32::from_str_radix(question, 16).ok().filter(|_| digits).ok_or(QueryProblem::NoCursor)?;
        let cursor = if rest.is_empty() { None } else { Some(rest.parse()?) };
        Ok(NextPage { by, question: Question(question.to_be_bytes()), cursor })
    }
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The files: those found by their paths before those found by their texts.
    pub files: Vec<FoundFile>,
    /// Where to go on; nothing on the last page.
    pub next: Option<NextPage>,
    /// How many there are in all; on the first page only.
    pub total: Option<Total>,
    /// Files whose text nobody has read yet, so that they could only be found by something else.
    pub unread: u64,
    /// Documents whose bytes could not be had when they were to be read, so that it is the same with them.
    pub unreached: u64,
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// What the index tells of it.
    pub hit: Hit,
    /// The evidence that holds it so: that of the newest collection of its source that was asked for.
    pub evidence: Vec<EvidenceId>,
}

impl Session {
    /// Searches the files of the evidence in `register` that is asked about.
    ///
    /// # Errors
    /// When the question makes no sense or is not that of the page to go on from, or the index cannot be read or brought up
    /// to date.
    pub fn search(&self, register: &Register, search: &Search, watch: Watch<'_>) -> Result<Found, EngineError> {
        let question = Question::of(search);
        if search.after.as_ref().is_some_and(|after| after.question != question) {
            return Err(EngineError::OtherQuestion);
        }
        let mut index = self.index(watch)?;
        let asked = manifests_where(register, |id, held| search.which.fits(id, held));
        let all: BTreeSet<Digest> = index.collections()?.iter().map(|held| held.manifest).collect();
        let query = Query {
            digest: search.digest,
            path: search.below.clone(),
            name: search.name.clone(),
            kind: search.media.map(|kind| kind.word().to_owned()),
            within: within(&all, &asked),
            markers: ("[", "]"),
            ..Query::default()
        };
        let limit = search.limit.clamp(1, PAGE_ROWS_MAX);
        let by_text = search.words.is_some() || search.media.is_some();
        let mut found = Found {
            files: Vec::new(),
            next: None,
            total: search.after.is_none().then_some(Total::Exactly(0)),
            unread: if by_text { index.texts_behind()? } else { 0 },
            unreached: if by_text { index.texts_unreached_count()? } else { 0 },
        };
        let mut start = search.after.clone().unwrap_or(NextPage { by: Through::Paths, question, cursor: None });
        for (by, query) in ways(query, search.words.as_ref()).into_iter().filter(|(by, _)| *by >= start.by) {
            let room = limit.saturating_sub(u32::try_from(found.files.len()).unwrap_or(limit));
            if room == 0 {
                found.goes_on(NextPage { by, question, cursor: None });
                break;
            }
            let after = start.cursor.take();
            let page = index.search(&Query { limit: room, after, ..query }, watch)?;
            let file = |hit: Hit| FoundFile { evidence: asked.get(&hit.newest).cloned().unwrap_or_default(), hit };
            found.files.extend(page.hits.into_iter().map(file));
            found.total = found.total.zip(page.total).map(|(one, other)| one + other);
            if page.next.is_some() {
                found.goes_on(NextPage { by, question, cursor: page.next });
                break;
            }
        }
        Ok(found)
    }
}

impl Found {
    /// What follows has not been counted.
    fn goes_on(&mut self, next: NextPage) {
        let is_last = next.by == Through::LAST && next.cursor.is_some();
        self.next = Some(next);
        if !is_last {
            self.total = self.total.map(Total::or_more);
        }
    }
}

/// Words are looked for in paths, and then in the texts of files whose paths have not got them.
fn ways(query: Query, words: Option<&Words>) -> Vec<(Through, Query)> {
    let Some(words) = words else { return vec![(Through::Texts, query)] };
    let name = query.name.clone().map_or_else(|| words.clone(), |name| name.and(words.clone()));
    let by_path = Query { name: Some(name), ..query.clone() };
    let by_text = Query { text: Some(words.clone()), not_named: Some(words.clone()), ..query };
    vec![(Through::Paths, by_path), (Through::Texts, by_text)]
}

/// The collections asked for, told by whichever are fewer, those or the others.
fn within(all: &BTreeSet<Digest>, asked: &BTreeMap<Digest, Vec<EvidenceId>>) -> Within {
    let others: BTreeSet<Digest> = all.iter().filter(|manifest| !asked.contains_key(manifest)).copied().collect();
    if others.is_empty() {
        Within::All
    } else if others.len() < asked.len() {
        Within::Except(others)
    } else {
        Within::Only(asked.keys().copied().collect())
    }
}
