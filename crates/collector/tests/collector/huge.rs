//! Files that are too large to be read in one piece, beside each other.

use std::collections::HashSet;
use std::fs::File;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use portreeve_collector::{Collecting, MemoryBlobs, Watch, collect};

use crate::support::{paths, whole, write};

const HUGE_BYTES: u64 = 3 * 1024 * 1024;

fn huge(root: &Path, names: &[&str]) {
    names.iter().for_each(|name| File::create(root.join(name)).unwrap().set_len(HUGE_BYTES).unwrap());
}

/// Waits in the middle of reading until as many threads as are expected do so.
struct Meeting {
    expected: usize,
    there: Mutex<HashSet<ThreadId>>,
    came: Condvar,
}

impl Meeting {
    fn of(expected: usize) -> Meeting {
        Meeting { expected, there: Mutex::default(), came: Condvar::new() }
    }

    fn wait(&self, bytes: u64) {
        if bytes < 64 * 1024 {
            return;
        }
        let mut there = self.there.lock().unwrap();
        there.insert(thread::current().id());
        self.came.notify_all();
        // Whoever waits alone gives up, so that the test fails and does not hang.
        let alone = |there: &mut HashSet<ThreadId>| there.len() < self.expected;
        drop(self.came.wait_timeout_while(there, Duration::from_secs(20), alone).unwrap());
    }
}

#[test]
fn huge_files_of_one_folder_are_read_side_by_side() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("a", b"small"), ("c", b"small"), ("f", b"small"), ("g/small", b"small")]);
    huge(tree.path(), &["b", "d", "e", "g/huge"]);
    let meeting = Meeting::of(4);
    let pace = |bytes| meeting.wait(bytes);
    let how = Collecting {
        workers: NonZeroUsize::new(4),
        watch: Watch { pace: Some(&pace), ..Watch::default() },
        ..Collecting::default()
    };
    let blobs = MemoryBlobs::new();
    let collected = collect(&whole(tree.path()), &blobs, how).unwrap();
    assert_eq!(meeting.there.lock().unwrap().len(), 4, "one waits for the other");
    assert_eq!(paths(&collected.manifest.digest, &blobs), ["a", "b", "c", "d", "e", "f", "g/huge", "g/small"]);
    assert_eq!((collected.files, collected.bytes), (8, 4 * HUGE_BYTES + 4 * 5));
    assert!(collected.is_complete());
}
