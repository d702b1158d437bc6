//! What can be run: portreeve and its peers, each with what it does for a piece of work. A tool that has nothing for a
//! work is not asked.

mod hashers;
mod ours;
mod stores;
mod watchers;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::measure::Line;
use crate::work::Work;

pub(crate) use ours::NAME as OURS;

/// Where a tool does a work.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The files; only ever read.
    pub(crate) tree: PathBuf,
    /// A folder of the tool's own, for this work alone.
    pub(crate) own: PathBuf,
    /// How many threads or processes it may use, where it can be told.
    pub(crate) threads: usize,
    pub(crate) files: u64,
}

impl Place {
    pub(crate) fn own(&self, name: &str) -> PathBuf {
        self.own.join(name)
    }

    fn tree(&self) -> OsString {
        self.tree.clone().into_os_string()
    }

    fn threads(&self) -> OsString {
        self.threads.to_string().into()
    }
}

/// Something done before or after, untimed.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Run(Line),
    /// A file or folder of the tool's own.
    Remove(PathBuf),
    Write(PathBuf, String),
}

/// How a tool does a work.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Once, before the first round.
    pub(crate) prepare: Vec<Step>,
    /// Before each round.
    pub(crate) before: Vec<Step>,
    /// The one thing that is timed.
    pub(crate) timed: Line,
    /// After each round.
    pub(crate) after: Vec<Step>,
    /// Exit codes that mean that the work was done.
    pub(crate) fine: &'static [i32],
    /// Whether it does less than the work: what the machine cannot do better, and no peer.
    pub(crate) floor: bool,
    /// What a reader must know to compare it.
    pub(crate) note: &'static str,
}

impl Plan {
    fn of(timed: Line) -> Plan {
        Plan { prepare: Vec::new(), before: Vec::new(), timed, after: Vec::new(), fine: &[0], floor: false, note: "" }
    }

    fn prepared(mut self, steps: impl IntoIterator<Item = Step>) -> Plan {
        self.prepare.extend(steps);
        self
    }

    fn before(mut self, steps: impl IntoIterator<Item = Step>) -> Plan {
        self.before.extend(steps);
        self
    }

    fn after(mut self, steps: impl IntoIterator<Item = Step>) -> Plan {
        self.after.extend(steps);
        self
    }

    fn floor(mut self) -> Plan {
        self.floor = true;
        self
    }

    fn noted(mut self, note: &'static str) -> Plan {
        self.note = note;
        self
    }
}

/// A peer as the tables list it.
struct Peer {
    name: &'static str,
    program: &'static str,
    /// What makes it tell its version.
    version: &'static [&'static str],
    plan: fn(Work, &Place) -> Option<Plan>,
}

/// A tool that is there, or is not.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// `None` when it is not installed.
    pub(crate) version: Option<String>,
    does: Does,
}

enum Does {
    Ours(ours::Ours),
    Peer(fn(Work, &Place) -> Option<Plan>),
}

/// What a tool has for a work.
pub(crate) enum Answer {
    Does(Box<Plan>),
    /// It is meant to, and cannot yet.
    NotYet(String),
    Nothing,
}

impl Tool {
    pub(crate) fn plan(&self, work: Work, place: &Place) -> Answer {
        match &self.does {
            Does::Ours(ours) => ours.plan(work, place),
            Does::Peer(plan) => plan(work, place).map_or(Answer::Nothing, |plan| Answer::Does(Box::new(plan))),
        }
    }
}

/// Every tool's name, ours first.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    [OURS].into_iter().chain(peers().map(|peer| peer.name))
}

/// The tools whose names are wanted, ours first. Each is asked for its version, which takes Python a while.
pub(crate) fn those(wanted: impl Fn(&str) -> bool, portreeve: Option<&Path>) -> Vec<Tool> {
    let mut tools = Vec::new();
    if wanted(OURS) {
        let (ours, version) = ours::find(portreeve);
        tools.push(Tool { name: OURS, version, does: Does::Ours(ours) });
    }
    tools.extend(peers().filter(|peer| wanted(peer.name)).map(|peer| {
        let version = found(peer.program).map(|program| version_of(&program, peer.version));
        Tool { name: peer.name, version, does: Does::Peer(peer.plan) }
    }));
    tools
}

fn peers() -> impl Iterator<Item = &'static Peer> {
    [hashers::PEERS, watchers::PEERS, stores::PEERS].into_iter().flatten()
}

/// A program on the path.
fn found(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The first line that a program says of its version, or that it says nothing of it.
fn version_of(program: &Path, args: &[&str]) -> String {
    let untold = || "version not told".to_owned();
    if args.is_empty() {
        return untold();
    }
    let Ok(output) = Command::new(program).args(args).stdin(Stdio::null()).output() else { return untold() };
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    said.lines().map(str::trim).find(|line| !line.is_empty()).map_or_else(untold, str::to_owned)
}
