//! A comparison for machines. The shape is frozen: `portreeve.evidence-comparison/1`. Rows and lines are runs, as pairs
//! of the first and the last number.

use portreeve_model::comparison::{Figure, Item, Places, Reading, Told};
use serde_json::{Value, json};

use super::{BeforeAfter, Original};

/// The comparison as JSON, with every name.
pub fn json(sheet: &BeforeAfter, demonstration: bool) -> Value {
    let found = &sheet.found;
    let fact = |side: &Option<(String, Option<u32>)>| side.as_ref().map(|(says, at)| json!({ "says": says, "at": at }));
    let facts = found.facts.iter();
    json!({
        "format": "portreeve.evidence-comparison/1",
        "demonstration": demonstration,
        "heading": sheet.heading(),
        "same": found.is_same(),
        "action": sheet.action,
        "marking": sheet.marking().word(),
        "read_as": found.read_as.word(),
        "places_are": found.read_as.place().1,
        "before": original(&sheet.before, &found.before),
        "after": original(&sheet.after, &found.after),
        "figures": found.figures.iter().map(figure).collect::<Vec<_>>(),
        "facts": facts.map(|one| json!({ "what": one.what, "before": fact(&one.before), "after": fact(&one.after) })).collect::<Vec<_>>(),
        "also": found.also,
        "rules": found.rules,
    })
}

fn original(original: &Original, reading: &Reading) -> Value {
    let remarks = reading.remarks.iter();
    json!({
        "evidence": original.evidence,
        "title": original.title,
        "shows": original.shows,
        "check": original.check(),
        "marking": original.marking.word(),
        "file": original.path,
        "sha256": original.digest,
        "bytes": original.size_bytes,
        "read_as": reading.form,
        "read": reading.total,
        "remarks": remarks.map(|one| json!({ "count": one.at.count(), "says": one.says, "doubtful": one.doubtful, "at": runs(&one.at) })).collect::<Vec<_>>(),
    })
}

fn figure(figure: &Figure) -> Value {
    let side = |told: &Told| match told {
        Told::At(places) => json!({ "count": places.count(), "at": runs(places) }),
        Told::Not(because) => json!({ "count": null, "because": because }),
    };
    let breakdown = figure.breakdown.iter();
    json!({
        "what": figure.noun.1,
        "before": side(&figure.before),
        "after": side(&figure.after),
        "went": items(&figure.went),
        "came": items(&figure.came),
        "changed": items(&figure.changed),
        "breakdown": breakdown.map(|(what, count)| json!({ "what": what, "count": count })).collect::<Vec<_>>(),
    })
}

fn items(items: &[Item]) -> Vec<Value> {
    let one = |item: &Item| json!({ "name": item.name, "before": item.before, "after": item.after, "note": item.note });
    items.iter().map(one).collect()
}

fn runs(places: &Places) -> Vec<[u32; 2]> {
    places.runs().into_iter().map(|(first, last)| [first, last]).collect()
}
