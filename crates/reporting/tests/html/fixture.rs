//! Registers to make pages from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use portreeve_catalogue::Catalogue;
use portreeve_model::readiness::{AsOf, Question, Readiness, readiness};
use portreeve_model::reference::{EvidenceId, PackId};
use portreeve_model::standards::{Framework, Scheme};
use portreeve_model::{Day, Digest, Entry, EntryNumber, History, LogSize, Register};
use portreeve_reporting::Subject;
use portreeve_reporting::index::{ContentLine, LeftOut, PackFile, PackFiles, PackPage, Signer};
use portreeve_reporting::pack::contents::{contents, left_out};
use serde_json::{Map, Value, json};

/// A register, what it is judged by, the answers, and the files of a pack.
pub(crate) struct Fixture {
    pub(crate) history: History,
    framework: Framework,
    scheme: Scheme,
    answers: Vec<Readiness>,
    as_of: AsOf,
    pub(crate) files: BTreeMap<EvidenceId, PackFiles>,
    left_out: Vec<LeftOut>,
    contents: Vec<ContentLine>,
    pack: PackId,
    pub(crate) signer: Signer,
    checkpoint: String,
}

impl Fixture {
    pub(crate) fn new(history: History, on: &str) -> Fixture {
        let catalogue = Catalogue::bundled().unwrap();
        let framework = catalogue.frameworks["psn-coco-1.32"].clone();
        let scheme = catalogue.schemes["psn"].clone();
        let on: Day = on.parse().unwrap();
        let known = LogSize::new(history.entries().len() as u64);
        let mut fixture = Fixture {
            framework,
            scheme,
            answers: Vec::new(),
            as_of: AsOf { known, on },
            files: BTreeMap::new(),
            left_out: Vec::new(),
            contents: Vec::new(),
            pack: "PACK-2018-12".parse().unwrap(),
            signer: Signer {
                identity: "ledger@shared-ict.example".to_owned(),
                namespace: "pack@portreeve".to_owned(),
                key_fingerprint: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8".to_owned(),
            },
            checkpoint: format!(
                "shared-ict.example/ledger\n{known}\nroot\nledger-bytes 412345\nledger-sha256 {}\n",
                Digest::of(b"ledger")
            ),
            history,
        };
        fixture.answers = ["EHC", "SBC"].map(|organisation| fixture.answer(organisation)).into();
        fixture.contents = contents(&fixture.subject());
        fixture.left_out = left_out(&fixture.subject());
        fixture
    }

    fn answer(&self, organisation: &str) -> Readiness {
        readiness(&Question {
            register: self.register(),
            framework: &self.framework,
            scheme: &self.scheme,
            organisation: &organisation.parse().unwrap(),
            as_of: self.as_of,
        })
    }

    pub(crate) fn register(&self) -> &Register {
        self.history.register()
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            register: self.register(),
            framework: &self.framework,
            scheme: &self.scheme,
            answers: &self.answers,
            playbooks: None,
            as_of: self.as_of,
        }
    }

    pub(crate) fn page(&self) -> PackPage<'_> {
        PackPage {
            subject: self.subject(),
            pack_id: &self.pack,
            files: &self.files,
            left_out: &self.left_out,
            signer: &self.signer,
            checkpoint_text: &self.checkpoint,
            contents: &self.contents,
        }
    }

    /// A file for an item of evidence.
    pub(crate) fn put(&mut self, evidence: &str, true_name: &str, path: &str, bytes: &[u8]) {
        let file = PackFile {
            true_name: true_name.to_owned(),
            path: path.to_owned(),
            digest: Digest::of(bytes),
            size_bytes: bytes.len() as u64,
        };
        let files = self.files.entry(evidence.parse().unwrap()).or_default();
        files.listed.push(file);
        files.count += 1;
    }
}

/// Appends an event to a history, under a command of its own.
pub(crate) fn record(history: &mut History, by: &str, at: &str, event: Value) {
    let command = format!("c{}", history.entries().len());
    record_as(history, &command, by, at, event);
}

fn record_as(history: &mut History, command: &str, by: &str, at: &str, event: Value) {
    let number = EntryNumber::new(history.entries().len() as u64);
    let command = command.parse().unwrap();
    let text = event.to_string();
    let event = serde_json::from_value(event).unwrap_or_else(|error| panic!("{error}: {text}"));
    let entry = Entry::new(command, at.parse().unwrap(), by.parse().unwrap(), event);
    history.append(number, entry).unwrap_or_else(|error| panic!("{error}: {text}"));
}

/// The opening of a register, its two councils and the bundled standards.
pub(crate) fn adopted(target: &str) -> [Value; 2] {
    let catalogue = Catalogue::bundled().unwrap();
    let framework = &catalogue.frameworks["psn-coco-1.32"];
    let numbers: Vec<&str> = framework.requirements.iter().map(|asked| asked.number.as_str()).collect();
    [
        json!({ "kind": "framework-adopted", "id": "psn-coco-1.32", "title": framework.title, "version": framework.version,
            "digest": "11".repeat(32), "requirements": numbers }),
        json!({ "kind": "scheme-adopted", "id": "psn", "title": "PSN accreditation", "framework": "psn-coco-1.32",
            "digest": "22".repeat(32), "organisations": ["EHC", "SBC"], "target": target }),
    ]
}

fn story_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../evidence/east-herts-stevenage")
}

/// The two councils of the demonstration, on a day.
pub(crate) fn story(on: &str) -> Fixture {
    let mut history = History::new();
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut parts: Vec<_> =
        fs::read_dir(story_folder().join("story")).unwrap().map(|part| part.unwrap().path()).collect();
    parts.sort();
    'told: for part in parts {
        for line in fs::read_to_string(part).unwrap().lines() {
            let step: Map<String, Value> = serde_json::from_str(line).unwrap();
            let at = step["at"].as_str().unwrap();
            if at.get(..10) > Some(on) {
                break 'told;
            }
            let own = format!("c{}", history.entries().len());
            let command = step.get("command").and_then(Value::as_str).unwrap_or(&own);
            record_as(&mut history, command, step["by"].as_str().unwrap(), at, event(&step, &mut files));
        }
    }
    let mut fixture = Fixture::new(history, on);
    for (evidence, names) in files {
        for name in names {
            let bytes = fs::read(story_folder().join("files").join(&name)).unwrap_or_default();
            let digest = Digest::of(&bytes).to_string();
            let ending = Path::new(&name).extension().map_or(String::new(), |ending| format!(".{}", ending.display()));
            fixture.put(&evidence, &name, &format!("data/evidence/{}/{digest}{ending}", &digest[..2]), &bytes);
        }
    }
    fixture
}

fn event(step: &Map<String, Value>, files: &mut BTreeMap<String, Vec<String>>) -> Value {
    if let Some(event) = step.get("event") {
        return event.clone();
    }
    if let Some(opening) = step.get("open") {
        return json!({ "kind": "register-opened", "name": opening["name"], "origin": "shared-ict.example/ledger",
            "demonstration": true, "key": "ssh-ed25519 AAAA x", "title": opening["title"], "roles": opening["roles"] });
    }
    let [framework, scheme] = adopted("2018-12-31");
    if step.contains_key("adopt_framework") {
        return framework;
    }
    if step.contains_key("adopt_scheme") {
        return scheme;
    }
    let mut item = step["evidence"].as_object().unwrap().clone();
    let names: Vec<String> = serde_json::from_value(item.remove("files").unwrap()).unwrap();
    item.insert("kind".into(), json!("evidence-added"));
    let content = json!({ "in": "files", "manifest": "33".repeat(32), "files": names.len(), "bytes": 2048 });
    item.insert("content".into(), content);
    files.insert(item["id"].as_str().unwrap().to_owned(), names);
    Value::Object(item)
}
