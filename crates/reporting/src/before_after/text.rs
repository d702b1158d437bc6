//! A comparison as text: the heading a board reads, a small table, what came and went, how it was counted, and the
//! originals.

use portreeve_model::comparison::{Comparison, Figure, Item, Reading, Told};

use super::{BeforeAfter, Original, moves};
use crate::Layout;
use crate::safe::Page;
use crate::table::{Cell, Table, row};
use crate::words;

/// Names told of each sort that came, went or changed; the rest is counted, and all are in the JSON.
const NAMES_SHOWN_MAX: usize = 10;
/// Runs of rows or lines told in a remark.
const RUNS_SHOWN_MAX: usize = 8;

/// The comparison as text.
pub fn text(sheet: &BeforeAfter, layout: Layout) -> String {
    let mut page = Page::new(layout);
    let heading = sheet.heading();
    page.line(&if layout.unicode { heading } else { heading.replace('→', "->") });
    page.line(&format!(
        "From {} on {} to {} on {}, {}",
        sheet.before.evidence,
        sheet.before.shows,
        sheet.after.evidence,
        sheet.after.shows,
        sheet.marking().shown()
    ));
    if let Some(action) = &sheet.action {
        page.line(&format!("Around {action}"));
    }
    doubtful(&mut page, sheet);
    page.gap();
    page.block(&figures(&sheet.found).text(layout));
    untold(&mut page, sheet);
    facts(&mut page, &sheet.found, layout);
    for figure in sheet.found.figures.iter().filter(|figure| figure.named && !figure.is_same()) {
        names(&mut page, figure, &sheet.found);
    }
    section(&mut page, "How it is counted", &sheet.found.rules);
    remarks(&mut page, sheet);
    page.gap();
    page.line("Originals, unchanged");
    original(&mut page, "Before", &sheet.before, &sheet.found.before, &sheet.found);
    original(&mut page, "After", &sheet.after, &sheet.found.after, &sheet.found);
    page.finish()
}

/// Says at the top that a figure may be wrong, so that nobody reads the heading alone.
fn doubtful(page: &mut Page, sheet: &BeforeAfter) {
    let lacks = |reading: &Reading| reading.remarks.iter().any(|remark| remark.doubtful);
    let sides = [(&sheet.before, &sheet.found.before), (&sheet.after, &sheet.found.after)];
    let named: Vec<String> =
        sides.iter().filter(|(_, reading)| lacks(reading)).map(|(original, _)| original.evidence.to_string()).collect();
    if !named.is_empty() {
        let (_, several) = sheet.found.read_as.place();
        let of = words::and(&named);
        page.put("", "", &format!("Some {several} of {of} leave doubt: see \"To know of the exports\""));
    }
}

fn figures(found: &Comparison) -> Table {
    let changes = found.figures.iter().any(|figure| !figure.changed.is_empty());
    let mut columns = vec!["Counted", ">Before", ">After", ">Went", ">Came"];
    columns.extend(changes.then_some(">Changed"));
    let mut table = Table::new("Before and after", &columns);
    for figure in &found.figures {
        let told = |side: &Told| side.count().map_or(Cell::from("not told"), Cell::from);
        let both = figure.before.count().is_some() && figure.after.count().is_some();
        let moved = |items: &[Item]| if both { Cell::from(items.len()) } else { Cell::Nothing };
        let mut cells = row![
            first_capital(figure.noun.1),
            told(&figure.before),
            told(&figure.after),
            moved(&figure.went),
            moved(&figure.came),
        ];
        cells.extend(changes.then(|| moved(&figure.changed)));
        table.rows.push(cells);
    }
    table
}

/// Why a figure has no count.
fn untold(page: &mut Page, sheet: &BeforeAfter) {
    for figure in &sheet.found.figures {
        let why = |original: &Original, side: &Told| match side {
            Told::Not(because) => Some(format!("{} ({because})", original.evidence)),
            Told::At(_) => None,
        };
        let sides = [why(&sheet.before, &figure.before), why(&sheet.after, &figure.after)];
        let sides: Vec<String> = sides.into_iter().flatten().collect();
        match (&figure.before, &figure.after) {
            (Told::Not(because), Told::Not(same)) if because == same => {
                page.put("", "  ", &format!("Not told: {} ({because}).", figure.noun.1));
            }
            _ if sides.is_empty() => {}
            _ => page.put("", "  ", &format!("Not told: {} in {}.", figure.noun.1, words::and(&sides))),
        }
    }
}

fn facts(page: &mut Page, found: &Comparison, layout: Layout) {
    if found.facts.is_empty() && found.also.is_empty() {
        return;
    }
    page.gap();
    let (one, _) = found.read_as.place();
    let arrow = if layout.unicode { "→" } else { "->" };
    for fact in &found.facts {
        let said = |side: &Option<(String, Option<u32>)>| match side {
            Some((text, Some(at))) => format!("{text} ({one} {at})"),
            Some((text, None)) => text.clone(),
            None => "not told".to_owned(),
        };
        let line = match (&fact.before, fact.is_same()) {
            (None, true) => "not told".to_owned(),
            (Some((text, _)), true) => format!("{text} in both"),
            (_, false) => format!("{} {arrow} {}", said(&fact.before), said(&fact.after)),
        };
        page.put("", "  ", &format!("{}: {line}", fact.what));
    }
    for sentence in &found.also {
        page.put("", "  ", sentence);
    }
}

fn names(page: &mut Page, figure: &Figure, found: &Comparison) {
    page.gap();
    page.line(&format!("{}: {}", first_capital(figure.noun.1), moves(figure)));
    if !figure.breakdown.is_empty() {
        let said: Vec<String> = figure.breakdown.iter().map(|(what, count)| format!("{count} {what}")).collect();
        let lead = if figure.changed.is_empty() { "of those that went, " } else { "" };
        page.put("  ", "  ", &format!("{lead}{}", said.join(", ")));
    }
    let (one, _) = found.read_as.place();
    for (what, items) in [("went", &figure.went), ("came", &figure.came), ("changed", &figure.changed)] {
        for item in items.iter().take(NAMES_SHOWN_MAX) {
            let note = item.note.as_ref().map_or(String::new(), |note| format!("; {note}"));
            page.put(&format!("  {what:<9}"), "             ", &format!("{} ({}{note})", item.name, place(one, item)));
        }
        let more = items.len().saturating_sub(NAMES_SHOWN_MAX);
        if more > 0 {
            page.line(&format!("  {what:<9}and {more} more, named with --json"));
        }
    }
}

/// `row 3, now row 4`: where something stands in each original.
fn place(one: &str, item: &Item) -> String {
    match (item.before, item.after) {
        (Some(was), Some(is)) => format!("{one} {was}, now {one} {is}"),
        (Some(was), None) => format!("{one} {was} before"),
        (None, Some(is)) => format!("{one} {is} after"),
        (None, None) => String::new(),
    }
}

fn section(page: &mut Page, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    page.gap();
    page.line(title);
    for line in lines {
        page.put("  ", "  ", line);
    }
}

fn remarks(page: &mut Page, sheet: &BeforeAfter) {
    let (one, several) = sheet.found.read_as.place();
    let said = |original: &Original, reading: &Reading| {
        let tell = |remark: &portreeve_model::comparison::Remark| {
            let count = remark.at.count();
            let noun = if count == 1 { one } else { several };
            format!("{}: {count} {noun} {} ({})", original.evidence, remark.says, remark.at.shown(RUNS_SHOWN_MAX))
        };
        reading.remarks.iter().map(tell).collect::<Vec<_>>()
    };
    let mut lines = said(&sheet.before, &sheet.found.before);
    lines.extend(said(&sheet.after, &sheet.found.after));
    section(page, "To know of the exports", &lines);
}

fn original(page: &mut Page, when: &str, original: &Original, reading: &Reading, found: &Comparison) {
    let (one, _) = found.read_as.place();
    let lead = format!("  {when:<8}");
    page.put(&lead, "          ", &format!("{}  {}", original.evidence, original.title));
    page.put("          ", "          ", &format!("shows {}, {}", original.shows, original.check()));
    let size = words::count(original.size_bytes, "byte");
    let read = words::count(reading.total, one);
    page.put("          ", "          ", &format!("{}, {size}, {read} read, {}", original.path, reading.form));
    page.put("          ", "          ", &format!("SHA-256 {}", original.digest));
}

fn first_capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
