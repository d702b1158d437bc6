//! Members of an office document, unpacked within limits. Names in it are only ever looked up: none becomes a path.

use std::io::{self, BufReader, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::Reason;

/// Members of one document. A workbook of 500 sheets, each with comments, a drawing and the three lists of references that
/// go with them, has some 3,000.
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
        // A larger format's own end record may count otherwise.
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
        io::ErrorKind::OutOfMemory => Reason::TooMuchMemory,
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(members: &[(&str, usize)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, length) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(&vec![b' '; *length]).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn length(zipped: &mut Zipped<'_>, name: &str) -> Result<Option<usize>, Reason> {
        zipped.member(name, |source| {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).map_err(|error| reason_of(&error))
        })
    }

    #[test]
    fn what_is_unpacked_is_counted_over_all_members() {
        let bytes = zip(&[("a", 60_000), ("b", 60_000)]);
        let mut zipped = Zipped { left: 100_000, ..Zipped::open(&bytes).unwrap() };
        assert_eq!(length(&mut zipped, "a"), Ok(Some(60_000)));
        assert_eq!(length(&mut zipped, "c"), Ok(None));
        assert_eq!(length(&mut zipped, "b"), Err(Reason::TooLarge));
    }

    #[test]
    fn names_come_in_the_order_of_their_numbers() {
        let bytes = zip(&[("s/s10", 0), ("s/s9", 0), ("t/s1", 0), ("s/s", 0)]);
        assert_eq!(Zipped::open(&bytes).unwrap().names(|name| name.starts_with("s/")), ["s/s", "s/s9", "s/s10"]);
    }

    #[test]
    fn too_many_members_are_refused() {
        let names: Vec<String> = (0..=MEMBERS_MAX).map(|number| number.to_string()).collect();
        let members: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 0)).collect();
        assert!(matches!(Zipped::open(&zip(&members)), Err(Reason::TooLarge)));
        assert!(Zipped::open(&zip(&members[1..])).is_ok());
    }
}
