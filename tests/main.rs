//! End-to-end journeys of the command `portreeve`, each in a place of its own that cleans itself up.

#![expect(clippy::unwrap_used, reason = "what a journey does not expect ends it")]

mod caf;
mod calendar;
mod collecting;
mod commands_told;
mod compare;
mod completions;
mod cyber_essentials;
mod demo;
mod dry_run;
mod exit_codes;
mod extracting;
mod failures;
mod help;
mod hostile;
mod importing;
mod json;
mod lint;
mod mapping;
mod newcomer;
mod outputs;
mod past;
mod playbooks;
mod retention;
mod review;
mod searching;
mod sheet;
mod support;
mod surviving;
mod tidy;
mod undo;
mod withdrawal;
