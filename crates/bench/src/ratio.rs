//! The arithmetic: a median with the smallest and the largest beside it, and ratios taken pair by pair.

use serde::Serialize;

/// The middle of some figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of at least one figure; `None` of none. Of an even number, the median is the mean of the two in the middle.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let half = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) };
        Some(Spread { median, min, max })
    }

    /// The spread of `tool / yardstick` over pairs that were run one right after the other. Never the ratio of two
    /// medians: that would put a slow minute of the machine on one side only. A pair whose yardstick is nought is
    /// no pair.
    pub(crate) fn of_ratios(pairs: impl IntoIterator<Item = (f64, f64)>) -> Option<Spread> {
        Spread::of(
            pairs.into_iter().filter(|(_, yardstick)| *yardstick > 0.0).map(|(tool, yardstick)| tool / yardstick),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(median: f64, min: f64, max: f64) -> Option<Spread> {
        Some(Spread { median, min, max })
    }

    #[test]
    fn the_median_is_the_middle_one_or_the_mean_of_two() {
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([4.0]), spread(4.0, 4.0, 4.0));
        assert_eq!(Spread::of([9.0, 1.0, 2.0]), spread(2.0, 1.0, 9.0));
        assert_eq!(Spread::of([8.0, 1.0, 2.0, 4.0]), spread(3.0, 1.0, 8.0));
    }

    #[test]
    fn ratios_are_taken_pair_by_pair() {
        // A machine that halves its speed for the second pair: the tool is three times the yardstick both times.
        let pairs = [(3.0, 1.0), (6.0, 2.0), (3.0, 1.0)];
        assert_eq!(Spread::of_ratios(pairs), spread(3.0, 3.0, 3.0));
        // The ratio of the medians would be 6 / 2 = 3 here; the median of the ratios is what most pairs say.
        let pairs = [(6.0, 1.0), (6.0, 2.0), (2.0, 4.0)];
        assert_eq!(Spread::of_ratios(pairs), spread(3.0, 0.5, 6.0));
        let pairs = [(8.0, 1.0), (2.0, 2.0), (9.0, 3.0), (8.0, 8.0)];
        assert_eq!(Spread::of_ratios(pairs), spread(2.0, 1.0, 8.0));
    }

    #[test]
    fn a_yardstick_of_nought_is_no_yardstick() {
        assert_eq!(Spread::of_ratios([(1.0, 0.0)]), None);
        assert_eq!(Spread::of_ratios([(1.0, 0.0), (4.0, 2.0)]), spread(2.0, 2.0, 2.0));
    }
}
