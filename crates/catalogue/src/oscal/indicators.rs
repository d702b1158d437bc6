//! Statements of good and bad practice: parts named `indicator` in our namespace, each in the column of the grade that
//! its `class` names. They are answered one by one, so each needs a reference of its own.

use std::collections::BTreeMap;

use portreeve_model::reference::IndicatorId;
use portreeve_model::standards::Indicator;
use serde_json::Value;

use super::NAMESPACE;
use super::prose::Page;
use super::reach::{placed, text};
use crate::json::below;
use crate::problem::Gathered;

/// The indicators read so far, each with its place.
#[derive(Default)]
pub(super) struct Indicators {
    seen: BTreeMap<IndicatorId, String>,
}

impl Indicators {
    /// The indicators of a control in the order of the file, wherever among its parts they stand.
    pub(super) fn of(
        &mut self,
        control: &Value,
        path: &str,
        page: &mut Page<'_>,
        problems: &mut Gathered,
    ) -> Vec<Indicator> {
        let mut found = Vec::new();
        for (place, part) in placed(control, "parts", path) {
            if text(part, "name") == Some("indicator") && text(part, "ns") == Some(NAMESPACE) {
                found.extend(self.one(part, &place, page, problems));
            }
            found.extend(self.of(part, &place, page, problems));
        }
        found
    }

    fn one(&mut self, part: &Value, path: &str, page: &mut Page<'_>, problems: &mut Gathered) -> Option<Indicator> {
        let id = text(part, "id").unwrap_or_default().parse::<IndicatorId>();
        let id = id.map_err(|error| {
            problems.add(&below(path, "id"), error.to_string(), "give the indicator an id, as in `A1.a.NA.2`")
        });
        let column = text(part, "class").unwrap_or_default().parse();
        let column = column.map_err(|error| {
            let what = format!("{error}");
            problems.add(&below(path, "class"), what, "name the grade it describes, as in `not-achieved`");
        });
        let prose = page.prose(text(part, "prose").unwrap_or_default());
        if prose.is_empty() {
            problems.add(&below(path, "prose"), "it is missing", "give the indicator's statement");
        }
        let id = id.ok()?;
        if let Some(first) = self.seen.get(&id) {
            let what = format!("the indicator `{id}` stands already at {first}");
            problems.add(path, what, "give each indicator an id of its own");
            return None;
        }
        self.seen.insert(id.clone(), path.to_owned());
        Some(Indicator { id, column: column.ok()?, text: prose })
    }
}
