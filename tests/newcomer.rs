//! A newcomer's way from an empty folder to a pack that an assessor believes, and to one that was tampered with.

use std::fs;

use crate::support::{Place, day};

#[test]
fn from_nothing_to_a_pack_and_what_tampering_does() {
    let place = Place::with_evidence();
    let _ = place.by("network-officer", "evidence check E-0001").exits(3);
    let _ = place.by("checker", "evidence check E-0001").fine().says("shows what it should");
    let _ = place.run("readiness").exits(1).says("would not pass");
    let _ = place.run("why").exits(1);
    drop(place);

    let place = Place::ready();
    let _ = place.run("readiness").fine().says("would pass");
    let _ = place.run("status").fine();
    let built = place.run("pack build pack").fine().says("P-");
    assert!(!built.out.contains("MISSING"), "{}", built.out);
    let month: String = day(0).chars().take(7).collect();
    let _ = place.run("pack list").fine().says(&format!("P-{month}"));
    let _ = place.run("pack verify pack").fine().says("Self-signed history only: nothing from outside vouches for it");
    let vouched = place.run("pack verify pack --key pack.allowed_signers --checkpoint pack.checkpoint").fine();
    assert!(!vouched.out.contains("Self-signed history only"), "{}", vouched.out);
    let _ = place.run("verify --key pack.allowed_signers --checkpoint pack.checkpoint").fine();

    let late = format!("pack verify pack --on {}", day(500));
    let _ = place.run(&late).exits(1).says("out of date");

    fs::write(place.path("pack/data/plan.csv"), "nothing is wrong here\n").unwrap();
    let _ = place.run("pack verify pack").exits(4).says("NOT as it was signed");
}

#[test]
fn the_one_line_is_read_back_and_a_slip_is_refused() {
    let place = Place::with_an_action();
    let line = "Patch the servers @network-officer by 1 March 2030 £80,000 £15,000 pa";
    let _ = place.run(&format!("action add \"{line} fixes ITHC-1-01\"")).exits(2).warns("did you mean `ITHC-1-001`?");
    let _ = place
        .run(&format!("action add \"{line} closes ithc-1-001:vpn02\""))
        .fine()
        .says("Added RAP-002  Patch the servers")
        .says("1 March 2030\n")
        .says("£80,000 and £15,000 a year")
        .says("ITHC-1-001 on vpn02");
    let _ = place.run("action change RAP-002 --closes ITHC-1-001:vpn01 --reason \"a slip\"").fine().says("on vpn01");
    let _ = place
        .run("action add \"Do it @network-officer by 31 November 2030\"")
        .exits(2)
        .warns("November 2030 has 30 days");
    let _ = place.run("action add \"Do it by 1 March 2030\"").exits(2).warns("@PERSON");
    let _ = place.run("action add \"Do it @network-officer\"").exits(2).warns("--no-date");
    let _ = place.run("action add \"Do it @network-officr by 1 March 2030\"").exits(2).warns("`network-officer`");
    let _ = place.run("action add \"Do it @network-officer by March 2030\"").exits(2).warns("`by March` is no date");
    let late = "action add \"Do it @network-officer by 1 March 2020\"";
    let _ = place.run(late).exits(2).warns("its original date can never move").warns("--already-late");
    let _ = place.run(&format!("{late} --already-late")).fine().warns("late from the start");
    let odd = place.run("action add \"Spend 8000 fixes #14 @network-officer by 1 March 2030\"").fine();
    assert!(odd.err.contains("`8000`") && odd.err.contains("`fixes #14`"), "{}", odd.err);
}

#[test]
fn a_whole_year_of_a_finding() {
    let place = Place::with_evidence();
    let (today, later) = (day(0), day(90));
    for (person, line) in [
        ("security-officer", "finding hosts ITHC-1-001 vpn03 --reason \"found in the inventory\"".to_owned()),
        (
            "security-officer",
            "finding correct ITHC-1-001 --title \"VPN certificate out of date\" --reason clearer".to_owned(),
        ),
        (
            "security-officer",
            format!(
                "finding retest ITHC-1-001 vpn01=fixed vpn02=still-there vpn03=could-not-tell --on {today} --evidence E-0001"
            ),
        ),
        (
            "security-officer",
            "finding conclude ITHC-1-001 --false-positive --reason \"the tester was wrong\"".to_owned(),
        ),
        ("checker", "finding check ITHC-1-001 --reject --note \"no\"".to_owned()),
        (
            "security-officer",
            format!(
                "decision add \"Second link\" --body \"ICT board\" --needed-by {later} --option \"A=Microwave £80,000 £15,000/year\" --option \"B=Do nothing\" --recommend A"
            ),
        ),
        (
            "security-officer",
            "action change RAP-001 --after D-01 --resources yes --budget no --cost £2,000 --reason agreed".to_owned(),
        ),
        (
            "security-officer",
            format!(
                "action move RAP-001 --to {later} --reason \"waits for the link\" --approved-by siro --minute \"Board, item 4\""
            ),
        ),
        ("security-officer", format!("decision record D-01 --outcome A --on {today} --minute \"Board, item 5\"")),
        (
            "siro",
            format!(
                "risk accept ITHC-1-001:vpn03 --until {later} --reason \"in a cupboard\" --control \"switched off\""
            ),
        ),
        ("siro", "risk end RA-01 --reason \"it is on again\"".to_owned()),
        (
            "security-officer",
            "requirement state PSN-BND-FW --statement \"Two firewalls, reviewed each quarter\"".to_owned(),
        ),
        ("security-officer", "requirement exclude PSN-ENV-CLOUD --reason \"no cloud services\"".to_owned()),
        ("checker", "requirement check PSN-ENV-CLOUD --accept".to_owned()),
        ("security-officer", "scheme baseline --note \"Board, item 6\"".to_owned()),
        (
            "network-officer",
            format!("evidence refer CHG-4127 --kind change-ticket --for RAP-001 --for ITHC-1-001 --shows {today}"),
        ),
        (
            "network-officer",
            format!(
                "evidence say \"I saw it\" --title \"Word of the network officer\" --for PSN-BND-FW --shows {today}"
            ),
        ),
        ("security-officer", "evidence link E-0002 --for PSN-BND-FW".to_owned()),
        ("checker", "evidence check E-0002 --reject \"the ticket is not closed\"".to_owned()),
        ("network-officer", "evidence withdraw E-0003 --reason \"not needed\"".to_owned()),
        ("network-officer", "action claim RAP-001 --note done".to_owned()),
        ("security-officer", "action reopen RAP-001 --reason \"vpn02 is still there\"".to_owned()),
        ("security-officer", "action withdraw RAP-001 --reason \"planned again\"".to_owned()),
        ("security-officer", format!("certificate add --issuer \"PSN team\" --from {today} --until {later}")),
        ("security-officer", format!("certificate withdraw CERT-{} --on {today} --reason \"taken away\"", &today[..4])),
        ("security-officer", "person roles checker --role checker --role tester --reason \"tests too\"".to_owned()),
        ("security-officer", format!("person left network-officer --on {today}")),
        ("security-officer", "organisation add SBC \"Another council\"".to_owned()),
    ] {
        let ran = place.by(person, &line).fine();
        assert!(ran.out.contains("Entry #") && ran.out.contains("portreeve undo"), "{line}\n{}", ran.out);
    }
    let _ = place.run("verify").fine().says("as it was recorded");
}

#[test]
fn a_folder_is_one_item_and_a_file_is_found_again() {
    let place = Place::with_an_action();
    place.write("export/a.txt", "one\n");
    place.write("export/deep/b.txt", "two\n");
    let line = format!("evidence collect export --for RAP-001 --kind configuration-export --shows {}", day(0));
    let _ = place.run(&line).fine().says("2 files, 8 bytes").says("E-0001  export");
    let _ = place.run("evidence find export/deep/b.txt").fine().says("E-0001");
    let _ = place.run(&format!("evidence find {}", "0".repeat(64))).exits(1);
    let again = format!("evidence add export/a.txt --for RAP-001 --kind configuration-export --shows {}", day(0));
    let _ = place.run(&again).fine().says("held already as E-0001");
    let _ =
        place.run("evidence withdraw E-0001 --reason \"names of people\" --erase").fine().says("cannot be taken back");
    let _ = place.run("evidence find export/deep/b.txt").fine();
    let _ = place.run("verify").fine();
}

#[test]
fn init_says_where_the_key_is_and_never_makes_one_twice() {
    let place = Place::new();
    let ran = place.by("security-officer", "init --name \"East & West\"").fine();
    let key = place.path("home/.config/portreeve/keys/east-west.portreeve.key");
    if cfg!(unix) {
        assert!(key.is_file(), "{}", ran.out);
        assert!(ran.out.contains("keys/east-west.portreeve.key") && ran.out.contains("SHA256:"), "{}", ran.out);
    }
    let _ = place.by("security-officer", "init --name \"East & West\"").exits(2).warns("is there already");
    let _ = place
        .by("security-officer", "init --name Other --register other --key other/inside.key")
        .exits(2)
        .warns("inside");
    assert!(!place.path("other/register.json").exists());
}

#[test]
fn a_founder_can_take_the_steps_that_init_names() {
    let place = Place::new().acting_as("security-officer");
    let _ =
        place.run("init --name Northmoor --organisation NMB=Northmoor").fine().says("administrator, security-officer");
    let _ = place.run("framework adopt psn-coco-1.32").fine().says("portreeve scheme adopt psn");
    let _ = place.run("scheme adopt psn").fine();

    let place = Place::new().acting_as("clerk");
    let _ = place.run("init --name Northmoor --organisation NMB=Northmoor --role action-owner").fine();
    let _ = place
        .run("framework adopt psn-coco-1.32")
        .exits(3)
        .warns("portreeve person roles clerk --add security-officer")
        .warns("portreeve person add security-officer --role security-officer --as clerk");
    let _ = place.run("person roles clerk --add security-officer --reason \"nobody else\"").fine().says("Action owner");
    let _ = place.run("framework adopt psn-coco-1.32").fine();
    let _ = place.run("person roles clerk --role \"Security Officer\" --reason x").exits(3).warns("administrator");
}

#[test]
fn adopting_again_keeps_what_is_not_named() {
    let place = Place::northmoor();
    let _ = place.run("organisation add SBC \"Another council\"").fine();
    let _ = place.run("scheme adopt psn --target 2099-01-01").fine().says("for     NMB\n");
    let _ = place.run("scheme adopt psn").fine().says("1 January 2099");
    let _ = place.run("scheme adopt psn --organisation SBC").fine().says("SBC");
}

#[test]
fn hints_can_be_pasted() {
    let place = Place::with_an_action();
    let shows = day(-1);
    let add = format!("evidence add vpn.txt --for RAP-001 --kind configuration-export --shows {shows}");
    let _ = place.by("network-officer", &add).fine().says("portreeve evidence check E-0001 --as checker");
    let _ = place.by("checker", "evidence check E-0001").fine();
    let claimed = place.by("network-officer", "action claim RAP-001").fine();
    assert!(claimed.out.contains("portreeve action verify RAP-001 --as checker"), "{}", claimed.out);
    let _ = place
        .by("network-officer", "action verify RAP-001")
        .exits(3)
        .warns("portreeve action verify RAP-001 --as checker");
    let folder = format!("evidence add home --for RAP-001 --kind policy --shows {shows}");
    let _ = place.run(&folder).exits(2).warns("portreeve evidence collect home --kind policy --for RAP-001");
    let file = format!("evidence collect vpn.txt --kind policy --shows {shows}");
    let _ = place.run(&file).exits(2).warns("portreeve evidence add vpn.txt --kind policy");
    let lost = format!("evidence add vnp.txt --kind policy --shows {shows}");
    let _ = place.run(&lost).exits(5).warns("check the spelling");
    let word = format!("evidence say \"I saw it\" --title Word --for RAP-001 --shows {shows}");
    let said = place.by("network-officer", &word).fine().says("never enough alone");
    assert!(!said.out.contains("It counts once"), "{}", said.out);
    let _ = place
        .run("requirement exclude PSN-ENV-CLOUD --reason \"no cloud\"")
        .fine()
        .says("portreeve requirement check psn-coco-1.32:PSN-ENV-CLOUD --as checker");
    let _ = place.run("organisation add NMB Northmoor").exits(3).warns("portreeve organisation list");
    let _ = place.run("finding raise ITHC-1 Second --severity High").fine().warns("whose report counts 1");
}

#[test]
fn an_empty_environment_variable_is_unset() {
    let place = Place::northmoor();
    let mut command = place.command();
    let output =
        command.env("PORTREEVE_AS", "").env("PORTREEVE_REGISTER", "").args(["person", "list"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_readme_s_tour_of_other_schemes_can_be_taken() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let section = readme.split("## CAF, Cyber Essentials, audits\n").nth(1).unwrap();
    let block = section.split("```\n").nth(1).unwrap();
    let place = Place::newly_made();
    let _ = place.run("person add internal-auditor --role checker").fine();
    let mut taken = 0;
    for line in block.lines() {
        let command = line.split(" # ").next().unwrap().strip_prefix("portreeve ").expect("every line is a command");
        let ran = place.run(command);
        assert!(ran.code == 0 || (ran.code == 1 && command.starts_with("readiness")), "{command}: {ran:?}");
        if command.starts_with("requirement sheet") {
            // What the reader does in a spreadsheet.
            let sheet = fs::read_to_string(place.path("caf.csv")).unwrap();
            fs::write(place.path("caf.csv"), sheet.replace(",,\r\n", ",no,\r\n")).unwrap();
        }
        taken += 1;
    }
    assert_eq!(taken, 10);
    let _ = place.run("readiness --scheme caf-3.2").exits(1);
}

#[test]
fn a_framework_that_no_scheme_judges_can_be_read() {
    let place = Place::new().acting_as("security-officer");
    let _ = place.run("init --name Northmoor --organisation NMB=Northmoor").fine();
    let _ = place.run("framework adopt psn-coco-1.32").fine();
    let _ = place.run("requirement list --framework psn-coco-1.32").fine().says("PSN-BND-FW");
    let _ = place.run("requirement show PSN-BND-FW").fine().says("no adopted scheme, so it counts nowhere");
    let _ = place.run(&format!("source add S-1 Review --kind review --author Us --on {}", day(-1))).fine();
    let raised = "finding raise S-1 Weak --severity High --requirement PSN-BND-FW";
    let _ = place.run(raised).fine().warns("will count nowhere");
}
