//! Requirement numbers for the ids of strangers, and titles for their titles: what does not fit is shown shortened, and
//! the file's own bytes stay what they are. It must never give two ids the same number.
//!
//! An OSCAL id is a token of any length with letters of any script. One that is a requirement number is taken as it
//! stands. Any other becomes what is readable of it, `-x`, and the first 16 hexadecimal digits of its SHA-256:
//! `контроль.ac-1` becomes `ac-1-x` and 16 digits. An id that looks like such a number is made into one as well, so that
//! nobody can write down the number of another id.

use portreeve_model::Digest;
use portreeve_model::reference::{REFERENCE_CHARS_MAX, RequirementNumber};
use portreeve_model::text::{Title, reorders};

/// How many hexadecimal digits of the digest stand in a number: 64 bits, where a catalog has 2^14 ids at most.
const DIGITS: usize = 16;

/// What leads the digits.
const MARK: &str = "-x";

/// The number of the requirement with that id.
pub(super) fn number(id: &str) -> Option<RequirementNumber> {
    let own = id.parse().ok().filter(|_| !looks_made(id));
    own.or_else(|| {
        let digest = Digest::of(id.as_bytes()).to_string();
        let room = REFERENCE_CHARS_MAX - MARK.len() - DIGITS;
        format!("{}{MARK}{}", stem(id, room), digest.get(..DIGITS)?).parse().ok()
    })
}

fn looks_made(id: &str) -> bool {
    let digits = id.len().checked_sub(DIGITS).and_then(|at| id.split_at_checked(at));
    digits.is_some_and(|(before, digits)| {
        before.ends_with(MARK) && digits.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit))
    })
}

/// The letters and digits of the id that a number can have, runs of others as one hyphen.
fn stem(id: &str, room: usize) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let parts: Vec<&str> = id.split(|letter| !fits(letter)).filter(|part| !part.is_empty()).collect();
    let joined = parts.join("-");
    let readable: String = joined.trim_start_matches(['.', '-', '_']).chars().take(room).collect();
    let readable = readable.trim_end_matches(['.', '-', '_']);
    if readable.is_empty() { "id".to_owned() } else { readable.to_owned() }
}

/// The title as it is shown: one line of at most 200 characters in which nothing steers a terminal or reorders a line.
/// A title of nothing but white space shows as what stands in for it.
pub(super) fn shown_title(text: &str, instead: &str) -> Option<Title> {
    [text, instead].into_iter().find_map(|text| {
        let text = shown_text(text);
        let mut letters = text.chars();
        let mut shown: String = letters.by_ref().take(Title::CHARS_MAX).collect();
        if letters.next().is_some() {
            shown.pop();
            shown.push('…');
        }
        shown.parse().ok()
    })
}

/// The text as it is shown: whole, in one line, with nothing in it that steers a terminal.
pub(super) fn shown_text(text: &str) -> String {
    text.trim().chars().map(|letter| if unsafe_to_show(letter) { ' ' } else { letter }).collect()
}

/// Whether a character would steer a terminal or reorder a line.
pub(super) fn unsafe_to_show(letter: char) -> bool {
    letter.is_control() || reorders(letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(id: &str) -> String {
        number(id).unwrap().to_string()
    }

    #[test]
    fn an_id_that_fits_is_its_own_number_and_any_other_stays_readable() {
        assert_eq!(shown("ac-2.1"), "ac-2.1");
        assert!(shown("_ac-2").starts_with("ac-2-x"), "{}", shown("_ac-2"));
        assert!(shown("контроль.ac-1").starts_with("ac-1-x"));
        assert!(shown("安全").starts_with("id-x"));
        assert_eq!(shown(&format!("a{}", "b".repeat(2000))).len(), REFERENCE_CHARS_MAX);
        assert_ne!(shown(&"a".repeat(65)), shown(&"a".repeat(66)));
        let made = shown("_ac-2");
        assert_ne!(shown(&made), made, "an id that looks like another's number is not given it");
    }

    #[test]
    fn titles_are_shortened_and_never_refused() {
        let title = |text: &str| shown_title(text, "ac-1").unwrap().to_string();
        assert_eq!(title(" Renew "), "Renew");
        assert_eq!(title(" \u{202E}"), "ac-1");
        assert_eq!(title("a\tb\u{1b}[2J"), "a b [2J");
        assert_eq!(title(&"é".repeat(200)), "é".repeat(200));
        assert_eq!(title(&"é".repeat(201)), format!("{}…", "é".repeat(199)));
    }

    proptest! {
        #[test]
        fn different_ids_have_different_numbers(one in "[\\p{L}_][\\p{L}\\p{N}._-]{0,80}", other in "[\\p{L}_][\\p{L}\\p{N}._-]{0,80}") {
            prop_assert_eq!(one == other, number(&one).unwrap() == number(&other).unwrap());
        }
    }
}
