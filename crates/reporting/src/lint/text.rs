//! What is missing, one line each: the scheme, what asks for it, what is wrong, and what to do.

use portreeve_model::reference::FindingId;

use super::says::some_of;
use super::{Line, Linted, Section};
use crate::safe::Page;
use crate::{Layout, words};

/// Codes are lined up as far as this; a longer one moves its own line.
const CODE_LINED_UP: usize = 24;

/// What is missing from the submissions of all these schemes.
pub fn text(schemes: &[Linted<'_>], layout: Layout) -> String {
    let mut page = Page::new(layout);
    if schemes.iter().any(|linted| linted.subject.register.is_demonstration()) {
        page.line(words::DEMONSTRATION);
        page.gap();
    }
    if schemes.iter().all(|linted| linted.missing() == 0) {
        page.line("Nothing is missing.");
        page.gap();
    }
    for linted in schemes {
        page.line(&heading(linted));
        for section in &linted.sections {
            organisation(&mut page, linted, section);
        }
        page.gap();
    }
    if let Some(Linted { subject, submission, .. }) = schemes.first() {
        let known = match subject.as_of.known.count() {
            1 => "1 entry".to_owned(),
            many => format!("{many} entries"),
        };
        page.line(&format!("As known from {known}, looked at on {}.", submission.today));
    }
    page.finish()
}

fn heading(linted: &Linted<'_>) -> String {
    format!("{}: {}", linted.subject.scheme.title, linted.submission.told())
}

fn organisation(page: &mut Page, linted: &Linted<'_>, section: &Section) {
    let name = words::organisation(&section.organisation, linted.subject.register);
    let missing = section.lines.len();
    let later = section.lines.iter().filter(|line| line.from.is_some()).count();
    page.gap();
    page.line(&match (missing, later) {
        (0, _) => format!("{name}: nothing is missing."),
        (1, 0) => format!("{name}: 1 thing is missing."),
        (1, _) => format!("{name}: 1 thing will be missing by then."),
        (all, 0) => format!("{name}: {all} things are missing."),
        (all, later) if all == later => format!("{name}: {all} things will be missing by then."),
        (all, later) => format!("{name}: {all} things are missing, {later} of them only by then."),
    });
    let codes = section.lines.iter().map(|line| line.code.chars().count());
    let wide = codes.max().unwrap_or(0).min(CODE_LINED_UP);
    for line in &section.lines {
        let first = format!("  {} {:wide$}  ", linted.subject.scheme.id, line.code);
        page.put(&first, &" ".repeat(first.chars().count()), &sentence(line));
    }
    if !section.by_plan.is_empty() {
        let by: Vec<String> = section.by_plan.iter().map(|(gate, finding)| plan(gate, finding)).collect();
        page.put("  ", "  ", &format!("A realistic plan is enough for {}.", words::and(&by)));
    }
}

fn plan(gate: &str, finding: &FindingId) -> String {
    format!("{finding} ({gate})")
}

fn sentence(line: &Line) -> String {
    let remedy = lower_first(line.remedy.trim_end_matches('.'));
    let command = line.command.as_ref().map_or_else(String::new, |command| format!(", `{command}`"));
    let folded: Vec<String> = line.folded.iter().map(|id| id.number.to_string()).collect();
    let too = match folded.as_slice() {
        [] => String::new(),
        [one] => format!(" ({one} waits for it too)"),
        some => format!(" ({} wait for it too)", some_of(some)),
    };
    format!("{}: {remedy}{command}{too}", line.says)
}

/// An order inside a sentence; a name or an abbreviation keeps its capitals.
fn lower_first(order: &str) -> String {
    let mut letters = order.chars();
    let first = letters.next();
    match (first, letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => order.to_owned(),
    }
}
