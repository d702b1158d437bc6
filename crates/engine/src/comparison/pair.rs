//! Which two items are before and after, and which file of each.
//!
//! Must never choose where several would do: it refuses, and says between what.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::manifest::ManifestLine;
use portreeve_model::reference::{ActionId, EvidenceId};
use portreeve_model::register::action::{Action, ActionState};
use portreeve_model::register::evidence::{Content, Evidence};
use portreeve_model::words::EvidenceKind;
use portreeve_model::{Day, Register};

use super::{NotComparable, shown};
use crate::error::EngineError;

/// File names told before the rest is left out.
const NAMES_MAX: usize = 10;

/// The last item before an action and the last after it. Looked at is what is linked to the action and to the findings it
/// closes, is made of files, and is accepted or waits. The turn is the day the work was claimed to be done; while it is
/// not, the day after the action was recorded. Before is the last that shows a day up to the one on which the action was
/// recorded, or, if there is none, the last before the turn: work under way is not the position before it. After is the
/// last that shows the turn or a later day.
pub(super) fn around(
    register: &Register,
    id: &ActionId,
    kind: Option<EvidenceKind>,
) -> Result<(EvidenceId, EvidenceId), EngineError> {
    let Some(action) = register.actions.get(id) else {
        let near = register.actions.keys().map(ToString::to_string).collect();
        return Err(EngineError::Unknown { noun: "action", given: id.to_string(), near });
    };
    let began = action.added.on;
    let turn = match &action.state {
        ActionState::Claimed { on, .. } | ActionState::Verified { on, .. } => *on,
        ActionState::Open | ActionState::Withdrawn { .. } => began.plus_days(1),
    };
    let mut by_kind: BTreeMap<EvidenceKind, Vec<(Day, &EvidenceId)>> = BTreeMap::new();
    for id in linked(register, action) {
        if let Some(held) = register.evidence.get(id).filter(|held| usable(held)) {
            by_kind.entry(held.kind).or_default().push((held.shows, id));
        }
    }
    by_kind.retain(|found, _| kind.is_none_or(|wanted| wanted == *found));
    let pairs: Vec<(EvidenceKind, (&EvidenceId, &EvidenceId))> = by_kind
        .into_iter()
        .filter_map(|(kind, items)| {
            let last = |fits: &dyn Fn(Day) -> bool| items.iter().filter(|(day, _)| fits(*day)).max().map(|(_, id)| *id);
            let before = last(&|day| day <= began && day < turn).or_else(|| last(&|day| day < turn))?;
            Some((kind, (before, last(&|day| day >= turn)?)))
        })
        .collect();
    match pairs.as_slice() {
        [(_, (before, after))] => Ok(((*before).clone(), (*after).clone())),
        [] => Err(NotComparable::NoPair { action: id.clone(), turn }.into()),
        several => {
            let kinds = several.iter().map(|(kind, _)| *kind).collect();
            Err(NotComparable::WhichKind { action: id.clone(), kinds }.into())
        }
    }
}

/// The evidence of an action and of the findings it closes: what shows a weakness is often linked to the finding.
fn linked<'a>(register: &'a Register, action: &'a Action) -> BTreeSet<&'a EvidenceId> {
    let findings = action.closes.keys().filter_map(|id| register.findings.get(id));
    action.evidence.iter().chain(findings.flat_map(|finding| &finding.evidence)).collect()
}

fn usable(held: &Evidence) -> bool {
    matches!(held.content, Content::Files { .. }) && (held.counts() || held.waits())
}

/// Whether two items can be before and after.
pub(super) fn fits(
    (earlier, was): (&EvidenceId, &Evidence),
    (later, is): (&EvidenceId, &Evidence),
) -> Result<(), NotComparable> {
    if earlier == later {
        return Err(NotComparable::Same(earlier.clone()));
    }
    let (earlier, later) = (earlier.clone(), later.clone());
    if was.kind != is.kind {
        return Err(NotComparable::Kinds { earlier, later, kinds: [was.kind, is.kind] });
    }
    if was.shows > is.shows {
        return Err(NotComparable::Order { earlier, later, days: (was.shows, is.shows) });
    }
    Ok(())
}

/// One file of each item.
pub(super) fn files<'a>(
    (earlier, old): (&EvidenceId, &'a [ManifestLine]),
    (later, new): (&EvidenceId, &'a [ManifestLine]),
    name: Option<&str>,
) -> Result<(&'a ManifestLine, &'a ManifestLine), NotComparable> {
    if let Some(name) = name {
        let found = (named(old, name), named(new, name));
        let missing = |id: &EvidenceId, files: &[ManifestLine]| {
            let known = files.iter().take(NAMES_MAX).map(shown).collect();
            NotComparable::NoSuchFile { id: id.clone(), name: name.to_owned(), known }
        };
        return match (found, old, new) {
            ((Some(old), Some(new)), ..) => Ok((old, new)),
            ((Some(old), None), _, [only]) => Ok((old, only)),
            ((None, Some(new)), [only], _) => Ok((only, new)),
            ((None, _), ..) => Err(missing(earlier, old)),
            ((_, None), ..) => Err(missing(later, new)),
        };
    }
    if let ([old], [new]) = (old, new) {
        return Ok((old, new));
    }
    let by_path: BTreeMap<_, _> = new.iter().map(|line| (&line.path, line)).collect();
    let common: Vec<_> = old.iter().filter_map(|line| by_path.get(&line.path).map(|other| (line, *other))).collect();
    match common.as_slice() {
        [(old, new)] => Ok((old, new)),
        several => {
            let common = several.iter().take(NAMES_MAX).map(|(line, _)| shown(line)).collect();
            Err(NotComparable::WhichFile { earlier: earlier.clone(), later: later.clone(), common })
        }
    }
}

/// The file with this path, or the only one whose path ends in it.
fn named<'a>(files: &'a [ManifestLine], name: &str) -> Option<&'a ManifestLine> {
    if let Some(whole) = files.iter().find(|line| shown(line) == name) {
        return Some(whole);
    }
    let end = format!("/{name}");
    let mut ending = files.iter().filter(|line| shown(line).ends_with(&end));
    ending.next().filter(|_| ending.next().is_none())
}

#[cfg(test)]
mod tests {
    use portreeve_model::Digest;
    use portreeve_model::manifest::ManifestPath;

    use super::*;

    fn lines(paths: &[&str]) -> Vec<ManifestLine> {
        let line = |path: &&str| ManifestLine {
            digest: Digest::of(path.as_bytes()),
            path: ManifestPath::new(path.as_bytes()).unwrap(),
        };
        paths.iter().map(line).collect()
    }

    fn chosen(old: &[&str], new: &[&str], name: Option<&str>) -> Result<(String, String), String> {
        let (old, new) = (lines(old), lines(new));
        let (earlier, later): (EvidenceId, EvidenceId) = ("E-0001".parse().unwrap(), "E-0002".parse().unwrap());
        let found = files((&earlier, &old), (&later, &new), name);
        found.map(|(old, new)| (shown(old), shown(new))).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_is_chosen_only_where_one_can_be_meant() {
        let both = |old: &str, new: &str| Ok((old.to_owned(), new.to_owned()));
        assert_eq!(chosen(&["march.csv"], &["may.csv"], None), both("march.csv", "may.csv"));
        assert_eq!(chosen(&["a/users.csv", "x"], &["a/users.csv", "y"], None), both("a/users.csv", "a/users.csv"));
        assert_eq!(chosen(&["a", "b"], &["a", "b"], Some("b")), both("b", "b"));
        assert_eq!(chosen(&["x/b", "c"], &["only"], Some("b")), both("x/b", "only"));
        assert_eq!(chosen(&["only"], &["x/b", "c"], Some("b")), both("only", "x/b"));
        assert!(chosen(&["a", "b"], &["a", "b"], None).unwrap_err().contains("several names are in both"));
        assert!(chosen(&["a", "b"], &["c"], None).unwrap_err().contains("no name is in both"));
        assert!(chosen(&["a/u", "b/u"], &["a/u", "b/u"], Some("u")).unwrap_err().contains("`E-0001` has no file `u`"));
        assert!(chosen(&["a", "b"], &["x", "y"], Some("a")).unwrap_err().contains("`E-0002` has no file `a`"));
    }
}
