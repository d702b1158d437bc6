//! Until when evidence stays valid, and by which rule: the one place that says so. Readiness, `lint`, the calendar, carrying
//! and retention all ask here, so that none of them can think another day. It knows no register and no day of its own.

use std::borrow::Cow;

use serde::Serialize;

use super::{EvidenceRule, GateRule, Scheme, TimeLimit};
use crate::day::Day;
use crate::reference::RequirementNumber;
use crate::words::{EvidenceKind, Strength};

/// What in a scheme asks for evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking<'a> {
    /// A gate, by its code.
    Gate(&'a str),
    /// A requirement, by its number.
    Requirement(&'a RequirementNumber),
}

/// How long something stays valid by one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Validity {
    /// The day from which its age counts: the day it shows.
    pub since: Day,
    /// The rule's limit; none when it stays valid for ever.
    pub limit: Option<TimeLimit>,
    /// The first day on which it is no longer valid.
    pub ends: Option<Day>,
}

impl Validity {
    /// Whether it is over on a day.
    pub fn is_over(&self, on: Day) -> bool {
        self.ends.is_some_and(|ends| ends <= on)
    }
}

impl EvidenceRule {
    /// How long evidence that shows the position at `shows` stays valid by this rule.
    pub fn validity(&self, shows: Day) -> Validity {
        Validity { since: shows, limit: self.within, ends: self.within.map(|limit| limit.after(shows)) }
    }

    /// The earliest day that evidence may show to be valid still on `on`; none when any day will do.
    pub fn earliest_for(&self, on: Day) -> Option<Day> {
        self.within.map(|limit| limit.earliest_for(on))
    }
}

impl Scheme {
    /// The rules by which a gate or a requirement asks for evidence. A gate that judges something else has none; a
    /// requirement that the scheme does not list has one that takes whatever is more than someone's word.
    pub fn asks(&self, asking: Asking<'_>) -> Cow<'_, [EvidenceRule]> {
        match asking {
            Asking::Gate(id) => {
                let rules = self.gates.iter().filter(|gate| gate.id == id).filter_map(|gate| match &gate.rule {
                    GateRule::Evidence { any_of, within } => {
                        Some(EvidenceRule { any_of: any_of.clone(), within: *within })
                    }
                    _ => None,
                });
                rules.collect()
            }
            Asking::Requirement(number) => match self.evidence.get(number) {
                Some(rules) => rules.as_slice().into(),
                None => {
                    let any_of = EvidenceKind::ALL.iter().copied().filter(|kind| kind.strength() >= Strength::Medium);
                    Cow::Owned(vec![EvidenceRule { any_of: any_of.collect(), within: None }])
                }
            },
        }
    }

    /// How long evidence of a kind that shows the position at `shows` stays valid for a gate or a requirement, by each
    /// of its rules that takes the kind.
    pub fn validity(&self, asking: Asking<'_>, kind: EvidenceKind, shows: Day) -> Vec<Validity> {
        self.asks(asking).iter().filter(|rule| rule.any_of.contains(&kind)).map(|rule| rule.validity(shows)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits() -> impl Strategy<Value = Option<TimeLimit>> {
        prop_oneof![
            Just(None),
            (1..=3_653_u16).prop_map(|days| Some(TimeLimit::Days(days))),
            (1..=120_u8).prop_map(|months| Some(TimeLimit::Months(months))),
        ]
    }

    fn days() -> impl Strategy<Value = Day> {
        (0..40_000_u16).prop_map(|later| Day::of(1990, 1, 1).unwrap().plus_days(later))
    }

    proptest! {
        /// What is over stays over, and the last valid day is the day before it ends.
        #[test]
        fn a_day_later_never_makes_stale_evidence_valid(shows in days(), on in days(), within in limits()) {
            let rule = EvidenceRule { any_of: EvidenceKind::ALL.iter().copied().collect(), within };
            let validity = rule.validity(shows);
            prop_assert!(!validity.is_over(on) || validity.is_over(on.plus_days(1)));
            prop_assert_eq!(validity.ends.is_none(), within.is_none());
            if let Some(ends) = validity.ends {
                prop_assert!(validity.is_over(ends) && !validity.is_over(ends.minus_days(1)));
            }
        }

        /// A later day shown is never over before an earlier one.
        #[test]
        fn newer_evidence_lasts_at_least_as_long(shows in days(), later in 0..4_000_u16, on in days(), within in limits()) {
            let rule = EvidenceRule { any_of: EvidenceKind::ALL.iter().copied().collect(), within };
            let (older, newer) = (rule.validity(shows), rule.validity(shows.plus_days(later)));
            prop_assert!(older.is_over(on) || !newer.is_over(on));
        }

        /// The window for collecting begins exactly where it says: on its first day it would do, the day before it
        /// would not.
        #[test]
        fn the_earliest_day_will_do_and_the_day_before_will_not(on in days(), within in limits()) {
            let rule = EvidenceRule { any_of: EvidenceKind::ALL.iter().copied().collect(), within };
            match rule.earliest_for(on) {
                None => prop_assert_eq!(within, None),
                Some(earliest) => {
                    prop_assert!(!rule.validity(earliest).is_over(on));
                    prop_assert!(rule.validity(earliest.minus_days(1)).is_over(on));
                    prop_assert!(earliest <= on);
                }
            }
        }
    }

    #[test]
    fn the_window_is_told_with_the_calendar_s_own_month_ends() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let earliest = |limit: TimeLimit, on: &str| limit.earliest_for(day(on)).iso();
        // What shows 31 August is six months old on the last day of February.
        assert_eq!(earliest(TimeLimit::Months(6), "2019-02-28"), "2018-09-01");
        assert_eq!(earliest(TimeLimit::Months(6), "2019-03-31"), "2018-10-01");
        assert_eq!(earliest(TimeLimit::Months(12), "2027-03-31"), "2026-04-01");
        assert_eq!(earliest(TimeLimit::Days(14), "2026-03-15"), "2026-03-02");
    }
}
