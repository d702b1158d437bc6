//! Several programs at work in one store.

use std::process::Command;

use portreeve_collector::{Blobs as _, FileBlobs};
use portreeve_model::Digest;

use super::{objects, put, report};

const FOLDER: &str = "PORTREEVE_TEST_PACKS_FOLDER";

/// Does nothing unless the test below runs it as a program of its own.
#[test]
fn the_program_that_writes_too() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    for round in 0..8 {
        let store = FileBlobs::open(&folder).unwrap();
        put(&store, &objects(round * 20));
        put(&store, &objects(std::process::id() as u8));
        store.remove(&Digest::of(&objects(round * 20)[5])).unwrap();
    }
}

#[test]
fn two_programs_write_and_withdraw_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileBlobs::create(folder.path()).unwrap();
    let run = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "packs::programs::the_program_that_writes_too"])
            .env(FOLDER, folder.path())
            .output()
            .unwrap()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..2).map(|_| scope.spawn(run)).collect();
        for program in running {
            let output = program.join().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
    });
    // One program may write the index of a pack that the other has just replaced; the next writer takes it away.
    drop(FileBlobs::open(folder.path()).unwrap().hand().unwrap());
    let found = report(folder.path());
    assert!(found.is_sound() && found.leftovers.is_empty(), "{found:?}");
    for round in 0..8_u8 {
        for (number, bytes) in objects(round * 20).iter().enumerate().filter(|(number, _)| *number != 5) {
            assert!(store.check(&Digest::of(bytes)).is_ok(), "round {round}, object {number}");
        }
    }
}
