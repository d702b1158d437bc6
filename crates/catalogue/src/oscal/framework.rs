//! From a draft to a framework: numbers are unique, parameters are unique, statements are written out and bounded.
//! It must never return a framework that its problems do not allow.

use std::collections::BTreeMap;

use portreeve_model::reference::{FrameworkId, RequirementNumber};
use portreeve_model::standards::{Framework, Requirement};

use super::draft::{CatalogDraft, Child, ControlDraft};
use super::parts::ParamDraft;
use super::prose::{INSERTIONS_MAX, Unfit, statement};
use super::{STATEMENT_CHARS_MAX, STATEMENTS_BYTES_MAX};
use crate::problem::Gathered;

impl CatalogDraft {
    /// The framework, with every problem of the draft as a whole.
    pub(super) fn validate(mut self, id: FrameworkId, problems: &mut Gathered) -> Option<Framework> {
        let mut params = BTreeMap::new();
        take_params(std::mem::take(&mut self.params), &mut params, problems);
        params_below(&mut self.children, &mut params, problems);
        let mut flat = Flat {
            params: &params,
            requirements: Vec::new(),
            seen: BTreeMap::new(),
            bytes: 0,
            insertions: 0,
            problems,
        };
        flat.children(self.children, None);
        let requirements = flat.requirements;
        if requirements.is_empty() {
            problems.add(
                "/catalog",
                "it has no requirements",
                "give a catalog with an entry in `controls` that is not withdrawn",
            );
        }
        let metadata = self.metadata?;
        Some(Framework { id, title: metadata.title?, version: metadata.version?, profile: None, requirements })
    }
}

type Params = BTreeMap<String, ParamDraft>;

fn take_params(from: Vec<ParamDraft>, into: &mut Params, problems: &mut Gathered) {
    for param in from {
        if let Some(first) = into.get(&param.id) {
            let what = format!("the parameter `{}` stands already at {}", param.id, first.path);
            problems.add(&param.path, what, "give each parameter an id of its own");
        } else {
            into.insert(param.id.clone(), param);
        }
    }
}

fn params_below(children: &mut [Child], into: &mut Params, problems: &mut Gathered) {
    for child in children {
        match child {
            Child::Group(group) => {
                take_params(std::mem::take(&mut group.params), into, problems);
                params_below(&mut group.children, into, problems);
            }
            Child::Control(control) => params_of(control, into, problems),
        }
    }
}

fn params_of(control: &mut ControlDraft, into: &mut Params, problems: &mut Gathered) {
    take_params(std::mem::take(&mut control.params), into, problems);
    for nested in &mut control.children {
        params_of(nested, into, problems);
    }
}

/// The requirements as they are flattened.
struct Flat<'a> {
    params: &'a Params,
    requirements: Vec<Requirement>,
    seen: BTreeMap<RequirementNumber, String>,
    bytes: usize,
    insertions: usize,
    problems: &'a mut Gathered,
}

impl Flat<'_> {
    fn children(&mut self, children: Vec<Child>, heading: Option<&str>) {
        for child in children {
            match child {
                Child::Group(group) => {
                    let heading = under(heading, group.title.as_ref().map_or("", |title| title.as_str()));
                    self.children(group.children, Some(&heading));
                }
                Child::Control(control) => self.control(control, heading),
            }
        }
    }

    fn control(&mut self, control: ControlDraft, heading: Option<&str>) {
        if let Some(number) = &control.number {
            if let Some(first) = self.seen.get(number) {
                let what = format!("the requirement `{number}` stands already at {first}");
                self.problems.add(&control.path, what, "give each requirement an id of its own");
            } else {
                self.seen.insert(number.clone(), control.path.clone());
            }
        }
        if !control.withdrawn {
            self.requirement(&control, heading);
        }
        let title = control.title.as_ref().map_or("", |title| title.as_str());
        let below = if control.children.is_empty() { String::new() } else { under(heading, title) };
        for nested in control.children {
            self.control(nested, Some(&below));
        }
    }

    fn requirement(&mut self, control: &ControlDraft, heading: Option<&str>) {
        let statement = match statement(&control.statements, self.params, &mut self.insertions) {
            Ok(statement) => statement,
            Err(unfit) => {
                let (what, remedy) = match unfit {
                    Unfit::Long => (
                        format!("its statement has more than {STATEMENT_CHARS_MAX} characters with its parameters"),
                        "shorten the statement or its parameters",
                    ),
                    Unfit::Many => (
                        format!("the statements up to here insert more than {INSERTIONS_MAX} parameters"),
                        "write the parameters out",
                    ),
                    Unfit::Unsafe(code) => (
                        format!("its statement holds a character that cannot be shown safely (U+{code:04X})"),
                        "take the character out",
                    ),
                };
                self.problems.add(&control.path, what, remedy);
                String::new()
            }
        };
        let before = self.bytes;
        self.bytes += statement.len();
        if before <= STATEMENTS_BYTES_MAX && self.bytes > STATEMENTS_BYTES_MAX {
            let what = format!("the statements up to here take more than {STATEMENTS_BYTES_MAX} bytes");
            self.problems.add(&control.path, what, "shorten the statements or their parameters");
        }
        let statement = if self.bytes > STATEMENTS_BYTES_MAX { String::new() } else { statement };
        if let (Some(number), Some(title)) = (control.number.clone(), control.title.clone()) {
            self.requirements.push(Requirement {
                number,
                title,
                statement,
                heading: heading.map(str::to_owned),
                indicators: Vec::new(),
                target: None,
                confidence: None,
                source: None,
            });
        }
    }
}

/// A heading with the next title below it.
fn under(heading: Option<&str>, title: &str) -> String {
    heading.map_or_else(|| title.to_owned(), |heading| format!("{heading}: {title}"))
}
