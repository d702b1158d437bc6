//! The media type of a document from its content. A file's name is the last hint, and only among kinds of text: a name
//! is what a stranger says of a file, its bytes are what it is.

mod containers;
mod words;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::charset;
use containers::{office_of_ole, type_of_zip};

pub(crate) use containers::ENCRYPTED_OFFICE;

/// What an officer would look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Plain text: notes, logs, configuration.
    Text,
    /// Rows and columns: workbooks, CSV.
    Table,
    /// Pages of writing.
    Document,
    /// Slides.
    Presentation,
    /// Pictures, scans and diagrams.
    Picture,
    /// A message.
    #[serde(rename = "e-mail")]
    Email,
    /// Files within a file.
    Archive,
    /// A web page.
    WebPage,
    /// What one program writes for another.
    Data,
    /// Anything else.
    Other,
}

impl Kind {
    /// Every kind, in the order they are offered.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Table,
        Self::Document,
        Self::Presentation,
        Self::Picture,
        Self::Email,
        Self::Archive,
        Self::WebPage,
        Self::Data,
        Self::Other,
    ];

    /// The word on screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Table => "table",
            Self::Document => "document",
            Self::Presentation => "presentation",
            Self::Picture => "picture",
            Self::Email => "e-mail",
            Self::Archive => "archive",
            Self::WebPage => "web page",
            Self::Data => "data",
            Self::Other => "other",
        }
    }

    /// The kind that a media type belongs to.
    fn of(iana: &str) -> Self {
        match iana {
            "text/csv" | "text/tab-separated-values" => Self::Table,
            "text/html" | "application/xhtml+xml" => Self::WebPage,
            "text/calendar" | "text/vcard" => Self::Data,
            "message/rfc822" | "application/mbox" | "application/vnd.ms-outlook" => Self::Email,
            "application/pdf" | "application/msword" | "application/rtf" | "application/postscript" => Self::Document,
            "application/json" | "application/x-ndjson" | "application/xml" | "text/xml" | "application/yaml" => {
                Self::Data
            }
            "application/vnd.sqlite3" | "application/vnd.tcpdump.pcap" | "application/x-x509-ca-cert" => Self::Data,
            "application/vnd.ms-powerpoint" => Self::Presentation,
            "application/vnd.ms-excel" => Self::Table,
            _ if ARCHIVES.contains(&iana) => Self::Archive,
            _ => match OPEN.iter().find(|(marker, _)| iana.contains(marker)) {
                Some((_, kind)) => *kind,
                None if iana.starts_with("image/") => Self::Picture,
                None if iana.starts_with("text/") => Self::Text,
                None => Self::Other,
            },
        }
    }
}

/// What the long types of office documents have in common.
const OPEN: &[(&str, Kind)] = &[
    ("wordprocessingml", Kind::Document),
    ("ms-word.document", Kind::Document),
    ("opendocument.text", Kind::Document),
    ("epub+zip", Kind::Document),
    ("spreadsheetml", Kind::Table),
    ("ms-excel.sheet", Kind::Table),
    ("opendocument.spreadsheet", Kind::Table),
    ("presentationml", Kind::Presentation),
    ("ms-powerpoint.", Kind::Presentation),
    ("opendocument.presentation", Kind::Presentation),
    ("opendocument.graphics", Kind::Picture),
    ("visio", Kind::Picture),
];

const ARCHIVES: &[&str] = &[
    "application/zip",
    "application/x-tar",
    "application/gzip",
    "application/x-bzip2",
    "application/vnd.bzip3",
    "application/x-7z-compressed",
    "application/x-xz",
    "application/zstd",
    "application/x-lz4",
    "application/x-lzip",
    "application/x-compress",
    "application/vnd.rar",
    "application/vnd.ms-cab-compressed",
    "application/x-cpio",
    "application/x-unix-archive",
    "application/vnd.debian.binary-package",
    "application/x-rpm",
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A media type and the kind it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Media {
    iana: Cow<'static, str>,
}

/// The longest media type: RFC 6838, section 4.2, allows 127 letters on each side of the stroke.
pub const MEDIA_BYTES_MAX: usize = 127 + 1 + 127;

impl Media {
    /// Bytes that nothing is known about.
    pub const UNKNOWN: Self = Self::known("application/octet-stream");

    const fn known(iana: &'static str) -> Self {
        Self { iana: Cow::Borrowed(iana) }
    }

    /// Reads a media type that was written down, as by [`Media::iana`]. None when it is not one by RFC 6838, section
    /// 4.2, or has parameters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |part: &str| {
            (1..=127).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
        };
        let (main, sub) = text.split_once('/')?;
        (allowed(main) && allowed(sub)).then(|| Self { iana: Cow::Owned(text.to_owned()) })
    }

    /// The type as registered with IANA where one is: `application/pdf`.
    #[must_use]
    pub fn iana(&self) -> &str {
        &self.iana
    }

    /// The kind an officer would look for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::of(&self.iana)
    }
}

impl fmt::Display for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iana)
    }
}

/// The media type of a document.
///
/// `bytes` is the document, or its beginning: 64 KiB are enough for all but office documents whose members stand in an
/// unusual order. `name` is the file's name or path, and decides only between kinds of text that their content does not
/// tell apart.
#[must_use]
pub fn of(bytes: &[u8], name: &str) -> Media {
    // These two have text at their beginning and must not be taken for it.
    if bytes.starts_with(b"%PDF-") {
        return Media::known("application/pdf");
    }
    if bytes.starts_with(b"{\\rtf") {
        return Media::known("application/rtf");
    }
    // Before magic numbers, some of which are two letters long.
    if let Some((head, cut)) = charset::decoded_head(bytes) {
        return Media::known(words::type_of(&head, cut, extension(name).as_deref()));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Media::known(type_of_zip(bytes));
    }
    if bytes.starts_with(containers::OLE) {
        return Media::known(office_of_ole(bytes));
    }
    if PCAP.iter().any(|magic| bytes.starts_with(magic)) {
        return Media::known("application/vnd.tcpdump.pcap");
    }
    // A PDF may have other bytes before its header.
    let head = bytes.get(..1024).unwrap_or(bytes);
    if head.windows(5).any(|five| five == b"%PDF-") {
        return Media::known("application/pdf");
    }
    infer::get(bytes).map_or(Media::UNKNOWN, |found| match found.mime_type() {
        // These are kinds of text, and text was looked for first.
        "text/html" | "text/xml" | "text/x-shellscript" => Media::UNKNOWN,
        found => Media::known(found),
    })
}

/// Captures of network traffic: the two byte orders, the same with nanoseconds, and pcapng.
const PCAP: &[&[u8]] =
    &[b"\xD4\xC3\xB2\xA1", b"\xA1\xB2\xC3\xD4", b"\x4D\x3C\xB2\xA1", b"\xA1\xB2\x3C\x4D", b"\x0A\x0D\x0D\x0A"];

/// A name's extension in small letters.
fn extension(name: &str) -> Option<String> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (_, extension) = file.rsplit_once('.')?;
    (1..=10).contains(&extension.len()).then(|| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
