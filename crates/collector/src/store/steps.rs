//! The steps of publishing, named so that tests can end the program between any two of them.
//!
//! Must never do anything in a program that is not a test.

/// A point between two steps. What each leaves on the disk is said in `sealing` and `rewrite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Some members of a pack are written, none flushed.
    Written,
    /// All bytes of a file are on the disk; it has no name yet.
    Flushed,
    /// A pack has its name; the folder is not flushed and the index not written.
    PackNamed,
    /// The folder is flushed; the index is not written.
    FolderFlushed,
    /// The pack and its index are there.
    Indexed,
    /// The pack that replaces others is there, and so are the others.
    Replaced,
    /// The index of a pack that is to go is gone.
    IndexRemoved,
    /// The pack that was to go is gone; the folder is not flushed.
    PackRemoved,
}

#[cfg(not(test))]
pub(super) const fn reached(_: Step) {}

#[cfg(test)]
pub(super) fn reached(step: Step) {
    tests::reached(step);
}

#[cfg(test)]
pub(super) mod tests {
    use super::Step;

    /// Every step, in the order of a collection followed by a withdrawal.
    pub(in crate::store) const ALL: [Step; 8] = [
        Step::Written,
        Step::Flushed,
        Step::PackNamed,
        Step::FolderFlushed,
        Step::Indexed,
        Step::Replaced,
        Step::IndexRemoved,
        Step::PackRemoved,
    ];

    /// Names the step at which this process is to end, for a test that runs itself again.
    pub(in crate::store) const VARIABLE: &str = "PORTREEVE_TEST_STEP";

    pub(super) fn reached(step: Step) {
        if std::env::var(VARIABLE).is_ok_and(|wanted| wanted == format!("{step:?}")) {
            std::process::abort();
        }
    }
}
