//! The documents of `tests/data/documents`: a name is planted in each, where programs put names. Their clean copies
//! hold it nowhere, still open, and look the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::package::{self, Part};
use super::*;

/// The planted name and its parts.
const PLANTED: [&str; 3] = ["zebulon", "quist", "zquist"];

fn documents() -> Vec<(String, Kind, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/documents");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            Kind::of_name(&name).map(|kind| (name, kind, std::fs::read(&path).unwrap()))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(found.len() >= 30, "{} documents", found.len());
    found
}

/// Every byte sequence of a file, packed ones unpacked.
fn layers(kind: Kind, content: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![content.to_vec()];
    match kind {
        Kind::Docx | Kind::Xlsx | Kind::Pptx | Kind::Odt | Kind::Ods | Kind::Odp => {
            for part in package::read(content).unwrap() {
                all.push(part.name.clone().into_bytes());
                match Kind::of_name(&part.name) {
                    Some(inner) => all.extend(layers(inner, &part.content)),
                    _ => all.push(part.content),
                }
            }
        }
        Kind::Pdf => {
            let document = lopdf::Document::load_mem(content).unwrap();
            for object in document.objects.values() {
                all.push(format!("{object:?}").into_bytes());
                let mut texts = Vec::new();
                strings(object, &mut texts);
                all.extend(texts);
                if let lopdf::Object::Stream(stream) = object {
                    all.push(stream.content.clone());
                    all.extend(stream.decompressed_content().ok());
                    all.extend(pdf::jpeg_of(stream));
                }
            }
        }
        Kind::Png => {
            let png = img_parts::png::Png::from_bytes(content.to_vec().into()).unwrap();
            for chunk in png.chunks().iter().filter(|c| c.kind() == *b"zTXt") {
                let text = chunk.contents();
                let packed = &text[text.iter().position(|b| *b == 0).unwrap() + 2..];
                let stream = lopdf::Stream::new(lopdf::dictionary! {"Filter" => "FlateDecode"}, packed.to_vec());
                all.push(stream.decompressed_content().unwrap());
            }
        }
        _ => {}
    }
    all
}

fn strings(object: &lopdf::Object, found: &mut Vec<Vec<u8>>) {
    match object {
        lopdf::Object::String(text, _) => found.push(text.clone()),
        lopdf::Object::Array(items) => items.iter().for_each(|item| strings(item, found)),
        lopdf::Object::Dictionary(d) => d.iter().for_each(|(_, item)| strings(item, found)),
        lopdf::Object::Stream(stream) => stream.dict.iter().for_each(|(_, item)| strings(item, found)),
        _ => {}
    }
}

/// Whether a name stands in a file, in any of the encodings that documents use.
fn names(kind: Kind, content: &[u8]) -> Option<&'static str> {
    let all = layers(kind, content);
    PLANTED.into_iter().find(|name| {
        let utf16: Vec<u8> = name.bytes().flat_map(|b| [b, 0]).collect();
        all.iter().any(|layer| {
            let lower = layer.to_ascii_lowercase();
            let has = |wanted: &[u8]| lower.windows(wanted.len()).any(|w| w == wanted);
            // Big-endian text has the same bytes, from the second on.
            has(name.as_bytes()) || has(&utf16[..utf16.len() - 1])
        })
    })
}

/// What a reader sees: the text of the parts that make pages, and the data of pictures.
fn looks(kind: Kind, content: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut seen = BTreeMap::new();
    match kind {
        Kind::Docx | Kind::Xlsx | Kind::Pptx | Kind::Odt | Kind::Ods | Kind::Odp => {
            for part in package::read(content).unwrap() {
                let name = part.name.clone();
                let is_page = [
                    "word/document",
                    "word/style",
                    "xl/worksheets/sheet",
                    "xl/sharedStr",
                    "ppt/slides/slide",
                    "content.xml",
                    "styles.xml",
                ];
                if is_page.iter().any(|p| name.starts_with(p)) {
                    seen.insert(name, text_of(&part));
                } else if let Some(inner) =
                    Kind::of_name(&name).filter(|k| !name.starts_with("docProps") && (k.is_image() || *k == Kind::Xlsx))
                {
                    for (inside, look) in looks(inner, &part.content) {
                        seen.insert(format!("{name}:{inside}"), look);
                    }
                }
            }
        }
        Kind::Pdf => {
            let document = lopdf::Document::load_mem(content).unwrap();
            for (number, page) in document.get_pages() {
                seen.insert(format!("page {number}"), document.get_page_content(page));
            }
            let streams = document.objects.values().filter_map(|o| o.as_stream().ok());
            for (n, image) in streams.filter_map(pdf::jpeg_of).enumerate() {
                seen.insert(format!("image {n}"), pixels(Kind::Jpeg, &image));
            }
        }
        kind => {
            let size = imagesize::blob_size(content).unwrap();
            seen.insert("size".to_owned(), format!("{}x{}", size.width, size.height).into_bytes());
            seen.insert("pixels".to_owned(), pixels(kind, content));
            seen.insert("turned".to_owned(), vec![turned(kind, content)]);
        }
    }
    seen
}

/// The characters that a reader sees, without the names of those who commented and changed.
fn text_of(part: &Part) -> Vec<u8> {
    let mut text = Vec::new();
    let rule = |_: &str, _: &mut Vec<xml::Attribute>| xml::Fate::Stay;
    let words = |around: &str, words: &str| {
        if around != "creator" {
            text.extend_from_slice(words.trim().as_bytes());
        }
        None
    };
    xml::rewrite(part.text().unwrap(), rule, words).unwrap();
    text
}

fn pixels(kind: Kind, content: &[u8]) -> Vec<u8> {
    let bytes = img_parts::Bytes::copy_from_slice(content);
    match kind {
        Kind::Png => {
            let png = img_parts::png::Png::from_bytes(bytes).unwrap();
            png.chunks_by_type(*b"IDAT").flat_map(|c| c.contents().to_vec()).collect()
        }
        Kind::Webp => {
            let webp = img_parts::webp::WebP::from_bytes(bytes).unwrap();
            let is_picture = |c: &&img_parts::riff::RiffChunk| matches!(&c.id(), b"VP8 " | b"VP8L" | b"ALPH");
            webp.chunks().iter().filter(is_picture).flat_map(|c| c.content().data().unwrap().to_vec()).collect()
        }
        // From the first scan to the end of the picture.
        _ => {
            let start = content.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
            let end = start + content[start..].windows(2).position(|w| w == [0xff, 0xd9]).unwrap() + 2;
            content[start..end].to_vec()
        }
    }
}

fn turned(kind: Kind, content: &[u8]) -> u8 {
    use img_parts::ImageEXIF as _;
    let bytes = img_parts::Bytes::copy_from_slice(content);
    let exif = match kind {
        Kind::Png => img_parts::png::Png::from_bytes(bytes).unwrap().exif(),
        Kind::Webp => img_parts::webp::WebP::from_bytes(bytes).unwrap().exif(),
        _ => img_parts::jpeg::Jpeg::from_bytes(bytes).unwrap().exif(),
    };
    exif.and_then(|exif| image::orientation(&exif)).unwrap_or(1)
}

/// Whether a package holds together: each part is XML that can be read, and nothing refers to a part that is gone.
fn is_whole(content: &[u8]) {
    let parts = package::read(content).unwrap();
    let has = |name: &str| parts.iter().any(|p| p.name == name);
    for part in parts.iter().filter(|p| matches!(p.extension().as_str(), "xml" | "rels")) {
        let mut targets = Vec::new();
        let rule = |name: &str, attributes: &mut Vec<xml::Attribute>| {
            let value = |wanted: &str| {
                attributes.iter().find(|(key, _)| xml::local(key) == wanted).map(|(_, value)| value.clone())
            };
            match name {
                "Override" => targets.extend(value("PartName").map(|p| p.trim_start_matches('/').to_owned())),
                "file-entry" => targets.extend(value("full-path").filter(|p| !p.ends_with('/'))),
                "Relationship" if value("TargetMode").is_none() => {
                    let owner = office::owner_of(&part.name).unwrap();
                    let folder = owner.rsplit_once('/').map_or("", |(folder, _)| folder);
                    targets.push(office::resolve(folder, &value("Target").unwrap()));
                }
                _ => {}
            }
            xml::Fate::Stay
        };
        xml::rewrite(part.text().unwrap(), rule, |_, _| None).unwrap();
        for target in targets {
            assert!(has(&target), "{} refers to {target}", part.name);
        }
    }
}

#[test]
fn clean_copies_name_nobody_open_and_look_the_same() {
    for (name, kind, content) in documents() {
        assert!(names(kind, &content).is_some(), "{name} has no name planted");
        let cleaned = clean(kind, &content).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        assert_eq!(names(kind, &cleaned.content), None, "{name}");
        assert!(!cleaned.left, "{name}");
        let (before, after) = (looks(kind, &content), looks(kind, &cleaned.content));
        assert!(!after.is_empty(), "{name}");
        for (what, look) in &before {
            assert!(after.get(what) == Some(look), "{name}: {what} looks different");
        }
        if cleaned.content.starts_with(b"PK") {
            is_whole(&cleaned.content);
        }
        let twice = clean(kind, &cleaned.content).unwrap();
        assert_eq!(looks(kind, &twice.content), after, "{name}");
    }
}

#[test]
fn a_file_is_what_its_name_says() {
    let documents = documents();
    let of = |kind: Kind| documents.iter().find(|(_, k, _)| *k == kind).map(|(_, _, content)| content.clone());
    let mut tried = 0;
    for claimed in Kind::ALL.iter().copied().filter(|k| !matches!(k, Kind::Text | Kind::Markdown | Kind::Csv)) {
        for real in Kind::ALL.iter().copied().filter(|k| *k != claimed) {
            let Some(content) = of(real) else { continue };
            let answer = clean(claimed, &content).map(|_| ());
            assert!(matches!(answer, Err(Refused::Type | Refused::Damaged)), "{real} as {claimed}: {answer:?}");
            tried += 1;
        }
    }
    assert!(tried >= 80, "{tried}");
    assert_eq!(clean(Kind::Text, b"\x89PNG\0").unwrap_err(), Refused::Type);
    assert_eq!(clean(Kind::Csv, b"a,\xff").unwrap_err(), Refused::Type);
    assert_eq!(clean(Kind::Text, "é\n".as_bytes()).unwrap().content, "é\n".as_bytes());
}

#[test]
fn what_is_cut_off_or_overwritten_never_gets_through_with_a_name() {
    for (name, kind, content) in documents() {
        for cut in [0, 1, 10, content.len() / 2, content.len() - 1] {
            if let Ok(cleaned) = clean(kind, &content[..cut]) {
                assert_eq!(names(kind, &cleaned.content), None, "{name} cut at {cut}");
            }
        }
        for at in (0..content.len()).step_by(content.len() / 40 + 1) {
            let mut broken = content.clone();
            broken[at] ^= 0x55;
            // Whatever comes of it, it comes without a panic.
            let _ = clean(kind, &broken);
        }
    }
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: Vec<Part> =
        parts.iter().map(|(name, content)| Part { name: (*name).to_owned(), content: content.to_vec() }).collect();
    package::write(&parts).unwrap()
}

#[test]
fn bombs_and_strange_packages_are_refused() {
    let types = br#"<Types><Override PartName="/w.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
    let zeros = vec![0_u8; 64 * 1024 * 1024];
    let many: Vec<(String, Vec<u8>)> = (0..2100).map(|n| (format!("p{n}.xml"), b"<a/>".to_vec())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    let typed = |part: (&'static str, &'static [u8])| packed(&[("[Content_Types].xml", types), part]);
    for (what, content, refused) in [
        ("64 MiB of nothing", packed(&[("[Content_Types].xml", types), ("a.bin", &zeros)]), Refused::Bomb),
        ("2,100 parts", packed(&many), Refused::Bomb),
        ("a way out", typed(("../../etc/passwd", b"x")), Refused::Damaged),
        ("a root", typed(("/etc/passwd", b"x")), Refused::Damaged),
        ("macros", typed(("word/vbaProject.bin", b"x")), Refused::Macros),
        ("no types", packed(&[("a.xml", b"<a/>")]), Refused::Damaged),
        ("broken XML", typed(("word/document.xml", b"<a><b></a>")), Refused::Damaged),
        (
            "deep XML",
            packed(&[("[Content_Types].xml", types), ("w.xml", "<a>".repeat(100_000).as_bytes())]),
            Refused::Damaged,
        ),
        (
            "something before it",
            [b"GIF89a".to_vec(), packed(&[("[Content_Types].xml", types)])].concat(),
            Refused::Damaged,
        ),
        ("no package", b"PK\x03\x04 and no more".to_vec(), Refused::Damaged),
    ] {
        assert_eq!(clean(Kind::Docx, &content).unwrap_err(), refused, "{what}");
    }
}

#[test]
fn huge_pictures_and_pictures_with_something_behind_them() {
    // A header that says 30,000 × 30,000, with a right checksum.
    let mut header = b"IHDR\x00\x00\x75\x30\x00\x00\x75\x30\x08\x02\x00\x00\x00".to_vec();
    let mut crc = 0xffff_ffff_u32;
    for byte in &header {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    header.extend((crc ^ 0xffff_ffff).to_be_bytes());
    let huge = [b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d".to_vec(), header].concat();
    assert_eq!(clean(Kind::Png, &huge).unwrap_err(), Refused::Pixels);
    for (name, kind, content) in documents().into_iter().filter(|(_, kind, _)| kind.is_image()) {
        let polyglot = [content, b"<script>alert('polyglot')</script>".to_vec()].concat();
        match clean(kind, &polyglot) {
            Ok(cleaned) => {
                assert!(!cleaned.content.windows(8).any(|w| w == b"polyglot"), "{name}");
            }
            Err(refused) => assert_eq!(refused, Refused::Damaged, "{name}"),
        }
    }
}

#[test]
fn protected_files_are_told_from_damaged_ones() {
    let manifest = r#"<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"#;
    let odt = packed(&[
        ("mimetype", Kind::Odt.media_type().as_bytes()),
        ("content.xml", b"\x01\x02"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ]);
    assert_eq!(clean(Kind::Odt, &odt).unwrap_err(), Refused::Protected);
    let (_, _, plain) = documents().into_iter().find(|(_, kind, _)| *kind == Kind::Pdf).unwrap();
    let mut document = lopdf::Document::load_mem(&plain).unwrap();
    document.trailer.set("ID", vec![lopdf::Object::string_literal("a"), lopdf::Object::string_literal("a")]);
    let version = lopdf::EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let mut locked = Vec::new();
    document.save_to(&mut locked).unwrap();
    assert_eq!(clean(Kind::Pdf, &locked).unwrap_err(), Refused::Protected);
}

#[test]
fn names_of_files_lead_nowhere_else() {
    for (given, kept) in [
        ("Report.docx", "Report.docx"),
        ("../../etc/passwd.docx", "passwd.docx"),
        ("C:\\Users\\ann\\Plan final.DOCX", "Plan final.docx"),
        (".docx", "file.docx"),
        ("..docx", "file.docx"),
        ("a\u{202e}xcod.docx", "axcod.docx"),
        ("a\r\nb\"<c>.docx", "abc.docx"),
        ("é à.docx", "é à.docx"),
    ] {
        assert_eq!(safe_name(given, Kind::Docx), kept, "{given}");
    }
    assert!(safe_name(&"x".repeat(500), Kind::Pdf).len() <= 104);
}
