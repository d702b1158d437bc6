//! Money in pounds and pence.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in pence, never negative. Shown as `£80,000` or `£75.50`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pence(u64);

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount: write `£80,000` or `75.50`, up to £10,000,000,000")]
pub struct NotAnAmount(String);

/// Ten thousand million pounds: far over any council's budget, far under where a sum of many could overflow.
const PENCE_MAX: u64 = 1_000_000_000_000;

impl Pence {
    /// An amount of whole pounds.
    pub const fn pounds(pounds: u32) -> Pence {
        // A u32 of pounds is at most 4.3e11 pence, inside a u64.
        Pence(pounds as u64 * 100)
    }

    /// The amount in pence.
    pub const fn pence(self) -> u64 {
        self.0
    }

    /// Whether nothing is due.
    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }
}

impl Sum for Pence {
    fn sum<I: Iterator<Item = Pence>>(amounts: I) -> Pence {
        Pence(amounts.fold(0, |total, amount| total.saturating_add(amount.0)))
    }
}

impl fmt::Display for Pence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = (self.0 / 100).to_string();
        let mut grouped = String::from("£");
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        if !self.0.is_multiple_of(100) {
            grouped.push_str(&format!(".{:02}", self.0 % 100));
        }
        out.pad(&grouped)
    }
}

impl FromStr for Pence {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Pence, NotAnAmount> {
        let wrong = || NotAnAmount(text.chars().take(40).collect());
        let plain: String = text.trim().trim_start_matches('£').replace(',', "");
        let (pounds, pence) = plain.split_once('.').unwrap_or((&plain, "00"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(pounds) || !digits(pence) || pence.len() != 2 {
            return Err(wrong());
        }
        let pounds: u64 = pounds.parse().map_err(|_| wrong())?;
        let pence: u64 = pence.parse().map_err(|_| wrong())?;
        pounds
            .checked_mul(100)
            .and_then(|whole| whole.checked_add(pence))
            .filter(|total| *total <= PENCE_MAX)
            .map(Pence)
            .ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_the_council_way() {
        for (text, shown) in
            [("80000", "£80,000"), ("£75.50", "£75.50"), ("£1,234,567", "£1,234,567"), ("0", "£0"), ("999", "£999")]
        {
            assert_eq!(text.parse::<Pence>().unwrap().to_string(), shown);
        }
        for bad in ["", "£", "80k", "-5", "1.5", "99999999999999999999", "10000000001"] {
            assert!(bad.parse::<Pence>().is_err(), "{bad}");
        }
    }
}
