//! Owns what a picture of a client may be: a PNG, a JPEG or a WebP, told from its bytes whatever anybody calls it, of few
//! bytes and few pixels. Never SVG, which can hold scripts. It reads headers and decodes nothing: their width and height
//! are what a browser makes room for, so that no few bytes unpack into gigabytes there.

use super::format::{PNG, at, jpeg_end, jpeg_sides, png_end, png_sides, webp_end, webp_sides};

/// The most bytes of a picture.
pub const LARGEST: usize = 256 * 1024;
/// The most pixels of each side.
const LONGEST_SIDE: u32 = 1024;
/// How far into a text it is looked for what kind of text it is.
const HEAD: usize = 4096;

const JPEG: &[u8] = b"\xff\xd8\xff";

/// What kind a picture is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

impl PictureKind {
    const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    /// The media type that it is stored and served as.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// The kind of a media type.
    #[must_use]
    pub fn parse(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == media_type)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Webp => "WebP",
        }
    }
}

/// Why something is no picture that pages show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// More than pages should load.
    #[error("it is larger than {} KiB ({LARGEST} bytes)", LARGEST / 1024)]
    TooLarge,
    /// A document with scripts, and with links to elsewhere.
    #[error("it is an SVG, which can hold scripts; use a PNG, a JPEG or a WebP")]
    Svg,
    /// Often an error page, or the page that a picture stands on.
    #[error("it is a page (HTML); use the address of the picture itself, a PNG, a JPEG or a WebP")]
    Html,
    /// Some other text.
    #[error("it is text, no picture; use a PNG, a JPEG or a WebP")]
    Text,
    /// Mostly made to move.
    #[error("it is a GIF; use a PNG, a JPEG or a WebP")]
    Gif,
    /// None that we know.
    #[error("it is of no kind that is shown; use a PNG, a JPEG or a WebP")]
    Unknown,
    /// The header ends early, or contradicts itself.
    #[error("it begins like a {0} and is broken: its width and height cannot be read")]
    Broken(&'static str),
    /// It was cut off, or there is no picture behind its header.
    #[error("it begins like a {0} and does not end like one")]
    End(&'static str),
    /// What is looked at on the consent page stays what it is.
    #[error("it is an animation; use a picture that stands still")]
    Moves,
    /// Nothing to see, or too much.
    #[error("it has {width} by {height} pixels; each side may have 1 to {LONGEST_SIDE}")]
    Pixels {
        /// From left to right.
        width: u32,
        /// From top to bottom.
        height: u32,
    },
}

/// A picture that pages may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    kind: PictureKind,
    width: u16,
    height: u16,
    bytes: Vec<u8>,
}

impl Picture {
    /// Reads a picture. What hangs on to its end is cut off: cameras leave something there, and so does whoever wants the
    /// file to be something else beside.
    pub fn read(mut bytes: Vec<u8>) -> Result<Self, PictureError> {
        if bytes.len() > LARGEST {
            return Err(PictureError::TooLarge);
        }
        let Some(kind) = kind_of(&bytes) else {
            return Err(what_else(&bytes));
        };
        let sides = match kind {
            PictureKind::Png => png_sides(&bytes),
            PictureKind::Jpeg => jpeg_sides(&bytes),
            PictureKind::Webp => webp_sides(&bytes),
        };
        let (width, height) = sides.ok_or(PictureError::Broken(kind.name()))?;
        let side = |pixels: u32| {
            u16::try_from(pixels)
                .ok()
                .filter(|_| (1..=LONGEST_SIDE).contains(&pixels))
        };
        let (Some(wide), Some(high)) = (side(width), side(height)) else {
            return Err(PictureError::Pixels { width, height });
        };
        let end = match kind {
            PictureKind::Png => png_end(&bytes)?,
            PictureKind::Jpeg => jpeg_end(&bytes),
            PictureKind::Webp => webp_end(&bytes)?,
        };
        bytes.truncate(end.ok_or(PictureError::End(kind.name()))?);
        Ok(Self {
            kind,
            width: wide,
            height: high,
            bytes,
        })
    }

    /// What kind it is of.
    #[must_use]
    pub const fn kind(&self) -> PictureKind {
        self.kind
    }

    /// Pixels from left to right.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Pixels from top to bottom.
    #[must_use]
    pub const fn height(&self) -> u16 {
        self.height
    }

    /// The picture itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn kind_of(bytes: &[u8]) -> Option<PictureKind> {
    if bytes.starts_with(PNG) {
        Some(PictureKind::Png)
    } else if bytes.starts_with(JPEG) {
        Some(PictureKind::Jpeg)
    } else if bytes.starts_with(b"RIFF") && at(bytes, 8) == Some(*b"WEBP") {
        Some(PictureKind::Webp)
    } else {
        None
    }
}

/// What it is instead, in the words that help most.
fn what_else(bytes: &[u8]) -> PictureError {
    if bytes.is_empty() {
        return PictureError::Empty;
    }
    if bytes.starts_with(b"GIF8") {
        return PictureError::Gif;
    }
    let head = String::from_utf8_lossy(bytes.get(..HEAD).unwrap_or(bytes)).to_ascii_lowercase();
    let head =
        head.trim_start_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        PictureError::Html
    } else if head.starts_with('<') && head.contains("<svg") {
        PictureError::Svg
    } else if std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) {
        PictureError::Text
    } else {
        PictureError::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        [
            PNG,
            b"\0\0\0\x0dIHDR",
            &width.to_be_bytes(),
            &height.to_be_bytes(),
            b"\x08\x06\0\0\0crc!",
            b"\0\0\0\0IDATcrc!",
            PNG_END,
        ]
        .concat()
    }

    const PNG_END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

    /// A JPEG whose application segment holds these bytes.
    fn jpeg(inside: &[u8], width: u16, height: u16) -> Vec<u8> {
        let length = u16::try_from(inside.len() + 2).unwrap();
        [
            &b"\xff\xd8\xff\xe0"[..],
            &length.to_be_bytes(),
            inside,
            b"\xff\xff\xc2\0\x11\x08",
            &height.to_be_bytes(),
            &width.to_be_bytes(),
            // A scan, whose data holds no marker but a restart.
            b"\x03\0\0\0\0\0\0\0\0\0\xff\xda\0\x02\x12\xff\0\xff\xd0\x34\xff\xd9",
        ]
        .concat()
    }

    fn webp(chunk: &[u8], payload: &[u8]) -> Vec<u8> {
        let of = |kind: &[u8], payload: &[u8]| {
            let length = u32::try_from(payload.len()).unwrap();
            let padding = vec![0; payload.len() % 2];
            [kind, &length.to_le_bytes(), payload, &padding].concat()
        };
        let frame = [0x2f, 0, 0, 0, 0];
        let mut chunks = of(chunk, payload);
        if chunk == b"VP8X" {
            chunks.extend(of(b"VP8L", &frame));
        }
        let length = u32::try_from(4 + chunks.len()).unwrap();
        [b"RIFF", &length.to_le_bytes()[..], b"WEBP", &chunks].concat()
    }

    fn told(bytes: &[u8]) -> String {
        Picture::read(bytes.to_vec()).unwrap_err().to_string()
    }

    #[test]
    fn a_picture_is_told_from_its_bytes() {
        for (bytes, kind, sides) in [
            (png(1, 1024), PictureKind::Png, (1, 1024)),
            (jpeg(b"JFIF", 64, 32), PictureKind::Jpeg, (64, 32)),
            (
                webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x40\x40\x20\0"),
                PictureKind::Webp,
                (64, 32),
            ),
            // 63 and 31 in 14 bits each.
            (
                webp(b"VP8L", &[0x2f, 0x3f, 0xc0, 0x07, 0x00]),
                PictureKind::Webp,
                (64, 32),
            ),
            (
                webp(b"VP8X", &[0x10, 0, 0, 0, 63, 0, 0, 31, 0, 0]),
                PictureKind::Webp,
                (64, 32),
            ),
        ] {
            let picture = Picture::read(bytes).unwrap();
            assert_eq!(
                (picture.kind(), (picture.width(), picture.height())),
                (kind, sides)
            );
        }
    }

    #[test]
    fn what_is_none_is_called_by_its_name() {
        for (bytes, words) in [
            (&b""[..], "it is empty"),
            (
                b"<svg onload='alert(1)'/>",
                "it is an SVG, which can hold scripts",
            ),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<SVG/>",
                "it is an SVG",
            ),
            (b"\n<!DOCTYPE html><svg/>", "it is a page (HTML)"),
            (b"<html>", "it is a page (HTML)"),
            (b"data:image/png;base64,AAAA", "it is text"),
            (b"GIF89a\x01\0\x01\0", "it is a GIF"),
            (b"BM\x8a\0\0\0\xff\xff", "it is of no kind"),
            (&[0; 20], "it is of no kind"),
        ] {
            assert!(told(bytes).starts_with(words), "{words}: {}", told(bytes));
        }
        assert_eq!(
            told(&[PNG, &vec![0; LARGEST]].concat()),
            "it is larger than 256 KiB (262144 bytes)"
        );
    }

    #[test]
    fn what_would_unpack_into_gigabytes_is_refused_by_its_header() {
        let huge = webp(b"VP8X", &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        // A small frame that only stands in a comment hides nothing.
        let hidden = jpeg(b"\xff\xc0\0\x11\x08\0\x20\0\x20\x03", 30_000, 30_000);
        for bytes in [
            png(30_000, 30_000),
            png(1, u32::MAX),
            png(0, 8),
            jpeg(b"", 8, 0),
            hidden,
            huge,
        ] {
            assert!(
                told(&bytes).contains("pixels; each side may have 1 to 1024"),
                "{}",
                told(&bytes)
            );
        }
    }

    #[test]
    fn a_picture_stands_still() {
        let still = png(8, 8);
        let before_end = &still[..still.len() - PNG_END.len()];
        let animated = [before_end, b"\0\0\0\0acTLcrc!", PNG_END].concat();
        let moving = webp(b"VP8X", &[0x02, 0, 0, 0, 7, 0, 0, 7, 0, 0]);
        let frames = webp(b"ANMF", &[0x2f; 16]);
        let frames = [
            &webp(b"VP8X", &[0, 0, 0, 0, 7, 0, 0, 7, 0, 0])[..30],
            &frames[12..],
        ]
        .concat();
        let length = u32::try_from(frames.len() - 8).unwrap().to_le_bytes();
        let frames = [&frames[..4], &length, &frames[8..]].concat();
        for bytes in [animated, moving, frames] {
            assert!(told(&bytes).contains("it is an animation"), "{}", told(&bytes));
        }
    }

    /// However it is cut off or bent, it is refused or stays within the bounds.
    #[test]
    fn a_broken_header_is_no_picture() {
        for (whole, shortest) in [
            (png(8, 8), 24),
            (jpeg(b"JFIF", 8, 8), 20),
            (webp(b"VP8X", &[0, 0, 0, 0, 7, 0, 0, 7, 0, 0]), 30),
        ] {
            for length in 12..shortest {
                assert!(told(&whole[..length]).contains("and is broken"), "{length}");
            }
            for length in shortest..whole.len() {
                assert!(
                    told(&whole[..length]).contains("does not end like one"),
                    "{length}"
                );
            }
            for more in [&b"PK\x03\x04"[..], b"<script>\xff\xd9"] {
                let more = Picture::read([&whole[..], more].concat()).unwrap();
                assert!(more.bytes() == whole, "what hangs on to it is cut off");
            }
        }
        for broken in [
            b"\xff\xd8\xff\xd9\0\0\0\0\0\0\0\0".to_vec(),
            b"\xff\xd8\xff\xe0\0\x01\xff\xc0\0\x11\x08\0\x08\0\x08".to_vec(),
            webp(b"ALPH", &[0; 10]),
            webp(b"VP8L", &[0; 10]),
            webp(b"VP8 ", &[0; 10]),
            [PNG, b"\0\0\0\x0dIDAT\0\0\0\x08\0\0\0\x08"].concat(),
        ] {
            assert!(told(&broken).contains("and is broken"), "{broken:?}");
        }
    }
}
