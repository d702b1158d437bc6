//! Replaying a ledger: what breaks a rule, a number or the time is named by its entry.

use portreeve_model::history::Broken;
use portreeve_model::{Entry, EntryNumber, History, Refusal};

use super::drafts::*;
use super::story::{Story, moment};

const ON: &str = "2018-10-01";

fn entry(by: &str, on: &str, draft: Draft) -> Entry {
    Entry::new("forged".parse().unwrap(), moment(on), by.parse().unwrap(), draft.into())
}

/// Replays lines as a ledger holds them.
fn replay(lines: &[Entry]) -> Result<History, Broken> {
    let mut history = History::new();
    for (at, entry) in (0..).zip(lines) {
        history.append(EntryNumber::new(at), entry.clone())?;
    }
    Ok(history)
}

fn lines(story: &Story) -> Vec<Entry> {
    story.history.entries().iter().map(|(_, entry)| entry.clone()).collect()
}

#[test]
fn a_ledger_that_breaks_a_rule_is_reported_at_its_entry() {
    let mut lines = lines(&Story::claimed_on(&["h1"]));
    let at = lines.len();
    lines.push(entry("owner", ON, verified("A-1")));
    lines.push(entry("officer", ON, decision("D-1")));
    match replay(&lines) {
        Err(Broken::Rule { entry, refusal: Refusal::NotAllowed { .. } }) => assert_eq!(entry.index(), at as u64),
        other => panic!("{other:?}"),
    }
    let said = replay(&lines).unwrap_err().to_string();
    assert!(said.starts_with(&format!("entry #{at} breaks a rule: ")), "{said}");
}

#[test]
fn an_undo_that_breaks_a_rule_is_reported_at_its_entry_too() {
    let mut lines = lines(&Story::with_work_on(&["h1"]));
    let at = lines.len();
    lines.push(entry("officer", ON, undone("c0")));
    let broken = replay(&lines).unwrap_err();
    assert!(matches!(&broken, Broken::Rule { entry, refusal: Refusal::NotYours { .. } } if entry.index() == at as u64));
}

#[test]
fn numbers_rise_and_may_leave_gaps() {
    let story = Story::new();
    let append = |numbers: [u64; 2]| {
        let mut history = History::new();
        let mut last = Ok(());
        for (number, (_, entry)) in numbers.into_iter().zip(story.history.entries()) {
            last = history.append(EntryNumber::new(number), entry.clone());
        }
        last
    };
    assert!(append([0, 1]).is_ok() && append([3, 40]).is_ok());
    for numbers in [[1, 1], [2, 1]] {
        assert!(matches!(append(numbers), Err(Broken::Number { .. })), "{numbers:?}");
    }
}

#[test]
fn time_does_not_run_backwards_and_may_stand_still() {
    let mut story = Story::new();
    story.record("officer", ON, decision("D-1"));
    story.record("officer", ON, decision("D-2"));
    let earlier = entry("officer", "2018-10-01T08:59:59Z", decision("D-3"));
    let broken = story.history.append(story.next(), earlier).unwrap_err();
    assert!(matches!(broken, Broken::Time { entry } if entry == story.next()));
}

#[test]
fn a_replay_gives_the_register_that_was_written_and_so_does_every_prefix() {
    let mut story = Story::verified_on(&["h1"]);
    let command = story.record("officer", ON, decision("D-1"));
    story.record("officer", ON, undone(&command));
    let lines = lines(&story);
    assert_eq!(replay(&lines).unwrap().register(), story.register());
    for cut in 0..lines.len() {
        let mut history = replay(&lines[..cut]).unwrap();
        for (at, entry) in lines.iter().enumerate().skip(cut) {
            history.append(EntryNumber::new(at as u64), entry.clone()).unwrap();
        }
        assert_eq!(history.register(), story.register(), "cut at {cut}");
    }
}

#[test]
fn a_refused_entry_leaves_the_history_as_it_was() {
    let mut story = Story::new();
    let before = (story.history.register().clone(), story.history.entries().len());
    let refused = entry("member", ON, decision("D-1"));
    assert!(story.history.append(story.next(), refused).is_err());
    assert_eq!((story.history.register().clone(), story.history.entries().len()), before);
}

#[test]
fn an_entry_with_a_field_nobody_knows_is_refused_and_not_shortened() {
    let line = String::from_utf8(entry("officer", ON, decision("D-1")).encode()).unwrap();
    assert!(Entry::decode(line.as_bytes()).is_ok());
    for unknown in [
        line.replace(r#""format":1"#, r#""format":1,"mood":"good""#),
        line.replace(r#""title":"How"#, r#""mood":"good","title":"How"#),
    ] {
        assert_ne!(unknown, line);
        let error = Entry::decode(unknown.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("not an entry"), "{error}");
    }
}

#[test]
fn a_command_stands_together_and_is_one_persons() {
    let mut story = Story::new();
    story.record_as("both", "officer", ON, decision("D-1"));
    story.record_as("both", "officer", ON, decision("D-2"));
    let again = |by: &str, story: &Story| {
        let mut lines = lines(story);
        lines.push(Entry::new(
            "both".parse().unwrap(),
            moment("2018-12-01"),
            by.parse().unwrap(),
            decision("D-3").into(),
        ));
        replay(&lines)
    };
    assert!(again("officer", &story).is_ok());
    assert!(matches!(again("head", &story), Err(Broken::Command { .. })));
    story.record("officer", ON, decision("D-4"));
    assert!(matches!(again("officer", &story), Err(Broken::Command { .. })), "another command stands between");
}
