//! What a person typed to look for words, made safe to be asked of SQLite's full-text search.
//!
//! Offered are words, `"an exact phrase"`, and a star at the end of either for whatever begins so. Everything else is what
//! it is: must never let a letter of it be read as an operator.

use super::QueryProblem;

/// The longest text to look for: some 150 words.
const BYTES_MAX: usize = 1024;

/// How many words and phrases may be looked for at once. Each costs one pass over the rows that have it.
const PARTS_MAX: usize = 32;

/// Words to look for: all of them, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(Vec<Part>);

/// A word or a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    text: String,
    /// Whether its last word only begins so.
    open: bool,
}

impl Words {
    /// Reads what was typed.
    ///
    /// # Errors
    /// When there is no letter or digit in it, or it is too long.
    pub fn parse(typed: &str) -> Result<Words, QueryProblem> {
        if typed.len() > BYTES_MAX {
            return Err(QueryProblem::TooLong { bytes_max: BYTES_MAX });
        }
        let mut parts = Vec::new();
        let mut rest = typed;
        while let Some(start) = rest.find(|letter: char| !is_gap(letter)) {
            rest = &rest[start..];
            let (text, after) = match rest.strip_prefix('"') {
                Some(phrase) => phrase.split_once('"').unwrap_or((phrase, "")),
                None => rest.split_at(rest.find(|letter| is_gap(letter) || letter == '"').unwrap_or(rest.len())),
            };
            let (text, after, open) = match (text.strip_suffix('*'), after.strip_prefix('*')) {
                (Some(text), _) => (text, after, true),
                (None, Some(after)) if rest.starts_with('"') => (text, after, true),
                (None, _) => (text, after, false),
            };
            if text.chars().any(char::is_alphanumeric) {
                // A star opens the word it stands at, and that must have a letter for it.
                let open = open && text.ends_with(char::is_alphanumeric);
                parts.push(Part { text: text.replace(is_gap, " "), open });
            }
            rest = after;
        }
        match parts.len() {
            0 => Err(QueryProblem::NoWord),
            1..=PARTS_MAX => Ok(Words(parts)),
            _ => Err(QueryProblem::TooMany { words_max: PARTS_MAX }),
        }
    }

    /// These and the others.
    #[must_use]
    pub fn and(mut self, others: Words) -> Words {
        self.0.extend(others.0);
        self
    }

    /// Whether one of them only begins so.
    pub(super) fn are_open(&self) -> bool {
        self.0.iter().any(|part| part.open)
    }

    /// As [`expression`](Self::expression), and at the beginning of the path at least the words that `start` has, if that
    /// can be said in words.
    pub(super) fn expression_below(&self, start: Option<&[u8]>) -> String {
        let start = start.and_then(|start| std::str::from_utf8(start).ok());
        match start.filter(|start| start.contains(|letter: char| letter.is_ascii_alphanumeric())) {
            // Its last word may go on, so it stands open.
            Some(start) => format!("^ {} * AND {}", quoted(&start.replace(is_gap, " ")), self.expression()),
            None => self.expression(),
        }
    }

    /// The expression for FTS5: each part is a string of its own, in which only `"` means something and is doubled.
    pub(super) fn expression(&self) -> String {
        self.joined(" AND ")
    }

    /// The expression for what has any of them.
    pub(super) fn expression_of_any(&self) -> String {
        self.joined(" OR ")
    }

    fn joined(&self, by: &str) -> String {
        let part = |part: &Part| {
            let star = if part.open { " *" } else { "" };
            format!("{}{star}", quoted(&part.text))
        };
        self.0.iter().map(part).collect::<Vec<_>>().join(by)
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// White space and control characters, NUL among them, where SQLite would stop to read.
fn is_gap(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_stars_are_read_and_nothing_else_is() {
        let read = |typed: &str| Words::parse(typed).map(|words| words.expression());
        assert_eq!(read("fire wall").unwrap(), "\"fire\" AND \"wall\"");
        assert_eq!(read("\"fire wall\" rul*").unwrap(), "\"fire wall\" AND \"rul\" *");
        assert_eq!(read("\"fire wal\"* x").unwrap(), "\"fire wal\" * AND \"x\"");
        assert_eq!(read("\"fire wal*\"").unwrap(), "\"fire wal\" *");
        assert_eq!(read("a\"b c").unwrap(), "\"a\" AND \"b c\"");
        assert_eq!(read("NEAR(a b) OR NOT path:c ^d").unwrap().matches(" AND ").count(), 5);
        assert_eq!(read("a\0b").unwrap(), "\"a\" AND \"b\"");
        assert_eq!(read("x -*").unwrap(), "\"x\"");
        assert_eq!(read("\"x -\"*").unwrap(), "\"x -\"");
        for nothing in ["", " ", "\"\"", "*", "--", "\"", "\0"] {
            assert_eq!(read(nothing), Err(QueryProblem::NoWord), "{nothing:?}");
        }
        assert!(matches!(read(&"a".repeat(1025)), Err(QueryProblem::TooLong { .. })));
        assert!(matches!(read(&"a ".repeat(33)), Err(QueryProblem::TooMany { .. })));
    }
}
