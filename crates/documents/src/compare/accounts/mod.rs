//! Accounts of an Active Directory domain, as exports list them: read here, compared in `moves.rs`.
//!
//! Must never count an account in a class that its row does not put it in: a cell that cannot be read takes the row out
//! of the figure that needs it, and the row is told.

mod columns;
mod dates;
mod groups;
mod moves;

use std::collections::BTreeMap;

use portreeve_model::Day;
use portreeve_model::comparison::{Places, Remark};

use super::rows;
use super::table::{Row, Table};
pub(super) use columns::Columns;
use dates::{Order, Said};
use groups::Groups;
pub(super) use moves::compare;

/// An account that nobody has used for so long is unused.
pub(super) const UNUSED_DAYS: i64 = 90;

/// Letters of a name that are told: a `sAMAccountName` has at most 256 (its `rangeUpper` in the schema).
const NAME_SHOWN_MAX: usize = 256;

/// `ADS_UF_ACCOUNTDISABLE` and `ADS_UF_DONT_EXPIRE_PASSWD` (Microsoft, "userAccountControl attribute").
const CONTROL_DISABLED: u32 = 0x2;
const CONTROL_NEVER_EXPIRES: u32 = 0x1_0000;

/// What is known of the last logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logon {
    /// None is recorded.
    Never,
    /// The latest that is recorded.
    On(Day),
    /// It cannot be read.
    Unreadable,
}

/// One account.
#[derive(Clone, Debug)]
struct Account {
    name: String,
    row: u32,
    enabled: Option<bool>,
    logon: Logon,
    never_expires: Option<bool>,
    groups: Vec<String>,
    admin_count: bool,
    /// Created fewer than [`UNUSED_DAYS`] before the day the export shows.
    is_new: bool,
}

/// An export of accounts, read.
pub(super) struct Accounts {
    /// By name in lower case; where one stands there several times, each under a number of its own.
    held: BTreeMap<(String, usize), Account>,
    shows: Day,
    columns: Columns,
    groups_lost: bool,
    pub(super) remarks: Vec<Remark>,
}

/// In which order each column has its dates.
struct Orders {
    logons: Vec<Order>,
    created: Order,
}

/// The order of a column that leaves no doubt.
const DAY_FIRST: Order = Order { day_first: true, month_first: false };

/// What is told of a row, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    NoName,
    NoPerson,
    Twice,
    NoState,
    Unreadable,
    MonthFirst,
    OrderUnknown,
    ReadAsUk,
    InFuture,
    NoExpiry,
    GroupsLost,
}

impl Of {
    const fn says(self) -> &'static str {
        match self {
            Of::NoName => "without an account name, left out",
            Of::NoPerson => "of a computer, a managed service account, a group or a contact, left out",
            Of::Twice => "with a name that stands in the export more than once, each counted",
            Of::NoState => "that do not say whether the account is enabled, counted as neither",
            Of::Unreadable => "with a last logon that cannot be read, not counted as unused",
            Of::MonthFirst => "with a last logon that is a date only with the month first, not counted as unused",
            Of::OrderUnknown => {
                "with a last logon in either order, not counted as unused because other rows have the month first"
            }
            Of::ReadAsUk => "with a last logon that could be read in either order, read as UK (day first)",
            Of::InFuture => "with a last logon after the day the export shows",
            Of::NoExpiry => "that do not say whether the password expires, not counted",
            Of::GroupsLost => "with the name of a PowerShell type where the groups should be",
        }
    }

    const fn leaves_doubt(self) -> bool {
        !matches!(self, Of::NoName | Of::NoPerson | Of::Twice | Of::GroupsLost)
    }
}

/// What is told, with the rows.
#[derive(Default)]
struct Told(BTreeMap<Of, Vec<u32>>);

impl Told {
    fn of(&mut self, what: Of, row: u32) {
        self.0.entry(what).or_default().push(row);
    }

    fn remarks(self) -> Vec<Remark> {
        let remark = |(what, rows): (Of, Vec<u32>)| Remark {
            says: what.says().to_owned(),
            doubtful: what.leaves_doubt(),
            at: rows.into_iter().collect::<Places>(),
        };
        self.0.into_iter().map(remark).collect()
    }
}

/// Reads the accounts of a table.
pub(super) fn read(table: &Table, columns: &Columns, shows: Day) -> Accounts {
    let order = |at: usize| Order::of(table.rows.iter().map(|row| row.cell(at)));
    let orders = Orders {
        logons: columns.logons.iter().map(|(at, _)| order(*at)).collect(),
        created: columns.created.map(order).unwrap_or_default(),
    };
    let mut told = Told::default();
    let mut by_name: BTreeMap<String, Vec<(&Row, Account)>> = BTreeMap::new();
    for row in &table.rows {
        let name = row.cell(columns.name);
        if name.is_empty() {
            told.of(Of::NoName, row.number);
        } else if is_no_person(row, columns) {
            told.of(Of::NoPerson, row.number);
        } else {
            let account = account(row, columns, &orders, shows, &mut told);
            by_name.entry(name.to_lowercase()).or_default().push((row, account));
        }
    }
    let mut held = BTreeMap::new();
    for (name, mut rows) in by_name {
        if rows.len() > 1 {
            rows.iter().for_each(|(row, _)| told.of(Of::Twice, row.number));
            // In an order of their own, so that the order of rows changes nothing.
            let width = table.headings.len();
            rows.sort_by_cached_key(|(row, _)| (0..width).map(|at| row.cell(at).to_owned()).collect::<Vec<_>>());
        }
        held.extend(rows.into_iter().enumerate().map(|(at, (_, account))| ((name.clone(), at), account)));
    }
    let groups_lost = told.0.contains_key(&Of::GroupsLost);
    Accounts { held, shows, columns: columns.clone(), groups_lost, remarks: told.remarks() }
}

fn is_no_person(row: &Row, columns: &Columns) -> bool {
    let class = columns.class.map(|at| row.cell(at).to_lowercase()).unwrap_or_default();
    let other = ["computer", "group", "contact", "organizationalunit", "container"];
    row.cell(columns.name).ends_with('$') || class.split([';', ',', '|', ' ']).any(|word| other.contains(&word))
}

fn account(row: &Row, columns: &Columns, orders: &Orders, shows: Day, told: &mut Told) -> Account {
    let control = columns.control.and_then(|at| flags(row.cell(at)));
    let enabled = match columns.enabled {
        Some((at, meaning)) => yes(row.cell(at)).map(|said| said == meaning),
        None => control.map(|flags| flags & CONTROL_DISABLED == 0),
    };
    if enabled.is_none() && (columns.enabled.is_some() || columns.control.is_some()) {
        told.of(Of::NoState, row.number);
    }
    let never_expires = match columns.never_expires {
        Some(at) => yes(row.cell(at)),
        None => control.map(|flags| flags & CONTROL_NEVER_EXPIRES != 0),
    };
    if never_expires.is_none() && columns.never_expires.is_some() {
        told.of(Of::NoExpiry, row.number);
    }
    let created = columns.created.and_then(|at| match dates::read(row.cell(at)) {
        Said::On(day) => Some(day),
        Said::Either { uk } if orders.created == DAY_FIRST => Some(uk),
        Said::Either { .. } | Said::Never | Said::MonthFirst | Said::Unreadable => None,
    });
    Account {
        name: rows::shortened(row.cell(columns.name), NAME_SHOWN_MAX),
        row: row.number,
        enabled,
        logon: logon(row, columns, orders, shows, told),
        never_expires,
        groups: groups_of(row, columns, told),
        admin_count: columns.admin_count.is_some_and(|at| row.cell(at) == "1"),
        is_new: created.is_some_and(|day| day.days_until(shows) < UNUSED_DAYS),
    }
}

/// The latest of what the columns say. One that cannot be read is told; it counts only where no other says a day.
fn logon(row: &Row, columns: &Columns, orders: &Orders, shows: Day, told: &mut Told) -> Logon {
    let (mut latest, mut unreadable) = (None, false);
    for ((at, _), order) in columns.logons.iter().zip(&orders.logons) {
        let day = match dates::read(row.cell(*at)) {
            Said::Never => continue,
            Said::On(day) => Ok(day),
            Said::Either { .. } if order.month_first => Err(Of::OrderUnknown),
            Said::Either { uk } => {
                if !order.day_first {
                    told.of(Of::ReadAsUk, row.number);
                }
                Ok(uk)
            }
            Said::MonthFirst => Err(Of::MonthFirst),
            Said::Unreadable => Err(Of::Unreadable),
        };
        match day {
            Ok(day) => latest = latest.max(Some(day)),
            Err(why) => {
                told.of(why, row.number);
                unreadable = true;
            }
        }
    }
    if latest.is_some_and(|day| day > shows) {
        told.of(Of::InFuture, row.number);
    }
    match latest {
        Some(day) => Logon::On(day),
        None if unreadable => Logon::Unreadable,
        None => Logon::Never,
    }
}

fn groups_of(row: &Row, columns: &Columns, told: &mut Told) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for at in &columns.groups {
        match groups::read(row.cell(*at)) {
            Groups::Privileged(names) => found.extend(names),
            Groups::Lost => told.of(Of::GroupsLost, row.number),
        }
    }
    found.extend(columns.primary.and_then(|at| groups::primary(row.cell(at))).map(str::to_owned));
    found.sort_by_key(|name| name.to_lowercase());
    found.dedup_by_key(|name| name.to_lowercase());
    found
}

/// `userAccountControl` in decimal or hexadecimal digits.
fn flags(cell: &str) -> Option<u32> {
    match cell.strip_prefix("0x").or_else(|| cell.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => cell.parse().ok(),
    }
}

fn yes(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "y" | "enabled" | "active" => Some(true),
        "false" | "no" | "0" | "n" | "disabled" | "inactive" => Some(false),
        _ => None,
    }
}
