//! Money on the command line: one line of cost from a sum paid once and a sum paid each year.

use portreeve_model::Pence;
use portreeve_model::register::action::CostLine;
use portreeve_model::text::Title;

/// An amount as it is typed. Thousands are grouped in threes or not at all: `£8,0000` may be eight or eighty thousand.
pub(crate) fn amount(text: &str) -> Result<Pence, String> {
    let pounds = text.trim().trim_start_matches('£');
    let pounds = pounds.split('.').next().unwrap_or(pounds);
    let mut groups = pounds.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = pounds.contains(',');
    if grouped && (first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err(format!("`{text}` is not an amount: its thousands are not grouped in threes, as in `£80,000`"));
    }
    text.parse::<Pence>().map_err(|error| error.to_string())
}

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

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn thousands_are_grouped_in_threes() {
        for text in ["£8,000", "£1,234,567.50", "8000", "£75.50", "£80"] {
            assert!(amount(text).is_ok(), "{text}");
        }
        for text in ["£8,0000", "£80,00", "£,800", "£8000,000", "£8,000,00", "£8,"] {
            assert!(amount(text).is_err(), "{text}");
        }
    }
}
