//! What comes out at the end: certificates granted, and packs handed over.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::{Register, Stamp, Trace};
use crate::day::Day;
use crate::digest::Digest;
use crate::reference::{CertificateId, OrganisationId, PackId, SchemeId};
use crate::refusal::Refusal;
use crate::size::LogSize;
use crate::text::{Note, Title};
use crate::words::Role;

/// A certificate is granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateIssued {
    /// Its reference.
    pub id: CertificateId,
    /// The scheme.
    pub scheme: SchemeId,
    /// Who holds it.
    pub organisations: BTreeSet<OrganisationId>,
    /// Who granted it.
    pub issuer: Title,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// Where this record comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Note>,
}

/// A certificate is taken away, as it can be on any day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateWithdrawn {
    /// The certificate.
    pub id: CertificateId,
    /// When.
    pub on: Day,
    /// Why.
    pub reason: Note,
}

/// A pack is built. It is tied to the ledger as it stood before this entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackBuilt {
    /// Its reference.
    pub id: PackId,
    /// The scheme it is for.
    pub scheme: SchemeId,
    /// Whom it is about.
    pub organisations: BTreeSet<OrganisationId>,
    /// The day it is judged on.
    pub on: Day,
    /// How many entries it knows.
    pub known: LogSize,
    /// SHA-256 of its tag manifest, which covers every byte of it.
    pub tag_manifest: Digest,
}

/// A certificate as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The entry's content.
    pub event: CertificateIssued,
    /// The entry.
    pub recorded: Trace,
    /// How it was taken away.
    pub withdrawn: Option<(CertificateWithdrawn, Trace)>,
}

/// A pack as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pack {
    /// The entry's content.
    pub event: PackBuilt,
    /// The entry.
    pub recorded: Trace,
}

const RECORDS: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct];

impl Register {
    pub(super) fn check_certificate(&self, stamp: &Stamp<'_>, event: &CertificateIssued) -> Result<(), Refusal> {
        self.allow(stamp, RECORDS, "record certificates")?;
        self.free("certificate", &self.certificates, &event.id)?;
        self.known_organisations(&event.organisations)?;
        event.organisations.iter().try_for_each(|organisation| self.scheme_for(&event.scheme, organisation))?;
        if event.until < event.from {
            return Err(Refusal::WrongOrder {
                earlier_what: "the certificate's first day",
                earlier: event.from,
                later_what: "its last day",
                later: event.until,
            });
        }
        Ok(())
    }

    pub(super) fn check_certificate_end(&self, stamp: &Stamp<'_>, event: &CertificateWithdrawn) -> Result<(), Refusal> {
        self.allow(stamp, RECORDS, "record that a certificate was withdrawn")?;
        let unknown = || Refusal::Unknown { noun: "certificate", id: event.id.to_string() };
        let held = self.certificates.get(&event.id).filter(|held| held.withdrawn.is_none()).ok_or_else(unknown)?;
        stamp.not_after_today("the day of withdrawal", event.on)?;
        if event.on < held.event.from {
            return Err(Refusal::WrongOrder {
                earlier_what: "the certificate's first day",
                earlier: held.event.from,
                later_what: "the day of withdrawal",
                later: event.on,
            });
        }
        Ok(())
    }

    pub(super) fn end_certificate(&mut self, trace: Trace, event: &CertificateWithdrawn) {
        if let Some(held) = self.certificates.get_mut(&event.id) {
            held.withdrawn = Some((event.clone(), trace));
        }
    }

    /// The packs that hold an item of evidence as far as the entries can tell: built for somebody it concerns, after it was
    /// added and before it was taken back. One that a check had refused by then was left out and is named all the same.
    pub fn packs_with<'a>(&'a self, evidence: &'a Evidence) -> impl Iterator<Item = (&'a PackId, &'a Pack)> {
        self.packs.iter().filter(move |(_, pack)| {
            let known = |trace: &Trace| trace.entry.index() < pack.event.known.count();
            known(&evidence.added)
                && !evidence.withdrawn.as_ref().is_some_and(|(_, trace)| known(trace))
                && !pack.event.organisations.is_disjoint(&evidence.organisations)
        })
    }

    pub(super) fn check_pack(&self, stamp: &Stamp<'_>, event: &PackBuilt) -> Result<(), Refusal> {
        self.allow(stamp, RECORDS, "build packs")?;
        self.free("pack", &self.packs, &event.id)?;
        self.known_organisations(&event.organisations)?;
        event.organisations.iter().try_for_each(|organisation| self.scheme_for(&event.scheme, organisation))
    }
}
