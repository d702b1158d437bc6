//! Text documents, workbooks, slides and drawings.

use super::body;
use super::made::{docx, paragraph, xlsx, zipped};

#[test]
fn a_text_document_gives_what_is_printed() {
    let table = format!(
        "<w:tbl><w:tr><w:tc>{}{}</w:tc><w:tc>{}</w:tc></w:tr><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>",
        paragraph("Lesson"),
        paragraph("one"),
        paragraph("Done"),
        paragraph("next"),
    );
    let runs = "<w:p><w:r><w:t>Fire</w:t></w:r><w:r><w:t>wall &amp; </w:t><w:tab/><w:t>rules</w:t></w:r>\
        <w:del><w:r><w:delText>struck out</w:delText></w:r></w:del>\
        <w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r></w:p>";
    assert_eq!(body(&docx(&format!("{runs}{table}")), "a.docx"), "Firewall & rulesa\nb\nLesson one Done\nnext");
}

#[test]
fn notes_and_headers_of_a_text_document_are_read_after_it() {
    let part = |text: &str| format!("<w:x xmlns:w=\"w\">{}</w:x>", paragraph(text));
    let bytes = zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/footnotes.xml", &part("a note")),
        ("word/header1.xml", &part("OFFICIAL-SENSITIVE")),
        ("word/document.xml", &part("the body")),
        ("word/media/image1.png", "no"),
    ]);
    assert_eq!(body(&bytes, ""), "the body\nOFFICIAL-SENSITIVE\na note");
}

#[test]
fn a_workbook_gives_its_sheets_and_cells_row_by_row() {
    let shared = "<si><t>Owner</t></si><si/><si><r><t>net</t></r><r><t>work</t></r><rPh><t>no</t></rPh></si>";
    let rows = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c></row>\
        <row><c><v>62000.5</v></c><c t=\"inlineStr\"><is><t>in line</t></is></c>\
        <c t=\"str\"><f>A1&amp;B1</f><v>came to</v></c><c t=\"s\"><v>99</v></c></row>";
    assert_eq!(body(&xlsx(shared, rows), "a.xlsx"), "Rules & owners\nOwner network\n62000.5 in line came to");
}

#[test]
fn slides_come_in_the_order_of_their_numbers() {
    let slide =
        |text: &str| format!("<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>");
    let bytes = zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("ppt/slides/slide10.xml", &slide("ten")),
        ("ppt/slides/slide2.xml", &slide("two")),
        ("ppt/notesSlides/notesSlide2.xml", &slide("note")),
    ]);
    assert_eq!(body(&bytes, ""), "two\nten\nnote");
}

#[test]
fn a_drawing_gives_the_words_on_its_shapes() {
    let page = "<PageContents><Shapes><Shape><Cell V='9'/><Text>Core <cp IX='0'/>switch\n</Text></Shape>\
        <Shape><Text>DMZ</Text></Shape></Shapes></PageContents>";
    let bytes = zipped(&[("[Content_Types].xml", "<Types/>"), ("visio/pages/page1.xml", page)]);
    assert_eq!(body(&bytes, "network.vsdx"), "Core switch\nDMZ");
}

#[test]
fn open_documents_are_read_too() {
    let content = "<office:document-content xmlns:office='o' xmlns:text='t' xmlns:table='b'><office:body>\
        <text:h>Plan</text:h><text:p>One<text:s/>two<text:span>three</text:span></text:p>\
        <table:table-row><table:table-cell number-columns-repeated='1000000'><text:p>a</text:p></table:table-cell>\
        <table:table-cell><text:p>b</text:p></table:table-cell></table:table-row>\
        </office:body></office:document-content>";
    for kind in ["text", "spreadsheet"] {
        let bytes = zipped_stored(&format!("application/vnd.oasis.opendocument.{kind}"), content);
        assert_eq!(body(&bytes, ""), "Plan\nOne twothree\na b");
    }
}

/// OpenDocument wants its first member unpacked.
fn zipped_stored(mimetype: &str, content: &str) -> Vec<u8> {
    use std::io::{Cursor, Write as _};
    use zip::write::SimpleFileOptions;

    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("mimetype", stored).unwrap();
    writer.write_all(mimetype.as_bytes()).unwrap();
    writer.start_file("content.xml", SimpleFileOptions::default()).unwrap();
    writer.write_all(content.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}
