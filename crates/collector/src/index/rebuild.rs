//! Making the index again from the manifests.
//!
//! Must never leave half an index under its name: it is made beside it and renamed when it is whole. And must never
//! overwrite a database that is not an index, or one that cannot be asked. A file that is no database at all is taken for
//! an index damaged beyond recognition, so the name must be the index's own.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::TransactionBehavior;

use super::adding::add_stored;
use super::heads::Heads;
use super::series::{Collection, CollectionRow, agreeing, all_kept, each_once, kept};
use super::{Index, IndexError, schema};
use crate::{Blobs, Progress, Watch};

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
    /// Take out collections, and add those that belong in their place or came after them. Their documents are not read
    /// again.
    Replaced {
        /// How many were taken out.
        taken_out: usize,
        /// How many were added.
        added: usize,
    },
    /// Make it again. It knows no texts then.
    Rebuilt {
        /// Why, for a person.
        because: String,
    },
}

impl Index {
    /// Opens the index at `path`. Looks at its mark, version and tables only: [`verify`](Self::verify) reads it all.
    ///
    /// # Errors
    /// When there is none, it is damaged, or of another version: each can be rebuilt. When the file is some other
    /// database, which is left alone.
    pub fn open(path: impl AsRef<Path>) -> Result<Index, IndexError> {
        schema::open(path.as_ref()).map(|connection| Index { connection })
    }

    /// Makes the index at `path` again from `collections`, in the order of the ledger, whatever is there now. `watch`
    /// follows the lines of the manifests.
    ///
    /// # Errors
    /// When a manifest cannot be read or the caller stopped it, and then the old index is still there. When `path` holds
    /// another database.
    pub fn rebuild(
        path: impl AsRef<Path>,
        collections: &[Collection],
        blobs: &dyn Blobs,
        watch: Watch<'_>,
    ) -> Result<Index, IndexError> {
        let path = path.as_ref();
        match schema::open(path) {
            Err(error) if !error.can_be_rebuilt() => return Err(error),
            _ => {}
        }
        let building = beside(path, ".rebuilding");
        remove_database(&building)?;
        let built = build(&building, collections, blobs, watch);
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

    /// Opens the index at `path` and brings it to exactly `collections`, which are told in the order of the ledger: adds
    /// what it lacks, one transaction each; takes out what it holds beside them or in another order; forgets the texts of
    /// what was erased, but for the log while somebody reads it. Makes it again if it is absent, damaged, or of another
    /// version. A manifest that is told twice counts where it stands first.
    ///
    /// # Errors
    /// When a manifest cannot be read, when `path` holds another database, when somebody else is adding, when the machine
    /// refuses, or when the caller stopped it.
    pub fn open_or_rebuild(
        path: impl AsRef<Path>,
        collections: &[Collection],
        blobs: &dyn Blobs,
        watch: Watch<'_>,
    ) -> Result<(Index, Opened), IndexError> {
        let path = path.as_ref();
        let because = match Index::open(path).and_then(|index| index.brought_to(collections, blobs, watch)) {
            Ok(opened) => return Ok(opened),
            Err(error) if error.can_be_rebuilt() => error.to_string(),
            Err(error) => return Err(error),
        };
        Ok((Index::rebuild(path, collections, blobs, watch)?, Opened::Rebuilt { because }))
    }

    /// Adds the stored collection of a manifest, in one transaction. One that is there is left as it is.
    ///
    /// # Errors
    /// When the manifest cannot be read to its end, and then nothing of it is in the index; when the caller stopped it.
    pub fn add(
        &mut self,
        collection: &Collection,
        blobs: &dyn Blobs,
        watch: Watch<'_>,
    ) -> Result<CollectionRow, IndexError> {
        if let Some(row) = self.collection(&collection.manifest)? {
            return Ok(row);
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Somebody else may have added it meanwhile.
        if let Some(there) = kept(&transaction, &collection.manifest)? {
            return Ok(there.row);
        }
        let mut heads = Heads::default();
        let row = add_stored(&transaction, &mut heads, collection, blobs, watch, &mut Progress::default())?;
        heads.put(&transaction)?;
        transaction.commit()?;
        Ok(row)
    }

    fn brought_to(
        mut self,
        collections: &[Collection],
        blobs: &dyn Blobs,
        watch: Watch<'_>,
    ) -> Result<(Index, Opened), IndexError> {
        let (wanted, there) = (each_once(collections), all_kept(&self.connection)?);
        let opened = if agreeing(&there, &wanted) < there.len() {
            let (taken_out, added) = self.replace(&wanted, blobs, watch)?;
            Opened::Replaced { taken_out, added }
        } else {
            let missing = &wanted[there.len()..];
            for collection in missing {
                self.add(collection, blobs, watch)?;
            }
            if missing.is_empty() { Opened::AsItWas } else { Opened::CaughtUp { added: missing.len() } }
        };
        self.settle(&wanted)?;
        match self.clear_log() {
            // Nothing is found by it, and the next who opens it tries again.
            Err(IndexError::Busy) => {}
            other => other?,
        }
        Ok((self, opened))
    }
}

/// Fills a new file and closes it, with every byte on the disk.
fn build(path: &Path, collections: &[Collection], blobs: &dyn Blobs, watch: Watch<'_>) -> Result<(), IndexError> {
    let mut connection = schema::create(path)?;
    let transaction = connection.transaction()?;
    let (mut heads, mut done) = (Heads::default(), Progress::default());
    for collection in each_once(collections) {
        add_stored(&transaction, &mut heads, &collection, blobs, watch, &mut done)?;
    }
    heads.put(&transaction)?;
    transaction.commit()?;
    schema::close(connection, path)
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
