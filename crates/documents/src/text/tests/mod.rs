//! Documents made on the spot: what is read out of each kind, and what hostile ones are answered with.

mod hostile;
mod made;
mod marked_up;
mod mutated;
mod office;
mod pdf;

use super::{Reason, of_file};

/// The whole text of a document.
#[track_caller]
fn body(bytes: &[u8], name: &str) -> String {
    let (media, text) = of_file(bytes, name);
    text.unwrap_or_else(|reason| panic!("{name} as {media}: {reason}")).body
}

/// Why a document has no text.
#[track_caller]
fn refusal(bytes: &[u8], name: &str) -> Reason {
    let (media, text) = of_file(bytes, name);
    text.expect_err(&format!("{name} as {media}"))
}
