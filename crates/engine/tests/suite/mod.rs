//! One file a use case, and the bench they share.

mod bench;
mod insiders;
mod packs;
mod registers;
mod withdrawing;
mod writing;
