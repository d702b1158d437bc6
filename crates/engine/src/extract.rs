//! The text of documents that strangers made, read by a child process that can be lost. It must never parse such a
//! document here: a document that hangs, eats memory or crashes its reader costs itself and nothing else.
//!
//! The other half, which runs in the child, is `portreeve_documents::sandbox`.

use std::ffi::OsString;
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use portreeve_documents::media::Media;
use portreeve_documents::sandbox::{self, Answer, GREETING, Request};
use portreeve_documents::text::{DOCUMENT_BYTES_MAX, Reason};

use crate::clock;
use crate::error::EngineError;

/// The word that makes the command line a reading child: `portreeve extract-text`.
pub const EXTRACT_WORD: &str = "extract-text";

/// The longest wait for one document. With [`CHILD_LIFE`] it stays below the processor time that a child allows itself,
/// so that an innocent document never pays for those before it: 600 + 300 = 900 seconds.
pub const PATIENCE_MAX: Duration = Duration::from_secs(300);

/// A child is replaced when it has been reading for so long.
const CHILD_LIFE: Duration = Duration::from_secs(600);

/// The longest wait for a child to start, and to be gone once it has closed its output: a thousand times what it takes.
const START_MAX: Duration = Duration::from_secs(10);

/// How often somebody who waits for a document looks whether it is still wanted.
const STOPS_WITHIN: Duration = Duration::from_millis(100);

/// How often a child that is ending is looked at.
const GLANCE: Duration = Duration::from_millis(2);

/// The exit code of a child that was refused memory and could still say so (`ENOMEM` of POSIX).
const NO_MEMORY_EXIT: u8 = 12;

/// The exit code of a child that could not set its limits, or whose parent is gone.
const BROKEN_OFF_EXIT: u8 = 5;

/// Runs the child's half: lowers this process's limits, then reads documents from `input` and answers on `output` until
/// there are no more. Gives the exit code; there is nobody to tell more than that.
pub fn read_for_parent(input: &mut impl Read, output: &mut impl Write) -> u8 {
    match sandbox::lower().and_then(|()| sandbox::serve(input, output)) {
        Ok(()) => 0,
        Err(error) if error.kind() == ErrorKind::OutOfMemory => NO_MEMORY_EXIT,
        Err(_) => BROKEN_OFF_EXIT,
    }
}

/// The program that is started as the child: in the product, the running program itself with [`EXTRACT_WORD`].
#[derive(Clone, Debug)]
pub struct Program {
    /// Where it lies.
    pub path: PathBuf,
    /// Its arguments.
    pub words: Vec<OsString>,
}

/// What is known of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extracted {
    /// Its media type; none when the child was lost before it could say.
    pub media: Option<Media>,
    /// Its text, or why there is none.
    pub text: Answer,
}

/// Reads documents, one after the other, in a child that is started when first needed and replaced when it is lost.
///
/// It stays on the thread that made it: on Linux a child ends with the thread that started it. For more than one core,
/// have one on each thread.
#[derive(Debug)]
pub struct Extractor {
    program: Program,
    patience: Duration,
    stop: Arc<AtomicBool>,
    child: Option<Running>,
    stays: PhantomData<Rc<()>>,
}

impl Extractor {
    /// An extractor that waits at most `patience` for each document, and never longer than [`PATIENCE_MAX`].
    #[must_use]
    pub fn new(program: Program, patience: Duration) -> Self {
        let patience = patience.min(PATIENCE_MAX);
        Self { program, patience, stop: Arc::default(), child: None, stays: PhantomData }
    }

    /// Stops a child in the middle of a document once somebody sets `stop`. Its answer is then that it took too long, and
    /// says nothing about the document.
    #[must_use]
    pub fn until(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// Reads a document. `name` is its file name, a hint that decides little.
    ///
    /// Of a document longer than [`DOCUMENT_BYTES_MAX`] only the beginning is read, so one byte more than that is enough
    /// to give; what can be read from its beginning is then text that was cut, and all else is too large.
    ///
    /// # Errors
    /// Only when no child can be started: whatever becomes of a document is in the answer.
    pub fn extract(&mut self, name: &str, bytes: &[u8]) -> Result<Extracted, EngineError> {
        let beginning = bytes.get(..DOCUMENT_BYTES_MAX).unwrap_or(bytes);
        let mut found = self.ask(name, beginning)?;
        if beginning.len() < bytes.len() {
            found.text = match found.text {
                Ok(text) => Ok(portreeve_documents::text::Text { cut: true, ..text }),
                Err(Reason::Damaged(_) | Reason::Empty) => Err(Reason::TooLarge),
                other => other,
            };
        }
        Ok(found)
    }

    fn ask(&mut self, name: &str, bytes: &[u8]) -> Result<Extracted, EngineError> {
        loop {
            let mut child = match self.child.take() {
                Some(child) => child,
                None => Running::start(&self.program)?,
            };
            let served = child.served;
            let (media, text) = child.ask(name, bytes, self.patience, &self.stop);
            let lost = matches!(text, Err(Reason::TookTooLong | Reason::TooMuchMemory | Reason::Crashed));
            // What others left behind in a child's memory must not decide about this document.
            if lost && served && text != Err(Reason::TookTooLong) {
                continue;
            }
            if !lost && child.busy < CHILD_LIFE {
                self.child = Some(child);
            }
            return Ok(Extracted { media, text });
        }
    }
}

/// A child at work.
#[derive(Debug)]
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Whether it has read a document before.
    served: bool,
    /// How long it has been reading.
    busy: Duration,
}

/// What the thread that talks to a child hears from it.
enum Said {
    Media(Media),
    Text(io::Result<Answer>),
}

impl Running {
    fn start(program: &Program) -> Result<Self, EngineError> {
        let failed = |source| EngineError::Io { attempt: "start", path: program.path.clone(), source };
        let mut command = Command::new(&program.path);
        // Ctrl-C goes to everything in the foreground. A child that it ended would look like one that a document ended.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .args(&program.words)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(io::Error::other("it has no pipes")));
        };
        let mut running = Self { child, input, output: BufReader::new(output), served: false, busy: Duration::ZERO };
        running.greet().map_err(failed)?;
        Ok(running)
    }

    /// Waits until the child has set its limits.
    fn greet(&mut self) -> io::Result<()> {
        let Self { child, output, .. } = self;
        let mut greeting = [0_u8; GREETING.len()];
        let heard = thread::scope(|scope| {
            let (tell, told) = channel();
            scope.spawn(|| {
                let heard = output.read_exact(&mut greeting);
                // Nobody listens any more when it took too long.
                let _ = tell.send(heard);
                drop(tell);
            });
            told.recv_timeout(START_MAX).unwrap_or_else(|_| {
                stop(child);
                Err(ErrorKind::TimedOut.into())
            })
        });
        match heard {
            Ok(()) if greeting == GREETING => Ok(()),
            Ok(()) => Err(io::Error::other("it is not a program that reads documents")),
            Err(error) => Err(error),
        }
    }

    /// Has a document read. After a reason that says the child is lost, it is.
    fn ask(&mut self, name: &str, bytes: &[u8], patience: Duration, until: &AtomicBool) -> (Option<Media>, Answer) {
        let started = clock::stopwatch();
        let mut media = None;
        let Self { child, input, output, .. } = self;
        let text = thread::scope(|scope| {
            let (tell, told) = channel();
            scope.spawn(move || talk(input, output, name, bytes, &tell));
            loop {
                let left = patience.saturating_sub(started.elapsed());
                match told.recv_timeout(left.min(STOPS_WITHIN)) {
                    Ok(Said::Media(found)) => media = Some(found),
                    Ok(Said::Text(Ok(answer))) => return Some(answer),
                    Ok(Said::Text(Err(_))) | Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) if left > STOPS_WITHIN && !until.load(Ordering::Relaxed) => {}
                    Err(RecvTimeoutError::Timeout) => {
                        stop(child);
                        return Some(Err(Reason::TookTooLong));
                    }
                }
            }
        });
        self.served = true;
        self.busy += started.elapsed();
        let text = text.unwrap_or_else(|| Err(why_lost(end(&mut self.child))));
        (media, text)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// Asks, and tells what is answered. Runs beside the one that watches the time.
fn talk(input: &mut impl Write, output: &mut impl Read, name: &str, bytes: &[u8], tell: &Sender<Said>) {
    let media = Request::write(input, name, bytes).and_then(|()| sandbox::read_media(output));
    let answer = match media {
        Ok(media) => {
            // Nobody listens any more when it took too long.
            let _ = tell.send(Said::Media(media));
            sandbox::read_answer(output)
        }
        Err(error) => Err(error),
    };
    let _ = tell.send(Said::Text(answer));
}

/// Ends a child whatever it is doing.
fn stop(child: &mut Child) {
    // It fails only for one that is gone already, and then there is nothing to wait for either.
    let _ = child.kill();
    let _ = child.wait();
}

/// How a child that talks no more ended; none when it had to be stopped.
fn end(child: &mut Child) -> Option<ExitStatus> {
    let started = clock::stopwatch();
    while started.elapsed() < START_MAX {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => thread::sleep(GLANCE),
            Err(_) => break,
        }
    }
    stop(child);
    None
}

/// What its end says of the document that it was reading.
fn why_lost(status: Option<ExitStatus>) -> Reason {
    /// Sent by the standard library when memory is refused, and when the stack is used up.
    const ABORT: i32 = 6;
    /// Sent by nobody but us and a system that has run out of memory, and we were not it.
    const KILL: i32 = 9;
    let Some(status) = status else { return Reason::Crashed };
    let refused = status.code() == Some(i32::from(NO_MEMORY_EXIT));
    if refused || matches!(signal(status), Some(ABORT | KILL)) { Reason::TooMuchMemory } else { Reason::Crashed }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

/// Other systems do not say.
#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}
