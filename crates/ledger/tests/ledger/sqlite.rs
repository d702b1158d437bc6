//! The ledger file: created once, opened only if it is one, and refusing to forget.

use std::fs;

use portreeve_ledger::{AppendError, Log, LogError, SqliteLog, verify_log};
use portreeve_model::{EntryNumber, LogSize};
use rusqlite::Connection;

use crate::bench::{checkpoint, entry, grow, key};

#[test]
fn creating_never_opens_and_opening_never_creates() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.ledger");
    for open in [SqliteLog::open, SqliteLog::open_read_only] {
        let error = open(&path).unwrap_err();
        assert!(matches!(error, LogError::Missing { .. }), "{error:?}");
        assert!(!path.exists(), "opening leaves nothing behind");
    }
    grow(&SqliteLog::create(&path).unwrap(), 3);
    assert!(matches!(SqliteLog::create(&path), Err(LogError::Exists { .. })));
    assert_eq!(SqliteLog::open(&path).unwrap().head().unwrap().size, LogSize::new(3), "and what was there is unharmed");
    let nowhere = folder.path().join("no such folder").join("register.ledger");
    assert!(matches!(SqliteLog::create(&nowhere), Err(LogError::Storage { .. })));
    assert!(matches!(SqliteLog::open(folder.path()), Err(LogError::Storage { .. })), "a folder is no ledger");
}

#[test]
fn what_is_not_a_ledger_of_this_version_is_refused_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let refusal = || SqliteLog::open(&path).unwrap_err().to_string();
    fs::write(&path, b"").unwrap();
    assert!(refusal().contains("interrupted"), "{}", refusal());
    fs::write(&path, "not a database at all, but long enough to have had a header".repeat(9)).unwrap();
    assert!(refusal().contains("not an SQLite file"), "{}", refusal());
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(refusal().contains("some other program"), "{}", refusal());
    fs::remove_file(&path).unwrap();
    SqliteLog::create(&path).unwrap();
    for (format, expected) in [(2, "newer version"), (0, "never written"), (-1, "never written")] {
        Connection::open(&path).unwrap().pragma_update(None, "user_version", format).unwrap();
        assert!(refusal().contains(expected), "{}", refusal());
    }
}

#[test]
fn a_reader_cannot_write_and_sees_what_is_appended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.ledger");
    let log = SqliteLog::create(&path).unwrap();
    let reader = SqliteLog::open_read_only(&path).unwrap();
    grow(&log, 2);
    assert_eq!(reader.head().unwrap(), log.head().unwrap());
    let refused = reader.append(LogSize::new(2), &[entry(2)]);
    assert!(matches!(refused, Err(AppendError::Failed(LogError::ReadOnly { .. }))));
    assert!(matches!(reader.keep_checkpoint(checkpoint(&log, &key()).as_str()), Err(LogError::ReadOnly { .. })));
    assert_eq!(log.head().unwrap().size, LogSize::new(2));
}

#[test]
fn plain_sql_cannot_change_what_was_appended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.ledger");
    let log = SqliteLog::create(&path).unwrap();
    grow(&log, 4);
    log.keep_checkpoint(checkpoint(&log, &key()).as_str()).unwrap();
    let sql = Connection::open(&path).unwrap();
    let row = "(bytes, leaf, number) VALUES (x'00', zeroblob(32)";
    let attempts = [
        "UPDATE entries SET bytes = x'00' WHERE number = 1".to_owned(),
        "DELETE FROM entries WHERE number = 3".to_owned(),
        format!("INSERT INTO entries {row}, 9)"),
        format!("INSERT INTO entries {row}, -1)"),
        format!("INSERT OR REPLACE INTO entries {row}, 1)"),
        "UPDATE checkpoints SET note = ''".to_owned(),
        "DELETE FROM checkpoints".to_owned(),
        "INSERT OR REPLACE INTO checkpoints VALUES (0, '')".to_owned(),
        "UPDATE head SET size = 3".to_owned(),
        "UPDATE head SET peaks = x''".to_owned(),
        "DELETE FROM head".to_owned(),
        "INSERT INTO head VALUES (2, 0, x'')".to_owned(),
        "INSERT OR REPLACE INTO head VALUES (1, 0, x'')".to_owned(),
    ];
    for attempt in attempts {
        let refused = sql.execute(&attempt, []).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{attempt}: {refused}");
    }
    // What follows is allowed by the triggers and is no entry: the head does not know it.
    sql.execute(&format!("INSERT INTO entries {row}, 4)"), []).unwrap();
    assert!(matches!(log.head(), Err(LogError::Damaged { .. })));
    assert!(matches!(log.append(LogSize::new(4), &[entry(4)]), Err(AppendError::Failed(LogError::Damaged { .. }))));
}

#[test]
fn the_file_is_durable_and_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.ledger");
    let log = SqliteLog::create(&path).unwrap();
    grow(&log, 1);
    let sql = Connection::open(&path).unwrap();
    let ask = |pragma| sql.pragma_query_value(None, pragma, |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    assert_eq!(ask("journal_mode"), "wal".to_owned().into());
    assert_eq!(ask("application_id"), 0x5052_5452_i64.into());
    assert_eq!(ask("user_version"), 1_i64.into());
    let lax: i64 = sql
        .query_row(
            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%' AND strict = 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(lax, 0, "every table is strict");
}

#[test]
fn a_ledger_at_rest_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("register.ledger"), folder.path().join("copy.ledger"));
    let log = SqliteLog::create(&path).unwrap();
    let reader = SqliteLog::open_read_only(&path).unwrap();
    grow(&log, 30);
    assert_eq!(reader.head().unwrap().size, LogSize::new(30));
    drop(reader);
    drop(log);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the file");
    fs::copy(&path, &copy).unwrap();
    assert_eq!(SqliteLog::open_read_only(&copy).unwrap().head().unwrap().size, LogSize::new(30));
}

#[test]
fn a_damaged_entry_is_never_read_as_if_it_were_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("register.ledger");
    grow(&SqliteLog::create(&path).unwrap(), 5);
    let sql = Connection::open(&path).unwrap();
    sql.execute_batch("DROP TRIGGER entries_stay; UPDATE entries SET bytes = x'7b7d' WHERE number = 3").unwrap();
    let log = SqliteLog::open(&path).unwrap();
    assert_eq!(log.read(EntryNumber::new(0), 3).unwrap().len(), 3);
    let error = log.read(EntryNumber::new(0), 9).unwrap_err().to_string();
    assert!(error.contains("entry #3"), "{error}");
    sql.execute_batch("DROP TRIGGER entries_remain; DELETE FROM entries WHERE number = 3").unwrap();
    let error = log.read(EntryNumber::new(2), 9).unwrap_err().to_string();
    assert!(error.contains("entry #3 is missing"), "{error}");
}

/// An append would take such a page for a free one, and write over what is there.
#[test]
fn pages_that_are_counted_wrong_are_found_before_they_are_used() {
    let (folder, key) = (tempfile::tempdir().unwrap(), key());
    let path = folder.path().join("ledger");
    let log = SqliteLog::create(&path).unwrap();
    log.append(LogSize::EMPTY, &[b"a".to_vec()]).unwrap();
    log.keep_checkpoint(checkpoint(&log, &key).as_str()).unwrap();
    drop(log);
    let seen = || verify_log(&SqliteLog::open_read_only(&path).unwrap(), &[key.trusted()], &[]).problems.len();
    assert_eq!(seen(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    // How many pages are free (SQLite file format, §1.3.9).
    bytes[39] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(seen(), 1);
}
