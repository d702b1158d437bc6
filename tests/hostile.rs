//! What people type is shown, never obeyed; and a reader may stop reading.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{Place, day};

#[test]
fn a_terminal_obeys_no_file_name_and_no_argument() {
    let place = Place::with_an_action();
    let ran = place.run_words(&["action".into(), "show".into(), "RAP\u{1b}[2J\u{202e}".into()]);
    assert!(!ran.err.contains('\u{1b}') && !ran.err.contains('\u{202e}'), "{:?}", ran.err);
    if cfg!(unix) {
        let name = "a\u{1b}[2J\u{7}.txt";
        place.write(name, "x");
        let shows = day(0);
        let mut words: Vec<String> = ["evidence", "add", name].map(str::to_owned).into();
        words.extend(
            ["--for", "RAP-001", "--kind", "policy", "--title", "A file", "--shows", &shows].map(str::to_owned),
        );
        let _ = place.run_words(&words).fine();
        let ran = place.run("evidence show E-0001").fine();
        assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{7}'), "{:?}", ran.out);
        let untitled: Vec<String> =
            words.iter().filter(|word| *word != "--title" && *word != "A file").cloned().collect();
        let ran = place.run_words(&untitled).exits(2);
        assert!(!ran.err.contains('\u{1b}'), "{:?}", ran.err);
    }
    let control = place.run_words(&["organisation".into(), "add".into(), "X".into(), "a\u{1b}[2Jb".into()]).exits(2);
    assert!(!control.err.contains('\u{1b}'), "{:?}", control.err);
}

#[test]
fn whoever_stops_reading_is_no_failure() {
    let place = Place::ready();
    let mut child =
        place.command().args(["completions", "zsh"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}
