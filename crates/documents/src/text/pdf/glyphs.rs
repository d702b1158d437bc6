//! Letters by the names and codes that simple fonts give them (ISO 32000-2, annex D; the Adobe Glyph List's names).

use std::borrow::Cow;

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

/// The encodings that a font can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Standard,
    MacRoman,
    WinAnsi,
}

impl Base {
    /// The letter of a code.
    pub(super) fn letter(self, code: u8) -> Option<char> {
        let by = |encoding: &'static Encoding| encoding.decode_without_bom_handling(&[code]).0.chars().next();
        match self {
            _ if code < 0x20 => None,
            Self::MacRoman => by(MACINTOSH),
            Self::WinAnsi => by(WINDOWS_1252),
            Self::Standard => match STANDARD.iter().find(|(known, _)| *known == code) {
                Some((_, letter)) => Some(*letter),
                None if code < 0x7F => Some(char::from(code)),
                None => None,
            },
        }
    }
}

/// Where the standard encoding of Latin text is not ASCII.
const STANDARD: &[(u8, char)] = &[
    (0x27, '’'),
    (0x60, '‘'),
    (0xA1, '¡'),
    (0xA2, '¢'),
    (0xA3, '£'),
    (0xA4, '⁄'),
    (0xA5, '¥'),
    (0xA6, 'ƒ'),
    (0xA7, '§'),
    (0xA8, '¤'),
    (0xA9, '\''),
    (0xAA, '“'),
    (0xAB, '«'),
    (0xAC, '‹'),
    (0xAD, '›'),
    (0xAE, 'ﬁ'),
    (0xAF, 'ﬂ'),
    (0xB1, '–'),
    (0xB2, '†'),
    (0xB3, '‡'),
    (0xB4, '·'),
    (0xB6, '¶'),
    (0xB7, '•'),
    (0xB8, '‚'),
    (0xB9, '„'),
    (0xBA, '”'),
    (0xBB, '»'),
    (0xBC, '…'),
    (0xBD, '‰'),
    (0xBF, '¿'),
    (0xD0, '—'),
    (0xE1, 'Æ'),
    (0xE3, 'ª'),
    (0xE8, 'Ł'),
    (0xE9, 'Ø'),
    (0xEA, 'Œ'),
    (0xEB, 'º'),
    (0xF1, 'æ'),
    (0xF5, 'ı'),
    (0xF8, 'ł'),
    (0xF9, 'ø'),
    (0xFA, 'œ'),
    (0xFB, 'ß'),
];

/// The letters that a glyph's name means. A ligature means its letters, so that its word is found.
pub(super) fn letters(name: &str) -> Option<Cow<'static, str>> {
    // A variant, as `a.sc`, is the same letter.
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    if let Some((_, letters)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(Cow::Borrowed(letters));
    }
    if let Some(letter) = accented(name).or_else(|| numbered(name)) {
        return Some(Cow::Owned(letter.to_string()));
    }
    let mut only = name.chars();
    match (only.next(), only.next()) {
        (Some(letter), None) => Some(Cow::Owned(letter.to_string())),
        _ => None,
    }
}

/// `uni00E9` and `u1F4C4`.
fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'))?;
    let digits = digits.get(..4).filter(|_| name.starts_with("uni")).unwrap_or(digits);
    (4..=6).contains(&digits.len()).then(|| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)).flatten()
}

/// `eacute`: a letter and its accent.
fn accented(name: &str) -> Option<char> {
    let letter = name.chars().next()?;
    let accent = name.get(letter.len_utf8()..)?;
    let (_, plain, with) = ACCENTS.iter().find(|(known, _, _)| *known == accent)?;
    let at = plain.chars().position(|known| known == letter)?;
    with.chars().nth(at)
}

const ACCENTS: &[(&str, &str, &str)] = &[
    ("grave", "aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
    ("acute", "aeiouyAEIOUYcnsz", "áéíóúýÁÉÍÓÚÝćńśź"),
    ("circumflex", "aeiouAEIOUwyWY", "âêîôûÂÊÎÔÛŵŷŴŶ"),
    ("tilde", "anoANO", "ãñõÃÑÕ"),
    ("dieresis", "aeiouyAEIOU", "äëïöüÿÄËÏÖÜ"),
    ("caron", "cszCSZer", "čšžČŠŽěř"),
    ("cedilla", "csCS", "çşÇŞ"),
    ("ring", "aAuU", "åÅůŮ"),
    ("slash", "oO", "øØ"),
    ("ogonek", "aeAE", "ąęĄĘ"),
];

const NAMES: &[(&str, &str)] = &[
    ("space", " "),
    ("nbspace", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("quoteright", "’"),
    ("quoteleft", "‘"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("sfthyphen", "\u{AD}"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("grave", "`"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("ff", "ff"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("f_f", "ff"),
    ("f_i", "fi"),
    ("f_l", "fl"),
    ("f_f_i", "ffi"),
    ("f_f_l", "ffl"),
    ("t_t", "tt"),
    ("t_i", "ti"),
    ("sterling", "£"),
    ("Euro", "€"),
    ("cent", "¢"),
    ("yen", "¥"),
    ("section", "§"),
    ("paragraph", "¶"),
    ("copyright", "©"),
    ("registered", "®"),
    ("trademark", "™"),
    ("degree", "°"),
    ("plusminus", "±"),
    ("mu", "µ"),
    ("multiply", "×"),
    ("divide", "÷"),
    ("minus", "−"),
    ("onehalf", "½"),
    ("onequarter", "¼"),
    ("threequarters", "¾"),
    ("endash", "–"),
    ("emdash", "—"),
    ("quotedblleft", "“"),
    ("quotedblright", "”"),
    ("quotesinglbase", "‚"),
    ("quotedblbase", "„"),
    ("guillemotleft", "«"),
    ("guillemotright", "»"),
    ("guilsinglleft", "‹"),
    ("guilsinglright", "›"),
    ("bullet", "•"),
    ("periodcentered", "·"),
    ("ellipsis", "…"),
    ("dagger", "†"),
    ("daggerdbl", "‡"),
    ("AE", "Æ"),
    ("ae", "æ"),
    ("OE", "Œ"),
    ("oe", "œ"),
    ("germandbls", "ß"),
    ("dotlessi", "ı"),
    ("Lslash", "Ł"),
    ("lslash", "ł"),
    ("exclamdown", "¡"),
    ("questiondown", "¿"),
    ("arrowright", "→"),
    ("arrowleft", "←"),
    ("checkmark", "✓"),
];
