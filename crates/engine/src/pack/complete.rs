//! Complete: the entries replay under the rules, every item of evidence they name is there or is said to be left out,
//! every finding is accounted for, and every figure in the pack is worked out again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use portreeve_catalogue::{AdoptedFiles, Standards, read_standards};
use portreeve_model::concern::concerning;
use portreeve_model::history::History;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use portreeve_model::readiness::{AsOf, Readiness};
use portreeve_model::reference::{EvidenceId, OrganisationId, PackId};
use portreeve_model::register::adoption::SchemeAdopted;
use portreeve_model::register::evidence::Content;
use portreeve_model::{Day, Digest, Entry, EntryNumber, LogSize, Register};
use portreeve_reporting::Subject;
use portreeve_reporting::index::{PackFile, Signer};
use portreeve_reporting::pack::contents::{goes_in, missing};
use portreeve_reporting::pack::statement::{FORMAT, statement};
use portreeve_reporting::pack::{self, bag, names};
use portreeve_reporting::{plan, words};
use serde::Deserialize;

use super::build::{AGENT, BAG_INFO, Described, bag_info, software, tags};
use super::intact::{Contents, each_line, text};
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
    let mut held: BTreeMap<EvidenceId, Vec<(ManifestLine, u64)>> = BTreeMap::new();
    let mut absent = Vec::new();
    for (id, item) in replayed.part.register().evidence.iter().filter(|(_, item)| goes_in(item)) {
        let (Content::Files { manifest, files, .. } | Content::InPlace { manifest, files, .. }) = &item.content else {
            continue;
        };
        match lines(root, manifest) {
            Ok(lines) if u64::try_from(lines.len()) == Ok(*files) => {
                if !item.content.keeps_bytes() {
                    continue;
                }
                held.insert(id.clone(), lines.into_iter().map(|line| (line, 0)).collect());
            }
            Ok(_) => absent.push(format!("{id}: its manifest lists another number of files than its entry")),
            Err(because) => absent.push(format!("{id}: {because}")),
        }
    }
    let mut named = names::name_files(held.iter().map(|(id, lines)| (id, lines.as_slice())));
    let mut count = 0_usize;
    for (id, file) in named.iter_mut().flat_map(|(id, files)| files.iter_mut().map(move |file| (id, file))) {
        count += 1;
        // The entry names the manifest, the manifest names the digest, and the file was read and found to have it.
        let path = ManifestPath::new(file.path.as_bytes()).ok();
        let read = path.and_then(|path| contents.payload.get(&path)).copied();
        match (read, root.join(&file.path).symlink_metadata()) {
            (Some(digest), Ok(found)) if digest == file.digest => file.size_bytes = found.len(),
            (Some(digest), _) => {
                absent.push(format!("{id}: {} is not the file that was collected (sha256 {digest})", file.path));
            }
            (None, _) => absent.push(format!("{id}: {} is missing", file.path)),
        }
    }
    let text = if absent.is_empty() {
        format!("all {count} files of {} items of evidence are there, each the one that was collected", named.len())
    } else {
        absent.join("; ")
    };
    points.note(absent.is_empty(), text);
    papers(root, points, replayed, &named, contents);
}

fn lines(root: &Path, manifest: &Digest) -> Result<Vec<ManifestLine>, String> {
    let name = format!("{}/{manifest}.txt", pack::MANIFEST_FOLDER);
    let bytes = text(root, &name).map_err(|because| format!("{name} {because}"))?;
    if Digest::of(&bytes) != *manifest {
        return Err(format!("{name} is not the manifest that its entry names"));
    }
    let listed = bag::read_manifest(&bytes).map_err(|error| format!("{name} cannot be read: {error}"))?;
    Ok(listed.into_iter().map(|(path, digest)| ManifestLine { digest, path }).collect())
}

/// The statement, the plan and the pages say what the entries say.
fn papers(
    root: &Path,
    points: &mut Points,
    replayed: &Replayed,
    files: &BTreeMap<EvidenceId, Vec<PackFile>>,
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
    same(BAG_INFO, bag_info(&described, &contents.oxum, &maker).as_bytes());
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
