//! The words of a workbook: the names of its sheets, and the values of its cells row by row (ECMA-376, part 1, section
//! 18). Formulas are not text; what they came to last is. Dates are numbers in a workbook, and stay so here.

use std::io::BufRead;

use quick_xml::events::Event;

use super::folded::Folded;
use super::office;
use super::zipped::Zipped;
use super::{Reason, xml};

/// Bytes kept of strings that cells share: 64 MiB, an eighth of the child's memory. The text takes 1 MiB of them, so most
/// of the strings of a longer list would never be seen.
const SHARED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Letters of one shared string: a cell holds 32,767 letters of at most four bytes.
const STRING_BYTES_MAX: usize = 32_767 * 4;

/// Reads a workbook.
pub(super) fn read(bytes: &[u8], out: &mut Folded) -> Result<(), Reason> {
    let mut zipped = Zipped::open(bytes)?;
    zipped.member("xl/workbook.xml", |source| sheet_names(source, out))?;
    let shared = zipped.member("xl/sharedStrings.xml", |source| shared_strings(source))?.unwrap_or_default();
    let sheets = zipped.names(|name| name.starts_with("xl/worksheets/") && name.ends_with(".xml"));
    if sheets.is_empty() {
        return Err(Reason::damaged("it has no sheet"));
    }
    for name in sheets {
        zipped.member(&name, |source| cells(source, &shared, out))?;
        out.line();
    }
    office::beside_cells(&mut zipped, out)
}

fn sheet_names<R: BufRead>(source: R, out: &mut Folded) -> Result<(), Reason> {
    xml::each(source, out, |event, out| {
        if let Event::Start(start) | Event::Empty(start) = &event
            && start.local_name().as_ref() == "sheet"
        {
            for (_, value) in xml::attributes(start).iter().filter(|(name, _)| name == "name") {
                out.push(value);
                out.line();
            }
        }
    })
}

/// The strings that cells refer to by number. A phonetic reading (`rPh`) is not part of its string.
fn shared_strings<R: BufRead>(source: R) -> Result<Vec<String>, Reason> {
    let mut strings = Vec::new();
    let mut kept = 0_usize;
    let mut current = Folded::new(STRING_BYTES_MAX);
    let (mut inside, mut phonetic) = (false, false);
    // Only there because a walk writes somewhere: a shared string is no text until a cell uses it.
    let mut nowhere = Folded::new(1);
    xml::each(source, &mut nowhere, |event, _| match &event {
        Event::Start(start) => match start.local_name().as_ref() {
            "t" => inside = !phonetic,
            "rPh" => phonetic = true,
            _ => {}
        },
        Event::End(end) => match end.local_name().as_ref() {
            "t" => inside = false,
            "rPh" => phonetic = false,
            "si" => {
                let string = std::mem::replace(&mut current, Folded::new(STRING_BYTES_MAX)).done().body;
                kept += string.len() + size_of::<String>();
                if kept <= SHARED_BYTES_MAX {
                    strings.push(string);
                }
            }
            _ => {}
        },
        // `<si/>` is an empty string, and has a number too.
        Event::Empty(element) if element.local_name().as_ref() == "si" && kept <= SHARED_BYTES_MAX => {
            kept += size_of::<String>();
            strings.push(String::new());
        }
        other if inside => xml::text(other, &mut current),
        _ => {}
    })?;
    if kept > SHARED_BYTES_MAX { Err(Reason::TooLarge) } else { Ok(strings) }
}

/// What a cell's value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// It stands there.
    Value,
    /// It is the number of a shared string.
    Shared,
}

fn cells<R: BufRead>(source: R, shared: &[String], out: &mut Folded) -> Result<(), Reason> {
    let (mut cell, mut inside) = (Cell::Value, false);
    let mut number = String::new();
    xml::each(source, out, |event, out| match &event {
        Event::Start(start) => match start.local_name().as_ref() {
            "c" => {
                let is_shared = xml::attributes(start).iter().any(|(name, value)| name == "t" && value == "s");
                cell = if is_shared { Cell::Shared } else { Cell::Value };
            }
            // `v` is a value, `t` the text of an inline string.
            "v" | "t" => {
                inside = true;
                number.clear();
            }
            _ => {}
        },
        Event::End(end) => match end.local_name().as_ref() {
            "v" | "t" => {
                if cell == Cell::Shared
                    && let Some(string) = number.trim().parse().ok().and_then(|at: usize| shared.get(at))
                {
                    out.push(string);
                }
                inside = false;
            }
            "c" => out.space(),
            "row" => out.line(),
            _ => {}
        },
        // The longest number of a string has ten digits; what is longer names none.
        Event::Text(text) if inside && cell == Cell::Shared => {
            number.extend(text.xml10_content().chars().take(12));
        }
        other if inside && cell == Cell::Value => xml::text(other, out),
        _ => {}
    })
}
