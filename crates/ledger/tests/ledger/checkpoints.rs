//! Checkpoints: what is written, what is read, and what is believed.

use portreeve_ledger::{
    Checkpoint, EXTENSIONS_MAX, LineHasher, Log, MemoryLog, NoteError, SignedCheckpoint, TrustedKey, lines_digest,
};
use portreeve_model::{Digest, LogSize};

use crate::bench::{ORIGIN, checkpoint, grow, key};

#[test]
fn a_checkpoint_has_the_shape_c2sp_gives_it() {
    let log = MemoryLog::new();
    grow(&log, 2);
    let lines = concat!("{\"format\":1,\"entry\":0}\n", "{\"format\":1,\"entry\":1}\n");
    let signed = checkpoint(&log, &key());
    let mut written = signed.as_str().lines();
    assert_eq!(written.next(), Some(ORIGIN));
    assert_eq!(written.next(), Some("2"));
    assert_eq!(written.next().map(str::len), Some(44), "32 bytes in base64");
    assert_eq!(written.next(), Some(format!("ledger-bytes {}", lines.len()).as_str()));
    assert_eq!(written.next(), Some(format!("ledger-sha256 {}", Digest::of(lines.as_bytes())).as_str()));
    assert_eq!(written.next(), Some(""));
    assert!(written.next().unwrap().starts_with(&format!("\u{2014} {ORIGIN} ")));
    assert_eq!(written.next(), None);
    assert_eq!(signed.unverified().lines, lines_digest(&log, LogSize::new(2)).unwrap());
}

#[test]
fn a_checkpoint_reads_back_with_lines_it_does_not_know() {
    let key = key();
    let plain = Checkpoint::new(ORIGIN.parse().unwrap(), LogSize::EMPTY, Digest::of(b""), LineHasher::new().digest());
    let extended =
        plain.with_extension("register northmoor").unwrap().with_extension("\u{2014} odd but allowed").unwrap();
    let signed = extended.sign(&key);
    let read = SignedCheckpoint::parse(signed.as_str()).unwrap();
    assert_eq!(read.verify(&[key.trusted()]).unwrap(), &extended);
    assert_eq!(read, signed);
    for wrong in ["", "two\nlines", "tab\t", &"x".repeat(513)] {
        assert!(extended.clone().with_extension(wrong).is_err(), "{wrong:?}");
    }
    let full = (2..EXTENSIONS_MAX).fold(extended, |checkpoint, _| checkpoint.with_extension("x").unwrap());
    assert!(SignedCheckpoint::parse(full.sign(&key).as_str()).is_ok());
    assert!(full.with_extension("x").is_err());
}

#[test]
fn only_a_trusted_key_is_believed_and_a_bad_signature_of_one_rejects_the_note() {
    let log = MemoryLog::new();
    grow(&log, 3);
    let (ours, witness, stranger) = (key(), key(), key());
    let signed = checkpoint(&log, &ours).countersigned(&witness, &"auditor.example".parse().unwrap()).unwrap();
    let keys = [stranger.trusted(), witness.trusted(), ours.trusted()];
    assert_eq!(signed.signers(&keys).unwrap(), [2, 1], "in the order of the signature lines");
    assert!(signed.verify(&keys[1..2]).is_ok(), "a witness alone is enough for who trusts it");
    assert!(matches!(signed.verify(&keys[..1]), Err(NoteError::NoTrustedSignature { names }) if names.len() == 2));
    assert!(signed.verify(&[]).is_err());

    // The witness signs another text; its line is put under ours.
    grow(&log, 4);
    let other = checkpoint(&log, &ours).countersigned(&witness, &"auditor.example".parse().unwrap()).unwrap();
    let moved = other.as_str().lines().last().unwrap();
    let genuine = signed.as_str().lines().last().unwrap();
    let forged = SignedCheckpoint::parse(&signed.as_str().replace(genuine, moved)).unwrap();
    assert!(matches!(forged.verify(&keys), Err(NoteError::BadSignature { .. })), "although our own signature is good");
    assert!(forged.verify(&keys[2..]).is_ok(), "who does not know the witness ignores its line");
}

#[test]
fn a_key_that_came_with_a_name_is_believed_under_that_name_only() {
    let log = MemoryLog::new();
    grow(&log, 1);
    let key = key();
    let signed = checkpoint(&log, &key);
    let named = |name: &str| TrustedKey::from(key.verifier_key(&name.parse().unwrap()));
    assert!(signed.verify(&[named(ORIGIN)]).is_ok());
    assert!(signed.verify(&[named("southmoor.gov.uk/compliance")]).is_err());
}

#[test]
fn no_byte_of_a_signed_checkpoint_can_change_unnoticed() {
    let log = MemoryLog::new();
    grow(&log, 12);
    let key = key();
    let (text, keys) = (checkpoint(&log, &key).to_string(), [key.trusted()]);
    for at in 0..text.len() {
        for change in [0x01, 0x02, 0x20, 0x80] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= change;
            let believed = String::from_utf8(bytes).is_ok_and(|text| {
                SignedCheckpoint::parse(&text).is_ok_and(|checkpoint| checkpoint.verify(&keys).is_ok())
            });
            assert!(!believed, "byte {at} ^ {change:#x}");
        }
    }
}

#[test]
fn a_text_looser_than_the_format_is_refused_before_any_signature_is_looked_at() {
    let log = MemoryLog::new();
    grow(&log, 12);
    let text = checkpoint(&log, &key()).to_string();
    let claim = log.head().unwrap();
    assert_eq!(claim.size.count(), 12);
    let wrong = [
        text.replace("\n12\n", "\n012\n"),
        text.replace("\n12\n", "\n+12\n"),
        text.replace("\n12\n", "\n12 \n"),
        text.replace("\n12\n", "\n18446744073709551616\n"),
        text.replace("ledger-bytes ", "ledger-bytes 0"),
        text.replace("ledger-bytes ", "ledger-bytes  "),
        text.replace("ledger-bytes", "Ledger-bytes"),
        text.replace("ledger-sha256 ", "ledger-sha256 0x"),
        text.replace("=\n", "\n"),
        text.replacen('\n', "\n\n", 1),
        text.replace('\n', "\r\n"),
        text.replacen(ORIGIN, "", 1),
        text.replacen(ORIGIN, "two words", 1),
        text.trim_end().to_owned(),
        text.lines().take(5).collect::<Vec<_>>().join("\n"),
    ];
    for text in wrong {
        assert!(SignedCheckpoint::parse(&text).is_err(), "{text}");
    }
    let digest = text.lines().nth(4).unwrap();
    let shouted = text.replace(digest, &digest.to_uppercase().replace("LEDGER-SHA", "ledger-sha"));
    assert!(SignedCheckpoint::parse(&shouted).is_err(), "a digest has one spelling");
}

#[test]
fn a_log_whose_entries_do_not_add_up_is_not_signed() {
    struct Liar(MemoryLog);
    impl Log for Liar {
        fn head(&self) -> Result<portreeve_ledger::Head, portreeve_ledger::LogError> {
            self.0.head().map(|head| portreeve_ledger::Head { root: Digest::of(b"lie"), ..head })
        }
        fn read(
            &self,
            start: portreeve_model::EntryNumber,
            limit: u32,
        ) -> Result<Vec<Vec<u8>>, portreeve_ledger::LogError> {
            self.0.read(start, limit)
        }
        fn append(
            &self,
            expected: LogSize,
            entries: &[Vec<u8>],
        ) -> Result<portreeve_ledger::Head, portreeve_ledger::AppendError> {
            self.0.append(expected, entries)
        }
        fn keep_checkpoint(&self, note: &str) -> Result<(), portreeve_ledger::LogError> {
            self.0.keep_checkpoint(note)
        }
        fn checkpoints(&self) -> Result<Vec<String>, portreeve_ledger::LogError> {
            self.0.checkpoints()
        }
        fn audit(&self, visit: &mut dyn FnMut(portreeve_ledger::Stored<'_>)) -> Result<(), portreeve_ledger::LogError> {
            self.0.audit(visit)
        }
    }
    let log = Liar(MemoryLog::new());
    grow(&log, 3);
    assert!(Checkpoint::take(&log, ORIGIN.parse().unwrap()).unwrap_err().to_string().contains("nothing was signed"));
}
