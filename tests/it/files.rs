//! Files of works: authors keep theirs, reviewers get copies that name nobody, everybody else gets nothing, and what is
//! not taken is refused in words (reliability-security.md T63, T64, T77–T81).

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cercle::demo::campus::Kind;
use cercle::store::Engine;
use reqwest::header::HeaderMap;

use crate::harness::{Page, Session, TestApp, on_both_engines};

on_both_engines! {
    a_work_with_files_goes_round,
    in_open_reviews_files_keep_their_names,
    what_is_not_taken_is_refused_in_words,
    a_file_belongs_to_one_draft,
    what_no_work_has_any_more_is_cleared_away,
}

fn document(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/documents").join(name)).unwrap()
}

/// Everything on the shelf.
fn on_disk(app: &TestApp) -> Vec<PathBuf> {
    app.context.files.list().unwrap().into_iter().map(|(_, path)| path).collect()
}

fn half_written(app: &TestApp) -> usize {
    std::fs::read_dir(app.context.settings.data_dir.join("files/new")).map_or(0, Iterator::count)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |v| v.to_str().unwrap())
}

fn has(content: &[u8], words: &str) -> bool {
    content.windows(words.len()).any(|w| w == words.as_bytes())
}

/// The addresses of the files in a page: as they were sent, and the copies.
fn links(page: &Page) -> Vec<String> {
    page.attributes(".files li > a:first-child", "href")
}

async fn added(learner: &Session, name: &str, content: &[u8]) -> Page {
    let page = learner.add_file(name, content).await;
    assert_eq!(page.status, 200, "{name}: {}", page.text("main"));
    page
}

async fn a_work_with_files_goes_round(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1")]).await;
    let author = app.learner(Kind::Canvas, 0).await;
    let (report, photo) = (document("04-changes.docx"), document("32-photo.jpg"));
    added(&author, "Quist report.docx", &report).await;
    let list = added(&author, "C:\\Users\\zquist\\me.JPEG", &photo).await;
    assert_eq!(list.all(".files li > a:first-child"), ["Quist report.docx", "me.jpg"]);
    let own = links(&list);

    // A draft's files are its author's.
    let stranger = app.learner(Kind::Canvas, 1).await;
    for path in [own[0].clone(), format!("{}/copy", own[0])] {
        assert_eq!(trainer.get(&path).await.status, 404);
        assert_eq!(stranger.get(&path).await.status, 404);
        assert_eq!(author.get(&path).await.status, 200);
    }
    assert_eq!(author.hand_in("").await.status, 303, "files are a work, also without text");
    assert_eq!(author.get(&format!("{activity}/work")).await.status, 303);
    assert_eq!(links(&author.get(&activity).await), own);
    let (headers, content) = author.download(&own[0]).await;
    assert!(content == report, "authors get back what they sent");
    assert_eq!(header(&headers, "content-type"), "application/octet-stream");
    assert!(header(&headers, "content-disposition").contains("filename=\"Quist report.docx\""));
    assert_eq!(header(&headers, "content-length"), report.len().to_string());

    // Handed in, it is still nobody's who does not review it.
    for path in own.iter().flat_map(|path| [path.clone(), format!("{path}/copy")]) {
        assert_eq!(stranger.get(&path).await.status, 404);
    }
    // A reviewer gets the copies and no names.
    assert_eq!(stranger.hand_in("<div>Another work.</div>").await.status, 303);
    let started = stranger.post(&format!("{activity}/reviews"), &[]).await;
    let review = stranger.get(&started.location()).await;
    assert_eq!(review.all(".files li > a:first-child"), ["File 1", "File 2"]);
    assert!(!review.body.to_lowercase().contains("quist") && !review.body.contains("me.jpg"));
    let copies = links(&review);
    for (at, path) in own.iter().enumerate() {
        assert_eq!(stranger.get(path).await.status, 404, "never the original");
        assert_eq!(copies[at], format!("{path}/copy"));
        let (headers, content) = stranger.download(&copies[at]).await;
        for name in ["Zebulon", "Quist", "zquist"] {
            assert!(!has(&content, name), "{path} has {name}");
        }
        let disposition = header(&headers, "content-disposition");
        assert!(
            disposition.starts_with("attachment; filename=\"work-") && !disposition.contains("uist"),
            "{disposition}"
        );
        assert_eq!(header(&headers, "content-security-policy"), "default-src 'none'; sandbox; frame-ancestors 'none'");
        assert_eq!(header(&headers, "x-content-type-options"), "nosniff");
        assert_eq!(header(&headers, "cross-origin-resource-policy"), "same-origin");
        assert_eq!(header(&headers, "cache-control"), "no-store");
    }
    let shown = review.attributes("details[data-show]", "data-src");
    assert_eq!(shown, [copies[1].clone()], "pictures are shown in the page, as copies");

    // The trainer gets what was sent.
    let sheet = trainer.get(&activity).await.attributes("#group th a", "href").remove(0);
    let sheet = trainer.get(&sheet).await;
    assert_eq!(sheet.all(".files li > a:first-child"), ["Quist report.docx", "me.jpg"]);
    assert!(trainer.download(&links(&sheet)[0]).await.1 == report);
    // Another company has no such activity.
    let other = app.trainer(Kind::Moodle).await;
    assert_eq!(other.get(&own[0]).await.status, 404);
    assert_eq!(other.get(&format!("{}/copy", own[0])).await.status, 404);
}

async fn in_open_reviews_files_keep_their_names(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1"), ("anonymity", "open")]).await;
    let author = app.learner(Kind::Canvas, 0).await;
    added(&author, "Our plan.pdf", &document("25-information.pdf")).await;
    assert_eq!(author.hand_in("<div>See the file.</div>").await.status, 303);
    let reviewer = app.learner(Kind::Canvas, 1).await;
    assert_eq!(reviewer.hand_in("<div>Mine.</div>").await.status, 303);
    let started = reviewer.post(&format!("{activity}/reviews"), &[]).await;
    let review = reviewer.get(&started.location()).await;
    assert_eq!(review.all(".files li > a:first-child"), ["Our plan.pdf"]);
    let (headers, _) = reviewer.download(&links(&review)[0]).await;
    assert!(header(&headers, "content-disposition").contains("Our plan.pdf"));
    assert_eq!(header(&headers, "content-type"), "application/pdf");
}

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

async fn what_is_not_taken_is_refused_in_words(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1")]).await;
    let learner = app.learner(Kind::Canvas, 0).await;
    assert_eq!(
        learner
            .post(&format!("{activity}/work/draft"), &[("text", "<div>Kept.</div>"), ("revision", "0")])
            .await
            .status,
        200
    );
    let (docx, pdf) = (document("01-properties.docx"), document("25-information.pdf"));
    let zeros = vec![0_u8; 64 * 1024 * 1024];
    let bomb = package(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", &zeros)]);
    let macros = package(&[("[Content_Types].xml", b"<Types/>"), ("word/vbaProject.bin", b"x")]);
    for (name, content, words) in [
        ("setup.exe", &b"MZ"[..], "kind of file is not taken"),
        ("page.html", b"<script>alert(1)</script>", "kind of file is not taken"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "kind of file is not taken"),
        ("noname", b"x", "kind of file is not taken"),
        ("really.docx", &pdf, "cannot be read to its end"),
        ("really.pdf", &docx, "not what its name says"),
        ("lies.xlsx", &docx, "not what its name says"),
        ("polyglot.docx", &[b"GIF89a", &docx[..]].concat(), "cannot be read to its end"),
        ("cut.docx", &docx[..docx.len() / 2], "cannot be read to its end"),
        ("noise.png", b"\x89PNG\r\n\x1a\nnoise", "cannot be read to its end"),
        ("binary.txt", b"a\0b", "not what its name says"),
        ("bomb.docx", &bomb, "too large when it is opened"),
        ("macros.docx", &macros, "brings macros"),
        ("empty.pdf", b"", "nothing in this file"),
        ("big.txt", &vec![b'a'; 25 * 1024 * 1024 + 1], "too large"),
    ] {
        let page = learner.add_file(name, content).await;
        assert_eq!(page.status, 409, "{name}");
        assert!(page.text("main").contains(words), "{name}: {}", page.text("main"));
    }
    assert!(on_disk(app).is_empty() && half_written(app) == 0, "nothing of them stays");
    let editor = learner.get(&format!("{activity}/work")).await;
    assert!(editor.attribute("#text", "value").unwrap().contains("Kept."), "no text was lost");
    assert!(links(&editor).is_empty());

    // Neither without the session's token, nor from another site, nor by those who have no work.
    let url = format!("{}{activity}/work/files?name=a.txt", app.origin);
    let send = |by: &Session, token: String, origin: &str| {
        let request = app.http.post(&url).header("X-CSRF-Token", token).header("Origin", origin).body("text");
        request.header(by.credential.0, &by.credential.1).send()
    };
    assert_eq!(send(&learner, String::new(), &app.origin).await.unwrap().status(), 403);
    assert_eq!(send(&learner, "x".repeat(43), &app.origin).await.unwrap().status(), 403);
    assert_eq!(send(&learner, learner.token().await, "https://evil.example").await.unwrap().status(), 403);
    assert_eq!(send(&trainer, trainer.token().await, &app.origin).await.unwrap().status(), 403);
    assert!(on_disk(app).is_empty());
    assert_eq!(send(&learner, learner.token().await, &app.origin).await.unwrap().status(), 200);
}

async fn a_file_belongs_to_one_draft(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1")]).await;
    let (learner, other) = (app.learner(Kind::Canvas, 0).await, app.learner(Kind::Canvas, 1).await);
    // Two windows at once, before there is any text; and a double click.
    let (a, b, c) = tokio::join!(
        learner.add_file("a.txt", b"one"),
        learner.add_file("b.txt", b"two"),
        learner.add_file("a.txt", b"one")
    );
    assert_eq!((a.status, b.status, c.status), (200, 200, 200));
    let editor = format!("{activity}/work");
    let mut names = learner.get(&editor).await.all(".files li > a:first-child");
    names.sort();
    assert_eq!(names, ["a.txt", "b.txt"]);
    // What is written afterwards is saved as if the files were not there.
    let saved = learner.post(&format!("{editor}/draft"), &[("text", "<div>Text.</div>"), ("revision", "0")]).await;
    assert_eq!(saved.status, 200, "{}", saved.body);

    // The same content from somebody else is on disk once, and stays when one of the two removes it.
    added(&other, "mine.txt", b"one").await;
    assert_eq!(on_disk(app).len(), 2);
    let remove = learner.get(&editor).await.attributes("[data-remove-file]", "data-remove-file");
    assert_eq!(other.post(&remove[0], &[]).await.status, 200, "somebody else's is not there to remove");
    assert_eq!(links(&learner.get(&editor).await).len(), 2);
    for _ in 0..2 {
        for path in &remove {
            assert_eq!(learner.post(path, &[]).await.status, 200, "twice is once");
        }
    }
    assert!(links(&learner.get(&editor).await).is_empty());
    assert_eq!(on_disk(app).len(), 1, "what nobody has any more is gone at once");
    assert_eq!(other.download(&links(&other.get(&editor).await)[0]).await.1, b"one");

    let empty = learner.post(&editor, &[("text", "<div><br></div>"), ("revision", "1")]).await;
    assert_eq!(empty.status, 422, "neither text nor a file");
    let kept = added(&learner, "c.txt", b"three").await;
    assert_eq!(learner.post(&editor, &[("text", "<div><br></div>"), ("revision", "2")]).await.status, 303);
    assert_eq!(learner.add_file("late.txt", b"late").await.status, 409);
    let remove = kept.attributes("[data-remove-file]", "data-remove-file");
    assert_eq!(learner.post(&remove[0], &[]).await.status, 409, "a work that was handed in keeps its files");
    assert_eq!(learner.post(&format!("{editor}/back"), &[]).await.status, 303);
    assert_eq!(learner.post(&remove[0], &[]).await.status, 200);
    for n in 0..20 {
        added(&learner, &format!("{n}.txt"), format!("{n}").as_bytes()).await;
    }
    assert!(learner.add_file("one more.txt", b"x").await.text("main").contains("at most 20 files"));
}

async fn what_no_work_has_any_more_is_cleared_away(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[("reviews", "1")]).await;
    let learner = app.learner(Kind::Canvas, 0).await;
    added(&learner, "kept.txt", b"kept").await;
    let list = added(&learner, "gone.txt", b"gone").await;
    let remove = list.attributes("[data-remove-file]", "data-remove-file").remove(1);
    // While somebody else sends a file nothing is removed at once.
    let writing = app.context.files.writing().unwrap();
    assert_eq!(learner.post(&remove, &[]).await.status, 200);
    drop(writing);
    assert_eq!(on_disk(app).len(), 2);
    for path in on_disk(app) {
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let clear = || {
        let named = || {
            use cercle::store::schema::files;
            use diesel::prelude::*;
            let hashes: Vec<(String, String)> = app
                .context
                .db
                .read_blocking(|c| -> Result<_, cercle::store::StoreError> {
                    Ok(files::table.select((files::hash, files::clean_hash)).load(c)?)
                })
                .unwrap();
            Ok::<_, std::io::Error>(hashes.into_iter().flat_map(|(a, b)| [a, b]).collect())
        };
        app.context.files.clear(named).unwrap()
    };
    assert_eq!(clear(), 0, "it may still be on its way to a row");
    let days_ago = SystemTime::now() - Duration::from_hours(50);
    for path in on_disk(app) {
        std::fs::File::options().append(true).open(path).unwrap().set_modified(days_ago).unwrap();
    }
    let writing = app.context.files.writing().unwrap();
    assert_eq!(clear(), 0, "not while somebody writes");
    drop(writing);
    assert_eq!(clear(), 1);
    let path = links(&learner.get(&format!("{activity}/work")).await).remove(0);
    assert_eq!(learner.download(&path).await.1, b"kept");
    // What is missing on disk is said, and does not look like an empty file.
    std::fs::remove_file(on_disk(app).remove(0)).unwrap();
    let page = learner.get(&path).await;
    assert_eq!(page.status, 409);
    assert!(page.text("main").contains("not where it should be"));
}

/// A scanner as administrators would name it: it answers as `clamdscan` does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scanner_of_the_settings_is_asked() {
    let folder = std::env::temp_dir().join(format!("cercle-scanner-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = folder.join("scan");
    let lines = "#!/bin/sh\n[ \"$1\" = --quiet ] || exit 2\ngrep -q VIRUS \"$2\" && exit 1\ngrep -q BROKEN \"$2\" && exit 3\nexit 0\n";
    std::fs::write(&script, lines).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let scanner = format!("{} --quiet", script.display());
    let app = TestApp::start_with(Engine::Sqlite, |s| s.file_scanner = scanner).await;
    let trainer = app.trainer(Kind::Canvas).await;
    trainer.set_up(&[("reviews", "1")]).await;
    let learner = app.learner(Kind::Canvas, 0).await;
    assert_eq!(learner.add_file("good.txt", b"good").await.status, 200);
    assert!(learner.add_file("bad.txt", b"a VIRUS").await.text("main").contains("virus scanner found"));
    assert!(learner.add_file("odd.txt", b"BROKEN").await.text("main").contains("cannot be checked just now"));
    assert_eq!(half_written(&app), 0);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(
        learner.add_file("good.txt", b"other").await.text("main").contains("cannot be checked just now"),
        "never unchecked"
    );
    app.stop().await;
}

/// Less than the default, so that the test is quick: the sum counts, and the largest file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_are_settings() {
    let app = TestApp::start_with(Engine::Sqlite, |s| (s.file_max_mib, s.work_max_mib) = (1, 2)).await;
    let trainer = app.trainer(Kind::Canvas).await;
    trainer.set_up(&[("reviews", "1")]).await;
    let learner = app.learner(Kind::Canvas, 0).await;
    let mib = |letter: u8| vec![letter; 1024 * 1024];
    assert_eq!(learner.add_file("a.txt", &mib(b'a')).await.status, 200);
    assert_eq!(learner.add_file("b.txt", &mib(b'b')).await.status, 200);
    assert!(learner.add_file("c.txt", b"c").await.text("main").contains("too large together"));
    assert!(learner.add_file("d.txt", &[mib(b'd'), vec![0]].concat()).await.text("main").contains("too large"));
    app.stop().await;
}
