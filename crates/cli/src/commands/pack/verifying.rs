//! `portreeve pack verify`: three verdicts, point by point, and what vouches for the pack from outside it.

use std::path::PathBuf;

use clap::Args;
use portreeve_engine::{Point, Verification, VerifyRequest, verify_pack};
use portreeve_model::Day;
use serde_json::{Value, json};

use crate::commands::verify::{checkpoint, keys};
use crate::failure::Failure;
use crate::outcome::{Ending, Outcome};

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The pack's folder
    #[arg(value_name = "PACK")]
    path: PathBuf,
    /// Ask also whether it is still fresh on this day
    #[arg(long, value_name = "DATE")]
    on: Option<Day>,
    /// Keys that came by another route: public keys or allowed signers, one a line
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A checkpoint that came by another route, as the one kept from last year's pack
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The whole ledger as lines, where the council gave it
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
}

/// The file by which a folder is known to be a bag, as every pack is.
const MARK: &str = "bagit.txt";

pub(super) fn verify(args: &VerifyArgs) -> Result<Outcome, Failure> {
    if args.path.is_dir() && !args.path.join(MARK).exists() {
        return Err(Failure::usage(format!("{} is not a pack: it has no {MARK}", args.path.display()))
            .help("name the folder that holds bagit.txt, as `portreeve pack build` made it"));
    }
    let asked = VerifyRequest {
        path: args.path.clone(),
        on: args.on,
        keys: args.key.as_deref().map(keys).transpose()?.unwrap_or_default(),
        checkpoint: args.checkpoint.as_deref().map(checkpoint).transpose()?,
        ledger: args.ledger.clone(),
    };
    Ok(told(&verify_pack(&asked)?))
}

/// The verdicts in words and as an object.
pub(crate) fn told(found: &Verification) -> Outcome {
    let mut text = format!("Pack {}", found.pack);
    if let Some(day) = found.own_day {
        text.push_str(&format!(", judged on {day}"));
    }
    if let Some(known) = found.known {
        text.push_str(&format!(", {known} entries known"));
    }
    text.push('\n');
    verdict(&mut text, "intact", found.is_intact(), &found.intact);
    verdict(&mut text, "complete", found.is_complete(), &found.complete);
    for (day, points) in &found.fresh {
        let fresh = !points.is_empty() && points.iter().all(|point| point.holds);
        verdict(&mut text, &format!("fresh on {day}"), fresh, points);
    }
    text.push('\n');
    for (organisation, answer) in &found.answers {
        text.push_str(&format!("{organisation}: {answer}\n"));
    }
    trusted(&mut text, found);
    if let Some(number) = found.tag_manifest {
        text.push_str(&format!("Compare this number with the one you were given: {number}\n"));
    }
    let day = found.fresh.last().map(|(day, _)| day.to_string()).unwrap_or_default();
    text.push_str(&match (found.is_intact(), found.holds()) {
        (false, _) => "\nThis pack is NOT as it was signed. Do not rely on it.\n".to_owned(),
        (true, false) => "\nThis pack is as it was signed, but not everything in it is in order.\n".to_owned(),
        (true, true) => format!("\nThis pack is as it was signed, complete, and fresh on {day}.\n"),
    });
    let ending = match (found.is_intact(), found.holds()) {
        (false, _) => Ending::Broken,
        (true, holds) => Ending::fine_if(holds),
    };
    Outcome::new(found.demonstration, "portreeve.pack-verification/1", text, object(found)).ending(ending)
}

fn verdict(text: &mut String, what: &str, holds: bool, points: &[Point]) {
    text.push_str(&format!("\n{}  {what}\n", if holds { "yes" } else { "NO " }));
    for point in points {
        text.push_str(&format!("     {}  {}\n", if point.holds { "ok   " } else { "WRONG" }, point.text));
    }
}

fn trusted(text: &mut String, found: &Verification) {
    if let Some(signer) = &found.trust.signer {
        let whence = if found.trust.key_from_outside { "the key you gave" } else { "the pack's own key" };
        text.push_str(&format!("Signed by {signer}, {whence}.\n"));
    }
    if found.trust.self_signed_only() {
        text.push_str(
            "Self-signed history only: nothing from outside vouches for it, and whoever holds its key could have \
             rewritten all of it.\n  Give the key or a checkpoint that reached you by another route: `--key FILE`, `--checkpoint FILE`.\n",
        );
    }
}

fn object(found: &Verification) -> Value {
    let points = |points: &[Point]| {
        let lines: Vec<Value> = points.iter().map(|point| json!({"holds": point.holds, "text": point.text})).collect();
        lines
    };
    let fresh: Vec<Value> = found.fresh.iter().map(|(day, list)| json!({"on": day, "points": points(list)})).collect();
    let answers: Vec<Value> = found
        .answers
        .iter()
        .map(|(organisation, answer)| json!({"organisation": organisation, "answer": answer}))
        .collect();
    json!({
        "pack": found.pack,
        "on": found.own_day,
        "known": found.known,
        "intact": {"holds": found.is_intact(), "points": points(&found.intact)},
        "complete": {"holds": found.is_complete(), "points": points(&found.complete)},
        "fresh": {"holds": found.is_fresh(), "days": fresh},
        "holds": found.holds(),
        "trust": {
            "signer": found.trust.signer,
            "key_from_outside": found.trust.key_from_outside,
            "checkpoint_from_outside": found.trust.checkpoint_from_outside,
        },
        "tag_manifest": found.tag_manifest,
        "answers": answers,
    })
}
