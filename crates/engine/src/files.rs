//! Writing a file so that it is there whole or not at all.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::EngineError;

/// Tells apart the files that this process writes at the same time.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Writes `bytes` beside `path` under a name that nobody else uses, syncs, and renames: the last step makes it visible.
pub(crate) fn publish(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}-{}.partial", std::process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed)));
    let partial = Path::new(&partial);
    let failed = |source| EngineError::io("write", path, source);
    let mut file = File::create_new(partial).map_err(failed)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(partial, path));
    if let Err(source) = written {
        // What is left of it is rubbish; that it may not go away either changes nothing for the caller.
        let _ = fs::remove_file(partial);
        return Err(failed(source));
    }
    sync_folder_of(path)
}

/// Makes the names in the folder of `path` durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), EngineError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| EngineError::io("make durable the folder of", path, source))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_of_one_file_do_not_disturb_each_other_and_leave_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::thread::scope(|scope| {
            for writer in 0..8_u8 {
                let path = &path;
                scope.spawn(move || (0..20).for_each(|_| publish(path, &[writer; 1000]).unwrap()));
            }
        });
        let kept = fs::read(&path).unwrap();
        assert!(kept.len() == 1000 && kept.iter().all(|byte| *byte == kept[0]), "one writer's, and whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no partial file is left");
    }
}
