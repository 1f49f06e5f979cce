//! PDF (ISO 32000-2) without who wrote it: information dictionary, XMP, authors of annotations, signatures, attached
//! files, scripts, earlier versions.

use lopdf::{Dictionary, Document, Error, LoadOptions, Object, Stream};

use super::kind::Kind;
use super::{Cleaned, Refused, image};

/// The most bytes of one unpacked stream.
const MAX_STREAM: usize = 64 * 1024 * 1024;

/// Entries that say who, when or with what, wherever they stand.
const DROPPED: [&[u8]; 11] = [
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"AF",
    b"AA",
    b"JS",
    b"EF",
    b"CreatorInfo",
    b"SpiderInfo",
    b"DSS",
    b"Perms",
];

fn names(dictionary: &Dictionary, key: &[u8], value: &[u8]) -> bool {
    dictionary.get(key).and_then(Object::as_name).is_ok_and(|name| name == value)
}

fn clean_dictionary(dictionary: &mut Dictionary) {
    for key in DROPPED {
        dictionary.remove(key);
    }
    let is = |key: &[u8], value: &[u8]| names(dictionary, key, value);
    let is_annotation = dictionary.has(b"Rect") && dictionary.has(b"Subtype") && !is(b"Subtype", b"Widget");
    // A signature names its signer, and the cleaned file is not the one that was signed.
    let is_signature = is(b"Type", b"Sig") || (dictionary.has(b"ByteRange") && dictionary.has(b"Contents"));
    let is_dangerous = [&b"JavaScript"[..], b"Launch", b"SubmitForm", b"ImportData"].iter().any(|s| is(b"S", s));
    let is_file = is(b"Type", b"Filespec") || is(b"Type", b"F");
    let is_thread = is(b"Type", b"Thread");
    let is_catalog = is(b"Type", b"Catalog");
    let gone: &[&[u8]] = if is_annotation {
        &[b"T", b"M", b"CreationDate", b"NM", b"FS"]
    } else if is_signature {
        &[b"Name", b"Location", b"Reason", b"ContactInfo", b"Contents", b"Cert", b"M", b"Prop_Build", b"Reference"]
    } else if is_dangerous {
        &[b"S", b"F", b"Win", b"Mac", b"Unix", b"Fields", b"Next"]
    } else if is_file {
        &[b"F", b"UF", b"DOS", b"Mac", b"Unix", b"Desc"]
    } else if is_thread {
        &[b"I"]
    } else if is_catalog {
        &[b"OpenAction", b"Collection", b"URI"]
    } else {
        &[]
    };
    for key in gone {
        dictionary.remove(key);
    }
    // The trees of names in the catalogue.
    dictionary.remove(b"EmbeddedFiles");
    dictionary.remove(b"JavaScript");
    for (_, object) in dictionary.iter_mut() {
        clean_object(object);
    }
}

fn clean_object(object: &mut Object) {
    match object {
        Object::Dictionary(dictionary) => clean_dictionary(dictionary),
        Object::Array(items) => items.iter_mut().for_each(clean_object),
        Object::Stream(stream) => {
            clean_dictionary(&mut stream.dict);
            // A picture that cannot be read is shown by nobody either.
            if let Some(picture) = jpeg_of(stream)
                && let Ok(content) = image::clean(Kind::Jpeg, &picture)
            {
                stream.dict.set("Filter", Object::Name(b"DCTDecode".to_vec()));
                if let Ok(Object::Array(parameters)) = stream.dict.get(b"DecodeParms") {
                    let own = parameters.last().cloned().unwrap_or(Object::Null);
                    stream.dict.set("DecodeParms", own);
                }
                stream.set_content(content);
            }
        }
        _ => {}
    }
}

/// The JPEG in a stream, out of whatever it was packed into besides.
pub(super) fn jpeg_of(stream: &Stream) -> Option<Vec<u8>> {
    let filters = stream.filters().ok()?;
    let (last, before) = filters.split_last()?;
    if *last != b"DCTDecode" {
        return None;
    }
    if before.is_empty() {
        return Some(stream.content.clone());
    }
    let before = before.iter().map(|name| Object::Name(name.to_vec())).collect();
    let mut dictionary = Dictionary::new();
    dictionary.set("Filter", Object::Array(before));
    Stream::new(dictionary, stream.content.clone()).decompressed_content_with_limit(MAX_STREAM).ok()
}

/// Cleans a file.
///
/// # Errors
/// [`Refused`].
pub(super) fn clean(content: &[u8]) -> Result<Cleaned, Refused> {
    if !content.starts_with(b"%PDF-") {
        return Err(Refused::Type);
    }
    let options = LoadOptions { max_decompressed_size: Some(MAX_STREAM), ..LoadOptions::default() };
    let mut document = Document::load_mem_with_options(content, options).map_err(|error| match error {
        Error::Decryption(_) | Error::InvalidPassword | Error::UnsupportedSecurityHandler(_) => Refused::Protected,
        Error::Decompress(_) => Refused::Bomb,
        _ => Refused::Damaged,
    })?;
    if document.is_encrypted() {
        return Err(Refused::Protected);
    }
    if document.get_pages().is_empty() {
        return Err(Refused::Damaged);
    }
    document.trailer.remove(b"Info");
    document.trailer.remove(b"ID");
    document.objects.values_mut().for_each(clean_object);
    // What nothing refers to any more, such as the streams of metadata, is not written.
    document.prune_objects();
    let mut written = Vec::new();
    document.save_to(&mut written).map_err(|_| Refused::Damaged)?;
    Ok(Cleaned { content: written, left: false })
}
