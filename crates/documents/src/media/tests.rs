//! What each kind of file is taken for.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn is(bytes: &[u8], name: &str, iana: &str, kind: Kind) {
    let media = of(bytes, name);
    assert_eq!((media.iana(), media.kind()), (iana, kind));
    assert_eq!(Media::parse(iana), Some(media), "it can be written down and read again");
}

#[test]
fn text_is_told_by_its_content() {
    is(b"Renew the firewall, and then the server.\n", "", "text/plain", Kind::Text);
    is(b"", "", "text/plain", Kind::Text);
    is(b"hostname fw-1\ninterface g0\n ip address 10.0.0.1\n", "fw.cfg", "text/plain", Kind::Text);
    is(b"host,port\nfw-1,22\nfw-2,\"4,43\"\n", "", "text/csv", Kind::Table);
    is(b"host;port\nfw-1;22\nfw-2;443\n", "export.txt", "text/csv", Kind::Table);
    is(b"host\tport\nfw-1\t22\nfw-2\t443\n", "", "text/tab-separated-values", Kind::Table);
    is(b"{\"a\": [1, 2]}", "", "application/json", Kind::Data);
    is(b"{\"a\": 1}\n{\"a\": 2}\n", "", "application/x-ndjson", Kind::Data);
    is(b"[section]\nkey = 1\n", "", "text/plain", Kind::Text);
    is(b"<?xml version=\"1.0\"?>\n<!-- x --><r:report a='1'/>", "", "application/xml", Kind::Data);
    is(b"<NessusClientData_v2>\n<Policy>", "scan.nessus", "application/xml", Kind::Data);
    is(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "", "image/svg+xml", Kind::Picture);
    is(b"\n<!DOCTYPE HTML>\n<html>", "", "text/html", Kind::WebPage);
    is(b"<div class=x>a</div>", "", "text/html", Kind::WebPage);
    is(b"<empty/>", "", "application/xml", Kind::Data);
    is(b"<https://example.org/manual.html>\n", "README", "text/plain", Kind::Text);
    is(b"<x:>", "README", "text/plain", Kind::Text);
    is(b"<?xml version='1.0'?><!DOCTYPE html><html>", "", "application/xhtml+xml", Kind::WebPage);
    is(b"From: a@b.example\r\nSubject: x\r\n\r\nhello", "", "message/rfc822", Kind::Email);
    is(b"From a@b Tue\nFrom: a@b.example\nTo: c\n\nhello", "", "application/mbox", Kind::Email);
    is(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "", "text/calendar", Kind::Data);
    is(b"{\\rtf1\\ansi hello}", "", "application/rtf", Kind::Document);
}

#[test]
fn a_name_decides_only_between_kinds_of_text() {
    is(b"# Heading\nwords", "notes.md", "text/markdown", Kind::Text);
    is(b"a: 1\nb: 2\n", "x.yaml", "application/yaml", Kind::Data);
    is(b"host,port\n", "hosts.csv", "text/csv", Kind::Table);
    is(b"host,port\n", "hosts.txt", "text/plain", Kind::Text);
    is(b"<?xml version=\"1.0\"?><a/>", "page.csv", "application/xml", Kind::Data);
    is(b"{\"a\": 1}", "a.html", "application/json", Kind::Data);
    is(b"%PDF-1.7\n1 0 obj", "invoice.txt", "application/pdf", Kind::Document);
    is(
        b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF",
        "report.pdf",
        "application/vnd.microsoft.portable-executable",
        Kind::Other,
    );
    is(b"BM is how this note begins", "note.bmp", "text/plain", Kind::Text);
    is(b"just words", "archive.zip", "text/plain", Kind::Text);
}

#[test]
fn prose_with_commas_is_no_table() {
    is(b"First, this.\nThen, that.\n", "", "text/plain", Kind::Text);
    is(b"a,b\nc\nd,e\nf,g\n", "", "text/plain", Kind::Text);
}

#[test]
fn other_files_are_told_by_their_first_bytes() {
    is(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "", "image/png", Kind::Picture);
    is(b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", "", "image/jpeg", Kind::Picture);
    is(b"\x1F\x8B\x08\0\0\0\0\0", "logs.tar.gz", "application/gzip", Kind::Archive);
    is(b"SQLite format 3\0\x10\0", "", "application/vnd.sqlite3", Kind::Data);
    is(b"\xD4\xC3\xB2\xA1\x02\0\x04\0", "", "application/vnd.tcpdump.pcap", Kind::Data);
    is(b"\x00junk\x00 %PDF-1.4\n", "", "application/pdf", Kind::Document);
    is(&[1, 2, 3, 0, 0, 9], "", "application/octet-stream", Kind::Other);
}

/// A zip of stored members without a directory: what its beginning looks like.
fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members {
        bytes.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        bytes.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        bytes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(name.as_bytes());
        bytes.extend(*content);
    }
    bytes
}

#[test]
fn office_documents_are_told_from_archives_by_their_members() {
    let types = ("[Content_Types].xml", &b"<Types/>"[..]);
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    is(&stored(&[types, ("_rels/.rels", b"x"), ("word/document.xml", b"x")]), "a.zip", word, Kind::Document);
    let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    is(&stored(&[("xl/workbook.xml", b"x"), types]), "", sheet, Kind::Table);
    let macros = "application/vnd.ms-excel.sheet.macroEnabled.12";
    is(&stored(&[types, ("xl/workbook.xml", b"x"), ("xl/vbaProject.bin", b"x")]), "", macros, Kind::Table);
    let slides = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    is(&stored(&[types, ("ppt/presentation.xml", b"x")]), "", slides, Kind::Presentation);
    is(&stored(&[types, ("visio/document.xml", b"x")]), "", "application/vnd.ms-visio.drawing", Kind::Picture);
    let open = "application/vnd.oasis.opendocument.spreadsheet";
    is(&stored(&[("mimetype", open.as_bytes()), ("content.xml", b"x")]), "", open, Kind::Table);
    is(&stored(&[("word/document.xml", b"x")]), "a.docx", "application/zip", Kind::Archive);
    is(&stored(&[("notes.txt", b"x"), ("a.csv", b"y")]), "", "application/zip", Kind::Archive);
}

#[test]
fn an_office_document_within_an_archive_is_an_archive() {
    let inner = stored(&[("[Content_Types].xml", b"x"), ("word/document.xml", b"x")]);
    is(&stored(&[("report.docx", &inner), ("b.txt", b"x")]), "", "application/zip", Kind::Archive);
}

#[test]
fn old_office_documents_are_told_by_their_streams() {
    let ole = |stream: &str| {
        let mut bytes = containers::OLE.to_vec();
        bytes.resize(1024 + 128, 0);
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.resize(4096, 0);
        bytes
    };
    is(&ole("WordDocument"), "", "application/msword", Kind::Document);
    is(&ole("Workbook"), "", "application/vnd.ms-excel", Kind::Table);
    is(&ole("__substg1.0_0037001F"), "a.msg", "application/vnd.ms-outlook", Kind::Email);
    is(&ole("EncryptedPackage"), "a.xlsx", ENCRYPTED_OFFICE, Kind::Other);
    is(&ole("something"), "a.doc", "application/x-ole-storage", Kind::Other);
}

#[test]
fn words_on_screen_are_ten_different_ones() {
    let words: std::collections::BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(words.len(), 10);
}

#[test]
fn only_media_types_are_read_back() {
    for wrong in ["", "text", "text/", "/plain", "text/plain; charset=utf-8", "text/pl ain", "a/b/c", "té/x"] {
        assert_eq!(Media::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Media::parse(&format!("a/{}", "b".repeat(128))), None);
}

proptest! {
    #[test]
    fn any_bytes_have_a_type_that_can_be_read_back(
        magic in prop::sample::select(vec![&b""[..], b"PK\x03\x04", containers::OLE, b"{", b"<", b"From ", b"%PDF-"]),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        name in "[a-z./]{0,12}",
    ) {
        let media = of(&[magic, &bytes[..]].concat(), &name);
        prop_assert_eq!(Media::parse(media.iana()), Some(media));
    }

    #[test]
    fn any_text_has_a_type(text in any::<String>(), name in "[a-z.]{0,8}") {
        let _ = of(text.as_bytes(), &name);
    }
}
