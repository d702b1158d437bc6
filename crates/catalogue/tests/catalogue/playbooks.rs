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
        assert_eq!(read, file, "{id}");
    }
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let catalogue = Catalogue::bundled().unwrap();
    let mut file: Value = serde_json::from_slice(&bundled::playbook_file("firewall-renewal").unwrap()).unwrap();
    file["id"] = json!("Firewall Renewal");
    file["summary"] = json!("");
    file["resolves"] =
        json!([{"id": "FC-5", "title": "x"}, {"id": "FC-05", "title": "x"}, {"id": "FC-05", "title": "y"}]);
    file["requirements"] = json!(["PSN-BND", "caf-9.9:A1.a", "psn-coco-1.32:PSN-NONE"]);
    file["closing_evidence"] = json!([{"kind": "statement", "shows": "x"}]);
    file["steps"] = json!([]);
    file["confidence"] = json!("certain");
    file["cost"] = json!(1);
    let said = read_playbook(file.to_string().as_bytes(), &catalogue.frameworks).unwrap_err().to_string();
    for place in [
        "/id",
        "/summary",
        "/resolves/0",
        "/resolves/2",
        "/requirements/0",
        "/requirements/1",
        "/requirements/2",
        "/closing_evidence",
        "/steps",
        "/confidence",
        "/cost",
    ] {
        let told = said.lines().filter(|line| line.starts_with(&format!("{place}: "))).count();
        assert_eq!(told, 1, "{place} in\n{said}");
    }
    assert_eq!(said.lines().count(), 11, "{said}");
}
