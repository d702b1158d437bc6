//! An assessment by spreadsheet: what goes out comes back, and what is wrong with it is told at once.

use std::fs;

use crate::support::{Place, day};

/// The sheet of Northmoor as text, without the byte order mark.
fn sheet(place: &Place, name: &str) -> String {
    let _ = place.run(&format!("requirement sheet caf-3.2 --out {name}")).fine();
    let text = fs::read_to_string(place.path(name)).unwrap();
    text.strip_prefix('\u{FEFF}').expect("a spreadsheet is told that it is UTF-8").to_owned()
}

#[test]
fn every_problem_is_told_with_its_row_and_nothing_is_recorded() {
    let place = Place::with_caf();
    place.write(
        "bad.csv",
        "requirement,indicator,column,text,answer,comment\n\
         caf-3.2:A1.a,A1.a.A.1,,,ja,\n\
         caf-3.2:A1.a,A1.a.A.2,,,Alternative, \n\
         caf-3.2:A1.a,B1.a.A.1,,,yes,\n\
         caf-3.2:A1.a,A1.a.A.3,,,yes,\n\
         caf-3.2:A1.a,A1.a.A.3,,,yes,\n\
         \n\
         caf-3.2:A1.a,A1.a.A.4,,,yes,one,more\n\
         A1.a,A1.a.NA.1,,,no,\n\
         caf-3.2:A1.a,A1.a.NA.2,,,exempt,\u{202E}x\n\
         caf-3.2:A1.a,A1.a.NA.3,,,no,\"never closed\n",
    );
    let before = place.bytes_of("register");
    let ran = place.run("requirement assess --sheet bad.csv").exits(2);
    insta::assert_snapshot!("sheet_problems", ran.err);
    assert!(place.bytes_of("register") == before, "nothing was written");

    for (name, bytes, says) in [
        (
            "latin.csv",
            b"requirement,indicator,column,text,answer,comment\n\xA3".as_slice(),
            "it is not UTF-8, first seen in line 2",
        ),
        ("utf16.csv", b"\xFF\xFEr\0e\0q\0".as_slice(), "it is not UTF-8"),
        ("other.csv", b"Issue reference,Register reference\n".as_slice(), "its columns are not requirement, indicator"),
        ("empty.csv", b"\r\n".as_slice(), "it is empty"),
    ] {
        fs::write(place.path(name), bytes).unwrap();
        let _ = place.run(&format!("requirement assess --sheet {name}")).exits(2).warns(says);
    }
    fs::write(place.path("long.csv"), vec![b'x'; 5 * 1024 * 1024]).unwrap();
    let _ = place.run("requirement assess --sheet long.csv").exits(2).warns("at most 4194304 are read");
}

#[test]
fn a_sheet_comes_back_as_a_spreadsheet_saves_it() {
    let place = Place::with_caf();
    let written = sheet(&place, "out.csv");
    let _ = place.run("requirement assess --sheet out.csv").fine().says("No row of out.csv has an answer");
    let row = written.lines().find(|line| line.starts_with("caf-3.2:A1.a,A1.a.A.1,")).unwrap();
    assert!(row.starts_with("caf-3.2:A1.a,A1.a.A.1,Achieved,\"") && row.ends_with("\",,"), "{row}");
    // Semicolons, CRLF, a mark, a line break in a cell, rows left out and an empty row at the end.
    let comment = "=SUM(A1) is how we'd put it; \"really\"";
    place.write(
        "back.csv",
        "\u{FEFF}Requirement;Indicator;Column;Text;Answer;Comment\r\n\
         caf-3.2:A1.a;A1.a.A.1;Achieved;\"of no\r\nimport\";YES;\r\n\
         caf-3.2:A1.a;A1.a.A.2;Achieved;;alternative;\"'=SUM(A1) is how we'd put it; \"\"really\"\"\"\r\n\
         caf-3.2:A1.a;A1.a.A.3;Achieved;;exempt;\"one\r\ntwo\"\r\n\
         caf-3.2:A1.b;A1.b.NA.1;Not achieved;;no;a remark\r\n\
         caf-3.2:A1.b;A1.b.NA.2;Not achieved;;;\r\n\
         ;;;;;\r\n",
    );
    let tried = place.run("requirement assess --sheet back.csv --dry-run --json").fine().json();
    let changes = tried["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 4);
    assert_eq!(changes[1]["indicator"], "A1.a.A.2");
    assert_eq!((&changes[1]["from"], &changes[1]["to"]["alternative"]), (&serde_json::Value::Null, &comment.into()));
    let _ = place.run("readiness --json").exits(1);
    let ran = place
        .run("requirement assess --sheet back.csv")
        .fine()
        .says("Answered 4 indicators of 2 requirements for NMB from back.csv")
        .says("1 row left empty")
        .says("portreeve requirement check --framework caf-3.2 --accept --as checker")
        .warns("comments beside yes, no or nothing are not kept: row 5");
    assert!(ran.out.contains("Entries #"), "one command: {}", ran.out);
    let again = place.run("requirement assess --sheet back.csv").fine();
    let _ = again.says("is held for NMB already, so nothing was recorded");

    let held = sheet(&place, "held.csv");
    assert!(
        held.contains(",alternative,\"'=SUM(A1) is how we'd put it; \"\"really\"\"\"\r\n"),
        "no cell starts a formula"
    );
    assert!(held.contains(",exempt,\"one\ntwo\"\r\n"), "{held}");
    let _ = place.run("requirement assess --sheet held.csv").fine().says("nothing was recorded");
}

#[test]
fn a_framework_s_answers_are_checked_together_by_somebody_else() {
    let place = Place::with_caf();
    let _ = place.by("checker", "requirement check --framework caf-3.2 --accept").exits(2).warns("wait for a check");
    let _ = place.run("requirement assess A1.b --rest-no").fine();
    let _ = place.by("head-of-ict", "requirement assess A1.c --rest-no").fine();
    let _ = place.run("requirement exclude B3.d --reason \"No mobile devices\"").fine();
    let _ = place.by("checker", "requirement check --framework caf-3.2").exits(2).warns("--accept");
    let _ = place
        .run("requirement check --framework caf-3.2 --accept")
        .exits(3)
        .warns("portreeve requirement check --framework caf-3.2 --accept --as checker");
    let _ = place
        .by("checker", "requirement check --framework caf-3.2 --accept --note \"Read in full\"")
        .fine()
        .says("Agreed with the answers to 2 requirements of caf-3.2")
        .says("A1.b, A1.c")
        .says("one by one with `portreeve requirement check REF`: caf-3.2:B3.d");
    let _ = place.run("why A1.b").exits(1);
}

#[test]
fn one_council_s_answers_do_not_become_another_s() {
    let place = Place::with_caf();
    let _ = place.run("organisation add SBC \"Another council\"").fine();
    let _ = place.run("requirement sheet caf-3.2").exits(2).warns("say whose with `--organisation`: NMB, SBC");
    let _ = place.run("requirement sheet caf-3.2 --organisation SBC --out sbc.csv").fine().says("for SBC");
    let _ = place.run("requirement assess --sheet sbc.csv").exits(2).warns("--organisation");
    place.write("one.csv", "requirement,indicator,column,text,answer,comment\ncaf-3.2:A1.a,A1.a.A.1,,,yes,\n");
    let _ = place.run("requirement assess --sheet one.csv --organisation SBC").fine().says("for SBC");
    let _ = place.run("requirement sheet caf-3.2 --organisation NMB --out nmb.csv").fine().says("0 of them answered");
    let _ = place.run("requirement sheet caf-3.2 --organisation SBC --out s2.csv").fine().says("1 of them answered");
}

#[test]
fn a_framework_without_indicators_has_no_sheet() {
    let place = Place::northmoor();
    let _ = place.run("requirement sheet psn-coco-1.32").exits(2).warns("has indicators");
    let _ = place.run(&format!("requirement sheet psn --at {} --out a.csv", day(0))).exits(2);
}
