//! Verification: everything a ledger holds is computed again from the stored bytes and compared with everything that was
//! ever signed over it.
//!
//! It must never trust anything the storage says about itself, stop at the first contradiction, or need memory that grows
//! with the number of entries.

mod expectations;
mod report;

pub use report::{Anchor, PROBLEMS_MAX, Place, Problem, Report, Source};

use portreeve_model::{Digest, EntryNumber, LogSize};

use crate::merkle::{Frontier, leaf_hash};
use crate::{Head, LineHasher, Log, SignedCheckpoint, Stored, TrustedKey};
use expectations::{Expectation, Expectations};

/// Verifies a whole log against the checkpoints it keeps and those in `outside`, which the reader got from elsewhere: a
/// pack, minutes, another council. Only `keys` may vouch for this ledger.
///
/// The answer is always a report. If the storage fails on the way, that is one of its problems.
pub fn verify_log(log: &dyn Log, keys: &[TrustedKey], outside: &[SignedCheckpoint]) -> Report {
    let mut audit = Audit::new(keys, outside);
    if let Err(error) = log.audit(&mut |stored| audit.see(stored)) {
        let what = match std::error::Error::source(&error) {
            Some(cause) => format!("reading stopped: {error}: {cause}"),
            None => format!("reading stopped: {error}"),
        };
        let place = if audit.next == 0 { Place::Storage } else { Place::After(EntryNumber::new(audit.next - 1)) };
        audit.report.add(place, what);
    }
    audit.finish()
}

/// A verification under way.
struct Audit<'k> {
    keys: &'k [TrustedKey],
    report: Report,
    head: Option<Head>,
    next_checkpoint: i64,
    expectations: Expectations,
    /// The number the next entry must have.
    next: u64,
    /// The first number that is missing: from there on the tree cannot be computed.
    gap: Option<u64>,
    /// Over hashes computed from the stored bytes.
    computed: Frontier,
    /// Over the hashes stored beside them. Where only this one leads to a signed root, exactly the entries whose bytes do
    /// not fit their stored hash were altered, and no other.
    recorded: Frontier,
    /// Nothing once an entry had no bytes to hash.
    lines: Option<LineHasher>,
}

impl<'k> Audit<'k> {
    fn new(keys: &'k [TrustedKey], outside: &[SignedCheckpoint]) -> Audit<'k> {
        let mut audit = Audit {
            keys,
            report: Report::new(outside.len()),
            head: None,
            next_checkpoint: 0,
            expectations: Expectations::new(),
            next: 0,
            gap: None,
            computed: Frontier::empty(),
            recorded: Frontier::empty(),
            lines: Some(LineHasher::new()),
        };
        for (position, checkpoint) in (1..).zip(outside) {
            audit.hold_to(Source::Outside(position), checkpoint);
        }
        audit
    }

    fn see(&mut self, stored: Stored<'_>) {
        match stored {
            Stored::Oddity(what) => self.report.add(Place::Storage, what),
            Stored::Head(Ok(head)) => self.head = Some(head),
            Stored::Head(Err(what)) => self.report.add(Place::Head, what),
            Stored::Checkpoint { number, note } => self.see_checkpoint(number, note),
            Stored::Entry { number, bytes, leaf } => self.see_entry(number, bytes, leaf),
        }
    }

    fn see_checkpoint(&mut self, number: i64, note: Option<&str>) {
        let position = u64::try_from(number).ok().and_then(|number| number.checked_add(1)).unwrap_or(0);
        let source = Source::Kept(position);
        if number != self.next_checkpoint {
            let missing = self.next_checkpoint.saturating_add(1);
            self.report.add(Place::Checkpoint(source), format!("it comes where checkpoint {missing} is missing"));
        }
        self.next_checkpoint = number.saturating_add(1);
        match note.map(SignedCheckpoint::parse) {
            Some(Ok(checkpoint)) => self.hold_to(source, &checkpoint),
            Some(Err(error)) => self.report.add(Place::Checkpoint(source), format!("it cannot be read: {error}")),
            None => self.report.add(Place::Checkpoint(source), "it is missing, is not a text, or is far too long"),
        }
    }

    /// Notes what a checkpoint demands, if it can be believed at all.
    fn hold_to(&mut self, source: Source, checkpoint: &SignedCheckpoint) {
        match checkpoint.verify(self.keys) {
            Ok(claim) => {
                if let Some(origin) = self.expectations.other_origin(claim) {
                    let what = format!("it is of the ledger `{}` and others are of `{origin}`", claim.origin);
                    return self.report.add(Place::Checkpoint(source), what);
                }
                self.expectations.add(Expectation { source, claim: claim.clone() });
            }
            Err(error) => self.report.add(Place::Checkpoint(source), error.to_string()),
        }
    }

    fn see_entry(&mut self, number: i64, bytes: Option<&[u8]>, leaf: Option<Digest>) {
        self.meet_expectations();
        let Some(found) = u64::try_from(number).ok().filter(|found| *found >= self.next) else {
            let what = format!("a row numbered {number} lies where entry #{} was expected", self.next);
            return self.report.add(Place::Storage, what);
        };
        if found > self.next {
            let place = if found - self.next == 1 {
                Place::Entry(EntryNumber::new(self.next))
            } else {
                Place::Entries(EntryNumber::new(self.next), EntryNumber::new(found - 1))
            };
            self.report.add(place, "missing from the ledger");
            self.gap = self.gap.or(Some(self.next));
        }
        let entry = EntryNumber::new(found);
        self.next = found.saturating_add(1);
        let computed = bytes.map(leaf_hash);
        match (computed, leaf) {
            (None, _) => {
                self.report.add(Place::Entry(entry), "its bytes are missing, are not bytes, or are far too long")
            }
            (Some(_), None) => self.report.add(Place::Entry(entry), "its recorded hash is missing or is no hash"),
            (Some(computed), Some(recorded)) if computed != recorded => {
                self.report.add(Place::Entry(entry), "its bytes are not those its recorded hash was made from");
            }
            _ => {}
        }
        if bytes.is_some_and(|bytes| bytes.contains(&b'\n')) {
            self.report.add(Place::Entry(entry), "it holds a newline, which no entry can");
        }
        match (self.lines.as_mut(), bytes) {
            (Some(lines), Some(bytes)) => lines.push(bytes),
            _ => self.lines = None,
        }
        // Either hash stands in for the other where one is unusable; it is named above in any case.
        if let Some(hash) = computed.or(leaf) {
            self.computed.push(hash);
            self.recorded.push(leaf.unwrap_or(hash));
        } else {
            self.gap = self.gap.or(Some(found));
        }
    }

    /// Compares every checkpoint for exactly the entries seen so far.
    fn meet_expectations(&mut self) {
        while let Some(Expectation { source, claim }) = self.expectations.due(self.next) {
            if let Some(gap) = self.gap {
                let what =
                    format!("it covers {} entries and cannot be matched, because entry #{gap} is missing", claim.size);
                self.report.add(Place::Checkpoint(source), what);
                continue;
            }
            let matched = Anchor { source, size: claim.size };
            if self.computed.root() == claim.root {
                if self.lines.as_ref().is_some_and(|lines| lines.digest() != claim.lines) {
                    let what =
                        "its root is that of the entries, but its digest of their lines is not: it was signed wrongly";
                    self.report.add(Place::Checkpoint(source), what);
                }
                self.report.anchored(matched);
            } else if self.recorded.root() == claim.root {
                // The entries that differ from their recorded hashes are named already, and all else is as signed.
                self.report.anchored(matched);
            } else {
                let (first, last) = (self.report.sound_up_to(), claim.size.count().saturating_sub(1));
                let place = Place::Between(EntryNumber::new(first.min(last)), EntryNumber::new(last));
                let what = format!("something differs from what was signed: {source} for {} entries", claim.size);
                self.report.add(place, what);
            }
        }
    }

    fn finish(mut self) -> Report {
        self.meet_expectations();
        for Expectation { source, claim } in self.expectations.left() {
            let (holds, gone) = (self.next, claim.size.count() - self.next);
            let (entries, are) = if gone == 1 { ("entry", "is") } else { ("entries", "are") };
            let what = format!(
                "the ledger holds {holds} entries but a checkpoint signed for {} exists ({source}): \
                 {gone} {entries} {are} gone",
                claim.size
            );
            self.report.add(Place::End, what);
        }
        self.compare_head();
        self.report.size = LogSize::new(self.next);
        if let Some(lines) = self.lines.as_ref().filter(|_| self.gap.is_none()) {
            self.report.root = Some(self.computed.root());
            self.report.lines = Some(lines.digest());
        }
        self.report
    }

    fn compare_head(&mut self) {
        let Some(head) = self.head else { return };
        if head.size.count() != self.next {
            let what = format!("it says {} entries and the ledger holds {}", head.size, self.next);
            self.report.add(Place::Head, what);
        } else if self.gap.is_none() && ![self.computed.root(), self.recorded.root()].contains(&head.root) {
            self.report.add(Place::Head, "its root is not that of the entries");
        }
    }
}
