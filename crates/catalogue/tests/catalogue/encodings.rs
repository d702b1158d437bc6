//! The same document in JSON, YAML and XML reads the same; what only looks like one is refused with its line or place.

use std::time::{Duration, Instant};

use portreeve_catalogue::oscal::{DocumentKind, document_kind};
use portreeve_catalogue::{FILE_BYTES_MAX, read_framework};
use portreeve_model::standards::Framework;
use proptest::prelude::*;

const METADATA: &str = "<metadata><title>T</title><last-modified>2026-01-01T00:00:00Z</last-modified>\
    <version>1.10</version><oscal-version>1.2.3</oscal-version></metadata>";

fn xml(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><!-- a comment --><catalog xmlns=\"http://csrc.nist.gov/ns/oscal/1.0\" \
         xmlns:x=\"http://other.example\" x:y=\"z\" uuid=\"74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724\">{METADATA}{inside}</catalog>"
    )
}

fn read(text: &str) -> Result<Framework, String> {
    read_framework("x".parse().expect("a reference"), text.as_bytes()).map_err(|problems| problems.to_string())
}

fn statement(markup: &str) -> String {
    let control = format!("<control id='a'><title>A</title><part name='statement'>{markup}</part></control>");
    read(&xml(&control)).unwrap_or_else(|problems| panic!("{problems}")).requirements[0].statement.clone()
}

#[test]
fn markup_reads_as_markdown() {
    assert_eq!(
        statement("<p>One <em>two</em>\n   <strong>three</strong> <q>four</q></p>"),
        "One *two* **three** \"four\""
    );
    assert_eq!(statement("<p>a&lt;b &#38; c&#x2014;d</p><p><![CDATA[<e>]]></p>"), "a<b & c—d\n\n<e>");
    assert_eq!(
        statement("<p><a href='#x'>see</a> <code>c</code> H<sub>2</sub>O 2<sup>n</sup></p>"),
        "[see](#x) `c` H~2~O 2^n^"
    );
    assert_eq!(
        statement("<ul><li>a</li><li>b <em>c</em><ol><li>d</li><li>e</li></ol></li></ul>"),
        "- a\n- b *c*\n  1. d\n  2. e"
    );
    assert_eq!(
        statement("<h2>H</h2><pre>x\n  y</pre><blockquote><p>q</p></blockquote>"),
        "## H\n\n```\nx\n  y\n```\n\n> q"
    );
    let table = "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>";
    assert_eq!(statement(table), "| a | b |\n|---|---|\n| c | d |");
    assert_eq!(statement("<p>Every <insert type='param' id-ref='p'/>.</p>"), "Every [p].");
}

#[test]
fn faults_of_xml_are_told_at_the_place_they_have_in_the_tree() {
    let broken = "<control id='a b'><title>A</title><title>B</title>stray<later/><param/></control>\
        <control id='c' colour='red'><title>C</title><param id='p'><value>v</value><select how-many='two'/></param></control>";
    // The stray text and the second title are found on the way into the tree, and told alone.
    let said = read(&xml(broken)).unwrap_err();
    let places: Vec<&str> = said.lines().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(places, ["/catalog/controls/0/title", "/catalog/controls/0"], "{said}");
    let said = read(&xml(&broken.replace("<title>B</title>stray", ""))).unwrap_err();
    for place in ["0/id", "0/later", "0/params/0/id", "1/colour", "1/params/0", "1/params/0/select/how-many"] {
        assert!(said.contains(&format!("/catalog/controls/{place}: ")), "{place} in\n{said}");
    }
    assert_eq!(said.lines().count(), 6, "{said}");
    let elsewhere = xml("").replace("http://csrc.nist.gov/ns/oscal/1.0", "http://other.example/ns");
    assert!(read(&elsewhere).unwrap_err().contains("not in the namespace of OSCAL"));
    assert!(read("<html/>").unwrap_err().contains("namespace"));
}

#[test]
fn a_prefix_and_empty_elements_make_no_difference() {
    let prefixed = format!(
        "<o:profile xmlns:o='http://csrc.nist.gov/ns/oscal/1.0' uuid='74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724'>{}\
         <o:import href='x.xml'><o:include-all/></o:import><o:merge><o:as-is>true</o:as-is></o:merge></o:profile>",
        METADATA.replace("</", "</o:").replace('<', "<o:").replace("<o:/o:", "</o:")
    );
    assert_eq!(document_kind(prefixed.as_bytes()), Ok(DocumentKind::Profile));
}

#[test]
fn yaml_takes_words_as_they_are_written_and_numbers_at_their_word() {
    let yaml = |version: &str| {
        format!(
            "catalog:\n  uuid: 74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724\n  metadata:\n    title: no\n    \
             last-modified: 2026-01-01T00:00:00Z\n    version: {version}\n    oscal-version: 1.2.3\n"
        )
    };
    let framework = read(&yaml("\"1.10\"")).unwrap();
    assert_eq!((framework.title.as_str(), framework.version.as_str()), ("no", "1.10"));
    let said = read(&yaml("1.10")).unwrap_err();
    assert!(said.starts_with("/catalog/metadata/version: it is a number; put it in quotation marks"), "{said}");
    assert!(read(&format!("{}  metadata: {{}}\n", yaml("v"))).unwrap_err().contains("line 8"));
    assert!(read("just words").unwrap_err().contains("it is not an object"));
}

#[test]
fn hostile_documents_are_refused_quickly_in_every_encoding() {
    let started = Instant::now();
    let nested = |open: &str, close: &str, depth: usize| format!("{}{}", open.repeat(depth), close.repeat(depth));
    let control = "<control id='a'><title>A</title>";
    let hundred = nested(control, "</control>", 100);
    assert!(read(&xml(&hundred)).unwrap_err().contains("nested more than"));
    assert!(read(&xml(&nested("<p>", "</p>", 1_000_000))).unwrap_err().contains("nested more than"));
    let json = |inside: String| format!("{{\"catalog\":{{\"groups\":{inside}}}}}");
    assert!(read(&json(nested("[{\"groups\":", "}]", 100))).is_err());
    assert!(read(&json(nested("[", "]", 1_000_000))).unwrap_err().contains("recursion"));
    assert!(
        read(&format!("catalog:\n{}", (1..200).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>()))
            .is_err()
    );

    let bomb = "<!DOCTYPE catalog [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">]>";
    assert!(read(&format!("{bomb}{}", xml("&b;"))).unwrap_err().contains("document type"));
    assert!(read(&xml("&b;")).unwrap_err().contains("the entity `b` is not defined"));
    assert!(read(&xml("&#0;")).is_err() && read(&xml("&#xD800;")).is_err());
    for broken in ["<", "<catalog", "<a></b>", "<a/><b/>", "<a/>x", "<a b='1' b='2'/>", "<a b=1/>", "</a>", "<a>"] {
        assert!(read(broken).is_err(), "{broken}");
    }
    assert!(read(&format!("<{}", " ".repeat(FILE_BYTES_MAX))).unwrap_err().contains("bytes"));
    let many = read(&xml(&"<a/>".repeat(400_001))).unwrap_err();
    assert!(many.contains("more than 400000 elements"), "{many}");
    assert!(
        read(&xml(&"<control id='a'><title>A</title></control>".repeat(3))).unwrap_err().contains("stands already at")
    );
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_make_a_reader_panic(lead in "[<a-z]", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = document_kind(&[lead.as_bytes(), &bytes].concat());
    }

    #[test]
    fn no_wound_to_good_xml_makes_a_reader_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut good = xml("<control id='a'><title>A</title><part name='statement'><p>x <em>y</em></p></part></control>").into_bytes();
        let at = at.index(good.len());
        good[at] = byte;
        let _ = read_framework("x".parse().expect("a reference"), &good);
    }
}
