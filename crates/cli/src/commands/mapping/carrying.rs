//! Carrying evidence along a mapping, and judging what was carried. Without `--accept` nothing is written: what a mapping
//! proposes, a person accepts item by item, and what is carried, a second person judges.

use std::fmt;
use std::str::FromStr;

use clap::{ArgGroup, Args};
use portreeve_engine::{CarryAnswer, CarryRequest, Session};
use portreeve_model::mapping::carry::{CarryState, Fit, Proposal};
use portreeve_model::reference::{EvidenceId, MappingId, OrganisationId, RequirementId};
use portreeve_model::register::carry::{CarryJudged, EvidenceCarried};
use portreeve_model::text::Note;
use portreeve_model::{Day, Event, Register};
use portreeve_reporting::mapping::{CarrySheet, carry_json, carry_text};
use serde_json::json;

use crate::change::Change;
use crate::door::{Desk, Door};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::view;

pub(super) const EXAMPLE: &str = "\
Example:
  portreeve mapping carry --from psn --to caf-3.2
  portreeve mapping carry --from psn --to caf-3.2 --accept E-0412:B4.d --note \"The same estate, the same scan\"
  portreeve mapping judge E-0412 B4.d --accept --note \"Shows every host scanned monthly\" --as internal-auditor";

#[derive(Debug, Args)]
pub(crate) struct CarryArgs {
    /// The framework whose evidence is carried, or a scheme that judges it
    #[arg(long, value_name = "FRAMEWORK")]
    from: String,
    /// The framework it is carried to, or a scheme that judges it
    #[arg(long, value_name = "FRAMEWORK")]
    to: String,
    /// The mapping [default: the only one between the two]
    #[arg(long, value_name = "ID")]
    mapping: Option<MappingId>,
    /// Only this organisation's evidence [default: everybody's]
    #[arg(long, value_name = "ID")]
    organisation: Option<OrganisationId>,
    /// Carry this item of evidence to this requirement, as E-0412:B4.d; several times for several
    #[arg(long, value_name = "EVIDENCE:REQUIREMENT", requires = "note")]
    accept: Vec<Accepted>,
    /// Carry every proposal that nothing speaks against
    #[arg(long, requires = "note", conflicts_with = "accept")]
    accept_all: bool,
    /// Why what is carried may have something to say there
    #[arg(long, value_name = "TEXT")]
    note: Option<Note>,
}

/// A proposal named on the command line.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    evidence: EvidenceId,
    requirement: String,
}

impl FromStr for Accepted {
    type Err = String;

    fn from_str(text: &str) -> Result<Accepted, String> {
        let (evidence, requirement) = text
            .split_once(':')
            .ok_or_else(|| "write evidence, a colon and a requirement, as E-0412:B4.d".to_owned())?;
        let evidence = evidence.parse().map_err(|error| format!("{error}"))?;
        Ok(Accepted { evidence, requirement: requirement.to_owned() })
    }
}

impl fmt::Display for Accepted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.evidence, self.requirement)
    }
}

impl Accepted {
    fn is(&self, proposal: &Proposal) -> bool {
        let named = self.requirement == proposal.to.number.as_str() || self.requirement == proposal.to.to_string();
        self.evidence == proposal.evidence && named
    }
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("answer").required(true).args(["accept", "reject"]))]
pub(crate) struct JudgeArgs {
    /// The evidence
    evidence: EvidenceId,
    /// The requirement it was carried to, as B4.d or in full
    requirement: String,
    /// It shows what the requirement asks
    #[arg(long)]
    accept: bool,
    /// It does not
    #[arg(long)]
    reject: bool,
    /// What you saw, or what is asked for instead
    #[arg(long, value_name = "TEXT")]
    note: Note,
}

pub(super) fn carry(args: CarryArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let writes = args.accept_all || !args.accept.is_empty();
    if !writes {
        if args.note.is_some() {
            return Err(Failure::usage("there is a note and nothing to carry")
                .help("say what you accept with `--accept EVIDENCE:REQUIREMENT` or `--accept-all`, or leave it out"));
        }
        let window = door.ask()?;
        let answer = ask(window.session, window.register(), &args, window.as_of.on)?;
        let sheet = sheet(&answer);
        let text = carry_text(&sheet, view::page()) + &next(&answer, window.register());
        let object = carry_json(&sheet, window.is_demonstration());
        return Ok(Outcome::new(window.is_demonstration(), "portreeve.carry/1", text, object));
    }
    let mut desk = door.write()?;
    let on = desk.session.as_of(portreeve_engine::When::default()).on;
    let answer = ask(desk.session, desk.register(), &args, on)?;
    if !answer.known.adopted {
        let id = &answer.known.mapping.id;
        let failure = Failure::usage(format!("the mapping `{id}` has not been adopted"));
        let commands = adoptions(&answer, desk.register());
        return Err(failure.helps(commands.iter().map(|command| format!("adopt first: `{command}`"))));
    }
    let chosen = choose(&args, &answer)?;
    record(args, &mut desk, &answer, &chosen)
}

fn ask(session: &Session, register: &Register, args: &CarryArgs, on: Day) -> Result<CarryAnswer, Failure> {
    let from = resolve::framework(register, &args.from)?;
    let to = resolve::framework(register, &args.to)?;
    if let Some(whom) = &args.organisation {
        resolve::held("organisation", whom, &register.organisations, "organisation list")?;
    }
    let asked = CarryRequest { from, to, mapping: args.mapping.clone(), organisation: args.organisation.clone(), on };
    session.carry(register, &asked).map_err(|error| {
        Failure::from(error)
            .help("`portreeve mapping list` shows what leads where; `portreeve mapping import FILE` adopts another")
    })
}

fn sheet(answer: &CarryAnswer) -> CarrySheet<'_> {
    let CarryAnswer { known, target, plan, scheme: _ } = answer;
    CarrySheet { mapping: &known.mapping, adopted: known.adopted, target, plan }
}

/// The commands that have yet to be given before anything can be carried, in their order.
fn adoptions(answer: &CarryAnswer, register: &Register) -> Vec<String> {
    let mapping = &answer.known.mapping;
    let missing = [&mapping.source, &mapping.target].into_iter().filter(|id| !register.frameworks.contains_key(*id));
    let mut commands: Vec<String> = missing.map(|id| resolve::adopt_framework(id.as_str())).collect();
    if !answer.known.adopted {
        commands.push(format!("portreeve mapping adopt {}", mapping.id));
    }
    commands
}

/// What to do next, after the proposals.
fn next(answer: &CarryAnswer, register: &Register) -> String {
    let adoptions = adoptions(answer, register);
    if !adoptions.is_empty() {
        return format!("Before anything can be carried:\n  {}\n", adoptions.join("\n  "));
    }
    let first = answer.plan.proposals.iter().find(|proposal| proposal.state == CarryState::Proposed);
    first.map_or_else(String::new, |proposal| {
        format!("Accept one: --accept {}:{} --note \"…\"\n", proposal.evidence, proposal.to.number)
    })
}

/// The proposals that are accepted. All of them means those that nobody has carried and nothing speaks against.
fn choose<'a>(args: &CarryArgs, answer: &'a CarryAnswer) -> Result<Vec<&'a Proposal>, Failure> {
    let proposals = &answer.plan.proposals;
    let chosen: Vec<&Proposal> = if args.accept_all {
        let fits = |proposal: &&Proposal| matches!(proposal.fit, Fit::Fits | Fit::NoRules);
        proposals.iter().filter(|proposal| proposal.state == CarryState::Proposed).filter(fits).collect()
    } else {
        let found = args.accept.iter().map(|accepted| {
            let found = proposals.iter().find(|proposal| accepted.is(proposal));
            found.ok_or_else(|| {
                Failure::usage(format!("`{accepted}` is not proposed"))
                    .help("leave `--accept` out to see what is proposed, and what is left out and why")
            })
        });
        found.collect::<Result<_, _>>()?
    };
    if chosen.is_empty() {
        return Err(Failure::usage("there is no proposal left that nothing speaks against")
            .help("leave `--accept-all` out to see them, and name those to carry all the same with `--accept`"));
    }
    Ok(chosen)
}

fn record(
    args: CarryArgs,
    desk: &mut Desk<'_>,
    answer: &CarryAnswer,
    chosen: &[&Proposal],
) -> Result<Outcome, Failure> {
    let note = args.note.ok_or_else(|| Failure::usage("a note is needed").help("say why with `--note`"))?;
    let mapping = &answer.known.mapping.id;
    let mut events: Vec<Event> = Vec::new();
    for proposal in chosen {
        // Several ways lead there: the first is named, and the judge sees the evidence itself.
        let Some(way) = proposal.ways.first() else { continue };
        let (id, from, to) = (proposal.evidence.clone(), way.from.clone(), proposal.to.clone());
        let event = EvidenceCarried { id, from, to, mapping: mapping.clone(), note: note.clone() };
        if !events.contains(&event.clone().into()) {
            events.push(event.into());
        }
    }
    let (left, target) = (answer.plan.proposals.len() - chosen.len(), &answer.target.id);
    let (many, count) = (events.len(), if events.len() == 1 { "item" } else { "items" });
    let mut change = Change::new(format!("Carried {many} {count} of evidence to {target}, to be judged there"))
        .of(mapping)
        .list("carried", chosen.iter().map(|proposal| format!("{}:{}", proposal.evidence, proposal.to.number)))
        .fact("note", &note);
    if args.accept_all && left > 0 {
        change = change.fact("left alone", format!("{left}, carried already or spoken against"));
    }
    let recorded = desk.record(events)?;
    if let Some(first) = chosen.first() {
        let (id, requirement) = (first.evidence.clone(), first.to.clone());
        let check = desk.hint_of_check(CarryJudged { id, requirement, accepted: true, note });
        change = change.note(format!("It counts there once somebody else has judged it: {check}"));
    }
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}

pub(super) fn judge(args: JudgeArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let mut desk = door.write()?;
    let held = resolve::held("evidence", &args.evidence, &desk.register().evidence, "evidence list")?;
    let is = |requirement: &&RequirementId| {
        requirement.number.as_str() == args.requirement || requirement.to_string() == args.requirement
    };
    let carried: Vec<String> = held.carried.keys().map(ToString::to_string).collect();
    let found: Vec<&RequirementId> = held.carried.keys().filter(is).collect();
    let requirement = match found.as_slice() {
        [only] => (*only).clone(),
        [] => {
            let because = format!("`{}` was not carried to `{}`", args.evidence, args.requirement);
            return Err(Failure::usage(because).help(match carried.as_slice() {
                [] => "it was carried nowhere: `portreeve mapping carry --from … --to …` proposes".to_owned(),
                some => format!("it was carried to {}", some.join(", ")),
            }));
        }
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            let because = format!("`{}` was carried to several requirements `{}`", args.evidence, args.requirement);
            return Err(Failure::usage(because).help(format!("say which: {}", names.join(", "))));
        }
    };
    let found = if args.accept { "it shows" } else { "it does not show" };
    let change = Change::new(format!("Judged {} for {requirement}: {found} what is asked", args.evidence))
        .of(&args.evidence)
        .fact("note", &args.note)
        .more(json!({ "requirement": requirement, "accepted": args.accept }));
    let event = CarryJudged { id: args.evidence, requirement, accepted: args.accept, note: args.note };
    let recorded = desk.record(vec![event.into()])?;
    Ok(change.told(desk.register().is_demonstration(), &recorded))
}
