//! Fresh: on a day, no evidence, signature or acceptance that the pack rests on is out of date.

use portreeve_model::Day;
use portreeve_model::readiness::{AsOf, Blocker, Readiness, Shortfall};

use super::complete::Replayed;
use super::verify::{Point, Points};
use crate::ask::answers;

pub(super) fn check(replayed: Option<&Replayed>, on: Day) -> Vec<Point> {
    let mut points = Points::default();
    let Some(replayed) = replayed else {
        points.note(false, "the entries could not be replayed, so nothing can be said about their dates");
        return points.0;
    };
    let register = replayed.part.register();
    let as_of = AsOf { on, ..replayed.as_of };
    let judged = match answers(register, &replayed.standards, &replayed.organisations, as_of) {
        Ok(judged) => judged,
        Err(error) => {
            points.note(false, error.to_string());
            return points.0;
        }
    };
    let mut stale: Vec<String> = judged.iter().flat_map(out_of_date).collect();
    let ended = register.risks.iter().filter(|(_, held)| held.withdrawn.is_none() && held.event.until < on);
    for (id, held) in ended {
        let needed = held.event.findings.keys().any(|finding| still_open(&judged, finding));
        if needed {
            stale.push(format!("the risk acceptance {id} ended on {}", held.event.until));
        }
    }
    stale.sort();
    stale.dedup();
    let text = if stale.is_empty() {
        format!("nothing the scheme puts a limit on was out of date on {on}")
    } else {
        format!("out of date on {on}: {}", stale.join("; "))
    };
    points.note(stale.is_empty(), text);
    points.0
}

fn blockers(answer: &Readiness) -> impl Iterator<Item = &Blocker> {
    let of_gates = answer.gates.iter().flat_map(|gate| &gate.blockers);
    of_gates.chain(answer.requirements.iter().flat_map(|requirement| &requirement.blockers))
}

fn out_of_date(answer: &Readiness) -> Vec<String> {
    let mut stale = Vec::new();
    for blocker in blockers(answer) {
        match blocker {
            Blocker::NoEvidence { instead, .. } => {
                for (id, shortfall) in instead {
                    if let Shortfall::OutOfDate { since } = shortfall {
                        stale.push(format!("{id} since {since}"));
                    }
                }
            }
            Blocker::SignatureOver { on } => {
                stale.push(format!("the signature of {on} for {}", answer.organisation));
            }
            _ => {}
        }
    }
    stale
}

fn still_open(judged: &[Readiness], wanted: &portreeve_model::reference::FindingId) -> bool {
    judged
        .iter()
        .flat_map(blockers)
        .any(|blocker| matches!(blocker, Blocker::FindingOpen { finding, .. } if finding == wanted))
}
