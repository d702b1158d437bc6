//! The words of text documents, slides and drawings: Office Open XML (ECMA-376) and OpenDocument 1.3. Deleted text,
//! field codes and what is only in the layout are left out.

use quick_xml::events::Event;

use super::folded::Folded;
use super::zipped::Zipped;
use super::{Reason, xml};

/// Where the words of one kind of document stand.
pub(super) struct Parts {
    /// The members that hold text, each given by the beginning of its name.
    members: &'static [&'static str],
    /// The elements within which text counts, by local name.
    inside: &'static [&'static str],
    /// The elements after which a new line begins.
    lines: &'static [&'static str],
    /// The elements that stand for a space.
    spaces: &'static [&'static str],
    /// A cell of a table, in which lines do not count, so that a row is one line.
    cell: &'static str,
    /// A row of a table.
    row: &'static str,
}

const WORD: Parts = Parts {
    members: &["word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments"],
    inside: &["t"],
    lines: &["p", "br", "cr"],
    spaces: &["tab"],
    cell: "tc",
    row: "tr",
};

const SLIDES: Parts = Parts {
    members: &["ppt/slides/slide", "ppt/notesSlides/notesSlide", "ppt/comments/"],
    inside: &["t", "text"],
    lines: &["p", "br"],
    spaces: &["tab"],
    cell: "tc",
    row: "tr",
};

const DRAWING: Parts = Parts {
    members: &["visio/pages/page"],
    inside: &["Text"],
    lines: &["Text"],
    spaces: &["cp", "tp"],
    cell: "",
    row: "",
};

const OPEN_DOCUMENT: Parts = Parts {
    members: &["content.xml", "styles.xml"],
    inside: &["p", "h"],
    lines: &["p", "h", "line-break"],
    spaces: &["s", "tab"],
    cell: "table-cell",
    row: "table-row",
};

/// Where the words of this media type stand, if it is one of these.
pub(super) fn parts_of(iana: &str) -> Option<&'static Parts> {
    const KNOWN: &[(&str, &Parts)] = &[
        ("wordprocessingml", &WORD),
        ("ms-word.document", &WORD),
        ("presentationml", &SLIDES),
        ("ms-powerpoint.presentation", &SLIDES),
        ("ms-visio.drawing", &DRAWING),
        ("oasis.opendocument", &OPEN_DOCUMENT),
    ];
    KNOWN.iter().find(|(marker, _)| iana.contains(marker)).map(|(_, parts)| *parts)
}

/// Reads a document.
pub(super) fn read(bytes: &[u8], parts: &Parts, out: &mut Folded) -> Result<(), Reason> {
    let any = members(&mut Zipped::open(bytes)?, parts, out)?;
    if any { Ok(()) } else { Err(Reason::damaged("it has no part that holds text")) }
}

/// Reads the members that hold text. Says whether there are any.
fn members(zipped: &mut Zipped<'_>, parts: &Parts, out: &mut Folded) -> Result<bool, Reason> {
    let mut any = false;
    for start in parts.members {
        for name in zipped.names(|name| name.starts_with(start) && name.ends_with(".xml")) {
            zipped.member(&name, |source| member(source, parts, out))?;
            any = true;
            out.line();
        }
    }
    Ok(any)
}

/// Reads one member of such a document.
fn member<R: std::io::BufRead>(source: R, parts: &Parts, out: &mut Folded) -> Result<(), Reason> {
    let (mut inside, mut cells) = (0_usize, 0_usize);
    xml::each(source, out, |event, out| match &event {
        Event::Start(start) => {
            let name = start.local_name();
            inside += usize::from(parts.inside.contains(&name.as_ref()));
            cells += usize::from(name.as_ref() == parts.cell);
        }
        Event::Empty(element) => parts.between(element.local_name().as_ref(), cells > 0, out),
        Event::End(end) => {
            let name = end.local_name();
            inside = inside.saturating_sub(usize::from(parts.inside.contains(&name.as_ref())));
            cells = cells.saturating_sub(usize::from(name.as_ref() == parts.cell));
            parts.between(name.as_ref(), cells > 0, out);
        }
        other if inside > 0 => xml::text(other, out),
        _ => {}
    })
}

impl Parts {
    /// What an element that ends puts between words.
    fn between(&self, name: &str, in_cell: bool, out: &mut Folded) {
        if name == self.row || (!in_cell && self.lines.contains(&name)) {
            out.line();
        } else if name == self.cell || self.lines.contains(&name) || self.spaces.contains(&name) {
            out.space();
        }
    }
}

/// Comments and text boxes of a workbook.
const BESIDE_CELLS: Parts = Parts {
    members: &["xl/comments", "xl/threadedComments/", "xl/drawings/drawing"],
    inside: &["t", "text"],
    lines: &["p", "comment", "threadedComment"],
    spaces: &[],
    cell: "",
    row: "",
};

/// Reads the parts beside a workbook's cells.
pub(super) fn beside_cells(zipped: &mut Zipped<'_>, out: &mut Folded) -> Result<(), Reason> {
    members(zipped, &BESIDE_CELLS, out).map(drop)
}
