//! What stands around a match in a text, for a person to see why a file was found.
//!
//! SQLite's own `snippet` compares each match with every other: for the 87,000 that one word may have in a text of 1 MiB
//! that takes a minute. `highlight` copies all before each match, which takes seconds. So a long text is cut into pieces,
//! the first of them with the words is found, and its matches are marked. Must never take longer than in proportion to
//! the text.

use std::collections::{HashMap, VecDeque};

use rusqlite::{Connection, OptionalExtension as _};

use super::schema::TOKENS;
use super::{IndexError, Words};

/// The longest text that is marked as a whole: 8,000 words of one letter, each copied with what stands before it, are some
/// 250 MB, a twentieth of a second.
pub(super) const PIECE_BYTES: usize = 16 * 1024;

/// How much of a piece stands in the next one too, for phrases: twice what may be looked for.
const OVERLAP_BYTES: usize = 2 * 1024;

/// What SQLite marks the beginning of a match with, and its end. A text has no control characters but line ends.
pub(super) const MARKS: (&str, &str) = ("\u{1}", "\u{2}");

/// How many words are shown.
const WORDS: usize = 24;

/// How many of them stand before the first match.
const WORDS_BEFORE: usize = 6;

/// The longest word that is shown whole, in letters: as long as a SHA-256 with its name.
const WORD_LETTERS_MAX: usize = 80;

/// Finds the words of long texts, in memory.
pub(super) struct Pieces(Connection);

impl Pieces {
    pub(super) fn new() -> Result<Pieces, IndexError> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(&format!("CREATE VIRTUAL TABLE pieces USING fts5 (body, tokenize = '{TOKENS}')"))?;
        Ok(Pieces(connection))
    }

    /// The first piece of a text that has all the words, or else any of them, with its matches marked.
    pub(super) fn marked(&self, text: &str, words: &Words) -> Result<Option<String>, IndexError> {
        let transaction = self.0.unchecked_transaction()?;
        transaction.prepare_cached("DELETE FROM pieces")?.execute([])?;
        let mut insert = transaction.prepare_cached("INSERT INTO pieces (body) VALUES (?1)")?;
        for piece in pieces(text) {
            insert.execute([piece])?;
        }
        let sql = "SELECT highlight(pieces, 0, ?2, ?3) FROM pieces WHERE pieces MATCH ?1 ORDER BY rowid LIMIT 1";
        let mut query = transaction.prepare_cached(sql)?;
        for expression in [words.expression(), words.expression_of_any()] {
            let found = query.query_row((expression, MARKS.0, MARKS.1), |row| row.get(0)).optional()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// A text in pieces that overlap, cut between words where there is such a place.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
        let piece = rest.get(..rest.floor_char_boundary(PIECE_BYTES)).unwrap_or(rest);
        let is_last = piece.len() == rest.len();
        let gap_after = |at: usize| piece.get(at..).and_then(|end| end.rfind(char::is_whitespace)).map(|gap| at + gap);
        let overlap = piece.ceil_char_boundary(piece.len().saturating_sub(OVERLAP_BYTES));
        let end = if is_last { piece.len() } else { gap_after(overlap).unwrap_or(piece.len()) };
        pieces.push(piece.get(..end).unwrap_or(piece));
        if is_last {
            break;
        }
        let back = piece.floor_char_boundary(end.saturating_sub(OVERLAP_BYTES));
        let next = piece.get(back..end).and_then(|over| over.find(char::is_whitespace)).map_or(back, |gap| back + gap);
        // Always forward: a piece is longer than what it shares.
        from += next.max(1);
    }
    pieces
}

/// The words around the matches that show most of what was looked for: the first such place. Nothing if there is no match.
pub(super) fn snippet(marked: &str, markers: (&str, &str)) -> Option<String> {
    let first = best(marked)?;
    let before = marked.get(..first).unwrap_or_default();
    let from = before.char_indices().rev().filter(|(_, letter)| letter.is_whitespace()).nth(WORDS_BEFORE);
    let from = from.map_or(0, |(at, gap)| at + gap.len_utf8());
    let mut words = marked.get(from..).unwrap_or_default().split_whitespace();
    let shown: Vec<String> = words.by_ref().take(WORDS).map(|word| shortened(word, markers)).collect();
    let (start, end) = (if from > 0 { "…" } else { "" }, if words.next().is_some() { "…" } else { "" });
    Some(format!("{start}{}{end}", shown.join(" ")))
}

/// Where the first of the matches begins that show most within so many words.
fn best(marked: &str) -> Option<usize> {
    let mut window: VecDeque<(usize, usize, String)> = VecDeque::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut best: Option<(usize, usize)> = None;
    let (mut word, mut counted) = (0, 0);
    for (start, _) in marked.match_indices(MARKS.0) {
        // Words from one match to the next, so that each letter is looked at once.
        word += marked.get(counted..start).unwrap_or_default().split_whitespace().count();
        counted = start;
        let inside = marked.get(start + MARKS.0.len()..).unwrap_or_default();
        let matched = inside.split_once(MARKS.1).map_or(inside, |(matched, _)| matched).to_lowercase();
        while let Some((first, ..)) = window.front()
            && word - first >= WORDS - WORDS_BEFORE
        {
            let Some((_, _, gone)) = window.pop_front() else { break };
            match counts.get_mut(&gone) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(counts.remove(&gone)),
            }
        }
        *counts.entry(matched.clone()).or_default() += 1;
        window.push_back((word, start, matched));
        let begins = window.front().map_or(start, |(_, start, _)| *start);
        if best.is_none_or(|(most, _)| counts.len() > most) {
            best = Some((counts.len(), begins));
        }
    }
    best.map(|(_, start)| start)
}

/// A word with the markers that were asked for. Of a long one the part around its first match is shown, or its beginning.
fn shortened(word: &str, (open, close): (&str, &str)) -> String {
    let letters = word.chars().count();
    let shown = if letters <= WORD_LETTERS_MAX {
        word.to_owned()
    } else {
        let at = word.chars().position(|letter| MARKS.0.contains(letter)).unwrap_or_default();
        let from = at.saturating_sub(WORD_LETTERS_MAX / 4);
        let part: String = word.chars().skip(from).take(WORD_LETTERS_MAX).collect();
        let unclosed = part.matches(MARKS.0).count() > part.matches(MARKS.1).count();
        let (start, end) = (if from > 0 { "…" } else { "" }, if unclosed { MARKS.1 } else { "" });
        let rest = if from + WORD_LETTERS_MAX < letters { "…" } else { "" };
        format!("{start}{part}{end}{rest}")
    };
    shown.replace(MARKS.0, open).replace(MARKS.1, close)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        snippet(&text.replace('[', MARKS.0).replace(']', MARKS.1), ("<", ">"))
    }

    #[test]
    fn the_words_around_the_first_match_are_shown() {
        assert_eq!(shown("nothing"), None);
        assert_eq!(shown("a [b] c").unwrap(), "a <b> c");
        let long = format!("{}[here] {}", "w ".repeat(30), "v ".repeat(30));
        assert_eq!(shown(&long).unwrap(), format!("…{}<here> {}…", "w ".repeat(6), "v ".repeat(17).trim_end()));
        assert_eq!(shown("a\nb\t[c]\n\nd").unwrap(), "a b <c> d");
    }

    #[test]
    fn the_first_place_that_shows_most_of_what_was_looked_for_is_chosen() {
        let far = "w ".repeat(40);
        let text = format!("[one] {far}[One] x [two] {far}[two] [one]");
        assert!(shown(&text).unwrap().contains("<One> x <two>"), "{:?}", shown(&text));
    }

    #[test]
    fn pieces_have_the_whole_text_and_each_phrase_in_one_of_them() {
        for text in ["word and another ".repeat(6_000), "x".repeat(100_000), "é ".repeat(30_000), String::new()] {
            let pieces = pieces(&text);
            assert!(pieces.iter().all(|piece| piece.len() <= PIECE_BYTES));
            let mut end = 0;
            for piece in &pieces {
                let start = piece.as_ptr().addr() - text.as_ptr().addr();
                assert!(end == 0 || (start < end && start + 1_000 <= end), "{start} after {end}");
                end = start + piece.len();
            }
            assert_eq!(end, text.len());
        }
    }

    #[test]
    fn a_long_text_is_marked_where_all_words_are_if_there_is_such_a_place() {
        let far = "w ".repeat(20_000);
        let text = format!("{far}one {far}two {far}Öne two {far}");
        let marked = |typed: &str| Pieces::new()?.marked(&text, &Words::parse(typed).unwrap());
        let around = |typed: &str| snippet(&marked(typed).unwrap().unwrap(), ("<", ">")).unwrap();
        assert!(around("one two").contains("<Öne> <two>"), "{}", around("one two"));
        assert!(around("\"one two\"").contains("<Öne two>"), "{}", around("\"one two\""));
        assert!(around("two three").contains("w <two> w"), "{}", around("two three"));
        assert_eq!(marked("three").unwrap(), None);
    }

    #[test]
    fn a_long_word_is_shown_around_its_match() {
        let text = format!("{}[b]{}", "a;".repeat(500_000), ";c".repeat(500_000));
        let shown = shown(&text).unwrap();
        assert!(shown.contains("a;<b>;c") && shown.chars().count() < 100, "{shown}");
        let open = snippet(&format!("\u{1}{}\u{2}", "a".repeat(500)), ("<", ">")).unwrap();
        assert!(open.starts_with("<aaa") && open.ends_with("a>…"), "{open}");
    }
}
