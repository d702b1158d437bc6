//! What the whole promises, over every sort of export: names and addresses are invented.

use portreeve_model::Day;
use portreeve_model::comparison::{Comparison, Figure, Told};
use proptest::prelude::*;

use super::*;

const BEFORE: &str = "\
SamAccountName,Enabled,LastLogonDate,PasswordNeverExpires,MemberOf,whenCreated
svc-backup,True,14/02/2026 09:00:00,True,\"CN=Domain Admins,CN=Users,DC=a\",01/02/2019 10:00:00
finance-officer-03,True,,False,,13/02/2020 10:00:00
finance-officer-04,True,30/10/2026 08:12:44,False,,13/02/2020 10:00:00
planning-temp-01,True,15/05/2026 12:00:00,False,,13/02/2020 10:00:00
planning-temp-02,True,,False,,28/10/2026 10:00:00
housing-officer-01,False,01/02/2024 12:00:00,True,,13/02/2020 10:00:00
";
const AFTER: &str = "\
SamAccountName,Enabled,LastLogonDate,PasswordNeverExpires,MemberOf,whenCreated
finance-officer-04,True,20/01/2027 08:12:44,False,\"CN=Backup Operators,CN=Builtin,DC=a\",13/02/2020 10:00:00
planning-temp-02,True,,False,,28/10/2026 10:00:00
finance-officer-03,True,28/01/2027 10:00:00,False,,13/02/2020 10:00:00
svc-backup,False,14/02/2026 09:00:00,True,,01/02/2019 10:00:00
housing-officer-01,False,01/02/2024 12:00:00,True,,13/02/2020 10:00:00
";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn compared(before: &str, after: &str) -> Comparison {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    compare(Export { bytes: before, shows: day("2026-11-02") }, Export { bytes: after, shows: day("2027-01-30") })
        .unwrap()
}

fn figure<'a>(comparison: &'a Comparison, noun: &str) -> &'a Figure {
    comparison.figures.iter().find(|figure| figure.noun.1 == noun).unwrap()
}

fn counts(figure: &Figure) -> (Option<u64>, Option<u64>) {
    (figure.before.count(), figure.after.count())
}

fn rows(told: &Told) -> String {
    match told {
        Told::At(places) => places.to_string(),
        Told::Not(because) => because.clone(),
    }
}

fn items(items: &[portreeve_model::comparison::Item]) -> Vec<String> {
    let told = |item: &portreeve_model::comparison::Item| {
        format!("{} {:?} {:?} {}", item.name, item.before, item.after, item.note.as_deref().unwrap_or("-"))
    };
    items.iter().map(told).collect()
}

#[test]
fn accounts_are_counted_by_class_with_their_rows() {
    let comparison = compared(BEFORE, AFTER);
    let unused = figure(&comparison, "unused accounts");
    assert_eq!(
        (counts(unused), rows(&unused.before), rows(&unused.after)),
        ((Some(3), Some(1)), "2, 3, 5".into(), "3".into())
    );
    assert_eq!(
        items(&unused.went),
        [
            "finance-officer-03 Some(3) Some(4) last logon 28 January 2027",
            "planning-temp-01 Some(5) None not in the later export",
            "svc-backup Some(2) Some(5) disabled since"
        ]
    );
    // Created five days before the first export, it was new then and is unused now.
    assert_eq!(items(&unused.came), ["planning-temp-02 Some(6) Some(3) never logged on"]);
    let fates: Vec<_> = unused.breakdown.iter().map(|(fate, count)| (fate.as_str(), *count)).collect();
    assert_eq!(fates, [("disabled since", 1), ("not in the later export", 1), ("used since", 1)]);

    for (noun, expected) in [
        ("unused accounts that never logged on", (Some(1), Some(1))),
        ("enabled accounts whose password never expires", (Some(1), Some(0))),
        ("members of privileged groups", (Some(1), Some(1))),
        ("accounts", (Some(6), Some(5))),
        ("enabled accounts", (Some(5), Some(3))),
        ("disabled accounts", (Some(1), Some(2))),
    ] {
        assert_eq!(counts(figure(&comparison, noun)), expected, "{noun}");
    }
    assert!(comparison.figures.iter().all(|figure| !figure.noun.1.contains("adminCount")), "no export has it");
    let privileged = figure(&comparison, "members of privileged groups");
    assert_eq!(items(&privileged.went), ["svc-backup Some(2) Some(5) was in Domain Admins"]);
    assert_eq!(items(&privileged.came), ["finance-officer-04 Some(4) Some(2) in Backup Operators"]);
    assert_eq!(comparison.headline().unwrap().noun.1, "unused accounts");
}

#[test]
fn what_csvde_writes_is_read_by_its_flags_and_filetimes() {
    // 512 enabled, 514 disabled, 66048 enabled with a password that never expires; 132223104000000000 is 1 January 2020.
    let export = "DN,objectClass,sAMAccountName,userAccountControl,lastLogonTimestamp,adminCount,primaryGroupID\r\n\
                  \"CN=a,DC=x\",user,svc-backup,66048,132223104000000000,1,512\r\n\
                  \"CN=b,DC=x\",user,finance-officer-03,514,0,,513\r\n\
                  \"CN=c,DC=x\",user,finance-officer-04,0x200,134374464000000000,,513\r\n\
                  \"CN=d,DC=x\",computer,FW01$,4096,0,,515\r\n\
                  \"CN=e,DC=x\",group,Staff,,,,\r\n\
                  \"CN=f,DC=x\",user,,512,,,\r\n";
    let comparison = compared(export, export);
    for (noun, expected) in [
        ("accounts", "2 to 4"),
        ("enabled accounts", "2, 4"),
        ("unused accounts", "2"),
        ("enabled accounts whose password never expires", "2"),
        ("accounts with adminCount 1", "2"),
        ("members of privileged groups", "no column says groups"),
    ] {
        assert_eq!(rows(&figure(&comparison, noun).before), expected, "{noun}");
    }
    let remarks: Vec<_> =
        comparison.before.remarks.iter().map(|told| (told.says.as_str(), told.at.to_string())).collect();
    assert_eq!(
        remarks,
        [
            ("without an account name, left out", "7".to_owned()),
            ("of a computer, a managed service account, a group or a contact, left out", "5, 6".to_owned()),
        ]
    );
}

#[test]
fn dates_are_never_guessed() {
    let export = |dates: &[&str]| {
        let rows = dates.iter().enumerate().map(|(at, date)| format!("svc-{at},True,{date}\n"));
        format!("SamAccountName,Enabled,LastLogonDate\n{}", rows.collect::<String>())
    };
    let read = |dates: &[&str]| {
        let comparison = compared(&export(dates), &export(dates));
        let told = comparison.before.remarks.iter().map(|told| format!("{}: {}", told.at, told.says));
        (rows(&figure(&comparison, "unused accounts").before), told.collect::<Vec<_>>())
    };
    // 3 February or 2 March: read as UK, and said.
    assert_eq!(
        read(&["03/02/2026", "31/11/2026"]),
        (
            "2".into(),
            vec![
                "3: with a last logon that cannot be read, not counted as unused".into(),
                "2: with a last logon that could be read in either order, read as UK (day first)".into()
            ]
        )
    );
    // A date beside it that is one only with the day first leaves no doubt.
    assert_eq!(read(&["03/02/2026", "13/02/2026"]), ("2, 3".into(), vec![]));
    // One that is a date only with the month first says that the others cannot be read as UK.
    assert_eq!(
        read(&["03/02/2026", "02/13/2026"]),
        (
            String::new(),
            vec![
                "3: with a last logon that is a date only with the month first, not counted as unused".into(),
                "2: with a last logon in either order, not counted as unused because other rows have the month first"
                    .into()
            ]
        )
    );
    assert_eq!(
        read(&["2026-11-03"]),
        (String::new(), vec!["2: with a last logon after the day the export shows".into()])
    );
    // Ninety days before 2 November 2026 is 4 August.
    assert_eq!(read(&["2026-08-04", "2026-08-05"]), ("2".into(), vec![]));
}

#[test]
fn an_export_in_which_powershell_lost_the_groups_gives_no_figure_for_them() {
    let export = "SamAccountName,Enabled,LastLogonDate,MemberOf\n\
                  svc-backup,True,,Microsoft.ActiveDirectory.Management.ADPropertyValueCollection\n";
    let privileged = figure(&compared(export, export), "members of privileged groups").before.clone();
    assert_eq!(privileged, Told::Not("PowerShell wrote the name of a type where the groups should be".into()));
}

#[test]
fn tables_are_matched_by_the_first_column_that_tells_rows_apart() {
    let was = "Status,Host,Owner\nopen,fw-1,network\nopen,fw-2,network\nopen,sw-1,network\n";
    let is = "Host;Status;Checked\nfw-2;closed;yes\nsw-1;open;no\nsw-2;open;no\n";
    let comparison = compared(was, is);
    let rows = &comparison.figures[0];
    assert_eq!(items(&rows.went), ["fw-1 Some(2) None -"]);
    assert_eq!(items(&rows.came), ["sw-2 None Some(4) -"]);
    assert_eq!(items(&rows.changed), ["fw-2 Some(3) Some(2) Status: \"closed\", was \"open\""]);
    assert_eq!(rows.breakdown, [("changed in \"Status\"".to_owned(), 1)]);
    assert!(comparison.rules[0].contains("\"Host\""), "{:?}", comparison.rules);
    assert_eq!(
        comparison.also,
        [
            "Columns only in the earlier export, not compared: \"Owner\".",
            "Columns only in the later export, not compared: \"Checked\"."
        ]
    );
}

#[test]
fn a_column_that_tells_rows_apart_in_one_export_only_matches_none() {
    let comparison = compared("Owner,Host\nnetwork,fw-1\nservers,fw-2\n", "Owner,Host\nnetwork,fw-1\nnetwork,fw-2\n");
    assert!(comparison.rules[0].contains("\"Host\""), "{:?}", comparison.rules);
    assert_eq!(items(&comparison.figures[0].changed), ["fw-2 Some(3) Some(3) Owner: \"network\", was \"servers\""]);
}

#[test]
fn tables_without_such_a_column_are_matched_whole() {
    let comparison = compared("A,B\nx,1\nx,1\ny,1\n", "A,B\nx,1\ny,2\ny,1\n");
    let rows = &comparison.figures[0];
    assert_eq!(
        (items(&rows.went), items(&rows.came)),
        (vec!["x, 1 Some(3) None -".to_owned()], vec!["y, 2 None Some(3) -".to_owned()])
    );
}

#[test]
fn firewalls_are_compared_by_rule_and_no_other_line_is_told() {
    let was = "ASA Version 9.1\nenable password SECRET1 encrypted\n\
               access-list OUT extended permit ip any any\n\
               access-list OUT extended permit tcp any host 192.0.2.1 eq 443\n\
               access-list OUT extended deny ip any any\n";
    let is = "ASA Version 9.16\nenable password SECRET2 encrypted\n\
              access-list OUT extended deny ip any any\n\
              access-list OUT extended permit tcp any host 192.0.2.1 eq 443\n\
              access-list OUT extended permit tcp any host 192.0.2.2 eq 443\n";
    let comparison = compared(was, is);
    let open = figure(&comparison, "any-any permit rules");
    assert_eq!((counts(open), rows(&open.before)), ((Some(1), Some(0)), "3".into()));
    assert_eq!(items(&open.went), ["OUT: permit ip any any Some(3) None not in the later file"]);
    assert_eq!(comparison.facts[1].before, Some(("ASA Version 9.1".to_owned(), Some(1))));
    assert_eq!(
        comparison.also,
        [
            "Rules that both have stand in another order in: OUT.",
            "Of all lines, 4 lines went (1 to 3, 5) and 4 lines came (1 to 3, 5)."
        ]
    );
    assert!(!format!("{comparison:?}").contains("SECRET"), "a line that is no rule is not told");
}

#[test]
fn a_policy_that_was_narrowed_is_told_by_what_changed_in_it() {
    let policy = |dst: &str| {
        format!(
            "config system global\nend\nconfig firewall policy\nedit 7\nset action accept\nset srcaddr all\nset dstaddr {dst}\nset service ALL\nnext\nend\n"
        )
    };
    let comparison = compared(&policy("all"), &policy("web-1"));
    assert_eq!(
        items(&figure(&comparison, "any-any permit rules").went),
        ["firewall policy: 7 Some(4) Some(4) narrowed or not in force"]
    );
    assert_eq!(
        items(&figure(&comparison, "rules").changed),
        ["firewall policy: 7 Some(4) Some(4) dstaddr: web-1, was all"]
    );
}

#[test]
fn text_is_compared_by_line_and_unlike_things_not_at_all() {
    let comparison = compared("one\ntwo\nthree\n", "one\n2\nthree\nfour\n");
    let lines = &comparison.figures[0];
    assert_eq!(
        (items(&lines.went), items(&lines.came)),
        (vec!["two Some(2) None -".to_owned()], vec!["2 None Some(2) -".to_owned(), "four None Some(4) -".to_owned()])
    );
    let unlike = compare(
        Export { bytes: BEFORE.as_bytes(), shows: day("2026-11-02") },
        Export { bytes: b"just text\n", shows: day("2026-11-02") },
    );
    assert!(unlike.unwrap_err().to_string().contains("the earlier file is a table and the later one is text"));
    let empty = compare(
        Export { bytes: BEFORE.as_bytes(), shows: day("2026-11-02") },
        Export { bytes: b"", shows: day("2026-11-02") },
    );
    assert_eq!(empty.unwrap_err(), CompareError::Unread { which: Which::Later, problem: Problem::Empty });
}

/// One of each sort.
fn samples() -> Vec<Vec<u8>> {
    let asa = "ASA Version 9.1\naccess-list OUT extended permit ip any any\naccess-list OUT extended deny ip any any\n";
    let fortinet = "config firewall policy\nedit 1\nset action accept\nset srcaddr \"all\"\nset dstaddr all\nset service ALL\nnext\nend\n";
    let palo_alto = "set deviceconfig system hostname fw\nset rulebase security rules \"a b\" source [ any ]\n";
    let iptables = "*filter\n:INPUT DROP [1:2]\n[0:0] -A INPUT -m comment --comment \"x\" -j ACCEPT\nCOMMIT\n";
    let ios = "version 15.2\nhostname r\ninterface x\nip access-list extended E\n permit ip any any\n";
    let csvde = "DN,sAMAccountName,userAccountControl,lastLogonTimestamp,memberOf\n\"CN=a,DC=x\",svc-1,512,132223104000000000,\"CN=Domain Admins,CN=Users,DC=x;CN=y,DC=x\"\n";
    let wide: Vec<u8> = BEFORE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let texts = [BEFORE, AFTER, asa, fortinet, palo_alto, iptables, ios, csvde, "a;b\n1;\"x\ny\"\n2;z\n", "one\ntwo\n"];
    texts.iter().map(|text| text.as_bytes().to_vec()).chain([wide]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Bytes that a stranger has changed are compared or refused, and with themselves they are the same.
    #[test]
    fn mutated_bytes_never_panic_and_equal_themselves(
        sample in 0..11_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..12),
    ) {
        let original = samples()[sample].clone();
        let mut bytes = original.clone();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match how {
                0 if !bytes.is_empty() => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at),
            }
        }
        let export = |bytes| Export { bytes, shows: day("2026-11-02") };
        let _ = compare(export(&original), export(&bytes));
        if let Ok(same) = compare(export(&bytes), export(&bytes)) {
            prop_assert!(same.is_same(), "{same:?}");
        }
    }

    /// However the rows of a table are sorted, the same is counted, and what came and went has the same names.
    #[test]
    fn the_order_of_rows_does_not_matter(
        order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
        choices in prop::collection::vec((0..5_usize, 0..2_usize, 0..4_usize), 12),
    ) {
        let row = |at: usize| {
            let (name, enabled, date) = choices[at];
            let dates = ["03/02/2026", "2026-10-30", "", "x"];
            format!("svc-{name},{},{}\n", ["True", "False"][enabled], dates[date])
        };
        let sheet = |order: &[usize]| {
            let rows: String = order.iter().map(|at| row(*at)).collect();
            format!("SamAccountName,Enabled,LastLogonDate\n{rows}")
        };
        let straight: Vec<usize> = (0..12).collect();
        let one = compared(&sheet(&straight), &sheet(&straight[..8]));
        let other = compared(&sheet(&order), &sheet(&straight[..8]));
        let told = |comparison: &Comparison| -> Vec<_> {
            let names = |items: &[portreeve_model::comparison::Item]| items.iter().map(|item| item.name.clone()).collect::<Vec<_>>();
            comparison.figures.iter().map(|figure| (counts(figure), names(&figure.came), names(&figure.went), figure.breakdown.clone())).collect()
        };
        prop_assert_eq!(told(&one), told(&other));
        let shuffled = compare(
            Export { bytes: sheet(&straight).as_bytes(), shows: day("2026-11-02") },
            Export { bytes: sheet(&order).as_bytes(), shows: day("2026-11-02") },
        ).unwrap();
        prop_assert!(shuffled.is_same(), "{shuffled:?}");
    }
}

#[test]
fn a_quotation_mark_too_many_does_not_tell_the_lines_after_it() {
    let before = "set deviceconfig system hostname fw\nset rulebase security rules web action allow\n";
    let after = "set deviceconfig system hostname fw\n\
         set rulebase security rules web action \"deny\nset mgt-config users admin phash aaaa\" x\n\
         set rulebase security rules \"all out\nset mgt-config users admin phash bbbb\" action allow\n";
    let told = format!("{:?}", compared(before, after));
    assert!(told.contains("rulebase: all out…") && told.contains("action: deny…, was allow"), "{told}");
    assert!(!told.contains("phash"), "{told}");
}
