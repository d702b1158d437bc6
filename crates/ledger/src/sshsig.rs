//! Detached signatures that OpenSSH itself makes and checks: `ssh-keygen -Y sign` and `-Y verify`.
//!
//! It must never accept a signature for another kind of document, or by a key that merely came along with it.

use ed25519_dalek::Signature;
use ssh_key::public::{Ed25519PublicKey, KeyData};
use ssh_key::{Algorithm, HashAlg, LineEnding, SshSig};

use crate::text::beginning;
use crate::{KeyError, SigningKey, SshsigError, TrustedKey};

/// The longest namespace. One byte tells its length with room to spare, which the proof in [`keys`](crate::keys) uses.
pub const NAMESPACE_BYTES_MAX: usize = 255;

/// The longest armoured signature that is read. One by an Ed25519 key has about 300 bytes and its namespace at most 255
/// more; other kinds of keys are larger, and are refused with their name rather than for their size.
const ARMOUR_BYTES_MAX: usize = 16 * 1024;

/// Signs `bytes` as a document of the kind `namespace` names; the answer is the armoured text of a `.sig` file.
///
/// # Errors
/// When the namespace is not 1 to [`NAMESPACE_BYTES_MAX`] printable ASCII characters without spaces.
pub fn sign(bytes: &[u8], namespace: &str, key: &SigningKey) -> Result<String, KeyError> {
    check_namespace(namespace)?;
    let proof = "an Ed25519 signature under a non-empty namespace has an armoured form";
    let blob = SshSig::signed_data(namespace, HashAlg::Sha512, bytes).expect(proof);
    let signature = key.sign_sshsig_blob(&blob).to_bytes();
    let signature = ssh_key::Signature::new(Algorithm::Ed25519, signature).expect(proof);
    let public = KeyData::Ed25519(Ed25519PublicKey(key.trusted().public().to_bytes()));
    let armoured = SshSig::new(public, namespace, HashAlg::Sha512, signature);
    Ok(armoured.and_then(|signature| signature.to_pem(LineEnding::LF)).expect(proof))
}

/// Checks that `armoured` is a signature over `bytes` in `namespace`, and says which of `keys` made it.
///
/// # Errors
/// When the text is no signature, is for another namespace, is by a key that is not given or not for this namespace, or
/// does not match the bytes.
pub fn verify<'k>(
    bytes: &[u8],
    namespace: &str,
    armoured: &str,
    keys: &'k [TrustedKey],
) -> Result<&'k TrustedKey, SshsigError> {
    let malformed = |because: &str| SshsigError::Malformed { because: because.to_owned() };
    if armoured.len() > ARMOUR_BYTES_MAX {
        return Err(malformed("it is too long to be one"));
    }
    let signature = SshSig::from_pem(armoured).map_err(|error| malformed(&error.to_string()))?;
    // Neither field is under the signature, so the only value that is written is the only one that is read.
    if signature.version() != SshSig::VERSION || !signature.reserved().is_empty() {
        return Err(malformed("it is of an unknown version"));
    }
    if signature.namespace() != namespace {
        let found = beginning(signature.namespace());
        return Err(SshsigError::OtherNamespace { expected: namespace.to_owned(), found });
    }
    let public = signature.public_key();
    let fingerprint = public.fingerprint(HashAlg::Sha256).to_string();
    let by = |key: &&TrustedKey| public.ed25519().is_some_and(|public| public.0 == *key.public().as_bytes());
    if !keys.iter().any(|key| by(&key)) {
        return Err(SshsigError::UntrustedKey { fingerprint });
    }
    let Some(key) = keys.iter().filter(by).find(|key| key.may_sign_in(namespace)) else {
        return Err(SshsigError::NotForNamespace { fingerprint, namespace: namespace.to_owned() });
    };
    let blob =
        SshSig::signed_data(namespace, signature.hash_alg(), bytes).map_err(|error| malformed(&error.to_string()))?;
    let is_ed25519 = signature.algorithm() == Algorithm::Ed25519;
    let inner = Signature::from_slice(signature.signature_bytes()).ok().filter(|_| is_ed25519);
    match inner {
        Some(inner) if key.vouches_for(&blob, &inner) => Ok(key),
        _ => Err(SshsigError::BadSignature { fingerprint }),
    }
}

pub(crate) fn check_namespace(namespace: &str) -> Result<(), KeyError> {
    let length = (1..=NAMESPACE_BYTES_MAX).contains(&namespace.len());
    if length && namespace.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(KeyError::NotANamespace { given: beginning(namespace), max: NAMESPACE_BYTES_MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = "pack@portreeve";

    #[test]
    fn a_signature_vouches_for_its_bytes_its_namespace_and_its_key_and_nothing_else() {
        let (key, other) = (SigningKey::generate("").unwrap(), SigningKey::generate("").unwrap());
        let keys = [other.trusted(), key.trusted()];
        let armoured = sign(b"document", PACK, &key).unwrap();
        assert_eq!(verify(b"document", PACK, &armoured, &keys).unwrap(), &keys[1]);
        assert!(matches!(verify(b"Document", PACK, &armoured, &keys), Err(SshsigError::BadSignature { .. })));
        assert!(matches!(verify(b"document", "x", &armoured, &keys), Err(SshsigError::OtherNamespace { .. })));
        assert!(matches!(verify(b"document", PACK, &armoured, &keys[..1]), Err(SshsigError::UntrustedKey { .. })));
        assert!(matches!(verify(b"document", PACK, "", &keys), Err(SshsigError::Malformed { .. })));
        assert!(matches!(verify(b"document", PACK, &"-".repeat(99_999), &keys), Err(SshsigError::Malformed { .. })));
        let limited = [key.trusted().allowed_signers_line("clerk", "other").unwrap().parse().unwrap()];
        assert!(matches!(verify(b"document", PACK, &armoured, &limited), Err(SshsigError::NotForNamespace { .. })));
    }

    #[test]
    fn no_byte_of_the_armour_can_change_unnoticed() {
        let key = SigningKey::generate("").unwrap();
        let armoured = sign(b"document", PACK, &key).unwrap();
        for at in 0..armoured.len() {
            let mut bytes = armoured.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            assert!(verify(b"document", PACK, &altered, &[key.trusted()]).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_namespace_is_one_plain_word() {
        let key = SigningKey::generate("").unwrap();
        for namespace in ["", "two words", "tab\t", "é", "nul\0", &"n".repeat(256)] {
            assert!(sign(b"", namespace, &key).is_err(), "{namespace:?}");
        }
    }
}
