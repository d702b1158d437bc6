//! A reader that knows what its bytes should hash to.
//!
//! Must never report the end of a stream whose bytes do not match the name.

use std::io::{self, Read};

use portreeve_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::BlobError;

/// Passes bytes through and compares their SHA-256 with `name` where the stream ends.
pub(crate) struct CheckedReader<R> {
    inner: R,
    name: Digest,
    hasher: Sha256,
    verdict: Option<Result<(), Digest>>,
}

impl<R: Read> CheckedReader<R> {
    pub(crate) fn new(inner: R, name: Digest) -> CheckedReader<R> {
        CheckedReader { inner, name, hasher: Sha256::new(), verdict: None }
    }
}

impl<R: Read> Read for CheckedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.verdict.is_none() {
            let count = self.inner.read(buffer)?;
            if count > 0 {
                self.hasher.update(&buffer[..count]);
                return Ok(count);
            }
            let actual = Digest::from_bytes(self.hasher.finalize_reset().into());
            self.verdict = Some(if actual == self.name { Ok(()) } else { Err(actual) });
        }
        match self.verdict {
            Some(Err(actual)) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, BlobError::Corrupt { name: self.name, actual }))
            }
            _ => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_reported_only_for_the_right_bytes() {
        let name = Digest::of(b"abc");
        let mut text = Vec::new();
        assert_eq!(CheckedReader::new(&b"abc"[..], name).read_to_end(&mut text).unwrap(), 3);
        let mut damaged = CheckedReader::new(&b"abd"[..], name);
        assert_eq!(damaged.read(&mut []).unwrap(), 0);
        for _ in 0..2 {
            let error = damaged.read_to_end(&mut text).unwrap_err();
            let Some(BlobError::Corrupt { actual, .. }) = BlobError::inside(&error) else { panic!("{error}") };
            assert_eq!(*actual, Digest::of(b"abd"));
        }
    }
}
