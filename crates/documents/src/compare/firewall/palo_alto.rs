//! Palo Alto PAN-OS in its `set` form, as `set cli config-output-format set` and `show` write it.
//!
//! Must never read the XML or the brace form as if it were this one: those are compared as text.

use std::collections::BTreeMap;

use portreeve_model::comparison::{Places, Remark};

use super::words::{joined, words};
use super::{Config, Rule};

pub(super) const MAKE: &str = "Palo Alto PAN-OS, set form";
pub(super) const RULE: &str = "Palo Alto: each security rule is a rule, of a firewall's own and of Panorama's rule bases; \
                               any-any needs any application too. The set form tells no version.";

/// What is said of a rule, by keyword.
type Says = BTreeMap<String, Vec<String>>;

const RULE_BASES: &[&str] = &["rulebase", "pre-rulebase", "post-rulebase"];

pub(super) fn read(text: &str) -> Option<Config> {
    let known = |line: &str| {
        let line = line
            .strip_prefix("set config devices ")
            .and_then(|rest| rest.split_once(' '))
            .map_or_else(|| line.strip_prefix("set "), |(_, rest)| Some(rest));
        line.is_some_and(|line| line.starts_with("deviceconfig ") || line.contains("rulebase security rules "))
    };
    if !text.lines().any(|line| known(line.trim())) {
        return None;
    }
    let mut order: Vec<(String, String)> = Vec::new();
    let mut rules: BTreeMap<(String, String), (u32, Says)> = BTreeMap::new();
    let mut edits = Vec::new();
    for (line, text) in joined(text) {
        let words = words(&text);
        let Some((key, says)) = security_rule(&words) else { continue };
        if words.first().is_some_and(|verb| verb != "set") {
            edits.push(line);
            continue;
        }
        let (_, held) = rules.entry(key.clone()).or_insert_with(|| {
            order.push(key);
            (line, BTreeMap::new())
        });
        if let [keyword, values @ ..] = says {
            let values = values.iter().map(|value| value.trim_matches(['[', ']'])).filter(|value| !value.is_empty());
            held.entry(keyword.clone()).or_default().extend(values.map(str::to_owned));
        }
    }
    let rules = order.into_iter().filter_map(|key| {
        let (line, says) = rules.remove(&key)?;
        let is_open = is_open(&says);
        let says = says.into_iter().map(|(keyword, values)| (keyword, values.join(" "))).collect();
        Some(Rule { list: key.0, name: key.1, says, line, is_open })
    });
    let rules = rules.collect();
    let at: Places = edits.into_iter().collect();
    let says = "with a command that edits the rules, not carried out".to_owned();
    let remarks = if at.is_empty() { Vec::new() } else { vec![Remark { says, doubtful: false, at }] };
    Some(Config { make: MAKE, version: None, rules, remarks })
}

/// The rule base and name of a line about a security rule, and what it says of it.
fn security_rule(words: &[String]) -> Option<((String, String), &[String])> {
    let at = words.windows(3).position(|three| {
        let [base, security, rules] = three else { return false };
        RULE_BASES.contains(&base.as_str()) && security == "security" && rules == "rules"
    })?;
    let list = words.get(1..=at)?.join(" ");
    let name = words.get(at + 3)?.clone();
    Some(((list, name), words.get(at + 4..).unwrap_or_default()))
}

fn is_open(says: &Says) -> bool {
    let has = |keyword: &str, value: &str| says.get(keyword).is_some_and(|held| held.iter().any(|held| held == value));
    let any = ["source", "destination", "service", "application"].iter().all(|keyword| has(keyword, "any"));
    let turned = ["negate-source", "negate-destination", "disabled"].iter().any(|keyword| has(keyword, "yes"));
    any && !turned && says.get("action").and_then(|held| held.last()).is_some_and(|action| action == "allow")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str = "source any\ndestination [ any ]\nservice any\napplication any\naction allow";

    fn rule(name: &str, says: &str) -> String {
        says.lines().map(|line| format!("set vsys vsys1 rulebase security rules {name} {line}\n")).collect()
    }

    #[test]
    fn security_rules_are_read_with_their_rule_base_and_openness() {
        let text = [
            "set deviceconfig system hostname fw\n".to_owned(),
            rule("\"Any to any\"", OPEN),
            rule("off", &format!("{OPEN}\ndisabled yes")),
            rule("no", &OPEN.replace("allow", "deny")),
            rule("web", &OPEN.replace("application any", "application [ ssl web-browsing ]")),
            rule("but", &format!("{OPEN}\nnegate-source yes")),
            "delete vsys vsys1 rulebase security rules off\n".to_owned(),
            "set vsys vsys1 rulebase nat rules n source any\n".to_owned(),
        ];
        let config = read(&text.concat()).unwrap();
        let open: Vec<&str> = config.rules.iter().filter(|rule| rule.is_open).map(|rule| rule.name.as_str()).collect();
        assert_eq!((config.rules.len(), open), (5, vec!["Any to any"]));
        assert_eq!((config.rules[0].list.as_str(), config.rules[0].line), ("vsys vsys1 rulebase", 2));
        assert_eq!(config.remarks[0].at.to_string(), "29");
    }

    #[test]
    fn other_set_forms_are_not_recognised() {
        assert!(
            read("set system host-name srx\nset security policies from-zone trust to-zone untrust policy p\n")
                .is_none()
        );
        assert!(read("deviceconfig {\n  system {\n    hostname x;\n  }\n}\n").is_none());
    }
}
