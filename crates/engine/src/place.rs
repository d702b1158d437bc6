//! Where a register lies on disk, and the one setting it has: where its signing key is.
//!
//! ```text
//! register.json    marks the folder as a register; names the key file, which lies elsewhere
//! ledger.sqlite    the truth
//! objects/         evidence, manifests, adopted frameworks and schemes, each under its SHA-256
//! index.sqlite     a cache over the manifests: delete it and it is made again
//! objects.lock     empty; locked by whoever puts bytes into the store, or takes them out
//! scans/           what was last seen of each collected folder, and how far an interrupted verification had come: delete it
//!                  and everything is read again
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use portreeve_collector::{Bookmark, Scans};
use portreeve_ledger::SignedCheckpoint;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::error::EngineError;

const FORMAT: u16 = 1;
const SETTINGS_FILE: &str = "register.json";
/// The settings are two short lines; 64 KiB leaves room for a very long path.
const SETTINGS_BYTES_MAX: u64 = 64 * 1024;

/// Whether objects may be put. Without it none is: so nothing can be put that an erasure beside it would take away again
/// before an entry names it.
#[derive(Debug)]
pub(crate) enum Putting {
    /// To be held from before an object is looked for or put until an entry names it: meanwhile nobody takes any out.
    Leave {
        /// Locked, shared with whoever else puts.
        _lock: File,
    },
    /// A dry run puts nothing, and waits for nobody.
    DryRun,
}

/// The folder of a register.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) root: PathBuf,
    pub(crate) key_file: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    format: u16,
    /// As given to `init`; a relative path starts from the register's folder, so that both can be moved together.
    key_file: PathBuf,
}

impl Place {
    /// Finds the register in `root`.
    pub(crate) fn find(root: &Path) -> Result<Place, EngineError> {
        let file = root.join(SETTINGS_FILE);
        match fs::metadata(&file) {
            Ok(found) if found.is_file() && found.len() <= SETTINGS_BYTES_MAX => {}
            Ok(_) => return Err(EngineError::BadSettings { path: file, because: "it is not a short file".to_owned() }),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(EngineError::NotARegister { path: root.to_owned() });
            }
            Err(source) => return Err(EngineError::io("look for the register's settings in", &file, source)),
        }
        let text = fs::read(&file).map_err(|source| EngineError::io("read", &file, source))?;
        let wrong = |because: String| EngineError::BadSettings { path: file.clone(), because };
        let settings: Settings = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        if settings.format != FORMAT {
            return Err(EngineError::NewerSettings { path: file, found: settings.format });
        }
        Ok(Place { root: root.to_owned(), key_file: root.join(settings.key_file) })
    }

    /// Marks `root`, which `init` has just made, as a register.
    pub(crate) fn mark(root: &Path, key_file: &Path) -> Result<Place, EngineError> {
        let settings = Settings { format: FORMAT, key_file: key_file.to_owned() };
        let mut text = serde_json::to_vec_pretty(&settings).map_err(|error| EngineError::Bug(error.to_string()))?;
        text.push(b'\n');
        let file = root.join(SETTINGS_FILE);
        crate::files::publish(&file, &text)?;
        Ok(Place { root: root.to_owned(), key_file: root.join(key_file) })
    }

    /// The copy of the last checkpoint that the key signed: beside the key, so that a register put back to an earlier
    /// state does not take it along.
    pub(crate) fn last_signed(&self) -> PathBuf {
        let mut name = self.key_file.as_os_str().to_owned();
        name.push(".last");
        PathBuf::from(name)
    }

    /// Reads that copy, if there is one.
    pub(crate) fn read_last_signed(&self) -> Result<Option<SignedCheckpoint>, EngineError> {
        let path = self.last_signed();
        match fs::metadata(&path) {
            Ok(found) if found.is_file() && found.len() <= SETTINGS_BYTES_MAX => {}
            Ok(_) => return Err(EngineError::BadLastSigned { path, because: "it is no checkpoint".to_owned() }),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EngineError::io("look at", &path, source)),
        }
        let text = fs::read(&path).map_err(|source| EngineError::io("read", &path, source))?;
        let wrong = |because: String| EngineError::BadLastSigned { path, because };
        match str::from_utf8(&text) {
            Ok(text) => SignedCheckpoint::parse(text).map(Some).map_err(|error| wrong(error.to_string())),
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    /// A key inside the register would be taken along with what it protects.
    pub(crate) fn refuse_key_inside(&self) -> Result<(), EngineError> {
        let inside = match (fs::canonicalize(&self.key_file), fs::canonicalize(&self.root)) {
            (Ok(key), Ok(root)) => key.starts_with(root),
            _ => false,
        };
        if inside {
            return Err(EngineError::KeyInside { key: self.key_file.clone(), inside: self.root.clone() });
        }
        Ok(())
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.root.join("ledger.sqlite")
    }

    pub(crate) fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    /// Leave to put objects into the store. Waits for an erasure to end, which takes seconds.
    pub(crate) fn putting(&self) -> Result<Putting, EngineError> {
        let (path, file) = self.lock_file()?;
        match file.lock_shared() {
            Err(error) if error.kind() != ErrorKind::Unsupported => Err(EngineError::io("lock", &path, error)),
            _ => Ok(Putting::Leave { _lock: file }),
        }
    }

    /// To be held from before it is decided which objects go until they are gone: another command may be about to name one
    /// of them. Does not wait: taking in a share takes hours.
    pub(crate) fn removing(&self) -> Result<File, EngineError> {
        let (path, file) = self.lock_file()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(EngineError::InUse { path: self.objects() }),
            Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Unsupported => {
                Err(EngineError::io("lock", &path, error))
            }
            _ => Ok(file),
        }
    }

    fn lock_file(&self) -> Result<(PathBuf, File), EngineError> {
        let path = self.root.join("objects.lock");
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        match file {
            Ok(file) => Ok((path, file)),
            Err(source) => Err(EngineError::io("open", &path, source)),
        }
    }

    pub(crate) fn scans(&self) -> Scans {
        Scans::new(self.root.join("scans"))
    }

    /// How far a verification of the store had come that was interrupted, unless it is to begin `anew`.
    pub(crate) fn bookmark(&self, anew: bool) -> Option<Bookmark> {
        Bookmark::open(&self.root.join("scans"), clock::file_time(), anew)
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.root.join("index.sqlite")
    }
}
