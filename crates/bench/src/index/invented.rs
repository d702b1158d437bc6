//! Files that are not there: their lines in a manifest and their texts, the same on every machine.

use portreeve_collector::{TextFound, TextOutcome};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};

use crate::corpus::chance::Chance;

const SEED: u64 = 8493;

/// Half of all words are of these few, half of [`RARE`] others.
const COMMON: [&str; 22] = [
    "report", "firewall", "minutes", "budget", "network", "policy", "review", "audit", "plan", "access", "Straße",
    "Café", "housing", "parking", "invoice", "contract", "letter", "scan", "diagram", "backup", "incident", "register",
];

/// How many rare words there are, from `w0` on, in hexadecimal.
const RARE: u64 = 50_000;

/// How many words a text has.
const TEXT_WORDS: usize = 100;

/// The line of a file. Numbers go up as paths do.
pub(super) fn line(number: u64, edited: bool) -> ManifestLine {
    let (area, project) = (number / 40_000, number / 200);
    let mut chance = Chance::new(SEED, number);
    let ending = chance.pick(&["pdf", "docx", "xlsx", "jpg", "msg"]);
    let (one, two) = (word(&mut chance), word(&mut chance));
    let (area_word, project_word) = (word(&mut Chance::new(SEED + 1, area)), word(&mut Chance::new(SEED + 2, project)));
    let path = format!(
        "departments/area {area:04} {area_word}/project {project:06} {project_word}/{number:09} {one} {two}.{ending}"
    );
    let digest = Digest::of(&[&number.to_le_bytes()[..], &[u8::from(edited)]].concat());
    ManifestLine { digest, path: ManifestPath::new(path.into_bytes()).expect("a short path with no odd parts") }
}

/// What was read of a document.
pub(super) fn text(digest: &Digest) -> TextFound {
    let mut seed = [0; 8];
    seed.copy_from_slice(&digest.as_bytes()[..8]);
    let mut chance = Chance::new(SEED, u64::from_le_bytes(seed));
    let words: Vec<String> = (0..TEXT_WORDS).map(|_| word(&mut chance)).collect();
    let kind = chance.pick(&["document", "table", "picture"]).to_owned();
    let outcome = TextOutcome::Text { body: words.join(" "), cut: false };
    TextFound { media: None, kind: Some(kind), outcome }
}

fn word(chance: &mut Chance) -> String {
    match chance.below(2) {
        0 => chance.pick(&COMMON).to_owned(),
        _ => format!("w{:x}", chance.below(RARE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_up_with_the_numbers_and_an_edit_changes_the_digest_alone() {
        let lines: Vec<ManifestLine> = (0..90_000).step_by(97).map(|number| line(number, false)).collect();
        assert!(lines.windows(2).all(|pair| pair[0].path < pair[1].path));
        let (before, after) = (line(5, false), line(5, true));
        assert!(before.path == after.path && before.digest != after.digest);
    }
}
