//! References: how people, papers and entries name the things of a register. One type a noun, so that none is taken
//! for another.

use std::borrow::Borrow;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::through_text::through_text;

/// Longest reference. Printed references in reports seen so far stay under 20 characters; 64 leaves room for a
/// framework's dotted numbering and still fits a table column.
pub const REFERENCE_CHARS_MAX: usize = 64;

/// Why a text cannot be a reference of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {} reference: {rule}", with_article(.noun))]
pub struct BadReference {
    /// What was given, shortened.
    pub text: String,
    /// The noun it was meant for.
    pub noun: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
}

/// A noun with its article: `a finding`, `an action`.
pub(crate) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}

const MIXED: &str = "1 to 64 letters, digits, full stops, hyphens or underscores, starting with a letter or digit";
const LOWER: &str = "1 to 64 lower-case letters, digits, full stops or hyphens, starting with a letter or digit";

const CLASS: &str = "`FC-` and two or three digits";
const CWE: &str = "`CWE-` and one to five digits";
const CVE: &str = "`CVE-`, a year of four digits, `-` and four to seven digits, as in `CVE-2017-0144`";

fn all(text: &str, allowed: fn(char) -> bool) -> bool {
    text.starts_with(|first: char| allowed(first) && first.is_ascii_alphanumeric()) && text.chars().all(allowed)
}

fn mixed(text: &str) -> bool {
    all(text, |letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))
}

fn lower(text: &str) -> bool {
    all(text, |letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '-'))
}

/// Whether the text is that many digits.
fn digits(text: &str, count: RangeInclusive<usize>) -> bool {
    count.contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
}

fn class(text: &str) -> bool {
    text.strip_prefix("FC-").is_some_and(|number| digits(number, 2..=3))
}

fn cwe(text: &str) -> bool {
    text.strip_prefix("CWE-").is_some_and(|number| digits(number, 1..=5))
}

/// CVE record format: a sequence number has at least four digits, and none so far has more than seven.
fn cve(text: &str) -> bool {
    let parts = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| digits(year, 4..=4) && digits(number, 4..=7))
}

macro_rules! reference {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $obeys:ident, $rule:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The reference as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadReference;

            fn from_str(text: &str) -> Result<$name, BadReference> {
                if text.len() <= REFERENCE_CHARS_MAX && $obeys(text) {
                    Ok($name(text.to_owned()))
                } else {
                    Err(BadReference { text: text.chars().take(80).collect(), noun: $noun, rule: $rule })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        through_text!($name);
    };
}

reference!(
    /// A council or other body, for example `EHC`.
    OrganisationId, "organisation", mixed, MIXED
);
reference!(
    /// A person, by role name, for example `network-officer`.
    PersonId, "person", lower, LOWER
);
reference!(
    /// A published version of a framework, for example `psn-coco-1.32`.
    FrameworkId, "framework", lower, LOWER
);
reference!(
    /// A profile of a framework, for example `baseline`: how far each requirement has to be met.
    ProfileId, "profile", lower, LOWER
);
reference!(
    /// A scheme of accreditation, for example `psn`.
    SchemeId, "scheme", lower, LOWER
);
reference!(
    /// A mapping between two published versions, for example `psn-coco-1.32-to-caf-3.2`.
    MappingId, "mapping", lower, LOWER
);
reference!(
    /// A requirement's number inside its framework, for example `PSN-BND-FW`.
    RequirementNumber, "requirement", mixed, MIXED
);
reference!(
    /// A statement of good or bad practice inside a requirement, for example `A1.a.NA.2`.
    IndicatorId, "indicator", mixed, MIXED
);
reference!(
    /// How far a requirement is met where that has degrees, for example `partially-achieved`.
    Grade, "grade", lower, LOWER
);
reference!(
    /// A test, audit or review that raised findings, for example `ITHC-2018`.
    SourceId, "source", mixed, MIXED
);
reference!(
    /// A weakness, for example `ITHC-014`.
    FindingId, "finding", mixed, MIXED
);
reference!(
    /// A piece of work, for example `RAP-071`.
    ActionId, "action", mixed, MIXED
);
reference!(
    /// An item of evidence, for example `E-0412`.
    EvidenceId, "evidence", mixed, MIXED
);
reference!(
    /// Something a board must settle, for example `D-07`.
    DecisionId, "decision", mixed, MIXED
);
reference!(
    /// A risk acceptance, for example `RA-03`.
    RiskId, "risk acceptance", mixed, MIXED
);
reference!(
    /// A certificate, for example `CERT-2019`.
    CertificateId, "certificate", mixed, MIXED
);
reference!(
    /// A rule of the council's retention schedule, for example `six-years`.
    RetentionId, "retention rule", lower, LOWER
);
reference!(
    /// A generated bundle, for example `P-2018-12`.
    PackId, "pack", mixed, MIXED
);
reference!(
    /// One command as its door minted it; every entry it appended carries the same one.
    CommandId, "command", lower, LOWER
);
reference!(
    /// A playbook of remediation work, for example `firewall-renewal`.
    PlaybookId, "playbook", lower, LOWER
);
reference!(
    /// A class of findings, for example `FC-05`.
    FindingClassId, "finding class", class, CLASS
);
reference!(
    /// A kind of weakness in MITRE's list, for example `CWE-319`.
    CweId, "CWE", cwe, CWE
);
reference!(
    /// A published vulnerability, for example `CVE-2017-0144`.
    CveId, "CVE", cve, CVE
);

impl From<SchemeId> for FrameworkId {
    fn from(scheme: SchemeId) -> FrameworkId {
        FrameworkId(scheme.0)
    }
}

/// A requirement in one published version of a framework, for example `psn-coco-1.32:PSN-BND-FW`. The same number can
/// mean different things in two versions, so the framework is always part of the reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementId {
    /// The framework's version.
    pub framework: FrameworkId,
    /// The number inside it.
    pub number: RequirementNumber,
}

impl FromStr for RequirementId {
    type Err = BadReference;

    fn from_str(text: &str) -> Result<RequirementId, BadReference> {
        let (framework, number) = text.split_once(':').ok_or_else(|| BadReference {
            text: text.chars().take(80).collect(),
            noun: "requirement",
            rule: "a framework, a colon and a number, as in `psn-coco-1.32:PSN-BND-FW`",
        })?;
        Ok(RequirementId { framework: framework.parse()?, number: number.parse()? })
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.framework, self.number)
    }
}

through_text!(RequirementId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_parsed_at_the_door() {
        for good in ["ITHC-014", "4.2.1", "A2.b", "x"] {
            assert_eq!(good.parse::<FindingId>().unwrap().to_string(), good);
        }
        for bad in ["", "-x", "a b", "a/b", "é", "a\n", &"a".repeat(65)] {
            assert!(bad.parse::<FindingId>().is_err(), "{bad:?}");
        }
        assert!("Network-Officer".parse::<PersonId>().is_err());
        assert_eq!("caf-4.0:A2.b".parse::<RequirementId>().unwrap().to_string(), "caf-4.0:A2.b");
        assert!("A2.b".parse::<RequirementId>().is_err());
    }

    #[test]
    fn references_of_a_fixed_form_have_that_form() {
        assert_eq!("firewall-renewal".parse::<PlaybookId>().unwrap().to_string(), "firewall-renewal");
        for bad in ["", "-x", "A", "a/b", "..", "a b", &"a".repeat(65)] {
            assert!(bad.parse::<PlaybookId>().is_err(), "{bad:?}");
        }
        assert!("FC-05".parse::<FindingClassId>().is_ok());
        for bad in ["FC-5", "fc-05", "FC-0000", "FC-+1", "05"] {
            assert!(bad.parse::<FindingClassId>().is_err(), "{bad:?}");
        }
        assert!("CWE-79".parse::<CweId>().is_ok() && "CVE-2017-0144".parse::<CveId>().is_ok());
        for bad in ["CWE-", "CWE-1234567", "79", "cwe-79"] {
            assert!(bad.parse::<CweId>().is_err(), "{bad:?}");
        }
        for bad in ["CVE-2017-144", "CVE-17-0144", "CVE-2017-01440000", "CVE-2017", "cve-2017-0144"] {
            assert!(bad.parse::<CveId>().is_err(), "{bad:?}");
        }
    }
}
