//! Writes a statement out as plain lines: labelled items indented under their parent, and each parameter shown as what
//! an organisation has to fill in, in square brackets. It must never let a small file grow into a huge text, which
//! parameters that insert each other could do.

use std::collections::BTreeMap;

use portreeve_model::text::reorders;

use super::STATEMENT_CHARS_MAX;
use super::parts::{ParamDraft, PartDraft};

/// Deepest insertion of parameters in parameters. The deepest in NIST SP 800-53 is 1; a circle stops here too.
const INSERT_DEPTH_MAX: usize = 6;

/// Most insertions in the statements of one catalog together. NIST SP 800-53 rev 5 has 1,196. Each can cost the reading
/// of one parameter's text, so 100,000 of at most [`STATEMENT_CHARS_MAX`] stay within seconds.
pub(super) const INSERTIONS_MAX: usize = 100_000;

/// Why a statement cannot be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Over [`STATEMENT_CHARS_MAX`].
    Long,
    /// The catalog's statements together have more than [`INSERTIONS_MAX`] insertions.
    Many,
    /// It holds this character, which would steer a terminal or reorder a line.
    Unsafe(u32),
}

/// The statement of a control, empty if it has none. `insertions` counts on from the statements before.
pub(super) fn statement(
    parts: &[PartDraft],
    params: &BTreeMap<String, ParamDraft>,
    insertions: &mut usize,
) -> Result<String, Unfit> {
    let mut page = Page { params, insertions, text: String::new(), chars: 0 };
    for part in parts {
        page.part(part, 0)?;
    }
    Ok(page.text)
}

struct Page<'a> {
    params: &'a BTreeMap<String, ParamDraft>,
    insertions: &'a mut usize,
    text: String,
    chars: usize,
}

impl Page<'_> {
    fn part(&mut self, part: &PartDraft, indent: usize) -> Result<(), Unfit> {
        let label = part.label.as_deref().map(str::trim).filter(|label| !label.is_empty());
        let prose = part.prose.as_deref().map(str::trim).filter(|prose| !prose.is_empty());
        let shown = label.is_some() || prose.is_some();
        if shown {
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
                self.prose(prose, 0)?;
            }
        }
        // A statement's own items start at the margin: only a label makes a level.
        let below = indent + usize::from(label.is_some());
        part.parts.iter().try_for_each(|part| self.part(part, below))
    }

    /// Puts text with its insertions, `{{ insert: param, ac-1_prm_1 }}`, written out.
    fn prose(&mut self, mut rest: &str, depth: usize) -> Result<(), Unfit> {
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
        match inner.strip_prefix("insert:").and_then(|named| named.split_once(',')) {
            Some((kind, id)) if kind.trim() == "param" => Some(id.trim()),
            Some(_) => None,
            None => self.params.contains_key(inner).then_some(inner),
        }
    }

    /// A set value as it is; otherwise what there is to choose or to say, in brackets.
    fn param(&mut self, id: &str, depth: usize) -> Result<(), Unfit> {
        *self.insertions += 1;
        if *self.insertions > INSERTIONS_MAX {
            return Err(Unfit::Many);
        }
        let params = self.params;
        let Some(param) = params.get(id).filter(|_| depth < INSERT_DEPTH_MAX) else {
            return self.bracketed(&[], id, depth);
        };
        if !param.values.is_empty() {
            return self.joined(&param.values, ", ", depth);
        }
        if param.choices.is_empty() {
            return self.bracketed(&[], param.label.as_deref().unwrap_or(id), depth);
        }
        let lead = match param.how_many.as_deref() {
            Some("one") => "one of: ",
            _ => "one or more of: ",
        };
        self.bracketed(&param.choices, lead, depth)
    }

    fn bracketed(&mut self, choices: &[String], lead: &str, depth: usize) -> Result<(), Unfit> {
        self.put("[")?;
        self.put(lead)?;
        self.joined(choices, "; ", depth)?;
        self.put("]")
    }

    fn joined(&mut self, texts: &[String], between: &str, depth: usize) -> Result<(), Unfit> {
        for (place, text) in texts.iter().enumerate() {
            if place > 0 {
                self.put(between)?;
            }
            self.prose(text.trim(), depth + 1)?;
        }
        Ok(())
    }

    fn put(&mut self, text: &str) -> Result<(), Unfit> {
        for letter in text.chars() {
            let letter = match letter {
                '\r' => continue,
                '\t' => ' ',
                '\n' => '\n',
                unsafe_one if unsafe_one.is_control() || reorders(unsafe_one) => {
                    return Err(Unfit::Unsafe(u32::from(unsafe_one)));
                }
                other => other,
            };
            self.chars += 1;
            if self.chars > STATEMENT_CHARS_MAX {
                return Err(Unfit::Long);
            }
            self.text.push(letter);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(id: &str, label: Option<&str>, choices: &[&str], values: &[&str]) -> (String, ParamDraft) {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let label = label.map(str::to_owned);
        let (choices, values) = (own(choices), own(values));
        let draft = ParamDraft { path: String::new(), id: id.to_owned(), label, values, choices, how_many: None };
        (id.to_owned(), draft)
    }

    fn part(label: &str, prose: &str, parts: Vec<PartDraft>) -> PartDraft {
        PartDraft { label: Some(label.to_owned()), prose: Some(prose.to_owned()), parts }
    }

    fn written(parts: &[PartDraft], params: &BTreeMap<String, ParamDraft>) -> Result<String, Unfit> {
        statement(parts, params, &mut 0)
    }

    #[test]
    fn parameters_read_as_what_is_to_be_filled_in() {
        let params = BTreeMap::from([
            param("p1", Some("personnel or roles"), &[], &[]),
            param("p2", Some("passed over"), &["after {{ insert: param, p1 }}", "never"], &[]),
            param("p3", None, &[], &["30 days"]),
            param("p4", None, &[], &[]),
        ]);
        let shown = |prose: &str| written(&[part("", prose, vec![])], &params).unwrap();
        assert_eq!(shown("Tell {{ insert: param, p1 }}."), "Tell [personnel or roles].");
        assert_eq!(shown("Lock {{insert:param,p2}}"), "Lock [one or more of: after [personnel or roles]; never]");
        assert_eq!(shown("within {{ p3 }}"), "within 30 days");
        assert_eq!(shown("{{ insert: param, p4 }} {{ insert: param, gone }}"), "[p4] [gone]");
        assert_eq!(shown("{{ insert: link, x }} {{ y }} {{ open"), "{{ insert: link, x }} {{ y }} {{ open");
    }

    #[test]
    fn items_stand_under_their_parent() {
        let inner = part("1.", "a policy; and", vec![]);
        let outer = part("a.", " Write: ", vec![inner]);
        let root = PartDraft { label: None, prose: None, parts: vec![outer, part("b.", "Read it.", vec![])] };
        assert_eq!(written(&[root], &BTreeMap::new()).unwrap(), "a. Write:\n  1. a policy; and\nb. Read it.");
    }

    #[test]
    fn parameters_cannot_blow_a_statement_up_or_go_in_circles() {
        let twice = |id: &str| format!("{{{{ insert: param, {id} }}}}").repeat(40);
        let mut params = BTreeMap::new();
        for level in 0..10 {
            let (id, draft) = param(&format!("p{level}"), None, &[&twice(&format!("p{}", level + 1))], &[]);
            params.insert(id, draft);
        }
        assert_eq!(written(&[part("", &twice("p0"), vec![])], &params), Err(Unfit::Long));
        let empty = BTreeMap::from([param("e", None, &[], &[""]), param("f", None, &[], &[&"{{ e }}".repeat(1000)])]);
        assert_eq!(written(&[part("", &"{{ f }}".repeat(1000), vec![])], &empty), Err(Unfit::Many));
        let circle = BTreeMap::from([param("c", None, &["{{ insert: param, c }}"], &[])]);
        assert!(written(&[part("", "{{ insert: param, c }}", vec![])], &circle).unwrap().contains("[c]"));
        let unsafe_one = written(&[part("", "a\u{202E}b", vec![])], &BTreeMap::new());
        assert_eq!(unsafe_one, Err(Unfit::Unsafe(0x202E)));
    }
}
