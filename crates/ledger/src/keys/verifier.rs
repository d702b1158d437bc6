//! The text form of a public key for notes, which C2SP calls a verifier key: `name+hash+base64`.
//!
//! It must never be taken as trust: it says which key somebody claims, and the reader decides.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

use crate::text::{base64, beginning, from_base64};
use crate::{KeyError, Origin};

/// The signature type byte of Ed25519 (C2SP signed-note, Signature types).
const ED25519: u8 = 0x01;

/// An Ed25519 public key under the name it signs notes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: Origin,
    public: VerifyingKey,
}

impl VerifierKey {
    pub(crate) const fn new(name: Origin, public: VerifyingKey) -> VerifierKey {
        VerifierKey { name, public }
    }

    /// The name it signs under.
    pub const fn name(&self) -> &Origin {
        &self.name
    }

    pub(crate) const fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// The first four bytes of SHA-256 over the name, a line feed, the type byte and the public key
    /// (C2SP signed-note, Ed25519 signatures). It finds a key; it does not identify one.
    pub fn id(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_str());
        hasher.update([b'\n', ED25519]);
        hasher.update(self.public.as_bytes());
        let hash: [u8; 32] = hasher.finalize().into();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = [[ED25519].as_slice(), self.public.as_bytes()].concat();
        write!(out, "{}+{id:08x}+{}", self.name, base64(&key))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<VerifierKey, KeyError> {
        let refuse = |because: &str| KeyError::not_a_key(format!("`{}` {because}", beginning(text)));
        // A name has no plus sign, so the first one ends it; base64 may have more.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(refuse("is not `name+hash+key`"));
        };
        let name = name.parse()?;
        let key = from_base64(key).ok_or_else(|| refuse("does not end in base64"))?;
        let Some((&ED25519, public)) = key.split_first() else {
            return Err(refuse("is not an Ed25519 key"));
        };
        let public = <&[u8; 32]>::try_from(public).map_err(|_| refuse("does not hold a key of 32 bytes"))?;
        let key = VerifierKey::new(name, strong_key(public)?);
        let expected = format!("{:08x}", u32::from_be_bytes(key.id()));
        if id == expected { Ok(key) } else { Err(refuse(&format!("should have the hash {expected}"))) }
    }
}

/// The public key with these bytes, unless it is one that a stranger could sign for.
pub(crate) fn strong_key(bytes: &[u8; 32]) -> Result<VerifyingKey, KeyError> {
    let key =
        VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::not_a_key("its bytes are not on the Ed25519 curve"))?;
    if key.is_weak() {
        return Err(KeyError::not_a_key("it is a weak key, for which anybody can make signatures"));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    #[test]
    fn a_verifier_key_reads_back_and_a_damaged_one_is_refused() {
        let key = SigningKey::generate("").unwrap().verifier_key(&"example.gov.uk/ledger".parse().unwrap());
        let text = key.to_string();
        assert_eq!(text.parse::<VerifierKey>().unwrap(), key);
        let wrong = [
            text.replace("example", "exomple"),
            text.replacen('+', " ", 1),
            text.to_uppercase(),
            text[..text.len() - 4].to_owned(),
            format!("{text}AAAA"),
            "a+b".to_owned(),
            String::new(),
        ];
        for text in wrong {
            assert!(text.parse::<VerifierKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_that_anybody_could_sign_for_is_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(strong_key(&identity).unwrap_err().to_string().contains("weak"));
    }

    #[test]
    fn the_known_key_of_the_go_checksum_database() {
        // Published with Go itself; a stranger's use of the same format.
        let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
        assert_eq!(text.parse::<VerifierKey>().unwrap().to_string(), text);
    }
}
