//! Why two items of evidence cannot be compared.

use portreeve_documents::compare::{BYTES_MAX, CompareError, Problem};
use portreeve_model::Day;
use portreeve_model::reference::{ActionId, EvidenceId};
use portreeve_model::words::EvidenceKind;

/// Why two items of evidence cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotComparable {
    /// The same item twice.
    #[error("`{0}` is the same item before and after")]
    Same(EvidenceId),
    /// It has been taken back.
    #[error("`{id}` has been taken back{}", if *.erased { " and its files removed" } else { "" })]
    Withdrawn {
        /// Which.
        id: EvidenceId,
        /// Whether its bytes are gone.
        erased: bool,
    },
    /// A reference or someone's word.
    #[error("`{id}` has no files: it is a reference or someone's word")]
    NoFiles {
        /// Which.
        id: EvidenceId,
    },
    /// The files are not in the store.
    #[error("`{id}` has no files here: they are left in their place")]
    InPlace {
        /// Which.
        id: EvidenceId,
    },
    /// They are of different kinds.
    #[error("`{earlier}` and `{later}` are of different kinds ({}): only evidence of one kind is compared", words(.kinds))]
    Kinds {
        /// The one given first.
        earlier: EvidenceId,
        /// The one given second.
        later: EvidenceId,
        /// What they are.
        kinds: [EvidenceKind; 2],
    },
    /// The one given first shows the later day.
    #[error("`{earlier}` shows {}, which is after what `{later}` shows, {}", .days.0, .days.1)]
    Order {
        /// The one given first.
        earlier: EvidenceId,
        /// The one given second.
        later: EvidenceId,
        /// The days they show.
        days: (Day, Day),
    },
    /// Neither item has a file of that name, or one has several.
    #[error("`{id}` has no file `{name}`, or several that end in it")]
    NoSuchFile {
        /// The item.
        id: EvidenceId,
        /// The name.
        name: String,
        /// Some that it has.
        known: Vec<String>,
    },
    /// Several files could be meant.
    #[error("`{earlier}` and `{later}` hold several files, and {}", if .common.is_empty() { "no name is in both" } else { "several names are in both" })]
    WhichFile {
        /// The earlier item.
        earlier: EvidenceId,
        /// The later one.
        later: EvidenceId,
        /// Names that both have.
        common: Vec<String>,
    },
    /// An action without a pair.
    #[error(
        "`{action}` has no two items of evidence of one kind, with files and not rejected, of which one shows a day \
             before {turn} and one that day or later"
    )]
    NoPair {
        /// The action.
        action: ActionId,
        /// The day it was done, or the day after it was recorded.
        turn: Day,
    },
    /// An action with pairs of several kinds.
    #[error("`{action}` has evidence before and after of several kinds: {}", words(.kinds))]
    WhichKind {
        /// The action.
        action: ActionId,
        /// The kinds.
        kinds: Vec<EvidenceKind>,
    },
    /// Too large to be compared.
    #[error("`{file}` of `{id}` has {size} bytes, and at most {BYTES_MAX} are compared")]
    TooLarge {
        /// The item.
        id: EvidenceId,
        /// The file.
        file: String,
        /// Its size.
        size: u64,
    },
    /// A file that cannot be read as what is compared.
    #[error("`{file}` of `{id}` cannot be compared: {problem}")]
    Unread {
        /// The item.
        id: EvidenceId,
        /// The file.
        file: String,
        /// Why.
        problem: Problem,
    },
    /// Different sorts of thing.
    #[error("{0}")]
    Unlike(CompareError),
}

fn words(kinds: &[EvidenceKind]) -> String {
    kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ")
}
