//! Before and after: two exports of the same thing and what a board reads of them. Every account, host and figure here
//! is invented.

use std::fs;

use crate::support::{Place, day};

/// `Get-ADUser … | Export-Csv` before a clean-up, in UTF-16 as PowerShell 5 redirects it. The dates are the exports' own,
/// and so are the days they show.
const BEFORE: &str = "\
#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\r
\"SamAccountName\",\"Enabled\",\"LastLogonDate\",\"PasswordNeverExpires\",\"MemberOf\"\r
\"svc-backup\",\"True\",\"14/02/2026 09:00:00\",\"True\",\"CN=Domain Admins,CN=Users,DC=northmoor,DC=example\"\r
\"finance-officer-03\",\"True\",\"\",\"False\",\"\"\r
\"finance-officer-04\",\"True\",\"30/05/2026 08:12:44\",\"False\",\"\"\r
\"planning-temp-01\",\"True\",\"15/01/2026 12:00:00\",\"False\",\"\"\r
\"planning-temp-02\",\"True\",\"31/11/2025 12:00:00\",\"False\",\"\"\r
\"housing-officer-01\",\"False\",\"01/02/2024 12:00:00\",\"True\",\"\"\r
";

/// After it, with other tools: semicolons, UTF-8, sorted anew.
const AFTER: &str = "\
SamAccountName;Enabled;LastLogonDate;PasswordNeverExpires;MemberOf
finance-officer-03;True;28/06/2026 10:00:00;False;
finance-officer-04;True;20/06/2026 08:12:44;False;CN=Backup Operators,CN=Builtin,DC=northmoor,DC=example
housing-officer-01;False;01/02/2024 12:00:00;True;
planning-temp-02;True;;False;
svc-backup;False;14/02/2026 09:00:00;True;
";

const ASA_BEFORE: &str = "ASA Version 9.1\nenable password NOT-TO-BE-TOLD encrypted\n\
    access-list OUT extended permit ip any any\naccess-list OUT extended deny ip any any\n";
const ASA_AFTER: &str = "ASA Version 9.16\nenable password NOR-THIS encrypted\n\
    access-list OUT extended permit tcp any host 192.0.2.1 eq 443\naccess-list OUT extended deny ip any any\n";

/// A register with both exports as evidence: E-0001 shows 1 June 2026, E-0002 shows 1 July 2026.
fn with_exports() -> Place {
    let place = Place::with_an_action();
    let wide: Vec<u8> = "\u{FEFF}".encode_utf16().chain(BEFORE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write(place.path("users-june.csv"), wide).unwrap();
    place.write("users-july.csv", AFTER);
    for (file, shows) in [("users-june.csv", "2026-06-01"), ("users-july.csv", "2026-07-01")] {
        let line = format!(
            "evidence add {file} --for RAP-001 --kind configuration-export --shows {shows} --marking official-sensitive"
        );
        let _ = place.by("network-officer", &line).fine();
    }
    place
}

#[test]
fn a_board_reads_what_a_clean_up_did() {
    let place = with_exports();
    let before = place.bytes_of("register");
    let ran = place.run("evidence compare E-0001 E-0002").fine();
    insta::assert_snapshot!("compare_accounts", ran.out);
    assert!(place.bytes_of("register") == before, "the summary is never stored");

    let object = place.run("evidence compare E-0001 E-0002 --json").fine().json();
    assert_eq!(object["format"], "portreeve.evidence-comparison/1");
    assert_eq!(object["heading"], "3 unused accounts → 1");
    assert_eq!(object["figures"][0]["before"]["at"], serde_json::json!([[3, 4], [6, 6]]));
    assert_eq!(object["before"]["remarks"][0]["count"], 1);
    let _ = place.run(&format!("evidence find {}", object["before"]["sha256"].as_str().unwrap())).fine().says("E-0001");
}

#[test]
fn an_action_finds_its_own_before_and_after() {
    let place = with_exports();
    let _ = place.by("network-officer", "action claim RAP-001 --on 2026-06-20").fine();
    let around =
        place.run("evidence compare --action RAP-001").fine().says("3 unused accounts → 1").says("Around RAP-001");
    let named = place.run("evidence compare E-0001 E-0002").fine();
    assert_eq!(around.out.replace("Around RAP-001\n", ""), named.out);
    // Two kinds have a before and an after, so one has to be named.
    for (file, shows) in [("users-june.csv", "2026-06-02"), ("users-july.csv", "2026-07-02")] {
        let line = format!("evidence add {file} --for ITHC-1-001 --kind inventory --shows {shows}");
        let _ = place.by("network-officer", &line).fine();
    }
    let told = "portreeve evidence compare --action RAP-001 --kind configuration-export";
    let _ = place.run("evidence compare --action RAP-001").exits(2).warns("several kinds").warns(told);
    let around = place.run("evidence compare --action RAP-001 --kind inventory").fine();
    let _ = around.says("From E-0003 on 2 June 2026 to E-0004 on 2 July 2026");
    let around = place.run("evidence compare --action RAP-001 --kind configuration-export").fine();
    assert_eq!(around.out.replace("Around RAP-001\n", ""), named.out);
    // What was rejected is passed over, and then there is nothing after it.
    let _ = place.by("checker", "evidence check E-0002 --reject \"Only one domain\"").fine();
    let ran = place.run("evidence compare --action RAP-001 --kind configuration-export");
    let _ = ran.exits(2).warns("no two items of evidence of one kind");
    let _ = place.run("evidence compare E-0001 E-0002").fine().says("shows 1 July 2026, not accepted");
}

#[test]
fn a_new_rule_base_is_compared_and_no_secret_is_told() {
    let place = Place::with_an_action();
    place.write("old/fw.txt", ASA_BEFORE);
    place.write("new/fw.txt", ASA_AFTER);
    for (file, shows) in [("old/fw.txt", "2026-06-01"), ("new/fw.txt", "2026-07-01")] {
        let line = format!("evidence add {file} --for RAP-001 --kind configuration-export --shows {shows}");
        let _ = place.by("network-officer", &line).fine();
    }
    let ran = place.run("evidence compare E-0001 E-0002").fine();
    insta::assert_snapshot!("compare_firewalls", ran.out);
    let object = place.run("evidence compare E-0001 E-0002 --json").fine();
    for secret in ["NOT-TO-BE-TOLD", "NOR-THIS"] {
        assert!(!ran.out.contains(secret) && !object.out.contains(secret), "{secret}");
    }
}

#[test]
fn what_cannot_be_compared_is_refused_with_what_to_do() {
    let place = with_exports();
    place.write("notes.txt", "neither a table\nnor rules\n");
    place.write("picture.pdf", "%PDF-1.7\n");
    let yesterday = day(-1);
    for line in [
        format!("evidence add notes.txt picture.pdf --for RAP-001 --kind configuration-export --shows {yesterday}"),
        format!("evidence add notes.txt --for RAP-001 --kind policy --shows {yesterday}"),
        format!("evidence say \"It was done\" --title Said --for RAP-001 --kind policy --shows {yesterday}"),
    ] {
        let _ = place.by("network-officer", &line).fine();
    }
    for (line, because, help) in [
        ("E-0001 E-0001", "the same item", "evidence list"),
        ("E-0002 E-0001", "is after what `E-0001` shows", "portreeve evidence compare E-0001 E-0002"),
        ("E-0001 E-0004", "only evidence of one kind", "evidence list"),
        ("E-0001 E-0009", "there is no evidence `E-0009`", "did you mean"),
        ("E-0004 E-0005", "has no files", "both need a file"),
        ("E-0001 E-0003", "several files, and no name is in both", "--file NAME"),
        ("E-0001 E-0003 --file nothing.csv", "has no file `nothing.csv`", "evidence show E-0001"),
        ("E-0001 E-0003 --file notes.txt", "they are not exports of the same thing", "--file NAME"),
        ("E-0001 E-0003 --file picture.pdf", "it is not text", "evidence show E-0003"),
        ("--action RAP-001", "of one kind", "action show RAP-001"),
        ("--action RAP-009", "there is no action `RAP-009`", "did you mean"),
        ("E-0001", "required", "--help"),
    ] {
        let ran = place.run(&format!("evidence compare {line}")).exits(2).warns(because);
        let _ = ran.warns(help);
    }
    let _ = place.by("security-officer", "evidence withdraw E-0002 --reason \"Personal data\" --erase").fine();
    let _ = place.run("evidence compare E-0001 E-0002").exits(2).warns("taken back and its files removed");
}

#[test]
fn bytes_that_were_changed_in_the_store_give_no_figure() {
    let place = with_exports();
    let digest = place.run("evidence compare E-0001 E-0002 --json").fine().json()["after"]["sha256"].clone();
    let mut found = Vec::new();
    for (path, bytes) in place.bytes_of("register/objects") {
        if path.to_string_lossy().replace(['/', '\\'], "").ends_with(digest.as_str().unwrap()) {
            found.push((path, bytes));
        }
    }
    let [(path, bytes)] = found.as_slice() else { panic!("{} objects of that name", found.len()) };
    let changed = String::from_utf8(bytes.clone()).unwrap().replace("svc-backup;False", "svc-backup;True ");
    fs::remove_file(path).unwrap();
    fs::write(path, changed).unwrap();
    let _ = place.run("evidence compare E-0001 E-0002").exits(4).warns("is not as it was recorded");
}
