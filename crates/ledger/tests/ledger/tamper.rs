//! Whatever is done to a ledger file behind the program's back is caught, and its place is named.
//!
//! The ledger of these tests has 60 entries, checkpoints kept at 20 and 40, and one at 50 that somebody else has.

use std::fs;
use std::path::PathBuf;

use portreeve_ledger::merkle::{Frontier, leaf_hash};
use portreeve_ledger::{Checkpoint, Log, Report, SignedCheckpoint, SigningKey, SqliteLog, verify_log};
use portreeve_model::{EntryNumber, LogSize};
use rusqlite::{Connection, params};

use crate::bench::{ORIGIN, checkpoint, entry, grow, key};

struct Bench {
    folder: tempfile::TempDir,
    key: SigningKey,
    outside: SignedCheckpoint,
}

impl Bench {
    fn new() -> Bench {
        let (folder, key) = (tempfile::tempdir().unwrap(), key());
        let log = SqliteLog::create(&folder.path().join("genuine")).unwrap();
        for size in [20, 40] {
            grow(&log, size);
            log.keep_checkpoint(checkpoint(&log, &key).as_str()).unwrap();
        }
        grow(&log, 50);
        let outside = checkpoint(&log, &key);
        grow(&log, 60);
        Bench { folder, key, outside }
    }

    /// A copy of the genuine file.
    fn copy(&self) -> PathBuf {
        let path = self.folder.path().join("copy");
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(self.folder.path().join(format!("copy{suffix}")));
        }
        fs::copy(self.folder.path().join("genuine"), &path).unwrap();
        path
    }

    /// The report on a copy that `tamper` worked on with plain SQL, triggers removed.
    fn report(&self, tamper: impl FnOnce(&Connection)) -> Report {
        let path = self.copy();
        let sql = Connection::open(&path).unwrap();
        let names: Vec<String> = sql
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let triggers: Vec<String> = sql
            .prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        names.iter().for_each(|name| sql.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
        tamper(&sql);
        // A careful intruder puts the triggers back.
        triggers.iter().for_each(|trigger| sql.execute_batch(trigger).unwrap());
        drop(sql);
        let log = SqliteLog::open_read_only(&path).unwrap();
        verify_log(&log, &[self.key.trusted()], std::slice::from_ref(&self.outside))
    }
}

fn put(sql: &Connection, number: u64, bytes: &[u8]) {
    let number = i64::try_from(number).unwrap();
    sql.execute(
        "INSERT OR REPLACE INTO entries (number, bytes, leaf) VALUES (?1, ?2, ?3)",
        params![number, bytes, leaf_hash(bytes).as_bytes()],
    )
    .unwrap();
}

/// Makes the file hold exactly these entries, with a head that fits them.
fn replace_all(sql: &Connection, entries: &[Vec<u8>]) {
    sql.execute_batch("DELETE FROM entries").unwrap();
    let mut frontier = Frontier::empty();
    for (number, bytes) in (0..).zip(entries) {
        put(sql, number, bytes);
        frontier.push(leaf_hash(bytes));
    }
    let peaks: Vec<u8> = frontier.peaks().iter().flat_map(|peak| *peak.as_bytes()).collect();
    sql.execute("UPDATE head SET size = ?1, peaks = ?2", params![i64::try_from(entries.len()).unwrap(), peaks])
        .unwrap();
}

fn genuine_entries() -> Vec<Vec<u8>> {
    (0..60).map(entry).collect()
}

/// Asserts that the problems are exactly these, each given by how it begins.
#[track_caller]
fn assert_problems(report: &Report, expected: &[&str]) {
    let found: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let matches =
        found.len() == expected.len() && found.iter().zip(expected).all(|(found, start)| found.starts_with(start));
    assert!(matches, "expected {expected:#?}\nfound {found:#?}");
    assert_eq!(report.problems_left_out, 0);
}

#[test]
fn an_untouched_ledger_is_clean_and_says_how_far_it_is_vouched_for() {
    let bench = Bench::new();
    let report = bench.report(|_| {});
    assert_problems(&report, &[]);
    assert!(report.anchored_outside());
    assert_eq!((report.size, report.after_last_signed(), report.anchors.len()), (LogSize::new(60), 10, 3));
    let log = SqliteLog::open(&bench.copy()).unwrap();
    let alone = verify_log(&log, &[bench.key.trusted()], &[]);
    assert!(alone.is_clean() && !alone.anchored_outside() && alone.outside_given == 0);
    assert_eq!(alone.after_last_signed(), 20);
    assert_eq!(alone.root, Some(log.head().unwrap().root));
}

#[test]
fn altered_bytes_and_altered_hashes_are_named_by_entry() {
    let bench = Bench::new();
    let flip = |sql: &Connection, number: i64| {
        sql.execute(
            "UPDATE entries SET bytes = CAST(replace(bytes, 'entry', 'entrx') AS BLOB) WHERE number = ?1",
            [number],
        )
        .unwrap();
    };
    let altered = "its bytes are not those its recorded hash was made from";
    let report = bench.report(|sql| flip(sql, 12));
    assert_problems(&report, &[&format!("entry #12: {altered}")]);
    assert_eq!(report.anchors.len(), 3, "everything else is as it was signed");
    let report = bench.report(|sql| [3, 33, 59].into_iter().for_each(|number| flip(sql, number)));
    assert_problems(&report, &["entry #3:", "entry #33:", "entry #59:"]);
    let report =
        bench.report(|sql| sql.execute_batch("UPDATE entries SET leaf = zeroblob(32) WHERE number = 12").unwrap());
    assert_problems(&report, &[&format!("entry #12: {altered}")]);
    let report = bench.report(|sql| {
        sql.execute_batch("UPDATE entries SET bytes = (SELECT bytes FROM entries WHERE number = 13) WHERE number = 12")
            .unwrap();
    });
    assert_problems(&report, &["entry #12:"]);
    let report = bench.report(|sql| {
        let long = vec![b'x'; 2 * 1024 * 1024];
        sql.execute("UPDATE entries SET bytes = ?1 WHERE number = 7", [long]).unwrap();
    });
    assert_problems(&report, &["entry #7: its bytes are missing, are not bytes, or are far too long"]);
}

#[test]
fn consistent_rewriting_is_caught_between_checkpoints() {
    let bench = Bench::new();
    let rewritten = |number| bench.report(move |sql| put(sql, number, b"{\"rewritten\":true}"));
    let head = "the head: its root is not that of the entries";
    let signed = "between entry #0 and #19: something differs from what was signed: kept checkpoint 1 for 20 entries";
    assert_problems(&rewritten(12), &[signed, "between entry #0 and #39:", "between entry #0 and #49:", head]);
    assert_problems(&rewritten(30), &["between entry #20 and #39:", "between entry #20 and #49:", head]);
    assert_problems(&rewritten(45), &["between entry #40 and #49:", head]);
    assert_problems(&rewritten(55), &[head]);

    // With a head that fits, the tail after the last checkpoint is all that can be changed, and the report says how long
    // that tail is.
    let report = bench.report(|sql| {
        let mut entries = genuine_entries();
        entries[55] = b"{\"rewritten\":true}".to_vec();
        replace_all(sql, &entries);
    });
    assert_problems(&report, &[]);
    assert_eq!(report.after_last_signed(), 10);
}

#[test]
fn dropped_swapped_doubled_and_added_entries_are_caught() {
    let bench = Bench::new();
    let run = |sql: &str| bench.report(|connection| connection.execute_batch(sql).unwrap());
    let missing = [
        "entry #12: missing from the ledger",
        "kept checkpoint 1: it covers 20 entries and cannot be matched",
        "kept checkpoint 2:",
        "outside checkpoint 1:",
    ];
    assert_problems(&run("DELETE FROM entries WHERE number = 12"), &missing);
    let report = run("DELETE FROM entries WHERE number BETWEEN 25 AND 28");
    assert_problems(&report, &["entries #25 to #28: missing", "kept checkpoint 2:", "outside checkpoint 1:"]);
    assert_eq!((report.anchors.len(), report.root), (1, None));

    let edited = |edit: fn(&mut Vec<Vec<u8>>)| {
        let mut entries = genuine_entries();
        edit(&mut entries);
        bench.report(move |sql| replace_all(sql, &entries))
    };
    let from_0 = ["between entry #0 and #19:", "between entry #0 and #39:", "between entry #0 and #49:"];
    assert_problems(&edited(|entries| drop(entries.remove(12))), &from_0);
    assert_problems(&edited(|entries| entries.swap(12, 13)), &from_0);
    assert_problems(&edited(|entries| entries.insert(13, entries[12].clone())), &from_0);
    assert_problems(&edited(|entries| entries.insert(0, b"{}".to_vec())), &from_0);
    let from_20 = ["between entry #20 and #39:", "between entry #20 and #49:"];
    assert_problems(&edited(|entries| entries.insert(30, b"{\"added\":true}".to_vec())), &from_20);
    assert_problems(
        &edited(|entries| entries[30] = b"two\nlines".to_vec()),
        &["entry #30: it holds a newline", from_20[0], from_20[1]],
    );
    let swapped_bytes = "CREATE TEMP TABLE t AS SELECT * FROM entries WHERE number IN (12, 13); \
        UPDATE entries SET bytes = (SELECT bytes FROM t WHERE t.number = 25 - entries.number) WHERE number IN (12, 13);";
    assert_problems(&run(swapped_bytes), &["entry #12:", "entry #13:"]);

    let at_end = |sql: &Connection| put(sql, 60, b"{\"added\":true}");
    assert_problems(&bench.report(at_end), &["the head: it says 60 entries and the ledger holds 61"]);
    let report = bench.report(|sql| {
        sql.execute("INSERT INTO entries SELECT -7, bytes, leaf FROM entries WHERE number = 3", []).unwrap();
    });
    assert_problems(&report, &["the storage: a row numbered -7 lies where entry #0 was expected"]);
}

#[test]
fn a_tail_cut_off_is_counted() {
    let bench = Bench::new();
    let report = bench.report(|sql| replace_all(sql, &genuine_entries()[..47]));
    let gone = "the end of the ledger: the ledger holds 47 entries but a checkpoint signed for 50 exists \
        (outside checkpoint 1): 3 entries are gone";
    assert_problems(&report, &[gone]);
    let report = bench.report(|sql| replace_all(sql, &genuine_entries()[..39]));
    assert_problems(
        &report,
        &[
            "the end of the ledger: the ledger holds 39 entries but a checkpoint signed for 40 exists \
        (kept checkpoint 2): 1 entry is gone",
            "the end of the ledger:",
        ],
    );
    let report = bench.report(|sql| sql.execute_batch("DELETE FROM entries WHERE number >= 47").unwrap());
    assert_problems(&report, &[gone, "the head: it says 60 entries and the ledger holds 47"]);
    let report = bench.report(|sql| replace_all(sql, &[]));
    assert_eq!(report.problems.len(), 3, "{:?}", report.problems);
}

#[test]
fn edited_kept_checkpoints_and_heads_are_caught() {
    let bench = Bench::new();
    let run = |sql: &str| bench.report(|connection| connection.execute_batch(sql).unwrap());
    let report = run(
        "UPDATE checkpoints SET note = replace(note, char(10) || '40' || char(10), char(10) || '41' || char(10)) WHERE number = 1",
    );
    assert_problems(&report, &["kept checkpoint 2: the signature as"]);
    assert_problems(
        &run("UPDATE checkpoints SET note = 'nonsense' WHERE number = 0"),
        &["kept checkpoint 1: it cannot be read"],
    );
    assert_problems(
        &run("DELETE FROM checkpoints WHERE number = 0"),
        &["kept checkpoint 2: it comes where checkpoint 1 is missing"],
    );
    let stranger = Checkpoint::new(
        ORIGIN.parse().unwrap(),
        LogSize::new(20),
        bench.outside.unverified().root,
        bench.outside.unverified().lines,
    );
    let note = stranger.sign(&key()).to_string();
    let report = bench.report(|sql| {
        sql.execute("UPDATE checkpoints SET note = ?1 WHERE number = 0", [note]).unwrap();
    });
    assert_problems(&report, &["kept checkpoint 1: no trusted key signed the checkpoint"]);
    assert_problems(
        &run("UPDATE head SET peaks = zeroblob(length(peaks))"),
        &["the head: its root is not that of the entries"],
    );
    assert_problems(&run("UPDATE head SET peaks = x''"), &["the head: the peaks in its head do not fit its size"]);
    assert_problems(&run("DELETE FROM head"), &["the head: its head cannot be read"]);
}

#[test]
fn a_checkpoint_whose_two_commitments_disagree_is_named() {
    let bench = Bench::new();
    let log = SqliteLog::open(&bench.copy()).unwrap();
    let genuine = Checkpoint::take(&log, ORIGIN.parse().unwrap()).unwrap();
    let wrong = Checkpoint::new(genuine.origin.clone(), genuine.size, genuine.root, bench.outside.unverified().lines);
    let report = verify_log(&log, &[bench.key.trusted()], &[bench.outside.clone(), wrong.sign(&bench.key)]);
    assert_problems(
        &report,
        &["outside checkpoint 2: its root is that of the entries, but its digest of their lines is not"],
    );
}

#[test]
fn what_was_done_to_the_file_itself_is_said() {
    let bench = Bench::new();
    let path = bench.copy();
    let sql = Connection::open(&path).unwrap();
    sql.execute_batch("DROP TRIGGER entries_stay; CREATE TABLE extra (x); DROP TRIGGER head_grows; CREATE TRIGGER head_grows AFTER UPDATE ON head BEGIN SELECT 1; END").unwrap();
    drop(sql);
    let report = verify_log(&SqliteLog::open(&path).unwrap(), &[bench.key.trusted()], &[]);
    assert_problems(
        &report,
        &[
            "the storage: `entries_stay` is missing from the file",
            "the storage: `head_grows` in the file is not as it was made",
            "the storage: `extra` was added to the file",
        ],
    );
}

#[test]
fn a_history_rewritten_with_the_key_is_caught_by_what_was_kept_elsewhere() {
    let bench = Bench::new();
    let path = bench.folder.path().join("rewritten");
    let log = SqliteLog::create(&path).unwrap();
    log.append(LogSize::EMPTY, &[b"{\"rewritten\":true}".to_vec()]).unwrap();
    for size in [20, 40, 60] {
        grow(&log, size);
        log.keep_checkpoint(checkpoint(&log, &bench.key).as_str()).unwrap();
    }
    let keys = [bench.key.trusted()];
    let alone = verify_log(&log, &keys, &[]);
    assert!(alone.is_clean() && !alone.anchored_outside(), "by itself a rewritten ledger is clean, and says so");
    let report = verify_log(&log, &keys, std::slice::from_ref(&bench.outside));
    assert_problems(
        &report,
        &["between entry #40 and #49: something differs from what was signed: outside checkpoint 1"],
    );
    assert!(!report.anchored_outside());

    let other = Checkpoint::take(&log, "southmoor.gov.uk".parse().unwrap()).unwrap().sign(&bench.key);
    let report = verify_log(&log, &keys, &[other]);
    let named = report.problems.iter().all(|problem| problem.to_string().contains("southmoor.gov.uk"));
    assert!(!report.is_clean() && named, "a checkpoint of another ledger is not compared: {:?}", report.problems);
}

#[test]
fn a_byte_flipped_anywhere_in_the_file_is_caught_or_changed_nothing() {
    let bench = Bench::new();
    let path = bench.copy();
    let genuine = fs::read(&path).unwrap();
    let at = genuine
        .windows(12)
        .position(|window| window == &entry(12)[11..23])
        .expect("the entry lies in the file as it is");
    let mut positions: Vec<usize> = (0..genuine.len()).step_by(137).collect();
    positions.push(at);
    let mut caught = 0;
    for position in positions {
        let mut bytes = genuine.clone();
        bytes[position] ^= 0x10;
        let path = bench.copy();
        fs::write(&path, &bytes).unwrap();
        let Ok(log) = SqliteLog::open_read_only(&path) else {
            caught += 1;
            continue;
        };
        let report = verify_log(&log, &[bench.key.trusted()], std::slice::from_ref(&bench.outside));
        if report.is_clean() {
            assert_eq!(
                log.read(EntryNumber::new(0), 100).unwrap(),
                genuine_entries(),
                "byte {position} went unnoticed"
            );
        } else {
            caught += 1;
        }
        if position == at {
            assert_problems(&report, &["entry #12:"]);
        }
    }
    assert!(caught > 30, "only {caught} of the flips were seen");
}
