//! The words of a web page as a browser would show them, with no more of HTML's rules than that takes. It must never
//! run, fetch or follow anything.

use encoding_rs::Encoding;

use super::Reason;
use super::folded::Folded;

/// The longest tag looked into for its name.
const NAME_BYTES_MAX: usize = 32;

/// Elements whose inside is not shown, and ends only at their own end tag (HTML, section 13.1.2).
const HIDDEN: &[&str] = &["script", "style", "template", "noscript", "iframe", "object"];

/// Elements that stand within a line. All others begin a new one.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "kbd", "mark", "q", "s", "samp",
    "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
];

/// Reads a page.
pub(super) fn read(page: &str, out: &mut Folded) -> Result<(), Reason> {
    let mut rest = page;
    while !out.is_full() {
        let Some(at) = rest.find('<') else {
            text(rest, out);
            break;
        };
        let (before, tag) = rest.split_at(at);
        text(before, out);
        rest = after_tag(tag, out);
    }
    Ok(())
}

/// Passes a tag, and what is hidden in it. `tag` begins with `<`.
fn after_tag<'a>(tag: &'a str, out: &mut Folded) -> &'a str {
    if let Some(data) = tag.strip_prefix("<![CDATA[") {
        let (inside, rest) = data.split_once("]]>").unwrap_or((data, ""));
        out.push(inside);
        return rest;
    }
    let end = if tag.starts_with("<!--") { "-->" } else { ">" };
    let name = name(tag);
    if name.is_empty() && !tag.starts_with("<!") && !tag.starts_with("<?") {
        // A lone `<` is text.
        out.push("<");
        return tag.get(1..).unwrap_or_default();
    }
    let Some((inside, rest)) = tag.split_once(end) else { return "" };
    let closes = tag.starts_with("</");
    if matches!(name.as_str(), "td" | "th") {
        out.space();
    } else if !INLINE.contains(&name.as_str()) && !name.is_empty() {
        out.line();
    }
    if !closes && !inside.ends_with('/') && HIDDEN.contains(&name.as_str()) {
        return after_end_of(&name, rest);
    }
    rest
}

/// The name of a tag in small letters.
fn name(tag: &str) -> String {
    let name = tag.trim_start_matches('<').trim_start_matches('/');
    name.bytes()
        .take(NAME_BYTES_MAX)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_'))
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// What follows the end tag of this name, or nothing when it never ends.
fn after_end_of<'a>(name: &str, inside: &'a str) -> &'a str {
    let mut rest = inside;
    while let Some(at) = rest.find("</") {
        let tag = rest.get(at..).unwrap_or_default();
        if self::name(tag) == name {
            return tag.split_once('>').map_or("", |(_, after)| after);
        }
        rest = tag.get(2..).unwrap_or_default();
    }
    ""
}

/// Adds text with its entities resolved.
fn text(raw: &str, out: &mut Folded) {
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        out.push(before);
        let end = after.bytes().take(NAME_BYTES_MAX).position(|byte| byte == b';');
        let known = end.and_then(|end| after.get(..end)).and_then(|name| Some((name.len(), resolved(name)?)));
        match known {
            Some((length, letter)) => {
                out.push(letter.encode_utf8(&mut [0; 4]));
                rest = after.get(length + 1..).unwrap_or_default();
            }
            None => {
                out.push("&");
                rest = after;
            }
        }
        if out.is_full() {
            return;
        }
    }
    out.push(rest);
}

fn resolved(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else { return entity(name) };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

/// The letters with names that English and European writing uses (HTML, section 13.5).
pub(super) fn entity(name: &str) -> Option<char> {
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}

const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{A0}'),
    ("pound", '£'),
    ("euro", '€'),
    ("cent", '¢'),
    ("yen", '¥'),
    ("sect", '§'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("plusmn", '±'),
    ("micro", 'µ'),
    ("para", '¶'),
    ("middot", '·'),
    ("frac12", '½'),
    ("frac14", '¼'),
    ("frac34", '¾'),
    ("times", '×'),
    ("divide", '÷'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("hellip", '…'),
    ("bull", '•'),
    ("dagger", '†'),
    ("prime", '′'),
    ("larr", '←'),
    ("uarr", '↑'),
    ("rarr", '→'),
    ("darr", '↓'),
    ("ne", '≠'),
    ("le", '≤'),
    ("ge", '≥'),
    ("minus", '−'),
    ("shy", '\u{AD}'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("zwj", '\u{200D}'),
    ("zwnj", '\u{200C}'),
    ("szlig", 'ß'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("auml", 'ä'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("igrave", 'ì'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ntilde", 'ñ'),
    ("ograve", 'ò'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("ouml", 'ö'),
    ("oslash", 'ø'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("yacute", 'ý'),
    ("Agrave", 'À'),
    ("Aacute", 'Á'),
    ("Acirc", 'Â'),
    ("Auml", 'Ä'),
    ("Aring", 'Å'),
    ("AElig", 'Æ'),
    ("Ccedil", 'Ç'),
    ("Egrave", 'È'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("Iacute", 'Í'),
    ("Ntilde", 'Ñ'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Ouml", 'Ö'),
    ("Oslash", 'Ø'),
    ("Uacute", 'Ú'),
    ("Uuml", 'Ü'),
];

/// The charset that a page or an XML document names for itself near its beginning.
pub(super) fn declared_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    // HTML, section 4.2.5.4: within the first 1,024 bytes.
    let head = String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=").or_else(|| head.split_once("encoding="))?;
    let label = after.trim_start_matches(['"', '\'']);
    let label = label.split(['"', '\'', '>', ' ', ';', '/', '?']).next()?;
    Encoding::for_label(label.as_bytes())
}
