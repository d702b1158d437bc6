//! Which requirements are chosen: by id, by pattern, with or without those nested in them. It must never spend longer on
//! matching than its effort allows.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::Value;

use super::{id, put_list, take_list};
use crate::oscal::reach::{list, text, texts};
use crate::problem::Gathered;

/// What looking one id up costs, in steps: about ten times the comparing of two letters.
const LOOK_UP: usize = 10;

/// Most steps of matching and searching in one profile. A hundred patterns against ten thousand ids of ten letters are
/// 10 million steps; twice that is a tenth of a second.
const STEPS_MAX: u64 = 20_000_000;

/// How much matching and searching has been done.
#[derive(Default)]
pub(super) struct Effort(Cell<u64>);

impl Effort {
    fn step(&self) -> bool {
        self.spend(1);
        !self.spent()
    }

    /// Counts that many steps.
    pub(super) fn spend(&self, steps: usize) {
        self.0.set(self.0.get().saturating_add(u64::try_from(steps).unwrap_or(u64::MAX)));
    }

    /// Whether the limit was reached: what was done after it cannot be relied on.
    pub(super) fn spent(&self) -> bool {
        self.0.get() > STEPS_MAX
    }
}

/// What an import or an insertion chooses.
pub(super) struct Selection<'a> {
    /// Whether everything is included.
    pub(super) all: bool,
    included: Picks<'a>,
    excluded: Picks<'a>,
}

/// What the requirements above one were chosen with.
#[derive(Clone, Copy, Default)]
pub(super) struct Inherited {
    included: bool,
    excluded: bool,
}

/// What is to be done with one requirement.
pub(super) struct Choice {
    pub(super) included: bool,
    pub(super) excluded: bool,
    /// For those nested in it.
    pub(super) below: Inherited,
}

impl<'a> Selection<'a> {
    pub(super) fn of(of: &'a Value) -> Selection<'a> {
        Selection {
            all: of.get("include-all").is_some(),
            included: Picks::of(list(of, "include-controls")),
            excluded: Picks::of(list(of, "exclude-controls")),
        }
    }

    /// What is chosen for the requirement with that id.
    pub(super) fn choose(&self, id: &str, inherited: Inherited, effort: &Effort) -> Choice {
        let (hit, miss) = (self.included.hit(id, effort), self.excluded.hit(id, effort));
        Choice {
            included: self.all || inherited.included || hit.is_some(),
            excluded: inherited.excluded || miss.is_some(),
            below: Inherited {
                included: inherited.included || hit == Some(true),
                excluded: inherited.excluded || miss == Some(true),
            },
        }
    }

    /// The requirements of a list that are chosen, with those they are nested in.
    pub(super) fn sift(&self, controls: Vec<Value>, inherited: Inherited, effort: &Effort) -> Vec<Value> {
        let mut kept = Vec::new();
        for mut control in controls {
            let choice = self.choose(id(&control), inherited, effort);
            let nested = self.sift(take_list(&mut control, "controls"), choice.below, effort);
            if choice.excluded {
                kept.extend(nested);
            } else if choice.included || !nested.is_empty() {
                put_list(&mut control, "controls", nested);
                kept.push(control);
            }
        }
        kept
    }

    /// Notes what was asked for and is not there.
    pub(super) fn tell_unused(&self, path: &str, notes: &mut Gathered) {
        for (picks, verb) in [(&self.included, "include"), (&self.excluded, "exclude")] {
            let place = format!("{path}/{verb}-controls");
            for (id, _) in picks.ids.iter().filter(|(_, pick)| !pick.used.get()) {
                notes.add(
                    &place,
                    format!("there is no requirement `{id}` to {verb}"),
                    "correct the id, or take it out",
                );
            }
            for (pattern, _) in picks.patterns.iter().filter(|(_, pick)| !pick.used.get()) {
                let pattern: String = pattern.iter().collect();
                notes.add(&place, format!("`{pattern}` matches no requirement"), "correct the pattern, or take it out");
            }
        }
    }
}

struct Picks<'a> {
    ids: BTreeMap<&'a str, Pick>,
    patterns: Vec<(Vec<char>, Pick)>,
}

#[derive(Default)]
struct Pick {
    with_nested: bool,
    used: Cell<bool>,
}

impl<'a> Picks<'a> {
    fn of(picks: &'a [Value]) -> Picks<'a> {
        let mut all = Picks { ids: BTreeMap::new(), patterns: Vec::new() };
        for pick in picks {
            let with_nested = text(pick, "with-child-controls") == Some("yes");
            for id in texts(pick, "with-ids") {
                all.ids.entry(id).or_default().with_nested |= with_nested;
            }
            // A `matching` without a pattern matches nothing.
            for pattern in list(pick, "matching").iter().filter_map(|matching| text(matching, "pattern")) {
                all.patterns.push((pattern.chars().collect(), Pick { with_nested, used: Cell::new(false) }));
            }
        }
        all
    }

    /// Whether an id is picked, and if so whether with those nested in it.
    fn hit(&self, id: &str, effort: &Effort) -> Option<bool> {
        effort.spend(LOOK_UP);
        if effort.spent() {
            return None;
        }
        let by_id = self.ids.get(id);
        let letters: Vec<char> = if self.patterns.is_empty() { Vec::new() } else { id.chars().collect() };
        let by_pattern = self
            .patterns
            .iter()
            .take_while(|_| !effort.spent())
            .filter(|(pattern, _)| matches(pattern, &letters, effort));
        let hits = by_id.into_iter().chain(by_pattern.map(|(_, pick)| pick));
        hits.fold(None, |hit, pick| {
            pick.used.set(true);
            Some(hit.unwrap_or(false) || pick.with_nested)
        })
    }
}

/// Whether a text matches a glob: `*` stands for any letters, `?` for any one.
fn matches(pattern: &[char], text: &[char], effort: &Effort) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        if !effort.step() {
            return false;
        }
        match (pattern.get(at), star) {
            (Some('*'), _) => {
                star = Some((at, read));
                at += 1;
            }
            (Some(letter), _) if *letter == '?' || *letter == text[read] => {
                at += 1;
                read += 1;
            }
            // Lets the last star stand for one letter more.
            (_, Some((star_at, stood_for))) => {
                star = Some((star_at, stood_for + 1));
                at = star_at + 1;
                read = stood_for + 1;
            }
            (_, None) => return false,
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn glob(pattern: &str, text: &str) -> bool {
        let letters = |text: &str| text.chars().collect::<Vec<char>>();
        matches(&letters(pattern), &letters(text), &Effort::default())
    }

    /// The plain definition, which takes for ever on long patterns.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => slow(rest, text),
            (Some(('*', rest)), Some((_, after))) => slow(rest, text) || slow(pattern, after),
            (Some((letter, rest)), Some((first, after))) => (*letter == '?' || letter == first) && slow(rest, after),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    #[test]
    fn globs_match_as_they_read() {
        for (pattern, text) in [("ac*", "ac-1"), ("*", ""), ("?c-1", "ac-1"), ("a*1*2", "a-1.12"), ("é?", "éa")] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("ac", "ac-1"), ("", "a"), ("?", ""), ("*-2", "ac-1"), ("AC*", "ac-1"), ("[a]c", "ac")]
        {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn matching_gives_up_when_its_effort_is_spent() {
        let effort = Effort::default();
        let pattern = [vec!['*'], vec!['a'; 5_000], vec!['b']].concat();
        let text = vec!['a'; 1_000_000];
        assert!(!matches(&pattern, &text, &effort) && effort.spent());
    }

    proptest! {
        #[test]
        fn globs_match_by_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            let letters = |text: &str| text.chars().collect::<Vec<char>>();
            prop_assert_eq!(glob(&pattern, &text), slow(&letters(&pattern), &letters(&text)));
        }
    }
}
