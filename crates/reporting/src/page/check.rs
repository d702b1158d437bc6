//! How to check a pack with tools that come with the machine. The page and `README.txt` give the same commands.

use portreeve_model::Digest;
use serde::Serialize;

use crate::index::{PackPage, Signer};
use crate::pack::{MANIFEST, SIGNATURE, TAG_MANIFEST};

/// A command, and the machine it is for.
#[derive(Serialize)]
pub(crate) struct Command {
    /// What a screen reader calls it.
    name: String,
    pub(crate) machine: &'static str,
    pub(crate) text: String,
}

/// The commands, step by step.
#[derive(Serialize)]
pub(crate) struct Check {
    tag_manifest: &'static str,
    pub(crate) number: Vec<Command>,
    pub(crate) files: Vec<Command>,
    pub(crate) signer: Vec<Command>,
    /// The last command of the signer's step in short lines, for a text of few columns.
    pub(crate) signer_powershell: String,
    pub(crate) identity: String,
    pub(crate) fingerprint: String,
    pub(crate) ledger: Option<Ledger>,
}

/// The ledger's length and digest at the time of the pack, out of the checkpoint.
#[derive(Serialize)]
pub(crate) struct Ledger {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) commands: Vec<Command>,
}

fn command(step: u8, machine: &'static str, text: String) -> Command {
    Command { name: format!("Step {step}, {machine}"), machine, text }
}

impl Check {
    pub(crate) fn of(page: &PackPage<'_>) -> Check {
        let verify = verify(page.signer);
        let all = format!("sha256sum -c --strict --quiet {TAG_MANIFEST} {MANIFEST} && echo \"All files match\"");
        Check {
            tag_manifest: TAG_MANIFEST,
            number: vec![
                command(1, "Linux", format!("sha256sum {TAG_MANIFEST}")),
                command(1, "macOS", format!("shasum -a 256 {TAG_MANIFEST}")),
                command(1, "Windows 10 and 11", format!("certutil -hashfile {TAG_MANIFEST} SHA256")),
            ],
            files: vec![
                command(2, "Linux", all),
                command(2, "macOS", format!("shasum -a 256 -c {TAG_MANIFEST} {MANIFEST}")),
                command(2, "Windows PowerShell", powershell()),
            ],
            signer: vec![
                command(3, "Linux and macOS", format!("{verify} < {TAG_MANIFEST}")),
                command(3, "Windows, with OpenSSH 8.1 or later", format!("cmd /c \"{verify} < {TAG_MANIFEST}\"")),
            ],
            signer_powershell: signer_powershell(page.signer),
            identity: page.signer.identity.clone(),
            fingerprint: page.signer.key_fingerprint.clone(),
            ledger: Ledger::of(page.checkpoint_text),
        }
    }
}

fn signer_powershell(signer: &Signer) -> String {
    let (identity, namespace) = words(signer);
    format!(
        "$c = \"ssh-keygen -Y verify -f allowed_signers\"\n\
         $c += \" -I {identity} -n {namespace}\"\n\
         $c += \" -s {SIGNATURE} < {TAG_MANIFEST}\"\n\
         cmd /c $c"
    )
}

fn words(signer: &Signer) -> (&str, &str) {
    (plain_or(&signer.identity, "IDENTITY"), plain_or(&signer.namespace, "NAMESPACE"))
}

fn verify(signer: &Signer) -> String {
    let (identity, namespace) = words(signer);
    format!("ssh-keygen -Y verify -f allowed_signers -I {identity} -n {namespace} -s {SIGNATURE}")
}

/// A value that no shell reads as anything but a word, or the word to put in its place.
fn plain_or<'a>(value: &'a str, instead: &'a str) -> &'a str {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "@._+:/".contains(letter) || letter == '-';
    let starts = value.starts_with(|first: char| first.is_ascii_alphanumeric());
    if starts && value.chars().all(plain) { value } else { instead }
}

fn powershell() -> String {
    format!(
        "$bad = 0\n\
         Get-Content {TAG_MANIFEST}, {MANIFEST} | ForEach-Object {{\n  \
           $want, $file = $_ -split '  ', 2\n  \
           $have = (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash\n  \
           if ($have -ne $want) {{ $bad++; \"CHANGED OR MISSING  $file\" }}\n\
         }}\n\
         \"$bad files do not match\""
    )
}

impl Ledger {
    fn of(checkpoint: &str) -> Option<Ledger> {
        let value = |name: &str| checkpoint.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let bytes: u64 = value("ledger-bytes")?.parse().ok()?;
        let sha256 = value("ledger-sha256")?.parse::<Digest>().ok()?.to_string();
        let windows = format!(
            "$all = [IO.File]::ReadAllBytes(\"$PWD\\ledger.jsonl\")\n\
             $sum = [Security.Cryptography.SHA256]::Create().ComputeHash($all, 0, {bytes})\n\
             -join ($sum | ForEach-Object {{ $_.ToString('x2') }})"
        );
        let commands = vec![
            command(4, "Linux", format!("head -c {bytes} ledger.jsonl | sha256sum")),
            command(4, "macOS", format!("head -c {bytes} ledger.jsonl | shasum -a 256")),
            command(4, "Windows PowerShell", windows),
        ];
        Some(Ledger { bytes, sha256, commands })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_might_obey_stays_out_of_a_command() {
        for bad in ["", "-f", "a b", "a;b", "a\"b", "a|b", "$(x)", "a\nb", "%PATH%", "é"] {
            assert_eq!(plain_or(bad, "IDENTITY"), "IDENTITY", "{bad:?}");
        }
        assert_eq!(plain_or("ledger@ehc.example", "IDENTITY"), "ledger@ehc.example");
    }

    #[test]
    fn the_ledger_step_needs_both_numbers() {
        let digest = Digest::of(b"x");
        let text = format!("origin\n3\nroot\nledger-bytes 12\nledger-sha256 {digest}\n\n— x y\n");
        let ledger = Ledger::of(&text).expect("both are there");
        assert_eq!((ledger.bytes, ledger.sha256), (12, digest.to_string()));
        assert_eq!(ledger.commands[0].text, "head -c 12 ledger.jsonl | sha256sum");
        assert!(Ledger::of("origin\n3\n").is_none());
        assert!(Ledger::of("ledger-bytes 1; rm\nledger-sha256 00\n").is_none());
    }
}
