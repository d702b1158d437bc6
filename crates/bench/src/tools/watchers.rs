//! Tools that keep a record of a tree and hold the tree against it: integrity checkers, bags, and `find` as the least
//! that a walk with `stat` can cost.

use std::ffi::OsString;

use super::{Peer, Place, Plan, Step};
use crate::measure::Line;
use crate::work::Work;

pub(super) const PEERS: &[Peer] = &[
    Peer { name: "find", program: "find", version: &["--version"], plan: find },
    // It has no option that tells its version.
    Peer { name: "mtree", program: "mtree", version: &[], plan: mtree },
    Peer { name: "aide", program: "aide", version: &["--version"], plan: aide },
    Peer { name: "bagit.py", program: "bagit.py", version: &["--version"], plan: bagit },
];

fn find(work: Work, place: &Place) -> Option<Plan> {
    match work {
        Work::Rescan | Work::Edited => {
            // Larger than any file, so that every file is asked for its size and none is printed.
            let words = [place.tree(), "-type".into(), "f".into(), "-size".into(), "+1000000G".into()];
            Some(Plan::of(Line::new("find", words)).floor().noted("only looks: a walk with stat, one thread"))
        }
        _ => None,
    }
}

fn mtree(work: Work, place: &Place) -> Option<Plan> {
    let specification: OsString = place.own("specification").into();
    let keep = || {
        let script = r#"mtree -c -k type,size,time,sha256 -p "$1" > "$2" && sync "$2""#;
        Line::shell(script, [place.tree(), specification.clone()])
    };
    match work {
        Work::Scan => Some(Plan::of(keep()).noted("one thread; specification synced")),
        Work::Verify => {
            let check = Line::new("mtree", ["-f".into(), specification.clone(), "-p".into(), place.tree()]);
            Some(Plan::of(check).prepared([Step::Run(keep())]).noted("one thread"))
        }
        _ => None,
    }
}

fn aide(work: Work, place: &Place) -> Option<Plan> {
    let configuration = place.own("aide.conf");
    let database = |name: &str| place.own(name).display().to_string();
    let rules = format!(
        "database_in=file:{}\ndatabase_out=file:{}\ngzip_dbout=no\nnum_workers={}\nreport_url=stdout\n{} f,d p+s+m+c+sha256\n",
        database("aide.db"),
        database("aide.db.new"),
        place.threads,
        regular_expression(&place.tree.display().to_string())
    );
    let asked = |what: &str| {
        let configured: OsString = format!("--config={}", configuration.display()).into();
        Line::new("aide", [configured, what.into()])
    };
    let written = Step::Write(configuration.clone(), rules);
    match work {
        Work::Scan => {
            let new = place.own("aide.db.new");
            let script = r#"aide --config="$1" --init && sync "$2""#;
            let init = Line::shell(script, [configuration.clone(), new.clone()]);
            let plan = Plan::of(init).prepared([written]).before([Step::Remove(new)]);
            Some(plan.noted("database synced"))
        }
        Work::Verify => {
            let moved: [OsString; 2] = [place.own("aide.db.new").into(), place.own("aide.db").into()];
            let steps = [written, Step::Run(asked("--init")), Step::Run(Line::new("mv", moved))];
            Some(Plan::of(asked("--check")).prepared(steps))
        }
        _ => None,
    }
}

/// A path as a pattern that fits nothing else. ASCII that is no letter or digit is written by its number, because some of
/// it has a meaning in patterns and some in the configuration.
fn regular_expression(path: &str) -> String {
    let mut text = String::new();
    for rune in path.chars() {
        match rune {
            '/' => text.push('/'),
            rune if rune.is_ascii() && !rune.is_ascii_alphanumeric() => {
                text.push_str(&format!("\\x{:02x}", rune as u32))
            }
            rune => text.push(rune),
        }
    }
    text
}

fn bagit(work: Work, place: &Place) -> Option<Plan> {
    let bag: OsString = place.own("bag").into();
    let copy = || Step::Run(Line::new("cp", ["-a".into(), place.tree(), bag.clone()]));
    let processes = || ["--quiet".into(), "--processes".into(), place.threads()];
    let make = || Line::new("bagit.py", processes().into_iter().chain(["--sha256".into(), bag.clone()]));
    match work {
        Work::Bag => {
            let again = || [Step::Remove(place.own("bag"))];
            let plan = Plan::of(make()).before(again()).before([copy()]).after(again());
            Some(plan.noted("moves the files, copies none"))
        }
        Work::Validate => {
            let check = Line::new("bagit.py", processes().into_iter().chain(["--validate".into(), bag.clone()]));
            Some(Plan::of(check).prepared([copy(), Step::Run(make())]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_pattern_of_itself() {
        assert_eq!(regular_expression("/a b/c.d_é"), "/a\\x20b/c\\x2ed\\x5fé");
    }
}
