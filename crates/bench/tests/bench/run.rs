//! Whole runs: over a small corpus with the tools that are there, and with a portreeve that this test plays itself.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::{Place, entries};
use serde_json::Value;

/// Peers that start quickly, and none of which every machine has but the first few.
const QUICK: &str = "sha256sum,rhash,hashdeep,openssl,find,mtree,aide,git,tar,cp";

fn json(place: &Place, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(place.path(name)).unwrap()).unwrap()
}

/// A portreeve of two lines, which knows every command.
fn played(place: &Place, script: &str) {
    let path = place.path("played");
    let told = "case \"$*\" in *--version) echo portreeve 9;; *--help) echo --reference;; *)";
    fs::write(&path, format!("#!/bin/sh\n{told} {script};; esac\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_whole_run_leaves_figures_and_nothing_else() {
    let place = Place::new();
    let _ = place.run("corpus small --files 200 --out small").fine();
    let before = entries(&place.path("small"));
    let works = "hash,scan,rescan,edited,verify,store";
    let ran =
        place.run(&format!("run --corpus small --work work --only {works} --tools {QUICK} --runs 1 --json j")).fine();
    assert!(entries(&place.path("small")) == before, "the corpus was written to");
    assert!(!place.path("work").exists(), "the work folder is gone");
    let told = json(&place, "j");
    assert_eq!((&told["format"], &told["corpus"]["files"]), (&"portreeve.bench/1".into(), &200.into()));
    let done = told["works"].as_array().unwrap();
    let names: Vec<&str> = done.iter().map(|work| work["work"].as_str().unwrap()).collect();
    assert_eq!(names.join(","), works);
    for work in done {
        let rows = work["rows"].as_array().unwrap();
        assert!(!rows.is_empty(), "{work}");
        for row in rows {
            assert_eq!(row["failed"], Value::Null);
            let figure = |name: &str| row["summary"][name]["median"].as_f64().unwrap();
            assert!(figure("wall_s") > 0.0 && figure("wall_ratio") > 0.0, "{row}");
            assert!(row["summary"]["peak_mib"].as_f64().unwrap() > 0.5, "{row}");
        }
    }
    for told in ["## hash: Hash everything", "| sha256sum", "*find*", "Linux", " cores", "200 files", "Versions: "] {
        assert!(ran.out.contains(told), "no {told} in\n{}", ran.out);
    }
}

#[test]
fn our_rows_are_run_when_the_commands_are_there() {
    let place = Place::new();
    let _ = place.run("corpus small --files 200 --out small").fine();
    played(&place, "echo \"$PORTREEVE_AS $*\" >> \"$(dirname \"$0\")/said\"");
    let line = "run --corpus small --work work --runs 2 --tools portreeve,sha256sum --portreeve played --json j";
    let ran = place.run(&format!("{line} --only hash,scan,rescan,edited,verify,store,bag,validate")).fine();
    let said = fs::read_to_string(place.path("said")).unwrap();
    let small = place.path("small").canonicalize().unwrap();
    let count = |text: &str| said.lines().filter(|line| line.contains(text)).count();
    assert_eq!(count(&format!("security-officer evidence digest {}", small.display())), 2);
    assert_eq!(count("evidence rescan E-0001"), 4, "twice unchanged and twice edited");
    assert_eq!(count("pack build"), 3, "twice timed, once to have something to verify");
    // scan and store begin anew each round; the others keep what they were prepared with.
    assert_eq!(count("init --name"), 2 + 2 + 1 + 1 + 1 + 1 + 1);
    assert!(ran.out.contains("**portreeve**") && ran.out.contains("the quickest peer"), "{}", ran.out);
    let told = json(&place, "j");
    assert_eq!(told["tools"][0]["version"], "portreeve 9");
}

#[test]
fn a_command_that_is_not_there_yet_and_a_tool_that_fails_are_told() {
    let place = Place::new();
    let _ = place.run("corpus small --files 50 --out small").fine();
    played(&place, "echo it broke >&2; exit 4");
    let line = "run --corpus small --work work --runs 1 --tools portreeve,sha256sum --portreeve played --only hash";
    let ran = place.run(line).exits(1).says("FAILED: played exited 4: it broke");
    assert!(ran.out.contains("| sha256sum"), "the others stand: {}", ran.out);
    fs::write(place.path("played"), "#!/bin/sh\nexit 2\n").unwrap();
    let _ = place.run(line).fine().says("there is no `portreeve evidence digest` yet");
    let _ = place.run(&format!("{line} --dry-run")).fine().says("there is no `portreeve evidence digest` yet");
    let _ = place.run("run --corpus small --work work --tools nonsense").exits(2).warns("is no tool");
}

#[test]
fn guard_rails_hold() {
    let place = Place::new();
    let _ = place.run("corpus small --files 20 --out small").fine();
    let run = |line: &str| place.run(&format!("run --only hash --tools sha256sum --runs 1 {line}"));
    fs::create_dir(place.path("full")).unwrap();
    fs::write(place.path("full/thesis.odt"), "x").unwrap();
    let _ = run("--corpus small --work full").exits(3).warns("is not empty");
    let _ = run("--corpus small --work small/work").exits(3).warns("one in the other");
    let _ = run("--corpus small --work .").exits(3);
    let _ = run("--corpus small --work work --json small/j").exits(3);
    let _ = run("--corpus gone --work work").exits(5);
    fs::create_dir(place.path("empty")).unwrap();
    let _ = run("--corpus empty --work work").exits(3);
    assert!(place.path("full/thesis.odt").exists() && !place.path("work").exists());
    assert!(!place.path("small/j").exists() && !place.path("small/work").exists());
    let _ = run("--corpus small --work work").fine();
}

/// A run that hangs in its first tool: the process and the number of the process that hangs.
fn hanging(place: &Place) -> (Child, String) {
    let _ = place.run("corpus small --files 20 --out small").fine();
    // It ignores a polite request, and has a child that does.
    let script = "trap '' TERM; sleep 1000 & echo $! $$ > \"$(dirname \"$0\")/hangs.new\"; mv \"$(dirname \"$0\")/hangs.new\" \"$(dirname \"$0\")/hangs\"; wait";
    played(place, script);
    let line = "run --corpus small --work work --only hash --tools portreeve --portreeve played";
    let child = place.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    within_seconds(20, || place.path("hangs").exists());
    (child, fs::read_to_string(place.path("hangs")).unwrap())
}

fn within_seconds(seconds: u32, done: impl Fn() -> bool) {
    for _ in 0..seconds * 20 {
        if done() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    assert!(done(), "not within {seconds} seconds");
}

fn runs(number: &str) -> bool {
    let status = fs::read_to_string(Path::new("/proc").join(number).join("stat")).unwrap_or_default();
    !status.is_empty() && !status.contains(") Z ")
}

fn signal(name: &str, child: &Child) {
    let sent = std::process::Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_leaves_nothing_running_and_nothing_lying() {
    let place = Place::new();
    let (mut child, hangs) = hanging(&place);
    assert!(hangs.split_whitespace().all(runs));
    signal("-INT", &child);
    // Not `wait`: a run that does not end is to fail here.
    within_seconds(10, || !hangs.split_whitespace().any(runs));
    within_seconds(10, || !runs(&child.id().to_string()));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!place.path("work").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_takes_its_tool_along_and_the_next_one_clears_up() {
    let place = Place::new();
    let (mut child, hangs) = hanging(&place);
    signal("-KILL", &child);
    let _ = child.wait().unwrap();
    within_seconds(10, || !hangs.split_whitespace().any(runs));
    assert!(place.path("work").exists(), "nobody was left to remove it");
    let _ = place.run("run --corpus small --work work --only hash --tools sha256sum --runs 1").fine();
    assert!(!place.path("work/rows").exists());
}

#[test]
fn growth_sets_two_sizes_side_by_side() {
    let place = Place::new();
    let line = "growth --work work --runs 1 --only hash --tools sha256sum --json j";
    let ran = place.run(&format!("{line} --files 400 --files 100")).fine().says("| hash | sha256sum |");
    assert!(ran.out.contains("us a file, 100") && ran.out.contains("us a file, 400"), "{}", ran.out);
    assert_eq!(json(&place, "j")["reports"][1]["corpus"]["files"], 400);
    assert!(!place.path("work").exists());
    let _ = place.run(&format!("{line} --files 100")).exits(2);
}
