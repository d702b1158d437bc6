//! Building a pack: everything an assessor needs to check it without the register, and nothing that would let a later
//! hand change it unseen. The same entries and the same day give the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use portreeve_collector::{Blobs as _, read_manifest};
use portreeve_ledger::merkle::Tree;
use portreeve_ledger::{
    Checkpoint, EntryProof, GrowthProof, Log as _, SignedCheckpoint, SigningKey, leaf_hashes, lines_digest, sshsig,
};
use portreeve_model::concern::concerning;
use portreeve_model::manifest::ManifestLine;
use portreeve_model::reference::{EvidenceId, OrganisationId, PackId, PersonId, SchemeId};
use portreeve_model::register::evidence::{Content, Evidence};
use portreeve_model::register::outcome::PackBuilt;
use portreeve_model::{Day, Digest, EntryNumber, History, LogSize, Register};
use portreeve_reporting::index::{PackFiles, PackPage, Signer};
use portreeve_reporting::pack::contents::{contents, goes_in, left_out, missing};
use portreeve_reporting::pack::{self, bag, names, statement};
use portreeve_reporting::{Subject, index, plan, readme};

use super::files::{in_order, part, parts};
use super::write::{Bag, Source};
use crate::ask::{When, answers};
use crate::error::EngineError;
use crate::session::{Mode, Recorded, Session};

/// What pack is wanted.
#[derive(Clone, Debug)]
pub struct PackRequest {
    /// The scheme; the only one there is when absent.
    pub scheme: Option<SchemeId>,
    /// Whom it is about; everybody who goes for the scheme when empty.
    pub organisations: Vec<OrganisationId>,
    /// What is known, and the day it is judged on.
    pub when: When,
    /// The folder to make. It must not exist.
    pub out: PathBuf,
}

/// A pack that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// Its reference.
    pub id: PackId,
    /// Where it is.
    pub path: PathBuf,
    /// The day it is judged on.
    pub on: Day,
    /// How many entries it knows.
    pub known: LogSize,
    /// SHA-256 of its tag manifest: the one number to read out over the telephone.
    pub tag_manifest: Digest,
    /// The fingerprint of the key that signed it.
    pub fingerprint: String,
    /// The file that lets OpenSSH believe that key. It travels by another route than the pack.
    pub allowed_signers: PathBuf,
    /// A copy of the checkpoint, to keep until next year.
    pub checkpoint: PathBuf,
    /// For each organisation, the line that accounts for every finding.
    pub denominators: Vec<(OrganisationId, String)>,
    /// What the scheme wants in the pack and is not there.
    pub missing: Vec<String>,
    /// The entry that records it.
    pub recorded: Recorded,
}

/// How many files the store is asked for at once.
const ASKED_AT_ONCE: usize = 1_000;

/// Everything that is worked out before a byte is written.
struct Plan {
    id: PackId,
    on: Day,
    known: LogSize,
    scheme: SchemeId,
    organisations: BTreeSet<OrganisationId>,
    denominators: Vec<(OrganisationId, String)>,
    missing: Vec<String>,
    origin: String,
    signed: SignedCheckpoint,
    /// The manifests of the files of evidence, and how many files they list.
    manifests: BTreeSet<Digest>,
    evidence_files: u64,
    /// Every other file.
    others: BTreeMap<String, Source>,
    tags: BTreeMap<String, Vec<u8>>,
}

impl Session {
    /// Builds a pack and records it.
    ///
    /// # Errors
    /// When evidence is missing or damaged, the key cannot be used, the rules refuse, or the disk does. Nothing that
    /// looks like a pack is left then.
    pub fn build_pack(&mut self, by: &PersonId, asked: &PackRequest, mode: Mode) -> Result<Built, EngineError> {
        // Beside the pack may lie what somebody keeps of an earlier one: nothing is written over.
        for path in [asked.out.clone(), beside(&asked.out, ".allowed_signers"), beside(&asked.out, ".checkpoint")] {
            if path.symlink_metadata().is_ok() {
                return Err(EngineError::Exists { path });
            }
        }
        let (on, today) = (self.as_of(asked.when).on, self.today());
        if on > today {
            return Err(EngineError::Unfit(format!("a pack cannot be judged on {on}, which has not come")));
        }
        let key = self.key()?;
        // A pack carries this key's signature out of the house: never over a ledger that it did not sign so far.
        self.goes_on_from_what_was_signed(&key)?;
        let plan = self.plan_pack(asked, &key)?;
        let event = |tag_manifest| PackBuilt {
            id: plan.id.clone(),
            scheme: plan.scheme.clone(),
            organisations: plan.organisations.clone(),
            on: plan.on,
            known: plan.known,
            tag_manifest,
        };
        let held = self.register().packs.get(&plan.id).map(|held| (held.event.tag_manifest, held.recorded.entry));
        if held.is_none() {
            // Refusals come before any byte is written.
            self.record(by, vec![event(Digest::of(b"")).into()], Mode::DryRun)?;
        }
        let allowed_signers = beside(&asked.out, ".allowed_signers");
        let checkpoint = beside(&asked.out, ".checkpoint");
        let written = match mode {
            Mode::DryRun => None,
            Mode::Write => Some(self.write_pack(&plan, &key, &asked.out, held.map(|(before, _)| before))?),
        };
        let recorded = match (written, held) {
            (Some(_), Some((_, entry))) => {
                let command = self.command_of(entry)?;
                Recorded { command, entries: vec![entry], dry_run: false, unsigned: None, also_signed: Vec::new() }
            }
            (Some(tag_manifest), None) => self.record(by, vec![event(tag_manifest).into()], mode)?,
            (None, _) => self.record(by, vec![event(Digest::of(b"")).into()], Mode::DryRun)?,
        };
        if written.is_some() {
            let line = key.trusted().allowed_signers_line(&plan.origin, pack::NAMESPACE)?;
            crate::files::publish(&allowed_signers, format!("{line}\n").as_bytes())?;
            crate::files::publish(&checkpoint, plan.signed.as_str().as_bytes())?;
        }
        Ok(Built {
            path: asked.out.clone(),
            tag_manifest: written.unwrap_or_else(|| Digest::of(b"")),
            fingerprint: key.fingerprint(),
            allowed_signers,
            checkpoint,
            recorded,
            id: plan.id,
            on: plan.on,
            known: plan.known,
            denominators: plan.denominators,
            missing: plan.missing,
        })
    }

    fn command_of(&self, entry: EntryNumber) -> Result<portreeve_model::reference::CommandId, EngineError> {
        let held = self.history().entries().iter().find(|(number, _)| *number == entry);
        held.map(|(_, entry)| entry.command.clone()).ok_or_else(|| EngineError::Bug(format!("entry {entry} is gone")))
    }

    fn plan_pack(&self, asked: &PackRequest, key: &SigningKey) -> Result<Plan, EngineError> {
        let as_of = self.as_of(asked.when);
        let whole = self.ask(asked.scheme.as_ref(), &asked.organisations, asked.when)?;
        let scheme = whole.standards.scheme.id.clone();
        let organisations: BTreeSet<OrganisationId> =
            whole.answers.iter().map(|answer| answer.organisation.clone()).collect();
        let chosen = concerning(&whole.history, &scheme, &organisations);
        let part = part_of(&whole.history, &chosen)?;
        let order: Vec<OrganisationId> = organisations.iter().cloned().collect();
        let again = answers(part.register(), &whole.standards, &order, as_of)?;
        if again != whole.answers {
            return Err(EngineError::Bug("the entries chosen for the pack do not give the register's figures".into()));
        }
        let subject = Subject { register: part.register(), ..whole.subject() };
        let id = self.pack_id(&scheme, &organisations, as_of.on, as_of.known)?;
        let (signed, proofs) = self.proofs(as_of.known, &chosen, &whole.history, key)?;
        let origin = signed.unverified().origin.to_string();

        let held = self.pack_evidence(part.register())?;
        let (kept, in_place) = manifests_of(part.register());
        let mut files = proofs;
        for manifest in kept.union(&in_place) {
            files.insert(names::manifest_path(manifest), Source::Object(*manifest));
        }
        let adopted = part.register().schemes.get(&scheme).map(|held| &held.event);
        let profile = adopted.and_then(|event| event.profile.as_ref()).map(|profile| profile.digest);
        let adopted = adopted.map(|event| event.digest);
        let framework = part.register().frameworks.get(&whole.standards.framework.id).map(|held| held.event.digest);
        files.extend(adopted.map(|digest| (pack::SCHEME.to_owned(), Source::Object(digest))));
        files.extend(profile.map(|digest| (pack::PROFILE.to_owned(), Source::Object(digest))));
        files.extend(framework.map(|digest| (pack::FRAMEWORK.to_owned(), Source::Object(digest))));
        files.insert(pack::STATEMENT.to_owned(), Source::Bytes(statement::statement(&subject, &id, &held)));
        files.insert(pack::PLAN.to_owned(), Source::Bytes(plan::csv(&subject)));
        files.insert(pack::APPLICATION.to_owned(), Source::Bytes(plan::application_csv(&subject)));

        let signer = Signer {
            identity: origin.clone(),
            namespace: pack::NAMESPACE.to_owned(),
            key_fingerprint: key.fingerprint(),
        };
        let tags = tags(&subject, &id, &held, &signer, &signed)?;
        Ok(Plan {
            denominators: subject
                .answers
                .iter()
                .map(|answer| (answer.organisation.clone(), portreeve_reporting::words::denominator(&answer.findings)))
                .collect(),
            missing: missing(&subject),
            on: as_of.on,
            known: as_of.known,
            id,
            scheme,
            organisations,
            origin,
            signed,
            evidence_files: held.values().map(|files| files.count).sum(),
            manifests: kept,
            others: files,
            tags,
        })
    }

    /// The reference of the pack: the one it was recorded under, or the next that is free for its month.
    fn pack_id(
        &self,
        scheme: &SchemeId,
        organisations: &BTreeSet<OrganisationId>,
        on: Day,
        known: LogSize,
    ) -> Result<PackId, EngineError> {
        let packs = &self.register().packs;
        let same = packs.iter().find(|(_, held)| {
            let PackBuilt { scheme: of, organisations: whom, on: day, known: size, .. } = &held.event;
            (of, whom, *day, *size) == (scheme, organisations, on, known)
        });
        if let Some((id, _)) = same {
            return Ok(id.clone());
        }
        let month: String = on.iso().chars().take(7).collect();
        let free = (1_u32..).map(|number| match number {
            1 => format!("P-{month}"),
            _ => format!("P-{month}-{number}"),
        });
        let mut free = free.filter(|id| !packs.contains_key(id.as_str()));
        let id = free.next().ok_or_else(|| EngineError::Bug("there is no free pack reference".to_owned()))?;
        id.parse().map_err(|error| EngineError::Bug(format!("a pack reference of our own: {error}")))
    }

    /// The signed checkpoint at `known`, the entries chosen with their proofs, and the proofs that earlier packs'
    /// checkpoints are beginnings of this one.
    fn proofs(
        &self,
        known: LogSize,
        chosen: &BTreeSet<EntryNumber>,
        history: &History,
        key: &SigningKey,
    ) -> Result<(SignedCheckpoint, BTreeMap<String, Source>), EngineError> {
        let tree = Tree::over(leaf_hashes(&self.log, known)?);
        let lines = lines_digest(&self.log, known)?;
        let origin = self.checkpoint()?.origin;
        let signed = Checkpoint::new(origin, known, tree.root(), lines).sign(key);
        let mut files = BTreeMap::new();
        let mut entries = Vec::new();
        for number in chosen {
            let bytes = self.log.read(*number, 1)?;
            let bytes = bytes.first().ok_or_else(|| EngineError::Bug(format!("entry {number} is gone")))?;
            entries.extend_from_slice(bytes);
            entries.push(b'\n');
            let proof = EntryProof::new(&tree, *number, signed.clone())?.to_string();
            let name = format!("{}/{:09}.tlog-proof", pack::PROOF_FOLDER, number.index());
            files.insert(name, Source::Bytes(proof.into_bytes()));
        }
        files.insert(pack::ENTRIES.to_owned(), Source::Bytes(entries));
        let earlier: BTreeSet<LogSize> =
            history.register().packs.values().map(|held| held.event.known).filter(|size| *size < known).collect();
        for size in earlier {
            let proof = GrowthProof::new(&tree, size, signed.clone())?.to_string();
            files.insert(format!("{}/{:09}.txt", pack::GROWTH_FOLDER, size.count()), Source::Bytes(proof.into_bytes()));
        }
        Ok((signed, files))
    }

    /// The files of all evidence that goes in. Each is in the store, as far as the store can say without reading it.
    fn pack_evidence(&self, register: &Register) -> Result<BTreeMap<EvidenceId, PackFiles>, EngineError> {
        let mut held = BTreeMap::new();
        for (id, evidence) in register.evidence.iter().filter(|(_, evidence)| goes_in(evidence)) {
            let Content::Files { manifest, .. } = &evidence.content else { continue };
            let (mut files, mut lines) = (PackFiles::default(), read_manifest(manifest, &self.blobs)?);
            loop {
                let asked: Vec<ManifestLine> = lines.by_ref().take(ASKED_AT_ONCE).collect::<Result<_, _>>()?;
                if asked.is_empty() {
                    break;
                }
                let digests: Vec<Digest> = asked.iter().map(|line| line.digest).collect();
                for (line, size) in asked.iter().zip(self.blobs.sizes(&digests)?) {
                    let size = size.ok_or_else(|| self.gone(id, line))?;
                    files.add(line, |_| size);
                }
            }
            held.insert(id.clone(), files);
        }
        Ok(held)
    }

    /// Why a file is not in the store: it was erased since, or it should be there.
    fn gone(&self, id: &EvidenceId, line: &ManifestLine) -> EngineError {
        match self.register().evidence.get(id).and_then(Evidence::erasure) {
            Some((event, trace)) => {
                EngineError::ErasedSince { evidence: id.clone(), on: trace.on, reason: event.reason.to_string() }
            }
            None => EngineError::Damaged {
                what: format!("evidence {id}"),
                because: format!("its file `{}` ({}) is missing from the store", line.path.display(), line.digest),
            },
        }
    }

    fn write_pack(
        &self,
        plan: &Plan,
        key: &SigningKey,
        out: &Path,
        before: Option<Digest>,
    ) -> Result<Digest, EngineError> {
        let mut bag = Bag::begin(out)?;
        let evidence = parts(plan.evidence_files).map(|range| {
            let mut found = Vec::new();
            for manifest in &plan.manifests {
                found.extend(part(&range, read_manifest(manifest, &self.blobs)?)?);
            }
            Ok(in_order(found))
        });
        bag.payload(&plan.others, evidence, &self.blobs)?;
        bag.tag("bagit.txt", bag::DECLARATION.as_bytes())?;
        let organisations: Vec<OrganisationId> = plan.organisations.iter().cloned().collect();
        let described = Described {
            id: &plan.id,
            on: plan.on,
            scheme: &plan.scheme,
            organisations: &organisations,
            origin: &plan.origin,
        };
        bag.tag(BAG_INFO, bag_info(&described, &bag.oxum(), &software()).as_bytes())?;
        for (path, bytes) in &plan.tags {
            bag.tag(path, bytes)?;
        }
        let tag_manifest = bag.tag_manifest()?;
        let now = Digest::of(&tag_manifest);
        if let Some(before) = before.filter(|before| *before != now) {
            return Err(EngineError::Damaged {
                what: format!("the pack {}", plan.id),
                because: format!("its tag manifest was {before} when it was first built, and would be {now} now"),
            });
        }
        let signature = sshsig::sign(&tag_manifest, pack::NAMESPACE, key)?;
        bag.unlisted(pack::SIGNATURE, signature.as_bytes())?;
        bag.finish(out)?;
        Ok(now)
    }
}

/// Who made a bag and what it is (RFC 8493, section 2.2.2).
pub(super) const BAG_INFO: &str = "bag-info.txt";
/// The field of it that names the program.
pub(super) const AGENT: &str = "Bag-Software-Agent";

/// What `bag-info.txt` tells of a pack.
pub(super) struct Described<'a> {
    pub(super) id: &'a PackId,
    pub(super) on: Day,
    pub(super) scheme: &'a SchemeId,
    pub(super) organisations: &'a [OrganisationId],
    pub(super) origin: &'a str,
}

/// The text of `bag-info.txt`.
pub(super) fn bag_info(pack: &Described<'_>, oxum: &str, agent: &str) -> String {
    let organisations: Vec<String> = pack.organisations.iter().map(ToString::to_string).collect();
    bag::info(&[
        ("Source-Organization", organisations.join(", ")),
        ("Bagging-Date", pack.on.iso()),
        ("External-Identifier", pack.id.to_string()),
        (AGENT, agent.to_owned()),
        ("Payload-Oxum", oxum.to_owned()),
        ("Portreeve-Scheme", pack.scheme.to_string()),
        ("Portreeve-Ledger", pack.origin.to_owned()),
    ])
}

/// The name and version under which packs are made.
pub(super) fn software() -> String {
    format!("portreeve {}", env!("CARGO_PKG_VERSION"))
}

/// The chosen entries, replayed by themselves.
pub(super) fn part_of(whole: &History, chosen: &BTreeSet<EntryNumber>) -> Result<History, EngineError> {
    let mut part = History::new();
    for (number, entry) in whole.entries().iter().filter(|(number, _)| chosen.contains(number)) {
        part.append(*number, entry.clone())?;
    }
    Ok(part)
}

/// The tag files that are written for people.
pub(super) fn tags(
    subject: &Subject<'_>,
    id: &PackId,
    files: &BTreeMap<EvidenceId, PackFiles>,
    signer: &Signer,
    signed: &SignedCheckpoint,
) -> Result<BTreeMap<String, Vec<u8>>, EngineError> {
    let (contents, left_out) = (contents(subject), left_out(subject));
    let page = PackPage {
        subject: *subject,
        pack_id: id,
        files,
        left_out: &left_out,
        signer,
        checkpoint_text: signed.as_str(),
        contents: &contents,
    };
    Ok(BTreeMap::from([
        (pack::PAGE.to_owned(), index::html(&page)?.into_bytes()),
        (pack::README.to_owned(), readme::text(&page).into_bytes()),
        (pack::CHECKPOINT.to_owned(), signed.as_str().as_bytes().to_vec()),
    ]))
}

/// The manifests of evidence that goes in: of files that are kept, and of files left in their place.
fn manifests_of(register: &Register) -> (BTreeSet<Digest>, BTreeSet<Digest>) {
    let (mut kept, mut in_place) = (BTreeSet::new(), BTreeSet::new());
    for evidence in register.evidence.values().filter(|evidence| goes_in(evidence)) {
        let list = if evidence.content.keeps_bytes() { &mut kept } else { &mut in_place };
        list.extend(evidence.content.manifest());
    }
    (kept, in_place)
}

fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
