//! Cisco ASA and IOS: access lists as `show running-config` writes them. IOS: "Configuring IP Access Lists"; ASA: "CLI
//! Book 2, Access Control Lists".
//!
//! Must never take a line of another list for a rule: `permit` stands in route maps and prefix lists too.

use std::collections::BTreeMap;

use super::{Config, Rule};

pub(super) const ASA: &str = "Cisco ASA";
pub(super) const IOS: &str = "Cisco IOS";
pub(super) const RULE: &str = "Cisco: each entry of an access list is a rule, also where the list is bound to no interface; \
                               standard lists name no destination, so none of their entries is any-any.";

/// Words behind the addresses that leave an entry narrower than any-any, or out of force.
const NARROWING: &[&str] = &[
    "inactive",
    "time-range",
    "established",
    "fragments",
    "dscp",
    "precedence",
    "tos",
    "ttl",
    "option",
    "reflect",
    "user",
];

pub(super) fn read(text: &str) -> Option<Config> {
    let numbered = || (1_u32..).zip(text.lines());
    let asa = numbered().find(|(_, line)| line.starts_with("ASA Version "));
    let ios = numbered().find(|(_, line)| is_ios_version(line));
    let has = |start: &str| text.lines().any(|line| line.starts_with(start));
    let (make, (line, version)) = match (asa, ios) {
        (Some(asa), _) => (ASA, asa),
        (None, Some(ios)) if has("hostname ") && has("interface ") && !has("feature ") => (IOS, ios),
        _ => return None,
    };
    let mut config =
        Config { make, version: Some((version.trim().to_owned(), line)), rules: Vec::new(), remarks: Vec::new() };
    let mut list: Option<(String, bool)> = None;
    for (line, text) in numbered() {
        let words: Vec<&str> = text.split_whitespace().collect();
        if !text.starts_with(' ') {
            list = named_list(&words);
        }
        let found = match (words.as_slice(), &list) {
            (["access-list", name, entry @ ..], _) if !text.starts_with(' ') => numbered_entry(make, name, entry),
            (entry, Some((name, extended))) if text.starts_with(' ') => entry_of(make, name, entry, *extended),
            _ => None,
        };
        config.rules.extend(found.map(|(list, name, is_open)| Rule {
            list,
            name,
            says: BTreeMap::new(),
            line,
            is_open,
        }));
    }
    Some(config)
}

/// `version 15.2`, which ASA writes otherwise and other makes do not write at the start of a line.
fn is_ios_version(line: &str) -> bool {
    line.strip_prefix("version ").is_some_and(|rest| {
        rest.trim().split_once('.').is_some_and(|(major, minor)| {
            major.bytes().all(|byte| byte.is_ascii_digit()) && minor.starts_with(|first: char| first.is_ascii_digit())
        })
    })
}

/// The list that a heading opens, and whether its entries name a destination.
fn named_list(words: &[&str]) -> Option<(String, bool)> {
    match words {
        ["ip", "access-list", kind @ ("extended" | "standard"), name] => {
            Some(((*name).to_owned(), *kind == "extended"))
        }
        ["ipv6", "access-list", name] => Some(((*name).to_owned(), true)),
        _ => None,
    }
}

/// An entry on a line of its own: `access-list NAME [line 3] [extended] permit …`.
fn numbered_entry(make: &str, name: &str, entry: &[&str]) -> Option<(String, String, bool)> {
    let entry = match entry {
        ["line", _, rest @ ..] => rest,
        rest => rest,
    };
    let (extended, entry) = match entry {
        ["extended", rest @ ..] => (true, rest),
        ["standard" | "ethertype" | "webtype", rest @ ..] => (false, rest),
        // IOS numbers: 1 to 99 and 1300 to 1999 are standard lists.
        rest => (!matches!(name.parse::<u16>(), Ok(1..=99 | 1300..=1999)), rest),
    };
    entry_of(make, name, entry, extended)
}

/// List, text and openness of an entry; none for remarks and settings.
fn entry_of(make: &str, list: &str, entry: &[&str], extended: bool) -> Option<(String, String, bool)> {
    let entry = match entry {
        [number, rest @ ..] if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        ["sequence", _, rest @ ..] => rest,
        rest => rest,
    };
    let ["permit" | "deny", what @ ..] = entry else { return None };
    let permits = entry.first() == Some(&"permit");
    let is_open = permits && extended && is_any_any(make, what);
    Some((list.to_owned(), entry.join(" "), is_open))
}

fn is_any_any(make: &str, what: &[&str]) -> bool {
    let [protocol, rest @ ..] = what else { return false };
    let Some(rest) = any(make, rest).and_then(|rest| any(make, rest)) else { return false };
    matches!(*protocol, "ip" | "ipv6") && !rest.iter().any(|word| NARROWING.contains(word))
}

/// What follows an address that is any. ASA has masks, IOS has wildcards.
fn any<'a>(make: &str, words: &'a [&'a str]) -> Option<&'a [&'a str]> {
    match words {
        ["any" | "any4" | "any6" | "::/0", rest @ ..] => Some(rest),
        ["0.0.0.0", "0.0.0.0", rest @ ..] if make == ASA => Some(rest),
        ["0.0.0.0", "255.255.255.255", rest @ ..] if make == IOS => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(config: &Config) -> Vec<u32> {
        config.rules.iter().filter(|rule| rule.is_open).map(|rule| rule.line).collect()
    }

    #[test]
    fn asa_entries_are_rules_and_any_any_is_told_by_line() {
        let config = read(
            "ASA Version 9.9\n\
             access-list OUT remark permit ip any any\n\
             access-list OUT extended permit ip any any log\n\
             access-list OUT line 2 extended permit ip any4 0.0.0.0 0.0.0.0\n\
             access-list OUT extended permit ip any any inactive\n\
             access-list OUT extended deny ip any any\n\
             access-list OUT extended permit tcp any any\n\
             access-list OUT extended permit ip any host 192.0.2.1\n\
             access-list OUT extended permit object-group ALL any any\n\
             access-list SPLIT standard permit any\n\
             access-list deny-flow-max 4096\n",
        )
        .unwrap();
        assert_eq!((config.make, config.version.clone()), (ASA, Some(("ASA Version 9.9".to_owned(), 1))));
        assert_eq!((config.rules.len(), open(&config)), (8, vec![3, 4]));
        assert_eq!(config.rules[1].name, "permit ip any4 0.0.0.0 0.0.0.0");
    }

    #[test]
    fn ios_lists_are_read_numbered_and_named() {
        let config = read(
            "!\nversion 15.2\nhostname r1\ninterface Gi0/0\n ip access-group EDGE in\n\
             ip access-list extended EDGE\n 10 permit ip any any\n 20 permit tcp any any established\n remark x\n\
             ip access-list standard MGMT\n permit any\n\
             ipv6 access-list SIX\n permit ipv6 any any sequence 10\n\
             access-list 1 permit any\n\
             access-list 101 permit ip 0.0.0.0 255.255.255.255 any\n\
             route-map m permit 10\n permit ip any any\n",
        )
        .unwrap();
        assert_eq!((config.make, config.rules.len(), open(&config)), (IOS, 6, vec![7, 13, 15]));
    }

    #[test]
    fn what_only_looks_like_it_is_not_recognised() {
        for text in [
            "version 7.0(3)I7\nhostname nexus\nfeature bgp\ninterface Ethernet1/1\n",
            "version 12.1X44;\nsystem {\n  host-name srx;\n}\n",
            "hostname x\ninterface eth0\n",
            "version 1.2\nsome text\n",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
