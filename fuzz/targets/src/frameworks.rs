//! What others publish to be judged by: OSCAL in three encodings, libraries of other programs, mappings, schemes,
//! playbooks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use portreeve_catalogue::import::{self, Imported, Told};
use portreeve_catalogue::mapping::{Named, PAIRS_MAX};
use portreeve_catalogue::oscal::{self, Adoptable, DocumentKind, REQUIREMENTS_MAX, read_adoptable};
use portreeve_catalogue::playbook::Phrase;
use portreeve_catalogue::{
    PROBLEMS_MAX, Problems, VALUES_MAX, read_framework, read_mapping, read_playbook, read_scheme, scheme,
};
use portreeve_model::reference::FrameworkId;
use portreeve_model::standards::Framework;

use crate::text_of;

/// A catalog of three requirements, one with indicators: what profiles import, and what schemes, mappings and playbooks
/// are held against.
pub(crate) const CATALOG: &[u8] = include_bytes!("../../seeds/oscal/catalog.json");

/// Letters of a problem: three texts and what stands between them.
const PROBLEM_LETTERS_MAX: usize = 3 * 361 + 3;

static FRAMEWORK: LazyLock<Framework> =
    LazyLock::new(|| read_framework(id("home-1"), CATALOG).expect("the seed is a catalog"));

/// The same framework, of which only what has indicators is left: what a scheme that grades by them can judge.
static GRADED: LazyLock<Framework> = LazyLock::new(|| {
    let mut graded = FRAMEWORK.clone();
    graded.requirements.retain(|one| !one.indicators.is_empty());
    graded
});

static FRAMEWORKS: LazyLock<BTreeMap<FrameworkId, Framework>> = LazyLock::new(|| {
    let away = Framework { id: id("away-2"), ..FRAMEWORK.clone() };
    BTreeMap::from([(id("home-1"), FRAMEWORK.clone()), (id("away-2"), away)])
});

fn id(text: &str) -> FrameworkId {
    text.parse().expect("a reference of ours")
}

/// A refusal has at least one problem and not too many, each with a remedy and nothing that a terminal would obey.
fn told(problems: &Problems) {
    assert!((1..=PROBLEMS_MAX).contains(&problems.found().len()));
    for problem in problems.found() {
        let shown = problem.to_string();
        assert!(!problem.what.is_empty() && !problem.remedy.is_empty(), "{shown}");
        assert!(shown.chars().count() <= PROBLEM_LETTERS_MAX, "{shown}");
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
    }
}

/// OSCAL catalogs and profiles in JSON, YAML and XML: every door says the same of one document, and the catalog that is
/// kept of it reads as what was read.
pub fn oscal(data: &[u8]) {
    let kind = oscal::document_kind(data);
    let read = read_framework(id("x"), data);
    let adopted = read_adoptable(Some(&id("x")), data, &mut |_| Some(CATALOG.to_vec()));
    kind.as_ref().err().into_iter().chain(read.as_ref().err()).chain(adopted.as_ref().err()).for_each(told);
    if let Ok(framework) = &read {
        assert_eq!(kind, Ok(DocumentKind::Catalog));
        lawful(framework);
    }
    match &adopted {
        Ok(Adoptable { kind: DocumentKind::Catalog, framework, catalog, .. }) => {
            assert_eq!(read.as_ref(), Ok(framework), "adopting reads what reading reads");
            let json = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data).trim_ascii_start().starts_with(b"{");
            assert!(!json || catalog == data, "the bytes of a catalog in JSON are kept");
            assert_eq!(read_framework(id("x"), catalog).as_ref(), Ok(framework), "what is kept reads as what was read");
        }
        Ok(Adoptable { kind: DocumentKind::Profile, framework, catalog, .. }) => {
            assert_eq!(kind, Ok(DocumentKind::Profile));
            assert_eq!(read_framework(id("x"), catalog).as_ref(), Ok(framework));
            lawful(framework);
        }
        Err(_) => assert!(read.is_err(), "adopting refuses what reading reads: {adopted:?}"),
    }
    if let Ok(suggested) = oscal::suggested_id(data) {
        assert_eq!(suggested.to_string().parse(), Ok(suggested));
    }
}

fn lawful(framework: &Framework) {
    assert!(framework.requirements.len() <= REQUIREMENTS_MAX);
    let numbers: BTreeSet<_> = framework.requirements.iter().map(|one| &one.number).collect();
    assert_eq!(numbers.len(), framework.requirements.len(), "every requirement has a number of its own");
    let indicators = || framework.requirements.iter().flat_map(|one| &one.indicators);
    let ids: BTreeSet<_> = indicators().map(|one| &one.id).collect();
    assert_eq!(ids.len(), indicators().count(), "every indicator has an id of its own");
}

/// Other programs' libraries: what is written of them reads as what it was said to be, and a mapping loses no pair without
/// counting it.
pub fn library(data: &[u8]) {
    let read = || import::read(data, Told { file: "caf-4.0.yaml", id: None }, &mut |_| None);
    let imported = match read() {
        Ok(imported) => imported,
        Err(problems) => return told(&problems),
    };
    assert_eq!(read().as_ref(), Ok(&imported), "the same file is the same");
    let Imported { frameworks, mappings, .. } = &imported;
    assert!(imported.notes.iter().all(|note| !note.chars().any(char::is_control)), "{:?}", imported.notes);
    let mut named = Vec::new();
    for one in frameworks {
        assert!(one.counts.assessable <= one.counts.nodes && one.counts.nodes <= VALUES_MAX);
        let again = read_framework(one.id.clone(), &one.catalog);
        assert_eq!(again.as_ref().ok().filter(|read| !read.requirements.is_empty()), one.framework.as_ref());
        if let Some(framework) = &one.framework {
            lawful(framework);
            assert_eq!(framework.requirements.len(), one.counts.assessable, "each that is answered is a requirement");
        }
        named.extend(import::Named::of(&one.id, &one.catalog).expect("what is written is JSON"));
    }
    for mapping in mappings {
        for source in &named {
            for target in &named {
                match import::bind(mapping, source, target) {
                    Ok(bound) => assert_eq!(bound.pairs + bound.left_out, mapping.pairs, "every pair is accounted for"),
                    Err(problems) => told(&problems),
                }
            }
        }
    }
}

/// OSCAL mapping collections: pairs of known requirements, each once, within the limit.
pub fn mapping(data: &[u8]) {
    let none = Named::default();
    let known = read_mapping(&none, data, &FRAMEWORKS);
    let unknown = read_mapping(&none, data, &BTreeMap::new());
    known.as_ref().err().into_iter().chain(unknown.as_ref().err()).for_each(told);
    if let Ok(mapping) = &known {
        assert_eq!(unknown.as_ref(), Ok(mapping), "what frameworks are at hand decides only what is refused");
        assert!((1..=PAIRS_MAX).contains(&mapping.pairs.len()));
        let pairs: BTreeSet<_> = mapping.pairs.iter().map(|pair| (&pair.source, &pair.target)).collect();
        assert_eq!(pairs.len(), mapping.pairs.len(), "what is said of two requirements is said once");
        for (end, framework) in [(&mapping.source, true), (&mapping.target, false)] {
            let Some(framework_read) = FRAMEWORKS.get(end) else { continue };
            let numbers: BTreeSet<_> = framework_read.requirements.iter().map(|one| &one.number).collect();
            let of_end = mapping.pairs.iter().map(|pair| if framework { &pair.source } else { &pair.target });
            assert!(of_end.into_iter().all(|number| numbers.contains(number)), "an end that is no requirement");
        }
        let told = Named {
            id: Some(mapping.id.clone()),
            source: Some(mapping.source.clone()),
            target: Some(mapping.target.clone()),
        };
        assert_eq!(read_mapping(&told, data, &FRAMEWORKS).as_ref(), Ok(mapping), "its own names change nothing");
    }
}

/// Scheme files: the two readers of one agree on its framework, and no rule asks for a requirement that there is not.
pub fn scheme_file(data: &[u8]) {
    let named = scheme::framework_named(data);
    let known: BTreeSet<_> = FRAMEWORK.requirements.iter().map(|one| &one.number).collect();
    for framework in [None, Some(&*FRAMEWORK), Some(&*GRADED)] {
        match read_scheme(data, framework) {
            Ok(read) => {
                assert_eq!(named.as_ref(), Ok(&read.framework), "a scheme judges the framework that its file names");
                assert!(read.framework.is_none() || read.framework.as_ref() == framework.map(|known| &known.id));
                assert!(read.gates.len() <= scheme::GATES_MAX && read.pack.len() <= scheme::GATES_MAX);
                assert!(read.particulars.len() <= scheme::PARTICULARS_MAX);
                assert!(read.at_risk_days <= scheme::AT_RISK_DAYS_MAX);
                assert!(read.evidence.keys().all(|number| known.contains(number)));
                let ids: BTreeSet<&str> = read.gates.iter().map(|gate| gate.id.as_str()).collect();
                assert_eq!(ids.len(), read.gates.len(), "a gate has a name of its own");
            }
            Err(problems) => told(&problems),
        }
    }
    if let Err(problems) = &named {
        told(problems);
    }
}

/// Playbooks, and the phrases that findings are recognised by.
pub fn playbook(data: &[u8]) {
    if let Some(text) = text_of(data)
        && let Ok(phrase) = text.parse::<Phrase>()
    {
        assert_eq!(phrase.to_string(), text);
        assert!(phrase.terms() > 0);
    }
    match read_playbook(data, &FRAMEWORKS) {
        Ok(read) => {
            assert!(!read.closing_evidence.is_empty() && !read.steps.is_empty());
            let most = portreeve_catalogue::playbook::ITEMS_MAX;
            assert!(read.steps.len() <= most && read.closing_evidence.len() <= most && read.requirements.len() <= most);
            let written = serde_json::to_vec(&read).expect("a playbook is JSON");
            assert_eq!(read_playbook(&written, &FRAMEWORKS).as_ref(), Ok(&read), "what is written reads back");
        }
        Err(problems) => told(&problems),
    }
}
