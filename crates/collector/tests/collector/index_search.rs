//! Searching as somebody does it: with odd words, page by page, over more rows than one page looks at, and for what was
//! to be forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use portreeve_collector::{
    Absence, Collection, Compared, Cursor, Document, Forgotten, Hit, Index, IndexError, MemoryBlobs, Opened,
    PAGE_ROWS_MAX, Page, Query, QueryProblem, TEXT_BYTES_MAX, TextCounts, TextFound, TextOutcome, TextsAbsent, Total,
    Watch, Within, Words, write_manifest,
};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use proptest::prelude::*;

use crate::support::tell;

fn empty(folder: &Path) -> Index {
    Index::rebuild(folder.join("index"), &[], &MemoryBlobs::new(), Watch::default()).unwrap()
}

fn line(path: &[u8], content: &[u8]) -> ManifestLine {
    ManifestLine { digest: Digest::of(content), path: ManifestPath::new(path).unwrap() }
}

/// Adds a collection of these paths, each file with its path as its content.
fn add(index: &mut Index, paths: &[&[u8]]) -> Digest {
    let mut addition = index.adding(None).unwrap();
    let sorted: BTreeSet<_> = paths.iter().collect();
    for path in &sorted {
        addition.add(Compared::New(&line(path, path)));
    }
    let manifest = Digest::of(&sorted.iter().copied().copied().collect::<Vec<_>>().concat());
    addition.finish(&manifest).unwrap();
    manifest
}

/// Opens the index again, told that the collections are these, in their order, and of which the bytes were erased.
fn told(folder: &Path, index: Index, collections: &[(Digest, bool)]) -> Index {
    drop(index);
    let told = |(manifest, erased): &(Digest, bool)| Collection { erased: *erased, ..Collection::alone(*manifest) };
    let collections: Vec<Collection> = collections.iter().map(told).collect();
    let opened = Index::open_or_rebuild(folder.join("index"), &collections, &MemoryBlobs::new(), Watch::default());
    let (index, how) = opened.unwrap();
    assert_eq!(how, Opened::AsItWas, "no collection is added or taken out");
    for (row, told) in index.collections().unwrap().iter().zip(&collections) {
        assert_eq!(row.forgotten, if told.erased { Forgotten::Wholly } else { Forgotten::No });
    }
    index
}

/// Notes texts, and leaves the mark where it is.
fn note(index: &mut Index, found: &[(Digest, TextFound)]) {
    let up_to = index.texts_wanted(0).unwrap().up_to;
    index.add_texts(found, Some(up_to)).unwrap();
}

fn words(typed: &str) -> Option<Words> {
    Some(Words::parse(typed).unwrap())
}

fn search(index: &mut Index, query: &Query) -> Page {
    index.search(query, Watch::default()).unwrap()
}

fn shown(hits: &[Hit]) -> Vec<String> {
    hits.iter().map(|hit| hit.path.display().to_string()).collect()
}

fn named(index: &mut Index, typed: &str) -> Vec<String> {
    shown(&search(index, &Query { name: words(typed), limit: 100, ..Query::default() }).hits)
}

fn said(index: &mut Index, typed: &str) -> Vec<Option<String>> {
    let query = Query { text: words(typed), limit: 100, markers: ("[", "]"), ..Query::default() };
    search(index, &query).hits.into_iter().map(|hit| hit.snippet).collect()
}

fn text(body: &str) -> TextFound {
    let outcome = TextOutcome::Text { body: body.to_owned(), cut: false };
    TextFound { media: Some("text/plain".to_owned()), kind: Some("text".to_owned()), outcome }
}

#[test]
fn names_are_found_by_their_words_whatever_the_case_and_the_accents() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    add(
        &mut index,
        &["Finance/Café-Rules_2018.PDF".as_bytes(), b"ict/firewall rules.txt", b"ict/\xFFold\xFE rules.txt"],
    );
    assert_eq!(named(&mut index, "cafe"), ["Finance/Café-Rules_2018.PDF"]);
    assert_eq!(named(&mut index, "CAFE\u{301} 2018 pdf finance"), ["Finance/Café-Rules_2018.PDF"]);
    assert_eq!(named(&mut index, "ru* fire*"), ["ict/firewall rules.txt"]);
    assert_eq!(named(&mut index, "\"firewall rules\""), ["ict/firewall rules.txt"]);
    assert_eq!(named(&mut index, "\"rules firewall\""), [""; 0]);
    assert_eq!(named(&mut index, "rule"), [""; 0], "a word is a whole word without a star");
    assert_eq!(named(&mut index, "old"), ["ict/\\xFFold\\xFE rules.txt"], "what is not UTF-8 has its other words");
    add(&mut index, &[b"later/rules"]);
    assert_eq!(named(&mut index, "rules later"), ["later/rules"], "what came later is found too");
}

#[test]
fn a_prefix_of_the_path_and_words_of_the_name_go_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let paths =
        ["a b/x report", "a-b/x report", "ab/x report", "é/x report", "e/x report", "%/x report", "a bc/report"];
    add(&mut index, &paths.map(str::as_bytes));
    for start in ["a", "a ", "a b", "a b/", "a-", "é", "e", "%", "", "a b/x rep", "a b/x report", "no"] {
        let starts = |path: &&&str| path.starts_with(start);
        let expected: BTreeSet<String> = paths.iter().filter(starts).map(ToString::to_string).collect();
        for name in [words("report"), None] {
            let path = Some(start.as_bytes().to_vec());
            let found = search(&mut index, &Query { name, path, limit: 100, ..Query::default() });
            assert_eq!(shown(&found.hits).into_iter().collect::<BTreeSet<_>>(), expected, "{start:?}");
        }
    }
    let half = Query { path: Some("é".as_bytes()[..1].to_vec()), name: words("report"), limit: 9, ..Query::default() };
    assert_eq!(shown(&search(&mut index, &half).hits), ["é/x report"], "half a letter is a beginning too");
}

#[test]
fn a_text_is_found_with_its_first_match_marked_under_every_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    add(&mut index, &[b"a", b"b", b"c"]);
    let mut again = index.adding(None).unwrap();
    again.add(Compared::New(&line(b"copy of a", b"a")));
    again.finish(&Digest::of(b"again")).unwrap();
    let none = TextOutcome::None { because: "encrypted".to_owned() };
    let found = [
        (Digest::of(b"a"), text("The naïve firewall has no rules, and no other firewall has any")),
        (Digest::of(b"b"), TextFound { media: None, kind: Some("archive".to_owned()), outcome: none }),
        (Digest::of(b"x"), text("a firewall that is in no collection")),
    ];
    note(&mut index, &found);
    let query = Query { text: words("firewall NAIVE"), limit: 9, markers: ("<b>", "</b>"), ..Query::default() };
    let page = search(&mut index, &query);
    assert_eq!(shown(&page.hits), ["a", "copy of a"]);
    assert_eq!(page.total, Some(Total::Exactly(2)));
    for hit in &page.hits {
        assert!(hit.snippet.as_ref().unwrap().starts_with("The <b>naïve</b> <b>firewall</b> has"), "{hit:?}");
        assert_eq!(hit.kind.as_deref(), Some("text"));
    }
    let kind = |kind: &str| Query { kind: Some(kind.to_owned()), limit: 9, ..Query::default() };
    assert_eq!(shown(&search(&mut index, &kind("archive")).hits), ["b"]);
    assert_eq!(shown(&search(&mut index, &kind("text")).hits), ["a", "copy of a"]);
    assert_eq!(said(&mut index, "\"no rules\"").len(), 2);
    assert_eq!(said(&mut index, "\"rules no\"").len(), 0);
    let counts = TextCounts { texts: 1, cut: 0, without: 1, ..TextCounts::default() };
    assert_eq!(index.text_counts().unwrap(), counts);
    note(&mut index, &[(Digest::of(b"a"), text("another text"))]);
    assert_eq!(said(&mut index, "another").len(), 0, "what is known stays as it is");
    let long = format!("{} beyond", "é".repeat(TEXT_BYTES_MAX / 2));
    note(&mut index, &[(Digest::of(b"c"), text(&long))]);
    assert_eq!(said(&mut index, "beyond").len(), 0);
    assert_eq!(index.text_counts().unwrap(), TextCounts { texts: 2, cut: 1, ..counts });
}

#[test]
fn texts_that_are_in_no_collection_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    add(&mut index, &[b"a", b"b", b"c"]);
    // There should be none; a damaged index may have them.
    let mut writer = rusqlite::Connection::open(folder.path().join("index")).unwrap();
    let mut plant = |numbers: std::ops::Range<i64>| {
        let transaction = writer.transaction().unwrap();
        for number in numbers {
            let sql = "INSERT INTO texts (head, tail, state, body) VALUES (?1, zeroblob(24), 0, 'firewall')";
            transaction.execute(sql, [number]).unwrap();
            let sql = "INSERT INTO words (rowid, body) VALUES (last_insert_rowid(), 'firewall')";
            transaction.execute(sql, []).unwrap();
        }
        transaction.commit().unwrap();
    };
    note(&mut index, &[(Digest::of(b"a"), text("firewall"))]);
    plant(0..1_000);
    note(&mut index, &[(Digest::of(b"b"), text("firewall"))]);
    plant(1_000..2_000);
    note(&mut index, &[(Digest::of(b"c"), text("firewall"))]);
    let (mut hits, mut query) = (Vec::new(), Query { text: words("firewall"), limit: 1, ..Query::default() });
    loop {
        let page = search(&mut index, &query);
        hits.extend(shown(&page.hits));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!(hits, ["a", "b", "c"]);
}

/// The paths of the documents that are wanted, page after page, each read.
fn read_all(index: &mut Index, limit: u32) -> Vec<String> {
    let mut read = Vec::new();
    loop {
        let page = index.texts_wanted(limit).unwrap();
        assert!(page.documents.len() <= limit as usize);
        assert_eq!(index.texts_wanted(limit).unwrap(), page, "the same again until it is noted");
        let behind = index.texts_behind().unwrap();
        read.extend(page.documents.iter().map(|document| document.path.display().to_string()));
        let found: Vec<_> = page.documents.iter().map(|document| (document.digest, text("read"))).collect();
        index.add_texts(&found, Some(page.up_to)).unwrap();
        if !page.more {
            assert_eq!(index.texts_behind().unwrap(), 0);
            return read;
        }
        assert!(index.texts_behind().unwrap() < behind, "each page goes on");
    }
}

#[test]
fn documents_are_wanted_once_in_the_order_in_which_they_were_collected() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    assert_eq!(index.texts_behind().unwrap(), 0);
    let (erased, first) = (add(&mut index, &[b"a"]), add(&mut index, &[b"b", b"c"]));
    assert_eq!(index.texts_behind().unwrap(), 3);
    note(&mut index, &[(Digest::of(b"c"), text("known"))]);
    let mut index = told(folder.path(), index, &[(erased, true), (first, false)]);
    let wanted =
        Document { digest: Digest::of(b"b"), path: ManifestPath::new(&b"b"[..]).unwrap(), manifests: vec![first] };
    let page = index.texts_wanted(9).unwrap();
    assert_eq!((page.documents.as_slice(), page.more), (&[wanted][..], false));
    let second = add(&mut index, &[b"d", b"b"]);
    assert_eq!(index.texts_wanted(9).unwrap().documents[1].manifests, [second]);
    assert_eq!(read_all(&mut index, 1), ["b", "d"]);
    assert_eq!(index.texts_wanted(9).unwrap().documents, []);
    let mut addition = index.adding(None).unwrap();
    addition.add(Compared::New(&line(b"copy of d", b"d")));
    addition.finish(&Digest::of(b"copies")).unwrap();
    assert_eq!(index.texts_behind().unwrap(), 1);
    assert_eq!(read_all(&mut index, 9), [""; 0], "one that is known under another name is passed");
}

#[test]
fn a_page_of_documents_that_are_all_known_moves_the_mark_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    // More than one page looks at.
    let paths: Vec<Vec<u8>> = (0..20_500).map(|number| format!("{number:05}").into_bytes()).collect();
    let mut addition = index.adding(None).unwrap();
    for path in &paths {
        let content = if path == b"20400" { "new" } else { "same" };
        addition.add(Compared::New(&line(path, content.as_bytes())));
    }
    addition.finish(&Digest::of(b"manifest")).unwrap();
    note(&mut index, &[(Digest::of(b"same"), text("known"))]);
    assert_eq!(index.texts_behind().unwrap(), 20_500);
    let page = index.texts_wanted(9).unwrap();
    assert_eq!((page.documents.len(), page.more), (0, true));
    index.add_texts(&[], Some(page.up_to)).unwrap();
    assert_eq!(index.texts_behind().unwrap(), 500);
    let stale = page.up_to;
    assert_eq!(read_all(&mut index, 9), ["20400"]);
    index.add_texts(&[], Some(stale)).unwrap();
    assert_eq!(index.texts_behind().unwrap(), 0, "the mark never goes back");
}

#[test]
fn an_index_that_was_made_again_wants_every_document_again() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("index");
    let line = ManifestLine { digest: Digest::of(b"a"), path: ManifestPath::new(&b"a"[..]).unwrap() };
    let manifest = write_manifest(std::iter::once(Ok::<_, std::convert::Infallible>(line)), &blobs).unwrap().digest;
    let all = [Collection::alone(manifest)];
    let mut index = Index::rebuild(&at, &all, &blobs, Watch::default()).unwrap();
    assert_eq!(read_all(&mut index, 1), ["a"]);
    drop(index);
    let mut index = Index::rebuild(&at, &all, &blobs, Watch::default()).unwrap();
    assert_eq!(read_all(&mut index, 1), ["a"]);
}

#[test]
fn a_document_that_could_not_be_had_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let first = add(&mut index, &[b"a", b"b", b"c"]);
    let unreached =
        || TextFound { media: None, kind: None, outcome: TextOutcome::Unreached { because: "not there".to_owned() } };
    note(&mut index, &[b"a", b"b"].map(|path| (Digest::of(path), unreached())));
    note(&mut index, &[(Digest::of(b"c"), text("read"))]);
    let mark = index.texts_wanted(9).unwrap().up_to;
    index.add_texts(&[], Some(mark)).unwrap();
    assert_eq!(index.texts_unreached_count().unwrap(), 2);
    let page = index.texts_unreached(None, 1).unwrap();
    let wanted = |path: &[u8]| {
        let path = ManifestPath::new(path.to_vec()).unwrap();
        Document { digest: Digest::of(path.as_bytes()), path, manifests: vec![first] }
    };
    assert_eq!((page.documents, page.more), (vec![wanted(b"a")], true));
    let page = index.texts_unreached(Some(page.up_to), 9).unwrap();
    assert_eq!((page.documents, page.more), (vec![wanted(b"b")], false));
    index.add_texts(&[(Digest::of(b"a"), text("found at last"))], None).unwrap();
    assert_eq!((said(&mut index, "last").len(), index.texts_unreached_count().unwrap()), (1, 1));
    // What has been read is not lost to one who could not have it.
    index.add_texts(&[(Digest::of(b"a"), unreached())], None).unwrap();
    assert_eq!(said(&mut index, "last").len(), 1);
    // Collected anew, as a copy that is kept.
    add(&mut index, &[b"b", b"d"]);
    assert_eq!(read_all(&mut index, 9), ["b", "d"]);
    assert_eq!(index.texts_unreached_count().unwrap(), 0);
}

#[test]
fn a_document_that_was_forgotten_is_read_when_it_is_collected_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let (first, second) = (add(&mut index, &[b"a", b"b"]), add(&mut index, &[b"b"]));
    assert_eq!(read_all(&mut index, 9), ["a", "b"]);
    let mut index = told(folder.path(), index, &[(first, true), (second, false)]);
    assert_eq!(said(&mut index, "read").len(), 2, "what another lists too stays");
    assert_eq!(index.texts_wanted(9).unwrap().documents, []);
    add(&mut index, &[b"a", b"c"]);
    assert_eq!(read_all(&mut index, 9), ["a", "c"]);
    assert_eq!(said(&mut index, "read").len(), 5);
}

#[test]
fn what_was_forgotten_and_collected_again_as_it_was_is_asked_for_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let (first, other) = (add(&mut index, &[b"a", b"b", b"c"]), add(&mut index, &[b"d", b"e"]));
    assert_eq!(read_all(&mut index, 9).len(), 5);
    let index = told(folder.path(), index, &[(first, true), (other, false)]);
    assert_eq!(index.texts_behind().unwrap(), 0);
    // The same files under the same names have the same manifest.
    let mut index = told(folder.path(), index, &[(first, false), (other, false)]);
    assert_eq!(index.texts_behind().unwrap(), 3, "and nothing of the other");
    assert_eq!(read_all(&mut index, 2), ["a", "b", "c"]);
    assert_eq!(said(&mut index, "read").len(), 5);
    // One that follows it, with one file changed, has no rows for the others.
    let mut index = told(folder.path(), index, &[(first, true), (other, false)]);
    let mut addition = index.adding(Some(&first)).unwrap();
    let [a, b, c] = [b"a", b"b", b"c"].map(|path| line(path, path));
    tell(&mut addition, &[a.clone(), b, c.clone()], &[a, line(b"b", b"edited"), c]);
    addition.finish(&Digest::of(b"later")).unwrap();
    assert_eq!(read_all(&mut index, 9), ["a", "c", "b"]);
    assert_eq!(said(&mut index, "read").len(), 5, "the old b is nobody's");
}

#[test]
fn documents_without_their_text_are_told_by_why_what_is_rare_first_and_all_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let first = add(&mut index, &[b"a", b"b", b"c", b"d", b"e", b"f", b"g"]);
    let gone = add(&mut index, &[b"h"]);
    let none = |because: &str| TextOutcome::None { because: because.to_owned() };
    let unreached = TextOutcome::Unreached { because: "not there".to_owned() };
    let cut = TextOutcome::Text { body: "words".to_owned(), cut: true };
    let outcomes = [
        (b"a", none("a picture")),
        (b"b", none("a picture")),
        (b"c", none("locked")),
        (b"d", cut),
        (b"e", unreached.clone()),
        (b"f", unreached),
        (b"h", none("erased by now")),
    ];
    let found = outcomes.map(|(path, outcome)| (Digest::of(path), TextFound { media: None, kind: None, outcome }));
    note(&mut index, &found);
    note(&mut index, &[(Digest::of(b"g"), text("has one"))]);
    let index = told(folder.path(), index, &[(first, false), (gone, true)]);
    let listed = |limit: u32| {
        let (reasons, others) = index.texts_absent(limit).unwrap();
        let told = |reason: TextsAbsent| {
            let paths: Vec<String> = reason.documents.iter().map(|it| it.path.display().to_string()).collect();
            assert!(reason.documents.iter().all(|it| it.manifests == [first]));
            (reason.absence, reason.because, reason.count, paths.join(" "))
        };
        (reasons.into_iter().map(told).collect::<Vec<_>>(), others)
    };
    let reason = |absence, because: &str, count, paths: &str| (absence, because.to_owned(), count, paths.to_owned());
    let all = [
        reason(Absence::Unreached, "not there", 2, "e f"),
        reason(Absence::Without, "locked", 1, "c"),
        reason(Absence::Without, "a picture", 2, "a b"),
        reason(Absence::Cut, "longer than is kept of one document", 1, "d"),
    ];
    assert_eq!(listed(9), (all.to_vec(), 0));
    assert_eq!(listed(3).0[2], reason(Absence::Without, "a picture", 2, ""));
    assert_eq!(listed(1), (vec![reason(Absence::Unreached, "not there", 2, "e")], 4));
}

#[test]
fn what_stands_around_the_commonest_word_of_a_long_text_is_found_in_no_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    add(&mut index, &[b"a"]);
    note(&mut index, &[(Digest::of(b"a"), text(&"any deny ".repeat(110_000)))]);
    let begun = std::time::Instant::now();
    assert_eq!(said(&mut index, "any")[0].as_ref().unwrap().matches("[any]").count(), 12);
    // 0.2 s; comparing each match with every other takes a minute and a half.
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn a_text_that_is_forgotten_leaves_no_word_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let (first, second) = (add(&mut index, &[b"a"]), add(&mut index, &[b"b"]));
    // Enough of it that it has pages of its own, and words enough that they are written in several pieces.
    let body = |word: &str| (0..3_000).map(|number| format!("{word}{number} ")).collect::<String>();
    note(&mut index, &[(Digest::of(b"a"), text(&body("secretary")))]);
    note(&mut index, &[(Digest::of(b"b"), text(&body("open")))]);
    let holds = |word: &[u8]| {
        let files = fs::read_dir(folder.path()).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
        files.into_iter().any(|bytes| bytes.windows(word.len()).any(|run| run == word))
    };
    assert!(holds(b"secretary1") && holds(b"open1"));
    assert_eq!(said(&mut index, "secretary7").len(), 1);
    let mut index = told(folder.path(), index, &[(first, true), (second, false)]);
    assert_eq!(said(&mut index, "secretary7").len() + said(&mut index, "secr*").len(), 0);
    assert_eq!(said(&mut index, "open7").len(), 1);
    assert!(!holds(b"secretary"), "not in the file, nor in its log");
    note(&mut index, &[(Digest::of(b"a"), text("secretary again"))]);
    assert_eq!(said(&mut index, "secretary").len(), 0, "not by one who was reading it meanwhile");
    assert!(!holds(b"secretary"));
    assert!(
        index
            .verify(&[], &MemoryBlobs::new())
            .unwrap()
            .differences
            .iter()
            .all(|found| { matches!(found, portreeve_collector::Difference::CollectionUnknown { .. }) })
    );
}

#[test]
fn words_are_not_called_forgotten_while_somebody_reads_the_log_that_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let first = add(&mut index, &[b"a"]);
    note(&mut index, &[(Digest::of(b"a"), text("secretary"))]);
    let reader = rusqlite::Connection::open(folder.path().join("index")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM texts").unwrap();
    let erased = [Collection { erased: true, ..Collection::alone(first) }];
    let opened = Index::open_or_rebuild(folder.path().join("index"), &erased, &MemoryBlobs::new(), Watch::default());
    let mut index = opened.unwrap().0;
    let forgotten = |index: &Index| index.collection(&first).unwrap().unwrap().forgotten;
    assert_eq!(forgotten(&index), Forgotten::Begun);
    assert_eq!(said(&mut index, "secretary").len(), 0);
    reader.execute_batch("COMMIT").unwrap();
    index.clear_log().unwrap();
    assert_eq!(forgotten(&index), Forgotten::Wholly);
    let log = fs::read(folder.path().join("index-wal")).unwrap();
    assert!(!log.windows(9).any(|run| run == b"secretary"));
}

#[test]
fn more_rows_than_a_page_looks_at_are_all_found_page_after_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let paths: Vec<String> = (0..12_000).map(|number| format!("{number:05} report")).collect();
    let many = add(&mut index, &paths.iter().map(String::as_bytes).collect::<Vec<_>>());
    let report = Query { name: words("report"), limit: 50, ..Query::default() };
    let page = search(&mut index, &report);
    assert_eq!((page.hits.len(), page.total), (50, Some(Total::AtLeast(10_000))));
    assert_eq!(page.total.unwrap().to_string(), "at least 10000");
    // One more, behind all of them. Its collection leads straight to it; what it is not in does not.
    let rare = add(&mut index, &[b"zz report of another length"]);
    for query in [
        Query { within: Within::Except(BTreeSet::from([many])), ..report.clone() },
        Query { within: Within::Only(BTreeSet::from([rare])), ..report.clone() },
    ] {
        let (mut found, mut pages) = (Vec::new(), 0);
        let mut query = query;
        loop {
            let page = search(&mut index, &query);
            found.extend(shown(&page.hits));
            pages += 1;
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, ["zz report of another length"], "{query:?}");
        let hidden = matches!(query.within, Within::Except(_));
        assert_eq!(pages > 1, hidden, "{pages} pages: {query:?}");
    }
    let all = search(&mut index, &Query { limit: u32::MAX, ..Query::default() });
    assert!(all.hits.len() <= PAGE_ROWS_MAX as usize && all.next.is_some());
}

#[test]
fn a_page_of_another_search_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    add(&mut index, &[b"a report", b"b report"]);
    let first = search(&mut index, &Query { name: words("report"), limit: 1, ..Query::default() });
    let other = Query { after: first.next.clone(), limit: 1, ..Query::default() };
    let refused = index.search(&other, Watch::default());
    assert!(matches!(refused, Err(IndexError::Query(QueryProblem::NoCursor))), "{refused:?}");
    let written = first.next.unwrap().to_string();
    assert!(written.parse::<Cursor>().is_ok());
    for wrong in ["", "n", "x.0.1.", "n.0.x.", "n.0.1", "s.0.1.", "p.1.1.6", "p.1.1.6g", "p.1.1.+1", "p.1.1.é"] {
        assert_eq!(wrong.parse::<Cursor>(), Err(QueryProblem::NoCursor), "{wrong}");
    }
    assert_eq!(format!("p.1.1.{}", "61".repeat(4097)).parse::<Cursor>(), Err(QueryProblem::NoCursor));
    for wrong in ["1234567", "xyz45678", &"0".repeat(65), "é234567890"] {
        assert_eq!(wrong.parse::<portreeve_collector::DigestPart>(), Err(QueryProblem::NoDigest), "{wrong}");
    }
}

#[test]
fn a_forged_page_finds_nothing_that_is_not_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let first = add(&mut index, &[b"a/1", b"b/1", b"b/2", b"c/1"]);
    let mut again = index.adding(Some(&first)).unwrap();
    let lines = |paths: &[&[u8]]| paths.iter().map(|path| line(path, path)).collect::<Vec<_>>();
    tell(&mut again, &lines(&[b"a/1", b"b/1", b"b/2", b"c/1"]), &lines(&[b"a/1", b"b/0", b"b/2"]));
    again.finish(&Digest::of(b"second")).unwrap();
    let of_b = |index: &mut Index, cursor: &str| {
        let after = Some(cursor.parse::<Cursor>().unwrap());
        shown(&search(index, &Query { path: Some(b"b/".to_vec()), limit: 9, after, ..Query::default() }).hits)
    };
    let all = ["b/0", "b/1", "b/2"];
    for before in ["p.0.0.", "p.-9223372036854775808.0.", "p.1.-1.", "p.1.9.612f31"] {
        assert_eq!(of_b(&mut index, before), all, "{before}");
    }
    // The second collection is none of a series of its own; the others are behind the end.
    for behind in ["p.2.0.", "p.3.0.", "p.9223372036854775807.0.", "p.1.0.632f31"] {
        assert_eq!(of_b(&mut index, behind), [""; 0], "{behind}");
    }
    assert_eq!(of_b(&mut index, "p.1.1.622f31"), ["b/2"]);
}

#[test]
fn bringing_up_what_finds_names_can_be_followed_and_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = empty(folder.path());
    let paths: Vec<String> = (0..2_500).map(|number| format!("{number:05} report")).collect();
    add(&mut index, &paths.iter().map(String::as_bytes).collect::<Vec<_>>());
    let query = Query { name: words("02499"), limit: 1, ..Query::default() };
    let stopped = Watch { stop: Some(&AtomicBool::new(true)), ..Watch::default() };
    assert!(matches!(index.search(&query, stopped), Err(IndexError::Stopped(_))));
    let told = AtomicU64::new(0);
    let report = |progress: portreeve_collector::Progress| told.store(progress.files, Ordering::Relaxed);
    let followed = Watch { report: Some(&report), ..Watch::default() };
    assert_eq!(index.search(&query, followed).unwrap().hits.len(), 1);
    assert_eq!(told.load(Ordering::Relaxed), 2_500);
}

/// What a hostile or an unlucky person types.
const NASTY: [&str; 18] = [
    "\"",
    "\"\"\"",
    "a\"b",
    "a AND",
    "OR",
    "NOT a",
    "NEAR(a b, 2)",
    "a:b",
    "path:a",
    "^a",
    "a + b",
    "-a",
    "{a b}: c",
    "*",
    "a**",
    "'; DROP TABLE files; --",
    "\0a",
    "ﷺ a\u{301}*",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_typed_is_no_error_of_the_index(typed in prop::collection::vec(any::<String>(), 3), start in any::<Vec<u8>>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut index = empty(folder.path());
        add(&mut index, &[b"a b", b"drop table files"]);
        note(&mut index, &[(Digest::of(b"a b"), text("a b c near and or not path"))]);
        for typed in typed.iter().map(String::as_str).chain(NASTY) {
            let Ok(words) = Words::parse(typed) else { continue };
            let (name, text) = (Some(words.clone()), Some(words));
            for (name, text) in [(name.clone(), None), (None, text.clone()), (name, text)] {
                let path = Some(start.clone()).filter(|start| !start.is_empty());
                let kind = Some(typed.to_owned());
                let query = Query { name, text, limit: 5, ..Query::default() };
                index.search(&query, Watch::default()).unwrap();
                index.search(&Query { path, ..query.clone() }, Watch::default()).unwrap();
                index.search(&Query { kind, ..query }, Watch::default()).unwrap();
            }
        }
    }
}
