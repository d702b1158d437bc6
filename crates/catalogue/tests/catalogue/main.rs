//! What the catalogue promises, tested from outside: the built-in files, strangers' catalogs, and hostile bytes.

mod bundled;
mod caf;
mod corpus;
mod data;
mod document;
mod hostile;
mod mappings;
mod playbooks;
mod schemes;
mod shared;
mod structure;
mod wording;
