//! Checkpoints: a signed sentence that commits a ledger to everything it held at one size (C2SP tlog-checkpoint).
//!
//! It must never show what a checkpoint says to somebody who might act on it before a signature was verified: a
//! [`SignedCheckpoint`] gives up its [`Checkpoint`] only through [`SignedCheckpoint::verify`], or under a name that says
//! the claim is unverified.

use std::fmt;

use portreeve_model::{Digest, EntryNumber, LogSize};

use crate::keys::SigningKey;
use crate::merkle::{Frontier, leaf_hash};
use crate::note::Note;
use crate::text::{base64, beginning, decimal, has_control, hash_from_base64};
use crate::{LineHasher, LinesDigest, Log, LogError, NoteError, Origin, TrustedKey, each_entry};

/// The most further extension lines in a checkpoint; this program writes none.
pub const EXTENSIONS_MAX: usize = 16;

/// The longest extension line, in bytes: room for a digest, a name and a sentence.
pub const EXTENSION_BYTES_MAX: usize = 512;

/// What a ledger commits to at one size.
///
/// Two independent commitments are made to the same entries: the Merkle root, which lets one entry be proved without
/// showing the others, and the digest of the ledger written as lines, which anybody can check with
/// `head -c N ledger.jsonl | sha256sum`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger this is about.
    pub origin: Origin,
    /// How many entries it covers.
    pub size: LogSize,
    /// The Merkle root over them (RFC 6962 §2.1).
    pub root: Digest,
    /// The length and SHA-256 of those entries written as lines.
    pub lines: LinesDigest,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without further extension lines.
    pub const fn new(origin: Origin, size: LogSize, root: Digest, lines: LinesDigest) -> Checkpoint {
        Checkpoint { origin, size, root, lines, extensions: Vec::new() }
    }

    /// The checkpoint of everything `log` holds now, computed from the entries themselves.
    ///
    /// # Errors
    /// When the log fails, or when its kept head is not what its entries add up to: that must not be signed.
    pub fn take(log: &dyn Log, origin: Origin) -> Result<Checkpoint, LogError> {
        let head = log.head()?;
        let (mut frontier, mut lines) = (Frontier::empty(), LineHasher::new());
        each_entry(log, EntryNumber::new(0), head.size, |_, entry| {
            frontier.push(leaf_hash(entry));
            lines.push(entry);
            Ok::<(), LogError>(())
        })?;
        if frontier.root() != head.root {
            return Err(LogError::damaged("its entries do not add up to its kept root, so nothing was signed"));
        }
        Ok(Checkpoint::new(origin, head.size, head.root, lines.digest()))
    }

    /// Lines after the ones this program knows, kept as they came. They are opaque: no meaning is given to them.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The same checkpoint with one more extension line.
    ///
    /// # Errors
    /// When the line is empty, too long, one too many, or has a control character.
    pub fn with_extension(mut self, line: &str) -> Result<Checkpoint, NoteError> {
        if line.is_empty() || line.contains('\n') || has_control(line) {
            return Err(NoteError::malformed("an extension line is not empty and has no control character"));
        }
        if line.len() > EXTENSION_BYTES_MAX || self.extensions.len() == EXTENSIONS_MAX {
            return Err(NoteError::malformed(format!(
                "a checkpoint has at most {EXTENSIONS_MAX} extension lines of at most {EXTENSION_BYTES_MAX} bytes"
            )));
        }
        self.extensions.push(line.to_owned());
        Ok(self)
    }

    /// The text that is signed (C2SP tlog-checkpoint, Note text), with two extension lines of our own.
    pub fn text(&self) -> String {
        let Checkpoint { origin, size, root, lines, extensions } = self;
        let root = base64(root.as_bytes());
        let LinesDigest { bytes, sha256 } = lines;
        let mut text = format!("{origin}\n{size}\n{root}\nledger-bytes {bytes}\nledger-sha256 {sha256}\n");
        for line in extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Signs the checkpoint under its own origin, as C2SP asks of a log.
    ///
    /// A ledger must never sign two checkpoints that contradict each other, so sign what [`Checkpoint::take`] gave.
    pub fn sign(&self, key: &SigningKey) -> SignedCheckpoint {
        let text = self.text();
        let note = format!("{text}\n{}", key.sign_note(&self.origin, &text));
        SignedCheckpoint::parse(&note).expect("what this type can hold, it writes in the form it reads")
    }

    fn parse(text: &str) -> Result<Checkpoint, NoteError> {
        let malformed = |because: &str| NoteError::malformed(format!("not a checkpoint of a ledger: {because}"));
        let text = text.strip_suffix('\n').ok_or_else(|| malformed("its last line has no end"))?;
        let mut lines = text.split('\n');
        let mut line = |what: &str| lines.next().ok_or_else(|| malformed(&format!("there is no line for {what}")));
        let origin = line("the origin")?;
        let origin =
            origin.parse().map_err(|_| malformed(&format!("line 1, `{}`, cannot be an origin", beginning(origin))))?;
        let size = line("the size")?;
        let size = decimal(size).ok_or_else(|| malformed(&format!("line 2, `{}`, is not a size", beginning(size))))?;
        let root = line("the root")?;
        let root = hash_from_base64(root)
            .ok_or_else(|| malformed(&format!("line 3, `{}`, is not a root in base64", beginning(root))))?;
        let bytes = line("ledger-bytes")?;
        let bytes = bytes
            .strip_prefix("ledger-bytes ")
            .and_then(decimal)
            .ok_or_else(|| malformed(&format!("line 4, `{}`, is not `ledger-bytes N`", beginning(bytes))))?;
        let sha256 = line("ledger-sha256")?;
        let sha256 = sha256
            .strip_prefix("ledger-sha256 ")
            .and_then(lower_case_digest)
            .ok_or_else(|| malformed(&format!("line 5, `{}`, is not `ledger-sha256 HEX`", beginning(sha256))))?;
        let checkpoint = Checkpoint::new(origin, LogSize::new(size), root, LinesDigest { bytes, sha256 });
        lines.try_fold(checkpoint, Checkpoint::with_extension)
    }
}

/// A digest in the only spelling this program writes; the digest type itself also reads upper case.
fn lower_case_digest(text: &str) -> Option<Digest> {
    text.parse().ok().filter(|digest: &Digest| digest.to_string() == text)
}

/// A checkpoint as it travels: the claim and its signatures, exactly as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    written: String,
    note: Note,
    claim: Checkpoint,
}

impl SignedCheckpoint {
    /// Reads a signed note that holds a checkpoint. Nothing is verified by this.
    ///
    /// # Errors
    /// When the text breaks C2SP signed-note or tlog-checkpoint, or lacks the two `ledger-` lines.
    pub fn parse(text: &str) -> Result<SignedCheckpoint, NoteError> {
        let note = Note::parse(text)?;
        let claim = Checkpoint::parse(note.text())?;
        Ok(SignedCheckpoint { written: text.to_owned(), note, claim })
    }

    /// What the checkpoint says, if at least one of `keys` signed it.
    ///
    /// Give only keys that may speak for this ledger: whichever of them signed is believed.
    ///
    /// # Errors
    /// When no given key signed it, or a signature that names a given key does not match.
    pub fn verify(&self, keys: &[TrustedKey]) -> Result<&Checkpoint, NoteError> {
        self.note.signers(keys).map(|_| &self.claim)
    }

    /// Which of `keys` signed it, as positions in the slice; never empty.
    ///
    /// # Errors
    /// As [`SignedCheckpoint::verify`].
    pub fn signers(&self, keys: &[TrustedKey]) -> Result<Vec<usize>, NoteError> {
        self.note.signers(keys)
    }

    /// What the checkpoint says, whoever wrote it. For display and for refusing, never for believing.
    pub const fn unverified(&self) -> &Checkpoint {
        &self.claim
    }

    /// The names on its signature lines, as claimed.
    pub fn claimed_names(&self) -> impl Iterator<Item = &Origin> {
        self.note.names()
    }

    /// The signed note, exactly as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The same checkpoint with one more signature, by `key` under `name`: how somebody outside vouches for having seen
    /// it.
    ///
    /// # Errors
    /// When the note would have more signatures, or more bytes, than a note may have.
    pub fn countersigned(&self, key: &SigningKey, name: &Origin) -> Result<SignedCheckpoint, NoteError> {
        SignedCheckpoint::parse(&format!("{}{}", self.written, key.sign_note(name, self.note.text())))
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}
