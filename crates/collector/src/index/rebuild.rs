//! Making the index again from the manifests.
//!
//! Must never leave half an index under its name: it is made beside it and renamed when it is whole. And must never
//! overwrite a database that is not an index, or one that cannot be asked. A file that is no database at all is taken for
//! an index damaged beyond recognition, so the name must be the index's own.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use portreeve_model::Digest;

use super::{Index, IndexError, insert, schema};
use crate::Blobs;

/// What [`Index::open_or_rebuild`] had to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Nothing.
    AsItWas,
    /// Add collections that were not in it.
    CaughtUp {
        /// How many.
        added: usize,
    },
    /// Make it again.
    Rebuilt {
        /// Why, for a person.
        because: String,
    },
}

impl Index {
    /// Makes the index at `path` again from `manifests`, whatever is there now.
    ///
    /// # Errors
    /// When a manifest cannot be read, and then the old index is still there. When `path` holds another database.
    pub fn rebuild(path: impl AsRef<Path>, manifests: &[Digest], blobs: &dyn Blobs) -> Result<Index, IndexError> {
        let path = path.as_ref();
        match schema::open(path) {
            Err(error) if !error.can_be_rebuilt() => return Err(error),
            _ => {}
        }
        let building = beside(path, ".rebuilding");
        remove_database(&building)?;
        let built = build(&building, manifests, blobs);
        if let Err(error) = built {
            remove_database(&building)?;
            return Err(error);
        }
        // The old file goes first, log and all: a new file must never meet the write-ahead log of an old one.
        remove_database(path)?;
        fs::rename(&building, path).map_err(|source| IndexError::File {
            attempt: "put the new index at",
            path: path.into(),
            source,
        })?;
        Index::open(path)
    }

    /// Opens the index at `path` and brings it to exactly `manifests`: adds what it lacks; makes it again if it is
    /// absent, damaged, of another version, or holds collections that are not wanted.
    ///
    /// # Errors
    /// When a manifest cannot be read, when `path` holds another database, or when the machine refuses.
    pub fn open_or_rebuild(
        path: impl AsRef<Path>,
        manifests: &[Digest],
        blobs: &dyn Blobs,
    ) -> Result<(Index, Opened), IndexError> {
        let path = path.as_ref();
        let rebuild = |because: String| Ok((Index::rebuild(path, manifests, blobs)?, Opened::Rebuilt { because }));
        match Index::open(path).and_then(|index| index.caught_up(manifests, blobs)) {
            Ok((index, added)) if index.is_current(manifests)? => {
                Ok((index, if added == 0 { Opened::AsItWas } else { Opened::CaughtUp { added } }))
            }
            Ok((index, _)) => {
                drop(index);
                rebuild("it holds collections that are in no ledger entry".into())
            }
            Err(error) if error.can_be_rebuilt() => rebuild(error.to_string()),
            Err(error) => Err(error),
        }
    }

    fn caught_up(mut self, manifests: &[Digest], blobs: &dyn Blobs) -> Result<(Index, usize), IndexError> {
        let mut added = 0;
        for manifest in manifests {
            if self.collection(manifest)?.is_none() {
                self.add(manifest, blobs)?;
                added += 1;
            }
        }
        Ok((self, added))
    }
}

/// Fills a new file, all collections in one transaction, and closes it, which folds its log into it.
fn build(path: &Path, manifests: &[Digest], blobs: &dyn Blobs) -> Result<(), IndexError> {
    let mut index = Index { connection: schema::create(path)? };
    let transaction = index.connection.transaction()?;
    let mut done = std::collections::HashSet::new();
    for manifest in manifests {
        if done.insert(manifest) {
            insert(&transaction, manifest, blobs)?;
        }
    }
    transaction.commit()?;
    schema::finish(&index.connection)?;
    index.connection.close().map_err(|(_, error)| error.into())
}

/// Removes a database file with its log and its shared memory.
fn remove_database(path: &Path) -> Result<(), IndexError> {
    for file in [beside(path, "-wal"), beside(path, "-shm"), path.to_path_buf()] {
        match fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(IndexError::File { attempt: "remove", path: file, source }),
        }
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
