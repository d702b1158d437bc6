//! The files of an item of evidence, each with where its bytes are: in the store, in their place, erased, or missing.
//!
//! Must never hold more of them than are shown, nor leave out unsaid what is not.

use std::io::Write as _;

use portreeve_engine::{EngineError, Erasure, Holder};
use portreeve_model::Digest;
use portreeve_model::reference::EvidenceId;
use portreeve_model::register::evidence::{Content, Evidence};
use portreeve_reporting::FileLine;
use portreeve_reporting::pack::names::LISTED_MAX;
use portreeve_reporting::words::count;
use serde_json::json;

use crate::door::Window;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::resolve;
use crate::ui;

/// The files that are shown of an item: as many as a pack lists by name.
pub(crate) struct Shown {
    /// One line each.
    pub(crate) listed: Vec<String>,
    /// How many more there are.
    pub(crate) more: u64,
    /// How many of those are missing from the store.
    pub(crate) more_missing: u64,
    /// That something in the store is damaged, if sizes say so.
    pub(crate) doubt: Option<&'static str>,
}

impl Shown {
    /// What is not shown, and how to see it.
    pub(crate) fn rest(&self, id: &EvidenceId) -> Option<String> {
        let missing = match self.more_missing {
            0 => String::new(),
            missing => format!(", {missing} of them MISSING from the store"),
        };
        let more = count(self.more, "further file");
        (self.more > 0).then(|| format!("and {more}{missing}: all of them with `portreeve evidence show {id} --files`"))
    }
}

/// The first files of an item of evidence, and what is to be said of all.
pub(crate) fn of(window: &Window<'_>, id: &EvidenceId) -> Result<Shown, Failure> {
    let telling = Telling::of(window, id)?;
    let recorded = telling.held.and_then(|held| match held.content {
        Content::Files { bytes, .. } if !telling.erased => Some(bytes),
        _ => None,
    });
    let mut shown = Shown { listed: Vec::new(), more: 0, more_missing: 0, doubt: None };
    // Manifests hold no sizes, so these are the store's: all that is known of them is what they add up to.
    let mut bytes = Some(0_u64);
    window.session.each_file_of(window.register(), id, |line| {
        bytes = bytes.and_then(|sum| sum.checked_add(line.size?));
        if shown.listed.len() < LISTED_MAX {
            shown.listed.push(telling.told(&line));
        } else {
            shown.more += 1;
            shown.more_missing += u64::from(telling.state(&line) == State::Missing);
        }
        Ok::<(), EngineError>(())
    })?;
    let doubt = "These sizes are not those that were recorded, something in the store is damaged: portreeve verify";
    shown.doubt = bytes.zip(recorded).is_some_and(|(held, recorded)| held != recorded).then_some(doubt);
    Ok(shown)
}

/// Prints every file as it is read, one a line; for machines one object a line.
pub(super) fn print(window: &Window<'_>, id: &EvidenceId, as_json: bool) -> Result<Outcome, Failure> {
    resolve::held("evidence", id, &window.register().evidence, "evidence list")?;
    let telling = Telling::of(window, id)?;
    let mut out = ui::stream();
    let unwritten = |error: std::io::Error| Failure::environment(format!("could not write the answer: {error}"));
    window.session.each_file_of(window.register(), id, |line| {
        let text = if as_json {
            let state = telling.state(&line).word();
            json!({"path": line.name, "sha256": line.digest, "bytes": line.size, "state": state}).to_string()
        } else {
            telling.told(&line)
        };
        writeln!(out, "{text}").map_err(unwritten)
    })?;
    out.flush().map_err(unwritten)?;
    Ok(Outcome::said_already())
}

/// Where the bytes of a file are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// In the store, as they should be.
    Held,
    /// Where they were: they were never taken in, and no other evidence has them.
    InPlace,
    /// Nowhere, as an entry says.
    Erased,
    /// Nowhere, though no entry says so.
    Missing,
    /// In the store, for something else that is made of them.
    Kept,
    /// In the store, though an entry says that they are not.
    ToBeErased,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            State::Held => "held",
            State::InPlace => "in-place",
            State::Erased => "erased",
            State::Missing => "missing",
            State::Kept => "kept",
            State::ToBeErased => "to-be-erased",
        }
    }
}

/// What is to be known of an item to tell of its files.
struct Telling<'a> {
    held: Option<&'a Evidence>,
    erased: bool,
    /// The store need not have what was never taken in; it may have it from other evidence.
    in_place: bool,
    erasure: Erasure,
}

impl<'a> Telling<'a> {
    fn of(window: &Window<'a>, id: &EvidenceId) -> Result<Telling<'a>, Failure> {
        // Whatever day is asked about, the store is as it is now.
        let held = window.session.register().evidence.get(id);
        let erased = held.and_then(Evidence::erasure).is_some();
        let in_place = held.is_some_and(|held| matches!(held.content, Content::InPlace { .. }));
        let erasure = if erased { window.session.erasure(id)? } else { Erasure::default() };
        Ok(Telling { held, erased, in_place, erasure })
    }

    fn state(&self, line: &FileLine) -> State {
        match line.size {
            None if self.in_place => State::InPlace,
            None if self.erased && !self.erasure.shared.contains_key(&line.digest) => State::Erased,
            None => State::Missing,
            Some(_) if self.in_place || !self.erased => State::Held,
            Some(_) if self.erasure.shared.contains_key(&line.digest) => State::Kept,
            Some(_) => State::ToBeErased,
        }
    }

    fn told(&self, line: &FileLine) -> String {
        let bytes = format!("{} bytes", line.size.unwrap_or_default());
        let state = match self.state(line) {
            State::Held => bytes,
            State::InPlace => "left in its place".to_owned(),
            State::Erased => "erased".to_owned(),
            State::Missing => "MISSING from the store".to_owned(),
            State::Kept => format!("{bytes}, kept for {}", self.kept_for(&line.digest)),
            State::ToBeErased => format!("{bytes}, to be erased and still there: portreeve verify"),
        };
        format!("{}  {state}  sha256 {}", line.name, line.digest)
    }

    fn kept_for(&self, file: &Digest) -> String {
        let holders = self.erasure.shared.get(file).into_iter().flatten().map(|holder| match holder {
            Holder::Evidence(id) => id.to_string(),
            Holder::Register => "the register itself".to_owned(),
        });
        holders.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_is_counted_and_where_to_see_it_is_said() {
        let id: EvidenceId = "E-0001".parse().unwrap();
        let rest = |more, more_missing| Shown { listed: Vec::new(), more, more_missing, doubt: None }.rest(&id);
        assert_eq!(rest(0, 0), None);
        assert_eq!(
            rest(1, 0).unwrap(),
            "and 1 further file: all of them with `portreeve evidence show E-0001 --files`"
        );
        assert_eq!(
            rest(199_000, 2).unwrap(),
            "and 199000 further files, 2 of them MISSING from the store: all of them with `portreeve evidence show E-0001 \
             --files`"
        );
    }
}
