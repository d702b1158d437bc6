//! Manifests in both readings, through each of the three doors that read them, and the text of `bag-info.txt`.

use std::collections::BTreeSet;

use portreeve_collector::{MemoryBlobs, read_manifest};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath, Reading, parse};
use portreeve_reporting::pack::bag;

use crate::text_of;

/// Manifests, our own and other people's.
///
/// What is read writes to the bytes it was read from but for what the reading forgives; it reads back; both readings agree
/// on what both accept; a manifest in memory, in a store and in a bag is the same manifest; two paths never look the same.
pub fn manifest(data: &[u8]) {
    let exact = parse(data, Reading::Exact);
    let foreign = parse(data, Reading::Foreign);
    for lines in [&exact, &foreign].into_iter().flatten() {
        assert!(lines.is_sorted_by(|one, next| one.path < next.path), "sorted, each path once");
        assert_eq!(parse(&written(lines), Reading::Exact).as_ref(), Ok(lines), "what is written reads back");
        let shown: BTreeSet<String> = lines.iter().map(|line| line.path.display().to_string()).collect();
        assert_eq!(shown.len(), lines.len(), "no two paths look the same");
        assert!(shown.iter().flat_map(|path| path.chars()).all(|letter| !letter.is_control()));
        for ManifestLine { path, .. } in lines {
            assert_eq!(ManifestPath::new(path.as_bytes()).as_ref(), Ok(path));
        }
    }
    if let Ok(lines) = &exact {
        assert_eq!(written(lines), plainly(data), "the case of digits and a star are all that is forgiven");
        // A blank before a path is lost in the other reading, as RFC 8493 has it.
        if !lines.iter().any(|line| line.path.as_bytes().starts_with(b" ") || line.path.as_bytes().starts_with(b"\t")) {
            assert_eq!(foreign.as_ref(), Ok(lines), "the forgiving reading forgives more and means the same");
        }
    }
    let in_bag = bag::read_manifest(data).map(|listed| {
        listed.into_iter().map(|(path, digest)| ManifestLine { digest, path }).collect::<Vec<ManifestLine>>()
    });
    assert_eq!(in_bag, exact, "a bag's manifest is a manifest");
    in_store(data, exact.as_deref().ok());
}

/// A manifest that lies in a store is read line by line; an error ends it.
fn in_store(data: &[u8], expected: Option<&[ManifestLine]>) {
    let (store, name) = (MemoryBlobs::new(), Digest::of(data));
    store.plant(name, data);
    let mut reading = read_manifest(&name, &store).expect("the store holds it");
    let read: Result<Vec<ManifestLine>, _> = reading.by_ref().collect();
    assert_eq!(read.as_deref().ok(), expected, "line by line and as a whole");
    assert!(reading.next().is_none(), "there is nothing after the end or an error");
}

fn written(lines: &[ManifestLine]) -> Vec<u8> {
    let mut out = Vec::new();
    lines.iter().for_each(|line| line.encode_line(&mut out));
    out
}

/// A text that was read strictly, in the one spelling in which it would be written.
fn plainly(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let (digits, rest) = line.split_at(64);
        out.extend(digits.to_ascii_lowercase());
        out.extend_from_slice(b"  ");
        // The letters of a code are the other spelling that is forgiven.
        let path = String::from_utf8_lossy(&rest[2..]).contains('%');
        let path = if path { upper_codes(&rest[2..]) } else { rest[2..].to_vec() };
        out.extend(path);
    }
    out
}

fn upper_codes(path: &[u8]) -> Vec<u8> {
    let mut out = path.to_vec();
    for at in 0..path.len().saturating_sub(2) {
        if path[at] == b'%' {
            out[at + 1..at + 3].make_ascii_uppercase();
        }
    }
    out
}

/// Fields of `bag-info.txt`.
const FIELDS: [&str; 4] = ["Source-Organization", "External-Description", "Payload-Oxum", "Portreeve-Ledger"];

/// The text of `bag-info.txt`: a stranger's, in which no value reaches beyond its line; and ours, in which no value can
/// add a field or hide one.
pub fn bag_info(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    for name in FIELDS {
        assert!(bag::info_value(text, name).is_none_or(|value| !value.contains('\n')), "a value is one line");
    }
    let mut values = text.split('\u{1e}');
    let fields = FIELDS.map(|name| (name, values.next().unwrap_or_default().to_owned()));
    let info = bag::info(&fields);
    assert_eq!(info.lines().count(), FIELDS.len(), "one line a field");
    for (name, value) in &fields {
        let found = bag::info_value(&info, name);
        assert_eq!(found, Some(value.replace(['\r', '\n'], " ").as_str()), "{name}");
    }
}
