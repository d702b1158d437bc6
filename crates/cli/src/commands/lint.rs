//! `portreeve lint`: what is missing from a submission, thing by thing, on the day it is to be made.

use clap::Args;
use portreeve_model::Day;
use portreeve_model::readiness::AsOf;
use portreeve_model::reference::{OrganisationId, SchemeId};
use portreeve_reporting::lint::{self, Linted, Submission};

use super::Run;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::{Ending, Outcome};
use crate::resolve;
use crate::ui::layout;

/// What is missing from a submission, and what to do about each; exits 1 while something is
#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// The scheme [default: every one that was adopted]
    #[arg(long)]
    scheme: Option<SchemeId>,
    /// About whom [default: everybody who goes for the scheme]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// The day of the submission, today or later [default: the scheme's target, else today]
    #[arg(long, value_name = "DATE")]
    on: Option<Day>,
}

impl Run for LintArgs {
    fn doing(&self) -> &'static str {
        "say what is missing"
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let window = door.ask()?;
        let today = window.as_of.on;
        if let Some(on) = self.on.filter(|on| *on < today) {
            return Err(Failure::usage(format!(
                "a submission on {on} lies before {today}, the day it is looked at from"
            ))
            .help("name a later day; to look from an earlier one, as it was known then, add `--at DATE`"));
        }
        let mut asked = Vec::new();
        for (scheme, organisations) in resolve::going(window.register(), self.scheme.as_ref(), &self.organisations)? {
            let target = window.register().schemes.get(&scheme).and_then(|held| held.event.target);
            let submission = Submission::of(today, self.on, target);
            let as_of = AsOf { known: window.as_of.known, on: submission.on };
            asked.push((window.session.ask_of(&window.history, &scheme, &organisations, as_of)?, submission));
        }
        let schemes: Vec<Linted<'_>> =
            asked.iter().map(|(asked, submission)| lint::lint(asked.subject(), *submission)).collect();
        let clean = schemes.iter().all(|linted| linted.missing() == 0);
        let text = lint::text(&schemes, layout());
        let outcome = Outcome::new(window.is_demonstration(), "portreeve.lint/1", text, lint::json(&schemes));
        Ok(outcome.ending(Ending::fine_if(clean)))
    }
}
