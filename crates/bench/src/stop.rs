//! Ctrl-C, a hang-up or a request to end: what runs is ended, what was written is removed, and nothing new is begun.
//!
//! No handler runs in the middle of other code. The signals are blocked, one thread waits for them, and all it does is to
//! close the pipe that keeps the running tool alive: see `measure.rs`.

use std::process::ChildStdin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use nix::sys::signal::{SigSet, Signal};

use crate::failure::Failure;
use crate::say;

/// Whether somebody asked for an end, and the pipe that a running tool hangs on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: AtomicBool,
    lifeline: Mutex<Option<ChildStdin>>,
}

impl Stop {
    /// Begins to wait for signals. Call it before any other thread is begun.
    pub(crate) fn watching() -> Stop {
        let stop = Stop::default();
        let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
        if signals.thread_block().is_ok() {
            let watching = stop.clone();
            let _ = thread::spawn(move || {
                while let Ok(signal) = signals.wait() {
                    say::talk(&format!("{signal}: ending what runs and cleaning up"));
                    watching.ask();
                }
            });
        }
        stop
    }

    fn lifeline(&self) -> MutexGuard<'_, Option<ChildStdin>> {
        self.0.lifeline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self) {
        let mut lifeline = self.lifeline();
        self.0.asked.store(true, Ordering::SeqCst);
        *lifeline = None;
    }

    /// Keeps the pipe open until it is let go or somebody asks for an end.
    pub(crate) fn hold(&self, pipe: Option<ChildStdin>) {
        let mut lifeline = self.lifeline();
        *lifeline = if self.asked() { None } else { pipe };
    }

    pub(crate) fn let_go(&self) {
        *self.lifeline() = None;
    }

    pub(crate) fn asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// # Errors
    ///
    /// `Stopped` once somebody asked for an end.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.asked() { Err(Failure::Stopped) } else { Ok(()) }
    }
}
