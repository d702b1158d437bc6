//! Both logs of this crate do what every log must.

use portreeve_ledger::conformance::{Fault, FaultyLog, Subject, run};
use portreeve_ledger::{AppendError, Log, MemoryLog, SqliteLog};
use portreeve_model::LogSize;

#[test]
fn a_log_in_memory_conforms() {
    run(&|| Subject { log: Box::new(MemoryLog::new()), reopen: None });
}

#[test]
fn a_log_in_a_file_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let count = std::sync::atomic::AtomicU32::new(0);
    run(&|| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = folder.path().join(format!("{number}.ledger"));
        let log = Box::new(SqliteLog::create(&path).unwrap());
        Subject { log, reopen: Some(Box::new(move || Box::new(SqliteLog::open(&path).unwrap()))) }
    });
    assert!(count.into_inner() >= 10, "every part of the suite had a log of its own");
}

#[test]
fn a_log_that_fails_on_purpose_fails_once_and_as_told() {
    let log = FaultyLog::new(MemoryLog::new());
    let batch = [b"a".to_vec()];
    for (fault, kept) in
        [(Fault::Fails, 0), (Fault::LostAndUnknown, 0), (Fault::KeptButUnknown, 1), (Fault::Overtaken(b"b"), 2)]
    {
        let before = log.head().unwrap().size;
        log.fail_next(fault);
        let answer = log.append(before, &batch);
        match fault {
            Fault::Fails => assert!(matches!(answer, Err(AppendError::Failed(_)))),
            Fault::Overtaken(_) => assert!(matches!(answer, Err(AppendError::Conflict { .. }))),
            Fault::KeptButUnknown | Fault::LostAndUnknown => assert!(matches!(answer, Err(AppendError::Unknown(_)))),
        }
        assert_eq!(log.head().unwrap().size, LogSize::new(kept), "{fault:?}");
    }
    assert!(log.append(LogSize::new(2), &batch).is_ok(), "only the next append goes wrong");
}
