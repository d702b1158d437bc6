//! What changed between two versions of a framework, and what a register holds under the old one.

use portreeve_model::mapping::Mapping;
use portreeve_model::mapping::changes::{Changes, IndicatorChange, Kept, Row};
use portreeve_model::mapping::review::Review;
use portreeve_model::reference::RequirementNumber;
use portreeve_model::standards::Framework;
use serde_json::{Value, json};

use crate::Layout;
use crate::safe::Page;
use crate::words;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub struct ChangeSheet<'a> {
    /// The old version.
    pub old: &'a Framework,
    /// The new one.
    pub new: &'a Framework,
    /// The mapping that says what became of what, and whether it was adopted.
    pub mapping: Option<(&'a Mapping, bool)>,
    /// What changed.
    pub changes: &'a Changes,
    /// What the register holds under the old version.
    pub reviews: &'a [Review],
    /// Only this requirement of either version, word for word.
    pub only: Option<&'a RequirementNumber>,
}

/// The changes as text.
pub fn changes_text(sheet: &ChangeSheet<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.line(&format!("{} to {}", sheet.old.id, sheet.new.id));
    page.line(&format!("  {}", counts(sheet.changes)));
    let matched = match sheet.mapping {
        Some((mapping, true)) => format!("matched by the mapping {}", mapping.id),
        Some((mapping, false)) => format!("matched by the built-in mapping {}", mapping.id),
        None => "matched by number and title, for want of a mapping".to_owned(),
    };
    page.put(
        "  ",
        "  ",
        &format!("{matched}; compared as the two catalogs word them, which may restate the official texts."),
    );
    page.gap();
    let wanted = |number: &RequirementNumber| sheet.only.is_none_or(|only| only == number);
    for row in &sheet.changes.rows {
        match row {
            Row::Kept(kept) if wanted(&kept.old) || wanted(&kept.new) => put(&mut page, kept, sheet.only.is_some()),
            Row::Gone { old, title } if wanted(old) => page.put("  ", "      ", &format!("{old}  {title}: gone")),
            Row::New { new, title } if wanted(new) => page.put("  ", "      ", &format!("{new}  {title}: new")),
            Row::Kept(_) | Row::Gone { .. } | Row::New { .. } => {}
        }
    }
    page.gap();
    reviews(&mut page, sheet);
    page.finish()
}

fn counts(changes: &Changes) -> String {
    let count = changes.count();
    let parts = [
        (count.unchanged, "unchanged"),
        (count.not_known_to_be_the_same, "not known to be the same"),
        (count.reworded, "reworded"),
        (count.renumbered, "renumbered"),
        (count.retitled, "retitled"),
        (count.new, "new"),
        (count.gone, "gone"),
    ];
    let shown: Vec<String> = parts.iter().map(|(how_many, what)| format!("{how_many} {what}")).collect();
    format!("{}; one that changed in two ways counts twice", shown.join(", "))
}

fn put(page: &mut Page, kept: &Kept, in_full: bool) {
    page.put("  ", "      ", &format!("{}  {}: {}", number(kept), kept.title, what(kept)));
    if let (true, Some(note)) = (in_full, &kept.note) {
        page.put("      ", "      ", note.as_str());
    }
    for change in kept.indicators.iter().filter(|_| in_full) {
        let column = change.column.as_str().replace('-', " ");
        match (&change.old, &change.new) {
            (Some(old), Some(new)) => {
                page.put("      ", "        ", &format!("{column}, was: {old}"));
                page.put("      ", "        ", &format!("{column}, now: {new}"));
            }
            (Some(old), None) => page.put("      ", "        ", &format!("{column}, gone: {old}")),
            (None, Some(new)) => page.put("      ", "        ", &format!("{column}, new: {new}")),
            (None, None) => {}
        }
    }
}

fn number(kept: &Kept) -> String {
    if kept.is_renumbered() { format!("{} to {}", kept.old, kept.new) } else { kept.old.to_string() }
}

/// How a requirement changed, in words.
fn what(kept: &Kept) -> String {
    let mut said = Vec::new();
    if kept.is_unchanged() {
        said.push("unchanged".to_owned());
    }
    if kept.is_renumbered() {
        said.push("renumbered".to_owned());
    }
    said.extend(kept.retitled.as_ref().map(|old| format!("was called {old}")));
    if kept.reworded {
        said.push("the statement reads otherwise".to_owned());
    }
    said.extend(indicators(&kept.indicators));
    if let (true, Some(relation)) = (said.is_empty(), kept.not_the_same) {
        said.push(format!("reads the same, but the mapping says only that the old one {} it", relation.shown()));
    }
    said.join("; ")
}

fn indicators(changes: &[IndicatorChange]) -> Option<String> {
    let of = |old: bool, new: bool| {
        changes.iter().filter(|change| change.old.is_some() == old && change.new.is_some() == new).count()
    };
    let parts = [(of(true, true), "reworded"), (of(false, true), "new"), (of(true, false), "gone")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(how_many, _)| *how_many > 0)
        .map(|(how_many, what)| format!("{how_many} {what}"))
        .collect();
    (!said.is_empty()).then(|| format!("indicators: {}", said.join(", ")))
}

fn reviews(page: &mut Page, sheet: &ChangeSheet<'_>) {
    let wanted = sheet
        .reviews
        .iter()
        .filter(|review| sheet.only.is_none_or(|only| only == &review.old || review.new.contains(only)));
    let wanted: Vec<&Review> = wanted.collect();
    let id = &sheet.old.id;
    if wanted.is_empty() {
        page.line(&format!("The register holds nothing under {id} that would have to be looked at again."));
        return;
    }
    let items: usize = wanted.iter().map(|review| review.count()).sum();
    let items = words::count(items as u64, "item");
    page.line(&format!("To be looked at again in this register: {items} under {id}"));
    for review in wanted {
        let new: Vec<String> = review.new.iter().map(ToString::to_string).collect();
        let to = if new.is_empty() { "gone".to_owned() } else { format!("now {}", words::and(&new)) };
        let how = if review.unchanged { ", unchanged" } else { "" };
        page.put("  ", "      ", &format!("{} ({to}{how})", review.old));
        for (what, names) in items_of(review) {
            if !names.is_empty() {
                page.put("      ", "          ", &format!("{what}: {}", names.join(", ")));
            }
        }
    }
    page.line("Nothing of it moves by itself: state, link and carry anew under the new version.");
}

fn items_of(review: &Review) -> [(&'static str, Vec<String>); 5] {
    fn names<T: ToString>(all: &[T]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }
    [
        ("statements", names(&review.statements)),
        ("exclusions", names(&review.exclusions)),
        ("evidence", names(&review.evidence)),
        ("findings", names(&review.findings)),
        ("actions", names(&review.actions)),
    ]
}

/// The same in the frozen format `portreeve.framework-changes/1`.
pub fn changes_json(sheet: &ChangeSheet<'_>, demonstration: bool) -> Value {
    let count = sheet.changes.count();
    let indicator = |change: &IndicatorChange| json!({ "column": change.column, "old": change.old, "new": change.new });
    let row = |row: &Row| match row {
        Row::Kept(kept) => json!({
            "is": if kept.is_unchanged() { "unchanged" } else { "changed" },
            "old": kept.old,
            "new": kept.new,
            "title": kept.title,
            "retitled_from": kept.retitled,
            "statement_reworded": kept.reworded,
            "indicators": kept.indicators.iter().map(indicator).collect::<Vec<_>>(),
            "not_the_same": kept.not_the_same.map(|relation| relation.word()),
            "note": kept.note,
        }),
        Row::Gone { old, title } => json!({ "is": "gone", "old": old, "title": title }),
        Row::New { new, title } => json!({ "is": "new", "new": new, "title": title }),
    };
    let review = |review: &Review| {
        json!({
            "old": review.old,
            "new": review.new,
            "unchanged": review.unchanged,
            "statements": review.statements,
            "exclusions": review.exclusions,
            "evidence": review.evidence,
            "findings": review.findings,
            "actions": review.actions,
        })
    };
    json!({
        "format": "portreeve.framework-changes/1",
        "demonstration": demonstration,
        "old": sheet.old.id,
        "new": sheet.new.id,
        "mapping": sheet.mapping.map(|(mapping, _)| mapping.id.to_string()),
        "mapping_adopted": sheet.mapping.map(|(_, adopted)| adopted),
        "counts": {
            "unchanged": count.unchanged,
            "not_known_to_be_the_same": count.not_known_to_be_the_same,
            "reworded": count.reworded,
            "renumbered": count.renumbered,
            "retitled": count.retitled,
            "new": count.new,
            "gone": count.gone,
        },
        "rows": sheet.changes.rows.iter().map(row).collect::<Vec<_>>(),
        "reviews": sheet.reviews.iter().map(review).collect::<Vec<_>>(),
    })
}
