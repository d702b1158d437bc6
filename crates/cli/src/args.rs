//! The command line: every command, the flags they share, and what a wrong line is answered with.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand};
use portreeve_model::reference::{BadReference, PersonId};
use portreeve_model::{Day, LogSize};

use crate::commands::{
    action, certificate, completions, decision, demo, evidence, finding, framework, index, init, lint, log, mapping,
    next, organisation, pack, person, playbook, readiness, requirement, retention, risk, scheme, source, status, undo,
    verify, why,
};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  portreeve demo                     a finished register and pack to look around in
  portreeve                          where things stand
  portreeve why                      what stands in the way, and what to do about each
  portreeve action add \"Renew the VPN certificate @network-officer by 18 January 2027\"
  portreeve pack verify PACK         check a pack from anyone, without a register

Exit codes:
  0 fine   1 a check said no   2 the command makes no sense as given   3 refused by the rules
  4 something is not as it was recorded   5 the machine, the disk or a file stands in the way

Dates are written 2018-12-18, 18 December 2018 or 18/12/2018.";

/// Compliance evidence for UK councils: findings, the work that closes them, what shows it, and packs that anyone can
/// check.
#[derive(Debug, Parser)]
#[command(name = "portreeve", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(disable_help_subcommand = false, arg_required_else_help = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options for every command")]
pub(crate) struct Global {
    /// The register's folder [default: this folder if it is a register, else ./register]
    #[arg(long, global = true, env = "PORTREEVE_REGISTER", hide_env_values = true, value_name = "DIR")]
    #[arg(value_parser = OsStringValueParser::new().map(folder))]
    pub(crate) register: Option<Set<PathBuf>>,
    /// Who you are in the register
    #[arg(long = "as", global = true, env = "PORTREEVE_AS", hide_env_values = true, value_name = "PERSON")]
    #[arg(value_parser = person)]
    pub(crate) by: Option<Set<PersonId>>,
    /// Answer with one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Judge on this day, knowing what had been recorded by its end (questions and `pack build` only)
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) at: Option<Day>,
    /// Know only the first N entries, or what had been recorded by the end of a day (questions and `pack build` only)
    #[arg(long, global = true, value_name = "N or DATE", value_parser = known)]
    pub(crate) known: Option<Known>,
    /// Check everything and write nothing
    #[arg(long, short = 'n', global = true)]
    pub(crate) dry_run: bool,
}

/// How much of the ledger a question knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// So many entries.
    Entries(LogSize),
    /// What had been recorded by the end of this day in London.
    By(Day),
}

fn known(text: &str) -> Result<Known, String> {
    match (text.parse(), text.parse()) {
        (Ok(entries), _) => Ok(Known::Entries(LogSize::new(entries))),
        (_, Ok(day)) => Ok(Known::By(day)),
        (Err(_), Err(_)) => {
            Err("it is a number of entries, as `--known 42`, or the day by whose end they had been recorded, \
                                 as `--known 2026-11-01`"
                .to_owned())
        }
    }
}

/// A value that an empty text leaves unset, as an environment variable that is there and empty does.
#[derive(Clone, Debug)]
pub(crate) struct Set<T>(pub(crate) Option<T>);

fn folder(text: OsString) -> Set<PathBuf> {
    Set(Some(PathBuf::from(text)).filter(|path| !path.as_os_str().is_empty()))
}

fn person(text: &str) -> Result<Set<PersonId>, String> {
    if text.is_empty() {
        return Ok(Set(None));
    }
    text.parse().map(|person| Set(Some(person))).map_err(|error: BadReference| error.to_string())
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a register and its signing key
    Init(init::InitArgs),
    /// Where each organisation stands (also without any command)
    Status(status::StatusArgs),
    /// The steps that free most, first the first
    Next(next::NextArgs),
    /// Why it would not pass, down to what each answer rests on; exits 1 while something stands in the way
    Why(why::WhyArgs),
    /// Whether each organisation would pass, gate by gate; exits 1 unless all would
    Readiness(readiness::ReadinessArgs),
    /// What is missing from a submission, and what to do about each; exits 1 while something is
    Lint(lint::LintArgs),
    /// Weaknesses that tests, audits and reviews found
    #[command(subcommand)]
    Finding(finding::FindingCommand),
    /// The work that closes findings
    #[command(subcommand)]
    Action(action::ActionCommand),
    /// What shows the position at a date
    #[command(subcommand)]
    Evidence(evidence::EvidenceCommand),
    /// How long evidence is kept: the council's retention schedule
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// What an assessor asks for
    #[command(subcommand)]
    Requirement(requirement::RequirementCommand),
    /// What a board must settle
    #[command(subcommand)]
    Decision(decision::DecisionCommand),
    /// Risks that somebody accepts until a date
    #[command(subcommand)]
    Risk(risk::RiskCommand),
    /// Packs for assessors: build one, or verify one from anyone
    #[command(subcommand)]
    Pack(pack::PackCommand),
    /// Certificates granted and taken away
    #[command(subcommand)]
    Certificate(certificate::CertificateCommand),
    /// Tests, audits and reviews that raised findings
    #[command(subcommand)]
    Source(source::SourceCommand),
    /// Published sets of requirements
    #[command(subcommand)]
    Framework(framework::FrameworkCommand),
    /// What an accreditation needs: gates, time rules, pack contents
    #[command(subcommand)]
    Scheme(scheme::SchemeCommand),
    /// How requirements of one framework have to do with those of another, and evidence carried along
    #[command(subcommand)]
    Mapping(mapping::MappingCommand),
    /// What work typically resolves, and what evidence closes it
    #[command(subcommand)]
    Playbook(playbook::PlaybookCommand),
    /// Councils and other bodies, their application forms and signatures
    #[command(subcommand)]
    Organisation(organisation::OrganisationCommand),
    /// People and their roles
    #[command(subcommand)]
    Person(person::PersonCommand),
    /// The cache by which evidence is searched; it can always be made again
    #[command(subcommand)]
    Index(index::IndexCommand),
    /// The entries, oldest first; or the ledger itself, its checkpoint, one entry's proof
    Log(log::LogArgs),
    /// Check the whole register: entries, signatures, rules and files
    Verify(verify::VerifyArgs),
    /// Take back a command of your own, by another entry
    Undo(undo::UndoArgs),
    /// Make a demonstration register and pack to look around in
    Demo(demo::DemoArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
}

/// Why there is nothing to run.
pub(crate) enum NotRun {
    /// Help or the version was asked for.
    Shown(String),
    /// The line makes no sense.
    Wrong(Box<Failure>),
}

/// Reads a command line.
pub(crate) fn parse(words: Vec<OsString>) -> Result<Cli, NotRun> {
    Cli::try_parse_from(words).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            NotRun::Shown(error.render().to_string())
        }
        _ => NotRun::Wrong(Box::new(wrong(&error))),
    })
}

/// The parser's own error in the three parts of ours.
fn wrong(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let (told, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let told: Vec<&str> = told.trim_start_matches("error:").lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    // The parser repeats the known subcommands in brackets; they get a line of their own below.
    let told = told.join(" ");
    let told = told.split(" [subcommands:").next().unwrap_or(&told);
    let mut failure = Failure::usage(told).doing("understand the command");
    let tips = rest.lines().map(str::trim).filter_map(|line| line.strip_prefix("tip:"));
    failure = failure.helps(tips.map(|tip| tip.trim().to_owned()));
    let usage = rest.lines().find_map(|line| line.trim().strip_prefix("Usage:"));
    if let Some(usage) = usage {
        failure = failure.help(format!("usage: {}", usage.trim()));
    }
    if let Some(ContextValue::Strings(known)) = error.get(ContextKind::ValidSubcommand) {
        failure = failure.help(format!("known commands: {}", known.join(", ")));
    }
    failure.help("add `--help` to any command to see what it takes")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_known_is_a_number_of_entries_or_a_day() {
        assert_eq!(known("42"), Ok(Known::Entries(LogSize::new(42))));
        let day = Day::of(2026, 11, 1).unwrap();
        for text in ["2026-11-01", "1 November 2026", "01/11/2026"] {
            assert_eq!(known(text), Ok(Known::By(day)), "{text}");
        }
        for wrong in ["", "-1", "yesterday", "2026-11-31", "2026-11-01T09:00:00Z", "99999999999999999999999"] {
            assert!(known(wrong).unwrap_err().contains("--known 2026-11-01"), "{wrong}");
        }
    }

    #[test]
    fn a_wrong_line_is_answered_in_three_parts() {
        let Err(NotRun::Wrong(failure)) = parse(["portreeve", "actoin"].map(OsString::from).into()) else { panic!() };
        assert_eq!(failure.error, "could not understand the command");
        assert!(failure.because[0].contains("actoin"), "{failure:?}");
        assert!(failure.help.iter().any(|line| line.contains("action")), "{failure:?}");
    }
}
