//! One file a part of the rule book, the laws, the golden ledgers, and the bench they share.

mod actions;
mod assessments;
mod calendar;
mod carry;
mod decisions;
mod drafts;
mod evidence;
mod findings;
mod golden;
mod history;
mod kinds;
mod lacks;
mod laws;
mod mapping;
mod people;
mod readiness;
mod requirements;
mod retention;
mod risks;
mod roles;
mod schemes;
mod story;
mod tales;
mod undo;
