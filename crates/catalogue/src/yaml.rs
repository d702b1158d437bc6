//! Bytes to a tree, from YAML, within limits: the counterpart of `json.rs`. It must never hand out a document that two
//! readers could understand differently, nor one that grows on the way in.
//!
//! **Which YAML.** YAML 1.2's core schema: `yes`, `no`, `on` and `off` are text, and so is a date. PyYAML, which wrote
//! most files at hand, reads YAML 1.1 and therefore puts such words into quotes when they are meant as text, so that a
//! file it wrote means the same here. Where a field wants yes or no, [`Tree::truth`] takes the words of 1.1 too.
//!
//! **Aliases** (`*name`) are copied in, as often as [`REPLAYED_EVENTS_MAX`] allows; merge keys (`<<`) are refused.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::Error;
use serde_saphyr::budget::BudgetBreach;

use crate::json::FILE_BYTES_MAX;
use crate::problem::{Problem, Problems};

/// Most values in one file. The largest library at hand, 3.4 MB and 5,880 nodes, holds about 120,000; a catalog of
/// 10 MB holds some 400,000. A value takes about 60 bytes here, so a million stay near 60 MB beside their text.
pub(crate) const VALUES_MAX: usize = 1_000_000;

/// Deepest nesting. NIST SP 800-53 has 20, libraries have 11. The reader takes some 27 KB of stack a level where it is
/// not optimised: 48 levels stay at 1.3 MB of the 2 MB that a thread has.
pub(crate) const DEPTH_MAX: usize = 48;

/// Most pieces that aliases may copy in. GovAssure's own files copy a table of 110 pieces into each of 41 outcomes:
/// 5,000. Twenty times that is still read in a tenth of a second; a "billion laughs" stops here.
pub(crate) const REPLAYED_EVENTS_MAX: usize = 100_000;

/// Most anchors. GovAssure's files have 9.
const ANCHORS_MAX: usize = 1_000;

/// Most text with aliases written out: as much as the largest file could hold and as much again, so that a small file
/// cannot grow through them.
const TEXT_BYTES_MAX: usize = 2 * FILE_BYTES_MAX;

/// A YAML value. Unlike a JSON tree it keeps the order of its mappings, which means something where people list things
/// under names of their own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// Names with values, each name once.
    Mapping(Vec<(String, Tree)>),
}

/// Reads one YAML document as a tree.
///
/// # Errors
/// The file is too large, is not UTF-8 or not YAML, holds more than one document, nests or repeats itself beyond the
/// limits, names the same key twice, or uses what only some readers understand (merge keys, keys that are not text,
/// tags of its own).
pub(crate) fn tree(bytes: &[u8]) -> Result<Tree, Problems> {
    let refused = |what: String, remedy: &str| Problems::one(Problem::new("", what, remedy));
    if bytes.len() > FILE_BYTES_MAX {
        let what = format!("it has {} bytes; at most {FILE_BYTES_MAX} are read", bytes.len());
        return Err(refused(what, "leave out what is not needed, or split it"));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        refused(format!("it is not UTF-8 at line {line}"), "save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let place = error.location().map(|at| format!(" at line {}, column {}", at.line(), at.column()));
        let place = place.unwrap_or_default();
        if let Some(over) = over(error.without_snippet()) {
            let what = format!("it is over a limit{place}: {over}");
            return refused(what, "leave out what is not needed, or split it");
        }
        // The reader's own words name the place again.
        let said = error.without_snippet().to_string();
        let said = said.lines().next().unwrap_or_default();
        let said = said.split(" at line ").next().unwrap_or_default();
        refused(format!("it is not YAML that can be read{place}: {said}"), "correct it there")
    })
}

/// The limit that was passed, in words, if it was one.
fn over(error: &Error) -> Option<String> {
    let aliases = || Some("aliases that copy in more than is read".to_owned());
    let levels = || format!("more than {DEPTH_MAX} levels");
    let Error::Budget { breach, .. } = error else {
        return match error {
            Error::AliasError { error, .. } => over(error),
            Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. } => aliases(),
            // Brackets and braces are counted by the scanner, which has only words for it.
            other => other.to_string().starts_with("recursion limit").then(levels),
        };
    };
    match breach {
        BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => Some(format!("more than {VALUES_MAX} values")),
        BudgetBreach::Depth { .. } => Some(levels()),
        BudgetBreach::Documents { .. } => Some("more than one document".to_owned()),
        BudgetBreach::Anchors { .. } => Some(format!("more than {ANCHORS_MAX} anchors")),
        _ => aliases(),
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: VALUES_MAX,
            max_events: 3 * VALUES_MAX,
            max_depth: DEPTH_MAX,
            flow_nesting_limit: DEPTH_MAX,
            max_documents: 1,
            max_total_scalar_bytes: TEXT_BYTES_MAX,
            max_anchors: ANCHORS_MAX,
            max_aliases: REPLAYED_EVENTS_MAX,
            max_recorded_anchor_events: REPLAYED_EVENTS_MAX,
            max_merge_keys: 0,
            // A table that 41 outcomes share is honest; what it may come to is limited in itself.
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: REPLAYED_EVENTS_MAX,
            max_replay_stack_depth: 8,
        },
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::Error,
        merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        emit_comments: false,
    }
}

impl Tree {
    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Yes or no: true and false, and the words that YAML 1.1 read as such.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Tree::Bool(truth) => Some(*truth),
            Tree::Text(text) => match text.to_ascii_lowercase().as_str() {
                "yes" | "on" => Some(true),
                "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// What it is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Tree::Null => "empty",
            Tree::Bool(_) => "true or false",
            Tree::Number(_) => "a number",
            Tree::Text(_) => "a text",
            Tree::List(_) => "a list",
            Tree::Mapping(_) => "a mapping",
        }
    }
}

impl From<Tree> for Value {
    fn from(tree: Tree) -> Value {
        match tree {
            Tree::Null => Value::Null,
            Tree::Bool(truth) => Value::Bool(truth),
            Tree::Number(number) => Value::Number(number),
            Tree::Text(text) => Value::String(text),
            Tree::List(items) => Value::Array(items.into_iter().map(Value::from).collect()),
            Tree::Mapping(fields) => {
                Value::Object(fields.into_iter().map(|(name, value)| (name, value.into())).collect::<Map<_, _>>())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tree, D::Error> {
        from.deserialize_any(Node)
    }
}

struct Node;

impl<'de> Visitor<'de> for Node {
    type Value = Tree;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Number::from_f64(value).map_or(Tree::Null, Tree::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = mapping.next_entry()? {
            fields.push(field);
        }
        Ok(Tree::Mapping(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::{Duration, Instant};

    fn said(text: &str) -> String {
        tree(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_document_means_what_its_words_say() {
        let text =
            "\u{FEFF}no: NO\ndate: 2026-01-01\nid: '1.10'\nzero: 007\nlist: [1, -2, 0.5, true, ~]\nnote: |\n  a\n  b\n";
        let expected = json!({"no": "NO", "date": "2026-01-01", "id": "1.10", "zero": "007",
            "list": [1, -2, 0.5, true, null], "note": "a\nb\n"});
        assert_eq!(Value::from(tree(text.as_bytes()).unwrap()), expected);
        assert_eq!(Tree::Text("No".to_owned()).truth(), Some(false));
        assert_eq!(Tree::Text("maybe".to_owned()).truth(), None);
    }

    #[test]
    fn a_mapping_keeps_its_order() {
        let Tree::Mapping(fields) = tree(b"{A1.a.10: x, A1.a.9: y, A1.a.1: z}").unwrap() else { panic!() };
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["A1.a.10", "A1.a.9", "A1.a.1"]);
    }

    #[test]
    fn what_two_readers_could_take_differently_is_refused_with_its_line() {
        assert!(said("a: 1\nb: 2\na: 3\n").contains("line 3"));
        assert!(said("a: &x {b: 1}\nc:\n  <<: *x\n").contains("merge"));
        assert!(said("a: 1\n---\nb: 2\n").contains("document"));
        assert!(said("a: !python/object:os.system x\n").contains("tag"));
        assert!(said("? [a, b]\n: c\n").contains("line 1"));
        assert!(said("a: *nowhere\n").contains("line 1"));
        assert!(said("a:\n\tb: 1\n").contains("line 2"));
        assert!(tree(b"a: \xC3\x28").unwrap_err().to_string().contains("UTF-8"));
    }

    #[test]
    fn nesting_is_read_up_to_the_limit_and_no_further() {
        let flow = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let block = |depth: usize| (0..depth).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>();
        for (fits, document) in [(true, flow(DEPTH_MAX)), (false, flow(DEPTH_MAX + 1)), (true, block(DEPTH_MAX - 1))] {
            assert_eq!(tree(document.as_bytes()).is_ok(), fits);
        }
        assert!(tree(block(DEPTH_MAX + 2).as_bytes()).is_err());
    }

    #[test]
    fn bombs_go_off_outside() {
        let started = Instant::now();
        let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for level in 1..40 {
            let below = format!("*a{}", level - 1);
            laughs += &format!("a{level}: &a{level} [{}]\n", vec![below; 9].join(", "));
        }
        let many: String = (0..=REPLAYED_EVENTS_MAX).map(|_| "- *x\n").collect();
        for (bomb, limit) in [
            (laughs, "aliases"),
            (format!("- &x [1]\n{many}"), "aliases"),
            (format!("a: &x \"{}\"\nb: [{}]\n", "y".repeat(1 << 20), "*x, ".repeat(100)), "aliases"),
            ("[".repeat(1_000_000), "levels"),
            ("{a: ".repeat(1_000_000), "levels"),
            ("- ".repeat(100_000), "levels"),
            ((0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(), "levels"),
            (format!("a: [{}]", "1, ".repeat(VALUES_MAX + 1)), "values"),
            ((0..=ANCHORS_MAX).map(|name| format!("- &a{name} 1\n")).collect(), "anchors"),
            ("x".repeat(FILE_BYTES_MAX + 1), "bytes"),
        ] {
            let said = said(&bomb);
            assert!(said.contains(limit), "{limit}: {said}");
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }
}
