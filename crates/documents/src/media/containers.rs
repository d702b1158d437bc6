//! What is in a container, told from names that stand in it in the clear: members of a zip, streams of an OLE file.
//! Nothing is unpacked here.

/// The first bytes of a Microsoft compound file ([MS-CFB], section 2.2).
pub(super) const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Members looked at. An office document names what it is among its first few; macros come late in large workbooks.
const MEMBERS_MAX: usize = 4_096;

/// A member's header before its name (APPNOTE.TXT, section 4.3.7).
const HEADER: usize = 30;

/// The type of a zip, by the names of its members in the order they are stored.
pub(super) fn type_of_zip(bytes: &[u8]) -> &'static str {
    let mut found = None;
    let (mut office, mut macros) = (false, false);
    let mut rest = bytes;
    for number in 0..MEMBERS_MAX {
        let Some(member) = Member::read(rest) else { break };
        if number == 0 && member.name == b"mimetype" {
            return open_document(member.start);
        }
        office |= member.name == b"[Content_Types].xml";
        macros |= member.name.ends_with(b"/vbaProject.bin");
        found = found.or_else(|| OFFICE.iter().find(|office| member.name.starts_with(office.folder)));
        rest = member.after;
    }
    match found {
        Some(found) if office && macros => found.with_macros,
        Some(found) if office => found.plain,
        _ => "application/zip",
    }
}

/// The folder in which an office document keeps its parts (ECMA-376, part 1), and the types it stands for.
struct Office {
    folder: &'static [u8],
    plain: &'static str,
    with_macros: &'static str,
}

const OFFICE: &[Office] = &[
    Office {
        folder: b"word/",
        plain: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        with_macros: "application/vnd.ms-word.document.macroEnabled.12",
    },
    Office {
        folder: b"xl/",
        plain: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        with_macros: "application/vnd.ms-excel.sheet.macroEnabled.12",
    },
    Office {
        folder: b"ppt/",
        plain: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        with_macros: "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    },
    Office {
        folder: b"visio/",
        plain: "application/vnd.ms-visio.drawing",
        with_macros: "application/vnd.ms-visio.drawing.macroEnabled.12",
    },
];

/// One member as its local header tells it.
struct Member<'a> {
    name: &'a [u8],
    /// Its bytes as stored, and all that follows.
    start: &'a [u8],
    /// Where the next header begins, or nothing.
    after: &'a [u8],
}

impl<'a> Member<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..HEADER).filter(|header| header.starts_with(b"PK\x03\x04"))?;
        let two = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let packed = two(18) | (two(20) << 16);
        let name = bytes.get(HEADER..HEADER + two(26))?;
        let start = bytes.get(HEADER + two(26) + two(28)..)?;
        let after = start.get(packed..).filter(|after| packed > 0 && after.starts_with(b"PK"));
        // A streamed member has its size behind it: the next header is looked for.
        let after = after.or_else(|| {
            let at = start.windows(4).position(|four| four == b"PK\x03\x04")?;
            start.get(at..)
        });
        Some(Self { name, start, after: after.unwrap_or_default() })
    }
}

/// What the first, unpacked member of an OpenDocument or EPUB says (OpenDocument 1.3, part 2, section 3.3).
fn open_document(start: &[u8]) -> &'static str {
    const KNOWN: &[&str] = &[
        // Longest first where one begins another.
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.graphics",
        "application/epub+zip",
    ];
    KNOWN.iter().copied().find(|known| start.starts_with(known.as_bytes())).unwrap_or("application/zip")
}

/// The type of a compound file, by the streams that its directory names in UTF-16.
pub(super) fn office_of_ole(bytes: &[u8]) -> &'static str {
    const STREAMS: &[(&str, &str)] = &[
        (ENCRYPTED_STREAM, ENCRYPTED_OFFICE),
        ("__substg1.0_", "application/vnd.ms-outlook"),
        ("WordDocument", "application/msword"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("Workbook", "application/vnd.ms-excel"),
        ("VisioDocument", "application/vnd.visio"),
    ];
    STREAMS.iter().find(|(stream, _)| names_stream(bytes, stream)).map_or("application/x-ole-storage", |found| found.1)
}

/// The stream in which an office document lies encrypted ([MS-OFFCRYPTO], section 2.3.4.4).
const ENCRYPTED_STREAM: &str = "EncryptedPackage";

/// What an encrypted office document is called here: no type is registered for it.
pub(crate) const ENCRYPTED_OFFICE: &str = "application/x-encrypted-office";

/// Whether an entry of the directory has this name: entries have 128 bytes and begin with their name ([MS-CFB], section
/// 2.6.1), and the directory's sectors begin at multiples of 512.
fn names_stream(bytes: &[u8], stream: &str) -> bool {
    let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.chunks(128).any(|entry| entry.starts_with(&name))
}
