//! The use cases end to end, on real files in folders that clean themselves up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod suite;
