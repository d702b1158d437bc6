//! Text, tables, data, pages and messages.

use super::body;
use super::made::MESSAGE;

#[test]
fn text_is_read_in_its_charset() {
    assert_eq!(body("caf\u{e9}  \u{a3}5\r\n\r\nnext".as_bytes(), "a.txt"), "café £5\nnext");
    assert_eq!(body(b"caf\xE9 \xA35", "a.txt"), "café £5");
    let utf_16: Vec<u8> = "name,status\r\nadmin,disabled\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(body(&[&[0xFF, 0xFE], &utf_16[..]].concat(), "a.csv"), "name,status\nadmin,disabled");
    assert_eq!(body(&utf_16, "a.csv"), "name,status\nadmin,disabled");
}

#[test]
fn an_empty_file_has_an_empty_text() {
    assert_eq!(body(b"", "a.txt"), "");
}

#[test]
fn json_gives_names_and_values_with_escapes_resolved() {
    let json = br#"{"host":"fw\u00a31","ports":[22,443.5],"open":true,"note":"a\nb","none":null}"#;
    assert_eq!(body(json, ""), "host: fw£1\nports: 22\n443.5\nopen: true\nnote: a\nb\nnone: null");
    assert_eq!(body(b"{\"a\":1}\n{\"a\":2}\n", ""), "a: 1\na: 2");
}

#[test]
fn json_that_breaks_off_or_nests_too_deep_is_read_as_text() {
    let long = format!("[{{\"host\":\"fw-1\"}},{}", "1,".repeat(70_000));
    assert!(body(long.as_bytes(), "a.json").starts_with("[{\"host\":\"fw-1\"},1,1"));
    let deep = format!("{}\"core\"{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(body(deep.as_bytes(), "a.json").contains("core"));
}

#[test]
fn xml_gives_text_and_attributes() {
    let xml = b"<?xml version=\"1.0\"?><r xmlns='urn:x'><host name=\"fw-1\" os='a&amp;b'/><i>Weak<![CDATA[ <TLS>]]> \
                &#163;5 &lt;b&gt;</i><i>two</i></r>";
    assert_eq!(body(xml, ""), "fw-1 a&b Weak <TLS> £5 <b>\ntwo");
}

#[test]
fn xml_in_another_charset_is_read_as_it_declares() {
    let xml = b"<?xml version=\"1.0\" encoding=\"ISO-8859-2\"?><a>\xB9kola</a>";
    assert_eq!(body(xml, ""), "škola");
}

#[test]
fn xml_that_is_not_well_formed_is_read_as_its_tags_are_seen() {
    assert_eq!(body(b"<?xml version=\"1.0\"?><r><host>one</port><host>two", ""), "one\ntwo");
}

#[test]
fn a_page_gives_what_a_browser_shows() {
    let page = b"<!DOCTYPE html><html><head><title>Audit</title><style>p{color:red}</style></head><body>\
        <script>if (a < b) alert('</p>')</script><h1>Fire<b>wall</b> &pound;62&nbsp;000</h1><!-- <p>no</p> -->\
        <table><tr><td>Rule</td><td>any &lt;-&gt; any</td></tr></table>1 < 2 &unknown; &amp &#x41;<br>end";
    assert_eq!(body(page, ""), "Audit\nFirewall £62 000\nRule any <-> any\n1 < 2 &unknown; &amp A\nend");
}

#[test]
fn a_page_in_its_own_charset_is_read_so() {
    assert_eq!(body(b"<html><meta charset=\"windows-1250\"><p>\x9Akola</html>", ""), "škola");
}

#[test]
fn a_message_gives_its_headers_text_parts_and_the_names_of_its_files() {
    assert_eq!(
        body(MESSAGE.as_bytes(), "quote.eml"),
        "From: Renée <renee@council.example>\n\
         To: network-officer@council.example, security-officer@council.example\n\
         Subject: Firewall £62k quote\n\
         Date: Tue, 18 Dec 2018 09:30:00 +0000\n\
         The renewal costs £62,000 – without the software.\n\
         Attachment: terms.txt\n\
         Support ends on 31 March 2023.\n\
         Attachment: quote.pdf"
    );
}

#[test]
fn a_picture_within_the_text_of_a_message_is_named_once() {
    let message = "From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n\
        --x\nContent-Type: text/plain\n\nbefore\n--x\nContent-Type: image/png\n\
        Content-Disposition: inline; filename=rack.png\n\nx\n--x\nContent-Type: text/plain\n\nafter\n--x--\n";
    assert_eq!(body(message.as_bytes(), ""), "From: a@b.example\nbefore\nAttachment: rack.png\nafter");
}

#[test]
fn a_message_that_is_only_a_page_gives_the_page() {
    let message = "From: a@b.example\nSubject: x\nContent-Type: text/html\n\n<p>Renew <i>now</i></p>";
    assert_eq!(body(message.as_bytes(), ""), "From: a@b.example\nSubject: x\nRenew now");
}

#[test]
fn a_mailbox_gives_its_first_message() {
    let mailbox = "From a@b.example Tue Dec 18 09:30:00 2018\nFrom: a@b.example\nSubject: first\n\nhello\n";
    assert_eq!(body(mailbox.as_bytes(), ""), "From: a@b.example\nSubject: first\nhello");
}

#[test]
fn a_header_stays_on_its_line_whatever_ends_a_line_in_it() {
    let message = "From: a@b.example\r\nSubject: =?utf-8?Q?quote=0BDate:=E2=80=A8today?=\r\n\r\nBody\r\n";
    assert_eq!(body(message.as_bytes(), "a.eml"), "From: a@b.example\nSubject: quote Date: today\nBody");
}
