//! The Cyber Assessment Framework as GovAssure's WebCAF keeps it, so that a council can bring the official wording: the
//! outcomes become requirements with their indicators of good and bad practice. It must never make up a version: the
//! file holds none, so it comes from the file's name or from whoever imports it.

use portreeve_model::reference::FrameworkId;
use portreeve_model::words::ForeignFormat;
use serde_json::{Value, json};

use super::entry::{Entry, Reading};
use super::write::{NO_DAY, OSCAL_VERSION, Piece, Props, prose, title, token, uuid};
use super::{Counts, Imported, ImportedFramework, Told};
use crate::json::below;
use crate::oscal::{NAMESPACE, REQUIREMENTS_MAX};
use crate::problem::Problems;
use crate::yaml::Tree;

/// The columns of an outcome: WebCAF's name, the class of ours, the letters of an indicator's reference.
const COLUMNS: &[(&str, &str)] = &[("achieved", "A"), ("partially-achieved", "PA"), ("not-achieved", "NA")];

/// What stands at the top of the file beside the objectives: rules and messages of WebCAF's own, not wording.
const TITLE: &str = "Cyber Assessment Framework";

/// Reads the framework.
///
/// # Errors
/// All problems of the file.
pub(super) fn read(tree: &Tree, told: Told<'_>) -> Result<Imported, Problems> {
    let mut reading = Reading::default();
    let imported = file(tree, told, &mut reading);
    let Reading { problems, unread } = reading;
    let mut imported = problems.verdict(imported)?;
    imported.unread = unread.into_iter().collect();
    Ok(imported)
}

fn file(tree: &Tree, told: Told<'_>, reading: &mut Reading) -> Option<Imported> {
    let mut entry = Entry::of(tree, "", reading)?;
    let version = version(told);
    if version.is_none() {
        let remedy = "name it with the version, as in `--id webcaf-4.0`";
        reading.problems.add("", "neither the file nor its name says which version it is", remedy);
    }
    let mut counts = Counts::default();
    let mut groups = Vec::new();
    for (path, code, objective) in entry.named("objectives", reading) {
        counts.roots += 1;
        groups.extend(heading(objective, &path, code, &mut counts, 1, reading));
    }
    if counts.assessable == 0 && reading.problems.count() == 0 {
        reading.problems.add("/objectives", "it has no outcomes", "give the file as WebCAF publishes it");
    }
    if counts.nodes > REQUIREMENTS_MAX {
        let what = format!("there are {} pieces; at most {REQUIREMENTS_MAX} are read", counts.nodes);
        reading.problems.add("/objectives", what, "give the file as WebCAF publishes it");
    }
    entry.rest("the file", reading);
    if reading.problems.count() > 0 {
        return None;
    }
    let version = version?;
    let id: FrameworkId = match told.id {
        Some(id) => id.clone(),
        None => format!("webcaf-{version}").parse().ok()?,
    };
    let called = format!("{TITLE} {version} (WebCAF)");
    let document = json!({ "catalog": {
        "uuid": uuid(&["webcaf", &version]),
        "metadata": {
            "title": called,
            "version": version,
            "oscal-version": OSCAL_VERSION,
            "last-modified": NO_DAY,
            "props": [{ "name": "framework-id", "ns": NAMESPACE, "value": id }],
        },
        "groups": groups,
    } });
    let catalog = serde_json::to_vec(&document).ok()?;
    let framework = ImportedFramework { id, title: called.clone(), version, catalog, counts, framework: None };
    Some(Imported {
        format: ForeignFormat::WebCaf,
        title: called,
        frameworks: vec![framework],
        mappings: Vec::new(),
        held: Vec::new(),
        unread: Vec::new(),
        notes: Vec::new(),
    })
}

/// The version that the wanted reference or the file's name ends in: digits with full stops.
fn version(told: Told<'_>) -> Option<String> {
    let names = [told.id.map(FrameworkId::as_str), Some(told.file)];
    names.into_iter().flatten().find_map(|name| {
        let name = [".yaml", ".yml"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
        let from = name
            .rfind(|letter: char| !(letter.is_ascii_digit() || letter == '.'))
            .map_or(0, |at| at + name[at..].chars().next().map_or(1, char::len_utf8));
        let version = name[from..].trim_matches('.');
        Some(version.to_owned()).filter(|version| !version.is_empty())
    })
}

/// An objective or a principle, with what stands under it.
fn heading(
    tree: &Tree,
    path: &str,
    code: &str,
    counts: &mut Counts,
    depth: usize,
    reading: &mut Reading,
) -> Option<Value> {
    let mut entry = Entry::of(tree, path, reading)?;
    counts.nodes += 1;
    let piece = named(&mut entry, code, "overview", reading);
    let (list, items) = if depth == 1 {
        let principles = entry.named("principles", reading);
        (
            "groups",
            principles
                .into_iter()
                .filter_map(|(path, code, one)| heading(one, &path, code, counts, 2, reading))
                .collect(),
        )
    } else {
        let outcomes = entry.named("outcomes", reading);
        let items: Vec<Value> =
            outcomes.into_iter().filter_map(|(path, code, one)| outcome(one, &path, code, counts, reading)).collect();
        ("controls", items)
    };
    entry.rest("a heading", reading);
    let Named { id, title, props, parts } = piece?;
    Some(Piece::new(json!({ "id": id, "title": title })).props(props).list("parts", parts).list(list, items).done())
}

/// An outcome: what is answered.
fn outcome(tree: &Tree, path: &str, code: &str, counts: &mut Counts, reading: &mut Reading) -> Option<Value> {
    let mut entry = Entry::of(tree, path, reading)?;
    counts.nodes += 1;
    counts.assessable += 1;
    counts.depth = 3;
    let piece = named(&mut entry, code, "statement", reading);
    let mut indicators = Vec::new();
    let columns = entry.take("indicators").and_then(|columns| Entry::of(columns, &below(path, "indicators"), reading));
    if let Some(mut columns) = columns {
        for (column, letters) in COLUMNS {
            for (place, (path, key, one)) in columns.named(column, reading).into_iter().enumerate() {
                let id = format!("{code}.{letters}.{}", place + 1);
                indicators.extend(indicator(one, &path, key, (column, &id), reading));
                counts.questions += 1;
            }
        }
        columns.rest("an outcome's indicators", reading);
    } else {
        reading.problems.add(&below(path, "indicators"), "it is missing", "give the outcome's indicators by column");
    }
    let mut piece = piece?;
    for (path, profile, grade) in entry.named("min_profile_requirement", reading) {
        match grade.text() {
            Some(grade) => piece.props.classed("profile-target", profile, &grade.to_lowercase().replace(' ', "-")),
            None => reading.problems.add(&path, format!("it is {}", grade.kind()), "give the grade the profile wants"),
        }
    }
    entry.rest("an outcome", reading);
    let Named { id, title, props, mut parts } = piece;
    parts.extend(indicators);
    Some(Piece::new(json!({ "id": id, "title": title })).props(props).list("parts", parts).done())
}

fn indicator(tree: &Tree, path: &str, key: &str, (column, id): (&str, &str), reading: &mut Reading) -> Option<Value> {
    let mut entry = Entry::of(tree, path, reading)?;
    let text = entry.need("description", "give the indicator's wording", reading);
    let mut props = Props::default();
    props.own("webcaf-key", key);
    props.may("ncsc-index", entry.word("ncsc-index", reading).as_deref());
    entry.rest("an indicator", reading);
    let piece = prose("indicator", Some(column), &text?).may("id", Some(id)).may("ns", Some(NAMESPACE));
    Some(piece.props(props).done())
}

/// What every piece has.
struct Named {
    id: String,
    title: String,
    props: Props,
    parts: Vec<Value>,
}

fn named(entry: &mut Entry<'_>, code: &str, part: &str, reading: &mut Reading) -> Option<Named> {
    let own = entry.need("code", "give the piece's code, as in `A1.a`", reading);
    if own.as_deref().is_some_and(|own| own != code) {
        let what = format!("it is not `{code}`, the name it stands under");
        reading.problems.add(&entry.at("code"), what, "make the two the same");
    }
    if !token(code) {
        let what = format!("`{code}` is no code");
        reading.problems.add(entry.path(), what, "write it as in `A1.a`: letters, digits and full stops");
    }
    let called = entry.need("title", "give its title", reading);
    let description = entry.text("description", reading);
    let mut props = Props::default();
    props.label(code);
    let title = called.as_deref().and_then(title)?;
    if called.as_deref() != Some(&title) {
        props.may("name", called.as_deref());
    }
    let parts = description.iter().map(|description| prose(part, None, description).done()).collect();
    Some(Named { id: code.to_owned(), title, props, parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_comes_from_what_the_caller_knows_and_nowhere_else() {
        let id: FrameworkId = "webcaf-4.0".parse().unwrap();
        assert_eq!(version(Told { file: "caf.yaml", id: Some(&id) }).as_deref(), Some("4.0"));
        assert_eq!(version(Told { file: "cyber-assessment-framework-v3.2.yaml", id: None }).as_deref(), Some("3.2"));
        assert_eq!(version(Told { file: "caf é.yml", id: None }), None);
        assert_eq!(version(Told::default()), None);
    }
}
