//! Playbooks are read whole, in full, and against the frameworks they touch.

use portreeve_catalogue::{Catalogue, bundled, read_playbook};
use serde_json::{Value, json};

#[test]
fn what_was_read_is_what_the_file_says() {
    let catalogue = Catalogue::bundled().unwrap();
    for (id, bytes) in bundled::playbook_files() {
        let file: Value = serde_json::from_slice(&bytes).unwrap();
        let mut read = serde_json::to_value(&catalogue.playbooks[&id]).unwrap();
        // The requirements are a set: their order in the file is not kept.
        let order = file["requirements"].clone();
        let mut sorted: Vec<String> = serde_json::from_value(order.clone()).unwrap();
        sorted.sort();
        assert_eq!(read["requirements"], json!(sorted), "{id}");
        read["requirements"] = order;
        // So are ids of weaknesses.
        for ids in ["cwes", "cves"] {
            let order = file["matches"][ids].clone();
            assert_eq!(sorted_texts(&read["matches"][ids]), sorted_texts(&order), "{id}");
            if !order.is_null() {
                read["matches"][ids] = order;
            }
        }
        assert_eq!(read, file, "{id}");
    }
}

fn sorted_texts(list: &Value) -> Vec<&str> {
    let mut texts: Vec<&str> = list.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    texts.sort_unstable();
    texts
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let catalogue = Catalogue::bundled().unwrap();
    let mut file: Value = serde_json::from_slice(&bundled::playbook_file("firewall-renewal").unwrap()).unwrap();
    file["id"] = json!("Firewall Renewal");
    file["summary"] = json!("");
    file["resolves"] =
        json!([{"id": "FC-5", "title": "x"}, {"id": "FC-05", "title": "x"}, {"id": "FC-05", "title": "y"}]);
    file["requirements"] = json!(["PSN-BND", "caf-4.0:A1.a", "psn-coco-1.32:PSN-NONE"]);
    file["closing_evidence"] = json!([{"kind": "statement", "when": "now", "shows": "x"}, {"kind": "statement", "when": "after", "shows": "x"}, {"kind": "statement", "when": "after", "shows": "y"}]);
    file["matches"] = json!({"phrases": ["Firewall"], "cves": ["CVE-1"], "words": []});
    file["lead_time"] = json!({"from_weeks": 9, "to_weeks": 3, "because": "x"});
    file["prerequisites"] = json!([{"playbook": "x"}]);
    file["owner"] = json!("");
    file["steps"] = json!([]);
    file["confidence"] = json!("certain");
    file["cost"] = json!(1);
    let said = read_playbook(file.to_string().as_bytes(), &catalogue.frameworks).unwrap_err().to_string();
    for place in [
        "/id",
        "/summary",
        "/owner",
        "/resolves/0",
        "/resolves/2",
        "/requirements/0",
        "/requirements/2",
        "/closing_evidence/0",
        "/closing_evidence/2",
        "/closing_evidence",
        "/matches/phrases/0",
        "/matches/cves/0",
        "/matches/words",
        "/lead_time/to_weeks",
        "/prerequisites/0",
        "/steps",
        "/confidence",
        "/cost",
    ] {
        let told = said.lines().filter(|line| line.starts_with(&format!("{place}: "))).count();
        assert_eq!(told, 1, "{place} in\n{said}");
    }
    assert_eq!(said.lines().count(), 18, "{said}");
}

/// The built-in firewall playbook under another name, waiting for others.
fn waiting(id: &str, first: &[&str]) -> (String, Vec<u8>) {
    let bytes = bundled::playbook_file("firewall-renewal").expect("it is built in");
    let mut file: Value = serde_json::from_slice(&bytes).expect("it is JSON");
    file["id"] = json!(id);
    file["prerequisites"] = first.iter().map(|id| json!({"playbook": id, "because": "x"})).collect();
    (format!("{id}.json"), file.to_string().into_bytes())
}

#[test]
fn a_requirement_of_a_framework_that_is_not_at_hand_is_let_be() {
    let alone = Catalogue::bundled_playbooks().unwrap();
    assert_eq!(alone, Catalogue::bundled().unwrap().playbooks);
}

#[test]
fn prerequisites_exist_and_nothing_waits_for_itself() {
    let told = |files: &[(String, Vec<u8>)]| {
        let mut catalogue = Catalogue::default();
        let files = files.iter().map(|(name, bytes)| (name.clone(), bytes.as_slice()));
        let said = catalogue.add_playbooks(files).err().map(|problems| problems.to_string());
        (said, catalogue.playbooks.len())
    };
    assert_eq!(told(&[waiting("a", &["b"]), waiting("b", &[])]), (None, 2));
    let (said, kept) = told(&[waiting("a", &["none"])]);
    assert!(said.unwrap().starts_with("a.json#/prerequisites/0/playbook: there is no playbook `none`"));
    assert_eq!(kept, 0, "nothing is added when one of them is wrong");
    for circle in [vec![waiting("a", &["a"])], vec![waiting("a", &["b"]), waiting("b", &["c"]), waiting("c", &["a"])]] {
        assert!(told(&circle).0.unwrap().contains("in turn"));
    }
}
