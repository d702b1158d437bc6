//! Intact: every byte is the one that was signed, nothing is missing or added, and every entry is in the ledger that the
//! signed checkpoint commits to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use portreeve_collector::{checksum, plan_folder};
use portreeve_ledger::{EntryProof, GrowthProof, LineHasher, LinesDigest, SignedCheckpoint, TrustedKey, sshsig};
use portreeve_model::manifest::ManifestPath;
use portreeve_model::{Digest, Entry, EntryNumber, Event, LogSize};
use portreeve_reporting::pack::{
    CHECKPOINT, ENTRIES, GROWTH_FOLDER, MANIFEST, NAMESPACE, PROOF_FOLDER, SIGNATURE, TAG_MANIFEST, bag,
};

use super::verify::{Points, Trust, VerifyRequest};
use crate::error::EngineError;

/// The largest of the pack's own texts that is read into memory. The entries of a large register have some 300 MB at a
/// million; a manifest of two million lines as much.
const TEXT_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// How many wrong files are named one by one.
const NAMED_MAX: usize = 20;

/// What the first look found, for the others to go on from.
pub(super) struct Contents {
    pub(super) trust: Trust,
    pub(super) checkpoint: Option<SignedCheckpoint>,
    pub(super) tag_manifest: Option<Digest>,
    /// The entries that were proved to be in the ledger, in order.
    pub(super) entries: Vec<(EntryNumber, Vec<u8>)>,
}

pub(super) fn check(asked: &VerifyRequest) -> Result<(Points, Contents), EngineError> {
    let mut points = Points::default();
    let tag_text = text(&asked.path, TAG_MANIFEST);
    let tag_manifest = tag_text.as_ref().ok().map(|text| Digest::of(text));
    let (tags, payload) = lists(&asked.path, &mut points, tag_text.as_ref().map(Vec::as_slice));
    files(&asked.path, &mut points, &tags, &payload)?;
    let entries = text(&asked.path, ENTRIES).unwrap_or_default();
    let lines: Vec<&[u8]> = entries.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let keys = keys(asked, lines.first().copied(), &mut points);
    let mut trust = Trust { signer: None, key_from_outside: false, checkpoint_from_outside: false };
    signature(asked, &mut points, &mut trust, tag_text.as_deref().unwrap_or_default(), &keys);
    let checkpoint = checkpoint(asked, &mut points, &keys);
    let proved = match &checkpoint {
        Some(checkpoint) => proofs(&asked.path, &mut points, &lines, checkpoint, &keys),
        None => Vec::new(),
    };
    if let (Some(ours), Some(theirs)) = (&checkpoint, &asked.checkpoint) {
        trust.checkpoint_from_outside = outside(asked, &mut points, ours, theirs, &keys)?;
    }
    let contents = Contents { trust, checkpoint, tag_manifest, entries: proved };
    Ok((points, contents))
}

type Listed = BTreeMap<ManifestPath, Digest>;

/// Reads the two lists.
fn lists(root: &Path, points: &mut Points, tag_text: Result<&[u8], &String>) -> (Listed, Listed) {
    let declared = text(root, "bagit.txt").is_ok_and(|text| text == bag::DECLARATION.as_bytes());
    points.note(
        declared,
        if declared { "bagit.txt declares a BagIt 1.0 bag" } else { "bagit.txt does not declare a BagIt 1.0 bag" },
    );
    let mut read = |name: &str, found: Result<Vec<u8>, String>| match found {
        Ok(text) => match bag::read_manifest(&text) {
            Ok(listed) => listed,
            Err(error) => {
                points.note(false, format!("{name} cannot be read: {error}"));
                Listed::new()
            }
        },
        Err(because) => {
            points.note(false, format!("{name} {because}"));
            Listed::new()
        }
    };
    let tags = read(TAG_MANIFEST, tag_text.map(<[u8]>::to_vec).map_err(Clone::clone));
    let payload = read(MANIFEST, text(root, MANIFEST));
    (tags, payload)
}

/// Every listed file is there and is what the list says, and nothing else is there.
fn files(root: &Path, points: &mut Points, tags: &Listed, payload: &Listed) -> Result<(), EngineError> {
    let plan = plan_folder(root, &[])?;
    let (mut wrong, mut added) = (Vec::new(), Vec::new());
    let mut seen: BTreeSet<&ManifestPath> = BTreeSet::new();
    for file in plan.files() {
        let in_payload = file.path.as_bytes().starts_with(b"data/");
        let list = if in_payload { payload } else { tags };
        let unlisted = [TAG_MANIFEST, SIGNATURE].iter().any(|name| file.path.as_bytes() == name.as_bytes());
        let Some((path, expected)) = list.get_key_value(&file.path) else {
            if !unlisted {
                added.push(file.path.display().to_string());
            }
            continue;
        };
        seen.insert(path);
        match checksum(root.join(String::from_utf8_lossy(path.as_bytes()).as_ref())) {
            Ok(found) if found.digest == *expected => {}
            Ok(found) => wrong.push(format!("{} is changed (sha256 {})", path.display(), found.digest)),
            Err(because) => wrong.push(format!("{} cannot be read: {because}", path.display())),
        }
    }
    added.extend(plan.skipped().iter().map(|skipped| format!("{} ({})", skipped.path, skipped.reason)));
    let listed = tags.keys().chain(payload.keys());
    let missing: Vec<String> =
        listed.clone().filter(|path| !seen.contains(path)).map(|path| path.display().to_string()).collect();
    let count = listed.count();
    points.note(wrong.is_empty(), summary(&wrong, &format!("of {count} files listed, none is changed")));
    points.note(missing.is_empty(), summary(&prefixed("missing: ", &missing), "none is missing"));
    points.note(added.is_empty(), summary(&prefixed("not listed: ", &added), "nothing else is in the folder"));
    Ok(())
}

fn prefixed(prefix: &str, names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("{prefix}{name}")).collect()
}

fn summary(wrong: &[String], fine: &str) -> String {
    match wrong.len() {
        0 => fine.to_owned(),
        count if count <= NAMED_MAX => wrong.join("; "),
        count => {
            let named = wrong.get(..NAMED_MAX).unwrap_or(wrong).join("; ");
            format!("{named}; and {} more", count - NAMED_MAX)
        }
    }
}

/// The keys to believe: those given, or, said plainly, the one the ledger itself names in its first entry.
fn keys(asked: &VerifyRequest, first: Option<&[u8]>, points: &mut Points) -> Vec<TrustedKey> {
    if !asked.keys.is_empty() {
        return asked.keys.clone();
    }
    let opening = first.and_then(|line| Entry::decode(line).ok()).and_then(|entry| match entry.event {
        Event::RegisterOpened(opening) => opening.key.as_str().parse::<TrustedKey>().ok(),
        _ => None,
    });
    if opening.is_none() {
        points.note(false, "the pack does not begin with the ledger's opening entry, so it names no key");
    }
    opening.into_iter().collect()
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

fn checkpoint(asked: &VerifyRequest, points: &mut Points, keys: &[TrustedKey]) -> Option<SignedCheckpoint> {
    let found = text(&asked.path, CHECKPOINT)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not a text".to_owned()));
    let parsed =
        found.and_then(|text| SignedCheckpoint::parse(&text).map_err(|error| format!("cannot be read: {error}")));
    match parsed {
        Ok(checkpoint) => match checkpoint.verify(keys) {
            Ok(verified) => {
                points.note(true, format!("the checkpoint of {} entries is signed by the same key", verified.size));
                Some(checkpoint)
            }
            Err(error) => {
                points.note(false, format!("the checkpoint is not signed as it should be: {error}"));
                None
            }
        },
        Err(because) => {
            points.note(false, format!("{CHECKPOINT} {because}"));
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

/// Whether a checkpoint from outside agrees: it is the same, or one is proved to be a beginning of the other.
fn outside(
    asked: &VerifyRequest,
    points: &mut Points,
    ours: &SignedCheckpoint,
    theirs: &SignedCheckpoint,
    keys: &[TrustedKey],
) -> Result<bool, EngineError> {
    let (our_claim, claim) = (ours.unverified(), theirs.unverified());
    if claim.origin != our_claim.origin {
        return Ok(points.note(false, format!("the checkpoint you gave is of another ledger, {}", claim.origin)));
    }
    let given = format!("the checkpoint you gave, of {} entries,", claim.size);
    if claim.size == our_claim.size {
        let same = (claim.root, claim.lines) == (our_claim.root, our_claim.lines);
        let text = if same { "is this pack's own" } else { "names another history of the same length" };
        return Ok(points.note(same, format!("{given} {text}")));
    }
    if let Some(ledger) = &asked.ledger {
        return by_lines(points, ledger, ours, theirs, &given);
    }
    if claim.size > our_claim.size {
        let text = format!(
            "{given} is later than this pack's, of {}: ask for the ledger as lines and give it with --ledger",
            our_claim.size
        );
        return Ok(points.note(false, text));
    }
    let name = format!("{GROWTH_FOLDER}/{:09}.txt", claim.size.count());
    let proof = text(&asked.path, &name)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not a text".to_owned()))
        .and_then(|text| GrowthProof::parse(&text).map_err(|error| error.to_string()));
    Ok(match proof {
        Ok(proof) if proof.checkpoint.as_str() == ours.as_str() => match proof.verify(theirs, keys) {
            Ok(_) => points.note(true, format!("{given} is proved to be a beginning of this ledger")),
            Err(error) => points.note(false, format!("{given} is not a beginning of this ledger: {error}")),
        },
        Ok(_) => points.note(false, format!("{name} leads to another checkpoint")),
        Err(_) => points.note(
            false,
            format!(
                "the pack has no proof from {given} to its own: ask for the ledger as lines and give it with --ledger"
            ),
        ),
    })
}

/// The way without Merkle code: both checkpoints name the length and digest of a beginning of the same file.
fn by_lines(
    points: &mut Points,
    ledger: &Path,
    ours: &SignedCheckpoint,
    theirs: &SignedCheckpoint,
    given: &str,
) -> Result<bool, EngineError> {
    let failed = |source| EngineError::io("read the ledger in", ledger, source);
    let mut reader = BufReader::new(File::open(ledger).map_err(failed)?);
    let mut hasher = LineHasher::new();
    let mut wanted: BTreeMap<LogSize, Option<LinesDigest>> =
        [ours, theirs].into_iter().map(|checkpoint| (checkpoint.unverified().size, None)).collect();
    let (mut count, mut line) = (0_u64, Vec::new());
    let last = wanted.keys().next_back().map_or(0, |size| size.count());
    while count < last {
        line.clear();
        let limit = u64::try_from(portreeve_ledger::ENTRY_BYTES_MAX).unwrap_or(u64::MAX) + 1;
        let read = (&mut reader).take(limit).read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 || line.pop() != Some(b'\n') {
            break;
        }
        hasher.push(&line);
        count += 1;
        if let Some(slot) = wanted.get_mut(&LogSize::new(count)) {
            *slot = Some(hasher.digest());
        }
    }
    let agrees = |checkpoint: &SignedCheckpoint| {
        let claim = checkpoint.unverified();
        wanted.get(&claim.size).copied().flatten() == Some(claim.lines)
    };
    let both = agrees(ours) && agrees(theirs);
    let text = if both {
        "and this pack's are beginnings of the same ledger"
    } else {
        "and this pack's are not both beginnings of the ledger given"
    };
    Ok(points.note(both, format!("{given} {text}")))
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
