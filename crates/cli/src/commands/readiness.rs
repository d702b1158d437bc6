//! `portreeve readiness`: whether each organisation would pass, gate by gate. Gates decide; the percentage stands beside.

use clap::Args;
use portreeve_engine::Asked;
use portreeve_model::readiness::Verdict;
use portreeve_model::reference::{FrameworkId, OrganisationId, SchemeId};

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
    /// The scheme [default: the only one; where several are adopted, all of them if the answer can hold them]
    #[arg(long)]
    pub(crate) scheme: Option<SchemeId>,
    /// About whom [default: everybody who goes for the scheme]
    #[arg(long = "organisation", value_name = "ID")]
    pub(crate) organisations: Vec<OrganisationId>,
}

impl About {
    /// Asks about the scheme named, or about every one that anybody asked about goes for.
    pub(crate) fn ask_all(&self, window: &Window<'_>) -> Result<Vec<Asked>, Failure> {
        let register = window.register();
        if self.scheme.is_some() || register.schemes.len() < 2 {
            return Ok(vec![self.ask(window)?]);
        }
        let going = resolve::going(register, None, &self.organisations)?;
        let asked = going.iter().map(|(scheme, whom)| window.ask(scheme, whom));
        asked.collect()
    }

    /// Asks about every scheme there is, of which there may be none; one that is named has to judge `framework`.
    pub(crate) fn everywhere(&self, window: &Window<'_>, framework: &FrameworkId) -> Result<Vec<Asked>, Failure> {
        if window.register().schemes.is_empty() && self.scheme.is_none() {
            return Ok(Vec::new());
        }
        let all = self.ask_all(window)?;
        let judges = |asked: &Asked| &asked.standards.framework.id == framework;
        match &self.scheme {
            Some(scheme) if !all.iter().any(judges) => {
                Err(Failure::usage(format!("the scheme `{scheme}` does not judge `{framework}`"))
                    .help("name the scheme that does with `--scheme`; `portreeve scheme list` shows them"))
            }
            _ => Ok(all),
        }
    }

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
        window.ask(&scheme, &self.organisations)
    }
}

/// Whether each organisation would pass, gate by gate, or a table of every scheme; exits 1 unless all would
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
        let all = self.about.ask_all(&window)?;
        let answers = || all.iter().flat_map(|asked| &asked.answers);
        let ending = Ending::fine_if(answers().all(|answer| answer.verdict != Verdict::WouldNotPass));
        let [asked] = all.as_slice() else {
            self.paper.only_for_one_scheme()?;
            return Ok(view::across(&window, &all)?.ending(ending));
        };
        view::board_page(asked, &self.paper)?;
        Ok(view::readiness(asked).ending(ending))
    }
}
