//! The calendar on a terminal: what is wanting first, by its day, then what will do.

use portreeve_model::Day;
use portreeve_model::readiness::{Due, Standing};

use super::{Calendar, Section};
use crate::safe::Page;
use crate::{Layout, words};

/// The calendars of all these schemes.
pub fn text(calendars: &[Calendar<'_>], layout: Layout) -> String {
    let mut page = Page::new(layout);
    if calendars.iter().any(|calendar| calendar.subject.register.is_demonstration()) {
        page.line(words::DEMONSTRATION);
        page.gap();
    }
    for calendar in calendars {
        page.line(&format!("{}: {}", calendar.subject.scheme.title, calendar.submission.told()));
        for section in &calendar.sections {
            organisation(&mut page, calendar, section);
        }
        page.gap();
    }
    if let Some(Calendar { subject, submission, .. }) = calendars.first() {
        let known = match subject.as_of.known.count() {
            1 => "1 entry".to_owned(),
            many => format!("{many} entries"),
        };
        page.line(&format!("As known from {known}, looked at on {}.", submission.today));
        page.line("Signatures, reports, findings and the pack: portreeve lint");
    }
    page.finish()
}

/// The parts of a page, in order.
const PARTS: [&str; 4] = ["Too old by the submission", "No evidence at all", "There, and not checked", "Will do"];

/// The part in which a standing is told.
const fn part(standing: &Standing) -> &'static str {
    let [too_old, missing, unchecked, holds] = PARTS;
    match standing {
        Standing::OutOfDate { .. } => too_old,
        Standing::Missing { .. } => missing,
        Standing::Waits { .. } => unchecked,
        Standing::Holds { .. } => holds,
    }
}

fn organisation(page: &mut Page, calendar: &Calendar<'_>, section: &Section) {
    let name = words::organisation(&section.organisation, calendar.subject.register);
    page.gap();
    if section.due.is_empty() {
        page.line(&format!("{name}: the scheme asks for no evidence."));
        return;
    }
    let wanting = section.due.iter().filter(|due| due.standing.is_wanting()).count();
    page.line(&match wanting {
        0 => format!("{name}: everything the scheme asks evidence for will do on the day."),
        _ => format!("{name}: {wanting} of {} things the scheme asks evidence for need something.", section.due.len()),
    });
    for heading in PARTS {
        let lines: Vec<&Due> = section.due.iter().filter(|due| part(&due.standing) == heading).collect();
        if lines.is_empty() {
            continue;
        }
        page.gap();
        page.put("  ", "  ", heading);
        let (for_ever, dated): (Vec<&Due>, Vec<&Due>) = lines.into_iter().partition(|due| is_for_ever(due));
        for due in dated {
            page.put(&first(due), REST, &sentence(calendar, due));
        }
        if !for_ever.is_empty() {
            let named: Vec<String> = for_ever.into_iter().map(|due| named(calendar, due)).collect();
            page.put("  no limit      ", REST, &named.join("; "));
        }
    }
}

/// What stands under a day goes on as far to the right.
const REST: &str = "                ";

/// Whether it will do on any day, so that there is nothing to tell of it but what it is.
fn is_for_ever(due: &Due) -> bool {
    matches!(&due.standing, Standing::Holds { validity, .. } if validity.ends.is_none())
}

/// `E-119 for PSN-FORM-CONTACT`.
fn named(calendar: &Calendar<'_>, due: &Due) -> String {
    let evidence = match &due.standing {
        Standing::Holds { evidence, .. } => evidence.as_str(),
        Standing::OutOfDate { .. } | Standing::Missing { .. } | Standing::Waits { .. } => "",
    };
    format!("{evidence} for {}", calendar.askers(due))
}

/// The first day on which it is too old, or the last on which it will do; as wide as the widest.
fn first(due: &Due) -> String {
    let ends = due.standing.validity().and_then(|validity| validity.ends);
    let day = match &due.standing {
        Standing::OutOfDate { .. } | Standing::Missing { .. } => ends,
        Standing::Waits { .. } | Standing::Holds { .. } => ends.map(|ends| ends.minus_days(1)),
    };
    format!("  {:<14}", day.map_or_else(String::new, Day::short))
}

fn sentence(calendar: &Calendar<'_>, due: &Due) -> String {
    let (wanted, askers) = (calendar.wanted(due), calendar.askers(due));
    let told = format!("{wanted} for {askers}: {}", calendar.says(due));
    match calendar.advice(due) {
        Some(words::Advice { what, command }) => format!("{told}. {what}: `{command}`"),
        None => format!("{told}."),
    }
}
