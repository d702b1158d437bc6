//! The one-line grammar of an action: `Renew the VPN certificate @network-officer by 18 January 2019 £1,200 fixes
//! ITHC-040 after D-07`. Pure: it knows no register and no clock, so a date needs its year, and whether a reference
//! exists is for the caller to look up.
//!
//! A word that introduces nothing stays in the title: "Stand by for the audit" has no date in it. A word that introduces
//! something that is nearly right is refused, never dropped.

use portreeve_model::reference::PersonId;
use portreeve_model::{Day, Pence};

use crate::money;

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
    /// `£1,200 a year`, `£1,200 p.a.` or `£1,200/year`.
    pub(crate) yearly: Option<Pence>,
    /// After `fixes` or `closes`: findings, or single hosts of them as `ITHC-040:web01`.
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

/// What introduces findings.
const CLOSING: [&str; 2] = ["fixes", "closes"];

/// Years that a title may well name: `Windows Server 2008`, `the 2027 audit`.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2199;

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
        } else if CLOSING.iter().any(|closing| word.eq_ignore_ascii_case(closing))
            && rest.first().is_some_and(|next| is_reference(next))
        {
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
    let lower = bare(word).to_lowercase();
    let ending = ["/year", "/yr", "/y", "/pa", "pa", "p.a"].into_iter().find(|ending| lower.ends_with(ending));
    let sum = lower.strip_suffix(ending.unwrap_or_default()).unwrap_or(&lower);
    let slashed = ending.is_some();
    let sum: Pence = money::amount(sum).map_err(Unclear::Amount)?;
    let next: Vec<String> = rest.iter().take(2).map(|word| bare(word).to_lowercase()).collect();
    let next: Vec<&str> = next.iter().map(String::as_str).collect();
    let spoken = match next.as_slice() {
        ["a" | "per" | "each" | "every", "year"] | ["per", "annum"] => 2,
        ["yearly" | "annually" | "pa" | "p.a", ..] => 1,
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
            let (part, host) = bare(part).split_once(':').unwrap_or((bare(part), "host"));
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.contains(|letter: char| letter.is_ascii_digit())
                && part.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_'))
                && !host.is_empty()
        })
}

/// What stayed in the title although it reads as if it were meant otherwise.
pub(crate) fn left_in(title: &str) -> Vec<String> {
    let words: Vec<&str> = title.split_whitespace().collect();
    let mut left = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
        let next = words.get(at + 1).copied().unwrap_or_default();
        let keyword = CLOSING.iter().chain(&["after", "by"]).any(|keyword| word.eq_ignore_ascii_case(keyword));
        let numbered = next.contains(|letter: char| letter.is_ascii_digit());
        if keyword && (numbered || (word.eq_ignore_ascii_case("by") && names_a_day(next))) {
            left.push(format!("{word} {next}"));
        } else if word.contains(['@', '£']) || (is_a_sum(word) && !is_a_product(at, before)) {
            left.push((*word).to_owned());
        }
    }
    left
}

/// A bare number of four digits or more that is no year.
fn is_a_sum(word: &str) -> bool {
    let plain = bare(word).replace(',', "");
    let digits = plain.len() >= 4 && plain.bytes().all(|byte| byte.is_ascii_digit());
    digits && plain.parse::<u32>().map_or(true, |number| bare(word).contains(',') || !YEARS.contains(&number))
}

/// `Cisco 3750` in the middle of a title: the word before has a capital that no sentence gave it.
fn is_a_product(at: usize, before: &str) -> bool {
    at > 1 && before.starts_with(char::is_uppercase)
}

fn names_a_day(word: &str) -> bool {
    const DAYS: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
        "fri", "sat", "sun",
    ];
    let word = bare(word).to_lowercase();
    word == "today" || word == "tomorrow" || (word.len() < 10 && DAYS.iter().any(|day| word.starts_with(day)))
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
    fn every_way_to_say_yearly_is_yearly() {
        for said in ["a year", "pa", "p.a.", "PA", "per annum", "each year", "annually", "A year."] {
            let read = line(&format!("Rent £15,000 {said}"));
            assert_eq!(
                (read.yearly.unwrap().pence(), read.once, read.title.as_str()),
                (1_500_000, None, "Rent"),
                "{said}"
            );
        }
        for text in ["Rent £15,000pa", "Rent £15,000p.a.", "Rent £15,000/pa"] {
            assert_eq!(line(text).yearly.unwrap().pence(), 1_500_000, "{text}");
        }
        assert!(matches!(read("Buy it £8,0000"), Err(Unclear::Amount(_))));
    }

    #[test]
    fn findings_are_closed_in_both_words_and_host_by_host() {
        let said = line("Patch closes ITHC-040:web01, ITHC-040:10.0.0.1 and ithc-041 after rap-003");
        assert_eq!(said.fixes, ["ITHC-040:web01", "ITHC-040:10.0.0.1", "ithc-041"]);
        assert_eq!((said.after, said.title), (vec!["rap-003".to_owned()], "Patch".to_owned()));
    }

    #[test]
    fn what_stays_in_a_title_and_should_not_is_named() {
        for (title, left) in [
            ("Fix it fixes #14", "fixes #14"),
            ("Ask someone@example", "someone@example"),
            ("Spend 8000 on laptops", "8000"),
            ("Spend 8,000 on laptops", "8,000"),
            ("Do it by Friday", "by Friday"),
            ("Do it by March", "by March"),
        ] {
            assert_eq!(left_in(title), [left], "{title}");
        }
        for title in [
            "Replace Windows Server 2008",
            "Retire the Cisco 3750 switches",
            "Stand by for the audit of 2027",
            "Check who fixes things after hours",
            "Patch 12 servers by hand",
        ] {
            assert!(left_in(title).is_empty(), "{title}: {:?}", left_in(title));
        }
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
