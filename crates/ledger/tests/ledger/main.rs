//! The tests of the ledger that need more than one of its parts, a stranger's program, or a second process.
//!
//! One binary, so that there is one thing to link. Each module is named after what it tests.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod checkpoints;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod garbage;
#[cfg(test)]
mod openssh;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod tamper;
#[cfg(test)]
mod vectors;
