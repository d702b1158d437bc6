//! What a whole process with all its children costs.
//!
//! The kernel adds up CPU and memory for the children of a process, so each command gets a parent of its own: this program
//! again, which runs that one command, waits, and tells. It holds a pipe from the run: when that closes, because somebody
//! asked for an end or because the run itself is gone, the command and everything it began are ended.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{SigSet, Signal, killpg};
use nix::sys::time::TimeValLike as _;
use nix::unistd::Pid;
use rustix::process::{WaitId, WaitIdOptions, waitid};
use serde::{Deserialize, Serialize};

use crate::args::MeasureArgs;
use crate::clock::{self, Began};
use crate::failure::Failure;
use crate::stop::Stop;
use crate::{machine, say};

/// How long a command has to end by itself before it is killed.
const GRACE_MILLISECONDS: u64 = 1_000;
/// A program of the largest kind has 60 MiB, of which it reads a part when it is begun for the first time.
const COLD_MIB: f64 = 32.0;
/// The kernel counts what is read from disks in blocks of this size.
const BLOCKS_A_MIB: f64 = 2_048.0;
/// How much of what a tool complained about is kept.
const SAID_CHARACTERS_MAX: usize = 300;

/// A command line that can be run. What it prints goes nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(&'static str, OsString)>,
    pub(crate) folder: Option<PathBuf>,
}

impl Line {
    pub(crate) fn new<A: Into<OsString>>(program: impl Into<PathBuf>, args: impl IntoIterator<Item = A>) -> Line {
        let args = args.into_iter().map(Into::into).collect();
        Line { program: program.into(), args, env: Vec::new(), folder: None }
    }

    /// A shell script, with words for `$1`, `$2` and so on, so that no path is ever read as shell.
    pub(crate) fn shell<A: Into<OsString>>(script: &str, words: impl IntoIterator<Item = A>) -> Line {
        let fixed = ["-c".into(), script.into(), "sh".into()];
        Line::new("sh", fixed.into_iter().chain(words.into_iter().map(Into::into)))
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Line {
        self.env.push((name, value.into()));
        self
    }

    pub(crate) fn within(mut self, folder: &Path) -> Line {
        self.folder = Some(folder.to_owned());
        self
    }
}

/// What a process and its children used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub(crate) wall_s: f64,
    pub(crate) user_s: f64,
    pub(crate) sys_s: f64,
    /// Of the largest single process.
    pub(crate) peak_mib: f64,
    /// Read from a disk, because it was not in memory: the difference between two machines, not between two tools.
    pub(crate) read_mib: f64,
    /// `None` when a signal ended it.
    pub(crate) exit: Option<i32>,
    /// CPU seconds that anything else on the machine burnt meanwhile; `None` where the kernel does not say.
    #[serde(default)]
    pub(crate) others_s: Option<f64>,
    /// What it complained about, its end.
    #[serde(default)]
    pub(crate) said: String,
}

impl Cost {
    pub(crate) fn cpu_s(&self) -> f64 {
        self.user_s + self.sys_s
    }

    /// Whether the machine was busy with something else, more than a tenth of a core and more than the kernel's own
    /// housekeeping of some hundredths of a second; or whether the files were not in memory.
    pub(crate) fn noisy(&self) -> bool {
        self.cold() || self.others_s.is_some_and(|others| others > (self.wall_s * 0.1).max(0.1))
    }

    /// Whether more was read from a disk than a few programs and libraries.
    pub(crate) fn cold(&self) -> bool {
        self.read_mib > COLD_MIB
    }
}

/// Runs a command to its end, or until somebody asks for one. `notes` is a folder for what it complains
/// about. After `limit` it is ended as if by a signal.
pub(crate) fn run(line: &Line, notes: &Path, limit: Duration, stop: &Stop) -> Result<Cost, Failure> {
    stop.check()?;
    let tool = || line.program.display().to_string();
    let failed = |because: String| Failure::Tool { tool: tool(), because };
    let ourselves = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let err = notes.join("said.txt");
    let mut command = Command::new(ourselves);
    let _ = command.arg("measure").arg("--err").arg(&err);
    let _ = command.arg("--seconds").arg(limit.as_secs().to_string());
    let _ = command.arg("--").arg(&line.program).args(&line.args);
    let _ = command.envs(line.env.iter().map(|(name, value)| (name, value)));
    let _ = command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(folder) = &line.folder {
        let _ = command.current_dir(folder);
    }
    let before = machine::busy_seconds();
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    stop.hold(child.stdin.take());
    let output = child.wait_with_output();
    stop.let_go();
    let after = machine::busy_seconds();
    stop.check()?;
    let output = output.map_err(|error| failed(error.to_string()))?;
    let mut cost: Cost = serde_json::from_slice(&output.stdout)
        .map_err(|_| failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))?;
    cost.others_s = before.zip(after).map(|(before, after)| (after - before - cost.cpu_s()).max(0.0));
    cost.said = end_of(&fs::read(&err).unwrap_or_default());
    Ok(cost)
}

/// The last lines of what a tool said, as one line.
fn end_of(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let joined = lines[lines.len().saturating_sub(3)..].join("; ");
    let skipped = joined.chars().count().saturating_sub(SAID_CHARACTERS_MAX);
    joined.chars().skip(skipped).filter(|rune| !rune.is_control()).collect()
}

/// `portreeve-bench measure`: the parent of one command.
pub(crate) fn helper(args: &MeasureArgs) -> Result<u8, Failure> {
    // The run blocks signals for itself; a tool is to begin as from a shell.
    let _ = SigSet::empty().thread_set_mask();
    let err = File::create(&args.err).map_err(Failure::io("write", &args.err))?;
    let [program, words @ ..] = args.line.as_slice() else {
        return Err(Failure::usage("there is no command", "give one after --"));
    };
    let failed = |error: io::Error| Failure::Tool { tool: program.display().to_string(), because: error.to_string() };
    let mut command = Command::new(program);
    let _ = command.args(words).process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(err);
    let began = Began::now();
    let mut child = command.spawn().map_err(failed)?;
    guard(&child, Duration::from_secs(args.seconds));
    // Not reaped yet, so that its number is still its own when what it left behind is ended.
    let _ =
        waitid(WaitId::Pid(rustix::process::Pid::from_child(&child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    let wall_s = began.seconds();
    let _ = killpg(group(&child), Signal::SIGKILL);
    let status = child.wait().map_err(failed)?;
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| failed(error.into()))?;
    let cost = Cost {
        wall_s,
        user_s: used.user_time().num_microseconds() as f64 / 1e6,
        sys_s: used.system_time().num_microseconds() as f64 / 1e6,
        peak_mib: mib(used.max_rss()),
        read_mib: used.block_reads() as f64 / BLOCKS_A_MIB,
        exit: if status.signal().is_some() { None } else { status.code() },
        others_s: None,
        said: String::new(),
    };
    say::answer(&serde_json::to_string(&cost).unwrap_or_default());
    Ok(0)
}

/// The most memory that this program has had.
pub(crate) fn peak_mib() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |used| mib(used.max_rss()))
}

/// Linux counts in KiB, Apple's systems in bytes.
fn mib(max_rss: i64) -> f64 {
    max_rss as f64 / if cfg!(target_vendor = "apple") { 1_048_576.0 } else { 1_024.0 }
}

fn group(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// Ends the command when the pipe from the run closes, or when it takes too long.
fn guard(child: &Child, limit: Duration) {
    let (closed, waiting) = mpsc::channel();
    let _ = thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        let _ = closed.send(());
    });
    let group = group(child);
    let _ = thread::spawn(move || {
        let _ = waiting.recv_timeout(limit);
        let _ = killpg(group, Signal::SIGTERM);
        clock::pause(GRACE_MILLISECONDS);
        let _ = killpg(group, Signal::SIGKILL);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_what_a_tool_said_is_one_short_line() {
        assert_eq!(end_of(b""), "");
        assert_eq!(end_of(b"a\nb\n\nc\n  d\n"), "b; c; d");
        assert_eq!(end_of(&[b'x'; 1_000]).len(), SAID_CHARACTERS_MAX);
        assert_eq!(end_of(b"\x1b[31mred"), "[31mred");
    }

    #[test]
    fn a_run_is_noisy_when_others_took_more_than_a_tenth_of_a_core() {
        let cost = |wall_s, others_s| Cost {
            read_mib: 0.0,
            wall_s,
            user_s: 0.0,
            sys_s: 0.0,
            peak_mib: 0.0,
            exit: Some(0),
            others_s,
            said: String::new(),
        };
        assert!(cost(10.0, Some(1.1)).noisy() && !cost(10.0, Some(0.9)).noisy());
        assert!(cost(0.2, Some(0.2)).noisy() && !cost(0.2, Some(0.05)).noisy());
        assert!(!cost(1.0, None).noisy());
        assert!(Cost { read_mib: 100.0, ..cost(1.0, None) }.noisy(), "the files were not in memory");
    }
}
