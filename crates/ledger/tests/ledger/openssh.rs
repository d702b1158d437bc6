//! OpenSSH reads what this crate writes and writes what it reads.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use portreeve_ledger::{KeyError, SigningKey, SshsigError, TrustedKey, sshsig};

use crate::bench::skipped;

const NAMESPACE: &str = "pack@portreeve";

fn ssh_keygen<I: AsRef<OsStr>>(arguments: &[I], input: Option<&Path>) -> Output {
    let input = input.map_or_else(Stdio::null, |path| fs::File::open(path).unwrap().into());
    Command::new("ssh-keygen").args(arguments).stdin(input).output().unwrap()
}

/// A folder to work in, or nothing, said loudly, where OpenSSH is absent.
fn folder() -> Option<tempfile::TempDir> {
    // Without a file to look at it fails, but it runs.
    if Command::new("ssh-keygen").args(["-l", "-f", "/nowhere"]).output().is_err() {
        skipped("ssh-keygen is not installed, so nothing was compared with OpenSSH", "CI");
        return None;
    }
    Some(tempfile::tempdir().unwrap())
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn openssh_verifies_what_we_sign_and_refuses_what_was_altered() {
    let Some(folder) = folder() else { return };
    let at = |name: &str| folder.path().join(name);
    let key = SigningKey::create(&at("key"), "clerk").unwrap();
    let line = key.trusted().allowed_signers_line("clerk@example.org", NAMESPACE).unwrap();
    fs::write(at("allowed"), format!("{line}\n")).unwrap();
    fs::write(at("document"), b"the pack\n").unwrap();
    fs::write(at("altered"), b"the peck\n").unwrap();
    fs::write(at("sig"), sshsig::sign(b"the pack\n", NAMESPACE, &key).unwrap()).unwrap();
    let verify = |document: &str, namespace: &str| {
        let (allowed, signature) = (text(&at("allowed")), text(&at("sig")));
        let arguments = ["-Y", "verify", "-f", &allowed, "-I", "clerk@example.org", "-n", namespace, "-s", &signature];
        ssh_keygen(&arguments, Some(&at(document)))
    };
    let good = verify("document", NAMESPACE);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    assert!(!verify("altered", NAMESPACE).status.success());
    assert!(!verify("document", "other").status.success());
}

#[test]
fn we_verify_what_openssh_signs_and_refuse_what_was_altered() {
    let Some(folder) = folder() else { return };
    let at = |name: &str| folder.path().join(name);
    let made = ssh_keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "their clerk", "-f", &text(&at("key"))], None);
    assert!(made.status.success());
    let key: TrustedKey = fs::read_to_string(at("key.pub")).unwrap().parse().unwrap();
    for hash in ["sha512", "sha256"] {
        let (document, option) = (at(hash), format!("hashalg={hash}"));
        fs::write(&document, b"their document").unwrap();
        let arguments = ["-q", "-Y", "sign", "-f", &text(&at("key")), "-n", NAMESPACE, "-O", &option, &text(&document)];
        let signed = ssh_keygen(&arguments, None);
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
        let armoured = fs::read_to_string(at(&format!("{hash}.sig"))).unwrap();
        let keys = [key.clone()];
        assert_eq!(sshsig::verify(b"their document", NAMESPACE, &armoured, &keys).unwrap(), &key);
        let altered = sshsig::verify(b"their  document", NAMESPACE, &armoured, &keys);
        assert!(matches!(altered, Err(SshsigError::BadSignature { .. })));
    }
    // And their key file is a key for us too.
    assert_eq!(SigningKey::load(&at("key")).unwrap().public_line(), key.public_line());
    assert_eq!(key.label(), "their clerk");
}

#[test]
fn openssh_reads_our_key_file_and_shows_the_same_fingerprint() {
    let Some(folder) = folder() else { return };
    let path = folder.path().join("key");
    let key = SigningKey::create(&path, "ledger of Northmoor").unwrap();
    let public = ssh_keygen(&["-y", "-f", &text(&path)], None);
    assert_eq!(String::from_utf8_lossy(&public.stdout).trim_end(), key.public_line());
    let shown = ssh_keygen(&["-l", "-f", &text(&path)], None);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains(&key.fingerprint()) && shown.contains("ledger of Northmoor"), "{shown}");
}

#[test]
fn key_files_of_other_kinds_are_refused_by_what_they_are() {
    let Some(folder) = folder() else { return };
    let at = |name: &str| folder.path().join(name);
    assert!(ssh_keygen(&["-q", "-t", "ed25519", "-N", "a secret", "-f", &text(&at("locked"))], None).status.success());
    assert!(matches!(SigningKey::load(&at("locked")), Err(KeyError::Encrypted { .. })));
    assert!(ssh_keygen(&["-q", "-t", "ecdsa", "-N", "", "-f", &text(&at("ecdsa"))], None).status.success());
    assert!(matches!(SigningKey::load(&at("ecdsa")), Err(KeyError::NotAKeyFile { .. })));
    let public = fs::read_to_string(at("ecdsa.pub")).unwrap();
    let error = public.parse::<TrustedKey>().unwrap_err().to_string();
    assert!(error.contains("ecdsa-sha2-nistp256"), "{error}");
    fs::write(at("document"), b"theirs").unwrap();
    let arguments = ["-q", "-Y", "sign", "-f", &text(&at("ecdsa")), "-n", NAMESPACE, &text(&at("document"))];
    assert!(ssh_keygen(&arguments, None).status.success());
    let armoured = fs::read_to_string(at("document.sig")).unwrap();
    let ours = SigningKey::generate("").unwrap().trusted();
    assert!(sshsig::verify(b"theirs", NAMESPACE, &armoured, &[ours]).is_err());
}
