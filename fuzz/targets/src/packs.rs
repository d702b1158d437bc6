//! A pack as it reaches an assessor: folders of files that somebody may have changed on the way, or made to mislead and
//! signed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use portreeve_engine::{
    Files, Mode, NewRegister, PackRequest, ProfileAsked, SchemeAdoption, Session, Taking, TrustedKey, VerifyRequest,
    When, init, verify_pack,
};
use portreeve_ledger::{SigningKey, sshsig};
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use portreeve_model::reference::PersonId;
use portreeve_model::register::evidence::EvidenceAdded;
use portreeve_model::words::Role;
use portreeve_model::{Digest, Event};
use serde_json::json;
use tempfile::TempDir;

const TAGS: &str = "tagmanifest-sha256.txt";
const PAYLOAD: &str = "manifest-sha256.txt";
const SIGNATURE: &str = "tagmanifest-sha256.txt.sig";

/// A pack with the key that signed it.
struct Bench {
    folder: TempDir,
    pack: PathBuf,
    keys: Vec<TrustedKey>,
    /// Its files, sorted, each with its bytes.
    files: Vec<(String, Vec<u8>)>,
}

static BENCH: LazyLock<Mutex<Bench>> = LazyLock::new(|| Mutex::new(Bench::new()));

/// A pack with one file changed. The input is which file, whether both lists are written and signed again (by its lowest
/// bit), where, how many bytes go, and the bytes that come. What nobody signed again is never intact; and nothing that is
/// signed makes the verifier fail.
pub fn pack(data: &[u8]) {
    let Some((&[which, signed, high, low, gone], come)) = data.split_first_chunk() else { return };
    let bench = BENCH.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((name, original)) = bench.files.get(usize::from(which) % bench.files.len()) else { return };
    let at = usize::from(u16::from_be_bytes([high, low])) % (original.len() + 1);
    let end = (at + usize::from(gone)).min(original.len());
    let changed = [&original[..at], come, &original[end..]].concat();
    if changed == *original {
        return;
    }
    fs::write(bench.pack.join(name), &changed).expect("the file can be written");
    let signed = signed % 2 == 1;
    if signed {
        bench.sign_again(name, &changed);
    }
    let asked =
        VerifyRequest { path: bench.pack.clone(), on: None, keys: bench.keys.clone(), checkpoint: None, ledger: None };
    // An answer or an error, and afterwards the pack is as it was, whatever the verifier said.
    let found = verify_pack(&asked);
    bench.put_back(name, original, signed);
    match found {
        Ok(found) => {
            assert!(signed || !found.is_intact(), "{name} was changed at {at} and nobody noticed");
            let points = found.intact.iter().chain(&found.complete).chain(found.fresh.iter().flat_map(|(_, of)| of));
            assert!(points.into_iter().all(|point| !point.text.contains(['\n', '\r'])), "a point is one line");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

impl Bench {
    fn new() -> Bench {
        let folder = TempDir::new().expect("the system has a temporary folder");
        let new = NewRegister {
            root: folder.path().join("register"),
            key_file: folder.path().join("bench.key"),
            name: of("Bench councils"),
            origin: None,
            first: of("officer"),
            title: of("Security officer"),
            roles: BTreeSet::from([Role::SecurityOfficer]),
        };
        let mut session = init(&new).expect("a new register").session;
        let officer: PersonId = of("officer");
        let record = |session: &mut Session, event: serde_json::Value| {
            let event: Event = serde_json::from_value(event).expect("an event of ours");
            session.record(&officer, vec![event], Mode::Write).expect("the rules allow it");
        };
        record(&mut session, json!({"kind": "organisation-added", "id": "EHC", "name": "East council"}));
        record(
            &mut session,
            json!({"kind": "person-added", "id": "owner", "title": "Owner", "roles": ["action-owner"]}),
        );
        session.adopt_framework(&officer, &of("psn-coco-1.32"), Mode::Write).expect("it is built in");
        let organisations = BTreeSet::from([of("EHC")]);
        let profile = ProfileAsked::AsBefore;
        let scheme = SchemeAdoption { id: of("psn"), bytes: None, profile, organisations, target: None };
        session.adopt_scheme(&officer, &scheme, Mode::Write).expect("it is built in");
        let today = session.today();
        record(
            &mut session,
            json!({"kind": "source-added", "id": "ITHC", "title": "IT health check",
            "source_kind": "it-health-check", "author": "A tester", "on": today, "organisations": ["EHC"]}),
        );
        record(
            &mut session,
            json!({"kind": "finding-raised", "id": "ITHC-001", "source": "ITHC", "printed": "4.1", "order": 1,
            "title": "Firewall out of support", "source_severity": "High", "severity": "high",
            "organisations": ["EHC"], "hosts": ["fw-1"], "requirements": ["psn-coco-1.32:PSN-BND-FW"]}),
        );
        let file = folder.path().join("header.txt");
        fs::write(&file, "version 12.1, support until 2030\n").expect("the file can be written");
        let added: EvidenceAdded = serde_json::from_value(json!({"id": "E-001", "title": "Header",
            "evidence_kind": "configuration-export", "content": {"in": "said", "words": "replaced"}, "shows": today,
            "collected": today, "organisations": ["EHC"], "actions": [], "findings": ["ITHC-001"],
            "requirements": [], "marking": "official"}))
        .expect("evidence of ours");
        let taking = Files::Named(vec![file]);
        session
            .add_evidence(&officer, &Taking::all(&taking), Mode::Write, |content, _| EvidenceAdded { content, ..added })
            .expect("it can be added");
        let out = folder.path().join("pack");
        let asked = PackRequest { scheme: None, organisations: Vec::new(), when: When::default(), out };
        let built = session.build_pack(&officer, &asked, Mode::Write).expect("it can be built");
        let keys = fs::read_to_string(&built.allowed_signers).expect("it was written");
        let keys = TrustedKey::parse_all(&keys).expect("they are keys");
        let mut files = Vec::new();
        list(&built.path, "", &mut files);
        files.sort();
        Bench { folder, pack: built.path, keys, files }
    }

    /// Writes both lists again over the changed file, and signs them with the council's own key.
    fn sign_again(&self, name: &str, changed: &[u8]) {
        let text = |payload: bool, replaced: &[(&str, &[u8])]| {
            let mut text = Vec::new();
            let listed = self.files.iter().filter(|(file, _)| file != TAGS && file != SIGNATURE);
            for (file, bytes) in listed.filter(|(file, _)| file.starts_with("data/") == payload) {
                let new = replaced.iter().find(|(name, _)| name == file);
                let digest = Digest::of(new.map_or(bytes.as_slice(), |(_, bytes)| bytes));
                let path = ManifestPath::new(file.as_bytes()).expect("a pack has plain paths");
                ManifestLine { digest, path }.encode_line(&mut text);
            }
            text
        };
        let payload = if name == PAYLOAD { changed.to_vec() } else { text(true, &[(name, changed)]) };
        let tags = if name == TAGS { changed.to_vec() } else { text(false, &[(name, changed), (PAYLOAD, &payload)]) };
        let key = SigningKey::load(&self.folder.path().join("bench.key")).expect("the key is there");
        let signature = sshsig::sign(&tags, "pack@portreeve", &key).expect("it can be signed");
        for (file, bytes) in [(PAYLOAD, payload.as_slice()), (TAGS, &tags), (SIGNATURE, signature.as_bytes())] {
            if file != name {
                fs::write(self.pack.join(file), bytes).expect("the file can be written");
            }
        }
    }

    fn put_back(&self, name: &str, original: &[u8], signed: bool) {
        fs::write(self.pack.join(name), original).expect("the file can be written");
        for (file, bytes) in
            self.files.iter().filter(|(file, _)| signed && [PAYLOAD, TAGS, SIGNATURE].contains(&file.as_str()))
        {
            fs::write(self.pack.join(file), bytes).expect("the file can be written");
        }
    }
}

fn of<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().expect("a text of ours")
}

fn list(folder: &Path, below: &str, found: &mut Vec<(String, Vec<u8>)>) {
    for item in fs::read_dir(folder).expect("it is a folder").flatten() {
        let name = format!("{below}{}", item.file_name().to_string_lossy());
        if item.path().is_dir() {
            list(&item.path(), &format!("{name}/"), found);
        } else {
            found.push((name, fs::read(item.path()).expect("it can be read")));
        }
    }
}
