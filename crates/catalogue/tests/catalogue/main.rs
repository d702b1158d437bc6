//! What the catalogue promises, tested from outside: the built-in files, strangers' catalogs, and hostile bytes.

mod bundled;
mod corpus;
mod data;
mod hostile;
mod mappings;
mod playbooks;
mod schemes;
mod shared;
