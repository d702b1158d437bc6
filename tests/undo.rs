//! Undo is another entry: nothing is erased, and an undo can be taken back.

use crate::support::Place;

fn titles(place: &Place) -> String {
    place.run("action list").fine().out
}

#[test]
fn the_last_command_goes_first_and_comes_back() {
    let place = Place::with_an_action();
    let before = titles(&place);
    let _ = place.run("action add \"A mistake @network-officer by 1 March 2030\"").fine();
    assert!(titles(&place).contains("A mistake"));
    let undone = place.run("undo --reason \"typed twice\"").fine().says("Took back").json_of_entry();
    assert_eq!(titles(&place), before);
    let _ = place.run("log").fine().says("A mistake");

    let _ = place.run(&format!("undo {undone} --reason \"right after all\"")).fine();
    assert!(titles(&place).contains("A mistake"));
    let _ = place.run("undo --reason \"no, wrong\"").fine();
    assert_eq!(titles(&place), before, "an undo is not undone by default");
    let _ = place.run("verify").fine();
}

#[test]
fn a_reference_once_given_is_not_given_again() {
    let place = Place::with_an_action();
    let line = "action add \"A mistake @network-officer by 1 March 2030\"";
    let undone = place.run(line).fine().says("Added RAP-002").json_of_entry();
    let undoing = place.run("undo --reason \"typed twice\"").fine().json_of_entry();
    let _ = place.run(line).fine().says("Added RAP-003");
    let _ = place
        .run(&format!("undo {undone} --reason again"))
        .exits(3)
        .warns(&format!("entry {undoing} took it back already"));
}

#[test]
fn what_others_did_and_what_others_rest_on_stays() {
    let place = Place::with_evidence();
    let _ = place
        .run("undo 11 --reason \"not mine\"")
        .exits(3)
        .warns("only they can undo it")
        .warns("--as network-officer");
    let _ = place.run("undo #9 --reason \"the finding\"").exits(3).warns("rests on it").warns("undo entry");
    let _ = place.run("undo 0 --reason all").exits(3).warns("cannot be undone");
    let _ = place.run("undo 999 --reason x").exits(2).warns("there is no entry or command `999`");
    let _ = place.by("siro", "undo --reason x").exits(2).warns("no command of `siro`");
}

impl crate::support::Ran {
    /// The number in "Entry #12."
    fn json_of_entry(&self) -> u64 {
        let after = self.out.split("Entry #").nth(1).unwrap();
        after.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
    }
}
