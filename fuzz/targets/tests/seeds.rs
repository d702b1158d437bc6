//! Every target over each of its seeds and over mutations of them, and the three lists of targets held together.

#![expect(clippy::unwrap_used, reason = "what a test does not expect ends it")]
#![expect(clippy::print_stderr, reason = "which input broke a law is told beside the law")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use portreeve_fuzz::mutate::mutation;
use portreeve_fuzz::{TARGETS, Target};

/// All seeds together. A seed shows a format; a document of a megabyte would only be slow.
const SEEDS_BYTES_MAX: usize = 100 * 1024;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The seeds of a target by their names.
fn seeds(target: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = fuzz().join("seeds").join(target);
    let items = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{target} has no seeds: {error}"));
    let read = |path: PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap());
    items.map(|item| read(item.unwrap().path())).collect()
}

/// Runs a target on one input; what breaks a law is kept where it can be looked at.
fn run(name: &str, target: Target, input: &[u8], what: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-broken"));
        fs::write(&kept, input).unwrap();
        eprintln!("{name} is broken by {what}, {} bytes, kept in {}", input.len(), kept.display());
        resume_unwind(panic);
    }
}

fn run_all(name: &str) {
    let (_, target, mutations) = TARGETS.iter().find(|(known, ..)| *known == name).unwrap();
    let seeds = seeds(name);
    let others: Vec<Vec<u8>> = seeds.values().cloned().collect();
    run(name, *target, b"", "no bytes");
    for (seed, bytes) in &seeds {
        run(name, *target, bytes, seed);
        for number in 0..u64::from(*mutations) {
            run(name, *target, &mutation(bytes, &others, number), &format!("mutation {number} of {seed}"));
        }
    }
}

/// A test for each target, so that they run side by side and are told by name.
macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test] fn $name() { run_all(stringify!($name)); })*

        /// The targets that have a test.
        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

targets! {
    assessment_sheet bag_info checkpoint entry exports frames history keys library manifest mapping media_type one_line
    oscal pack playbook proof remembered_reading remembered_scan scheme_file settings sshsig text_of_any text_of_data
    text_of_html text_of_mail text_of_office text_of_pdf text_of_zip words
}

#[test]
fn every_target_has_a_test_seeds_and_a_file_for_libfuzzer() {
    let all: BTreeSet<String> = TARGETS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(all.len(), TARGETS.len(), "each once");
    assert_eq!(TESTED.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), all);
    let names = |folder: &str| -> BTreeSet<String> {
        let items = fs::read_dir(fuzz().join(folder)).unwrap();
        items.map(|item| item.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("seeds"), all, "a folder of seeds for each, and no other");
    assert_eq!(names("fuzz_targets"), all, "a file for each, and no other");
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in &all {
        let file = fs::read_to_string(fuzz().join("fuzz_targets").join(format!("{name}.rs"))).unwrap();
        assert!(file.contains(&format!("portreeve_fuzz::{name}(data)")), "{name} runs another target");
        let binary = format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
        assert!(manifest.contains(&binary), "{name} is not built");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), all.len());
}

#[test]
fn seeds_are_small_and_mutations_are_the_same_in_every_run() {
    let all: Vec<Vec<u8>> = TARGETS.iter().flat_map(|(name, ..)| seeds(name).into_values()).collect();
    let bytes: usize = all.iter().map(Vec::len).sum();
    assert!(bytes <= SEEDS_BYTES_MAX, "{bytes} bytes of seeds");
    let seed = b"network-officer;18 December 2018;\xC2\xA380,000\n";
    let some: BTreeSet<Vec<u8>> = (0..200).map(|number| mutation(seed, &[], number)).collect();
    assert!(some.len() > 150, "only {} of 200 mutations differ", some.len());
    let again: BTreeSet<Vec<u8>> = (0..200).map(|number| mutation(seed, &[], number)).collect();
    assert!(some == again);
}
