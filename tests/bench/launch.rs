//! What a launch costs: server CPU, memory, and the time from start to ready.
//!
//! The LMS, the tokens and the client run in this process; the server is the release binary, pinned to
//! one core. A launch is a login and the post of its `id_token`; logins come first, then all tokens are
//! signed, then they are posted, so that no signing is measured. See `docs/src/operations/measurements.md`.

#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a measurement prints and may stop")]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cercle::clock::Clock;
use cercle::crypto::provider::sign_jwt;
use cercle::crypto::rsa::{SigningKey, VerifyingKey};
use cercle::crypto::unb64;
use cercle::demo::campus::{Campus, Kind, Part};
use cercle::demo::{messages, pages, registration_of};
use futures_util::StreamExt as _;

const LAUNCHES: usize = 2_000;
/// Connections at once, as when a class arrives.
const PARALLEL: usize = 16;

struct Tool {
    child: Child,
    origin: String,
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn environment(database: &str, folder: &std::path::Path, listen: &str) -> Vec<(String, String)> {
    [
        ("CERCLE_PUBLIC_URL", format!("http://{listen}")),
        ("CERCLE_LISTEN", listen.to_owned()),
        ("CERCLE_DATABASE_URL", database.to_owned()),
        ("CERCLE_KEYS_DIR", folder.join("keys").display().to_string()),
        ("CERCLE_LOGINS_PER_MINUTE", "0".to_owned()),
        ("CERCLE_ALLOW_INSECURE_PLATFORMS", "true".to_owned()),
        ("CERCLE_LOG", "warn".to_owned()),
    ]
    .map(|(k, v)| (k.to_owned(), v))
    .to_vec()
}

async fn start(binary: &str, environment: &[(String, String)], listen: &str) -> (Tool, Duration) {
    let begun = Instant::now();
    let child = Command::new("taskset")
        .args(["-c", "0", binary, "serve"])
        .envs(environment.iter().cloned())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let http = reqwest::Client::new();
    while !http.get(format!("http://{listen}/readyz")).send().await.is_ok_and(|a| a.status() == 200) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the server does not get ready");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (Tool { child, origin: format!("http://{listen}") }, begun.elapsed())
}

/// CPU time of a process so far.
fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

fn resident_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

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
    let folder = std::env::temp_dir().join(format!("cercle-bench-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let database = database.replace("FOLDER", &folder.display().to_string());
    let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let environment = environment(&database, &folder, &listen);
    let lms_listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://localhost:{}", lms_listener.local_addr().unwrap().port());
    let campus = Campus::new(&base, Clock::default()).unwrap();
    let lms = pages::LmsServer::over(lms_listener, campus.clone()).unwrap();
    let stop = lms.handle();
    tokio::spawn(lms.run());
    // The first start makes the database; the one that is timed finds it.
    drop(start(binary, &environment, &listen).await);
    let school = campus.schools().into_iter().find(|s| s.kind == Kind::Moodle).unwrap();
    let new = registration_of(&school, &base);
    let output = Command::new(binary)
        .args(["platform", "add", "--json", "--name", "S", "--issuer", &new.issuer, "--client-id", &new.client_id])
        .args(["--authorization-endpoint", &new.authorization_endpoint, "--token-endpoint", &new.token_endpoint])
        .args(["--jwks-uri", &new.jwks_uri])
        .envs(environment.iter().cloned())
        .output()
        .unwrap();
    let added: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let (tool, ready_after) = start(binary, &environment, &listen).await;
    let pid = tool.child.id();
    let resident = resident_mib(pid);
    campus.connect(&school.client_id, &tool.origin, added["id"].as_str().unwrap());
    let school = campus.schools().into_iter().find(|s| s.kind == Kind::Moodle).unwrap();
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
        ready_after.as_millis(),
        resident_mib(pid)
    );
    drop(tool);
    stop.stop(false).await;
    let _ = std::fs::remove_dir_all(&folder);
}

fn main() {
    let binary = std::env::var("CERCLE_TEST_BENCH_BINARY").expect("run tests/bench/run-launch");
    let postgres = std::env::var("CERCLE_TEST_POSTGRES_URL").expect("run tests/bench/run-launch");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        measure(&binary, "SQLite", "sqlite:FOLDER/bench.db").await;
        measure(&binary, "PostgreSQL", &postgres).await;
    });
}
