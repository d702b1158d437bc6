//! `portreeve evidence calendar`: what will be too old by a submission, what is not there, and when to collect it. It is a
//! list and no judgement: it ends with 0 whatever it holds, where `lint` and `readiness` say no.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use portreeve_engine::Mode;
use portreeve_model::Day;
use portreeve_model::readiness::AsOf;
use portreeve_model::reference::{OrganisationId, SchemeId};
use portreeve_reporting::calendar::{self, Calendar};
use portreeve_reporting::lint::Submission;

use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::ui::layout;

#[derive(Debug, Args)]
pub(crate) struct CalendarArgs {
    /// The day of the submission, today or later [default: the scheme's target, else today]
    #[arg(long, value_name = "DATE")]
    submission: Option<Day>,
    /// The scheme [default: every one that was adopted]
    #[arg(long)]
    scheme: Option<SchemeId>,
    /// About whom [default: everybody who goes for the scheme]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// Write the dates as one iCalendar file too; it must not be there yet
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
}

pub(super) fn calendar(args: &CalendarArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mode = door.mode();
    let window = door.ask()?;
    let today = window.as_of.on;
    if let Some(on) = args.submission.filter(|on| *on < today) {
        return Err(Failure::usage(format!("a submission on {on} lies before {today}, the day it is looked at from"))
            .help("name a later day; to look from an earlier one, as it was known then, add `--at DATE`"));
    }
    let mut asked = Vec::new();
    for (scheme, organisations) in resolve::going(window.register(), args.scheme.as_ref(), &args.organisations)? {
        let target = window.register().schemes.get(&scheme).and_then(|held| held.event.target);
        let submission = Submission::of(today, args.submission, target);
        let as_of = AsOf { known: window.as_of.known, on: submission.on };
        asked.push((window.session.ask_of(&window.history, &scheme, &organisations, as_of)?, submission));
    }
    let calendars: Vec<Calendar<'_>> =
        asked.iter().map(|(asked, submission)| calendar::of(asked.subject(), *submission)).collect();
    if let Some(path) = args.ics.as_deref().filter(|_| mode == Mode::Write) {
        write(path, &calendar::ics(&calendars))?;
    }
    let text = calendar::text(&calendars, layout());
    let format = "portreeve.evidence-calendar/1";
    Ok(Outcome::new(window.is_demonstration(), format, text, calendar::json(&calendars)))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        Failure::environment(format!("could not write {}: {error}", path.display()))
            .help("name a file that is not there yet, in a folder you may write in")
    })
}
