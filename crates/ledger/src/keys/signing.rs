//! The private key of a ledger: made from the system's randomness, kept as an OpenSSH key file that nobody else can read.
//!
//! It must never be written over anything, be read from a file others can read, appear in a message, or sign bytes that
//! are neither a note text nor an SSH signature blob.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use ed25519_dalek::{Signature, Signer as _};
use ssh_key::LineEnding;
use ssh_key::private::{Ed25519Keypair, KeypairData, PrivateKey};

use super::{TrustedKey, VerifierKey};
use crate::durable::sync_folder_of;
use crate::note::signature_line;
use crate::text::{beginning, has_control};
use crate::{KeyError, Origin};

/// The longest key file that is read. An Ed25519 key file has about 400 bytes, and its comment is ours.
const KEY_FILE_BYTES_MAX: u64 = 16 * 1024;

/// An Ed25519 private key with its comment.
#[derive(Clone)]
pub struct SigningKey {
    secret: ed25519_dalek::SigningKey,
    comment: String,
}

impl SigningKey {
    /// Makes a new key in memory from the operating system's randomness.
    ///
    /// # Errors
    /// When there is no randomness, or the comment is not one line of plain text.
    pub fn generate(comment: &str) -> Result<SigningKey, KeyError> {
        if comment.contains('\n') || has_control(comment) {
            let because = "a comment is one line of plain text";
            return Err(KeyError::NotAName { given: beginning(comment), because });
        }
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).map_err(|error| KeyError::Randomness(error.into()))?;
        let secret = ed25519_dalek::SigningKey::from_bytes(&seed);
        // The key wipes its own copy when it goes; this wipes ours, and the hint keeps the compiler from skipping it.
        seed.fill(0);
        std::hint::black_box(&seed);
        Ok(SigningKey { secret, comment: comment.to_owned() })
    }

    /// Makes a new key and keeps it at `path`, readable by its owner only.
    ///
    /// # Errors
    /// When something is already there, which is left as it is, or when the file cannot be written. A file that could
    /// not be written to its end is removed again.
    pub fn create(path: &Path, comment: &str) -> Result<SigningKey, KeyError> {
        let key = SigningKey::generate(comment)?;
        key.save(path)?;
        Ok(key)
    }

    /// Reads an unencrypted OpenSSH private key file.
    ///
    /// # Errors
    /// When the file is missing, is readable by others (on Unix; the message says how to close it), is protected by a
    /// passphrase, or is not an Ed25519 key.
    pub fn load(path: &Path) -> Result<SigningKey, KeyError> {
        let file = File::open(path).map_err(|error| KeyError::io("open the key file", path, error))?;
        refuse_open_permissions(&file, path)?;
        let mut text = Vec::new();
        file.take(KEY_FILE_BYTES_MAX + 1)
            .read_to_end(&mut text)
            .map_err(|error| KeyError::io("read the key file", path, error))?;
        let wrong = |because: &str| KeyError::NotAKeyFile { path: path.to_owned(), because: because.to_owned() };
        if text.len() > usize::try_from(KEY_FILE_BYTES_MAX).unwrap_or(usize::MAX) {
            return Err(wrong("it is too long to be one"));
        }
        let key = PrivateKey::from_openssh(&text).map_err(|error| wrong(&error.to_string()))?;
        text.fill(0);
        std::hint::black_box(&text);
        if key.is_encrypted() {
            return Err(KeyError::Encrypted { path: path.to_owned() });
        }
        let pair = key.key_data().ed25519().ok_or_else(|| wrong("it is a key of another kind"))?;
        let secret = ed25519_dalek::SigningKey::from_bytes(pair.private.as_ref());
        // A comment of somebody else's making may hold anything; on our lines it must stay on the line.
        let comment = key.comment().as_str_lossy().chars().filter(|character| !character.is_control()).collect();
        Ok(SigningKey { secret, comment })
    }

    /// The OpenSSH public key line: `ssh-ed25519 AAAA… comment`.
    pub fn public_line(&self) -> String {
        self.trusted().public_line()
    }

    /// The fingerprint, `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        self.trusted().fingerprint()
    }

    /// The public key in the form notes use, under `name`.
    pub fn verifier_key(&self, name: &Origin) -> VerifierKey {
        self.trusted().verifier_key(name)
    }

    /// The public key, as something to check signatures with.
    pub fn trusted(&self) -> TrustedKey {
        TrustedKey::new(self.secret.verifying_key(), self.comment.clone())
    }

    /// The signature line, with its line feed, that vouches for a note text under `name`.
    ///
    /// Only for texts without control characters but line feeds: that is what keeps notes and SSH signatures apart.
    pub(crate) fn sign_note(&self, name: &Origin, text: &str) -> String {
        assert!(!has_control(text), "a note text has no control characters, see the proof in `keys`");
        signature_line(&self.verifier_key(name), &self.secret.sign(text.as_bytes()))
    }

    /// The signature over an SSH signature blob.
    pub(crate) fn sign_sshsig_blob(&self, blob: &[u8]) -> Signature {
        assert!(
            blob.starts_with(b"SSHSIG\0"),
            "a blob begins with its magic and a short length, see the proof in `keys`"
        );
        self.secret.sign(blob)
    }

    fn save(&self, path: &Path) -> Result<(), KeyError> {
        let pair = Ed25519Keypair::from_seed(self.secret.as_bytes());
        let text = PrivateKey::new(KeypairData::Ed25519(pair), self.comment.as_str())
            .and_then(|key| key.to_openssh(LineEnding::LF))
            .map_err(|error| KeyError::NotAKeyFile { path: path.to_owned(), because: error.to_string() })?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
            _ => KeyError::io("create the key file", path, error),
        })?;
        let written =
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| sync_folder_of(path));
        written.map_err(|error| {
            // The file is ours, made a moment ago. If it cannot even be removed, the first error is the one to tell.
            let _ = std::fs::remove_file(path);
            KeyError::io("write the key file", path, error)
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningKey({})", self.fingerprint())
    }
}

#[cfg(unix)]
fn refuse_open_permissions(file: &File, path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata().map_err(|error| KeyError::io("look at the key file", path, error))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyError::TooOpen { path: path.to_owned(), mode }) }
}

/// Other systems have no such bits; there the folder's own protection is all there is.
#[cfg(not(unix))]
fn refuse_open_permissions(_: &File, _: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_reads_back_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.key");
        let key = SigningKey::create(&path, "ledger of Northmoor").unwrap();
        let written = std::fs::read(&path).unwrap();
        assert_eq!(SigningKey::load(&path).unwrap().public_line(), key.public_line());
        assert!(matches!(SigningKey::create(&path, ""), Err(KeyError::Exists { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), written);
        assert!(!format!("{key:?}").contains("Northmoor") && format!("{key:?}").contains("SHA256:"));
        assert!(SigningKey::generate("two\nlines").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_is_private_and_one_that_is_not_is_refused_with_the_remedy() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.key");
        SigningKey::create(&path, "").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o660, 0o777] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = SigningKey::load(&path).unwrap_err().to_string();
            assert!(error.contains("chmod 600") && error.contains(&format!("{mode:04o}")), "{error}");
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
        SigningKey::load(&path).unwrap();
    }

    #[test]
    fn what_is_not_a_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.key");
        assert!(matches!(SigningKey::load(&path), Err(KeyError::Io { .. })));
        SigningKey::create(&path, "").unwrap();
        let half = std::fs::read(&path).unwrap();
        std::fs::write(&path, &half[..half.len() / 2]).unwrap();
        assert!(matches!(SigningKey::load(&path), Err(KeyError::NotAKeyFile { .. })));
        std::fs::write(&path, vec![b'x'; 20_000]).unwrap();
        assert!(matches!(SigningKey::load(&path), Err(KeyError::NotAKeyFile { .. })));
    }
}
