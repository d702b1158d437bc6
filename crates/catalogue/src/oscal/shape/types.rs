//! The types of OSCAL's texts, each judged as its pattern in the models judges it. Formats that a pattern does not spell
//! out (a whole URI, an address that exists) are not asked for.

use portreeve_model::Day;

/// What a text may be.
#[derive(Clone, Copy)]
pub(in super::super) enum Type {
    /// A letter or underscore, then letters, digits, full stops, hyphens and underscores. Letters are those of any
    /// script; Rust's notion is a little wider than the pattern's, by the vowel signs of Indic scripts.
    Token,
    /// One line without white space at its ends.
    Text,
    /// One line of Markdown, not empty.
    Line,
    /// Markdown.
    Prose,
    /// A scheme, a colon and more.
    Uri,
    /// Any text that points somewhere.
    UriReference,
    /// A UUID of version 4 or 5.
    Uuid,
    /// A date and time with its offset from UTC.
    Moment,
    /// Something, an at sign, something.
    Email,
    /// Bytes in base 64.
    Base64,
    /// True or false.
    YesNo,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl Type {
    /// Whether the text is of this type. A yes or no is no text.
    pub(super) fn accepts(self, text: &str) -> bool {
        match self {
            Type::Token => token(text),
            Type::Text => one_line(text),
            Type::Line => !text.is_empty() && !text.contains('\n'),
            Type::Prose | Type::UriReference => true,
            Type::Uri => uri(text),
            Type::Uuid => uuid(text),
            Type::Moment => moment(text).is_some(),
            Type::Email => {
                one_line(text) && text.split_once('@').is_some_and(|(who, at)| !who.is_empty() && !at.is_empty())
            }
            Type::Base64 => base64(text),
            Type::YesNo => false,
            Type::OneOf(words) => words.contains(&text),
        }
    }

    /// What it is called.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Type::Token => "a token",
            Type::Text => "a line without spaces at its ends",
            Type::Line => "a line of text",
            Type::Prose => "a text",
            Type::Uri => "a URI",
            Type::UriReference => "a reference",
            Type::Uuid => "a UUID of version 4 or 5",
            Type::Moment => "a date and time with an offset",
            Type::Email => "an email address",
            Type::Base64 => "base 64",
            Type::YesNo => "true or false",
            Type::OneOf(_) => "one of the words that may stand here",
        }
    }

    /// What to give instead.
    pub(in super::super) fn remedy(self) -> String {
        match self {
            Type::Token => "give a letter or underscore, then letters, digits, `.`, `-` or `_`",
            Type::Text => "give one line, not empty, without spaces at its ends",
            Type::Line => "give one line, not empty",
            Type::Prose => "give a text",
            Type::Uri => "give an absolute URI, as in `https://example.org/x`",
            Type::UriReference => "give a URI, a relative path, or `#` and the UUID of a resource",
            Type::Uuid => "give 32 hexadecimal digits as 8-4-4-4-12, version 4 or 5",
            Type::Moment => "write it as in `2026-03-31T09:00:00Z`",
            Type::Email => "write it as in `name@example.org`",
            Type::Base64 => "give the bytes in base 64, on one line",
            Type::YesNo => "give `true` or `false`, without quotation marks",
            Type::OneOf(words) => return format!("give one of: {}", words.join(", ")),
        }
        .to_owned()
    }
}

fn token(text: &str) -> bool {
    let rest = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
    text.starts_with(|first: char| first.is_alphabetic() || first == '_') && text.chars().all(rest)
}

fn one_line(text: &str) -> bool {
    !text.is_empty() && text.trim().len() == text.len() && !text.contains('\n')
}

fn uri(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.len() > 1
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'))
            && !rest.is_empty()
    })
}

fn uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|letter| letter == b'-' || letter.is_ascii_hexdigit())
        && matches!(text.as_bytes()[14], b'4' | b'5')
        && matches!(text.as_bytes()[19].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b')
}

fn base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len() - digits.len() <= 2
        && !digits.is_empty()
        && digits.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/'))
}

/// A date and time as what orders it: seconds since the start of 1900 in UTC, and the digits of its fraction.
pub(in super::super) fn moment(text: &str) -> Option<(i64, &str)> {
    let (date, time) = text.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let date = Day::of(i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    let days = Day::of(1900, 1, 1)?.days_until(date);
    let [hour, minute, second] = numbers(time.get(..8)?, ':', [2, 2, 2])?;
    let rest = time.get(8..)?;
    let at = rest.find(|letter: char| !(letter == '.' || letter.is_ascii_digit()))?;
    let (fraction, offset) = rest.split_at(at);
    let digits = fraction.strip_prefix('.').unwrap_or(fraction);
    let fraction_holds =
        fraction.is_empty() || (fraction.starts_with('.') && !digits.is_empty() && !digits.contains('.'));
    let in_range = (1900..3000).contains(&year) && hour < 24 && minute < 60 && second < 60;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset_seconds(offset)?;
    (in_range && fraction_holds).then_some((seconds, digits))
}

/// The offsets that are in use somewhere, as the model lists them.
fn offset_seconds(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let east = match text.as_bytes().first()? {
        b'+' => true,
        b'-' => false,
        _ => return None,
    };
    let [hours, minutes] = numbers(text.get(1..)?, ':', [2, 2])?;
    let in_use = match (east, minutes) {
        (true, 0) => hours <= 14,
        (true, 30) => matches!(hours, 3..=6 | 9 | 10),
        (true, 45) => matches!(hours, 5 | 8 | 12),
        (false, 0) => hours <= 12,
        (false, 30) => matches!(hours, 3 | 9),
        _ => false,
    };
    let seconds = hours * 3600 + minutes * 60;
    in_use.then_some(if east { seconds } else { -seconds })
}

/// Numbers of that many digits each, parted by a sign.
fn numbers<const N: usize>(text: &str, by: char, digits: [usize; N]) -> Option<[i64; N]> {
    let parts: Vec<&str> = text.split(by).collect();
    let sound = |(part, digits): (&&str, &usize)| part.len() == *digits && part.bytes().all(|one| one.is_ascii_digit());
    if parts.len() != N || !parts.iter().zip(&digits).all(sound) {
        return None;
    }
    let parsed: Option<Vec<i64>> = parts.iter().map(|part| part.parse().ok()).collect();
    parsed?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(of: Type, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(of.accepts(text), "{text:?} is {}", of.noun());
        }
        for text in bad {
            assert!(!of.accepts(text), "{text:?} is not {}", of.noun());
        }
    }

    #[test]
    fn texts_are_judged_as_the_models_patterns_judge_them() {
        holds(Type::Token, &["ac-1", "_x", "контроль.1", "é", "a².b"], &["", "1a", "a b", "-a", "a/b", "a\n"]);
        holds(Type::Text, &["x", "a b", "é"], &["", " ", " x", "x ", "a\nb"]);
        holds(Type::Line, &["x", " ", " *x* "], &["", "a\nb"]);
        holds(Type::Prose, &["", "a\n\nb"], &[]);
        holds(Type::Uri, &["https://x", "urn:uuid:1", "a1:b"], &["", "x", "a:b", "1a:b", "ab:"]);
        let uuids = ["74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724", "74C8BA1E-5CD4-5AD1-8BFD-D888E2F6C724"];
        let none = ["74c8ba1e-5cd4-1ad1-bbfd-d888e2f6c724", "74c8ba1e-5cd4-4ad1-cbfd-d888e2f6c724", "x", ""];
        holds(Type::Uuid, &uuids, &none);
        holds(Type::Email, &["a@b"], &["a", "@b", "a@", " a@b"]);
        holds(Type::Base64, &["QQ==", "a"], &["", "=", "a===", "a b"]);
        holds(Type::OneOf(&["one", "two"]), &["one"], &["One", ""]);
    }

    #[test]
    fn moments_are_days_that_exist_at_offsets_in_use() {
        let good = ["2024-02-29T00:00:00Z", "2024-02-04T23:16:00.000000-00:00", "1999-12-31T23:59:59+05:45"];
        let bad = [
            "2023-02-29T00:00:00Z",
            "2024-02-01",
            "2024-02-01T24:00:00Z",
            "2024-02-01T00:00:00",
            "2024-02-01T00:00:00.Z",
            "2024-02-01T00:00:00+01:17",
            "24-02-01T00:00:00Z",
            "2024-2-01T00:00:00Z",
            "",
            "T",
            "2024-02-01Té0:00:00Z",
        ];
        holds(Type::Moment, &good, &bad);
        assert!(moment("2024-02-01T00:30:00+01:00") < moment("2024-02-01T00:00:00Z"));
        assert!(moment("2024-02-01T00:00:00.1Z") < moment("2024-02-01T00:00:00.25Z"));
    }
}
