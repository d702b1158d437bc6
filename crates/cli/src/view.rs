//! From an answer to what is shown of it: picks the report, and the layout for the screen it goes to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use portreeve_engine::{Asked, EngineError, Standards, built_in_framework, built_in_frameworks, followed, playbooks};
use portreeve_model::readiness::{GateAnswer, RequirementState, Verdict};
use portreeve_model::reference::{
    ActionId, DecisionId, EvidenceId, FindingId, FrameworkId, OrganisationId, PersonId, RequirementId, RiskId, SourceId,
};
use portreeve_model::standards::{Framework, Grading, Scheme};
use portreeve_model::standing::Lens;
use portreeve_model::words::Severity;
use portreeve_reporting::RenderError;
use portreeve_reporting::lists::{self, ActionFilter, EvidenceFilter, FindingFilter};
use portreeve_reporting::readiness_page::readiness_html;
use portreeve_reporting::show::{self, Record};
use portreeve_reporting::table::Table;
use portreeve_reporting::why::{self, Wanted};
use portreeve_reporting::why_page::why_html;
use portreeve_reporting::{Layout, across, log, next, plain, readiness, status, suggest};
use serde_json::{Value, json};

use crate::commands::evidence::files;
use crate::door::Window;
use crate::failure::Failure;
use crate::near::nearest;
use crate::outcome::{Ending, Outcome};
use crate::resolve::{self, did_you_mean, requirements_named, unknown};
use crate::ui::layout;

/// The width of a text that is read as a whole, where no terminal says how wide it is.
const WIDTH: usize = 100;

/// Days before an action is due when no scheme says; the built-in scheme says the same.
const AT_RISK_DAYS: u16 = 14;

/// For a text that is read as a whole, wherever it goes.
pub(crate) fn page() -> Layout {
    Layout { width: Some(layout().width.unwrap_or(WIDTH)), ..layout() }
}

pub(crate) fn listed(window: &Window<'_>, format: &'static str, table: &Table) -> Result<Outcome, Failure> {
    let demonstration = window.is_demonstration();
    Ok(Outcome::new(demonstration, format, table.text(layout()), table.json(format, demonstration)))
}

/// A record, or what may have been meant among `known`.
fn shown<K: ToString>(
    window: &Window<'_>,
    format: &'static str,
    (noun, id): (&str, &str),
    known: impl IntoIterator<Item = K>,
    record: Option<Record>,
) -> Result<Outcome, Failure> {
    let command = format!("{} list", noun.split(' ').next().unwrap_or(noun));
    let record = record.ok_or_else(|| unknown(noun, id, known, &command))?;
    Ok(Outcome::new(window.is_demonstration(), format, record.text(page()), record.json(format)))
}

/// What actions are judged by. With several schemes the one that is wanted first; without any, only their own dates.
fn judged(window: &Window<'_>) -> Result<Asked, Failure> {
    let schemes = &window.register().schemes;
    let first = schemes.iter().min_by_key(|(id, held)| (held.event.target.is_none(), held.event.target, *id));
    if let Some((scheme, _)) = first {
        return window.ask(scheme, &[]);
    }
    let word = |text: &str| text.parse().map_err(|error| Failure::usage(format!("{error}")));
    let id = "none".parse().map_err(|error| Failure::usage(format!("{error}")))?;
    let scheme = Scheme {
        id,
        title: word("No scheme")?,
        framework: None,
        source: "No scheme has been adopted.".parse().map_err(|error| Failure::usage(format!("{error}")))?,
        threshold: Severity::High,
        findings_of: BTreeSet::new(),
        grading: Grading::Ready,
        at_risk_days: AT_RISK_DAYS,
        certificate: None,
        gates: Vec::new(),
        evidence: BTreeMap::new(),
        particulars: Vec::new(),
        pack: Vec::new(),
    };
    let standards = Standards { framework: Framework::of_no_requirements(&scheme), scheme };
    let playbooks = followed(window.register())?;
    Ok(Asked { history: window.history.clone(), standards, answers: Vec::new(), playbooks, as_of: window.as_of })
}

pub(crate) fn people(window: &Window<'_>) -> Result<Outcome, Failure> {
    listed(window, "portreeve.people/1", &lists::people(window.register(), window.as_of.on))
}

pub(crate) fn organisations(window: &Window<'_>) -> Result<Outcome, Failure> {
    listed(window, "portreeve.organisations/1", &lists::organisations(window.register(), window.as_of.on))
}

/// An organisation's application form, field by field.
pub(crate) fn form(window: &Window<'_>, scheme: &Scheme, organisation: &OrganisationId) -> Outcome {
    let held = window.register().schemes.get(&scheme.id).and_then(|held| held.particulars.get(organisation));
    let mut text = format!("{} for {organisation}\n", scheme.title);
    let mut fields = serde_json::Map::new();
    for field in &scheme.particulars {
        let answer = held.and_then(|form| form.get(&field.id)).map(|answer| answer.as_str().to_owned());
        let written = answer.as_deref().unwrap_or("(empty)");
        text.push_str(&format!("  {:<24}{written}\n", field.id));
        fields.insert(field.id.clone(), json!(answer));
    }
    let object = json!({"scheme": scheme.id, "organisation": organisation, "fields": fields});
    Outcome::new(window.is_demonstration(), "portreeve.form/1", text, object)
}

pub(crate) fn frameworks(window: &Window<'_>) -> Result<Outcome, Failure> {
    let register = window.register();
    let others = built_in_frameworks().into_iter().filter(|id| !register.frameworks.contains_key(id));
    let others = others.filter_map(|id| built_in_framework(&id).transpose()).collect::<Result<Vec<_>, _>>()?;
    let table = lists::frameworks(register, &others, window.as_of.on);
    listed(window, "portreeve.frameworks/1", &table)
}

/// A framework: as it was adopted, or as it is built in.
pub(crate) fn framework(window: &Window<'_>, id: &FrameworkId) -> Result<Outcome, Failure> {
    let record = match show::framework(window.register(), &window.history, id) {
        Some(record) => Some(record),
        None => built_in_framework(id)?.map(|framework| show::framework_built_in(&framework)),
    };
    let known = window.register().frameworks.keys().cloned().chain(built_in_frameworks());
    shown(window, "portreeve.framework/1", ("framework", id.as_str()), known, record)
}

pub(crate) fn schemes(window: &Window<'_>) -> Result<Outcome, Failure> {
    listed(window, "portreeve.schemes/1", &lists::schemes(window.register(), window.as_of.on))
}

pub(crate) fn sources(window: &Window<'_>) -> Result<Outcome, Failure> {
    listed(window, "portreeve.sources/1", &lists::sources(window.register(), window.as_of.on))
}

pub(crate) fn source(window: &Window<'_>, id: &SourceId) -> Result<Outcome, Failure> {
    let record = show::source(window.register(), &window.history, id, window.as_of.on);
    shown(window, "portreeve.source/1", ("source", id.as_str()), window.register().sources.keys(), record)
}

pub(crate) fn findings(
    window: &Window<'_>,
    open: bool,
    at_or_above: Option<Severity>,
    source: Option<&SourceId>,
) -> Result<Outcome, Failure> {
    if let Some(source) = source {
        resolve::held("source", source, &window.register().sources, "source list")?;
    }
    let filter = FindingFilter { open, severity: at_or_above, source: source.cloned() };
    listed(window, "portreeve.findings/1", &lists::findings(window.register(), &filter, window.as_of.on))
}

pub(crate) fn finding(window: &Window<'_>, id: &FindingId) -> Result<Outcome, Failure> {
    let record = show::finding(window.register(), &window.history, id, window.as_of.on);
    shown(window, "portreeve.finding/1", ("finding", id.as_str()), window.register().findings.keys(), record)
}

/// What would answer the findings named, or all that are open and that nothing answers.
pub(crate) fn suggestions(window: &Window<'_>, named: &[String]) -> Result<Outcome, Failure> {
    let register = window.register();
    let wanted: Vec<FindingId> = match named {
        [] => suggest::unanswered(register, window.as_of.on),
        named => named.iter().map(|given| resolve::finding(register, given)).collect::<Result<_, _>>()?,
    };
    let playbooks = playbooks()?;
    let found = suggest::suggest(register, &playbooks, &wanted);
    let text = suggest::text(register, &playbooks, &found, page());
    let object = suggest::json(register, &playbooks, &found);
    Ok(Outcome::new(window.is_demonstration(), "portreeve.suggestions/1", text, object))
}

/// Which actions are wanted.
pub(crate) struct Actions {
    pub(crate) late: bool,
    pub(crate) open: bool,
    pub(crate) owner: Option<PersonId>,
    pub(crate) finding: Option<FindingId>,
}

pub(crate) fn actions(window: &Window<'_>, wanted: &Actions) -> Result<Outcome, Failure> {
    let register = window.register();
    if let Some(owner) = &wanted.owner {
        resolve::held("person", owner, &register.people, "person list")?;
    }
    if let Some(finding) = &wanted.finding {
        resolve::held("finding", finding, &register.findings, "finding list")?;
    }
    let asked = judged(window)?;
    let Actions { late, open, owner, finding } = wanted;
    let filter = ActionFilter { late: *late, open: *open, owner: owner.clone(), finding: finding.clone() };
    listed(window, "portreeve.actions/1", &lists::actions(&asked.subject(), &filter, window.as_of.on))
}

pub(crate) fn action(window: &Window<'_>, id: &ActionId) -> Result<Outcome, Failure> {
    let asked = judged(window)?;
    let record = show::action(&asked.subject(), &window.history, id, window.as_of.on);
    shown(window, "portreeve.action/1", ("action", id.as_str()), window.register().actions.keys(), record)
}

pub(crate) fn all_evidence(window: &Window<'_>, waiting: bool) -> Result<Outcome, Failure> {
    let table = lists::evidence(window.register(), &EvidenceFilter { waiting }, window.as_of.on);
    listed(window, "portreeve.evidence-list/1", &table)
}

pub(crate) fn evidence(window: &Window<'_>, id: &EvidenceId) -> Result<Outcome, Failure> {
    let format = "portreeve.evidence/1";
    let record = show::evidence(window.register(), &window.history, id, window.as_of.on);
    let mut record =
        record.ok_or_else(|| unknown("evidence", id.as_str(), window.register().evidence.keys(), "evidence list"))?;
    let mut files = files::of(window, id)?;
    let fact = |file: String| ("File".to_owned(), file);
    record.facts.extend(std::mem::take(&mut files.listed).into_iter().map(fact));
    record.facts.extend(files.doubt.map(|doubt| fact(doubt.to_owned())));
    let mut object = record.json(format);
    object["more_files"] = json!(files.more);
    object["more_missing"] = json!(files.more_missing);
    record.facts.extend(files.rest(id).map(fact));
    Ok(Outcome::new(window.is_demonstration(), format, record.text(page()), object))
}

pub(crate) fn decisions(window: &Window<'_>, open: bool) -> Result<Outcome, Failure> {
    let register = window.register();
    let mut table = lists::decisions(register, window.as_of.on);
    let taken = |id: &str| register.decisions.iter().any(|(held, one)| held.as_str() == id && one.taken.is_some());
    table.rows.retain(|row| !open || row.first().is_some_and(|id| !taken(&id.to_string())));
    listed(window, "portreeve.decisions/1", &table)
}

pub(crate) fn decision(window: &Window<'_>, id: &DecisionId) -> Result<Outcome, Failure> {
    let record = show::decision(window.register(), &window.history, id, window.as_of.on);
    shown(window, "portreeve.decision/1", ("decision", id.as_str()), window.register().decisions.keys(), record)
}

pub(crate) fn risks(window: &Window<'_>) -> Result<Outcome, Failure> {
    listed(window, "portreeve.risks/1", &lists::risks(window.register(), window.as_of.on))
}

pub(crate) fn risk(window: &Window<'_>, id: &RiskId) -> Result<Outcome, Failure> {
    let record = show::risk(window.register(), &window.history, id, window.as_of.on);
    shown(window, "portreeve.risk/1", ("risk acceptance", id.as_str()), window.register().risks.keys(), record)
}

pub(crate) fn requirements(window: &Window<'_>, asked: &Asked, open: bool) -> Result<Outcome, Failure> {
    let mut table = lists::requirements(&asked.subject(), window.as_of.on);
    // The rows name the requirement first and the organisation third.
    let not_ready = |number: &str, whom: &str| {
        let mut answers = asked.answers.iter().filter(|answer| answer.organisation.as_str() == whom);
        answers.any(|answer| {
            let mut held = answer.requirements.iter().filter(|held| held.id.number.as_str() == number);
            held.any(|held| held.state == RequirementState::NotReady)
        })
    };
    table.rows.retain(|row| match row.as_slice() {
        [number, _, whom, ..] => !open || not_ready(&number.to_string(), &whom.to_string()),
        _ => true,
    });
    listed(window, "portreeve.requirements/1", &table)
}

/// Every requirement of an adopted framework.
pub(crate) fn framework_requirements(window: &Window<'_>, id: &FrameworkId) -> Result<Outcome, Failure> {
    let framework = window.session.framework(window.register(), id)?;
    listed(window, "portreeve.framework-requirements/1", &lists::framework_requirements(&framework))
}

/// One requirement, as every scheme that judges it answers, and what bears on it in any framework.
pub(crate) fn requirement(window: &Window<'_>, all: &[Asked], id: &RequirementId) -> Result<Outcome, Failure> {
    let register = window.register();
    let framework = window.session.framework(register, &id.framework)?;
    let subjects: Vec<_> = all.iter().map(Asked::subject).collect();
    let record = show::requirement(register, &window.history, &framework, id, &subjects).ok_or_else(|| {
        let numbers = framework.requirements.iter().map(|requirement| requirement.number.to_string());
        unknown("requirement", id.number.as_str(), numbers, &format!("requirement list --framework {}", id.framework))
    })?;
    let format = "portreeve.requirement/1";
    Ok(Outcome::new(window.is_demonstration(), format, record.text(page()), record.json(format)))
}

pub(crate) fn certificates(window: &Window<'_>) -> Result<Outcome, Failure> {
    listed(window, "portreeve.certificates/1", &lists::certificates(window.register(), window.as_of.on))
}

pub(crate) fn packs(window: &Window<'_>) -> Result<Outcome, Failure> {
    listed(window, "portreeve.packs/1", &lists::packs(window.register(), window.as_of.on))
}

/// An answer under the format that the report itself gives it.
fn answered(asked: &Asked, format: &'static str, text: String, object: Value) -> Outcome {
    Outcome::new(asked.subject().register.is_demonstration(), format, text, object)
}

pub(crate) fn readiness(asked: &Asked) -> Outcome {
    let subject = asked.subject();
    answered(asked, "portreeve.readiness/1", readiness::text(&subject, page()), readiness::json(&subject))
}

pub(crate) fn status(asked: &Asked) -> Outcome {
    let subject = asked.subject();
    answered(asked, "portreeve.status/1", status::text(&subject, page()), status::json(&subject))
}

/// Every scheme in one table.
pub(crate) fn across(window: &Window<'_>, all: &[Asked]) -> Result<Outcome, Failure> {
    let subjects: Vec<_> = all.iter().map(Asked::subject).collect();
    listed(window, "portreeve.across/1", &across::table(&subjects))
}

pub(crate) fn next(all: &[Asked]) -> Outcome {
    let texts = all.iter().map(|asked| (asked, next::text(&asked.subject(), page())));
    one_by_one("portreeve.next/1", texts, |asked| next::json(&asked.subject()))
}

/// Answers about several schemes, each under its title; about one it stands alone.
fn one_by_one<'a>(
    format: &'static str,
    texts: impl Iterator<Item = (&'a Asked, String)>,
    json: impl Fn(&Asked) -> Value,
) -> Outcome {
    let texts: Vec<_> = texts.collect();
    if let [(asked, text)] = texts.as_slice() {
        return answered(asked, format, text.clone(), json(asked));
    }
    let demonstration = texts.iter().any(|(asked, _)| asked.subject().register.is_demonstration());
    let text: Vec<String> = texts
        .iter()
        .map(|(asked, text)| format!("{}\n\n{text}", plain(asked.standards.scheme.title.as_str())))
        .collect();
    let object = json!({ "schemes": texts.iter().map(|(asked, _)| json(asked)).collect::<Vec<_>>() });
    Outcome::new(demonstration, format, text.join("\n"), object)
}

pub(crate) fn why(window: &Window<'_>, all: &[Asked], what: Option<&str>, paper: &Paper) -> Result<Outcome, Failure> {
    let (asked, wanted) = match (what, all) {
        (None, [asked]) => (asked, Wanted::Scheme),
        (None, _) => return why_across(all, paper),
        (Some(what), _) => meant(all, what)?,
    };
    let subject = asked.subject();
    let files = match wanted {
        Wanted::Scheme => BTreeMap::new(),
        _ => window.session.file_lines(window.register())?,
    };
    paper.write(|| why_html(&subject, &wanted, &files))?;
    let text = why::text(&subject, &wanted, &files, page());
    let outcome = answered(asked, "portreeve.why/1", text, why::json(&subject, &wanted, &files, page()));
    Ok(outcome.ending(Ending::fine_if(stands(asked, &wanted))))
}

/// What a reference means, and the scheme to answer for. Where no scheme knows it, the first one says so.
fn meant<'a>(all: &'a [Asked], what: &str) -> Result<(&'a Asked, Wanted), Failure> {
    let (mut known, mut strange) = (Vec::new(), Vec::new());
    for asked in all {
        match wanted(asked, what) {
            Ok(wanted) => known.push((asked, wanted)),
            Err(failure) => strange.push(failure),
        }
    }
    let having = known.iter().filter(|(_, wanted)| matches!(wanted, Wanted::Gate(_)));
    let schemes: Vec<&str> = having.map(|(asked, _)| asked.standards.scheme.id.as_str()).collect();
    if schemes.len() > 1 {
        return Err(Failure::usage(format!("several schemes have a gate `{what}`"))
            .help(format!("say which with `--scheme`: {}", schemes.join(", "))));
    }
    let nobody = || Failure::usage("nobody that was asked about goes for any scheme");
    known.into_iter().next().ok_or_else(|| strange.into_iter().next().unwrap_or_else(nobody))
}

/// What stands in the way of each scheme.
fn why_across(all: &[Asked], paper: &Paper) -> Result<Outcome, Failure> {
    paper.only_for_one_scheme()?;
    let none = BTreeMap::new();
    let texts = all.iter().map(|asked| (asked, why::text(&asked.subject(), &Wanted::Scheme, &none, page())));
    let outcome =
        one_by_one("portreeve.why/1", texts, |asked| why::json(&asked.subject(), &Wanted::Scheme, &none, page()));
    Ok(outcome.ending(Ending::fine_if(all.iter().all(|asked| stands(asked, &Wanted::Scheme)))))
}

/// Where an answer goes as a page besides.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Paper {
    /// Write the answer as one HTML file too; it must not be there yet
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Paper {
    /// A page tells of one scheme.
    pub(crate) fn only_for_one_scheme(&self) -> Result<(), Failure> {
        match &self.html {
            Some(_) => {
                Err(Failure::usage("a page tells of one scheme, and several are adopted")
                    .help("say which with `--scheme`"))
            }
            None => Ok(()),
        }
    }

    /// Writes the page, if one is wanted.
    pub(crate) fn write(&self, page: impl FnOnce() -> Result<String, RenderError>) -> Result<(), Failure> {
        let Some(path) = &self.html else { return Ok(()) };
        let page = page().map_err(EngineError::from)?;
        let written = File::create_new(path).and_then(|mut file| file.write_all(page.as_bytes()));
        written.map_err(|error| {
            Failure::environment(format!("could not write {}: {error}", path.display()))
                .help("name a file that is not there yet, in a folder you may write in")
        })
    }
}

/// The board's page, for `readiness` and `status` alike.
pub(crate) fn board_page(asked: &Asked, paper: &Paper) -> Result<(), Failure> {
    paper.write(|| readiness_html(&asked.subject()))
}

/// Whether nothing stands in the way of what is asked about.
fn stands(asked: &Asked, wanted: &Wanted) -> bool {
    let register = asked.history.register();
    match wanted {
        Wanted::Scheme => asked.answers.iter().all(|answer| answer.verdict != Verdict::WouldNotPass),
        Wanted::Gate(id) => {
            asked.answers.iter().flat_map(|answer| &answer.gates).filter(|gate| &gate.id == id).all(GateAnswer::passes)
        }
        Wanted::Requirement(id) => {
            let mut held = asked.answers.iter().flat_map(|answer| &answer.requirements).filter(|held| &held.id == id);
            held.all(|held| held.state != RequirementState::NotReady)
        }
        Wanted::Action(id) => register.actions.get(id).is_some_and(|action| !register.is_unfinished(action)),
        Wanted::Finding(id) => register
            .findings
            .get(id)
            .is_some_and(|finding| !register.finding_standing(id, finding, asked.as_of.on, Lens::Verified).is_open()),
    }
}

/// What a reference means: a record first, then a gate, then a requirement with or without its framework.
fn wanted(asked: &Asked, what: &str) -> Result<Wanted, Failure> {
    let subject = asked.subject();
    if what == subject.scheme.id.as_str() {
        return Ok(Wanted::Scheme);
    }
    if let Some((id, _)) = subject.register.actions.get_key_value(what) {
        return Ok(Wanted::Action(id.clone()));
    }
    if let Some((id, _)) = subject.register.findings.get_key_value(what) {
        return Ok(Wanted::Finding(id.clone()));
    }
    if subject.scheme.gates.iter().any(|gate| gate.id == what) {
        return Ok(Wanted::Gate(what.to_owned()));
    }
    let named = requirements_named(subject.register, what).into_iter().find(|id| id.framework == subject.framework.id);
    if let Some(requirement) = named {
        return Ok(Wanted::Requirement(requirement));
    }
    let mut known: Vec<String> = subject.register.actions.keys().map(ToString::to_string).collect();
    known.extend(subject.register.findings.keys().map(ToString::to_string));
    known.extend(subject.scheme.gates.iter().map(|gate| gate.id.clone()));
    known.extend(subject.framework.requirements.iter().map(|found| found.number.to_string()));
    let failure = Failure::usage(format!("there is no action, finding, gate or requirement `{what}`"));
    let near = nearest(what, &known);
    Err(if near.is_empty() {
        failure.help("`portreeve why` alone shows all there is")
    } else {
        failure.help(did_you_mean(&near))
    })
}

pub(crate) fn log(window: &Window<'_>, about: Option<&str>) -> Outcome {
    let lines = log::lines(&window.history, about);
    let demonstration = window.is_demonstration();
    let text = match about {
        Some(about) if lines.is_empty() => format!("No entry is about `{about}`."),
        _ => log::text(&lines, layout()),
    };
    let found = about.is_none() || !lines.is_empty();
    let outcome = Outcome::new(demonstration, "portreeve.log/1", text, log::json(&lines, demonstration));
    outcome.ending(Ending::fine_if(found))
}
