//! What to do, and the command that does it.

use std::collections::BTreeSet;

use portreeve_model::readiness::Remedy;
use portreeve_model::reference::{OrganisationId, RequirementId};
use portreeve_model::words::EvidenceKind;

use super::{and, article, count, kinds};

/// A step in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What to do, as an order.
    pub what: String,
    /// The command that records it. Words in capitals and dots are for the reader to fill in.
    pub command: String,
}

/// A step in words, for whichever organisation.
pub fn remedy(remedy: &Remedy) -> Advice {
    advice(remedy, "ORG")
}

/// A step in words, for one organisation.
pub fn remedy_for(remedy: &Remedy, organisation: &OrganisationId) -> Advice {
    advice(remedy, organisation.as_str())
}

fn advice(remedy: &Remedy, organisation: &str) -> Advice {
    let (what, command) = match remedy {
        Remedy::Decide { decision } => (
            format!("Have decision {decision} taken"),
            format!("portreeve decision record {decision} --outcome LABEL --on DATE --minute \"…\""),
        ),
        Remedy::CheckEvidence { evidence } => (
            format!("Have somebody else check {evidence}"),
            format!("portreeve evidence check {evidence} --as SOMEONE-ELSE"),
        ),
        Remedy::JudgeEvidence { evidence, requirement } => (
            format!("Have somebody else judge whether {evidence} shows what {} asks", requirement.number),
            format!("portreeve mapping judge {evidence} {requirement} --accept --note \"…\" --as SOMEONE-ELSE"),
        ),
        Remedy::RecordFindings { source } => (
            format!("Record every finding that {source} counts"),
            format!("portreeve finding raise {source} \"…\" --severity WORD"),
        ),
        Remedy::VerifyAction { action } => (
            format!("Have somebody else verify {action}"),
            format!("portreeve action verify {action} --as SOMEONE-ELSE"),
        ),
        Remedy::AddEvidence { action } => (
            format!("Add evidence that {action} is done"),
            format!("portreeve evidence add FILE --for {action} --kind KIND --shows DATE"),
        ),
        Remedy::FinishAction { action } => {
            (format!("Finish {action} and say so"), format!("portreeve action claim {action}"))
        }
        Remedy::PlanFinding { finding } => (
            format!("Plan the work that closes {finding}"),
            format!("portreeve action add \"… @OWNER by DATE fixes {finding}\""),
        ),
        Remedy::BringEvidence { any_of, requirement } => bring(any_of, requirement.as_ref()),
        Remedy::StateRequirement { requirement } => {
            let number = &requirement.number;
            (format!("Say how {number} is met"), format!("portreeve requirement state {number} --statement \"…\""))
        }
        Remedy::CheckExclusion { requirement } => {
            let number = &requirement.number;
            (
                format!("Have somebody else check that {number} does not apply"),
                format!("portreeve requirement check {number} --accept --as SOMEONE-ELSE"),
            )
        }
        Remedy::AnswerIndicators { requirement } => {
            let number = &requirement.number;
            (
                format!("Answer the indicators of {number}"),
                format!("portreeve requirement assess {requirement} --yes INDICATOR --no INDICATOR"),
            )
        }
        Remedy::CheckAnswers { requirement } => {
            let number = &requirement.number;
            (
                format!("Have somebody else check the answers to {number}"),
                format!("portreeve requirement check {requirement} --accept --as SOMEONE-ELSE"),
            )
        }
        Remedy::RaiseGrade { requirement, indicators } => {
            let number = &requirement.number;
            let first = indicators.first().map_or_else(String::new, |one| format!(", starting with {one}"));
            (
                format!("Raise the grade of {number}: work on {}{first}", count(indicators.len() as u64, "indicator")),
                format!("portreeve action add \"… @OWNER by DATE\" --requirement {requirement}"),
            )
        }
        Remedy::FillForm { missing } => {
            let fields: Vec<String> = missing.iter().map(|field| format!("{field}=\"…\"")).collect();
            let empty = count(missing.len() as u64, "empty field");
            (
                format!("Fill in the {empty} of the application form: {}", and(missing)),
                format!("portreeve organisation form {organisation} {}", fields.join(" ")),
            )
        }
        Remedy::Sign => (
            "Have a senior officer sign".to_owned(),
            format!("portreeve organisation sign {organisation} --signatory PERSON --on DATE"),
        ),
    };
    Advice { what, command }
}

fn bring(any_of: &BTreeSet<EvidenceKind>, requirement: Option<&RequirementId>) -> (String, String) {
    let wanted = article(&kinds(any_of));
    // One that will do, so that the command can be typed as it stands; the sentence names them all.
    let kind = any_of.first().map_or("KIND", |kind| kind.word());
    match requirement.map(|requirement| &requirement.number) {
        Some(number) => (
            format!("Bring {wanted} for {number}, and have somebody else check it"),
            format!("portreeve evidence add FILE --for {number} --kind {kind} --shows DATE"),
        ),
        None => (
            format!("Bring {wanted}, and have somebody else check it"),
            format!("portreeve evidence add FILE --kind {kind} --shows DATE"),
        ),
    }
}
