//! The bytes of a scan: a header and blocks of entries. All numbers are little-endian.
//!
//! ```text
//! file    = magic block*
//! block   = length:u32  (1 to BLOCK_BYTES_MAX)  body  CRC-32(body):u32
//! body    = entry*
//! entry   = shared:u16 rest:u16 settled:u8 size:u64 modified:(i64 u32) changed:(i64 u32) inode:u64 device:u64 digest:[32] rest of the path
//! ```
//!
//! The checksum is that of zip and gzip (ISO 3309), which finds what a disk or a power cut did to a block. It is no defence
//! against somebody who may write here, and no other would be: who can write a stamp can write its checksum.
//!
//! `shared` is how many bytes the path has in common with the one before in the same block. Must never be changed without
//! another magic: there is no reader for an old form, the cache is made again.

use portreeve_model::Digest;
use portreeve_model::manifest::PATH_BYTES_MAX;

use crate::stamp::{FileTime, Identity, Stamp};

pub(super) const MAGIC: &[u8; 18] = b"portreeve scan 2\r\n";
/// A block is closed when it has more than this: some 300 entries.
pub(super) const BLOCK_BYTES: usize = 32 * 1024;
/// The longest block: one that was about to be closed, and one more entry.
pub(super) const BLOCK_BYTES_MAX: usize = BLOCK_BYTES + ENTRY_BYTES + PATH_BYTES_MAX;
/// An entry without its path.
pub(super) const ENTRY_BYTES: usize = 2 + 2 + 1 + 8 + 12 + 12 + 8 + 8 + 32;
/// What stands behind the body of a block.
pub(super) const CHECK_BYTES: usize = 4;

pub(super) fn check(body: &[u8]) -> [u8; CHECK_BYTES] {
    crc32fast::hash(body).to_le_bytes()
}

/// Appends an entry. `before` is the path before it in the block, empty at its start.
pub(super) fn encode(out: &mut Vec<u8>, before: &[u8], path: &[u8], settled: bool, stamp: &Stamp, digest: &Digest) {
    let shared = before.iter().zip(path).take_while(|(one, two)| one == two).count();
    let rest = &path[shared..];
    // A path has at most 4,096 bytes.
    let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
    out.extend_from_slice(&short(shared));
    out.extend_from_slice(&short(rest.len()));
    out.push(u8::from(settled));
    out.extend_from_slice(&stamp.size_bytes.to_le_bytes());
    for time in [stamp.modified, stamp.changed] {
        out.extend_from_slice(&time.seconds.to_le_bytes());
        out.extend_from_slice(&time.nanoseconds.to_le_bytes());
    }
    out.extend_from_slice(&stamp.identity.inode.to_le_bytes());
    out.extend_from_slice(&stamp.identity.device.to_le_bytes());
    out.extend_from_slice(digest.as_bytes());
    out.extend_from_slice(rest);
}

/// Reads the entry at the start of `body` onto `path`, which holds the path before it; gives what is left of the body.
pub(super) fn decode<'a>(mut body: &'a [u8], path: &mut Vec<u8>) -> Option<(bool, Stamp, Digest, &'a [u8])> {
    let from = &mut body;
    let shared = usize::from(u16::from_le_bytes(take(from)?));
    let rest = usize::from(u16::from_le_bytes(take(from)?));
    let [settled] = take(from)?;
    let size_bytes = u64::from_le_bytes(take(from)?);
    let mut time =
        || Some(FileTime { seconds: i64::from_le_bytes(take(from)?), nanoseconds: u32::from_le_bytes(take(from)?) });
    let (modified, changed) = (time()?, time()?);
    let inode = u64::from_le_bytes(take(from)?);
    let device = u64::from_le_bytes(take(from)?);
    let digest = Digest::from_bytes(take(from)?);
    let (name, left) = from.split_at_checked(rest)?;
    if shared > path.len() || shared + rest > PATH_BYTES_MAX {
        return None;
    }
    path.truncate(shared);
    path.extend_from_slice(name);
    Some((settled == 1, Stamp { size_bytes, modified, changed, identity: Identity { device, inode } }, digest, left))
}

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*first)
}
