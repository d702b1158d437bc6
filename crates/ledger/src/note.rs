//! C2SP signed notes: a text, an empty line, and signature lines.
//!
//! It must never look at what the text says, and never let two notes that read the same be different bytes: there is no
//! trimming and no tolerance here.

use ed25519_dalek::Signature;

use crate::keys::VerifierKey;
use crate::text::{base64, beginning, from_base64, has_control};
use crate::{NoteError, Origin, TrustedKey};

/// The longest note that is read. The text of a checkpoint is under 4 kilobytes, and 16 signatures, which a reader must
/// accept (C2SP signed-note, Format), take 16 × 7 kilobytes in base64 if they are all post-quantum ones.
pub const NOTE_BYTES_MAX: usize = 128 * 1024;

/// The most signatures on a note: twice what a reader must accept.
pub const SIGNATURES_MAX: usize = 32;

/// An em dash and a space: how a signature line begins.
const SIGNATURE_START: &str = "\u{2014} ";

/// A note split into its text and its signatures. Nothing about it has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// One signature line: who claims to have signed, which key, and the signature itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureLine {
    name: Origin,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

impl Note {
    /// Takes a note apart (C2SP signed-note, Format).
    pub(crate) fn parse(note: &str) -> Result<Note, NoteError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong { bytes: note.len(), max: NOTE_BYTES_MAX });
        }
        if has_control(note) {
            return Err(NoteError::malformed("the note has a control character; only line feeds may end its lines"));
        }
        // The last empty line separates; the text keeps its own final line feed.
        let at =
            note.rfind("\n\n").ok_or_else(|| NoteError::malformed("the note has no empty line before signatures"))?;
        let (text, signatures) = (&note[..=at], &note[at + 2..]);
        let signatures = signatures
            .strip_suffix('\n')
            .ok_or_else(|| NoteError::malformed("the note does not end with a signature line and a line feed"))?;
        if signatures.split('\n').count() > SIGNATURES_MAX {
            return Err(NoteError::malformed(format!("the note has more than {SIGNATURES_MAX} signatures")));
        }
        let signatures = signatures.split('\n').map(SignatureLine::parse).collect::<Result<_, _>>()?;
        Ok(Note { text: text.to_owned(), signatures })
    }

    /// The signed text, with its final line feed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The names on the signature lines, as claimed.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Origin> {
        self.signatures.iter().map(|line| &line.name)
    }

    /// Which of `keys` signed the text, as positions in the slice.
    ///
    /// Signatures of unknown keys are ignored; one that claims a known key and does not match it rejects the whole note
    /// (C2SP signed-note, Signatures).
    pub(crate) fn signers(&self, keys: &[TrustedKey]) -> Result<Vec<usize>, NoteError> {
        let mut signers = Vec::new();
        for line in &self.signatures {
            for (position, key) in keys.iter().enumerate() {
                if !key.speaks_for(&line.name) || key.verifier_key(&line.name).id() != line.key_id {
                    continue;
                }
                let signature = Signature::from_slice(&line.signature);
                let genuine = signature.is_ok_and(|signature| key.vouches_for(self.text.as_bytes(), &signature));
                if !genuine {
                    return Err(NoteError::BadSignature { name: line.name.to_string() });
                }
                if !signers.contains(&position) {
                    signers.push(position);
                }
            }
        }
        if signers.is_empty() {
            return Err(NoteError::NoTrustedSignature { names: self.names().map(Origin::to_string).collect() });
        }
        Ok(signers)
    }
}

impl SignatureLine {
    fn parse(line: &str) -> Result<SignatureLine, NoteError> {
        let wrong = || NoteError::malformed(format!("`{}` is not a signature line", beginning(line)));
        let (name, signature) =
            line.strip_prefix(SIGNATURE_START).and_then(|rest| rest.split_once(' ')).ok_or_else(wrong)?;
        let name = name.parse().map_err(|_| wrong())?;
        let bytes = from_base64(signature).ok_or_else(wrong)?;
        let (key_id, signature) =
            bytes.split_first_chunk::<4>().filter(|(_, rest)| !rest.is_empty()).ok_or_else(wrong)?;
        Ok(SignatureLine { name, key_id: *key_id, signature: signature.to_vec() })
    }
}

/// The line that adds `signature` by `key` to a note, with its line feed.
pub(crate) fn signature_line(key: &VerifierKey, signature: &Signature) -> String {
    let bytes = [key.id().as_slice(), &signature.to_bytes()].concat();
    format!("{SIGNATURE_START}{} {}\n", key.name(), base64(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the C2SP signed-note page.
    const POEM: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\
        — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

    #[test]
    fn the_example_of_the_specification_splits_at_its_last_empty_line() {
        let note = Note::parse(POEM).unwrap();
        assert!(note.text().ends_with("sera.\n"));
        assert_eq!(note.names().map(Origin::as_str).collect::<Vec<_>>(), ["quasimodo.example/salvatore"]);
    }

    #[test]
    fn the_note_and_the_key_of_the_go_documentation_fit() {
        let key: VerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
            \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert_eq!(Note::parse(note).unwrap().signers(&[key.clone().into()]), Ok(vec![0]));
        let altered = Note::parse(&note.replace("answer", "Answer")).unwrap();
        assert!(matches!(altered.signers(&[key.into()]), Err(NoteError::BadSignature { .. })));
    }

    #[test]
    fn anything_looser_than_the_specification_is_refused() {
        let wrong = [
            String::new(),
            "\n\n".to_owned(),
            "text\n".to_owned(),
            "text\n\n".to_owned(),
            POEM.replace('\n', "\r\n"),
            POEM.trim_end().to_owned(),
            format!("{POEM}\n"),
            format!("{POEM}x\n"),
            POEM.replace("— ", "- "),
            POEM.replace("salvatore NnugSz", "salvatore  NnugSz"),
            POEM.replace("salvatore NnugSz", "salva+tore NnugSz"),
            POEM.replace("NtIc=", "NtIc"),
            POEM.replace("Ognuno", "Ognuno\t"),
            POEM.replace("Ognuno", "Ognuno\u{85}"),
            "text\n\n— name AAAAAA==\n".to_owned(),
            format!("text\n\n{}", "— name AAAAAAA=\n".repeat(SIGNATURES_MAX + 1)),
            format!("{}{POEM}", "x".repeat(NOTE_BYTES_MAX)),
        ];
        for note in wrong {
            assert!(Note::parse(&note).is_err(), "{note:?}");
        }
        assert!(Note::parse(&format!("text\n\n{}", "— name AAAAAAA=\n".repeat(SIGNATURES_MAX))).is_ok());
    }
}
