//! The header of a member of a pack: POSIX ustar (IEEE Std 1003.1-2017, `pax`, "ustar Interchange Format").
//!
//! A member is named as a loose object is, `ab/<64 hex digits>`, so `tar -xf PACK -C objects` turns a pack into loose
//! objects that every version of this program reads. There is exactly one header for a name and a length, so reading one
//! means making it again and comparing all 512 bytes: no field of it can be believed by mistake.
//!
//! Must never write or accept any other kind of header.

use portreeve_model::Digest;

use super::PACKED_BYTES_MAX;

/// The unit of an archive.
pub(crate) const BLOCK_BYTES: usize = 512;

/// One block.
pub(crate) type Block = [u8; BLOCK_BYTES];

/// What an archive ends with: two blocks of zeros.
pub(crate) const END_BYTES: usize = 2 * BLOCK_BYTES;

/// `ab/` and 64 digits.
const NAME_BYTES: usize = 67;

/// Where the length stands: eleven octal digits and a NUL.
const LENGTH_AT: usize = 124;
const LENGTH_DIGITS: usize = 11;

/// Where the sum of all bytes of the header stands, counted with blanks in its own place: six octal digits, NUL, blank.
const SUM_AT: usize = 148;
const SUM_DIGITS: usize = 6;

/// A regular file, mode 0444, nobody's in particular, at no time.
const TEMPLATE: Block = {
    let mut block = [0; BLOCK_BYTES];
    let fields: [(usize, &[u8]); 9] = [
        (100, b"0000444\0"),
        (108, b"0000000\0"),
        (116, b"0000000\0"),
        (136, b"00000000000\0"),
        (SUM_AT, b"        "),
        (156, b"0"),
        (257, b"ustar\x0000"),
        (329, b"0000000\0"),
        (337, b"0000000\0"),
    ];
    let mut field = 0;
    while field < fields.len() {
        let (at, bytes) = fields[field];
        let mut index = 0;
        while index < bytes.len() {
            block[at + index] = bytes[index];
            index += 1;
        }
        field += 1;
    }
    block
};

/// `ab/` and all 64 digits: what an object is called in a pack, and below `objects` if it is loose.
pub(crate) fn member_name(name: &Digest) -> [u8; NAME_BYTES] {
    let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
    let mut text = [b'/'; NAME_BYTES];
    for (index, byte) in name.as_bytes().iter().enumerate() {
        text[3 + 2 * index] = digit(byte >> 4);
        text[4 + 2 * index] = digit(byte & 15);
    }
    (text[0], text[1]) = (text[3], text[4]);
    text
}

/// The header of an object of `length` bytes.
pub(crate) fn header(name: &Digest, length: u32) -> Block {
    let mut block = TEMPLATE;
    block[..NAME_BYTES].copy_from_slice(&member_name(name));
    write_octal(&mut block[LENGTH_AT..LENGTH_AT + LENGTH_DIGITS], length);
    let sum = block.iter().map(|byte| u32::from(*byte)).sum();
    write_octal(&mut block[SUM_AT..SUM_AT + SUM_DIGITS], sum);
    block[SUM_AT + SUM_DIGITS] = 0;
    block
}

/// The name and the length that a header gives; `None` for anything that [`header`] does not make.
pub(crate) fn parse(block: &Block) -> Option<(Digest, u32)> {
    let name = std::str::from_utf8(&block[3..NAME_BYTES]).ok()?.parse().ok()?;
    let mut length = 0_u64;
    for digit in &block[LENGTH_AT..LENGTH_AT + LENGTH_DIGITS] {
        length = length * 8 + u64::from(char::from(*digit).to_digit(8)?);
    }
    let length = u32::try_from(length).ok().filter(|length| *length as usize <= PACKED_BYTES_MAX)?;
    (header(&name, length) == *block).then_some((name, length))
}

/// How many blocks `length` bytes take.
pub(crate) const fn blocks(length: u32) -> u32 {
    length.div_ceil(BLOCK_BYTES as u32)
}

/// How many zeros follow `length` bytes.
pub(crate) const fn padding(length: usize) -> usize {
    length.next_multiple_of(BLOCK_BYTES) - length
}

fn write_octal(field: &mut [u8], mut value: u32) {
    for digit in field.iter_mut().rev() {
        *digit = b'0' + (value & 7) as u8;
        value >>= 3;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_and_no_flipped_bit_of_it_does() {
        for length in [0, 1, 511, 512, 513, PACKED_BYTES_MAX as u32] {
            let name = Digest::of(&length.to_le_bytes());
            let good = header(&name, length);
            assert_eq!(parse(&good), Some((name, length)));
            for bit in 0..BLOCK_BYTES * 8 {
                let mut bad = good;
                bad[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(parse(&bad), None, "bit {bit}");
            }
        }
        assert_eq!(parse(&header(&Digest::of(b""), PACKED_BYTES_MAX as u32 + 1)), None, "longer than a pack takes");
        assert_eq!(parse(&[0; BLOCK_BYTES]), None);
        assert_eq!(parse(&[0xFF; BLOCK_BYTES]), None);
    }
}
