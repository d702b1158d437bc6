//! Evidence read back: out of the store, or where it came from; and mended from a copy.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Args;
use portreeve_engine::{EvidenceReport, Inspecting, Inspection, ReadingBack, Repaired, Watch};
use portreeve_model::reference::EvidenceId;
use portreeve_reporting::words::count;
use serde_json::{Value, json};

use super::adding::not_there;
use super::share;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::{Ending, Outcome};
use crate::progress::Follower;
use crate::resolve;

pub(super) const EXAMPLE: &str = "\
Without `--source` it reads the store; with it, the folder that was collected, and says what is
different there now. After Ctrl-C or a crash the same command goes on where it was. What was read
out of the store counts for a week, and the answer says what was not read now. Items that are named
are read whole, and `portreeve verify` reads everything.

Example:
  portreeve evidence verify E-0001 --source --rate 20M
  portreeve evidence verify --repair-from /mnt/backup/register";

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Which evidence [default: everything in the store]
    ids: Vec<EvidenceId>,
    /// Compare with the folder it was collected from
    #[arg(long, requires = "ids")]
    source: bool,
    /// Where that folder is now
    #[arg(long, value_name = "DIR", requires = "source")]
    from: Option<PathBuf>,
    /// The most bytes read from there in a second, as 500K, 20M or 1G
    #[arg(long, value_name = "BYTES", requires = "source", value_parser = rate)]
    rate: Option<NonZeroU64>,
    /// Read all of the store, also what an interrupted verification had read
    #[arg(long, conflicts_with = "source")]
    paranoid: bool,
    /// Put back what is damaged or missing from another copy: a register, its store, a pack, any folder
    #[arg(long, value_name = "DIR", conflicts_with = "source")]
    repair_from: Option<PathBuf>,
}

/// A number of bytes with a decimal multiple behind it.
fn rate(text: &str) -> Result<NonZeroU64, String> {
    let (digits, times) = match text.char_indices().last() {
        Some((at, 'K' | 'k')) => (&text[..at], 1_000),
        Some((at, 'M' | 'm')) => (&text[..at], 1_000_000),
        Some((at, 'G' | 'g')) => (&text[..at], 1_000_000_000),
        _ => (text, 1),
    };
    let bytes = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(times)).and_then(NonZeroU64::new);
    bytes.ok_or_else(|| "it is a number of bytes a second, as 500K, 20M or 1G".to_owned())
}

pub(super) fn verify(args: &VerifyArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    for id in &args.ids {
        resolve::held("evidence", id, &window.register().evidence, "evidence list")?;
    }
    // Said before the store is read, and also where nothing turns out to be damaged.
    if let Some(missing) = args.repair_from.iter().chain(&args.from).find(|folder| !folder.exists()) {
        return Err(not_there(missing));
    }
    let follower = Follower::new()?;
    if args.source {
        let mut inspected = Vec::new();
        for id in &args.ids {
            follower.begin("Comparing", None);
            let found = follower.follow(|watch| {
                let how = Inspecting { from: args.from.as_deref(), bytes_per_second: args.rate, watch };
                window.session.inspect(id, how)
            })?;
            inspected.push((id, found));
        }
        return Ok(compared(&inspected, window.is_demonstration()));
    }
    follower.begin("Reading back", None);
    let read =
        |watch: Watch<'_>| window.session.verify_evidence(ReadingBack { ids: &args.ids, anew: args.paranoid, watch });
    let mut report = follower.follow(read)?;
    let mut repaired = Repaired::default();
    if let Some(from) = args.repair_from.as_ref().filter(|_| !report.problems.is_empty()) {
        follower.begin("Looking for copies", None);
        repaired = follower.follow(|watch| window.session.repair(&report, from, watch))?;
        follower.begin("Reading back", None);
        report = follower.follow(read)?;
    }
    Ok(read_back(&report, &repaired, args.repair_from.is_some(), window.is_demonstration()))
}

fn read_back(report: &EvidenceReport, repaired: &Repaired, from_a_copy: bool, demonstration: bool) -> Outcome {
    let mut text = format!("{} of {} bytes read back\n", count(report.objects, "object"), report.bytes);
    if let Some(before) = &report.read_before {
        text.push_str(&format!(
            "of these, {} of {} bytes were not read now: an interrupted verification had read them, begun on {} at {} UTC, \
             and they look untouched since; `--paranoid` reads them again\n",
            count(before.objects, "object"),
            before.bytes,
            before.since.day_in_utc(),
            before.since.clock_utc(),
        ));
    }
    for (name, path) in &repaired.mended {
        text.push_str(&format!("mended sha256 {name} from {}\n", path.display()));
    }
    for path in &repaired.cleared {
        text.push_str(&format!("cleared {} of damage that nothing is made of\n", path.display()));
    }
    for problem in &report.problems {
        text.push_str(&format!("WRONG  {problem}\n"));
    }
    let sound = report.problems.is_empty();
    text.push_str(match (sound, from_a_copy) {
        (true, _) => "\nThe evidence is as it was recorded.\n",
        (false, true) => "\nThat copy does not hold the rest. Try another, or withdraw what is lost: `portreeve evidence withdraw`.\n",
        (false, false) => {
            "\nThe evidence is NOT as it was recorded. Put it back from a backup or a pack: `portreeve evidence verify --repair-from DIR`.\n"
        }
    });
    let mended = repaired.mended.iter().map(|(name, path)| json!({"sha256": name, "from": path.display().to_string()}));
    let mended: Vec<Value> = mended.collect();
    let cleared: Vec<String> = repaired.cleared.iter().map(|path| path.display().to_string()).collect();
    let read_before = report
        .read_before
        .map(|before| json!({"objects": before.objects, "bytes": before.bytes, "since": before.since}));
    let object = json!({
        "sound": sound,
        "objects": report.objects,
        "bytes": report.bytes,
        "read_before": read_before,
        "problems": report.problems,
        "mended": mended,
        "cleared": cleared,
    });
    let ending = if sound { Ending::Fine } else { Ending::Broken };
    Outcome::new(demonstration, "portreeve.evidence-verify/1", text, object).ending(ending)
}

fn compared(inspected: &[(&EvidenceId, Inspection)], demonstration: bool) -> Outcome {
    let (mut text, mut objects, mut same) = (String::new(), Vec::new(), true);
    for (id, found) in inspected {
        let read = format!("{} of {} bytes, {} read now", count(found.files, "file"), found.bytes, found.read);
        text.push_str(&format!("{id} against {}: {read}\n", found.folder.display()));
        share::told(&found.changes).iter().for_each(|line| text.push_str(&format!("  {line}\n")));
        for gap in found.omitted.gaps() {
            text.push_str(&format!("  not read  {}: {}\n", gap.path, gap.reason));
        }
        same &= found.changes.is_none() && found.omitted.gap_count() == 0;
        objects.push(json!({
            "evidence": id,
            "folder": found.folder.display().to_string(),
            "files": found.files,
            "bytes": found.bytes,
            "read": found.read,
            "changes": share::as_json(&found.changes),
            "gaps": found.omitted.gap_count(),
        }));
    }
    let object = json!({"same": same, "compared": objects});
    Outcome::new(demonstration, "portreeve.evidence-source/1", text, object).ending(Ending::fine_if(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_multiple() {
        let bytes = |text| rate(text).map(NonZeroU64::get);
        assert_eq!((bytes("500K"), bytes("20m"), bytes("7")), (Ok(500_000), Ok(20_000_000), Ok(7)));
        for wrong in ["", "0", "M", "-1", "1T", "99999999999G", "1é"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
