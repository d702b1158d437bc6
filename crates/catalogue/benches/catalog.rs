//! How long a large catalog takes and what memory: `cargo bench -p portreeve-catalogue`. The aims are a second and 200 MB to
//! read ten megabytes.

#![expect(clippy::unwrap_used, reason = "where something fails nothing is measured, and the panic says what")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use portreeve_catalogue::oscal::resolve_profile;
use portreeve_catalogue::read_framework;

const BYTES: usize = 10_000_000;

/// A catalog of ten megabytes, made like NIST's: short properties and links, statements in parts, parameters inserted.
fn catalog() -> String {
    let mut text = String::from(
        r#"{"catalog":{"uuid":"74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724","metadata":{"title":"Large","last-modified":"2026-01-01T00:00:00Z","version":"1","oscal-version":"1.2.3"},"groups":[{"id":"g0","title":"Group","controls":["#,
    );
    let mut number = 0;
    while text.len() < BYTES - 200 {
        if number > 0 {
            text.push_str(if number % 50 == 0 { r#"]},{"title":"Group","controls":["# } else { "," });
        }
        let words = "the organisation reviews what it allows and says who may change it; ".repeat(3);
        let _ = write!(
            text,
            r##"{{"id":"r-{number}","class":"made","title":"Requirement {number}","params":[{{"id":"r-{number}_p1","label":"how often"}},{{"id":"r-{number}_p2","select":{{"how-many":"one-or-more","choice":["daily","at each change"]}}}}],"props":[{{"name":"label","value":"R-{number}"}},{{"name":"sort-id","value":"r-{number:05}"}}],"links":[{{"href":"#r-1","rel":"related"}},{{"href":"#r-2","rel":"related"}},{{"href":"#r-3","rel":"related"}}],"parts":[{{"id":"r-{number}_smt","name":"statement","parts":[{{"id":"r-{number}_a","name":"item","props":[{{"name":"label","value":"a."}}],"prose":"{words}{{{{ insert: param, r-{number}_p1 }}}}"}},{{"id":"r-{number}_b","name":"item","props":[{{"name":"label","value":"b."}}],"prose":"{words}{{{{ insert: param, r-{number}_p2 }}}}"}}]}},{{"id":"r-{number}_gdn","name":"guidance","prose":"{words}"}}]}}"##
        );
        number += 1;
    }
    text.push_str("]}]}}");
    text
}

/// The most memory this process has had so far, where the system says.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

fn told(what: &str, taken: Duration) {
    let peak = peak_bytes().map_or_else(|| "unknown".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000));
    let _ = writeln!(std::io::stdout(), "{what}: {:.2} s, peak memory so far {peak}", taken.as_secs_f64());
}

fn main() {
    let text = catalog();
    let started = Instant::now();
    let framework = read_framework("large".parse().unwrap(), text.as_bytes()).unwrap();
    told(&format!("read {} bytes, {} requirements", text.len(), framework.requirements.len()), started.elapsed());

    let profile = r#"{"profile":{"uuid":"74c8ba1e-5cd4-4ad1-bbfd-d888e2f6c724","metadata":{"title":"All","last-modified":"2026-01-01T00:00:00Z","version":"1","oscal-version":"1.2.3"},"imports":[{"href":"x","include-all":{}}],"merge":{"as-is":true}}}"#;
    let started = Instant::now();
    let resolved = resolve_profile(profile.as_bytes(), &mut |_| Some(text.clone().into_bytes())).unwrap();
    told(&format!("resolved into {} bytes", resolved.catalog.len()), started.elapsed());
}
