//! Complete: the entries replay under the rules, every item of evidence they name is there or is said to be left out,
//! every finding is accounted for, and every figure in the pack is worked out again.

use std::collections::BTreeMap;
use std::path::Path;

use portreeve_catalogue::{read_framework, read_scheme};
use portreeve_model::history::History;
use portreeve_model::manifest::ManifestLine;
use portreeve_model::readiness::{AsOf, Readiness};
use portreeve_model::reference::{EvidenceId, OrganisationId, PackId};
use portreeve_model::register::evidence::Content;
use portreeve_model::{Day, Digest, Entry, LogSize};
use portreeve_reporting::Subject;
use portreeve_reporting::index::{PackFile, Signer};
use portreeve_reporting::pack::contents::{goes_in, missing};
use portreeve_reporting::pack::statement::{FORMAT, statement};
use portreeve_reporting::pack::{self, bag, names};
use portreeve_reporting::{plan, words};
use serde::Deserialize;

use super::build::{software, tags};
use super::intact::{Contents, text};
use super::verify::Points;
use crate::ask::answers;
use crate::standards::Standards;

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

pub(super) fn check(root: &Path, contents: &Contents) -> (Points, Option<Replayed>) {
    let mut points = Points::default();
    let replayed = match replay(root, contents) {
        Ok(replayed) => replayed,
        Err(because) => {
            points.note(false, because);
            return (points, None);
        }
    };
    points.note(true, format!("{} entries replay under the rules", replayed.part.entries().len()));
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
    (points, Some(replayed))
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
    let framework_id = adopted.event.framework.clone();
    let framework = register.frameworks.get(&framework_id).map(|held| held.event.digest);
    let framework_bytes = standard(root, pack::FRAMEWORK, framework)?;
    let framework = read_framework(framework_id, &framework_bytes).map_err(|problems| problems.to_string())?;
    let scheme_bytes = standard(root, pack::SCHEME, Some(adopted.event.digest))?;
    let scheme = read_scheme(&scheme_bytes, &framework).map_err(|problems| problems.to_string())?;
    let standards = Standards { framework, scheme };
    let known = contents.checkpoint.as_ref().map_or(LogSize::EMPTY, |checkpoint| checkpoint.unverified().size);
    let as_of = AsOf { known, on: claim.on };
    let organisations: Vec<OrganisationId> = claim.answers.into_iter().map(|answer| answer.organisation).collect();
    let answers = answers(register, &standards, &organisations, as_of).map_err(|error| error.to_string())?;
    Ok(Replayed { pack: claim.pack, part, standards, organisations, as_of, answers })
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
        let Content::Files { manifest, files, .. } = &item.content else { continue };
        match lines(root, manifest) {
            Ok(lines) if u64::try_from(lines.len()) == Ok(*files) => {
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
        match root.join(&file.path).symlink_metadata() {
            Ok(found) if found.is_file() => file.size_bytes = found.len(),
            _ => absent.push(format!("{id}: {} is missing", file.path)),
        }
    }
    let text = if absent.is_empty() {
        format!("all {count} files of {} items of evidence are there", named.len())
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
    let maker =
        text(root, "bag-info.txt").map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    if bag::info_value(&maker, "Bag-Software-Agent") != Some(software().as_str()) {
        points
            .note(true, "the pages were made by another version of Portreeve, so they were not compared word by word");
        return;
    }
    same(pack::PLAN, &plan::csv(&subject));
    same(pack::APPLICATION, &plan::application_csv(&subject));
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
