//! Why, as a page: the tree of `why`, as lists within lists.

use serde::Serialize;

use crate::page::{self, Frame};
use crate::readiness::scope;
use crate::why::{Files, Node, Wanted, roots};
use crate::{RenderError, Subject};

#[derive(Serialize)]
struct View {
    #[serde(flatten)]
    frame: Frame,
    scheme: String,
    day: String,
    roots: Vec<Node>,
    footer: String,
}

/// The page as one HTML file.
///
/// # Errors
/// When a template is wrong.
pub fn why_html(subject: &Subject<'_>, wanted: &Wanted, files: &Files) -> Result<String, RenderError> {
    let day = subject.as_of.on;
    let view = View {
        frame: page::frame(subject, format!("Why, on {day}, {}", subject.scheme.title), None),
        scheme: subject.scheme.title.to_string(),
        day: day.to_string(),
        roots: roots(subject, wanted, files),
        footer: scope::footer(subject),
    };
    page::render("why.html", "board/why", &view)
}
