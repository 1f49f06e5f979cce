//! Files of people: told by their content, kept by their hash, and a copy of each that does not say whose it is.
//!
//! A file is put away in three steps: its bytes go to disk as they come, counted and hashed; a process of its own, with
//! little memory and time, tells what it is and makes the clean copy (reliability-security.md T63, T77, T78); then both
//! get their names, which are their hashes. What no row names any more is removed a day later.

mod helper;
mod image;
pub mod kind;
mod office;
mod opendocument;
mod package;
mod pdf;
mod shelf;
mod xml;

use crate::store::columns::text_enum;
use crate::web::html::clean_name;

pub use helper::run_child;
pub use kind::Kind;
pub use shelf::{Files, Kept, PutError, Writing};

text_enum! {
    /// Why a file is not taken; each has a text.
    Refused {
        /// Its kind is not on the list, or it is not what its name says.
        Type => "file-type",
        /// It cannot be read to its end.
        Damaged => "file-damaged",
        /// It opens with a password only.
        Protected => "file-protected",
        /// It brings programs.
        Macros => "file-macros",
        /// It unpacks to too much.
        Bomb => "file-bomb",
        /// It has too many pixels to be shown.
        Pixels => "file-pixels",
        /// The scanner found something.
        Infected => "file-infected",
        /// The scanner or the cleaning could not run now.
        Unchecked => "file-unchecked",
        /// It is larger than a file may be.
        TooLarge => "file-too-large",
        /// There is nothing in it.
        Empty => "file-empty",
    }
}

impl std::error::Error for Refused {}

/// What stands in place of a name.
const NOBODY: &str = "Author";

/// A clean copy.
#[derive(Debug)]
pub struct Cleaned {
    /// Its bytes.
    pub content: Vec<u8>,
    /// Whether there are parts in it that cannot be looked into, such as objects of other programs.
    pub left: bool,
}

/// Makes the copy of a file that does not say whose it is.
///
/// # Errors
/// [`Refused`].
pub fn clean(kind: Kind, content: &[u8]) -> Result<Cleaned, Refused> {
    let whole = |content| Cleaned { content, left: false };
    match kind {
        Kind::Docx | Kind::Xlsx | Kind::Pptx => office::clean(kind, content),
        Kind::Odt | Kind::Ods | Kind::Odp => opendocument::clean(kind, content),
        Kind::Pdf => pdf::clean(content),
        Kind::Png | Kind::Jpeg | Kind::Webp => image::clean(kind, content).map(whole),
        Kind::Text | Kind::Markdown | Kind::Csv => match std::str::from_utf8(content) {
            Ok(text) if !text.contains('\0') => Ok(whole(content.to_vec())),
            _ => Err(Refused::Type),
        },
    }
}

/// A file's name as it is kept: the last part of a path, without characters that nobody types, with its extension.
#[must_use]
pub fn safe_name(given: &str, kind: Kind) -> String {
    let last = clean_name(given.rsplit(['/', '\\']).next().unwrap_or_default());
    let stem = last.rsplit_once('.').map_or(last.as_str(), |(stem, _)| stem);
    let stem: String = stem.chars().filter(|c| !r#"<>:"|?*"#.contains(*c)).take(100).collect();
    let stem = stem.trim().trim_start_matches('.');
    format!("{}.{}", if stem.is_empty() { "file" } else { stem }, kind.extension())
}

#[cfg(test)]
mod tests;
