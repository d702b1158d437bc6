//! `portreeve playbook`: what a piece of work typically resolves, what it touches, and what evidence closes it. Playbooks
//! come with the program and need no register.

use clap::Subcommand;
use portreeve_engine::{Playbook, playbooks};
use serde_json::json;

use super::Run;
use crate::door::Door;
use crate::failure::Failure;
use crate::near::nearest;
use crate::outcome::Outcome;
use crate::resolve::did_you_mean;

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
        let all = playbooks()?;
        match self {
            PlaybookCommand::List => Ok(list(&all)),
            PlaybookCommand::Show { id } => match all.iter().find(|playbook| playbook.id.to_string() == id) {
                Some(playbook) => Ok(show(playbook)),
                None => {
                    let known: Vec<String> = all.iter().map(|playbook| playbook.id.to_string()).collect();
                    let failure = Failure::usage(format!("there is no playbook `{id}`"));
                    let near = nearest(&id, &known);
                    let failure = if near.is_empty() { failure } else { failure.help(did_you_mean(&near)) };
                    Err(failure.help("`portreeve playbook list` shows all of them"))
                }
            },
        }
    }
}

fn list(all: &[Playbook]) -> Outcome {
    let widest = all.iter().map(|playbook| playbook.id.to_string().len()).max().unwrap_or(0);
    let mut text = String::new();
    for playbook in all {
        text.push_str(&format!("{:<widest$}  {}\n", playbook.id.to_string(), playbook.title));
    }
    text.push_str("\nOne in full: portreeve playbook show ID\n");
    let rows: Vec<_> = all.iter().map(|playbook| json!({"id": playbook.id, "title": playbook.title})).collect();
    Outcome::new(false, "portreeve.playbooks/1", text, json!({ "rows": rows }))
}

fn show(playbook: &Playbook) -> Outcome {
    let mut text = format!("{}\n\n{}\n\nResolves\n", playbook.title, playbook.summary);
    for class in &playbook.resolves {
        text.push_str(&format!("  {}  {}\n", class.id, class.title));
    }
    text.push_str("\nTouches\n");
    for requirement in &playbook.requirements {
        text.push_str(&format!("  {requirement}\n"));
    }
    text.push_str("\nEvidence that closes it\n");
    for evidence in &playbook.closing_evidence {
        text.push_str(&format!("  {}  {}\n", evidence.kind.word(), evidence.shows));
    }
    text.push_str(&format!("\nUsually owned by: {}\n\nSteps\n", playbook.owner));
    for (number, step) in (1..).zip(&playbook.steps) {
        text.push_str(&format!("  {number}. {step}\n"));
    }
    text.push_str(&format!("\nSource: {}\n", playbook.source));
    Outcome::new(false, "portreeve.playbook/1", text, json!({ "playbook": playbook }))
}
