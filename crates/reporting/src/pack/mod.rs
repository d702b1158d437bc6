//! What a pack holds, worked out without touching a disk: names, contents, the statement of its figures, and the text of
//! its BagIt files. The engine carries it out, and the verifier works it out again from the entries alone.

pub mod bag;
pub mod contents;
pub mod names;
pub mod statement;

/// Where the evidence files lie in a pack.
pub const EVIDENCE_FOLDER: &str = "data/evidence";
/// The manifests of the evidence, with the true names of its files.
pub const MANIFEST_FOLDER: &str = "data/manifests";
/// The ledger entries that concern the pack, one a line, exactly as they were stored.
pub const ENTRIES: &str = "data/ledger/entries.jsonl";
/// The proofs that they are in the ledger, one a file (C2SP tlog-proof).
pub const PROOF_FOLDER: &str = "data/ledger/proofs";
/// Proofs that the ledger continues earlier packs' checkpoints (C2SP tlog-witness, add-checkpoint).
pub const GROWTH_FOLDER: &str = "data/ledger/earlier";
/// The adopted framework's file.
pub const FRAMEWORK: &str = "data/standards/framework.json";
/// The profile's file, where the scheme is judged with one.
pub const PROFILE: &str = "data/standards/profile.json";
/// The adopted scheme's file.
pub const SCHEME: &str = "data/standards/scheme.json";
/// The statement of figures, for machines.
pub const STATEMENT: &str = "data/pack.json";
/// The remediation action plan, in the source reports' own order.
pub const PLAN: &str = "data/plan.csv";
/// The application form's particulars.
pub const APPLICATION: &str = "data/application.csv";
/// The page for people.
pub const PAGE: &str = "index.html";
/// How to check all this with stock tools.
pub const README: &str = "README.txt";
/// The signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint.txt";
/// The list of payload files (RFC 8493, section 2.1.3).
pub const MANIFEST: &str = "manifest-sha256.txt";
/// The list of tag files (RFC 8493, section 2.2.1): with the manifest in it, it covers every byte of the pack.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The SSH signature over the tag manifest.
pub const SIGNATURE: &str = "tagmanifest-sha256.txt.sig";
/// The SSHSIG namespace of packs. One namespace a kind of document, so that no signature can be used for another.
pub const NAMESPACE: &str = "pack@portreeve";
