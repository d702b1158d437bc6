//! What is judged by, read from files: frameworks (OSCAL catalogs), mappings between them, schemes and playbooks. A file is read as a draft,
//! validated as a whole, and answered either with a value in which nothing invalid exists or with every problem found.
//!
//! Invariant: this crate knows nothing of findings, the ledger or a register, opens no file, and reads no clock. It is
//! given bytes; whoever adopts them keeps exactly those bytes.

pub mod bundled;
mod catalogue;
mod fields;
pub mod import;
mod json;
pub mod mapping;
pub mod oscal;
pub mod playbook;
mod problem;
pub mod scheme;
mod standards;
mod yaml;

pub use catalogue::Catalogue;
pub use json::{FILE_BYTES_MAX, OBJECTS_MAX, VALUES_MAX};
pub use mapping::read_mapping;
pub use oscal::read_framework;
pub use playbook::{Playbook, read_playbook};
pub use problem::{Gathered, PROBLEMS_MAX, Problem, Problems};
pub use scheme::read_scheme;
pub use standards::{AdoptedFiles, Standards, read_standards, tailor};
