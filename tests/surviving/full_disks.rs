//! Disks that are full, and disks that may only be read: an error that names the path and says what to do, a register that
//! verifies there and then, and the same command when there is room. Linux, because a small disk must be mounted.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{by_sha256sum, copy, fill, manifest, skipped};
use crate::support::{Place, Ran, day};

/// Steps of free room in KiB. A register at rest wants 36 for SQLite's own; what is collected here has about 1,500.
const STEPS: [u64; 22] =
    [0, 4, 8, 12, 16, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256, 512, 1_024, 1_300, 1_400, 1_600, 2_000, 8_000];

/// A disk of its own below a place, taken away again.
pub(super) struct Disk {
    path: PathBuf,
}

impl Disk {
    /// Mounts one of 64 MiB; `None` where that is not allowed.
    pub(super) fn mount(path: PathBuf) -> Option<Disk> {
        fs::create_dir_all(&path).unwrap();
        let disk = Disk { path };
        disk.run("mount", &["-t", "tmpfs", "-o", "size=64m", "none"]).then_some(disk)
    }

    fn run(&self, program: &str, words: &[&str]) -> bool {
        let output = Command::new(program).args(words).arg(&self.path).output();
        output.is_ok_and(|output| output.status.success())
    }

    /// Leaves so much room, rounded up to a page.
    fn leave(&self, kib: u64) {
        let output = Command::new("df").args(["-k", "--output=used"]).arg(&self.path).output().unwrap();
        let used: u64 = String::from_utf8(output.stdout).unwrap().lines().last().unwrap().trim().parse().unwrap();
        assert!(self.run("mount", &["-o", &format!("remount,size={}k", used + kib)]));
    }

    fn remount(&self, how: &str) {
        assert!(self.run("mount", &["-o", &format!("remount,{how}")]));
    }

    /// Takes it away although files on it are open.
    pub(super) fn vanish(&self) {
        assert!(self.run("umount", &["--lazy"]));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.run("umount", &[]);
    }
}

/// A register on a small disk, with a share beside it to be collected.
fn on_a_disk() -> Option<(Place, Disk)> {
    let place = Place::in_memory().made_northmoor();
    fill(&place, 100);
    let Some(disk) = Disk::mount(place.path("disk")) else {
        skipped("a small disk can only be mounted by root; a full one and a read-only one were not tried");
        return None;
    };
    copy(&place, "register", "disk/register");
    Some((place, disk))
}

/// What was in the way: the file, by what it is.
#[track_caller]
fn refused(ran: &Ran) -> &'static str {
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.err.contains("help: ") && ran.err.contains("room"), "{ran:?}");
    let phases = [
        ("disk/out", "pack"),
        ("objects/incoming", "store"),
        ("objects/", "store"),
        ("objects.lock", "store"),
        ("ledger.sqlite", "ledger"),
        ("index.sqlite", "index"),
    ];
    let found = phases.iter().find(|(path, _)| ran.err.contains(path));
    found.unwrap_or_else(|| panic!("no path is named: {ran:?}")).1
}

/// Runs a command with more and more room until it succeeds; gives what was in the way before, and how it ended.
fn with_more_and_more_room(place: &Place, disk: &Disk, line: &str) -> (BTreeSet<&'static str>, Ran) {
    let line = format!("{line} --register disk/register");
    let mut met = BTreeSet::new();
    for kib in STEPS {
        disk.leave(kib);
        let ran = place.run(&line);
        let verified = place.run("verify --register disk/register");
        // An entry found room and its signature none: the next one covers both.
        let unsigned = verified.code == 1 && verified.out.contains("not every entry is vouched for");
        if ran.code < 2 {
            if ran.err.contains("index.sqlite") {
                met.insert("index");
            }
            assert!(verified.code == 0 || unsigned, "{kib} KiB: {verified:?}");
            if unsigned {
                disk.leave(8_000);
                // The next entry is signed, and its signature covers those before it.
                let _ = place.run(&format!("organisation add Z{} Z --register disk/register", line.len())).fine();
            }
            return (met, ran);
        }
        met.insert(refused(&ran));
        assert!(verified.code == 0 || unsigned, "{kib} KiB: {ran:?} {verified:?}");
    }
    panic!("it never succeeds: {line}, {met:?}");
}

#[test]
fn a_disk_that_is_full_at_any_moment_loses_nothing() {
    let Some((place, disk)) = on_a_disk() else { return };
    let collect = format!("evidence collect share --kind configuration-export --shows {}", day(0));
    let (mut met, ran) = with_more_and_more_room(&place, &disk, &collect);
    assert_eq!(manifest(&place, "disk/register", &ran), by_sha256sum(&place.path("share")));
    // The objects are there: what is written now is the manifest, the ledger and the caches.
    place.write("share/one-more.txt", "one more");
    met.extend(with_more_and_more_room(&place, &disk, "evidence rescan E-0001").0);
    met.extend(with_more_and_more_room(&place, &disk, "evidence rescan E-0002").0);
    met.extend(with_more_and_more_room(&place, &disk, "organisation add Y Y").0);
    met.extend(with_more_and_more_room(&place, &disk, "pack build disk/out").0);
    let reached: Vec<&str> = ["ledger", "pack", "store"].into_iter().filter(|phase| met.contains(phase)).collect();
    assert_eq!(reached, ["ledger", "pack", "store"], "each was in the way once: {met:?}");
    disk.leave(8_000);
    let packed = place.run("pack verify disk/out");
    assert!(packed.code < 2 && packed.out.contains("intact"), "{packed:?}");
    let _ = place.run("organisation add X X --register disk/register").fine();
    let _ = place.run("verify --register disk/register").fine();
}

#[test]
fn where_only_reading_is_allowed_everything_can_be_read_and_nothing_is_written() {
    let Some((place, disk)) = on_a_disk() else { return };
    let collect =
        format!("evidence collect share --kind configuration-export --shows {} --register disk/register", day(0));
    let _ = place.run(&collect).fine();
    let before = place.bytes_of("disk/register");
    disk.remount("ro");
    for line in ["verify", "evidence list", "evidence show E-0001", "evidence verify", "readiness"] {
        let ran = place.run(&format!("{line} --register disk/register"));
        assert!(ran.code < 2, "{line}: {ran:?}");
    }
    for line in ["evidence rescan E-0001", "organisation add X X", "pack build out"] {
        let ran = place.run(&format!("{line} --register disk/register")).exits(5);
        assert!(ran.err.contains("help: ") && ran.err.contains("disk/register"), "{line}: {ran:?}");
    }
    disk.remount("rw");
    assert!(place.bytes_of("disk/register") == before, "nothing was written");
    let _ = place.run("verify --register disk/register").fine();
}
