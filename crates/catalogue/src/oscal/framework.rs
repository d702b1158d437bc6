//! From a catalog to a framework: numbers are unique, parameters are unique, statements are written out and bounded.
//! It must never return a framework that its problems do not allow.

use std::collections::BTreeMap;

use portreeve_model::reference::{FrameworkId, Grade, RequirementNumber};
use portreeve_model::standards::{Framework, Requirement};
use serde_json::Value;

use super::indicators::Indicators;
use super::metadata::title_and_version;
use super::number::{number, shown_text, shown_title};
use super::prose::{INSERTIONS_MAX, Page, Params};
use super::reach::{OSCAL_NAMESPACE, own_prop, placed, prop, props, text};
use super::{DEPTH_MAX, REQUIREMENTS_MAX, STATEMENTS_BYTES_MAX};
use crate::json::below;
use crate::problem::Gathered;

/// The framework in a catalog, with every problem of the catalog as a whole.
pub(super) fn read(id: FrameworkId, catalog: &Value, problems: &mut Gathered) -> Option<Framework> {
    let mut params = Params::new();
    take_params(catalog, "/catalog", &mut params, &mut BTreeMap::new(), problems);
    let mut flat = Flat {
        page: Page::new(&params),
        indicators: Indicators::default(),
        requirements: Vec::new(),
        seen: BTreeMap::new(),
        controls: 0,
        bytes: 0,
        problems,
    };
    flat.children(catalog, "/catalog", None, 1);
    let requirements = flat.requirements;
    let (title, version) = title_and_version(catalog)?;
    Some(Framework { id, title, version, profile: None, requirements })
}

/// The parameters of an object and of everything below it, and where each stands.
fn take_params<'a>(
    of: &'a Value,
    path: &str,
    into: &mut Params<'a>,
    places: &mut BTreeMap<&'a str, String>,
    problems: &mut Gathered,
) {
    for (place, param) in placed(of, "params", path) {
        let Some(id) = text(param, "id") else { continue };
        if let Some(first) = places.get(id) {
            let what = format!("the parameter `{id}` stands already at {first}");
            problems.add(&place, what, "give each parameter an id of its own");
        } else {
            into.insert(id, param);
            places.insert(id, place);
        }
    }
    for name in ["groups", "controls"] {
        for (place, child) in placed(of, name, path) {
            take_params(child, &place, into, places, problems);
        }
    }
}

/// The requirements as they are flattened.
struct Flat<'a, 'p> {
    page: Page<'a>,
    indicators: Indicators,
    requirements: Vec<Requirement>,
    seen: BTreeMap<RequirementNumber, String>,
    controls: usize,
    bytes: usize,
    problems: &'p mut Gathered,
}

impl<'a> Flat<'a, '_> {
    /// Controls before groups, unless there are both and every one has a `sort-id`.
    fn children(&mut self, of: &'a Value, path: &str, heading: Option<&str>, depth: usize) {
        let controls = placed(of, "controls", path).map(|(place, control)| (place, control, false));
        let mut children: Vec<_> =
            controls.chain(placed(of, "groups", path).map(|(place, group)| (place, group, true))).collect();
        let mixed = children.first().is_some_and(|first| !first.2) && children.last().is_some_and(|last| last.2);
        if mixed && children.iter().all(|child| prop(child.1, "sort-id").is_some()) {
            children.sort_by_key(|child| prop(child.1, "sort-id"));
        }
        for (place, child, is_group) in children {
            if is_group {
                self.group(child, &place, heading, depth)
            } else {
                self.control(child, &place, heading, depth)
            }
        }
    }

    fn too_deep(&mut self, path: &str, depth: usize) -> bool {
        if depth > DEPTH_MAX {
            let what = format!("groups and requirements are nested more than {DEPTH_MAX} deep");
            self.problems.add(path, what, "bring the requirements up");
        }
        depth > DEPTH_MAX
    }

    fn group(&mut self, group: &'a Value, path: &str, heading: Option<&str>, depth: usize) {
        if !self.too_deep(path, depth) {
            self.children(group, path, Some(&under(heading, group)), depth + 1);
        }
    }

    fn control(&mut self, control: &'a Value, path: &str, heading: Option<&str>, depth: usize) {
        self.controls += 1;
        if self.controls == REQUIREMENTS_MAX + 1 {
            let what = format!("there are more than {REQUIREMENTS_MAX} requirements");
            self.problems.add(path, what, "split the catalog");
        }
        if self.controls > REQUIREMENTS_MAX || self.too_deep(path, depth) {
            return;
        }
        if parts_depth(control) > DEPTH_MAX {
            let what = format!("its parts are nested more than {DEPTH_MAX} deep");
            self.problems.add(path, what, "bring the parts up");
            return;
        }
        let number = text(control, "id").and_then(number);
        if let Some(number) = &number {
            if let Some(first) = self.seen.get(number) {
                let what = format!("the requirement `{number}` stands already at {first}");
                self.problems.add(path, what, "give each requirement an id of its own");
            } else {
                self.seen.insert(number.clone(), path.to_owned());
            }
        }
        if let Some(number) = number.filter(|_| asked_for(control)) {
            self.requirement(control, number, path, heading);
        }
        if control.get("controls").is_some() {
            let heading = under(heading, control);
            for (place, nested) in placed(control, "controls", path) {
                self.control(nested, &place, Some(&heading), depth + 1);
            }
        }
    }

    fn requirement(&mut self, control: &'a Value, number: RequirementNumber, path: &str, heading: Option<&str>) {
        let statement = self.page.statement(control);
        let indicators = self.indicators.of(control, path, &mut self.page, self.problems);
        let before = self.bytes;
        self.bytes += statement.len() + indicators.iter().map(|one| one.text.len()).sum::<usize>();
        if before <= STATEMENTS_BYTES_MAX && self.bytes > STATEMENTS_BYTES_MAX {
            let what = format!("the statements up to here take more than {STATEMENTS_BYTES_MAX} bytes");
            self.problems.add(path, what, "shorten the statements or their parameters");
        }
        if self.page.just_ran_out() {
            let what = format!("the statements up to here insert more than {INSERTIONS_MAX} parameters");
            self.problems.add(path, what, "write the parameters out");
        }
        let target = self.target(control, path);
        let Some(title) = shown_title(text(control, "title").unwrap_or_default(), number.as_str()) else { return };
        if self.bytes > STATEMENTS_BYTES_MAX {
            return;
        }
        let own = |name: &str| own_prop(control, name).map(shown_text);
        self.requirements.push(Requirement {
            number,
            title,
            statement,
            heading: heading.map(str::to_owned),
            indicators,
            target,
            confidence: own("confidence"),
            source: own("source"),
        });
    }

    fn target(&mut self, control: &Value, path: &str) -> Option<Grade> {
        let target = own_prop(control, "target-grade")?.parse();
        let remedy = "correct the `target-grade` property, or take it out";
        target.map_err(|error| self.problems.add(&below(path, "props"), format!("{error}"), remedy)).ok()
    }
}

/// Whether a control is a requirement: it was not withdrawn, and is more than a heading.
fn asked_for(control: &Value) -> bool {
    let is =
        |prop: &Value, word: &str| text(prop, "value").is_some_and(|value| value.trim().eq_ignore_ascii_case(word));
    let withdrawn = props(control, "status", OSCAL_NAMESPACE).any(|prop| is(prop, "withdrawn"));
    !withdrawn && own_prop(control, "assessable") != Some("no")
}

fn parts_depth(of: &Value) -> usize {
    super::reach::list(of, "parts").iter().map(|part| 1 + parts_depth(part)).max().unwrap_or(0)
}

/// A heading with the title of what stands below it.
fn under(heading: Option<&str>, of: &Value) -> String {
    let title = shown_title(text(of, "title").unwrap_or_default(), text(of, "id").unwrap_or("untitled"));
    let title = title.as_ref().map_or("", |title| title.as_str());
    heading.map_or_else(|| title.to_owned(), |heading| format!("{heading}: {title}"))
}
