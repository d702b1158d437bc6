//! Intact: every byte is the one that was signed, nothing is missing or added, and every entry is in the ledger that the
//! signed checkpoint commits to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use portreeve_ledger::merkle::{Frontier, leaf_hash};
use portreeve_ledger::{EntryProof, GrowthProof, LineHasher, LinesDigest, SignedCheckpoint, TrustedKey, sshsig};
use portreeve_model::{Digest, Entry, EntryNumber, Event, LogSize};
use portreeve_reporting::pack::{CHECKPOINT, ENTRIES, GROWTH_FOLDER, NAMESPACE, PROOF_FOLDER, SIGNATURE, TAG_MANIFEST};

use super::listed::{self, Looked, NAMED_MAX};
use super::verify::{Points, Trust, VerifyRequest};
use crate::error::EngineError;

/// The largest of the pack's own texts that is read into memory. The entries of a large register have some 300 MB at a
/// million.
const TEXT_BYTES_MAX: u64 = 320 * 1024 * 1024;

/// What the first look found, for the others to go on from.
pub(super) struct Contents {
    pub(super) trust: Trust,
    pub(super) checkpoint: Option<SignedCheckpoint>,
    pub(super) tag_manifest: Option<Digest>,
    /// The entries that were proved to be in the ledger, in order.
    pub(super) entries: Vec<(EntryNumber, Vec<u8>)>,
    /// What the files were found to be.
    pub(super) looked: Looked,
}

pub(super) fn check(asked: &VerifyRequest) -> Result<(Points, Contents), EngineError> {
    let mut points = Points::default();
    let root = &asked.path;
    let tag_text = text(root, TAG_MANIFEST);
    let tag_manifest = tag_text.as_ref().ok().map(|text| Digest::of(text));
    let entries = text(root, ENTRIES).unwrap_or_default();
    let lines: Vec<&[u8]> = entries.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let claimed = claimed_checkpoint(root);
    let opening = opening_key(lines.first().copied());
    let keys = keys(asked, claimed.as_ref().ok(), opening.as_ref(), &mut points);
    let mut trust = Trust { signer: None, key_from_outside: false, checkpoint_from_outside: false };
    signature(asked, &mut points, &mut trust, tag_text.as_deref().unwrap_or_default(), &keys);
    let checkpoint = checkpoint(claimed, &mut points, &keys);
    let one_key = trust.signer.is_some() && trust.signer == opening.as_ref().map(TrustedKey::fingerprint);
    points.note(
        one_key,
        if one_key {
            "it is the key that the ledger was opened with"
        } else {
            "the signature is not by the key that the ledger was opened with"
        },
    );
    let mut looked = Looked::default();
    if trust.signer.is_some() {
        looked = listed::check(root, &mut points, tag_text.as_ref().map(Vec::as_slice))?;
    } else {
        // Reading gigabytes to compare them with lists that nobody signed would only serve whoever wrote the lists.
        points.note(false, "the files were not compared: nothing that is signed says what they should be");
    }
    let proved = match &checkpoint {
        Some(checkpoint) => proofs(root, &mut points, &lines, checkpoint, &keys),
        None => Vec::new(),
    };
    if let Some(ours) = &checkpoint {
        trust.checkpoint_from_outside = outside(asked, &mut points, ours, &keys)?;
    }
    let contents = Contents { trust, checkpoint, tag_manifest, entries: proved, looked };
    Ok((points, contents))
}

/// The key that the ledger itself names in its first entry.
fn opening_key(first: Option<&[u8]>) -> Option<TrustedKey> {
    let entry = first.and_then(|line| Entry::decode(line).ok())?;
    let Event::RegisterOpened(opening) = entry.event else { return None };
    opening.key.as_str().parse().ok()
}

/// The keys to believe: of those given, the ones that may speak for this ledger; or, said plainly, the pack's own.
fn keys(
    asked: &VerifyRequest,
    claimed: Option<&SignedCheckpoint>,
    opening: Option<&TrustedKey>,
    points: &mut Points,
) -> Vec<TrustedKey> {
    if asked.keys.is_empty() {
        if opening.is_none() {
            points.note(false, "the pack does not begin with the ledger's opening entry, so it names no key");
        }
        return opening.cloned().into_iter().collect();
    }
    let Some(claimed) = claimed else { return Vec::new() };
    let origin = &claimed.unverified().origin;
    let speak: Vec<TrustedKey> = asked.keys.iter().filter(|key| key.speaks_for(origin)).cloned().collect();
    if speak.is_empty() {
        points.note(false, format!("none of the keys you gave may speak for the ledger {origin}"));
    }
    speak
}

fn signature(asked: &VerifyRequest, points: &mut Points, trust: &mut Trust, signed: &[u8], keys: &[TrustedKey]) {
    let armoured = text(&asked.path, SIGNATURE).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let armoured = match armoured {
        Ok(armoured) => armoured,
        Err(because) => {
            points.note(false, format!("{SIGNATURE} {because}"));
            return;
        }
    };
    match sshsig::verify(signed, NAMESPACE, &armoured, keys) {
        Ok(key) => {
            trust.signer = Some(key.fingerprint());
            trust.key_from_outside = !asked.keys.is_empty();
            let from = if trust.key_from_outside { "a key you gave" } else { "the key that the pack itself names" };
            points.note(true, format!("the signature is good, by {from}: {}", key.fingerprint()));
        }
        Err(error) => {
            points.note(false, format!("the signature is not good: {error}"));
        }
    }
}

fn claimed_checkpoint(root: &Path) -> Result<SignedCheckpoint, String> {
    let text = text(root, CHECKPOINT)?;
    let text = String::from_utf8(text).map_err(|_| "is not a text".to_owned())?;
    SignedCheckpoint::parse(&text).map_err(|error| format!("cannot be read: {error}"))
}

fn checkpoint(
    claimed: Result<SignedCheckpoint, String>,
    points: &mut Points,
    keys: &[TrustedKey],
) -> Option<SignedCheckpoint> {
    let verified = claimed.map_err(|because| format!("{CHECKPOINT} {because}")).and_then(|checkpoint| {
        let size = checkpoint.verify(keys).map(|verified| verified.size);
        size.map(|size| (checkpoint, size))
            .map_err(|error| format!("the checkpoint is not signed as it should be: {error}"))
    });
    match verified {
        Ok((checkpoint, size)) => {
            points.note(true, format!("the checkpoint of {size} entries is signed by the same key"));
            Some(checkpoint)
        }
        Err(because) => {
            points.note(false, because);
            None
        }
    }
}

/// Every entry has a proof that leads to the pack's own checkpoint.
fn proofs(
    root: &Path,
    points: &mut Points,
    lines: &[&[u8]],
    checkpoint: &SignedCheckpoint,
    keys: &[TrustedKey],
) -> Vec<(EntryNumber, Vec<u8>)> {
    let mut proved = Vec::new();
    let mut names: Vec<String> = std::fs::read_dir(root.join(PROOF_FOLDER))
        .into_iter()
        .flatten()
        .filter_map(|item| item.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    if names.len() != lines.len() {
        points.note(false, format!("there are {} entries and {} proofs", lines.len(), names.len()));
        return proved;
    }
    for (name, line) in names.iter().zip(lines) {
        let proof = text(root, &format!("{PROOF_FOLDER}/{name}"))
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not a text".to_owned()))
            .and_then(|text| EntryProof::parse(&text).map_err(|error| error.to_string()));
        let outcome = proof.and_then(|proof| {
            if proof.checkpoint.as_str() != checkpoint.as_str() {
                return Err("it leads to another checkpoint".to_owned());
            }
            proof.verify(line, keys).map(|_| proof.entry).map_err(|error| error.to_string())
        });
        match outcome {
            Ok(entry) if proved.last().is_none_or(|(last, _)| *last < entry) => proved.push((entry, line.to_vec())),
            Ok(entry) => {
                points.note(false, format!("entry {entry} stands out of order"));
            }
            Err(because) => {
                points.note(false, format!("the proof {name} does not hold: {because}"));
            }
        }
        if proved.len() + NAMED_MAX < points.0.len() {
            break;
        }
    }
    let whole = proved.len() == lines.len() && !lines.is_empty();
    points.note(whole, format!("{} of {} entries are proved to be in the ledger", proved.len(), lines.len()));
    proved
}

/// Whether what came from outside agrees: the ledger as lines, where it was given, and a checkpoint, where one was. A
/// checkpoint is linked when it is the pack's own, or when one of the two is shown to be a beginning of the other; of the
/// ways there are to show it, none may fail.
fn outside(
    asked: &VerifyRequest,
    points: &mut Points,
    ours: &SignedCheckpoint,
    keys: &[TrustedKey],
) -> Result<bool, EngineError> {
    let theirs = asked.checkpoint.as_ref();
    let by_lines = match &asked.ledger {
        Some(ledger) => Some(by_lines(points, ledger, ours, theirs)?),
        None => None,
    };
    let Some(theirs) = theirs else { return Ok(false) };
    let (our_claim, claim) = (ours.unverified(), theirs.unverified());
    let given = format!("the checkpoint you gave, of {} entries,", claim.size);
    if claim.origin != our_claim.origin {
        return Ok(points.note(false, format!("{given} is of another ledger, {}", claim.origin)));
    }
    if claim.size == our_claim.size {
        let same = (claim.root, claim.lines) == (our_claim.root, our_claim.lines);
        let text = if same { "is this pack's own" } else { "names another history of the same length" };
        return Ok(points.note(same, format!("{given} {text}")));
    }
    let by_proof = growth(asked, points, ours, theirs, keys, &given);
    match (by_lines, by_proof) {
        (None, None) => Ok(points.note(
            false,
            format!(
                "nothing links {given} to this pack's, of {}: ask for the ledger as lines and give it with --ledger",
                our_claim.size
            ),
        )),
        (by_lines, by_proof) => Ok(by_lines.unwrap_or(true) && by_proof.unwrap_or(true)),
    }
}

/// Whether the pack's own proof leads from an earlier checkpoint to this one; nothing when it holds no such proof.
fn growth(
    asked: &VerifyRequest,
    points: &mut Points,
    ours: &SignedCheckpoint,
    theirs: &SignedCheckpoint,
    keys: &[TrustedKey],
    given: &str,
) -> Option<bool> {
    let name = format!("{GROWTH_FOLDER}/{:09}.txt", theirs.unverified().size.count());
    let text = String::from_utf8(text(&asked.path, &name).ok()?).unwrap_or_default();
    let proof = GrowthProof::parse(&text).map_err(|error| error.to_string()).and_then(|proof| {
        if proof.checkpoint.as_str() != ours.as_str() {
            return Err("its proof leads to another checkpoint".to_owned());
        }
        proof.verify(theirs, keys).map(|_| ()).map_err(|error| error.to_string())
    });
    Some(match proof {
        Ok(()) => points.note(true, format!("{given} is proved to be a beginning of this ledger")),
        Err(because) => points.note(false, format!("{given} is not a beginning of this ledger: {because}")),
    })
}

/// Whether the ledger given as lines is the one these checkpoints commit to, by its lines and by its tree.
fn by_lines(
    points: &mut Points,
    ledger: &Path,
    ours: &SignedCheckpoint,
    theirs: Option<&SignedCheckpoint>,
) -> Result<bool, EngineError> {
    let claims: Vec<_> = std::iter::once(ours).chain(theirs).map(SignedCheckpoint::unverified).collect();
    let last = claims.iter().map(|claim| claim.size).max().unwrap_or(LogSize::EMPTY);
    let (mut hasher, mut frontier) = (LineHasher::new(), Frontier::empty());
    let mut seen: BTreeMap<LogSize, (LinesDigest, Digest)> = BTreeMap::new();
    each_line(ledger, last, |number, line| {
        hasher.push(line);
        frontier.push(leaf_hash(line));
        let size = number.size_including();
        if claims.iter().any(|claim| claim.size == size) {
            seen.insert(size, (hasher.digest(), frontier.root()));
        }
    })?;
    let agree = claims.iter().all(|claim| seen.get(&claim.size) == Some(&(claim.lines, claim.root)));
    let what =
        if claims.len() == 1 { "this pack's checkpoint is a beginning" } else { "both checkpoints are beginnings" };
    let text = if agree {
        format!("{what} of the ledger you gave")
    } else {
        format!("it is not so that {what} of the ledger you gave")
    };
    Ok(points.note(agree, text))
}

/// Reads the first entries of a ledger written as lines; a shorter file gives fewer.
pub(super) fn each_line(
    ledger: &Path,
    size: LogSize,
    mut visit: impl FnMut(EntryNumber, &[u8]),
) -> Result<(), EngineError> {
    let failed = |source| EngineError::io("read the ledger in", ledger, source);
    let mut reader = BufReader::new(File::open(ledger).map_err(failed)?);
    let longest = u64::try_from(portreeve_ledger::ENTRY_BYTES_MAX).unwrap_or(u64::MAX) + 1;
    let mut line = Vec::new();
    for number in (0..size.count()).map(EntryNumber::new) {
        line.clear();
        let read = (&mut reader).take(longest).read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 || line.pop() != Some(b'\n') {
            return Ok(());
        }
        visit(number, &line);
    }
    Ok(())
}

/// One of the pack's own texts, or why it cannot be read.
pub(super) fn text(root: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = root.join(name);
    let found = path.symlink_metadata().map_err(|_| "is missing".to_owned())?;
    if !found.is_file() {
        return Err("is not a file".to_owned());
    }
    let file = File::open(&path).map_err(|error| format!("cannot be opened: {error}"))?;
    let mut bytes = Vec::new();
    file.take(TEXT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > TEXT_BYTES_MAX {
        return Err("is too long to be read".to_owned());
    }
    Ok(bytes)
}
