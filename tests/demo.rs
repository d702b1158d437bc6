//! The demonstration: the story it tells, and that strangers' tools agree with its pack.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::support::{Place, demonstration};

#[test]
fn the_story_holds_and_its_pack_convinces_strangers() {
    let (place, told) = demonstration();
    assert!(told.lines().next().unwrap().to_lowercase().contains("demonstration"), "{told}");
    assert!(told.lines().count() < 40, "short enough to read: {told}");
    assert!(
        told.contains("owners say that 99 of 102 actions are done (97%)") && told.contains("would not pass today"),
        "{told}"
    );
    assert!(!place.path("shown/shelf").exists() && place.path("shown/pack/index.html").is_file());
    let _ = place.run("demo shown").exits(2).warns("is there already");

    let register = "--register shown/register";
    let _ = place.run(&format!("readiness --at 2018-12-31 {register}")).exits(1).says("would not pass");
    let _ = place.run(&format!("readiness --at 2019-05-31 {register}")).fine().says("would pass");

    let outside = "--key shown/pack.allowed_signers --checkpoint shown/pack.checkpoint";
    let _ = place.run(&format!("pack verify shown/pack {outside}")).fine().says("complete, and fresh on");
    let _ = place.run(&format!("verify {register} {outside}")).fine();
    every_output_says_demonstration(place, register);
    strangers_agree(&place.path("shown/pack"), &place.path("shown/pack.allowed_signers"));
}

fn every_output_says_demonstration(place: &Place, register: &str) {
    for line in [
        "",
        "status",
        "next",
        "why",
        "readiness",
        "finding list",
        "action list",
        "evidence list",
        "evidence show E-013",
        "requirement list",
        "decision list",
        "risk list",
        "certificate list",
        "pack list",
        "source list",
        "framework list",
        "scheme list",
        "organisation list",
        "person list",
        "log",
        "verify",
        "pack verify shown/pack",
        "organisation add X X --as security-officer",
    ] {
        let ran = place.run(&format!("{line} --at 2019-05-31 {register}"));
        let ran = if ran.code == 2 { place.run(&format!("{line} {register}")) } else { ran };
        let first = ran.out.lines().next().unwrap_or_default().to_lowercase();
        assert!(first.contains("demonstration"), "portreeve {line}: {}\n{}", ran.out, ran.err);
        let object = place.run(&format!("{line} --json {register}")).json();
        assert!(
            object["demonstration"] == true || object["format"] == "portreeve.error/1",
            "portreeve {line}: {object}"
        );
    }
}

/// With the tools that an assessor has already.
fn strangers_agree(pack: &Path, signers: &Path) {
    for list in ["tagmanifest-sha256.txt", "manifest-sha256.txt"] {
        succeeds(Command::new("sha256sum").args(["--quiet", "-c", list]).current_dir(pack));
    }
    let principal = fs::read_to_string(signers).unwrap().split(' ').next().unwrap().to_owned();
    let signed = File::open(pack.join("tagmanifest-sha256.txt")).unwrap();
    succeeds(
        Command::new("ssh-keygen")
            .args(["-Y", "verify", "-I", &principal, "-n", "pack@portreeve", "-s", "tagmanifest-sha256.txt.sig", "-f"])
            .arg(signers)
            .stdin(signed)
            .current_dir(pack),
    );
}

/// A tool that is not there is passed over aloud on a developer's machine, and is a failure where it was promised.
fn succeeds(command: &mut Command) {
    match command.output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{command:?}: {}{said}", String::from_utf8_lossy(&output.stdout));
        }
        // Not through a print macro: the test harness would keep that to itself.
        Err(error) if std::env::var_os("CI").is_none() => {
            let _ = writeln!(std::io::stderr(), "SKIPPED {command:?}: {error}");
        }
        Err(error) => panic!("{command:?}: {error}"),
    }
}
