//! What a run found, as it is written for machines.

use serde::Serialize;

use crate::machine::Machine;
use crate::measure::Cost;
use crate::ratio::Spread;
use crate::work::Work;

pub(crate) const FORMAT: &str = "portreeve.bench/1";

/// A whole run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) format: &'static str,
    pub(crate) machine: Machine,
    pub(crate) corpus: Corpus,
    /// How many threads the yardstick has, and every tool that can be told.
    pub(crate) threads: usize,
    pub(crate) runs: u32,
    pub(crate) tools: Vec<Told>,
    pub(crate) works: Vec<Done>,
}

/// What the works were done on.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Corpus {
    /// What its marker says, or that it has none.
    pub(crate) what: String,
    pub(crate) files: u64,
    pub(crate) folders: u64,
    pub(crate) bytes: u64,
}

/// A tool and its version; `None` when it is not installed.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) version: Option<String>,
}

/// A piece of work, by all tools that do it.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    pub(crate) work: Work,
    pub(crate) title: String,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) rows: Vec<Row>,
    /// Who was left out, and why.
    pub(crate) left_out: Vec<String>,
}

/// One tool's rounds.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) tool: &'static str,
    /// Whether it does less than the work.
    pub(crate) floor: bool,
    pub(crate) note: &'static str,
    pub(crate) summary: Summary,
    /// Why it did not get to the end; its figures are those of the rounds before.
    pub(crate) failed: Option<String>,
    pub(crate) rounds: Vec<Round>,
}

/// A tool, and the yardstick just before it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Round {
    pub(crate) yardstick: Cost,
    pub(crate) tool: Cost,
}

/// What a row's rounds come to; `None` where there is no round, or the kernel does not say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    pub(crate) wall_s: Option<Spread>,
    pub(crate) cpu_s: Option<Spread>,
    /// Pair by pair against the yardstick.
    pub(crate) wall_ratio: Option<Spread>,
    pub(crate) cpu_ratio: Option<Spread>,
    /// The largest single process of any round.
    pub(crate) peak_mib: Option<f64>,
    /// CPU seconds that others burnt, in the round where they burnt most, the yardstick's part included.
    pub(crate) others_s: Option<f64>,
    /// How many rounds somebody else disturbed.
    pub(crate) noisy: usize,
}

impl Summary {
    fn of(rounds: &[Round]) -> Summary {
        let most = |figures: &mut dyn Iterator<Item = f64>| Spread::of(figures).map(|spread| spread.max);
        Summary {
            wall_s: Spread::of(rounds.iter().map(|round| round.tool.wall_s)),
            cpu_s: Spread::of(rounds.iter().map(|round| round.tool.cpu_s())),
            wall_ratio: Spread::of_ratios(rounds.iter().map(|round| (round.tool.wall_s, round.yardstick.wall_s))),
            cpu_ratio: Spread::of_ratios(rounds.iter().map(|round| (round.tool.cpu_s(), round.yardstick.cpu_s()))),
            peak_mib: most(&mut rounds.iter().map(|round| round.tool.peak_mib)),
            others_s: most(
                &mut rounds.iter().filter_map(|round| Some(round.tool.others_s? + round.yardstick.others_s?)),
            ),
            noisy: rounds.iter().filter(|round| round.tool.noisy() || round.yardstick.noisy()).count(),
        }
    }
}

impl Row {
    pub(crate) fn new(
        tool: &'static str,
        floor: bool,
        note: &'static str,
        rounds: Vec<Round>,
        failed: Option<String>,
    ) -> Row {
        Row { tool, floor, note, summary: Summary::of(&rounds), failed, rounds }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn cost(wall_s: f64, cpu_s: f64, peak_mib: f64, others_s: f64) -> Cost {
        let half = cpu_s / 2.0;
        Cost {
            wall_s,
            user_s: half,
            sys_s: half,
            peak_mib,
            read_mib: 0.0,
            exit: Some(0),
            others_s: Some(others_s),
            said: String::new(),
        }
    }

    #[test]
    fn a_row_is_summed_up_round_by_round() {
        let round = |yardstick, tool| Round { yardstick, tool };
        let rounds = vec![
            round(cost(1.0, 2.0, 3.0, 0.0), cost(2.0, 6.0, 20.0, 0.0)),
            round(cost(2.0, 2.0, 3.0, 5.0), cost(6.0, 4.0, 30.0, 0.0)),
            round(cost(1.0, 2.0, 3.0, 0.0), cost(4.0, 2.0, 10.0, 0.05)),
        ];
        let spread = |median, min, max| Some(Spread { median, min, max });
        let expected = Summary {
            wall_s: spread(4.0, 2.0, 6.0),
            cpu_s: spread(4.0, 2.0, 6.0),
            wall_ratio: spread(3.0, 2.0, 4.0),
            cpu_ratio: spread(2.0, 1.0, 3.0),
            peak_mib: Some(30.0),
            others_s: Some(5.0),
            noisy: 1,
        };
        assert_eq!(Summary::of(&rounds), expected);
    }
}
