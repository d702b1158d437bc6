//! Which privileged groups an account is a direct member of, from what exports put into `MemberOf`.
//!
//! Must never take a name for a group because it contains one: `CN=Users` is a container and `Domain Admins Helpdesk` is
//! another group.

/// The groups of people that Active Directory itself protects (Microsoft, "Appendix C: Protected Accounts and Groups in
/// Active Directory"); its groups of domain controllers hold computers. Lower case.
pub(super) const PRIVILEGED: &[&str] = &[
    "account operators",
    "administrators",
    "backup operators",
    "domain admins",
    "enterprise admins",
    "enterprise key admins",
    "key admins",
    "print operators",
    "replicator",
    "schema admins",
    "server operators",
];

/// What `MemberOf` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Groups {
    /// The privileged groups among them, as they are written, in alphabetical order.
    Privileged(Vec<String>),
    /// The name of a PowerShell type, where the groups should be: `Export-Csv` writes it for a list that was not joined.
    Lost,
}

/// Reads a cell: distinguished names or plain names, in a list separated by `;`, `|`, line breaks, and where that cannot
/// be mistaken, by blanks or commas.
pub(super) fn read(cell: &str) -> Groups {
    if cell.starts_with("Microsoft.ActiveDirectory.Management.") || cell == "System.String[]" {
        return Groups::Lost;
    }
    let mut found: Vec<String> = Vec::new();
    for piece in unescaped(cell, |letter| matches!(letter, ';' | '|' | '\n' | '\r')) {
        let names = if is_distinguished(piece) { heads(piece) } else { piece.split(',').map(clean).collect() };
        found.extend(names.into_iter().filter(|name| PRIVILEGED.contains(&name.to_lowercase().as_str())));
    }
    found.sort_by_key(|name| name.to_lowercase());
    found.dedup_by_key(|name| name.to_lowercase());
    Groups::Privileged(found)
}

/// The group that a `primaryGroupID` means, when it is a privileged one. `MemberOf` does not name the primary group.
/// Numbers: Microsoft, "Security identifiers", well-known relative identifiers of a domain.
pub(super) fn primary(cell: &str) -> Option<&'static str> {
    match cell {
        "512" => Some("Domain Admins"),
        "518" => Some("Schema Admins"),
        "519" => Some("Enterprise Admins"),
        _ => None,
    }
}

fn is_distinguished(piece: &str) -> bool {
    piece.trim_start().get(..3).is_some_and(|start| start.eq_ignore_ascii_case("cn="))
}

/// The first name of each distinguished name in a text that holds one or several after each other.
fn heads(piece: &str) -> Vec<String> {
    let (mut names, mut in_domain, mut first) = (Vec::new(), false, true);
    for part in unescaped(piece, |letter| letter == ',') {
        let part = part.trim();
        // Names joined by a blank: the last part of one holds the first of the next.
        let (own, next) = match part.to_ascii_lowercase().find(" cn=") {
            Some(at) if starts(part, "dc=") => (part.get(..at).unwrap_or(part), part.get(at + 1..)),
            _ => (part, None),
        };
        let is_domain = starts(own, "dc=");
        if starts(own, "cn=") && (first || in_domain) {
            names.push(clean(own.get(3..).unwrap_or_default()));
        }
        if let Some(next) = next {
            names.push(clean(next.get(3..).unwrap_or_default()));
        }
        (in_domain, first) = (is_domain && next.is_none(), false);
    }
    names
}

fn starts(part: &str, with: &str) -> bool {
    part.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// A name without quotation marks, a domain before it, and the escapes of RFC 4514.
fn clean(name: &str) -> String {
    let name = name.trim().trim_matches('"');
    let name = match name.rsplit_once('\\') {
        // `COUNCIL\Domain Admins`; an escape has no letter behind it.
        Some((domain, own)) if !domain.is_empty() && own.starts_with(char::is_alphabetic) => own,
        _ => name,
    };
    name.replace('\\', "").trim().to_owned()
}

/// The pieces between separators that no backslash stands before.
fn unescaped(text: &str, separates: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut pieces, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, letter) in text.char_indices() {
        if !escaped && separates(letter) {
            pieces.extend(text.get(from..at));
            from = at + letter.len_utf8();
        }
        escaped = letter == '\\' && !escaped;
    }
    pieces.extend(text.get(from..));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(cell: &str) -> Vec<String> {
        match read(cell) {
            Groups::Privileged(names) => names,
            Groups::Lost => panic!("{cell} was read"),
        }
    }

    const ADMINS: &str = "CN=Domain Admins,CN=Users,DC=northmoor,DC=example";
    const STAFF: &str = "CN=Staff,OU=Groups,DC=northmoor,DC=example";

    #[test]
    fn groups_are_found_however_they_are_joined() {
        for joint in [";", "; ", "|", "\n", "\r\n", " ", ","] {
            assert_eq!(named(&format!("{STAFF}{joint}{ADMINS}")), ["Domain Admins"], "{joint:?}");
            assert_eq!(named(&format!("{ADMINS}{joint}{STAFF}")), ["Domain Admins"], "{joint:?}");
        }
        assert_eq!(named("Staff, domain admins;NORTHMOOR\\Backup Operators"), ["Backup Operators", "domain admins"]);
        assert_eq!(named("CN=Administrators,CN=Builtin,DC=a;cn=administrators,cn=builtin,dc=b"), ["Administrators"]);
    }

    #[test]
    fn names_that_only_contain_one_are_not_taken() {
        for cell in [
            "",
            "Domain Admins Helpdesk",
            "CN=Not Administrators,CN=Administrators,DC=a",
            "CN=Staff\\, Domain Admins,OU=Groups,DC=a",
            "CN=Staff,OU=Domain Admins,DC=a",
            "CN=Domain Users,CN=Users,DC=a,DC=b",
        ] {
            assert_eq!(named(cell), Vec::<String>::new(), "{cell}");
        }
    }

    #[test]
    fn a_list_that_powershell_did_not_write_out_is_lost() {
        assert_eq!(read("Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"), Groups::Lost);
        assert_eq!(read("System.String[]"), Groups::Lost);
        assert_eq!((primary("512"), primary("513")), (Some("Domain Admins"), None));
    }
}
