//! Which letters the codes of a font mean, and how wide they are (ISO 32000-2, 9.6 to 9.10). It must never open the font
//! program itself: a font whose dictionary does not say what its codes mean has no text.

use std::borrow::Cow;
use std::collections::HashMap;

use hayro_cmap::{BfString, CMap};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};

use super::glyphs::{self, Base};

/// Widths of one font that are kept: as many as there are codes of two bytes.
const WIDTHS_MAX: usize = 65_536;

/// Bytes of a map from codes to letters. One for all 65,536 codes has some 2 MiB.
const MAP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The width, in letter heights, of a letter that nothing is known about.
const GUESS: f64 = 0.5;

/// A font as far as text goes.
#[derive(Debug)]
pub(super) struct Font {
    /// Two bytes a code (composite fonts, 9.7), or one.
    wide: bool,
    unicode: Option<CMap>,
    /// Letters by code, of a font with one byte a code.
    table: Vec<Option<Cow<'static, str>>>,
    widths: HashMap<u32, f64>,
    other_width: Option<f64>,
}

/// One code of a string.
pub(super) struct Shown {
    pub(super) letters: Cow<'static, str>,
    /// In letter heights.
    pub(super) width: f64,
    /// The one code that word spacing applies to (9.3.3).
    pub(super) is_space: bool,
}

impl Font {
    pub(super) fn read(font: &Dict<'_>) -> Self {
        let unicode = font
            .get::<Stream<'_>>("ToUnicode")
            .and_then(|map| map.decoded_data().ok())
            .filter(|map| map.len() <= MAP_BYTES_MAX)
            .and_then(|map| CMap::parse(&map, |_| None));
        let below = font.get::<Array<'_>>("DescendantFonts").and_then(|fonts| fonts.iter::<Dict<'_>>().next());
        match below {
            Some(below) => {
                let widths = below.get::<Array<'_>>("W").map(|list| wide_widths(&list)).unwrap_or_default();
                let other_width = Some(below.get::<f64>("DW").unwrap_or(1000.0) / 1000.0);
                Self { wide: true, unicode, table: Vec::new(), widths, other_width }
            }
            None => Self { wide: false, unicode, table: table(font), widths: widths(font), other_width: other(font) },
        }
    }

    /// Whether its widths are told rather than guessed.
    pub(super) fn knows_widths(&self) -> bool {
        self.wide || !self.widths.is_empty()
    }

    /// The letters of a string, code by code.
    pub(super) fn letters<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Shown> + 'a {
        text.chunks(if self.wide { 2 } else { 1 }).map(|bytes| {
            let code = bytes.iter().fold(0_u32, |code, byte| (code << 8) | u32::from(*byte));
            let width = self.widths.get(&code).copied().or(self.other_width).unwrap_or(GUESS);
            Shown { letters: self.meaning(code), width, is_space: !self.wide && code == 32 }
        })
    }

    fn meaning(&self, code: u32) -> Cow<'static, str> {
        let told = self.unicode.as_ref().and_then(|map| map.lookup_bf_string(code));
        let told = told.map(|found| match found {
            BfString::Char(letter) => letter.to_string(),
            BfString::String(letters) => letters,
        });
        // Letters of private use mean something only with the font at hand.
        if let Some(told) = told.filter(|told| !told.contains(|c| matches!(c, '\0' | '\u{E000}'..='\u{F8FF}'))) {
            return Cow::Owned(told);
        }
        let at = usize::try_from(code).unwrap_or(usize::MAX);
        self.table.get(at).cloned().flatten().unwrap_or_default()
    }
}

/// Letters by code: an encoding, and where it differs (9.6.5).
fn table(font: &Dict<'_>) -> Vec<Option<Cow<'static, str>>> {
    let own = font.get::<Dict<'_>>("Encoding");
    let base = match &own {
        Some(own) => own.get::<Name<'_>>("BaseEncoding"),
        None => font.get::<Name<'_>>("Encoding"),
    };
    let base = match base.as_ref().map(Name::as_str) {
        Some("MacRomanEncoding") => Base::MacRoman,
        Some("WinAnsiEncoding") => Base::WinAnsi,
        _ => Base::Standard,
    };
    let mut table: Vec<_> =
        (0..=255).map(|code| base.letter(code).map(|letter| Cow::Owned(letter.to_string()))).collect();
    let differences = own.and_then(|own| own.get::<Array<'_>>("Differences"));
    let mut at = 0_usize;
    for item in differences.iter().flat_map(Array::iter::<Object<'_>>) {
        match item {
            Object::Number(number) => at = usize::try_from(number.as_i64()).unwrap_or(usize::MAX),
            Object::Name(name) => {
                if let Some(slot) = table.get_mut(at) {
                    *slot = glyphs::letters(name.as_str());
                }
                at = at.saturating_add(1);
            }
            _ => {}
        }
    }
    table
}

/// Widths by code of a font with one byte a code, in letter heights.
fn widths(font: &Dict<'_>) -> HashMap<u32, f64> {
    // The letters of a Type 3 font have a measure of their own (9.6.4).
    let unit = font.get::<Array<'_>>("FontMatrix").and_then(|matrix| matrix.iter::<f64>().next()).unwrap_or(0.001);
    let first = font.get::<i32>("FirstChar").and_then(|first| u32::try_from(first).ok()).unwrap_or(0);
    let list = font.get::<Array<'_>>("Widths");
    let list = list.iter().flat_map(Array::iter::<f64>).take(256);
    (first..).zip(list.map(|width| width * unit)).collect()
}

fn other(font: &Dict<'_>) -> Option<f64> {
    let descriptor = font.get::<Dict<'_>>("FontDescriptor")?;
    Some(descriptor.get::<f64>("MissingWidth").filter(|width| *width > 0.0)? / 1000.0)
}

/// Widths of a composite font: `code [w w w]` or `from to w`, again and again (9.7.4.3).
fn wide_widths(list: &Array<'_>) -> HashMap<u32, f64> {
    let mut widths = HashMap::new();
    let mut numbers: Vec<f64> = Vec::with_capacity(3);
    for item in list.iter::<Object<'_>>() {
        match (item, numbers.as_slice()) {
            (Object::Array(run), &[first]) => {
                let run = run.iter::<f64>().take(WIDTHS_MAX.saturating_sub(widths.len()));
                widths.extend((code(first)..).zip(run.map(|width| width / 1000.0)));
                numbers.clear();
            }
            (Object::Number(width), &[first, last]) => {
                let room = WIDTHS_MAX.saturating_sub(widths.len());
                let codes = (code(first)..=code(last)).take(room);
                widths.extend(codes.map(|code| (code, width.as_f64() / 1000.0)));
                numbers.clear();
            }
            (Object::Number(number), _) => numbers.push(number.as_f64()),
            _ => numbers.clear(),
        }
    }
    widths
}

/// A code of at most two bytes.
fn code(number: f64) -> u32 {
    // A float goes to the nearest end of the range, and to nothing when it is no number.
    u32::from(number as u16)
}
