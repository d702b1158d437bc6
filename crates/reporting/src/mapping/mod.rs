//! Mappings: what one says, what it proposes for a register, and what a new version of a framework changes. A mapping is
//! never shown as more than it says.

mod carry;
mod changes;

pub use carry::{CarrySheet, carry_json, carry_text};
pub use changes::{ChangeSheet, changes_json, changes_text};

use portreeve_model::mapping::Mapping;
use serde_json::{Value, json};

use crate::Layout;
use crate::safe::Page;
use crate::table::{Table, row};
use crate::words;

/// What a mapping does and does not do, wherever one is shown.
const NOTHING_BY_ITSELF: &str =
    "A mapping proposes, a person carries, a second person judges: nothing passes by itself.";

/// The mappings at hand, each with whether it was adopted.
pub fn mappings<'a>(known: impl IntoIterator<Item = (&'a Mapping, bool)>) -> Table {
    let columns = ["Reference", "From", "To", ">Pairs", "As of", "Confidence", "Adopted"];
    let mut table = Table::new("Mappings", &columns);
    for (mapping, adopted) in known {
        table.rows.push(row![
            mapping.id.to_string(),
            mapping.source.to_string(),
            mapping.target.to_string(),
            mapping.leading().count(),
            mapping.date,
            mapping.confidence.as_ref().map(ToString::to_string),
            if adopted { "yes" } else { "no, built in" },
        ]);
    }
    table.note = Some(NOTHING_BY_ITSELF.to_owned());
    table
}

/// One mapping in full.
pub fn mapping_text(mapping: &Mapping, adopted: bool, layout: Layout) -> String {
    let mut page = Page::new(layout);
    head(&mut page, mapping, adopted);
    if let Some(description) = &mapping.description {
        page.put("  ", "  ", description.as_str());
    }
    page.gap();
    for pair in &mapping.pairs {
        page.put("  ", "      ", &format!("{} {} {}", pair.source, pair.relation.shown(), pair.target));
        let confidence = pair.confidence.as_ref().map(|word| format!("confidence {word}"));
        let said = pair.basis.iter().map(ToString::to_string).chain(confidence);
        let said: Vec<String> = said.chain(pair.note.iter().map(ToString::to_string)).collect();
        if !said.is_empty() {
            page.put("      ", "      ", &said.join("; "));
        }
    }
    page.gap();
    page.line(NOTHING_BY_ITSELF);
    page.finish()
}

fn head(page: &mut Page, mapping: &Mapping, adopted: bool) {
    page.line(&format!("{}  {}", mapping.id, mapping.title));
    let confidence = mapping.confidence.as_ref().map_or_else(|| "not said".to_owned(), ToString::to_string);
    let pairs = words::count(mapping.leading().count() as u64, "pair");
    let held = if adopted { "adopted" } else { "built in, not adopted" };
    page.line(&format!("  {pairs}, as of {}, confidence {confidence}, {held}", mapping.date));
}

/// One mapping in the frozen format `portreeve.mapping/1`.
pub fn mapping_json(mapping: &Mapping, adopted: bool) -> Value {
    let pair = |pair: &portreeve_model::mapping::Pair| {
        json!({
            "source": pair.source,
            "target": pair.target,
            "relation": pair.relation.word(),
            "basis": pair.basis,
            "note": pair.note,
            "confidence": pair.confidence,
        })
    };
    json!({
        "format": "portreeve.mapping/1",
        "id": mapping.id,
        "title": mapping.title,
        "source": mapping.source,
        "target": mapping.target,
        "date": mapping.date,
        "confidence": mapping.confidence,
        "description": mapping.description,
        "adopted": adopted,
        "pairs": mapping.pairs.iter().map(pair).collect::<Vec<_>>(),
    })
}
