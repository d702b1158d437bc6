//! The reading child for real: this program, started by the engine as its own child, and children that misbehave.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use portreeve_engine::{
    DOCUMENT_BYTES_MAX, EXTRACT_WORD, EngineError, Extracted, Extractor, MediaKind, NoTextReason as Reason, Program,
};

const PORTREEVE: &str = env!("CARGO_BIN_EXE_portreeve");

/// Long enough for a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

fn portreeve() -> Program {
    Program { path: PORTREEVE.into(), words: vec![EXTRACT_WORD.into()] }
}

/// A shell as the child. The program under test is its `$0`; the environment is empty.
fn shell(script: &str) -> Program {
    let words = ["-c", script, PORTREEVE].map(OsString::from);
    Program { path: "/bin/sh".into(), words: words.into() }
}

fn body(found: &Extracted) -> &str {
    &found.text.as_ref().unwrap_or_else(|reason| panic!("{:?}: {reason}", found.media)).body
}

#[test]
fn the_program_reads_documents_as_its_own_child() {
    let mut extractor = Extractor::new(portreeve(), PATIENCE);
    let found = extractor.extract("hosts.csv", b"host,port\nfw-1,22\nfw-2,443\n").unwrap();
    assert_eq!(found.media.as_ref().unwrap().iana(), "text/csv");
    assert_eq!(found.media.as_ref().unwrap().kind(), MediaKind::Table);
    assert_eq!(body(&found), "host,port\nfw-1,22\nfw-2,443");
    let found = extractor.extract("x.pdf", b"%PDF-1.7 nothing").unwrap();
    assert!(matches!(found.text, Err(Reason::Damaged(_))), "{found:?}");
    let found = extractor.extract("mail.eml", b"From: a@b.example\nSubject: x\n\nhello").unwrap();
    assert_eq!(body(&found), "From: a@b.example\nSubject: x\nhello");
}

#[test]
fn of_a_document_beyond_the_limit_the_beginning_is_read() {
    let mut extractor = Extractor::new(portreeve(), PATIENCE);
    let mut long = b"<html>first line<!-- ".to_vec();
    long.resize(DOCUMENT_BYTES_MAX + 1, b'x');
    let text = extractor.extract("a.html", &long).unwrap().text.unwrap();
    assert_eq!((text.body.as_str(), text.cut), ("first line", true));
    long[..8].copy_from_slice(b"PK\x03\x04\0\0\0\0");
    assert_eq!(extractor.extract("a.zip", &long).unwrap().text, Err(Reason::NoTextInKind));
    long[..9].copy_from_slice(b"%PDF-1.7\n");
    assert_eq!(extractor.extract("a.pdf", &long).unwrap().text, Err(Reason::TooLarge));
}

#[test]
fn the_child_says_nothing_but_its_frames_and_needs_no_environment() {
    let output =
        Command::new(PORTREEVE).arg(EXTRACT_WORD).env_clear().current_dir("/").stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, b"portreeve-extract/1\n");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_hidden_command_is_in_no_help() {
    let output = Command::new(PORTREEVE).arg("help").output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stdout).contains(EXTRACT_WORD));
}

#[test]
fn what_is_no_reading_child_is_an_error_and_no_reason() {
    for program in [shell("echo hello and good morning to you"), shell("exit 0"), shell("exec \"$0\" status")] {
        let failed = Extractor::new(program, PATIENCE).extract("a.txt", b"x");
        assert!(matches!(failed, Err(EngineError::Io { attempt: "start", .. })), "{failed:?}");
    }
    let nowhere = Program { path: "/nowhere/portreeve".into(), words: Vec::new() };
    assert!(Extractor::new(nowhere, PATIENCE).extract("a.txt", b"x").is_err());
}

/// Children as only Unix has them.
#[cfg(unix)]
mod unix {
    use super::*;

    /// A child that greets and reads as the real one does, but hangs on the first document after saying what it is.
    const HANGS_ONCE: &str = "if [ -e /proc/self ] && mkdir \"$1\" 2>/dev/null; then \
        printf 'portreeve-extract/1\\n\\0\\0\\0\\012text/plain'; exec sleep 600; else exec \"$0\" extract-text; fi";

    fn once(script: &str, marker: &std::path::Path) -> Program {
        let mut program = shell(script);
        program.words.push(marker.into());
        program
    }

    /// Ctrl-C on a terminal goes to the whole group in the foreground: a child that it ended would look crashed, and its
    /// document would never be read again.
    #[cfg(target_os = "linux")]
    #[test]
    fn ctrl_c_is_not_for_the_child() {
        let place = tempfile::tempdir().unwrap();
        let program = once("cat /proc/$$/stat > \"$1\"; exec \"$0\" extract-text", &place.path().join("stat"));
        assert_eq!(body(&Extractor::new(program, PATIENCE).extract("a.txt", b"words").unwrap()), "words");
        let group = |stat: &str| stat.rsplit_once(") ").unwrap().1.split(' ').nth(2).unwrap().to_owned();
        let [child, ours] = [place.path().join("stat"), "/proc/self/stat".into()]
            .map(|path: std::path::PathBuf| group(&std::fs::read_to_string(path).unwrap()));
        assert_ne!(child, ours);
    }

    #[test]
    fn a_document_that_hangs_costs_only_itself() {
        let place = tempfile::tempdir().unwrap();
        let program = once(HANGS_ONCE, &place.path().join("hung"));
        let mut extractor = Extractor::new(program, Duration::from_secs(2));
        let started = Instant::now();
        let found = extractor.extract("a.txt", b"hangs").unwrap();
        assert_eq!(found.text, Err(Reason::TookTooLong));
        assert_eq!(found.media.unwrap().iana(), "text/plain", "said before it hung");
        assert!((2..20).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
        assert_eq!(body(&extractor.extract("b.txt", b"next").unwrap()), "next");
    }

    #[test]
    fn a_document_that_nobody_waits_for_is_stopped() {
        let place = tempfile::tempdir().unwrap();
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let program = once(HANGS_ONCE, &place.path().join("hung"));
        let mut extractor = Extractor::new(program, PATIENCE).until(stop.clone());
        let begun = Instant::now();
        let stopping = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        assert_eq!(extractor.extract("a.txt", b"words").unwrap().text, Err(Reason::TookTooLong));
        stopping.join().unwrap();
        assert!(begun.elapsed() < PATIENCE / 2, "{:?}", begun.elapsed());
    }

    #[test]
    fn a_child_that_does_not_even_take_its_document_is_stopped() {
        let mut extractor =
            Extractor::new(shell("printf 'portreeve-extract/1\\n'; exec sleep 600"), Duration::from_secs(1));
        let found = extractor.extract("a.txt", &vec![b'x'; 10_000_000]).unwrap();
        assert_eq!(found, Extracted { media: None, text: Err(Reason::TookTooLong) });
    }

    #[test]
    fn a_document_that_eats_memory_costs_only_itself() {
        // The real child, with less memory than it allows itself: a long document is more than it can hold.
        let mut extractor = Extractor::new(shell("ulimit -v 60000; exec \"$0\" extract-text"), PATIENCE);
        assert_eq!(body(&extractor.extract("a.txt", b"before").unwrap()), "before");
        let found = extractor.extract("b.txt", &vec![b'x'; DOCUMENT_BYTES_MAX]).unwrap();
        assert_eq!(found.text, Err(Reason::TooMuchMemory), "{:?}", found.media);
        assert_eq!(body(&extractor.extract("c.txt", b"after").unwrap()), "after");
    }

    #[test]
    fn a_child_that_crashes_is_replaced() {
        let script = "printf 'portreeve-extract/1\\n'; head -c 9 >/dev/null; exit 101";
        let found = Extractor::new(shell(script), PATIENCE).extract("", b"x").unwrap();
        assert_eq!(found, Extracted { media: None, text: Err(Reason::Crashed) });
        let script = "printf 'portreeve-extract/1\\n'; head -c 9 >/dev/null; kill -SEGV $$";
        let found = Extractor::new(shell(script), PATIENCE).extract("", b"x").unwrap();
        assert_eq!(found.text, Err(Reason::Crashed));
        let script = "printf 'portreeve-extract/1\\n'; head -c 9 >/dev/null; kill -KILL $$";
        let found = Extractor::new(shell(script), PATIENCE).extract("", b"x").unwrap();
        assert_eq!(found.text, Err(Reason::TooMuchMemory), "as a system that runs out of memory does");
    }

    #[test]
    fn nonsense_from_a_child_is_not_believed() {
        for said in ["\\377\\377\\377\\377", "\\0\\0\\0\\001x", "\\0\\0\\0\\012text/plain\\0\\377\\377\\377\\377"] {
            let script = format!("printf 'portreeve-extract/1\\n{said}'; exec sleep 1");
            let found = Extractor::new(shell(&script), PATIENCE).extract("", b"x").unwrap();
            assert_eq!(found.text, Err(Reason::Crashed), "{said}");
        }
    }

    #[test]
    fn a_document_is_not_blamed_for_the_one_before_it() {
        // The first child dies on its second document; a fresh one reads it.
        let place = tempfile::tempdir().unwrap();
        let script = "if mkdir \"$1\" 2>/dev/null; then printf 'portreeve-extract/1\\n'; head -c 9 >/dev/null; \
            printf '\\0\\0\\0\\012text/plain\\0\\0\\0\\0\\001x'; head -c 9 >/dev/null; exit 101; \
            else exec \"$0\" extract-text; fi";
        let mut extractor = Extractor::new(once(script, &place.path().join("died")), PATIENCE);
        assert_eq!(body(&extractor.extract("", b"x").unwrap()), "x");
        assert_eq!(body(&extractor.extract("", b"y").unwrap()), "y");
    }
}

/// What the child allows itself, asked of the system.
#[cfg(target_os = "linux")]
#[test]
fn the_child_lowers_its_own_limits() {
    use std::fs;
    use std::io::Read as _;

    let mut child =
        Command::new(PORTREEVE).arg(EXTRACT_WORD).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut greeting = [0; 20];
    child.stdout.as_mut().unwrap().read_exact(&mut greeting).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    let hard = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        let mut columns = line[name.len()..].split_whitespace();
        let (soft, hard) = (columns.next().unwrap(), columns.next().unwrap());
        assert_eq!(soft, hard, "{name}");
        hard.to_owned()
    };
    assert_eq!(hard("Max address space"), (512 * 1024 * 1024).to_string());
    assert_eq!(hard("Max cpu time"), "900");
    assert_eq!(hard("Max file size"), "0");
    assert_eq!(hard("Max open files"), "3");
    assert_eq!(hard("Max processes"), "0");
    assert_eq!(hard("Max core file size"), "0");
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
}
