//! What is known of the machine: what stands above every table, because a figure without it means nothing.

use std::fs;
use std::path::Path;
use std::thread;

use rustix::fs::statvfs;
use serde::Serialize;

use crate::clock;
use crate::failure::Failure;

/// The machine on which a run was made. What it does not say is `unknown`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    /// For people, in UTC.
    pub(crate) date: String,
    /// RFC 3339.
    pub(crate) began: String,
    pub(crate) kernel: String,
    pub(crate) cpu: String,
    /// Instructions that decide how fast SHA-256 is.
    pub(crate) hashing: Vec<&'static str>,
    pub(crate) cores: usize,
    pub(crate) memory_mib: Option<u64>,
    /// Where the corpus lies and where the work folder lies.
    pub(crate) corpus_on: String,
    pub(crate) work_on: String,
}

impl Machine {
    pub(crate) fn now(corpus: &Path, work: &Path) -> Machine {
        let (date, began) = clock::today();
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let flags = field(&cpu, "flags");
        let has = |flag: &str| flags.split_whitespace().any(|found| found == flag);
        let hashing = [("sha_ni", "SHA-NI"), ("avx512f", "AVX-512"), ("sha2", "ARMv8 SHA-2")];
        Machine {
            date,
            began,
            kernel: first_line("/proc/sys/kernel/osrelease").map_or_else(unknown, |release| format!("Linux {release}")),
            cpu: Some(field(&cpu, "model name")).filter(|name| !name.is_empty()).map_or_else(unknown, str::to_owned),
            hashing: hashing.into_iter().filter(|(flag, _)| has(flag)).map(|(_, name)| name).collect(),
            cores: cores(),
            memory_mib: memory_mib(),
            corpus_on: file_system(corpus),
            work_on: file_system(work),
        }
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn first_line(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.lines().next()?.trim().to_owned())
}

/// The value of the first line `name : value`.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(key, _)| key.trim() == name).map_or("", |(_, value)| value.trim())
}

fn memory_mib() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let kib: u64 = field(&text, "MemTotal").split(' ').next()?.parse().ok()?;
    Some(kib / 1024)
}

/// How many threads may run at once.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The type of the file system that holds a path: that of the longest mount point above it.
fn file_system(path: &Path) -> String {
    let Ok(path) = path.canonicalize() else { return unknown() };
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let above = mounts.filter(|(point, _)| path.starts_with(point));
    above.max_by_key(|(point, _)| point.len()).map_or_else(unknown, |(_, kind)| kind.to_owned())
}

/// What is free where a path lies or is to lie.
pub(crate) struct Free {
    pub(crate) bytes: u64,
    /// `None` where the file system has no fixed number.
    pub(crate) inodes: Option<u64>,
}

pub(crate) fn free(path: &Path) -> Result<Free, Failure> {
    let here = Path::new(".");
    let there = path.ancestors().find(|above| above.exists()).unwrap_or(here);
    let told = statvfs(there).map_err(Failure::io("ask for the free space of", there))?;
    Ok(Free { bytes: told.f_bavail.saturating_mul(told.f_frsize), inodes: (told.f_files > 0).then_some(told.f_favail) })
}

/// CPU seconds that the whole machine has burnt since it began, on all cores; `None` where the kernel does not say.
/// Time that another guest of the same host took counts as burnt: it was not there for us.
pub(crate) fn busy_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    busy_ticks(&text).map(|ticks| ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// user, nice, system, irq, softirq and steal; idle and iowait are not work.
fn busy_ticks(stat: &str) -> Option<u64> {
    let all = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = all.split_whitespace().map_while(|word| word.parse().ok()).collect();
    [0, 1, 2, 5, 6, 7].into_iter().map(|at| ticks.get(at).copied()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_not_work() {
        let stat = "cpu  100 20 3 9000 800 4 5 6 70 80\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(busy_ticks(stat), Some(100 + 20 + 3 + 4 + 5 + 6));
        assert_eq!(busy_ticks("cpu  1 2 3\n"), None);
        assert_eq!(busy_ticks(""), None);
    }
}
