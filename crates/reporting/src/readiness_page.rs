//! The board's page: would we pass, what is wanted of us, and what is late.

use portreeve_model::readiness::{Readiness, Share};
use portreeve_model::reference::RequirementId;
use portreeve_model::standards::Grading;
use portreeve_model::words::Severity;
use serde::Serialize;

use crate::page::anchor::{Anchors, Kind};
use crate::page::matters::DecisionView;
use crate::page::plan::ActionView;
use crate::page::verdict::VerdictView;
use crate::page::{Figure, Frame, Tag, capital, chain, matters, plan, verdict};
use crate::readiness::scope::in_scope;
use crate::{RenderError, Subject, page, words};

#[derive(Serialize)]
struct View {
    #[serde(flatten)]
    frame: Frame,
    scheme: String,
    scheme_source: String,
    day: String,
    quarter: String,
    entry: String,
    sentence: String,
    figures: Vec<Figure>,
    decisions_title: String,
    decisions: Vec<DecisionView>,
    late: Vec<ActionView>,
    verdicts: Vec<VerdictView>,
    claimed: Vec<Claimed>,
    organisations: Vec<String>,
    requirements: Vec<Row>,
    scope: Vec<String>,
    how: &'static str,
    threshold: String,
}

/// One figure as owners give it and as evidence shows it.
#[derive(Serialize)]
struct Claimed {
    what: String,
    sides: [Side; 2],
}

#[derive(Serialize)]
struct Side {
    text: String,
    percent: u32,
}

#[derive(Serialize)]
struct Row {
    anchor: String,
    number: String,
    title: String,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    tag: Tag,
    grade: String,
    why: String,
    more: String,
}

/// The page as one HTML file.
///
/// # Errors
/// When a template is wrong.
pub fn readiness_html(subject: &Subject<'_>) -> Result<String, RenderError> {
    let anchors = anchors(subject);
    let mut decisions = matters::decisions(subject, &anchors);
    decisions.retain(DecisionView::waits);
    let mut late = plan::actions(subject, &anchors);
    late.retain(|action| action.days_late() > 0);
    late.sort_by_key(|action| std::cmp::Reverse(action.days_late()));
    let day = subject.as_of.on;
    let view = View {
        frame: page::frame(subject, format!("Readiness on {day}, {}", subject.scheme.title), None),
        scheme: subject.scheme.title.to_string(),
        scheme_source: subject.scheme.source.to_string(),
        day: day.to_string(),
        quarter: day.quarter(),
        entry: subject.as_of.known.to_string(),
        sentence: sentence(subject, late.len(), decisions.len()),
        figures: figures(subject, late.len(), decisions.len()),
        decisions_title: wanted(decisions.len()),
        decisions,
        late,
        verdicts: verdict::verdicts(subject, &anchors),
        claimed: subject.answers.iter().flat_map(|answer| claimed(subject, answer)).collect(),
        organisations: subject
            .answers
            .iter()
            .map(|answer| words::organisation(&answer.organisation, subject.register))
            .collect(),
        requirements: rows(subject, &anchors),
        scope: subject.answers.iter().map(|answer| scope(subject, answer)).collect(),
        how: how(&subject.scheme.grading),
        threshold: threshold(subject.scheme.threshold),
    };
    page::render("readiness.html", "board/readiness", &view)
}

/// What makes a requirement ready besides its evidence, to stand after "A requirement is ready when".
const fn how(grading: &Grading) -> &'static str {
    match grading {
        Grading::Ready => "it is said how it is met",
        Grading::Indicators(_) => {
            "all its indicators are answered, a second person agrees with the answers, the grade that follows from them \
             is at least the one asked for"
        }
    }
}

/// Only what has a place on this page gets one: decisions that wait, late actions and the requirements.
fn anchors(subject: &Subject<'_>) -> Anchors {
    let register = subject.register;
    let mut anchors = Anchors::new();
    let waits = register.decisions.iter().filter(|(_, held)| held.taken.is_none());
    anchors.add(
        Kind::Decision,
        waits.filter(|(_, held)| matters::about(subject, &held.event.organisations)).map(|(id, _)| id),
    );
    let late = register.actions.iter().filter(|(_, action)| {
        let passed = action.original.is_some_and(|original| original < subject.as_of.on);
        passed && register.is_unfinished(action) && in_scope(subject, action)
    });
    anchors.add(Kind::Action, late.map(|(id, _)| id));
    anchors.add(Kind::Requirement, subject.framework.requirements.iter().map(|asked| &asked.number));
    anchors
}

fn threshold(severity: Severity) -> String {
    format!("severity {}", words::severity(severity))
}

fn sentence(subject: &Subject<'_>, late: usize, decisions: usize) -> String {
    let standings: Vec<String> = subject
        .answers
        .iter()
        .map(|answer| {
            let name = words::organisation(&answer.organisation, subject.register);
            let verdict = answer.verdict.shown();
            match answer.verified {
                Share { whole: 0, .. } => format!("{name} {verdict}"),
                Share { part, whole } => format!("{name} {verdict}, with {part} of {whole} requirements ready"),
            }
        })
        .collect();
    let late = match late {
        0 => "no action is late".to_owned(),
        1 => "1 action is late".to_owned(),
        _ => format!("{late} actions are late"),
    };
    let decisions = match decisions {
        0 => "no decision is needed".to_owned(),
        1 => "1 decision is needed".to_owned(),
        _ => format!("{decisions} decisions are needed"),
    };
    format!("{}; {late} and {decisions}.", capital(&standings.join("; ")))
}

fn wanted(decisions: usize) -> String {
    match decisions {
        0 => "No decision is needed".to_owned(),
        1 => "1 decision is needed".to_owned(),
        _ => format!("{decisions} decisions are needed"),
    }
}

fn figures(subject: &Subject<'_>, late: usize, decisions: usize) -> Vec<Figure> {
    let each = |figure: fn(&Readiness) -> Share| {
        let one = |answer: &Readiness| {
            let Share { part, whole } = figure(answer);
            if whole == 0 && subject.answers.len() == 1 {
                return "no figure".to_owned();
            }
            if subject.answers.len() == 1 {
                format!("{part} of {whole}")
            } else {
                format!("{} {part} of {whole}", answer.organisation)
            }
        };
        subject.answers.iter().map(one).collect::<Vec<_>>().join("\n")
    };
    let overdue = subject.register.decisions.values().filter(|held| {
        held.taken.is_none()
            && held.event.needed_by < subject.as_of.on
            && matters::about(subject, &held.event.organisations)
    });
    vec![
        Figure {
            label: "Requirements ready".to_owned(),
            value: each(|answer| answer.verified),
            note: "by what checked evidence shows".to_owned(),
        },
        Figure {
            label: "Actions verified".to_owned(),
            value: each(|answer| Share { part: answer.actions.verified, whole: answer.actions.total }),
            note: "seen done by a second person".to_owned(),
        },
        Figure {
            label: "Actions late".to_owned(),
            value: late.to_string(),
            note: "against the first date given".to_owned(),
        },
        Figure {
            label: "Decisions needed".to_owned(),
            value: decisions.to_string(),
            note: format!("{} overdue", overdue.count()),
        },
    ]
}

fn claimed(subject: &Subject<'_>, answer: &Readiness) -> [Claimed; 2] {
    let name = words::organisation(&answer.organisation, subject.register);
    let side = |share: Share| Side { text: share.to_string(), percent: share.percent().unwrap_or(0) };
    let actions = |part: u32| Share { part, whole: answer.actions.total };
    [
        Claimed { what: format!("Requirements ready, {name}"), sides: [side(answer.claimed), side(answer.verified)] },
        Claimed {
            what: format!("Actions done, {name}"),
            sides: [side(actions(answer.actions.claimed)), side(actions(answer.actions.verified))],
        },
    ]
}

fn rows(subject: &Subject<'_>, anchors: &Anchors) -> Vec<Row> {
    let row = |asked: &portreeve_model::standards::Requirement| {
        let id = RequirementId { framework: subject.framework.id.clone(), number: asked.number.clone() };
        let cells = chain::answers(subject, &id).into_iter().map(|(_, answer)| {
            let mut why = answer.blockers.iter().map(|blocker| words::blocker(blocker, subject.register));
            let more = match answer.blockers.len() {
                0 | 1 => String::new(),
                several => format!("And {}.", words::count(several as u64 - 1, "more reason")),
            };
            let grade = answer.graded.as_ref().map_or_else(String::new, |graded| format!("{}.", words::graded(graded)));
            Cell { tag: chain::state(&answer.state), grade, why: why.next().unwrap_or_default(), more }
        });
        Row {
            anchor: anchors.id(Kind::Requirement, &asked.number),
            number: asked.number.to_string(),
            title: asked.title.to_string(),
            cells: cells.collect(),
        }
    };
    subject.framework.requirements.iter().map(row).collect()
}

fn scope(subject: &Subject<'_>, answer: &Readiness) -> String {
    let name = words::organisation(&answer.organisation, subject.register);
    let grown = &answer.scope;
    let Some(baseline) = grown.baseline else {
        return format!("{name}: no baseline has been set, so growth is not measured.");
    };
    format!(
        "{name}: on {baseline} there were {} and {}. Since then {} and {} have been added.",
        words::count(grown.actions_then, "action"),
        words::count(grown.findings_then, "finding"),
        words::count(grown.actions_added.len() as u64, "action"),
        words::count(grown.findings_added.len() as u64, "finding"),
    )
}
