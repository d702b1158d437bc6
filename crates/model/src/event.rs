//! Every kind of entry there is. A kind once released keeps its name and meaning for ever; what changes becomes a new
//! kind beside it.

use serde::{Deserialize, Serialize};

use crate::reference::CommandId;
use crate::register::action::{
    ActionAdded, ActionChanged, ActionClaimed, ActionMoved, ActionReopened, ActionVerified, ActionWithdrawn,
};
use crate::register::adoption::{BaselineSet, CommitmentSigned, FrameworkAdopted, ParticularsStated, SchemeAdopted};
use crate::register::assessment::{AnswersChecked, IndicatorsAnswered};
use crate::register::carry::{CarryJudged, EvidenceCarried, MappingAdopted};
use crate::register::decision::{AcceptanceWithdrawn, DecisionRaised, DecisionTaken, RiskAccepted};
use crate::register::evidence::{EvidenceAdded, EvidenceChecked, EvidenceLinked, EvidenceWithdrawn};
use crate::register::finding::{
    ConclusionChecked, ConclusionProposed, FindingCorrected, FindingRaised, FindingRetested, HostsAdded, SourceAdded,
};
use crate::register::outcome::{CertificateIssued, CertificateWithdrawn, PackBuilt};
use crate::register::people::{OrganisationAdded, PersonAdded, PersonLeft, RegisterOpened, RolesChanged};
use crate::register::requirement::{ExclusionChecked, ExclusionProposed, RequirementStated};
use crate::register::retention::{RetentionChecked, RetentionSet};
use crate::text::Note;

/// A command is taken back: the register stands as if its entries had not been made. They stay in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undone {
    /// The command. Undoing a command that was itself an undo brings back what that one took away.
    pub command: CommandId,
    /// Why.
    pub reason: Note,
}

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $kind:literal,)+) => {
        /// What an entry records.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Event {
            $($(#[$doc])* #[serde(rename = $kind)] $variant($variant),)+
        }

        impl Event {
            /// The names of all kinds, as entries write them.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The name of this kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Event::$variant(_) => $kind,)+ }
            }
        }

        $(impl From<$variant> for Event {
            fn from(event: $variant) -> Event {
                Event::$variant(event)
            }
        })+
    };
}

events! {
    /// The opening entry.
    RegisterOpened = "register-opened",
    /// An organisation joins.
    OrganisationAdded = "organisation-added",
    /// A person joins.
    PersonAdded = "person-added",
    /// A person's roles are replaced.
    RolesChanged = "roles-changed",
    /// A person leaves.
    PersonLeft = "person-left",
    /// A framework is adopted.
    FrameworkAdopted = "framework-adopted",
    /// A scheme is adopted.
    SchemeAdopted = "scheme-adopted",
    /// A mapping between two frameworks is adopted.
    MappingAdopted = "mapping-adopted",
    /// Scope as it stands becomes the baseline.
    BaselineSet = "baseline-set",
    /// The application form is filled in.
    ParticularsStated = "particulars-stated",
    /// A senior officer signs.
    CommitmentSigned = "commitment-signed",
    /// A test, audit or review is recorded.
    SourceAdded = "source-added",
    /// A weakness is recorded.
    FindingRaised = "finding-raised",
    /// A finding affects more hosts.
    HostsAdded = "hosts-added",
    /// A finding was recorded wrongly.
    FindingCorrected = "finding-corrected",
    /// A finding is tested again.
    FindingRetested = "finding-retested",
    /// A finding would end without a fix.
    ConclusionProposed = "conclusion-proposed",
    /// Someone else agrees or does not.
    ConclusionChecked = "conclusion-checked",
    /// Work is planned.
    ActionAdded = "action-added",
    /// An action's facts change.
    ActionChanged = "action-changed",
    /// An action's date moves.
    ActionMoved = "action-moved",
    /// The owner says it is done.
    ActionClaimed = "action-claimed",
    /// Someone else has seen that it is done.
    ActionVerified = "action-verified",
    /// An action is opened again.
    ActionReopened = "action-reopened",
    /// An action will not be done.
    ActionWithdrawn = "action-withdrawn",
    /// Evidence is added.
    EvidenceAdded = "evidence-added",
    /// Evidence is used for something more.
    EvidenceLinked = "evidence-linked",
    /// A second person checks evidence.
    EvidenceChecked = "evidence-checked",
    /// Evidence is taken back.
    EvidenceWithdrawn = "evidence-withdrawn",
    /// Evidence is to be judged for another requirement.
    EvidenceCarried = "evidence-carried",
    /// A second person judges it for that requirement.
    CarryJudged = "carry-judged",
    /// A board must settle something.
    DecisionRaised = "decision-raised",
    /// The board has settled it.
    DecisionTaken = "decision-taken",
    /// A named role accepts a risk.
    RiskAccepted = "risk-accepted",
    /// An acceptance ends early.
    AcceptanceWithdrawn = "acceptance-withdrawn",
    /// How a requirement is met.
    RequirementStated = "requirement-stated",
    /// A requirement would not apply.
    ExclusionProposed = "exclusion-proposed",
    /// Someone else agrees or does not.
    ExclusionChecked = "exclusion-checked",
    /// Indicators of a requirement are answered.
    IndicatorsAnswered = "indicators-answered",
    /// A second person checks the answers.
    AnswersChecked = "answers-checked",
    /// A certificate is granted.
    CertificateIssued = "certificate-issued",
    /// A certificate is taken away.
    CertificateWithdrawn = "certificate-withdrawn",
    /// How long evidence is kept.
    RetentionSet = "retention-set",
    /// A second person agrees with that or does not.
    RetentionChecked = "retention-checked",
    /// A pack is built.
    PackBuilt = "pack-built",
    /// A command is taken back.
    Undone = "undone",
}
