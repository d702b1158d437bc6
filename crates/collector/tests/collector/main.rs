//! What the collector promises, tried from outside.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod asking;
mod crashes;
mod damage;
mod huge;
mod index;
mod index_model;
mod index_search;
mod moving;
mod names;
mod oddities;
mod packs;
// Where no inode is told, nothing is remembered.
#[cfg(unix)]
mod resuming;
mod stores;
mod support;
