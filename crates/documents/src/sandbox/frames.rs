//! What parent and child say to each other: lengths in big-endian order, then that many bytes. Neither believes the
//! other: a length above its limit ends the conversation.

use std::io::{self, ErrorKind, Read, Write};

use crate::media::{MEDIA_BYTES_MAX, Media};
use crate::text::{DOCUMENT_BYTES_MAX, Reason, TEXT_BYTES_MAX, Text};

/// What a child says when its limits are set and it can take documents. The number goes up when the frames change.
pub const GREETING: &[u8] = b"portreeve-extract/1\n";

/// The longest file name: Linux and Windows allow 255 letters, of at most four bytes.
const NAME_BYTES_MAX: usize = 255 * 4;

/// The longest reason as JSON: 120 letters of at most four bytes, each perhaps escaped, and what stands around them.
const REASON_BYTES_MAX: usize = 4 * 1024;

/// What an answer is, as its first byte.
const WHOLE: u8 = 0;
const CUT: u8 = 1;
const NO_TEXT: u8 = 2;

/// What a child answers about the text of a document.
pub type Answer = Result<Text, Reason>;

/// A document to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its file name, a hint.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Request {
    /// Writes a request. Of a long name its end is given, where the extension stands.
    ///
    /// # Errors
    /// When nobody takes it, or the document is longer than a child reads ([`ErrorKind::FileTooLarge`]).
    pub fn write(output: &mut impl Write, name: &str, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > DOCUMENT_BYTES_MAX {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let mut from = name.len().saturating_sub(NAME_BYTES_MAX);
        while !name.is_char_boundary(from) {
            from += 1;
        }
        write_frame(output, name.get(from..).unwrap_or_default().as_bytes())?;
        write_frame(output, bytes)?;
        output.flush()
    }

    /// Reads a request, or none at the end of the input.
    ///
    /// # Errors
    /// When the input breaks off in the middle, or declares more than is read.
    pub fn read(input: &mut impl Read) -> io::Result<Option<Self>> {
        let mut first = [0_u8; 1];
        if input.read(&mut first)? == 0 {
            return Ok(None);
        }
        let name = read_frame(&mut first.chain(&mut *input), NAME_BYTES_MAX)?;
        let bytes = read_frame(input, DOCUMENT_BYTES_MAX)?;
        Ok(Some(Self { name: String::from_utf8_lossy(&name).into_owned(), bytes }))
    }
}

pub(super) fn write_media(output: &mut impl Write, media: &Media) -> io::Result<()> {
    write_frame(output, media.iana().as_bytes())
}

/// Reads the media type that a child found.
///
/// # Errors
/// When the child is gone, or says something that is not one.
pub fn read_media(input: &mut impl Read) -> io::Result<Media> {
    Media::parse(&utf_8(read_frame(input, MEDIA_BYTES_MAX)?)?).ok_or_else(nonsense)
}

pub(super) fn write_answer(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    match answer {
        Ok(text) => {
            output.write_all(&[if text.cut { CUT } else { WHOLE }])?;
            write_frame(output, text.body.as_bytes())
        }
        Err(reason) => {
            output.write_all(&[NO_TEXT])?;
            write_frame(output, &serde_json::to_vec(reason)?)
        }
    }
}

/// Reads what a child answers about the text.
///
/// # Errors
/// When the child is gone, or says something that is not an answer.
pub fn read_answer(input: &mut impl Read) -> io::Result<Answer> {
    let mut kind = [0_u8; 1];
    input.read_exact(&mut kind)?;
    match kind[0] {
        WHOLE | CUT => {
            let body = utf_8(read_frame(input, TEXT_BYTES_MAX)?)?;
            Ok(Ok(Text { body, cut: kind[0] == CUT }))
        }
        NO_TEXT => Ok(Err(serde_json::from_slice(&read_frame(input, REASON_BYTES_MAX)?)?)),
        _ => Err(nonsense()),
    }
}

fn write_frame(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::Error::from(ErrorKind::FileTooLarge))?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(bytes)
}

/// Reads a frame. Memory is taken as bytes come, not as they are declared.
fn read_frame(input: &mut impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut length = [0_u8; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if usize::try_from(length).is_ok_and(|length| length > limit) {
        return Err(nonsense());
    }
    let mut bytes = Vec::new();
    let read = input.take(u64::from(length)).read_to_end(&mut bytes)?;
    if read as u64 == u64::from(length) { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

fn utf_8(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| nonsense())
}

fn nonsense() -> io::Error {
    ErrorKind::InvalidData.into()
}
