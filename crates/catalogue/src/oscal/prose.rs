//! Writes a statement out as plain lines: labelled items indented under their parent, and each parameter shown as what
//! an organisation has to fill in, in square brackets. It must never let a small file grow into a huge text, which
//! parameters that insert each other could do, and never let through a character that steers a terminal.

use std::collections::BTreeMap;

use serde_json::Value;

use super::STATEMENT_CHARS_MAX;
use super::number::unsafe_to_show;
use super::reach::{list, prop, text, texts};

/// Deepest insertion of parameters in parameters. The deepest in NIST SP 800-53 is 1; a circle stops here too.
const INSERT_DEPTH_MAX: usize = 6;

/// Most insertions in the statements of one catalog together. NIST SP 800-53 rev 5 has 1,196. Each can cost the reading
/// of one parameter's text, so 100,000 of at most [`STATEMENT_CHARS_MAX`] stay within seconds.
pub(super) const INSERTIONS_MAX: usize = 100_000;

/// What ends a text that was cut.
const CUT: &str = " … [cut here: the whole stands in the file]";

/// Parameters by id.
pub(super) type Params<'a> = BTreeMap<&'a str, &'a Value>;

/// The text cannot go on: it is as long as it may be, or the insertions are used up.
struct Full;

/// The statements of one catalog as they are written, one after the other.
pub(super) struct Page<'a> {
    params: &'a Params<'a>,
    insertions: usize,
    told: bool,
    text: String,
    chars: usize,
}

impl<'a> Page<'a> {
    pub(super) fn new(params: &'a Params<'a>) -> Page<'a> {
        Page { params, insertions: 0, told: false, text: String::new(), chars: 0 }
    }

    /// The `statement` parts of a control; empty if it has none.
    pub(super) fn statement(&mut self, control: &Value) -> String {
        self.written(|page| {
            let parts = list(control, "parts").iter().filter(|part| text(part, "name") == Some("statement"));
            parts.into_iter().try_for_each(|part| page.part(part, 0))
        })
    }

    /// A piece of prose alone.
    pub(super) fn prose(&mut self, prose: &str) -> String {
        self.written(|page| page.put_prose(prose.trim(), 0))
    }

    /// Whether the insertions are used up; true once.
    pub(super) fn just_ran_out(&mut self) -> bool {
        let out = self.insertions > INSERTIONS_MAX;
        out && !std::mem::replace(&mut self.told, true)
    }

    fn written(&mut self, write: impl FnOnce(&mut Page<'a>) -> Result<(), Full>) -> String {
        self.chars = 0;
        let full = write(self).is_err();
        let mut text = std::mem::take(&mut self.text);
        if full {
            text.push_str(CUT);
        }
        text
    }

    fn part(&mut self, part: &Value, indent: usize) -> Result<(), Full> {
        let label = prop(part, "label").map(str::trim).filter(|label| !label.is_empty());
        let prose = text(part, "prose").map(str::trim).filter(|prose| !prose.is_empty());
        if label.is_some() || prose.is_some() {
            if !self.text.is_empty() {
                self.put("\n")?;
            }
            self.put(&"  ".repeat(indent))?;
            if let Some(label) = label {
                self.put(label)?;
            }
            if label.is_some() && prose.is_some() {
                self.put(" ")?;
            }
            if let Some(prose) = prose {
                self.put_prose(prose, 0)?;
            }
        }
        // A statement's own items start at the margin: only a label makes a level.
        let below = indent + usize::from(label.is_some());
        list(part, "parts").iter().try_for_each(|part| self.part(part, below))
    }

    /// Puts text with its insertions, `{{ insert: param, ac-1_prm_1 }}`, written out.
    fn put_prose(&mut self, mut rest: &str, depth: usize) -> Result<(), Full> {
        while let Some((before, from)) = rest.split_once("{{") {
            self.put(before)?;
            let Some((inner, after)) = from.split_once("}}") else {
                self.put("{{")?;
                return self.put(from);
            };
            match self.param_named(inner.trim()) {
                Some(id) => self.param(id, depth)?,
                None => {
                    self.put("{{")?;
                    self.put(inner)?;
                    self.put("}}")?;
                }
            }
            rest = after;
        }
        self.put(rest)
    }

    /// The parameter an insertion names; drafts of OSCAL 1.0 wrote its bare id.
    fn param_named<'t>(&self, inner: &'t str) -> Option<&'t str> {
        inserted_param(inner).or_else(|| self.params.contains_key(inner).then_some(inner))
    }

    /// A set value as it is; otherwise what there is to choose or to say, in brackets.
    fn param(&mut self, id: &str, depth: usize) -> Result<(), Full> {
        self.insertions += 1;
        if self.insertions > INSERTIONS_MAX {
            return Err(Full);
        }
        let params = self.params;
        let Some(param) = params.get(id).filter(|_| depth < INSERT_DEPTH_MAX) else {
            return self.bracketed(&[], id, depth);
        };
        let values = texts(param, "values");
        if !values.is_empty() {
            return self.joined(&values, ", ", depth);
        }
        let select = param.get("select").unwrap_or(&Value::Null);
        let choices = texts(select, "choice");
        if choices.is_empty() {
            return self.bracketed(&[], text(param, "label").unwrap_or(id), depth);
        }
        let lead = match text(select, "how-many") {
            Some("one") => "one of: ",
            _ => "one or more of: ",
        };
        self.bracketed(&choices, lead, depth)
    }

    fn bracketed(&mut self, choices: &[&str], lead: &str, depth: usize) -> Result<(), Full> {
        self.put("[")?;
        self.put(lead)?;
        self.joined(choices, "; ", depth)?;
        self.put("]")
    }

    fn joined(&mut self, texts: &[&str], between: &str, depth: usize) -> Result<(), Full> {
        for (place, text) in texts.iter().enumerate() {
            if place > 0 {
                self.put(between)?;
            }
            self.put_prose(text.trim(), depth + 1)?;
        }
        Ok(())
    }

    fn put(&mut self, text: &str) -> Result<(), Full> {
        for letter in text.chars() {
            let letter = match letter {
                '\r' => continue,
                '\t' => ' ',
                '\n' => '\n',
                letter if unsafe_to_show(letter) => char::REPLACEMENT_CHARACTER,
                letter => letter,
            };
            self.chars += 1;
            if self.chars > STATEMENT_CHARS_MAX {
                return Err(Full);
            }
            self.text.push(letter);
        }
        Ok(())
    }
}

/// The parameter that the inside of `{{ … }}` inserts, as OSCAL writes it.
pub(super) fn inserted_param(inner: &str) -> Option<&str> {
    let (kind, id) = inner.trim().strip_prefix("insert:")?.split_once(',')?;
    (kind.trim() == "param").then(|| id.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(parts: &Value, params: &[(&str, Value)]) -> (String, bool) {
        let params: Params<'_> = params.iter().map(|(id, param)| (*id, param)).collect();
        let mut page = Page::new(&params);
        let control = json!({ "parts": [{ "name": "statement", "parts": parts }] });
        (page.statement(&control), page.just_ran_out())
    }

    fn part(label: &str, prose: &str, parts: Value) -> Value {
        json!({ "name": "item", "props": [{ "name": "label", "value": label }], "prose": prose, "parts": parts })
    }

    #[test]
    fn parameters_read_as_what_is_to_be_filled_in() {
        let params = [
            ("p1", json!({ "label": "personnel or roles" })),
            (
                "p2",
                json!({ "label": "passed over", "select": { "choice": ["after {{ insert: param, p1 }}", "never"] } }),
            ),
            ("p3", json!({ "values": ["30 days"] })),
            ("p4", json!({})),
        ];
        let shown = |prose: &str| written(&json!([part("", prose, json!([]))]), &params).0;
        assert_eq!(shown("Tell {{ insert: param, p1 }}."), "Tell [personnel or roles].");
        assert_eq!(shown("Lock {{insert:param,p2}}"), "Lock [one or more of: after [personnel or roles]; never]");
        assert_eq!(shown("within {{ p3 }}"), "within 30 days");
        assert_eq!(shown("{{ insert: param, p4 }} {{ insert: param, gone }}"), "[p4] [gone]");
        assert_eq!(shown("{{ insert: link, x }} {{ y }} {{ open"), "{{ insert: link, x }} {{ y }} {{ open");
        assert_eq!(shown("a\u{202E}b\u{1b}[2J"), "a\u{FFFD}b\u{FFFD}[2J");
    }

    #[test]
    fn items_stand_under_their_parent() {
        let inner = part("1.", "a policy; and", json!([]));
        let parts = json!([part("a.", " Write: ", json!([inner])), part("b.", "Read it.", json!([]))]);
        assert_eq!(written(&parts, &[]).0, "a. Write:\n  1. a policy; and\nb. Read it.");
    }

    #[test]
    fn parameters_cannot_blow_a_statement_up_or_go_in_circles() {
        let twice = |id: &str| format!("{{{{ insert: param, {id} }}}}").repeat(40);
        let ids: Vec<String> = (0..=10).map(|level| format!("p{level}")).collect();
        let levels: Vec<(&str, Value)> = (0..10)
            .map(|level| (ids[level].as_str(), json!({ "select": { "choice": [twice(&ids[level + 1])] } })))
            .collect();
        let (long, ran_out) = written(&json!([part("", &twice("p0"), json!([]))]), &levels);
        assert!(long.ends_with(CUT) && long.chars().count() <= STATEMENT_CHARS_MAX + CUT.chars().count());
        assert!(!ran_out);
        let empty = [("e", json!({ "values": [""] })), ("f", json!({ "values": ["{{ e }}".repeat(1000)] }))];
        assert!(written(&json!([part("", &"{{ f }}".repeat(1000), json!([]))]), &empty).1);
        let circle = [("c", json!({ "select": { "choice": ["{{ insert: param, c }}"] } }))];
        assert!(written(&json!([part("", "{{ insert: param, c }}", json!([]))]), &circle).0.contains("[c]"));
    }
}
