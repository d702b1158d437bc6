//! A tree of sentences, drawn with lines or with plain letters.

use serde::Serialize;

use crate::Layout;
use crate::safe::Page;

/// A sentence and what it rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Node {
    pub(super) says: String,
    pub(super) because: Vec<Node>,
}

impl Node {
    pub(super) fn leaf(says: impl Into<String>) -> Node {
        Node { says: says.into(), because: Vec::new() }
    }

    pub(super) fn of(says: impl Into<String>, because: Vec<Node>) -> Node {
        Node { says: says.into(), because }
    }

    /// The node and everything below it.
    pub(super) fn draw(&self, page: &mut Page, layout: Layout) {
        page.line(&self.says);
        self.below(page, layout, "");
    }

    fn below(&self, page: &mut Page, layout: Layout, lead: &str) {
        let (fork, end, pipe) = if layout.unicode { ("├─ ", "└─ ", "│  ") } else { ("|- ", "`- ", "|  ") };
        let last = self.because.len().saturating_sub(1);
        for (at, node) in self.because.iter().enumerate() {
            let (mark, under) = if at == last { (end, "   ") } else { (fork, pipe) };
            let under = format!("{lead}{under}");
            page.put(&format!("{lead}{mark}"), &under, &node.says);
            node.below(page, layout, &under);
        }
    }
}
