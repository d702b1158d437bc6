//! How long something stays good, with its unit. A rule about months must not be kept in days: they are not the same.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::day::Day;

/// A length of time in the unit its rule is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeLimit {
    /// Days: midnight to midnight in Europe/London.
    Days(u16),
    /// Calendar months: the same day of the month, or the last one where there is none.
    Months(u8),
}

impl TimeLimit {
    /// The first day that lies outside the limit, counted from `day`.
    pub fn after(self, day: Day) -> Day {
        match self {
            TimeLimit::Days(days) => day.plus_days(days),
            TimeLimit::Months(months) => day.plus_months(months),
        }
    }

    /// The earliest day from which `on` still lies within the limit.
    pub fn earliest_for(self, on: Day) -> Day {
        let mut earliest = match self {
            TimeLimit::Days(days) => on.minus_days(days),
            TimeLimit::Months(months) => on.minus_months(months),
        };
        // The day that far back lies just outside, and with it the ends of longer months: at most four days.
        while self.after(earliest) <= on {
            earliest = earliest.plus_days(1);
        }
        earliest
    }

    /// How old what shows `day` is on `on`, in the unit of the limit: as many whole units as have passed. It has reached
    /// the limit's own number from the day on which it lies outside.
    pub fn age(self, day: Day, on: Day) -> Age {
        match self {
            TimeLimit::Days(_) => Age::Days(u32::try_from(day.days_until(on)).unwrap_or(0)),
            TimeLimit::Months(_) => Age::Months(day.months_until(on)),
        }
    }

    /// Whether it is nothing at all.
    pub const fn is_nothing(self) -> bool {
        matches!(self, TimeLimit::Days(0) | TimeLimit::Months(0))
    }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimeLimit::Days(days) => counted(out, u32::from(*days), "day"),
            TimeLimit::Months(months) => counted(out, u32::from(*months), "month"),
        }
    }
}

/// How old something is, in the unit of the limit that was put on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Age {
    /// Whole days.
    Days(u32),
    /// Whole calendar months.
    Months(u32),
}

impl fmt::Display for Age {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Age::Days(days) => counted(out, *days, "day"),
            Age::Months(months) => counted(out, *months, "month"),
        }
    }
}

fn counted(out: &mut fmt::Formatter<'_>, number: u32, unit: &str) -> fmt::Result {
    write!(out, "{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_age_is_told_in_the_unit_of_the_rule() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let age = |limit: TimeLimit, from: &str, on: &str| limit.age(day(from), day(on)).to_string();
        assert_eq!(age(TimeLimit::Months(12), "2026-02-15", "2027-03-31"), "13 months");
        assert_eq!(age(TimeLimit::Months(6), "2026-02-15", "2026-03-15"), "1 month");
        assert_eq!(age(TimeLimit::Days(14), "2026-02-15", "2026-03-15"), "28 days");
        assert_eq!(age(TimeLimit::Days(14), "2024-02-28", "2024-03-01"), "2 days");
        assert_eq!(age(TimeLimit::Days(14), "2026-03-15", "2026-02-15"), "0 days");
    }

    proptest! {
        /// An age and its limit never contradict each other, whatever the month's end.
        #[test]
        fn what_lies_outside_a_limit_is_at_least_as_old_as_the_limit(
            from in 0..20_000_u16, later in 0..4_000_u16, days in 1..4_000_u16, months in 1..130_u8
        ) {
            let from = Day::of(1990, 1, 1).unwrap().plus_days(from);
            let on = from.plus_days(later);
            let outside = |limit: TimeLimit| limit.after(from) <= on;
            let Age::Days(old) = TimeLimit::Days(days).age(from, on) else { panic!("days are counted in days") };
            prop_assert_eq!(outside(TimeLimit::Days(days)), old >= u32::from(days));
            let Age::Months(old) = TimeLimit::Months(months).age(from, on) else { panic!("months in months") };
            prop_assert_eq!(outside(TimeLimit::Months(months)), old >= u32::from(months));
        }
    }
}
