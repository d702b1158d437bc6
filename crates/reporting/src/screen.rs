//! The last step before a screen: a whole text or a JSON document in which nothing is obeyed by a terminal.

use serde_json::Value;

use crate::safe;

/// The text with misleading characters written out. Line ends and the tabs between fields stay.
pub fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\n' | '\t') {
            shown.push(letter);
        } else {
            shown.push_str(&safe::text(letter.encode_utf8(&mut [0; 4])));
        }
    }
    shown
}

/// The document as indented text with a final newline. Misleading characters are written as JSON's own escapes, so that a
/// parser reads exactly what was recorded.
pub fn json_text(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("a value has a JSON form");
    let mut shown = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        let encoded = letter.to_string();
        if letter == '\n' || safe::text(&encoded) == encoded {
            shown.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    shown.push('\n');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_obeyed_and_nothing_is_lost() {
        assert_eq!(plain("a\u{1b}[2Jb\r\n£ é\t\u{202e}c"), "a\\u{001B}[2Jb\\u{000D}\n£ é\t\\u{202E}c");
        let value = serde_json::json!({"title": "a\u{1b}[2J\u{9b}\u{202e}\u{e0041}é\n"});
        let text = json_text(&value);
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{e0041}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
