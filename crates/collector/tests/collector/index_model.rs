//! The index against a model in plain maps: whatever is collected in whatever order, it answers as the model does, before
//! and after it is made again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use portreeve_collector::{
    Blobs, Collection, DigestPart, Hit, Index, IndexError, MemoryBlobs, Opened, Query, TextFound, TextOutcome, Total,
    Watch, Within, Words, write_manifest,
};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use proptest::prelude::*;

use crate::support::tell;

/// The contents there are: the text of one is one of these.
const TEXTS: [&str; 5] = ["", "b a c", "aé1 C ba", "c", "b b a1 é"];

type Tree = BTreeMap<String, u8>;

/// One collection of the model: what it follows, and its files.
#[derive(Clone, Debug)]
struct Collected {
    collection: Collection,
    tree: Tree,
}

#[derive(Clone, Debug)]
struct Step {
    /// Which earlier one is followed, if any is.
    follows: Option<prop::sample::Index>,
    /// What is different from it.
    edits: Vec<(String, Option<u8>)>,
    /// Whether it is added while it is made, or from its manifest.
    listening: bool,
}

fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let path = "[aB1é]{1,2}([/. -][aB1é]{1,2}){0,2}";
    let edits = prop::collection::vec((path, prop::option::weighted(0.7, 0_u8..5)), 0..6);
    let follows = prop::option::weighted(0.8, any::<prop::sample::Index>());
    let step = (follows, edits, any::<bool>());
    prop::collection::vec(step.prop_map(|(follows, edits, listening)| Step { follows, edits, listening }), 1..6)
}

fn content(number: u8) -> Vec<u8> {
    vec![number; usize::from(number)]
}

fn digest(number: u8) -> Digest {
    Digest::of(&content(number))
}

/// Makes the collections, in the index and in the model.
fn carried_out(at: &Path, steps: &[Step], blobs: &MemoryBlobs) -> (Index, Vec<Collected>) {
    let mut index = Index::rebuild(at, &[], blobs, Watch::default()).unwrap();
    let mut made: Vec<Collected> = Vec::new();
    for step in steps {
        let earlier = step.follows.filter(|_| !made.is_empty()).map(|index| made[index.index(made.len())].clone());
        let mut tree = earlier.as_ref().map(|earlier| earlier.tree.clone()).unwrap_or_default();
        for (path, number) in &step.edits {
            match number {
                Some(number) => tree.insert(path.clone(), *number),
                None => tree.remove(path),
            };
        }
        let lines: Vec<ManifestLine> = tree
            .iter()
            .map(|(path, number)| {
                let digest = blobs.put(&mut &content(*number)[..]).unwrap().digest;
                ManifestLine { digest, path: ManifestPath::new(path.as_bytes()).unwrap() }
            })
            .collect();
        let each = lines.iter().map(|line| Ok::<_, std::convert::Infallible>(line.clone()));
        let manifest = write_manifest(each, blobs).unwrap().digest;
        let follows = earlier.as_ref().map(|earlier| earlier.collection.manifest);
        let collection = Collection { manifest, follows, erased: false };
        if step.listening {
            let mut addition = index.adding(collection.follows.as_ref()).unwrap();
            tell(&mut addition, &earlier.map(|earlier| rows(&earlier.tree)).unwrap_or_default(), &lines);
            addition.finish(&manifest).unwrap();
        } else {
            index.add(&collection, blobs, Watch::default()).unwrap();
        }
        made.push(Collected { collection, tree });
    }
    (index, made)
}

/// The collections of the model, each manifest where it was made first.
fn each_once(made: &[Collected]) -> Vec<Collected> {
    let mut seen = BTreeSet::new();
    made.iter().filter(|one| seen.insert(one.collection.manifest)).cloned().collect()
}

fn rows(tree: &Tree) -> Vec<ManifestLine> {
    let row = |(path, number): (&String, &u8)| ManifestLine {
        digest: digest(*number),
        path: ManifestPath::new(path.as_bytes()).unwrap(),
    };
    tree.iter().map(row).collect()
}

/// All files of a collection, two at a time.
fn paged(index: &Index, manifest: &Digest) -> Vec<ManifestLine> {
    let mut found: Vec<ManifestLine> = Vec::new();
    loop {
        let page = index.files(manifest, found.last().map(|row| &row.path), 2).unwrap();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

fn answers_as_the_model(index: &Index, made: &[Collected]) {
    for one in made {
        assert_eq!(paged(index, &one.collection.manifest), rows(&one.tree));
    }
    for number in 0..5 {
        let holds = |one: &&Collected| one.tree.values().any(|content| *content == number);
        let holding: Vec<Digest> = made.iter().filter(holds).map(|one| one.collection.manifest).collect();
        assert_eq!(index.holding(&digest(number)).unwrap(), holding);
        // An empty file and the manifest of an empty collection are the same object.
        let is_manifest = made.iter().any(|one| one.collection.manifest == digest(number));
        assert_eq!(index.names(&digest(number)).unwrap(), is_manifest || !holding.is_empty());
    }
}

/// The collections of each series, by the rule that who follows one of it is its next.
fn series(made: &[Collected]) -> Vec<Vec<&Collected>> {
    let mut series: Vec<Vec<&Collected>> = Vec::new();
    for one in made {
        let follows = one.collection.follows;
        match series.iter_mut().find(|all| all.iter().any(|one| Some(one.collection.manifest) == follows)) {
            Some(all) => all.push(one),
            None => series.push(vec![one]),
        }
    }
    series
}

/// What is asked, in a form that plain code can answer.
#[derive(Clone, Debug)]
struct Asked {
    digest: Option<(u8, usize)>,
    path: Option<String>,
    name: Option<Vec<Word>>,
    text: Option<Vec<Word>>,
    kind: Option<bool>,
    within: Option<(bool, Vec<prop::sample::Index>)>,
    limit: u32,
}

#[derive(Clone, Debug)]
struct Word {
    letters: Vec<String>,
    open: bool,
}

impl Word {
    fn typed(&self) -> String {
        format!("\"{}\"{}", self.letters.join(" "), if self.open { "*" } else { "" })
    }

    fn is_in(&self, text: &str) -> bool {
        let words = words_of(text);
        let wanted: Vec<String> = self.letters.iter().map(|word| folded(word)).collect();
        words.windows(wanted.len()).any(|run| {
            let (last, before) = (&run[run.len() - 1], &run[..run.len() - 1]);
            let (end, start) = (&wanted[wanted.len() - 1], &wanted[..wanted.len() - 1]);
            before == start && if self.open { last.starts_with(end.as_str()) } else { last == end }
        })
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase().replace('é', "e")
}

fn words_of(text: &str) -> Vec<String> {
    let pieces = text.split(|letter: char| !letter.is_alphanumeric());
    pieces.filter(|piece| !piece.is_empty()).map(folded).collect()
}

fn any_words() -> impl Strategy<Value = Option<Vec<Word>>> {
    let word = (prop::collection::vec("[abBcé1]{1,2}", 1..3), any::<bool>());
    let words = prop::collection::vec(word.prop_map(|(letters, open)| Word { letters, open }), 1..3);
    prop::option::weighted(0.3, words)
}

fn any_asked() -> impl Strategy<Value = Asked> {
    let within =
        prop::option::weighted(0.4, (any::<bool>(), prop::collection::vec(any::<prop::sample::Index>(), 0..3)));
    let digest = prop::option::weighted(0.2, (0_u8..5, 8_usize..65));
    let path = prop::option::weighted(0.3, "[aB1é]{1,2}[/.]?");
    let kind = prop::option::weighted(0.2, any::<bool>());
    (digest, path, any_words(), any_words(), kind, within, 1_u32..4).prop_map(
        |(digest, path, name, text, kind, within, limit)| Asked { digest, path, name, text, kind, within, limit },
    )
}

fn kind_of(number: u8) -> &'static str {
    if number.is_multiple_of(2) { "even" } else { "odd" }
}

impl Asked {
    fn within(&self, made: &[Collected]) -> Within {
        let named = |chosen: &[prop::sample::Index]| {
            chosen.iter().map(|index| made[index.index(made.len())].collection.manifest).collect()
        };
        match &self.within {
            None => Within::All,
            Some((true, chosen)) => Within::Only(named(chosen)),
            Some((false, chosen)) => Within::Except(named(chosen)),
        }
    }

    fn query(&self, made: &[Collected]) -> Query {
        let words = |words: &Option<Vec<Word>>| {
            let typed = words.as_ref().map(|words| words.iter().map(Word::typed).collect::<Vec<_>>().join(" "));
            typed.map(|typed| Words::parse(&typed).unwrap())
        };
        Query {
            digest: self.digest.map(|(number, digits)| {
                let text = digest(number).to_string();
                text[..digits].parse::<DigestPart>().unwrap()
            }),
            path: self.path.as_ref().map(|path| path.as_bytes().to_vec()),
            name: words(&self.name),
            text: words(&self.text),
            kind: self.kind.map(|even| kind_of(u8::from(!even)).to_owned()),
            within: self.within(made),
            limit: self.limit,
            markers: ("\u{1}", "\u{2}"),
            ..Query::default()
        }
    }

    fn is(&self, path: &str, number: u8) -> bool {
        let said = |words: &Option<Vec<Word>>, text: &str| {
            words.as_ref().is_none_or(|words| words.iter().all(|word| word.is_in(text)))
        };
        self.digest.is_none_or(|(wanted, _)| wanted == number)
            && self.path.as_ref().is_none_or(|start| path.starts_with(start.as_str()))
            && said(&self.name, path)
            && said(&self.text, TEXTS[usize::from(number)])
            && self.kind.is_none_or(|even| even == number.is_multiple_of(2))
    }

    /// Every run of a path with one content, looked for by going through everything.
    fn answer(&self, made: &[Collected]) -> BTreeSet<(String, u8, Digest, Digest, bool)> {
        let within = self.within(made);
        let asked_for = |one: &Collected| match &within {
            Within::All => true,
            Within::Only(these) => these.contains(&one.collection.manifest),
            Within::Except(these) => !these.contains(&one.collection.manifest),
        };
        let mut found = BTreeSet::new();
        for all in series(made) {
            for (at, one) in all.iter().enumerate() {
                for (path, number) in &one.tree {
                    let begins = at == 0 || all[at - 1].tree.get(path) != Some(number);
                    if !begins || !self.is(path, *number) {
                        continue;
                    }
                    let run = all[at..].iter().take_while(|one| one.tree.get(path) == Some(number));
                    if let Some(newest) = run.filter(|one| asked_for(one)).last() {
                        let still = newest.collection.manifest == all[all.len() - 1].collection.manifest;
                        let (first, newest) = (one.collection.manifest, newest.collection.manifest);
                        found.insert((path.clone(), *number, first, newest, still));
                    }
                }
            }
        }
        found
    }
}

/// Every page of a search, with its cursors written down and read again.
fn searched(index: &mut Index, mut query: Query) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut total = None;
    loop {
        let page = index.search(&query, Watch::default()).unwrap();
        assert!(page.hits.len() <= query.limit as usize);
        assert_eq!(page.total.is_some(), query.after.is_none(), "counted once");
        total = total.or(page.total);
        found.extend(page.hits);
        match page.next {
            Some(next) => query.after = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(total, Some(Total::Exactly(found.len() as u64)));
    found
}

fn text_of(number: u8) -> (Digest, TextFound) {
    let outcome = match TEXTS[usize::from(number)] {
        "" => TextOutcome::None { because: "no text in it".to_owned() },
        text => TextOutcome::Text { body: text.to_owned(), cut: false },
    };
    (digest(number), TextFound { media: None, kind: Some(kind_of(number).to_owned()), outcome })
}

fn with_texts(index: &mut Index) {
    let found: Vec<(Digest, TextFound)> = (0..5).map(text_of).collect();
    let up_to = index.texts_wanted(100).unwrap().up_to;
    index.add_texts(&found, Some(up_to)).unwrap();
}

/// The content whose bytes cannot be had, where that matters.
const UNREACHED: u8 = 3;

/// Reads whatever is wanted, and says what that was. One of them could not be had.
fn read_wanted(index: &mut Index) -> BTreeSet<u8> {
    let mut read = BTreeSet::new();
    loop {
        let page = index.texts_wanted(2).unwrap();
        let number = |digest_wanted: &Digest| (0..5).find(|number| digest(*number) == *digest_wanted).unwrap();
        let numbers: Vec<u8> = page.documents.iter().map(|document| number(&document.digest)).collect();
        let unreached = || TextFound {
            media: None,
            kind: None,
            outcome: TextOutcome::Unreached { because: "not there".to_owned() },
        };
        let found: Vec<_> = numbers
            .iter()
            .map(|number| if *number == UNREACHED { (digest(UNREACHED), unreached()) } else { text_of(*number) })
            .collect();
        index.add_texts(&found, Some(page.up_to)).unwrap();
        for number in numbers {
            assert!(read.insert(number), "nothing twice");
        }
        if !page.more {
            assert_eq!(index.texts_behind().unwrap(), 0);
            return read;
        }
    }
}

/// What is left of the collections by a telling that says of each whether it stands, and whether it was erased.
fn standing(made: &[Collected], telling: &[(bool, bool)]) -> Vec<Collected> {
    let mut stand: Vec<Collected> = Vec::new();
    for (one, (stands, erased)) in each_once(made).into_iter().zip(telling.iter().copied()) {
        if stands {
            let follows =
                one.collection.follows.filter(|follows| stand.iter().any(|it| it.collection.manifest == *follows));
            stand.push(Collected { collection: Collection { follows, erased, ..one.collection }, ..one });
        }
    }
    stand
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_index_answers_as_a_plain_model_does_and_so_does_one_made_again(steps in any_steps()) {
        let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
        let (index, made) = carried_out(&folder.path().join("grown"), &steps, &blobs);
        let once = each_once(&made);
        answers_as_the_model(&index, &once);
        let told: Vec<Collection> = made.iter().map(|one| one.collection).collect();
        prop_assert!(index.is_current(&told).unwrap());
        let again = Index::rebuild(folder.path().join("again"), &told, &blobs, Watch::default()).unwrap();
        answers_as_the_model(&again, &once);
        prop_assert_eq!(index.collections().unwrap(), again.collections().unwrap());
        for one in [&index, &again] {
            let report = one.verify(&told, &blobs).unwrap();
            prop_assert!(report.is_equal(), "{:?}", report);
        }
    }

    #[test]
    fn a_search_finds_what_going_through_everything_finds(
        steps in any_steps(),
        asked in prop::collection::vec(any_asked(), 6),
    ) {
        let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
        let (mut index, made) = carried_out(&folder.path().join("index"), &steps, &blobs);
        with_texts(&mut index);
        let once = each_once(&made);
        for asked in asked {
            let hits = searched(&mut index, asked.query(&once));
            let number = |hit: &Hit| (0..5).find(|number| digest(*number) == hit.digest).unwrap();
            let found: Vec<_> = hits
                .iter()
                .map(|hit| (hit.path.display().to_string(), number(hit), hit.first, hit.newest, hit.still))
                .collect();
            let set: BTreeSet<_> = found.iter().cloned().collect();
            prop_assert_eq!(set.len(), found.len(), "a row twice: {:?}", asked);
            prop_assert_eq!(set, asked.answer(&once), "{:?}", asked);
            for hit in &hits {
                let snippet = hit.snippet.as_deref();
                prop_assert_eq!(snippet.is_some(), asked.text.is_some());
                let marked = snippet.is_none_or(|text| text.contains('\u{1}') && text.contains('\u{2}'));
                prop_assert!(marked, "{:?}", hit);
            }
        }
        let told: Vec<Collection> = made.iter().map(|one| one.collection).collect();
        let report = index.verify(&told, &blobs).unwrap();
        prop_assert!(report.is_equal(), "{:?}", report);
    }

    #[test]
    fn whatever_is_undone_and_erased_an_index_comes_to_what_one_made_again_holds(
        steps in any_steps(),
        tellings in prop::collection::vec(prop::collection::vec((prop::bool::weighted(0.7), any::<bool>()), 5), 1..4),
        asked in prop::collection::vec(any_asked(), 4),
    ) {
        let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
        let at = folder.path().join("grown");
        let (mut index, made) = carried_out(&at, &steps, &blobs);
        read_wanted(&mut index);
        let mut readable: BTreeSet<u8> = made.iter().flat_map(|one| one.tree.values().copied()).collect();
        for telling in tellings {
            drop(index);
            let standing = standing(&made, &telling);
            let told: Vec<Collection> = standing.iter().map(|one| one.collection).collect();
            let (grown, how) = Index::open_or_rebuild(&at, &told, &blobs, Watch::default()).unwrap();
            index = grown;
            prop_assert!(!matches!(how, Opened::Rebuilt { .. }), "{:?}", how);
            let may_be_read: BTreeSet<u8> = standing
                .iter()
                .filter(|one| !one.collection.erased)
                .flat_map(|one| one.tree.values().copied())
                .collect();
            let mut new: BTreeSet<u8> = may_be_read.difference(&readable).copied().collect();
            let mut read = read_wanted(&mut index);
            // That one is tried again whenever it is collected under another name.
            prop_assert!(new.remove(&UNREACHED) <= read.remove(&UNREACHED));
            prop_assert_eq!(read, new, "what is known is not read again");
            readable = may_be_read;
            let page = index.texts_unreached(None, 9).unwrap();
            prop_assert!(page.documents.iter().all(|it| it.digest == digest(UNREACHED) && !it.manifests.is_empty()));
            prop_assert_eq!(page.documents.len(), usize::from(readable.contains(&UNREACHED)));
            let mut again = Index::rebuild(folder.path().join("again"), &told, &blobs, Watch::default()).unwrap();
            prop_assert_eq!(&read_wanted(&mut again), &readable);
            answers_as_the_model(&index, &standing);
            prop_assert_eq!(index.collections().unwrap(), again.collections().unwrap());
            prop_assert_eq!(index.text_counts().unwrap(), again.text_counts().unwrap());
            let report = index.verify(&told, &blobs).unwrap();
            prop_assert!(report.is_equal(), "{:?}", report);
            for asked in asked.iter().filter(|_| !standing.is_empty()) {
                let sorted = |index: &mut Index| {
                    let mut hits = searched(index, asked.query(&standing));
                    hits.sort_by(|one, other| (&one.path, &one.first).cmp(&(&other.path, &other.first)));
                    hits
                };
                let hits = sorted(&mut index);
                prop_assert_eq!(&hits, &sorted(&mut again), "{:?}", asked);
                let by_text = asked.text.is_some() || asked.kind.is_some();
                let may = |hit: &Hit| readable.iter().any(|number| digest(*number) == hit.digest);
                prop_assert!(!by_text || hits.iter().all(may), "{:?}", asked);
            }
        }
    }

    #[test]
    fn no_flipped_bit_gives_a_wrong_answer(steps in any_steps(), at: prop::sample::Index, bit in 0_u8..8) {
        let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
        let file = folder.path().join("index");
        let (index, made) = carried_out(&file, &steps, &blobs);
        drop(index);
        let mut bytes = std::fs::read(&file).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        std::fs::write(&file, bytes).unwrap();
        let (once, told) = (each_once(&made), made.iter().map(|one| one.collection).collect::<Vec<_>>());
        let rebuildable = |error: IndexError| { assert!(error.can_be_rebuilt(), "{error:?}"); };
        match Index::open(&file) {
            Err(IndexError::NotAnIndex { .. }) => {}
            Err(error) => rebuildable(error),
            Ok(mut index) => {
                for one in &once {
                    match index.files(&one.collection.manifest, None, 100) {
                        Ok(found) => prop_assert!(found.iter().all(|row| rows(&one.tree).contains(row)), "{:?}", found),
                        Err(error) => rebuildable(error),
                    }
                }
                for number in 0..5 {
                    let query = Query { digest: Some(digest(number).into()), limit: 100, ..Query::default() };
                    match index.search(&query, Watch::default()) {
                        Ok(page) => prop_assert!(page.hits.iter().all(|hit| hit.digest == digest(number))),
                        Err(error) => rebuildable(error),
                    }
                }
                if index.verify(&told, &blobs).unwrap().is_equal() {
                    answers_as_the_model(&index, &once);
                }
            }
        }
    }
}
