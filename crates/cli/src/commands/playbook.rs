//! `portreeve playbook`: what a piece of work typically resolves, what it touches, and what evidence closes it. Playbooks
//! come with the program and need no register.

use std::collections::BTreeMap;

use clap::Subcommand;
use portreeve_engine::{Playbook, playbooks};
use portreeve_model::reference::PlaybookId;
use portreeve_reporting::playbook;
use serde_json::json;

use super::Run;
use crate::door::Door;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve::unknown;
use crate::ui::layout;
use crate::view;

/// What is asked about playbooks.
#[derive(Debug, Subcommand)]
pub(crate) enum PlaybookCommand {
    /// All playbooks
    List,
    /// One in full: findings it resolves, requirements it touches, evidence that closes it, steps
    Show {
        /// The playbook
        id: String,
    },
}

impl Run for PlaybookCommand {
    fn doing(&self) -> &'static str {
        match self {
            PlaybookCommand::List => "list the playbooks",
            PlaybookCommand::Show { .. } => "show the playbook",
        }
    }

    fn looks_back(&self) -> bool {
        false
    }

    fn run(self, _: &mut Door) -> Result<Outcome, Failure> {
        match self {
            PlaybookCommand::List => Ok(list(&playbooks()?)),
            PlaybookCommand::Show { id } => Ok(show(&named(&id)?)),
        }
    }
}

/// The playbook of this name, or what may have been meant.
pub(crate) fn named(id: &str) -> Result<Playbook, Failure> {
    let mut all = playbooks()?;
    all.remove(id).ok_or_else(|| unknown("playbook", id, all.keys(), "playbook list"))
}

fn list(all: &BTreeMap<PlaybookId, Playbook>) -> Outcome {
    let text = playbook::list(all).text(layout());
    let row = |playbook: &Playbook| {
        json!({
            "id": playbook.id,
            "title": playbook.title,
            "lead_time": playbook.lead_time,
            "resolves": playbook.resolves,
        })
    };
    let rows: Vec<_> = all.values().map(row).collect();
    Outcome::new(false, "portreeve.playbooks/1", text, json!({ "rows": rows }))
}

fn show(playbook: &Playbook) -> Outcome {
    let text = playbook::text(playbook, view::page());
    Outcome::new(false, "portreeve.playbook/1", text, json!({ "playbook": playbook }))
}
