//! What lies in a pack's folder against what its two lists say, file by file in the order of their paths: neither the files
//! nor the longer list are held, however many there are.
//!
//! Must never take a file for listed, or for sound, that is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::iter::Peekable;
use std::path::Path;

use portreeve_collector::{
    ManifestLines, NotHashed, Selection, Source, Watch, checksum, checksums, read_manifest_file,
};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use portreeve_reporting::pack::{MANIFEST, SIGNATURE, TAG_MANIFEST, bag};

use super::verify::Points;
use crate::error::EngineError;

/// How many wrong files are named one by one.
pub(super) const NAMED_MAX: usize = 20;

/// How many damaged or missing files are remembered by name; a pack with more is not looked into any further.
const DAMAGED_MAX: usize = 10_000;

/// The list of the payload (RFC 8493, section 2.1.3), which is read from its file each time.
pub(super) struct Payload<'a> {
    root: &'a Path,
    /// What its bytes were when it was first read, so that they are the same each time; nothing if it cannot be read.
    digest: Option<Digest>,
}

/// What the look at the files found, for the others to go on from.
#[derive(Default)]
pub(super) struct Looked {
    /// What the payload's list was.
    pub(super) list: Option<Digest>,
    /// The payload files that are not what the list says, or not there.
    pub(super) damaged: BTreeSet<ManifestPath>,
    /// Whether there are more of them than are remembered.
    pub(super) too_many_damaged: bool,
    /// How many bytes and files the payload has, as `Payload-Oxum` writes it.
    pub(super) oxum: String,
}

/// Names to be told, of which the first are kept.
#[derive(Default)]
pub(super) struct Tally {
    named: Vec<String>,
    count: u64,
}

impl Tally {
    pub(super) fn add(&mut self, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(name());
        }
    }

    pub(super) const fn is_none(&self) -> bool {
        self.count == 0
    }

    /// Whether as many are kept as are told.
    pub(super) fn is_full(&self) -> bool {
        self.named.len() == NAMED_MAX
    }

    /// The names, or that all is fine.
    pub(super) fn told(&self, fine: &str) -> String {
        match self.count - self.named.len() as u64 {
            _ if self.is_none() => fine.to_owned(),
            0 => self.named.join("; "),
            more => format!("{}; and {more} more", self.named.join("; ")),
        }
    }
}

/// What the list of tag files says: few, whatever the size of the pack.
type Tags = BTreeMap<ManifestPath, Digest>;

/// Payload lies below `data/`; everything else is a tag file (RFC 8493, section 2).
fn in_payload(path: &ManifestPath) -> bool {
    path.as_bytes().starts_with(b"data/")
}

impl<'a> Payload<'a> {
    /// The list as it was when it was first read.
    pub(super) const fn again(root: &'a Path, digest: Option<Digest>) -> Payload<'a> {
        Payload { root, digest }
    }

    /// Reads the list once to its end. Gives how many files it lists.
    fn first(root: &'a Path, points: &mut Points) -> (Payload<'a>, u64) {
        let mut misplaced = Tally::default();
        let read = checksum(root.join(MANIFEST)).map_err(|because| because.to_string()).and_then(|stored| {
            let payload = Payload { root, digest: Some(stored.digest) };
            let mut count = 0;
            for line in payload.lines()? {
                let path = line?.path;
                count += 1;
                if !in_payload(&path) {
                    misplaced.add(|| path.display().to_string());
                }
            }
            Ok((payload, count))
        });
        if !misplaced.is_none() {
            points.note(false, format!("in the wrong list: {}", misplaced.told("")));
        }
        read.unwrap_or_else(|because| {
            points.note(false, format!("{MANIFEST} cannot be read: {because}"));
            (Payload { root, digest: None }, 0)
        })
    }

    /// Its lines. A list that cannot be read has none.
    pub(super) fn lines(&self) -> Result<impl Iterator<Item = Result<ManifestLine, String>> + use<>, String> {
        let lines: Option<ManifestLines> = match &self.digest {
            None => None,
            Some(digest) => {
                let file = File::open(self.root.join(MANIFEST)).map_err(|error| error.to_string())?;
                Some(read_manifest_file(digest, file))
            }
        };
        Ok(lines.into_iter().flatten().map(|line| line.map_err(|error| why(&error))))
    }
}

/// An error with its cause.
pub(super) fn why(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// Every listed file is there and is what the list says, and nothing else is there.
pub(super) fn check(root: &Path, points: &mut Points, tag_text: Result<&[u8], &String>) -> Result<Looked, EngineError> {
    let declared = super::intact::text(root, "bagit.txt").is_ok_and(|text| text == bag::DECLARATION.as_bytes());
    points.note(
        declared,
        if declared { "bagit.txt declares a BagIt 1.0 bag" } else { "bagit.txt does not declare a BagIt 1.0 bag" },
    );
    let tags = tag_text
        .map_err(Clone::clone)
        .and_then(|text| bag::read_manifest(text).map_err(|error| format!("cannot be read: {error}")));
    let tags = tags.unwrap_or_else(|because| {
        points.note(false, format!("{TAG_MANIFEST} {because}"));
        Tags::new()
    });
    for path in tags.keys().filter(|path| in_payload(path)) {
        points.note(false, format!("in the wrong list: {}", path.display()));
    }
    let (payload, listed) = Payload::first(root, points);
    let mut look = Look {
        tags: &tags,
        payload: Listing { lines: payload.lines().map_err(EngineError::Unfit)?.peekable(), trouble: None },
        seen: BTreeSet::new(),
        wrong: Tally::default(),
        added: Tally::default(),
        missing: Vec::new(),
        damaged: BTreeSet::new(),
        too_many_damaged: false,
        further_missing: 0,
        bytes: 0,
        files: 0,
    };
    let source = Source::folder(root, Selection::default())?;
    let hashed = checksums(&source, Watch::default(), |found, size_bytes| {
        look.file(found, size_bytes);
        Ok::<(), std::convert::Infallible>(())
    });
    let hashed = hashed.map_err(|error| match error {
        NotHashed::Stopped(_) => EngineError::Unfit("the files were not read to the end".to_owned()),
        NotHashed::Store(error) => error.into(),
        NotHashed::Told(never) => match never {},
    })?;
    look.finish();
    let unread = hashed.omitted.listed().map(|skipped| (skipped.path.clone(), skipped.reason.to_string()));
    look.not_read(unread.collect());
    let count = tags.len() as u64 + listed;
    look.tell(points, count);
    if let Some(because) = look.payload.trouble {
        points.note(false, format!("{MANIFEST} was changed while it was read: {because}"));
    }
    Ok(Looked {
        list: payload.digest,
        damaged: look.damaged,
        too_many_damaged: look.too_many_damaged,
        oxum: format!("{}.{}", look.bytes, look.files),
    })
}

/// The list of the payload as it is gone through beside the files.
struct Listing<I: Iterator> {
    lines: Peekable<I>,
    trouble: Option<String>,
}

impl<I: Iterator<Item = Result<ManifestLine, String>>> Listing<I> {
    /// The next line, if its path is one that is `wanted`.
    fn next_if(&mut self, wanted: impl FnOnce(&ManifestPath) -> bool) -> Option<ManifestLine> {
        match self.lines.next_if(|line| line.as_ref().map_or(true, |line| wanted(&line.path)))? {
            Ok(line) => Some(line),
            Err(because) => {
                self.trouble = Some(because);
                None
            }
        }
    }
}

/// The files so far.
struct Look<'t, I: Iterator> {
    tags: &'t Tags,
    payload: Listing<I>,
    /// The tag files that are there.
    seen: BTreeSet<&'t ManifestPath>,
    wrong: Tally,
    added: Tally,
    missing: Vec<ManifestPath>,
    further_missing: u64,
    damaged: BTreeSet<ManifestPath>,
    too_many_damaged: bool,
    bytes: u64,
    files: u64,
}

impl<I: Iterator<Item = Result<ManifestLine, String>>> Look<'_, I> {
    fn file(&mut self, found: &ManifestLine, size_bytes: u64) {
        let listed = if in_payload(&found.path) {
            self.pass(|path| *path < found.path);
            self.payload.next_if(|path| *path == found.path).map(|line| line.digest)
        } else {
            let listed = self.tags.get_key_value(&found.path);
            self.seen.extend(listed.map(|(path, _)| path));
            listed.map(|(_, digest)| *digest)
        };
        let unlisted = [TAG_MANIFEST, SIGNATURE].iter().any(|name| found.path.as_bytes() == name.as_bytes());
        match listed {
            None if unlisted => {}
            None => self.added.add(|| format!("not listed: {}", found.path.display())),
            Some(listed) if listed != found.digest => {
                self.wrong.add(|| format!("{} is changed (sha256 {})", found.path.display(), found.digest));
                self.damage(&found.path);
            }
            Some(_) if in_payload(&found.path) => {
                self.bytes = self.bytes.saturating_add(size_bytes);
                self.files += 1;
            }
            Some(_) => {}
        }
    }

    /// What the list has before the next file is not there.
    fn pass(&mut self, before: impl Fn(&ManifestPath) -> bool) {
        while let Some(line) = self.payload.next_if(&before) {
            self.damage(&line.path);
            self.miss(line.path);
        }
    }

    fn finish(&mut self) {
        self.pass(|_| true);
        let tags = self.tags.keys().filter(|path| !self.seen.contains(path));
        let missing: Vec<ManifestPath> = tags.cloned().collect();
        missing.into_iter().for_each(|path| self.miss(path));
    }

    fn miss(&mut self, path: ManifestPath) {
        if self.missing.len() < DAMAGED_MAX {
            self.missing.push(path);
        } else {
            self.further_missing += 1;
        }
    }

    fn damage(&mut self, path: &ManifestPath) {
        if self.damaged.len() < DAMAGED_MAX {
            self.damaged.insert(path.clone());
        } else {
            self.too_many_damaged = true;
        }
    }

    /// What was met and could not be read. If it is listed it is no file too many, nor is it missing.
    fn not_read(&mut self, mut unread: BTreeMap<String, String>) {
        let wrong = &mut self.wrong;
        self.missing.retain(|path| match unread.remove(&path.display().to_string()) {
            Some(reason) => {
                wrong.add(|| format!("{} cannot be read: {reason}", path.display()));
                false
            }
            None => true,
        });
        for (path, reason) in unread {
            self.added.add(|| format!("not listed: {path} ({reason})"));
        }
    }

    fn tell(&self, points: &mut Points, count: u64) {
        let Look { wrong, added, .. } = self;
        let mut missing = Tally::default();
        self.missing.iter().for_each(|path| missing.add(|| format!("missing: {}", path.display())));
        missing.count += self.further_missing;
        points.note(wrong.is_none(), wrong.told(&format!("of {count} files listed, none is changed")));
        points.note(missing.is_none(), missing.told("none is missing"));
        points.note(added.is_none(), added.told("nothing else is in the folder"));
    }
}
