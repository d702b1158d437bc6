//! Reading documents for the index: each content once, on all cores, by children that can be lost.
//!
//! Must never put a text under a digest that is not the digest of what was read, and never let a document that cannot be
//! read keep the others from it.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use portreeve_collector::{
    BlobError, Blobs as _, Document, FileBlobs, Progress, TextFound, TextOutcome, Watch, open_without_waiting,
    path_below,
};
use portreeve_documents::text::DOCUMENT_BYTES_MAX;
use portreeve_model::{Digest, Register};

use crate::clock;
use crate::error::EngineError;
use crate::extract::{Extracted, Extractor, Program};
use crate::session::Session;

/// How many documents are read before their texts are kept, all in one transaction. At some 5 KB of text each, 1.3 MB; at
/// the most a text can have, 256 MiB.
const PAGE_DOCUMENTS: u32 = 256;

/// The longest wait for one document. The slowest of 1,966 exports and reports that this was tried on took 2 s.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often somebody who waits for a document looks whether to go on.
const GLANCE: Duration = Duration::from_millis(100);

/// How documents are read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// What is started to read them.
    pub program: &'a Program,
    /// Whether to try again what could not be had before.
    pub again: bool,
    /// How long to go on; to the end if nobody says.
    pub at_most: Option<Duration>,
    /// How the caller follows it, and stops it. What has been read by then is kept.
    pub watch: Watch<'a>,
}

/// What reading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Documents read now that have a text.
    pub read: u64,
    /// Documents looked at now that have none, or none that can be read.
    pub without: u64,
    /// Documents whose bytes cannot be had, now or before: nobody can say what they hold.
    pub unreached: u64,
    /// Files that nobody has looked at yet; several may be one document.
    pub left: u64,
}

impl Session {
    /// Reads documents that nobody has read yet.
    ///
    /// # Errors
    /// When the index cannot be written or no child can be started. What was read before is kept. A document that cannot
    /// be read is no error.
    pub fn read_texts(&self, how: Reading<'_>) -> Result<Texts, EngineError> {
        let begun = clock::stopwatch();
        let is_over = || {
            how.watch.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
                || how.at_most.is_some_and(|most| begun.elapsed() >= most)
        };
        let mut index = self.index(how.watch)?;
        let shelf = Shelf::of(self.register(), &self.blobs);
        let mut texts = Texts::default();
        let (ask, asked) = channel::<Document>();
        let asked = Mutex::new(asked);
        let over = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| {
            let (tell, told) = channel();
            let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            for _ in 0..workers {
                let tell = tell.clone();
                let (shelf, asked, over) = (&shelf, &asked, Arc::clone(&over));
                let program = how.program;
                scope.spawn(move || {
                    shelf.read_all(Extractor::new(program.clone(), PATIENCE).until(over), asked, tell);
                });
            }
            drop(tell);
            // Whatever ends the work, the workers end when nobody asks any more, and stop what nobody waits for. What they
            // answer then is told to nobody.
            let (ask, told, _over) = (ask, told, SetAtEnd(&over));
            let (mut retrying, mut after) = (how.again, None);
            loop {
                let wanted = match retrying {
                    true => index.texts_unreached(after, PAGE_DOCUMENTS)?,
                    false => index.texts_wanted(PAGE_DOCUMENTS)?,
                };
                let order: Vec<Digest> = wanted.documents.iter().map(|document| document.digest).collect();
                for document in wanted.documents {
                    // They listen as long as they live, and one that ends before that says why.
                    let _ = ask.send(document);
                }
                let mut found = BTreeMap::new();
                while found.len() < order.len() && !is_over() {
                    let (digest, text) = match told.recv_timeout(GLANCE) {
                        Ok(told) => told?,
                        Err(RecvTimeoutError::Timeout) => continue,
                        Err(RecvTimeoutError::Disconnected) => break,
                    };
                    texts.count(&text);
                    found.insert(digest, text);
                    how.watch.report(Progress { files: texts.read + texts.without, bytes: 0 });
                }
                let is_whole = found.len() == order.len();
                // Answers come in the order in which texts are added, and shall be the same from an index made again.
                let found: Vec<_> = order.iter().filter_map(|digest| Some((*digest, found.remove(digest)?))).collect();
                index.add_texts(&found, (is_whole && !retrying).then_some(wanted.up_to))?;
                if !is_whole || is_over() || !(retrying || wanted.more) {
                    break;
                }
                (retrying, after) = (retrying && wanted.more, Some(wanted.up_to));
            }
            texts.left = index.texts_behind()?;
            texts.unreached = index.texts_unreached_count()?;
            Ok(texts)
        })
    }
}

/// Says that nobody waits any more, however the work ends.
struct SetAtEnd<'a>(&'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Texts {
    fn count(&mut self, found: &TextFound) {
        match found.outcome {
            TextOutcome::Text { .. } => self.read += 1,
            TextOutcome::None { .. } => self.without += 1,
            TextOutcome::Unreached { .. } => {}
        }
    }
}

/// Where the bytes of documents are.
struct Shelf<'a> {
    blobs: &'a FileBlobs,
    /// Of each collection of evidence that was not erased: the folder in which its files were left, if they were.
    held: BTreeMap<Digest, Option<PathBuf>>,
}

impl<'a> Shelf<'a> {
    fn of(register: &Register, blobs: &'a FileBlobs) -> Shelf<'a> {
        let mut held: BTreeMap<Digest, Option<PathBuf>> = BTreeMap::new();
        for evidence in register.evidence.values().filter(|evidence| evidence.erasure().is_none()) {
            let Some(manifest) = evidence.content.manifest() else { continue };
            let folder = evidence.collection.as_ref().and_then(|collection| collection.folder.as_ref());
            let folder = folder.filter(|_| !evidence.content.keeps_bytes()).map(|folder| folder.as_str().into());
            let known = held.entry(*manifest).or_default();
            *known = known.take().or(folder);
        }
        Shelf { blobs, held }
    }
}

impl Shelf<'_> {
    /// Reads what is asked for until nobody asks any more. One child serves each thread.
    fn read_all(
        &self,
        mut extractor: Extractor,
        asked: &Mutex<Receiver<Document>>,
        tell: Sender<Result<(Digest, TextFound), EngineError>>,
    ) {
        loop {
            // Nothing can go wrong while it is held; and if it could, one more document is read.
            let next = asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
            let Ok(wanted) = next else { return };
            let read = self.read(&mut extractor, &wanted).map(|text| (wanted.digest, text));
            if tell.send(read).is_err() {
                return;
            }
        }
    }

    fn read(&self, extractor: &mut Extractor, wanted: &Document) -> Result<TextFound, EngineError> {
        let without = |outcome| Ok(TextFound { media: None, kind: None, outcome });
        let bytes = match self.bytes(wanted) {
            Ok(bytes) => bytes,
            Err(because) => return without(TextOutcome::Unreached { because }),
        };
        let path = wanted.path.as_bytes();
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        let Extracted { media, text } = extractor.extract(&String::from_utf8_lossy(name), &bytes)?;
        Ok(TextFound {
            kind: media.as_ref().map(|media| media.kind().word().to_owned()),
            media: media.map(|media| media.iana().to_owned()),
            outcome: match text {
                Ok(text) => TextOutcome::Text { body: text.body, cut: text.cut },
                Err(reason) => TextOutcome::None { because: reason.to_string() },
            },
        })
    }

    /// The bytes of a document, or of one that is too long its beginning; else why there are none.
    fn bytes(&self, wanted: &Document) -> Result<Vec<u8>, String> {
        match self.blobs.open(&wanted.digest) {
            Ok(reader) => beginning(reader).map_err(|error| error.to_string()),
            Err(BlobError::Missing { .. }) => {
                let mut folders = wanted.manifests.iter().filter_map(|manifest| self.held.get(manifest)?.as_ref());
                // The newest: an older one may have lain elsewhere.
                match folders.next_back() {
                    Some(folder) => in_place(&path_below(folder, &wanted.path), &wanted.digest),
                    None => Err("its bytes are not kept".to_owned()),
                }
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

/// One byte more than is read of a document says that it is longer.
fn beginning(reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file that was left in its place, if it is still what it was. The whole of it says so, and a longer one than is read
/// would have to be read to its end for that. What lies there by now may be anything: it is opened without following a
/// link or waiting for a pipe, and what was opened is looked at, not what had that name before.
fn in_place(path: &Path, digest: &Digest) -> Result<Vec<u8>, String> {
    let file = open_without_waiting(path).map_err(|error| error.to_string())?;
    if !file.metadata().map_err(|error| error.to_string())?.is_file() {
        return Err("it is no file by now".to_owned());
    }
    let bytes = beginning(file).map_err(|error| error.to_string())?;
    match bytes.len() > DOCUMENT_BYTES_MAX {
        true => Err("too large to be read in its place".to_owned()),
        false if Digest::of(&bytes) == *digest => Ok(bytes),
        false => Err("it has changed since it was collected".to_owned()),
    }
}
