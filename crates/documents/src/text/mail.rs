//! The words of a message: who, to whom, when, about what, and its text parts (RFC 5322, RFC 2045 to 2049). Files
//! attached to it are named, not read.

use std::collections::BTreeSet;

use mail_parser::{Address, HeaderName, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use super::folded::Folded;
use super::{Reason, html};

/// Parts read of one message. A thread of a hundred replies with two pictures each has some 300.
const PARTS_MAX: usize = 1_000;

/// Messages within messages that are read.
const NESTED_MAX: usize = 4;

/// Reads a message, or the first of a mailbox file.
pub(super) fn read(bytes: &[u8], out: &mut Folded) -> Result<(), Reason> {
    // The line before each message of a mailbox file (RFC 4155) is not part of it.
    let start = if bytes.starts_with(b"From ") {
        bytes.iter().position(|byte| *byte == b'\n').and_then(|at| bytes.get(at + 1..)).unwrap_or_default()
    } else {
        bytes
    };
    let message = MessageParser::new().parse(start).ok_or_else(|| Reason::damaged("no headers of a message"))?;
    let mut left = PARTS_MAX;
    add(&message, NESTED_MAX, &mut left, out);
    Ok(())
}

fn add(message: &Message<'_>, nested: usize, left: &mut usize, out: &mut Folded) {
    headers(message, out);
    // With plain text beside a page that says the same, the plain text is enough.
    let shown = if message.text_body.is_empty() { &message.html_body } else { &message.text_body };
    let mut told = BTreeSet::new();
    // A picture within the text is among the attachments too.
    for number in shown.iter().chain(&message.attachments).filter(|number| told.insert(**number)) {
        if *left == 0 || out.is_full() {
            return;
        }
        *left -= 1;
        if let Some(part) = message.part(*number) {
            add_part(part, nested, left, out);
        }
    }
}

fn headers(message: &Message<'_>, out: &mut Folded) {
    let people = [("From", message.from()), ("To", message.to()), ("Cc", message.cc())];
    for (name, address) in people {
        if let Some(address) = address {
            field(name, &written(address), out);
        }
    }
    if let Some(subject) = message.subject() {
        field("Subject", subject, out);
    }
    if let Some(date) = message.header_raw(HeaderName::Date) {
        field("Date", date, out);
    }
}

fn field(name: &str, value: &str, out: &mut Folded) {
    out.push(name);
    out.push(": ");
    // A header is one line, however it was folded.
    out.push_as_one_line(value);
    out.line();
}

fn written(address: &Address<'_>) -> String {
    let one = |person: &mail_parser::Addr<'_>| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => String::new(),
    };
    address.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn add_part(part: &MessagePart<'_>, nested: usize, left: &mut usize, out: &mut Folded) {
    out.line();
    if let Some(name) = part.attachment_name() {
        field("Attachment", name, out);
    }
    match &part.body {
        PartType::Text(text) => out.push(text),
        // A page cannot be damaged: what it shows is shown.
        PartType::Html(page) => drop(html::read(page, out)),
        PartType::Message(message) if nested > 0 => add(message, nested - 1, left, out),
        PartType::Message(_) | PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Multipart(_) => {}
    }
    out.line();
}
