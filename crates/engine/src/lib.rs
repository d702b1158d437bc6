//! The use cases: the only place where ledger, collector, catalogue, rules and reports meet, and the only one with a
//! clock.
//!
//! Invariants: nothing here prints, reads arguments, builds HTML or knows a network. A write goes through the rule book
//! and a conditional append; a question is answered from a replayed history, never from a table of its own.

mod ask;
mod beside;
mod check;
mod clock;
mod comparison;
mod erasure;
mod error;
mod evidence;
mod export;
mod extract;
mod files;
mod frameworks;
mod index;
mod init;
mod inspection;
mod mappings;
mod pack;
mod place;
mod playbooks;
mod repair;
mod session;
mod standards;
mod stored;
mod story;

pub use ask::{Asked, When};
pub use beside::{Unread, read_whole};
pub use check::{RegisterReport, verify_register};
pub use comparison::{Compared, NotComparable};
pub use erasure::{Erasure, Holder};
pub use error::{EngineError, Kind};
pub use evidence::{Added, Files, Numbering, Taken, Taking, digest_of_file, each_checksum};
pub use extract::{EXTRACT_WORD, Extracted, Extractor, PATIENCE_MAX, Program, read_for_parent};
pub use frameworks::{Brought, FrameworkBytes, FrameworkFile, built_in_framework, built_in_frameworks, write_new};
pub use index::{
    Found, FoundFile, Indexed, NextPage, Reading, Search, Textless, TextlessDocument, TextlessFor, Texts, Which,
};
pub use init::{Made, NewRegister, init};
pub use inspection::{Inspecting, Inspection};
pub use mappings::{CarryAnswer, CarryRequest, FromLibrary, KnownMapping, VersionAnswer};
pub use pack::{Built, PackRequest, Point, Trust, Verification, VerifyRequest, verify_pack};
pub use playbooks::{followed, playbooks};
pub use portreeve_catalogue::Standards;
pub use repair::{Earlier, EvidenceReport, ReadingBack, Repaired};
pub use session::{Mode, Recorded, Session};
pub use standards::{
    ProfileAsked, SchemeAdoption, built_in_profiles_of, built_in_scheme_for, built_in_schemes,
    framework_of_built_in_scheme,
};
pub use story::tell_story;

pub use portreeve_catalogue::Playbook;
pub use portreeve_catalogue::import::{Imported, ImportedFramework, ImportedMapping};
pub use portreeve_catalogue::mapping::Named as MappingNamed;
pub use portreeve_collector::{
    Absence, Change, ChangeKind, Changes, CollectError, DigestPart, Keep, Omitted, Progress, Stopped, Total, Watch,
    Words,
};
pub use portreeve_documents::media::{Kind as MediaKind, Media};
pub use portreeve_documents::text::{DOCUMENT_BYTES_MAX, Reason as NoTextReason, TEXT_BYTES_MAX, Text};
pub use portreeve_ledger::{SignedCheckpoint, TrustedKey};
