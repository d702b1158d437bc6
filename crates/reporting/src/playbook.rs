//! Playbooks as a list and in full. They come with the program and know no register, so nothing here is about a day.

use std::collections::BTreeMap;

use portreeve_catalogue::Playbook;
use portreeve_catalogue::playbook::Phrase;
use portreeve_model::reference::{ActionId, PlaybookId};
use portreeve_model::words::EvidenceKind;

use crate::checklist;
use crate::safe::Page;
use crate::suggest::weeks;
use crate::table::{Table, row};
use crate::{Layout, words};

/// All playbooks, with how long each usually takes.
pub fn list(all: &BTreeMap<PlaybookId, Playbook>) -> Table {
    let mut table = Table::new("Playbooks", &["ID", "Title", ">Weeks"]);
    for playbook in all.values() {
        let time = &playbook.lead_time;
        table.rows.push(row![
            playbook.id.to_string(),
            playbook.title.to_string(),
            format!("{}-{}", time.from_weeks, time.to_weeks),
        ]);
    }
    table.note = Some("One in full: portreeve playbook show ID".to_owned());
    table
}

/// One in full.
pub fn text(playbook: &Playbook, layout: Layout) -> String {
    let mut page = Page::new(layout);
    page.line(playbook.title.as_str());
    page.gap();
    page.line(playbook.summary.as_str());
    if !playbook.resolves.is_empty() {
        heading(&mut page, "Resolves");
    }
    for class in &playbook.resolves {
        page.put(&format!("  {}  ", class.id), "         ", class.title.as_str());
    }
    heading(&mut page, "Touches");
    for (framework, numbers) in touched(playbook) {
        page.put(&format!("  {framework}  "), "      ", &numbers.join(", "));
    }
    heading(&mut page, "Evidence that closes it");
    for evidence in &playbook.closing_evidence {
        page.put("  ", "      ", &checklist::wanted(evidence));
    }
    page.gap();
    page.line(&format!("Usually owned by: {}", playbook.owner));
    let time = &playbook.lead_time;
    page.line(&format!("Usually takes: {}. {}", weeks(time.from_weeks, time.to_weeks), time.because));
    if !playbook.prerequisites.is_empty() {
        heading(&mut page, "Usually after");
    }
    for first in &playbook.prerequisites {
        page.put(&format!("  {}: ", first.playbook), "      ", first.because.as_str());
    }
    heading(&mut page, "Steps");
    for (number, step) in (1..).zip(&playbook.steps) {
        page.put(&format!("  {number}. "), "     ", step.as_str());
    }
    heading(&mut page, "A finding is recognised by words that stand together, or by an id");
    signs(&mut page, playbook);
    page.gap();
    page.line(&format!("Source: {}", playbook.source));
    page.line(&format!("To plan it: portreeve action add --playbook {} --owner PERSON --due DATE", playbook.id));
    page.finish()
}

fn heading(page: &mut Page, heading: &str) {
    page.gap();
    page.line(heading);
}

/// The numbers of the requirements, framework by framework.
fn touched(playbook: &Playbook) -> BTreeMap<&str, Vec<&str>> {
    let mut touched: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for id in &playbook.requirements {
        touched.entry(id.framework.as_str()).or_default().push(id.number.as_str());
    }
    touched
}

/// Words as a person reads them, and the ids.
fn signs(page: &mut Page, playbook: &Playbook) {
    let signs = &playbook.matches;
    for phrase in &signs.phrases {
        page.put("  ", "      ", &read_out(phrase));
    }
    let ids = |ids: Vec<String>| ids.join(", ");
    for (what, ids) in [
        ("kinds of weakness", ids(signs.cwes.iter().map(ToString::to_string).collect())),
        ("vulnerabilities such as", ids(signs.cves.iter().map(ToString::to_string).collect())),
        (
            "checks",
            ids(signs.checks.iter().map(|check| format!("{} {} {}", check.tool, check.id, check.name)).collect()),
        ),
    ] {
        if !ids.is_empty() {
            page.put(&format!("  {what}: "), "      ", &ids);
        }
    }
}

/// A phrase as a person reads it: words side by side with a hyphen, choices with a stroke.
fn read_out(phrase: &Phrase) -> String {
    phrase.to_string().replace('_', "-").replace('|', "/").replace(' ', " + ")
}

/// What a playbook brings to an action that is planned by it: the evidence that will close it, when to take the first of
/// it, and what usually comes first.
pub fn brought(playbook: &Playbook, action: &ActionId) -> Vec<String> {
    let mut lines = vec![format!("Evidence that closes it, by {}:", playbook.id)];
    lines.extend(playbook.closing_evidence.iter().map(|evidence| format!("  [ ] {}", checklist::wanted(evidence))));
    let before: Vec<EvidenceKind> = checklist::before(playbook);
    if let Some(kind) = before.first() {
        let kinds: Vec<String> = before.iter().map(|kind| words::kind(*kind)).collect();
        let word = kind.word();
        lines.push(format!("Take the position before the work first ({}):", words::and(&kinds)));
        lines.push(format!("  portreeve evidence add FILE --for {action} --kind {word} --shows DATE"));
    }
    let first =
        playbook.prerequisites.iter().map(|first| format!("Usually after {}: {}", first.playbook, first.because));
    lines.extend(first);
    lines
}
