//! Why an export cannot be compared. Each says what is wrong and where; what to do about it is said by whoever asked.

/// One of two exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that shows the earlier day.
    Earlier,
    /// The one that shows the later day.
    Later,
}

/// Why two exports cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// One of them cannot be read.
    #[error("{problem}")]
    Unread {
        /// Which.
        which: Which,
        /// Why.
        problem: Problem,
    },
    /// They are different sorts of thing.
    #[error("the earlier file is {earlier} and the later one is {later}: they are not exports of the same thing")]
    NotTheSame {
        /// What the earlier one is.
        earlier: &'static str,
        /// What the later one is.
        later: &'static str,
    },
}

/// Why an export cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// More than [`BYTES_MAX`](super::BYTES_MAX).
    #[error("it has {0} bytes, and at most {max} are compared", max = super::BYTES_MAX)]
    TooLarge(u64),
    /// No bytes, or nothing but white space.
    #[error("it is empty: an export that found nothing still has its headings, so an empty file shows nothing")]
    Empty,
    /// Not text.
    #[error("it is not text: only CSV and plain text are compared")]
    NotText,
    /// A quotation mark that is opened and never closed: every row after it would be taken for one cell.
    #[error("the quotation mark opened in line {0} is never closed, so the rows after it cannot be told apart")]
    Unclosed(u32),
    /// More than the columns, rows or cells that are read.
    #[error("it has more than {max} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        max: usize,
    },
}
