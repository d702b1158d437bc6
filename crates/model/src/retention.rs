//! What may be disposed of on a day and by which rule, and what must be kept and why. It disposes of nothing and decides
//! nothing: whoever takes evidence back does. What any answer, open work or pack in use still rests on is kept whatever a
//! rule says, because taking it back would change what the council can show.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::day::Day;
use crate::readiness::{AskedBy, Ground, Readiness};
use crate::reference::{ActionId, EvidenceId, FindingId, OrganisationId, PackId, RetentionId, SchemeId};
use crate::register::Register;
use crate::register::action::ActionState;
use crate::register::evidence::{Content, Evidence};
use crate::register::outcome::Pack;
use crate::register::retention::{Keep, Retention};
use crate::words::{EvidenceKind, RetentionStart};

/// An item of evidence whose bytes the register holds, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retained {
    /// The evidence.
    pub evidence: EvidenceId,
    /// The rules that have run out, each with the first day on which it let go.
    pub over: Vec<(RetentionId, Day)>,
    /// Why it must be kept; nothing when it may be disposed of.
    pub kept: Vec<Reason>,
}

impl Retained {
    /// Whether it may be disposed of.
    pub fn may_go(&self) -> bool {
        self.kept.is_empty()
    }
}

/// Why evidence must be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum Reason {
    /// No rule is about it.
    NoRule,
    /// Nobody but who set it has agreed with the rule.
    RuleUnchecked {
        /// Which.
        rule: RetentionId,
    },
    /// The rule keeps it for ever.
    ForEver {
        /// Which.
        rule: RetentionId,
    },
    /// The rule has not run out.
    NotYet {
        /// Which.
        rule: RetentionId,
        /// The first day on which it lets go.
        until: Day,
    },
    /// What the rule counts from has not happened.
    NotBegun {
        /// Which.
        rule: RetentionId,
        /// What it counts from.
        after: RetentionStart,
    },
    /// It shows work that is not finished.
    OpenAction {
        /// Which.
        action: ActionId,
    },
    /// It is about a finding that has not ended.
    OpenFinding {
        /// Which.
        finding: FindingId,
    },
    /// The check of a finished action rests on it: without it the action is open again.
    ClosedAction {
        /// Which.
        action: ActionId,
    },
    /// A re-test rests on it.
    Retest {
        /// Of which finding.
        finding: FindingId,
    },
    /// It still counts for a scheme in force.
    Counts {
        /// Which.
        scheme: SchemeId,
        /// For whom.
        organisation: OrganisationId,
        /// The gate or the requirement.
        asked_by: AskedBy,
    },
    /// The signature in force rests on it.
    SignedForm {
        /// Under which scheme.
        scheme: SchemeId,
        /// For whom.
        organisation: OrganisationId,
    },
    /// It is in the pack in use: the latest of its scheme, or the one a certificate in force was granted on.
    InPack {
        /// Which.
        pack: PackId,
    },
    /// It is the newest of its kind.
    Newest {
        /// The kind.
        kind: EvidenceKind,
        /// For whom.
        organisation: OrganisationId,
    },
}

/// What becomes of every item of evidence on a day. `answers` are those of every scheme in force on that day.
pub fn retention(register: &Register, answers: &[&Readiness], on: Day) -> Vec<Retained> {
    let counting = counting(answers);
    let newest = newest(register);
    let held = register
        .evidence
        .iter()
        .filter(|(_, held)| matches!(held.content, Content::Files { .. }) && held.erasure().is_none());
    let mut found = Vec::new();
    for (id, evidence) in held {
        let (over, mut kept) = by_rules(register, evidence, on);
        if evidence.withdrawn.is_none() {
            kept.extend(used(register, id, evidence, on));
            for (scheme, organisation, asked_by) in counting.get(id).into_iter().flatten() {
                let (scheme, organisation) = ((*scheme).clone(), (*organisation).clone());
                kept.push(Reason::Counts { scheme, organisation, asked_by: asked_by.clone() });
            }
            for organisation in &evidence.organisations {
                if newest.get(&(organisation, evidence.kind)) == Some(&id) {
                    kept.push(Reason::Newest { kind: evidence.kind, organisation: organisation.clone() });
                }
            }
        }
        let packs = in_use(register, evidence, on).into_iter();
        kept.extend(packs.map(|pack| Reason::InPack { pack: pack.clone() }));
        found.push(Retained { evidence: id.clone(), over, kept });
    }
    found
}

/// The rules that have run out, and what the others say. Every rule about it must have run out: the longest decides.
fn by_rules(register: &Register, evidence: &Evidence, on: Day) -> (Vec<(RetentionId, Day)>, Vec<Reason>) {
    let (mut over, mut kept) = (Vec::new(), Vec::new());
    for (id, rule) in register.retention.iter().filter(|(_, rule)| rule.covers(evidence)) {
        match lets_go(register, evidence, rule) {
            Ok(day) if day <= on && rule.counts() => over.push((id.clone(), day)),
            Ok(day) if day <= on => kept.push(Reason::RuleUnchecked { rule: id.clone() }),
            Ok(until) => kept.push(Reason::NotYet { rule: id.clone(), until }),
            Err(None) => kept.push(Reason::ForEver { rule: id.clone() }),
            Err(Some(after)) => kept.push(Reason::NotBegun { rule: id.clone(), after }),
        }
    }
    if over.is_empty() && kept.is_empty() {
        kept.push(Reason::NoRule);
    }
    (over, kept)
}

/// The first day on which a rule lets go of an item; what it waits for, or nothing where it never does.
fn lets_go(register: &Register, evidence: &Evidence, rule: &Retention) -> Result<Day, Option<RetentionStart>> {
    let Keep::Years { years, after } = rule.event.keep else { return Err(None) };
    let from = match after {
        RetentionStart::Shown => Some(evidence.shows),
        RetentionStart::Withdrawal => evidence.withdrawn.as_ref().map(|(_, trace)| trace.on),
        RetentionStart::Certificate => certificate_end(register, evidence),
    };
    from.map(|from| from.plus_years(years)).ok_or(Some(after))
}

/// The day on which the certificate that evidence supported ended: of each scheme and organisation, the first that begins
/// on or after the day of the first pack that held it. Later ones rest on it only while it counts, and then that keeps it.
fn certificate_end(register: &Register, evidence: &Evidence) -> Option<Day> {
    let mut first: BTreeMap<(&SchemeId, &OrganisationId), Day> = BTreeMap::new();
    for (_, pack) in register.packs_with(evidence) {
        for organisation in pack.event.organisations.intersection(&evidence.organisations) {
            let day = first.entry((&pack.event.scheme, organisation)).or_insert(pack.event.on);
            *day = pack.event.on.min(*day);
        }
    }
    let ends = first.into_iter().filter_map(|((scheme, organisation), day)| {
        let granted = register.certificates.values().filter(|held| {
            &held.event.scheme == scheme && held.event.organisations.contains(organisation) && held.event.from >= day
        });
        let supported = granted.min_by_key(|held| (held.event.from, &held.event.id))?;
        Some(supported.withdrawn.as_ref().map_or(supported.event.until, |(event, _)| event.on))
    });
    ends.max()
}

type Counting<'a> = BTreeMap<&'a EvidenceId, Vec<(&'a SchemeId, &'a OrganisationId, AskedBy)>>;

/// The evidence on which the answers rest.
fn counting<'a>(answers: &[&'a Readiness]) -> Counting<'a> {
    let mut found: Counting<'a> = BTreeMap::new();
    for answer in answers {
        let gates = answer.gates.iter().map(|gate| (AskedBy::Gate(gate.id.clone()), &gate.grounds));
        let requirements =
            answer.requirements.iter().map(|held| (AskedBy::Requirement(held.id.clone()), &held.grounds));
        for (by, grounds) in gates.chain(requirements) {
            for ground in grounds {
                if let Ground::Evidence { id, .. } = ground {
                    found.entry(id).or_default().push((&answer.scheme, &answer.organisation, by.clone()));
                }
            }
        }
    }
    found
}

/// The newest item of each kind for each organisation that has not been taken back.
fn newest(register: &Register) -> BTreeMap<(&OrganisationId, EvidenceKind), &EvidenceId> {
    let mut found: BTreeMap<(&OrganisationId, EvidenceKind), (Day, &EvidenceId)> = BTreeMap::new();
    for (id, evidence) in register.evidence.iter().filter(|(_, evidence)| evidence.withdrawn.is_none()) {
        for organisation in &evidence.organisations {
            let held = found.entry((organisation, evidence.kind)).or_insert((evidence.shows, id));
            *held = (*held).max((evidence.shows, id));
        }
    }
    found.into_iter().map(|(key, (_, id))| (key, id)).collect()
}

/// The work, findings, re-tests and signatures that rest on it.
fn used(register: &Register, id: &EvidenceId, evidence: &Evidence, on: Day) -> Vec<Reason> {
    let mut found = Vec::new();
    for action in &evidence.actions {
        let Some(held) = register.actions.get(action) else { continue };
        if register.is_unfinished(held) {
            found.push(Reason::OpenAction { action: action.clone() });
        } else if matches!(held.state, ActionState::Verified { .. })
            && register.grounds(held).any(|ground| ground == id)
        {
            found.push(Reason::ClosedAction { action: action.clone() });
        }
    }
    for (finding, held) in &register.findings {
        let retests = held.hosts.values().flat_map(|host| host.fixed.iter().chain(&host.still_there));
        if retests.into_iter().any(|retest| &retest.evidence == id) {
            found.push(Reason::Retest { finding: finding.clone() });
        }
        let open = || register.finding_standing(finding, held, on, crate::standing::Lens::Verified).is_open();
        if evidence.findings.contains(finding) && open() {
            found.push(Reason::OpenFinding { finding: finding.clone() });
        }
    }
    for (scheme, held) in &register.schemes {
        for (organisation, signed) in &held.signatures {
            if signed.event.form.as_ref() == Some(id) {
                found.push(Reason::SignedForm { scheme: scheme.clone(), organisation: organisation.clone() });
            }
        }
    }
    found
}

/// The packs in use that hold it: of each scheme and organisation the latest, and the latest from before each certificate
/// in force.
fn in_use<'a>(register: &'a Register, evidence: &'a Evidence, on: Day) -> BTreeSet<&'a PackId> {
    let holding: BTreeMap<&PackId, &Pack> = register.packs_with(evidence).collect();
    let mut found = BTreeSet::new();
    for (id, pack) in holding {
        let about = |other: &Pack, organisation: &OrganisationId| {
            other.event.scheme == pack.event.scheme && other.event.organisations.contains(organisation)
        };
        for organisation in pack.event.organisations.intersection(&evidence.organisations) {
            let later = |other: &&Pack| about(other, organisation) && other.event.known > pack.event.known;
            let is_latest_by = |day: Day| {
                pack.event.on <= day && !register.packs.values().filter(later).any(|other| other.event.on <= day)
            };
            let certified = register.certificates.values().any(|held| {
                let ended = held.withdrawn.is_some() || held.event.until < on;
                held.event.scheme == pack.event.scheme
                    && held.event.organisations.contains(organisation)
                    && !ended
                    && is_latest_by(held.event.from)
            });
            if certified || !register.packs.values().any(|other| later(&other)) {
                found.insert(id);
            }
        }
    }
    found
}
