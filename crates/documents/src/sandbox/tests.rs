//! The conversation, without a process.

use std::io::ErrorKind;

use proptest::prelude::*;

use super::*;
use crate::text::{DOCUMENT_BYTES_MAX, Reason, TEXT_BYTES_MAX, Text};

/// What a child says to this input, and how it ends.
fn said(input: &[u8]) -> (Vec<u8>, io::Result<()>) {
    let mut output = Vec::new();
    let end = serve(&mut &input[..], &mut output);
    (output, end)
}

#[test]
fn one_child_reads_many_documents() {
    let mut input = Vec::new();
    Request::write(&mut input, "a.csv", b"host,port\nfw-1,22\n").unwrap();
    Request::write(&mut input, "b.bin", &[0; 8]).unwrap();
    Request::write(&mut input, "c.txt", b"").unwrap();
    let (output, end) = said(&input);
    end.unwrap();
    let mut rest = output.strip_prefix(GREETING).unwrap();
    let mut next = || (read_media(&mut rest).unwrap().iana().to_owned(), read_answer(&mut rest).unwrap());
    let text = |body: &str| Ok(Text { body: body.into(), cut: false });
    assert_eq!(next(), ("text/csv".into(), text("host,port\nfw-1,22")));
    assert_eq!(next(), ("application/octet-stream".into(), Err(Reason::NoTextInKind)));
    assert_eq!(next(), ("text/plain".into(), text("")));
    assert!(rest.is_empty());
}

#[test]
fn every_answer_comes_back_as_it_was() {
    let answers = [
        Ok(Text { body: "a\nb £".into(), cut: true }),
        Ok(Text::default()),
        Err(Reason::Damaged("no \"pages\"".into())),
        Err(Reason::Encrypted),
        Err(Reason::Empty),
    ];
    for answer in answers {
        let mut bytes = Vec::new();
        frames::write_answer(&mut bytes, &answer).unwrap();
        assert_eq!(read_answer(&mut &bytes[..]).unwrap(), answer);
    }
}

#[test]
fn the_longest_reason_fits_its_frame() {
    let mut bytes = Vec::new();
    let longest = Err(Reason::Damaged("\u{1}".repeat(120)));
    frames::write_answer(&mut bytes, &longest).unwrap();
    assert_eq!(read_answer(&mut &bytes[..]).unwrap(), longest);
}

#[test]
fn a_declared_length_beyond_the_limit_ends_the_conversation() {
    let beyond = u32::try_from(DOCUMENT_BYTES_MAX + 1).unwrap().to_be_bytes();
    let (_, end) = said(&[&[0, 0, 0, 0][..], &beyond].concat());
    assert_eq!(end.unwrap_err().kind(), ErrorKind::InvalidData);
    let (_, end) = said(&[0xFF; 8]);
    assert_eq!(end.unwrap_err().kind(), ErrorKind::InvalidData);
    let beyond = u32::try_from(TEXT_BYTES_MAX + 1).unwrap().to_be_bytes();
    assert!(read_answer(&mut &[&[0][..], &beyond].concat()[..]).is_err());
    assert!(read_media(&mut &[0, 0, 1, 0][..]).is_err());
}

#[test]
fn input_that_breaks_off_is_no_document() {
    let mut whole = Vec::new();
    Request::write(&mut whole, "a.txt", b"words").unwrap();
    for length in 1..whole.len() {
        let (output, end) = said(&whole[..length]);
        assert_eq!(end.unwrap_err().kind(), ErrorKind::UnexpectedEof, "{length}");
        assert_eq!(output, GREETING, "{length}");
    }
}

#[test]
fn a_long_name_is_given_by_its_end() {
    let mut bytes = Vec::new();
    Request::write(&mut bytes, &format!("{}.csv", "é".repeat(2_000)), b"x").unwrap();
    let request = Request::read(&mut &bytes[..]).unwrap().unwrap();
    assert!(request.name.len() <= 1_020 && request.name.ends_with("éé.csv"), "{}", request.name.len());
}

#[test]
fn a_document_that_no_child_reads_is_not_sent() {
    let mut nowhere = Vec::new();
    let long = vec![0; DOCUMENT_BYTES_MAX + 1];
    assert_eq!(Request::write(&mut nowhere, "", &long).unwrap_err().kind(), ErrorKind::FileTooLarge);
    assert!(nowhere.is_empty());
}

proptest! {
    #[test]
    fn whatever_a_child_says_is_an_answer_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_media(&mut &bytes[..]);
        if let Ok(Ok(text)) = read_answer(&mut &bytes[..]) {
            prop_assert!(text.body.len() < 200);
        }
    }
}
