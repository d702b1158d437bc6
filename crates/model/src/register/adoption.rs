//! Frameworks and schemes: adopting one names the digest of the file that was adopted, so that an old answer is always
//! judged by the requirements that were in force.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::people::some;
use super::{Register, Stamp, Trace};
use crate::day::Day;
use crate::digest::Digest;
use crate::reference::{
    EvidenceId, FrameworkId, IndicatorId, OrganisationId, PersonId, RequirementId, RequirementNumber, SchemeId,
};
use crate::refusal::Refusal;
use crate::text::{Note, Title};
use crate::words::{ForeignFormat, Role};

/// A published version of a framework is adopted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameworkAdopted {
    /// Its reference, with the version.
    pub id: FrameworkId,
    /// Its title as published.
    pub title: Title,
    /// Its version as published.
    pub version: Title,
    /// SHA-256 of the OSCAL catalog file, kept as a blob.
    pub digest: Digest,
    /// The numbers of its requirements, so that every later reference can be checked without the file.
    pub requirements: BTreeSet<RequirementNumber>,
    /// The indicators of each requirement that has any, so that every answer can be checked without the file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<RequirementNumber, BTreeSet<IndicatorId>>,
    /// The file the catalog was made of, when it was of another format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<Original>,
}

/// A file as somebody brought it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Original {
    /// Its format.
    pub format: ForeignFormat,
    /// Its name, without its folder.
    pub file: Title,
    /// SHA-256 of its bytes, kept as a blob.
    pub digest: Digest,
}

/// A scheme is adopted for one or several organisations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemeAdopted {
    /// Its reference.
    pub id: SchemeId,
    /// Its title.
    pub title: Title,
    /// The framework whose requirements it judges, if it judges any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<FrameworkId>,
    /// SHA-256 of the scheme file, kept as a blob.
    pub digest: Digest,
    /// The profile that says how far each requirement must be met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileChosen>,
    /// Who goes for it.
    pub organisations: BTreeSet<OrganisationId>,
    /// The day by which they want it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Day>,
}

/// A profile of the scheme's framework.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileChosen {
    /// Its title as published.
    pub title: Title,
    /// SHA-256 of the OSCAL profile file, kept as a blob.
    pub digest: Digest,
}

/// What is in scope now becomes what later growth is measured against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineSet {
    /// The scheme.
    pub scheme: SchemeId,
    /// What was agreed, and where.
    pub note: Note,
}

/// What an organisation says of itself on a scheme's application form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParticularsStated {
    /// The scheme.
    pub scheme: SchemeId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// The form's fields by name. A field stated again replaces the earlier answer.
    pub fields: BTreeMap<String, Note>,
}

/// A senior officer signs for the organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitmentSigned {
    /// The scheme.
    pub scheme: SchemeId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who signed.
    pub signatory: PersonId,
    /// When.
    pub on: Day,
    /// The signed form, when somebody else records the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<EvidenceId>,
}

/// A framework as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdoptedFramework {
    /// The entry's content.
    pub event: FrameworkAdopted,
    /// The entry.
    pub adopted: Trace,
}

/// A scheme as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdoptedScheme {
    /// The entry's content.
    pub event: SchemeAdopted,
    /// The entry.
    pub adopted: Trace,
    /// The latest baseline.
    pub baseline: Option<Trace>,
    /// Each organisation's form.
    pub particulars: BTreeMap<OrganisationId, BTreeMap<String, Note>>,
    /// Each organisation's latest signature.
    pub signatures: BTreeMap<OrganisationId, Signed>,
}

/// A signature as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// The entry's content.
    #[serde(flatten)]
    pub event: CommitmentSigned,
    /// The roles the signatory held then. A role given later makes no earlier signature better.
    pub roles: BTreeSet<Role>,
}

/// Who can bind an organisation at all. Which of them a scheme takes is the scheme's to say.
const SIGNS: &[Role] = &[Role::Signatory, Role::Siro, Role::Section151, Role::HeadOfIct];
const PREPARES: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct];

/// Longest name of a form field.
const FIELD_CHARS_MAX: usize = 64;

impl Register {
    pub(super) fn check_framework(&self, stamp: &Stamp<'_>, event: &FrameworkAdopted) -> Result<(), Refusal> {
        self.allow(stamp, PREPARES, "adopt frameworks")?;
        some("requirement", event.requirements.len())?;
        self.free("framework", &self.frameworks, &event.id)
    }

    pub(super) fn check_scheme(&self, stamp: &Stamp<'_>, event: &SchemeAdopted) -> Result<(), Refusal> {
        self.allow(stamp, PREPARES, "adopt schemes")?;
        if let Some(framework) = event.framework.as_ref().filter(|id| !self.frameworks.contains_key(*id)) {
            return Err(Refusal::NotAdopted { framework: framework.clone() });
        }
        self.known_organisations(&event.organisations)
    }

    /// Adopting a scheme again replaces its file, profile, organisations and target; the forms stay. So do signatures
    /// while file and profile are the same: nobody has signed for other rules.
    pub(super) fn adopt_scheme(&mut self, trace: Trace, event: &SchemeAdopted) {
        let earlier = self.schemes.remove(&event.id);
        let (baseline, particulars, signatures) = earlier.map_or_else(Default::default, |held| {
            let same = held.event.digest == event.digest && held.event.profile == event.profile;
            (held.baseline, held.particulars, if same { held.signatures } else { BTreeMap::new() })
        });
        let held = AdoptedScheme { event: event.clone(), adopted: trace, baseline, particulars, signatures };
        self.schemes.insert(event.id.clone(), held);
    }

    pub(super) fn check_baseline(&self, stamp: &Stamp<'_>, event: &BaselineSet) -> Result<(), Refusal> {
        self.allow(stamp, PREPARES, "set a baseline")?;
        self.scheme(&event.scheme).map(|_| ())
    }

    pub(super) fn check_particulars(&self, stamp: &Stamp<'_>, event: &ParticularsStated) -> Result<(), Refusal> {
        self.allow(stamp, PREPARES, "fill in the application form")?;
        some("field", event.fields.len())?;
        for name in event.fields.keys() {
            let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
            if name.is_empty() || name.len() > FIELD_CHARS_MAX || !name.chars().all(plain) {
                return Err(Refusal::Unknown { noun: "form field", id: name.chars().take(80).collect() });
            }
        }
        self.scheme_for(&event.scheme, &event.organisation)
    }

    pub(super) fn check_signature(&self, stamp: &Stamp<'_>, event: &CommitmentSigned) -> Result<(), Refusal> {
        self.scheme_for(&event.scheme, &event.organisation)?;
        stamp.not_after_today("the signature's day", event.on)?;
        let signatory = self.present(&event.signatory)?;
        if SIGNS.iter().all(|role| !signatory.roles.contains(role)) {
            let (by, doing) = (event.signatory.clone(), "sign for the organisation");
            return Err(Refusal::NotAllowed { by, doing, needs: SIGNS });
        }
        if let Some(form) = &event.form {
            self.standing_evidence(form)?;
        }
        if stamp.by == &event.signatory {
            return Ok(());
        }
        self.allow(stamp, PREPARES, "record a signature")?;
        if event.form.is_some() {
            return Ok(());
        }
        Err(Refusal::NoPaper { by: stamp.by.clone(), person: event.signatory.clone(), paper: "signed form" })
    }

    /// The adopted scheme.
    pub(super) fn scheme(&self, id: &SchemeId) -> Result<&AdoptedScheme, Refusal> {
        self.schemes.get(id).ok_or_else(|| Refusal::Unknown { noun: "scheme", id: id.to_string() })
    }

    pub(super) fn scheme_for(&self, id: &SchemeId, organisation: &OrganisationId) -> Result<(), Refusal> {
        if self.scheme(id)?.event.organisations.contains(organisation) {
            return Ok(());
        }
        Err(Refusal::SchemeNotFor { scheme: id.clone(), organisation: organisation.clone() })
    }

    pub(super) fn known_requirements(&self, wanted: &BTreeSet<RequirementId>) -> Result<(), Refusal> {
        for requirement in wanted {
            let framework = self.frameworks.get(&requirement.framework);
            if !framework.is_some_and(|held| held.event.requirements.contains(&requirement.number)) {
                return Err(Refusal::NotARequirement { requirement: requirement.clone() });
            }
        }
        Ok(())
    }

    /// At least one, and each in the register.
    pub(super) fn known_organisations(&self, wanted: &BTreeSet<OrganisationId>) -> Result<(), Refusal> {
        some("organisation", wanted.len())?;
        for id in wanted {
            if !self.organisations.contains_key(id) {
                return Err(Refusal::Unknown { noun: "organisation", id: id.to_string() });
            }
        }
        Ok(())
    }
}
