//! Two programs that write to one register at the same time: both finish, and both entries are there.

use std::process::{Child, Stdio};

use super::{by_sha256sum, collecting, fill, manifest};
use crate::support::{Place, Ran, words};

fn begun(place: &Place, line: &str) -> Child {
    let mut command = place.command();
    command.args(words(line)).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs two commands at the same time.
fn both(place: &Place, lines: [&str; 2]) -> [Ran; 2] {
    let children = lines.map(|line| (begun(place, line), line));
    children.map(|(child, line)| Ran::of(&child.wait_with_output().unwrap(), line.to_owned()))
}

/// The second of two may have to wait until the first has ended, and says so plainly.
fn fine_in_the_end(place: &Place, ran: &Ran, line: &str) {
    if ran.code == 5 {
        assert!(ran.err.contains("is taking evidence into register/objects right now"), "{ran:?}");
        let _ = place.run(line).fine();
    } else {
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

#[test]
fn two_collectors_at_once_both_finish() {
    let place = Place::in_memory().made_northmoor();
    fill(&place, 200);
    for number in 0..200 {
        place.write(&format!("other/{number}.txt"), &format!("other {number}\n"));
    }
    let (share, other) = (collecting(), collecting().replace(" share ", " other "));
    let mut seen = std::collections::BTreeSet::new();
    for lines in [[&share, &share], [&share, &other], [&other, &share], [&other, &other]] {
        let ran = both(&place, [lines[0].as_str(), lines[1].as_str()]);
        for (ran, line) in ran.iter().zip(lines) {
            assert_eq!(ran.code, 0, "{ran:?}");
            let folder = if *line == share { "share" } else { "other" };
            assert_eq!(manifest(&place, "register", ran), by_sha256sum(&place.path(folder)));
            seen.insert(ran.out.split(' ').nth(1).unwrap().to_owned());
        }
        let _ = place.run("verify").fine();
    }
    assert_eq!(seen.len(), 8, "each under a reference of its own: {seen:?}");
    let listed = place.run("evidence list --json").fine().json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 8);
}

/// An erasure that does not know of a collection under way would take away what that is about to name.
#[test]
fn what_is_being_collected_is_not_erased_meanwhile() {
    let place = Place::in_memory().made_northmoor();
    fill(&place, 100);
    for round in 0..8 {
        let _ = place.run(&collecting()).fine();
        let erase = format!("evidence withdraw E-{:04} --erase --reason \"It names a person\"", 2 * round + 1);
        let [collected, erased] = both(&place, [&collecting(), &erase]);
        assert_eq!(collected.code, 0, "{collected:?}");
        fine_in_the_end(&place, &erased, &erase);
        let _ = place.run("verify").fine();
        let held = format!("evidence withdraw E-{:04} --erase --reason \"It names a person\"", 2 * round + 2);
        let _ = place.run(&held).fine();
        let _ = place.run("verify").fine();
    }
}
