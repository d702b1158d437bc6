//! Which part of a tree is asked for.
//!
//! Must never make something disappear: what a pattern or a rule here leaves out is listed by the walk.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::Folder;
use crate::stamp::Identity;

/// Which files below a folder are asked for. The default is all of them, on one file system, links not followed.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    include: Option<GlobSet>,
    exclude: GlobSet,
    /// Whether a link stands for what it points at, wherever that lies.
    pub follow_links: bool,
    /// Whether folders on which another file system is mounted are entered.
    pub other_file_systems: bool,
    /// Folders and files that are never taken, such as the register itself. Recognised by what they are, not by name.
    pub keep_out: Vec<PathBuf>,
}

/// A pattern that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is not a pattern: {because}; use `*`, `?`, `[abc]`, `{{one,other}}`, and `**` for any folders")]
pub struct BadPattern {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub because: String,
}

impl Selection {
    /// The same, but for what lies in `keep_out`.
    #[must_use]
    pub fn keeping_out(self, keep_out: Vec<PathBuf>) -> Selection {
        Selection { keep_out, ..self }
    }

    /// Only what one of `include` names, if there is any, and nothing that one of `exclude` names.
    ///
    /// A pattern without a slash names files and folders in any folder; one with a slash is a path below the root. `*` and
    /// `?` stay within a name. What lies in a folder that is named is named too.
    ///
    /// # Errors
    /// The first pattern that cannot be understood.
    pub fn of(include: &[String], exclude: &[String]) -> Result<Selection, BadPattern> {
        let include = if include.is_empty() { None } else { Some(set(include)?) };
        Ok(Selection { include, exclude: set(exclude)?, ..Selection::default() })
    }

    /// What is to be kept out, as it is now.
    pub(crate) fn kept_out(&self) -> Vec<Identity> {
        self.keep_out.iter().filter_map(|path| identity_of(path)).collect()
    }

    /// Whether `path` is left out.
    pub(super) fn excludes(&self, path: &[u8]) -> bool {
        !self.exclude.is_empty() && self.exclude.is_match(as_path(path).as_ref())
    }

    /// Whether there is nothing to include in particular, or `path` is included.
    pub(super) fn includes(&self, path: &[u8]) -> bool {
        self.include.as_ref().is_none_or(|include| include.is_match(as_path(path).as_ref()))
    }

    /// Whether any name has to be compared with a pattern.
    pub(super) fn is_everything(&self) -> bool {
        self.include.is_none() && self.exclude.is_empty()
    }
}

/// What lies at `path` now, a link followed; nothing to keep out if there is nothing.
fn identity_of(path: &Path) -> Option<Identity> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let name = path.file_name().map(crate::names::name_bytes)??;
    let seen = Folder::named(parent).and_then(|folder| folder.look(name, true)).ok()?;
    Some(seen.stamp.identity)
}

fn set(patterns: &[String]) -> Result<GlobSet, BadPattern> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let bad = |because: String| BadPattern { pattern: pattern.clone(), because };
        let trimmed = pattern.trim_end_matches('/').trim_start_matches("./");
        if trimmed.is_empty() {
            return Err(bad("it names nothing".to_owned()));
        }
        let anywhere = if trimmed.contains('/') { trimmed.trim_start_matches('/') } else { &format!("**/{trimmed}") };
        let glob = GlobBuilder::new(anywhere).literal_separator(true).backslash_escape(true).build();
        set.add(glob.map_err(|error| bad(error.kind().to_string()))?);
    }
    set.build().map_err(|error| BadPattern { pattern: patterns.join(" "), because: error.to_string() })
}

#[cfg(unix)]
fn as_path(bytes: &[u8]) -> std::borrow::Cow<'_, Path> {
    Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes)).into()
}

#[cfg(not(unix))]
fn as_path(bytes: &[u8]) -> std::borrow::Cow<'_, Path> {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(include: &[&str], exclude: &[&str]) -> Selection {
        let owned = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>();
        Selection::of(&owned(include), &owned(exclude)).unwrap()
    }

    #[test]
    fn a_pattern_without_a_slash_names_things_anywhere() {
        let some = selection(&[], &["*.tmp", "cache/", "/ict/old*", "a/**/z"]);
        for out in ["x.tmp", "a/b/x.tmp", "a/cache", "ict/old-2018", "a/z", "a/b/c/z"] {
            assert!(some.excludes(out.as_bytes()), "{out}");
        }
        for within in ["x.tmp.txt", "caches", "hr/ict/old", "ict/x/old"] {
            assert!(!some.excludes(within.as_bytes()), "{within}");
        }
    }

    #[test]
    fn including_nothing_in_particular_includes_everything() {
        assert!(selection(&[], &[]).includes(b"\xff"));
        assert!(selection(&["*.csv"], &[]).includes(b"a/\xff.csv"));
        assert!(!selection(&["*.csv"], &[]).includes(b"a/b.txt"));
    }

    #[test]
    fn a_pattern_that_means_nothing_is_refused() {
        for bad in ["[", "", "/", "{a"] {
            assert!(Selection::of(&[bad.to_owned()], &[]).is_err(), "{bad}");
        }
    }
}
