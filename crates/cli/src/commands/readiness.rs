//! `portreeve readiness`: whether each organisation would pass, gate by gate. Gates decide; the percentage stands beside.

use clap::Args;
use portreeve_engine::Asked;
use portreeve_model::readiness::Verdict;
use portreeve_model::reference::{OrganisationId, SchemeId};

use super::Run;
use crate::door::{Door, Window};
use crate::failure::Failure;
use crate::near::nearest;
use crate::outcome::{Ending, Outcome};
use crate::resolve::{self, did_you_mean};
use crate::view;

/// Of which scheme and about whom a question is.
#[derive(Debug, Default, Args)]
pub(crate) struct About {
    /// The scheme [default: the only one]
    #[arg(long)]
    pub(crate) scheme: Option<SchemeId>,
    /// About whom [default: everybody who goes for the scheme]
    #[arg(long = "organisation", value_name = "ID")]
    pub(crate) organisations: Vec<OrganisationId>,
}

impl About {
    /// Asks the question.
    pub(crate) fn ask(&self, window: &Window<'_>) -> Result<Asked, Failure> {
        let scheme = resolve::scheme(window.register(), self.scheme.as_ref())?;
        let going = window.register().schemes.get(&scheme).map(|held| held.event.organisations.clone());
        let going = going.unwrap_or_default();
        if let Some(stranger) = self.organisations.iter().find(|id| !going.contains(*id)) {
            let near = nearest(stranger.as_str(), &going);
            let failure = Failure::usage(format!("`{stranger}` does not go for the scheme `{scheme}`"));
            let failure = if near.is_empty() { failure } else { failure.help(did_you_mean(&near)) };
            let names: Vec<String> = going.iter().map(ToString::to_string).collect();
            return Err(failure.help(format!("those that do: {}", names.join(", "))));
        }
        Ok(window.session.ask(Some(&scheme), &self.organisations, window.when)?)
    }
}

/// Whether each organisation would pass, gate by gate; exits 1 unless all would
#[derive(Debug, Default, Args)]
pub(crate) struct ReadinessArgs {
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    paper: view::Paper,
}

impl Run for ReadinessArgs {
    fn doing(&self) -> &'static str {
        "say whether it would pass"
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let window = door.ask()?;
        let asked = self.about.ask(&window)?;
        let passes = asked.answers.iter().all(|answer| answer.verdict != Verdict::WouldNotPass);
        view::board_page(&asked, &self.paper)?;
        Ok(view::readiness(&asked).ending(Ending::fine_if(passes)))
    }
}
