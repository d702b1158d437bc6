//! The text of BagIt's own files (RFC 8493) and their reading back.

use std::collections::BTreeMap;

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestError, ManifestLine, ManifestPath, Reading, parse};

/// `bagit.txt` (RFC 8493, section 2.1.1).
pub const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The text of a manifest or tag manifest: sorted, as `sha256sum -c` reads it.
pub fn manifest_text(files: &BTreeMap<String, Digest>) -> Vec<u8> {
    let mut text = Vec::new();
    for (path, digest) in files {
        // Every path in a pack is made by this program from plain ASCII, so nothing needs encoding.
        text.extend_from_slice(format!("{digest}  {path}\n").as_bytes());
    }
    text
}

/// Reads a manifest back, as strictly as this program writes it.
///
/// # Errors
/// When a line cannot be read, is out of order or stands twice.
pub fn read_manifest(text: &[u8]) -> Result<BTreeMap<ManifestPath, Digest>, ManifestError> {
    let lines = parse(text, Reading::Exact)?;
    Ok(lines.into_iter().map(|ManifestLine { digest, path }| (path, digest)).collect())
}

/// `bag-info.txt` (RFC 8493, section 2.2.2). Values are one line each.
pub fn info(fields: &[(&str, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}: {}\n", value.replace(['\r', '\n'], " "))).collect()
}

/// A value out of a `bag-info.txt` that this program wrote.
pub fn info_value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}
