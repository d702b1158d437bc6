//! Tools that print digests, and check them against a list.

use std::ffi::OsString;

use super::{Peer, Place, Plan, Step};
use crate::measure::Line;
use crate::work::Work;

pub(super) const PEERS: &[Peer] = &[
    Peer { name: "sha256sum", program: "sha256sum", version: &["--version"], plan: sha256sum },
    Peer { name: "rhash", program: "rhash", version: &["--version"], plan: rhash },
    Peer { name: "hashdeep", program: "hashdeep", version: &["-V"], plan: hashdeep },
    Peer { name: "openssl", program: "openssl", version: &["version"], plan: openssl },
    Peer { name: "rclone", program: "rclone", version: &["--version"], plan: rclone },
];

/// Lists files and hands them out to as many processes as there are threads.
const EACH: &str = r#"find "$1" -type f -print0 | xargs -0 -P "$2" -n "$3" "#;

/// How many files a process is given: enough that starting it costs little, and few enough that all have work.
fn batch(place: &Place) -> OsString {
    (place.files / (place.threads as u64 * 4)).clamp(1, 200).to_string().into()
}

fn shared_out(place: &Place, command: &str) -> Line {
    Line::shell(&format!("{EACH}{command}"), [place.tree(), place.threads(), batch(place)])
}

/// The manifest that `sha256sum -c` takes, its names relative to the tree.
fn manifest(place: &Place) -> Line {
    let script = format!("{EACH}sha256sum > \"$4\" && sync \"$4\"");
    let words = [".".into(), place.threads(), batch(place), place.own("manifest").into()];
    Line::shell(&script, words).within(&place.tree)
}

fn sha256sum(work: Work, place: &Place) -> Option<Plan> {
    match work {
        Work::Hash | Work::LargeMany | Work::LargeFew => {
            Some(Plan::of(shared_out(place, "sha256sum")).noted("a process a core, by xargs"))
        }
        Work::Scan => Some(Plan::of(manifest(place)).noted("a process a core; manifest synced; no index")),
        Work::Verify => {
            let list: OsString = place.own("manifest").into();
            let check = Line::new("sha256sum", ["-c".into(), "--quiet".into(), list]).within(&place.tree);
            Some(Plan::of(check).prepared([Step::Run(manifest(place))]).noted("one process"))
        }
        _ => None,
    }
}

fn rhash(work: Work, place: &Place) -> Option<Plan> {
    let digests = ["--sha256".into(), "-r".into(), place.tree()];
    match work {
        Work::Hash | Work::LargeMany | Work::LargeFew => {
            Some(Plan::of(Line::new("rhash", digests)).noted("one thread"))
        }
        _ => None,
    }
}

fn hashdeep(work: Work, place: &Place) -> Option<Plan> {
    let threads = OsString::from(format!("-j{}", place.threads));
    let list = place.own("manifest");
    let keep = || {
        let script = r#"hashdeep -c sha256 -r -l "$1" . > "$2" && sync "$2""#;
        Line::shell(script, [threads.clone(), list.clone().into()]).within(&place.tree)
    };
    match work {
        Work::Hash | Work::LargeMany | Work::LargeFew => {
            Some(Plan::of(Line::new("sha256deep", ["-r".into(), threads, place.tree()])).noted("as sha256deep"))
        }
        Work::Scan => Some(Plan::of(keep()).noted("manifest synced; no index")),
        Work::Verify => {
            let words = ["-c", "sha256", "-r", "-l", "-a", "-k"].map(OsString::from);
            let words = words.into_iter().chain([list.clone().into(), threads.clone(), ".".into()]);
            Some(Plan::of(Line::new("hashdeep", words).within(&place.tree)).prepared([Step::Run(keep())]))
        }
        _ => None,
    }
}

fn openssl(work: Work, place: &Place) -> Option<Plan> {
    match work {
        Work::Hash | Work::LargeMany | Work::LargeFew => {
            Some(Plan::of(shared_out(place, "openssl dgst -sha256 -r")).noted("a process a core, by xargs"))
        }
        _ => None,
    }
}

fn rclone(work: Work, place: &Place) -> Option<Plan> {
    match work {
        Work::Hash | Work::LargeMany | Work::LargeFew => {
            let words = ["hashsum", "sha256", "--config", "/dev/null", "--checkers"].map(OsString::from);
            Some(Plan::of(Line::new("rclone", words.into_iter().chain([place.threads(), place.tree()]))))
        }
        _ => None,
    }
}
