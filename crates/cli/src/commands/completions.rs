//! `portreeve completions`: completions for a shell, from the same definition as the commands.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::json;

use super::Run;
use crate::args::Cli;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;

/// Print completions for a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl Run for CompletionsArgs {
    fn doing(&self) -> &'static str {
        "print completions"
    }

    fn looks_back(&self) -> bool {
        false
    }

    fn run(self, _: &mut Door) -> Result<Outcome, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "portreeve", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        let object = json!({"shell": self.shell.to_string(), "script": script});
        Ok(Outcome::new(false, "portreeve.completions/1", script, object))
    }
}
