//! How long the picker takes to show a trainer 500 activities, searched and paged. The time is that of the
//! whole request over a local connection. See `docs/src/operations/measurements.md`.

#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a measurement prints and may stop")]

mod common;
#[path = "common/visitor.rs"]
mod visitor;

use std::time::{Duration, Instant};

use common::{Stage, cpu, resident_mib};
use visitor::{ACTIVITY, Visitor, between};

const ACTIVITIES: usize = 500;
const REQUESTS: u32 = 300;

/// One activity by the form, then copies of it, fifty to an answer.
async fn fill(stage: &Stage) {
    let trainer = Visitor::pick(stage).await;
    let form = trainer.get("/peer/set-up").await;
    let csrf = between(&form, "name=\"csrf\" value=\"", "\"").to_owned();
    let fields = [&[("csrf", csrf.as_str())], ACTIVITY].concat();
    trainer.post("/peer/set-up", &fields).await;
    let mut made = 1;
    while made < ACTIVITIES {
        let trainer = Visitor::pick(stage).await;
        let page = trainer.get("/pick").await;
        let csrf = between(&page, "name=\"csrf\" value=\"", "\"").to_owned();
        let copy = format!("copy:{}", between(&page, "value=\"copy:", "\""));
        let count = (ACTIVITIES - made).min(50);
        let mut fields = vec![("choice", copy.as_str()); count];
        fields.push(("csrf", &csrf));
        let answer = trainer.post("/lti/deep-links", &fields).await;
        assert!(answer.contains("name=\"JWT\""), "{answer}");
        made += count;
    }
}

async fn measure(binary: &str, name: &str, database: &str) {
    let stage = Stage::start(binary, database).await;
    fill(&stage).await;
    let trainer = Visitor::pick(&stage).await;
    assert!(trainer.get("/pick").await.contains("500"));
    for (what, path) in [("first page", "/pick"), ("last page", "/pick?page=25"), ("search", "/pick?q=cas+%C3%A9tude")]
    {
        let before = cpu(stage.pid());
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..REQUESTS {
            let begun = Instant::now();
            let page = trainer.get(path).await;
            times.push(begun.elapsed());
            assert!(page.contains("copy:"));
        }
        times.sort();
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        println!(
            "{name}: {what} of {ACTIVITIES}: median {:.1} ms, 99 of 100 within {:.1} ms, server CPU {:.1} ms",
            ms(times[times.len() / 2]),
            ms(times[times.len() * 99 / 100]),
            ms(cpu(stage.pid()).saturating_sub(before)) / f64::from(REQUESTS)
        );
    }
    println!(
        "{name}: ready after {} ms, {:.1} MiB at the end",
        stage.ready_after.as_millis(),
        resident_mib(stage.pid())
    );
    stage.stop().await;
}

fn main() {
    common::on_both_engines(async |binary, name, database| measure(binary, name, database).await);
}
