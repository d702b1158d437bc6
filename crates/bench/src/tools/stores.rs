//! Tools that keep a copy: backup programs, git, and plain copying as the least that storing can cost.

use std::ffi::OsString;

use super::{Peer, Place, Plan, Step};
use crate::measure::Line;
use crate::work::Work;

pub(super) const PEERS: &[Peer] = &[
    Peer { name: "restic", program: "restic", version: &["version"], plan: restic },
    Peer { name: "borg", program: "borg", version: &["--version"], plan: borg },
    Peer { name: "rustic", program: "rustic", version: &["--version"], plan: rustic },
    Peer { name: "git", program: "git", version: &["--version"], plan: git },
    Peer { name: "tar", program: "tar", version: &["--version"], plan: tar },
    Peer { name: "cp", program: "cp", version: &["--version"], plan: cp },
];

/// What a store can be asked: to begin one, to take the tree in, and to read everything back.
struct Store {
    begin: Line,
    take: Line,
    check: Option<Line>,
    /// What is to be removed for a new one to be begun.
    kept: Vec<&'static str>,
    note: &'static str,
}

impl Store {
    fn plan(self, work: Work, place: &Place) -> Option<Plan> {
        let removed = || self.kept.iter().map(|name| Step::Remove(place.own(name)));
        let begin = || Step::Run(self.begin.clone());
        match work {
            Work::Store => {
                Some(Plan::of(self.take.clone()).before(removed()).before([begin()]).after(removed()).noted(self.note))
            }
            Work::Rescan | Work::Edited => {
                Some(Plan::of(self.take.clone()).prepared([begin(), Step::Run(self.take)]).noted("by times and inodes"))
            }
            Work::Verify => {
                let steps = [begin(), Step::Run(self.take.clone())];
                self.check.map(|check| Plan::of(check).prepared(steps).noted("reads its store back, not the tree"))
            }
            _ => None,
        }
    }
}

fn restic(work: Work, place: &Place) -> Option<Plan> {
    let asked = |words: &[&str]| {
        let repository = ["-q".into(), "-r".into(), place.own("restic").into()];
        let words = repository.into_iter().chain(words.iter().map(OsString::from));
        Line::new("restic", words).with("RESTIC_PASSWORD", "x").with("RESTIC_CACHE_DIR", place.own("restic-cache"))
    };
    let mut take = asked(&["backup"]);
    take.args.push(place.tree());
    Store {
        begin: asked(&["init"]),
        take,
        check: Some(asked(&["check", "--read-data"])),
        kept: vec!["restic", "restic-cache"],
        note: "encrypts",
    }
    .plan(work, place)
}

fn borg(work: Work, place: &Place) -> Option<Plan> {
    let repository = place.own("borg");
    let asked = |words: Vec<OsString>| {
        Line::new("borg", words)
            .with("BORG_BASE_DIR", place.own("borg-home"))
            .with("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes")
            .with("BORG_RELOCATED_REPO_ACCESS_IS_OK", "yes")
    };
    let mut archive = repository.clone().into_os_string();
    archive.push("::a{now:%H%M%S%f}");
    Store {
        begin: asked(vec!["init".into(), "-e".into(), "none".into(), repository.clone().into()]),
        take: asked(vec!["create".into(), archive, place.tree()]),
        check: Some(asked(vec!["check".into(), "--verify-data".into(), repository.into()])),
        kept: vec!["borg", "borg-home"],
        note: "not encrypted; lz4",
    }
    .plan(work, place)
}

fn rustic(work: Work, place: &Place) -> Option<Plan> {
    let asked = |words: Vec<OsString>| {
        Line::new("rustic", words)
            .with("RUSTIC_REPOSITORY", place.own("rustic"))
            .with("RUSTIC_CACHE_DIR", place.own("rustic-cache"))
            .with("RUSTIC_PASSWORD", "x")
            .with("RUSTIC_NO_PROGRESS", "true")
            .with("RUSTIC_LOG_LEVEL", "error")
    };
    Store {
        begin: asked(vec!["init".into()]),
        take: asked(vec!["backup".into(), place.tree()]),
        check: Some(asked(vec!["check".into(), "--read-data".into()])),
        kept: vec!["rustic", "rustic-cache"],
        note: "encrypts; zstd",
    }
    .plan(work, place)
}

fn git(work: Work, place: &Place) -> Option<Plan> {
    let asked = |words: &[&str]| {
        Line::new("git", words)
            .with("GIT_DIR", place.own("git"))
            .with("GIT_WORK_TREE", place.tree())
            .with("GIT_CONFIG_GLOBAL", "/dev/null")
            .with("GIT_CONFIG_NOSYSTEM", "1")
            .within(&place.tree)
    };
    let store = Store {
        begin: asked(&["init", "-q"]),
        take: asked(&["add", "-A", "."]),
        check: None,
        kept: vec!["git"],
        note: "SHA-1, zlib, a file an object",
    };
    match work {
        Work::Rescan | Work::Edited => {
            let steps = [Step::Run(store.begin), Step::Run(store.take)];
            Some(Plan::of(asked(&["status", "--porcelain"])).prepared(steps).noted("status: by times, SHA-1"))
        }
        work => store.plan(work, place),
    }
}

fn tar(work: Work, place: &Place) -> Option<Plan> {
    if work != Work::Store {
        return None;
    }
    let script = r#"tar -cf - -C "$1" . | dd "of=$2" bs=1M conv=fdatasync status=none"#;
    let gone = || [Step::Remove(place.own("all.tar"))];
    let line = Line::shell(script, [place.tree(), place.own("all.tar").into()]);
    Some(Plan::of(line).before(gone()).after(gone()).floor().noted("no hash: storing in one file"))
}

fn cp(work: Work, place: &Place) -> Option<Plan> {
    if work != Work::Store {
        return None;
    }
    let script = r#"cp -R "$1" "$2" && sync -f "$2""#;
    let gone = || [Step::Remove(place.own("copy"))];
    let line = Line::shell(script, [place.tree(), place.own("copy").into()]);
    Some(Plan::of(line).before(gone()).after(gone()).floor().noted("no hash: storing a file an object"))
}
