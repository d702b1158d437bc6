//! What must survive: the whole command line put through the faults once, each journey ended by `portreeve verify` and by
//! a list that `sha256sum` has made. What each part promises by itself is tested beside that part.

mod changing;
mod flipping;
mod full_disks;
mod killing;
mod names;
mod oddities;
mod tearing;
mod together;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{Place, Ran, day};

/// Numbers by chance, the same again from the same seed: `PORTREEVE_SEED=… cargo test …` plays a failure again.
pub(crate) struct Chance {
    state: u64,
    seed: u64,
}

impl Chance {
    pub(crate) fn new() -> Chance {
        let given = std::env::var("PORTREEVE_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let seed = given.unwrap_or_else(|| u64::from(now.subsec_nanos()) ^ now.as_secs());
        Chance { state: seed, seed }
    }

    /// A number below `end` (Steele, Lea and Flood, SplitMix64; good enough to choose faults by).
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

impl Drop for Chance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "it happened with PORTREEVE_SEED={}", self.seed);
        }
    }
}

/// A test that cannot run here says so loudly, and fails where `CI` is set.
pub(crate) fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "may not be skipped where CI is set: {why}");
    // Not through a print macro: the test harness would keep that to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// A tool that is shared with other repositories, and lies beside this one or where `PORTREEVE_SHARED` says.
pub(crate) fn shared(inside: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let path = std::env::var_os("PORTREEVE_SHARED").map_or_else(beside, PathBuf::from).join(inside);
    if !path.exists() {
        skipped(&format!("there is no {}", path.display()));
        return None;
    }
    Some(path)
}

/// `collect share`, of today.
pub(crate) fn collecting() -> String {
    format!("evidence collect share --kind configuration-export --shows {}", day(0))
}

/// Sets the time of writing of everything below `folder` back, so that a file counts as settled if nothing else changes.
pub(crate) fn age(path: &Path) {
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    fs::OpenOptions::new().write(true).open(path).unwrap().set_modified(hour_ago).unwrap();
}

/// A share of `files` small files in ten folders, no two the same, and one that is too large for a pack.
pub(crate) fn fill(place: &Place, files: u64) {
    for number in 0..files {
        place.write(&format!("share/{}/{number}.txt", number % 10), &format!("{number}\n").repeat(20));
    }
    place.write("share/large.bin", &"0123456789abcdef".repeat(80_000));
    place.write("share/empty", "");
}

/// Puts a folder of the place in place of another.
pub(crate) fn copy(place: &Place, from: &str, to: &str) {
    let _ = fs::remove_dir_all(place.path(to));
    let copied = Command::new("cp").arg("-a").arg(place.path(from)).arg(place.path(to)).status();
    assert!(copied.unwrap().success());
}

/// What `sha256sum` says of everything below `folder`: path and digest.
pub(crate) fn by_sha256sum(folder: &Path) -> BTreeMap<String, String> {
    let output = Command::new("sh")
        .args(["-c", "find . -type f -print0 | xargs -0 -r sha256sum"])
        .current_dir(folder)
        .output()
        .expect("sh, find, xargs and sha256sum are what a journey is judged by");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    listed(&String::from_utf8(output.stdout).unwrap().replace("  ./", "  "))
}

fn listed(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .map(|line| line.split_once("  ").unwrap())
        .map(|(sum, path)| (path.to_owned(), sum.to_owned()))
        .collect()
}

/// The manifest of what was just collected, as it lies in the store.
pub(crate) fn manifest(place: &Place, register: &str, ran: &Ran) -> BTreeMap<String, String> {
    let line = ran.out.lines().find(|line| line.trim_start().starts_with("manifest")).expect("the manifest is named");
    let digest = line.rsplit([' ', ':']).next().unwrap();
    let path = place.path(register).join("objects/objects").join(&digest[..2]).join(digest);
    listed(&fs::read_to_string(path).expect("a manifest is loose"))
}

/// The register as `verify` sees it: fine, or with entries that no signature vouches for yet, because the program ended
/// between the entry and the signature. Anything else is not survived.
#[track_caller]
pub(crate) fn survived(place: &Place) -> Ran {
    let ran = place.run("verify");
    let unsigned = ran.code == 1 && ran.out.contains("not every entry is vouched for");
    assert!(ran.code == 0 || unsigned, "{ran:?}");
    ran
}
