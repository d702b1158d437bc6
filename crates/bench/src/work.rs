//! The pieces of work that every tool is asked to do, and what each is done on.

use clap::ValueEnum;
use serde::Serialize;

use crate::corpus::fixed::Fixed;

/// A piece of work, in the order in which a run does them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Work {
    /// Hash everything, print the digests
    Hash,
    /// First scan: hash everything, keep a manifest that outlasts a power cut
    Scan,
    /// Scan again when nothing changed
    Rescan,
    /// Scan again when one file in a thousand was edited
    Edited,
    /// Read and hash everything again, and compare
    Verify,
    /// First collection with a copy of every file
    Store,
    /// Make a BagIt bag
    Bag,
    /// Validate a BagIt bag
    Validate,
    /// Hash 2,000 files of 1 MiB
    LargeMany,
    /// Hash 8 files of 512 MiB
    LargeFew,
}

/// What a work is done on.
pub(crate) enum Tree {
    /// The corpus as it lies; nobody may write to it.
    Corpus,
    /// A copy of it, of which some files are edited before each round.
    EditedCopy,
    /// Files made for it.
    Made(Fixed),
}

/// How many files of the copy are edited before each round.
pub(crate) const EDITED_FRACTION: f64 = 0.001;
/// The seed of what is made for a work.
const SEED: u64 = 8493;

impl Work {
    /// All of them, in order.
    pub(crate) fn all() -> &'static [Work] {
        Work::value_variants()
    }

    /// In words, for a heading.
    pub(crate) fn title(self) -> String {
        let help = self.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string));
        help.unwrap_or_default()
    }

    pub(crate) fn tree(self) -> Tree {
        match self {
            Work::Edited => Tree::EditedCopy,
            Work::LargeMany => Tree::Made(Fixed { files: 2_000, size: 1 << 20, seed: SEED }),
            Work::LargeFew => Tree::Made(Fixed { files: 8, size: 512 << 20, seed: SEED }),
            _ => Tree::Corpus,
        }
    }

    /// How many bytes of disk it may take, given what the corpus takes on the disk and how many stores lie side by side.
    ///
    /// A store of small files is at most as large as the files: restic, rustic and borg were seen at 0.4 to 0.6 of them,
    /// git's file an object at 1.2.
    pub(crate) fn disk(self, corpus: u64, tools: u64) -> u64 {
        match self {
            Work::Hash => 0,
            Work::Scan => corpus / 10 * tools,
            Work::Rescan => corpus / 2 * tools,
            Work::Edited => corpus + corpus / 2 * tools,
            Work::Verify => corpus / 4 * tools,
            Work::Store => corpus * 5 / 4,
            Work::Bag => corpus * 3,
            Work::Validate => corpus * 3,
            Work::LargeMany | Work::LargeFew => match self.tree() {
                Tree::Made(fixed) => fixed.need().bytes,
                _ => 0,
            },
        }
    }
}
