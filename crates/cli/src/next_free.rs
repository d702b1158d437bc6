//! The next free reference of a noun, when none is given: one more than the highest number in use.

use std::fmt::Display;
use std::str::FromStr;

use portreeve_model::Register;
use portreeve_model::reference::{
    ActionId, BadReference, CertificateId, DecisionId, EvidenceId, FindingId, RiskId, SourceId,
};

use crate::failure::Failure;

/// The next action, as `RAP-072`.
pub(crate) fn action(register: &Register) -> Result<ActionId, Failure> {
    made(next("RAP-", 3, register.actions.keys()))
}

/// The next item of evidence, as `E-0413`.
pub(crate) fn evidence(register: &Register) -> Result<EvidenceId, Failure> {
    made(next("E-", 4, register.evidence.keys()))
}

/// The next decision, as `D-08`.
pub(crate) fn decision(register: &Register) -> Result<DecisionId, Failure> {
    made(next("D-", 2, register.decisions.keys()))
}

/// The next risk acceptance, as `RA-04`.
pub(crate) fn risk(register: &Register) -> Result<RiskId, Failure> {
    made(next("RA-", 2, register.risks.keys()))
}

/// The next finding of a source, as `ITHC-2018-015`.
pub(crate) fn finding(register: &Register, source: &SourceId) -> Result<FindingId, Failure> {
    made(next(&format!("{source}-"), 3, register.findings.keys()))
}

/// The certificate of a year, as `CERT-2019`, or `CERT-2019-2` when there is one.
pub(crate) fn certificate(register: &Register, year: &str) -> Result<CertificateId, Failure> {
    let first: CertificateId = made(format!("CERT-{year}"))?;
    if !register.certificates.contains_key(&first) {
        return Ok(first);
    }
    let prefix = format!("{first}-");
    let second = if register.certificates.keys().any(|id| id.as_str().starts_with(&prefix)) {
        next(&prefix, 1, register.certificates.keys())
    } else {
        format!("{prefix}2")
    };
    made(second)
}

/// One more than the highest number that follows `prefix`, in as many digits as that one has, or in `width`.
fn next<K: Display>(prefix: &str, width: usize, taken: impl Iterator<Item = K>) -> String {
    let number = |id: K| {
        let id = id.to_string();
        let digits = id.strip_prefix(prefix)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u64>().ok().map(|number| (number, digits.len()))).flatten()
    };
    let (highest, width) = taken.filter_map(number).max().unwrap_or((0, width));
    format!("{prefix}{:0width$}", highest.saturating_add(1))
}

fn made<T: FromStr<Err = BadReference>>(text: String) -> Result<T, Failure> {
    text.parse().map_err(|error: BadReference| {
        Failure::usage(error.to_string()).help("no reference could be made up; give one with `--id`")
    })
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_next_number_follows_the_highest() {
        assert_eq!(next("RAP-", 3, [""; 0].iter()), "RAP-001");
        assert_eq!(next("RAP-", 3, ["RAP-001", "RAP-009", "X-100", "RAP-x"].iter()), "RAP-010");
        assert_eq!(next("RAP-", 3, ["RAP-999"].iter()), "RAP-1000");
        assert_eq!(next("D-", 2, ["D-07"].iter()), "D-08");
        assert_eq!(next("E-", 4, ["E-013"].iter()), "E-014");
    }
}
