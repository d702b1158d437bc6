//! Which playbooks answer a finding, and why: words, ids and checks that stand in its texts. It must never propose one
//! for which it cannot point at something in the finding, and it knows nothing of registers: it is given texts.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::{CveId, CweId, FindingClassId, PlaybookId, RequirementId};
use portreeve_model::text::{Note, Title};
use serde::Serialize;

use super::mentions::ids;
use super::words::{Word, sentences, words};
use super::{Check, Phrase, Playbook};

/// Most playbooks proposed for one finding. Whoever gets four has to read them all, and then the list helps nobody.
pub const PROPOSALS_MAX: usize = 3;

/// What a finding says of itself. The lengths of titles and notes bound the work: some 8,000 characters.
#[derive(Clone, Copy, Debug)]
pub struct FindingTexts<'a> {
    /// The weakness in one line.
    pub title: &'a Title,
    /// What is wrong, in the source's words.
    pub description: Option<&'a Note>,
    /// What the source advises.
    pub recommendation: Option<&'a Note>,
    /// Vulnerabilities that the source lists beside its texts; those inside the texts are found anyway.
    pub cves: &'a BTreeSet<CveId>,
    /// Requirements it touches.
    pub requirements: &'a BTreeSet<RequirementId>,
}

/// Where something stands in a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In its title.
    Title,
    /// In what the source advises.
    Recommendation,
    /// In what the source says is wrong.
    Description,
    /// Among the ids that the source lists beside its texts.
    Listed,
}

impl Place {
    /// How much words count there. The title says what the finding is, and the advice what to do about it; a
    /// description also tells what lies around it and what could follow.
    const fn weight(self) -> u32 {
        match self {
            Place::Title => 3,
            Place::Recommendation => 2,
            Place::Description | Place::Listed => 1,
        }
    }
}

/// Why a playbook is proposed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum Reason {
    /// A vulnerability that it is known to close.
    Cve {
        /// Which.
        id: CveId,
        /// Where it is named.
        place: Place,
    },
    /// A scanner's check.
    Check {
        /// The scanner.
        tool: Title,
        /// The vendor's number.
        id: Title,
        /// Where it is named.
        place: Place,
    },
    /// The class of findings.
    Class {
        /// Which.
        id: FindingClassId,
        /// Where it is named.
        place: Place,
    },
    /// A kind of weakness.
    Cwe {
        /// Which.
        id: CweId,
        /// Where it is named.
        place: Place,
    },
    /// Words that together name the weakness, one reason a place.
    Words {
        /// The words in the text's order and in lower case, those side by side together.
        words: Vec<String>,
        /// Where.
        place: Place,
    },
    /// A requirement that both touch. It supports another reason and never stands alone: a dozen playbooks touch the
    /// same requirement.
    Requirement {
        /// Which.
        id: RequirementId,
    },
}

/// A known vulnerability names the missing work exactly. The heaviest title has two phrases of five at three each, which
/// is 30: an id weighs more than any title, and words elsewhere seldom make up the rest.
const CVE_WEIGHT: u32 = 40;
/// A scanner's check names one weakness, but one piece of work may answer several checks.
const CHECK_WEIGHT: u32 = 35;
/// Someone has classed the finding, which outweighs its title; a class may have several playbooks.
const CLASS_WEIGHT: u32 = 31;
/// A kind of weakness in MITRE's list is wider than a class: CWE-1104 is any unmaintained component.
const CWE_WEIGHT: u32 = 6;
/// Decides between playbooks that fit equally well, and no more.
const REQUIREMENT_WEIGHT: u32 = 2;
/// Phrases counted in one place. A third says what two have said, and a long description would outweigh a clear title.
const PHRASES_COUNTED: usize = 2;
/// Least weight of the reasons other than a requirement: a phrase of two words in the description, or any in the title.
const PROPOSED_FROM: u32 = 4;
/// A playbook with less than a third of the best one's weight matched in passing.
const SHARE_OF_BEST: u32 = 3;

impl Phrase {
    /// One word may stand for many things; each further word in the same sentence leaves fewer, and three leave hardly
    /// any doubt.
    fn weight(&self) -> u32 {
        match self.terms() {
            0 | 1 => 3,
            2 => 4,
            _ => 5,
        }
    }
}

impl Reason {
    /// Words alone weigh what their phrase does, which is counted where the phrase is known.
    const fn weight(&self) -> u32 {
        match self {
            Reason::Cve { .. } => CVE_WEIGHT,
            Reason::Check { .. } => CHECK_WEIGHT,
            Reason::Class { .. } => CLASS_WEIGHT,
            Reason::Cwe { .. } => CWE_WEIGHT,
            Reason::Requirement { .. } => REQUIREMENT_WEIGHT,
            Reason::Words { .. } => 0,
        }
    }
}

/// A playbook that would answer a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// Which.
    pub playbook: PlaybookId,
    /// What the reasons weigh together. It ranks the proposals of one finding and means nothing beyond that.
    pub weight: u32,
    /// Why, strongest kind first. There is at least one that is not a requirement.
    pub reasons: Vec<Reason>,
}

/// The playbooks that answer a finding, best first, at most [`PROPOSALS_MAX`]. The same texts and playbooks give the
/// same answer; equal weights stand in the order of their names.
pub fn propose<'a>(playbooks: impl IntoIterator<Item = &'a Playbook>, finding: &FindingTexts<'_>) -> Vec<Proposal> {
    let read = ReadFinding::of(finding);
    let mut proposals: Vec<Proposal> =
        playbooks.into_iter().filter_map(|playbook| read.answered_by(playbook, finding.requirements)).collect();
    proposals.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.playbook.cmp(&b.playbook)));
    let best = proposals.first().map_or(0, |first| first.weight);
    proposals.retain(|proposal| proposal.weight.saturating_mul(SHARE_OF_BEST) >= best);
    proposals.truncate(PROPOSALS_MAX);
    proposals
}

/// A finding's texts, taken apart once for all playbooks.
struct ReadFinding {
    texts: Vec<(Place, Vec<Vec<Word>>)>,
    cves: BTreeMap<CveId, Place>,
    cwes: BTreeMap<CweId, Place>,
    classes: BTreeMap<FindingClassId, Place>,
}

impl ReadFinding {
    fn of(finding: &FindingTexts<'_>) -> ReadFinding {
        let texts = [
            (Place::Title, Some(finding.title.as_str())),
            (Place::Recommendation, finding.recommendation.map(Note::as_str)),
            (Place::Description, finding.description.map(Note::as_str)),
        ];
        let texts: Vec<(Place, &str)> =
            texts.into_iter().filter_map(|(place, text)| text.map(|text| (place, text))).collect();
        let mut read =
            ReadFinding { texts: Vec::new(), cves: BTreeMap::new(), cwes: BTreeMap::new(), classes: BTreeMap::new() };
        for (place, text) in texts {
            note(&mut read.cves, ids(text, "CVE-", 2), place);
            note(&mut read.cwes, ids(text, "CWE-", 1), place);
            note(&mut read.classes, ids(text, "FC-", 1), place);
            read.texts.push((place, sentences(text)));
        }
        note(&mut read.cves, finding.cves.iter().cloned().collect(), Place::Listed);
        read
    }

    fn answered_by(&self, playbook: &Playbook, touched: &BTreeSet<RequirementId>) -> Option<Proposal> {
        let signs = &playbook.matches;
        let mut reasons: Vec<Reason> = Vec::new();
        let known = signs.cves.iter().filter_map(|id| self.cves.get(id).map(|place| (id.clone(), *place)));
        reasons.extend(known.map(|(id, place)| Reason::Cve { id, place }));
        reasons.extend(signs.checks.iter().filter_map(|check| self.check(check)));
        let classes = playbook.resolves.iter().map(|class| &class.id);
        let named = classes.filter_map(|id| self.classes.get(id).map(|place| (id.clone(), *place)));
        reasons.extend(named.map(|(id, place)| Reason::Class { id, place }));
        let kinds = signs.cwes.iter().filter_map(|id| self.cwes.get(id).map(|place| (id.clone(), *place)));
        reasons.extend(kinds.map(|(id, place)| Reason::Cwe { id, place }));
        let mut weight: u32 = reasons.iter().map(Reason::weight).sum();
        for (place, sentences) in &self.texts {
            let (words, heavy) = counted(&signs.phrases, sentences);
            weight += heavy * place.weight();
            if !words.is_empty() {
                reasons.push(Reason::Words { words, place: *place });
            }
        }
        if weight < PROPOSED_FROM {
            return None;
        }
        let both = playbook.requirements.intersection(touched).cloned();
        reasons.extend(both.map(|id| Reason::Requirement { id }));
        if reasons.iter().any(|reason| matches!(reason, Reason::Requirement { .. })) {
            weight += REQUIREMENT_WEIGHT;
        }
        Some(Proposal { playbook: playbook.id.clone(), weight, reasons })
    }

    /// A check by its vendor's name, or by its number in a sentence that also names the scanner or says "plugin": five
    /// digits alone may be anything.
    fn check(&self, check: &Check) -> Option<Reason> {
        let name: Vec<String> = check.name.as_str().split_whitespace().flat_map(words).map(|word| word.plain).collect();
        let tool = check.tool.as_str().to_lowercase();
        let holds = |sentence: &Vec<Word>| {
            let numbered = sentence.iter().any(|word| word.shown == check.id.as_str())
                && sentence.iter().any(|word| word.shown == tool || word.plain == "plugin");
            let named = !name.is_empty()
                && sentence
                    .windows(name.len())
                    .any(|run| run.iter().zip(&name).all(|(word, name)| &word.plain == name));
            numbered || named
        };
        let (place, _) = self.texts.iter().find(|(_, sentences)| sentences.iter().any(holds))?;
        Some(Reason::Check { tool: check.tool.clone(), id: check.id.clone(), place: *place })
    }
}

/// The words by which phrases were found in one text, in the text's own order, and what those phrases weigh together.
/// Longest phrases count first; one that brings no word of its own says nothing new.
fn counted(phrases: &[Phrase], sentences: &[Vec<Word>]) -> (Vec<String>, u32) {
    let found = phrases.iter().filter_map(|phrase| {
        let mut in_sentences = sentences.iter().enumerate();
        in_sentences.find_map(|(at, sentence)| {
            let places = phrase.found_in(sentence)?;
            Some((phrase, places.into_iter().map(|place| (at, place)).collect::<Vec<_>>()))
        })
    });
    let mut found: Vec<(&Phrase, Vec<(usize, usize)>)> = found.collect();
    found.sort_by_key(|(phrase, places)| (std::cmp::Reverse(phrase.weight()), places.first().copied(), *phrase));
    let word = |(at, place): &(usize, usize)| sentences.get(*at).and_then(|sentence| sentence.get(*place));
    let mut said: BTreeSet<&str> = BTreeSet::new();
    let mut shown: BTreeSet<(usize, usize)> = BTreeSet::new();
    let (mut weight, mut count) = (0, 0);
    for (phrase, places) in found {
        let words: Vec<&str> = places.iter().filter_map(word).map(|word| word.plain.as_str()).collect();
        if count < PHRASES_COUNTED && words.iter().any(|word| !said.contains(word)) {
            said.extend(words);
            shown.extend(places);
            weight += phrase.weight();
            count += 1;
        }
    }
    (runs(&shown, word), weight)
}

/// Words that stand side by side become one text.
fn runs<'a>(shown: &BTreeSet<(usize, usize)>, word: impl Fn(&(usize, usize)) -> Option<&'a Word>) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for (at, place) in shown {
        let Some(word) = word(&(*at, *place)) else { continue };
        match runs.last_mut().filter(|_| last == place.checked_sub(1).map(|before| (*at, before))) {
            Some(run) => {
                run.push(' ');
                run.push_str(&word.shown);
            }
            None => runs.push(word.shown.clone()),
        }
        last = Some((*at, *place));
    }
    runs
}

/// Keeps the first place of each id.
fn note<T: Ord>(held: &mut BTreeMap<T, Place>, found: BTreeSet<T>, place: Place) {
    for id in found {
        held.entry(id).or_insert(place);
    }
}
