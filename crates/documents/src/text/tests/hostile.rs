//! Documents made to hurt their reader.

use super::super::{DETAIL_LETTERS_MAX, DOCUMENT_BYTES_MAX, TEXT_BYTES_MAX, of, of_file};
use super::made::{docx, encrypted, paragraph, xlsx, zipped};
use super::{Reason, body, refusal};
use crate::media;

#[test]
fn a_document_beyond_the_limit_is_not_read() {
    let long = vec![b' '; DOCUMENT_BYTES_MAX + 1];
    assert_eq!(of(&media::of(b"text", ""), &long), Err(Reason::TooLarge));
}

#[test]
fn text_is_cut_at_the_limit_and_says_so() {
    let (_, text) = of_file("é ".repeat(TEXT_BYTES_MAX).as_bytes(), "a.txt");
    let text = text.unwrap();
    assert!(text.cut && text.body.len() <= TEXT_BYTES_MAX && text.body.len() > TEXT_BYTES_MAX - 4);
}

#[test]
fn what_unpacks_to_more_than_the_text_holds_is_unpacked_no_further() {
    let bomb = docx(&paragraph(&"a ".repeat(16 * 1024 * 1024)));
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let (_, text) = of_file(&bomb, "a.docx");
    let text = text.unwrap();
    assert!(text.cut && text.body.len() <= TEXT_BYTES_MAX);
}

#[test]
fn entities_that_a_document_declares_stand_for_nothing() {
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
    let xml = format!("<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY l0 \"lol\">{laughs}]><l>before &l9; after</l>");
    assert_eq!(body(xml.as_bytes(), "a.xml"), "before after");
    let fetching = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>[&x;]</a>";
    assert_eq!(body(fetching.as_bytes(), "a.xml"), "[]");
    let office = zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", "<!DOCTYPE a [<!ENTITY x \"y\">]><w:p><w:t>[&x;]</w:t></w:p>"),
    ]);
    assert_eq!(body(&office, ""), "[]");
}

#[test]
fn nesting_has_a_limit() {
    let deep = |count: usize| format!("<?xml version=\"1.0\"?>{}x{}", "<a>".repeat(count), "</a>".repeat(count));
    assert_eq!(body(deep(256).as_bytes(), ""), "x");
    let reason = refusal(deep(100_000).as_bytes(), "");
    assert_eq!(reason.to_string(), "damaged: elements nested more than 256 deep");
    let office = docx(&deep(300).replace("<?xml version=\"1.0\"?>", ""));
    assert_eq!(refusal(&office, ""), reason);
    assert_eq!(body(format!("<html>{}x", "<div>".repeat(100_000)).as_bytes(), ""), "x");
}

#[test]
fn what_wants_a_password_says_so() {
    assert_eq!(refusal(&encrypted(docx(&paragraph("secret"))), "a.docx"), Reason::Encrypted);
    assert_eq!(refusal(&encrypted(xlsx("", "<row/>")), "a.xlsx"), Reason::Encrypted);
    let mut office = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    office.resize(1024, 0);
    office.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    office.resize(4096, 0);
    assert_eq!(refusal(&office, "a.docx"), Reason::Encrypted);
}

#[test]
fn a_member_named_out_of_its_folder_is_only_a_name() {
    let bytes = zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/../../../etc/cron.d/x.xml", "<w:p><w:t>never</w:t></w:p>"),
        ("/etc/passwd", "never"),
        ("word/document.xml", "<w:p><w:t>the body</w:t></w:p>"),
    ]);
    assert_eq!(body(&bytes, "../../a.docx"), "the body");
}

#[test]
fn a_document_cut_short_is_damaged_wherever_it_is_cut() {
    let whole = docx(&paragraph("Firewall"));
    for length in (40..whole.len()).step_by(37) {
        let (_, text) = of_file(&whole[..length], "a.docx");
        assert!(matches!(text, Err(Reason::Damaged(_) | Reason::NoTextInKind)), "{length}: {text:?}");
    }
    let half = zipped(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w:p><w:t>half")]);
    assert_eq!(refusal(&half, "").to_string(), "damaged: it ends in the middle");
}

#[test]
fn declared_sizes_are_not_believed() {
    let mut bytes = docx(&paragraph("Firewall"));
    let end = bytes.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    // The first member says that it unpacks to 4 GiB.
    bytes[directory + 24..directory + 28].copy_from_slice(&[0xFE; 4]);
    assert_eq!(body(&bytes, ""), "Firewall");
    // The end record says that there are 65,000 members.
    bytes[end + 8..end + 12].copy_from_slice(&[0xE8, 0xFD, 0xE8, 0xFD]);
    assert_eq!(refusal(&bytes, ""), Reason::TooLarge);
}

#[test]
fn kinds_without_text_say_so() {
    assert_eq!(refusal(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01", "a.png"), Reason::NoTextInKind);
    assert_eq!(refusal(&zipped(&[("a.txt", "text")]), "a.zip"), Reason::NoTextInKind);
    assert_eq!(refusal(&[0; 100], "a.bin"), Reason::NoTextInKind);
}

#[test]
fn a_reason_is_short_and_one_line() {
    let Reason::Damaged(detail) = Reason::damaged("a\nb\u{1b}[2J".repeat(1_000)) else { panic!() };
    assert!(detail.len() <= DETAIL_LETTERS_MAX && !detail.contains(['\n', '\u{1b}']), "{detail:?}");
}

#[test]
fn a_deeply_nested_pdf_object_breaks_nothing() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bytes = super::made::pdf(&["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), deep], "");
    assert!(matches!(refusal(&bytes, "a.pdf"), Reason::Damaged(_) | Reason::Empty));
    let content = format!("BT /F1 9 Tf {}{} TJ (after) Tj ET", "[".repeat(100_000), "]".repeat(100_000));
    let bytes = super::made::page(&content, super::made::HELVETICA, &[]);
    let _ = of_file(&bytes, "a.pdf");
}

#[test]
fn a_reason_is_one_line_whatever_it_quotes() {
    let bytes = docx("<w:p\u{B}a\u{2028}b\u{C}c></w:q>");
    let (_, text) = of_file(&bytes, "a.docx");
    let Err(Reason::Damaged(detail)) = text else { panic!("{text:?}") };
    assert!(detail.contains("a b c") && !detail.contains('\n'), "{detail:?}");
}
