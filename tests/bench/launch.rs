//! What a launch costs: server CPU, memory, and the time from start to ready.
//!
//! The LMS, the tokens and the client run in this process; the server is the release binary, pinned to
//! one core. A launch is a login and the post of its `id_token`; logins come first, then all tokens are
//! signed, then they are posted, so that no signing is measured. See `docs/src/operations/measurements.md`.

#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a measurement prints and may stop")]

mod common;

use std::time::{Duration, Instant};

use cercle::clock::Clock;
use cercle::crypto::provider::sign_jwt;
use cercle::crypto::rsa::{SigningKey, VerifyingKey};
use cercle::crypto::unb64;
use cercle::demo::campus::Part;
use cercle::demo::messages;
use common::{Stage, cpu, resident_mib};
use futures_util::StreamExt as _;

const LAUNCHES: usize = 2_000;
/// Connections at once, as when a class arrives.
const PARALLEL: usize = 16;

/// The yardstick: how long this machine takes, now, to verify one RSA-2048 signature.
fn verification() -> Duration {
    let key = SigningKey::generate().unwrap();
    let jwt = sign_jwt(&key, &serde_json::json!({"sub": "x"})).unwrap();
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let (n, e) = key.public_members().unwrap();
    let public = VerifyingKey::from_components(&unb64(&n).unwrap(), &unb64(&e).unwrap()).unwrap();
    let signature = unb64(signature).unwrap();
    let mut times: Vec<Duration> = (0..20)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..200 {
                assert!(public.verifies(message.as_bytes(), &signature));
            }
            begun.elapsed() / 200
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

async fn measure(binary: &str, name: &str, database: &str) {
    let stage = Stage::start(binary, database).await;
    let (campus, base, school) = (&stage.campus, stage.campus.base().to_owned(), stage.school());
    let pid = stage.pid();
    let resident = resident_mib(pid);
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let learners: Vec<_> = school.users.iter().filter(|u| u.part == Part::Learner).cloned().collect();
    let mut results = Vec::new();
    // The first round warms the cache of keys and the pages of the database.
    for round in 0..4 {
        let count = if round == 0 { 200 } else { LAUNCHES };
        let before = cpu(pid);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("iss", &school.issuer)
            .append_pair("login_hint", "5")
            .append_pair("lti_message_hint", "{\"cmid\":2,\"launchid\":\"ltilaunch1_1509060915\"}")
            .append_pair("client_id", &school.client_id)
            .finish();
        let posts = (0..count).map(|_| {
            let request = http
                .post(school.login_url())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(body.clone());
            async move {
                let answer = request.send().await.unwrap();
                let location = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
                let value = |name: &str| location.query_pairs().find(|(k, _)| k == name).unwrap().1.into_owned();
                let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
                (value("state"), value("nonce"), cookie)
            }
        });
        let logins: Vec<_> = futures_util::stream::iter(posts).buffer_unordered(PARALLEL).collect().await;
        let after_logins = cpu(pid);
        let forms: Vec<(String, String)> = logins
            .into_iter()
            .enumerate()
            .map(|(i, (state, nonce, cookie))| {
                let user = &learners[i % learners.len()];
                let claims =
                    messages::resource_link(&school, &base, user, &school.links[0], &nonce, Clock::default().now());
                let token = sign_jwt(campus.key(), &claims).unwrap();
                let body = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("id_token", &token)
                    .append_pair("state", &state)
                    .finish();
                (body, cookie)
            })
            .collect();
        let (idle, begun) = (cpu(pid), Instant::now());
        let posts = forms.iter().map(|(body, cookie)| {
            http.post(school.redirect_uri())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Cookie", cookie)
                .body(body.clone())
                .send()
        });
        let answers: Vec<_> = futures_util::stream::iter(posts).buffer_unordered(PARALLEL).collect().await;
        assert!(answers.into_iter().all(|answer| answer.unwrap().status() == 303));
        let spent = after_logins.saturating_sub(before) + cpu(pid).saturating_sub(idle);
        let per_launch = spent.as_secs_f64() * 1000.0 / f64::from(u32::try_from(count).unwrap());
        if round > 0 {
            let rate = f64::from(u32::try_from(count).unwrap()) / begun.elapsed().as_secs_f64();
            let yardstick = verification().as_secs_f64() * 1000.0;
            let ratio = per_launch / yardstick;
            println!(
                "{name}: {per_launch:.3} ms server CPU per launch, {ratio:.1} signature verifications of {:.0} µs \
                 ({rate:.0} id_token posts per second)",
                yardstick * 1000.0
            );
            results.push((per_launch, ratio));
        }
    }
    results.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (per_launch, _) = results[results.len() / 2];
    results.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (_, ratio) = results[results.len() / 2];
    println!(
        "{name}: median {per_launch:.3} ms, {ratio:.1} verifications; ready after {} ms; {resident:.1} MiB when ready, {:.1} MiB after",
        stage.ready_after.as_millis(),
        resident_mib(pid)
    );
    stage.stop().await;
}

fn main() {
    common::on_both_engines(async |binary, name, database| measure(binary, name, database).await);
}
