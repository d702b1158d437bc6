//! Days and moments. A day ends at midnight in Europe/London; a moment is an instant in UTC.

use std::fmt;
use std::str::FromStr;

use crate::through_text::through_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{Date, Duration, Month, OffsetDateTime, Time};

/// A calendar day. Written `2018-12-18` in entries, shown as `18 December 2018`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// Why a text is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDay {
    /// Reads like a date that no calendar has.
    #[error("`{text}` is not a date: {month} {year} has {days} days")]
    NoSuchDay {
        /// What was given.
        text: String,
        /// The month's name.
        month: String,
        /// The year.
        year: i32,
        /// How many days that month has.
        days: u8,
    },
    /// Anything else.
    #[error("`{text}` is not a date: write `2018-12-18`, `18 December 2018` or `18/12/2018`")]
    Unreadable {
        /// What was given.
        text: String,
    },
}

impl Day {
    /// The day `year-month-day`, if the calendar has it.
    pub fn of(year: i32, month: u8, day: u8) -> Option<Day> {
        Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok().map(Day)
    }

    /// The calendar date.
    pub const fn date(self) -> Date {
        self.0
    }

    /// How many days later `other` is; negative when it is earlier.
    pub fn days_until(self, other: Day) -> i64 {
        (other.0 - self.0).whole_days()
    }

    /// The day `days` later, stopping at the calendar's end.
    pub fn plus_days(self, days: u16) -> Day {
        Day(self.0.saturating_add(Duration::days(i64::from(days))))
    }

    /// The same day of the month `months` later, or that month's last day when it is shorter: a report of
    /// 31 August is six months old on 28 February (or the 29th).
    pub fn plus_months(self, months: u8) -> Day {
        let zero_based = i32::from(u8::from(self.0.month())) - 1 + i32::from(months);
        let year = self.0.year() + zero_based / 12;
        let month = u8::try_from(zero_based % 12 + 1).ok().and_then(|month| Month::try_from(month).ok());
        let shifted = month.and_then(|month| {
            let last = month.length(year);
            Date::from_calendar_date(year, month, self.0.day().min(last)).ok()
        });
        Day(shifted.unwrap_or(Date::MAX))
    }

    /// The day `days` earlier, stopping at the calendar's beginning.
    pub fn minus_days(self, days: u16) -> Day {
        Day(self.0.saturating_sub(Duration::days(i64::from(days))))
    }

    /// The same day of the month `months` earlier, or that month's last day when it is shorter.
    pub fn minus_months(self, months: u8) -> Day {
        let zero_based = i32::from(u8::from(self.0.month())) - 1 - i32::from(months);
        let year = self.0.year() + zero_based.div_euclid(12);
        let month = u8::try_from(zero_based.rem_euclid(12) + 1).ok().and_then(|month| Month::try_from(month).ok());
        let shifted = month.and_then(|month| {
            let last = month.length(year);
            Date::from_calendar_date(year, month, self.0.day().min(last)).ok()
        });
        Day(shifted.unwrap_or(Date::MIN))
    }

    /// The same day `years` later; 29 February becomes the 28th where there is none.
    pub fn plus_years(self, years: u8) -> Day {
        let year = self.0.year() + i32::from(years);
        let last = self.0.month().length(year);
        Day(Date::from_calendar_date(year, self.0.month(), self.0.day().min(last)).unwrap_or(Date::MAX))
    }

    /// How many whole months later `other` is, each ending where [`Day::plus_months`] says; none when it is earlier.
    pub fn months_until(self, other: Day) -> u32 {
        let months = |day: Day| i64::from(day.0.year()) * 12 + i64::from(u8::from(day.0.month()));
        let anniversary = self.0.day().min(other.0.month().length(other.0.year()));
        let unfinished = i64::from(other.0.day() < anniversary);
        u32::try_from(months(other) - months(self) - unfinished).unwrap_or(0)
    }

    /// The day halfway to `other`, the earlier of the two in the middle.
    pub fn halfway_to(self, other: Day) -> Day {
        let half = self.days_until(other).div_euclid(2);
        Day(self.0.saturating_add(Duration::days(half)))
    }

    /// The financial quarter, for example `Q3 2018/19 (October to December 2018)`. The financial year starts on
    /// 1 April.
    pub fn quarter(self) -> String {
        let (quarter, months) = match u8::from(self.0.month()) {
            1..=3 => (4, "January to March"),
            4..=6 => (1, "April to June"),
            7..=9 => (2, "July to September"),
            _ => (3, "October to December"),
        };
        let year = self.0.year();
        let starts = if quarter == 4 { year - 1 } else { year };
        format!("Q{quarter} {starts}/{:02} ({months} {year})", (starts + 1).rem_euclid(100))
    }

    /// `2018-12-18`.
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }

    /// `18 Dec 2018`, for tables and terminals.
    pub fn short(self) -> String {
        let month = self.0.month().to_string();
        format!("{} {} {}", self.0.day(), month.get(..3).unwrap_or(&month), self.0.year())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&format!("{} {} {}", self.0.day(), self.0.month(), self.0.year()))
    }
}

fn month_named(name: &str) -> Option<Month> {
    let name = name.to_ascii_lowercase();
    (1..=12).filter_map(|number| Month::try_from(number).ok()).find(|month| {
        let full = month.to_string().to_ascii_lowercase();
        full == name || full.get(..3) == Some(name.as_str())
    })
}

/// Years that a council's paper can be about. `0026` is a slip for `2026`, not a year.
const YEARS: std::ops::RangeInclusive<u16> = 1900..=2199;

impl FromStr for Day {
    type Err = BadDay;

    /// Reads ISO order (`2018-12-18`) and UK order (`18 December 2018`, `18 Dec 2018`, `18/12/2018`). The year has
    /// four digits, so that no date is guessed.
    fn from_str(text: &str) -> Result<Day, BadDay> {
        let text = text.trim();
        let unreadable = || BadDay::Unreadable { text: text.chars().take(40).collect() };
        let number = |part: &str, digits: usize| {
            (part.len() <= digits && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let parts: Vec<&str> = text.split(['-', '/', ' ']).filter(|part| !part.is_empty()).collect();
        let [first, second, third] = parts.as_slice() else { return Err(unreadable()) };
        let iso = text.contains('-') && first.len() == 4;
        let (year, month, day) = if iso { (first, second, third) } else { (third, second, first) };
        let year = number(year, 4).filter(|number| YEARS.contains(number)).ok_or_else(unreadable)?;
        let month = match number(month, 2) {
            Some(month) => u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok()),
            None => month_named(month),
        };
        let month = month.ok_or_else(unreadable)?;
        let day =
            number(day, 2).and_then(|day| u8::try_from(day).ok()).filter(|day| *day > 0).ok_or_else(unreadable)?;
        let year = i32::from(year);
        Date::from_calendar_date(year, month, day).map(Day).map_err(|_| BadDay::NoSuchDay {
            text: text.chars().take(40).collect(),
            month: month.to_string(),
            year,
            days: month.length(year),
        })
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.iso())
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An instant in UTC, to the second. Written in RFC 3339, for example `2018-12-18T09:14:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(OffsetDateTime);

/// The ends of what RFC 3339 can write: years of four digits in UTC.
const FIRST: OffsetDateTime = datetime!(0000-01-01 00:00:00 UTC);
const LAST: OffsetDateTime = datetime!(9999-12-31 23:59:59 UTC);

/// Why a text is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a moment: write it as in `2018-12-18T09:14:00Z`")]
pub struct NotAMoment(String);

impl Moment {
    /// The instant, cut to the second and moved to UTC, stopping at the calendar's ends: an hour before midnight on the
    /// last day of 9999 has no date further east.
    pub fn at(instant: OffsetDateTime) -> Moment {
        let instant = instant.clamp(FIRST, LAST).to_offset(time::UtcOffset::UTC);
        Moment(instant.replace_nanosecond(0).unwrap_or(instant))
    }

    /// The calendar day it is in London at this instant. British Summer Time runs from 01:00 UTC on the last Sunday
    /// of March to 01:00 UTC on the last Sunday of October (Summer Time Order 2002, SI 2002/262).
    pub fn day_in_london(self) -> Day {
        let year = self.0.year();
        let summer = change_to_clocks(year, Month::March) <= self.0 && self.0 < change_to_clocks(year, Month::October);
        let offset = if summer { Duration::HOUR } else { Duration::ZERO };
        Day(self.0.saturating_add(offset).date())
    }

    /// The calendar day it is in UTC at this instant.
    pub const fn day_in_utc(self) -> Day {
        Day(self.0.date())
    }

    /// The hour and minute in UTC, `09:14`.
    pub fn clock_utc(self) -> String {
        format!("{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// 01:00 UTC on the last Sunday of `month`.
fn change_to_clocks(year: i32, month: Month) -> OffsetDateTime {
    let last = Date::from_calendar_date(year, month, month.length(year)).unwrap_or(Date::MAX);
    let back = last.weekday().number_days_from_sunday();
    let sunday = last.saturating_sub(Duration::days(i64::from(back)));
    sunday.with_time(Time::MIDNIGHT).assume_utc().saturating_add(Duration::HOUR)
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Moment {
    type Err = NotAMoment;

    /// Reads RFC 3339 in any zone. What is beyond the calendar in UTC is refused: it could not be written again.
    fn from_str(text: &str) -> Result<Moment, NotAMoment> {
        let read = OffsetDateTime::parse(text, &Rfc3339).ok().and_then(|instant| instant.replace_nanosecond(0).ok());
        let within = read.filter(|instant| (FIRST..=LAST).contains(instant));
        within.map(Moment::at).ok_or_else(|| NotAMoment(text.chars().take(40).collect()))
    }
}

through_text!(Moment);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_read_in_iso_and_uk_order_and_impossible_ones_are_explained() {
        let day = Day::of(2018, 12, 18).unwrap();
        for text in ["2018-12-18", "18 December 2018", "18 dec 2018", "18/12/2018", " 18-12-2018 "] {
            assert_eq!(text.parse(), Ok(day), "{text}");
        }
        assert_eq!(day.to_string(), "18 December 2018");
        assert_eq!(
            "31 November 2018".parse::<Day>().unwrap_err().to_string(),
            "`31 November 2018` is not a date: November 2018 has 30 days"
        );
        for bad in [
            "",
            "18/12/18",
            "12/2018",
            "2018-13-01",
            "tomorrow",
            "0-1-2018",
            "18 Smarch 2018",
            "0026-11-21",
            "2200-01-01",
        ] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }

    #[test]
    fn no_moment_is_read_that_utc_cannot_write() {
        for text in ["9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.9+00:00"] {
            let moment: Moment = text.parse().unwrap();
            assert_eq!(moment.to_string().parse(), Ok(moment), "{text}");
        }
        for text in ["9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+00:01", "today"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
        let beyond = datetime!(9999-12-31 23:30:00 -1);
        assert_eq!(Moment::at(beyond).to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(Moment::at(datetime!(-0001-01-01 00:00:00 UTC)).to_string(), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn months_end_where_the_calendar_says() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("2018-08-31").plus_months(6), day("2019-02-28"));
        assert_eq!(day("2018-12-18").plus_months(12), day("2019-12-18"));
        assert_eq!(day("2019-08-31").plus_months(6), day("2020-02-29"));
    }

    #[test]
    fn whole_months_are_counted_as_they_end() {
        let months = |from: &str, to: &str| from.parse::<Day>().unwrap().months_until(to.parse().unwrap());
        for (from, to, expected) in [
            ("2026-02-15", "2027-03-31", 13),
            ("2026-03-31", "2027-03-31", 12),
            ("2026-03-31", "2027-03-30", 11),
            // The end of a longer month is the end of a shorter one.
            ("2018-08-31", "2019-02-27", 5),
            ("2018-08-31", "2019-02-28", 6),
            // In a leap year February ends a day later.
            ("2019-08-31", "2020-02-28", 5),
            ("2019-08-31", "2020-02-29", 6),
            ("2020-02-29", "2021-02-28", 12),
            ("2020-02-29", "2024-02-28", 47),
            ("2020-02-29", "2024-02-29", 48),
            ("2026-03-31", "2026-03-31", 0),
            ("2026-03-31", "2026-03-01", 0),
            ("2026-03-31", "2020-03-31", 0),
        ] {
            assert_eq!(months(from, to), expected, "from {from} to {to}");
        }
    }

    #[test]
    fn halfway_lies_between() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("2026-01-01").halfway_to(day("2026-01-03")), day("2026-01-02"));
        assert_eq!(day("2026-01-01").halfway_to(day("2026-01-04")), day("2026-01-02"));
        assert_eq!(day("2026-01-01").halfway_to(day("2026-01-02")), day("2026-01-01"));
    }

    #[test]
    fn quarters_follow_the_financial_year() {
        let quarter = |text: &str| text.parse::<Day>().unwrap().quarter();
        assert_eq!(quarter("2018-12-18"), "Q3 2018/19 (October to December 2018)");
        assert_eq!(quarter("2019-03-31"), "Q4 2018/19 (January to March 2019)");
        assert_eq!(quarter("2019-04-01"), "Q1 2019/20 (April to June 2019)");
        assert_eq!(quarter("1999-04-01"), "Q1 1999/00 (April to June 1999)");
    }

    proptest! {
        /// A stranger's time zone database agrees on which day it is in London.
        #[test]
        fn london_days_agree_with_the_zone_database(seconds in 852_076_800_i64..4_102_444_800) {
            let ours = Moment::at(OffsetDateTime::from_unix_timestamp(seconds).unwrap()).day_in_london();
            let theirs = jiff::Timestamp::from_second(seconds).unwrap().in_tz("Europe/London").unwrap().date();
            prop_assert_eq!(ours.iso(), theirs.to_string());
        }

        #[test]
        fn a_day_reads_back_what_it_writes(julian in 2_415_021_i32..2_500_000) {
            let day = Day(Date::from_julian_day(julian).unwrap());
            prop_assert_eq!(day.iso().parse::<Day>(), Ok(day));
            prop_assert_eq!(day.to_string().parse::<Day>(), Ok(day));
        }
    }
}
