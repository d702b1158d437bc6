//! Verifying a pack without a register: intact, complete, fresh. Nothing in the pack is believed that a key or checkpoint
//! given by another route could contradict, and no figure is taken from it that its entries do not give again.

use std::path::{Path, PathBuf};

use portreeve_ledger::{SignedCheckpoint, TrustedKey};
use portreeve_model::{Day, Digest, LogSize};

use super::complete::{self, Replayed};
use super::fresh;
use super::intact::{self, Contents};
use crate::error::EngineError;

/// What is to be verified, and against what.
#[derive(Clone, Debug)]
pub struct VerifyRequest {
    /// The pack's folder.
    pub path: PathBuf,
    /// The day on which freshness is asked, beside the pack's own.
    pub on: Option<Day>,
    /// Keys that came by another route. Without any, the pack's own key is used and the answer says so.
    pub keys: Vec<TrustedKey>,
    /// A checkpoint that came by another route, such as the one kept from last year's pack.
    pub checkpoint: Option<SignedCheckpoint>,
    /// The whole ledger written as lines, where the council gave it: it links any two checkpoints.
    pub ledger: Option<PathBuf>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Whether it is as it should be.
    pub holds: bool,
    /// What was looked at, and what was found.
    pub text: String,
}

/// What vouches for the pack from outside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The fingerprint of the key that signed it, once a signature has been found good.
    pub signer: Option<String>,
    /// Whether that key came by another route.
    pub key_from_outside: bool,
    /// Whether a checkpoint that came by another route agrees with it.
    pub checkpoint_from_outside: bool,
}

impl Trust {
    /// Whether the pack vouches only for itself: whoever holds the signing key could have rewritten all of it.
    pub const fn self_signed_only(&self) -> bool {
        !self.key_from_outside && !self.checkpoint_from_outside
    }
}

/// The verdicts on a pack, point by point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The pack's reference, as its statement gives it.
    pub pack: String,
    /// Whether it tells a story instead of a council's own.
    pub demonstration: bool,
    /// Nothing has been changed, added or taken away since it was signed.
    pub intact: Vec<Point>,
    /// Everything is there and every figure follows from the entries.
    pub complete: Vec<Point>,
    /// The day its freshness was first judged on: its own.
    pub own_day: Option<Day>,
    /// Nothing was out of date on that day, or on the day that was asked.
    pub fresh: Vec<(Day, Vec<Point>)>,
    /// What vouches for it from outside.
    pub trust: Trust,
    /// How many ledger entries it knows.
    pub known: Option<LogSize>,
    /// SHA-256 of the tag manifest, to be compared with the number given by telephone or letter.
    pub tag_manifest: Option<Digest>,
    /// For each organisation: the verdict, the share of requirements, and the line that accounts for every finding.
    pub answers: Vec<(String, String)>,
}

impl Verification {
    /// Whether nothing has been changed.
    pub fn is_intact(&self) -> bool {
        all(&self.intact)
    }

    /// Whether everything is there.
    pub fn is_complete(&self) -> bool {
        all(&self.complete)
    }

    /// Whether nothing is out of date on the day that was asked, or else on the pack's own.
    pub fn is_fresh(&self) -> bool {
        self.fresh.last().is_some_and(|(_, points)| all(points))
    }

    /// Whether it is all three.
    pub fn holds(&self) -> bool {
        self.is_intact() && self.is_complete() && self.is_fresh()
    }
}

/// A verdict without a single point looked at would be worth nothing.
fn all(points: &[Point]) -> bool {
    !points.is_empty() && points.iter().all(|point| point.holds)
}

/// Points as they are found.
#[derive(Default)]
pub(super) struct Points(pub(super) Vec<Point>);

impl Points {
    pub(super) fn note(&mut self, holds: bool, text: impl Into<String>) -> bool {
        // What a pack says of itself may hold anything; a point is one line.
        let text = text.into().replace(['\n', '\r'], " ");
        self.0.push(Point { holds, text });
        holds
    }
}

/// Verifies a pack.
///
/// # Errors
/// When there is no folder to look at or the disk refuses. Whatever is wrong with the pack is in the answer instead.
pub fn verify_pack(asked: &VerifyRequest) -> Result<Verification, EngineError> {
    if !is_folder(&asked.path)? {
        return Err(EngineError::Unfit(format!("{} is not a folder", asked.path.display())));
    }
    let (intact, contents) = intact::check(asked)?;
    let (complete, replayed) = complete::check(asked, &contents)?;
    let own_day = replayed.as_ref().map(|replayed| replayed.as_of.on);
    if let (Some(own), Some(on)) = (own_day, asked.on)
        && on < own
    {
        return Err(EngineError::Unfit(format!(
            "the pack is judged on {own} and says nothing about {on}, which is earlier"
        )));
    }
    let days = own_day.into_iter().chain(asked.on.filter(|on| Some(*on) != own_day));
    let fresh = days.map(|day| (day, fresh::check(replayed.as_ref(), day))).collect();
    let Contents { trust, checkpoint, tag_manifest, .. } = contents;
    Ok(Verification {
        pack: replayed.as_ref().map_or_else(|| "not known".to_owned(), |replayed| replayed.pack.to_string()),
        demonstration: replayed.as_ref().is_some_and(|replayed| replayed.part.register().is_demonstration()),
        intact: intact.0,
        complete: complete.0,
        own_day,
        fresh,
        trust,
        known: checkpoint.map(|checkpoint| checkpoint.unverified().size),
        tag_manifest,
        answers: replayed.as_ref().map(Replayed::in_words).unwrap_or_default(),
    })
}

fn is_folder(path: &Path) -> Result<bool, EngineError> {
    let found = std::fs::metadata(path).map_err(|source| EngineError::io("look at the pack", path, source))?;
    Ok(found.is_dir())
}
