//! Which accounts came into each class and went out of it between two exports, and what became of them.
//!
//! Must never tell a figure that a column is missing for: the reason stands in its place.

use std::collections::BTreeMap;

use portreeve_model::comparison::{Comparison, Figure, Item, ReadAs, Reading, Told};

use super::{Account, Accounts, Logon, UNUSED_DAYS};

/// What accounts are counted by, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Unused,
    NeverUsed,
    NeverExpires,
    Privileged,
    AdminCount,
    All,
    Enabled,
    Disabled,
}

const CLASSES: &[Class] = &[
    Class::Unused,
    Class::NeverUsed,
    Class::NeverExpires,
    Class::Privileged,
    Class::AdminCount,
    Class::All,
    Class::Enabled,
    Class::Disabled,
];

impl Class {
    const fn noun(self) -> (&'static str, &'static str) {
        match self {
            Class::Unused => ("unused account", "unused accounts"),
            Class::NeverUsed => ("unused account that never logged on", "unused accounts that never logged on"),
            Class::NeverExpires => {
                ("enabled account whose password never expires", "enabled accounts whose password never expires")
            }
            Class::Privileged => ("member of privileged groups", "members of privileged groups"),
            Class::AdminCount => ("account with adminCount 1", "accounts with adminCount 1"),
            Class::All => ("account", "accounts"),
            Class::Enabled => ("enabled account", "enabled accounts"),
            Class::Disabled => ("disabled account", "disabled accounts"),
        }
    }

    fn holds(self, account: &Account, in_export: &Accounts) -> bool {
        let enabled = account.enabled == Some(true);
        match self {
            Class::Unused => enabled && is_unused(account, in_export),
            Class::NeverUsed => enabled && is_unused(account, in_export) && account.logon == Logon::Never,
            Class::NeverExpires => enabled && account.never_expires == Some(true),
            Class::Privileged => !account.groups.is_empty(),
            Class::AdminCount => account.admin_count,
            Class::All => true,
            Class::Enabled => enabled,
            Class::Disabled => account.enabled == Some(false),
        }
    }

    /// Why an export does not tell this.
    fn untold(self, accounts: &Accounts) -> Option<String> {
        let columns = &accounts.columns;
        let state = columns.enabled.is_none() && columns.control.is_none();
        let expiry = columns.never_expires.is_none() && columns.control.is_none();
        let lacks = match self {
            Class::Enabled | Class::Disabled | Class::Unused | Class::NeverUsed | Class::NeverExpires if state => {
                "which accounts are enabled"
            }
            Class::Unused | Class::NeverUsed if columns.logons.is_empty() => "the last logon",
            Class::NeverExpires if expiry => "whether passwords expire",
            Class::Privileged if columns.groups.is_empty() => "groups",
            Class::Privileged if accounts.groups_lost => {
                return Some("PowerShell wrote the name of a type where the groups should be".to_owned());
            }
            Class::AdminCount if columns.admin_count.is_none() => "adminCount",
            _ => return None,
        };
        Some(format!("no column says {lacks}"))
    }

    /// What an account is, on the side where it is not in the class or is so newly: words that follow a number, and
    /// more of it where there is more to say.
    fn became(self, is: Option<&Account>, was: &Account, later: bool) -> (&'static str, Option<String>) {
        let Some(is) = is else {
            return (if later { "not in the later export" } else { "not in the earlier export" }, None);
        };
        match self {
            Class::Unused | Class::NeverUsed if is.enabled == Some(false) => ("disabled since", None),
            Class::NeverExpires if is.enabled == Some(false) => ("disabled since", None),
            Class::Unused | Class::NeverUsed => match is.logon {
                Logon::On(day) => ("used since", Some(format!("last logon {day}"))),
                Logon::Never => ("without a logon", None),
                Logon::Unreadable => ("with a last logon that cannot be read", None),
            },
            Class::NeverExpires => ("with a password that expires", None),
            Class::Privileged => ("in no privileged group", Some(format!("was in {}", was.groups.join(", ")))),
            Class::AdminCount => ("without adminCount 1", None),
            Class::All => ("there", None),
            Class::Enabled | Class::Disabled => match is.enabled {
                Some(true) => ("enabled", None),
                Some(false) => ("disabled", None),
                None => ("without a readable state", None),
            },
        }
    }
}

/// The rule that is told with the figure: see [`rules`].
fn is_unused(account: &Account, in_export: &Accounts) -> bool {
    match account.logon {
        Logon::On(day) => day.days_until(in_export.shows) >= UNUSED_DAYS,
        Logon::Never => !account.is_new,
        Logon::Unreadable => false,
    }
}

/// Compares two exports of accounts.
pub(in crate::compare) fn compare(was: &Accounts, is: &Accounts, (before, after): (Reading, Reading)) -> Comparison {
    // What few exports have is told only where one of the two has it.
    let has = |class: Class| class != Class::AdminCount || [was, is].iter().any(|side| class.untold(side).is_none());
    let figures = CLASSES.iter().filter(|class| has(**class)).map(|class| figure(*class, was, is)).collect();
    let rules = rules(was, is);
    Comparison { read_as: ReadAs::Accounts, before, after, figures, facts: Vec::new(), also: Vec::new(), rules }
}

fn figure(class: Class, was: &Accounts, is: &Accounts) -> Figure {
    let told = |side: &Accounts| match class.untold(side) {
        Some(because) => Told::Not(because),
        None => {
            let held = side.held.values().filter(|account| class.holds(account, side));
            Told::At(held.map(|account| account.row).collect())
        }
    };
    let (before, after) = (told(was), told(is));
    let mut figure = Figure {
        noun: class.noun(),
        before,
        after,
        came: Vec::new(),
        went: Vec::new(),
        changed: Vec::new(),
        breakdown: Vec::new(),
        // Who was disabled or is gone is told by the figures that matter; all names are there for machines.
        named: !matches!(class, Class::NeverUsed | Class::All | Class::Enabled | Class::Disabled),
    };
    if figure.before.count().is_none() || figure.after.count().is_none() {
        return figure;
    }
    let mut fates: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (key, old) in was.held.iter().filter(|(_, account)| class.holds(account, was)) {
        let new = is.held.get(key);
        if let Some(new) = new.filter(|new| class.holds(new, is)) {
            figure.changed.extend(changed_groups(class, old, new));
            continue;
        }
        let (fate, more) = class.became(new, old, true);
        *fates.entry(fate).or_default() += 1;
        let note = Some(more.unwrap_or_else(|| fate.to_owned()));
        figure.went.push(Item { name: old.name.clone(), before: Some(old.row), after: new.map(|new| new.row), note });
    }
    for (key, new) in is.held.iter().filter(|(_, account)| class.holds(account, is)) {
        let old = was.held.get(key);
        if old.is_some_and(|old| class.holds(old, was)) {
            continue;
        }
        let note = Some(arrived(class, old, new));
        figure.came.push(Item { name: new.name.clone(), before: old.map(|old| old.row), after: Some(new.row), note });
    }
    figure.breakdown = fates.into_iter().map(|(fate, count)| (fate.to_owned(), count)).collect();
    figure.breakdown.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    figure
}

/// Why an account is in a class that it was not in.
fn arrived(class: Class, old: Option<&Account>, new: &Account) -> String {
    let so = match class {
        Class::Privileged => format!("in {}", new.groups.join(", ")),
        Class::Unused | Class::NeverUsed => match new.logon {
            Logon::On(day) => format!("last logon {day}"),
            Logon::Never | Logon::Unreadable => "never logged on".to_owned(),
        },
        _ => String::new(),
    };
    let from = match old {
        None => "not in the earlier export",
        Some(old) if old.enabled == Some(false) && new.enabled == Some(true) => "was disabled",
        Some(old) if old.enabled == Some(true) && new.enabled == Some(false) => "was enabled",
        Some(old) if old.logon == Logon::Unreadable && class == Class::Unused => "could not be read before",
        Some(_) => "",
    };
    [from, so.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// An account that stays privileged by other groups.
fn changed_groups(class: Class, old: &Account, new: &Account) -> Option<Item> {
    let names = |account: &Account| account.groups.join(", ");
    let same = names(old).to_lowercase() == names(new).to_lowercase();
    (class == Class::Privileged && !same).then(|| Item {
        name: new.name.clone(),
        before: Some(old.row),
        after: Some(new.row),
        note: Some(format!("{}; was {}", names(new), names(old))),
    })
}

/// How it was counted, and from which columns.
fn rules(was: &Accounts, is: &Accounts) -> Vec<String> {
    let mut rules = vec![format!(
        "An account is unused when it is enabled and its last logon lies {UNUSED_DAYS} days or more before the day its \
         export shows, or none is recorded."
    )];
    let sides = [was, is];
    if sides.iter().any(|side| side.columns.created.is_some()) {
        rules.push(format!(
            "An account without a logon that was created fewer than {UNUSED_DAYS} days before that day is not counted \
             as unused."
        ));
    }
    let logons = |own: bool| sides.iter().any(|side| side.columns.logons.iter().any(|(_, is_own)| *is_own == own));
    if logons(false) {
        rules.push(
            "The last logon is the latest day in its columns. Domain controllers tell each other of a logon up to 14 \
             days late (lastLogonTimestamp), so an account may have been used since."
                .to_owned(),
        );
    }
    if sides.iter().any(|side| !side.columns.logons.is_empty() && side.columns.logons.iter().all(|(_, own)| *own)) {
        rules.push("lastLogon is what one domain controller has seen: a logon at another one is not in it.".to_owned());
    }
    if sides.iter().any(|side| !side.columns.groups.is_empty()) {
        rules.push(format!(
            "Privileged are direct members of {}, disabled accounts included; members through another group are not \
             seen.",
            groups_in_words()
        ));
    }
    let read = |side: &Accounts| side.columns.used.join(", ");
    if read(was) == read(is) {
        rules.push(format!("Columns read: {}.", read(was)));
    } else {
        rules.push(format!("Columns read: {} in the earlier export, {} in the later one.", read(was), read(is)));
    }
    rules
}

fn groups_in_words() -> String {
    let titled = super::groups::PRIVILEGED.iter().map(|name| {
        let words = name.split(' ').map(|word| {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            first.to_uppercase() + rest
        });
        words.collect::<Vec<_>>().join(" ")
    });
    titled.collect::<Vec<_>>().join(", ")
}
