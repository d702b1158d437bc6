//! What is wrong with a file: where, what, and what to do about it, for every problem at once.
//!
//! The texts quote the file, which a stranger may have written, so they must never carry a character that could steer
//! a terminal or reorder a line.

use std::fmt;

use portreeve_model::text::reorders;

/// Most problems that are kept. A page holds about fifty lines: two pages are more than anyone corrects in one go, and
/// a file with a million faults cannot make a message of a million lines.
pub const PROBLEMS_MAX: usize = 100;

/// Longest text kept of a place, a problem or a remedy, in characters: three lines of a wide terminal.
const TEXT_CHARS_MAX: usize = 360;

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands, as a JSON Pointer (RFC 6901); empty for the file as a whole.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Problem {
    /// A problem at a place; texts are cut to a few lines and made safe to print.
    pub fn new(path: &str, what: impl AsRef<str>, remedy: impl AsRef<str>) -> Problem {
        Problem { path: safe(path), what: safe(what.as_ref()), remedy: safe(remedy.as_ref()) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "the file" } else { &self.path };
        write!(out, "{place}: {}; {}", self.what, self.remedy)
    }
}

/// Everything that is wrong with a file. There is always at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    found: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// One problem alone.
    pub fn one(problem: Problem) -> Problems {
        Problems { found: vec![problem], more: 0 }
    }

    /// The problems in the order of the file, at most [`PROBLEMS_MAX`].
    pub fn found(&self) -> &[Problem] {
        &self.found
    }

    /// How many more there are than are kept.
    pub fn more(&self) -> usize {
        self.more
    }

    /// The same problems, each place led by the name of the file it stands in.
    pub fn in_file(mut self, file: &str) -> Problems {
        for problem in &mut self.found {
            problem.path = safe(&format!("{file}#{}", problem.path));
        }
        self
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.found.iter().enumerate() {
            if place > 0 {
                out.write_str("\n")?;
            }
            write!(out, "{problem}")?;
        }
        if self.more > 0 { write!(out, "\nand {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for Problems {}

/// Problems as they are found, on the way to a verdict.
#[derive(Debug, Default)]
pub struct Gathered {
    found: Vec<Problem>,
    more: usize,
}

impl Gathered {
    /// Adds a problem; past the limit it is only counted.
    pub fn add(&mut self, path: &str, what: impl AsRef<str>, remedy: impl AsRef<str>) {
        if self.found.len() < PROBLEMS_MAX {
            self.found.push(Problem::new(path, what, remedy));
        } else {
            self.more += 1;
        }
    }

    /// Adds what was found elsewhere.
    pub fn take(&mut self, problems: Problems) {
        self.more += problems.more;
        for problem in problems.found {
            if self.found.len() < PROBLEMS_MAX { self.found.push(problem) } else { self.more += 1 }
        }
    }

    /// What was kept, where it is no reason to refuse.
    pub fn notes(self) -> Vec<Problem> {
        self.found
    }

    /// How many problems there are so far.
    pub fn count(&self) -> usize {
        self.found.len() + self.more
    }

    /// The value, if there was one and no problem was found.
    pub fn verdict<T>(mut self, value: Option<T>) -> Result<T, Problems> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => {
                if self.found.is_empty() {
                    self.add("", "it cannot be read", "compare it with one of the built-in files");
                }
                Err(Problems { found: self.found, more: self.more })
            }
        }
    }
}

/// The text with nothing in it that a terminal or a page would obey, cut to a few lines.
fn safe(text: &str) -> String {
    let mut out = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == TEXT_CHARS_MAX {
            out.push('…');
            break;
        }
        if letter.is_control() || reorders(letter) {
            out.extend(letter.escape_unicode());
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_a_problem_and_says_what_to_do() {
        let mut gathered = Gathered::default();
        gathered.add("/title", "it is missing", "give the title");
        gathered.add("", "the rest is odd", "look again");
        let problems = gathered.verdict(Some(())).unwrap_err();
        assert_eq!(
            problems.to_string(),
            "/title: it is missing; give the title\nthe file: the rest is odd; look again"
        );
        assert_eq!(problems.in_file("psn.json").found()[0].path, "psn.json#/title");
    }

    #[test]
    fn hostile_text_is_shown_and_not_obeyed() {
        let problem = Problem::new("/a\u{1b}[2J", "b\nc\u{202E}", "x".repeat(1000));
        assert_eq!(problem.path, "/a\\u{1b}[2J");
        assert_eq!(problem.what, "b\\u{a}c\\u{202e}");
        assert_eq!(problem.remedy.chars().count(), TEXT_CHARS_MAX + 1);
    }

    #[test]
    fn a_flood_of_problems_is_counted_and_not_kept() {
        let mut gathered = Gathered::default();
        for _ in 0..PROBLEMS_MAX + 7 {
            gathered.add("/x", "wrong", "put it right");
        }
        let problems = gathered.verdict::<()>(None).unwrap_err();
        assert_eq!((problems.found().len(), problems.more()), (PROBLEMS_MAX, 7));
        assert!(problems.to_string().ends_with("\nand 7 more"));
    }
}
