//! `portreeve-bench growth`: the same works on a small corpus and on larger ones, to see what grows faster than the files.

use serde::Serialize;

use crate::args::{GrowthArgs, name_of};
use crate::corpus::{self, small_need};
use crate::failure::Failure;
use crate::report::{FORMAT, Report, Row};
use crate::run::{self, Runner};
use crate::scratch::Scratch;
use crate::stop::Stop;
use crate::work::{Tree, Work};
use crate::{say, table};

/// What is written for machines.
#[derive(Debug, Serialize)]
struct Growth {
    format: &'static str,
    reports: Vec<Report>,
}

/// `portreeve-bench growth`.
pub(crate) fn command(args: &GrowthArgs) -> Result<u8, Failure> {
    let GrowthArgs { files, min, max, choice } = args;
    let mut files = files.clone();
    files.sort_unstable();
    files.dedup();
    if files.len() < 2 {
        return Err(Failure::usage("growth needs two sizes", "say --files 200000 --files 1000000"));
    }
    let mut choice = choice.clone();
    // Works on files of their own would find the same every time.
    choice.only = run::works_of(&choice).into_iter().filter(|work| !matches!(work.tree(), Tree::Made(_))).collect();
    let tools = run::tools_of(&choice)?;
    let largest = files.last().copied().unwrap_or_default();
    let need = small_need(largest, *min, *max);
    say::talk(&format!("the largest corpus takes {} MB and {} inodes", need.bytes / 1_000_000, need.inodes));
    if choice.dry_run {
        say::answer("Dry run: nothing was made\n");
        return Ok(0);
    }
    let stop = Stop::watching();
    let mut json = run::json_file(&choice, &[])?;
    let scratch = Scratch::open(&choice.work, &[])?;
    corpus::room_for(scratch.root(), need)?;
    let mut reports = Vec::new();
    for count in files {
        let made = scratch.room("corpora", &format!("small-{count}"))?;
        corpus::small_at(&made, count, *min, *max, &stop)?;
        reports.push(Runner::new(&scratch, &stop, &tools, &choice).report(&made)?);
        scratch.remove(&scratch.room("corpora", "")?)?;
    }
    let growth = Growth { format: FORMAT, reports };
    say::answer(&compared(&growth.reports));
    run::write_json(&mut json, &choice, &growth)?;
    Ok(growth.reports.iter().map(run::exit_of).max().unwrap_or_default())
}

/// Time a file and peak memory, one column a corpus, and how many times the first the last is.
fn compared(reports: &[Report]) -> String {
    let Some(first) = reports.first() else { return String::new() };
    let mut text = table::head(first);
    text.push_str("\nThe corpus above is the first of these. A last column of 1.00 is a tool that does not mind.\n\n| work | tool |");
    for report in reports {
        let files = table::grouped(report.corpus.files);
        text.push_str(&format!(" us a file, {files} | wall Y | MiB |"));
    }
    text.push_str(" time a file, times | MiB, times |\n|---|---|");
    text.push_str(&"---|".repeat(reports.len() * 3 + 2));
    text.push('\n');
    for done in &first.works {
        for row in &done.rows {
            text.push_str(&line(reports, done.work, row.tool));
        }
    }
    text
}

fn line(reports: &[Report], work: Work, tool: &str) -> String {
    let mut text = format!("| {} | {tool} |", name_of(work));
    let (mut times, mut peaks) = (Vec::new(), Vec::new());
    for report in reports {
        let rows = report.works.iter().filter(|done| done.work == work).flat_map(|done| &done.rows);
        let row: Option<&Row> = rows.into_iter().find(|row| row.tool == tool && row.failed.is_none());
        let Some((summary, wall)) = row.and_then(|row| Some((&row.summary, row.summary.wall_s?))) else {
            text.push_str(" - | - | - |");
            continue;
        };
        let micros = wall.median * 1e6 / report.corpus.files as f64;
        let ratio = summary.wall_ratio.map_or(0.0, |ratio| ratio.median);
        let peak = summary.peak_mib.unwrap_or_default();
        text.push_str(&format!(" {micros:.2} | {ratio:.2} | {peak:.0} |"));
        times.push(micros);
        peaks.push(peak);
    }
    let grown = |figures: &[f64]| match figures {
        [first, .., last] if *first > 0.0 => format!("{:.2}", last / first),
        _ => "-".to_owned(),
    };
    text.push_str(&format!(" {} | {} |\n", grown(&times), grown(&peaks)));
    text
}
