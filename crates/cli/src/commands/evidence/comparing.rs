//! Two items of evidence, before and after.

use clap::Args;
use portreeve_engine::Compared;
use portreeve_model::reference::{ActionId, EvidenceId};
use portreeve_model::words::EvidenceKind;
use portreeve_reporting::before_after;

use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::view;
use crate::vocabulary::words;

pub(super) const EXAMPLE: &str = "\
Compared are CSV files and plain text. The accounts of an Active Directory export are counted by what is known of each: \
unused for 90 days, passwords that never expire, privileged groups. The rules of a firewall's configuration are counted \
by what they permit: Cisco ASA and IOS, Fortinet, Palo Alto in its set form, iptables-save. Other tables are compared \
row by row, other text line by line. Nothing is recorded: the summary is worked out from the files each time.

With --action, looked at is the evidence of the action and of the findings it closes, but for what was rejected or taken \
back. Before is the last that shows a day up to the one on which the action was recorded; after is the last that shows \
the day the work was done or a later one.

Examples:
  portreeve evidence compare E-0001 E-0002
  portreeve evidence compare --action RAP-012 --file users.csv";

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The earlier item
    #[arg(value_name = "BEFORE", required_unless_present = "action", requires = "after")]
    before: Option<EvidenceId>,
    /// The later item, of the same kind
    #[arg(value_name = "AFTER")]
    after: Option<EvidenceId>,
    /// Find both: the last before this action, and the last after it
    #[arg(long, value_name = "REF", conflicts_with_all = ["before", "after"])]
    action: Option<ActionId>,
    /// Of this kind, where the action has several
    #[arg(long, value_parser = words!(EvidenceKind), requires = "action")]
    kind: Option<EvidenceKind>,
    /// The file in each [default: the only one, or the only name that both have]
    #[arg(long, value_name = "NAME")]
    file: Option<String>,
}

pub(super) fn compare(args: CompareArgs, door: &mut Door) -> Result<Outcome, Failure> {
    let what = match (args.action, args.before, args.after) {
        (Some(action), ..) => Compared::Around { action, kind: args.kind },
        (None, Some(before), Some(after)) => Compared::Items(before, after),
        (None, ..) => return Err(Failure::usage("two items of evidence are needed, or an action")),
    };
    let window = door.ask()?;
    let found = window.session.compare_evidence(window.register(), &what, args.file.as_deref())?;
    let demonstration = window.is_demonstration();
    let text = before_after::text(&found, view::page());
    let object = before_after::json(&found, demonstration);
    Ok(Outcome::new(demonstration, "portreeve.evidence-comparison/1", text, object))
}
