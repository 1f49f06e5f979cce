//! How long the picker takes to show a trainer 500 activities, searched and paged. The time is that of the
//! whole request over a local connection. See `docs/src/operations/measurements.md`.

#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a measurement prints and may stop")]

mod common;

use std::time::{Duration, Instant};

use cercle::clock::Clock;
use cercle::crypto::provider::sign_jwt;
use cercle::demo::campus::{Kind, Part, Picker};
use cercle::demo::messages;
use common::{Stage, cpu, resident_mib};

const ACTIVITIES: usize = 500;
const REQUESTS: u32 = 300;

/// A browser that keeps one session.
struct Trainer {
    http: reqwest::Client,
    origin: String,
    cookie: String,
}

impl Trainer {
    /// Opens the picker by a deep linking request.
    async fn open(stage: &Stage) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let picker = Picker::default();
        let secret = stage.campus.with(Kind::Moodle, |s| s.open_picker(picker.clone())).unwrap();
        let school = stage.school();
        let post = async |url: String, fields: &[(&str, &str)], cookie: &str| {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            let request = http.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
            request.header("Cookie", cookie).send().await.unwrap()
        };
        let cookie = |answer: &reqwest::Response, name: &str| {
            let all = answer.headers().get_all("set-cookie").iter().map(|v| v.to_str().unwrap());
            all.filter(|v| v.starts_with(name)).map(|v| v.split(';').next().unwrap().to_owned()).next().unwrap()
        };
        let login = [("iss", school.issuer.as_str()), ("login_hint", "2"), ("client_id", &school.client_id)];
        let answer = post(school.login_url(), &login, "").await;
        let location = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let value = |name: &str| location.query_pairs().find(|(k, _)| k == name).unwrap().1.into_owned();
        let user = school.users.iter().find(|u| u.part == Part::Trainer).unwrap();
        let (base, now) = (stage.campus.base(), Clock::default().now());
        let claims = messages::deep_linking(&school, base, user, (&picker, &secret), &value("nonce"), now);
        let token = sign_jwt(stage.campus.key(), &claims).unwrap();
        let fields = [("id_token", token.as_str()), ("state", &value("state"))];
        let answer = post(school.redirect_uri(), &fields, &cookie(&answer, "__Host-lti_")).await;
        let cookie = cookie(&answer, "__Host-cercle=");
        let trainer = Self { http, origin: school.tool.0.clone(), cookie };
        trainer.get("/open").await;
        trainer
    }

    async fn get(&self, path: &str) -> String {
        let request = self.http.get(format!("{}{path}", self.origin)).header("Cookie", &self.cookie);
        request.send().await.unwrap().text().await.unwrap()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.origin)).header("Cookie", &self.cookie);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        request.send().await.unwrap().text().await.unwrap()
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|rest| rest.split(after).next()).expect("the page has it")
}

/// One activity by the form, then copies of it, fifty to an answer.
async fn fill(stage: &Stage) {
    let trainer = Trainer::open(stage).await;
    let form = trainer.get("/peer/set-up").await;
    let csrf = between(&form, "name=\"csrf\" value=\"", "\"").to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("title", "Étude de cas"),
        ("brief", "<div>Write two sentences.</div>"),
        ("reviews", "2"),
        ("criteria", "1"),
        ("c0_title", "Facts"),
        ("c0_weight", "10"),
        ("c0_levels", "2"),
        ("c0_l0_label", "no"),
        ("c0_l0_points", "0"),
        ("c0_l1_label", "yes"),
        ("c0_l1_points", "1"),
        ("action", "save"),
    ];
    trainer.post("/peer/set-up", &fields).await;
    let mut made = 1;
    while made < ACTIVITIES {
        let trainer = Trainer::open(stage).await;
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
    let trainer = Trainer::open(&stage).await;
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
