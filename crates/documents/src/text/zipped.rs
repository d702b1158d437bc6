//! Members of an office document, unpacked within limits. Names in it are only ever looked up: none becomes a path.

use std::io::{self, BufReader, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::Reason;

/// Members of one document. A workbook of 500 sheets with drawings has some 3,000.
const MEMBERS_MAX: usize = 20_000;

/// Bytes unpacked of one document in all: four times the longest document. Office documents unpack to five to twenty
/// times their size, and the text is full long before that.
const UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The end record of a zip before its comment (APPNOTE.TXT, section 4.3.16).
const END_RECORD: usize = 22;

/// An office document's members.
pub(super) struct Zipped<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

impl<'a> Zipped<'a> {
    /// Reads the directory.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Reason> {
        // Asked before the directory is read into memory.
        if said_members(bytes).is_some_and(|said| said > MEMBERS_MAX) {
            return Err(Reason::TooLarge);
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(refused)?;
        if archive.len() > MEMBERS_MAX {
            return Err(Reason::TooLarge);
        }
        Ok(Self { archive, left: UNPACKED_BYTES_MAX })
    }

    /// The members whose names fit, in the order of the numbers in their names: `slide2` stands before `slide10`.
    pub(super) fn names(&self, fits: impl Fn(&str) -> bool) -> Vec<String> {
        let mut names: Vec<String> =
            self.archive.file_names().flatten().filter(|name| fits(name)).map(std::borrow::Cow::into_owned).collect();
        names.sort_by_cached_key(|name| {
            let digits: String = name.chars().filter(char::is_ascii_digit).take(9).collect();
            (digits.parse::<u32>().unwrap_or(0), name.clone())
        });
        names
    }

    /// Reads a member with `read`, if there is one of this name. What it unpacks counts towards the limit.
    pub(super) fn member<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut BufReader<Unpacked<'_>>) -> Result<T, Reason>,
    ) -> Result<Option<T>, Reason> {
        let member = match self.archive.by_name(name) {
            Ok(member) => member,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(refused(error)),
        };
        let mut source = BufReader::new(Unpacked { member: Box::new(member), left: self.left });
        let answer = read(&mut source);
        self.left = source.into_inner().left;
        answer.map(Some)
    }
}

/// A member's bytes, of which only so many are given.
pub(super) struct Unpacked<'a> {
    member: Box<dyn Read + 'a>,
    left: u64,
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.member.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::from(io::ErrorKind::FileTooLarge)),
        }
        Ok(read)
    }
}

/// Why a member's bytes could not be read.
pub(super) fn reason_of(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Reason::TooLarge,
        _ => Reason::damaged(error),
    }
}

fn refused(error: ZipError) -> Reason {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => Reason::Encrypted,
        ZipError::Io(error) => reason_of(&error),
        other => Reason::damaged(other),
    }
}

/// How many members the last end record says there are.
fn said_members(bytes: &[u8]) -> Option<usize> {
    // Its comment has at most 65,535 bytes.
    let tail = bytes.get(bytes.len().saturating_sub(END_RECORD + 65_535)..)?;
    let at = tail.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let count = tail.get(at + 10..at + 12)?;
    Some(usize::from(u16::from_le_bytes([count[0], count[1]])))
}
