//! The yardstick sees what `find` sees and hashes what `sha256sum` hashes, with however many threads.

use std::fs;
use std::process::Command;

use crate::support::Place;

fn shell(script: &str, folder: &std::path::Path) -> String {
    let output = Command::new("sh").args(["-c", script, "sh"]).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn counted(place: &Place, corpus: &str, threads: usize) -> (u64, u64, u64, String) {
    let ran = place.run(&format!("yardstick {corpus} --threads {threads} --json")).fine();
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let number = |name: &str| told[name].as_u64().unwrap();
    assert_eq!(number("unreadable"), 0);
    (number("files"), number("folders"), number("bytes"), told["mark"].as_str().unwrap().to_owned())
}

#[test]
fn it_counts_what_find_counts_and_hashes_what_sha256sum_hashes() {
    let place = Place::new();
    // The flat one has more names than one call brings, so that threads share a folder.
    for line in
        ["small --files 500 --out tree", "small --files 3000 --max 2K --flat --out flat", "hostile --out hostile"]
    {
        let _ = place.run(&format!("corpus {line}")).fine();
        let corpus = line.rsplit(' ').next().unwrap();
        let folder = place.path(corpus);
        let one = counted(&place, corpus, 1);
        assert_eq!(one.0.to_string(), shell(r#"find "$1" -type f -printf . | wc -c"#, &folder), "{line}: files");
        assert_eq!(one.1.to_string(), shell(r#"find "$1" -type d -printf . | wc -c"#, &folder), "{line}: folders");
        assert_eq!(
            one.2.to_string(),
            shell(r#"find "$1" -type f -printf '%s\n' | awk '{ s += $1 } END { printf "%d", s }'"#, &folder),
            "{line}: bytes"
        );
        assert_eq!(one.3, mark_by_sha256sum(&folder), "{line}");
        for threads in [2, 5] {
            assert_eq!(counted(&place, corpus, threads), one, "{line} with {threads} threads");
        }
    }
}

/// All digests by exclusive or, from a tool that shares no line with ours.
fn mark_by_sha256sum(folder: &std::path::Path) -> String {
    let listed = shell(r#"find "$1" -type f -exec sha256sum -z {} + | tr '\n\0' ' \n' | cut -c1-64"#, folder);
    let mut mark = [0_u8; 32];
    for digest in listed.lines() {
        for (at, byte) in mark.iter_mut().enumerate() {
            *byte ^= u8::from_str_radix(&digest[2 * at..2 * at + 2], 16).unwrap();
        }
    }
    mark.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_cannot_be_read_makes_it_no_yardstick() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let _ = place.run("corpus small --files 20 --out small").fine();
    let locked = place.path("small/locked");
    fs::write(&locked, "x").unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::File::open(&locked).is_ok() {
        // Root reads everything; a folder that is gone cannot be read by anyone.
        let _ = place.run("yardstick gone").exits(5);
        return;
    }
    let _ = place.run("yardstick small").exits(1).warns("1 could not be read");
    let _ = place.run("run --corpus small --work work --only hash").exits(3);
}
