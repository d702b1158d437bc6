//! Reading documents for the index: each content once, on all cores, by children that can be lost.
//!
//! Must never put a text under a digest that is not the digest of what was read, and never let a document that cannot be
//! read keep the others from it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use portreeve_collector::{
    BlobError, Blobs as _, FileBlobs, Progress, TextFound, TextOutcome, TextWanted, Watch, path_below,
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
        let folders = folders(self.register());
        let shelf = Shelf { blobs: &self.blobs, folders: &folders };
        let mut texts = Texts::default();
        let (ask, asked) = channel::<TextWanted>();
        let asked = Mutex::new(asked);
        thread::scope(|scope| {
            let (tell, told) = channel();
            let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
            for _ in 0..workers {
                let tell = tell.clone();
                scope.spawn(|| shelf.read_all(how.program, &asked, tell));
            }
            drop(tell);
            // Whatever ends the work, the workers end when nobody asks any more.
            let ask = ask;
            loop {
                let wanted = index.texts_wanted(PAGE_DOCUMENTS)?;
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
                    match text.outcome {
                        TextOutcome::Text { .. } => texts.read += 1,
                        TextOutcome::None { .. } => texts.without += 1,
                    }
                    found.insert(digest, text);
                    how.watch.report(Progress { files: texts.read + texts.without, bytes: 0 });
                }
                let is_whole = found.len() == order.len();
                // Answers come in the order in which texts are added, and shall be the same from an index made again.
                let found: Vec<_> = order.iter().filter_map(|digest| Some((*digest, found.remove(digest)?))).collect();
                index.add_texts(&found, is_whole.then_some(wanted.up_to))?;
                if !is_whole || !wanted.more || is_over() {
                    break;
                }
            }
            texts.left = index.texts_behind()?;
            Ok(texts)
        })
    }
}

/// The folder of each collection whose files were left in their place.
fn folders(register: &Register) -> BTreeMap<Digest, PathBuf> {
    let in_place = register.evidence.values().filter(|held| !held.content.keeps_bytes());
    let folder = |held: &portreeve_model::register::evidence::Evidence| {
        let folder = held.collection.as_ref()?.folder.as_ref()?;
        Some((*held.content.manifest()?, PathBuf::from(folder.as_str())))
    };
    in_place.filter_map(folder).collect()
}

/// Where the bytes of documents are.
struct Shelf<'a> {
    blobs: &'a FileBlobs,
    folders: &'a BTreeMap<Digest, PathBuf>,
}

impl Shelf<'_> {
    /// Reads what is asked for until nobody asks any more. One child serves each thread.
    fn read_all(
        &self,
        program: &Program,
        asked: &Mutex<Receiver<TextWanted>>,
        tell: Sender<Result<(Digest, TextFound), EngineError>>,
    ) {
        let mut extractor = Extractor::new(program.clone(), PATIENCE);
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

    fn read(&self, extractor: &mut Extractor, wanted: &TextWanted) -> Result<TextFound, EngineError> {
        let without =
            |because: String| Ok(TextFound { media: None, kind: None, outcome: TextOutcome::None { because } });
        let bytes = match self.bytes(wanted) {
            Ok(bytes) => bytes,
            Err(because) => return without(because),
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
    fn bytes(&self, wanted: &TextWanted) -> Result<Vec<u8>, String> {
        match self.blobs.open(&wanted.digest) {
            Ok(reader) => beginning(reader).map_err(|error| error.to_string()),
            Err(BlobError::Missing { .. }) => match self.folders.get(&wanted.manifest) {
                Some(folder) => in_place(&path_below(folder, &wanted.path), &wanted.digest),
                None => Err("its bytes are not kept".to_owned()),
            },
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
/// would have to be read to its end for that.
fn in_place(path: &Path, digest: &Digest) -> Result<Vec<u8>, String> {
    let found = path.symlink_metadata().map_err(|error| error.to_string())?;
    if !found.is_file() {
        return Err("it is no file by now".to_owned());
    }
    let bytes = File::open(path).and_then(beginning).map_err(|error| error.to_string())?;
    match bytes.len() > DOCUMENT_BYTES_MAX {
        true => Err("too large to be read in its place".to_owned()),
        false if Digest::of(&bytes) == *digest => Ok(bytes),
        false => Err("it has changed since it was collected".to_owned()),
    }
}
