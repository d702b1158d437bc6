//! What `--help` shows, command by command.

use crate::support::Place;

/// The subcommands a help text lists.
fn listed(help: &str) -> Vec<String> {
    let after = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let block = after.split("\n\n").next().unwrap_or_default();
    let names = block.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_explains_itself() {
    let place = Place::new();
    let top = place.run("--help").fine().out;
    insta::assert_snapshot!("portreeve", top);
    let nouns = listed(&top);
    assert!(nouns.len() > 20, "{nouns:?}");
    for noun in nouns {
        let help = place.run(&format!("{noun} --help")).fine().out;
        let mut whole = own_part(&help);
        for verb in listed(&help) {
            let help = place.run(&format!("{noun} {verb} --help")).fine().out;
            whole.push_str(&format!("\n==== portreeve {noun} {verb}\n\n{}", own_part(&help)));
        }
        for word in [" control ", " controls "] {
            assert!(!whole.contains(word), "an assessor asks for requirements: {whole}");
        }
        insta::assert_snapshot!(format!("help-{noun}"), whole);
    }
}

/// Without the options that every command has.
fn own_part(help: &str) -> String {
    let mut shown = String::new();
    let mut shared = false;
    for line in help.lines() {
        if line == "Options for every command:" {
            shared = true;
        } else if shared && !line.is_empty() && !line.starts_with(' ') {
            shared = false;
        }
        if !shared {
            shown.push_str(line);
            shown.push('\n');
        }
    }
    shown
}
