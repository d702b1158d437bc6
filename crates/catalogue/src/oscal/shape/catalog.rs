//! The OSCAL catalog model: groups, controls, parameters, parts.

use super::Type::{Line, OneOf, Prose, Text, Token, Uri, Uuid};
use super::metadata::{BACK_MATTER, LINK, METADATA, PROP};
use super::{Assembly, assembly, blocks, flag, node, nodes, text, texts};

/// An OSCAL catalog.
pub(in super::super) static CATALOG: Assembly = assembly(&[
    flag("uuid", Uuid).needed(),
    node("metadata", &METADATA).needed(),
    nodes("params", "param", &PARAM),
    nodes("controls", "control", &CONTROL),
    nodes("groups", "group", &GROUP),
    node("back-matter", &BACK_MATTER),
]);

static GROUP: Assembly = assembly(&[
    flag("id", Token),
    flag("class", Token),
    text("title", Line).needed(),
    nodes("params", "param", &PARAM),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    nodes("parts", "part", &PART),
    nodes("groups", "group", &GROUP),
    nodes("controls", "control", &CONTROL),
])
.at_most_one(&["controls", "groups"]);

static CONTROL: Assembly = assembly(&[
    flag("id", Token).needed(),
    flag("class", Token),
    text("title", Line).needed(),
    nodes("params", "param", &PARAM),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    nodes("parts", "part", &PART),
    nodes("controls", "control", &CONTROL),
]);

pub(super) static PART: Assembly = assembly(&[
    flag("id", Token),
    flag("name", Token).needed(),
    flag("ns", Uri),
    flag("class", Token),
    text("title", Line),
    nodes("props", "prop", &PROP),
    blocks("prose"),
    nodes("parts", "part", &PART),
    nodes("links", "link", &LINK),
]);

pub(super) static PARAM: Assembly = assembly(&[
    flag("id", Token).needed(),
    flag("class", Token),
    flag("depends-on", Token),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    text("label", Line),
    text("usage", Prose),
    nodes("constraints", "constraint", &CONSTRAINT),
    nodes("guidelines", "guideline", &GUIDELINE),
    texts("values", "value", Text),
    node("select", &SELECT),
    text("remarks", Prose),
])
.at_most_one(&["values", "select"]);

pub(super) static CONSTRAINT: Assembly = assembly(&[text("description", Prose), nodes("tests", "test", &TEST)]);

static TEST: Assembly = assembly(&[text("expression", Text).needed(), text("remarks", Prose)]);

pub(super) static GUIDELINE: Assembly = assembly(&[blocks("prose").needed()]);

pub(super) static SELECT: Assembly =
    assembly(&[flag("how-many", OneOf(&["one", "one-or-more"])), texts("choice", "choice", Line)]);
