//! The few spellings the C2SP formats share: decimal numbers, base64 of hashes, lines of printable text.
//!
//! It must never accept two spellings of one thing: each parser refuses what its writer would not have written, so equal
//! texts and equal meanings are the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portreeve_model::Digest;

/// The base64 of `bytes`, standard alphabet with padding (RFC 4648 §4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a base64 text in its only spelling: padded, no stray bits, no white space (RFC 4648 §4).
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A 32-byte hash written in base64.
pub(crate) fn hash_from_base64(text: &str) -> Option<Digest> {
    // 32 bytes are 44 characters; a longer text is refused before it is decoded.
    if text.len() != 44 {
        return None;
    }
    Some(Digest::from_bytes(from_base64(text)?.try_into().ok()?))
}

/// A decimal number without sign or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if digits_only && !leading_zero { text.parse().ok() } else { None }
}

/// Whether a text has a control character other than the line feed: a tab, a carriage return, an escape, a NUL.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(|character| character.is_control() && character != '\n')
}

/// Whether a character shows nothing itself and can change how those around it are shown: zero-width ones, and those that
/// turn the direction of writing (Unicode UAX #9 §2, and the invisible ones of UAX #31 §2.3).
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// The beginning of a text, safe to repeat in a message: at most 80 characters, with control and invisible characters
/// shown escaped.
pub(crate) fn beginning(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(80) {
        if character.is_control() || is_invisible(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "00", "01", "+1", "-1", " 1", "1 ", "1e3", "18446744073709551616", "١"] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let hash = Digest::of(b"abc");
        let text = base64(hash.as_bytes());
        assert_eq!(hash_from_base64(&text), Some(hash));
        assert_eq!(hash_from_base64(text.trim_end_matches('=')), None, "padding is needed");
        assert_eq!(hash_from_base64(&format!("{text} ")), None);
        assert!(text.ends_with("Fa0="), "{text}");
        assert_eq!(hash_from_base64(&text.replace("Fa0=", "Fa1=")), None, "bits behind the last byte are refused");
    }

    #[test]
    fn what_is_repeated_in_a_message_cannot_move_the_cursor() {
        assert_eq!(beginning("a\u{1b}[2J\n"), "a\\u{1b}[2J\\n");
        assert_eq!(beginning("\u{202e}fdp.exe"), "\\u{202e}fdp.exe");
    }
}
