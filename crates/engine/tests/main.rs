//! The use cases end to end, on real files in folders that clean themselves up.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on says so by panicking, and one that is passed over says so aloud"
)]

mod suite;
