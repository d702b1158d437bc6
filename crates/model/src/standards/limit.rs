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

    /// Whether it is nothing at all.
    pub const fn is_nothing(self) -> bool {
        matches!(self, TimeLimit::Days(0) | TimeLimit::Months(0))
    }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self {
            TimeLimit::Days(days) => (*days, "day"),
            TimeLimit::Months(months) => (u16::from(*months), "month"),
        };
        write!(out, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}
