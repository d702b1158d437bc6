//! Organisations, people, frameworks, schemes and requirements as lists.

use portreeve_model::readiness::RequirementState;
use portreeve_model::standards::{Framework, Grading};
use portreeve_model::{Day, Register};

use super::ids;
use crate::table::{Cell, Table, row};
use crate::{Subject, words};

/// The requirements, one row for each organisation that is asked.
pub fn requirements(subject: &Subject<'_>, _on: Day) -> Table {
    let graded = matches!(subject.scheme.grading, Grading::Indicators(_));
    let mut columns = vec!["Requirement", "Title", "Organisation", "State"];
    columns.extend(["Grade", "Asked for"].iter().filter(|_| graded));
    columns.extend([">In the way", ">Rests on"]);
    let mut table = Table::new(format!("Requirements of {}", subject.framework.title), &columns);
    for requirement in &subject.framework.requirements {
        for answer in subject.answers {
            let Some(held) = answer.requirements.iter().find(|held| held.id.number == requirement.number) else {
                continue;
            };
            let state = match &held.state {
                RequirementState::Ready => "ready",
                RequirementState::NotReady => "NOT READY",
                RequirementState::NotApplicable { .. } => "not applicable",
            };
            let mut cells = row![
                requirement.number.to_string(),
                requirement.title.to_string(),
                answer.organisation.to_string(),
                state.to_owned(),
            ];
            if graded {
                let grade = held.graded.as_ref().map_or_else(String::new, |held| words::grade(&held.grade));
                cells.extend(row![grade, requirement.target.as_ref().map_or_else(String::new, words::grade)]);
            }
            cells.extend(row![held.blockers.len(), held.grounds.len()]);
            table.rows.push(cells);
        }
    }
    table.note = Some("Why one is not ready: portreeve why NUMBER".to_owned());
    table
}

/// The requirements of a framework, whether or not a scheme judges them.
pub fn framework_requirements(framework: &Framework) -> Table {
    let mut table = Table::new(format!("Requirements of {}", framework.title), &["Requirement", "Title", "Under"]);
    for requirement in &framework.requirements {
        let under = requirement.heading.clone().unwrap_or_default();
        table.rows.push(row![requirement.number.to_string(), requirement.title.to_string(), under]);
    }
    table
}

/// The people and their roles.
pub fn people(register: &Register, on: Day) -> Table {
    let mut table = Table::new("People", &["Reference", "Title", "Roles", "Left"]);
    for (id, person) in &register.people {
        let left = person.left.filter(|last| *last <= on);
        let roles: Vec<&str> = person.roles.iter().map(|role| role.word()).collect();
        table.rows.push(row![id.to_string(), person.title.to_string(), roles.join(", "), left]);
    }
    table
}

/// The organisations and what they go for.
pub fn organisations(register: &Register, _on: Day) -> Table {
    let mut table = Table::new("Organisations", &["Reference", "Name", "Schemes"]);
    for (id, name) in &register.organisations {
        let schemes = register.schemes.iter().filter(|(_, held)| held.event.organisations.contains(id));
        table.rows.push(row![id.to_string(), name.to_string(), ids(schemes.map(|(scheme, _)| scheme))]);
    }
    table
}

/// The frameworks that were adopted; after them those of `built_in` that were not, without a day.
pub fn frameworks(register: &Register, built_in: &[Framework], _on: Day) -> Table {
    let columns = ["Reference", "Title", "Version", ">Requirements", "Adopted", "SHA-256"];
    let mut table = Table::new("Frameworks", &columns);
    for (id, held) in &register.frameworks {
        table.rows.push(row![
            id.to_string(),
            held.event.title.to_string(),
            held.event.version.to_string(),
            held.event.requirements.len(),
            held.adopted.on,
            held.event.digest.to_string(),
        ]);
    }
    for framework in built_in.iter().filter(|framework| !register.frameworks.contains_key(&framework.id)) {
        table.rows.push(row![
            framework.id.to_string(),
            framework.title.to_string(),
            framework.version.to_string(),
            framework.requirements.len(),
            Cell::Nothing,
            Cell::Nothing,
        ]);
        table.note = Some(format!(
            "Built in and not adopted: those without a day. To adopt one: portreeve framework adopt {}",
            framework.id
        ));
    }
    table
}

/// The schemes that were adopted.
pub fn schemes(register: &Register, _on: Day) -> Table {
    let columns = ["Reference", "Title", "Framework", "Organisations", "Wanted by", "Baseline", "SHA-256"];
    let mut table = Table::new("Schemes", &columns);
    for (id, held) in &register.schemes {
        table.rows.push(row![
            id.to_string(),
            held.event.title.to_string(),
            held.event.framework.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string),
            ids(&held.event.organisations),
            held.event.target,
            held.baseline.as_ref().map(|baseline| baseline.on),
            held.event.digest.to_string(),
        ]);
    }
    table
}
