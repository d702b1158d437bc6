//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::corpus::mutate::Mode;
use crate::work::Work;

const EXAMPLES: &str = "\
Examples:
  portreeve-bench corpus small --files 200000 --out small
  portreeve-bench run --corpus small --work scratch --json figures.json
  portreeve-bench run --corpus small --work scratch --only hash,rescan --tools portreeve,restic --runs 5
  portreeve-bench growth --work scratch --files 200000 --files 1000000
  portreeve-bench index --work scratch --files 5000000

Exit codes: 0 fine   1 a tool failed   2 usage   3 refused by a guard rail   5 the machine or a file   130 stopped";

/// Runs the same work with a yardstick, with portreeve and with its peers, in one run, and prints ratios.
#[derive(Debug, Parser)]
#[command(name = "portreeve-bench", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make files to work on: the same seed gives the same names, bytes and times
    #[command(subcommand)]
    Corpus(CorpusCommand),
    /// Walk, read and SHA-256 everything, and nothing else
    Yardstick(YardstickArgs),
    /// Run each piece of work with each tool that is there
    Run(RunArgs),
    /// Run the same works on a small and on a large corpus: time a file and memory side by side
    Growth(GrowthArgs),
    /// Make an index of files that are not there, and search in it
    Index(IndexArgs),
    /// Run one command and tell what it cost
    #[command(hide = true)]
    Measure(MeasureArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum CorpusCommand {
    /// Small documents in a tree, as a council's shared drive has them
    Small(SmallArgs),
    /// Files of one size that cannot be compressed
    Fixed(FixedArgs),
    /// Awkward names and objects that tools trip over
    Hostile(HostileArgs),
    /// Change some files of a corpus, and write down which
    Mutate(MutateArgs),
}

/// What every corpus needs.
#[derive(Clone, Debug, Args)]
pub(crate) struct Making {
    /// The folder to make; it must not be there yet, or be an interrupted making
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[arg(long, default_value_t = 8493)]
    pub(crate) seed: u64,
    /// [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Say how much disk, how many inodes and how long it would take, and make nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SmallArgs {
    #[arg(long, default_value_t = 200_000, value_name = "N")]
    pub(crate) files: u64,
    /// Smallest file; K, M and G are understood
    #[arg(long, default_value = "1K", value_parser = size, value_name = "SIZE")]
    pub(crate) min: u64,
    /// Largest file
    #[arg(long, default_value = "16K", value_parser = size, value_name = "SIZE")]
    pub(crate) max: u64,
    /// All in one folder
    #[arg(long)]
    pub(crate) flat: bool,
    #[command(flatten)]
    pub(crate) making: Making,
}

#[derive(Debug, Args)]
pub(crate) struct FixedArgs {
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    pub(crate) files: u64,
    #[arg(long, default_value = "1M", value_parser = size)]
    pub(crate) size: u64,
    #[command(flatten)]
    pub(crate) making: Making,
}

#[derive(Debug, Args)]
pub(crate) struct HostileArgs {
    #[command(flatten)]
    pub(crate) making: Making,
}

#[derive(Debug, Args)]
pub(crate) struct MutateArgs {
    /// A corpus that this program made
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// How many of its files, above 0 and up to 1
    #[arg(long, default_value_t = 0.001, value_parser = fraction)]
    pub(crate) fraction: f64,
    #[arg(long, value_enum, default_value_t = Mode::Edit)]
    pub(crate) mode: Mode,
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where to write what was changed, one change a line
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    /// Say what would be changed, and change nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct YardstickArgs {
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to run, and with what.
#[derive(Clone, Debug, Args)]
pub(crate) struct Choice {
    /// An empty or new folder for everything that is written; it is emptied again at the end
    #[arg(long, value_name = "DIR")]
    pub(crate) work: PathBuf,
    /// These works only, with commas between [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WORK")]
    pub(crate) only: Vec<Work>,
    /// These tools only, with commas between [default: all that are there]
    #[arg(long, value_delimiter = ',', value_name = "TOOL")]
    pub(crate) tools: Vec<String>,
    /// How often each is run
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100), value_name = "N")]
    pub(crate) runs: u32,
    /// Which portreeve [default: the one beside this program, or on the path]
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) portreeve: Option<PathBuf>,
    /// Write all figures to this file too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Say which tool would do which work, and run nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The files to work on; only ever read
    #[arg(long, value_name = "DIR")]
    pub(crate) corpus: PathBuf,
    #[command(flatten)]
    pub(crate) choice: Choice,
}

#[derive(Debug, Args)]
pub(crate) struct GrowthArgs {
    /// How many files, at least twice
    #[arg(long, required = true, value_name = "N")]
    pub(crate) files: Vec<u64>,
    /// Smallest file
    #[arg(long, default_value = "1K", value_parser = size, value_name = "SIZE")]
    pub(crate) min: u64,
    /// Largest file
    #[arg(long, default_value = "16K", value_parser = size, value_name = "SIZE")]
    pub(crate) max: u64,
    #[command(flatten)]
    pub(crate) choice: Choice,
}

#[derive(Debug, Args)]
pub(crate) struct IndexArgs {
    /// An empty or new folder for everything that is written; it is emptied again at the end
    #[arg(long, value_name = "DIR")]
    pub(crate) work: PathBuf,
    /// How many files the largest collection has
    #[arg(long, default_value_t = 5_000_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000), value_name = "N")]
    pub(crate) files: u64,
    /// Of how many documents a text is known
    #[arg(long, default_value_t = 500_000, value_parser = clap::value_parser!(u64).range(..=10_000_000), value_name = "N")]
    pub(crate) texts: u64,
    /// How often each search is made
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100), value_name = "N")]
    pub(crate) runs: u32,
    #[arg(long)]
    pub(crate) json: bool,
    /// Say how much disk it would take, and make nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MeasureArgs {
    /// When to end it
    #[arg(long)]
    pub(crate) seconds: u64,
    /// Where the command's standard error goes
    #[arg(long)]
    pub(crate) err: PathBuf,
    #[arg(last = true, required = true)]
    pub(crate) line: Vec<OsString>,
}

/// `16K`, `1M`, `5G` or bytes.
fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'K' | 'k')) => (&text[..at], 1 << 10),
        Some((at, 'M' | 'm')) => (&text[..at], 1 << 20),
        Some((at, 'G' | 'g')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let count: u64 = digits.parse().map_err(|_| "write it as 512, 16K, 1M or 2G".to_owned())?;
    count.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(|| "above 0 and below 2^64 bytes".to_owned())
}

fn fraction(text: &str) -> Result<f64, String> {
    let given: f64 = text.parse().map_err(|_| "write it as 0.001".to_owned())?;
    if given > 0.0 && given <= 1.0 { Ok(given) } else { Err("above 0 and up to 1".to_owned()) }
}

/// How a work is named on the command line, and everywhere else.
pub(crate) fn name_of(work: Work) -> String {
    work.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_and_bounds() {
        assert_eq!(size("512"), Ok(512));
        assert_eq!(size("16K"), Ok(16 << 10));
        assert_eq!(size("2g"), Ok(2 << 30));
        for wrong in ["", "K", "0", "-1", "1T", "99999999999G", "ü"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_fraction_is_above_nought_and_at_most_all() {
        assert_eq!(fraction("1"), Ok(1.0));
        for wrong in ["0", "1.1", "-0.5", "NaN", "x"] {
            assert!(fraction(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
