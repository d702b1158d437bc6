//! Names and notes that try to become markup, template, script or another reading order.

use portreeve_model::History;
use serde_json::{Value, json};

use super::fixture::{Fixture, adopted, record};

/// Markup, template marks, quotes and an end of the script, in one title.
pub(crate) const TITLE: &str =
    "</title></script><img src=x onerror=alert(1)> {{register}} {{{style}}} \"q\" 'q' `q` <!-- &amp;";
/// A file name with all that, a direction override and a line feed.
pub(crate) const FILE: &str = "</script><script>alert(1)</script>\u{202E}fdp.\n\"' onload={{x}}\u{FFFE}.html";

/// References that are also ids of the page, or of each other.
pub(crate) fn register() -> Fixture {
    let mut history = History::new();
    let at = "2018-12-01T09:00:00Z";
    let mut tell = |by: &str, event: Value| record(&mut history, by, at, event);
    tell(
        "officer",
        json!({ "kind": "register-opened", "name": TITLE, "origin": "x.example/y", "key": "ssh-ed25519 A x",
        "title": TITLE, "roles": ["administrator", "security-officer"] }),
    );
    for organisation in ["EHC", "SBC"] {
        tell("officer", json!({ "kind": "organisation-added", "id": organisation, "name": TITLE }));
    }
    for (id, role) in [("checker", "checker"), ("siro", "siro"), ("owner", "action-owner")] {
        tell("officer", json!({ "kind": "person-added", "id": id, "title": TITLE, "roles": [role] }));
    }
    for standard in adopted("2018-12-31") {
        tell("officer", standard);
    }
    let (both, requirement) = (json!(["EHC", "SBC"]), json!(["psn-coco-1.32:PSN-OPS-VM"]));
    let note = format!("{TITLE}\n{TITLE}");
    tell(
        "officer",
        json!({ "kind": "source-added", "id": "content", "title": TITLE, "source_kind": "it-health-check",
        "author": TITLE, "on": "2018-11-30", "organisations": both, "findings_reported": 9 }),
    );
    for (order, id) in [(1, "plan"), (2, "X-1"), (3, "PSN-OPS-VM")] {
        tell(
            "officer",
            json!({ "kind": "finding-raised", "id": id, "source": "content", "printed": TITLE, "order": order,
            "title": TITLE, "source_severity": TITLE, "severity": "high", "organisations": both, "hosts": ["<b>h</b>"],
            "requirements": requirement }),
        );
    }
    let options = json!([{ "label": "A", "title": TITLE, "costs": [{ "item": TITLE, "capital": 8_000_000, "yearly": 7550 }] },
        { "label": "<B>", "title": TITLE }]);
    tell(
        "officer",
        json!({ "kind": "decision-raised", "id": "check", "title": TITLE, "body": TITLE,
        "needed_by": "2018-12-05", "organisations": both, "options": options, "recommended": "<B>" }),
    );
    tell(
        "officer",
        json!({ "kind": "action-added", "id": "X-1", "title": TITLE, "owner": "owner", "organisations": both,
        "due": { "on": "2018-12-02" }, "resources": "no", "budget": "no", "closes": { "plan": [], "X-1": [] },
        "after_decisions": ["check"], "costs": [{ "item": TITLE, "capital": 7550 }] }),
    );
    tell(
        "officer",
        json!({ "kind": "action-moved", "id": "X-1", "to": "2019-01-31", "reason": note, "approved_by": "officer" }),
    );
    tell(
        "owner",
        json!({ "kind": "evidence-added", "id": "X-1", "title": TITLE, "evidence_kind": "screenshot",
        "content": { "in": "files", "manifest": "33".repeat(32), "files": 1, "bytes": 1 }, "shows": "2018-11-30",
        "collected": "2018-11-30", "organisations": both, "actions": ["X-1"], "marking": "official-sensitive" }),
    );
    tell(
        "owner",
        json!({ "kind": "evidence-added", "id": "said", "title": TITLE, "evidence_kind": "statement",
        "content": { "in": "said", "words": note }, "shows": "2018-11-30", "collected": "2018-11-30",
        "organisations": both, "requirements": requirement, "marking": "official" }),
    );
    tell("checker", json!({ "kind": "evidence-checked", "id": "said", "accepted": false, "note": note }));
    tell(
        "officer",
        json!({ "kind": "requirement-stated", "requirement": requirement[0], "organisations": both,
        "statement": note }),
    );
    tell(
        "siro",
        json!({ "kind": "risk-accepted", "id": "X-1", "findings": { "PSN-OPS-VM": [] }, "accepted_by": "siro",
        "until": "2019-03-31", "reason": note, "compensating_control": note }),
    );
    let mut fixture = Fixture::new(history, "2018-12-18");
    fixture.put("X-1", FILE, "data/evidence/aa/a\"b</script>\\.txt", b"x");
    fixture.put("X-1", "plain.txt", "data/evidence/bb/plain.txt", b"y");
    fixture.signer.identity = "a\" & calc.exe & \"<b>".to_owned();
    fixture
}
