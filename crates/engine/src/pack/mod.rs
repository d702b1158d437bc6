//! Packs: building one from a register, and verifying one without.

mod build;
mod complete;
mod files;
mod fresh;
mod intact;
mod listed;
mod verify;
mod write;

pub use build::{Built, PackRequest};
pub use verify::{Point, Trust, Verification, VerifyRequest, verify_pack};
