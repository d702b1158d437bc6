//! The calendar as iCalendar (RFC 5545), for the calendars people look into anyway: all-day events for the submission, for
//! what goes too old, and for the days in which something new has to be collected. The same question gives the same bytes:
//! the stamp is the day it was looked at from, and an event keeps its UID for as long as it is about the same thing.

use std::collections::BTreeSet;

use portreeve_model::readiness::{Due, Standing};
use portreeve_model::{Day, Digest};

use super::{Calendar, Section};
use crate::safe::one_line;
use crate::words;

/// Octets of a content line without its break (RFC 5545, section 3.1).
const LINE_OCTETS_MAX: usize = 75;

/// Hexadecimal digits of a UID: 128 bits, as many as a UUID has.
const UID_DIGITS: usize = 32;

/// One calendar that holds the events of all these schemes.
pub fn ics(calendars: &[Calendar<'_>]) -> String {
    let mut file = File { text: String::new(), written: BTreeSet::new() };
    file.line("BEGIN", "VCALENDAR");
    file.line("VERSION", "2.0");
    file.line("PRODID", "-//Portreeve//Evidence calendar//EN");
    file.line("CALSCALE", "GREGORIAN");
    for calendar in calendars {
        for section in &calendar.sections {
            events(&mut file, calendar, section);
        }
    }
    file.line("END", "VCALENDAR");
    file.text
}

/// An event in the making.
struct Event<'a> {
    /// What makes it the same event next time.
    key: Vec<&'a str>,
    first: Day,
    /// The last day, which may be the first.
    last: Day,
    summary: String,
    description: Vec<String>,
}

fn events(file: &mut File, calendar: &Calendar<'_>, section: &Section) {
    let (scheme, whom, on) = (calendar.subject.scheme, section.organisation.as_str(), calendar.submission.on);
    let about = format!("{}, {whom}", scheme.id);
    let wanting = section.due.iter().filter(|due| due.standing.is_wanting()).count();
    let submission = Event {
        key: vec!["submission"],
        first: on,
        last: on,
        summary: format!("Submission: {} ({whom})", scheme.title),
        description: vec![format!("{wanting} of {} things it asks evidence for need something.", section.due.len())],
    };
    file.event(calendar, section, submission);
    for due in &section.due {
        let rule = rule(due);
        let (wanted, askers) = (calendar.wanted(due), calendar.askers(due));
        let evidence = match &due.standing {
            Standing::Missing { .. } => "",
            Standing::OutOfDate { evidence, .. }
            | Standing::Waits { evidence, .. }
            | Standing::Holds { evidence, .. } => evidence.as_str(),
        };
        let told = format!("For {askers}: {}.", calendar.says(due));
        if let Some(ends) = due.standing.validity().and_then(|validity| validity.ends) {
            let too_old = Event {
                key: vec!["too-old", evidence, &rule],
                first: ends,
                last: ends,
                summary: format!("{evidence}, {wanted}, is too old from today ({about})"),
                description: vec![told.clone()],
            };
            file.event(calendar, section, too_old);
        }
        if let (Some(window), Some(words::Advice { what, command })) = (due.collect, calendar.advice(due)) {
            // Days that have passed are no days to collect in.
            let today = calendar.submission.today;
            let collect = Event {
                key: vec!["collect", evidence, &rule],
                first: window.not_before.map_or(today, |first| first.max(today)).min(window.by),
                last: window.by,
                summary: format!("Collect {} ({about})", words::article(&wanted)),
                description: vec![told, format!("{what}."), command],
            };
            file.event(calendar, section, collect);
        }
    }
}

/// The rule, so that two rules about one item of evidence are two events.
fn rule(due: &Due) -> String {
    let kinds: Vec<&str> = due.rule.any_of.iter().map(|kind| kind.word()).collect();
    let within = due.rule.within.map_or_else(String::new, |limit| limit.to_string());
    format!("{} within {within}", kinds.join("|"))
}

struct File {
    text: String,
    /// The UIDs of the events that are in it: several requirements may wait for one thing.
    written: BTreeSet<String>,
}

impl File {
    fn event(&mut self, calendar: &Calendar<'_>, section: &Section, event: Event<'_>) {
        let origin = calendar.subject.register.opening.as_ref().map_or("", |opening| opening.origin.as_str());
        let mut named = vec![origin, calendar.subject.scheme.id.as_str(), section.organisation.as_str()];
        named.extend(event.key);
        let digest = Digest::of(named.join("\n").as_bytes()).to_string();
        let uid = format!("{}@portreeve", digest.get(..UID_DIGITS).unwrap_or(&digest));
        if !self.written.insert(uid.clone()) {
            return;
        }
        let mut description = event.description;
        if calendar.subject.register.is_demonstration() {
            description.insert(0, words::DEMONSTRATION.to_owned());
        }
        let description: Vec<String> = description.iter().map(|line| escaped(line)).collect();
        self.line("BEGIN", "VEVENT");
        self.line("UID", &uid);
        self.line("DTSTAMP", &format!("{}T000000Z", basic(calendar.submission.today)));
        self.line("DTSTART;VALUE=DATE", &basic(event.first));
        // The end of an all-day event is the day after its last (section 3.6.1).
        self.line("DTEND;VALUE=DATE", &basic(event.last.plus_days(1)));
        self.line("SUMMARY", &escaped(&event.summary));
        self.line("DESCRIPTION", &description.join("\\n"));
        // It is a note, not an appointment: nobody is busy because of it.
        self.line("TRANSP", "TRANSPARENT");
        self.line("END", "VEVENT");
    }

    /// A content line, folded: no piece of it is longer than 75 octets, and no letter is cut in two.
    fn line(&mut self, name: &str, value: &str) {
        let mut used = 0;
        for letter in format!("{name}:{value}").chars() {
            if used + letter.len_utf8() > LINE_OCTETS_MAX {
                self.text.push_str("\r\n ");
                used = 1;
            }
            self.text.push(letter);
            used += letter.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

/// A value of type TEXT (section 3.3.11). What a terminal would obey is written out first, and with it every line break.
fn escaped(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,")
}

/// `20270331`.
fn basic(day: Day) -> String {
    day.iso().replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(name: &str, value: &str) -> String {
        let mut file = File { text: String::new(), written: BTreeSet::new() };
        file.line(name, value);
        file.text
    }

    #[test]
    fn text_is_escaped_and_holds_no_line_of_its_own() {
        assert_eq!(escaped("a, b; c\\d"), "a\\, b\\; c\\\\d");
        assert_eq!(escaped("a\r\nEND:VEVENT"), "a END:VEVENT");
        assert_eq!(escaped("a\u{1b}[2J\u{202e}"), "a\\\\u{001B}[2J\\\\u{202E}");
    }

    proptest! {
        /// Unfolding gives back the line, no piece is too long, and every break is CRLF.
        #[test]
        fn lines_are_folded_at_75_octets_and_unfold_to_themselves(value in "[ -~£é€𝄞]{0,300}") {
            let folded = line("SUMMARY", &value);
            prop_assert_eq!(folded.replace("\r\n ", ""), format!("SUMMARY:{value}\r\n"));
            for piece in folded.strip_suffix("\r\n").unwrap().split("\r\n") {
                prop_assert!(piece.len() <= 75, "{}", piece.len());
            }
            prop_assert!(!folded.replace("\r\n", "").contains(['\r', '\n']));
        }
    }
}
