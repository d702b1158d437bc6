//! From a framework and the answers held to a sheet.

use portreeve_model::reference::RequirementId;
use portreeve_model::register::assessment::{Assessment, IndicatorAnswer};
use portreeve_model::standards::Framework;

use super::{ALTERNATIVE, COLUMNS, EXEMPT, NO, YES};
use crate::{csv, words};

/// The framework's indicators in its own order, with the answers that `held` knows, as a CSV file.
///
/// A byte order mark stands first: without one a spreadsheet takes the file for an older encoding than UTF-8.
pub fn write<'a>(framework: &Framework, held: impl Fn(&RequirementId) -> Option<&'a Assessment>) -> Vec<u8> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    for asked in &framework.requirements {
        let id = RequirementId { framework: framework.id.clone(), number: asked.number.clone() };
        let answers = held(&id).map(|held| &held.answers);
        for indicator in &asked.indicators {
            let (answer, comment) = said(answers.and_then(|answers| answers.get(&indicator.id)));
            rows.push(vec![
                id.to_string(),
                indicator.id.to_string(),
                words::grade(&indicator.column),
                indicator.text.clone(),
                answer.to_owned(),
                comment.to_owned(),
            ]);
        }
    }
    let mut file = super::read::BYTE_ORDER_MARK.as_bytes().to_vec();
    file.extend(csv::encode(&rows));
    file
}

/// An answer as its word and its comment.
fn said(answer: Option<&IndicatorAnswer>) -> (&'static str, &str) {
    match answer {
        None => ("", ""),
        Some(IndicatorAnswer::Yes) => (YES, ""),
        Some(IndicatorAnswer::No) => (NO, ""),
        Some(IndicatorAnswer::Alternative(comment)) => (ALTERNATIVE, comment.as_str()),
        Some(IndicatorAnswer::Exempt(comment)) => (EXEMPT, comment.as_str()),
    }
}
