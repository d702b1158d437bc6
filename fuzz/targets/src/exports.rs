//! Two exports of the same thing, compared: accounts, firewalls, tables, text.

use portreeve_documents::compare::{CompareError, Export, Problem, Which, compare};
use portreeve_model::Day;
use portreeve_model::comparison::{Comparison, Figure, Item, ReadAs, Told};

/// What parts the two exports of an input. An input without it is compared with itself.
const BETWEEN: u8 = 0x1e;

/// Letters of a name that is told: two words of a firewall, by `documents`' own limit, and what stands between them.
const NAME_LETTERS_MAX: usize = 2 * 402 + 2;

/// Two exports. The same one twice is no difference; the other way round is the same difference the other way round;
/// figures and what came and went add up; every place lies within the file.
pub fn exports(data: &[u8]) {
    let mut sides = data.splitn(2, |byte| *byte == BETWEEN);
    let before = sides.next().unwrap_or_default();
    let after = sides.next().unwrap_or(before);
    for one in [before, after] {
        match of(one, one) {
            Ok(same) => assert!(same.is_same(), "an export is not different from itself: {same:#?}"),
            Err(error) => assert!(matches!(error, CompareError::Unread { which: Which::Earlier, .. }), "{error}"),
        }
    }
    let (forth, back) = (of(before, after), of(after, before));
    match (&forth, &back) {
        (Ok(forth), Ok(back)) => {
            holds(forth, before, after);
            holds(back, after, before);
            mirrored(forth, back);
        }
        (Err(forth), Err(back)) => refused_alike(forth, back),
        _ => panic!("one way round they are compared, the other way they are not: {forth:?} {back:?}"),
    }
}

fn of(before: &[u8], after: &[u8]) -> Result<Comparison, CompareError> {
    let shows = Day::of(2026, 7, 1).expect("the calendar has it");
    compare(Export { bytes: before, shows }, Export { bytes: after, shows })
}

fn holds(found: &Comparison, before: &[u8], after: &[u8]) {
    // A line takes a byte at least, and a text of one line needs none to end it.
    let (before, after) = (lines_max(before), lines_max(after));
    assert!(found.before.total <= before && found.after.total <= after);
    for figure in &found.figures {
        for (told, most) in [(&figure.before, before), (&figure.after, after)] {
            if let Told::At(places) = told {
                assert!(
                    places.runs().iter().all(|(first, last)| *first >= 1 && u64::from(*last) <= most),
                    "{figure:?}"
                );
            }
        }
        let items = figure.came.iter().chain(&figure.went).chain(&figure.changed);
        for Item { name, before: old, after: new, .. } in items {
            assert!(old.is_some() || new.is_some(), "what is told stands somewhere");
            assert!(
                old.is_none_or(|place| u64::from(place) <= before) && new.is_none_or(|place| u64::from(place) <= after)
            );
            assert!(name.chars().count() <= NAME_LETTERS_MAX && !name.contains('\n'), "{name:?}");
        }
        adds_up(figure);
    }
    assert_eq!(found.read_as == ReadAs::Firewall, !found.facts.is_empty(), "facts are told of firewalls alone");
}

fn lines_max(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX) + 2
}

/// What was there, without what went and with what came, is what is there.
fn adds_up(figure: &Figure) {
    let (Some(before), Some(after)) = (figure.before.count(), figure.after.count()) else { return };
    let many = |items: &[Item]| u64::try_from(items.len()).unwrap_or(u64::MAX);
    assert_eq!(before + many(&figure.came), after + many(&figure.went), "{figure:#?}");
}

fn mirrored(forth: &Comparison, back: &Comparison) {
    assert_eq!(forth.read_as, back.read_as);
    assert_eq!((&forth.before, &forth.after), (&back.after, &back.before), "each is read by itself");
    assert_eq!(forth.figures.len(), back.figures.len());
    for (one, other) in forth.figures.iter().zip(&back.figures) {
        assert_eq!(one.noun, other.noun);
        assert_eq!(one.before.count(), other.after.count());
        assert_eq!(one.after.count(), other.before.count());
        assert_eq!(one.came.len(), other.went.len(), "{one:#?} {other:#?}");
        assert_eq!(one.went.len(), other.came.len());
        assert_eq!(one.changed.len(), other.changed.len());
    }
    assert_eq!(forth.is_same(), back.is_same());
}

/// Whichever comes first is told first, and nothing else differs.
fn refused_alike(forth: &CompareError, back: &CompareError) {
    match (forth, back) {
        (CompareError::NotTheSame { earlier, later }, CompareError::NotTheSame { earlier: other, later: one }) => {
            assert_eq!((earlier, later), (one, other));
        }
        (CompareError::Unread { problem: one, .. }, CompareError::Unread { problem: other, .. }) => {
            for problem in [one, other] {
                assert!(!matches!(problem, Problem::Unclosed(0)), "lines are counted from 1");
            }
        }
        _ => panic!("refused for two kinds of reason: {forth} and {back}"),
    }
}
