//! A manifest.
