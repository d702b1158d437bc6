//! Sources and the findings they raised.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::people::some;
use super::{Register, Stamp, Trace};
use crate::day::Day;
use crate::reference::{ActionId, EvidenceId, FindingId, OrganisationId, RequirementId, RiskId, SourceId};
use crate::refusal::Refusal;
use crate::text::{Host, Note, Title};
use crate::through_text::through_text;
use crate::words::{Retest, Role, Severity, SourceKind};

/// Hosts in one entry. A large council has some 5,000 addresses; twice that still keeps the entry under its limit of
/// 1 MiB at 100 bytes a host.
pub const HOSTS_MAX: usize = 10_000;

/// A CVSS v3 base score, 0.0 to 10.0, kept in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CvssScore(u8);

/// Why a text is not a CVSS base score.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a CVSS score: 0.0 to 10.0 with one decimal")]
pub struct NotAScore(String);

impl CvssScore {
    /// The band of the score.
    pub fn severity(self) -> Severity {
        // A score is parsed to at most 100 tenths, and every such number has a band.
        Severity::of_cvss_tenths(self.0).unwrap_or(Severity::Critical)
    }
}

impl FromStr for CvssScore {
    type Err = NotAScore;

    fn from_str(text: &str) -> Result<CvssScore, NotAScore> {
        let wrong = || NotAScore(text.chars().take(20).collect());
        let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(tenth) || tenth.len() != 1 {
            return Err(wrong());
        }
        let whole: u8 = whole.parse().map_err(|_| wrong())?;
        let tenth: u8 = tenth.parse().map_err(|_| wrong())?;
        let tenths = whole.checked_mul(10).and_then(|tens| tens.checked_add(tenth)).ok_or_else(wrong)?;
        if tenths <= 100 { Ok(CvssScore(tenths)) } else { Err(wrong()) }
    }
}

impl fmt::Display for CvssScore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

through_text!(CvssScore);

/// A test, audit or review is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceAdded {
    /// Its reference.
    pub id: SourceId,
    /// Its title.
    pub title: Title,
    /// What kind of work it was.
    pub source_kind: SourceKind,
    /// Who did it.
    pub author: Title,
    /// The day of the report.
    pub on: Day,
    /// Whom it concerns.
    pub organisations: BTreeSet<OrganisationId>,
    /// How many findings the report itself counts. Every one of them must be accounted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings_reported: Option<u32>,
    /// Where this record comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Note>,
}

/// A weakness found by a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRaised {
    /// Its reference in the register.
    pub id: FindingId,
    /// The report it is in.
    pub source: SourceId,
    /// The reference the report prints, so that an assessor can match line by line.
    pub printed: Title,
    /// Its place in the report, counted from 1.
    pub order: u32,
    /// The weakness in one line.
    pub title: Title,
    /// The report's own word for how severe it is, verbatim.
    pub source_severity: Title,
    /// The normalised severity.
    pub severity: Severity,
    /// Why the normalised severity differs from the report's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_reason: Option<Note>,
    /// The report's CVSS v3 base score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss: Option<CvssScore>,
    /// The report's CVSS vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss_vector: Option<Title>,
    /// Whom it concerns.
    pub organisations: BTreeSet<OrganisationId>,
    /// What it affects, one by one. Empty means the whole estate.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hosts: BTreeSet<Host>,
    /// The requirements it touches.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub requirements: BTreeSet<RequirementId>,
    /// What is wrong and why it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Note>,
    /// What the report advises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation: Option<Note>,
    /// Where this record comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Note>,
}

/// A finding turns out to affect more hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostsAdded {
    /// The finding.
    pub id: FindingId,
    /// The further hosts.
    pub hosts: BTreeSet<Host>,
    /// How that came out.
    pub reason: Note,
}

/// A finding was recorded wrongly. What is given replaces what was held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingCorrected {
    /// The finding.
    pub id: FindingId,
    /// The right title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// The right normalised severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// All requirements it touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirements: Option<BTreeSet<RequirementId>>,
    /// Why.
    pub reason: Note,
}

/// A finding is tested again, host by host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingRetested {
    /// The finding.
    pub id: FindingId,
    /// The day of the re-test.
    pub on: Day,
    /// What each host that was looked at said.
    pub results: BTreeMap<Host, Retest>,
    /// The evidence that shows it. A fix counts once somebody else has checked it.
    pub evidence: EvidenceId,
}

/// How a finding may end other than by a fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Conclusion {
    /// The source was wrong.
    FalsePositive,
    /// Another finding says the same.
    Duplicate {
        /// The other finding.
        of: FindingId,
    },
}

/// Someone proposes that a finding ends without a fix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConclusionProposed {
    /// The finding.
    pub id: FindingId,
    /// How it would end.
    pub conclusion: Conclusion,
    /// Why.
    pub reason: Note,
}

/// Someone else agrees, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConclusionChecked {
    /// The finding.
    pub id: FindingId,
    /// Whether they agree.
    pub accepted: bool,
    /// What they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// A source as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The entry's content.
    pub event: SourceAdded,
    /// The entry.
    pub added: Trace,
    /// Its findings in the report's own order.
    pub findings: BTreeMap<u32, FindingId>,
}

/// A re-test that could tell how one host is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostRetest {
    /// The day of the re-test.
    pub on: Day,
    /// The evidence.
    pub evidence: EvidenceId,
    /// The entry.
    pub recorded: Trace,
}

/// One host of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AffectedHost {
    /// The entry that named it. What was verified or accepted before is not about it.
    pub named: Trace,
    /// The latest re-test that found it still there.
    pub still_there: Option<HostRetest>,
    /// The re-tests since then that found it fixed. Each counts once its evidence has been checked.
    pub fixed: Vec<HostRetest>,
}

/// A proposed or agreed conclusion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldConclusion {
    /// How the finding ends.
    pub conclusion: Conclusion,
    /// Why.
    pub reason: Note,
    /// Who proposed it.
    pub proposed: Trace,
    /// Who agreed.
    pub checked: Option<Trace>,
}

/// A finding as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The entry's content, with corrections.
    pub event: FindingRaised,
    /// The entry.
    pub raised: Trace,
    /// Everything it affects.
    pub hosts: BTreeMap<Host, AffectedHost>,
    /// How it ends without a fix.
    pub conclusion: Option<HeldConclusion>,
    /// The actions that close it.
    pub actions: BTreeSet<ActionId>,
    /// Evidence linked to it.
    pub evidence: BTreeSet<EvidenceId>,
    /// Risk acceptances that name it.
    pub risks: BTreeSet<RiskId>,
}

impl Finding {
    /// Ends an agreed conclusion: it was about what was known then. One that still waits for its check may stay.
    fn end_conclusion(&mut self) {
        self.conclusion = self.conclusion.take().filter(|held| held.checked.is_none());
    }
}

const RAISES: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct, Role::InternalAuditor, Role::Tester];
const CHECKS: &[Role] = super::CHECKS;

impl Register {
    pub(super) fn check_source(&self, stamp: &Stamp<'_>, event: &SourceAdded) -> Result<(), Refusal> {
        self.allow(stamp, RAISES, "record sources")?;
        stamp.not_after_today("the day of the report", event.on)?;
        self.known_organisations(&event.organisations)?;
        self.free("source", &self.sources, &event.id)
    }

    pub(super) fn check_finding(&self, stamp: &Stamp<'_>, event: &FindingRaised) -> Result<(), Refusal> {
        self.allow(stamp, RAISES, "raise findings")?;
        let source = self
            .sources
            .get(&event.source)
            .ok_or_else(|| Refusal::Unknown { noun: "source", id: event.source.to_string() })?;
        self.free("finding", &self.findings, &event.id)?;
        if event.order == 0 {
            return Err(Refusal::Unknown { noun: "place in a report", id: "0".to_owned() });
        }
        if let Some(other) = source.findings.get(&event.order) {
            return Err(Refusal::Taken { noun: "finding at this place in the report:", id: other.to_string() });
        }
        few("hosts", event.hosts.len(), HOSTS_MAX)?;
        self.known_organisations(&event.organisations)?;
        self.known_requirements(&event.requirements)?;
        let theirs = event
            .cvss
            .map(CvssScore::severity)
            .or_else(|| event.source_severity.as_str().to_lowercase().parse::<Severity>().ok());
        match theirs {
            Some(theirs) if theirs != event.severity && event.severity_reason.is_none() => {
                Err(Refusal::SilentRegrade { theirs, ours: event.severity })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn raise(&mut self, trace: Trace, event: &FindingRaised) {
        if let Some(source) = self.sources.get_mut(&event.source) {
            source.findings.insert(event.order, event.id.clone());
        }
        let affected = || AffectedHost { named: trace.clone(), still_there: None, fixed: Vec::new() };
        let mut hosts: BTreeMap<Host, AffectedHost> =
            event.hosts.iter().map(|host| (host.clone(), affected())).collect();
        if hosts.is_empty() {
            hosts.insert(Host::whole_estate(), affected());
        }
        let held = Finding {
            event: event.clone(),
            raised: trace,
            hosts,
            conclusion: None,
            actions: BTreeSet::new(),
            evidence: BTreeSet::new(),
            risks: BTreeSet::new(),
        };
        self.findings.insert(event.id.clone(), held);
    }

    pub(super) fn check_hosts(&self, stamp: &Stamp<'_>, event: &HostsAdded) -> Result<(), Refusal> {
        self.allow(stamp, RAISES, "add hosts to a finding")?;
        let finding = self.finding(&event.id)?;
        some("host", event.hosts.len())?;
        few("hosts", event.hosts.len().saturating_add(finding.hosts.len()), HOSTS_MAX)?;
        if event.hosts.iter().all(|host| finding.hosts.contains_key(host)) {
            return Err(Refusal::NothingChanges);
        }
        Ok(())
    }

    pub(super) fn add_hosts(&mut self, trace: &Trace, event: &HostsAdded) {
        if let Some(finding) = self.findings.get_mut(&event.id) {
            for host in &event.hosts {
                let fresh = AffectedHost { named: trace.clone(), still_there: None, fixed: Vec::new() };
                finding.hosts.entry(host.clone()).or_insert(fresh);
            }
            finding.end_conclusion();
        }
    }

    pub(super) fn check_correction(&self, stamp: &Stamp<'_>, event: &FindingCorrected) -> Result<(), Refusal> {
        self.allow(stamp, RAISES, "correct findings")?;
        let finding = self.finding(&event.id)?;
        // What makes a finding weigh less is seen by someone who neither raised it nor owns the work on it.
        let lowers = event.severity.is_some_and(|severity| severity < finding.event.severity);
        let drops = event.requirements.as_ref().is_some_and(|kept| !finding.event.requirements.is_subset(kept));
        if lowers || drops {
            let what = format!("`{}`", event.id);
            let own = |did| Refusal::OwnWork { person: stamp.by.clone(), did, what };
            if &finding.raised.by == stamp.by {
                return Err(own("raised"));
            }
            let owns = |id: &ActionId| self.actions.get(id).is_some_and(|action| &action.owner == stamp.by);
            if finding.actions.iter().any(owns) {
                return Err(own("owns the work on"));
            }
        }
        if event.title.is_none() && event.severity.is_none() && event.requirements.is_none() {
            return Err(Refusal::NothingChanges);
        }
        event.requirements.as_ref().map_or(Ok(()), |requirements| self.known_requirements(requirements))
    }

    pub(super) fn correct(&mut self, event: &FindingCorrected) {
        if let Some(finding) = self.findings.get_mut(&event.id) {
            let held = &mut finding.event;
            if let Some(title) = &event.title {
                held.title = title.clone();
            }
            if let Some(severity) = event.severity {
                held.severity = severity;
                held.severity_reason = Some(event.reason.clone());
            }
            if let Some(requirements) = &event.requirements {
                held.requirements = requirements.clone();
            }
        }
    }

    pub(super) fn check_retest(&self, stamp: &Stamp<'_>, event: &FindingRetested) -> Result<(), Refusal> {
        self.allow(stamp, RAISES, "record a re-test")?;
        let finding = self.finding(&event.id)?;
        some("host", event.results.len())?;
        stamp.not_after_today("the day of the re-test", event.on)?;
        let reported = self.sources.get(&finding.event.source).map(|source| source.event.on);
        if let Some(earlier) = reported.filter(|reported| event.on < *reported) {
            let (earlier_what, later_what) = ("the day of the report", "the day of the re-test");
            return Err(Refusal::WrongOrder { earlier_what, earlier, later_what, later: event.on });
        }
        self.standing_evidence(&event.evidence)?;
        match event.results.keys().find(|host| !finding.hosts.contains_key(*host)) {
            Some(host) => Err(Refusal::NoSuchHost { finding: event.id.clone(), host: host.clone() }),
            None => Ok(()),
        }
    }

    pub(super) fn retest(&mut self, trace: &Trace, event: &FindingRetested) {
        if let Some(finding) = self.findings.get_mut(&event.id) {
            finding.evidence.insert(event.evidence.clone());
            for (host, outcome) in &event.results {
                let Some(held) = finding.hosts.get_mut(host) else { continue };
                let retest = HostRetest { on: event.on, evidence: event.evidence.clone(), recorded: trace.clone() };
                match outcome {
                    // A report from before the day it was still there is not news, whenever it is recorded.
                    Retest::Fixed if held.still_there.as_ref().is_some_and(|last| last.on > event.on) => {}
                    Retest::Fixed => held.fixed.push(retest),
                    Retest::StillThere => {
                        held.fixed.clear();
                        held.still_there = Some(retest);
                    }
                    Retest::CouldNotTell => {}
                }
            }
            if event.results.values().any(|outcome| *outcome == Retest::StillThere) {
                finding.end_conclusion();
            }
        }
        // What shows that it is still there, or nothing, supports no requirement that the finding touches.
        let supports = event.results.values().any(|outcome| *outcome == Retest::Fixed)
            && event.results.values().all(|outcome| *outcome != Retest::StillThere);
        if supports && let Some(evidence) = self.evidence.get_mut(&event.evidence) {
            evidence.findings.insert(event.id.clone());
        }
    }

    pub(super) fn check_proposal(&self, stamp: &Stamp<'_>, event: &ConclusionProposed) -> Result<(), Refusal> {
        self.allow(stamp, RAISES, "propose how a finding ends")?;
        let finding = self.finding(&event.id)?;
        if finding.conclusion.as_ref().is_some_and(|held| held.checked.is_some()) {
            return Err(Refusal::NothingChanges);
        }
        let Conclusion::Duplicate { of } = &event.conclusion else { return Ok(()) };
        let other = self.finding(of)?;
        let repeats =
            matches!(&other.conclusion, Some(held) if matches!(held.conclusion, Conclusion::Duplicate { .. }));
        if of == &event.id || repeats {
            return Err(Refusal::NotADuplicate { finding: event.id.clone(), of: of.clone() });
        }
        Ok(())
    }

    pub(super) fn check_conclusion(&self, stamp: &Stamp<'_>, event: &ConclusionChecked) -> Result<(), Refusal> {
        self.allow(stamp, CHECKS, "check how a finding ends")?;
        let finding = self.finding(&event.id)?;
        let what = format!("the conclusion of `{}`", event.id);
        let waiting = finding.conclusion.as_ref().filter(|held| held.checked.is_none());
        match waiting {
            None => Err(Refusal::NothingToCheck { what }),
            Some(held) if &held.proposed.by == stamp.by => {
                Err(Refusal::OwnWork { person: stamp.by.clone(), did: "proposed", what })
            }
            Some(_) => Ok(()),
        }
    }

    pub(super) fn conclude(&mut self, trace: Trace, event: &ConclusionChecked) {
        if let Some(finding) = self.findings.get_mut(&event.id) {
            if event.accepted {
                if let Some(held) = &mut finding.conclusion {
                    held.checked = Some(trace);
                }
            } else {
                finding.conclusion = None;
            }
        }
    }

    /// The finding.
    pub(super) fn finding(&self, id: &FindingId) -> Result<&Finding, Refusal> {
        self.findings.get(id).ok_or_else(|| Refusal::Unknown { noun: "finding", id: id.to_string() })
    }

    /// Every finding named exists and has the hosts named. No hosts means all of them.
    pub(super) fn known_hosts(&self, wanted: &BTreeMap<FindingId, BTreeSet<Host>>) -> Result<(), Refusal> {
        for (id, hosts) in wanted {
            let finding = self.finding(id)?;
            if let Some(host) = hosts.iter().find(|host| !finding.hosts.contains_key(*host)) {
                return Err(Refusal::NoSuchHost { finding: id.clone(), host: host.clone() });
            }
        }
        Ok(())
    }
}

/// Refuses a list over its limit.
pub(super) fn few(what: &'static str, count: usize, max: usize) -> Result<(), Refusal> {
    if count > max { Err(Refusal::TooMany { what, count, max }) } else { Ok(()) }
}
