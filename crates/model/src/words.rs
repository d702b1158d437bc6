//! Closed vocabularies: the few words a field may hold, each with the form it has in an entry and on a page.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not one of a vocabulary's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {}; known: {known}", crate::reference::with_article(.noun))]
pub struct UnknownWord {
    /// What was given, shortened.
    pub text: String,
    /// The vocabulary.
    pub noun: &'static str,
    /// All its words.
    pub known: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $noun:literal { $($(#[$word_doc:meta])* $variant:ident = $word:literal, $shown:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$word_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word as it is typed and stored.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// The word as a page shows it.
            pub const fn shown(self) -> &'static str {
                match self { $($name::$variant => $shown,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(self.shown())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<$name, UnknownWord> {
                $name::ALL.iter().copied().find(|word| word.word() == text).ok_or_else(|| UnknownWord {
                    text: text.chars().take(40).collect(),
                    noun: $noun,
                    known: $name::ALL.iter().map(|word| word.word()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

words! {
    /// A finding's severity, after the CVSS v3 qualitative bands. The order is from least to most severe.
    Severity, "severity" {
        /// CVSS 0.
        Informational = "informational", "Informational";
        /// CVSS 0.1 to 3.9.
        Low = "low", "Low";
        /// CVSS 4.0 to 6.9.
        Medium = "medium", "Medium";
        /// CVSS 7.0 to 8.9.
        High = "high", "High";
        /// CVSS 9.0 to 10.
        Critical = "critical", "Critical";
    }
}

impl Severity {
    /// The band of a CVSS v3 base score given in tenths (74 for 7.4). FIRST CVSS v3.1 specification, section 5.
    pub const fn of_cvss_tenths(tenths: u8) -> Option<Severity> {
        match tenths {
            0 => Some(Severity::Informational),
            1..=39 => Some(Severity::Low),
            40..=69 => Some(Severity::Medium),
            70..=89 => Some(Severity::High),
            90..=100 => Some(Severity::Critical),
            _ => None,
        }
    }
}

words! {
    /// The day from which a rule of retention counts.
    RetentionStart, "day to count from" {
        /// The day whose position the evidence shows.
        Shown = "shown", "The day it shows";
        /// The end of the certificate that it supported.
        Certificate = "certificate", "The end of the certificate it supported";
        /// The day on which it was taken back.
        Withdrawal = "withdrawal", "The day it was withdrawn";
    }
}

words! {
    /// The form in which a framework came that was not an OSCAL catalog in JSON.
    ForeignFormat, "format" {
        /// An OSCAL catalog in YAML.
        OscalCatalog = "oscal-catalog", "OSCAL catalog";
        /// An OSCAL profile with the catalogs it imports.
        OscalProfile = "oscal-profile", "OSCAL profile";
        /// A library of CISO Assistant.
        CisoAssistant = "ciso-assistant", "CISO Assistant library";
        /// The Cyber Assessment Framework as WebCAF keeps it.
        WebCaf = "webcaf", "WebCAF framework";
    }
}

words! {
    /// What a person may do in a register. A person may hold several roles.
    Role, "role" {
        /// Adds people and roles, never content.
        Administrator = "administrator", "Administrator";
        /// Logs findings, actions and evidence; prepares packs.
        SecurityOfficer = "security-officer", "Security officer";
        /// Does the work and claims it done.
        ActionOwner = "action-owner", "Action owner";
        /// Checks what others added and verifies what others claimed.
        Checker = "checker", "Checker";
        /// Reviews and prioritises; approves moved dates; accepts low and medium risk.
        HeadOfIct = "head-of-ict", "Head of ICT";
        /// Senior information risk owner: accepts risk until a date.
        Siro = "siro", "Senior information risk owner";
        /// Chief executive or other senior officer who signs for the organisation.
        Signatory = "signatory", "Signatory";
        /// Section 151 officer: answers for the money.
        Section151 = "section-151-officer", "Section 151 officer";
        /// Verifies independently of the service.
        InternalAuditor = "internal-auditor", "Internal auditor";
        /// Tests and re-tests, for example a CHECK team leader.
        Tester = "tester", "Tester";
        /// Reads packs and asks. Writes nothing.
        Assessor = "assessor", "Assessor";
        /// Sits on a board or committee. Writes nothing.
        BoardMember = "board-member", "Board member";
    }
}

words! {
    /// What kind of work raised findings.
    SourceKind, "source kind" {
        /// IT health check, the penetration test a PSN submission rests on.
        HealthCheck = "it-health-check", "IT health check";
        /// Internal or external audit.
        Audit = "audit", "Audit";
        /// A review by peers or consultants.
        Review = "review", "Review";
        /// An assessment against a standard.
        Assessment = "assessment", "Assessment";
        /// A supplier's discovery work.
        Discovery = "discovery", "Discovery";
    }
}

words! {
    /// An answer to a plain question, where not knowing is an answer too.
    Answer, "answer" {
        /// Yes.
        Yes = "yes", "Yes";
        /// No.
        No = "no", "No";
        /// Not known yet.
        Unknown = "unknown", "Not known";
    }
}

words! {
    /// What a re-test of one host said. Absence from a new scan is `could-not-tell`, never a fix.
    Retest, "re-test outcome" {
        /// The weakness is gone.
        Fixed = "fixed", "Fixed";
        /// It is still there.
        StillThere = "still-there", "Still there";
        /// The host was not reached, or the check did not run.
        CouldNotTell = "could-not-tell", "Could not tell";
    }
}

words! {
    /// How far an item of evidence goes by its kind alone.
    Strength, "strength" {
        /// Someone says so. Never enough alone.
        Weak = "weak", "Weak";
        /// A record made at the time, read by a person.
        Medium = "medium", "Medium";
        /// A machine's own output, or a re-test.
        Strong = "strong", "Strong";
    }
}

words! {
    /// A protective marking (Government Security Classifications Policy).
    Marking, "marking" {
        /// OFFICIAL.
        Official = "official", "OFFICIAL";
        /// OFFICIAL-SENSITIVE: health check reports, diagrams and plans.
        OfficialSensitive = "official-sensitive", "OFFICIAL-SENSITIVE";
    }
}

words! {
    /// What an item of evidence is.
    EvidenceKind, "evidence kind" {
        /// A re-test or re-scan of the same target after the fix.
        RetestResult = "retest-result", "Re-test or re-scan result";
        /// A machine-generated configuration extract.
        ConfigurationExport = "configuration-export", "Configuration export";
        /// A tool's summary with the population it covers.
        ComplianceReport = "compliance-report", "Compliance report";
        /// A report of a test that was run, such as a failover or restore test.
        TestReport = "test-report", "Test report";
        /// A picture of a setting.
        Screenshot = "screenshot", "Screenshot";
        /// A record of an approved and completed change.
        ChangeTicket = "change-ticket", "Change ticket";
        /// An approved document.
        Policy = "policy", "Policy or procedure";
        /// A board's or officer's decision as minuted.
        Minute = "minute", "Meeting minute or decision";
        /// A signed decision not to fix.
        RiskAcceptance = "risk-acceptance", "Risk acceptance";
        /// A completion list or summary.
        TrainingRecord = "training-record", "Training record";
        /// A dated picture of the architecture.
        NetworkDiagram = "network-diagram", "Network diagram";
        /// A supplier's contract or a certificate.
        Contract = "contract", "Contract or certificate";
        /// The report of the independent IT health check.
        HealthCheckReport = "health-check-report", "IT health check report";
        /// What the health check covered.
        HealthCheckScope = "health-check-scope", "IT health check scope statement";
        /// The completed and signed application form.
        SignedForm = "signed-form", "Signed form";
        /// Current contacts for compliance, incidents and technical matters.
        ContactList = "contact-list", "Contact list";
        /// An assessment of a cloud service against the cloud security principles.
        CloudAssessment = "cloud-assessment", "Cloud service assessment";
        /// An inventory of assets or applications.
        Inventory = "inventory", "Inventory";
        /// Someone says so.
        Statement = "statement", "Interview or statement";
        /// A supplier says so.
        SupplierEmail = "supplier-email", "Supplier e-mail";
    }
}

words! {
    /// What a mapping says of a requirement and the one it leads to. The first six are OSCAL's own tokens (OSCAL 1.2,
    /// mapping model, `relationship`); each of them says more than that two requirements have to do with each other, so
    /// the last three are ours and are written in our namespace.
    Relation, "mapping relationship" {
        /// The same but for spelling.
        EqualTo = "equal-to", "is the same as";
        /// The same in effect.
        EquivalentTo = "equivalent-to", "is the same in effect as";
        /// The target asks for all of it and more.
        SubsetOf = "subset-of", "is a part of";
        /// It asks for all of the target and more.
        SupersetOf = "superset-of", "contains";
        /// They overlap, and each asks for something that the other does not.
        IntersectsWith = "intersects-with", "overlaps with";
        /// They have nothing to do with each other.
        NoRelationship = "no-relationship", "has nothing to do with";
        /// They have to do with each other; nothing more is said.
        Related = "related", "is related to";
        /// What meets the source helps to meet the target, and does not meet it by itself.
        Supports = "supports", "supports";
        /// The target is what became of it in the next version; whether it asks the same is not said.
        SucceededBy = "succeeded-by", "became";
    }
}

impl Relation {
    /// Whether it says that both ask the same.
    pub const fn is_sameness(self) -> bool {
        matches!(self, Relation::EqualTo | Relation::EquivalentTo)
    }

    /// Whether evidence for the one may have something to say about the other.
    pub const fn leads(self) -> bool {
        !matches!(self, Relation::NoRelationship)
    }
}

impl EvidenceKind {
    /// How far this kind of evidence goes.
    pub const fn strength(self) -> Strength {
        match self {
            EvidenceKind::RetestResult
            | EvidenceKind::ConfigurationExport
            | EvidenceKind::ComplianceReport
            | EvidenceKind::TestReport
            | EvidenceKind::HealthCheckReport => Strength::Strong,
            EvidenceKind::Statement | EvidenceKind::SupplierEmail => Strength::Weak,
            EvidenceKind::Screenshot
            | EvidenceKind::ChangeTicket
            | EvidenceKind::Policy
            | EvidenceKind::Minute
            | EvidenceKind::RiskAcceptance
            | EvidenceKind::TrainingRecord
            | EvidenceKind::NetworkDiagram
            | EvidenceKind::Contract
            | EvidenceKind::HealthCheckScope
            | EvidenceKind::SignedForm
            | EvidenceKind::ContactList
            | EvidenceKind::CloudAssessment
            | EvidenceKind::Inventory => Strength::Medium,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_bands_follow_cvss() {
        let bands: Vec<_> = [0, 1, 39, 40, 69, 70, 89, 90, 100].map(|t| Severity::of_cvss_tenths(t).unwrap()).into();
        use Severity::{Critical, High, Informational, Low, Medium};
        assert_eq!(bands, [Informational, Low, Low, Medium, Medium, High, High, Critical, Critical]);
        assert_eq!(Severity::of_cvss_tenths(101), None);
        assert!(Critical > High && Low > Informational);
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_known_ones() {
        let wrong = "approver".parse::<Strength>().unwrap_err();
        assert_eq!(wrong.to_string(), "`approver` is not a strength; known: weak, medium, strong");
    }
}
