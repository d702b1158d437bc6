//! Money on the command line: one line of cost from a sum paid once and a sum paid each year.

use portreeve_model::Pence;
use portreeve_model::register::action::CostLine;
use portreeve_model::text::Title;

/// What a line of cost is called when nobody names it.
const UNNAMED: &str = "cost";

/// One line of cost, or none when nothing is paid.
pub(crate) fn cost(item: Option<&Title>, once: Option<Pence>, yearly: Option<Pence>) -> Vec<CostLine> {
    if once.is_none() && yearly.is_none() {
        return Vec::new();
    }
    let item = item.cloned().unwrap_or_else(|| UNNAMED.parse().expect("a short word is a title"));
    let (capital, yearly) = (once.unwrap_or_default(), yearly.unwrap_or_default());
    vec![CostLine { item, capital, yearly, organisation: None }]
}

/// "£80,000 and £15,000 a year".
pub(crate) fn in_words(costs: &[CostLine]) -> Option<String> {
    let capital: Pence = costs.iter().map(|line| line.capital).sum();
    let yearly: Pence = costs.iter().map(|line| line.yearly).sum();
    match (capital.is_nothing(), yearly.is_nothing()) {
        (true, true) => None,
        (false, true) => Some(capital.to_string()),
        (true, false) => Some(format!("{yearly} a year")),
        (false, false) => Some(format!("{capital} and {yearly} a year")),
    }
}
