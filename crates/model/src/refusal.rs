//! Every reason for which the rule book refuses an entry. The sentence says what is wrong; what to do about it is the
//! door's to add.

use crate::day::Day;
use crate::reference::{
    ActionId, DecisionId, EvidenceId, FindingId, FrameworkId, IndicatorId, MappingId, OrganisationId, PersonId,
    RequirementId, RiskId, SchemeId,
};
use crate::text::Host;
use crate::words::{Role, Severity};

/// Why an entry may not follow what the register holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The register has no opening entry yet.
    #[error("the register has not been opened")]
    NotOpened,
    /// A second opening entry.
    #[error("the register is open already")]
    OpenedAlready,
    /// The thing named does not exist.
    #[error("there is no {noun} `{id}`")]
    Unknown {
        /// The noun.
        noun: &'static str,
        /// The reference given.
        id: String,
    },
    /// The reference is taken.
    #[error("there is {} `{id}` already", crate::reference::with_article(.noun))]
    Taken {
        /// The noun.
        noun: &'static str,
        /// The reference given.
        id: String,
    },
    /// The person does not hold a role that may do this.
    #[error("`{by}` may not {doing}: that is for {}", roles(.needs))]
    NotAllowed {
        /// Who tried.
        by: PersonId,
        /// What they tried, as a verb phrase.
        doing: &'static str,
        /// The roles that may.
        needs: &'static [Role],
    },
    /// The person has left.
    #[error("`{person}` left on {on}")]
    PersonLeft {
        /// Who.
        person: PersonId,
        /// When.
        on: Day,
    },
    /// Nobody would be left who can give people their roles.
    #[error("`{person}` is the last administrator")]
    LastAdministrator {
        /// Who.
        person: PersonId,
    },
    /// A list that must not be empty is.
    #[error("at least one {what} is needed")]
    NoneNamed {
        /// What the list holds.
        what: &'static str,
    },
    /// A list over its limit.
    #[error("{count} {what} are more than the {max} that fit in one entry")]
    TooMany {
        /// What the list holds.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many fit.
        max: usize,
    },
    /// A change that changes nothing.
    #[error("nothing would change")]
    NothingChanges,
    /// A day that has not come yet.
    #[error("{what} {day} is after {today}, the day of this entry")]
    NotYet {
        /// Which day.
        what: &'static str,
        /// The day given.
        day: Day,
        /// The day of the entry.
        today: Day,
    },
    /// Two days in the wrong order.
    #[error("{later_what} {later} comes before {earlier_what} {earlier}")]
    WrongOrder {
        /// What should come first.
        earlier_what: &'static str,
        /// Its day.
        earlier: Day,
        /// What should come second.
        later_what: &'static str,
        /// Its day.
        later: Day,
    },
    /// The framework has not been adopted.
    #[error("the framework `{framework}` has not been adopted")]
    NotAdopted {
        /// The framework.
        framework: FrameworkId,
    },
    /// The framework has no such requirement.
    #[error("`{requirement}` is not a requirement of an adopted framework")]
    NotARequirement {
        /// What was named.
        requirement: RequirementId,
    },
    /// The requirement has no such indicator.
    #[error("`{indicator}` is not an indicator of `{requirement}`")]
    NotAnIndicator {
        /// The requirement.
        requirement: RequirementId,
        /// What was named.
        indicator: IndicatorId,
    },
    /// The scheme does not apply to the organisation.
    #[error("the scheme `{scheme}` has not been adopted for `{organisation}`")]
    SchemeNotFor {
        /// The scheme.
        scheme: SchemeId,
        /// The organisation.
        organisation: OrganisationId,
    },
    /// The normalised severity departs from the source's own without a reason.
    #[error("the source says {theirs}, this says {ours}, and no reason is given")]
    SilentRegrade {
        /// The severity the source's word or score stands for.
        theirs: Severity,
        /// The severity given.
        ours: Severity,
    },
    /// The finding has no such host.
    #[error("the finding `{finding}` does not name the host `{host}`")]
    NoSuchHost {
        /// The finding.
        finding: FindingId,
        /// The host.
        host: Host,
    },
    /// A finding cannot be the duplicate of itself or of another duplicate.
    #[error("`{finding}` cannot be a duplicate of `{of}`")]
    NotADuplicate {
        /// The finding.
        finding: FindingId,
        /// What it was said to repeat.
        of: FindingId,
    },
    /// Nothing waits for this check.
    #[error("{what} does not wait for a check")]
    NothingToCheck {
        /// What was to be checked.
        what: String,
    },
    /// Four eyes: the person who added it would check it.
    #[error("`{person}` {did} {what}, so someone else has to check it")]
    OwnWork {
        /// Who.
        person: PersonId,
        /// What they did: "added", "claimed", "owns", "proposed".
        did: &'static str,
        /// What it is about.
        what: String,
    },
    /// The action is not in a state that allows this.
    #[error("`{action}` {state}")]
    WrongState {
        /// The action.
        action: ActionId,
        /// The state it is in, as "is closed already".
        state: &'static str,
    },
    /// No checked evidence of at least medium strength.
    #[error("`{action}` has no checked evidence that is more than someone's word")]
    NoGround {
        /// The action.
        action: ActionId,
    },
    /// A re-test after the claim found the weakness still there.
    #[error("the latest re-test found `{finding}` still there on {host}")]
    StillThere {
        /// The finding.
        finding: FindingId,
        /// The host.
        host: Host,
    },
    /// Actions that would wait for each other.
    #[error("`{action}` would wait for itself through `{through}`")]
    Circle {
        /// The action.
        action: ActionId,
        /// The action it would wait for.
        through: ActionId,
    },
    /// The owner cannot approve a move of their own date.
    #[error("`{person}` owns `{action}` and cannot approve its new date")]
    OwnDate {
        /// Who.
        person: PersonId,
        /// The action.
        action: ActionId,
    },
    /// A collection of files is needed.
    #[error("the evidence `{evidence}` is not a collection of files")]
    NotFiles {
        /// The evidence.
        evidence: EvidenceId,
    },
    /// The evidence has been withdrawn.
    #[error("the evidence `{evidence}` has been withdrawn")]
    Withdrawn {
        /// The evidence.
        evidence: EvidenceId,
    },
    /// The mapping does not lead from the one requirement to the other.
    #[error("the mapping `{mapping}` does not lead from `{}` to `{}`", .pair[0], .pair[1])]
    NotMapped {
        /// The mapping.
        mapping: MappingId,
        /// Where the evidence comes from, and where it would go.
        pair: Box<[RequirementId; 2]>,
    },
    /// What is to be carried has not been accepted for where it comes from.
    #[error("`{evidence}` has not been accepted as evidence for `{requirement}`")]
    NotAccepted {
        /// The evidence.
        evidence: EvidenceId,
        /// Where it would be carried from.
        requirement: RequirementId,
    },
    /// A decision without such an option.
    #[error("the decision `{decision}` has no option `{option}`")]
    NoSuchOption {
        /// The decision.
        decision: DecisionId,
        /// The label given.
        option: String,
    },
    /// The decision has been taken.
    #[error("the decision `{decision}` has been taken already")]
    Decided {
        /// The decision.
        decision: DecisionId,
    },
    /// The acceptor's role does not reach this severity.
    #[error("`{person}` cannot accept a risk graded {severity}: that is for the senior information risk owner")]
    BeyondReach {
        /// Who.
        person: PersonId,
        /// The worst severity among the findings.
        severity: Severity,
    },
    /// Somebody else's decision, recorded without a paper that shows it.
    #[error("`{by}` records what `{person}` decided, and no {paper} is named")]
    NoPaper {
        /// Who writes.
        by: PersonId,
        /// Whose decision it is.
        person: PersonId,
        /// What would show it.
        paper: &'static str,
    },
    /// The risk acceptance has been withdrawn already.
    #[error("the risk acceptance `{risk}` has ended already")]
    AcceptanceOver {
        /// The acceptance.
        risk: RiskId,
    },
    /// Only the person who gave a command can undo it.
    #[error("the command was given by `{by}`, and only they can undo it")]
    NotYours {
        /// Who gave it.
        by: PersonId,
    },
    /// A command that cannot be undone.
    #[error("{0} cannot be undone")]
    Permanent(&'static str),
    /// Later entries rest on what would be undone.
    #[error("entry {entry} rests on it: {because}")]
    RestsOnIt {
        /// The later entry.
        entry: crate::EntryNumber,
        /// Why it would not stand.
        because: Box<Refusal>,
    },
}

fn roles(needs: &[Role]) -> String {
    // Inside a sentence only the first letter is small: "head of ICT".
    let small = |name: &str| name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect();
    let names: Vec<String> = needs.iter().map(|role| small(role.shown())).collect();
    match names.split_last() {
        None => "nobody".to_owned(),
        Some((only, [])) => format!("a person with the role {only}"),
        Some((last, rest)) => format!("a person with one of the roles {} or {last}", rest.join(", ")),
    }
}
