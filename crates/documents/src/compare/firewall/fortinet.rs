//! Fortinet FortiOS: policies as a backup or `show` writes them, in `config … edit … next … end`.
//!
//! Must never carry out a command: a script that moves or deletes rules is read as far as it sets them, and that is said.

use std::collections::BTreeMap;

use portreeve_model::comparison::{Places, Remark};

use super::words::{joined, words};
use super::{Config, Rule};

pub(super) const MAKE: &str = "Fortinet FortiOS";
pub(super) const RULE: &str = "Fortinet: each policy is a rule; \"all\" and \"ALL\" are taken to be the addresses and the \
                               service that FortiOS brings along.";

/// Sections whose entries are rules.
const POLICIES: &[&str] =
    &["firewall policy", "firewall policy6", "firewall consolidated policy", "firewall security-policy"];

/// Where a line stands.
enum Level {
    Section(String),
    Entry(String),
}

/// A rule in the making.
struct Policy {
    line: u32,
    says: BTreeMap<String, Vec<String>>,
}

pub(super) fn read(text: &str) -> Option<Config> {
    let marked = text.lines().any(|line| line.starts_with("#config-version="));
    let has = |wanted: fn(&str) -> bool| text.lines().map(str::trim).any(wanted);
    let sections = has(|line| line.starts_with("config system ") || line.starts_with("config firewall "));
    let closed = has(|line| line == "end");
    if !(marked || sections && closed) {
        return None;
    }
    let version = (1_u32..).zip(text.lines()).find_map(|(number, line)| {
        let told = line.strip_prefix("#config-version=")?;
        Some((told.split(':').next().unwrap_or(told).to_owned(), number))
    });
    let mut path: Vec<Level> = Vec::new();
    let mut order: Vec<(String, String)> = Vec::new();
    let mut policies: BTreeMap<(String, String), Policy> = BTreeMap::new();
    let mut edits = Vec::new();
    for (line, text) in joined(text) {
        let words = words(&text);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["config", section @ ..] => path.push(Level::Section(section.join(" "))),
            ["edit", name, ..] => {
                if matches!(path.last(), Some(Level::Entry(_))) {
                    path.pop();
                }
                path.push(Level::Entry((*name).to_owned()));
                if let Some(key) = policy(&path) {
                    policies.entry(key.clone()).or_insert_with(|| {
                        order.push(key);
                        Policy { line, says: BTreeMap::new() }
                    });
                }
            }
            ["next", ..] => {
                if matches!(path.last(), Some(Level::Entry(_))) {
                    path.pop();
                }
            }
            ["end", ..] => while let Some(Level::Entry(_)) = path.pop() {},
            ["move" | "delete" | "clone" | "rename" | "purge", ..] if is_policies(path.last()) => edits.push(line),
            [verb @ ("set" | "append" | "unset"), keyword, values @ ..] => {
                if let Some(held) = policy(&path).and_then(|key| policies.get_mut(&key)) {
                    held.put(verb, keyword, values);
                }
            }
            _ => {}
        }
    }
    let rules = order.into_iter().filter_map(|key| policies.remove(&key).map(|policy| policy.rule(key))).collect();
    let says = "with a command that edits the rules, not carried out".to_owned();
    let at: Places = edits.into_iter().collect();
    let remarks = if at.is_empty() { Vec::new() } else { vec![Remark { says, doubtful: false, at }] };
    Some(Config { make: MAKE, version, rules, remarks })
}

fn is_policies(level: Option<&Level>) -> bool {
    matches!(level, Some(Level::Section(section)) if POLICIES.contains(&section.as_str()))
}

/// The list and the name of the policy that a path ends in. Several virtual domains have lists of their own.
fn policy(path: &[Level]) -> Option<(String, String)> {
    let [above @ .., Level::Section(section), Level::Entry(name)] = path else { return None };
    if !POLICIES.contains(&section.as_str()) {
        return None;
    }
    let domain = above.iter().rev().find_map(|level| match level {
        Level::Entry(domain) => Some(format!("{domain} {section}")),
        Level::Section(_) => None,
    });
    Some((domain.unwrap_or_else(|| section.clone()), name.clone()))
}

impl Policy {
    fn put(&mut self, verb: &str, keyword: &str, values: &[&str]) {
        let values = values.iter().map(|value| (*value).to_owned());
        match verb {
            "unset" => {
                self.says.remove(keyword);
            }
            "append" => self.says.entry(keyword.to_owned()).or_default().extend(values),
            _ => {
                self.says.insert(keyword.to_owned(), values.collect());
            }
        }
    }

    fn has(&self, keyword: &str, value: &str) -> bool {
        self.says.get(keyword).is_some_and(|held| held.iter().any(|held| held.eq_ignore_ascii_case(value)))
    }

    fn is_open(&self) -> bool {
        let addresses = (self.has("srcaddr", "all") && self.has("dstaddr", "all"))
            || (self.has("srcaddr6", "all") && self.has("dstaddr6", "all"));
        let turned = ["srcaddr-negate", "dstaddr-negate", "service-negate", "internet-service", "internet-service-src"];
        self.has("action", "accept")
            && !self.has("status", "disable")
            && addresses
            && self.has("service", "all")
            && !turned.iter().any(|keyword| self.has(keyword, "enable"))
    }

    fn rule(self, (list, name): (String, String)) -> Rule {
        let is_open = self.is_open();
        let says = self.says.into_iter().map(|(keyword, values)| (keyword, values.join(" "))).collect();
        Rule { list, name, says, line: self.line, is_open }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_with_their_domain_and_openness() {
        let config = read(
            "#config-version=FGT60F-7.2.5-FW-build1517-230606:opmode=0:vdom=1\n\
             config vdom\nedit root\nconfig firewall policy\n\
             edit 1\nset action accept\nset srcaddr \"all\"\nset dstaddr \"all\"\nset service \"ALL\"\nnext\n\
             edit 2\nset action accept\nset srcaddr \"all\"\nset dstaddr \"all\"\nset service \"ALL\"\nset status disable\nnext\n\
             edit 3\nset action accept\nset srcaddr \"all\"\nset dstaddr \"all\"\nset service \"HTTPS\"\nnext\n\
             edit 4\nset srcaddr \"all\"\nset dstaddr \"all\"\nset service \"ALL\"\nnext\n\
             edit 5\nset action accept\nset srcaddr \"lan\"\nappend srcaddr \"all\"\nset dstaddr \"all\"\nset service \"ALL\"\n\
             set dstaddr-negate enable\nnext\nmove 1 after 3\nend\nend\n",
        )
        .unwrap();
        assert_eq!(config.version, Some(("FGT60F-7.2.5-FW-build1517-230606".to_owned(), 1)));
        let open: Vec<&str> = config.rules.iter().filter(|rule| rule.is_open).map(|rule| rule.name.as_str()).collect();
        assert_eq!((config.rules.len(), open), (5, vec!["1"]));
        assert_eq!((config.rules[0].list.as_str(), config.rules[0].line), ("root firewall policy", 5));
        assert_eq!(config.remarks[0].at.to_string(), "37");
    }
}
