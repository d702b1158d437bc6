//! The words of an XML document: its text and the values of its attributes. Nothing that a document type declares is
//! ever expanded or fetched (OWASP: XML external entities, billion laughs); nesting has a limit.

use std::io::BufRead;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::folded::Folded;
use super::{Reason, html};

/// Deepest nesting of elements. The deepest of some 130 exports tried has 16; a table within a table within a table of a
/// text document takes some 30.
pub(super) const DEPTH_MAX: usize = 256;

/// Reads a whole document. What is not well formed is read as its tags are seen, like a web page.
pub(super) fn read(text: &str, out: &mut Folded) -> Result<(), Reason> {
    match each(text.as_bytes(), out, |event, out| all(&event, out)) {
        Err(Reason::Damaged(detail)) if detail != TOO_DEEP => {
            out.clear();
            html::read(text, out)
        }
        other => other,
    }
}

const TOO_DEEP: &str = "elements nested more than 256 deep";

/// Walks through a document until it ends or the text is full.
pub(super) fn each<R: BufRead>(
    source: R,
    out: &mut Folded,
    mut take: impl FnMut(Event<'_>, &mut Folded),
) -> Result<(), Reason> {
    let mut reader = Reader::from_reader(source);
    let mut buffer = Vec::new();
    let mut depth = 0_usize;
    while !out.is_full() {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(refused)?;
        match &event {
            Event::Eof if depth == 0 => return Ok(()),
            Event::Eof => return Err(Reason::damaged("it ends in the middle")),
            Event::Start(_) if depth == DEPTH_MAX => return Err(Reason::damaged(TOO_DEEP)),
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        take(event, out);
    }
    Ok(())
}

/// What the reader ran into: the document, or the limit on what is unpacked.
fn refused(error: quick_xml::Error) -> Reason {
    match error {
        quick_xml::Error::Io(error) => super::zipped::reason_of(&error),
        other => Reason::damaged(other),
    }
}

/// Adds whatever has words in it.
fn all(event: &Event<'_>, out: &mut Folded) {
    match event {
        Event::Start(start) | Event::Empty(start) => {
            out.space();
            for (name, value) in attributes(start) {
                if name != "xmlns" && !name.starts_with("xmlns:") && name != "xsi:schemaLocation" {
                    out.push(&value);
                    out.space();
                }
            }
        }
        Event::End(_) => out.line(),
        other => text(other, out),
    }
}

/// Adds an event's letters, if it has any.
pub(super) fn text(event: &Event<'_>, out: &mut Folded) {
    match event {
        Event::Text(text) => out.push(&text.xml10_content()),
        Event::CData(text) => out.push(&text.xml10_content()),
        Event::GeneralRef(name) => {
            if let Some(letter) = letter(name) {
                out.push(letter.encode_utf8(&mut [0; 4]));
            }
        }
        _ => {}
    }
}

/// The readable attributes of an element. One that cannot be read is left out.
pub(super) fn attributes(start: &BytesStart<'_>) -> Vec<(String, String)> {
    let mut attributes = start.attributes();
    let readable = attributes.with_checks(false).flatten().filter_map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).ok()?;
        Some((attribute.key.as_ref().to_owned(), value.into_owned()))
    });
    readable.collect()
}

/// The letter that `&name;` or `&#number;` stands for. A document's own entities stand for nothing.
fn letter(name: &BytesRef<'_>) -> Option<char> {
    match name.resolve_char_ref() {
        Ok(Some(letter)) => Some(letter),
        Ok(None) => html::entity(name.as_ref()),
        Err(_) => None,
    }
}
