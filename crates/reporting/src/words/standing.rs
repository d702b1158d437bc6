//! Where findings and actions stand, in words.

use portreeve_model::Register;
use portreeve_model::register::action::ActionState;
use portreeve_model::standing::{FindingStanding, Flag, PlanFault, Risk};

use super::{and, count, hosts, person};

/// What is wrong with a plan, as a clause.
pub fn plan_fault(fault: &PlanFault, register: &Register) -> String {
    match fault {
        PlanFault::NoAction => "no action covers every open host".to_owned(),
        PlanFault::NoDate { action } => format!("{action} has no date"),
        PlanFault::Late { action, days } => format!("{action} is {} late", self::days(*days)),
        PlanFault::Undecided { action, decision } => {
            let needed = register.decisions.get(decision).map(|held| held.event.needed_by);
            let needed = needed.map_or_else(String::new, |day| format!(", needed by {day}"));
            format!("{action} waits for decision {decision}{needed}")
        }
        PlanFault::NoMeans { action } => format!("{action} has no people or no money"),
    }
}

/// How an action runs: the word for a table, and the reason in full.
pub fn flag(flag: &Flag) -> (String, String) {
    match flag {
        Flag::Closed => ("closed".to_owned(), "Verified or withdrawn.".to_owned()),
        Flag::Late { days } => {
            let days = self::days(*days);
            (format!("LATE {days}"), format!("Its original date passed {days} ago."))
        }
        Flag::AtRisk { reasons } => {
            let reasons: Vec<String> = reasons.iter().map(risk).collect();
            let reasons = and(&reasons);
            (format!("AT RISK {reasons}"), format!("It may become late: {reasons}."))
        }
        Flag::OnTrack => ("on track".to_owned(), "Nothing puts its date at risk.".to_owned()),
    }
}

/// Why an action is at risk, as a clause.
pub fn risk(risk: &Risk) -> String {
    match risk {
        Risk::NoEvidence { days: 0 } => "due today, and no evidence has come".to_owned(),
        Risk::NoEvidence { days } if *days < 0 => {
            format!("its date now passed {} ago, and no evidence has come", self::days(-days))
        }
        Risk::NoEvidence { days } => format!("due in {}, and no evidence has come", self::days(*days)),
        Risk::Decision { decision } => format!("waits for decision {decision}"),
        Risk::Action { action } => format!("waits for action {action}"),
        Risk::AfterTarget { target } => format!("its date now is after the target, {target}"),
        Risk::NoDate => "has no date".to_owned(),
    }
}

/// Where a finding stands, to follow "is".
pub fn finding_standing(standing: &FindingStanding) -> String {
    match standing {
        FindingStanding::FalsePositive => "closed as a false positive".to_owned(),
        FindingStanding::Duplicate { of } => format!("closed as a duplicate of {of}"),
        FindingStanding::Fixed => "fixed and verified".to_owned(),
        FindingStanding::Accepted { risks, until } => {
            let risks: Vec<String> = risks.iter().map(ToString::to_string).collect();
            format!("accepted by {} until {until}", and(&risks))
        }
        FindingStanding::Open { hosts: open } => format!("open on {}", hosts(open.iter())),
    }
}

/// How far an action is.
pub fn action_state(state: &ActionState, register: &Register) -> String {
    match state {
        ActionState::Open => "open".to_owned(),
        ActionState::Claimed { on, claim } => {
            format!("said done on {on} by {}; waits for a check", person(&claim.by, register))
        }
        ActionState::Verified { on, check, claim: _ } => {
            format!("done on {on}, seen done by {} on {}", person(&check.by, register), check.on)
        }
        ActionState::Withdrawn { reason, by } => {
            format!("withdrawn on {} by {}: {reason}", by.on, person(&by.by, register))
        }
    }
}

fn days(days: i64) -> String {
    count(days.unsigned_abs(), "day")
}
