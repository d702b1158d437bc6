//! `portreeve verify`: the whole register against its signatures, the rules and the files. Exits 4 on anything wrong.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use portreeve_engine::{RegisterReport, SignedCheckpoint, TrustedKey, verify_register};
use portreeve_reporting::words::count;
use serde_json::json;

use super::Run;
use crate::advice::DAMAGED_HELP;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::{Ending, Outcome};
use crate::progress::Follower;

/// Keys and checkpoints are a few lines; 1 MiB holds ten thousand of them.
const TEXT_BYTES_MAX: u64 = 1024 * 1024;

/// Check the whole register: entries, signatures, rules and files
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Keys that came by another route: public keys or allowed signers, one a line
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A checkpoint that came by another route, several times for several
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
}

impl Run for VerifyArgs {
    fn doing(&self) -> &'static str {
        "verify the register"
    }

    fn looks_back(&self) -> bool {
        false
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let keys = self.key.as_deref().map(keys).transpose()?.unwrap_or_default();
        let outside: Vec<SignedCheckpoint> =
            self.checkpoint.iter().map(|file| checkpoint(file)).collect::<Result<_, _>>()?;
        let follower = Follower::new()?;
        follower.begin("Reading back", None);
        let report = follower.follow(|watch| verify_register(&door.root(), &keys, &outside, watch))?;
        Ok(told(&report, !keys.is_empty()))
    }
}

fn told(report: &RegisterReport, key_from_outside: bool) -> Outcome {
    let mut text =
        format!("{} entries, {} objects of {} bytes read back\n", report.entries, report.objects, report.bytes);
    let key = if key_from_outside { "the key you gave" } else { "the key the register itself names" };
    text.push_str(&format!("signatures checked with {key}\n"));
    text.push_str(match (report.anchored_outside, key_from_outside) {
        (true, _) => "a checkpoint from outside agrees: nothing before it has been rewritten\n",
        (false, true) => "no checkpoint from outside was given: `--checkpoint FILE`\n",
        (false, false) => {
            "nothing from outside was given, so whoever holds the signing key could have rewritten all of it:\n  \
             `--key FILE` and `--checkpoint FILE`\n"
        }
    });
    if !report.is_vouched_for() {
        text.push_str(&format!(
            "{} entries lie after the last signed checkpoint: no signature vouches for them\n",
            report.after_last_signed
        ));
    }
    for line in &report.stale_caches {
        text.push_str(&format!("{line}: it is only a cache, and is made again at its next use\n"));
    }
    if let Some(why) = &report.key_unread {
        text.push_str(&format!("{why}: whoever writes here needs it, whoever reads does not\n"));
    }
    if report.leftovers > 0 {
        let files = count(report.leftovers, "file");
        text.push_str(&format!(
            "{files} of {} bytes were left on their way into the store by a program that ended early: the next collection \
             finishes or removes them\n",
            report.leftover_bytes
        ));
    }
    for problem in &report.problems {
        text.push_str(&format!("WRONG  {problem}\n"));
    }
    let verdict = match report.problems.len() {
        0 if !report.is_vouched_for() => "Nothing is wrong, but not every entry is vouched for.".to_owned(),
        0 => "The register is as it was recorded.".to_owned(),
        1 => "The register is NOT as it was recorded: 1 thing is wrong.".to_owned(),
        many => format!("The register is NOT as it was recorded: {many} things are wrong."),
    };
    text.push_str(&format!("\n{verdict}\n"));
    if report.problems_in_store > 0 {
        text.push_str(
            "What the store lacks can be put back from any copy: `portreeve evidence verify --repair-from DIR`.\n",
        );
    }
    if report.problems.len() > report.problems_in_store {
        text.push_str(&format!("For what is wrong elsewhere: {DAMAGED_HELP}.\n"));
    }
    let object = json!({
        "sound": report.is_sound(),
        "entries": report.entries,
        "after_last_signed": report.after_last_signed,
        "key_from_outside": key_from_outside,
        "anchored_outside": report.anchored_outside,
        "objects": report.objects,
        "bytes": report.bytes,
        "problems": report.problems,
        "stale_caches": report.stale_caches,
        "key_unread": report.key_unread,
        "leftovers": report.leftovers,
        "leftover_bytes": report.leftover_bytes,
    });
    let ending = if report.is_sound() { Ending::fine_if(report.is_vouched_for()) } else { Ending::Broken };
    Outcome::new(report.demonstration, "portreeve.verify/1", text, object).ending(ending)
}

/// Keys somebody decided to trust.
pub(super) fn keys(file: &Path) -> Result<Vec<TrustedKey>, Failure> {
    let keys = TrustedKey::parse_all(&text(file)?).map_err(|error| {
        Failure::usage(format!("{}: {error}", file.display()))
            .help("give an OpenSSH public key, or the allowed signers file that came beside the pack")
    })?;
    if keys.is_empty() {
        return Err(Failure::usage(format!("{} holds no key", file.display())).help("name the file that holds the key"));
    }
    Ok(keys)
}

/// A checkpoint kept elsewhere.
pub(super) fn checkpoint(file: &Path) -> Result<SignedCheckpoint, Failure> {
    SignedCheckpoint::parse(&text(file)?).map_err(|error| {
        Failure::usage(format!("{}: {error}", file.display())).help(
            "give the checkpoint as it was kept: the file beside last year's pack, or `portreeve log --checkpoint`",
        )
    })
}

fn text(file: &Path) -> Result<String, Failure> {
    let wrong = |because: String| {
        Failure::environment(format!("could not read {}: {because}", file.display()))
            .help("see that the path is right and that you may read the file")
    };
    let size = fs::metadata(file).map_err(|error| wrong(error.to_string()))?;
    if size.len() > TEXT_BYTES_MAX {
        return Err(wrong(format!("it has {} bytes; a key or checkpoint is a few lines", size.len())));
    }
    fs::read_to_string(file).map_err(|error| wrong(error.to_string()))
}
