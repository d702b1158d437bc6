//! The index is a cache: it says what the manifests say, and when it does not, that is seen and mended.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use portreeve_collector::{
    Blobs, Collecting, Collection, CollectionRow, Compared, Difference, Forgotten, Index, IndexError, MemoryBlobs,
    Opened, PAGE_ROWS_MAX, Query, Watch, Words, collect, write_manifest,
};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use rusqlite::Connection;

use crate::support::{tell, whole, write};

/// A name for it, and what is done to the file.
type Damage = (&'static str, fn(&Path));

type Files<'a> = &'a [(&'a str, &'a str)];

fn path(name: &str) -> ManifestPath {
    ManifestPath::new(name.as_bytes()).unwrap()
}

fn lines(files: Files<'_>, blobs: &MemoryBlobs) -> Vec<ManifestLine> {
    let line = |(name, text): &(&str, &str)| ManifestLine {
        digest: blobs.put(&mut text.as_bytes()).unwrap().digest,
        path: path(name),
    };
    files.iter().map(line).collect()
}

fn manifest(files: Files<'_>, blobs: &MemoryBlobs) -> Digest {
    write_manifest(lines(files, blobs).into_iter().map(Ok::<_, std::convert::Infallible>), blobs).unwrap().digest
}

fn two_manifests(blobs: &MemoryBlobs) -> [Digest; 2] {
    [manifest(&[("a", "one"), ("b/c", "two"), ("z", "one")], blobs), manifest(&[("a", "one"), ("q", "three")], blobs)]
}

fn two_collections(blobs: &MemoryBlobs) -> [Collection; 2] {
    let [first, second] = two_manifests(blobs);
    [Collection::alone(first), following(second, first)]
}

fn following(manifest: Digest, follows: Digest) -> Collection {
    Collection { follows: Some(follows), ..Collection::alone(manifest) }
}

fn rebuilt(at: &Path, collections: &[Collection], blobs: &dyn Blobs) -> Index {
    Index::rebuild(at, collections, blobs, Watch::default()).unwrap()
}

/// Everything an index answers.
fn dump(index: &Index) -> Vec<(CollectionRow, Vec<ManifestLine>)> {
    let collections = index.collections().unwrap();
    collections.into_iter().map(|row| (row, index.files(&row.manifest, None, PAGE_ROWS_MAX).unwrap())).collect()
}

fn rows_of(at: &Path) -> i64 {
    let count = "SELECT count(*) FROM files";
    Connection::open(at).unwrap().query_row(count, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_digest_is_found_wherever_it_was_collected() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let collections = two_collections(&blobs);
    let [first, second] = collections.map(|collection| collection.manifest);
    let index = rebuilt(&folder.path().join("index"), &collections, &blobs);
    assert_eq!(index.holding(&Digest::of(b"one")).unwrap(), [first, second]);
    assert_eq!(index.holding(&Digest::of(b"two")).unwrap(), [first]);
    assert_eq!(index.holding(&Digest::of(b"none")).unwrap(), []);
    assert!(index.names(&first).unwrap() && index.names(&Digest::of(b"two")).unwrap());
    assert!(!index.names(&Digest::of(b"none")).unwrap());
    let page = index.files(&first, Some(&path("a")), 1).unwrap();
    assert_eq!(page, [ManifestLine { digest: Digest::of(b"two"), path: path("b/c") }]);
    let row = CollectionRow { manifest: second, follows: Some(first), files: 2, forgotten: Forgotten::No };
    assert_eq!(index.collection(&second).unwrap(), Some(row));
    assert!(index.verify(&collections, &blobs).unwrap().is_equal());
}

#[test]
fn a_file_that_stays_as_it_is_costs_nothing_in_a_re_scan() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("index");
    let first = manifest(&[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")], &blobs);
    let second = manifest(&[("a", "1"), ("b", "2"), ("c", "1"), ("e", "1")], &blobs);
    let branch = manifest(&[("a", "1")], &blobs);
    let followed = |manifest| following(manifest, first);
    let mut index = rebuilt(&at, &[Collection::alone(first)], &blobs);
    assert_eq!(rows_of(&at), 4);
    index.add(&followed(second), &blobs, Watch::default()).unwrap();
    assert_eq!(rows_of(&at), 6, "one changed, one new");
    index.add(&followed(branch), &blobs, Watch::default()).unwrap();
    assert_eq!(rows_of(&at), 6, "what follows the same a second time is kept after the newest");
    let all = [Collection::alone(first), followed(second), followed(branch)];
    assert!(index.verify(&all, &blobs).unwrap().is_equal());
    assert_eq!(dump(&index), dump(&rebuilt(&folder.path().join("again"), &all, &blobs)));
}

#[test]
fn adding_twice_is_adding_once_and_half_a_manifest_is_not_added() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("index");
    let [first, second] = two_collections(&blobs);
    let mut index = rebuilt(&at, &[first], &blobs);
    let before = dump(&index);
    assert_eq!(index.add(&first, &blobs, Watch::default()).unwrap().files, 3);
    assert_eq!(dump(&index), before);

    let text = crate::support::bytes(&second.manifest, &blobs);
    blobs.plant(second.manifest, &text[..text.len() / 2]);
    assert!(matches!(index.add(&second, &blobs, Watch::default()), Err(IndexError::Manifest(_))));
    assert_eq!(dump(&index), before);
    let failed = Index::rebuild(&at, &[first, second], &blobs, Watch::default());
    assert!(matches!(failed, Err(IndexError::Manifest(_))));
    assert_eq!(dump(&Index::open(&at).unwrap()), before, "a failed rebuild keeps the old index");
    let stopped = Watch { stop: Some(&AtomicBool::new(true)), ..Watch::default() };
    assert!(matches!(Index::rebuild(&at, &[first], &blobs, stopped), Err(IndexError::Stopped(_))));
    assert_eq!(dump(&Index::open(&at).unwrap()), before, "a stopped rebuild keeps the old index");
    assert!(!folder.path().join("index.rebuilding").exists());
}

#[test]
fn a_collection_is_added_while_it_is_made_and_seen_when_it_is_finished() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let (at, tree) = (folder.path().join("index"), folder.path().join("tree"));
    write(&tree, &[("a", b"1"), ("b/c", b"22"), ("z", b"333")]);
    let mut index = rebuilt(&at, &[], &blobs);
    let collected = |index: &mut Index, follows: Option<Digest>, finished: bool| {
        let mut addition = index.adding(follows.as_ref()).unwrap();
        let mut listener = |file: Compared<'_>| addition.add(file);
        let how = Collecting { listener: Some(&mut listener), earlier: follows, ..Collecting::default() };
        let manifest = collect(&whole(&tree), &blobs, how).unwrap().manifest.digest;
        assert_eq!(Index::open(&at).unwrap().collection(&manifest).unwrap(), None, "not before it is finished");
        if finished {
            addition.finish(&manifest).unwrap();
        }
        manifest
    };
    collected(&mut index, None, false);
    assert_eq!(dump(&index), [], "given up, it leaves nothing");
    assert_eq!(rows_of(&at), 0);
    let first = collected(&mut index, None, true);
    write(&tree, &[("b/c", b"4444")]);
    let second = collected(&mut index, Some(first), true);
    let all = [Collection::alone(first), following(second, first)];
    assert!(index.verify(&all, &blobs).unwrap().is_equal());
    assert_eq!(dump(&index), dump(&rebuilt(&folder.path().join("again"), &all, &blobs)));
    let (before, lines) = (dump(&index), crate::support::lines(&second, &blobs));
    let mut unchanged = index.adding(Some(&second)).unwrap();
    tell(&mut unchanged, &lines, &lines);
    assert_eq!(unchanged.finish(&second).unwrap().files, 3);
    assert_eq!(dump(&index), before, "what finds everything as it was is the same collection");
}

#[test]
fn a_re_scan_with_changes_near_and_far_adds_what_its_manifest_would() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let mut index = rebuilt(&folder.path().join("index"), &[], &blobs);
    let mut all: Vec<Collection> = Vec::new();
    let mut earlier: Vec<ManifestLine> = Vec::new();
    // More than are read ahead, in each of which other files change: far apart, side by side, at both ends, all of them.
    let changed: [fn(u32) -> bool; 6] = [
        |_| false,
        |number| number % 997 == 3,
        |number| number == 0 || number == 11_999,
        |number| (4_000..4_300).contains(&number) || number == 9_000,
        |number| number % 997 == 3 || number % 61 == 0,
        |_| true,
    ];
    for (scan, changed) in changed.into_iter().enumerate() {
        let names =
            (0..12_000).filter(|number| scan < 4 || number % 1_009 != 7).map(|number| (number, format!("{number:05}")));
        let there: BTreeMap<_, _> = earlier.iter().map(|line| (&line.path, line)).collect();
        let later: Vec<ManifestLine> = names
            .map(|(number, name)| match there.get(&path(&name)) {
                Some(line) if !changed(number) => ManifestLine::clone(line),
                _ => lines(&[(&name, &format!("{scan}"))], &blobs).remove(0),
            })
            .collect();
        let each = later.iter().map(|line| Ok::<_, std::convert::Infallible>(line.clone()));
        let manifest = write_manifest(each, &blobs).unwrap().digest;
        let follows = all.last().map(|before| before.manifest);
        let mut addition = index.adding(follows.as_ref()).unwrap();
        tell(&mut addition, &earlier, &later);
        assert_eq!(addition.finish(&manifest).unwrap().files, later.len() as u64);
        all.push(Collection { manifest, follows, erased: false });
        earlier = later;
    }
    assert!(index.verify(&all, &blobs).unwrap().is_equal());
    assert!(dump(&index) == dump(&rebuilt(&folder.path().join("again"), &all, &blobs)));
}

#[test]
fn a_file_said_to_be_gone_that_never_was_is_damage_and_adds_nothing() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let [first, _] = two_collections(&blobs);
    let mut index = rebuilt(&folder.path().join("index"), &[first], &blobs);
    let before = dump(&index);
    for name in ["!", "m", "~"] {
        let mut addition = index.adding(Some(&first.manifest)).unwrap();
        addition.add(Compared::Gone(&path(name)));
        let refused = addition.finish(&Digest::of(b"manifest"));
        assert!(matches!(refused, Err(IndexError::Damaged { .. })), "{refused:?}");
        assert_eq!(dump(&index), before);
    }
}

#[test]
fn opening_brings_the_index_to_the_ledger() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("index");
    let [first, second] = two_collections(&blobs);
    assert!(matches!(Index::open(&at), Err(IndexError::Absent { .. })));
    assert!(!at.exists(), "looking makes nothing");
    let opened = |collections: &[Collection]| {
        let (index, opened) = Index::open_or_rebuild(&at, collections, &blobs, Watch::default()).unwrap();
        assert!(index.is_current(collections).unwrap());
        assert!(index.verify(collections, &blobs).unwrap().is_equal());
        opened
    };
    assert!(matches!(opened(&[first]), Opened::Rebuilt { .. }));
    assert_eq!(opened(&[first]), Opened::AsItWas);
    assert_eq!(opened(&[first, second]), Opened::CaughtUp { added: 1 });
    assert_eq!(opened(&[first, second, first]), Opened::AsItWas, "a manifest counts where it stands first");
    let replaced = |taken_out, added| Opened::Replaced { taken_out, added };
    assert_eq!(opened(&[second, first]), replaced(2, 2), "another order");
    let alone = Collection::alone(second.manifest);
    assert_eq!(opened(&[alone, first]), replaced(2, 2), "it follows no other now");
    assert_eq!(opened(&[alone]), replaced(1, 0));
    assert_eq!(opened(&[]), replaced(1, 0));
}

#[test]
fn the_names_of_what_was_taken_out_lead_to_nothing_that_took_its_place() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("index");
    let [first, gone, other] = [&[("a", "1")], &[("wrong", "2")], &[("right", "3")]]
        .map(|files: &[(&str, &str); 1]| Collection::alone(manifest(files, &blobs)));
    let mut index = rebuilt(&at, &[first, gone], &blobs);
    let found = |index: &mut Index, name: &str| {
        let query = Query { name: Some(Words::parse(name).unwrap()), limit: 9, ..Query::default() };
        let hits = index.search(&query, Watch::default()).unwrap().hits;
        hits.into_iter().map(|hit| hit.path).collect::<Vec<_>>()
    };
    assert_eq!(found(&mut index, "wrong"), [path("wrong")]);
    drop(index);
    let told = [first, other];
    let (mut index, how) = Index::open_or_rebuild(&at, &told, &blobs, Watch::default()).unwrap();
    assert_eq!(how, Opened::Replaced { taken_out: 1, added: 1 });
    assert_eq!((found(&mut index, "wrong"), found(&mut index, "right")), (vec![], vec![path("right")]));
}

#[test]
fn every_difference_is_seen_and_mended() {
    let blobs = MemoryBlobs::new();
    let collections = two_collections(&blobs);
    let second = collections[1].manifest;
    let damaged = |because: &str| Difference::Damaged { because: because.to_owned() };
    let row = damaged("row 4 of the files is not as it was written");
    let cases: [(&str, Difference); 8] = [
        ("DELETE FROM files WHERE path = x'7a'", damaged("row 3 of the files is gone")),
        ("UPDATE files SET tail = zeroblob(24) WHERE path = x'71'", row.clone()),
        ("UPDATE files SET last = 1 WHERE path = x'71'", row),
        ("UPDATE collections SET files = 7 WHERE files = 3", damaged("collection 1 is not as it was written")),
        (
            "UPDATE collections SET manifest = zeroblob(32) WHERE files = 3",
            damaged("collection 1 is not as it was written"),
        ),
        ("DELETE FROM collections WHERE number = 2", Difference::CollectionAbsent { manifest: second }),
        ("DELETE FROM by_head WHERE file = 4", Difference::Digests),
        ("UPDATE by_head SET file = 4 WHERE file = 2", Difference::Digests),
    ];
    for (sql, difference) in cases {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("index");
        let good = dump(&rebuilt(&at, &collections, &blobs));
        assert!(Connection::open(&at).unwrap().execute(sql, []).unwrap() > 0, "{sql}");
        let report = Index::open(&at).unwrap().verify(&collections, &blobs).unwrap();
        assert!(report.differences.contains(&difference), "{sql}: {report:?}");
        let absent = matches!(difference, Difference::CollectionAbsent { .. });
        assert!(absent || !report.is_only_behind(), "{sql}: {report:?}");
        assert_eq!(dump(&rebuilt(&at, &collections, &blobs)), good, "{sql}");
    }
    let folder = tempfile::tempdir().unwrap();
    let index = rebuilt(&folder.path().join("index"), &collections, &blobs);
    let differences = |collections: &[Collection]| {
        let report = index.verify(collections, &blobs).unwrap();
        assert!(report.is_only_behind());
        report.differences
    };
    assert_eq!(differences(&collections[..1]), [Difference::CollectionUnknown { manifest: second }]);
    assert_eq!(differences(&[collections[1], collections[0]]), [Difference::Order]);
}

#[test]
fn what_is_not_what_the_manifest_says_is_seen() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let mut index = rebuilt(&folder.path().join("index"), &[], &blobs);
    let manifest = manifest(&[("a", "one"), ("b", "two"), ("d", "four")], &blobs);
    let told = lines(&[("a", "other"), ("c", "three"), ("d", "four")], &blobs);
    let mut addition = index.adding(None).unwrap();
    told.iter().for_each(|line| addition.add(Compared::New(line)));
    addition.finish(&manifest).unwrap();
    let report = index.verify(&[Collection::alone(manifest)], &blobs).unwrap();
    let expected = [
        Difference::FileDiffers { manifest, path: path("a") },
        Difference::FileAbsent { manifest, path: path("b") },
        Difference::FileUnknown { manifest, path: path("c") },
    ];
    assert_eq!(report.differences, expected);
}

#[test]
fn a_series_is_read_in_order_however_many_rows_each_collection_brought() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    // More than are read ahead: every third file is of the first collection alone, every third of the second alone.
    let made = |text: &str, of: fn(u32) -> bool| {
        let names: Vec<String> =
            (0..20_000).filter(|number| of(*number)).map(|number| format!("{number:05}")).collect();
        manifest(&names.iter().map(|name| (name.as_str(), text)).collect::<Vec<_>>(), &blobs)
    };
    let first = made("one", |number| number % 3 != 1);
    let second = made("one", |number| number % 3 != 2);
    let third = made("two", |number| number % 3 != 0);
    let all = [Collection::alone(first), following(second, first), following(third, second)];
    let index = rebuilt(&folder.path().join("index"), &all, &blobs);
    for manifest in [first, second, third] {
        let expected = crate::support::lines(&manifest, &blobs);
        let (mut found, mut limit): (Vec<ManifestLine>, u32) = (Vec::new(), 1);
        loop {
            let page = index.files(&manifest, found.last().map(|line| &line.path), limit).unwrap();
            if page.is_empty() {
                break;
            }
            found.extend(page);
            limit = PAGE_ROWS_MAX.min(limit * 3);
        }
        assert!(found == expected);
    }
    assert!(index.verify(&all, &blobs).unwrap().is_equal());
}

#[test]
fn files_out_of_order_are_refused_and_leave_nothing() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let mut index = rebuilt(&folder.path().join("index"), &[], &blobs);
    // Next to each other, twice the same, and far enough apart that they are not written together.
    let many = (0..5_000).map(|number| format!("{number:04}")).chain(["0001".to_owned()]).collect();
    for names in [vec!["b".to_owned(), "a".to_owned()], vec!["a".to_owned(); 2], many] {
        let mut addition = index.adding(None).unwrap();
        for name in &names {
            addition.add(Compared::New(&ManifestLine { digest: Digest::of(b"one"), path: path(name) }));
        }
        let refused = addition.finish(&Digest::of(b"manifest"));
        assert!(matches!(refused, Err(IndexError::Order)), "{refused:?}");
        assert!(!index.names(&Digest::of(b"one")).unwrap());
    }
}

#[test]
fn a_withdrawn_object_is_no_difference() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let collections = two_collections(&blobs);
    let index = rebuilt(&folder.path().join("index"), &collections, &blobs);
    blobs.remove(&Digest::of(b"two")).unwrap();
    assert!(index.verify(&collections, &blobs).unwrap().is_equal());
    let again = rebuilt(&folder.path().join("again"), &collections, &blobs);
    assert!(again.verify(&collections, &blobs).unwrap().is_equal());
    assert_eq!(dump(&again), dump(&index));
}

#[test]
fn a_damaged_file_is_called_a_damaged_cache_and_made_again() {
    let blobs = MemoryBlobs::new();
    let collections = two_collections(&blobs);
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("index");
    let good = dump(&rebuilt(&at, &collections, &blobs));
    let damages: [Damage; 8] = [
        ("no database", |at| fs::write(at, b"this is not a database at all, whatever it is").unwrap()),
        ("empty", |at| fs::write(at, b"").unwrap()),
        ("header", |at| edit(at, |bytes| bytes[..16].fill(0))),
        ("cut", |at| edit(at, |bytes| bytes.truncate(5000))),
        ("a table less", |at| Connection::open(at).unwrap().execute_batch("DROP TABLE by_head").unwrap()),
        ("a table more", |at| Connection::open(at).unwrap().execute_batch("CREATE TABLE more (a)").unwrap()),
        ("a trigger", |at| {
            let sql = "CREATE TRIGGER t AFTER INSERT ON files BEGIN DELETE FROM files; END";
            Connection::open(at).unwrap().execute_batch(sql).unwrap();
        }),
        ("version", |at| Connection::open(at).unwrap().pragma_update(None, "user_version", 99).unwrap()),
    ];
    for (name, damage) in damages {
        damage(&at);
        match Index::open(&at) {
            Err(error) => {
                assert!(error.can_be_rebuilt(), "{name}: {error:?}");
                assert!(error.to_string().contains("can be rebuilt from the manifests"), "{name}: {error}");
            }
            Ok(index) => assert!(!index.verify(&collections, &blobs).unwrap().is_equal(), "{name}"),
        }
        let (index, opened) = Index::open_or_rebuild(&at, &collections, &blobs, Watch::default()).unwrap();
        assert!(matches!(opened, Opened::Rebuilt { .. }), "{name}: {opened:?}");
        assert_eq!(dump(&index), good, "{name}");
    }
    Connection::open(&at).unwrap().pragma_update(None, "user_version", 1).unwrap();
    assert!(matches!(Index::open(&at), Err(IndexError::OtherVersion { found: 1 })));
}

fn edit(at: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(at).unwrap();
    change(&mut bytes);
    fs::write(at, bytes).unwrap();
}

#[test]
fn another_database_is_never_overwritten() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("ledger.sqlite");
    Connection::open(&at).unwrap().execute_batch("CREATE TABLE entries (bytes BLOB)").unwrap();
    let before = fs::read(&at).unwrap();
    assert!(matches!(Index::open(&at), Err(IndexError::NotAnIndex { .. })));
    assert!(matches!(Index::rebuild(&at, &[], &blobs, Watch::default()), Err(IndexError::NotAnIndex { .. })));
    assert!(matches!(Index::open_or_rebuild(&at, &[], &blobs, Watch::default()), Err(IndexError::NotAnIndex { .. })));
    assert_eq!(fs::read(&at).unwrap(), before);
}

#[test]
fn a_stale_log_of_an_old_index_never_meets_a_new_one() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("index");
    let [first, second] = two_collections(&blobs);
    let mut index = rebuilt(&at, &[first], &blobs);
    index.add(&second, &blobs, Watch::default()).unwrap();
    // A crash leaves the log, with the addition in it; then somebody deletes the index, but not its log.
    let log = fs::read(folder.path().join("index-wal")).unwrap();
    assert!(!log.is_empty());
    drop(index);
    fs::write(folder.path().join("index-wal"), log).unwrap();
    fs::remove_file(&at).unwrap();
    let index = rebuilt(&at, &[first], &blobs);
    assert!(index.verify(&[first], &blobs).unwrap().is_equal());
}
