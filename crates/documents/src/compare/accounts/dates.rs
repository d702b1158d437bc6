//! When an account was last used, as exports write it: FILETIME, ISO 8601, LDAP's generalized time, and UK dates.
//!
//! Must never guess: what cannot be read is told, and a date that could be read in either order is read as UK only while
//! nothing in its column speaks against it.

use portreeve_model::{Day, Moment};
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// No logon has been recorded.
    Never,
    /// A day; in London, where the cell says an instant.
    On(Day),
    /// Two numbers below 13 and a year: a day in either order.
    Either {
        /// Read as UK does, day first.
        uk: Day,
    },
    /// A date only with the month first.
    MonthFirst,
    /// None that is known.
    Unreadable,
}

/// What the dates of a column that have numbers alone say of their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// At least one is a date only with the day first.
    pub(super) day_first: bool,
    /// At least one is a date only with the month first.
    pub(super) month_first: bool,
}

impl Order {
    /// What a column's cells say.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Order {
        let mut order = Order::default();
        for cell in cells {
            match slashed(cell) {
                Some((Said::On(_), true)) => order.day_first = true,
                Some((Said::MonthFirst, _)) => order.month_first = true,
                _ => {}
            }
        }
        order
    }
}

/// 1 January 1601, where FILETIME begins, in seconds before 1970.
const FILETIME_BEGINS: i64 = 11_644_473_600;
/// FILETIME counts steps of 100 nanoseconds.
const FILETIME_STEPS: i64 = 10_000_000;
/// The largest FILETIME, which Active Directory writes for "never".
const FILETIME_NEVER: i64 = i64::MAX;
/// A FILETIME of this century has 18 digits, and one of 1932 has 17.
const FILETIME_DIGITS: std::ops::RangeInclusive<usize> = 17..=19;
/// Years that an account can have been used in: a FILETIME of nothing is shown as 1601.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;

/// Reads a cell.
pub(super) fn read(cell: &str) -> Said {
    let cell = cell.trim();
    let word = cell.trim_matches(['(', ')', '<', '>']).to_lowercase();
    if matches!(word.as_str(), "" | "0" | "never" | "never logged on" | "never logged in") {
        return Said::Never;
    }
    if cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return filetime(cell);
    }
    generalized(cell)
        .or_else(|| iso(cell))
        .or_else(|| slashed(cell).map(|(said, _)| said))
        .or_else(|| named(cell))
        .unwrap_or(Said::Unreadable)
}

fn filetime(digits: &str) -> Said {
    let Some(steps) = digits.parse::<i64>().ok().filter(|_| FILETIME_DIGITS.contains(&digits.len())) else {
        return Said::Unreadable;
    };
    if steps == FILETIME_NEVER {
        return Said::Never;
    }
    let instant = OffsetDateTime::from_unix_timestamp(steps / FILETIME_STEPS - FILETIME_BEGINS);
    instant.map_or(Said::Unreadable, |instant| said(Moment::at(instant).day_in_london()))
}

/// A day, if accounts can have been used on it. The year 1601 is a FILETIME of nothing that a tool has made a date of.
fn said(day: Day) -> Said {
    match day.date().year() {
        1601 => Said::Never,
        year if YEARS.contains(&year) => Said::On(day),
        _ => Said::Unreadable,
    }
}

/// `20261102101503.0Z` (RFC 4517, section 3.3.13), with the seconds and in UTC, as Active Directory writes it.
fn generalized(cell: &str) -> Option<Said> {
    let digits = cell.strip_suffix('Z')?;
    let digits = digits.split_once('.').map_or(digits, |(whole, _)| whole);
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u16>().ok());
    let date = date(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
    let time = clock(part(8, 10)?, part(10, 12)?, part(12, 14)?)?;
    Some(said(Moment::at(date.with_time(time).assume_utc()).day_in_london()))
}

/// `2026-11-02`, with a time and a zone or without. Without a zone the day is the one that is written.
fn iso(cell: &str) -> Option<Said> {
    let day =
        cell.get(..10).filter(|head| matches!(head.as_bytes(), [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _]))?;
    let mut numbers = day.split(['-', '/']).map(number);
    let date = date(numbers.next()??, numbers.next()??, numbers.next()??)?;
    let rest = cell.get(10..)?;
    if rest.is_empty() {
        return Some(said(day_of(date)?));
    }
    let rest = rest.strip_prefix(['T', ' '])?.trim();
    let (clock_text, offset) = zone(rest)?;
    let time = time_of(clock_text)?;
    match offset {
        Some(offset) => Some(said(Moment::at(date.with_time(time).assume_offset(offset)).day_in_london())),
        None => Some(said(day_of(date)?)),
    }
}

/// The clock time and the zone behind it: `Z`, `+01:00`, `+0100`, or none.
fn zone(text: &str) -> Option<(&str, Option<UtcOffset>)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), Some(UtcOffset::UTC)));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, None)) };
    let (clock, offset) = text.split_at(at);
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let hours = digits.get(..2)?.parse::<i8>().ok()?;
    let minutes = digits.get(2..4).map_or(Some(0), |minutes| minutes.parse::<i8>().ok())?;
    Some((clock.trim_end(), Some(UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?)))
}

/// `02/11/2026 10:15:03`, `2.11.2026`: the second says whether it is a date only with the day first.
fn slashed(cell: &str) -> Option<(Said, bool)> {
    let cell = cell.trim();
    let (day, clock) = cell.split_once([' ', 'T', ',']).unwrap_or((cell, ""));
    let clock = clock.trim();
    if !clock.is_empty() && time_of(clock).is_none() {
        return None;
    }
    let mut numbers = day.split(['/', '.', '-']);
    let (first, second, year) = (numbers.next()?, numbers.next()?, numbers.next()?);
    if numbers.next().is_some() || first.len() > 2 || second.len() > 2 || year.len() != 4 {
        return None;
    }
    let (first, second, year) = (number(first)?, number(second)?, number(year)?);
    let uk = date(year, second, first).and_then(day_of);
    let us = date(year, first, second).and_then(day_of);
    Some(match (uk.map(said), us) {
        (Some(Said::On(uk)), Some(us)) if us != uk => (Said::Either { uk }, false),
        (Some(known), Some(_)) => (known, false),
        (Some(known), None) => (known, true),
        (None, Some(_)) => (Said::MonthFirst, false),
        (None, None) => (Said::Unreadable, false),
    })
}

/// `2 November 2026 10:15:03`, `02-Nov-2026`, `Monday, 2 November 2026`.
fn named(cell: &str) -> Option<Said> {
    let cell = cell.split_once(", ").map_or(
        cell,
        |(weekday, rest)| {
            if weekday.to_lowercase().ends_with("day") { rest } else { cell }
        },
    );
    let parts: Vec<&str> = cell.split([' ', '-']).filter(|part| !part.is_empty()).collect();
    let [day, month, year, clock @ ..] = parts.as_slice() else { return None };
    if !clock.is_empty() && time_of(&clock.join(" ")).is_none() {
        return None;
    }
    format!("{day} {month} {year}").parse().ok().map(said)
}

/// `10:15`, `10:15:03`, `10:15:03.123`, `3:07:44 PM`.
fn time_of(text: &str) -> Option<Time> {
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    let (clock_text, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(rest), _) => (rest.trim_end(), Some(0)),
        (_, Some(rest)) => (rest.trim_end(), Some(12)),
        _ => (upper.as_str(), None),
    };
    let mut parts = clock_text.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = parts.next().map_or(Some(0), |second| number(second.split('.').next().unwrap_or(second)))?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(later) => hour % 12 + later,
        None => hour,
    };
    if parts.next().is_some() { None } else { clock(hour, minute, second) }
}

fn number(text: &str) -> Option<u16> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

fn day_of(date: Date) -> Option<Day> {
    Day::of(date.year(), u8::from(date.month()), date.day())
}

fn clock(hour: u16, minute: u16, second: u16) -> Option<Time> {
    Time::from_hms(u8::try_from(hour).ok()?, u8::try_from(minute).ok()?, u8::try_from(second).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> Said {
        Said::On(text.parse().unwrap())
    }

    #[test]
    fn every_form_that_exports_use_is_read() {
        for (cell, said) in [
            ("132223104000000000", on("2020-01-01")),
            ("2026-11-02", on("2026-11-02")),
            ("2026/11/02", on("2026-11-02")),
            ("2026-11-02 10:15:03", on("2026-11-02")),
            ("2026-11-02T10:15:03.1234567Z", on("2026-11-02")),
            ("2026-07-02T23:30:00Z", on("2026-07-03")),
            ("2026-12-02T23:30:00Z", on("2026-12-02")),
            ("2026-07-02T23:30:00+01:00", on("2026-07-02")),
            ("2026-07-02T20:30:00-0500", on("2026-07-03")),
            ("20261102101503.0Z", on("2026-11-02")),
            ("20260702233000.0Z", on("2026-07-03")),
            ("23/11/2026", on("2026-11-23")),
            ("23.11.2026", on("2026-11-23")),
            ("11/11/2026 09:00", on("2026-11-11")),
            ("23/11/2026 10:15:03", on("2026-11-23")),
            ("2 November 2026 10:15:03", on("2026-11-02")),
            ("02-Nov-2026", on("2026-11-02")),
            ("Monday, 2 November 2026 10:15:03", on("2026-11-02")),
            ("2/11/2026 3:07:44 PM", Said::Either { uk: "2026-11-02".parse().unwrap() }),
            ("11/23/2026 3:07:44 PM", Said::MonthFirst),
        ] {
            assert_eq!(read(cell), said, "{cell}");
        }
    }

    #[test]
    fn never_is_written_in_many_ways() {
        for cell in
            ["", " ", "0", "9223372036854775807", "Never", "(never)", "01/01/1601 00:00:00", "1601-01-01T00:00:00Z"]
        {
            assert_eq!(read(cell), Said::Never, "{cell}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_guessed() {
        for cell in [
            "31/11/2026",
            "02/11/26",
            "yesterday",
            "46000",
            "20261102",
            "2026-13-01",
            "2026-11-02 25:00",
            "02/11/2026 13:00 PM",
            "1/2/3/2026",
            "99999999999999999999",
            "-",
            "01/01/1001",
            "2/11/0026",
            "9999-12-31T23:30:00-01:00",
        ] {
            assert_eq!(read(cell), Said::Unreadable, "{cell}");
        }
    }

    #[test]
    fn a_column_says_in_which_order_its_dates_are() {
        let order = |cells: &[&str]| Order::of(cells.iter().copied());
        assert_eq!(order(&["02/11/2026", "23/11/2026", "x"]), Order { day_first: true, month_first: false });
        assert_eq!(order(&["02/11/2026", "11/23/2026 1:00 PM"]), Order { day_first: false, month_first: true });
        assert_eq!(order(&["02/11/2026", "2026-11-23", "11/11/2026"]), Order::default());
    }
}
