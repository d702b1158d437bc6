//! What a person is told when a command fails: what failed, because of what, and what to do. The kind chooses the exit
//! code.
//!
//! Error rules: `error` names the command that failed, in its own words. `because` is the chain of reasons as the crates
//! below give it, without repeats. `help` is never empty: advice is this crate's to add.

use std::error::Error;

use portreeve_engine::EngineError;
use portreeve_engine::Kind as EngineKind;
use portreeve_model::Refusal;
use serde::Serialize;

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The question or command makes no sense as given.
    Usage,
    /// The rules refuse it.
    Refused,
    /// Something is not as it was recorded.
    Integrity,
    /// The machine, the disk or a file stands in the way.
    Environment,
    /// A mistake in this program.
    Bug,
}

impl Kind {
    /// The exit code: an interface that scripts rely on.
    pub(crate) const fn exit(self) -> u8 {
        match self {
            Kind::Usage => 2,
            Kind::Refused => 3,
            Kind::Integrity => 4,
            Kind::Environment => 5,
            // What a panic gives too: whoever watches for one watches for the other.
            Kind::Bug => 101,
        }
    }
}

/// A failure on its way to a person.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// What failed; filled in by the dispatcher, which knows the command.
    pub(crate) error: String,
    pub(crate) because: Vec<String>,
    pub(crate) help: Vec<String>,
    /// What the engine said, from which advice is drawn.
    pub(crate) cause: Option<Box<EngineError>>,
}

impl Failure {
    /// A command that makes no sense as given.
    pub(crate) fn usage(because: impl Into<String>) -> Failure {
        Failure::of(Kind::Usage, because)
    }

    /// A file or folder that could not be used.
    pub(crate) fn environment(because: impl Into<String>) -> Failure {
        Failure::of(Kind::Environment, because)
    }

    fn of(kind: Kind, because: impl Into<String>) -> Failure {
        Failure { kind, error: String::new(), because: vec![because.into()], help: Vec::new(), cause: None }
    }

    /// Adds advice.
    pub(crate) fn help(mut self, line: impl Into<String>) -> Failure {
        self.help.push(line.into());
        self
    }

    /// Adds several lines of advice.
    pub(crate) fn helps(mut self, lines: impl IntoIterator<Item = String>) -> Failure {
        self.help.extend(lines);
        self
    }

    /// Says which command failed.
    pub(crate) fn doing(mut self, phrase: &str) -> Failure {
        if self.error.is_empty() {
            self.error = format!("could not {phrase}");
        }
        self
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        let kind = match error.kind() {
            EngineKind::Usage => Kind::Usage,
            // A name that stands for nothing is a slip of the hand, not a rule, whichever crate notices it.
            EngineKind::Refused if names_nothing(&error) => Kind::Usage,
            EngineKind::Refused => Kind::Refused,
            EngineKind::Integrity => Kind::Integrity,
            EngineKind::Environment => Kind::Environment,
            EngineKind::Bug => Kind::Bug,
        };
        let because = chain(&error);
        Failure { kind, error: String::new(), because, help: Vec::new(), cause: Some(Box::new(error)) }
    }
}

fn names_nothing(error: &EngineError) -> bool {
    let EngineError::Refused(refusal) = error else { return false };
    matches!(
        refusal,
        Refusal::Unknown { .. }
            | Refusal::NotARequirement { .. }
            | Refusal::NotAnIndicator { .. }
            | Refusal::NoSuchHost { .. }
            | Refusal::NoSuchOption { .. }
    )
}

/// An error and its sources; a source that its error has quoted already is left out.
fn chain(error: &dyn Error) -> Vec<String> {
    let mut because = vec![error.to_string()];
    let mut next = error.source();
    while let Some(source) = next {
        let text = source.to_string();
        if !because.iter().any(|said| said.contains(&text)) {
            because.push(text);
        }
        next = source.source();
    }
    because
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_an_interface() {
        let codes = [Kind::Usage, Kind::Refused, Kind::Integrity, Kind::Environment, Kind::Bug].map(Kind::exit);
        assert_eq!(codes, [2, 3, 4, 5, 101]);
    }

    #[test]
    fn a_reason_that_was_quoted_is_not_said_twice() {
        let source = std::io::Error::other("the disk is full");
        let error = EngineError::Io { attempt: "write", path: "a".into(), source };
        assert_eq!(chain(&error), ["could not write a: the disk is full"]);
    }
}
