//! Documents that a stranger made: their media type, their text in every format that is read, and what the reading child
//! and its parent say to each other.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use portreeve_documents::media::{self, MEDIA_BYTES_MAX, Media};
use portreeve_documents::sandbox::{GREETING, Request, read_answer, read_media, serve};
use portreeve_documents::text::{self, Reason, TEXT_BYTES_MAX, Text};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What parts the pieces of an input that is several things.
const BETWEEN: u8 = 0x1e;

/// Letters of a reason's detail, by `documents`' own limit.
const DETAIL_LETTERS_MAX: usize = 120;

/// Most members of an office document that is made of an input.
const MEMBERS_MAX: usize = 16;

/// Most requests of one conversation.
const REQUESTS_MAX: usize = 16;

/// Names that tell kinds of text apart where their content does not.
const NAMES: [&str; 8] = ["", "a.csv", "b.html", "c.json", "d.eml", "e.yaml", "f.xml", "path/to/g.tar.gz"];

/// The media type: one that can be written down and read again, the same for the same bytes, whatever the name.
pub fn media_type(data: &[u8]) {
    for name in NAMES {
        let found = media::of(data, name);
        assert!(found.iana().len() <= MEDIA_BYTES_MAX);
        let again = Media::parse(found.iana()).expect("a media type that is found can be written down");
        assert_eq!((again.iana(), again.kind()), (found.iana(), found.kind()));
        assert_eq!(found, media::of(data, name), "the same bytes are the same type");
        if !is_text(&found) {
            assert_eq!(found, media::of(data, "z.csv"), "a name decides between kinds of text and nothing else");
        }
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(media) = Media::parse(text)
    {
        assert_eq!(media.iana(), text);
        assert!(text.len() <= MEDIA_BYTES_MAX && text.is_ascii());
    }
}

fn is_text(media: &Media) -> bool {
    let iana = media.iana();
    let told = ["message/rfc822", "application/mbox", "application/xhtml+xml", "image/svg+xml"];
    let ours = ["application/json", "application/x-ndjson", "application/xml", "application/yaml"];
    iana.starts_with("text/") || told.contains(&iana) || ours.contains(&iana) || iana == "application/postscript"
}

/// The text of any document, as its bytes say what it is; a child that is asked says the same.
pub fn text_of_any(data: &[u8]) {
    let (media, answer) = text::of_file(data, "");
    lawful(&answer, data);
    let mut conversation = Vec::new();
    Request::write(&mut conversation, "", data).expect("it fits");
    let mut said = Vec::new();
    serve(&mut conversation.as_slice(), &mut said).expect("a whole request is answered");
    let mut said = said.strip_prefix(GREETING).expect("a child greets first");
    assert_eq!(read_media(&mut said).expect("a child names the type"), media);
    assert_eq!(read_answer(&mut said).expect("a child answers"), answer);
    assert!(said.is_empty());
}

/// The text of a PDF.
pub fn text_of_pdf(data: &[u8]) {
    told_as("application/pdf", data);
}

/// The text of a page of the web.
pub fn text_of_html(data: &[u8]) {
    told_as("text/html", data);
}

/// The text of XML and of JSON.
pub fn text_of_data(data: &[u8]) {
    told_as("application/xml", data);
    told_as("application/json", data);
}

/// The text of a message and of a mailbox.
pub fn text_of_mail(data: &[u8]) {
    told_as("message/rfc822", data);
}

/// The text of an office document whose zip is damaged, or made to mislead.
pub fn text_of_zip(data: &[u8]) {
    for (_, iana) in OFFICE {
        told_as(iana, data);
    }
}

/// Office documents, each known by a member.
const OFFICE: [(&str, &str); 5] = [
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("visio/", "application/vnd.ms-visio.drawing.main+xml"),
    ("content.xml", "application/vnd.oasis.opendocument.text"),
];

/// The text of an office document whose zip is sound and whose members are a stranger's: the input is their names, each
/// with a line feed and its content behind it.
pub fn text_of_office(data: &[u8]) {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut names = BTreeSet::new();
    for member in data.split(|byte| *byte == BETWEEN).take(MEMBERS_MAX) {
        let mut parts = member.splitn(2, |byte| *byte == b'\n');
        let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
        if !names.insert(name.clone()) || writer.start_file(name.as_str(), stored).is_err() {
            continue;
        }
        writer.write_all(parts.next().unwrap_or_default()).expect("memory takes it");
    }
    let Ok(zip) = writer.finish() else { return };
    let zip = zip.into_inner();
    let known = OFFICE.iter().filter(|(start, _)| names.iter().any(|name| name.starts_with(start)));
    known.for_each(|(_, iana)| told_as(iana, &zip));
}

fn told_as(iana: &str, data: &[u8]) {
    let media = Media::parse(iana).expect("a media type of ours");
    let answer = text::of(&media, data);
    lawful(&answer, data);
    assert_eq!(answer, text::of(&media, data), "the same document has the same text");
}

/// What every answer is, by the promises of [`Text`] and [`Reason`].
fn lawful(answer: &Result<Text, Reason>, data: &[u8]) {
    match answer {
        Ok(Text { body, cut }) => {
            assert!(body.len() <= TEXT_BYTES_MAX);
            assert!(*cut || body.len() < TEXT_BYTES_MAX || data.len() >= TEXT_BYTES_MAX);
            assert!(!body.chars().any(|letter| letter.is_control() && letter != '\n'), "a control character");
            let blank = |letter: char| letter.is_whitespace();
            let mut letters = body.chars().zip(body.chars().skip(1));
            assert!(!letters.any(|(one, next)| blank(one) && blank(next)), "white space is folded");
            assert!(!body.starts_with(blank) && !body.ends_with(blank), "nothing but letters at both ends");
            assert!(!body.is_empty() || data.is_empty(), "an empty text has a reason");
        }
        Err(Reason::Damaged(detail)) => {
            assert!(detail.chars().count() <= DETAIL_LETTERS_MAX, "a reason is short");
            assert!(!detail.chars().any(char::is_control), "a reason is one line");
        }
        Err(Reason::TookTooLong | Reason::TooMuchMemory | Reason::Crashed) => {
            // A reader may come to its limit of memory; the other two only a parent can say.
            assert_eq!(answer, &Err(Reason::TooMuchMemory));
        }
        Err(Reason::Encrypted | Reason::TooLarge | Reason::NoTextInKind | Reason::Empty) => {}
    }
}

/// What parent and child say: what is read writes to the same bytes, every request that is whole is answered, and nothing
/// is taken that was not said.
pub fn frames(data: &[u8]) {
    let mut rest = data;
    let (mut asked, mut whole) = (Vec::new(), true);
    while asked.len() < REQUESTS_MAX {
        let before = rest;
        match Request::read(&mut rest) {
            Ok(None) => break,
            Err(_) => {
                whole = false;
                break;
            }
            Ok(Some(request)) => {
                let taken = before.len() - rest.len();
                assert_eq!(taken, 8 + taken_by(before) + request.bytes.len(), "nothing is read ahead");
                if !request.name.contains('\u{FFFD}') {
                    let mut written = Vec::new();
                    Request::write(&mut written, &request.name, &request.bytes).expect("what was read fits");
                    assert_eq!(Some(written.as_slice()), before.get(..taken), "what is read writes to the same bytes");
                }
                asked.push(request.bytes);
            }
        }
    }
    if asked.len() < REQUESTS_MAX {
        let mut said = Vec::new();
        assert_eq!(serve(&mut &*data, &mut said).is_ok(), whole, "a conversation that breaks off is told");
        let mut said = said.strip_prefix(GREETING).expect("a child greets first");
        for document in &asked {
            read_media(&mut said).expect("a child names the type");
            lawful(&read_answer(&mut said).expect("a child answers"), document);
        }
        assert!(said.is_empty(), "an answer for each request and no more");
    }
    from_child(data);
}

/// The length that the first frame declares.
fn taken_by(frame: &[u8]) -> usize {
    let length = frame.first_chunk().map(|length| u32::from_be_bytes(*length));
    length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default()
}

/// What a child that a document has taken over might say.
fn from_child(data: &[u8]) {
    let mut said = data;
    if let Ok(media) = read_media(&mut said) {
        assert!(media.iana().len() <= MEDIA_BYTES_MAX);
    }
    let mut said = data;
    if let Ok(Ok(text)) = read_answer(&mut said) {
        assert!(text.body.len() <= TEXT_BYTES_MAX && text.body.len() < data.len());
    }
}
