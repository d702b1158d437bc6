//! Small documents in a tree like a council's shared drive: department, service, year, month, attachments.
//!
//! Where a file lies and what it holds follows from its number alone, so threads may take years in any order.

use std::fs;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};

use super::chance::{Chance, LogUniform};
use super::content::Pools;
use super::{Need, in_parallel, put, word_of};
use crate::failure::Failure;
use crate::stop::Stop;

const DEPARTMENTS: &[&str] = &[
    "adult care",
    "benefits",
    "building-control",
    "children",
    "council-tax",
    "democratic services",
    "environment",
    "finance",
    "highways",
    "housing",
    "human resources",
    "ict",
    "legal",
    "leisure",
    "planning",
    "schools",
];
const SERVICES: &[&str] = &[
    "access reviews",
    "asset-register",
    "audit",
    "backups",
    "business continuity",
    "change-board",
    "contracts",
    "data sharing",
    "desktops",
    "disposals",
    "fire walls",
    "help desk",
    "incidents",
    "inventories",
    "joiners and leavers",
    "licences",
    "mail",
    "minutes",
    "mobile-devices",
    "networks",
    "patching",
    "payments",
    "penetration-tests",
    "physical security",
    "policies",
    "projects",
    "remote access",
    "risk",
    "servers",
    "suppliers",
    "telephony",
    "training",
];
const WORDS: &[&str] = &[
    "agenda",
    "approval",
    "baseline",
    "certificate",
    "checklist",
    "diagram",
    "export",
    "follow-up",
    "handover",
    "letter",
    "list",
    "minutes",
    "note",
    "observation",
    "order",
    "permit",
    "quote",
    "receipt",
    "report",
    "request",
    "result",
    "schedule",
    "screenshot",
    "statement",
    "survey",
    "ticket",
];
/// In front of one name in a hundred: Welsh, a long dash, one accent composed and one not, an ideograph, a right-to-left
/// word.
const FOREIGN: &[&str] = &["Tystiolaeth ŷ ", "adolygiad — ", "caf\u{e9} ", "re\u{301}sume\u{301} ", "証拠 ", "دليل "];

/// Files in eight folders that follow each other; 64 of them, so that a folder has eight on average.
const FILES_IN: [u64; 8] = [1, 14, 5, 9, 22, 3, 7, 3];
const FILES_IN_EIGHT: u64 = 64;
/// The year itself, eight of its months, and the attachments of one of them.
const FOLDERS_IN_YEAR: u64 = 10;
/// How many files of a flat corpus a thread takes at a time.
const FLAT_AT_A_TIME: u64 = 500;
/// The largest that `--max` may be: all six pools have it on top, in memory.
pub(super) const SIZE_MAX: u64 = 64 << 20;

/// What is to be made.
pub(super) struct Small {
    pub(super) files: u64,
    pub(super) sizes: LogUniform,
    pub(super) size_max: u64,
    pub(super) flat: bool,
    pub(super) seed: u64,
}

impl Small {
    pub(super) fn need(&self) -> Need {
        let folders = if self.flat { 1 } else { self.folders() * 11 / 10 + 1 };
        Need::new(self.files, self.sizes.mean(), folders)
    }

    /// How many folders hold files.
    fn folders(&self) -> u64 {
        let whole = self.files / FILES_IN_EIGHT;
        let rest = self.files % FILES_IN_EIGHT;
        let mut more = 0;
        while first_of(more) < rest {
            more += 1;
        }
        whole * FILES_IN.len() as u64 + more
    }

    /// Makes all of it. Gives the sum of the sizes.
    pub(super) fn make(&self, out: &Path, threads: usize, stop: &Stop) -> Result<u64, Failure> {
        let pools = Pools::new(self.seed, self.size_max);
        if self.flat {
            let jobs = self.files.div_ceil(FLAT_AT_A_TIME);
            let bytes = in_parallel(jobs, threads, stop, |job| {
                let first = job * FLAT_AT_A_TIME;
                self.fill(out, first..(first + FLAT_AT_A_TIME).min(self.files), &pools)
            })?;
            put::settle_folder(out)?;
            return Ok(bytes);
        }
        let years = self.folders().div_ceil(FOLDERS_IN_YEAR);
        let bytes = in_parallel(years, threads, stop, |year| self.year(out, year, &pools))?;
        settle_upper_folders(out)?;
        Ok(bytes)
    }

    fn year(&self, out: &Path, year: u64, pools: &Pools) -> Result<u64, Failure> {
        let above = out.join(path_of(year));
        let mut bytes = 0;
        let first = year * FOLDERS_IN_YEAR;
        let folders = first..(first + FOLDERS_IN_YEAR).min(self.folders());
        // Backwards, because making a folder changes the time of the one above.
        for folder in folders.rev() {
            let path = above.join(below_year(year, folder - first));
            fs::create_dir_all(&path).map_err(Failure::io("make the folder", &path))?;
            bytes += self.fill(&path, first_of(folder)..first_of(folder + 1).min(self.files), pools)?;
        }
        for number in (0..FOLDERS_IN_YEAR).rev() {
            let path = above.join(below_year(year, number));
            if path.is_dir() {
                put::settle_folder(&path)?;
            }
        }
        Ok(bytes)
    }

    fn fill(&self, folder: &Path, files: std::ops::Range<u64>, pools: &Pools) -> Result<u64, Failure> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = openat(CWD, folder, flags, Mode::empty()).map_err(Failure::io("open the folder", folder))?;
        let mut bytes = Vec::new();
        let mut sum = 0;
        for number in files {
            let mut chance = Chance::new(self.seed, number);
            let size = self.sizes.draw(&mut chance);
            let ending = pools.file(number, size, &mut chance, &mut bytes);
            let name = name_of(number, ending, &mut chance);
            let time = put::time_of(&mut chance);
            put::file(&open, name.as_bytes(), &bytes, time).map_err(Failure::io("write", &folder.join(&name)))?;
            sum += size;
        }
        Ok(sum)
    }
}

/// The number of the first file in a folder.
fn first_of(folder: u64) -> u64 {
    let eights = folder / FILES_IN.len() as u64;
    let rest = (folder % FILES_IN.len() as u64) as usize;
    eights * FILES_IN_EIGHT + FILES_IN[..rest].iter().sum::<u64>()
}

/// Department, service and year.
fn path_of(year: u64) -> String {
    let (department, rest) = word_of(year, DEPARTMENTS);
    let (year, service) = (2018 + rest % 8, rest / 8);
    let (service, volume) = word_of(service, SERVICES);
    if volume == 0 {
        format!("{department}/{service}/{year}")
    } else {
        format!("{department}/{service} {volume}/{year}")
    }
}

fn below_year(year: u64, number: u64) -> String {
    let month = |number: u64| (year + number) % 12 + 1;
    match number {
        0 => String::new(),
        9 => format!("{:02}/attachments", month(1)),
        number => format!("{:02}", month(number)),
    }
}

fn name_of(number: u64, ending: &str, chance: &mut Chance) -> String {
    let between = if chance.below(2) == 0 { " " } else { "-" };
    let foreign = if chance.below(100) == 0 { chance.pick(FOREIGN) } else { "" };
    format!("{foreign}{}{between}{}{between}{number:07}.{ending}", chance.pick(WORDS), chance.pick(WORDS))
}

/// Departments and services were written to from all sides; their times are put right at the end.
fn settle_upper_folders(out: &Path) -> Result<(), Failure> {
    for department in put::folders_in(out)? {
        for service in put::folders_in(&department)? {
            put::settle_folder(&service)?;
        }
        put::settle_folder(&department)?;
    }
    put::settle_folder(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_one_folder_and_no_two_folders_are_the_same() {
        assert_eq!((first_of(0), first_of(1), first_of(7), first_of(8), first_of(9)), (0, 1, 61, 64, 65));
        let paths: std::collections::BTreeSet<String> = (0..60_000)
            .map(|folder| {
                let year = folder / FOLDERS_IN_YEAR;
                format!("{}/{}", path_of(year), below_year(year, folder % FOLDERS_IN_YEAR))
            })
            .collect();
        assert_eq!(paths.len(), 60_000);
    }

    #[test]
    fn folders_are_counted_as_they_are_made() {
        let small = |files| Small { files, sizes: LogUniform::new(1, 1), size_max: 1, flat: false, seed: 1 };
        for (files, folders) in [(1, 1), (2, 2), (15, 2), (16, 3), (64, 8), (65, 9), (200_000, 25_000)] {
            assert_eq!(small(files).folders(), folders, "{files}");
        }
    }
}
