//! Whether bytes are text, and in which charset. It must never guess a language: an old Western charset is the only
//! one assumed when nothing says otherwise.

use std::borrow::Cow;

use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How much of a document decides whether it is text: 64 KiB hold some thousand lines.
pub(crate) const HEAD_BYTES: usize = 64 * 1024;

/// Bytes looked at for UTF-16 without a mark.
const UTF_16_SAMPLE: usize = 1024;

/// The charset of a document, or none when it is not text.
pub(crate) fn of(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = head(bytes);
    if let Some((charset, mark)) = Encoding::for_bom(bytes) {
        let rest = head.get(mark..).unwrap_or_default();
        return decodes(charset, rest).then_some(charset);
    }
    if head.contains(&0) {
        return utf_16_without_mark(head).filter(|charset| decodes(charset, head));
    }
    if is_binary(head) {
        return None;
    }
    if decodes(UTF_8, head) {
        return Some(UTF_8);
    }
    // The rest of Western Europe's old files. Compressed data has as many high bytes as low ones.
    let high = head.iter().filter(|byte| **byte >= 0x80).count();
    (high * 3 < head.len()).then_some(WINDOWS_1252)
}

/// The first bytes of a document as text, and whether there is more.
pub(crate) fn decoded_head(bytes: &[u8]) -> Option<(String, bool)> {
    let charset = of(bytes)?;
    let head = head(bytes);
    let (text, _) = charset.decode_with_bom_removal(head);
    // A letter that the cut went through is not a letter.
    let cut = head.len() < bytes.len();
    let text = if cut { text.trim_end_matches('\u{FFFD}') } else { &text };
    Some((text.to_owned(), cut))
}

/// Decodes `bytes`, piece by piece, until the taker has enough.
pub(crate) fn decode(charset: &'static Encoding, bytes: &[u8], mut take: impl FnMut(&str) -> bool) {
    let mut decoder = charset.new_decoder_with_bom_removal();
    // A piece of 16 KiB grows at most threefold.
    let mut piece = vec![0_u8; 64 * 1024];
    let mut rest = bytes;
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(rest, &mut piece, true);
        rest = rest.get(read..).unwrap_or_default();
        let text = str::from_utf8(piece.get(..written).unwrap_or_default()).unwrap_or_default();
        if !take(text) || result == CoderResult::InputEmpty {
            return;
        }
    }
}

/// All of `bytes` as text, where a parser needs it in one piece.
pub(crate) fn decode_whole<'a>(charset: &'static Encoding, bytes: &'a [u8]) -> Cow<'a, str> {
    charset.decode_with_bom_removal(bytes).0
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..HEAD_BYTES).unwrap_or(bytes)
}

/// Whether the bytes are in this charset, but for a last letter that a cut went through.
fn decodes(charset: &'static Encoding, bytes: &[u8]) -> bool {
    let mut decoder = charset.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() * 3 + 16);
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, false);
    result == encoding_rs::DecoderResult::InputEmpty && !is_binary(text.as_bytes())
}

/// Whether there are control bytes as in no text: a zero, or more strays than a text picks up from a terminal or a line.
fn is_binary(bytes: &[u8]) -> bool {
    let strays = bytes.iter().filter(|byte| is_stray(**byte)).count();
    bytes.contains(&0) || strays > bytes.len() / BYTES_A_STRAY
}

/// One stray control byte is let pass for each thousand bytes: the frame around an HL7 message, what a modem left in a log.
/// Of bytes by chance 23 in 256 are such, ninety times as many; and a file below a thousand bytes has none.
const BYTES_A_STRAY: usize = 1_000;

/// Control bytes that text hardly has. Bell to carriage return and the escape of coloured logs are text to `file` as well
/// (its `encoding.c`), and the end mark of old DOS files is to us. The WHATWG's MIME Sniffing, section 3 (binary data byte),
/// counts bell, backspace, vertical tab and that mark as binary: it guards browsers, where to show a file as text is the
/// risk; here it is to leave a log unsearched for one bell.
fn is_stray(byte: u8) -> bool {
    matches!(byte, 0x01..=0x06 | 0x0E..=0x19 | 0x1C..=0x1F | 0x7F)
}

/// Exports of Windows tools without a mark: in Western text nearly every second byte is zero.
fn utf_16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let sample = head.get(..UTF_16_SAMPLE).unwrap_or(head);
    let (mut even, mut odd) = (0_usize, 0_usize);
    for pair in sample.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let pairs = sample.len() / 2;
    if odd * 10 >= pairs * 7 && even == 0 {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 7 && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn text_is_known_by_its_bytes() {
        assert_eq!(of("Prüfung £5".as_bytes()), Some(UTF_8));
        assert_eq!(of(b"\xEF\xBB\xBFname"), Some(UTF_8));
        assert_eq!(of(b"cost \xA35, caf\xE9"), Some(WINDOWS_1252));
        assert_eq!(of(&utf_16("name,status\r\n", true)), Some(UTF_16LE));
        assert_eq!(of(&utf_16("name,status\r\n", false)), Some(UTF_16BE));
        assert_eq!(of(&[&[0xFF, 0xFE][..], &utf_16("名前", true)].concat()), Some(UTF_16LE));
        assert_eq!(of(b""), Some(UTF_8));
    }

    #[test]
    fn other_bytes_are_not_text() {
        assert_eq!(of(b"\x7FELF\x02\x01\x01\x00"), None);
        assert_eq!(of(b"\x1F\x8B\x08\x02abc"), None);
        assert_eq!(of(&[0; 64]), None);
        assert_eq!(of(&(128..=255).collect::<Vec<u8>>()), None);
        assert_eq!(of(&b"\x9Aa".repeat(500)), None, "every second letter from beyond ASCII is no Western text");
        assert_eq!(of(b"\xEF\xBB\xBF\x00\x01\x02"), None);
    }

    #[test]
    fn a_text_may_ring_a_bell_and_a_long_one_have_a_stray_control_byte() {
        for byte in [0x07, 0x08, 0x0B, 0x0C, 0x1A, 0x1B] {
            assert_eq!(of(&[b'o', b'k', byte, b'\n']), Some(UTF_8), "{byte:#04x}");
        }
        let line = b"10:14 link up, framing error\n";
        for byte in (0x01..=0x06).chain(0x0E..=0x19).chain(0x1C..=0x1F).chain([0x7F]) {
            let log = |strays: usize| [&line.repeat(100)[..], &vec![byte; strays][..]].concat();
            assert_eq!(of(&[b'o', b'k', byte, b'\n']), None, "{byte:#04x} in a short one");
            assert_eq!((of(&log(2)), of(&log(3))), (Some(UTF_8), None), "{byte:#04x}: two in 2,902 bytes, not three");
        }
        assert_eq!(of(&[&line.repeat(100)[..], &[0]].concat()), None, "a zero is in no text of one byte a letter");
        let western = [&line.repeat(100)[..], b"caf\xE9 \x03"].concat();
        assert_eq!(of(&western), Some(WINDOWS_1252));
        let wide = |strays: usize| utf_16(&("link up\n".repeat(200) + &"\u{3}".repeat(strays)), true);
        assert_eq!((of(&wide(1)), of(&wide(2))), (Some(UTF_16LE), None));
    }

    #[test]
    fn a_letter_cut_in_two_at_the_end_of_the_head_is_no_reason() {
        let bytes = [vec![b'a'; HEAD_BYTES - 1], "éé".into()].concat();
        assert_eq!(of(&bytes), Some(UTF_8));
        let (text, cut) = decoded_head(&bytes).unwrap();
        assert_eq!((text.len(), cut), (HEAD_BYTES - 1, true));
    }

    #[test]
    fn decoding_stops_when_the_taker_has_enough() {
        let bytes = vec![b'a'; 10_000_000];
        let mut taken = 0;
        decode(UTF_8, &bytes, |piece| {
            taken += piece.len();
            taken < 100_000
        });
        assert!((100_000..300_000).contains(&taken), "{taken}");
    }
}
