//! The steps of publishing, named so that tests can end the program between any two of them.
//!
//! Must never do anything in a program that is not a test.

/// A point between two steps. What each leaves on the disk is said in `sealing` and `rewrite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Some members of a pack are written, none flushed.
    Written,
    /// All bytes of a file are on the disk; it has no name yet.
    Flushed,
    /// A pack has its name; the folder is not flushed and the index not written.
    PackNamed,
    /// The folder is flushed; the index is not written.
    FolderFlushed,
    /// The pack and its index are there.
    Indexed,
    /// The pack that replaces others is there, and so are the others.
    Replaced,
    /// The index of a pack that is to go is gone.
    IndexRemoved,
    /// The pack that was to go is gone; the folder is not flushed.
    PackRemoved,
}

#[cfg(not(test))]
pub(super) const fn reached(_: Step) {}

#[cfg(test)]
pub(super) fn reached(step: Step) {
    tests::reached(step);
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;
    use std::sync::atomic::{AtomicU32, Ordering};

    use portreeve_model::Digest;

    use super::Step;
    use crate::{Blobs as _, FileBlobs, Watch, verify_store};

    /// Where a test that runs itself again is to end: a step, and at which time of reaching it.
    const VARIABLE: &str = "PORTREEVE_TEST_STEP";
    const FOLDER: &str = "PORTREEVE_TEST_STEP_FOLDER";

    /// Every step of a collection, of the pack that replaces its pack, and of the removal.
    const ALL: [(Step, u32); 13] = [
        (Step::Written, 1),
        (Step::Flushed, 1),
        (Step::PackNamed, 1),
        (Step::FolderFlushed, 1),
        (Step::Indexed, 1),
        (Step::Written, 2),
        (Step::Flushed, 2),
        (Step::PackNamed, 2),
        (Step::FolderFlushed, 2),
        (Step::Indexed, 2),
        (Step::Replaced, 1),
        (Step::IndexRemoved, 1),
        (Step::PackRemoved, 1),
    ];

    pub(super) fn reached(step: Step) {
        static TIMES: [AtomicU32; 8] = [const { AtomicU32::new(0) }; 8];
        let Ok(wanted) = std::env::var(VARIABLE) else { return };
        let time = TIMES[step as usize].fetch_add(1, Ordering::SeqCst) + 1;
        if wanted == format!("{step:?} {time}") {
            std::process::abort();
        }
    }

    fn object(number: u32) -> Vec<u8> {
        number.to_le_bytes().repeat(number as usize * 20)
    }

    /// Collects twenty objects, then withdraws the seventh.
    fn collect_and_withdraw(folder: &Path) {
        let store = FileBlobs::open(folder).unwrap();
        let mut hand = store.hand().unwrap();
        (0..20).for_each(|number| hand.put(&Digest::of(&object(number)), &object(number)).unwrap());
        hand.finish().unwrap();
        store.settle().unwrap();
        store.remove(&Digest::of(&object(7))).unwrap();
    }

    /// Does nothing unless the test below runs it as a program of its own.
    #[test]
    fn the_program_that_stops() {
        if let Some(folder) = std::env::var_os(FOLDER) {
            collect_and_withdraw(Path::new(&folder));
        }
    }

    #[test]
    fn between_any_two_steps_nothing_is_lost_and_nothing_half_done_shows() {
        for (step, time) in ALL {
            let folder = tempfile::tempdir().unwrap();
            FileBlobs::create(folder.path()).unwrap();
            let output = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "store::steps::tests::the_program_that_stops"])
                .env(VARIABLE, format!("{step:?} {time}"))
                .env(FOLDER, folder.path())
                .output()
                .unwrap();
            assert!(!output.status.success(), "{step:?} {time}: the program was to stop");
            assert_ne!(output.status.code(), Some(101), "{step:?} {time}: by aborting, not by a failed test");

            let store = FileBlobs::open(folder.path()).unwrap();
            let report = verify_store(&store, Watch::default()).unwrap();
            assert!(report.is_sound(), "{step:?} {time}: {report:?}");
            let is_collected = time == 2 || !matches!(step, Step::Written | Step::Flushed);
            let is_withdrawn = matches!(step, Step::PackRemoved);
            for number in 0..20 {
                let held = store.has(&Digest::of(&object(number))).unwrap();
                let expected = if number == 7 { is_collected && !is_withdrawn } else { is_collected };
                assert_eq!(held, expected, "{step:?} {time}: object {number}");
                if held {
                    store.check(&Digest::of(&object(number))).unwrap();
                }
            }

            collect_and_withdraw(folder.path());
            let store = FileBlobs::open(folder.path()).unwrap();
            let report = verify_store(&store, Watch::default()).unwrap();
            assert!(report.is_sound() && report.stale_indexes.is_empty(), "{step:?} {time}: {report:?}");
            assert_eq!((report.objects, report.leftovers), (19, vec![]), "{step:?} {time}: done again, all is well");
            assert!(!store.has(&Digest::of(&object(7))).unwrap());
        }
    }
}
