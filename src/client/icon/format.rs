//! Owns how the bytes of a PNG, a JPEG and a WebP are laid out: where the width and the height stand, and where the picture
//! ends. It walks over headers and decodes nothing; what is allowed is decided in `picture`.

use super::picture::PictureError;

pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The bytes that stand at an offset, if that many are there.
pub(super) fn at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..)?.first_chunk().copied()
}

/// PNG §11.2.1 (the third edition): the first chunk is the header.
pub(super) fn png_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = at::<8>(bytes, 8)? == *b"\0\0\0\x0dIHDR";
    let (width, height) = (at(bytes, 16)?, at(bytes, 20)?);
    header.then(|| (u32::from_be_bytes(width), u32::from_be_bytes(height)))
}

/// ITU-T T.81 annex B: segments follow each other, each as long as it says, until the one that begins the frame. What
/// looks like that one inside another segment is none, so nothing is searched for.
pub(super) fn jpeg_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut offset = 2;
    loop {
        let [0xff, marker] = at::<2>(bytes, offset)? else {
            return None;
        };
        match marker {
            // Fill bytes may stand before a marker.
            0xff => offset += 1,
            // Not for frames: Huffman tables, a reserved one, conditioning of arithmetic coding.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let (height, width) = (at(bytes, offset + 5)?, at(bytes, offset + 7)?);
                return Some((
                    u16::from_be_bytes(width).into(),
                    u16::from_be_bytes(height).into(),
                ));
            }
            // Markers that stand alone, the end, and the data of a frame that has not begun.
            0x00..=0x01 | 0xd0..=0xda => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes(at(bytes, offset + 2)?));
                offset += 2 + Some(length).filter(|length| *length >= 2)?;
            }
        }
    }
}

/// PNG §5.3 and §11: chunks follow each other, each as long as it says, to IEND; the picture is in IDAT, and `acTL` makes an
/// animation of it.
pub(super) fn png_end(bytes: &[u8]) -> Result<Option<usize>, PictureError> {
    let (mut offset, mut has_data) = (PNG.len(), false);
    while let (Some(length), Some(kind)) = (at::<4>(bytes, offset), at::<4>(bytes, offset + 4)) {
        let next = offset
            .saturating_add(size(u32::from_be_bytes(length)))
            .saturating_add(12);
        match &kind {
            b"acTL" => return Err(PictureError::Moves),
            b"IDAT" => has_data = true,
            b"IEND" => return Ok(Some(next).filter(|next| has_data && *next <= bytes.len())),
            _ => {}
        }
        offset = next;
    }
    Ok(None)
}

/// ITU-T T.81 §B.1.1: segments, and behind the start of a scan its data, in which a marker has neither a zero nor a restart
/// behind its first byte; to the end of the image.
pub(super) fn jpeg_end(bytes: &[u8]) -> Option<usize> {
    let (mut offset, mut has_data) = (2, false);
    loop {
        let [0xff, marker] = at::<2>(bytes, offset)? else {
            return None;
        };
        match marker {
            0xff => offset += 1,
            0xd9 => return has_data.then_some(offset + 2),
            0x00..=0x01 | 0xd0..=0xd8 => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes(at(bytes, offset + 2)?));
                offset += 2 + Some(length).filter(|length| *length >= 2)?;
                if marker == 0xda {
                    has_data = true;
                    let data = bytes.get(offset..)?;
                    offset += data.windows(2).position(|pair| {
                        matches!(pair, [0xff, marker] if *marker != 0 && !(0xd0..=0xd7).contains(marker))
                    })?;
                }
            }
        }
    }
}

/// RFC 9649 §2.3 and §2.7: known chunks, each as long as it says and padded to an even length, fill the file that is as long
/// as it says; none of them moves.
pub(super) fn webp_end(bytes: &[u8]) -> Result<Option<usize>, PictureError> {
    let extended = at::<4>(bytes, 12).as_ref() == Some(b"VP8X");
    if extended && at::<1>(bytes, 20).is_some_and(|[flags]| flags & 2 != 0) {
        return Err(PictureError::Moves);
    }
    let Some(end) = at::<4>(bytes, 4).map(|length| size(u32::from_le_bytes(length)).saturating_add(8)) else {
        return Ok(None);
    };
    let (mut offset, mut has_data) = (12, false);
    while offset < end {
        let (Some(kind), Some(length)) = (at::<4>(bytes, offset), at::<4>(bytes, offset + 4)) else {
            return Ok(None);
        };
        match &kind {
            b"ANIM" | b"ANMF" => return Err(PictureError::Moves),
            b"VP8 " | b"VP8L" => has_data = true,
            b"VP8X" | b"ALPH" | b"ICCP" | b"EXIF" | b"XMP " => {}
            _ => return Ok(None),
        }
        let length = size(u32::from_le_bytes(length));
        offset = offset
            .saturating_add(8)
            .saturating_add(length.saturating_add(length % 2));
    }
    Ok(Some(end).filter(|end| has_data && offset == *end && *end <= bytes.len()))
}

/// A length as a file says it.
fn size(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// RFC 9649 §2.5 to §2.7: the first chunk is a frame, a lossless frame, or the header of something larger.
pub(super) fn webp_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let little = |offset| {
        let [low, middle, high] = at::<3>(bytes, offset)?;
        Some(u32::from_le_bytes([low, middle, high, 0]))
    };
    match &at::<4>(bytes, 12)? {
        b"VP8 " => {
            let begins = at::<3>(bytes, 23)? == [0x9d, 0x01, 0x2a];
            let side = |offset| Some(u32::from(u16::from_le_bytes(at(bytes, offset)?) & 0x3fff));
            Some((side(26)?, side(28)?)).filter(|_| begins)
        }
        b"VP8L" => {
            let begins = at::<1>(bytes, 20)? == [0x2f];
            let sides = u32::from_le_bytes(at(bytes, 21)?);
            begins.then_some(((sides & 0x3fff) + 1, ((sides >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(24)? + 1, little(27)? + 1)),
        _ => None,
    }
}
