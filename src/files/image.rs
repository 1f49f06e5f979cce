//! Pictures without what cameras and programs write into them: the pixels stay as they are.

use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::{self, WebP};
use img_parts::{Bytes, ImageEXIF};

use super::Refused;
use super::kind::Kind;
use super::package::Part;

/// The most pixels of a picture (reliability-security.md T78).
const MAX_PIXELS: u64 = 40_000_000;

/// The picture without metadata, but for the way it is turned.
///
/// # Errors
/// `Damaged` when it is not one of its kind, `Pixels` when it is too large to show.
pub(super) fn clean(kind: Kind, content: &[u8]) -> Result<Vec<u8>, Refused> {
    let seen = imagesize::blob_size(content).map_err(|_| Refused::Damaged)?;
    if (seen.width as u64).saturating_mul(seen.height as u64) > MAX_PIXELS {
        return Err(Refused::Pixels);
    }
    match kind {
        Kind::Png => png(content),
        Kind::Jpeg => jpeg(content),
        Kind::Webp => webp(content),
        _ => Err(Refused::Damaged),
    }
}

/// Cleans a picture in a package; one that cannot be read is left as it is, which the answer says.
pub(super) fn clean_part(part: &mut Part) -> bool {
    let cleaned = Kind::of_name(&part.name).and_then(|kind| clean(kind, &part.content).ok());
    let is_clean = cleaned.is_some();
    part.content = cleaned.unwrap_or_else(|| std::mem::take(&mut part.content));
    is_clean
}

/// The orientation that EXIF says (1 to 8), where it is not the usual one (CIPA DC-008 §4.6.5, tag 274).
pub(super) fn orientation(exif: &[u8]) -> Option<u8> {
    let little = match exif.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let two: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let long = |at: usize| {
        let four: [u8; 4] = exif.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let first = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(first)?);
    let tag = (0..entries).map(|n| first + 2 + 12 * n).find(|at| short(*at) == Some(274))?;
    u8::try_from(short(tag + 8)?).ok().filter(|turned| (2..=8).contains(turned))
}

/// EXIF that says how a picture is turned and nothing else.
fn only_orientation(turned: u8) -> Bytes {
    // One entry of the type SHORT, and no further directory.
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([turned, 0, 0, 0, 0, 0, 0]);
    Bytes::from(exif)
}

/// Where a JPEG ends (ITU-T T.81 §B.1.1): what comes later is not the picture's.
fn jpeg_end(content: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        while *content.get(at)? == 0xff && *content.get(at + 1)? == 0xff {
            at += 1;
        }
        if content[at] != 0xff {
            return None;
        }
        let marker = content[at + 1];
        match marker {
            markers::EOI => return Some(at + 2),
            0x01 | 0xd0..=0xd7 => at += 2,
            _ => {
                let length = u16::from_be_bytes([*content.get(at + 2)?, *content.get(at + 3)?]);
                at += 2 + usize::from(length);
            }
        }
        if marker == markers::SOS {
            // The data of a scan: 0xff stands in it only before 0 and restart markers.
            while *content.get(at)? != 0xff || matches!(*content.get(at + 1)?, 0 | 0xd0..=0xd7) {
                at += 1;
            }
            // What may stand between two scans says nothing of anybody.
            if !matches!(
                content[at + 1],
                0xff | markers::EOI | markers::SOS | markers::DHT | markers::DQT | markers::DRI | 0xdc
            ) {
                return None;
            }
        }
    }
}

fn jpeg(content: &[u8]) -> Result<Vec<u8>, Refused> {
    let end = jpeg_end(content).ok_or(Refused::Damaged)?;
    let mut picture = Jpeg::from_bytes(Bytes::copy_from_slice(&content[..end])).map_err(|_| Refused::Damaged)?;
    let turned = picture.exif().and_then(|exif| orientation(&exif));
    picture.segments_mut().retain(|segment| match segment.marker() {
        markers::APP0 => segment.contents().starts_with(b"JFIF\0"),
        markers::APP2 => segment.contents().starts_with(b"ICC_PROFILE\0"),
        // How colours are stored.
        markers::APP14 => segment.contents().starts_with(b"Adobe"),
        markers::APP1..=markers::APP15 | markers::COM | 0xf0..=0xfd => false,
        _ => true,
    });
    if let Some(turned) = turned {
        picture.set_exif(Some(only_orientation(turned)));
    }
    Ok(picture.encoder().bytes().to_vec())
}

/// What makes the picture (PNG third edition §11); everything else is words.
const PNG_CHUNKS: [&[u8; 4]; 16] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD",
    b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

fn png(content: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut picture = Png::from_bytes(Bytes::copy_from_slice(content)).map_err(|_| Refused::Damaged)?;
    let turned = picture.exif().and_then(|exif| orientation(&exif));
    let mut over = false;
    picture.chunks_mut().retain(|chunk| {
        let keep = !over && PNG_CHUNKS.contains(&&chunk.kind());
        over |= chunk.kind() == *b"IEND";
        keep
    });
    if !over {
        return Err(Refused::Damaged);
    }
    if let Some(turned) = turned {
        picture.set_exif(Some(only_orientation(turned)));
    }
    Ok(picture.encoder().bytes().to_vec())
}

fn webp(content: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut picture = WebP::from_bytes(Bytes::copy_from_slice(content)).map_err(|_| Refused::Damaged)?;
    let turned = picture.exif().and_then(|exif| orientation(&exif));
    let kept = [
        webp::CHUNK_VP8X,
        webp::CHUNK_VP8,
        webp::CHUNK_VP8L,
        webp::CHUNK_ALPH,
        webp::CHUNK_ANIM,
        webp::CHUNK_ANMF,
        webp::CHUNK_ICCP,
    ];
    picture.chunks_mut().retain(|chunk| kept.contains(&chunk.id()));
    for chunk in picture.chunks_mut() {
        if chunk.id() == webp::CHUNK_VP8X
            && let RiffContent::Data(data) = chunk.content()
        {
            // The flags say what follows: neither EXIF (8) nor XMP (4) does (RFC 9649 §2.7).
            let mut data = data.to_vec();
            let flags = data.first_mut().ok_or(Refused::Damaged)?;
            *flags &= !0b0000_1100;
            *chunk = RiffChunk::new(webp::CHUNK_VP8X, RiffContent::Data(Bytes::from(data)));
        }
    }
    if let Some(turned) = turned {
        picture.set_exif(Some(only_orientation(turned)));
    }
    Ok(picture.encoder().bytes().to_vec())
}
