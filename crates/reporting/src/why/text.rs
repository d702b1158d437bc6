//! Why, as a tree on a terminal.

use portreeve_model::readiness::{GateAnswer, Readiness, RequirementAnswer, RequirementState};
use portreeve_model::reference::OrganisationId;

use super::tree::Node;
use super::{Files, Wanted, effect, frees, top, work};
use crate::readiness::scope;
use crate::safe::Page;
use crate::{Layout, Subject, words};

/// The answer as a tree: what stands in the way first.
pub fn text(subject: &Subject<'_>, wanted: &Wanted, files: &Files, layout: Layout) -> String {
    let mut page = Page::new(layout);
    if subject.register.is_demonstration() {
        page.line(scope::DEMONSTRATION);
        page.gap();
    }
    for (at, root) in roots(subject, wanted, files).iter().enumerate() {
        if at > 0 {
            page.gap();
        }
        root.draw(&mut page, layout);
    }
    page.gap();
    page.line(&scope::footer(subject));
    steps(&mut page, subject, wanted);
    page.finish()
}

/// One tree for each organisation, or one for a thing they share.
pub(crate) fn roots(subject: &Subject<'_>, wanted: &Wanted, files: &Files) -> Vec<Node> {
    match wanted {
        Wanted::Scheme => {
            told_once(subject.answers.iter().map(|answer| (answer, scheme(subject, answer, files))).collect())
        }
        Wanted::Requirement(id) => {
            let found = subject.answers.iter().filter_map(|answer| {
                let held = answer.requirements.iter().find(|held| &held.id == id)?;
                Some((
                    answer,
                    Node::of(
                        head(subject, answer),
                        vec![requirement(subject, &answer.organisation, held, files, false)],
                    ),
                ))
            });
            or_none(told_once(found.collect()), &format!("requirement {id}"))
        }
        Wanted::Gate(id) => {
            let found = subject.answers.iter().filter_map(|answer| {
                let held = answer.gates.iter().find(|held| &held.id == id)?;
                Some((answer, Node::of(head(subject, answer), vec![gate(subject, held, files, false)])))
            });
            or_none(told_once(found.collect()), &format!("gate {id}"))
        }
        Wanted::Action(id) => vec![work::action_in_full(subject, files, id)],
        Wanted::Finding(id) => vec![work::finding(subject, files, id)],
    }
}

/// What is the same for an organisation told before is not told again.
fn told_once(roots: Vec<(&Readiness, Node)>) -> Vec<Node> {
    let mut told: Vec<Node> = Vec::new();
    for (at, (_, root)) in roots.iter().enumerate() {
        let earlier = roots.get(..at).unwrap_or(&[]);
        let again = |node: &Node| match earlier.iter().find(|(_, before)| before.because.contains(node)) {
            Some((answer, _)) if !node.because.is_empty() => {
                Node::leaf(format!("{} (as for {})", node.says, answer.organisation))
            }
            _ => node.clone(),
        };
        told.push(Node::of(root.says.clone(), root.because.iter().map(again).collect()));
    }
    told
}

fn or_none(found: Vec<Node>, what: &str) -> Vec<Node> {
    if found.is_empty() { vec![Node::leaf(format!("There is no {what}."))] } else { found }
}

fn head(subject: &Subject<'_>, answer: &Readiness) -> String {
    format!("{} ({})", words::organisation(&answer.organisation, subject.register), answer.organisation)
}

fn scheme(subject: &Subject<'_>, answer: &Readiness, files: &Files) -> Node {
    let is_met = |held: &&RequirementAnswer| !matches!(held.state, RequirementState::NotReady);
    let whom = &answer.organisation;
    let unmet = answer.requirements.iter().filter(|held| !is_met(held));
    let met = answer.requirements.iter().filter(is_met);
    let mut because: Vec<Node> = Vec::new();
    because.extend(answer.gates.iter().filter(|held| !held.passes()).map(|held| gate(subject, held, files, true)));
    because.extend(unmet.map(|held| requirement(subject, whom, held, files, true)));
    because.extend(answer.gates.iter().filter(|held| held.passes()).map(|held| gate(subject, held, files, true)));
    because.extend(met.map(|held| requirement(subject, whom, held, files, true)));
    let says = format!(
        "{} {}: {}, requirements ready {}",
        head(subject, answer),
        words::verdict(answer.verdict),
        words::gates(&answer.gates),
        answer.verified
    );
    Node::of(says, because)
}

fn gate(subject: &Subject<'_>, held: &GateAnswer, files: &Files, short: bool) -> Node {
    let word = if held.passes() {
        "pass"
    } else if held.passes_with_plan() {
        "plan"
    } else {
        "FAIL"
    };
    let says = format!("{word}  gate {}: {}", held.id, held.title);
    let mut because: Vec<Node> = held.blockers.iter().map(|blocker| work::blocker(subject, files, blocker)).collect();
    because.extend(grounds(subject, &held.grounds, files, short, held.passes()));
    if !short {
        because.push(Node::leaf(format!("the rule: {}", held.source)));
    }
    Node::of(says, because)
}

fn requirement(
    subject: &Subject<'_>,
    whom: &OrganisationId,
    held: &RequirementAnswer,
    files: &Files,
    short: bool,
) -> Node {
    let number = &held.id.number;
    let grade = held.graded.as_ref().map_or_else(String::new, |graded| format!(" ({})", words::graded(graded)));
    let answers = work::answers(subject, whom, &held.id);
    match &held.state {
        RequirementState::NotApplicable { reason } => {
            Node::leaf(format!("not applicable  {number}  {}: {reason}", held.title))
        }
        RequirementState::Ready => {
            let mut because = grounds(subject, &held.grounds, files, short, true);
            because.extend(answers.filter(|_| !short));
            Node::of(format!("ready  {number}  {}{grade}", held.title), because)
        }
        RequirementState::NotReady => {
            let mut because: Vec<Node> =
                held.blockers.iter().map(|blocker| work::blocker(subject, files, blocker)).collect();
            because.extend(grounds(subject, &held.grounds, files, short, false));
            because.extend(answers.filter(|_| !short));
            Node::of(format!("NOT READY  {number}  {}{grade}", held.title), because)
        }
    }
}

/// What an answer rests on: in full when one thing is asked about, else the evidence of what is met.
fn grounds(
    subject: &Subject<'_>,
    grounds: &[portreeve_model::readiness::Ground],
    files: &Files,
    short: bool,
    met: bool,
) -> Vec<Node> {
    match (short, met) {
        (false, _) => grounds.iter().map(|ground| work::ground(subject, files, ground)).collect(),
        (true, true) => work::in_short(subject, files, grounds),
        (true, false) => Vec::new(),
    }
}

/// What to do about the whole, and last its effect.
fn steps(page: &mut Page, subject: &Subject<'_>, wanted: &Wanted) {
    if *wanted != Wanted::Scheme {
        return;
    }
    for answer in subject.answers {
        let told = top(answer);
        if told.is_empty() {
            continue;
        }
        page.gap();
        page.line(&format!("What frees most for {}:", answer.organisation));
        for (at, step) in told.iter().enumerate() {
            let advice = words::remedy_for(&step.remedy, &answer.organisation);
            let number = at + 1;
            page.put(&format!("  {number}. "), "     ", &format!("{} ({})", advice.what, frees(step)));
            page.block(&format!("     {}\n", crate::safe::text(&advice.command)));
        }
        if let Some(effect) = effect(subject, answer, told) {
            page.line(&effect);
        }
    }
}
