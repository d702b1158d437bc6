//! A report for people, in Markdown.

use crate::args::name_of;
use crate::ratio::Spread;
use crate::report::{Done, Report, Row};
use crate::tools::{Answer, OURS, Place, Tool};
use crate::work::Work;

const READING: &str = "\
Y is one run of the yardstick just before: walk, read and SHA-256 with all cores, nothing else. `wall Y` and `CPU Y` are
medians of the ratios pair by pair, with the smallest and the largest: quote these. Memory is that of the largest single
process, as the kernel counts it (getrusage), and cannot read below some 3 MiB. Output goes to /dev/null, manifests to a
file. The files are in memory: a yardstick that had to read from a disk is run again. A tool in *italics* does less than
the work: a floor, not a peer. `others` is the CPU that anything else burnt, in the worst round; ~ marks a row of which
half the rounds or more were disturbed, by more than a tenth of a core or by reading from a disk.\n";

/// The whole report.
pub(crate) fn of(report: &Report) -> String {
    let mut text = head(report);
    for done in &report.works {
        text.push_str(&work(done));
    }
    text
}

/// What stands above every table.
pub(crate) fn head(report: &Report) -> String {
    let Report { machine, corpus, threads, runs, tools, .. } = report;
    let hashing =
        if machine.hashing.is_empty() { "no instructions for SHA-256".to_owned() } else { machine.hashing.join(", ") };
    let memory = machine.memory_mib.map_or_else(String::new, |mib| format!(", {mib} MiB of memory"));
    let told = tools.iter().filter_map(|tool| {
        let version = tool.version.as_ref()?;
        let named = version.to_lowercase().contains(tool.name);
        Some(if named { version.clone() } else { format!("{} {version}", tool.name) })
    });
    let versions: Vec<String> = told.collect();
    let absent: Vec<&str> = tools.iter().filter(|tool| tool.version.is_none()).map(|tool| tool.name).collect();
    let mut text = format!(
        "{}. {}, {} cores, {hashing}{memory}, {}; corpus on {}, work folder on {}.\n\
         Corpus: {} files in {} folders, {:.1} MiB ({}).\n\
         {runs} runs each; the yardstick has {threads} threads.\n\
         Versions: {}.\n",
        machine.date,
        machine.cpu,
        machine.cores,
        machine.kernel,
        machine.corpus_on,
        machine.work_on,
        grouped(corpus.files),
        grouped(corpus.folders),
        corpus.bytes as f64 / 1_048_576.0,
        corpus.what,
        versions.join("; ")
    );
    if !absent.is_empty() {
        text.push_str(&format!("Not installed: {}.\n", absent.join(", ")));
    }
    text.push('\n');
    text.push_str(READING);
    text
}

fn work(done: &Done) -> String {
    let mut text = format!(
        "\n## {}: {}\n\n{} files, {:.1} MiB.\n",
        name_of(done.work),
        done.title,
        grouped(done.files),
        done.bytes as f64 / 1_048_576.0
    );
    if !done.rows.is_empty() {
        text.push_str("\n| tool | wall Y | CPU Y | wall s | CPU s | files/s | peak MiB | others s | |\n");
        text.push_str("|---|---|---|---|---|---|---|---|---|\n");
        done.rows.iter().for_each(|row| text.push_str(&line(row, done.files)));
    }
    if let Some(verdict) = verdict(&done.rows) {
        text.push_str(&format!("\n{verdict}\n"));
    }
    if !done.left_out.is_empty() {
        text.push_str(&format!("\nLeft out: {}.\n", done.left_out.join("; ")));
    }
    text
}

fn line(row: &Row, files: u64) -> String {
    let summary = &row.summary;
    let name = match row.tool {
        OURS => format!("**{OURS}**"),
        floor if row.floor => format!("*{floor}*"),
        peer => peer.to_owned(),
    };
    let marked = if row.rounds.len() <= 2 * summary.noisy && summary.noisy > 0 { "~" } else { "" };
    let note = match &row.failed {
        Some(why) => format!("FAILED: {}", why.replace('|', "/")),
        None => row.note.to_owned(),
    };
    let rate = summary.wall_s.map_or_else(nothing, |wall| grouped((files as f64 / wall.median) as u64));
    format!(
        "| {name}{marked} | {} | {} | {} | {} | {rate} | {} | {} | {note} |\n",
        spread(summary.wall_ratio),
        spread(summary.cpu_ratio),
        spread(summary.wall_s),
        summary.cpu_s.map_or_else(nothing, |cpu| format!("{:.2}", cpu.median)),
        summary.peak_mib.map_or_else(nothing, |mib| format!("{mib:.0}")),
        summary.others_s.map_or_else(nothing, |others| format!("{others:.2}")),
    )
}

fn nothing() -> String {
    "-".to_owned()
}

fn spread(spread: Option<Spread>) -> String {
    let Some(Spread { median, min, max }) = spread else { return nothing() };
    // Of one run there is no spread to show.
    if min < max { format!("{median:.2} ({min:.2}-{max:.2})") } else { format!("{median:.2}") }
}

/// Ours beside the quickest peer that does the whole work.
fn verdict(rows: &[Row]) -> Option<String> {
    let wall = |row: &Row| row.summary.wall_ratio.map(|ratio| ratio.median);
    let ours = rows.iter().find(|row| row.tool == OURS).and_then(wall)?;
    let peers = rows.iter().filter(|row| row.tool != OURS && !row.floor);
    let (best, name) = peers.filter_map(|row| Some((wall(row)?, row.tool))).min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(if ours <= best {
        format!("{name}, the quickest peer, takes {:.2} times as long as {OURS}.", best / ours)
    } else {
        format!("{OURS} takes {:.2} times as long as {name}, the quickest peer.", ours / best)
    })
}

/// With a comma between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What a run would do: which tool would do which work, and who would be left out and why.
pub(crate) fn asked(works: &[Work], tools: &[Tool], place: impl Fn(Work) -> Place) -> String {
    let mut text = String::new();
    for work in works {
        text.push_str(&format!("{}: {}\n", name_of(*work), work.title()));
        for tool in tools {
            let said = match (tool.plan(*work, &place(*work)), &tool.version) {
                (Answer::Nothing, _) => continue,
                (_, None) => "is not installed".to_owned(),
                (Answer::NotYet(why), _) => why,
                (Answer::Does(plan), Some(version)) => format!("{version}  {}", plan.note).trim_end().to_owned(),
            };
            text.push_str(&format!("  {:<10} {said}\n", tool.name));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Round;
    use crate::report::tests::cost;

    fn row(tool: &'static str, wall: f64, others: f64, failed: Option<&str>) -> Row {
        let round = Round { yardstick: cost(2.0, 4.0, 3.0, 0.0), tool: cost(wall, 4.0, 12.4, others) };
        let rounds = if failed.is_some() { Vec::new() } else { vec![round] };
        Row::new(tool, tool == "floor", "a note", rounds, failed.map(str::to_owned))
    }

    #[test]
    fn a_row_says_its_figures_or_why_it_has_none() {
        let quiet = "| **portreeve** | 1.50 | 1.00 | 3.00 | 4.00 | 1,000 | 12 | 0.00 | a note |\n";
        assert_eq!(line(&row(OURS, 3.0, 0.0, None), 3_000), quiet);
        assert!(line(&row("x", 3.0, 1.0, None), 3_000).starts_with("| x~ |"), "others burnt a third of a core");
        let failed = line(&row("x", 3.0, 0.0, Some("exited 1: a|b")), 3_000);
        assert_eq!(failed, "| x | - | - | - | - | - | - | - | FAILED: exited 1: a/b |\n");
    }

    #[test]
    fn the_verdict_compares_with_the_quickest_peer_that_got_to_the_end() {
        let rows = |ours| {
            let others = [("slow", 9.0, None), ("quick", 6.0, None), ("floor", 1.0, None), ("gone", 1.0, Some("x"))];
            let others = others.into_iter().map(|(name, wall, failed)| row(name, wall, 0.0, failed));
            [row(OURS, ours, 0.0, None)].into_iter().chain(others).collect::<Vec<Row>>()
        };
        let won = "quick, the quickest peer, takes 2.00 times as long as portreeve.";
        assert_eq!(verdict(&rows(3.0)).as_deref(), Some(won));
        let lost = "portreeve takes 1.50 times as long as quick, the quickest peer.";
        assert_eq!(verdict(&rows(9.0)).as_deref(), Some(lost));
        assert_eq!(verdict(&rows(3.0)[1..]), None);
        assert_eq!(verdict(&rows(3.0)[..1]), None);
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
