//! What can go wrong, in three parts: what failed, because of what, and what to do. The kind chooses the exit code.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The command makes no sense as given.
    #[error("could not understand the command")]
    Usage { because: String, help: String },
    /// A guard rail says no.
    #[error("refused to {attempt}")]
    Refused { attempt: &'static str, because: String, help: String },
    /// The machine, the disk or a file stands in the way.
    #[error("could not {attempt} {}", .path.display())]
    Io { attempt: &'static str, path: PathBuf, source: io::Error },
    /// A tool that was needed to go on did not do its work.
    #[error("could not run {tool}")]
    Tool { tool: String, because: String },
    /// Somebody asked it to stop.
    #[error("stopped before the end")]
    Stopped,
}

impl Failure {
    pub(crate) fn usage(because: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure::Usage { because: because.into(), help: help.into() }
    }

    pub(crate) fn refused(attempt: &'static str, because: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure::Refused { attempt, because: because.into(), help: help.into() }
    }

    /// For `map_err`: turns what the operating system said of `path` into a failure.
    pub(crate) fn io<E: Into<io::Error>>(attempt: &'static str, path: &Path) -> impl FnOnce(E) -> Failure {
        let path = path.to_owned();
        move |error| Failure::Io { attempt, path, source: error.into() }
    }

    pub(crate) fn because(&self) -> String {
        match self {
            Failure::Usage { because, .. } | Failure::Refused { because, .. } | Failure::Tool { because, .. } => {
                because.clone()
            }
            Failure::Io { source, .. } => source.to_string(),
            Failure::Stopped => "a signal asked for it".to_owned(),
        }
    }

    pub(crate) fn help(&self) -> String {
        match self {
            Failure::Usage { help, .. } | Failure::Refused { help, .. } => help.clone(),
            Failure::Io { .. } => "look at the folder's permissions and at the free space".to_owned(),
            Failure::Tool { .. } => "run the tool by hand, or leave it out with `--tools`".to_owned(),
            Failure::Stopped => "nothing is left running; run it again for figures".to_owned(),
        }
    }

    pub(crate) const fn exit(&self) -> u8 {
        match self {
            Failure::Usage { .. } => 2,
            Failure::Refused { .. } => 3,
            Failure::Io { .. } | Failure::Tool { .. } => 5,
            // What a shell gives for a command that Ctrl-C ended.
            Failure::Stopped => 130,
        }
    }
}
