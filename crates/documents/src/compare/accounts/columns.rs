//! Which column of an export holds what: the names that `Get-ADUser`, `csvde` and common tools give.
//!
//! Must never take a table for accounts because one heading fits: it needs a name, and what only accounts have.

/// Where the facts of an account stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::compare) struct Columns {
    pub(super) name: usize,
    /// The column, and whether `yes` means enabled.
    pub(super) enabled: Option<(usize, bool)>,
    pub(super) control: Option<usize>,
    /// The column, and whether each server keeps its own.
    pub(super) logons: Vec<(usize, bool)>,
    pub(super) never_expires: Option<usize>,
    pub(super) groups: Vec<usize>,
    pub(super) primary: Option<usize>,
    pub(super) admin_count: Option<usize>,
    pub(super) created: Option<usize>,
    pub(super) class: Option<usize>,
    /// The headings above, as the export writes them.
    pub(super) used: Vec<String>,
}

/// Names that only Active Directory's account name has.
const NAMES: &[&str] = &["samaccountname", "userlogonnameprewindows2000", "logonname"];
/// Names that other tables use too.
const COMMON_NAMES: &[&str] = &["username", "userlogonname", "accountname", "useraccount"];
const ENABLED: &[&str] = &["enabled", "accountenabled", "isenabled", "accountstatus"];
const DISABLED: &[&str] = &["disabled", "accountdisabled", "isdisabled", "accountisdisabled"];
const CONTROL: &[&str] = &["useraccountcontrol"];
/// Copied from server to server.
const LOGONS: &[&str] = &["lastlogondate", "lastlogontimestamp", "lastlogontime", "lastlogin", "lastlogindate"];
/// Each server's own.
const OWN_LOGONS: &[&str] = &["lastlogon"];
const NEVER_EXPIRES: &[&str] = &["passwordneverexpires", "passworddoesnotexpire"];
const GROUPS: &[&str] = &["memberof", "groups", "groupmembership", "groupmemberships", "privilegedgroups"];
const PRIMARY: &[&str] = &["primarygroupid"];
const ADMIN_COUNT: &[&str] = &["admincount"];
const CREATED: &[&str] = &["whencreated", "created", "createtimestamp", "creationdate"];
const CLASS: &[&str] = &["objectclass"];

impl Columns {
    /// The columns, when these are the headings of accounts.
    pub(in crate::compare) fn of(headings: &[String]) -> Option<Columns> {
        let keys: Vec<String> = headings.iter().map(|heading| key(heading)).collect();
        let all = |names: &[&str]| -> Vec<usize> {
            keys.iter().enumerate().filter(|(_, key)| names.contains(&key.as_str())).map(|(at, _)| at).collect()
        };
        let first = |names: &[&str]| all(names).first().copied();
        let enabled = first(ENABLED).map(|at| (at, true)).or_else(|| first(DISABLED).map(|at| (at, false)));
        let control = first(CONTROL);
        let mut logons: Vec<(usize, bool)> = all(LOGONS).into_iter().map(|at| (at, false)).collect();
        logons.extend(all(OWN_LOGONS).into_iter().map(|at| (at, true)));
        let (state, used) = (enabled.is_some() || control.is_some(), !logons.is_empty());
        let name = match (first(NAMES), first(COMMON_NAMES)) {
            (Some(name), _) if state || used => name,
            (None, Some(name)) if state && used => name,
            _ => return None,
        };
        let mut columns = Columns {
            name,
            enabled,
            control,
            logons,
            never_expires: first(NEVER_EXPIRES),
            groups: all(GROUPS),
            primary: first(PRIMARY),
            admin_count: first(ADMIN_COUNT),
            created: first(CREATED),
            class: first(CLASS),
            used: Vec::new(),
        };
        let mut read: Vec<usize> = vec![name];
        read.extend(enabled.map(|(at, _)| at));
        read.extend(columns.logons.iter().map(|(at, _)| *at));
        read.extend(columns.groups.iter().copied());
        let single =
            [control, columns.never_expires, columns.primary, columns.admin_count, columns.created, columns.class];
        read.extend(single.into_iter().flatten());
        read.sort_unstable();
        columns.used = read.into_iter().filter_map(|at| headings.get(at).cloned()).collect();
        Some(columns)
    }
}

/// A heading without what tools vary: `Last Logon Date` and `lastLogonDate` are one.
fn key(heading: &str) -> String {
    heading.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(line: &str) -> Option<Columns> {
        Columns::of(&line.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn exports_of_accounts_are_known_by_their_columns() {
        for line in [
            "SamAccountName,Enabled,LastLogonDate,PasswordNeverExpires,MemberOf",
            "DN,objectClass,sAMAccountName,userAccountControl,lastLogonTimestamp,adminCount",
            "SAM Account Name,Account Status,Last Logon Time",
            "User Name,Account Enabled,Last Logon Date",
            "User logon name (pre-Windows 2000),Account is disabled",
        ] {
            assert!(columns(line).is_some(), "{line}");
        }
        let found = columns("DN,sAMAccountName,userAccountControl,lastLogon,memberOf").unwrap();
        assert_eq!((found.name, found.control, found.logons), (1, Some(2), vec![(3, true)]));
        assert_eq!(found.used, ["sAMAccountName", "userAccountControl", "lastLogon", "memberOf"]);
    }

    #[test]
    fn other_tables_are_not_taken_for_accounts() {
        for line in ["SamAccountName,Department", "Username,Enabled", "Username,Last login", "Host,Enabled,Last logon"]
        {
            assert!(columns(line).is_none(), "{line}");
        }
    }
}
