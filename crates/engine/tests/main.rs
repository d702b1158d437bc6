//! The use cases end to end, on real files in folders that clean themselves up.

mod suite;
