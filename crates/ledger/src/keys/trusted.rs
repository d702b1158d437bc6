//! Public keys somebody decided to trust, in any of the three forms people keep them in.
//!
//! It must never loosen a limit the text states: a line that says when or for what a key is trusted, in a way this program
//! cannot honour, is refused rather than trusted without the limit.

use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};
use ssh_key::HashAlg;
use ssh_key::public::{Ed25519PublicKey, KeyData, PublicKey};

use super::verifier::{VerifierKey, strong_key};
use crate::sshsig::check_namespace;
use crate::text::{beginning, has_control, is_invisible};
use crate::{KeyError, Origin};

/// The longest line that is read as a key. A key itself has under a hundred characters; the rest is names and limits.
const KEY_LINE_BYTES_MAX: usize = 8 * 1024;

/// The only kind of key that is used here.
const ED25519: &str = "ssh-ed25519";

/// An Ed25519 public key to believe, for signed notes and for SSH signatures alike.
///
/// It is read from a public key line (`ssh-ed25519 AAAA… comment`), from a line of an OpenSSH `allowed_signers` file
/// (`principals [options] ssh-ed25519 AAAA…`), or from a C2SP verifier key (`name+hash+base64`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    public: VerifyingKey,
    name: Option<Origin>,
    label: String,
    principals: Vec<String>,
    namespaces: Vec<String>,
}

impl TrustedKey {
    pub(crate) const fn new(public: VerifyingKey, label: String) -> TrustedKey {
        TrustedKey { public, name: None, label, principals: Vec::new(), namespaces: Vec::new() }
    }

    /// A key out of a line of allowed signers. Principals are compared whole: a pattern matches nothing.
    fn listed(public: VerifyingKey, principals: &str) -> TrustedKey {
        let names = principals.trim_matches('"').split(',').map(str::to_owned).collect();
        TrustedKey { principals: names, ..TrustedKey::new(public, principals.to_owned()) }
    }

    /// Reads a file of keys, one a line, skipping empty lines and those that begin with `#`.
    ///
    /// # Errors
    /// The first line that is not a key, by its number.
    pub fn parse_all(text: &str) -> Result<Vec<TrustedKey>, KeyError> {
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| line.parse().map_err(|error| KeyError::not_a_key(format!("line {number}: {error}"))))
            .collect()
    }

    /// Who the text says it belongs to: its principals, its name or its comment; may be empty.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The fingerprint, `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fn fingerprint(&self) -> String {
        self.ssh().fingerprint(HashAlg::Sha256).to_string()
    }

    /// The OpenSSH public key line.
    pub fn public_line(&self) -> String {
        format!("{} {}", self.bare_line(), self.label).trim_end().to_owned()
    }

    /// The line of an `allowed_signers` file that lets `ssh-keygen -Y verify -I principal` believe this key, for
    /// documents of one namespace.
    ///
    /// # Errors
    /// When the principal or the namespace could be read as more than one word.
    pub fn allowed_signers_line(&self, principal: &str, namespace: &str) -> Result<String, KeyError> {
        check_namespace(namespace)?;
        let plain = |c: char| c.is_ascii_graphic() && !"\",*?!#".contains(c);
        if principal.is_empty() || !principal.chars().all(plain) {
            let because = "a signer needs plain characters without spaces, quotes, commas or wildcards";
            return Err(KeyError::NotAName { given: beginning(principal), because });
        }
        Ok(format!("{principal} namespaces=\"{namespace}\" {}", self.bare_line()))
    }

    /// The key in the form notes use, under `name`.
    pub fn verifier_key(&self, name: &Origin) -> VerifierKey {
        VerifierKey::new(name.clone(), self.public)
    }

    /// Whether this key may speak for the ledger `name`: a key that came with a name or with principals only for those,
    /// as `ssh-keygen -Y verify -I name` has it. A file that lists many councils' keys lets none sign for another.
    pub fn speaks_for(&self, name: &Origin) -> bool {
        self.name.as_ref().is_none_or(|own| own == name)
            && (self.principals.is_empty() || self.principals.iter().any(|own| own == name.as_str()))
    }

    /// Whether this key may vouch for SSH signatures in `namespace`.
    pub(crate) fn may_sign_in(&self, namespace: &str) -> bool {
        self.namespaces.is_empty() || self.namespaces.iter().any(|allowed| allowed == namespace)
    }

    /// Whether the signature is by this key over these bytes. Strict: one message has one valid signature form (RFC 8032
    /// §5.1.7, without the slack some implementations allow).
    pub(crate) fn vouches_for(&self, bytes: &[u8], signature: &Signature) -> bool {
        self.public.verify_strict(bytes, signature).is_ok()
    }

    pub(crate) const fn public(&self) -> &VerifyingKey {
        &self.public
    }

    fn ssh(&self) -> KeyData {
        KeyData::Ed25519(Ed25519PublicKey(self.public.to_bytes()))
    }

    fn bare_line(&self) -> String {
        PublicKey::from(self.ssh()).to_openssh().expect("a key of 32 bytes has a text form")
    }
}

impl From<VerifierKey> for TrustedKey {
    fn from(key: VerifierKey) -> TrustedKey {
        let name = key.name().clone();
        let label = name.to_string();
        TrustedKey { name: Some(name), ..TrustedKey::new(*key.public(), label) }
    }
}

impl FromStr for TrustedKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<TrustedKey, KeyError> {
        if text.len() > KEY_LINE_BYTES_MAX {
            return Err(KeyError::not_a_key(format!("it has more than {KEY_LINE_BYTES_MAX} bytes")));
        }
        let line = text.trim();
        if line.contains('\n') || has_control(&line.replace('\t', " ")) || line.chars().any(is_invisible) {
            return Err(KeyError::not_a_key("it is not one line of plain text"));
        }
        let words = words(line)?;
        match words.as_slice() {
            [] => Err(KeyError::not_a_key("it is empty")),
            [word] => Ok(word.parse::<VerifierKey>()?.into()),
            [kind, key, comment @ ..] if is_key_type(kind) => {
                Ok(TrustedKey::new(ssh_ed25519(kind, key)?, comment.join(" ")))
            }
            [principals, kind, key, ..] if is_key_type(kind) => {
                Ok(TrustedKey::listed(ssh_ed25519(kind, key)?, principals))
            }
            [principals, options, kind, key, ..] if is_key_type(kind) => {
                let namespaces = namespaces(options)?;
                Ok(TrustedKey { namespaces, ..TrustedKey::listed(ssh_ed25519(kind, key)?, principals) })
            }
            _ => Err(KeyError::not_a_key(format!(
                "`{}` is neither an SSH public key, nor a line of allowed signers, nor a verifier key",
                beginning(line)
            ))),
        }
    }
}

/// Whether a word is the name of some kind of SSH key, whether or not it can be used here.
fn is_key_type(word: &str) -> bool {
    let kind = word.strip_suffix("@openssh.com").unwrap_or(word);
    matches!(kind, "ssh-rsa" | "ssh-dss" | ED25519 | "sk-ssh-ed25519" | "sk-ecdsa-sha2-nistp256")
        || kind.starts_with("ecdsa-sha2-nistp")
        || kind.contains("-cert-v0")
}

fn ssh_ed25519(kind: &str, key: &str) -> Result<VerifyingKey, KeyError> {
    if kind != ED25519 {
        return Err(KeyError::not_a_key(format!("it is a `{kind}` key; only `{ED25519}` keys are used here")));
    }
    let wrong = || KeyError::not_a_key(format!("`{ED25519} {}` does not hold a public key", beginning(key)));
    let line = PublicKey::from_openssh(&format!("{kind} {key}")).map_err(|_| wrong())?;
    strong_key(&line.key_data().ed25519().ok_or_else(wrong)?.0)
}

/// The namespaces named by the options of an allowed signers line (ssh-keygen(1), ALLOWED SIGNERS).
fn namespaces(options: &str) -> Result<Vec<String>, KeyError> {
    let refuse = |option: &str, because: &str| {
        Err(KeyError::not_a_key(format!("the option `{}` cannot be honoured: {because}", beginning(option))))
    };
    let mut namespaces = Vec::new();
    for option in split_unquoted(options, ',')? {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => {
                let list = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
                for namespace in list.split(',') {
                    if check_namespace(namespace).is_err() || namespace.contains(['*', '?', '!', '"']) {
                        return refuse(&option, "only plain namespaces are compared, no patterns");
                    }
                    namespaces.push(namespace.to_owned());
                }
            }
            "valid-after" | "valid-before" => {
                return refuse(&option, "a signature does not say when it was made; list only keys that are valid");
            }
            "cert-authority" => return refuse(&option, "certificates are not used here"),
            _ => return refuse(&option, "it is not known here"),
        }
    }
    Ok(namespaces)
}

/// The words of a line, where double quotes hold spaces together.
fn words(line: &str) -> Result<Vec<String>, KeyError> {
    let words = split_unquoted(&line.replace('\t', " "), ' ')?;
    Ok(words.into_iter().filter(|word| !word.is_empty()).collect())
}

fn split_unquoted(text: &str, separator: char) -> Result<Vec<String>, KeyError> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        quoted ^= character == '"';
        if character == separator && !quoted {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    if quoted { Err(KeyError::not_a_key("it has a quotation mark that is not closed")) } else { Ok(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    #[test]
    fn all_three_forms_of_one_key_are_the_same_key() {
        let key = SigningKey::generate("ledger of Northmoor").unwrap();
        let public = key.public_line();
        let bare = public.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let forms = [
            public.clone(),
            bare.clone(),
            format!("  {bare}\n"),
            format!("auditor@example.org {bare}"),
            format!("a@example.org,b@example.org namespaces=\"x,pack@portreeve\" {bare} comment here"),
            format!("\"a b\"\tnamespaces=x\t{bare}"),
            key.verifier_key(&"northmoor.gov.uk".parse().unwrap()).to_string(),
        ];
        for form in forms {
            let trusted: TrustedKey = form.parse().unwrap();
            assert_eq!(trusted.fingerprint(), key.fingerprint(), "{form}");
        }
        assert_eq!(public.parse::<TrustedKey>().unwrap().label(), "ledger of Northmoor");
        assert_eq!(public.parse::<TrustedKey>().unwrap().public_line(), public);
        let line = key.trusted().allowed_signers_line("clerk", "pack@portreeve").unwrap();
        let limited: TrustedKey = line.parse().unwrap();
        assert!(limited.may_sign_in("pack@portreeve") && !limited.may_sign_in("other"));
        let clerk = "clerk".parse().unwrap();
        assert!(limited.speaks_for(&clerk) && key.trusted().speaks_for(&clerk));
        assert!(!limited.speaks_for(&"another".parse().unwrap()), "a listed key speaks for its principals only");
        assert!(key.trusted().allowed_signers_line("a,b", "x").is_err());
        assert!(key.trusted().allowed_signers_line("a", "x y").is_err());
    }

    #[test]
    fn limits_that_cannot_be_honoured_and_other_kinds_of_keys_are_refused() {
        let key = SigningKey::generate("").unwrap().public_line();
        let wrong = [
            format!("a valid-before=\"20300101\" {key}"),
            format!("a valid-after=\"20200101\",namespaces=\"x\" {key}"),
            format!("a cert-authority {key}"),
            format!("a namespaces=\"x*\" {key}"),
            format!("a namespaces=\"\" {key}"),
            format!("a unheard-of {key}"),
            format!("\"a {key}"),
            key.replace("ssh-ed25519 ", "ssh-rsa "),
            key.replace("AAAAC3", "AAAAC4"),
            format!("{key}\n{key}"),
            "ssh-ed25519".to_owned(),
            "ssh-rsa AAAAB3NzaC1yc2E= x".to_owned(),
            String::new(),
            "x".repeat(KEY_LINE_BYTES_MAX + 1),
        ];
        for text in wrong {
            assert!(text.parse::<TrustedKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_of_keys_names_the_line_that_is_wrong() {
        let key = SigningKey::generate("").unwrap().public_line();
        assert_eq!(TrustedKey::parse_all(&format!("# ours\n\n{key}\nclerk {key}\n")).unwrap().len(), 2);
        let error = TrustedKey::parse_all(&format!("{key}\nnonsense\n")).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
