//! Following long work: a bar on a terminal, and Ctrl-C as a wish to stop.
//!
//! Must never draw where nobody sees it, and never end the program by itself: the work ends between two files, and what
//! has been done by then is kept.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use portreeve_engine::{Progress, Watch};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::failure::Failure;

/// How often the number of files is written anew: at 200,000 files a second, some 200 times a second.
const EVERY_FILES: u64 = 1_000;

/// Somebody who watches work, and may want it to stop.
pub(crate) struct Follower {
    stop: Arc<AtomicBool>,
    bar: ProgressBar,
}

impl Follower {
    /// Listens for Ctrl-C. The second one ends the program at once, as if nobody listened.
    ///
    /// # Errors
    /// When the system lets nobody listen.
    pub(crate) fn new() -> Result<Follower, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_default(signal, Arc::clone(&stop))
                .and_then(|_| flag::register(signal, Arc::clone(&stop)))
                .map_err(|error| Failure::environment(format!("Ctrl-C cannot be listened for: {error}")))?;
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Ok(Follower { stop, bar })
    }

    /// Whether there is anybody to see a bar.
    pub(crate) fn is_seen(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// Says what is being done; `bytes` is how much there is, where that is known.
    pub(crate) fn begin(&self, doing: &'static str, bytes: Option<u64>) {
        let template = match bytes {
            Some(_) => "{prefix}  {wide_bar} {bytes}/{total_bytes}  {msg}  {bytes_per_sec}  {eta} left",
            None => "{prefix}  {spinner} {bytes}  {msg}  {bytes_per_sec}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        self.bar.reset();
        self.bar.set_prefix(doing);
        if let Some(bytes) = bytes {
            self.bar.set_length(bytes);
        }
    }

    /// Does `work` while watching it.
    pub(crate) fn follow<T>(&self, work: impl FnOnce(Watch<'_>) -> T) -> T {
        let told = Cell::new(0);
        let report = |done: Progress| {
            self.bar.set_position(done.bytes);
            if done.files >= told.get() {
                told.set(done.files + EVERY_FILES);
                self.bar.set_message(format!("{} files", HumanCount(done.files)));
            }
        };
        let report: Option<&dyn Fn(Progress)> = if self.is_seen() { Some(&report) } else { None };
        let outcome = work(Watch { stop: Some(&self.stop), report, pace: None });
        self.bar.finish_and_clear();
        outcome
    }
}
