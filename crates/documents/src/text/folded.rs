//! Where all text goes: folds white space, leaves out what nobody sees, and is full at its limit. It must never hold
//! more than its limit, whatever it is given.

use super::Text;

/// A text that grows.
#[derive(Debug)]
pub(super) struct Folded {
    body: String,
    limit: usize,
    gap: Gap,
    cut: bool,
}

/// What stands between the last letter and the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

impl Folded {
    /// An empty text of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { body: String::new(), limit, gap: Gap::None, cut: false }
    }

    /// Adds text.
    pub(super) fn push(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => self.line(),
                _ if letter.is_whitespace() || letter.is_control() => self.space(),
                _ if is_invisible(letter) => {}
                '\u{FB00}'..='\u{FB06}' => ligature(letter).chars().for_each(|letter| self.letter(letter)),
                _ => self.letter(letter),
            }
            if self.cut {
                return;
            }
        }
    }

    /// Adds text without its line ends, of which there are more sorts than two.
    pub(super) fn push_as_one_line(&mut self, text: &str) {
        for word in text.split_whitespace() {
            self.push(word);
            self.space();
        }
    }

    /// What follows is another word.
    pub(super) fn space(&mut self) {
        self.gap = self.gap.max(Gap::Space);
    }

    /// What follows is another line.
    pub(super) fn line(&mut self) {
        self.gap = Gap::Line;
    }

    /// Whether nothing more goes in.
    pub(super) fn is_full(&self) -> bool {
        self.cut
    }

    /// Takes back everything, for another way of reading the same document.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.limit);
    }

    /// The text.
    pub(super) fn done(self) -> Text {
        Text { body: self.body, cut: self.cut }
    }

    fn letter(&mut self, letter: char) {
        if self.cut {
            return;
        }
        let gap = match self.gap {
            Gap::None => "",
            _ if self.body.is_empty() => "",
            Gap::Space => " ",
            Gap::Line => "\n",
        };
        if self.body.len() + gap.len() + letter.len_utf8() > self.limit {
            self.cut = true;
            return;
        }
        self.body.push_str(gap);
        self.body.push(letter);
        self.gap = Gap::None;
    }
}

/// The letters of a ligature that typesetters use: who looks for a file does not type one.
fn ligature(letter: char) -> &'static str {
    match letter {
        '\u{FB00}' => "ff",
        '\u{FB01}' => "fi",
        '\u{FB02}' => "fl",
        '\u{FB03}' => "ffi",
        '\u{FB04}' => "ffl",
        _ => "st",
    }
}

/// Letters that are not seen: they split words in a search, or turn the writing around on a screen. The joiners that
/// some scripts need are not among them.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' |
        '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str, limit: usize) -> Text {
        let mut folded = Folded::new(limit);
        folded.push(text);
        folded.done()
    }

    #[test]
    fn white_space_is_folded_and_lines_stay() {
        let text = folded("  Firewall \t\u{A0} rules\r\n\r\n  of  2018 \0 \u{1B}[31mred\n", 1_000);
        assert_eq!(text.body, "Firewall rules\nof 2018 [31mred");
        assert!(!text.cut);
    }

    #[test]
    fn what_is_not_seen_is_left_out() {
        assert_eq!(folded("re\u{AD}new \u{202E}lawerif\u{202C} \u{FEFF}x\u{200B}y", 99).body, "renew lawerif xy");
    }

    #[test]
    fn ligatures_are_their_letters() {
        assert_eq!(folded("of\u{FB01}ce e\u{FB03}cient", 99).body, "office efficient");
        assert_eq!(folded("a\u{FB03}", 3), Text { body: "aff".into(), cut: true });
    }

    #[test]
    fn it_is_cut_between_letters_and_only_when_letters_are_lost() {
        assert_eq!(folded("ab é", 5), Text { body: "ab é".into(), cut: false });
        assert_eq!(folded("ab é", 4), Text { body: "ab".into(), cut: true });
        assert_eq!(folded("abcde \n ", 5), Text { body: "abcde".into(), cut: false });
    }

    proptest! {
        #[test]
        fn the_limit_holds_and_nothing_is_doubled(text in any::<String>(), limit in 0_usize..40) {
            let Text { body, .. } = folded(&text, limit);
            prop_assert!(body.len() <= limit);
            prop_assert!(!body.contains("  ") && !body.contains("\n\n") && !body.contains(" \n"), "{body:?}");
            prop_assert!(!body.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
