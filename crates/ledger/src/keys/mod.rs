//! Keys: the one that signs, the ones that are trusted, and the text forms they travel in.
//!
//! They must never sign bytes a caller chose freely. One Ed25519 key makes both note signatures and SSH signatures, and
//! that is sound only because no byte string is ever valid as both:
//!
//! * A note signature is made over a note text. A note text holds no control character but the line feed
//!   (C2SP signed-note, Format), so none of its bytes is NUL.
//! * An SSH signature is made over a blob that begins with the six bytes `SSHSIG` and then the length of the namespace as
//!   four bytes, most significant first (OpenSSH PROTOCOL.sshsig, section 2). A namespace here has at most
//!   [`NAMESPACE_BYTES_MAX`](crate::NAMESPACE_BYTES_MAX) bytes, and OpenSSH reads none of 16 megabytes, so the first of
//!   the four bytes, the seventh of the blob, is NUL.
//!
//! So a signature of one kind can never be shown as one of the other. `tests` below assert both halves.

mod signing;
mod trusted;
mod verifier;

pub use signing::SigningKey;
pub use trusted::TrustedKey;
pub use verifier::VerifierKey;

#[cfg(test)]
mod tests {
    use portreeve_model::{Digest, LogSize};
    use ssh_key::{HashAlg, SshSig};

    use crate::{Checkpoint, LineHasher, NAMESPACE_BYTES_MAX, SigningKey};

    #[test]
    fn no_bytes_are_both_a_note_text_and_an_ssh_signature_blob() {
        for length in [1, 2, NAMESPACE_BYTES_MAX] {
            let blob = SshSig::signed_data(&"n".repeat(length), HashAlg::Sha512, b"").unwrap();
            assert_eq!((&blob[..6], blob[6]), (b"SSHSIG".as_slice(), 0), "a namespace of {length} bytes");
        }
        // The most hostile note: its ledger is named so that the text begins as the blob does.
        let origin = "SSHSIG".parse().unwrap();
        let checkpoint = Checkpoint::new(origin, LogSize::EMPTY, Digest::of(b""), LineHasher::new().digest());
        let signed = checkpoint.sign(&SigningKey::generate("").unwrap());
        assert!(!signed.as_str().as_bytes().contains(&0));
        assert_ne!(checkpoint.text().as_bytes()[6], 0);
        let blob = SshSig::signed_data("n", HashAlg::Sha512, b"").unwrap();
        assert!(String::from_utf8_lossy(&blob).contains('\0'), "and a blob can be no note text");
    }
}
