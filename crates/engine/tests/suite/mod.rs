//! One file a use case, and the bench they share.

mod bench;
mod packs;
mod registers;
mod writing;
