//! How long evidence is kept: the council's own retention schedule, line by line. A rule says when evidence may go and never
//! that it goes: nothing here removes anything. Since it allows what cannot be taken back, it counts only once a second
//! person has agreed with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::evidence::{Check, Evidence};
use super::{CHECKS, Register, Stamp, Trace};
use crate::reference::RetentionId;
use crate::refusal::Refusal;
use crate::text::Note;
use crate::words::{EvidenceKind, Marking, RetentionStart, Role};

/// A rule of retention is set; again, to replace it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSet {
    /// Its reference.
    pub id: RetentionId,
    /// The kinds of evidence it is about; every kind when empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<EvidenceKind>,
    /// The markings it is about; every marking when empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub markings: BTreeSet<Marking>,
    /// How long.
    pub keep: Keep,
    /// The line of the council's schedule, or the minute, that it comes from.
    pub authority: Note,
    /// Why it is so.
    pub reason: Note,
}

/// How long evidence is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Keep {
    /// Whole years, 1 to 100.
    Years {
        /// How many.
        years: u8,
        /// After which day.
        after: RetentionStart,
    },
    /// For ever.
    Ever,
}

/// A second person agrees with a rule of retention, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionChecked {
    /// The rule.
    pub id: RetentionId,
    /// Whether they agree.
    pub accepted: bool,
    /// What they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// A rule of retention as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retention {
    /// The entry's content.
    pub event: RetentionSet,
    /// The entry.
    pub set: Trace,
    /// The check.
    pub check: Option<Check>,
}

impl Retention {
    /// Whether a second person has agreed with it.
    pub fn counts(&self) -> bool {
        self.check.as_ref().is_some_and(|check| check.accepted)
    }

    /// Whether it is about an item of evidence.
    pub fn covers(&self, evidence: &Evidence) -> bool {
        let RetentionSet { kinds, markings, .. } = &self.event;
        (kinds.is_empty() || kinds.contains(&evidence.kind))
            && (markings.is_empty() || markings.contains(&evidence.marking))
    }
}

/// Who sets them: those who keep the register, and the senior information risk owner.
const SETS: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct, Role::Siro];

/// Longest time in years. Public records open to the public after 20; a schedule that says more than a hundred means for
/// ever.
const YEARS_MAX: u8 = 100;

impl Register {
    pub(super) fn check_retention(&self, stamp: &Stamp<'_>, event: &RetentionSet) -> Result<(), Refusal> {
        self.allow(stamp, SETS, "set rules of retention")?;
        match event.keep {
            Keep::Years { years: 0, .. } => return Err(Refusal::NoneNamed { what: "year" }),
            Keep::Years { years, .. } if years > YEARS_MAX => {
                return Err(Refusal::TooMany { what: "years", count: years.into(), max: YEARS_MAX.into() });
            }
            Keep::Years { .. } | Keep::Ever => {}
        }
        let held = self.retention.get(&event.id);
        if held.is_some_and(|held| &held.event == event) { Err(Refusal::NothingChanges) } else { Ok(()) }
    }

    pub(super) fn set_retention(&mut self, trace: Trace, event: &RetentionSet) {
        // Another rule under the same name is agreed with anew.
        let held = Retention { event: event.clone(), set: trace, check: None };
        self.retention.insert(event.id.clone(), held);
    }

    pub(super) fn check_retention_check(&self, stamp: &Stamp<'_>, event: &RetentionChecked) -> Result<(), Refusal> {
        self.allow(stamp, CHECKS, "check rules of retention")?;
        let unknown = || Refusal::Unknown { noun: "retention rule", id: event.id.to_string() };
        let held = self.retention.get(&event.id).ok_or_else(unknown)?;
        let what = format!("the retention rule `{}`", event.id);
        if held.check.is_some() {
            return Err(Refusal::NothingToCheck { what });
        }
        if &held.set.by == stamp.by {
            return Err(Refusal::OwnWork { person: stamp.by.clone(), did: "set", what });
        }
        Ok(())
    }

    pub(super) fn check_off_retention(&mut self, trace: Trace, event: &RetentionChecked) {
        if let Some(held) = self.retention.get_mut(&event.id) {
            held.check = Some(Check { accepted: event.accepted, note: event.note.clone(), by: trace });
        }
    }
}
