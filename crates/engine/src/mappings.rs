//! Mappings between frameworks: adopting one keeps its exact bytes, what it proposes, and what a new version of a
//! framework leaves to be looked at again. Nothing here judges anything.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_catalogue::import::{Imported, Named as ByUrn, bind};

use portreeve_catalogue::mapping::Named;
use portreeve_catalogue::{bundled, read_framework, read_mapping};
use portreeve_model::mapping::Mapping;
use portreeve_model::mapping::carry::{CarryPlan, CarryQuestion, carry_plan};
use portreeve_model::mapping::changes::{Changes, changes};
use portreeve_model::mapping::review::{Review, review};
use portreeve_model::reference::{FrameworkId, MappingId, OrganisationId, PersonId, RequirementNumber};
use portreeve_model::register::carry::MappingAdopted;
use portreeve_model::standards::{Framework, Scheme};
use portreeve_model::{Day, Event, Register};

use crate::error::EngineError;
use crate::place::Putting;
use crate::session::{Mode, Recorded, Session};

/// A mapping at hand.
#[derive(Clone, Debug)]
pub struct KnownMapping {
    /// The mapping.
    pub mapping: Mapping,
    /// Whether the register has adopted it; otherwise it is built in.
    pub adopted: bool,
}

/// Which evidence is to be carried where.
#[derive(Clone, Debug)]
pub struct CarryRequest {
    /// From the requirements of this framework.
    pub from: FrameworkId,
    /// To the requirements of this one.
    pub to: FrameworkId,
    /// By this mapping; the only one between the two when absent.
    pub mapping: Option<MappingId>,
    /// This organisation's evidence; everybody's when absent.
    pub organisation: Option<OrganisationId>,
    /// In date on this day.
    pub on: Day,
}

/// What a mapping proposes for a register.
#[derive(Clone, Debug)]
pub struct CarryAnswer {
    /// The mapping.
    pub known: KnownMapping,
    /// The framework it leads to.
    pub target: Framework,
    /// The scheme whose rules the evidence was held against, if one judges that framework.
    pub scheme: Option<Scheme>,
    /// The proposals and the gaps.
    pub plan: CarryPlan,
}

/// What changed between two versions, and what that means for a register.
#[derive(Clone, Debug)]
pub struct VersionAnswer {
    /// The old version.
    pub old: Framework,
    /// The new one.
    pub new: Framework,
    /// The mapping that says what became of what, if there is one.
    pub known: Option<KnownMapping>,
    /// What changed.
    pub changes: Changes,
    /// What the register holds under the old version.
    pub reviews: Vec<Review>,
}

/// A mapping of a library, in the numbers of the frameworks it is between.
#[derive(Clone, Debug)]
pub struct FromLibrary {
    /// Its place among the library's mappings, counted from 0.
    pub at: usize,
    /// The reference it is adopted under.
    pub mapping: MappingId,
    /// How many pairs it has.
    pub pairs: usize,
    /// How many were left out because an end of them is no requirement.
    pub left_out: usize,
    /// The entry.
    pub(crate) event: Event,
}

impl Session {
    /// Adopts a mapping: the built-in one that `named` names, or the OSCAL mapping collection in `bytes`. Both of its
    /// frameworks must be adopted.
    ///
    /// # Errors
    /// When there is none of that name, the file is not a mapping between adopted frameworks, or the rules refuse.
    pub fn adopt_mapping(
        &mut self,
        by: &PersonId,
        named: &Named,
        bytes: Option<Vec<u8>>,
        mode: Mode,
    ) -> Result<(Mapping, Recorded), EngineError> {
        let bytes = match bytes {
            Some(bytes) => bytes,
            None => built_in_file(named)?,
        };
        let mapping = self.read_mapping_with(self.register(), named, &bytes)?;
        let putting = self.putting(mode)?;
        let event = self.mapping_adoption(&mapping, &bytes, &putting)?;
        let recorded = self.record(by, vec![event], mode)?;
        Ok((mapping, recorded))
    }

    fn mapping_adoption(&self, mapping: &Mapping, bytes: &[u8], putting: &Putting) -> Result<Event, EngineError> {
        let digest = self.keep(bytes, putting)?;
        let mut pairs: BTreeMap<RequirementNumber, BTreeSet<_>> = BTreeMap::new();
        for pair in mapping.leading() {
            pairs.entry(pair.source.clone()).or_default().insert(pair.target.clone());
        }
        let event = MappingAdopted {
            id: mapping.id.clone(),
            title: mapping.title.clone(),
            source: mapping.source.clone(),
            target: mapping.target.clone(),
            date: mapping.date,
            digest,
            pairs,
        };
        Ok(event.into())
    }

    /// The mappings of a library whose two frameworks are adopted, or come with it, as entries. The others are left:
    /// a mapping is of no use before both of its ends are there.
    ///
    /// # Errors
    /// When an adopted framework cannot be read, or a mapping does not hold together.
    pub(crate) fn library_mappings(
        &self,
        imported: &Imported,
        putting: &Putting,
    ) -> Result<Vec<FromLibrary>, EngineError> {
        let mut adopted = Vec::new();
        if imported.mappings.is_empty() {
            return Ok(adopted);
        }
        let wrong = |problems| EngineError::Catalogue { what: "the library's mapping".to_owned(), problems };
        let mut known = Vec::new();
        let mut frameworks = BTreeMap::new();
        let held = self.register().frameworks.iter();
        for (id, held) in held.filter(|(_, held)| held.event.original.is_some()) {
            let catalog = self.blob(&held.event.digest)?;
            known.extend(ByUrn::of(id, &catalog).map_err(wrong)?);
            frameworks.insert(id.clone(), read_framework(id.clone(), &catalog).map_err(wrong)?);
        }
        for one in &imported.frameworks {
            known.extend(ByUrn::of(&one.id, &one.catalog).map_err(wrong)?);
            frameworks.extend(one.framework.clone().map(|framework| (one.id.clone(), framework)));
        }
        for (at, mapping) in imported.mappings.iter().enumerate() {
            let end = |urn: &str| known.iter().find(|one| one.urn == urn.to_lowercase());
            let (Some(source), Some(target)) = (end(&mapping.source), end(&mapping.target)) else { continue };
            let bound = bind(mapping, source, target).map_err(wrong)?;
            let id = format!("{}-to-{}", source.id, target.id).parse().ok();
            let named = Named { id, source: Some(source.id.clone()), target: Some(target.id.clone()) };
            let read = read_mapping(&named, &bound.collection, &frameworks).map_err(wrong)?;
            let event = self.mapping_adoption(&read, &bound.collection, putting)?;
            adopted.push(FromLibrary { at, mapping: read.id, pairs: bound.pairs, left_out: bound.left_out, event });
        }
        Ok(adopted)
    }

    /// Reads a mapping and holds its numbers against the adopted frameworks. Which two of them it is between may stand
    /// only in the file, so all are at hand: every problem is told at once.
    fn read_mapping_with(&self, register: &Register, named: &Named, bytes: &[u8]) -> Result<Mapping, EngineError> {
        let mut frameworks = BTreeMap::new();
        for id in register.frameworks.keys() {
            frameworks.insert(id.clone(), self.framework(register, id)?);
        }
        read_mapping(named, bytes, &frameworks)
            .map_err(|problems| EngineError::Catalogue { what: "the mapping file".to_owned(), problems })
    }

    /// The mapping as it was adopted, or else the built-in one of that name.
    ///
    /// # Errors
    /// When there is neither, or its file is missing or damaged.
    pub fn mapping(&self, register: &Register, id: &MappingId) -> Result<KnownMapping, EngineError> {
        let Some(held) = register.mappings.get(id) else {
            let built_in = built_in()?.into_iter().find(|mapping| &mapping.id == id);
            let mapping = built_in.ok_or_else(|| unknown_mapping(register, id))?;
            return Ok(KnownMapping { mapping, adopted: false });
        };
        let named = Named {
            id: Some(id.clone()),
            source: Some(held.event.source.clone()),
            target: Some(held.event.target.clone()),
        };
        let bytes = self.blob(&held.event.digest)?;
        let mapping = read_mapping(&named, &bytes, &BTreeMap::new())
            .map_err(|problems| EngineError::Catalogue { what: format!("the adopted mapping `{id}`"), problems })?;
        Ok(KnownMapping { mapping, adopted: true })
    }

    /// Every mapping at hand, by reference: the adopted ones, and the built-in ones that were not adopted.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn mappings(&self, register: &Register) -> Result<Vec<KnownMapping>, EngineError> {
        let mut known: BTreeMap<MappingId, KnownMapping> = BTreeMap::new();
        for mapping in built_in()? {
            known.insert(mapping.id.clone(), KnownMapping { mapping, adopted: false });
        }
        for id in register.mappings.keys() {
            known.insert(id.clone(), self.mapping(register, id)?);
        }
        Ok(known.into_values().collect())
    }

    /// The mapping that leads from one framework to another: the one named, the only adopted one, or the built-in one.
    fn mapping_between(
        &self,
        register: &Register,
        from: &FrameworkId,
        to: &FrameworkId,
        named: Option<&MappingId>,
    ) -> Result<Option<KnownMapping>, EngineError> {
        if let Some(named) = named {
            let known = self.mapping(register, named)?;
            if (&known.mapping.source, &known.mapping.target) != (from, to) {
                let (source, target) = (&known.mapping.source, &known.mapping.target);
                return Err(EngineError::Unfit(format!("`{named}` leads from `{source}` to `{target}`")));
            }
            return Ok(Some(known));
        }
        let adopted =
            register.mappings.iter().filter(|(_, held)| (&held.event.source, &held.event.target) == (from, to));
        let adopted: Vec<&MappingId> = adopted.map(|(id, _)| id).collect();
        match adopted.as_slice() {
            [] => {
                let between = |mapping: &Mapping| (&mapping.source, &mapping.target) == (from, to);
                let found = built_in()?.into_iter().find(between);
                Ok(found.map(|mapping| KnownMapping { mapping, adopted: false }))
            }
            [only] => self.mapping(register, only).map(Some),
            several => {
                let names: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
                Err(EngineError::Unfit(format!("several mappings lead there ({}): say which", names.join(", "))))
            }
        }
    }

    /// What a mapping proposes for a register as it was known: evidence that could be judged for requirements of the
    /// other framework, and the requirements for which there is none. Writes nothing.
    ///
    /// # Errors
    /// When nothing leads from the one to the other, or a file is missing or damaged.
    pub fn carry(&self, register: &Register, asked: &CarryRequest) -> Result<CarryAnswer, EngineError> {
        let CarryRequest { from, to, mapping, organisation, on } = asked;
        let known = self.mapping_between(register, from, to, mapping.as_ref())?;
        let known = known.ok_or_else(|| EngineError::Unfit(format!("no mapping leads from `{from}` to `{to}`")))?;
        let target = self.framework_at_hand(register, to)?;
        let judges = register.schemes.iter().find(|(_, held)| {
            held.event.framework.as_ref() == Some(to)
                && organisation.as_ref().is_none_or(|whom| held.event.organisations.contains(whom))
        });
        let scheme = judges.map(|(id, _)| self.standards(register, id)).transpose()?.map(|standards| standards.scheme);
        let plan = carry_plan(&CarryQuestion {
            register,
            mapping: &known.mapping,
            target: &target,
            scheme: scheme.as_ref(),
            organisation: organisation.as_ref(),
            on: *on,
        });
        Ok(CarryAnswer { known, target, scheme, plan })
    }

    /// What changed from one version of a framework to the next, and what a register holds under the old one.
    ///
    /// # Errors
    /// When one of them is neither adopted nor built in, or a file is missing or damaged.
    pub fn versions(
        &self,
        register: &Register,
        old: &FrameworkId,
        new: &FrameworkId,
        mapping: Option<&MappingId>,
    ) -> Result<VersionAnswer, EngineError> {
        let (was, is) = (self.framework_at_hand(register, old)?, self.framework_at_hand(register, new)?);
        let known = self.mapping_between(register, old, new, mapping)?;
        let changes = changes(&was, &is, known.as_ref().map(|known| &known.mapping));
        let reviews = review(register, old, &changes);
        Ok(VersionAnswer { old: was, new: is, known, changes, reviews })
    }

    /// The framework as it was adopted, or else the built-in one of that name.
    fn framework_at_hand(&self, register: &Register, id: &FrameworkId) -> Result<Framework, EngineError> {
        match bundled::framework_file(id.as_str()) {
            Some(bytes) if !register.frameworks.contains_key(id) => read_framework(id.clone(), &bytes)
                .map_err(|problems| EngineError::Catalogue { what: format!("the built-in `{id}`"), problems }),
            _ => self.framework(register, id),
        }
    }
}

fn built_in() -> Result<Vec<Mapping>, EngineError> {
    let mut mappings = Vec::new();
    for id in bundled::mapping_ids() {
        let bytes = bundled::mapping_file(id.as_str()).unwrap_or_default();
        let mapping = read_mapping(&Named::default(), &bytes, &BTreeMap::new());
        let what = || format!("the built-in mapping `{id}`");
        mappings.push(mapping.map_err(|problems| EngineError::Catalogue { what: what(), problems })?);
    }
    Ok(mappings)
}

fn built_in_file(named: &Named) -> Result<Vec<u8>, EngineError> {
    let id = named.id.as_ref().map_or("", |id| id.as_str());
    let near = || bundled::mapping_ids().iter().map(ToString::to_string).collect();
    let file = bundled::mapping_file(id);
    let unknown = || EngineError::Unknown { noun: "built-in mapping", given: id.to_owned(), near: near() };
    file.map(std::borrow::Cow::into_owned).ok_or_else(unknown)
}

fn unknown_mapping(register: &Register, id: &MappingId) -> EngineError {
    let known = bundled::mapping_ids().into_iter().chain(register.mappings.keys().cloned());
    EngineError::Unknown { noun: "mapping", given: id.to_string(), near: known.map(|id| id.to_string()).collect() }
}
