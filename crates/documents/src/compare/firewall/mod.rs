//! Configurations of firewalls: who made it, its version, its rules, and which of them permit anything to anyone.
//!
//! Must never claim to know a make it was not tried on: what none of the readers here recognises is compared as text.
//! Must never tell the text of a line that is not a rule: a configuration holds keys and the digests of passwords.

mod cisco;
mod fortinet;
mod iptables;
mod palo_alto;
mod words;

use std::collections::BTreeMap;

use portreeve_model::comparison::{Comparison, Fact, Figure, Item, Places, ReadAs, Remark, Told};

use super::lines;
use super::{Side, rows};

/// Runs of line numbers that a sentence tells.
const RUNS_SHOWN_MAX: usize = 8;
/// Letters of a rule that are told, and of its list. A rule with two hosts, a service and a comment has some 200: twice
/// that.
const RULE_SHOWN_MAX: usize = 400;
/// Letters of what a rule says under one keyword: enough to know it again.
const VALUE_SHOWN_MAX: usize = 60;

/// A configuration, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Config {
    /// The maker and the form.
    make: &'static str,
    /// The line that tells the make, in the form in which it is told.
    version: Option<(String, u32)>,
    rules: Vec<Rule>,
    remarks: Vec<Remark>,
}

/// One rule, in force or not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// The list it stands in: the order matters within one.
    list: String,
    /// What it is called in its list; for makes whose rules have no names, what it says.
    name: String,
    /// What it says, by keyword, for makes whose rules have names.
    says: BTreeMap<String, String>,
    /// Where it begins.
    line: u32,
    /// In force, and permits any source, any destination and any service.
    is_open: bool,
}

/// Reads a configuration of a make that is known here.
pub(super) fn read(text: &str) -> Option<Config> {
    fortinet::read(text)
        .or_else(|| palo_alto::read(text))
        .or_else(|| iptables::read(text))
        .or_else(|| cisco::read(text))
}

/// The rules by list, name, and a number where one list has the same rule twice.
fn by_name(config: &Config) -> BTreeMap<(&str, &str, usize), &Rule> {
    let mut held = BTreeMap::new();
    for rule in &config.rules {
        let mut times = 0;
        while held.contains_key(&(rule.list.as_str(), rule.name.as_str(), times)) {
            times += 1;
        }
        held.insert((rule.list.as_str(), rule.name.as_str(), times), rule);
    }
    held
}

/// Compares two configurations, of the same make or not: what replaces a firewall is compared with it by its figures.
pub(super) fn compare((was, before): (&Config, &Side), (is, after): (&Config, &Side)) -> Comparison {
    let (old, new) = (by_name(was), by_name(is));
    let mut open = empty(("any-any permit rule", "any-any permit rules"), was, is, |rule| rule.is_open);
    let mut all = empty(("rule", "rules"), was, is, |_| true);
    for (key, rule) in &old {
        let later = new.get(key);
        let after = later.map(|later| later.line);
        let item = |note: Option<&str>| Item {
            name: named(rule),
            before: Some(rule.line),
            after,
            note: note.map(str::to_owned),
        };
        match later {
            None => all.went.push(item(None)),
            Some(later) if later.says != rule.says => {
                all.changed.push(Item { note: Some(differs(rule, later)), ..item(None) });
            }
            Some(_) => {}
        }
        if rule.is_open && !later.is_some_and(|later| later.is_open) {
            open.went.push(item(Some(if later.is_some() {
                "narrowed or not in force"
            } else {
                "not in the later file"
            })));
        }
    }
    for (key, rule) in &new {
        let earlier = old.get(key);
        let item =
            Item { name: named(rule), before: earlier.map(|rule| rule.line), after: Some(rule.line), note: None };
        if rule.is_open && !earlier.is_some_and(|rule| rule.is_open) {
            open.came.push(item.clone());
        }
        if earlier.is_none() {
            all.came.push(item);
        }
    }
    for figure in [&mut open, &mut all] {
        figure.came.sort_by_key(|item| item.after);
        figure.went.sort_by_key(|item| item.before);
        figure.changed.sort_by_key(|item| item.after);
    }
    let found = lines::diff(&before.text, &after.text);
    let mut also: Vec<String> = moved(&old, &new).into_iter().collect();
    also.extend(other_lines(&found));
    let reading = |side: &Side, config: &Config| {
        let mut reading = side.reading(side.text.lines().count());
        reading.remarks.clone_from(&config.remarks);
        reading
    };
    let version = |config: &Config| config.version.as_ref().map(|(says, line)| (says.clone(), Some(*line)));
    let make = |config: &Config| Some((config.make.to_owned(), None));
    let facts = vec![
        Fact { what: "Make", before: make(was), after: make(is) },
        Fact { what: "Version", before: version(was), after: version(is) },
    ];
    let mut rules = rules(was, is);
    if !found.in_order {
        rules.push(lines::UNORDERED.to_owned());
    }
    Comparison {
        read_as: ReadAs::Firewall,
        before: reading(before, was),
        after: reading(after, is),
        figures: vec![open, all],
        facts,
        also,
        rules,
    }
}

fn empty(noun: (&'static str, &'static str), was: &Config, is: &Config, counts: fn(&Rule) -> bool) -> Figure {
    let told = |config: &Config| {
        Told::At(config.rules.iter().filter(|rule| counts(rule)).map(|rule| rule.line).collect::<Places>())
    };
    let (came, went, changed, breakdown) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Figure { noun, before: told(was), after: told(is), came, went, changed, breakdown, named: true }
}

fn named(rule: &Rule) -> String {
    format!("{}: {}", shown(&rule.list, RULE_SHOWN_MAX), shown(&rule.name, RULE_SHOWN_MAX))
}

/// As much of a word as is told: of one that runs over several lines the first, because a quotation mark too many takes
/// the lines after it along, and what stands in those is not for everybody.
fn shown(word: &str, letters: usize) -> String {
    let mut lines = word.lines();
    let first = rows::shortened(lines.next().unwrap_or_default(), letters);
    if lines.next().is_some() && !first.ends_with('…') { format!("{first}…") } else { first }
}

/// Which keywords of a rule say something else.
fn differs(old: &Rule, new: &Rule) -> String {
    let mut said = Vec::new();
    let keys = old.says.keys().chain(new.says.keys().filter(|key| !old.says.contains_key(*key)));
    for key in keys.filter(|key| old.says.get(*key) != new.says.get(*key)) {
        let text = |rule: &Rule| rule.says.get(key).map_or("nothing".to_owned(), |text| shown(text, VALUE_SHOWN_MAX));
        said.push(format!("{}: {}, was {}", shown(key, VALUE_SHOWN_MAX), text(new), text(old)));
    }
    said.join("; ")
}

type Named<'a> = BTreeMap<(&'a str, &'a str, usize), &'a Rule>;

/// Says so when rules that both have stand in another order within their list.
fn moved(old: &Named<'_>, new: &Named<'_>) -> Option<String> {
    let order = |held: &Named<'_>, other: &Named<'_>| {
        let mut keys: Vec<_> = held.keys().filter(|key| other.contains_key(*key)).copied().collect();
        keys.sort_by_key(|key| (key.0.to_owned(), held.get(key).map(|rule| rule.line)));
        keys.into_iter().map(|(list, name, times)| (list.to_owned(), name.to_owned(), times)).collect::<Vec<_>>()
    };
    let (was, is) = (order(old, new), order(new, old));
    let lists: std::collections::BTreeSet<&str> =
        was.iter().zip(&is).filter(|(was, is)| was != is).map(|(was, _)| was.0.as_str()).collect();
    let lists: Vec<String> = lists.into_iter().map(|list| shown(list, RULE_SHOWN_MAX)).collect();
    (!lists.is_empty()).then(|| format!("Rules that both have stand in another order in: {}.", lists.join(", ")))
}

fn other_lines(found: &lines::Lines) -> Option<String> {
    let told = |lines: &[u32], what: &str| {
        let places: Places = lines.iter().copied().collect();
        let noun = if places.count() == 1 { "line" } else { "lines" };
        match places.is_empty() {
            true => format!("no line {what}"),
            false => format!("{} {noun} {what} ({})", places.count(), places.shown(RUNS_SHOWN_MAX)),
        }
    };
    let any = !found.went.is_empty() || !found.came.is_empty();
    any.then(|| format!("Of all lines, {} and {}.", told(&found.went, "went"), told(&found.came, "came")))
}

fn rules(was: &Config, is: &Config) -> Vec<String> {
    let mut rules = vec![
        "An any-any permit rule is in force and permits every source address, every destination address and every \
         service. Objects and groups are taken by their names and not looked into; interfaces and zones are not looked \
         at."
        .to_owned(),
        "Only the text of rules is told: other lines may hold keys and digests of passwords.".to_owned(),
    ];
    for (make, rule) in [
        (cisco::ASA, cisco::RULE),
        (cisco::IOS, cisco::RULE),
        (fortinet::MAKE, fortinet::RULE),
        (palo_alto::MAKE, palo_alto::RULE),
        (iptables::MAKE, iptables::RULE),
    ] {
        let known = [was, is].iter().any(|config| config.make == make);
        if known && !rules.iter().any(|said| said == rule) {
            rules.push(rule.to_owned());
        }
    }
    rules
}
