//! XML as a tree of elements, within limits. It must never know what the file is about.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::json::{FILE_BYTES_MAX, OBJECTS_MAX, VALUES_MAX};
use crate::problem::{Problem, Problems};

/// Deepest nesting of elements. Groups, requirements and parts have 32 levels between them, markup a few more.
const DEPTH_MAX: usize = 64;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// Its name without a prefix.
    pub(super) name: String,
    /// The namespace declared for it on itself.
    pub(super) namespace: Option<String>,
    /// Its attributes without those of other namespaces.
    pub(super) flags: Vec<(String, String)>,
    /// What stands in it, in order.
    pub(super) content: Vec<Content>,
}

/// What stands in an element.
#[derive(Debug)]
pub(super) enum Content {
    /// Text with its entities resolved.
    Text(String),
    /// An element.
    Element(Element),
}

/// Reads the root element of a document.
pub(super) fn read(bytes: &[u8]) -> Result<Element, Problems> {
    let refused = |what: String, remedy: &str| Err(Problems::one(Problem::new("", what, remedy)));
    if bytes.len() > FILE_BYTES_MAX {
        let what = format!("it has {} bytes; at most {FILE_BYTES_MAX} are read", bytes.len());
        return refused(what, "leave out what is not needed, or split it");
    }
    let Ok(text) = str::from_utf8(bytes) else { return refused("it is not UTF-8".to_owned(), "save it as UTF-8") };
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let mut builder = Builder::default();
    loop {
        let step = reader.read_event().map_err(|error| error.to_string()).and_then(|event| builder.take(event));
        match step {
            Ok(true) => {}
            Ok(false) => break,
            Err(what) => {
                let at = usize::try_from(reader.error_position().max(reader.buffer_position())).unwrap_or(usize::MAX);
                let line = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
                return refused(
                    format!("it is not XML that can be read, near line {line}: {what}"),
                    "correct it there",
                );
            }
        }
    }
    match builder.root {
        Some(root) if builder.open.is_empty() => Ok(root),
        _ => refused("it ends in the middle, or has no root element".to_owned(), "give the whole document"),
    }
}

/// The tree so far.
#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    values: usize,
    elements: usize,
}

impl Builder {
    /// Takes the next event. False at the end.
    fn take(&mut self, event: Event<'_>) -> Result<bool, String> {
        match event {
            Event::Start(start) => self.start(&start)?,
            Event::Empty(start) => {
                self.start(&start)?;
                self.end()?;
            }
            Event::End(_) => self.end()?,
            Event::Text(text) => self.text(&text.xml10_content())?,
            Event::CData(text) => self.text(&text.xml10_content())?,
            Event::GeneralRef(name) => {
                let letter = resolved(&name)?;
                self.text(letter.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err("a document type is not read".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn count(&mut self) -> Result<(), String> {
        self.values += 1;
        if self.values > VALUES_MAX { Err(format!("more than {VALUES_MAX} values")) } else { Ok(()) }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() == DEPTH_MAX {
            return Err(format!("elements are nested more than {DEPTH_MAX} deep"));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err("there is more than one root element".to_owned());
        }
        self.count()?;
        self.elements += 1;
        if self.elements > OBJECTS_MAX {
            return Err(format!("more than {OBJECTS_MAX} elements"));
        }
        let (name, prefix) = (start.local_name(), start.name().prefix());
        let declares = prefix.map_or_else(|| "xmlns".to_owned(), |prefix| format!("xmlns:{}", prefix.as_ref()));
        let mut element = Element { name: name.as_ref().to_owned(), ..Element::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|error| error.to_string())?;
            let name: &str = attribute.key.as_ref();
            self.count()?;
            if name == declares {
                element.namespace = Some(value.into_owned());
            } else if name != "xmlns" && !name.contains(':') {
                element.flags.push((name.to_owned(), value.into_owned()));
            }
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let element = self.open.pop().ok_or("an element ends that did not start")?;
        match self.open.last_mut() {
            Some(above) => above.content.push(Content::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        let Some(element) = self.open.last_mut() else {
            return if text.trim().is_empty() {
                Ok(())
            } else {
                Err("text stands outside the root element".to_owned())
            };
        };
        if let Some(Content::Text(before)) = element.content.last_mut() {
            before.push_str(text);
            return Ok(());
        }
        element.content.push(Content::Text(text.to_owned()));
        self.count()
    }
}

/// The character that `&name;` or `&#number;` stands for.
fn resolved(name: &BytesRef<'_>) -> Result<char, String> {
    if let Some(letter) = name.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(letter);
    }
    match name.as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        other => Err(format!("the entity `{}` is not defined", other.chars().take(40).collect::<String>())),
    }
}
