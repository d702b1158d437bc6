//! What the other tests stand on: small ledgers with keys and checkpoints, and a loud way to skip.

use portreeve_ledger::{Checkpoint, Log, SignedCheckpoint, SigningKey};
use portreeve_model::LogSize;
use std::io::Write as _;

/// The name of every ledger here.
pub(crate) const ORIGIN: &str = "northmoor.gov.uk/compliance";

pub(crate) fn key() -> SigningKey {
    SigningKey::generate("test").unwrap()
}

/// A small entry that says its own number.
pub(crate) fn entry(number: u64) -> Vec<u8> {
    format!("{{\"format\":1,\"entry\":{number}}}").into_bytes()
}

/// Appends entries until the log holds `size`.
pub(crate) fn grow(log: &dyn Log, size: u64) {
    let head = log.head().unwrap();
    let entries: Vec<Vec<u8>> = (head.size.count()..size).map(entry).collect();
    assert_eq!(log.append(head.size, &entries).unwrap().size, LogSize::new(size));
}

/// A signed checkpoint of all the log holds.
pub(crate) fn checkpoint(log: &dyn Log, key: &SigningKey) -> SignedCheckpoint {
    Checkpoint::take(log, ORIGIN.parse().unwrap()).unwrap().sign(key)
}

/// Says loudly that a test did not run, and fails if the environment variable `required` is set.
pub(crate) fn skipped(why: &str, required: &str) {
    // Not through a print macro: the test harness would keep that to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
    let is_required = std::env::var_os(required).is_some_and(|value| !value.is_empty() && value != "0");
    assert!(!is_required, "{required} is set, so this may not be skipped: {why}");
}
