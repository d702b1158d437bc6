//! The work folder: the only place where a run writes and deletes. It is empty before and gone after.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::failure::Failure;

/// Says that the folder is ours. While a run goes on it is locked.
const MARK: &str = "portreeve-bench.work";
/// Everything that a run puts beside the mark. Nothing else is ever deleted.
const ROOMS: [&str; 4] = ["tree", "rows", "notes", CORPORA];
const CORPORA: &str = "corpora";

/// A work folder that is ours until it is dropped.
#[derive(Debug)]
pub(crate) struct Scratch {
    root: PathBuf,
    /// Whether the folder itself was made by us.
    made: bool,
    _lock: File,
}

impl Scratch {
    /// Takes an empty folder, or one that an interrupted run left, whose leftovers are removed.
    ///
    /// # Errors
    ///
    /// A folder with anything else in it, one that another run uses, and one that lies in a corpus or around it, are
    /// refused.
    pub(crate) fn open(path: &Path, corpora: &[&Path]) -> Result<Scratch, Failure> {
        let made = !path.exists();
        fs::create_dir_all(path).map_err(Failure::io("make the folder", path))?;
        let root = path.canonicalize().map_err(Failure::io("find", path))?;
        let scratch = Scratch::taken(&root, corpora, made);
        if scratch.is_err() && made {
            // Nothing was put into it yet.
            let _ = fs::remove_dir(&root);
        }
        scratch
    }

    fn taken(root: &Path, corpora: &[&Path], made: bool) -> Result<Scratch, Failure> {
        let refused = |because: String| Failure::refused("use the work folder", because, "name a new, empty folder");
        for corpus in corpora {
            let corpus = corpus.canonicalize().map_err(Failure::io("find", corpus))?;
            if root.starts_with(&corpus) || corpus.starts_with(root) {
                return Err(refused(format!("{} and {} lie one in the other", root.display(), corpus.display())));
            }
        }
        let items = fs::read_dir(root).map_err(Failure::io("list", root))?;
        let names: Vec<_> = items.flatten().map(|item| item.file_name()).collect();
        let ours = names.iter().any(|name| name == MARK);
        if !ours && !names.is_empty() {
            return Err(refused(format!("{} is not empty, and not a run's", root.display())));
        }
        let mark = root.join(MARK);
        let mut lock = File::options().create(true).append(true).open(&mark).map_err(Failure::io("write", &mark))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(refused(format!("another run uses {}", root.display())));
        }
        let words = format!(
            "A run of portreeve-bench works here; at its end it deletes {} beside this file.\n",
            ROOMS.join(", ")
        );
        lock.set_len(0).and_then(|()| lock.write_all(words.as_bytes())).map_err(Failure::io("write", &mark))?;
        let scratch = Scratch { root: root.to_owned(), made, _lock: lock };
        scratch.empty()?;
        Ok(scratch)
    }

    /// One of the rooms, and a path in it; the folders above it are made.
    pub(crate) fn room(&self, room: &str, below: &str) -> Result<PathBuf, Failure> {
        debug_assert!(ROOMS.contains(&room), "{room} would be left behind");
        let path = self.root.join(room);
        fs::create_dir_all(&path).map_err(Failure::io("make the folder", &path))?;
        Ok(if below.is_empty() { path } else { path.join(below) })
    }

    /// Deletes a file or a folder in one of the rooms; what is not there is fine.
    ///
    /// # Errors
    ///
    /// A path outside the rooms is refused, also one that leads out by a link or by `..`.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), Failure> {
        let refused = || {
            let because = format!("{} is not in the work folder", path.display());
            Failure::refused("delete", because, "this is a mistake in portreeve-bench: tell its authors")
        };
        let below = path.strip_prefix(&self.root).map_err(|_| refused())?;
        let plain = below.components().all(|part| matches!(part, Component::Normal(_)));
        if !plain || !ROOMS.iter().any(|room| below.starts_with(room)) {
            return Err(refused());
        }
        let above = path.parent().unwrap_or(&self.root);
        match above.canonicalize() {
            Ok(above) if above.starts_with(&self.root) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            _ => return Err(refused()),
        }
        let gone = match path.symlink_metadata() {
            Ok(found) if found.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path),
            Err(error) => Err(error),
        };
        match gone {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::io("delete", path)(error)),
            _ => Ok(()),
        }
    }

    /// Deletes all rooms.
    fn empty(&self) -> Result<(), Failure> {
        ROOMS.iter().try_for_each(|room| self.remove(&self.root.join(room)))
    }

    /// Deletes what one work used; corpora stay for the next.
    pub(crate) fn between_works(&self) -> Result<(), Failure> {
        ROOMS.iter().filter(|room| **room != CORPORA).try_for_each(|room| self.remove(&self.root.join(room)))
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.empty().is_ok() {
            // What cannot be removed here is removed by the next run: the mark stays then.
            let _ = fs::remove_file(self.root.join(MARK));
            if self.made {
                let _ = fs::remove_dir(&self.root);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_rooms_is_deleted() {
        let place = tempfile::tempdir().unwrap();
        let (work, corpus) = (place.path().join("work"), place.path().join("corpus"));
        fs::create_dir(&corpus).unwrap();
        fs::write(corpus.join("precious"), "x").unwrap();
        let scratch = Scratch::open(&work, &[&corpus]).unwrap();
        let tree = scratch.room("tree", "").unwrap();
        std::os::unix::fs::symlink(&corpus, tree.join("link")).unwrap();
        let root = scratch.root().to_owned();
        for path in [
            corpus.clone(),
            corpus.join("precious"),
            root.clone(),
            root.join(MARK),
            root.join("other"),
            root.join("tree/../../corpus"),
            root.join("tree/link/precious"),
            PathBuf::from("/"),
            PathBuf::from("tree"),
        ] {
            assert!(matches!(scratch.remove(&path), Err(Failure::Refused { .. })), "{}", path.display());
        }
        scratch.remove(&tree).unwrap();
        scratch.remove(&tree).unwrap();
        drop(scratch);
        assert!(!work.exists() && corpus.join("precious").exists());
    }

    #[test]
    fn a_folder_with_something_in_it_is_nobodys_work_folder() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("thesis.odt"), "x").unwrap();
        assert!(matches!(Scratch::open(place.path(), &[]), Err(Failure::Refused { .. })));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "and nothing was put into it");
    }

    #[test]
    fn a_work_folder_and_a_corpus_never_lie_one_in_the_other() {
        let place = tempfile::tempdir().unwrap();
        let corpus = place.path().join("corpus");
        fs::create_dir(&corpus).unwrap();
        for work in [corpus.clone(), corpus.join("work"), place.path().to_owned()] {
            assert!(matches!(Scratch::open(&work, &[&corpus]), Err(Failure::Refused { .. })), "{}", work.display());
        }
        assert_eq!(fs::read_dir(&corpus).unwrap().count(), 0, "and nothing was put into it");
    }

    #[test]
    fn what_an_interrupted_run_left_is_removed_and_two_runs_do_not_meet() {
        let place = tempfile::tempdir().unwrap();
        let first = Scratch::open(place.path(), &[]).unwrap();
        assert!(matches!(Scratch::open(place.path(), &[]), Err(Failure::Refused { .. })));
        let left = first.room("rows", "left").unwrap();
        fs::write(&left, "x").unwrap();
        // As after `kill -9`: the lock goes with the process, and nothing else.
        let Scratch { _lock, .. } = &first;
        flock(_lock, FlockOperation::Unlock).unwrap();
        let second = Scratch::open(place.path(), &[]).unwrap();
        assert!(!left.exists());
        drop(second);
        assert!(place.path().exists(), "a folder that was there before stays");
    }
}
