//! Which kind of text a text is, by its first lines. It must never parse more than its head.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// Records of a table looked at.
const RECORDS_MAX: usize = 50;

/// Fewer records than this are a table only if the name says so: two sentences can have as many commas as each other.
const RECORDS_MIN: usize = 3;

/// The media type of a text whose head this is. `cut` says that it goes on.
pub(super) fn type_of(head: &str, cut: bool, extension: Option<&str>) -> &'static str {
    let start = head.trim_start();
    if let Some(found) = json(start, cut) {
        return found;
    }
    if start.starts_with('<')
        && let Some(found) = markup(start, extension)
    {
        return found;
    }
    if start.starts_with("%!PS") {
        return "application/postscript";
    }
    if start.starts_with("BEGIN:VCALENDAR") {
        return "text/calendar";
    }
    if start.starts_with("BEGIN:VCARD") {
        return "text/vcard";
    }
    if let Some(found) = message(start, extension) {
        return found;
    }
    let by_name = extension.and_then(by_name);
    // A language that the name gives has commas and tabs in it as a table does.
    if matches!(by_name, None | Some("text/csv" | "text/tab-separated-values" | "text/plain"))
        && let Some(found) = table(head, cut, by_name.is_some_and(|name| name != "text/plain"))
    {
        return found;
    }
    by_name.unwrap_or("text/plain")
}

/// What a name says of a text that could be several things.
fn by_name(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "csv" => "text/csv",
        "tsv" | "tab" => "text/tab-separated-values",
        "md" | "markdown" => "text/markdown",
        "yaml" | "yml" => "application/yaml",
        "htm" | "html" => "text/html",
        "txt" | "log" | "cfg" | "conf" | "ini" => "text/plain",
        _ => return None,
    })
}

/// JSON, or one JSON value a line.
fn json(start: &str, cut: bool) -> Option<&'static str> {
    if !start.starts_with(['{', '[']) {
        return None;
    }
    let mut values = Deserializer::from_str(start).into_iter::<IgnoredAny>();
    let mut whole = 0_usize;
    for value in &mut values {
        match value {
            Ok(_) => whole += 1,
            Err(error) if error.is_eof() && cut => break,
            // Deeper than the parser goes: what stands before is proof enough.
            Err(error) if error.to_string().starts_with("recursion limit") => break,
            Err(_) => return None,
        }
    }
    Some(if whole > 1 { "application/x-ndjson" } else { "application/json" })
}

/// HTML, or XML by its first element.
fn markup(start: &str, extension: Option<&str>) -> Option<&'static str> {
    let begins = |text: &str, with: &str| text.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    let mut rest = start;
    let declared = begins(rest, "<?xml");
    // Past declarations, comments and the document type, to the first element.
    loop {
        rest = rest.trim_start();
        let end = if begins(rest, "<!--") {
            "-->"
        } else if begins(rest, "<!doctype html") && !declared {
            return Some("text/html");
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            ">"
        } else {
            break;
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after,
            None => return declared.then_some("application/xml"),
        }
        // The inner part of a document type ends with `]>`; what stands in it begins with `<!`.
        rest = rest.trim_start().strip_prefix("]>").unwrap_or(rest);
    }
    let tag = rest.strip_prefix('<')?;
    let name: String = tag.chars().take_while(|c| c.is_alphanumeric() || matches!(c, ':' | '-' | '_' | '.')).collect();
    let local = name.rsplit(':').next().unwrap_or(&name).to_ascii_lowercase();
    if local == "html" {
        return Some(if declared { "application/xhtml+xml" } else { "text/html" });
    }
    if matches!(extension, Some("htm" | "html")) || (!declared && PAGE_PARTS.contains(&local.as_str())) {
        return Some("text/html");
    }
    if local == "svg" {
        return Some("image/svg+xml");
    }
    let opens = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !local.is_empty();
    let after = tag.get(name.len()..).unwrap_or_default();
    let goes_on = after.starts_with('>') || after.starts_with("/>") || after.starts_with(char::is_whitespace);
    (declared || (opens && goes_on)).then_some("application/xml")
}

/// Elements that a saved piece of a web page begins with.
const PAGE_PARTS: &[&str] = &["head", "body", "div", "table", "p", "h1", "h2", "meta", "style", "script", "span"];

/// A message: lines of `Name: value` first, of which some are those a message has (RFC 5322, section 3.6).
fn message(start: &str, extension: Option<&str>) -> Option<&'static str> {
    let mbox = start.starts_with("From ");
    let mut own = 0_usize;
    let mut said = 0_usize;
    for line in start.lines().skip(usize::from(mbox)).take(100) {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && said > 0 {
            continue;
        }
        let (name, _) = line.split_once(':')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        said += 1;
        own += usize::from(MESSAGE_HEADERS.iter().any(|header| header.eq_ignore_ascii_case(name)));
    }
    let enough = if extension == Some("eml") { 1 } else { 2 };
    (own >= enough).then_some(if mbox { "application/mbox" } else { "message/rfc822" })
}

const MESSAGE_HEADERS: &[&str] = &[
    "From",
    "To",
    "Date",
    "Subject",
    "Message-ID",
    "Received",
    "MIME-Version",
    "Return-Path",
    "Reply-To",
    "Delivered-To",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// A table: as many of the same separator in every record.
fn table(head: &str, cut: bool, named: bool) -> Option<&'static str> {
    [(',', "text/csv"), (';', "text/csv"), ('\t', "text/tab-separated-values"), ('|', "text/csv")]
        .into_iter()
        .find(|(separator, _)| is_table(head, *separator, cut, named))
        .map(|(_, found)| found)
}

fn is_table(head: &str, separator: char, cut: bool, named: bool) -> bool {
    let mut counts = records(head, separator);
    if cut && counts.len() <= RECORDS_MAX {
        counts.pop();
    }
    let Some(first) = counts.first().copied() else { return false };
    let even = counts.iter().all(|count| *count == first);
    first > 0 && even && (named || counts.len() >= RECORDS_MIN)
}

/// How many separators each of the first records has, outside quotes (RFC 4180). Empty lines do not count.
fn records(head: &str, separator: char) -> Vec<usize> {
    let mut counts = Vec::new();
    let (mut count, mut quoted, mut empty) = (0, false, true);
    for letter in head.chars() {
        match letter {
            '"' => quoted = !quoted,
            '\n' if !quoted => {
                if !empty {
                    counts.push(count);
                }
                (count, empty) = (0, true);
                if counts.len() > RECORDS_MAX {
                    return counts;
                }
                continue;
            }
            _ if letter == separator && !quoted => count += 1,
            _ => {}
        }
        empty &= letter.is_whitespace() && letter != separator;
    }
    if !empty {
        counts.push(count);
    }
    counts
}
