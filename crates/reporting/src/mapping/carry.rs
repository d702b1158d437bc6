//! What a mapping proposes: by requirement of the target, each item of evidence with the ways it would come, then the
//! requirements for which there is nothing.

use std::collections::BTreeSet;

use portreeve_model::mapping::Mapping;
use portreeve_model::mapping::carry::{CarryPlan, CarryState, Fit, GapCause, Proposal, Way};
use portreeve_model::standards::Framework;
use serde_json::{Value, json};

use super::{NOTHING_BY_ITSELF, head};
use crate::Layout;
use crate::safe::Page;
use crate::words;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub struct CarrySheet<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// Whether it was adopted.
    pub adopted: bool,
    /// The framework it leads to.
    pub target: &'a Framework,
    /// What it proposes.
    pub plan: &'a CarryPlan,
}

/// The proposals and gaps as text.
pub fn carry_text(sheet: &CarrySheet<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    let CarrySheet { mapping, adopted, target, plan } = *sheet;
    head(&mut page, mapping, adopted);
    page.line(NOTHING_BY_ITSELF);
    if plan.proposals.iter().any(|proposal| proposal.fit == Fit::NoRules) {
        let id = &target.id;
        page.line(&format!(
            "No scheme for {id} is adopted, so there are no rules of kind and age to hold evidence against."
        ));
    }
    for asked in &target.requirements {
        let mut proposals = plan.proposals.iter().filter(|proposal| proposal.to.number == asked.number).peekable();
        if proposals.peek().is_some() {
            page.gap();
            page.line(&format!("{}  {}", asked.number, asked.title));
        }
        for proposal in proposals {
            put(&mut page, proposal);
        }
    }
    gaps(&mut page, plan);
    if !plan.not_accepted.is_empty() {
        page.gap();
        let left = words::count(plan.not_accepted.len() as u64, "item");
        let ids: Vec<String> = plan.not_accepted.iter().map(ToString::to_string).collect();
        page.put(
            "",
            "  ",
            &format!("Left out, because nobody has accepted it where it is: {left}: {}", ids.join(", ")),
        );
    }
    page.gap();
    page.line(&summary(sheet));
    page.finish()
}

fn put(page: &mut Page, proposal: &Proposal) {
    let Proposal { evidence, title, kind, shows, .. } = proposal;
    let what = words::kind(*kind);
    page.put("  ", "      ", &format!("{evidence}  {title} ({what}, shows {})", shows.short()));
    for line in ways(&proposal.ways) {
        page.put("      ", "          ", &line);
    }
    let mut said: Vec<String> = Vec::new();
    said.extend(state(proposal.state).map(str::to_owned));
    said.extend(fit(&proposal.fit));
    if !said.is_empty() {
        page.put("      ", "          ", &said.join("; "));
    }
}

/// The ways, those of which the mapping says the same on one line.
fn ways(ways: &[Way]) -> Vec<String> {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for way in ways {
        let confidence = way.confidence.as_ref().map(|word| format!("confidence {word}"));
        let grounds: Vec<String> = way.basis.iter().map(ToString::to_string).chain(confidence).collect();
        let grounds = if grounds.is_empty() { String::new() } else { format!(" ({})", grounds.join(", ")) };
        let says = format!("{}{grounds}", way.relation.word());
        match told.iter_mut().find(|(said, _)| *said == says) {
            Some((_, from)) => from.push(way.from.number.to_string()),
            None => told.push((says, vec![way.from.number.to_string()])),
        }
    }
    told.into_iter().map(|(says, from)| format!("from {}: {says}", words::and(&from))).collect()
}

const fn state(state: CarryState) -> Option<&'static str> {
    match state {
        CarryState::Proposed => None,
        CarryState::Waiting => Some("carried there, and not yet judged"),
        CarryState::Accepted => Some("carried there, and judged to show what is asked"),
        CarryState::Refused => Some("carried there, and judged not to show what is asked"),
        CarryState::There => Some("bears on it already, without having been carried"),
    }
}

fn fit(fit: &Fit) -> Option<String> {
    match fit {
        Fit::NoRules => None,
        Fit::Fits => Some("of a kind and an age that the scheme takes".to_owned()),
        Fit::OtherKinds { any_of } => Some(format!("the scheme asks for another kind: {}", words::kinds(any_of))),
        Fit::OutOfDate { since } => Some(format!("too old for the scheme since {since}")),
        Fit::Weak => Some("only someone's word, which the scheme does not take".to_owned()),
    }
}

fn gaps(page: &mut Page, plan: &CarryPlan) {
    let of = |wanted: fn(&GapCause) -> bool| plan.gaps.iter().filter(move |gap| wanted(&gap.because)).peekable();
    let parts = [
        ("Gaps: nothing leads there", of(|because| matches!(because, GapCause::NoMapping))),
        ("Gaps: no accepted evidence leads there", of(|because| matches!(because, GapCause::NoEvidence { .. }))),
        ("Gaps: none of the evidence fits", of(|because| matches!(because, GapCause::NothingFits))),
    ];
    for (title, mut gaps) in parts {
        if gaps.peek().is_none() {
            continue;
        }
        page.gap();
        page.line(title);
        for gap in gaps {
            let from = match &gap.because {
                GapCause::NoEvidence { from } => {
                    let from: Vec<String> = from.iter().map(ToString::to_string).collect();
                    format!(" (from {})", words::and(&from))
                }
                GapCause::NoMapping | GapCause::NothingFits => String::new(),
            };
            page.put("  ", "      ", &format!("{}  {}{from}", gap.requirement.number, gap.title));
        }
    }
}

fn summary(sheet: &CarrySheet<'_>) -> String {
    let plan = sheet.plan;
    let open = plan.proposals.iter().filter(|proposal| proposal.state == CarryState::Proposed);
    let reached: BTreeSet<_> = plan.proposals.iter().map(|proposal| &proposal.to).collect();
    let (open, all) = (words::count(open.count() as u64, "proposal"), sheet.target.requirements.len());
    let gaps = words::count(plan.gaps.len() as u64, "gap");
    format!(
        "{open} to accept; evidence leads to {} of {all} requirements of {}; {gaps}.",
        reached.len(),
        sheet.target.id
    )
}

/// The same in the frozen format `portreeve.carry/1`.
pub fn carry_json(sheet: &CarrySheet<'_>, demonstration: bool) -> Value {
    let CarrySheet { mapping, adopted, target, plan } = *sheet;
    let way = |way: &Way| {
        json!({
            "from": way.from,
            "relation": way.relation.word(),
            "basis": way.basis,
            "confidence": way.confidence,
            "note": way.note,
        })
    };
    let proposal = |proposal: &Proposal| {
        json!({
            "evidence": proposal.evidence,
            "title": proposal.title,
            "kind": proposal.kind.word(),
            "shows": proposal.shows,
            "to": proposal.to,
            "ways": proposal.ways.iter().map(way).collect::<Vec<_>>(),
            "state": proposal.state,
            "fit": proposal.fit,
        })
    };
    let gaps: Vec<Value> = plan
        .gaps
        .iter()
        .map(|gap| json!({ "requirement": gap.requirement, "title": gap.title, "because": gap.because }))
        .collect();
    json!({
        "format": "portreeve.carry/1",
        "demonstration": demonstration,
        "mapping": mapping.id,
        "adopted": adopted,
        "from": mapping.source,
        "to": target.id,
        "proposals": plan.proposals.iter().map(proposal).collect::<Vec<_>>(),
        "gaps": gaps,
        "not_accepted": plan.not_accepted,
    })
}
