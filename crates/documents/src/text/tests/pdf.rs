//! PDFs written by hand.

use super::made::{HELVETICA, page, pdf, stream};
use super::{Reason, body, refusal};

/// A font whose letters are all half as wide as high.
const EVEN: &str = "<< /Type /Font /Subtype /TrueType /BaseFont /Even /Encoding /WinAnsiEncoding \
    /FontDescriptor << /MissingWidth 500 >> /FirstChar 32 /Widths [500 500 500] >>";

#[test]
fn lines_and_words_are_told_apart_by_where_they_stand() {
    // Three lines by three ways of going on; a kerned word; a gap instead of a space; a raised letter.
    let content = "BT /F1 10 Tf 12 TL 50 700 Td (Fire) Tj [(wa) 60 (ll)] TJ T* [(rules) -400 (of)] TJ ( 2018) Tj \
        1 0 0 1 50 600 Tm (far) Tj 15 0 Td (wall) Tj 40 0 Td (cell) Tj (next) ' 0 3 Td (raised) Tj ET";
    assert_eq!(body(&page(content, EVEN, &[]), "a.pdf"), "Firewall\nrules of 2018\nfarwall cell\nnext raised");
}

#[test]
fn without_widths_a_step_of_the_pen_is_a_space() {
    let content = "BT /F1 10 Tf 50 700 Td (Rule) Tj 25 0 Td (Source) Tj 0 -12 Td (\\243 \\2265) Tj ET";
    assert_eq!(body(&page(content, HELVETICA, &[]), ""), "Rule Source\n£ –5");
}

#[test]
fn letters_by_name_are_what_they_mean() {
    let font = "<< /Type /Font /Subtype /Type1 /BaseFont /TeX /Encoding << /Type /Encoding \
        /Differences [1 /fi /eacute /sterling /uni00DF /a.sc /nothingknown 65 /B] >> >>";
    let content = "BT /F1 10 Tf (of\\001ce caf\\002 \\0035 stra\\004e \\005\\006 A) Tj ET";
    assert_eq!(body(&page(content, font, &[]), ""), "office café £5 straße a B");
}

#[test]
fn composite_fonts_are_read_by_their_map() {
    let font = "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 7 0 R \
        /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /DW 500 /W [4353 [500 250] 4355 4356 600] >>] >>";
    let map = stream(
        "",
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange \
         2 beginbfchar <1101> <0046> <1102> <006600660069> endbfchar 1 beginbfrange <1103> <1104> <0061> endbfrange \
         endcmap",
    );
    let content = "BT /F1 10 Tf <11011102> Tj [<1103> -500 <1104>] TJ <0009> Tj ET";
    assert_eq!(body(&page(content, font, &["null".into(), map]), ""), "Fffia b");
}

#[test]
fn text_in_forms_is_read_and_a_form_in_itself_ends() {
    // Without resources of its own it uses the page's, in which it stands itself.
    let form = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Matrix [1 0 0 1 0 -50]",
        "BT /F1 10 Tf (again) Tj ET /X1 Do /X1 Do",
    );
    let text = body(&page("BT /F1 10 Tf (page) Tj ET /X1 Do", HELVETICA, &[form]), "");
    assert!(text.starts_with("page\nagain\nagain"), "{text}");
    assert_eq!(text.matches("again").count(), 255, "eight deep, twice each");
}

#[test]
fn a_pdf_without_letters_says_so() {
    assert_eq!(refusal(&page("0 0 9 9 re f", HELVETICA, &[]), "scan.pdf"), Reason::Empty);
}

#[test]
fn a_pdf_that_wants_a_password_says_so() {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [] /Count 0 >>".to_owned(),
        format!("<< /Filter /Standard /V 1 /R 2 /P -4 /O <{0}> /U <{0}> >>", "41".repeat(32)),
    ];
    let bytes = pdf(&objects, "/Encrypt 3 0 R /ID [<41> <41>]");
    assert_eq!(refusal(&bytes, "a.pdf"), Reason::Encrypted);
}

#[test]
fn a_pdf_that_is_cut_off_gives_what_is_left_or_says_that_it_is_damaged() {
    let whole = page("BT /F1 10 Tf (Firewall) Tj ET", HELVETICA, &[]);
    let without_table = &whole[..whole.windows(5).position(|w| w == b"xref\n").unwrap()];
    assert_eq!(body(without_table, "a.pdf"), "Firewall");
    assert!(matches!(refusal(&whole[..30], "a.pdf"), Reason::Damaged(_)));
    assert!(matches!(refusal(b"%PDF-1.7 and nothing else", ""), Reason::Damaged(_)));
}

#[test]
fn a_page_tree_that_goes_round_in_a_circle_ends() {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [2 0 R 2 0 R 3 0 R] /Count 9 >>".to_owned(),
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Parent 3 0 R >>".to_owned(),
    ];
    assert!(matches!(refusal(&pdf(&objects, ""), "a.pdf"), Reason::Empty | Reason::Damaged(_)));
}

#[test]
fn numbers_out_of_all_proportion_break_nothing() {
    let huge = "9".repeat(300);
    let content =
        "BT /F1 9 Tf N 0 0 N N -N Tm (a) Tj N Tc [(b) N (c)] TJ 0 0 0 0 0 0 Tm (d) Tj 0 0 0 0 0 0 cm (e) Tj ET";
    let content = content.replace('N', &huge);
    let text = body(&page(&content, EVEN, &[]), "");
    assert_eq!(text.replace([' ', '\n'], ""), "abcde");
}
