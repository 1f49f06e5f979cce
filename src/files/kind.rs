//! The kinds of files that works may have, told by their content.

use crate::store::columns::text_enum;

text_enum! {
    /// A kind of file that works may have.
    Kind {
        /// Office Open XML text (ECMA-376).
        Docx => "docx",
        /// Office Open XML table.
        Xlsx => "xlsx",
        /// Office Open XML slides.
        Pptx => "pptx",
        /// `OpenDocument` text (ISO/IEC 26300).
        Odt => "odt",
        /// `OpenDocument` table.
        Ods => "ods",
        /// `OpenDocument` slides.
        Odp => "odp",
        /// PDF (ISO 32000).
        Pdf => "pdf",
        /// PNG.
        Png => "png",
        /// JPEG.
        Jpeg => "jpg",
        /// `WebP`.
        Webp => "webp",
        /// Plain text in UTF-8.
        Text => "txt",
        /// Markdown.
        Markdown => "md",
        /// Comma-separated values.
        Csv => "csv",
    }
}

impl Kind {
    /// The kind that a file's name claims, or None for one that is not on the list.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "jpeg" => Some(Self::Jpeg),
            known => Self::parse(known),
        }
    }

    /// The usual extension.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.as_str()
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Odp => "application/vnd.oasis.opendocument.presentation",
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Text => "text/plain; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// Whether browsers show it as a picture.
    #[must_use]
    pub const fn is_image(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Webp)
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn names_claim_a_kind_by_their_last_extension() {
        for (name, kind) in [
            ("a.docx", Some(Kind::Docx)),
            ("A.JPEG", Some(Kind::Jpeg)),
            ("a.pdf.exe", None),
            ("a.exe.pdf", Some(Kind::Pdf)),
            ("docx", None),
            ("", None),
            ("a.", None),
            ("a.svg", None),
            ("a.docm", None),
            ("a.doc", None),
        ] {
            assert_eq!(Kind::of_name(name), kind, "{name}");
        }
    }
}
