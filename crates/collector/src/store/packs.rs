//! The packs of a store: which there are, and which of them holds an object.
//!
//! Other programs add and replace packs meanwhile, so an object is only missing when the folder was listed again and it
//! is still not there. Sound packs are asked before damaged ones, and those that answered last before the rest.
//!
//! Must never write: `sealing` and `rewrite` do.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use portreeve_model::Digest;

use super::disk::{io_error, remove_file};
use super::pack::Pack;
use super::pack::table::Entry;
use crate::BlobError;

/// How many indexes stay open: 128, well below the 256 files that some systems allow a program. With more packs than
/// these, 16 GiB of small files, the ones asked longest ago are opened for each question.
const OPEN_MAX: usize = 128;

/// How often a look-up that meets a pack being replaced starts again.
const TRIES_MAX: usize = 8;

/// A pack that holds an object, and where in it.
pub(super) type Held = (Arc<Pack>, Entry);

#[derive(Debug)]
pub(super) struct Packs {
    pub(super) folder: PathBuf,
    pub(super) incoming: PathBuf,
    /// `None` until somebody asks: most commands need no pack.
    list: RwLock<Option<Vec<Arc<Pack>>>>,
    /// The pack that answered last, as a number that tells it from the others.
    last: AtomicUsize,
}

impl Packs {
    pub(super) fn new(store: &Path) -> Packs {
        Packs {
            folder: store.join("packs"),
            incoming: store.join("incoming"),
            list: RwLock::default(),
            last: AtomicUsize::new(0),
        }
    }

    /// All packs, as they were listed last.
    pub(super) fn all(&self) -> Result<Vec<Arc<Pack>>, BlobError> {
        if let Some(list) = self.list.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Ok(list.clone());
        }
        self.refresh()?;
        Ok(self.list.read().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default())
    }

    /// Lists the folder again; says whether there is another set of packs than before. A store of version 0.1.0 has no
    /// such folder, and no packs.
    pub(super) fn refresh(&self) -> Result<bool, BlobError> {
        // Held throughout, or a pack that is added meanwhile would be forgotten again.
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        let mut names = self.names()?;
        let mut kept = list.clone().unwrap_or_default();
        let before = kept.len();
        kept.retain(|pack| names.contains(&pack.name));
        names.retain(|name| !kept.iter().any(|pack| pack.name == *name));
        let changed = kept.len() != before || !names.is_empty();
        for name in names {
            match Pack::load(&self.folder, name) {
                Ok(pack) => {
                    if kept.len() >= OPEN_MAX {
                        pack.close();
                    }
                    kept.push(Arc::new(pack));
                }
                // Gone since it was listed: replaced by another, which the next listing finds.
                Err(error) if is_not_found(&error) => {}
                Err(error) => return Err(error),
            }
        }
        kept.sort_by_key(|pack| !pack.is_sound());
        kept.iter().skip(OPEN_MAX).for_each(|pack| pack.close());
        *list = Some(kept);
        Ok(changed)
    }

    /// The names of the packs in the folder.
    fn names(&self) -> Result<Vec<Digest>, BlobError> {
        let mut names = Vec::new();
        for path in self.files()? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if let Some(name) = name.strip_suffix(".tar").and_then(|stem| stem.parse().ok()) {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Everything in the folder, in order.
    pub(super) fn files(&self) -> Result<Vec<PathBuf>, BlobError> {
        let failed = |source| io_error("list", &self.folder, source);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        paths.sort_unstable();
        Ok(paths)
    }

    /// The pack that holds an object, and where. Looks at the folder again before it says that there is none.
    pub(super) fn find(&self, name: &Digest) -> Result<Option<Held>, BlobError> {
        self.trying_again(|| match self.find_listed(name)? {
            Some(found) => Ok(Some(found)),
            None if self.refresh()? => self.find_listed(name),
            None => Ok(None),
        })
    }

    /// A sound pack that holds an object of that length, of the packs listed last.
    pub(super) fn find_sound(&self, name: &Digest, length: u64) -> Result<Option<Held>, BlobError> {
        let found = self.trying_again(|| self.find_listed(name))?;
        Ok(found.filter(|(pack, entry)| pack.is_sound() && u64::from(entry.length) == length))
    }

    /// Where many objects are. Looks at the folder and at each pack that answers once, not for each object.
    pub(super) fn find_all(&self, names: &[Digest]) -> Result<Vec<Option<Held>>, BlobError> {
        self.trying_again(|| {
            let found = self.find_all_listed(names)?;
            if found.iter().all(Option::is_some) || !self.refresh()? { Ok(found) } else { self.find_all_listed(names) }
        })
    }

    fn find_all_listed(&self, names: &[Digest]) -> Result<Vec<Option<Held>>, BlobError> {
        let mut answered: Vec<Arc<Pack>> = Vec::new();
        let mut find = |name| {
            let Some((_, (pack, entry))) = self.find_in_tables(name)? else { return Ok(None) };
            if !answered.iter().any(|other| Arc::ptr_eq(other, &pack)) {
                pack.look_again()?;
                answered.push(Arc::clone(&pack));
            }
            Ok(Some((pack, entry)))
        };
        names.iter().map(&mut find).collect()
    }

    fn find_listed(&self, name: &Digest) -> Result<Option<Held>, BlobError> {
        let Some((place, (pack, entry))) = self.find_in_tables(name)? else { return Ok(None) };
        pack.look_again()?;
        self.bring_forward(place, &pack);
        Ok(Some((pack, entry)))
    }

    /// The place in the list of the pack that holds an object, by the tables alone.
    fn find_in_tables(&self, name: &Digest) -> Result<Option<(usize, Held)>, BlobError> {
        if self.list.read().unwrap_or_else(PoisonError::into_inner).is_none() {
            self.refresh()?;
        }
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        for (place, pack) in list.iter().flatten().enumerate() {
            if let Some(entry) = pack.find(name, place < OPEN_MAX)? {
                return Ok(Some((place, (Arc::clone(pack), entry))));
            }
        }
        Ok(None)
    }

    /// Lists the packs again when one of them is gone, and asks again.
    pub(super) fn trying_again<T>(&self, mut ask: impl FnMut() -> Result<T, BlobError>) -> Result<T, BlobError> {
        for _ in 1..TRIES_MAX {
            match ask() {
                Err(error) if is_not_found(&error) => self.refresh()?,
                answer => return answer,
            };
        }
        ask()
    }

    /// The packs that answer several times in a row stand first. Where each question is answered by another, as when names
    /// are asked for in their order, the list stays as it is: to change it keeps all others waiting.
    fn bring_forward(&self, place: usize, pack: &Arc<Pack>) {
        let number = Arc::as_ptr(pack).addr();
        let in_a_row = self.last.swap(number, Ordering::Relaxed) == number;
        if place < 2 || !in_a_row || !pack.is_sound() {
            return;
        }
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = list.as_mut()
            && let Some(place) = list.iter().position(|other| Arc::ptr_eq(other, pack))
        {
            list[..=place].rotate_right(1);
            if let Some(last) = list.get(OPEN_MAX) {
                last.close();
            }
        }
    }

    /// The sound packs below a size, of those listed last, in the order of their names: who locks several locks them
    /// in this order.
    pub(super) fn listed_small(&self, bytes: u64) -> Vec<Arc<Pack>> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let is_small = |pack: &&Arc<Pack>| pack.bytes() < bytes && pack.is_sound();
        let mut small: Vec<Arc<Pack>> = list.iter().flatten().filter(is_small).cloned().collect();
        small.sort_unstable_by_key(|pack| pack.name);
        small
    }

    /// Takes away the indexes whose packs are gone: what a crash between removing the two leaves, or another program that
    /// removed a pack just before its index was written here.
    pub(super) fn tidy_up(&self) -> Result<(), BlobError> {
        self.indexes_without_pack()?.iter().try_for_each(|index| remove_file(index))
    }

    pub(super) fn indexes_without_pack(&self) -> Result<Vec<PathBuf>, BlobError> {
        let mut files = self.files()?;
        files.retain(|path| path.extension().is_some_and(|ending| ending == "index"));
        files.retain(|path| !path.with_extension("tar").exists());
        Ok(files)
    }

    /// Puts a new pack first, unless another program has replaced it since.
    pub(super) fn add(&self, name: Digest) -> Result<(), BlobError> {
        let pack = match Pack::load(&self.folder, name) {
            Err(error) if is_not_found(&error) => return Ok(()),
            loaded => Arc::new(loaded?),
        };
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        // Where nobody has asked yet, the first question finds it in the folder.
        if let Some(list) = list.as_mut() {
            list.retain(|other| other.name != name);
            list.insert(0, pack);
        }
        Ok(())
    }
}

fn is_not_found(error: &BlobError) -> bool {
    matches!(error, BlobError::Io { source, .. } if source.kind() == ErrorKind::NotFound)
}
