//! `portreeve why`: what stands in the way and what each answer rests on, down to the hashes of files.

use clap::Args;

use super::Run;
use super::readiness::About;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::view;

/// Why it would not pass, down to what each answer rests on; exits 1 while something stands in the way
#[derive(Debug, Default, Args)]
pub(crate) struct WhyArgs {
    /// A gate, requirement, finding or action [default: everything that stands in the way]
    #[arg(value_name = "REF")]
    what: Option<String>,
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    paper: view::Paper,
}

impl Run for WhyArgs {
    fn doing(&self) -> &'static str {
        "say why"
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let window = door.ask()?;
        let all = self.about.ask_all(&window)?;
        view::why(&window, &all, self.what.as_deref(), &self.paper)
    }
}
