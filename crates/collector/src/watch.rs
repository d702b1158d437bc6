//! How a caller follows long work and stops it.
//!
//! Must never print or keep time: whoever watches does.

use std::sync::atomic::{AtomicBool, Ordering};

/// How far long work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Progress {
    /// Files or objects dealt with so far.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What a caller hands to long work. `Watch::default()` watches nothing and never stops it.
#[derive(Clone, Copy, Default)]
pub struct Watch<'a> {
    /// Set it to true to stop the work soon: between two pieces of 256 KiB.
    pub stop: Option<&'a AtomicBool>,
    /// Called after each file, from the thread that called: it must be quick.
    pub report: Option<&'a dyn Fn(Progress)>,
    /// Told of the bytes that were just read, by the thread that read them: it may wait, so as to spare a busy server.
    pub pace: Option<&'a (dyn Fn(u64) + Sync)>,
}

impl Watch<'_> {
    /// Tells how far it is, if anybody wants to know.
    pub fn report(&self, progress: Progress) {
        if let Some(report) = self.report {
            report(progress);
        }
    }
}

pub(crate) fn is_set(stop: Option<&AtomicBool>) -> bool {
    stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
}

/// The work was stopped by its [`Watch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped before the end, as asked")]
pub struct Stopped;
