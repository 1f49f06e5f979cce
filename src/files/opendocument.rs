//! `OpenDocument` (ISO/IEC 26300) without who wrote it.

use std::collections::HashSet;

use super::kind::Kind;
use super::package;
use super::xml::{self, Attribute, Fate, local};
use super::{Cleaned, NOBODY, Refused, image};

const MIMETYPE: &str = "mimetype";
const MANIFEST: &str = "META-INF/manifest.xml";

/// What stands in place of the properties.
const NO_PROPERTIES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"><office:meta/></office:document-meta>"#;

/// Parts that say who, and that nothing on a page needs.
fn is_dropped(name: &str) -> bool {
    name.starts_with("META-INF/") && name != MANIFEST
        || name.ends_with("manifest.rdf")
        || name.starts_with("Configurations2/")
        || name.starts_with("Basic/")
        || name.starts_with("Versions/")
        || name.starts_with("VersionList")
}

/// Elements whose text is a name, beside fields that show one.
fn rule(name: &str, attributes: &[Attribute]) -> Fate {
    let is_secret = attributes.iter().any(|(key, value)| {
        local(key) == "name"
            && (value.starts_with("Printer") || value.contains("Path") || value == "RedlineProtectionKey")
    });
    match name {
        "config-item" if is_secret => Fate::Say(""),
        "creator" | "initial-creator" | "printed-by" | "author-name" => Fate::Say(NOBODY),
        "creator-initials" | "sender-initials" | "author-initials" => Fate::Say("A"),
        _ if name.starts_with("sender-") => Fate::Say(""),
        _ => Fate::Stay,
    }
}

/// Cleans a package.
///
/// # Errors
/// [`Refused`].
pub(super) fn clean(kind: Kind, content: &[u8]) -> Result<Cleaned, Refused> {
    let mut parts = package::read(content)?;
    let first = parts.first().filter(|p| p.name == MIMETYPE).ok_or(Refused::Damaged)?;
    if first.content.trim_ascii() != kind.media_type().as_bytes() {
        return Err(Refused::Type);
    }
    let manifest = parts.iter().find(|p| p.name == MANIFEST).ok_or(Refused::Damaged)?.text()?;
    if manifest.contains("encryption-data") {
        return Err(Refused::Protected);
    }
    // LibreOffice keeps macros there.
    if parts.iter().any(|p| p.name.starts_with("Basic/") && !p.name.ends_with("-lc.xml")) {
        return Err(Refused::Macros);
    }
    let dropped: HashSet<String> = parts.iter().filter(|p| is_dropped(&p.name)).map(|p| p.name.clone()).collect();
    parts.retain(|p| !dropped.contains(&p.name));
    let mut left = false;
    for part in &mut parts {
        if part.name == "meta.xml" || part.name.ends_with("/meta.xml") {
            part.content = NO_PROPERTIES.into();
            continue;
        }
        match part.extension().as_str() {
            "xml" if part.name == MANIFEST => {
                let rule = |name: &str, attributes: &mut Vec<Attribute>| {
                    let path = attributes.iter().find(|(key, _)| local(key) == "full-path");
                    // Folders are listed as well.
                    let is_gone = path.is_some_and(|(_, p)| dropped.contains(p) || (p != "/" && is_dropped(p)));
                    if name == "file-entry" && is_gone { Fate::Go } else { Fate::Stay }
                };
                part.content = xml::rewrite(part.text()?, rule, |_, _| None)?;
            }
            "xml" => part.content = xml::rewrite(part.text()?, |name, attributes| rule(name, attributes), |_, _| None)?,
            "png" | "jpg" | "jpeg" | "webp" => left |= !image::clean_part(part),
            // Objects of other programs; the pictures that stand for them only show what a page shows.
            "" if part.name.starts_with("Object ") => left = true,
            "bin" | "svg" | "tif" | "tiff" | "pdf" => left = true,
            _ => {}
        }
    }
    Ok(Cleaned { content: package::write(&parts)?, left })
}
