//! An open register: the log, the store, and the history replayed from the log. Writing and reading both go through
//! here, and through the rule book.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use portreeve_collector::FileBlobs;
use portreeve_ledger::merkle::{Frontier, leaf_hash, root_of};
use portreeve_ledger::{
    AppendError, Checkpoint, LineHasher, LinesDigest, Log as _, SignedCheckpoint, SigningKey, SqliteLog,
};
use portreeve_ledger::{each_entry, leaf_hashes, lines_digest};
use portreeve_model::reference::{CommandId, PersonId};
use portreeve_model::{Day, Digest, Entry, EntryNumber, Event, History, LogSize, Moment, Register};

use crate::clock;
use crate::error::EngineError;
use crate::place::{Place, Putting};

/// How often an append is tried again when somebody else was faster. Each try replays what came in between, so ten in a
/// row means ten writers at the same second.
const TRIES: u32 = 10;

/// An open register.
pub struct Session {
    pub(crate) place: Place,
    pub(crate) log: SqliteLog,
    pub(crate) blobs: FileBlobs,
    history: History,
    frontier: Frontier,
    lines: LineHasher,
    /// What every checkpoint says, kept in the ledger or beside the key, to be compared while the entries go by.
    claims: BTreeMap<LogSize, Vec<(Digest, LinesDigest)>>,
    /// Up to which size the entries were compared with the claims.
    compared: LogSize,
    /// Whether this session made the register, so that there is nothing yet that a key could have signed.
    fresh: bool,
}

/// What a command recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The command.
    pub command: CommandId,
    /// Its entries.
    pub entries: Vec<EntryNumber>,
    /// Whether nothing was written, because it was only to be tried.
    pub dry_run: bool,
    /// Why no checkpoint was signed over it; nothing when one was.
    pub unsigned: Option<String>,
    /// Earlier entries that no signature vouched for until this one did: made without the key, or not by this program.
    pub also_signed: Vec<EntryNumber>,
}

/// Whether a command writes or only shows what it would write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write.
    Write,
    /// Check everything, write nothing.
    DryRun,
}

impl Session {
    /// Opens the register in `root` and replays its ledger.
    ///
    /// # Errors
    /// When there is none, it cannot be read, or its ledger breaks a rule.
    pub fn open(root: &Path) -> Result<Session, EngineError> {
        let place = Place::find(root)?;
        // Who may only read can still ask; a write then says that the ledger cannot be written.
        let log = SqliteLog::open(&place.ledger())
            .or_else(|error| SqliteLog::open_read_only(&place.ledger()).map_err(|_| error))?;
        let blobs = FileBlobs::open(place.objects())?;
        Session::over(place, log, blobs)
    }

    pub(crate) fn over(place: Place, log: SqliteLog, blobs: FileBlobs) -> Result<Session, EngineError> {
        let mut claims: BTreeMap<LogSize, Vec<(Digest, LinesDigest)>> = BTreeMap::new();
        let kept =
            log.checkpoints()?.iter().map(|note| SignedCheckpoint::parse(note)).collect::<Result<Vec<_>, _>>()?;
        // A copy that cannot be read is told when something is to be signed, and by `verify`.
        for note in kept.into_iter().chain(place.read_last_signed().unwrap_or_default()) {
            let claim = note.unverified();
            claims.entry(claim.size).or_default().push((claim.root, claim.lines));
        }
        let fresh = log.head()?.size == LogSize::EMPTY;
        let history = History::new();
        let (frontier, lines) = (Frontier::empty(), LineHasher::new());
        let mut session =
            Session { place, log, blobs, history, frontier, lines, claims, compared: LogSize::EMPTY, fresh };
        session.catch_up()?;
        Ok(session)
    }

    /// The history as it stands now.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The register as it stands now.
    pub fn register(&self) -> &Register {
        self.history.register()
    }

    /// How many entries have been replayed.
    pub fn size(&self) -> LogSize {
        LogSize::new(u64::try_from(self.history.entries().len()).unwrap_or(u64::MAX))
    }

    /// The day it is today, in London.
    pub fn today(&self) -> Day {
        clock::now().day_in_london()
    }

    /// How many entries had been recorded by the end of `day`.
    pub fn known_on(&self, day: Day) -> LogSize {
        let known = self.history.entries().partition_point(|(_, entry)| entry.recorded_at.day_in_london() <= day);
        LogSize::new(u64::try_from(known).unwrap_or(u64::MAX))
    }

    /// The history as it stood at `known` entries.
    ///
    /// # Errors
    /// When the ledger does not hold as many.
    pub fn history_at(&self, known: LogSize) -> Result<History, EngineError> {
        if known == self.size() {
            return Ok(self.history.clone());
        }
        let entries = usize::try_from(known.count()).ok().and_then(|known| self.history.entries().get(..known));
        let entries = entries
            .ok_or_else(|| EngineError::Unfit(format!("the ledger holds {} entries, not {known}", self.size())))?;
        let mut history = History::new();
        for (number, entry) in entries {
            history.append(*number, entry.clone())?;
        }
        Ok(history)
    }

    /// Leave to put objects into the store, for whoever writes.
    pub(crate) fn putting(&self, mode: Mode) -> Result<Putting, EngineError> {
        match mode {
            Mode::Write => self.place.putting(),
            Mode::DryRun => Ok(Putting::DryRun),
        }
    }

    /// The history as the ledger has it now, whatever this session has seen of it: for caches, which others keep too.
    pub(crate) fn newest_history(&self) -> Result<Cow<'_, History>, EngineError> {
        let size = self.log.head()?.size;
        if size == self.size() {
            return Ok(Cow::Borrowed(&self.history));
        }
        let mut history = self.history.clone();
        let start = EntryNumber::new(self.size().count());
        each_entry(&self.log, start, size, |number, bytes| append_line(&mut history, number, bytes))?;
        Ok(Cow::Owned(history))
    }

    /// Replays what has been appended since.
    pub(crate) fn catch_up(&mut self) -> Result<(), EngineError> {
        let head = self.log.head()?;
        let start = EntryNumber::new(self.size().count());
        let Session { log, history, frontier, lines, claims, .. } = self;
        each_entry(log, start, head.size, |number, bytes| {
            append_line(history, number, bytes)?;
            frontier.push(leaf_hash(bytes));
            lines.push(bytes);
            let claimed = claims.get(&number.size_including());
            let is_so = |claim: &(Digest, LinesDigest)| *claim == (frontier.root(), lines.digest());
            if !claimed.is_none_or(|claimed| claimed.iter().all(is_so)) {
                let what = format!("an entry up to {number} is not the one that was signed");
                return Err(portreeve_ledger::LogError::damaged(what).into());
            }
            Ok::<(), EngineError>(())
        })?;
        if frontier.root() != head.root {
            return Err(portreeve_ledger::LogError::damaged("its entries do not add up to its kept root").into());
        }
        self.compared = head.size;
        Ok(())
    }

    /// Checks `events` and appends them as one command: all or none.
    ///
    /// # Errors
    /// When a rule refuses one of them, or the ledger fails. Nothing has been recorded then.
    pub fn record(&mut self, by: &PersonId, events: Vec<Event>, mode: Mode) -> Result<Recorded, EngineError> {
        self.record_as(clock::fresh_command()?, by, events, mode)
    }

    /// As [`Session::record`], under a command id minted at the door: the same id again is answered with what it
    /// recorded the first time.
    ///
    /// # Errors
    /// As [`Session::record`].
    pub fn record_as(
        &mut self,
        command: CommandId,
        by: &PersonId,
        events: Vec<Event>,
        mode: Mode,
    ) -> Result<Recorded, EngineError> {
        let mut met = None;
        for _ in 0..TRIES {
            if let Some(recorded) = self.recorded_before(&command) {
                return Ok(recorded);
            }
            let at = self.not_before_the_last(clock::now());
            let entries: Vec<Entry> =
                events.iter().map(|event| Entry::new(command.clone(), at, by.clone(), event.clone())).collect();
            self.history.check_all(self.size().next(), &entries)?;
            if mode == Mode::DryRun {
                return Ok(Recorded {
                    command,
                    entries: Vec::new(),
                    dry_run: true,
                    unsigned: None,
                    also_signed: Vec::new(),
                });
            }
            match self.append(entries) {
                Ok(()) => {
                    let signed_before = self.signed_before()?;
                    let unsigned = self.sign_checkpoint().err().map(|error| error.to_string());
                    let recorded = self.recorded_before(&command);
                    let recorded = recorded.ok_or_else(|| EngineError::Bug("an append left no entry".to_owned()))?;
                    let first = recorded.entries.first().map_or(0, |entry| entry.index());
                    let also = if unsigned.is_some() { first } else { signed_before };
                    let also_signed = (also..first).map(EntryNumber::new).collect();
                    return Ok(Recorded { unsigned, also_signed, ..recorded });
                }
                // Somebody was faster, or nobody knows: look what is there and decide again.
                Err(EngineError::Append(error @ (AppendError::Conflict { .. } | AppendError::Unknown(_)))) => {
                    met = Some(error);
                    self.catch_up()?;
                }
                Err(error) => return Err(error),
            }
        }
        // The last try may have been the one that got through.
        match (self.recorded_before(&command), met) {
            (Some(recorded), _) => Ok(recorded),
            (None, Some(error)) => Err(error.into()),
            (None, None) => Err(EngineError::Bug("nothing was tried".to_owned())),
        }
    }

    /// How many entries the last kept checkpoint covers; a register that was just made has none to cover.
    fn signed_before(&self) -> Result<u64, EngineError> {
        Ok(self.last_kept()?.map_or(0, |kept| kept.unverified().size.count()))
    }

    fn recorded_before(&self, command: &CommandId) -> Option<Recorded> {
        let entries: Vec<EntryNumber> = self.history.of_command(command).map(|(number, _)| *number).collect();
        let command = command.clone();
        (!entries.is_empty()).then_some(Recorded {
            command,
            entries,
            dry_run: false,
            unsigned: None,
            also_signed: Vec::new(),
        })
    }

    fn not_before_the_last(&self, now: Moment) -> Moment {
        self.history.entries().last().map_or(now, |(_, last)| last.recorded_at.max(now))
    }

    /// Appends entries that have been checked, then moves forward by them.
    pub(crate) fn append(&mut self, entries: Vec<Entry>) -> Result<(), EngineError> {
        let bytes: Vec<Vec<u8>> = entries.iter().map(Entry::encode).collect();
        let first = self.size();
        self.log.append(first, &bytes)?;
        for (offset, (entry, bytes)) in (0_u64..).zip(entries.into_iter().zip(&bytes)) {
            self.history.append(EntryNumber::new(first.count() + offset), entry)?;
            self.frontier.push(leaf_hash(bytes));
            self.lines.push(bytes);
        }
        Ok(())
    }

    /// The register's signing key.
    ///
    /// # Errors
    /// When it is not where the settings say, lies inside the register, or is not the key the register was opened with.
    pub(crate) fn key(&self) -> Result<SigningKey, EngineError> {
        self.place.refuse_key_inside()?;
        let key = SigningKey::load(&self.place.key_file)?;
        let opening = self.register().opening.as_ref();
        let ours = opening.and_then(|opening| opening.key.as_str().parse::<portreeve_ledger::TrustedKey>().ok());
        if ours.is_some_and(|ours| ours.fingerprint() == key.fingerprint()) {
            return Ok(key);
        }
        let path = self.place.key_file.display();
        Err(EngineError::Unfit(format!("the key in {path} is not the one this register was opened with")))
    }

    /// The checkpoint of what has been replayed.
    pub(crate) fn checkpoint(&self) -> Result<Checkpoint, EngineError> {
        let opening = self.register().opening.as_ref();
        let opening = opening.ok_or_else(|| EngineError::Unfit("the register has not been opened".to_owned()))?;
        let origin = opening.origin.as_str().parse()?;
        Ok(Checkpoint::new(origin, self.size(), self.frontier.root(), self.lines.digest()))
    }

    /// Signs a checkpoint over everything there is, keeps it beside the entries, and keeps a copy beside the key.
    ///
    /// # Errors
    /// When the key cannot be used, when what it signed before is not the beginning of what it would sign now, or when the
    /// checkpoint cannot be kept. The entries are recorded all the same.
    pub fn sign_checkpoint(&self) -> Result<SignedCheckpoint, EngineError> {
        let signed = self.sign_over_everything()?;
        if signed.unverified().size > self.size() {
            return Ok(signed);
        }
        self.log.keep_checkpoint(signed.as_str())?;
        // Another writer may have signed more in the meantime; its copy stays.
        let last = self.place.read_last_signed()?;
        if last.is_none_or(|last| last.unverified().size < signed.unverified().size) {
            crate::files::publish(&self.place.last_signed(), signed.as_str().as_bytes())?;
        }
        Ok(signed)
    }

    /// The one way to a signature over the ledger: what the key signed last is looked at first. What another writer has
    /// signed over more than this session has seen is given instead.
    pub(crate) fn sign_over_everything(&self) -> Result<SignedCheckpoint, EngineError> {
        let key = self.key()?;
        match self.goes_on_from_what_was_signed(&key)? {
            Some(ahead) => Ok(ahead),
            None => Ok(self.checkpoint()?.sign(&key)),
        }
    }

    /// The last checkpoint kept beside the entries.
    pub(crate) fn last_kept(&self) -> Result<Option<SignedCheckpoint>, EngineError> {
        Ok(self.log.checkpoints()?.pop().map(|note| SignedCheckpoint::parse(&note)).transpose()?)
    }

    /// Refuses to sign a ledger that may have been rewritten or put back: what the key signed last must be there, and must
    /// be a beginning of this ledger. Gives what another writer has signed in the meantime, if that covers everything.
    pub(crate) fn goes_on_from_what_was_signed(
        &self,
        key: &SigningKey,
    ) -> Result<Option<SignedCheckpoint>, EngineError> {
        let unvouched = |because: &str| {
            Err(EngineError::Damaged {
                what: "the ledger".to_owned(),
                because: format!("{because}; nothing was signed"),
            })
        };
        match self.last_kept()? {
            None if self.fresh => {}
            None => return unvouched("it holds no signed checkpoint any more"),
            Some(kept) if kept.verify(&[key.trusted()]).is_err() => {
                return unvouched("its last checkpoint is not signed by this key");
            }
            Some(_) => {}
        }
        let Some(last) = self.place.read_last_signed()? else { return Ok(None) };
        let claim = last.verify(&[key.trusted()])?;
        if claim.size > self.log.head()?.size {
            return unvouched(&format!("this key has signed {} entries, and it holds fewer", claim.size));
        }
        if claim.size > self.size() {
            return Ok(Some(last));
        }
        // Compared while the entries went by; or now, when another writer has signed since.
        let said = (claim.root, claim.lines);
        let claimed = self.claims.get(&claim.size).is_some_and(|claims| claims.contains(&said));
        let compared = claimed && claim.size <= self.compared;
        let known =
            compared || said == (root_of(&leaf_hashes(&self.log, claim.size)?), lines_digest(&self.log, claim.size)?);
        if known { Ok(None) } else { unvouched("it does not go on from what this key signed last") }
    }
}

/// Reads an entry as the ledger has it and appends it to `history`, through the rule book.
pub(crate) fn append_line(history: &mut History, number: EntryNumber, bytes: &[u8]) -> Result<(), EngineError> {
    let entry = Entry::decode(bytes).map_err(|source| EngineError::Entry { entry: number, source })?;
    history.append(number, entry)?;
    Ok(())
}
