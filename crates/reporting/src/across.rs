//! Every scheme and every organisation in one table: who would pass what, and how far each is.

use crate::table::{Cell, Table, row};
use crate::{Subject, words};

/// One row for each organisation of each scheme, in the order the subjects come.
pub fn table(subjects: &[Subject<'_>]) -> Table {
    let columns = [
        "Scheme",
        "Organisation",
        "Verdict",
        "Gates failing",
        "Ready",
        "Claimed",
        "Open findings",
        "Late",
        "Wanted by",
    ];
    let mut table = Table::new("Readiness", &columns);
    for subject in subjects {
        for answer in subject.answers {
            let failing = answer.gates.iter().filter(|gate| !gate.passes() && !gate.passes_with_plan()).count();
            table.rows.push(row![
                subject.scheme.id.to_string(),
                answer.organisation.to_string(),
                words::verdict(answer.verdict),
                format!("{failing} of {}", answer.gates.len()),
                share(answer.verified, words::left_out(answer)),
                share(answer.claimed, None),
                u64::from(answer.findings.open),
                u64::from(answer.actions.late),
                answer.target,
            ]);
        }
    }
    table
}

/// So many of so many; nothing where nothing is asked.
fn share(share: portreeve_model::readiness::Share, left_out: Option<String>) -> Cell {
    let left_out = left_out.map_or_else(String::new, |words| format!("; {words}"));
    match share.percent() {
        Some(_) => Cell::Text(format!("{share}{left_out}")),
        None => Cell::Text("no figure".to_owned()),
    }
}
