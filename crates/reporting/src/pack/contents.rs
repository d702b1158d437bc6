//! What a scheme wants in its pack, and what there is of it; and what is left out, and why.

use std::collections::BTreeSet;

use portreeve_model::reference::OrganisationId;
use portreeve_model::register::evidence::{Content, Evidence};
use portreeve_model::standards::{PackContent, PackItem};

use crate::Subject;
use crate::index::{ContentLine, LeftOut};

/// Whether the files of an item of evidence go into the pack: it has not been taken back, and no check has found that
/// it does not show what it should.
pub fn goes_in(evidence: &Evidence) -> bool {
    evidence.withdrawn.is_none() && evidence.check.as_ref().is_none_or(|check| check.accepted)
}

/// The scheme's list, item by item and organisation by organisation.
pub fn contents(subject: &Subject<'_>) -> Vec<ContentLine> {
    let organisations: BTreeSet<&OrganisationId> = subject.answers.iter().map(|answer| &answer.organisation).collect();
    let mut lines = Vec::new();
    for item in &subject.scheme.pack {
        for organisation in &organisations {
            lines.push(line(subject, item, organisation));
        }
    }
    lines
}

/// What is wanted and not there, in words.
pub fn missing(subject: &Subject<'_>) -> Vec<String> {
    contents(subject)
        .into_iter()
        .filter(|line| line.present_as.is_none())
        .map(|line| format!("{} {}", line.id, line.title))
        .collect()
}

fn line(subject: &Subject<'_>, item: &PackItem, organisation: &OrganisationId) -> ContentLine {
    let held = subject.register.schemes.get(&subject.scheme.id);
    let found = match &item.content {
        PackContent::Particulars => {
            let form = held.and_then(|held| held.particulars.get(organisation));
            let full = |field: &str| form.is_some_and(|form| form.contains_key(field));
            subject.scheme.particulars.iter().all(|field| full(&field.id)).then(|| super::APPLICATION.to_owned())
        }
        PackContent::Signature => held
            .and_then(|held| held.signatures.get(organisation))
            .map(|signed| format!("signed by {} on {}", signed.event.signatory, signed.event.on)),
        PackContent::Plan => Some(super::PLAN.to_owned()),
        PackContent::Requirements => Some(format!("{}, section Requirements", super::PAGE)),
        PackContent::Evidence { any_of } => {
            let fits = subject.register.evidence.iter().filter(|(_, evidence)| {
                any_of.contains(&evidence.kind) && evidence.organisations.contains(organisation) && evidence.counts()
            });
            let ids: Vec<String> = fits.map(|(id, _)| id.to_string()).collect();
            (!ids.is_empty()).then(|| ids.join(", "))
        }
    };
    let none = item.if_used.then(|| "none recorded; needed only where used".to_owned());
    ContentLine { id: item.id.clone(), title: format!("{} ({organisation})", item.title), present_as: found.or(none) }
}

/// Evidence whose files are not in the pack, and why.
pub fn left_out(subject: &Subject<'_>) -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    for (id, evidence) in &subject.register.evidence {
        if goes_in(evidence) {
            if matches!(evidence.content, Content::InPlace { .. }) {
                let why = "its files are left in their place; the pack has their SHA-256".to_owned();
                left_out.push(LeftOut { what: format!("{id} {}", evidence.title), why });
            }
            continue;
        }
        let why = match (&evidence.withdrawn, &evidence.check) {
            (Some((event, trace)), _) => match &evidence.erased {
                None if event.erased => {
                    format!("withdrawn and erased by {} on {}: {}", trace.by, trace.on, event.reason)
                }
                None => format!("withdrawn by {} on {}: {}", trace.by, trace.on, event.reason),
                Some((later, by)) => format!(
                    "withdrawn by {} on {}: {}; erased by {} on {}: {}",
                    trace.by, trace.on, event.reason, by.by, by.on, later.reason
                ),
            },
            (None, Some(check)) => {
                let note = check.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
                format!(
                    "the check by {} on {} found that it does not show what it should{note}",
                    check.by.by, check.by.on
                )
            }
            (None, None) => continue,
        };
        left_out.push(LeftOut { what: format!("{id} {}", evidence.title), why });
    }
    left_out
}
