//! What is read from a folder of ours that somebody else may have written to, or that came from somebody else: a
//! register's settings, what was remembered of a collected tree and of a verification, and a whole pack.
//!
//! Each target has one folder for as long as the process lives, and puts back what it changed.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use portreeve_collector::{
    Blobs as _, Bookmark, Collected, Collecting, FileBlobs, FileTime, Keep, MemoryBlobs, Remembering, Scans, Selection,
    Source, StoreReport, TreeName, Watch, collect, go_on_verifying_store, verify_store,
};
use portreeve_engine::{EngineError, Session};
use portreeve_model::Digest;
use serde_json::Value;
use tempfile::TempDir;

/// A folder that goes with the process.
static ROOM: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("the system has a temporary folder"));

/// `register.json`: what is taken for settings is an object of the two fields, and a folder that has nothing else is no
/// register whatever it says.
pub fn settings(data: &[u8]) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let root = ROOM.path().join("register");
    fs::create_dir_all(&root).expect("the folder can be made");
    fs::write(root.join("register.json"), data).expect("the file can be written");
    let refused = match Session::open(&root) {
        Ok(_) => panic!("there is no ledger"),
        Err(EngineError::BadSettings { because, .. }) => {
            assert!(!because.is_empty() && !because.contains('\n'), "{because}");
            true
        }
        Err(EngineError::NewerSettings { .. }) => true,
        Err(_) => false,
    };
    let read = serde_json::from_slice::<Value>(data).ok();
    let fields = read.as_ref().and_then(Value::as_object);
    let settings = fields.is_some_and(|fields| {
        fields.len() == 2
            && fields.get("format") == Some(&1.into())
            && fields.get("key_file").is_some_and(Value::is_string)
    });
    // A name that stands twice, which only one of the two readers refuses.
    let names = data.windows(8).filter(|window| window == b"key_file").count()
        + data.windows(6).filter(|window| window == b"format").count();
    assert!(refused || settings || read.as_ref().is_some_and(Value::is_array), "taken for settings");
    assert!(!refused || !settings || names > 2, "refused, and these are settings");
    assert_eq!(fs::read_dir(&root).expect("it is there").count(), 1, "looking makes nothing");
}

/// A tree of three files, and what a walk of it remembered.
struct Tree {
    root: PathBuf,
    scans: Scans,
    remembered: PathBuf,
    plain: Collected,
}

static TREE: LazyLock<Mutex<Tree>> = LazyLock::new(|| {
    let (root, folder) = (ROOM.path().join("tree"), ROOM.path().join("scans"));
    fs::create_dir_all(root.join("b")).expect("the folder can be made");
    write_files(&root);
    let scans = Scans::new(&folder);
    let plain = walk(&root, &scans, Keep::Digests);
    let found = fs::read_dir(&folder).expect("the walk was remembered").flatten().map(|item| item.path());
    let remembered = found.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "scan"));
    Mutex::new(Tree { root, scans, remembered: remembered.expect("the walk was whole"), plain })
});

fn walk(root: &Path, scans: &Scans, keep: Keep) -> Collected {
    let tree = TreeName::of(root).expect("it is there");
    // A time before any file was written: nothing is settled, and what is remembered is believed only if it says so.
    let read_at = FileTime { seconds: 0, nanoseconds: 0 };
    let source = Source::folder(root, Selection::default()).expect("it is a folder");
    let remembering = Some(Remembering { scans, tree, read_at, read_all: false, leaves: true });
    let how = Collecting { keep, remembering, workers: NonZeroUsize::new(1), ..Collecting::default() };
    collect(&source, &MemoryBlobs::new(), how).expect("it can be read")
}

/// The first line of a scan, and what stands behind each block.
const SCAN: &[u8] = b"portreeve scan 2\r\n";
const BLOCK_BYTES: usize = 8 * 1024;

/// What was remembered of a tree. The first byte says whether the rest is the file as it stands or the inside of its
/// blocks, whose checksums nobody would guess. Damaged or made up, it changes nothing of a collection that reads
/// everything, and fails nothing.
pub fn remembered_scan(data: &[u8]) {
    let Some((form, rest)) = data.split_first() else { return };
    let file = if form % 2 == 0 { rest.to_vec() } else { sealed(rest) };
    let tree = TREE.lock().unwrap_or_else(PoisonError::into_inner);
    fs::write(&tree.remembered, file).expect("the file can be written");
    // Whoever knows the stamp of a file to the nanosecond may say what is in it: that is what a cache is. So nobody does.
    write_files(&tree.root);
    let found = walk(&tree.root, &tree.scans, Keep::Nothing);
    assert_eq!((found.files, found.bytes, found.read), (tree.plain.files, tree.plain.bytes, tree.plain.files));
    assert!(found.is_complete());
    assert_eq!(found.manifest.digest, tree.plain.manifest.digest, "what is read decides");
}

fn write_files(root: &Path) {
    for name in ["a.txt", "b/c.txt", "b/d"] {
        fs::write(root.join(name), name).expect("the file can be written");
    }
}

fn sealed(inside: &[u8]) -> Vec<u8> {
    let mut file = SCAN.to_vec();
    for body in inside.chunks(BLOCK_BYTES) {
        file.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
        file.extend_from_slice(body);
        file.extend(crc32fast::hash(body).to_le_bytes());
    }
    file
}

/// A store of one pack and one loose object, and what is found when all of it is read.
static STORE: LazyLock<Mutex<(FileBlobs, StoreReport)>> = LazyLock::new(|| {
    let store = FileBlobs::create(ROOM.path().join("store")).expect("the folder can be made");
    let mut hand = store.hand().expect("the store is there");
    for number in 0..9 {
        hand.put(&Digest::of(&[number]), &[number]).expect("it can be put");
    }
    hand.finish().expect("it can be put");
    store.put(&mut &b"loose"[..]).expect("it can be put");
    let plain = verify_store(&store, Watch::default()).expect("nobody stops it");
    Mutex::new((store, plain))
});

/// The first line of what is remembered of a verification, and how long a record is without its checksum.
const READING: &[u8] = b"portreeve reading 1\n";
const RECORD_BYTES: usize = 89;

/// What was remembered of an interrupted verification, or left by a killed one. The first byte says which, and whether the
/// rest is the file as it stands or the inside of its records. Damaged or made up, it leaves nothing unread, and is gone
/// afterwards.
pub fn remembered_reading(data: &[u8]) {
    let Some((form, rest)) = data.split_first() else { return };
    let mut file = rest.to_vec();
    if form % 2 == 1 {
        file = READING.to_vec();
        for body in rest.chunks_exact(RECORD_BYTES) {
            file.extend_from_slice(body);
            file.extend_from_slice(&Digest::of(body).as_bytes()[..8]);
        }
    }
    let store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    let (store, plain) = &*store;
    let folder = ROOM.path().join("readings");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let name = if form & 2 == 0 { "store.read" } else { "store.read.new" };
    fs::write(folder.join(name), file).expect("the file can be written");
    // As for a tree: whoever knows a stamp to the nanosecond may say that the file was read, and nobody does.
    let now = FileTime { seconds: 0, nanoseconds: 0 };
    let mut bookmark = Bookmark::open(&folder, now, false).expect("nobody else reads");
    let found = go_on_verifying_store(store, Some(&mut bookmark), Watch::default()).expect("nobody stops it");
    assert_eq!(&found, plain, "what is read decides");
    bookmark.finish();
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0, "a finished reading leaves nothing");
}
