//! The markup of OSCAL in XML (paragraphs, lists, tables, emphasis) as Markdown, the way NIST writes the same documents
//! in JSON. It must never fail: an element it does not know shows as its text.

use super::element::{Content, Element};

/// Whether an element of this name is a paragraph, list, table or the like.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "ul" | "ol" | "pre" | "table" | "blockquote" | "img" | "hr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
    )
}

/// Blocks one after the other, an empty line between them.
pub(super) fn blocks<'a>(elements: impl Iterator<Item = &'a Element>) -> String {
    elements.map(block).filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The inside of an element as one line.
pub(super) fn line(element: &Element) -> String {
    let mut words = String::new();
    inline(element, &mut words);
    words.trim().to_owned()
}

fn block(element: &Element) -> String {
    match element.name.as_str() {
        "ul" => list(element, |_| "- ".to_owned()),
        "ol" => list(element, |place| format!("{}. ", place + 1)),
        "pre" => format!("```\n{}\n```", raw(element).trim_matches('\n')),
        "table" => table(element),
        "blockquote" => indented(&blocks(element.elements()), "> ", "> "),
        "hr" => "---".to_owned(),
        "img" => image(element),
        name => {
            let level = name.strip_prefix('h').and_then(|level| level.parse::<usize>().ok()).unwrap_or(0);
            let lead = if level == 0 { String::new() } else { format!("{} ", "#".repeat(level)) };
            format!("{lead}{}", line(element))
        }
    }
}

fn list(list: &Element, lead: impl Fn(usize) -> String) -> String {
    let items = list.elements().filter(|item| item.name == "li").enumerate().map(|(place, item)| {
        let lead = lead(place);
        let mut lines = vec![line(&without_blocks(item))];
        lines.extend(item.elements().filter(|inner| is_block(&inner.name)).map(block));
        lines.retain(|line| !line.is_empty());
        indented(&lines.join("\n"), &lead, &" ".repeat(lead.len()))
    });
    items.collect::<Vec<_>>().join("\n")
}

/// A list item's own words, apart from the lists and paragraphs in it.
fn without_blocks(item: &Element) -> Element {
    let own = item.content.iter().filter_map(|content| match content {
        Content::Text(text) => Some(Content::Text(text.clone())),
        Content::Element(inner) if is_block(&inner.name) => None,
        Content::Element(inner) => {
            let mut words = String::new();
            marked(inner, &mut words);
            Some(Content::Text(words))
        }
    });
    Element { content: own.collect(), ..Element::default() }
}

fn indented(text: &str, first: &str, rest: &str) -> String {
    let lines =
        text.lines().enumerate().map(|(place, line)| format!("{}{line}", if place == 0 { first } else { rest }));
    lines.collect::<Vec<_>>().join("\n")
}

fn table(table: &Element) -> String {
    let row = |row: &Element| format!("| {} |", row.elements().map(line).collect::<Vec<_>>().join(" | "));
    let mut rows: Vec<String> = table.elements().filter(|element| element.name == "tr").map(row).collect();
    if let Some(first) = table.elements().find(|element| element.name == "tr") {
        rows.insert(1, format!("|{}", "---|".repeat(first.elements().count())));
    }
    rows.join("\n")
}

fn inline(element: &Element, out: &mut String) {
    for content in &element.content {
        match content {
            Content::Text(text) => put(text, out),
            Content::Element(inner) => marked(inner, out),
        }
    }
}

/// Puts text with every run of white space as one space.
fn put(text: &str, out: &mut String) {
    for letter in text.chars() {
        let space = letter.is_ascii_whitespace();
        if !space {
            out.push(letter);
        } else if !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

fn marked(element: &Element, out: &mut String) {
    let (before, after) = match element.name.as_str() {
        "em" | "i" => ("*", "*"),
        "strong" | "b" => ("**", "**"),
        "code" => ("`", "`"),
        "q" => ("\"", "\""),
        "sub" => ("~", "~"),
        "sup" => ("^", "^"),
        "a" => {
            out.push_str(&format!("[{}]({})", line(element), flag(element, "href")));
            return;
        }
        "img" => return out.push_str(&image(element)),
        "insert" => {
            out.push_str(&format!("{{{{ insert: {}, {} }}}}", flag(element, "type"), flag(element, "id-ref")));
            return;
        }
        "br" => ("", " "),
        _ => ("", ""),
    };
    out.push_str(before);
    inline(element, out);
    out.push_str(after);
}

fn image(element: &Element) -> String {
    format!("![{}]({})", flag(element, "alt"), flag(element, "src"))
}

fn flag<'a>(element: &'a Element, name: &str) -> &'a str {
    element.flags.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
}

/// The text of an element and of those in it, as it stands.
fn raw(element: &Element) -> String {
    let texts = element.content.iter().map(|content| match content {
        Content::Text(text) => text.clone(),
        Content::Element(inner) => raw(inner),
    });
    texts.collect()
}
