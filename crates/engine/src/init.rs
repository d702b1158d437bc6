//! Making a register: the only use case that creates one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use portreeve_collector::FileBlobs;
use portreeve_ledger::{Origin, SigningKey, SqliteLog};
use portreeve_model::reference::PersonId;
use portreeve_model::register::people::RegisterOpened;
use portreeve_model::text::Title;
use portreeve_model::words::Role;
use portreeve_model::{Entry, Moment};

use crate::clock;
use crate::error::EngineError;
use crate::place::Place;
use crate::session::{Mode, Session};

/// What a new register needs.
#[derive(Clone, Debug)]
pub struct NewRegister {
    /// The folder to make. It must not exist, or be empty.
    pub root: PathBuf,
    /// The key file to make. It must not exist, and must not lie inside the register.
    pub key_file: PathBuf,
    /// The name on every page.
    pub name: Title,
    /// The checkpoint origin; derived from the name when absent.
    pub origin: Option<Title>,
    /// The first person, who becomes administrator.
    pub first: PersonId,
    /// What a page calls that person.
    pub title: Title,
    /// Their further roles.
    pub roles: BTreeSet<Role>,
}

/// A register that has just been made.
pub struct Made {
    /// The open register.
    pub session: Session,
    /// Where the key is.
    pub key_file: PathBuf,
    /// The key's fingerprint, for the cover of every pack.
    pub fingerprint: String,
}

/// Makes a register and its signing key.
///
/// # Errors
/// When something is there already, or the disk refuses.
pub fn init(new: &NewRegister) -> Result<Made, EngineError> {
    make(new, None)
}

/// As [`init`], and when `story` gives the instant of the opening, as a demonstration whose clock is the story's.
pub(crate) fn make(new: &NewRegister, story: Option<Moment>) -> Result<Made, EngineError> {
    refuse_occupied(&new.root)?;
    let origin = match &new.origin {
        Some(origin) => origin.clone(),
        None => origin_of(&new.name),
    };
    let _: Origin = origin.as_str().parse()?;
    // The origin stands in commands that people paste into shells: nothing in it may mean anything there.
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '/');
    if !origin.as_str().chars().all(plain) {
        return Err(EngineError::Unfit(format!(
            "the origin `{origin}` holds something other than letters, digits, full stops, hyphens and slashes"
        )));
    }
    fs::create_dir_all(&new.root).map_err(|source| EngineError::io("make the folder", &new.root, source))?;
    let root = fs::canonicalize(&new.root).map_err(|source| EngineError::io("find", &new.root, source))?;
    let key_file = outside(&new.key_file, &root)?;
    let key = SigningKey::create(&key_file, origin.as_str())?;
    let log = SqliteLog::create(&root.join("ledger.sqlite"))?;
    let blobs = FileBlobs::create(root.join("objects"))?;
    let named = beside(&key_file, &root);
    let place = Place::mark(&root, &named)?;
    let mut session = Session::over(place, log, blobs)?;
    let opened = RegisterOpened {
        name: new.name.clone(),
        origin,
        demonstration: story.is_some(),
        key: key.public_line().parse().map_err(|error| EngineError::Bug(format!("the public key line: {error}")))?,
        roles: new.roles.clone(),
        title: new.title.clone(),
    };
    match story {
        None => {
            session.record(&new.first, vec![opened.into()], Mode::Write)?;
        }
        Some(at) => session.append(vec![Entry::new(clock::fresh_command()?, at, new.first.clone(), opened.into())])?,
    }
    Ok(Made { session, key_file, fingerprint: key.fingerprint() })
}

fn refuse_occupied(root: &Path) -> Result<(), EngineError> {
    match fs::read_dir(root).map(|mut found| found.next().is_some()) {
        Ok(true) => Err(EngineError::Exists { path: root.to_owned() }),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(EngineError::io("look into", root, source)),
    }
}

/// The absolute path of a file to be made, refused when it would lie inside `guarded`.
pub(crate) fn outside(file: &Path, guarded: &Path) -> Result<PathBuf, EngineError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(|source| EngineError::io("make the folder", folder, source))?;
    let folder = fs::canonicalize(folder).map_err(|source| EngineError::io("find", folder, source))?;
    let name = file.file_name().ok_or_else(|| EngineError::Unfit(format!("{} is not a file name", file.display())))?;
    if folder.starts_with(guarded) {
        return Err(EngineError::KeyInside { key: file.to_owned(), inside: guarded.to_owned() });
    }
    Ok(folder.join(name))
}

/// A key next to the register is named from there, so that both can be moved together; any other by its full path.
fn beside(key_file: &Path, root: &Path) -> PathBuf {
    match (key_file.parent(), root.parent(), key_file.file_name()) {
        (Some(keys), Some(registers), Some(name)) if keys == registers => Path::new("..").join(name),
        _ => key_file.to_owned(),
    }
}

/// `East Herts and Stevenage` becomes `east-herts-and-stevenage.portreeve`.
fn origin_of(name: &Title) -> Title {
    let mut slug = String::new();
    for letter in name.as_str().chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_end_matches('-').chars().take(100).collect();
    let slug = if slug.is_empty() { "register".to_owned() } else { slug };
    format!("{slug}.portreeve").parse().expect("letters, digits and hyphens are one short line")
}
