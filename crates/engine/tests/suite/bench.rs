//! A register on a bench: two organisations, the people who matter, the PSN standards, one finding with its action.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use portreeve_engine::{Files, Mode, NewRegister, ProfileAsked, SchemeAdoption, Session, Taking, init};
use portreeve_model::reference::PersonId;
use portreeve_model::register::action::{ActionAdded, ActionClaimed, ActionVerified, Due};
use portreeve_model::register::evidence::{EvidenceAdded, EvidenceChecked, Part};
use portreeve_model::register::finding::{FindingRaised, SourceAdded};
use portreeve_model::register::people::{OrganisationAdded, PersonAdded};
use portreeve_model::words::{Answer, EvidenceKind, Marking, Role, Severity, SourceKind};
use portreeve_model::{Day, Event};
use tempfile::TempDir;

/// Parses a reference or text that the test itself wrote.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(crate) fn ids<T: std::str::FromStr + Ord>(texts: &[&str]) -> BTreeSet<T>
where
    T::Err: std::fmt::Debug,
{
    texts.iter().map(|text| id(text)).collect()
}

pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) session: Session,
}

pub(crate) const OFFICER: &str = "security-officer";
pub(crate) const OWNER: &str = "network-officer";
pub(crate) const CHECKER: &str = "internal-auditor";

impl Bench {
    /// An opened register with people and standards.
    pub(crate) fn new() -> Bench {
        let folder = TempDir::new().unwrap();
        let new = NewRegister {
            root: folder.path().join("register"),
            key_file: folder.path().join("bench.key"),
            name: id("Bench councils"),
            origin: None,
            first: id(OFFICER),
            title: id("Security officer"),
            roles: BTreeSet::from([Role::SecurityOfficer]),
        };
        let session = init(&new).unwrap().session;
        let mut bench = Bench { folder, session };
        for (organisation, name) in [("EHC", "East council"), ("SBC", "South council")] {
            bench.record(OFFICER, OrganisationAdded { id: id(organisation), name: id(name) });
        }
        for (person, roles) in [(OWNER, vec![Role::ActionOwner]), (CHECKER, vec![Role::InternalAuditor, Role::Checker])]
        {
            let roles = roles.into_iter().collect();
            bench.record(OFFICER, PersonAdded { id: id(person), title: id(person), roles });
        }
        bench.session.adopt_framework(&id(OFFICER), &id("psn-coco-1.32"), Mode::Write).unwrap();
        let organisations = ids(&["EHC", "SBC"]);
        let adoption =
            SchemeAdoption { id: id("psn"), bytes: None, profile: ProfileAsked::AsBefore, organisations, target: None };
        bench.session.adopt_scheme(&id(OFFICER), &adoption, Mode::Write).unwrap();
        bench
    }

    /// A bench with a closed finding: planned, shown, checked, claimed, verified.
    pub(crate) fn with_closed_finding() -> Bench {
        let mut bench = Bench::new();
        bench.plan_one();
        bench.add_file("E-001", "firewall header after.txt", b"version 12.1, support until 2030\n");
        let checked = EvidenceChecked { id: id("E-001"), accepted: true, note: None };
        bench.record(CHECKER, checked);
        let on = bench.today();
        bench.record(OWNER, ActionClaimed { id: id("RAP-001"), on, note: None });
        bench.record(CHECKER, ActionVerified { id: id("RAP-001"), note: None });
        bench
    }

    /// One finding and the action that closes it.
    pub(crate) fn plan_one(&mut self) {
        let today = self.today();
        self.record(OFFICER, source(today));
        self.record(OFFICER, finding("ITHC-001", 1));
        self.record(OFFICER, action("RAP-001", "ITHC-001", today.plus_days(30)));
    }

    pub(crate) fn today(&self) -> Day {
        self.session.today()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path("register")
    }

    pub(crate) fn record(&mut self, by: &str, event: impl Into<Event>) {
        let by: PersonId = id(by);
        self.session.record(&by, vec![event.into()], Mode::Write).unwrap();
    }

    /// Adds one file as evidence for RAP-001.
    pub(crate) fn add_file(&mut self, evidence: &str, name: &str, bytes: &[u8]) {
        let file = self.path(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, bytes).unwrap();
        self.add(evidence, &Files::Named(vec![file]));
    }

    /// Adds a folder as evidence for RAP-001.
    pub(crate) fn add_folder(&mut self, evidence: &str, name: &str) {
        self.add(evidence, &Files::Folder(self.path(name), Part::default()));
    }

    fn add(&mut self, evidence: &str, files: &Files) {
        let event = evidence_event(evidence, self.today());
        let event = |content, collection| EvidenceAdded { content, collection, ..event };
        self.session.add_evidence(&id(OWNER), &Taking::all(files), Mode::Write, event).unwrap();
    }

    /// Closes the session and opens the register again.
    pub(crate) fn reopen(self) -> Bench {
        let Bench { folder, session } = self;
        let root = folder.path().join("register");
        drop(session);
        let session = Session::open(&root).unwrap();
        Bench { folder, session }
    }
}

pub(crate) fn source(today: Day) -> SourceAdded {
    SourceAdded {
        id: id("ITHC"),
        title: id("IT health check"),
        source_kind: SourceKind::HealthCheck,
        author: id("A tester"),
        on: today,
        organisations: ids(&["EHC", "SBC"]),
        findings_reported: Some(1),
        provenance: None,
    }
}

pub(crate) fn finding(reference: &str, order: u32) -> FindingRaised {
    FindingRaised {
        id: id(reference),
        source: id("ITHC"),
        printed: id("4.1"),
        order,
        title: id("Firewall out of support"),
        source_severity: id("High"),
        severity: Severity::High,
        severity_reason: None,
        cvss: None,
        cvss_vector: None,
        organisations: ids(&["EHC", "SBC"]),
        hosts: ids(&["fw-1", "fw-2"]),
        requirements: ids(&["psn-coco-1.32:PSN-BND-FW"]),
        description: None,
        recommendation: None,
        provenance: None,
    }
}

pub(crate) fn action(reference: &str, closes: &str, due: Day) -> ActionAdded {
    ActionAdded {
        id: id(reference),
        title: id("Renew the firewalls"),
        owner: id(OWNER),
        organisations: ids(&["EHC", "SBC"]),
        due: Due::On(due),
        costs: Vec::new(),
        resources: Answer::Yes,
        budget: Answer::Yes,
        after_actions: BTreeSet::new(),
        after_decisions: BTreeSet::new(),
        closes: BTreeMap::from([(id(closes), BTreeSet::new())]),
        requirements: BTreeSet::new(),
        playbook: None,
        provenance: None,
    }
}

pub(crate) fn evidence_event(reference: &str, today: Day) -> EvidenceAdded {
    EvidenceAdded {
        id: id(reference),
        title: id("Configuration header after the change"),
        evidence_kind: EvidenceKind::ConfigurationExport,
        content: portreeve_model::register::evidence::Content::Said { words: id("replaced by the files") },
        shows: today,
        collected: today,
        organisations: ids(&["EHC", "SBC"]),
        actions: ids(&["RAP-001"]),
        findings: BTreeSet::new(),
        requirements: BTreeSet::new(),
        marking: Marking::OfficialSensitive,
        provenance: None,
        collection: None,
    }
}

/// Every file below a folder with its bytes.
pub(crate) fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(&folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Writes both manifests again, as somebody would who knows BagIt and has no key.
pub(crate) fn relist(pack: &Path) {
    let digest = |bytes: &[u8]| portreeve_model::Digest::of(bytes).to_string();
    let files = tree(pack);
    let list = |wanted: &dyn Fn(&str) -> bool| -> String {
        let lines: BTreeMap<&String, String> = files
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, bytes)| (name, format!("{}  {name}\n", digest(bytes))))
            .collect();
        lines.into_values().collect()
    };
    fs::write(pack.join("manifest-sha256.txt"), list(&|name| name.starts_with("data/"))).unwrap();
    let files = tree(pack);
    let tags: String = files
        .iter()
        .filter(|(name, _)| !name.starts_with("data/") && !name.starts_with("tagmanifest"))
        .map(|(name, bytes)| format!("{}  {name}\n", digest(bytes)))
        .collect();
    fs::write(pack.join("tagmanifest-sha256.txt"), tags).unwrap();
}
