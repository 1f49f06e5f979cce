//! Sealed files: a header that anyone can read, then the content in sealed pieces, one a line. They open only
//! whole, in order and unchanged, and only with the key file that sealed them (reliability-security.md T91, BK04).

use std::io::{self, BufRead, Read, Write};

use super::sealed::MasterKey;
use super::{CryptoError, sha256_text};

/// The content of a piece, in bytes.
const PIECE: u64 = 1024 * 1024;
/// The longest line that is read: a piece in base64 with its nonce and tag.
const LINE: u64 = PIECE * 2;

/// Why a sealed file cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// OpenSSL.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// A piece does not open.
    #[error("it was made with another key file, or it is damaged or cut off")]
    Damaged,
}

/// What a piece is bound to: its file, its place, and whether it is the last.
fn purpose(header: &str, number: u64, is_last: bool) -> String {
    format!("archive {} {number} {}", sha256_text(header), if is_last { "last" } else { "more" })
}

/// Seals a content under a header of one line.
///
/// # Errors
/// When a file or OpenSSL fails.
pub fn seal(key: &MasterKey, header: &str, from: impl Read, to: &mut impl Write) -> Result<(), ArchiveError> {
    let mut from = io::BufReader::new(from);
    writeln!(to, "{header}")?;
    for number in 0.. {
        let mut piece = Vec::new();
        from.by_ref().take(PIECE).read_to_end(&mut piece)?;
        let is_last = from.fill_buf()?.is_empty();
        writeln!(to, "{}", key.seal(&purpose(header, number, is_last), &piece)?)?;
        if is_last {
            break;
        }
    }
    Ok(to.flush()?)
}

fn line(from: &mut impl BufRead) -> Result<String, ArchiveError> {
    let mut line = String::new();
    match from.take(LINE).read_line(&mut line) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(ArchiveError::Damaged),
        Err(error) => return Err(error.into()),
    }
    if line.pop() == Some('\n') { Ok(line) } else { Err(ArchiveError::Damaged) }
}

/// The header; the content follows it.
///
/// # Errors
/// `Damaged` when the file does not begin with a line of text.
pub fn read_header(from: &mut impl BufRead) -> Result<String, ArchiveError> {
    line(from)
}

/// Opens the content that follows a header. What was written to `to` counts only when this succeeds.
///
/// # Errors
/// `Damaged` when anything was changed, is missing or came later.
pub fn open(key: &MasterKey, header: &str, from: &mut impl BufRead, to: &mut impl Write) -> Result<(), ArchiveError> {
    for number in 0.. {
        let piece = line(from)?;
        let is_last = from.fill_buf()?.is_empty();
        let plain = key.open(&purpose(header, number, is_last), &piece).map_err(|_| ArchiveError::Damaged)?;
        to.write_all(&plain)?;
        if is_last {
            break;
        }
    }
    Ok(to.flush()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The SHA-256 digest of a file, in hexadecimal, as `sha256sum` prints it.
///
/// # Errors
/// When the file cannot be read.
pub fn digest(mut from: impl Read) -> io::Result<String> {
    let mut digest = openssl::sha::Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut piece)?;
        if length == 0 {
            return Ok(hex(&digest.finish()));
        }
        digest.update(&piece[..length]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(content: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        seal(&MasterKey::from_bytes([7; 32]), r#"{"a":1}"#, content, &mut file).unwrap();
        file
    }

    fn opened(key: u8, file: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        let (mut from, mut plain) = (file, Vec::new());
        let header = read_header(&mut from)?;
        open(&MasterKey::from_bytes([key; 32]), &header, &mut from, &mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_is_sealed_comes_back_whatever_its_length() {
        let piece = usize::try_from(PIECE).unwrap();
        for length in [0, 1, piece - 1, piece, piece + 1, 2 * piece, 2 * piece + 5] {
            let content: Vec<u8> = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            assert!(opened(7, &sealed(&content)).unwrap() == content, "{length}");
        }
    }

    #[test]
    fn nothing_opens_that_was_changed_cut_or_made_with_another_key() {
        let content = vec![b'x'; usize::try_from(PIECE).unwrap() + 100];
        let file = sealed(&content);
        assert!(matches!(opened(8, &file), Err(ArchiveError::Damaged)), "another key");
        let lines: Vec<&[u8]> = file.split_inclusive(|b| *b == b'\n').collect();
        assert_eq!(lines.len(), 3);
        let damaged = [
            ("no piece", lines[..1].concat()),
            ("a piece less", lines[..2].concat()),
            ("a piece more", [lines[0], lines[1], lines[2], lines[2]].concat()),
            ("another order", [lines[0], lines[2], lines[1]].concat()),
            ("another header", [b"{\"a\":2}\n", lines[1], lines[2]].concat()),
            ("cut in the header", file[..4].to_vec()),
            ("cut in a piece", file[..file.len() / 2].to_vec()),
            ("without its end", file[..file.len() - 1].to_vec()),
            ("nothing", Vec::new()),
            ("no text", vec![0xff; 100]),
            ("a line without an end", vec![b'a'; usize::try_from(LINE).unwrap() + 1]),
        ];
        for (what, file) in damaged {
            assert!(matches!(opened(7, &file), Err(ArchiveError::Damaged)), "{what}");
        }
        for at in (0..file.len()).step_by(file.len() / 97) {
            let mut flipped = file.clone();
            flipped[at] ^= 1;
            assert!(opened(7, &flipped).is_err(), "a bit at {at}");
        }
    }
}
