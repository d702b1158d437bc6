//! The OSCAL profile model: what is imported, how it is merged, how it is modified.

use super::Type::{Line, OneOf, Prose, Text, Token, Uri, UriReference, Uuid, YesNo};
use super::catalog::{CONSTRAINT, GUIDELINE, PARAM, PART, SELECT};
use super::metadata::{BACK_MATTER, LINK, METADATA, PROP};
use super::{Assembly, assembly, flag, node, nodes, text, texts};

/// An OSCAL profile.
pub(in super::super) static PROFILE: Assembly = assembly(&[
    flag("uuid", Uuid).needed(),
    node("metadata", &METADATA).needed(),
    nodes("imports", "import", &IMPORT).needed(),
    node("merge", &MERGE),
    node("modify", &MODIFY),
    node("back-matter", &BACK_MATTER),
]);

static IMPORT: Assembly = assembly(&[
    flag("href", UriReference).needed(),
    node("include-all", &NOTHING),
    nodes("include-controls", "include-controls", &PICK),
    nodes("exclude-controls", "exclude-controls", &PICK),
])
.exactly_one(&["include-all", "include-controls"]);

static NOTHING: Assembly = assembly(&[]);

static PICK: Assembly = assembly(&[
    flag("with-child-controls", OneOf(&["yes", "no"])),
    texts("with-ids", "with-id", Token),
    nodes("matching", "matching", &MATCHING),
]);

static MATCHING: Assembly = assembly(&[flag("pattern", Text), text("remarks", Prose)]);

static MERGE: Assembly =
    assembly(&[node("combine", &COMBINE), node("flat", &NOTHING), text("as-is", YesNo), node("custom", &CUSTOM)])
        .exactly_one(&["flat", "as-is", "custom"]);

static COMBINE: Assembly = assembly(&[flag("method", Text)]);

static CUSTOM: Assembly =
    assembly(&[nodes("groups", "group", &GROUP), nodes("insert-controls", "insert-controls", &INSERT)]);

static GROUP: Assembly = assembly(&[
    flag("id", Token),
    flag("class", Token),
    text("title", Line).needed(),
    nodes("params", "param", &PARAM),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    nodes("parts", "part", &PART),
    nodes("groups", "group", &GROUP),
    nodes("insert-controls", "insert-controls", &INSERT),
])
.at_most_one(&["groups", "insert-controls"]);

static INSERT: Assembly = assembly(&[
    flag("order", OneOf(&["keep", "ascending", "descending"])),
    node("include-all", &NOTHING),
    nodes("include-controls", "include-controls", &PICK),
    nodes("exclude-controls", "exclude-controls", &PICK),
])
.exactly_one(&["include-all", "include-controls"]);

static MODIFY: Assembly =
    assembly(&[nodes("set-parameters", "set-parameter", &SET_PARAMETER), nodes("alters", "alter", &ALTER)]);

static SET_PARAMETER: Assembly = assembly(&[
    flag("param-id", Token).needed(),
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
])
.at_most_one(&["values", "select"]);

static ALTER: Assembly =
    assembly(&[flag("control-id", Token).needed(), nodes("removes", "remove", &REMOVE), nodes("adds", "add", &ADD)]);

static REMOVE: Assembly = assembly(&[
    flag("by-name", Token),
    flag("by-class", Token),
    flag("by-id", Token),
    flag("by-item-name", OneOf(&["param", "prop", "link", "part", "mapping", "map"])),
    flag("by-ns", Uri),
    text("remarks", Prose),
]);

static ADD: Assembly = assembly(&[
    flag("position", OneOf(&["before", "after", "starting", "ending"])),
    flag("by-id", Token),
    text("title", Line),
    nodes("params", "param", &PARAM),
    nodes("props", "prop", &PROP),
    nodes("links", "link", &LINK),
    nodes("parts", "part", &PART),
]);
