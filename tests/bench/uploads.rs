//! What many large files at once cost: the server's memory, and how long others wait meanwhile. Forty learners send a
//! document of 25 MiB each at the same moment, while another one opens the page again and again (L05 of
//! `docs/src/operations/measurements.md`). Documents are looked into by processes of their own, whose memory is not in it.

#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a measurement prints and may stop")]

mod common;
#[path = "common/visitor.rs"]
mod visitor;

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use cercle::demo::campus::{Part, User};
use common::{Stage, cpu, resident_mib};
use rand::{RngCore as _, SeedableRng as _};
use visitor::{ACTIVITY, Visitor, between, trainer};

const LEARNERS: usize = 40;
const MIB: usize = 1024 * 1024;

/// A document with a picture in it that cannot be made smaller, a little under 25 MiB.
fn document() -> Bytes {
    let mut picture = vec![0; 24 * MIB + MIB / 2];
    rand_chacha::ChaCha8Rng::seed_from_u64(7).fill_bytes(&mut picture);
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/octet-stream"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
    let relations = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
    let text = r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>A plan.</w:t></w:r></w:p></w:body></w:document>"#;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let parts = [("[Content_Types].xml", types), ("_rels/.rels", relations), ("word/document.xml", text)];
    for (name, content) in parts
        .map(|(name, content)| (name, content.as_bytes()))
        .into_iter()
        .chain([("word/media/picture.bin", picture.as_slice())])
    {
        zip.start_file(name, stored).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner().into()
}

async fn measure(binary: &str, name: &str, database: &str) {
    let stage = Stage::start(binary, database).await;
    let school = stage.school();
    let set_up = Visitor::launch(&stage, &trainer(&school)).await;
    let csrf = between(&set_up.get("/peer/set-up").await, "name=\"csrf\" value=\"", "\"").to_owned();
    let activity = set_up.post("/peer/set-up", &[&[("csrf", csrf.as_str())], ACTIVITY].concat()).await;
    assert!(activity.starts_with("/peer/"), "{activity}");
    let model = school.users.iter().find(|u| u.part == Part::Learner).unwrap();
    let mut learners = Vec::new();
    for n in 0..LEARNERS {
        let user = User { sub: format!("{}", 9_000 + n), hint: format!("{}", 9_000 + n), ..model.clone() };
        let learner = Visitor::launch(&stage, &user).await;
        let csrf = between(&learner.get(&format!("{activity}/work")).await, "name=\"csrf\" value=\"", "\"").to_owned();
        learners.push((learner, csrf));
    }
    let (reader, _) = learners[0].clone();
    let content = document();
    let before = resident_mib(stage.pid());
    let is_over = Arc::new(AtomicBool::new(false));
    let (over, path, pid) = (is_over.clone(), activity.clone(), stage.pid());
    let reading = tokio::spawn(async move {
        let (mut times, mut most): (Vec<Duration>, f64) = (Vec::new(), 0.0);
        while !over.load(Ordering::Relaxed) {
            let begun = Instant::now();
            assert!(reader.get(&path).await.contains("</html>"));
            times.push(begun.elapsed());
            most = most.max(resident_mib(pid));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        times.sort();
        (times, most)
    });
    let (begun, idle) = (Instant::now(), cpu(stage.pid()));
    let sending = learners.into_iter().map(|(learner, csrf)| {
        let (activity, content) = (activity.clone(), content.clone());
        tokio::spawn(async move { learner.add_file(&activity, &csrf, content).await })
    });
    for sent in sending.collect::<Vec<_>>() {
        assert_eq!(sent.await.unwrap(), 200, "every file comes");
    }
    let (took, spent) = (begun.elapsed(), cpu(stage.pid()).saturating_sub(idle));
    is_over.store(true, Ordering::Relaxed);
    let (times, most) = reading.await.unwrap();
    let ms = |d: Duration| d.as_secs_f64() * 1000.0;
    println!(
        "{name}: {LEARNERS} files of {:.1} MiB at once in {:.1} s; memory {before:.1} MiB before, {most:.1} MiB at most \
         ({:+.1}), server CPU {:.1} s; {} pages meanwhile, median {:.1} ms, 95 of 100 within {:.1} ms; ready after {} ms",
        f64::from(u32::try_from(content.len() / 1024).unwrap()) / 1024.0,
        took.as_secs_f64(),
        most - before,
        spent.as_secs_f64(),
        times.len(),
        ms(times[times.len() / 2]),
        ms(times[times.len() * 95 / 100]),
        stage.ready_after.as_millis()
    );
    stage.stop().await;
}

fn main() {
    common::on_both_engines(async |binary, name, database| measure(binary, name, database).await);
}
