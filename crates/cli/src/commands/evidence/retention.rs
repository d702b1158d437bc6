//! `portreeve evidence retention`: what may be disposed of by the council's schedule, and what must be kept and why. It
//! reads and disposes of nothing.

use clap::Args;
use portreeve_model::Day;
use portreeve_model::readiness::{AsOf, Readiness};
use portreeve_model::retention::retention;
use portreeve_reporting::retention::{RetentionReport, json, text};

use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::ui::layout;

#[derive(Debug, Args)]
pub(crate) struct RetentionArgs {
    /// The day it is asked for, today or later [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<Day>,
}

pub(super) fn report(args: &RetentionArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let window = door.ask()?;
    let today = window.as_of.on;
    if let Some(on) = args.on.filter(|on| *on < today) {
        return Err(Failure::usage(format!("{on} lies before {today}, the day it is looked at from"))
            .help("name a later day; to look from an earlier one, as it was known then, add `--at DATE`"));
    }
    let as_of = AsOf { on: args.on.unwrap_or(today), ..window.as_of };
    let register = window.register();
    let mut asked = Vec::new();
    if !register.schemes.is_empty() {
        for (scheme, organisations) in resolve::going(register, None, &[])? {
            asked.push(window.session.ask_of(&window.history, &scheme, &organisations, as_of)?);
        }
    }
    let answers: Vec<&Readiness> = asked.iter().flat_map(|asked| &asked.answers).collect();
    let items = retention(register, &answers, as_of.on);
    let report = RetentionReport { register, as_of, items: &items };
    let format = "portreeve.evidence-retention/1";
    Ok(Outcome::new(window.is_demonstration(), format, text(&report, layout()), json(&report)))
}
