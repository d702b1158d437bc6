//! `portreeve next`: the steps that free most.

use clap::Args;

use super::Run;
use super::readiness::About;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::view;

/// The steps that free most, first the first, scheme by scheme
#[derive(Debug, Default, Args)]
pub(crate) struct NextArgs {
    #[command(flatten)]
    about: About,
}

impl Run for NextArgs {
    fn doing(&self) -> &'static str {
        "say what to do next"
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let window = door.ask()?;
        Ok(view::next(&self.about.ask_all(&window)?))
    }
}
