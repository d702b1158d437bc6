//! Complete: the entries replay under the rules, every item of evidence they name is there or is said to be left out,
//! every finding is accounted for, and every figure in the pack is worked out again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use portreeve_catalogue::{AdoptedFiles, Standards, read_standards};
use portreeve_collector::read_manifest_file;
use portreeve_model::concern::concerning;
use portreeve_model::history::History;
use portreeve_model::manifest::ManifestLine;
use portreeve_model::readiness::{AsOf, Readiness};
use portreeve_model::reference::{EvidenceId, OrganisationId, PackId};
use portreeve_model::register::adoption::SchemeAdopted;
use portreeve_model::register::evidence::Content;
use portreeve_model::{Day, Digest, Entry, EntryNumber, LogSize, Register};
use portreeve_reporting::Subject;
use portreeve_reporting::index::{PackFiles, Signer};
use portreeve_reporting::pack::contents::{goes_in, missing};
use portreeve_reporting::pack::statement::{FORMAT, statement};
use portreeve_reporting::pack::{self, bag, names};
use portreeve_reporting::{plan, words};
use serde::Deserialize;

use super::build::{AGENT, BAG_INFO, Described, bag_info, software, tags};
use super::files::{in_order, part, parts};
use super::intact::{Contents, each_line, text};
use super::listed::{Payload, Tally, why};
use super::verify::{Points, VerifyRequest};
use crate::ask::answers;
use crate::error::EngineError;

/// The part of the ledger that the pack carries, replayed and judged again.
pub(super) struct Replayed {
    pub(super) pack: PackId,
    pub(super) part: History,
    pub(super) standards: Standards,
    pub(super) organisations: Vec<OrganisationId>,
    pub(super) as_of: AsOf,
    pub(super) answers: Vec<Readiness>,
}

impl Replayed {
    fn subject(&self) -> Subject<'_> {
        Subject {
            register: self.part.register(),
            framework: &self.standards.framework,
            scheme: &self.standards.scheme,
            answers: &self.answers,
            playbooks: None,
            as_of: self.as_of,
        }
    }

    /// Each organisation's verdict and the line that accounts for every finding.
    pub(super) fn in_words(&self) -> Vec<(String, String)> {
        let lines = self.answers.iter().map(|answer| {
            let shown = format!(
                "{}; requirements ready: {}; {}",
                answer.verdict.shown(),
                answer.verified,
                words::denominator(&answer.findings)
            );
            (answer.organisation.to_string(), shown)
        });
        lines.collect()
    }
}

/// The few fields of the statement that say what to work out. Everything else in it is compared, not read.
#[derive(Deserialize)]
struct Claim {
    format: String,
    pack: PackId,
    scheme: portreeve_model::reference::SchemeId,
    on: Day,
    answers: Vec<ClaimedAnswer>,
}

#[derive(Deserialize)]
struct ClaimedAnswer {
    organisation: OrganisationId,
}

pub(super) fn check(asked: &VerifyRequest, contents: &Contents) -> Result<(Points, Option<Replayed>), EngineError> {
    let mut points = Points::default();
    let root = &asked.path;
    let replayed = match replay(root, contents) {
        Ok(replayed) => replayed,
        Err(because) => {
            points.note(false, because);
            return Ok((points, None));
        }
    };
    points.note(true, format!("{} entries replay under the rules", replayed.part.entries().len()));
    withheld(&mut points, &replayed);
    if let Some(ledger) = &asked.ledger {
        chosen(&mut points, &replayed, ledger)?;
    }
    evidence(root, &mut points, &replayed, contents);
    for answer in &replayed.answers {
        let findings = &answer.findings;
        let line = format!("{}: {}", answer.organisation, words::denominator(findings));
        points.note(findings.unaccounted == 0, line);
    }
    let missing = missing(&replayed.subject());
    let wanted = replayed.standards.scheme.pack.len();
    let text = if missing.is_empty() {
        format!("all {wanted} items the scheme wants are there")
    } else {
        format!("wanted and not there: {}", missing.join("; "))
    };
    points.note(missing.is_empty(), text);
    Ok((points, Some(replayed)))
}

/// Entries that the ledger holds and the pack does not. A pack about everybody and the only scheme has none to hold back;
/// any other says how many it does not show, since what they say cannot be known from it.
fn withheld(points: &mut Points, replayed: &Replayed) {
    let known = replayed.as_of.known.count();
    let carried = u64::try_from(replayed.part.entries().len()).unwrap_or(u64::MAX);
    let register = replayed.part.register();
    let everybody = register.organisations.len() == replayed.organisations.len() && register.schemes.len() == 1;
    match known.saturating_sub(carried) {
        0 => points.note(true, format!("all {known} entries of the ledger are here")),
        hidden if everybody => points.note(
            false,
            format!("{hidden} of {known} entries are held back, although the pack is about everybody: ask for them"),
        ),
        hidden => points.note(
            true,
            format!("{hidden} of {known} entries are not shown; whether they concern this pack only the ledger can tell: give it with --ledger"),
        ),
    };
}

/// With the whole ledger at hand, the entries carried are exactly those that concern the pack.
fn chosen(points: &mut Points, replayed: &Replayed, ledger: &Path) -> Result<(), EngineError> {
    let mut whole = Ok(History::new());
    each_line(ledger, replayed.as_of.known, |number, line| {
        if let Ok(history) = &mut whole {
            let entry = Entry::decode(line).map_err(|error| format!("entry {number} cannot be read: {error}"));
            let appended = entry.and_then(|entry| history.append(number, entry).map_err(|broken| broken.to_string()));
            if let Err(because) = appended {
                whole = Err(because);
            }
        }
    })?;
    let organisations = replayed.organisations.iter().cloned().collect();
    let carried: BTreeSet<EntryNumber> = replayed.part.entries().iter().map(|(number, _)| *number).collect();
    match whole.map(|history| concerning(&history, &replayed.standards.scheme.id, &organisations)) {
        Ok(wanted) => {
            let held_back: Vec<String> = wanted.difference(&carried).map(ToString::to_string).collect();
            let text = if held_back.is_empty() {
                "every entry of the ledger you gave that concerns this pack is in it".to_owned()
            } else {
                format!("held back, although they concern this pack: {}", held_back.join(", "))
            };
            points.note(held_back.is_empty(), text);
        }
        Err(because) => {
            points.note(false, format!("the ledger you gave does not replay: {because}"));
        }
    }
    Ok(())
}

fn replay(root: &Path, contents: &Contents) -> Result<Replayed, String> {
    let claim = text(root, pack::STATEMENT).map_err(|because| format!("{} {because}", pack::STATEMENT))?;
    let claim: Claim =
        serde_json::from_slice(&claim).map_err(|error| format!("{} cannot be read: {error}", pack::STATEMENT))?;
    if claim.format != FORMAT {
        return Err(format!("{} has the format `{}`; this program reads `{FORMAT}`", pack::STATEMENT, claim.format));
    }
    let mut part = History::new();
    for (number, bytes) in &contents.entries {
        let entry = Entry::decode(bytes).map_err(|error| format!("entry {number} cannot be read: {error}"))?;
        part.append(*number, entry).map_err(|broken| broken.to_string())?;
    }
    let register = part.register();
    let adopted = register.schemes.get(&claim.scheme);
    let adopted = adopted.ok_or_else(|| format!("no entry adopts the scheme `{}`", claim.scheme))?;
    let standards = standards(root, register, &adopted.event)?;
    let known = contents.checkpoint.as_ref().map_or(LogSize::EMPTY, |checkpoint| checkpoint.unverified().size);
    let as_of = AsOf { known, on: claim.on };
    let organisations: Vec<OrganisationId> = claim.answers.into_iter().map(|answer| answer.organisation).collect();
    let answers = answers(register, &standards, &organisations, as_of).map_err(|error| error.to_string())?;
    Ok(Replayed { pack: claim.pack, part, standards, organisations, as_of, answers })
}

/// What the pack is judged by: the files it carries, each of which must be the one that was adopted.
fn standards(root: &Path, register: &Register, adopted: &SchemeAdopted) -> Result<Standards, String> {
    let framework = match &adopted.framework {
        Some(id) => {
            let held = register.frameworks.get(id).map(|held| held.event.digest);
            Some((id, standard(root, pack::FRAMEWORK, held)?))
        }
        None => None,
    };
    let framework = framework.as_ref().map(|(id, bytes)| (*id, bytes.as_slice()));
    let profile =
        adopted.profile.as_ref().map(|chosen| standard(root, pack::PROFILE, Some(chosen.digest))).transpose()?;
    let scheme = standard(root, pack::SCHEME, Some(adopted.digest))?;
    read_standards(AdoptedFiles { framework, profile: profile.as_deref(), scheme: &scheme })
        .map_err(|problems| problems.to_string())
}

/// An adopted file, which must be the one that an entry names.
fn standard(root: &Path, name: &str, adopted: Option<Digest>) -> Result<Vec<u8>, String> {
    let bytes = text(root, name).map_err(|because| format!("{name} {because}"))?;
    if adopted == Some(Digest::of(&bytes)) {
        Ok(bytes)
    } else {
        Err(format!("{name} is not the file that was adopted"))
    }
}

/// Every file of every item of evidence that should be there is there, and the pack's own papers say so.
fn evidence(root: &Path, points: &mut Points, replayed: &Replayed, contents: &Contents) {
    let mut held: BTreeMap<EvidenceId, PackFiles> = BTreeMap::new();
    let mut kept: BTreeMap<Digest, &EvidenceId> = BTreeMap::new();
    let mut absent = Tally::default();
    for (id, item) in replayed.part.register().evidence.iter().filter(|(_, item)| goes_in(item)) {
        let (Content::Files { manifest, files, .. } | Content::InPlace { manifest, files, .. }) = &item.content else {
            continue;
        };
        match pack_files(root, manifest, item.content.keeps_bytes()) {
            Ok(found) if found.count == *files => {
                if item.content.keeps_bytes() {
                    held.insert(id.clone(), found);
                    kept.entry(*manifest).or_insert(id);
                }
            }
            Ok(_) => absent.add(|| format!("{id}: its manifest lists another number of files than its entry")),
            Err(because) => absent.add(|| format!("{id}: {because}")),
        }
    }
    let count: u64 = held.values().map(|files| files.count).sum();
    if contents.looked.too_many_damaged {
        absent.add(|| "too many files are changed or missing to say whose they are".to_owned());
    } else if let Err(because) = all_there(root, &kept, count, contents, &mut absent) {
        absent.add(|| because);
    }
    let fine =
        format!("all {count} files of {} items of evidence are there, each the one that was collected", held.len());
    points.note(absent.is_none(), absent.told(&fine));
    papers(root, points, replayed, &held, contents);
}

/// The files of an item, with the sizes that the first of them have here.
fn pack_files(root: &Path, manifest: &Digest, keeps_bytes: bool) -> Result<PackFiles, String> {
    let mut files = PackFiles::default();
    for line in lines(root, manifest)? {
        // One that is not there is told when all are looked for.
        let size = |path: &str| root.join(path).symlink_metadata().map_or(0, |found| found.len());
        files.add(&line?, |path| if keeps_bytes { size(path) } else { 0 });
    }
    Ok(files)
}

/// Looks for every file of the manifests in the pack's list, the files of which were read and found to be what it says. Both
/// are gone through in the order of the list, part after part.
fn all_there(
    root: &Path,
    kept: &BTreeMap<Digest, &EvidenceId>,
    count: u64,
    contents: &Contents,
    absent: &mut Tally,
) -> Result<(), String> {
    let mut listed = Payload::again(root, contents.looked.list).lines()?.peekable();
    for range in parts(count) {
        let mut wanted = Vec::new();
        for manifest in kept.keys() {
            wanted.extend(part(&range, lines(root, manifest)?)?);
        }
        for (digest, ending) in in_order(wanted) {
            let path = names::path(&digest, ending);
            let is_before = |line: &Result<ManifestLine, String>| {
                line.as_ref().map_or(true, |line| line.path.as_bytes() < path.as_bytes())
            };
            while let Some(before) = listed.next_if(is_before) {
                before?;
            }
            let is_it = |line: &Result<ManifestLine, String>| {
                line.as_ref().is_ok_and(|line| line.path.as_bytes() == path.as_bytes())
            };
            let problem = match listed.next_if(is_it).transpose()? {
                None => format!("{path} is missing"),
                Some(line) if contents.looked.damaged.contains(&line.path) => {
                    format!("{path} is missing or not as it is listed")
                }
                Some(line) if line.digest != digest => {
                    format!("{path} is not the file that was collected (sha256 {})", line.digest)
                }
                Some(_) => continue,
            };
            let whose = if absent.is_full() { None } else { whose(root, kept, &digest)? };
            absent.add(|| format!("{}: {problem}", whose.map_or("evidence", EvidenceId::as_str)));
        }
    }
    Ok(())
}

/// The first item that has a file of that digest.
fn whose<'a>(
    root: &Path,
    kept: &BTreeMap<Digest, &'a EvidenceId>,
    digest: &Digest,
) -> Result<Option<&'a EvidenceId>, String> {
    for (manifest, id) in kept {
        for line in lines(root, manifest)? {
            if line?.digest == *digest {
                return Ok(Some(id));
            }
        }
    }
    Ok(None)
}

/// The lines of a manifest in the pack, which at their end prove to be those of the manifest that an entry names.
fn lines(root: &Path, manifest: &Digest) -> Result<impl Iterator<Item = Result<ManifestLine, String>> + use<>, String> {
    let name = names::manifest_path(manifest);
    let path = root.join(&name);
    let found = path.symlink_metadata().map_err(|_| format!("{name} is missing"))?;
    if !found.is_file() {
        return Err(format!("{name} is not a file"));
    }
    let file = File::open(&path).map_err(|error| format!("{name} cannot be opened: {error}"))?;
    Ok(read_manifest_file(manifest, file).map(move |line| line.map_err(|error| format!("{name}: {}", why(&error)))))
}

/// The statement, the plan and the pages say what the entries say.
fn papers(
    root: &Path,
    points: &mut Points,
    replayed: &Replayed,
    files: &BTreeMap<EvidenceId, PackFiles>,
    contents: &Contents,
) {
    let subject = replayed.subject();
    let mut same = |name: &str, expected: &[u8]| {
        let holds = text(root, name).is_ok_and(|found| found == expected);
        points.note(
            holds,
            if holds {
                format!("{name} says what the entries say")
            } else {
                format!("{name} does not say what the entries say")
            },
        );
    };
    same(pack::STATEMENT, &statement(&subject, &replayed.pack, files));
    same(pack::PLAN, &plan::csv(&subject));
    same(pack::APPLICATION, &plan::application_csv(&subject));
    let info = text(root, BAG_INFO).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let maker = bag::info_value(&info, AGENT).unwrap_or_default().to_owned();
    let origin = contents.checkpoint.as_ref().map(|checkpoint| checkpoint.unverified().origin.to_string());
    let described = Described {
        id: &replayed.pack,
        on: replayed.as_of.on,
        scheme: &subject.scheme.id,
        organisations: &replayed.organisations,
        origin: &origin.unwrap_or_default(),
    };
    same(BAG_INFO, bag_info(&described, &contents.looked.oxum, &maker).as_bytes());
    if maker != software() {
        let text = format!(
            "{} and {} were made by {maker} and cannot be compared by this version: believe the figures below, or verify \
             with that version",
            pack::PAGE,
            pack::README
        );
        points.note(false, text);
        return;
    }
    let (Some(checkpoint), Some(opening)) = (&contents.checkpoint, &replayed.part.register().opening) else { return };
    let Ok(key) = opening.key.as_str().parse::<portreeve_ledger::TrustedKey>() else { return };
    let signer = Signer {
        identity: checkpoint.unverified().origin.to_string(),
        namespace: pack::NAMESPACE.to_owned(),
        key_fingerprint: key.fingerprint(),
    };
    if let Ok(pages) = tags(&subject, &replayed.pack, files, &signer, checkpoint) {
        for (name, bytes) in &pages {
            same(name, bytes);
        }
    }
}
