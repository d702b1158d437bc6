//! Pages: templates, style sheet and scripts out of `reports/`, and the one way in which values become HTML.
//!
//! Invariants: every value is escaped where it is put in, but for the style sheet and the scripts, which are files of
//! this repository. Templates are strict: a name that a view does not have is an error and not a gap.

pub(crate) mod anchor;
pub(crate) mod chain;
pub(crate) mod check;
pub(crate) mod grade;
pub(crate) mod matters;
pub(crate) mod plan;
pub(crate) mod verdict;

use std::sync::OnceLock;

use handlebars::Handlebars;
use portreeve_model::Digest;
use portreeve_model::text::reorders;
use portreeve_model::words::Marking;
use rust_embed::Embed;
use serde::Serialize;

use crate::{RenderError, Subject};

#[derive(Embed)]
#[folder = "../../reports"]
struct Reports;

/// What every page has around its content.
#[derive(Serialize)]
pub(crate) struct Frame {
    title: String,
    register: String,
    marking: &'static str,
    demonstration: bool,
    policy: String,
    style: String,
    script: String,
}

/// A word, its shape and its class, so that no state is told by colour alone.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Tag {
    pub(crate) word: &'static str,
    shape: &'static str,
    class: &'static str,
}

impl Tag {
    pub(crate) const fn good(word: &'static str) -> Tag {
        Tag { word, shape: "✓", class: "good" }
    }

    pub(crate) const fn bad(word: &'static str) -> Tag {
        Tag { word, shape: "▲", class: "bad" }
    }

    pub(crate) const fn between(word: &'static str) -> Tag {
        Tag { word, shape: "◆", class: "between" }
    }

    pub(crate) const fn plain(word: &'static str) -> Tag {
        Tag { word, shape: "–", class: "plain" }
    }
}

/// A figure that stands for itself.
#[derive(Serialize)]
pub(crate) struct Figure {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) note: String,
}

/// The frame of a page about a subject; `script` is the path of its script below `reports/`, if it has one.
pub(crate) fn frame(subject: &Subject<'_>, title: String, script: Option<&str>) -> Frame {
    let highest = subject.register.evidence.values().map(|evidence| evidence.marking).max();
    let (style, script) = (asset("style.css"), script.map(asset).unwrap_or_default());
    Frame {
        title,
        register: subject.name().to_owned(),
        marking: highest.unwrap_or(Marking::Official).shown(),
        demonstration: subject.register.is_demonstration(),
        policy: policy(&style, &script),
        style,
        script,
    }
}

/// Renders a page from a template by its path below `reports/`.
pub(crate) fn render(page: &'static str, template: &str, view: &impl Serialize) -> Result<String, RenderError> {
    let failed = |because: String| RenderError { page, because };
    let templates = templates().as_ref().map_err(|because| failed(because.clone()))?;
    templates.render(template, view).map_err(|error| failed(error.to_string()))
}

fn templates() -> &'static Result<Handlebars<'static>, String> {
    static TEMPLATES: OnceLock<Result<Handlebars<'static>, String>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let mut all = Handlebars::new();
        all.set_strict_mode(true);
        all.register_escape_fn(escape);
        for path in Reports::iter() {
            if let Some(name) = path.strip_suffix(".hbs") {
                all.register_template_string(name, asset(&path)).map_err(|error| error.to_string())?;
            }
        }
        Ok(all)
    })
}

/// A file of `reports/`. A browser reads every line end as one line feed, and the page's policy names the digest of what
/// the browser reads.
fn asset(path: &str) -> String {
    let bytes = Reports::get(path).map(|file| file.data.into_owned()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\r', "")
}

/// HTML text in which nothing is markup, and nothing hides or reorders what is beside it.
fn escape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    for letter in raw.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#x27;"),
            '`' => text.push_str("&#x60;"),
            '\n' => text.push('\n'),
            _ if letter.is_control() || reorders(letter) || is_invisible(letter) => {
                text.push_str(&format!("\\u{{{:04X}}}", u32::from(letter)));
            }
            _ => text.push(letter),
        }
    }
    text
}

/// Characters that take no room, or that HTML does not allow.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}'
            | '\u{2060}'..='\u{206F}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}'
            | '\u{E0000}'..='\u{E007F}'
    ) || u32::from(letter) & 0xFFFE == 0xFFFE
}

/// The inside of a JSON string in which neither JSON nor HTML finds anything to read otherwise.
pub(crate) fn json_inside(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    for unit in raw.encode_utf16() {
        match u8::try_from(unit).map(char::from) {
            Ok(plain) if plain.is_ascii_alphanumeric() || "/._-".contains(plain) => text.push(plain),
            _ => text.push_str(&format!("\\u{unit:04x}")),
        }
    }
    text
}

/// Nothing is loaded, sent or run but what the page carries.
fn policy(style: &str, script: &str) -> String {
    let [style, script] = [style, script].map(|text| base64(Digest::of(text.as_bytes()).as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let at = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// A size as people read it, with the exact count.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..=1023 => format!("{bytes} bytes"),
        1024..=1_048_575 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// The first letter as a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_name_holds_is_markup() {
        assert_eq!(
            escape("<b a=\"x\">'&`\u{202E}\u{7}\n{{x}}"),
            "&lt;b a=&quot;x&quot;&gt;&#x27;&amp;&#x60;\\u{202E}\\u{0007}\n{{x}}"
        );
        assert_eq!(json_inside("a/b.txt\"</script>"), "a/b.txt\\u0022\\u003c/script\\u003e");
        assert_eq!(escape("\u{FFFE}\u{1FFFE}"), "\\u{FFFE}\\u{1FFFE}");
    }

    #[test]
    fn base64_is_as_rfc_4648_has_it() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([size(0), size(1023), size(1025), size(1_572_864)], ["0 bytes", "1023 bytes", "2 KB", "1.5 MB"]);
    }
}
