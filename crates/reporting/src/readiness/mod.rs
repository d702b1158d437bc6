//! Where each organisation stands, as a board wants to know it.

pub(crate) mod json;
pub(crate) mod scope;
mod text;

pub use json::json;
pub use scope::DEMONSTRATION;
pub(crate) use text::needed_line;
pub use text::text;
