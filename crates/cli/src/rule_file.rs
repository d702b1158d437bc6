//! Files that people bring to be judged by: schemes, profiles and mappings. They are read whole, within a limit.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// Largest file read. The largest public mapping seen has 1 MB, a scheme 30 KB: sixteen times the larger one.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The bytes of a scheme, a profile or a mapping.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let wrong = |because: String| {
        Failure::environment(format!("could not read {}: {because}", path.display()))
            .help("see that the path is right and that you may read the file")
    };
    let found = fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if !found.is_file() {
        return Err(wrong("it is no ordinary file".to_owned()));
    }
    let size = found.len();
    if size > FILE_BYTES_MAX {
        let what = format!("{} has {size} bytes; at most {FILE_BYTES_MAX} are read", path.display());
        return Err(Failure::usage(what).help("name a scheme, profile or mapping file in JSON"));
    }
    fs::read(path).map_err(|error| wrong(error.to_string()))
}
