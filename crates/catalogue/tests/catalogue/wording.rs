//! What is built in restates other people's requirements in words of our own: no run of words of theirs stands in it.

use std::collections::BTreeSet;

use crate::caf::Oracle;
use crate::document::{catalog, nodes, texts};
use crate::shared::path;

/// As many words in a row are a copy. Five are still common speech, such as "the security of network and".
const RUN: usize = 6;

/// Lower-case words, as letters, digits and apostrophes.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('’', "'");
    let split = lower.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '\''));
    split.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Fails for each text of the built-in framework that has a run of words in common with one of theirs.
fn assert_nothing_is_copied<'t>(framework: &str, theirs: impl IntoIterator<Item = &'t str>) {
    let mut runs = BTreeSet::new();
    for text in theirs {
        runs.extend(words(text).windows(RUN).map(<[String]>::to_vec));
    }
    assert!(runs.len() > 1_000, "{framework} is compared with next to nothing: {} runs", runs.len());
    let file = catalog(framework);
    let mut copied = Vec::new();
    for node in nodes(&file) {
        for (id, text) in texts(&node) {
            let words = words(text);
            copied.extend(words.windows(RUN).find(|run| runs.contains(*run)).map(|run| (id, run.join(" "))));
        }
    }
    assert!(copied.is_empty(), "{framework}: {copied:#?}");
}

#[test]
fn nothing_of_the_cyber_assessment_framework_is_copied() {
    for version in ["3.2", "4.0"] {
        let Some(oracle) = Oracle::read(version) else { return };
        assert_nothing_is_copied(&format!("caf-{version}"), oracle.sentences());
    }
}

#[test]
fn nothing_of_the_cybersecurity_framework_is_copied() {
    let Some(path) = path("data/corpora/oscal/catalogs/NIST_CSF_v2.0_catalog.xml") else { return };
    let xml = std::fs::read_to_string(path).unwrap();
    let paragraphs = xml.split("<p>").skip(1).filter_map(|rest| rest.split("</p>").next());
    assert_nothing_is_copied("nist-csf-2.0", paragraphs);
}

#[test]
fn nothing_of_cyber_essentials_is_copied() {
    #[derive(serde::Deserialize)]
    struct Library {
        objects: Objects,
    }
    #[derive(serde::Deserialize)]
    struct Objects {
        framework: Nodes,
    }
    #[derive(serde::Deserialize)]
    struct Nodes {
        requirement_nodes: Vec<Item>,
    }
    #[derive(serde::Deserialize)]
    struct Item {
        description: Option<String>,
    }
    let Some(path) = path("data/corpora/frameworks/ciso-assistant/cyber_essentials.yaml") else { return };
    let library: Library = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let items = &library.objects.framework.requirement_nodes;
    assert_nothing_is_copied("cyber-essentials-3.3", items.iter().filter_map(|item| item.description.as_deref()));
}

#[test]
#[should_panic(expected = "caf-3.2: ")]
fn a_copy_would_be_noticed() {
    let file = catalog("caf-3.2");
    let found = nodes(&file);
    assert_nothing_is_copied("caf-3.2", found.iter().flat_map(texts).map(|(_, text)| text));
}
