//! `portreeve-bench run`: each piece of work, by each tool that is there, round by round, with the yardstick just before
//! every single run.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::args::{Choice, RunArgs, name_of};
use crate::clock::Began;
use crate::corpus::marker::{Marker, State};
use crate::corpus::{self, Need, mutate};
use crate::failure::Failure;
use crate::machine::{self, Machine};
use crate::measure::{self, Cost, Line};
use crate::report::{Corpus, Done, FORMAT, Report, Round, Row, Told};
use crate::scratch::Scratch;
use crate::stop::Stop;
use crate::tools::{self, Answer, Place, Plan, Step, Tool};
use crate::work::{EDITED_FRACTION, Tree, Work};
use crate::{say, table, yardstick};

/// A command is ended after this long, and so many times the corpus' first yardstick: borg takes some 30 of it and aide 50,
/// starting restic takes a second, and a tool that hangs on a named pipe takes for ever.
const LIMIT_SECONDS: f64 = 300.0;
const LIMIT_YARDSTICKS: f64 = 500.0;

/// How often the yardstick is run to have the files in memory. A corpus larger than memory is never there: its rows are
/// marked.
const WARMING_TRIES: u32 = 3;

/// `portreeve-bench run`.
pub(crate) fn command(args: &RunArgs) -> Result<u8, Failure> {
    let choice = &args.choice;
    let corpus = args.corpus.canonicalize().map_err(Failure::io("find", &args.corpus))?;
    let tools = tools_of(choice)?;
    if choice.dry_run {
        say::answer(&table::asked(&works_of(choice), &tools, |work| place_for(&corpus, Path::new("WORK"), work, 1)));
        return Ok(0);
    }
    let stop = Stop::watching();
    let mut json = json_file(choice, &[&corpus])?;
    let scratch = Scratch::open(&choice.work, &[&corpus])?;
    let report = Runner::new(&scratch, &stop, &tools, choice).report(&corpus)?;
    say::answer(&table::of(&report));
    write_json(&mut json, choice, &report)?;
    Ok(exit_of(&report))
}

/// 1 when a tool failed: its row says why, and the others stand.
pub(crate) fn exit_of(report: &Report) -> u8 {
    u8::from(report.works.iter().flat_map(|done| &done.rows).any(|row| row.failed.is_some()))
}

/// The works that were asked for, in the order of the table.
pub(crate) fn works_of(choice: &Choice) -> Vec<Work> {
    Work::all().iter().copied().filter(|work| choice.only.is_empty() || choice.only.contains(work)).collect()
}

/// The tools that were asked for.
pub(crate) fn tools_of(choice: &Choice) -> Result<Vec<Tool>, Failure> {
    if let Some(missing) = choice.portreeve.as_ref().filter(|path| !path.is_file()) {
        return Err(Failure::usage(format!("{} is no program", missing.display()), "give --portreeve its path"));
    }
    let unknown = choice.tools.iter().find(|asked| !tools::names().any(|name| name == asked.as_str()));
    if let Some(unknown) = unknown {
        let names: Vec<&str> = tools::names().collect();
        let help = format!("take of {}", names.join(", "));
        return Err(Failure::usage(format!("`{unknown}` is no tool of this list"), help));
    }
    let wanted = |name: &str| choice.tools.is_empty() || choice.tools.iter().any(|asked| asked == name);
    Ok(tools::those(wanted, choice.portreeve.as_deref()))
}

/// Opened before anything is run: a report that cannot be written is known then, not after an hour.
pub(crate) fn json_file(choice: &Choice, never_in: &[&Path]) -> Result<Option<File>, Failure> {
    let Some(path) = &choice.json else { return Ok(None) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(Failure::io("find", folder))?;
    let work = choice.work.canonicalize().unwrap_or_else(|_| choice.work.clone());
    if never_in.iter().copied().chain([work.as_path()]).any(|place| folder.starts_with(place)) {
        let because = format!("{} lies in the corpus or the work folder", path.display());
        return Err(Failure::refused("write the figures", because, "name a file somewhere else"));
    }
    File::create(path).map(Some).map_err(Failure::io("write", path))
}

pub(crate) fn write_json(
    file: &mut Option<File>,
    choice: &Choice,
    figures: &impl serde::Serialize,
) -> Result<(), Failure> {
    let (Some(file), Some(path)) = (file, &choice.json) else { return Ok(()) };
    let text = serde_json::to_string_pretty(figures).unwrap_or_default();
    file.write_all(text.as_bytes()).map_err(Failure::io("write", path))
}

fn place_for(tree: &Path, own: &Path, work: Work, files: u64) -> Place {
    let files = if let Tree::Made(fixed) = work.tree() { fixed.files } else { files };
    Place { tree: tree.to_owned(), own: own.to_owned(), threads: machine::cores(), files }
}

/// Everything that a run needs to go on.
pub(crate) struct Runner<'a> {
    scratch: &'a Scratch,
    stop: &'a Stop,
    tools: &'a [Tool],
    choice: &'a Choice,
    threads: usize,
    limit: Duration,
}

/// A tool in a work, between its rounds.
struct Running {
    tool: &'static str,
    plan: Plan,
    rounds: Vec<Round>,
    failed: Option<String>,
}

impl Running {
    fn ended(self) -> Row {
        Row::new(self.tool, self.plan.floor, self.plan.note, self.rounds, self.failed)
    }
}

impl<'a> Runner<'a> {
    pub(crate) fn new(scratch: &'a Scratch, stop: &'a Stop, tools: &'a [Tool], choice: &'a Choice) -> Runner<'a> {
        let limit = Duration::from_secs_f64(LIMIT_SECONDS);
        Runner { scratch, stop, tools, choice, threads: machine::cores(), limit }
    }

    /// Does all works on one corpus.
    pub(crate) fn report(mut self, corpus: &Path) -> Result<Report, Failure> {
        let what = described(corpus)?;
        let began = Began::now();
        let tally = yardstick::measure(corpus, self.threads, self.stop)?;
        self.limit += Duration::from_secs_f64(began.seconds() * LIMIT_YARDSTICKS);
        if tally.files == 0 || tally.unreadable > 0 {
            let because = format!("{} files could be read and {} could not", tally.files, tally.unreadable);
            return Err(Failure::refused("measure the corpus", because, "every tool must read the same files"));
        }
        let Need { bytes: on_disk, .. } = Need::lying(tally.files, tally.bytes, tally.folders);
        let works = works_of(self.choice);
        let installed = self.tools.iter().filter(|tool| tool.version.is_some()).count() as u64;
        for work in &works {
            corpus::room_for(self.scratch.root(), Need::of_bytes(work.disk(on_disk, installed)))?;
        }
        let machine = Machine::now(corpus, self.scratch.root());
        let mut report = Report {
            format: FORMAT,
            machine,
            corpus: Corpus { what, files: tally.files, folders: tally.folders, bytes: tally.bytes },
            threads: self.threads,
            runs: self.choice.runs,
            tools: self.tools.iter().map(|tool| Told { name: tool.name, version: tool.version.clone() }).collect(),
            works: Vec::new(),
        };
        for work in works {
            say::talk(&format!("{}: {}", name_of(work), work.title()));
            report.works.push(self.work(work, corpus, tally.files, tally.bytes)?);
            self.scratch.between_works()?;
        }
        Ok(report)
    }

    fn work(&self, work: Work, corpus: &Path, files: u64, bytes: u64) -> Result<Done, Failure> {
        let tree = self.tree(work, corpus)?;
        let (files, bytes) = match work.tree() {
            Tree::Made(fixed) => (fixed.files, fixed.files * fixed.size),
            _ => (files, bytes),
        };
        let mut done = Done { work, title: work.title(), files, bytes, rows: Vec::new(), left_out: Vec::new() };
        let mut running = Vec::new();
        for tool in self.tools {
            let own = self.scratch.room("rows", tool.name)?;
            match tool.plan(work, &place_for(&tree, &own, work, files)) {
                Answer::Nothing => {}
                _ if tool.version.is_none() => done.left_out.push(format!("{} is not installed", tool.name)),
                Answer::NotYet(why) => done.left_out.push(format!("{}: {why}", tool.name)),
                Answer::Does(plan) => {
                    fs::create_dir_all(&own).map_err(Failure::io("make the folder", &own))?;
                    say::talk(&format!("  {} is made ready", tool.name));
                    let failed = self.steps(&plan.prepare, &plan)?;
                    running.push(Running { tool: tool.name, plan: *plan, rounds: Vec::new(), failed });
                }
            }
        }
        self.rounds(work, &tree, &mut running)?;
        done.rows = running.into_iter().map(Running::ended).collect();
        Ok(done)
    }

    /// The files to work on; made or copied when the corpus itself will not do.
    fn tree(&self, work: Work, corpus: &Path) -> Result<PathBuf, Failure> {
        match work.tree() {
            Tree::Corpus => Ok(corpus.to_owned()),
            Tree::EditedCopy => {
                let copy = self.scratch.room("tree", "copy")?;
                let cost = self.quietly(&Line::new("cp", ["-a".as_ref(), corpus.as_os_str(), copy.as_os_str()]))?;
                if cost.exit == Some(0) {
                    Ok(copy)
                } else {
                    Err(Failure::Tool { tool: "cp".to_owned(), because: cost.said })
                }
            }
            Tree::Made(fixed) => {
                let made = self.scratch.room("tree", "made")?;
                fs::create_dir_all(&made).map_err(Failure::io("make the folder", &made))?;
                let _ = fixed.make(&made, self.threads, self.stop)?;
                Ok(made)
            }
        }
    }

    fn rounds(&self, work: Work, tree: &Path, running: &mut [Running]) -> Result<(), Failure> {
        if running.is_empty() {
            return Ok(());
        }
        // Once for nothing: the files are in memory from here on, for the first tool as for the last.
        let _ = self.yardstick(tree)?;
        for round in 1..=self.choice.runs {
            if matches!(work.tree(), Tree::EditedCopy) {
                let seed = u64::from(round);
                let changes = mutate::plan(tree, EDITED_FRACTION, mutate::Mode::Edit, seed)?;
                mutate::carry_out(tree, &changes, seed)?;
            }
            for row in running.iter_mut().filter(|row| row.failed.is_none()) {
                row.failed = self.round(tree, row)?;
                if let Some(Round { yardstick, tool }) = row.rounds.last() {
                    say::talk(&format!(
                        "  round {round} of {}: {} took {:.2} s, {:.2} of the yardstick",
                        self.choice.runs,
                        row.tool,
                        tool.wall_s,
                        tool.wall_s / yardstick.wall_s
                    ));
                }
            }
        }
        Ok(())
    }

    /// One run of one tool. Gives why it failed.
    fn round(&self, tree: &Path, row: &mut Running) -> Result<Option<String>, Failure> {
        if let Some(failed) = self.steps(&row.plan.before, &row.plan)? {
            return Ok(Some(failed));
        }
        // What the steps and the tool before left to be written is not to be written in somebody else's time.
        rustix::fs::sync();
        let yardstick = self.yardstick(tree)?;
        let tool = self.quietly(&row.plan.timed)?;
        let failed = complaint(&row.plan.timed, &tool, row.plan.fine);
        if failed.is_none() {
            row.rounds.push(Round { yardstick, tool });
        }
        Ok(failed.or(self.steps(&row.plan.after, &row.plan)?))
    }

    /// Runs the yardstick; again when it had to read from a disk, because then the next tool would not have to.
    fn yardstick(&self, tree: &Path) -> Result<Cost, Failure> {
        let ourselves = std::env::current_exe().map_err(Failure::io("find", Path::new("this program")))?;
        let threads = self.threads.to_string();
        let words = ["yardstick".as_ref(), "--threads".as_ref(), threads.as_ref(), tree.as_os_str()];
        let line = Line::new(ourselves, words);
        let mut cost = self.quietly(&line)?;
        for _ in 1..WARMING_TRIES {
            if cost.cold() {
                cost = self.quietly(&line)?;
            }
        }
        match cost.exit {
            Some(0) => Ok(cost),
            _ => Err(Failure::Tool { tool: "the yardstick".to_owned(), because: cost.said }),
        }
    }

    /// Does what is not timed. Gives why it failed.
    fn steps(&self, steps: &[Step], plan: &Plan) -> Result<Option<String>, Failure> {
        for step in steps {
            match step {
                Step::Run(line) => {
                    let cost = self.quietly(line)?;
                    if let Some(failed) = complaint(line, &cost, plan.fine) {
                        return Ok(Some(format!("could not be made ready: {failed}")));
                    }
                }
                Step::Remove(path) => self.scratch.remove(path)?,
                Step::Write(path, text) => fs::write(path, text).map_err(Failure::io("write", path))?,
            }
        }
        Ok(None)
    }

    fn quietly(&self, line: &Line) -> Result<Cost, Failure> {
        measure::run(line, &self.scratch.room("notes", "")?, self.limit, self.stop)
    }
}

/// What a corpus is: what its marker says, if it was made by this program and made whole.
fn described(corpus: &Path) -> Result<String, Failure> {
    match Marker::of(corpus)? {
        None => Ok("files of somebody else's".to_owned()),
        Some(marker) if marker.state == State::Complete => Ok(marker.what),
        Some(marker) if marker.state == State::Changed => Ok(format!("{}, some of them changed", marker.what)),
        Some(_) => Err(Failure::refused(
            "measure the corpus",
            format!("{} was left half made", corpus.display()),
            "make it again with the same `portreeve-bench corpus` command",
        )),
    }
}

/// Why a command counts as failed; `None` when it does not.
fn complaint(line: &Line, cost: &Cost, fine: &[i32]) -> Option<String> {
    let program = line.program.file_name().unwrap_or_default().to_string_lossy();
    match cost.exit {
        Some(exit) if fine.contains(&exit) => None,
        Some(exit) => Some(format!("{program} exited {exit}: {}", cost.said)),
        None => Some(format!("{program} was ended by a signal, or took too long: {}", cost.said)),
    }
}
