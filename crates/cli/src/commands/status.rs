//! `portreeve status`: where each organisation stands. A register that has just been made is told how to begin.

use clap::Args;
use serde_json::json;

use super::Run;
use super::readiness::About;
use crate::door::{Door, Window};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::view;

/// Where each organisation stands
#[derive(Debug, Default, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    paper: view::Paper,
}

impl Run for StatusArgs {
    fn doing(&self) -> &'static str {
        "say where things stand"
    }

    fn run(self, door: &mut Door) -> Result<Outcome, Failure> {
        let window = door.ask()?;
        if window.register().schemes.is_empty() && self.about.scheme.is_none() {
            return Ok(beginning(&window));
        }
        let all = self.about.ask_all(&window)?;
        let [asked] = all.as_slice() else {
            self.paper.only_for_one_scheme()?;
            return view::across(&window, &all);
        };
        view::board_page(asked, &self.paper)?;
        Ok(view::status(asked))
    }
}

/// What is still to be done before anything can be judged, in the order in which it can be done.
fn beginning(window: &Window<'_>) -> Outcome {
    let register = window.register();
    let name = register.opening.as_ref().map_or("", |opening| opening.name.as_str());
    let steps = [
        (!register.organisations.is_empty(), "portreeve organisation add ID NAME", "say whom it is about"),
        (
            register.people.len() > 1,
            "portreeve person add ID --role ROLE",
            "let somebody else join: nobody checks their own work",
        ),
        (!register.frameworks.is_empty(), "portreeve framework adopt psn-coco-1.32", "adopt what is asked"),
        (false, "portreeve scheme adopt psn", "adopt what an accreditation needs"),
    ];
    let mut text = format!("{name}: nothing can be judged yet.\n\n");
    let mut next = Vec::new();
    for (done, command, why) in steps {
        let mark = if done { "done" } else { "to do" };
        text.push_str(&format!("  {mark:5}  {why}\n"));
        if !done {
            text.push_str(&format!("           {command}\n"));
            next.push(command);
        }
    }
    let object = json!({"register": name, "schemes": [], "next": next});
    Outcome::new(window.is_demonstration(), "portreeve.beginning/1", text, object)
}
