//! The assessor's page.

use std::collections::BTreeMap;

use portreeve_model::Digest;
use portreeve_model::reference::{EvidenceId, PackId};
use serde::Serialize;

use crate::page::anchor::{Anchors, Kind};
use crate::page::chain::{EvidenceView, RequirementView};
use crate::page::check::Check;
use crate::page::matters::{DecisionView, RiskView};
use crate::page::plan::{ActionView, SourceView};
use crate::page::verdict::VerdictView;
use crate::page::{Figure, Frame, Tag, chain, matters, plan, verdict};
use crate::readiness::scope;
use crate::{RenderError, Subject, page};

/// A file of evidence in a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// Its true name, safe to show.
    pub true_name: String,
    /// Its path in the pack.
    pub path: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its size.
    pub size_bytes: u64,
}

/// The files of an item of evidence in a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackFiles {
    /// The first of them, at most [`LISTED_MAX`](crate::pack::names::LISTED_MAX).
    pub listed: Vec<PackFile>,
    /// How many there are.
    pub count: u64,
}

/// Something that is not in the pack, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// One item of the scheme's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentLine {
    /// Its reference in the scheme.
    pub id: String,
    /// What it is, and for whom.
    pub title: String,
    /// What there is of it; nothing when it is missing.
    pub present_as: Option<String>,
}

/// Who signs the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The name to give to `ssh-keygen -I`.
    pub identity: String,
    /// The SSHSIG namespace.
    pub namespace: String,
    /// The key's fingerprint.
    pub key_fingerprint: String,
}

/// What the page is made from.
#[derive(Clone, Copy, Debug)]
pub struct PackPage<'a> {
    /// The register's part and its answers.
    pub subject: Subject<'a>,
    /// The pack's reference.
    pub pack_id: &'a PackId,
    /// The files by evidence.
    pub files: &'a BTreeMap<EvidenceId, PackFiles>,
    /// What is not there, and why.
    pub left_out: &'a [LeftOut],
    /// Who signs.
    pub signer: &'a Signer,
    /// The signed checkpoint.
    pub checkpoint_text: &'a str,
    /// The scheme's list.
    pub contents: &'a [ContentLine],
}

/// The page as one HTML file.
///
/// # Errors
/// When a template is wrong.
pub fn html(page: &PackPage<'_>) -> Result<String, RenderError> {
    let subject = &page.subject;
    let anchors = anchors(subject);
    let evidence = chain::evidence(subject, &anchors, page.files);
    let view = View {
        frame: page::frame(
            subject,
            format!("Evidence pack {}, {}", page.pack_id, subject.scheme.title),
            Some("pack/check.js"),
        ),
        pack: page.pack_id.to_string(),
        scheme: subject.scheme.title.to_string(),
        scheme_source: subject.scheme.source.to_string(),
        framework: judged_by(subject),
        day: subject.as_of.on.to_string(),
        quarter: subject.as_of.on.quarter(),
        figures: figures(page),
        verdicts: verdict::verdicts(subject, &anchors),
        check: Check::of(page),
        requirements: chain::requirements(subject, &anchors, page.files),
        sources: plan::sources(subject, &anchors),
        actions: plan::actions(subject, &anchors),
        decisions: matters::decisions(subject, &anchors),
        risks: matters::risks(subject, &anchors),
        evidence,
        contents: page.contents.iter().map(Content::of).collect(),
        left_out: page.left_out.iter().map(|left| Left { what: left.what.clone(), why: left.why.clone() }).collect(),
        list: listed(page),
    };
    page::render("index.html", "pack/index", &view)
}

/// What the scheme judges by: a framework's version and its profile, or no more than itself.
fn judged_by(subject: &Subject<'_>) -> String {
    let framework = subject.framework;
    match (&subject.scheme.framework, &framework.profile) {
        (None, _) => subject.scheme.title.to_string(),
        (Some(_), None) => format!("{} {}", framework.title, framework.version),
        (Some(_), Some(profile)) => format!("{} {} with the {profile}", framework.title, framework.version),
    }
}

#[derive(Serialize)]
struct View {
    #[serde(flatten)]
    frame: Frame,
    pack: String,
    scheme: String,
    scheme_source: String,
    framework: String,
    day: String,
    quarter: String,
    figures: Vec<Figure>,
    verdicts: Vec<VerdictView>,
    check: Check,
    requirements: Vec<RequirementView>,
    sources: Vec<SourceView>,
    actions: Vec<ActionView>,
    decisions: Vec<DecisionView>,
    risks: Vec<RiskView>,
    evidence: Vec<EvidenceView>,
    contents: Vec<Content>,
    left_out: Vec<Left>,
    list: Vec<Listed>,
}

#[derive(Serialize)]
struct Content {
    id: String,
    title: String,
    tag: Tag,
    present: String,
}

impl Content {
    fn of(line: &ContentLine) -> Content {
        let tag = if line.present_as.is_some() { Tag::good("Present") } else { Tag::bad("Missing") };
        let present = line.present_as.clone().unwrap_or_else(|| "Not in this pack.".to_owned());
        Content { id: line.id.clone(), title: line.title.clone(), tag, present }
    }
}

#[derive(Serialize)]
struct Left {
    what: String,
    why: String,
}

/// A file for the page's own check, ready to stand inside JSON strings. What is not listed here it takes from the pack's own
/// lists.
#[derive(Serialize)]
struct Listed {
    path: String,
    sha256: String,
}

fn listed(page: &PackPage<'_>) -> Vec<Listed> {
    let files: BTreeMap<&str, Digest> =
        page.files.values().flat_map(|files| &files.listed).map(|file| (file.path.as_str(), file.digest)).collect();
    files
        .into_iter()
        .map(|(path, digest)| Listed { path: page::json_inside(path), sha256: digest.to_string() })
        .collect()
}

fn anchors(subject: &Subject<'_>) -> Anchors {
    let register = subject.register;
    let mut anchors = Anchors::new();
    let actions = register.actions.iter().filter(|(_, action)| scope::in_scope(subject, action));
    anchors.add(Kind::Action, actions.map(|(id, _)| id));
    anchors.add(Kind::Finding, chain::findings_in_order(register).filter(|id| register.findings.contains_key(*id)));
    anchors.add(Kind::Evidence, register.evidence.keys());
    anchors.add(Kind::Requirement, subject.framework.requirements.iter().map(|asked| &asked.number));
    let decisions = register.decisions.iter().filter(|(_, held)| matters::about(subject, &held.event.organisations));
    anchors.add(Kind::Decision, decisions.map(|(id, _)| id));
    anchors.add(Kind::Risk, register.risks.keys());
    anchors.add(Kind::Source, register.sources.keys());
    anchors
}

fn figures(page: &PackPage<'_>) -> Vec<Figure> {
    let subject = &page.subject;
    let mut figures: Vec<Figure> = subject
        .answers
        .iter()
        .map(|answer| Figure {
            label: format!("Requirements ready, {}", answer.organisation),
            value: match answer.verified.whole {
                0 => "no figure".to_owned(),
                whole => format!("{} of {whole}", answer.verified.part),
            },
            note: answer.verified.percent().map_or_else(String::new, |percent| format!("{percent}%")),
        })
        .collect();
    let items = page.files.values().filter(|files| files.count > 0).count();
    let files: u64 = page.files.values().map(|files| files.count).sum();
    let waiting = subject.register.evidence.values().filter(|held| held.waits()).count();
    figures.push(Figure {
        label: "Evidence files".to_owned(),
        value: files.to_string(),
        note: format!("in {} of evidence", crate::words::count(items as u64, "item")),
    });
    figures.push(Figure {
        label: "Not yet checked".to_owned(),
        value: waiting.to_string(),
        note: "by a second person".to_owned(),
    });
    figures.push(Figure {
        label: "Ledger entries".to_owned(),
        value: subject.as_of.known.to_string(),
        note: "known to this pack".to_owned(),
    });
    figures
}
