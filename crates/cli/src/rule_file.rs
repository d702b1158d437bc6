//! Files that people bring to be judged by: schemes, profiles and mappings. They are read whole, within a limit.

use std::path::Path;

use portreeve_engine::{Unread, read_whole};

use crate::failure::Failure;

/// Largest file read. The largest public mapping seen has 1 MB, a scheme 30 KB: sixteen times the larger one.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The bytes of a scheme, a profile or a mapping.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = |because: String| {
        Failure::environment(format!("could not read {}: {because}", path.display()))
            .help("see that the path is right and that you may read the file")
    };
    read_whole(path, FILE_BYTES_MAX).map_err(|unread| match unread {
        Unread::Failed(error) => wrong(error.to_string()),
        Unread::NotAFile => wrong("it is no ordinary file".to_owned()),
        Unread::TooLarge { bytes } => {
            let what = format!("{} has {bytes} bytes; at most {FILE_BYTES_MAX} are read", path.display());
            Failure::usage(what).help("name a scheme, profile or mapping file in JSON")
        }
    })
}
