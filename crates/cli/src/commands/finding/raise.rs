//! `portreeve finding raise`: the source's own words are kept; the normalised severity follows from them or is said
//! beside them, never instead.

use clap::Args;
use portreeve_model::Register;
use portreeve_model::reference::{FindingId, OrganisationId, RequirementId, SourceId};
use portreeve_model::register::finding::{CvssScore, FindingRaised, Source};
use portreeve_model::text::{Host, Note, Title};
use portreeve_model::words::Severity;

use crate::change::Change;
use crate::door::Door;
use crate::failure::Failure;
use crate::next_free;
use crate::outcome::Outcome;
use crate::resolve;
use crate::vocabulary::words;

#[derive(Debug, Args)]
pub(crate) struct RaiseArgs {
    /// The source whose report it is in
    source: SourceId,
    /// The weakness in one line
    title: Title,
    /// How severe, in the report's own word, as "High" or "P2"
    #[arg(long, value_name = "WORD")]
    severity: Title,
    /// The report's CVSS v3 base score, as 7.4
    #[arg(long, value_name = "SCORE")]
    cvss: Option<CvssScore>,
    /// The report's CVSS vector
    #[arg(long, value_name = "VECTOR")]
    cvss_vector: Option<Title>,
    /// The normalised severity, where neither word nor score gives it
    #[arg(long, value_name = "SEVERITY", value_parser = words!(Severity))]
    normalised: Option<Severity>,
    /// Why the normalised severity differs from the report's
    #[arg(long, value_name = "TEXT")]
    severity_reason: Option<Note>,
    /// A host it affects, several times for several [default: the whole estate]
    #[arg(long = "host", value_name = "HOST", value_parser = resolve::one_host)]
    hosts: Vec<Host>,
    /// A requirement it touches, several times for several
    #[arg(long = "requirement", value_name = "REF")]
    requirements: Vec<String>,
    /// The reference the report prints [default: ours]
    #[arg(long, value_name = "TEXT")]
    printed: Option<Title>,
    /// Its place in the report, counted from 1 [default: after the last]
    #[arg(long, value_name = "N")]
    order: Option<u32>,
    /// What is wrong and why it matters
    #[arg(long)]
    description: Option<Note>,
    /// What the report advises
    #[arg(long)]
    recommendation: Option<Note>,
    /// Whom it concerns [default: whom the source concerns]
    #[arg(long = "organisation", value_name = "ID")]
    organisations: Vec<OrganisationId>,
    /// Where this record comes from
    #[arg(long, value_name = "TEXT")]
    provenance: Option<Note>,
    /// Its reference [default: the source's and the next number]
    #[arg(long)]
    id: Option<FindingId>,
}

pub(super) fn raise(args: RaiseArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let register = desk.register();
    let source = resolve::held("source", &args.source, &register.sources, "source list")?;
    let id = match args.id {
        Some(id) => id,
        None => next_free::finding(desk.history(), &args.source)?,
    };
    let organisations = if args.organisations.is_empty() {
        source.event.organisations.clone()
    } else {
        resolve::organisations(register, &args.organisations)?
    };
    let last = source.findings.keys().next_back().copied().unwrap_or(0);
    let severity = normalised(args.normalised, args.cvss, &args.severity)?;
    let requirements = args.requirements.iter().map(|given| resolve::requirement(register, given));
    let raised = FindingRaised {
        printed: match args.printed {
            Some(printed) => printed,
            None => id.as_str().parse().map_err(|error| Failure::usage(format!("{error}")))?,
        },
        id,
        source: args.source,
        order: args.order.unwrap_or(last.saturating_add(1)),
        title: args.title,
        source_severity: args.severity,
        severity,
        severity_reason: args.severity_reason,
        cvss: args.cvss,
        cvss_vector: args.cvss_vector,
        organisations,
        hosts: args.hosts.into_iter().collect(),
        requirements: requirements.collect::<Result<_, _>>()?,
        description: args.description,
        recommendation: args.recommendation,
        provenance: args.provenance,
    };
    let change = told(&raised);
    let warnings = doubts(register, source, &raised);
    let recorded = desk.record(vec![raised.into()])?;
    let outcome = change.told(desk.register().is_demonstration(), &recorded);
    Ok(warnings.into_iter().fold(outcome, Outcome::warn))
}

/// What is odd about it although no rule refuses it.
fn doubts(register: &Register, source: &Source, raised: &FindingRaised) -> Vec<String> {
    let mut doubts = Vec::new();
    let judged = |id: &RequirementId| resolve::judges(register, &id.framework);
    let unjudged: Vec<String> = raised.requirements.iter().filter(|id| !judged(id)).map(ToString::to_string).collect();
    if !unjudged.is_empty() && unjudged.len() == raised.requirements.len() {
        doubts.push(format!(
            "no adopted scheme judges {}, so this finding will count nowhere\nadopt a scheme that does, or leave \
             `--requirement` out and it counts against every scheme",
            unjudged.join(", ")
        ));
    } else if !unjudged.is_empty() {
        doubts.push(format!("no adopted scheme judges {}, so it will not count there", unjudged.join(", ")));
    }
    let raised_now = source.findings.len().saturating_add(1);
    if let Some(stated) = source.event.findings_reported
        && usize::try_from(stated).is_ok_and(|stated| raised_now > stated)
    {
        doubts.push(format!(
            "this is finding {raised_now} of `{}`, whose report counts {stated}: see that it is not recorded twice",
            raised.source
        ));
    }
    doubts
}

fn told(raised: &FindingRaised) -> Change {
    let id = &raised.id;
    let change = Change::new(format!("Raised {id}  {}", raised.title))
        .of(id)
        .fact("severity", format!("{} (the report says {})", raised.severity, raised.source_severity))
        .maybe("cvss", raised.cvss)
        .list("for", &raised.organisations);
    let change = if raised.hosts.is_empty() {
        change.fact("affects", Host::whole_estate())
    } else {
        change.list("affects", &raised.hosts)
    };
    let change = change.list("touches", &raised.requirements).fact("place in report", raised.order);
    let change = if raised.requirements.is_empty() {
        change.note("It names no requirement, so it counts against every scheme.")
    } else {
        change
    };
    change.note(format!("Next: portreeve action add \"… @OWNER by DATE fixes {id}\""))
}

/// Said outright, or by the score, or by the report's word.
fn normalised(said: Option<Severity>, cvss: Option<CvssScore>, word: &Title) -> Result<Severity, Failure> {
    let by_word = || word.as_str().to_lowercase().parse::<Severity>().ok();
    said.or(cvss.map(CvssScore::severity)).or_else(by_word).ok_or_else(|| {
        let known: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
        Failure::usage(format!("the report's word `{word}` is not one of ours, and there is no score"))
            .help(format!("say what it stands for with `--normalised`: {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_severity_follows_from_the_report_or_is_said() {
        let word = |text: &str| text.parse::<Title>().unwrap();
        let score = Some("7.4".parse().unwrap());
        assert_eq!(normalised(None, None, &word("HIGH")).unwrap(), Severity::High);
        assert_eq!(normalised(None, score, &word("P2")).unwrap(), Severity::High);
        assert_eq!(normalised(Some(Severity::Low), score, &word("P2")).unwrap(), Severity::Low);
        assert!(normalised(None, None, &word("P2")).is_err());
    }
}
