//! From bytes to text: UTF-8, UTF-16 with and without its mark, and Windows-1252, as PowerShell and spreadsheets write.
//!
//! Must never hand on what is not text: a workbook or a PDF read as letters would give figures of nothing.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::BYTES_MAX;
use super::problem::Problem;

/// Bytes looked at for a UTF-16 without its mark: some 250 letters settle it.
const LOOKED_AT: usize = 512;

/// Of so many characters one may be a control character: a bell in a banner is text, a compressed stream is not. In
/// noise 28 of 256 bytes are control characters, so the two lie far apart.
const CONTROL_ONE_IN: usize = 100;

/// Text, and how it was encoded.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: String,
}

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Problem> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > BYTES_MAX {
        return Err(Problem::TooLarge(size));
    }
    if bytes.starts_with(b"%PDF-") {
        return Err(Problem::NotText);
    }
    let (encoding, name) = encoding_of(bytes);
    let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
    if text.contains('\0') {
        return Err(Problem::NotText);
    }
    if text.trim().is_empty() {
        return Err(Problem::Empty);
    }
    let control = |letter: &char| letter.is_control() && !letter.is_ascii_whitespace();
    let (all, controls) = (text.chars().count(), text.chars().filter(control).count());
    if controls > all / CONTROL_ONE_IN {
        return Err(Problem::NotText);
    }
    let encoding = if had_errors { format!("{name} (damaged in places)") } else { name.to_owned() };
    Ok(Decoded { text: text.into_owned(), encoding })
}

fn encoding_of(bytes: &[u8]) -> (&'static Encoding, &'static str) {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return (marked, if marked == UTF_8 { "UTF-8" } else { "UTF-16" });
    }
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let nul = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    // Latin letters have a zero in one of their two bytes and never in the other.
    match (nul(0), nul(1)) {
        (0, odd) if odd > head.len() / 4 => (UTF_16LE, "UTF-16"),
        (even, 0) if even > head.len() / 4 => (UTF_16BE, "UTF-16"),
        _ if std::str::from_utf8(bytes).is_ok() => (UTF_8, "UTF-8"),
        _ => (WINDOWS_1252, "Windows-1252, since it is not UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, mark: bool, big: bool) -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn text_is_read_in_the_encodings_that_tools_write() {
        let text = "name;note\nsvc-backup;caf\u{e9}\n";
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        for (bytes, named) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            (marked, "UTF-8"),
            (encoded(text, true, false), "UTF-16"),
            (encoded(text, true, true), "UTF-16"),
            (encoded(text, false, false), "UTF-16"),
            (encoded(text, false, true), "UTF-16"),
            (b"name;note\nsvc-backup;caf\xE9\n".to_vec(), "Windows-1252, since it is not UTF-8"),
        ] {
            let decoded = decode(&bytes).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.encoding.as_str()), (text, named));
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [b"PK\x03\x04\x14\0\0\0".as_slice(), b"%PDF-1.7 text", b"\xFF\xFEa\0\0\0", &[0x81, 0x1B, 0x02]] {
            assert_eq!(decode(bytes).err(), Some(Problem::NotText), "{bytes:?}");
        }
        for bytes in [b"".as_slice(), b"\xEF\xBB\xBF", b" \r\n"] {
            assert_eq!(decode(bytes).err(), Some(Problem::Empty), "{bytes:?}");
        }
    }

    #[test]
    fn a_damaged_text_is_read_and_said_to_be_damaged() {
        let mut bytes = encoded("name,note\nsvc-backup,x\n", true, false);
        bytes.extend([0x00, 0xD8, b'a', 0]);
        assert_eq!(decode(&bytes).unwrap().encoding, "UTF-16 (damaged in places)");
    }
}
