//! The bodies of the fuzz targets: for every reader of bytes from outside, what must hold whatever the bytes are.
//!
//! A target is a plain function of bytes that panics when a law is broken. libFuzzer calls it from `fuzz/fuzz_targets`; the
//! ordinary test command calls it here with every seed and with a few hundred mutations of each, the same in every run.
//!
//! Must never make a private parser public to reach it: each target goes through a door that the product itself uses. The
//! one parser behind a door that only a process has, the line of an action, is compiled from its own file.

mod documents;
mod exports;
mod folders;
mod frameworks;
mod ledger;
mod manifest;
pub mod mutate;
mod packs;
mod proofs;
mod typed;

#[path = "../../../crates/cli/src/money.rs"]
#[allow(dead_code, reason = "the command line uses the rest of it")]
mod money;
#[path = "../../../crates/cli/src/oneline.rs"]
mod oneline;

pub use documents::{
    frames, media_type, text_of_any, text_of_data, text_of_html, text_of_mail, text_of_office, text_of_pdf, text_of_zip,
};
pub use exports::exports;
pub use folders::{remembered_reading, remembered_scan, settings};
pub use frameworks::{library, mapping, oscal, playbook, scheme_file};
pub use ledger::{entry, history};
pub use manifest::{bag_info, manifest};
pub use packs::pack;
pub use proofs::{checkpoint, keys, proof, sshsig};
pub use typed::{assessment_sheet, one_line, words};

/// A target: panics when the bytes break a law.
pub type Target = fn(&[u8]);

/// Every target under its name, which is that of its seeds and of its file for libFuzzer, with how many mutations of each
/// seed the ordinary tests try: as many as a second or two allow where nothing is optimised.
pub const TARGETS: &[(&str, Target, u32)] = &[
    ("assessment_sheet", assessment_sheet, 300),
    ("bag_info", bag_info, 300),
    ("checkpoint", checkpoint, 300),
    ("entry", entry, 300),
    ("exports", exports, 60),
    ("frames", frames, 300),
    ("history", history, 40),
    ("keys", keys, 300),
    ("library", library, 60),
    ("manifest", manifest, 300),
    ("mapping", mapping, 200),
    ("media_type", media_type, 300),
    ("one_line", one_line, 300),
    ("oscal", oscal, 100),
    ("pack", pack, 5),
    ("playbook", playbook, 300),
    ("proof", proof, 300),
    ("remembered_reading", remembered_reading, 60),
    ("remembered_scan", remembered_scan, 100),
    ("scheme_file", scheme_file, 200),
    ("settings", settings, 200),
    ("sshsig", sshsig, 300),
    ("text_of_any", text_of_any, 60),
    ("text_of_data", text_of_data, 200),
    ("text_of_html", text_of_html, 200),
    ("text_of_mail", text_of_mail, 200),
    ("text_of_office", text_of_office, 200),
    ("text_of_pdf", text_of_pdf, 60),
    ("text_of_zip", text_of_zip, 60),
    ("words", words, 300),
];

/// The text of an input that is one: what reads text is never given anything else.
fn text_of(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
