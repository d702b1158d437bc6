//! What the rule book promises, told as stories: who may write what, what it takes to close something, and what a
//! figure may and may not do. The golden files beside the suite are ledgers that must open for ever.

#[cfg(test)]
mod suite;
