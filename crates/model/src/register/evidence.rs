//! Evidence: what shows the position at a date, who added it and who checked it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::carry::Carried;
use super::{CHECKS, Register, Stamp, Trace};
use crate::day::Day;
use crate::digest::Digest;
use crate::reference::{ActionId, EvidenceId, FindingId, OrganisationId, RequirementId};
use crate::refusal::Refusal;
use crate::text::{FolderPath, Note, Title};
use crate::words::{EvidenceKind, Marking, Role, Strength};

/// What an item of evidence is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// One or several files. The manifest lists each with its digest; its own digest names the whole.
    Files {
        /// SHA-256 of the manifest, itself kept as a blob.
        manifest: Digest,
        /// How many files.
        files: u64,
        /// Their bytes together.
        bytes: u64,
    },
    /// Files that stay where they are: too many to copy. Their digests were taken, so a change shows; their bytes are
    /// only there as long as the place keeps them.
    InPlace {
        /// SHA-256 of the manifest, itself kept as a blob.
        manifest: Digest,
        /// How many files.
        files: u64,
        /// Their bytes together.
        bytes: u64,
    },
    /// A record held elsewhere: a ticket number, an address. It counts once somebody else has confirmed it.
    Reference {
        /// Where it is.
        locator: Title,
    },
    /// Someone's word, written down.
    Said {
        /// What was said.
        words: Note,
    },
}

impl Content {
    /// The manifest that lists the files, if it is made of files.
    pub const fn manifest(&self) -> Option<&Digest> {
        match self {
            Content::Files { manifest, .. } | Content::InPlace { manifest, .. } => Some(manifest),
            Content::Reference { .. } | Content::Said { .. } => None,
        }
    }

    /// Whether the store keeps the bytes of its files.
    pub const fn keeps_bytes(&self) -> bool {
        matches!(self, Content::Files { .. })
    }
}

/// How the files of a folder were collected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    /// The folder, if its path is a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<FolderPath>,
    /// Which part of it.
    #[serde(default, skip_serializing_if = "Part::is_all")]
    pub part: Part,
    /// The evidence it goes on from: an earlier collection of the same place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<EvidenceId>,
}

/// Which part of a folder is collected. The default is all of it: one file system, links not followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Only what one of these patterns names, if there is any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Title>,
    /// Nothing that one of these patterns names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Title>,
    /// Whether links stand for what they point at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub follow_links: bool,
    /// Whether folders on which another file system is mounted are entered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_file_systems: bool,
}

impl Part {
    /// Whether it is everything, as far as nobody asks for more than the default.
    pub fn is_all(&self) -> bool {
        *self == Part::default()
    }
}

/// Evidence is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceAdded {
    /// Its reference.
    pub id: EvidenceId,
    /// What it is, in one line.
    pub title: Title,
    /// What kind of evidence it is.
    pub evidence_kind: EvidenceKind,
    /// What it is made of.
    pub content: Content,
    /// The day whose position it shows.
    pub shows: Day,
    /// The day it was collected.
    pub collected: Day,
    /// Whom it concerns.
    pub organisations: BTreeSet<OrganisationId>,
    /// Actions it supports.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub actions: BTreeSet<ActionId>,
    /// Findings it is about.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub findings: BTreeSet<FindingId>,
    /// Requirements it supports directly.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub requirements: BTreeSet<RequirementId>,
    /// How it must be handled.
    pub marking: Marking,
    /// Where this record comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Note>,
    /// Which folder was collected, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Collection>,
}

/// Evidence held already is used for something more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceLinked {
    /// The evidence.
    pub id: EvidenceId,
    /// Further actions.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub actions: BTreeSet<ActionId>,
    /// Further findings.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub findings: BTreeSet<FindingId>,
    /// Further requirements.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub requirements: BTreeSet<RequirementId>,
}

/// A second person says whether it shows what it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceChecked {
    /// The evidence.
    pub id: EvidenceId,
    /// Whether it does.
    pub accepted: bool,
    /// What was seen, or what is asked for instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// Evidence is taken back. Its digest stays in the ledger; its bytes may be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceWithdrawn {
    /// The evidence.
    pub id: EvidenceId,
    /// Why.
    pub reason: Note,
    /// Whether the bytes are removed too, as for personal data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
}

/// The latest check of an item of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Whether it shows what it should.
    pub accepted: bool,
    /// What was said.
    pub note: Option<Note>,
    /// Who and when.
    pub by: Trace,
}

/// Evidence as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What it is, in one line.
    pub title: Title,
    /// What kind of evidence it is.
    pub kind: EvidenceKind,
    /// What it is made of.
    pub content: Content,
    /// The day whose position it shows.
    pub shows: Day,
    /// The day it was collected.
    pub collected: Day,
    /// Whom it concerns.
    pub organisations: BTreeSet<OrganisationId>,
    /// Actions it supports.
    pub actions: BTreeSet<ActionId>,
    /// Findings it is about.
    pub findings: BTreeSet<FindingId>,
    /// Requirements it supports directly.
    pub requirements: BTreeSet<RequirementId>,
    /// How it must be handled.
    pub marking: Marking,
    /// Where this record comes from.
    pub provenance: Option<Note>,
    /// Which folder was collected, if one was. Left out of the register's own JSON where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<Collection>,
    /// Who added it.
    pub added: Trace,
    /// The latest check.
    pub check: Option<Check>,
    /// The requirements of other frameworks for which it is to be judged, or was. Left out of the register's own JSON
    /// while there is none, as it was before there could be any.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<RequirementId, Carried>,
    /// When it was taken back, and why.
    pub withdrawn: Option<(EvidenceWithdrawn, Trace)>,
    /// When its bytes were removed, where that was said later than that it is taken back. Left out of the register's own
    /// JSON while nobody has, as it was before anybody could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<(EvidenceWithdrawn, Trace)>,
}

impl Evidence {
    /// Whether a second person has accepted it and it has not been taken back.
    pub fn counts(&self) -> bool {
        self.withdrawn.is_none() && self.check.as_ref().is_some_and(|check| check.accepted)
    }

    /// Whether it waits for its first check.
    pub fn waits(&self) -> bool {
        self.withdrawn.is_none() && self.check.is_none()
    }

    /// The entry that says that its bytes are removed. Whether they are, only the store can tell.
    pub fn erasure(&self) -> Option<&(EvidenceWithdrawn, Trace)> {
        self.erased.as_ref().or(self.withdrawn.as_ref()).filter(|(event, _)| event.erased)
    }

    /// How far it goes: someone's word is weak whatever its kind says.
    pub fn strength(&self) -> Strength {
        match self.content {
            Content::Said { .. } => Strength::Weak,
            Content::Files { .. } | Content::InPlace { .. } | Content::Reference { .. } => self.kind.strength(),
        }
    }
}

/// Who may add evidence, link it, and propose that it be judged for something else.
pub(super) const ADDS: &[Role] = &[
    Role::SecurityOfficer,
    Role::ActionOwner,
    Role::Checker,
    Role::HeadOfIct,
    Role::Siro,
    Role::Section151,
    Role::InternalAuditor,
    Role::Tester,
];
const WITHDRAWS: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct];

impl Register {
    pub(super) fn check_evidence(&self, stamp: &Stamp<'_>, event: &EvidenceAdded) -> Result<(), Refusal> {
        self.allow(stamp, ADDS, "add evidence")?;
        self.free("evidence", &self.evidence, &event.id)?;
        self.known_organisations(&event.organisations)?;
        self.known_links(&event.actions, &event.findings, &event.requirements)?;
        stamp.not_after_today("the day it was collected", event.collected)?;
        if let Some(after) = event.collection.as_ref().and_then(|collection| collection.after.as_ref()) {
            self.check_follows(after, event)?;
        }
        if event.shows > event.collected {
            return Err(Refusal::WrongOrder {
                earlier_what: "the day it shows",
                earlier: event.shows,
                later_what: "the day it was collected",
                later: event.collected,
            });
        }
        Ok(())
    }

    /// A collection goes on from another collection, and was not collected before it.
    fn check_follows(&self, after: &EvidenceId, event: &EvidenceAdded) -> Result<(), Refusal> {
        let held = self.evidence.get(after);
        let held = held.ok_or_else(|| Refusal::Unknown { noun: "evidence", id: after.to_string() })?;
        if held.content.manifest().is_none() || event.content.manifest().is_none() {
            return Err(Refusal::NotFiles { evidence: after.clone() });
        }
        if held.collected > event.collected {
            return Err(Refusal::WrongOrder {
                earlier_what: "the day the earlier collection was made",
                earlier: held.collected,
                later_what: "the day this one was",
                later: event.collected,
            });
        }
        Ok(())
    }

    pub(super) fn add_evidence(&mut self, trace: Trace, event: &EvidenceAdded) {
        let held = Evidence {
            title: event.title.clone(),
            kind: event.evidence_kind,
            content: event.content.clone(),
            shows: event.shows,
            collected: event.collected,
            organisations: event.organisations.clone(),
            actions: BTreeSet::new(),
            findings: BTreeSet::new(),
            requirements: BTreeSet::new(),
            marking: event.marking,
            provenance: event.provenance.clone(),
            collection: event.collection.clone(),
            added: trace,
            check: None,
            carried: BTreeMap::new(),
            withdrawn: None,
            erased: None,
        };
        self.evidence.insert(event.id.clone(), held);
        self.link(&event.id, &event.actions, &event.findings, &event.requirements);
    }

    pub(super) fn check_link(&self, stamp: &Stamp<'_>, event: &EvidenceLinked) -> Result<(), Refusal> {
        self.allow(stamp, ADDS, "link evidence")?;
        let held = self.standing_evidence(&event.id)?;
        self.known_links(&event.actions, &event.findings, &event.requirements)?;
        let nothing_new = event.actions.is_subset(&held.actions)
            && event.findings.is_subset(&held.findings)
            && event.requirements.is_subset(&held.requirements);
        if nothing_new { Err(Refusal::NothingChanges) } else { Ok(()) }
    }

    /// What a check accepted was the evidence for what it was linked to; used for something more, it waits for a check
    /// again, unless the person who links it may check it and did not add it.
    pub(super) fn use_for_more(&mut self, stamp: &Stamp<'_>, event: &EvidenceLinked) {
        self.link(&event.id, &event.actions, &event.findings, &event.requirements);
        let checks = self.allow(stamp, CHECKS, "check evidence").is_ok();
        if let Some(held) = self.evidence.get_mut(&event.id)
            && (!checks || &held.added.by == stamp.by)
        {
            held.check = None;
        }
    }

    fn link(
        &mut self,
        id: &EvidenceId,
        actions: &BTreeSet<ActionId>,
        findings: &BTreeSet<FindingId>,
        requirements: &BTreeSet<RequirementId>,
    ) {
        for action in actions {
            if let Some(action) = self.actions.get_mut(action) {
                action.evidence.insert(id.clone());
            }
        }
        for finding in findings {
            if let Some(finding) = self.findings.get_mut(finding) {
                finding.evidence.insert(id.clone());
            }
        }
        if let Some(held) = self.evidence.get_mut(id) {
            held.actions.extend(actions.iter().cloned());
            held.findings.extend(findings.iter().cloned());
            held.requirements.extend(requirements.iter().cloned());
        }
    }

    fn known_links(
        &self,
        actions: &BTreeSet<ActionId>,
        findings: &BTreeSet<FindingId>,
        requirements: &BTreeSet<RequirementId>,
    ) -> Result<(), Refusal> {
        actions.iter().try_for_each(|id| self.action(id).map(|_| ()))?;
        findings.iter().try_for_each(|id| self.finding(id).map(|_| ()))?;
        self.known_requirements(requirements)
    }

    pub(super) fn check_evidence_check(&self, stamp: &Stamp<'_>, event: &EvidenceChecked) -> Result<(), Refusal> {
        self.allow(stamp, CHECKS, "check evidence")?;
        let held = self.standing_evidence(&event.id)?;
        if &held.added.by == stamp.by {
            let what = format!("`{}`", event.id);
            return Err(Refusal::OwnWork { person: stamp.by.clone(), did: "added", what });
        }
        Ok(())
    }

    pub(super) fn record_check(&mut self, trace: Trace, event: &EvidenceChecked) {
        if let Some(held) = self.evidence.get_mut(&event.id) {
            held.check = Some(Check { accepted: event.accepted, note: event.note.clone(), by: trace });
        }
    }

    /// What was taken back can be taken back once more only to remove its bytes, which it kept so far.
    pub(super) fn check_evidence_withdrawal(
        &self,
        stamp: &Stamp<'_>,
        event: &EvidenceWithdrawn,
    ) -> Result<(), Refusal> {
        let unknown = || Refusal::Unknown { noun: "evidence", id: event.id.to_string() };
        let held = self.evidence.get(&event.id).ok_or_else(unknown)?;
        if &held.added.by == stamp.by {
            self.allow_own(stamp, "withdraw evidence")?;
        } else {
            self.allow(stamp, WITHDRAWS, "withdraw another person's evidence")?;
        }
        let erases = event.erased && held.erasure().is_none();
        if held.withdrawn.is_none() || erases { Ok(()) } else { Err(Refusal::Withdrawn { evidence: event.id.clone() }) }
    }

    pub(super) fn withdraw_evidence(&mut self, trace: Trace, event: &EvidenceWithdrawn) {
        if let Some(held) = self.evidence.get_mut(&event.id) {
            let place = if held.withdrawn.is_none() { &mut held.withdrawn } else { &mut held.erased };
            *place = Some((event.clone(), trace));
        }
    }

    /// The evidence, if it has not been taken back.
    pub(super) fn standing_evidence(&self, id: &EvidenceId) -> Result<&Evidence, Refusal> {
        let held = self.evidence.get(id).ok_or_else(|| Refusal::Unknown { noun: "evidence", id: id.to_string() })?;
        if held.withdrawn.is_some() { Err(Refusal::Withdrawn { evidence: id.clone() }) } else { Ok(held) }
    }
}
