//! A writer killed at any moment leaves every entry it was told is kept, and a ledger that verifies.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use portreeve_ledger::{Log, SigningKey, SqliteLog, each_entry, verify_log};
use portreeve_model::{EntryNumber, LogSize};

use crate::bench::{checkpoint, entry};

const ROUNDS: u32 = 20;
const BATCH: u64 = 3;
const CHILD: &str = "PORTREEVE_TEST_CRASH_FOLDER";

#[test]
fn every_acknowledged_entry_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    SqliteLog::create(&path).unwrap();
    let key = SigningKey::create(&folder.path().join("key"), "").unwrap();
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        acknowledged = acknowledged.max(killed_writer(folder.path()));
        let log = if round % 2 == 0 { SqliteLog::open(&path) } else { SqliteLog::open_read_only(&path) }.unwrap();
        let size = log.head().unwrap().size;
        assert!(
            size.count() >= acknowledged,
            "round {round}: {acknowledged} entries were acknowledged and {size} are there"
        );
        assert!(
            size.count() <= acknowledged + BATCH && size.count().is_multiple_of(BATCH),
            "at most one append was under way"
        );
        each_entry(&log, EntryNumber::new(0), size, |number, bytes| {
            assert_eq!(bytes, entry(number.index()));
            Ok::<(), portreeve_ledger::LogError>(())
        })
        .unwrap();
        let report = verify_log(&log, &[key.trusted()], &[]);
        assert!(report.is_clean(), "round {round}: {:?}", report.problems);
        assert_eq!(report.size, size);
        acknowledged = size.count();
    }
    assert!(acknowledged > u64::from(ROUNDS), "the writer hardly wrote: {acknowledged} entries");
}

/// Starts a writer, kills it at a random moment, and says how many entries it had been told are kept.
fn killed_writer(folder: &Path) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::the_writer_that_is_killed", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let listener = std::thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let (mut last, mut line) = (0, String::new());
        while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            // A line cut short by the kill was not said.
            if let Some((_, size)) = line.strip_suffix('\n').and_then(|line| line.rsplit_once("kept ")) {
                last = size.parse().unwrap();
            }
            line.clear();
        }
        last
    });
    let moment = 15 + getrandom::u32().unwrap() % 70;
    std::thread::sleep(Duration::from_millis(moment.into()));
    child.kill().unwrap();
    child.wait().unwrap();
    listener.join().unwrap()
}

/// Not a test of its own: what [`killed_writer`] starts. Without the variable it does nothing.
#[test]
fn the_writer_that_is_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let folder = Path::new(&folder);
    let log = SqliteLog::open(&folder.join("ledger")).unwrap();
    let key = SigningKey::load(&folder.join("key")).unwrap();
    let mut size = log.head().unwrap().size;
    for round in 1_u32.. {
        let batch: Vec<Vec<u8>> = (size.count()..size.count() + BATCH).map(entry).collect();
        size = log.append(size, &batch).unwrap().size;
        assert!(size < LogSize::new(100_000), "nobody killed this writer");
        println!("kept {size}");
        if round.is_multiple_of(5) {
            log.keep_checkpoint(checkpoint(&log, &key).as_str()).unwrap();
        }
    }
}
