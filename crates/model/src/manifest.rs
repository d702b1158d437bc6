//! The text of a manifest: which files were collected, each under its SHA-256.
//!
//! A manifest is lines of `<64 hex digits>  <path>` and LF, sorted by the bytes of the path before encoding. It is what
//! `sha256sum -c` reads and what a BagIt payload manifest holds: in a path exactly `%`, CR and LF are percent-encoded
//! (RFC 8493, section 2.1.3). `sha256sum` does not know that encoding, so it cannot find the few files whose names hold
//! one of the three, and it takes a file named `-` at the root for its standard input.
//!
//! Invariant: a path is bytes, never repaired or normalised. What is written reads back to the same bytes, or is refused.

use std::fmt;

use crate::Digest;

/// The longest path that is recorded, in bytes: Linux allows 4,096 for a whole path with its closing NUL.
pub const PATH_BYTES_MAX: usize = 4096;

/// The longest line without its LF: 64 digits + 2 separators + a path in which every byte is encoded as three.
pub const LINE_BYTES_MAX: usize = 64 + 2 + 3 * PATH_BYTES_MAX;

/// A path below the root of a collection: bytes with `/` between segments, in no particular character encoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManifestPath(Box<[u8]>);

/// Why bytes are not a path for a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// No bytes at all.
    #[error("the path is empty")]
    Empty,
    /// It starts with `/`.
    #[error("the path is absolute")]
    Absolute,
    /// Two slashes in a row, or one at the end.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// A segment is `.` or `..`.
    #[error("the path has a `.` or `..` segment")]
    DotSegment,
    /// It holds a NUL byte, which no file system can store.
    #[error("the path holds a NUL byte")]
    Nul,
    /// It is longer than [`PATH_BYTES_MAX`].
    #[error("the path is {0} bytes long, more than {PATH_BYTES_MAX}")]
    TooLong(usize),
}

impl ManifestPath {
    /// Takes the raw bytes of a relative path.
    ///
    /// # Errors
    /// Says what makes the bytes no path: see [`PathProblem`].
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Result<ManifestPath, PathProblem> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(PathProblem::Empty);
        }
        if bytes.len() > PATH_BYTES_MAX {
            return Err(PathProblem::TooLong(bytes.len()));
        }
        if bytes.starts_with(b"/") {
            return Err(PathProblem::Absolute);
        }
        if bytes.contains(&0) {
            return Err(PathProblem::Nul);
        }
        for segment in bytes.split(|byte| *byte == b'/') {
            match segment {
                b"" => return Err(PathProblem::EmptySegment),
                b"." | b".." => return Err(PathProblem::DotSegment),
                _ => {}
            }
        }
        Ok(ManifestPath(bytes))
    }

    /// The raw bytes, as the file system gave them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Appends the path as it stands in a manifest: `%`, CR and LF encoded, every other byte as it is.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut rest = &*self.0;
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'%' | b'\r' | b'\n')) {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(match rest[at] {
                b'%' => b"%25",
                b'\r' => b"%0D",
                _ => b"%0A",
            });
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
    }

    /// Reads a path as [`encode`](Self::encode) wrote it.
    ///
    /// # Errors
    /// Refuses a raw CR or LF, a `%` that starts none of the three codes, and whatever [`new`](Self::new) refuses.
    pub fn decode(encoded: &[u8]) -> Result<ManifestPath, LineProblem> {
        decode(encoded, Reading::Exact)
    }

    /// The path for a person's eyes: control characters, invisible and direction-changing characters, bytes that are
    /// not UTF-8 and the backslash are written as escapes, so two paths never look the same by trickery of these kinds
    /// and a terminal obeys nothing. It does not escape `<` or `&`: the page templates do that to every text.
    pub fn display(&self) -> ShownBytes<'_> {
        show(&self.0)
    }
}

/// Bytes of a name on their way to a person: see [`ManifestPath::display`].
#[derive(Clone, Copy, Debug)]
pub struct ShownBytes<'a>(&'a [u8]);

/// Shows bytes that may be no legal path in the same safe way as [`ManifestPath::display`].
pub fn show(bytes: &[u8]) -> ShownBytes<'_> {
    ShownBytes(bytes)
}

impl fmt::Display for ShownBytes<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for chunk in self.0.utf8_chunks() {
            for letter in chunk.valid().chars() {
                match letter {
                    '\\' => out.write_str("\\\\")?,
                    control if control.is_ascii_control() => write!(out, "\\x{:02X}", u32::from(control))?,
                    trick if misleads(trick) => write!(out, "\\u{{{:X}}}", u32::from(trick))?,
                    plain => out.write_char(plain)?,
                }
            }
            chunk.invalid().iter().try_for_each(|byte| write!(out, "\\x{byte:02X}"))?;
        }
        Ok(())
    }
}

/// Characters that are not drawn, break a line, or change the direction of the text around them (UAX #9, UTR #36).
fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// How forgiving a reader of manifests is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Portreeve's own manifests: sorted, and the separator is two bytes, because a path may begin with a space.
    /// Upper-case digits and the `*` of binary mode are accepted.
    Exact,
    /// Manifests that others wrote: any order, one or more spaces or tabs, `./` before a path, CRLF at the end, and a
    /// `%` that starts no code stands for itself. Leading spaces of a path are lost, as RFC 8493 has it.
    Foreign,
}

/// One line: a file and the digest of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestLine {
    /// SHA-256 of the bytes of the file, and the name of the object that holds them.
    pub digest: Digest,
    /// Where the file was, below the root of its collection.
    pub path: ManifestPath,
}

/// What is wrong with one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    /// The line does not start with 64 hexadecimal digits.
    #[error("it does not start with a SHA-256 of 64 hexadecimal digits")]
    Digest,
    /// Digest and path are not separated as they should be.
    #[error("the digest is not followed by two spaces and a path")]
    Separator,
    /// A `%` that starts none of `%25`, `%0D`, `%0A`.
    #[error("the path holds a `%` that starts none of %25, %0D, %0A")]
    Percent,
    /// A CR or LF that is not encoded.
    #[error("the path holds a line break that is not encoded")]
    LineBreak,
    /// The path is none.
    #[error(transparent)]
    Path(PathProblem),
    /// The path sorts before the path of the line above.
    #[error("the path sorts before the line above")]
    NotSorted,
    /// The same path twice.
    #[error("the path stands in the manifest twice")]
    Duplicate,
    /// The text ends without LF, so something may be cut off.
    #[error("the last line has no line feed: the manifest may be cut short")]
    CutShort,
    /// The line is longer than any legal line.
    #[error("the line is longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
}

/// What is wrong with a manifest, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the manifest: {problem}")]
pub struct ManifestError {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: LineProblem,
}

impl ManifestLine {
    /// Appends the line with its LF. Order is the caller's concern: see [`ManifestOrder`].
    pub fn encode_line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.digest.hex());
        out.extend_from_slice(b"  ");
        self.path.encode(out);
        out.push(b'\n');
    }
}

/// Reads one line of our own, without its LF.
///
/// # Errors
/// Says what is wrong with the line.
pub fn parse_line(line: &[u8]) -> Result<ManifestLine, LineProblem> {
    parse_line_as(line, Reading::Exact)
}

/// Reads one line, without its LF, as forgivingly as `reading` says.
///
/// # Errors
/// Says what is wrong with the line.
pub fn parse_line_as(line: &[u8], reading: Reading) -> Result<ManifestLine, LineProblem> {
    if line.len() > LINE_BYTES_MAX {
        return Err(LineProblem::TooLong);
    }
    let (digits, rest) = line.split_at_checked(64).ok_or(LineProblem::Digest)?;
    let digits = std::str::from_utf8(digits).map_err(|_| LineProblem::Digest)?;
    let digest = digits.parse().map_err(|_| LineProblem::Digest)?;
    let encoded = match reading {
        Reading::Exact => {
            rest.strip_prefix(b"  ").or_else(|| rest.strip_prefix(b" *")).ok_or(LineProblem::Separator)?
        }
        Reading::Foreign => foreign_path(rest)?,
    };
    Ok(ManifestLine { digest, path: decode(encoded, reading)? })
}

fn foreign_path(rest: &[u8]) -> Result<&[u8], LineProblem> {
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if blanks == 0 {
        return Err(LineProblem::Separator);
    }
    let mut path = &rest[blanks..];
    path = path.strip_suffix(b"\r").unwrap_or(path);
    if blanks == 1 {
        path = path.strip_prefix(b"*").unwrap_or(path);
    }
    while let Some(shorter) = path.strip_prefix(b"./") {
        path = shorter;
    }
    Ok(path)
}

fn decode(encoded: &[u8], reading: Reading) -> Result<ManifestPath, LineProblem> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'%' | b'\r' | b'\n')) {
        let (plain, special) = rest.split_at(at);
        let (byte, length) = match special {
            [b'%', b'2', b'5', ..] => (b'%', 3),
            [b'%', b'0', b'D' | b'd', ..] => (b'\r', 3),
            [b'%', b'0', b'A' | b'a', ..] => (b'\n', 3),
            [b'%', ..] if reading == Reading::Exact => return Err(LineProblem::Percent),
            [b'%', ..] => (b'%', 1),
            _ => return Err(LineProblem::LineBreak),
        };
        bytes.extend_from_slice(plain);
        bytes.push(byte);
        rest = &special[length..];
    }
    bytes.extend_from_slice(rest);
    ManifestPath::new(bytes).map_err(LineProblem::Path)
}

/// Watches that paths come in ascending order, and numbers the lines. Holds one path, however long the manifest.
#[derive(Clone, Debug, Default)]
pub struct ManifestOrder {
    lines: u64,
    /// The last path; nothing before the first.
    last: Vec<u8>,
}

impl ManifestOrder {
    /// Takes the path of the next line.
    ///
    /// # Errors
    /// Refuses a path that sorts before the last one, or equals it.
    pub fn accept(&mut self, path: &ManifestPath) -> Result<(), ManifestError> {
        self.lines += 1;
        // No path is empty.
        let problem = match self.last.as_slice().cmp(path.as_bytes()) {
            std::cmp::Ordering::Less => {
                self.last.clear();
                self.last.extend_from_slice(path.as_bytes());
                return Ok(());
            }
            std::cmp::Ordering::Equal => LineProblem::Duplicate,
            std::cmp::Ordering::Greater => LineProblem::NotSorted,
        };
        Err(ManifestError { line: self.lines, problem })
    }

    /// Places a problem at the line after those accepted so far.
    pub const fn at_next_line(&self, problem: LineProblem) -> ManifestError {
        ManifestError { line: self.lines + 1, problem }
    }
}

/// Reads a whole manifest held in memory, and returns its lines sorted by path.
///
/// # Errors
/// The first line that cannot be read, is out of order ([`Reading::Exact`] only) or names a path a second time.
pub fn parse(text: &[u8], reading: Reading) -> Result<Vec<ManifestLine>, ManifestError> {
    let mut numbered = Vec::new();
    for (line, bytes) in (1_u64..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        let fail = |problem| ManifestError { line, problem };
        let bytes = match (bytes.strip_suffix(b"\n"), reading) {
            (None, Reading::Exact) => return Err(fail(LineProblem::CutShort)),
            (stripped, _) => stripped.unwrap_or(bytes),
        };
        if reading == Reading::Exact || !bytes.trim_ascii().is_empty() {
            numbered.push((line, parse_line_as(bytes, reading).map_err(fail)?));
        }
    }
    if reading == Reading::Foreign {
        numbered.sort_by(|(_, left), (_, right)| left.path.cmp(&right.path));
    }
    let mut order = ManifestOrder::default();
    for (line, entry) in &numbered {
        order.accept(&entry.path).map_err(|error| ManifestError { line: *line, ..error })?;
    }
    Ok(numbered.into_iter().map(|(_, entry)| entry).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(bytes: &[u8]) -> ManifestPath {
        ManifestPath::new(bytes).unwrap()
    }

    fn text(lines: &[ManifestLine]) -> Vec<u8> {
        let mut out = Vec::new();
        lines.iter().for_each(|line| line.encode_line(&mut out));
        out
    }

    #[test]
    fn paths_that_could_leave_the_root_are_refused() {
        let long = vec![b'a'; PATH_BYTES_MAX + 1];
        let cases: [(&[u8], PathProblem); 10] = [
            (b"", PathProblem::Empty),
            (b"/etc/passwd", PathProblem::Absolute),
            (b"a//b", PathProblem::EmptySegment),
            (b"a/", PathProblem::EmptySegment),
            (b".", PathProblem::DotSegment),
            (b"./a", PathProblem::DotSegment),
            (b"a/../b", PathProblem::DotSegment),
            (b"a/..", PathProblem::DotSegment),
            (b"a\0b", PathProblem::Nul),
            (&long, PathProblem::TooLong(PATH_BYTES_MAX + 1)),
        ];
        for (bytes, problem) in cases {
            assert_eq!(ManifestPath::new(bytes), Err(problem), "{}", show(bytes));
        }
        for fine in [&b"..a"[..], b"...", b" ", b"-", b"a\\..\\b", b"\xFF", &long[1..]] {
            assert!(ManifestPath::new(fine).is_ok(), "{}", show(fine));
        }
    }

    #[test]
    fn exactly_three_bytes_are_encoded() {
        let mut out = Vec::new();
        path(b"100%\r\n \\%0A\xFF").encode(&mut out);
        assert_eq!(out, b"100%25%0D%0A \\%250A\xFF");
        assert_eq!(ManifestPath::decode(b"a%20b"), Err(LineProblem::Percent));
        assert_eq!(ManifestPath::decode(b"a%"), Err(LineProblem::Percent));
        assert_eq!(ManifestPath::decode(b"a\rb"), Err(LineProblem::LineBreak));
        assert_eq!(ManifestPath::decode(b"a%0D/%2E%2E"), Err(LineProblem::Percent));
    }

    #[test]
    fn what_is_shown_cannot_deceive() {
        let shown = path("gpj.\u{202E}exe\x1b[2J\u{85}é\\\u{200B}".as_bytes()).display().to_string();
        assert_eq!(shown, "gpj.\\u{202E}exe\\x1B[2J\\u{85}é\\\\\\u{200B}");
        assert_eq!(path(b"a\xFF\xC3(").display().to_string(), "a\\xFF\\xC3(");
    }

    #[test]
    fn the_forms_of_other_tools_are_read() {
        let hex = Digest::of(b"abc").to_string();
        let exact = |separator: &str, name: &str| parse_line(format!("{hex}{separator}{name}").as_bytes());
        let foreign = |rest: &str| parse_line_as(format!("{hex}{rest}").as_bytes(), Reading::Foreign).unwrap().path;
        assert_eq!(exact(" *", "a").unwrap().path, path(b"a"));
        assert_eq!(exact("  ", " a").unwrap().path, path(b" a"));
        assert_eq!(exact("  ", "*a").unwrap().path, path(b"*a"));
        assert_eq!(exact(" ", "a"), Err(LineProblem::Separator));
        assert_eq!(exact("", ""), Err(LineProblem::Separator));
        assert_eq!(exact("  ", ""), Err(LineProblem::Path(PathProblem::Empty)));
        assert_eq!(parse_line(b"abc  a"), Err(LineProblem::Digest));
        assert_eq!(parse_line("é".repeat(40).as_bytes()), Err(LineProblem::Digest));
        let upper = format!("{}  a", hex.to_uppercase());
        assert_eq!(parse_line(upper.as_bytes()).unwrap().digest, Digest::of(b"abc"));
        for rest in ["\ta", "   ./a", " *a", " \t ././a\r"] {
            assert_eq!(foreign(rest), path(b"a"), "{rest:?}");
        }
        assert_eq!(foreign("  100%/%0a%41"), path(b"100%/\n%41"));
        assert_eq!(
            parse_line_as(format!("{hex}  ../a").as_bytes(), Reading::Foreign),
            Err(LineProblem::Path(PathProblem::DotSegment))
        );
    }

    #[test]
    fn an_error_says_which_line() {
        let line = |name: &[u8]| ManifestLine { digest: Digest::of(name), path: path(name) };
        let at = |line, problem| Err(ManifestError { line, problem });
        assert_eq!(parse(&text(&[line(b"a"), line(b"c"), line(b"b")]), Reading::Exact), at(3, LineProblem::NotSorted));
        assert_eq!(parse(&text(&[line(b"a"), line(b"a")]), Reading::Exact), at(2, LineProblem::Duplicate));
        let duplicate = parse(&text(&[line(b"b"), line(b"a"), line(b"b")]), Reading::Foreign);
        assert_eq!(duplicate, at(3, LineProblem::Duplicate));
        let whole = text(&[line(b"a"), line(b"b")]);
        assert_eq!(parse(&whole[..whole.len() - 1], Reading::Exact), at(2, LineProblem::CutShort));
        assert_eq!(parse(&[&whole[..], b"\n"].concat(), Reading::Exact), at(3, LineProblem::Digest));
        assert_eq!(parse(b"", Reading::Exact), Ok(vec![]));
        assert_eq!(parse(b"", Reading::Foreign), Ok(vec![]));
    }

    fn any_path() -> impl Strategy<Value = ManifestPath> {
        let byte = prop_oneof![4 => any::<u8>(), 1 => prop::sample::select(b"%\r\n/. 025DA*\\".to_vec())];
        prop::collection::vec(byte, 1..40).prop_filter_map("no path", |bytes| ManifestPath::new(bytes).ok())
    }

    proptest! {
        #[test]
        fn decoding_gives_back_what_was_encoded(path in any_path(), seed: [u8; 4]) {
            let line = ManifestLine { digest: Digest::of(&seed), path };
            let mut out = Vec::new();
            line.encode_line(&mut out);
            prop_assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
            prop_assert!(out.len() <= LINE_BYTES_MAX + 1);
            prop_assert_eq!(parse_line(&out[..out.len() - 1]), Ok(line));
        }

        #[test]
        fn what_is_shown_is_plain_and_tells_paths_apart(left in any_path(), right in any_path()) {
            let shown = left.display().to_string();
            prop_assert!(!shown.chars().any(misleads));
            prop_assert_eq!(shown == right.display().to_string(), left == right);
        }

        #[test]
        fn only_a_sorted_list_without_duplicates_is_read(mut paths in prop::collection::vec(any_path(), 0..8)) {
            let lines = |paths: &[ManifestPath]| -> Vec<ManifestLine> {
                paths.iter().map(|path| ManifestLine { digest: Digest::of(path.as_bytes()), path: path.clone() }).collect()
            };
            let ascending = paths.is_sorted_by(|left, right| left < right);
            prop_assert_eq!(parse(&text(&lines(&paths)), Reading::Exact).is_ok(), ascending);
            paths.sort();
            paths.dedup();
            prop_assert_eq!(parse(&text(&lines(&paths)), Reading::Exact), Ok(lines(&paths)));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes, Reading::Exact);
            let _ = parse(&bytes, Reading::Foreign);
        }
    }
}
