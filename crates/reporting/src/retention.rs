//! What may be disposed of on a day and by which rule, and what must be kept and why. It must never read as if anything had
//! been, or would be, disposed of by itself: each line that may go ends with the command that a person gives.

use std::collections::BTreeMap;

use portreeve_model::Day;
use portreeve_model::Register;
use portreeve_model::readiness::AsOf;
use portreeve_model::retention::{Reason, Retained};
use serde::Serialize;
use serde_json::Value;

use crate::readiness::json::value;
use crate::safe::Page;
use crate::{Layout, words};

/// Reasons named before the rest is counted.
const REASONS_NAMED: usize = 3;

/// What is told of a register on a day.
#[derive(Clone, Copy, Debug)]
pub struct RetentionReport<'a> {
    /// The register.
    pub register: &'a Register,
    /// What was known, and the day.
    pub as_of: AsOf,
    /// What becomes of each item.
    pub items: &'a [Retained],
}

/// The report on a terminal.
pub fn text(report: &RetentionReport<'_>, layout: Layout) -> String {
    let RetentionReport { register, as_of, items } = *report;
    let mut page = Page::new(layout);
    if register.is_demonstration() {
        page.line(words::DEMONSTRATION);
        page.gap();
    }
    let going: Vec<&Retained> = items.iter().filter(|held| held.may_go()).collect();
    page.line(&match going.len() {
        0 => format!("Nothing may be disposed of on {}.", as_of.on),
        1 => format!("1 item of evidence may be disposed of on {}.", as_of.on),
        some => format!("{some} items of evidence may be disposed of on {}.", as_of.on),
    });
    for held in going {
        page.put("  ", "    ", &goes(register, held));
    }
    page.gap();
    let kept: Vec<&Retained> = items.iter().filter(|held| !held.may_go()).collect();
    page.line(&format!("{} must be kept.", words::count(kept.len() as u64, "item")));
    for held in &kept {
        page.put("  ", "    ", &stays(register, held));
    }
    page.gap();
    let rules = register.retention.len();
    if rules == 0 {
        page.line("No retention rule is set, and without one nothing may go: portreeve retention set --help");
    } else {
        page.line("Nothing is disposed of by itself. The rules: portreeve retention list");
    }
    page.line(&format!("As known from {} entries.", as_of.known.count()));
    page.finish()
}

fn named(register: &Register, held: &Retained) -> String {
    let title = register.evidence.get(&held.evidence).map_or("", |evidence| evidence.title.as_str());
    format!("{} \"{title}\"", held.evidence)
}

fn goes(register: &Register, held: &Retained) -> String {
    let over: Vec<String> = held
        .over
        .iter()
        .map(|(id, day)| {
            let rule = register.retention.get(id).map_or_else(String::new, |rule| words::retention_rule(&rule.event));
            format!("{id} ({rule}) ran out on {day}")
        })
        .collect();
    format!("{}: {}: `{}`", named(register, held), words::and(&over), command(held))
}

/// The command by which a person disposes of it. References are plain, so that it can be typed as it stands.
fn command(held: &Retained) -> String {
    let rules: Vec<String> = held.over.iter().map(|(id, day)| format!("{id} since {}", day.iso())).collect();
    let reason = format!("Retention rule run out: {}", rules.join(", "));
    format!("portreeve evidence withdraw {} --erase --reason \"{reason}\"", held.evidence)
}

fn stays(register: &Register, held: &Retained) -> String {
    let reasons: Vec<String> = held.kept.iter().map(words::kept_because).collect();
    let more = reasons.len().saturating_sub(REASONS_NAMED);
    let mut shown = reasons.get(..REASONS_NAMED).unwrap_or(&reasons).to_vec();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    let hint = match held.kept.as_slice() {
        [Reason::InPack { .. }, rest @ ..] if rest.iter().all(|why| matches!(why, Reason::InPack { .. })) => {
            let withdrawn = register.evidence.get(&held.evidence).is_some_and(|evidence| evidence.withdrawn.is_some());
            if withdrawn {
                "; the next pack leaves it out".to_owned()
            } else {
                format!(
                    "; once it is withdrawn, the next pack leaves it out: `portreeve evidence withdraw {} --reason \"…\"`",
                    held.evidence
                )
            }
        }
        _ => String::new(),
    };
    format!("{}: {}{hint}", named(register, held), shown.join("; "))
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    demonstration: bool,
    known: u64,
    on: String,
    may_go: Vec<Going<'a>>,
    kept: Vec<Kept<'a>>,
    /// How many items each reason keeps.
    reasons: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Going<'a> {
    evidence: &'a str,
    title: &'a str,
    rules: Vec<Rule<'a>>,
    command: String,
}

#[derive(Serialize)]
struct Rule<'a> {
    rule: &'a str,
    ran_out: String,
    authority: &'a str,
}

#[derive(Serialize)]
struct Kept<'a> {
    evidence: &'a str,
    title: &'a str,
    because: Vec<Because<'a>>,
}

#[derive(Serialize)]
struct Because<'a> {
    #[serde(flatten)]
    reason: &'a Reason,
    says: String,
}

/// The report for machines, in the frozen format `portreeve.evidence-retention/1`.
pub fn json(report: &RetentionReport<'_>) -> Value {
    let RetentionReport { register, as_of, items } = *report;
    let title = |held: &Retained| register.evidence.get(&held.evidence).map_or("", |evidence| evidence.title.as_str());
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for why in items.iter().flat_map(|held| &held.kept) {
        let word = value(why).get("because").and_then(Value::as_str).unwrap_or_default().to_owned();
        *reasons.entry(word).or_default() += 1;
    }
    let rule = |(id, day): &'_ (portreeve_model::reference::RetentionId, Day)| {
        let held = register.retention.get_key_value(id);
        held.map(|(id, held)| Rule { rule: id.as_str(), ran_out: day.iso(), authority: held.event.authority.as_str() })
    };
    value(&Document {
        format: "portreeve.evidence-retention/1",
        demonstration: register.is_demonstration(),
        known: as_of.known.count(),
        on: as_of.on.iso(),
        may_go: items
            .iter()
            .filter(|held| held.may_go())
            .map(|held| Going {
                evidence: held.evidence.as_str(),
                title: title(held),
                rules: held.over.iter().filter_map(rule).collect(),
                command: command(held),
            })
            .collect(),
        kept: items
            .iter()
            .filter(|held| !held.may_go())
            .map(|held| Kept {
                evidence: held.evidence.as_str(),
                title: title(held),
                because: held.kept.iter().map(|reason| Because { reason, says: words::kept_because(reason) }).collect(),
            })
            .collect(),
        reasons,
    })
}
