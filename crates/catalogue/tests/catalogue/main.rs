//! What the catalogue promises, tested from outside: the built-in files, strangers' catalogs, and hostile bytes.

mod baselines;
mod bundled;
mod caf;
mod corpus;
mod data;
mod document;
mod encodings;
mod grading;
mod hostile;
mod libraries;
mod libraries_hostile;
mod mappings;
mod matching;
mod playbooks;
mod resolution;
mod schemes;
mod shared;
mod structure;
mod tailored;
mod webcaf;
mod wording;
