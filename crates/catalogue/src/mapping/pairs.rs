//! From a draft to a mapping: one pair of frameworks, each pair of requirements once, each number one that the framework
//! has. It must never return a mapping that its problems do not allow.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::mapping::{Mapping, Pair};
use portreeve_model::reference::{FrameworkId, MappingId, RequirementNumber};
use portreeve_model::standards::Framework;
use portreeve_model::text::Note;
use portreeve_model::words::Relation;

use super::draft::{Between, CollectionDraft, MappingDraft};
use super::items::{Item, MapDraft, Resource};
use super::{Named, PAIRS_MAX};
use crate::oscal::NAMESPACE;
use crate::problem::Gathered;

/// OSCAL's own namespace; absent means the same.
const OSCAL_NAMESPACE: &str = "http://csrc.nist.gov/ns/oscal";

/// The words of our own namespace.
const OWN: [Relation; 3] = [Relation::Related, Relation::Supports, Relation::SucceededBy];

impl CollectionDraft {
    /// The mapping, with every problem of the draft as a whole.
    pub(super) fn validate(
        self,
        named: &Named,
        frameworks: &BTreeMap<FrameworkId, Framework>,
        problems: &mut Gathered,
    ) -> Option<Mapping> {
        let between = between(&self.mappings, named, problems)?;
        let before = problems.count();
        let numbers = |id: &FrameworkId| {
            let known = frameworks.get(id)?;
            Some(known.requirements.iter().map(|asked| &asked.number).collect::<BTreeSet<_>>())
        };
        let mut reader = Reader {
            sources: End { framework: &between.source, numbers: numbers(&between.source) },
            targets: End { framework: &between.target, numbers: numbers(&between.target) },
            pairs: Vec::new(),
            places: BTreeMap::new(),
            over: false,
            problems,
        };
        for map in self.mappings.iter().flat_map(|mapping| &mapping.maps) {
            reader.map(map);
        }
        let pairs = reader.pairs;
        if pairs.is_empty() && problems.count() == before {
            problems.add("/mapping-collection/mappings", "they hold no pair", "give at least one entry in `maps`");
        }
        let id = named.id.clone().or(self.id).or_else(|| derived(&between, problems));
        let confidence = self.provenance.confidence;
        let (date, description) = (self.provenance.date.or(self.modified), self.provenance.description);
        let Between { source, target } = between;
        Some(Mapping { id: id?, title: self.title?, source, target, date: date?, confidence, description, pairs })
    }
}

/// A reference made of the two frameworks' own.
fn derived(between: &Between, problems: &mut Gathered) -> Option<MappingId> {
    let id = format!("{}-to-{}", between.source, between.target).parse();
    let remedy = "name the mapping yourself";
    id.map_err(|error| problems.add("/mapping-collection/metadata", format!("{error}"), remedy)).ok()
}

/// The two frameworks. A collection may hold several mappings, as long as all are between the same two.
fn between(mappings: &[MappingDraft], named: &Named, problems: &mut Gathered) -> Option<Between> {
    let Some((first, rest)) = mappings.split_first() else {
        problems.add("/mapping-collection/mappings", "it names no mapping", "give at least one");
        return None;
    };
    let same = |one: &Resource, other: &Resource| one.framework == other.framework && one.href == other.href;
    for other in rest.iter().filter(|other| !same(&first.source, &other.source) || !same(&first.target, &other.target))
    {
        let what = format!("it is between other catalogs than {}", first.path);
        problems.add(&other.path, what, "split the file, one for each pair of catalogs");
    }
    let source = end(&first.source, named.source.as_ref(), problems);
    let target = end(&first.target, named.target.as_ref(), problems);
    let between = Between { source: source?, target: target? };
    if between.source == between.target {
        let what = format!("both ends are `{}`", between.source);
        problems.add(&first.target.path, what, "name two different frameworks or versions");
        return None;
    }
    Some(between)
}

fn end(resource: &Resource, named: Option<&FrameworkId>, problems: &mut Gathered) -> Option<FrameworkId> {
    match (named, &resource.framework) {
        (Some(named), Some(own)) if named != own => {
            let what = format!("it says that it is `{own}`, not `{named}`");
            problems.add(&resource.path, what, "name the framework the file is about, or leave the name out");
            None
        }
        (Some(named), _) => Some(named.clone()),
        (None, Some(own)) => Some(own.clone()),
        (None, None) => {
            let href = resource.href.as_deref().unwrap_or("nothing");
            let what = format!("it refers to {href}, which says nothing of the reference it was adopted under");
            problems.add(&resource.path, what, "name the framework yourself");
            None
        }
    }
}

/// One side, with its numbers where the framework is at hand.
struct End<'a> {
    framework: &'a FrameworkId,
    numbers: Option<BTreeSet<&'a RequirementNumber>>,
}

struct Reader<'a> {
    sources: End<'a>,
    targets: End<'a>,
    pairs: Vec<Pair>,
    places: BTreeMap<(RequirementNumber, RequirementNumber), usize>,
    over: bool,
    problems: &'a mut Gathered,
}

impl Reader<'_> {
    fn map(&mut self, map: &MapDraft) {
        let relation = self.relation(map);
        let sources: Vec<_> = map.sources.iter().map(|item| number(item, &self.sources, self.problems)).collect();
        let targets: Vec<_> = map.targets.iter().map(|item| number(item, &self.targets, self.problems)).collect();
        let Some((relation, word)) = relation else { return };
        for (source, from) in sources.iter().flatten() {
            for (target, to) in targets.iter().flatten() {
                let statements: Vec<&str> = [*from, *to].into_iter().flatten().collect();
                // What holds between statements need not hold between the requirements they belong to.
                let (relation, narrower) = match statements.as_slice() {
                    [] => (relation, None),
                    named => (Relation::Related, Some(format!("{} for {}", relation.word(), named.join(" and ")))),
                };
                let said = [word.as_deref(), narrower.as_deref(), map.remarks.as_ref().map(Note::as_str)];
                let said: Vec<&str> = said.into_iter().flatten().collect();
                self.pair(map, (source, target), relation, &said.join("; "));
            }
        }
    }

    /// The relationship, and the word of somebody else's namespace that was read as the weakest.
    fn relation(&mut self, map: &MapDraft) -> Option<(Relation, Option<String>)> {
        let word = map.relationship.as_deref()?;
        let at = format!("{}/relationship", map.path);
        let known: Option<Relation> = word.parse().ok();
        match (map.ns.as_deref(), known) {
            (None | Some(OSCAL_NAMESPACE), Some(relation)) if !OWN.contains(&relation) => Some((relation, None)),
            (Some(NAMESPACE), Some(relation)) if OWN.contains(&relation) => Some((relation, None)),
            (None | Some(OSCAL_NAMESPACE | NAMESPACE), _) => {
                let ours = map.ns.as_deref() == Some(NAMESPACE);
                let words = Relation::ALL.iter().filter(|relation| OWN.contains(relation) == ours);
                let words: Vec<&str> = words.map(|relation| relation.word()).collect();
                let what = format!("`{word}` is no relationship of its namespace; known: {}", words.join(", "));
                self.problems.add(&at, what, "give one of them, or the namespace the word belongs to");
                None
            }
            (Some(ns), _) => Some((Relation::Related, Some(format!("called `{word}` by {ns}")))),
        }
    }

    /// The same two requirements may stand in several entries, for different statements or from different angles. One
    /// pair comes of them; when they do not say the same, it is the weakest, and the note keeps every word.
    fn pair(
        &mut self,
        map: &MapDraft,
        (source, target): (&RequirementNumber, &RequirementNumber),
        relation: Relation,
        said: &str,
    ) {
        let key = (source.clone(), target.clone());
        if let Some(at) = self.places.get(&key) {
            let held = &mut self.pairs[*at];
            if held.relation != relation {
                let words = format!("called {} and {}", held.relation.word(), relation.word());
                held.note = note(held.note.as_ref(), &words);
                held.relation = Relation::Related;
            }
            held.note = note(held.note.as_ref(), said);
            return;
        }
        if self.pairs.len() == PAIRS_MAX {
            if !self.over {
                let what = format!("there are more than {PAIRS_MAX} pairs");
                self.problems.add(&map.path, what, "split the mapping");
            }
            self.over = true;
            return;
        }
        self.places.insert(key, self.pairs.len());
        let note = note(None, said);
        let (basis, confidence) = (map.basis.clone(), map.confidence.clone());
        self.pairs.push(Pair { source: source.clone(), target: target.clone(), relation, basis, note, confidence });
    }
}

/// A note with more said, cut to what a note may hold.
fn note(held: Option<&Note>, more: &str) -> Option<Note> {
    let text: Vec<&str> = held.map(Note::as_str).into_iter().chain([more]).filter(|text| !text.is_empty()).collect();
    text.join("; ").chars().take(Note::CHARS_MAX).collect::<String>().parse().ok()
}

/// The requirement an item names, and the statement of it when it names only that.
fn number<'a>(item: &'a Item, end: &End<'_>, problems: &mut Gathered) -> Option<(RequirementNumber, Option<&'a str>)> {
    // NIST names the statements of `ac-2` `ac-2_smt`, `ac-2_smt.a` and so on.
    let whole = if item.is_statement { item.id.split("_smt").next().unwrap_or_default() } else { item.id.as_str() };
    let at = format!("{}/id-ref", item.path);
    let number: RequirementNumber = match whole.parse() {
        Ok(number) => number,
        Err(error) => {
            problems.add(&at, format!("{error}"), "give the id that the catalog gives the requirement");
            return None;
        }
    };
    if let Some(known) = &end.numbers
        && !known.contains(&number)
    {
        let what = format!("`{}` has no requirement `{number}`", end.framework);
        problems.add(&at, what, "give the id that the catalog gives the requirement");
        return None;
    }
    Some((number, item.is_statement.then_some(item.id.as_str())))
}
