//! The register itself, its organisations and its people.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Register, Stamp};
use crate::day::Day;
use crate::reference::{OrganisationId, PersonId};
use crate::refusal::Refusal;
use crate::text::{Note, Title};
use crate::words::Role;

/// The opening entry: what this register is, whose key signs its checkpoints, and who gives the first roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterOpened {
    /// The name on every page.
    pub name: Title,
    /// The checkpoint origin (C2SP tlog-checkpoint): one line that no other ledger has.
    pub origin: Title,
    /// Whether the register tells a story instead of a council's own; then every output says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
    /// The public key that signs checkpoints and packs, as an OpenSSH public key line.
    pub key: Note,
    /// The roles of the person who opens it.
    pub roles: BTreeSet<Role>,
    /// What that person is called on a page.
    pub title: Title,
}

/// A council or other body joins the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationAdded {
    /// Its reference.
    pub id: OrganisationId,
    /// Its full name.
    pub name: Title,
}

/// A person joins the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonAdded {
    /// Their reference, a role name.
    pub id: PersonId,
    /// What a page calls them.
    pub title: Title,
    /// What they may do.
    pub roles: BTreeSet<Role>,
}

/// A person's roles are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolesChanged {
    /// Who.
    pub id: PersonId,
    /// All roles they hold from now on.
    pub roles: BTreeSet<Role>,
    /// Why.
    pub reason: Note,
}

/// A person leaves: they may write nothing more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonLeft {
    /// Who.
    pub id: PersonId,
    /// Their last day.
    pub on: Day,
}

/// A person as the register holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// What a page calls them.
    pub title: Title,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// Their last day, once they have left.
    pub left: Option<Day>,
}

/// Every role that writes anything at all. The first writes about people and no content.
pub(super) const WRITES: &[Role] = &[
    Role::Administrator,
    Role::SecurityOfficer,
    Role::ActionOwner,
    Role::Checker,
    Role::HeadOfIct,
    Role::Siro,
    Role::Signatory,
    Role::Section151,
    Role::InternalAuditor,
    Role::Tester,
];

impl Register {
    pub(super) fn check_opening(&self) -> Result<(), Refusal> {
        if self.opening.is_some() { Err(Refusal::OpenedAlready) } else { Ok(()) }
    }

    pub(super) fn open(&mut self, stamp: &Stamp<'_>, event: &RegisterOpened) {
        let mut roles = event.roles.clone();
        roles.insert(Role::Administrator);
        self.people.insert(stamp.by.clone(), Person { title: event.title.clone(), roles, left: None });
        self.opening = Some(event.clone());
    }

    pub(super) fn check_organisation(&self, stamp: &Stamp<'_>, event: &OrganisationAdded) -> Result<(), Refusal> {
        self.allow(stamp, &[Role::Administrator], "add organisations")?;
        self.free("organisation", &self.organisations, &event.id)
    }

    pub(super) fn check_person(&self, stamp: &Stamp<'_>, event: &PersonAdded) -> Result<(), Refusal> {
        self.allow(stamp, &[Role::Administrator], "add people")?;
        some("role", event.roles.len())?;
        self.free("person", &self.people, &event.id)
    }

    pub(super) fn check_roles(&self, stamp: &Stamp<'_>, event: &RolesChanged) -> Result<(), Refusal> {
        self.allow(stamp, &[Role::Administrator], "change roles")?;
        some("role", event.roles.len())?;
        let person = self.present(&event.id)?;
        if person.roles == event.roles {
            return Err(Refusal::NothingChanges);
        }
        self.keeps_an_administrator(&event.id, event.roles.contains(&Role::Administrator))
    }

    pub(super) fn check_leaving(&self, stamp: &Stamp<'_>, event: &PersonLeft) -> Result<(), Refusal> {
        self.allow(stamp, &[Role::Administrator], "record that people have left")?;
        self.present(&event.id)?;
        stamp.not_after_today("the last day", event.on)?;
        self.keeps_an_administrator(&event.id, false)
    }

    fn keeps_an_administrator(&self, changed: &PersonId, stays_one: bool) -> Result<(), Refusal> {
        let administers = |person: &Person| person.left.is_none() && person.roles.contains(&Role::Administrator);
        let others = self.people.iter().any(|(id, person)| id != changed && administers(person));
        if stays_one || others { Ok(()) } else { Err(Refusal::LastAdministrator { person: changed.clone() }) }
    }

    /// The person, if they are in the register and have not left.
    pub(super) fn present(&self, id: &PersonId) -> Result<&Person, Refusal> {
        let person = self.people.get(id).ok_or_else(|| Refusal::Unknown { noun: "person", id: id.to_string() })?;
        match person.left {
            Some(on) => Err(Refusal::PersonLeft { person: id.clone(), on }),
            None => Ok(person),
        }
    }

    /// Whether the writer may say something about what is their own: owned, added or accepted by them. Owning something
    /// gives no right to a person who keeps only people, only reads, or has left.
    pub(super) fn allow_own(&self, stamp: &Stamp<'_>, doing: &'static str) -> Result<(), Refusal> {
        let (_administrator, content) = WRITES.split_at(1);
        self.allow(stamp, content, doing)
    }

    /// Whether the writer holds one of `needs`.
    pub(super) fn allow(&self, stamp: &Stamp<'_>, needs: &'static [Role], doing: &'static str) -> Result<(), Refusal> {
        let person = self.present(stamp.by)?;
        if needs.iter().any(|role| person.roles.contains(role)) {
            Ok(())
        } else {
            Err(Refusal::NotAllowed { by: stamp.by.clone(), doing, needs })
        }
    }
}

/// Refuses an empty list.
pub(super) fn some(what: &'static str, count: usize) -> Result<(), Refusal> {
    if count == 0 { Err(Refusal::NoneNamed { what }) } else { Ok(()) }
}
