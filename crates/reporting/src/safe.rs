//! What a terminal may be given: text without a character that moves, hides or reorders other text.
//!
//! Invariant: every line of every text goes through [`Page`], which escapes it whole, so that no name or note can start
//! a line, colour one, or read backwards.

use portreeve_model::text::reorders;

use crate::Layout;

/// The text with control, reordering and invisible characters written out, as `\u{202E}`.
pub fn text(raw: &str) -> String {
    let mut shown = String::with_capacity(raw.len());
    for letter in raw.chars() {
        if letter.is_control() || reorders(letter) || is_invisible(letter) {
            shown.push_str(&format!("\\u{{{:04X}}}", u32::from(letter)));
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// A note of several lines as one line.
pub fn one_line(raw: &str) -> String {
    text(&raw.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Characters that take no room, break a line or change direction without being control characters.
const fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{00AD}'
            | '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200D}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{2060}'..='\u{2064}'
            | '\u{206A}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}'
    )
}

/// A text in the making: lines, escaped, and on a terminal broken at its width.
#[derive(Debug)]
pub(crate) struct Page {
    layout: Layout,
    text: String,
}

/// Under this width a line is not broken: the terminal does it better.
const NARROWEST: usize = 40;

impl Page {
    pub(crate) fn new(layout: Layout) -> Page {
        Page { layout, text: String::new() }
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, line: &str) {
        self.put("", "", line);
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line after `first`; on a terminal its further lines come after `rest`, which is as wide.
    pub(crate) fn put(&mut self, first: &str, rest: &str, line: &str) {
        let line = text(line);
        let room = self
            .layout
            .width
            .filter(|width| *width >= NARROWEST)
            .map(|width| width.saturating_sub(first.chars().count()).max(NARROWEST / 2));
        let Some(room) = room else { return self.push(first, &line) };
        let mut lead = first;
        let mut row = String::new();
        let mut used = 0;
        for word in line.split(' ') {
            let letters = word.chars().count();
            if used > 0 && used + 1 + letters > room && !row.trim().is_empty() {
                self.push(lead, &row);
                lead = rest;
                row.clear();
                used = 0;
            } else if !row.is_empty() || used > 0 {
                row.push(' ');
                used += 1;
            }
            row.push_str(word);
            used += letters;
        }
        self.push(lead, &row);
    }

    /// Text that is laid out already.
    pub(crate) fn block(&mut self, block: &str) {
        self.text.push_str(block);
    }

    fn push(&mut self, lead: &str, row: &str) {
        self.text.push_str(format!("{lead}{row}").trim_end_matches(' '));
        self.text.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}
