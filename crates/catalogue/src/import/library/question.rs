//! The questions a library asks about a node, as parts of ours: the text as prose, each answer that can be chosen as a
//! part below. It must never take an answer for a finding of anybody's.

use serde_json::Value;

use super::head::translations;
use crate::import::Counts;
use crate::import::entry::{Entry, Reading};
use crate::import::write::{Props, own_part};

/// The single values of a question.
const QUESTION: &[(&str, &str)] = &[("type", "type"), ("annotation", "annotation"), ("weight", "weight")];

/// The single values of a choice.
const CHOICE: &[(&str, &str)] = &[
    ("urn", "urn"),
    ("description", "description"),
    ("annotation", "annotation"),
    ("color", "color"),
    ("add_score", "add-score"),
    ("compute_result", "compute-result"),
];

/// The questions of a node, in the order of the file.
pub(super) fn questions(node: &mut Entry<'_>, counts: &mut Counts, reading: &mut Reading) -> Vec<Value> {
    let mut parts = Vec::new();
    for (path, urn, question) in node.named("questions", reading) {
        let Some(mut question) = Entry::of(question, &path, reading) else { continue };
        counts.questions += 1;
        let mut props = Props::default();
        props.own("urn", urn);
        words(&mut question, QUESTION, &mut props, reading);
        depends_on(&mut question, &mut props, reading);
        translations(&mut question, &mut props, reading);
        let text = question.text("text", reading);
        let mut choices = Vec::new();
        for (path, choice) in question.list("choices", reading) {
            let Some(mut choice) = Entry::of(choice, &path, reading) else { continue };
            counts.choices += 1;
            let mut props = Props::default();
            words(&mut choice, CHOICE, &mut props, reading);
            for group in choice.words("select_implementation_groups", reading) {
                props.own("select-implementation-group", &group);
            }
            translations(&mut choice, &mut props, reading);
            let value = choice.word("value", reading);
            choices.push(own_part("choice", value.as_deref(), props, Vec::new()));
            choice.rest("a choice", reading);
        }
        parts.push(own_part("question", text.as_deref(), props, choices));
        question.rest("a question", reading);
    }
    parts
}

fn words(entry: &mut Entry<'_>, fields: &[(&str, &str)], props: &mut Props, reading: &mut Reading) {
    for (field, prop) in fields {
        props.may(prop, entry.word(field, reading).as_deref());
    }
}

/// On which answers to which other question this one is asked at all.
fn depends_on(question: &mut Entry<'_>, props: &mut Props, reading: &mut Reading) {
    let path = question.at("depends_on");
    let Some(depends) = question.take("depends_on") else { return };
    let Some(mut depends) = Entry::of(depends, &path, reading) else { return };
    props.may("depends-on", depends.word("question", reading).as_deref());
    for answer in depends.words("answers", reading) {
        props.own("depends-on-answer", &answer);
    }
    props.may("depends-on-condition", depends.word("condition", reading).as_deref());
    depends.rest("what a question depends on", reading);
}
