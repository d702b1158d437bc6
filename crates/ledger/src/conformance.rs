//! What every log must do, as a function that any storage can be put through, and a log that fails on purpose.
//!
//! It must never be used outside tests: where a log does not conform, it panics and says which promise was broken.

use std::fmt::Debug;
use std::sync::Mutex;

use portreeve_model::{Digest, EntryNumber, LogSize};

use crate::merkle::{empty_root, leaf_hash, root_of};
use crate::{
    AppendError, BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, BadEntry, Checkpoint, ENTRY_BYTES_MAX, Head, Log, LogError,
    Origin, READ_BYTES_MAX, SigningKey, Stored, each_entry, leaf_hashes, verify_log,
};

/// A new, empty log for one part of the suite, and a way to get another hold of the same log where the storage has one:
/// a second process would, and so would a restart.
pub struct Subject {
    /// The log.
    pub log: Box<dyn Log>,
    /// Opens the same log again, if that means anything for this storage.
    pub reopen: Option<Box<dyn Fn() -> Box<dyn Log> + Send + Sync>>,
}

/// Puts the logs that `make` makes through everything the [`Log`] trait promises.
///
/// # Panics
/// When a promise is broken.
pub fn run(make: &dyn Fn() -> Subject) {
    an_empty_log_has_the_empty_root(&make());
    what_was_appended_is_read_back_exactly(&make());
    short_batches_are_not_the_end(&make());
    an_append_that_is_late_is_told_so(&make());
    appending_nothing_changes_nothing(&make());
    what_cannot_be_kept_is_refused_whole(&make());
    two_writers_racing_never_interleave_or_lose(&make());
    readers_see_whole_appends_while_a_writer_writes(&make());
    checkpoints_are_kept_in_order_and_once(&make());
    a_log_opened_again_is_the_same_log(&make());
}

fn an_empty_log_has_the_empty_root(subject: &Subject) {
    let log = &*subject.log;
    assert_eq!(must(log.head()), Head { size: LogSize::EMPTY, root: empty_root() });
    assert!(must(log.read(EntryNumber::new(0), 10)).is_empty(), "an empty log has nothing to read");
    assert!(must(log.checkpoints()).is_empty(), "an empty log keeps no checkpoints");
    assert!(verify_log(log, &[], &[]).is_clean(), "an empty log verifies");
}

fn what_was_appended_is_read_back_exactly(subject: &Subject) {
    let log = &*subject.log;
    let entries: Vec<Vec<u8>> = vec![
        b"{\"kind\":\"opened\"}".to_vec(),
        Vec::new(),
        vec![0x00, 0xff, 0x0d, 0x1b],
        "Ledger of Northmoor \u{2014} \u{fffd}".into(),
        b"'; DROP TABLE entries; --".to_vec(),
        vec![b'x'; 70_000],
    ];
    let mut size = LogSize::EMPTY;
    for split in [1, 3, 6] {
        let from = usize::try_from(size.count()).unwrap_or(usize::MAX);
        let head = must(log.append(size, &entries[from..split]));
        let leaves: Vec<Digest> = entries[..split].iter().map(|entry| leaf_hash(entry)).collect();
        assert_eq!(head.root, root_of(&leaves), "the root is that of RFC 6962");
        assert_eq!(must(log.head()), head, "the head is the one append answered with");
        size = head.size;
    }
    assert_eq!(must(log.read(EntryNumber::new(0), 100)), entries);
    assert_eq!(must(log.read(EntryNumber::new(2), 3)), entries[2..5], "a read starts and stops where it is told");
    assert!(must(log.read(EntryNumber::new(2), 0)).is_empty());
    for beyond in [6, 7, u64::MAX] {
        assert!(must(log.read(EntryNumber::new(beyond), u32::MAX)).is_empty(), "nothing lies beyond the end");
    }
    assert_eq!(must(leaf_hashes(log, size)).len(), entries.len());
    assert!(verify_log(log, &[], &[]).is_clean());
}

fn short_batches_are_not_the_end(subject: &Subject) {
    let log = &*subject.log;
    let long: Vec<Vec<u8>> = (0_u8..12).map(|letter| vec![b'a' + letter; ENTRY_BYTES_MAX]).collect();
    let head = must(log.append(LogSize::EMPTY, &long));
    let batch = must(log.read(EntryNumber::new(0), 12));
    let bytes: usize = batch.iter().map(Vec::len).sum();
    assert!(!batch.is_empty() && bytes <= READ_BYTES_MAX, "a read is bounded in bytes and never empty before the end");
    let mut seen = Vec::new();
    must(each_entry(log, EntryNumber::new(0), head.size, |number, entry| {
        seen.push((number.index(), entry[0]));
        Ok::<(), LogError>(())
    }));
    assert_eq!(seen, (0..12).zip(b'a'..).collect::<Vec<_>>(), "reading on reaches every entry");
    let too_many = each_entry(log, EntryNumber::new(0), LogSize::new(13), |_, _| Ok::<(), LogError>(()));
    assert!(matches!(too_many, Err(LogError::Damaged { .. })), "a log that ends early is not taken for a short one");
}

fn an_append_that_is_late_is_told_so(subject: &Subject) {
    let log = &*subject.log;
    let head = must(log.append(LogSize::EMPTY, &[b"a".to_vec(), b"b".to_vec()]));
    for wrong in [0, 1, 3, u64::MAX] {
        match log.append(LogSize::new(wrong), &[b"c".to_vec()]) {
            Err(AppendError::Conflict { holds }) => assert_eq!(holds, head.size, "a conflict says how many it holds"),
            other => panic!("appending at {wrong} to a log of 2 answered {other:?}"),
        }
    }
    assert_eq!(must(log.head()), head, "a conflict changes nothing");
}

fn appending_nothing_changes_nothing(subject: &Subject) {
    let log = &*subject.log;
    assert_eq!(must(log.append(LogSize::EMPTY, &[])).root, empty_root());
    let head = must(log.append(LogSize::EMPTY, &[b"a".to_vec()]));
    assert_eq!(must(log.append(head.size, &[])), head);
    let late = log.append(LogSize::EMPTY, &[]);
    assert!(matches!(late, Err(AppendError::Conflict { .. })), "even nothing is late at the wrong size");
}

fn what_cannot_be_kept_is_refused_whole(subject: &Subject) {
    let log = &*subject.log;
    let head = must(log.append(LogSize::EMPTY, &[vec![b'x'; ENTRY_BYTES_MAX]]));
    let refused = |entries: &[Vec<u8>]| match log.append(head.size, entries) {
        Err(AppendError::Refused(bad)) => bad,
        other => panic!("a bad batch was answered with {other:?}"),
    };
    let good = b"good".to_vec();
    assert_eq!(refused(&[good.clone(), b"two\nlines".to_vec()]), BadEntry::Newline { position: 1, offset: 3 });
    assert_eq!(refused(&[b"line\n".to_vec()]), BadEntry::Newline { position: 0, offset: 4 });
    let too_long = vec![b'x'; ENTRY_BYTES_MAX + 1];
    assert!(matches!(refused(&[good.clone(), too_long]), BadEntry::TooLong { position: 1, .. }));
    assert!(matches!(refused(&vec![Vec::new(); BATCH_ENTRIES_MAX + 1]), BadEntry::TooMany { .. }));
    let longest = BATCH_BYTES_MAX / ENTRY_BYTES_MAX;
    let mut too_much = vec![vec![b'x'; ENTRY_BYTES_MAX]; longest];
    too_much.push(good.clone());
    assert!(matches!(refused(&too_much), BadEntry::TooMuch { .. }));
    assert_eq!(must(log.head()), head, "a refused batch leaves nothing behind, not even its good entries");
    must(log.append(head.size, &[good]));
}

fn two_writers_racing_never_interleave_or_lose(subject: &Subject) {
    const WRITERS: u8 = 3;
    const ROUNDS: u8 = 8;
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let own = subject.reopen.as_ref().map(|reopen| reopen());
                let log = own.as_deref().unwrap_or(&*subject.log);
                let mut size = must(log.head()).size;
                for round in 0..ROUNDS {
                    let pair = [vec![writer, round + 100, 0], vec![writer, round + 100, 1]];
                    size = loop {
                        match log.append(size, &pair) {
                            Ok(head) => break head.size,
                            Err(AppendError::Conflict { holds }) => size = holds,
                            Err(error) => panic!("a race was answered with {error:?}"),
                        }
                    };
                }
            });
        }
    });
    let log = &*subject.log;
    let entries = must(log.read(EntryNumber::new(0), 1000));
    assert_eq!(entries.len(), usize::from(WRITERS) * usize::from(ROUNDS) * 2, "nothing is lost and nothing doubled");
    assert!(
        entries.chunks(2).all(|pair| pair[0][..2] == pair[1][..2] && (pair[0][2], pair[1][2]) == (0, 1)),
        "what was appended together lies together"
    );
    for writer in 0..WRITERS {
        let rounds = entries.iter().filter(|entry| entry[0] == writer && entry[2] == 0).map(|entry| entry[1]);
        assert!(rounds.eq(100..100 + ROUNDS), "each writer's entries lie in the order it wrote them");
    }
    assert!(verify_log(log, &[], &[]).is_clean());
}

fn readers_see_whole_appends_while_a_writer_writes(subject: &Subject) {
    const BATCH: u64 = 5;
    let done = Mutex::new(false);
    let writing = || !*done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let own = subject.reopen.as_ref().map(|reopen| reopen());
                let log = own.as_deref().unwrap_or(&*subject.log);
                let mut last = 0;
                while writing() {
                    let head = must(log.head());
                    let size = head.size.count();
                    assert!(size >= last && size.is_multiple_of(BATCH), "a reader saw half an append: {size} entries");
                    let leaves = must(leaf_hashes(log, head.size));
                    assert_eq!(root_of(&leaves), head.root, "a head always fits the entries below it");
                    last = size;
                }
                assert!(verify_log(log, &[], &[]).is_clean());
            });
        }
        let mut size = LogSize::EMPTY;
        for round in 0_u8..12 {
            let batch: Vec<Vec<u8>> = (0_u8..5).map(|entry| vec![round + 100, entry + 100]).collect();
            size = must(subject.log.append(size, &batch)).size;
        }
        *done.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = true;
    });
}

fn checkpoints_are_kept_in_order_and_once(subject: &Subject) {
    let log = &*subject.log;
    let key = must(SigningKey::generate("conformance"));
    let origin: Origin = must("conformance.example".parse());
    let mut notes = Vec::new();
    let mut head = must(log.head());
    for entry in [b"a", b"b", b"c"] {
        head = must(log.append(head.size, &[entry.to_vec()]));
        let signed = must(Checkpoint::take(log, origin.clone())).sign(&key);
        must(log.keep_checkpoint(signed.as_str()));
        must(log.keep_checkpoint(signed.as_str()));
        notes.push(signed);
    }
    let texts: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert_eq!(must(log.checkpoints()), texts, "oldest first, each once");
    let claim = notes[2].unverified();
    let lines = claim.lines;
    let too_far = Checkpoint::new(origin.clone(), LogSize::new(4), head.root, lines).sign(&key);
    let other_root = Checkpoint::new(origin, head.size, empty_root(), lines).sign(&key);
    for refused in [too_far.as_str(), other_root.as_str(), "", "no checkpoint\n"] {
        let answer = log.keep_checkpoint(refused);
        assert!(matches!(answer, Err(LogError::CheckpointRefused { .. })), "{refused:?} was answered with {answer:?}");
    }
    assert_eq!(must(log.checkpoints()).len(), 3, "what was refused is not kept");
    let report = verify_log(log, &[key.trusted()], &notes);
    assert!(report.is_clean() && report.anchored_outside() && report.after_last_signed() == 0, "{report:?}");
}

fn a_log_opened_again_is_the_same_log(subject: &Subject) {
    let Some(reopen) = &subject.reopen else { return };
    let entries = [b"a".to_vec(), b"b".to_vec(), b"c".to_vec()];
    let head = must(subject.log.append(LogSize::EMPTY, &entries));
    let again = reopen();
    assert_eq!(must(again.head()), head);
    assert_eq!(must(again.read(EntryNumber::new(0), 10)), entries);
    let later = must(again.append(head.size, &[b"d".to_vec()]));
    assert_eq!(must(subject.log.head()), later, "either hold sees what the other appended");
    assert!(verify_log(&*again, &[], &[]).is_clean());
}

fn must<T, E: Debug>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("this should have worked, and answered {error:?}"),
    }
}

/// What a [`FaultyLog`] does with its next append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is kept, and the answer says so.
    Fails,
    /// The entries are kept, and the answer is that nobody knows.
    KeptButUnknown,
    /// Nothing is kept, and the answer is that nobody knows.
    LostAndUnknown,
    /// Somebody else appends these bytes first.
    Overtaken(&'static [u8]),
}

/// A log that does as the one inside it, except that the next append can be made to fail in a chosen way: what a caller
/// must survive and no healthy storage shows.
pub struct FaultyLog<L> {
    inner: L,
    next: Mutex<Option<Fault>>,
}

impl<L: Log> FaultyLog<L> {
    /// Wraps a log that works.
    pub const fn new(inner: L) -> FaultyLog<L> {
        FaultyLog { inner, next: Mutex::new(None) }
    }

    /// Makes the next append go wrong, once.
    pub fn fail_next(&self, fault: Fault) {
        *self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(fault);
    }

    /// The log inside.
    pub const fn inner(&self) -> &L {
        &self.inner
    }
}

impl<L: Log> Log for FaultyLog<L> {
    fn head(&self) -> Result<Head, LogError> {
        self.inner.head()
    }

    fn read(&self, start: EntryNumber, limit: u32) -> Result<Vec<Vec<u8>>, LogError> {
        self.inner.read(start, limit)
    }

    fn append(&self, expected: LogSize, entries: &[Vec<u8>]) -> Result<Head, AppendError> {
        let fault = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let failure = || LogError::storage("reach the storage", "a fault made on purpose");
        match fault {
            None => self.inner.append(expected, entries),
            Some(Fault::Fails) => Err(AppendError::Failed(failure())),
            Some(Fault::LostAndUnknown) => Err(AppendError::Unknown(failure())),
            Some(Fault::KeptButUnknown) => {
                self.inner.append(expected, entries)?;
                Err(AppendError::Unknown(failure()))
            }
            Some(Fault::Overtaken(bytes)) => {
                self.inner.append(expected, &[bytes.to_vec()])?;
                self.inner.append(expected, entries)
            }
        }
    }

    fn keep_checkpoint(&self, note: &str) -> Result<(), LogError> {
        self.inner.keep_checkpoint(note)
    }

    fn checkpoints(&self) -> Result<Vec<String>, LogError> {
        self.inner.checkpoints()
    }

    fn audit(&self, visit: &mut dyn FnMut(Stored<'_>)) -> Result<(), LogError> {
        self.inner.audit(visit)
    }
}
