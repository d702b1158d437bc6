//! What holds whatever the register says.

use portreeve_model::text::reorders;
use portreeve_reporting::why::Wanted;
use portreeve_reporting::{csv, lists, log, next, plan, readiness, safe, show, status, why};

use super::fixture::{PIPE, PLAIN, TERMINAL, World, world, young};

fn everything(world: &World) -> Vec<String> {
    let (subject, on) = (world.subject(), world.on());
    let mut all = Vec::new();
    for layout in [TERMINAL, PLAIN, PIPE] {
        all.push(readiness::text(&subject, layout));
        all.push(why::text(&subject, &Wanted::Scheme, &world.files, layout));
        all.push(why::text(&subject, &Wanted::Requirement("psn-coco-1.32:R2".parse().unwrap()), &world.files, layout));
        all.push(status::text(&subject, layout));
        all.push(next::text(&subject, layout));
        all.push(lists::actions(&subject, &lists::ActionFilter::default(), on).text(layout));
        all.push(log::text(&log::lines(&world.history, None), layout));
        let shown = show::evidence(subject.register, &world.history, &"E-3".parse().unwrap(), on);
        all.extend(shown.map(|record| record.text(layout)));
    }
    all
}

#[test]
fn the_same_subject_gives_the_same_bytes() {
    assert_eq!(everything(&world()), everything(&world()));
    assert_eq!(plan::csv(&world().subject()), plan::csv(&world().subject()));
    assert_eq!(readiness::json(&world().subject()), readiness::json(&world().subject()));
}

#[test]
fn no_text_holds_a_character_that_moves_or_hides_others() {
    for text in everything(&world()).into_iter().chain(everything(&young())) {
        let bad = text.chars().find(|letter| (letter.is_control() && !"\n\t".contains(*letter)) || reorders(*letter));
        assert_eq!(bad, None, "{text}");
    }
    let files =
        why::text(&world().subject(), &Wanted::Requirement("psn-coco-1.32:R2".parse().unwrap()), &world().files, PIPE);
    assert!(files.contains("invoice\\u{202E}fdp.exe\\u{001B}[2J"), "{files}");
    assert_eq!(safe::text("a\u{2066}b\u{7}\u{200B}c\nd"), "a\\u{2066}b\\u{0007}\\u{200B}c\\u{000A}d");
}

#[test]
fn a_terminal_without_boxes_gets_none() {
    let text = why::text(&world().subject(), &Wanted::Scheme, &world().files, PLAIN);
    assert!(!text.contains(['├', '└', '│']), "{text}");
}

#[test]
fn tables_fit_the_terminal() {
    let world = world();
    for width in [90, 100, 120, 200] {
        let layout = portreeve_reporting::Layout { width: Some(width), unicode: true };
        let text = lists::actions(&world.subject(), &lists::ActionFilter::default(), world.on()).text(layout);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{widest} > {width}\n{text}");
    }
}

/// A reader of RFC 4180, so that the writer is not its own judge.
fn read(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(letters.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(cell.is_empty() && row.is_empty() && !quoted, "the last line ends with CRLF");
    rows
}

#[test]
fn the_plan_reads_back_and_starts_no_formula() {
    let world = world();
    let rows = read(&String::from_utf8(plan::csv(&world.subject())).unwrap());
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    // Three findings in the report's order, one without an action, then the action without a finding.
    let printed: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(printed, ["4.1", "4.2", "4.3", ""]);
    assert_eq!(rows[4][9], "RAP-3");
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{cell}");
    }
    assert_eq!(csv::restore(&rows[2][2]), "=HYPERLINK(\"http://example.invalid\",\"Weak ciphers\")");
    let form = read(&String::from_utf8(plan::application_csv(&world.subject())).unwrap());
    assert_eq!(form.len(), 5, "a header, and two fields for each of two councils");
    assert_eq!(csv::restore(&form[1][2]), "@Shared");
    assert_eq!(form[2][2], "420, about \"half\" remote");
    assert_eq!(form[3][2], "");
}

/// Counting each action once follows the model's own rule for what is in scope.
#[test]
fn the_scope_counted_once_is_the_models_scope() {
    let world = world();
    let document = readiness::json(&world.subject());
    assert_eq!(document["distinct_actions"]["total"], document["organisations"][0]["actions"]["total"]);
    assert_eq!(document["distinct_actions"]["verified"], document["organisations"][0]["actions"]["verified"]);
}
