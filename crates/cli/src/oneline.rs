//! The one-line grammar of an action: `Renew the VPN certificate @network-officer by 18 January 2019 £1,200 fixes
//! ITHC-040 after D-07`. Pure: it knows no register and no clock, so a date needs its year, and whether a reference
//! exists is for the caller to look up.
//!
//! A word that introduces nothing stays in the title: "Stand by for the audit" has no date in it. A word that introduces
//! something that is nearly right is refused, never dropped.

use portreeve_model::reference::PersonId;
use portreeve_model::{Day, Pence};

/// What one line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OneLine {
    /// What is left when everything else has been taken out.
    pub(crate) title: String,
    /// After `@`.
    pub(crate) owner: Option<PersonId>,
    /// After `by`.
    pub(crate) due: Option<Day>,
    /// `£1,200`.
    pub(crate) once: Option<Pence>,
    /// `£1,200 a year` or `£1,200/year`.
    pub(crate) yearly: Option<Pence>,
    /// After `fixes`.
    pub(crate) fixes: Vec<String>,
    /// After `after`: actions and decisions.
    pub(crate) after: Vec<String>,
}

/// Why a line cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unclear {
    /// Something that stands once was given twice.
    #[error("{0} is given twice: `{1}` and `{2}`")]
    Twice(&'static str, String, String),
    /// `@` without a person.
    #[error("`{given}` does not name a person: {because}")]
    Owner {
        /// The word.
        given: String,
        /// Why not.
        because: String,
    },
    /// `by` with something that reads like a date and is none.
    #[error("{0}")]
    Date(String),
    /// `£` without an amount.
    #[error("{0}")]
    Amount(String),
}

/// Reads a line.
pub(crate) fn read(text: &str) -> Result<OneLine, Unclear> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut line = OneLine::default();
    let mut title: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = words.get(at + 1..).unwrap_or_default();
        at += 1;
        if let Some(name) = word.strip_prefix('@').filter(|name| !name.is_empty()) {
            owner(&mut line, name)?;
        } else if word.starts_with('£') {
            at += amount(&mut line, word, rest)?;
        } else if word.eq_ignore_ascii_case("by") && rest.first().is_some_and(|next| starts_a_date(next)) {
            at += due(&mut line, rest)?;
        } else if word.eq_ignore_ascii_case("fixes") && rest.first().is_some_and(|next| is_reference(next)) {
            at += references(&mut line.fixes, rest);
        } else if word.eq_ignore_ascii_case("after") && rest.first().is_some_and(|next| is_reference(next)) {
            at += references(&mut line.after, rest);
        } else {
            title.push(word);
        }
    }
    line.title = title.join(" ");
    Ok(line)
}

fn owner(line: &mut OneLine, name: &str) -> Result<(), Unclear> {
    let person: PersonId =
        bare(name).parse().map_err(|error| Unclear::Owner { given: format!("@{name}"), because: rule_of(&error) })?;
    match &line.owner {
        Some(earlier) => Err(Unclear::Twice("the owner", earlier.to_string(), person.to_string())),
        None => {
            line.owner = Some(person);
            Ok(())
        }
    }
}

fn rule_of(error: &portreeve_model::reference::BadReference) -> String {
    error.rule.to_owned()
}

/// An amount, and how many further words say how often it is paid.
fn amount(line: &mut OneLine, word: &str, rest: &[&str]) -> Result<usize, Unclear> {
    let (sum, slashed) = match bare(word).split_once('/') {
        Some((sum, "year" | "yr" | "y")) => (sum.to_owned(), true),
        _ => (bare(word).to_owned(), false),
    };
    let sum: Pence =
        sum.parse().map_err(|error: portreeve_model::money::NotAnAmount| Unclear::Amount(error.to_string()))?;
    let spoken = match rest {
        ["a" | "per", year, ..] if bare(year).eq_ignore_ascii_case("year") => 2,
        [yearly, ..] if bare(yearly).eq_ignore_ascii_case("yearly") => 1,
        _ => 0,
    };
    let (place, what) =
        if slashed || spoken > 0 { (&mut line.yearly, "the yearly cost") } else { (&mut line.once, "the cost") };
    if let Some(earlier) = place {
        return Err(Unclear::Twice(what, earlier.to_string(), sum.to_string()));
    }
    *place = Some(sum);
    Ok(spoken)
}

/// A day in one word (`2019-01-18`, `18/1/2019`) or in three (`18 January 2019`), and how many words that took.
fn due(line: &mut OneLine, rest: &[&str]) -> Result<usize, Unclear> {
    let of = |count: usize| rest.get(..count).map(|words| bare(&words.join(" ")).to_owned());
    let one = of(1).unwrap_or_default();
    let spelt = rest.get(1).is_some_and(|month| bare(month).chars().all(char::is_alphabetic));
    let (text, took) = match (spelt && !one.contains(['-', '/']), of(3), of(2)) {
        (true, Some(three), _) => (three, 3),
        (true, None, Some(two)) => (two, 2),
        _ => (one, 1),
    };
    let day: Day = text.parse().map_err(|error: portreeve_model::day::BadDay| Unclear::Date(error.to_string()))?;
    match line.due {
        Some(earlier) => Err(Unclear::Twice("the date", earlier.to_string(), day.to_string())),
        None => {
            line.due = Some(day);
            Ok(took)
        }
    }
}

fn starts_a_date(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit())
}

/// The references from here on, and how many words they took. Commas and "and" may stand between them.
fn references(into: &mut Vec<String>, rest: &[&str]) -> usize {
    let mut took = 0;
    let mut read = 0;
    for word in rest {
        read += 1;
        if is_reference(word) {
            into.extend(word.split(',').filter(|part| !part.is_empty()).map(|part| bare(part).to_owned()));
            took = read;
        } else if !word.eq_ignore_ascii_case("and") {
            break;
        }
    }
    took
}

/// A reference has letters and a number in it: `ITHC-040`, not `everything`.
fn is_reference(word: &str) -> bool {
    let mut parts = word.split(',').filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some()
        && parts.all(|part| {
            let part = bare(part);
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.contains(|letter: char| letter.is_ascii_digit())
                && part.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_'))
        })
}

/// A word without the stop or comma that ends it.
fn bare(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> OneLine {
        read(text).unwrap()
    }

    #[test]
    fn the_whole_grammar_in_one_line() {
        let said = line(
            "Renew the VPN certificate @network-officer by 18 January 2019 £1,200 £75.50 a year fixes ITHC-040, ITHC-41 \
             and SIAS-3 after RAP-003",
        );
        assert_eq!(said.title, "Renew the VPN certificate");
        assert_eq!(said.owner.unwrap().as_str(), "network-officer");
        assert_eq!(said.due.unwrap().iso(), "2019-01-18");
        assert_eq!((said.once.unwrap().pence(), said.yearly.unwrap().pence()), (120_000, 7_550));
        assert_eq!(said.fixes, ["ITHC-040", "ITHC-41", "SIAS-3"]);
        assert_eq!(said.after, ["RAP-003"]);
    }

    #[test]
    fn dates_are_read_in_uk_order_and_need_a_year() {
        for text in ["Test by 18/1/2019", "Test by 2019-01-18", "Test by 18 Jan 2019.", "by 18 January 2019 Test"] {
            assert_eq!((line(text).due.unwrap().iso(), line(text).title), ("2019-01-18".to_owned(), "Test".to_owned()));
        }
        for text in
            ["Test by 18 Jan", "Test by 18 Jan @network-officer", "Test by 31 November 2018", "Test by 1/13/2019"]
        {
            assert!(matches!(read(text), Err(Unclear::Date(_))), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn words_that_introduce_nothing_stay_in_the_title() {
        for text in ["Stand by for the audit", "Check who fixes things after hours", "Write a policy @", "by"] {
            assert_eq!(line(text), OneLine { title: text.to_owned(), ..OneLine::default() });
        }
    }

    #[test]
    fn money_is_read_or_refused() {
        assert_eq!(line("Rent £15,000/year").yearly.unwrap().pence(), 1_500_000);
        assert_eq!(line("Rent £15,000 per year").yearly.unwrap().pence(), 1_500_000);
        assert_eq!(line("Rent £15,000 yearly").title, "Rent");
        assert!(matches!(read("Buy £80k"), Err(Unclear::Amount(_))));
        assert!(matches!(read("Buy £1 or £2"), Err(Unclear::Twice("the cost", ..))));
    }

    #[test]
    fn what_stands_once_is_not_taken_twice() {
        assert!(matches!(read("Do it @one @two"), Err(Unclear::Twice("the owner", ..))));
        assert!(matches!(read("Do it by 1/2/2019 by 2/2/2019"), Err(Unclear::Twice("the date", ..))));
        assert!(matches!(read("Do it @Okafor"), Err(Unclear::Owner { .. })));
    }

    #[test]
    fn nothing_at_all_is_an_empty_title() {
        assert_eq!(line("  "), OneLine::default());
    }
}
