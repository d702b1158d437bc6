//! The board's view on a terminal: one sentence, then what it rests on.

use portreeve_model::readiness::{GateAnswer, Readiness, ScopeGrowth, Share, Verdict};

use super::scope::{self, DEMONSTRATION, Late, Needed};
use crate::safe::Page;
use crate::{Layout, Subject, words};

/// Blockers shown under one gate; `why` shows them all.
const BLOCKERS_SHOWN: usize = 4;

/// A word and a sentence for each line of a gate.
type GateLines = Vec<(String, String)>;

/// The board's view.
pub fn text(subject: &Subject<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    if subject.register.is_demonstration() {
        page.line(DEMONSTRATION);
        page.gap();
    }
    let late = scope::late(subject);
    let needed = scope::decisions(subject);
    page.line(&sentence(subject, late.len(), &needed));
    for answer in subject.answers {
        page.gap();
        organisation(&mut page, subject, answer);
    }
    if subject.answers.len() > 1 {
        page.gap();
        let all = scope::distinct(subject);
        page.line(&format!("All together, each action once: {}", actions_line(all.total, all.claimed, all.verified)));
    }
    gates(&mut page, subject);
    late_actions(&mut page, &late);
    decisions(&mut page, subject, &needed);
    page.gap();
    page.line(&thresholds(subject));
    page.line(&scope::footer(subject));
    page.finish()
}

/// Everything in one sentence.
pub(crate) fn sentence(subject: &Subject<'_>, late: usize, needed: &[Needed<'_>]) -> String {
    let verdicts = by_verdict(subject);
    if verdicts.is_empty() {
        return format!("Nobody goes for {}.", subject.scheme.title);
    }
    let all = scope::distinct(subject);
    let mut parts = Vec::new();
    if all.total > 0 {
        let (claimed, verified) = (percent(all.claimed, all.total), percent(all.verified, all.total));
        let actions = words::count(all.total, "action");
        parts.push(format!("{} of {actions} said done{claimed}, {} seen done{verified}", all.claimed, all.verified));
    }
    if late > 0 {
        parts.push(format!("{} late", words::count(late as u64, "action")));
    }
    parts.extend(needed_line(subject, needed));
    let so = if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) };
    format!("On {}, {}{so}.", subject.as_of.on, words::and(&verdicts))
}

/// How many decisions are needed, and by when the first of them is or was.
pub(crate) fn needed_line(subject: &Subject<'_>, needed: &[Needed<'_>]) -> Option<String> {
    let first = needed.first()?.decision.event.needed_by;
    let past = first < subject.as_of.on;
    Some(match (needed.len(), past) {
        (1, false) => format!("1 decision is needed by {first}"),
        (1, true) => format!("1 decision is overdue since {first}"),
        (some, false) => format!("{some} decisions are needed, the first by {first}"),
        (some, true) => format!("{some} decisions are needed, the first overdue since {first}"),
    })
}

/// `EHC and SBC would not pass the scheme`, one clause for each verdict.
fn by_verdict(subject: &Subject<'_>) -> Vec<String> {
    let verdicts = [Verdict::WouldPass, Verdict::WouldPassWithPlan, Verdict::WouldNotPass];
    let named = |verdict: Verdict| {
        let of: Vec<String> = subject
            .answers
            .iter()
            .filter(|answer| answer.verdict == verdict)
            .map(|answer| words::organisation(&answer.organisation, subject.register))
            .collect();
        let scheme = &subject.scheme.title;
        let does = match verdict {
            Verdict::WouldPass => format!("would pass {scheme}"),
            Verdict::WouldPassWithPlan if of.len() > 1 => format!("would pass {scheme} with their plans"),
            Verdict::WouldPassWithPlan => format!("would pass {scheme} with its plan"),
            Verdict::WouldNotPass => format!("would not pass {scheme}"),
        };
        (!of.is_empty()).then(|| format!("{} {does}", words::and(&of)))
    };
    verdicts.into_iter().filter_map(named).collect()
}

fn organisation(page: &mut Page, subject: &Subject<'_>, answer: &Readiness) {
    let name = words::organisation(&answer.organisation, subject.register);
    page.line(&format!("{name} ({}): {}", answer.organisation, words::verdict(answer.verdict)));
    let actions = &answer.actions;
    page.put("  ", "    ", &actions_line(actions.total, actions.claimed, actions.verified));
    let (verified, claimed) = (share(answer.verified), share(answer.claimed));
    let left_out = words::left_out(answer).map_or_else(String::new, |words| format!(" · {words}"));
    page.put("  ", "    ", &format!("Requirements ready: verified {verified} · claimed {claimed}{left_out}"));
    page.put("  ", "    ", &growth(&answer.scope, actions.total));
    page.put("  ", "    ", &words::denominator(&answer.findings));
    if let Some(target) = answer.target {
        page.put("  ", "    ", &format!("Wanted by {target}"));
    }
}

/// What owners say beside what others have seen.
pub(crate) fn actions_line(total: u32, claimed: u32, verified: u32) -> String {
    if total == 0 {
        return "No actions".to_owned();
    }
    let actions = if total == 1 { "action" } else { "actions" };
    let (said, seen) = (percent(claimed, total), percent(verified, total));
    format!("Said done {claimed} of {total} {actions}{said} · seen done {verified}{seen}")
}

fn percent(part: u32, whole: u32) -> String {
    Share { part, whole }.percent().map_or_else(String::new, |percent| format!(" ({percent}%)"))
}

fn share(share: Share) -> String {
    match share.percent() {
        Some(percent) => format!("{} of {} ({percent}%)", share.part, share.whole),
        None => "no figure".to_owned(),
    }
}

/// How the scope has grown since the baseline.
pub(crate) fn growth(scope: &ScopeGrowth, now: u32) -> String {
    let Some(baseline) = scope.baseline else { return "No baseline is set".to_owned() };
    let added = u32::try_from(scope.actions_added.len()).unwrap_or(u32::MAX);
    let gone = scope.actions_then.saturating_add(added).saturating_sub(now);
    let gone = if gone > 0 { format!(", {gone} withdrawn") } else { String::new() };
    let then = words::count(scope.actions_then, "action");
    format!("{then} at the baseline of {baseline}, {now} now: {added} added{gone}")
}

/// The gates, once for all organisations that get the same answers.
fn gates(page: &mut Page, subject: &Subject<'_>) {
    let mut groups: Vec<(Vec<String>, Vec<GateLines>)> = Vec::new();
    for answer in subject.answers {
        let lines: Vec<GateLines> = answer.gates.iter().map(|gate| gate_lines(subject, gate)).collect();
        match groups.iter_mut().find(|(_, held)| *held == lines) {
            Some((whom, _)) => whom.push(answer.organisation.to_string()),
            None => groups.push((vec![answer.organisation.to_string()], lines)),
        }
    }
    for (whom, gates) in groups {
        page.gap();
        let failing = gates.iter().filter(|lines| lines.first().is_some_and(|(word, _)| word != "pass")).count();
        page.line(&format!("Gates for {}: {} of {} fail", words::and(&whom), failing, gates.len()));
        for (word, line) in gates.into_iter().flatten() {
            page.put(&format!("  {word:<6}"), "        ", &line);
        }
    }
}

/// A gate's line, then what stands in its way.
fn gate_lines(subject: &Subject<'_>, gate: &GateAnswer) -> GateLines {
    if gate.passes() {
        return vec![("pass".to_owned(), gate.title.clone())];
    }
    let planned = gate.passes_with_plan();
    let title = if planned { format!("{} (its plan will do)", gate.title) } else { gate.title.clone() };
    let mut lines = vec![(if planned { "plan" } else { "FAIL" }.to_owned(), title)];
    // What the plan does not cover comes first.
    let mut blockers: Vec<_> = gate.blockers.iter().collect();
    blockers.sort_by_key(|blocker| blocker.is_planned());
    for blocker in blockers.iter().take(BLOCKERS_SHOWN) {
        lines.push((String::new(), words::blocker(blocker, subject.register)));
    }
    let more = blockers.len().saturating_sub(BLOCKERS_SHOWN);
    if more > 0 {
        lines.push((String::new(), format!("And {more} more: portreeve why {}", gate.id)));
    }
    lines
}

fn late_actions(page: &mut Page, late: &[Late<'_>]) {
    if late.is_empty() {
        return;
    }
    page.gap();
    page.line("Late against the original date");
    for Late { id, action, days, why } in late {
        let days = words::count(days.unsigned_abs(), "day");
        page.put("  ", "    ", &format!("LATE {days}  {id}  {}", action.title));
        let original = action.original.map_or_else(|| "no date".to_owned(), |day| day.short());
        let now = match action.due {
            due if due == action.original => "the same now".to_owned(),
            Some(due) => format!("{} now", due.short()),
            None => "no date now".to_owned(),
        };
        let moves = match action.moves.len() {
            0 => "never moved".to_owned(),
            1 => "moved once".to_owned(),
            times => format!("moved {times} times"),
        };
        page.put("      ", "      ", &format!("due {original} at first, {now}, {moves}; {why}"));
    }
}

fn decisions(page: &mut Page, subject: &Subject<'_>, needed: &[Needed<'_>]) {
    if needed.is_empty() {
        return;
    }
    page.gap();
    page.line("Decisions needed");
    for Needed { letter, id, decision, holds_up } in needed {
        let event = &decision.event;
        let over = event.needed_by.days_until(subject.as_of.on);
        let over = if over > 0 { format!(", {} ago", words::count(over.unsigned_abs(), "day")) } else { String::new() };
        let who = format!("{}, needed by {}{over}", event.body, event.needed_by);
        page.put(&format!("  ({letter}) "), "      ", &format!("{id}  {} ({who})", event.title));
        for option in &event.options {
            let cost = scope::cost(&option.costs).unwrap_or_else(|| "no cost recorded".to_owned());
            let mark = if event.recommended.as_ref() == Some(&option.label) { " (recommended)" } else { "" };
            let line = format!("option {}: {}, {cost}{mark}", option.label, option.title);
            page.put("      ", "        ", &line);
        }
        let held: Vec<String> = holds_up.iter().map(ToString::to_string).collect();
        let held = if held.is_empty() { "no action".to_owned() } else { words::and(&held) };
        page.put("      ", "        ", &format!("holds up {held}"));
    }
}

/// The numbers the answers were judged with.
pub(crate) fn thresholds(subject: &Subject<'_>) -> String {
    let days = words::count(subject.scheme.at_risk_days, "day");
    let profile = subject.framework.profile.as_ref();
    let profile = profile.map_or_else(String::new, |title| format!("Held against the {title}. "));
    let at_risk = format!("{profile}At risk: {days} before an action is due while no evidence has come.");
    if subject.framework.requirements.is_empty() {
        return at_risk;
    }
    let threshold = words::severity(subject.scheme.threshold);
    format!("{at_risk} An open finding of {threshold} severity or above keeps a requirement from being ready.")
}
