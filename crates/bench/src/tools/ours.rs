//! What portreeve is asked to do: the one table to change when a command is renamed.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Answer, Place, Plan, Step, found, version_of};
use crate::clock;
use crate::measure::Line;
use crate::work::Work;

pub(crate) const NAME: &str = "portreeve";

/// How a work is done. `{tree}` is the folder of files, `{own}` a folder for this work alone, `{day}` today's date.
/// `PORTREEVE_REGISTER` is `{own}/register` and `PORTREEVE_AS` a security officer.
struct Row {
    work: Work,
    /// A command that must be there, and an option that its help must name; until then the row is left out.
    needs: (&'static str, &'static str),
    /// Once, untimed.
    prepare: &'static [&'static str],
    /// Files and folders in `{own}` that are removed before each round and after it.
    clear: &'static [&'static str],
    /// Before each round, untimed.
    before: &'static [&'static str],
    timed: &'static str,
    /// Exit codes that mean that the work was done.
    fine: &'static [i32],
    note: &'static str,
}

const INIT: &str = "init --name Benchmark --organisation BEN=Benchmark --key {own}/register.key";
const REFER: &str = "evidence collect {tree} --reference --kind compliance-report --shows {day}";
const COLLECT: &str = "evidence collect {tree} --kind compliance-report --shows {day}";
const FRAMEWORK: &str = "framework adopt psn-coco-1.32";
const SCHEME: &str = "scheme adopt psn --target 2099-01-01";
const BUILD: &str = "pack build {own}/built/pack";
/// All that `INIT` makes.
const REGISTER: &[&str] = &["register", "register.key", "register.key.last"];

const TABLE: &[Row] = &[
    hash(Work::Hash),
    Row {
        work: Work::Scan,
        needs: ("evidence collect", "--reference"),
        prepare: &[],
        clear: REGISTER,
        before: &[INIT],
        timed: REFER,
        fine: &[0],
        note: "manifest, index, signed entry",
    },
    rescan(Work::Rescan),
    rescan(Work::Edited),
    Row {
        work: Work::Verify,
        needs: ("evidence verify", ""),
        prepare: &[INIT, COLLECT],
        clear: &[],
        before: &[],
        timed: "evidence verify",
        fine: &[0],
        note: "",
    },
    Row {
        work: Work::Store,
        needs: ("evidence collect", ""),
        prepare: &[],
        clear: REGISTER,
        before: &[INIT],
        timed: COLLECT,
        fine: &[0],
        note: "hashes; does not compress",
    },
    Row {
        work: Work::Bag,
        needs: ("pack build", ""),
        prepare: &[INIT, FRAMEWORK, SCHEME, COLLECT],
        clear: &["built"],
        before: &[],
        timed: BUILD,
        // 1: the pack is built, and a scheme would want more in it.
        fine: &[0, 1],
        note: "copies, proves every entry, signs",
    },
    Row {
        work: Work::Validate,
        needs: ("pack verify", ""),
        prepare: &[INIT, FRAMEWORK, SCHEME, COLLECT, BUILD],
        clear: &[],
        before: &[],
        timed: "pack verify {own}/built/pack",
        fine: &[0, 1],
        note: "also every proof, figure and page",
    },
    hash(Work::LargeMany),
    hash(Work::LargeFew),
];

const fn hash(work: Work) -> Row {
    Row {
        work,
        needs: ("evidence digest", ""),
        prepare: &[],
        clear: &[],
        before: &[],
        timed: "evidence digest {tree}",
        fine: &[0],
        note: "",
    }
}

const fn rescan(work: Work) -> Row {
    Row {
        work,
        needs: ("evidence rescan", ""),
        prepare: &[INIT, REFER],
        clear: &[],
        before: &[],
        timed: "evidence rescan E-0001",
        // 1: something changed.
        fine: &[0, 1],
        note: "hashes what changed",
    }
}

/// The program, and which of the commands that the table needs it has.
pub(crate) struct Ours {
    program: PathBuf,
    has: BTreeSet<(&'static str, &'static str)>,
}

/// The program that was named, the one beside this one, or the one on the path; with the version it tells.
pub(super) fn find(named: Option<&Path>) -> (Ours, Option<String>) {
    let beside = env::current_exe().ok().map(|path| path.with_file_name(NAME)).filter(|path| path.is_file());
    let program = named.map(absolute).or(beside).or_else(|| found(NAME)).unwrap_or_default();
    if !program.is_file() {
        return (Ours { program, has: BTreeSet::new() }, None);
    }
    let mut has: BTreeSet<_> = TABLE.iter().map(|row| row.needs).collect();
    has.retain(|(command, option)| {
        let asked = Command::new(&program).args(command.split(' ')).arg("--help").stdin(Stdio::null()).output();
        asked.is_ok_and(|told| told.status.success() && String::from_utf8_lossy(&told.stdout).contains(option))
    });
    let version = version_of(&program, &["--version"]);
    (Ours { program, has }, Some(version))
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

impl Ours {
    pub(super) fn plan(&self, work: Work, place: &Place) -> Answer {
        let Some(row) = TABLE.iter().find(|row| row.work == work) else { return Answer::Nothing };
        // What a row prepares with must be there too.
        let refers = row.prepare.contains(&REFER).then_some(("evidence collect", "--reference"));
        let mut needs = [Some(row.needs), refers].into_iter().flatten();
        if let Some((command, option)) = needs.find(|need| !self.has.contains(need)) {
            let missing = format!("{NAME} {command} {option}");
            return Answer::NotYet(format!("there is no `{}` yet", missing.trim_end()));
        }
        let run = |text: &&str| Step::Run(self.line(text, place));
        let clear = || row.clear.iter().map(|name| Step::Remove(place.own(name)));
        let mut plan = Plan::of(self.line(row.timed, place))
            .prepared(row.prepare.iter().map(run))
            .before(clear())
            .before(row.before.iter().map(run))
            .after(clear())
            .noted(row.note);
        plan.fine = row.fine;
        Answer::Does(Box::new(plan))
    }

    /// Words are divided at blanks first and filled in then, so a path may hold blanks.
    fn line(&self, text: &str, place: &Place) -> Line {
        let day = clock::today().1;
        let day = day.split('T').next().unwrap_or_default();
        let words = text.split(' ').map(|word| -> OsString {
            match word {
                "{tree}" => place.tree(),
                "{day}" => day.into(),
                word => match word.strip_prefix("{own}/") {
                    Some(name) => place.own(name).into(),
                    None => word.into(),
                },
            }
        });
        Line::new(&self.program, words)
            .with("PORTREEVE_REGISTER", place.own("register"))
            .with("PORTREEVE_AS", "security-officer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { tree: "/a tree".into(), own: "/own".into(), threads: 2, files: 1 }
    }

    #[test]
    fn every_work_has_one_row() {
        for work in Work::all() {
            assert_eq!(TABLE.iter().filter(|row| row.work == *work).count(), 1, "{work:?}");
        }
    }

    #[test]
    fn a_path_with_a_blank_stays_one_word() {
        let ours = Ours { program: NAME.into(), has: BTreeSet::new() };
        let line = ours.line("evidence digest {tree} --key {own}/x", &place());
        assert_eq!(line.args, ["evidence", "digest", "/a tree", "--key", "/own/x"]);
    }

    #[test]
    fn a_command_that_is_not_there_leaves_its_row_out_and_says_so() {
        let mut ours = Ours { program: NAME.into(), has: [("evidence rescan", "")].into() };
        let Answer::NotYet(why) = ours.plan(Work::Rescan, &place()) else { panic!("it cannot be prepared") };
        assert!(why.contains("evidence collect --reference"), "{why}");
        let _ = ours.has.insert(("evidence collect", "--reference"));
        assert!(matches!(ours.plan(Work::Rescan, &place()), Answer::Does(_)));
        assert!(matches!(ours.plan(Work::Hash, &place()), Answer::NotYet(_)));
    }
}
