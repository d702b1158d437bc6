//! The files somebody brings: one, and what it asks for by name. What is asked for is looked for among the files that
//! were named and beside the first; it must never be looked for outside that folder, whatever a file or a link says, and
//! never fetched.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use portreeve_catalogue::oscal::Reference;
use portreeve_catalogue::{FILE_BYTES_MAX, Problem, Problems};

use crate::error::EngineError;

/// Where what a file imports may lie.
pub(crate) struct Beside<'a> {
    folder: PathBuf,
    with: &'a [PathBuf],
    /// The first file that is there and could not be read.
    pub(crate) failed: Option<EngineError>,
}

impl<'a> Beside<'a> {
    pub(crate) fn of(path: &Path, with: &'a [PathBuf]) -> Beside<'a> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Beside { folder: folder.to_owned(), with, failed: None }
    }

    /// The bytes of what is asked for, if it is here.
    pub(crate) fn supply(&mut self, reference: &Reference) -> Option<Vec<u8>> {
        let path = self.named(reference).or_else(|| self.inside(reference))?;
        match read_file(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.failed.get_or_insert(error);
                None
            }
        }
    }

    /// Among the files that were named: the one of that name, or of that name in another encoding, or the only one.
    fn named(&self, reference: &Reference) -> Option<PathBuf> {
        let wanted = Path::new(reference.file_name());
        let same = |part: fn(&Path) -> Option<&std::ffi::OsStr>| {
            self.with.iter().find(|path| part(path).is_some() && part(path) == part(wanted))
        };
        let only = || if let [only] = self.with { Some(only) } else { None };
        same(Path::file_name).or_else(|| same(Path::file_stem)).or_else(only).cloned()
    }

    /// Beside the first file, at the relative path that is asked for.
    fn inside(&self, reference: &Reference) -> Option<PathBuf> {
        let mut steps: Vec<&std::ffi::OsStr> = Vec::new();
        // Each link of the chain is relative to the folder of the one before.
        for href in reference.chain.iter().chain([&reference.href]) {
            if href.contains(':') {
                return None;
            }
            steps.pop();
            for step in Path::new(href.split(['?', '#']).next()?).components() {
                match step {
                    Component::Normal(name) => steps.push(name),
                    Component::CurDir => {}
                    Component::ParentDir => drop(steps.pop()?),
                    Component::RootDir | Component::Prefix(_) => return None,
                }
            }
        }
        let path = steps.iter().fold(self.folder.clone(), |path, step| path.join(step));
        // A link may lead out of the folder: where the file really lies decides.
        let (real, folder) = (fs::canonicalize(&path).ok()?, fs::canonicalize(&self.folder).ok()?);
        real.starts_with(folder).then_some(path)
    }
}

/// The bytes of a file somebody brings. One that is too large is refused by its size, before a byte of it is read; a
/// pipe or a device, whose size says nothing, is not waited for.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, EngineError> {
    let failed = |source| EngineError::io("read", path, source);
    let refused = |what: String, remedy: &str| EngineError::Catalogue {
        what: format!("the file {}", path.display()),
        problems: Problems::one(Problem::new("", what, remedy)),
    };
    let most = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    read_whole(path, most).map_err(|unread| match unread {
        Unread::Failed(source) => failed(source),
        Unread::NotAFile => refused("it is not a file".to_owned(), "name a file"),
        Unread::TooLarge { bytes } => {
            let what = format!("it has {bytes} bytes; at most {most} are read");
            refused(what, "leave out what is not needed, or split it")
        }
    })
}

/// Why a file was not read.
#[derive(Debug)]
pub enum Unread {
    /// The system could not.
    Failed(std::io::Error),
    /// It is a folder, a pipe or a device.
    NotAFile,
    /// It is over the limit.
    TooLarge {
        /// Its size.
        bytes: u64,
    },
}

/// The bytes of a file of at most so many.
///
/// # Errors
/// It cannot be read, is no file, or is too large, which is seen before a byte of it is read.
pub fn read_whole(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let seen = fs::metadata(path).map_err(Unread::Failed)?;
    if !seen.is_file() {
        return Err(Unread::NotAFile);
    }
    if seen.len() > most {
        return Err(Unread::TooLarge { bytes: seen.len() });
    }
    let mut bytes = Vec::new();
    // One byte more than fits: a file that has grown since is noticed as too large.
    let opened = File::open(path).map_err(Unread::Failed)?;
    let read = opened.take(most + 1).read_to_end(&mut bytes).map_err(Unread::Failed)?;
    match u64::try_from(read) {
        Ok(read) if read <= most => Ok(bytes),
        _ => Err(Unread::TooLarge { bytes: most + 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(chain: &[&str], href: &str) -> Reference {
        let chain = chain.iter().map(|link| (*link).to_owned()).collect();
        Reference { href: href.to_owned(), media_type: None, chain }
    }

    #[test]
    fn what_is_asked_for_is_found_beside_and_never_outside() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("in/deeper")).unwrap();
        for (name, text) in [("secret.json", "secret"), ("in/catalog.json", "top"), ("in/deeper/catalog.json", "low")] {
            fs::write(at(name), text).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(at("secret.json"), at("in/link.json")).unwrap();
        let profile = at("in/profile.json");
        let found = |chain: &[&str], href: &str| {
            let mut beside = Beside::of(&profile, &[]);
            beside.supply(&asked(chain, href)).map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(found(&[], "./catalog.json#x").as_deref(), Some("top"));
        assert_eq!(found(&[], "deeper/../catalog.json").as_deref(), Some("top"));
        assert_eq!(found(&["deeper/other.json"], "catalog.json").as_deref(), Some("low"));
        assert_eq!(found(&["deeper/other.json"], "../catalog.json").as_deref(), Some("top"));
        let secret = at("secret.json").display().to_string();
        for outside in
            ["../secret.json", "deeper/../../secret.json", "link.json", &secret, "file:secret.json", "x.json"]
        {
            assert_eq!(found(&[], outside), None, "{outside}");
        }
    }

    #[test]
    fn a_file_that_was_named_is_known_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["nist.json", "other.json"].map(|name| folder.path().join(name));
        for path in &paths {
            fs::write(path, path.file_name().unwrap().to_str().unwrap()).unwrap();
        }
        let found = |with: &[PathBuf], href: &str| {
            let mut beside = Beside::of(Path::new("profile.json"), with);
            (beside.supply(&asked(&[], href)), beside.failed.is_some())
        };
        let nist = Some(b"nist.json".to_vec());
        assert_eq!(found(&paths, "https://example.org/a/nist.json"), (nist.clone(), false));
        assert_eq!(found(&paths, "https://example.org/a/nist.xml"), (nist.clone(), false));
        assert_eq!(found(&paths, "https://example.org/a/catalog.json"), (None, false));
        assert_eq!(found(&paths[..1], "https://example.org/a/catalog.json"), (nist, false), "the only one is meant");
        assert_eq!(found(&[folder.path().join("gone.json")], "gone.json"), (None, true));
    }
}
