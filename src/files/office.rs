//! Office Open XML (ECMA-376, ISO/IEC 29500) without who wrote it: properties, comments, tracked changes, people,
//! paths of the author's machine, signatures.

use std::collections::{BTreeSet, HashSet};

use super::kind::Kind;
use super::package::{self, Part};
use super::xml::{self, Attribute, Fate, local};
use super::{Cleaned, NOBODY, Refused, image};

const MAIN: &str = "application/vnd.openxmlformats-officedocument.";
const TYPES: &str = "[Content_Types].xml";

/// Documents in documents: a chart's table is one.
const MAX_DEPTH: usize = 2;

/// The kind of a package, by what it says its main part is.
fn kind_of(types: &str) -> Option<Kind> {
    let has = |main: &str| types.contains(&format!("{MAIN}{main}.main+xml"));
    [
        (Kind::Docx, "wordprocessingml.document"),
        (Kind::Xlsx, "spreadsheetml.sheet"),
        (Kind::Pptx, "presentationml.presentation"),
    ]
    .into_iter()
    .find_map(|(kind, main)| has(main).then_some(kind))
}

/// Parts that say who or where, and that nothing on a page needs.
fn is_dropped(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["customxml/", "docmetadata/", "_xmlsignatures/", "xl/revisions/", "[trash]/"].iter().any(|f| name.starts_with(f))
        || name.contains("/printersettings")
        || (name.starts_with("docprops/") && !matches!(name.as_str(), "docprops/core.xml" | "docprops/app.xml"))
}

/// What stands in place of the properties.
fn properties(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "docprops/core.xml" => Some(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>"#,
        ),
        "docprops/app.xml" => Some(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>"#,
        ),
        _ => None,
    }
}

/// The part that a target names, seen from the folder of the part that has it.
pub(super) fn resolve(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

/// The part whose relationships a part holds: `word/_rels/document.xml.rels` has those of `word/document.xml`.
pub(super) fn owner_of(rels: &str) -> Option<String> {
    let (folder, file) = rels.rsplit_once('/')?;
    let folder = if folder == "_rels" { "" } else { folder.strip_suffix("/_rels")? };
    let file = file.strip_suffix(".rels")?;
    Some(if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") })
}

fn value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| local(key) == name).map(|(_, value)| value.as_str())
}

fn set(attributes: &mut [Attribute], name: &str, new: &str) {
    for (key, value) in attributes {
        if local(key) == name {
            new.clone_into(value);
        }
    }
}

/// A place on the author's machine or network.
fn is_local(target: &str) -> bool {
    let target = target.trim().to_ascii_lowercase();
    let drive = target.as_bytes().get(1) == Some(&b':') && target.as_bytes()[0].is_ascii_alphabetic();
    target.starts_with("file:") || drive || target.contains('\\') || target.contains("%5c")
}

/// Relationships without those to dropped parts and to the author's machine. Returns the ids of the former as well.
fn relationships(part: &Part, dropped: &HashSet<String>) -> Result<(Vec<u8>, HashSet<String>), Refused> {
    let owner = owner_of(&part.name).unwrap_or_default();
    let folder = owner.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut gone = HashSet::new();
    let rule = |name: &str, attributes: &mut Vec<Attribute>| {
        if name != "Relationship" {
            return Fate::Stay;
        }
        let target = value(attributes, "Target").unwrap_or_default().to_owned();
        if value(attributes, "TargetMode") == Some("External") {
            // A template's place is of no use to readers; a link keeps its words.
            if value(attributes, "Type").is_some_and(|t| t.ends_with("/attachedTemplate")) {
                gone.extend(value(attributes, "Id").map(str::to_owned));
                return Fate::Go;
            }
            if is_local(&target) {
                set(attributes, "Target", "about:blank");
            }
            return Fate::Stay;
        }
        if dropped.contains(&resolve(folder, &target).to_ascii_lowercase()) {
            gone.extend(value(attributes, "Id").map(str::to_owned));
            return Fate::Go;
        }
        Fate::Stay
    };
    let content = xml::rewrite(part.text()?, rule, |_, _| None)?;
    Ok((content, gone))
}

/// Removes who from an element; the names that stood there are collected, because programs write them into the
/// texts of comments as well.
fn scrub(name: &str, attributes: &mut Vec<Attribute>, gone: &HashSet<String>, names: &mut BTreeSet<String>) -> Fate {
    if matches!(name, "absPath" | "attachedTemplate" | "mailMerge" | "docVars" | "rsids") {
        return Fate::Go;
    }
    let refers = |(key, value): &Attribute| key.contains(':') && gone.contains(value);
    if attributes.iter().any(refers) {
        if name != "pageSetup" {
            return Fate::Go;
        }
        attributes.retain(|attribute| !refers(attribute));
    }
    attributes.retain(|(key, _)| !local(key).starts_with("rsid"));
    let is_person = matches!(name, "cmAuthor" | "author" | "person" | "presenceInfo" | "fileSharing" | "user");
    for (key, value) in attributes.iter_mut() {
        let new = match local(key) {
            "author" => NOBODY,
            "initials" => "A",
            "name" | "displayName" | "userName" if is_person => NOBODY,
            "userId" => "0",
            "providerId" => "None",
            _ => continue,
        };
        if new == NOBODY && value.trim().chars().count() > 1 {
            names.insert(value.trim().to_owned());
        }
        new.clone_into(value);
    }
    Fate::Stay
}

/// Cleans a package.
///
/// # Errors
/// [`Refused`].
pub(super) fn clean(kind: Kind, content: &[u8]) -> Result<Cleaned, Refused> {
    clean_at(Some(kind), content, 0)
}

fn clean_at(kind: Option<Kind>, content: &[u8], depth: usize) -> Result<Cleaned, Refused> {
    let mut parts = package::read(content)?;
    let types = parts.iter().find(|p| p.name == TYPES).ok_or(Refused::Damaged)?.text()?.to_owned();
    if types.contains("macroEnabled") || parts.iter().any(|p| p.name.to_ascii_lowercase().ends_with("vbaproject.bin")) {
        return Err(Refused::Macros);
    }
    let found = kind_of(&types).ok_or(Refused::Type)?;
    if kind.is_some_and(|claimed| claimed != found) {
        return Err(Refused::Type);
    }
    let dropped: HashSet<String> =
        parts.iter().filter(|p| is_dropped(&p.name)).map(|p| p.name.to_ascii_lowercase()).collect();
    parts.retain(|p| !dropped.contains(&p.name.to_ascii_lowercase()));

    // Relationships first: parts refer to them by id.
    let mut gone_of = std::collections::HashMap::new();
    for part in parts.iter_mut().filter(|p| p.extension() == "rels") {
        let (content, gone) = relationships(part, &dropped)?;
        part.content = content;
        gone_of.insert(owner_of(&part.name).unwrap_or_default(), gone);
    }
    let mut left = false;
    let mut names = BTreeSet::new();
    let none = HashSet::new();
    for part in &mut parts {
        if let Some(fixed) = properties(&part.name) {
            part.content = fixed.into();
            continue;
        }
        match part.extension().as_str() {
            "xml" if part.name == TYPES => {
                let rule = |name: &str, attributes: &mut Vec<Attribute>| {
                    let of =
                        value(attributes, "PartName").unwrap_or_default().trim_start_matches('/').to_ascii_lowercase();
                    if name == "Override" && dropped.contains(&of) { Fate::Go } else { Fate::Stay }
                };
                part.content = xml::rewrite(part.text()?, rule, |_, _| None)?;
            }
            "xml" | "vml" => {
                let gone = gone_of.get(&part.name).unwrap_or(&none);
                let mut authors = Vec::new();
                let lists_authors = part.name.starts_with("xl/comments");
                let rule = |name: &str, attributes: &mut Vec<Attribute>| scrub(name, attributes, gone, &mut names);
                // Excel names a comment's author in a text.
                let words = |around: &str, text: &str| {
                    (lists_authors && around == "author").then(|| {
                        authors.push(text.to_owned());
                        NOBODY.to_owned()
                    })
                };
                part.content = match part.text() {
                    Ok(text) => xml::rewrite(text, rule, words)?,
                    // Drawings of old are not always XML.
                    Err(_) if part.extension() == "vml" => continue,
                    Err(refused) => return Err(refused),
                };
                names.extend(authors.into_iter().map(|a| a.trim().to_owned()).filter(|a| a.chars().count() > 1));
            }
            "png" | "jpg" | "jpeg" | "webp" => left |= !image::clean_part(part),
            "docx" | "xlsx" | "pptx" if depth < MAX_DEPTH => match clean_at(None, &part.content, depth + 1) {
                Ok(inner) => {
                    left |= inner.left;
                    part.content = inner.content;
                }
                Err(Refused::Bomb) => return Err(Refused::Bomb),
                Err(_) => left = true,
            },
            // Objects of other programs.
            "bin" | "docx" | "xlsx" | "pptx" | "doc" | "xls" | "ppt" | "pdf" | "tif" | "tiff" | "svg" => left = true,
            _ => {}
        }
    }
    for part in parts.iter_mut().filter(|p| p.extension() == "xml" && p.name.to_ascii_lowercase().contains("comment")) {
        part.content = forget_names(part.text()?, &names)?;
    }
    Ok(Cleaned { content: package::write(&parts)?, left })
}

/// The texts of comments without the names that programs put before them.
fn forget_names(text: &str, names: &BTreeSet<String>) -> Result<Vec<u8>, Refused> {
    let words = |_: &str, text: &str| {
        let mut other = text.to_owned();
        // The longest first: a name may be the beginning of another.
        let mut longest: Vec<&String> = names.iter().filter(|n| n.as_str() != NOBODY).collect();
        longest.sort_by_key(|n| std::cmp::Reverse(n.len()));
        for name in longest {
            other = other.replace(name.as_str(), NOBODY);
        }
        (other != text).then_some(other)
    };
    xml::rewrite(text, |_, _| Fate::Stay, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_their_folder() {
        for (folder, target, part) in [
            ("word", "media/a.png", "word/media/a.png"),
            ("word", "../customXml/item1.xml", "customXml/item1.xml"),
            ("", "docProps/core.xml", "docProps/core.xml"),
            ("xl/worksheets", "/xl/printerSettings/p.bin", "xl/printerSettings/p.bin"),
            ("word", "../../x", "x"),
        ] {
            assert_eq!(resolve(folder, target), part);
        }
        assert_eq!(owner_of("word/_rels/document.xml.rels").as_deref(), Some("word/document.xml"));
        assert_eq!(owner_of("_rels/.rels").as_deref(), Some(""));
    }

    #[test]
    fn places_on_a_machine_are_known() {
        for target in ["file:///C:/Users/ann/x.dotx", "C:\\Users\\ann", r"\\server\ann", "d:/ann"] {
            assert!(is_local(target), "{target}");
        }
        for target in ["https://example.org/a", "mailto:a@example.org", "#here", "media/a.png"] {
            assert!(!is_local(target), "{target}");
        }
    }
}
