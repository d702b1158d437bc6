//! Suggestions on a terminal.

use portreeve_catalogue::playbook::{Place, Reason};
use portreeve_model::Register;
use portreeve_model::reference::{ActionId, FindingId, PlaybookId};

use super::{Answering, Link, Playbooks, Suggestion};
use crate::readiness::scope;
use crate::safe::{self, Page};
use crate::{Layout, words};

/// Hosts named in a reason. The finding itself shows all of them.
const HOSTS_NAMED: usize = 3;

/// What would answer each finding, with the reasons and the commands.
pub fn text(register: &Register, playbooks: &Playbooks, suggestions: &[Suggestion], layout: Layout) -> String {
    let mut page = Page::new(layout);
    if register.is_demonstration() {
        page.line(scope::DEMONSTRATION);
        page.gap();
    }
    if suggestions.is_empty() {
        page.line("Every open finding has an open action. Name a finding to see what would answer it.");
    }
    for (at, suggestion) in suggestions.iter().enumerate() {
        if at > 0 {
            page.gap();
        }
        one(&mut page, register, playbooks, suggestion);
    }
    page.finish()
}

fn one(page: &mut Page, register: &Register, playbooks: &Playbooks, suggestion: &Suggestion) {
    let Some(finding) = register.findings.get(&suggestion.finding) else { return };
    let event = &finding.event;
    page.line(&format!("{}  {} ({})", event.id, event.title, words::severity(event.severity)));
    if suggestion.proposals.is_empty() {
        page.put("  ", "  ", "No playbook is about it: none of their words, ids or checks stands in its texts.");
        page.block(&format!("     {}\n", safe::text(&plan_freely(&event.id))));
    }
    for (number, proposal) in (1..).zip(&suggestion.proposals) {
        let title = playbooks.get(&proposal.playbook).map_or_else(String::new, |held| {
            format!("  {} ({})", held.title, weeks(held.lead_time.from_weeks, held.lead_time.to_weeks))
        });
        page.put(&format!("  {number}. "), "     ", &format!("{}{title}", proposal.playbook));
        let reasons: Vec<String> = proposal.reasons.iter().map(reason).collect();
        page.put("     why: ", "          ", &reasons.join("; "));
        page.block(&format!("     {}\n", safe::text(&plan(&proposal.playbook, &event.id))));
    }
    if !suggestion.answering.is_empty() {
        page.put("  ", "  ", "Open already:");
    }
    for answering in &suggestion.answering {
        let title = register.actions.get(&answering.action).map_or("", |held| held.title.as_str());
        page.put("  -  ", "     ", &format!("{}  {title}", answering.action));
        let reasons: Vec<String> = answering.links.iter().map(link).collect();
        page.put("     why: ", "          ", &reasons.join("; "));
        if let Some(command) = join(answering, &event.id) {
            page.block(&format!("     {}\n", safe::text(&command)));
        }
    }
}

/// "10 to 30 weeks".
pub(crate) fn weeks(from: u16, to: u16) -> String {
    if from == to { words::count(to, "week") } else { format!("{from} to {} weeks", to) }
}

/// A reason in words.
pub(super) fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Cve { id, place } => format!("{id} {}", shown(*place)),
        Reason::Check { tool, id, place } => format!("{tool} check {id}, by name or number, {}", shown(*place)),
        Reason::Class { id, place } => format!("class {id} {}", shown(*place)),
        Reason::Cwe { id, place } => format!("{id} {}", shown(*place)),
        Reason::Words { words, place } => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!("{} {}", words.join(" … "), shown(*place))
        }
        Reason::Requirement { id } => format!("both touch {id}"),
    }
}

const fn shown(place: Place) -> &'static str {
    match place {
        Place::Title => "in the title",
        Place::Recommendation => "in what the report advises",
        Place::Description => "in the description",
        Place::Listed => "among its ids",
    }
}

/// Why an action would answer the finding, in words.
pub(super) fn link(link: &Link) -> String {
    match link {
        Link::Closes => "it closes this finding, or hosts of it".to_owned(),
        Link::SamePlaybook { playbook } => format!("it follows {playbook}"),
        Link::Similar { findings, playbook } => {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            format!("it closes {}, which {playbook} answers too", words::and(&findings))
        }
        Link::SameRequirement { requirement } => {
            format!("it was planned for {requirement}, which this finding touches")
        }
        Link::SameHosts { hosts } => {
            let mut named: Vec<String> = hosts.iter().take(HOSTS_NAMED).map(ToString::to_string).collect();
            let more = hosts.len().saturating_sub(HOSTS_NAMED);
            if more > 0 {
                named.push(words::count(more as u64, "further host"));
            }
            format!("it works on {}", words::and(&named))
        }
    }
}

/// The command that plans the work by a playbook.
pub(super) fn plan(playbook: &PlaybookId, finding: &FindingId) -> String {
    format!("portreeve action add --playbook {playbook} --closes {finding} --owner PERSON --due DATE")
}

/// The command that plans work no playbook describes.
pub(super) fn plan_freely(finding: &FindingId) -> String {
    format!("portreeve action add \"… @OWNER by DATE fixes {finding}\"")
}

/// The command that has an open action close the finding too; none when it does.
pub(super) fn join(answering: &Answering, finding: &FindingId) -> Option<String> {
    let change = |action: &ActionId| format!("portreeve action change {action} --closes {finding} --reason \"…\"");
    (!answering.links.contains(&Link::Closes)).then(|| change(&answering.action))
}
