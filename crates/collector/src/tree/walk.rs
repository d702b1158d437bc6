//! One step after another through a tree, depth first, in the order of the bytes of the paths.
//!
//! Must never hold more open folders than [`HELD_MAX`], however deep the tree.

use std::sync::Arc;

use portreeve_model::manifest::{self, PATH_BYTES_MAX};

use super::folder::{ListingBuffer, listing_buffer};
use super::{Folder, Kind, Names, Selection};
use crate::SkipReason;
use crate::stamp::Identity;

/// How many files of a folder are handed over at once.
const FILES_AT_ONCE: usize = 64;

/// How many of the folders between the root and the walk are held open: a process may often open only 256 or 1,024
/// things. The way back to the others leads through `..`, and is compared with where it should lead.
const HELD_MAX: usize = 64;

/// How many names one folder may have: 10 million of usual length take 400 MB.
const FOLDER_NAMES_MAX: usize = 10_000_000;

/// Files of one folder, in order.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The open folder.
    pub(crate) folder: Arc<Folder>,
    /// Its path below the root with a slash at the end; nothing for the root itself.
    pub(crate) prefix: Arc<[u8]>,
    /// Their names.
    pub(crate) names: Names,
}

/// What the walk meets.
#[derive(Debug)]
pub(crate) enum Met {
    Files(Files),
    /// Something that is no file to be read, with its path below the root as it is, and why.
    Passed(Vec<u8>, SkipReason),
}

/// A folder between the root and where the walk is.
struct Frame {
    folder: Option<Arc<Folder>>,
    identity: Identity,
    prefix: Arc<[u8]>,
    names: Names,
    next: usize,
    /// Whether a pattern has included the folder, and so everything in it.
    included: bool,
}

/// The walk of a tree.
pub(crate) struct Walk<'a> {
    selection: &'a Selection,
    keep_out: Vec<Identity>,
    stack: Vec<Frame>,
    /// Things to tell before the walk goes on.
    told: Vec<(Vec<u8>, SkipReason)>,
    buffer: Box<ListingBuffer>,
}

impl<'a> Walk<'a> {
    /// Begins at `root`.
    pub(crate) fn new(root: Arc<Folder>, selection: &'a Selection) -> Walk<'a> {
        let keep_out = selection.kept_out();
        let mut walk =
            Walk { selection, keep_out, stack: Vec::new(), told: Vec::new(), buffer: Box::new(listing_buffer()) };
        let included = selection.includes(b"");
        walk.push(root, Arc::from(&b""[..]), included);
        walk
    }

    fn push(&mut self, folder: Arc<Folder>, prefix: Arc<[u8]>, included: bool) {
        let names = self.names(&folder, &prefix);
        // A link's `..` leads elsewhere, so where links are followed every folder stays open.
        if self.stack.len() >= HELD_MAX
            && !self.selection.follow_links
            && let Some(parent) = self.stack.last_mut()
        {
            parent.folder = None;
        }
        let identity = folder.identity();
        self.stack.push(Frame { folder: Some(folder), identity, prefix, names, next: 0, included });
    }

    /// The names in a folder, sorted, each with its kind.
    fn names(&mut self, folder: &Folder, prefix: &[u8]) -> Names {
        let mut names = Names::default();
        let follow = self.selection.follow_links;
        let mut too_many = false;
        let listed = folder.list(&mut self.buffer, |name, kind| {
            if name == b"." || name == b".." {
                return;
            }
            if names.len() >= FOLDER_NAMES_MAX {
                too_many = true;
                return;
            }
            let look = kind == Kind::Unknown || (follow && kind == Kind::Link);
            let looked = look.then(|| folder.look(name, follow).map_or(kind, |seen| seen.kind));
            names.push(name, looked.unwrap_or(kind));
        });
        if let Err(error) = listed {
            self.tell(prefix, SkipReason::from_io(&error));
        }
        if too_many {
            self.tell(prefix, SkipReason::TooMany);
        }
        names.sort();
        names
    }

    /// Leaves the innermost folder, and sees to it that the one around it is open.
    fn leave(&mut self) {
        let Some(inner) = self.stack.pop() else { return };
        let Some(outer) = self.stack.last_mut().filter(|outer| outer.folder.is_none()) else { return };
        let found = inner.folder.and_then(|inner| inner.folder(b"..", false).ok());
        match found.filter(|found| found.identity() == outer.identity) {
            Some(found) => outer.folder = Some(Arc::new(found)),
            // Somebody moved the inner folder while the walk was in it.
            None => self.give_up_lost(),
        }
    }

    /// Leaves folders until there is one that is still open; each may have held more than was seen of it.
    fn give_up_lost(&mut self) {
        while let Some(lost) = self.stack.pop_if(|frame| frame.folder.is_none()) {
            self.tell(&lost.prefix, SkipReason::Replaced);
        }
    }

    /// The files that come next in the innermost folder, as many as there are in a row.
    fn files(&mut self) -> Option<Files> {
        let selection = self.selection;
        let frame = self.stack.last_mut()?;
        let folder = Arc::clone(frame.folder.as_ref()?);
        let mut names = Names::default();
        while names.len() < FILES_AT_ONCE
            && let Some((name, Kind::File)) = frame.names.get(frame.next)
        {
            frame.next += 1;
            if selection.is_everything() {
                names.push(name, Kind::File);
                continue;
            }
            let path = [&frame.prefix, name].concat();
            if !selection.excludes(&path) && (frame.included || selection.includes(&path)) {
                names.push(name, Kind::File);
            } else {
                self.told.push((path, SkipReason::NotSelected));
            }
        }
        let files = Files { folder, prefix: Arc::clone(&frame.prefix), names };
        (!files.names.is_empty()).then_some(files)
    }

    /// Takes the next name, which is not a file's: enters a folder, and tells of everything else.
    fn step(&mut self) {
        let Some(frame) = self.stack.last_mut() else { return };
        let Some((name, kind)) = frame.names.get(frame.next) else { return self.leave() };
        frame.next += 1;
        let path = [&frame.prefix, name].concat();
        let Some(folder) = frame.folder.as_ref() else { return };
        let included = frame.included;
        if kind == Kind::Folder {
            match self.selection.excludes(&path) {
                true => self.tell(&path, SkipReason::NotSelected),
                false => match folder.folder(name, self.selection.follow_links) {
                    Ok(entered) => self.enter(entered, path, included),
                    Err(error) => self.tell(&path, SkipReason::from_io(&error)),
                },
            }
            return;
        }
        let reason = reason(folder, name, kind).unwrap_or(SkipReason::NotARegularFile);
        self.tell(&path, reason);
    }

    fn enter(&mut self, folder: Folder, mut path: Vec<u8>, included: bool) {
        let (identity, root) = (folder.identity(), self.stack.first().map(|frame| frame.identity));
        let elsewhere = root.is_some_and(|root| root.device != identity.device);
        if self.keep_out.contains(&identity) {
            self.tell(&path, SkipReason::KeptOut);
        } else if elsewhere && !self.selection.other_file_systems {
            self.tell(&path, SkipReason::OtherFileSystem);
        } else if self.stack.iter().any(|frame| frame.identity == identity) {
            self.tell(&path, SkipReason::Loop);
        } else if path.len() + 2 > PATH_BYTES_MAX {
            self.tell(&path, SkipReason::PathTooLong);
        } else {
            let included = included || self.selection.includes(&path);
            path.push(b'/');
            self.push(Arc::new(folder), path.into(), included);
        }
    }

    fn tell(&mut self, path: &[u8], reason: SkipReason) {
        self.told.push((path.strip_suffix(b"/").unwrap_or(path).to_vec(), reason));
    }
}

impl Iterator for Walk<'_> {
    type Item = Met;

    fn next(&mut self) -> Option<Met> {
        loop {
            if let Some((path, reason)) = self.told.pop() {
                return Some(Met::Passed(path, reason));
            }
            if self.stack.is_empty() {
                return None;
            }
            if let Some(files) = self.files() {
                return Some(Met::Files(files));
            }
            if self.told.is_empty() {
                self.step();
            }
        }
    }
}

/// Why something of this kind is not collected; `None` for a regular file.
pub(crate) fn reason(folder: &Folder, name: &[u8], kind: Kind) -> Option<SkipReason> {
    Some(match kind {
        Kind::File => return None,
        Kind::Folder => SkipReason::Folder,
        Kind::Link => {
            let target = folder.link_target(name).map(|target| manifest::show(&target).to_string());
            SkipReason::Link { target: target.unwrap_or_default() }
        }
        Kind::Fifo => SkipReason::Fifo,
        Kind::Socket => SkipReason::Socket,
        Kind::Device => SkipReason::Device,
        Kind::Unknown => SkipReason::NotARegularFile,
    })
}
