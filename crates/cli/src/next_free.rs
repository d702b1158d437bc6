//! The next free reference of a noun, when none is given: one more than the highest number ever given. Commands that were
//! taken back count too, because papers and minutes may name what they added.

use std::fmt::Display;
use std::str::FromStr;

use portreeve_model::reference::{
    ActionId, BadReference, CertificateId, DecisionId, EvidenceId, FindingId, RiskId, SourceId,
};
use portreeve_model::{Event, History};

use crate::failure::Failure;

/// Every reference that entries of one kind have given, also those of commands that were taken back.
macro_rules! given {
    ($history:expr, $kind:ident) => {
        $history.entries().iter().filter_map(|(_, entry)| match &entry.event {
            Event::$kind(event) => Some(&event.id),
            _ => None,
        })
    };
}

/// The next action, as `RAP-072`.
pub(crate) fn action(history: &History) -> Result<ActionId, Failure> {
    made(next("RAP-", 3, given!(history, ActionAdded)))
}

/// The next item of evidence, as `E-0413`.
pub(crate) fn evidence(history: &History) -> Result<EvidenceId, Failure> {
    made(next("E-", 4, given!(history, EvidenceAdded)))
}

/// The next decision, as `D-08`.
pub(crate) fn decision(history: &History) -> Result<DecisionId, Failure> {
    made(next("D-", 2, given!(history, DecisionRaised)))
}

/// The next risk acceptance, as `RA-04`.
pub(crate) fn risk(history: &History) -> Result<RiskId, Failure> {
    made(next("RA-", 2, given!(history, RiskAccepted)))
}

/// The next finding of a source, as `ITHC-2018-015`.
pub(crate) fn finding(history: &History, source: &SourceId) -> Result<FindingId, Failure> {
    made(next(&format!("{source}-"), 3, given!(history, FindingRaised)))
}

/// The certificate of a year, as `CERT-2019`, or `CERT-2019-2` when there is one.
pub(crate) fn certificate(history: &History, year: &str) -> Result<CertificateId, Failure> {
    let first: CertificateId = made(format!("CERT-{year}"))?;
    if !given!(history, CertificateIssued).any(|id| id == &first) {
        return Ok(first);
    }
    let prefix = format!("{first}-");
    let second = if given!(history, CertificateIssued).any(|id| id.as_str().starts_with(&prefix)) {
        next(&prefix, 1, given!(history, CertificateIssued))
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
