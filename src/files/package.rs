//! ZIP packages, which office documents are: read whole, within limits, and written anew.

use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::Refused;

/// The most entries of a package (reliability-security.md T78).
const MAX_ENTRIES: usize = 2000;
/// The most bytes of a package's parts together.
const MAX_UNPACKED: u64 = 200 * 1024 * 1024;
/// The most bytes for each one of the package.
const MAX_RATIO: u64 = 100;
/// Small packages may be packed tighter than that.
const FREE: u64 = 8 * 1024 * 1024;

/// A part of a package.
pub(super) struct Part {
    /// Its name, with `/` between folders.
    pub(super) name: String,
    /// What is in it.
    pub(super) content: Vec<u8>,
}

impl Part {
    /// The name's last extension, in small letters.
    pub(super) fn extension(&self) -> String {
        self.name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default()
    }

    /// The content as text.
    pub(super) fn text(&self) -> Result<&str, Refused> {
        let content = self.content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.content);
        std::str::from_utf8(content).map_err(|_| Refused::Damaged)
    }
}

/// The parts of a package, in its order. The sizes that it claims are not believed.
///
/// # Errors
/// `Damaged`; `Protected` for an encrypted one; `Bomb` when it unpacks to too much.
pub(super) fn read(content: &[u8]) -> Result<Vec<Part>, Refused> {
    // Something in front of it makes it a file of two kinds.
    if !content.starts_with(b"PK\x03\x04") {
        return Err(Refused::Damaged);
    }
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|_| Refused::Damaged)?;
    if archive.len() > MAX_ENTRIES {
        return Err(Refused::Bomb);
    }
    let packed = content.len() as u64;
    let mut left = MAX_UNPACKED.min((packed * MAX_RATIO).max(FREE));
    let mut parts = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| Refused::Damaged)?;
        if entry.encrypted() {
            return Err(Refused::Protected);
        }
        drop(entry);
        let mut entry = archive.by_index(index).map_err(|_| Refused::Damaged)?;
        if entry.is_dir() {
            continue;
        }
        let name = std::str::from_utf8(entry.name_raw()).map_err(|_| Refused::Damaged)?.replace('\\', "/");
        let is_strange = name.starts_with('/') || name.contains('\0') || name.split('/').any(|part| part == "..");
        if is_strange || parts.iter().any(|p: &Part| p.name == name) {
            return Err(Refused::Damaged);
        }
        let mut content = Vec::new();
        entry.by_ref().take(left + 1).read_to_end(&mut content).map_err(|_| Refused::Damaged)?;
        left = left.checked_sub(content.len() as u64).ok_or(Refused::Bomb)?;
        parts.push(Part { name, content });
    }
    Ok(parts)
}

/// Packs parts without times, owners and comments. A part called `mimetype` is stored as it is, as `OpenDocument` wants
/// it (ISO/IEC 26300 part 2 §3.3), and so are pictures, which do not become smaller.
///
/// # Errors
/// `Damaged` when it cannot be written.
pub(super) fn write(parts: &[Part]) -> Result<Vec<u8>, Refused> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        let is_stored = part.name == "mimetype" || matches!(part.extension().as_str(), "png" | "jpg" | "jpeg" | "webp");
        let method = if is_stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options =
            SimpleFileOptions::default().compression_method(method).last_modified_time(zip::DateTime::default());
        writer.start_file(part.name.as_str(), options).map_err(|_| Refused::Damaged)?;
        writer.write_all(&part.content).map_err(|_| Refused::Damaged)?;
    }
    Ok(writer.finish().map_err(|_| Refused::Damaged)?.into_inner())
}
