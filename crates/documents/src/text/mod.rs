//! The text of a document, for searching: UTF-8, white space folded, cut at a limit. It must never be run on a stranger's
//! document in a process that holds a register: that is what [`crate::sandbox`] is for.

mod folded;
mod html;
mod json;
mod mail;
mod office;
mod pdf;
mod workbook;
mod xml;
mod zipped;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::charset;
use crate::media::{self, ENCRYPTED_OFFICE, Kind, Media};
use folded::Folded;

/// The longest document that is read: 64 MiB, an eighth of the memory that the reading child has. The longest of 1,966
/// exports and reports that this was tried on has 3 MB.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The longest text of a document: 1 MiB, some 500 pages of 2,000 letters.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// The longest detail in a reason.
const DETAIL_LETTERS_MAX: usize = 120;

/// What stands in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The text: no control characters but line ends, no two of white space in a row, at most [`TEXT_BYTES_MAX`] bytes.
    pub body: String,
    /// Whether there was more.
    pub cut: bool,
}

/// Why there is no text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why", content = "detail")]
pub enum Reason {
    /// It asks for a password.
    #[error("encrypted")]
    Encrypted,
    /// It is not what it says it is.
    #[error("damaged: {0}")]
    Damaged(String),
    /// It, or what is packed in it, is larger than is read.
    #[error("too large")]
    TooLarge,
    /// Nobody reads text out of such a document here.
    #[error("no text in this kind")]
    NoTextInKind,
    /// It could have text, and has none: scanned pages, for one.
    #[error("no text in it")]
    Empty,
    /// The child that read it was stopped.
    #[error("took too long")]
    TookTooLong,
    /// The child that read it came to the limit that it had set itself.
    #[error("used too much memory")]
    TooMuchMemory,
    /// The child that read it ended in the middle.
    #[error("crashed")]
    Crashed,
}

impl Reason {
    /// A damaged document, with what is wrong with it in a few plain words.
    fn damaged(what: impl ToString) -> Self {
        let mut detail = Folded::new(DETAIL_LETTERS_MAX);
        detail.push_as_one_line(&what.to_string());
        Self::Damaged(detail.done().body)
    }
}

/// Reads the text of a document of this media type.
///
/// # Errors
/// Why there is none.
pub fn of(media: &Media, bytes: &[u8]) -> Result<Text, Reason> {
    let mut folded = Folded::new(TEXT_BYTES_MAX);
    read(media, bytes, &mut folded)?;
    let text = folded.done();
    if text.body.is_empty() && !bytes.is_empty() { Err(Reason::Empty) } else { Ok(text) }
}

/// The media type of a document and its text in one go.
///
/// # Errors
/// Why there is no text.
pub fn of_file(bytes: &[u8], name: &str) -> (Media, Result<Text, Reason>) {
    let media = media::of(bytes, name);
    let text = of(&media, bytes);
    (media, text)
}

fn read(media: &Media, bytes: &[u8], out: &mut Folded) -> Result<(), Reason> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(Reason::TooLarge);
    }
    let iana = media.iana();
    match iana {
        "application/pdf" => return pdf::read(bytes, out),
        "application/json" | "application/x-ndjson" => return with_charset(bytes, |text| json::read(text, out)),
        "application/xml" | "image/svg+xml" => return with_charset(bytes, |text| xml::read(text, out)),
        "text/html" | "application/xhtml+xml" => return with_charset(bytes, |text| html::read(text, out)),
        "message/rfc822" | "application/mbox" => return mail::read(bytes, out),
        ENCRYPTED_OFFICE => return Err(Reason::Encrypted),
        _ => {}
    }
    if iana.contains("spreadsheetml") || iana.contains("ms-excel.sheet") {
        return workbook::read(bytes, out);
    }
    if let Some(parts) = office::parts_of(iana) {
        return office::read(bytes, parts, out);
    }
    let textual = iana.starts_with("text/") || matches!(iana, "application/yaml" | "application/postscript");
    if textual || media.kind() == Kind::Text { plain(bytes, out) } else { Err(Reason::NoTextInKind) }
}

/// Text as it stands.
fn plain(bytes: &[u8], out: &mut Folded) -> Result<(), Reason> {
    let charset = charset::of(bytes).ok_or_else(|| Reason::damaged("not text in any charset known here"))?;
    charset::decode(charset, bytes, |piece| {
        out.push(piece);
        !out.is_full()
    });
    Ok(())
}

/// Text that a parser needs in one piece. What declares its own charset is believed where the bytes do not say.
fn with_charset(bytes: &[u8], read: impl FnOnce(&str) -> Result<(), Reason>) -> Result<(), Reason> {
    let found = charset::of(bytes).ok_or_else(|| Reason::damaged("not text in any charset known here"))?;
    let charset =
        if found == encoding_rs::WINDOWS_1252 { html::declared_charset(bytes).unwrap_or(found) } else { found };
    read(&charset::decode_whole(charset, bytes))
}

#[cfg(test)]
mod tests;
