//! `kill -9` at any point between "release" and "sent": after a restart every released grade reaches
//! the LMS exactly once in effect. Real processes, both engines.

use std::collections::HashMap;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cercle::clock::Clock;
use cercle::demo::campus::{Kind, Part, School};
use cercle::store::migrations::{self, SchemaError};
use cercle::store::{Db, Engine};
use serde_json::Value;

use crate::harness::{Browser, Lms, Session, TestDatabase, eventually, http, person};

/// `cercle serve` as a process of its own.
pub struct Process {
    pub origin: String,
    pub listen: String,
    child: Child,
    environment: Vec<(String, String)>,
}

impl Process {
    pub async fn start(database: &TestDatabase, kill_at: Option<&str>) -> Self {
        Self::start_with(database, kill_at, &[]).await
    }

    pub async fn start_with(database: &TestDatabase, kill_at: Option<&str>, more: &[(&str, String)]) -> Self {
        let listen = free_address();
        Self::spawn_with(database, (&listen, &format!("http://{listen}")), kill_at, more).await
    }

    /// A second process that answers under another one's address.
    pub async fn start_behind(database: &TestDatabase, origin: &str) -> Self {
        Self::spawn(database, &free_address(), origin, None).await
    }

    pub async fn spawn(database: &TestDatabase, listen: &str, origin: &str, kill_at: Option<&str>) -> Self {
        Self::spawn_with(database, (listen, origin), kill_at, &[]).await
    }

    async fn spawn_with(
        database: &TestDatabase,
        (listen, origin): (&str, &str),
        kill_at: Option<&str>,
        more: &[(&str, String)],
    ) -> Self {
        let environment = Self::environment(database, (listen, origin), kill_at, more);
        let child = Self::command(&environment).spawn().unwrap();
        let mut process = Self { origin: origin.to_owned(), listen: listen.to_owned(), child, environment };
        process.wait_until_ready().await;
        process
    }

    fn command(environment: &[(String, String)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cercle"));
        command.arg("serve").envs(environment.iter().cloned()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn environment(
        database: &TestDatabase,
        (listen, origin): (&str, &str),
        kill_at: Option<&str>,
        more: &[(&str, String)],
    ) -> Vec<(String, String)> {
        let folder = &database.folder;
        let mut environment: Vec<(String, String)> = [
            ("CERCLE_PUBLIC_URL", origin.to_owned()),
            ("CERCLE_LISTEN", listen.to_owned()),
            ("CERCLE_DATABASE_URL", database.url.clone()),
            ("CERCLE_KEYS_DIR", folder.join("keys").display().to_string()),
            ("CERCLE_DATA_DIR", folder.join("data").display().to_string()),
            ("CERCLE_ALLOW_INSECURE_PLATFORMS", "true".to_owned()),
            ("CERCLE_AGS_LEASE_SECONDS", "2".to_owned()),
            ("CERCLE_AGS_RETRY_SECONDS", "1".to_owned()),
            ("CERCLE_AGS_CHECK_SECONDS", "1".to_owned()),
            ("CERCLE_LOG", "warn".to_owned()),
        ]
        .map(|(k, v)| (k.to_owned(), v))
        .to_vec();
        environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        environment.extend(kill_at.map(|at| ("CERCLE_TEST_KILL_AT".to_owned(), at.to_owned())));
        environment
    }

    async fn wait_until_ready(&mut self) {
        let (client, start) = (http(), Instant::now());
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let mut log = String::new();
                self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
                panic!("cercle serve ended with {status}: {log}");
            }
            let answer = client.get(format!("http://{}/readyz", self.listen)).send().await;
            if answer.is_ok_and(|a| a.status() == 200) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "cercle serve is not ready after 20 seconds");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the process has killed itself.
    async fn wait_until_killed(&mut self) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                use std::os::unix::process::ExitStatusExt as _;
                assert_eq!(status.signal(), Some(9), "the process was killed, it did not end");
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "the process did not reach the place");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Registers a school by the command line and connects it.
    pub fn register(&self, lms: &Lms, kind: Kind) -> (String, School) {
        let new = cercle::demo::registration_of(&lms.school(kind), lms.campus.base());
        let output = Command::new(env!("CARGO_BIN_EXE_cercle"))
            .args(["platform", "add", "--json", "--name", "School", "--issuer", &new.issuer])
            .args(["--client-id", &new.client_id, "--authorization-endpoint", &new.authorization_endpoint])
            .args(["--token-endpoint", &new.token_endpoint, "--jwks-uri", &new.jwks_uri])
            .args(["--family", new.family.as_str()])
            .envs(self.environment.clone())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let added: Value = serde_json::from_slice(&output.stdout).unwrap();
        let id = added["id"].as_str().unwrap().to_owned();
        lms.campus.connect(&new.client_id, &self.origin, &id);
        (id, lms.school(kind))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A trainer with an activity behind a link, and learners who have all reviewed each other.
pub async fn reviewed(
    lms: &Lms,
    browser: &Browser,
    school: &School,
    link: usize,
    learners: usize,
) -> (Session, String) {
    let open = async |part: Part, n: usize| {
        let user = person(school, part, n);
        browser.launch(lms, school, &user, &school.links[link], |_| {}).await.expect("a launch")
    };
    let trainer = open(Part::Trainer, 0).await;
    let activity = trainer.set_up(&[]).await;
    let mut all = Vec::new();
    for n in 0..learners {
        let learner = open(Part::Learner, n).await;
        assert_eq!(learner.hand_in("<div>My work.</div>").await.status, 303);
        all.push(learner);
    }
    for learner in &all {
        assert_eq!(learner.review(["3", "2", "1"]).await.status, 303);
    }
    (trainer, activity)
}

/// Releases, and does not mind if the process dies meanwhile.
pub async fn release(browser: &Browser, trainer: &Session, activity: &str) {
    let preview = trainer.get(&format!("{activity}/release")).await;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf", &preview.attribute("input[name=csrf]", "value").unwrap())
        .append_pair("digest", &preview.attribute("input[name=digest]", "value").unwrap())
        .finish();
    let _ = browser
        .http
        .post(format!("{}{activity}/release", browser.origin))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header(trainer.credential.0, &trainer.credential.1)
        .body(body)
        .send()
        .await;
}

/// Three learners, each reviewed once; the trainer releases and the process dies at the place.
async fn one_place(engine: Engine, kind: Kind, place: &str) {
    let database = TestDatabase::new(engine);
    let lms = Lms::start(Clock::default());
    let mut process = Process::start(&database, Some(place)).await;
    let (_, school) = process.register(&lms, kind);
    let browser = Browser { origin: process.origin.clone(), http: http() };
    let (trainer, activity) = reviewed(&lms, &browser, &school, 0, 3).await;
    // The answer to the release may be lost with the process: that is what the test is about.
    release(&browser, &trainer, &activity).await;
    process.wait_until_killed().await;
    let (listen, origin) = (process.listen.clone(), process.origin.clone());
    drop(process);
    let again = Process::spawn(&database, &listen, &origin, None).await;
    if place == "before_commit" {
        let page = trainer.get(&activity).await;
        assert!(page.all("#group .tag").iter().all(|t| !t.contains("gradebook")), "nothing was decided");
        assert!(lms.school(kind).ledger.is_empty());
        release(&browser, &trainer, &activity).await;
    }
    let ledger = || lms.school(kind).ledger;
    eventually(&format!("{place}: three grades arrive"), async || ledger().len() >= 3).await;
    eventually(&format!("{place}: the tool knows"), async || {
        let group = trainer.get(&activity).await;
        group
            .all("#group .tag")
            .iter()
            .filter(|t| t.contains("gradebook") || t.contains("plateforme") && t.starts_with("Dans"))
            .count()
            == 3
    })
    .await;
    let effects = ledger();
    assert_eq!(effects.len(), 3, "{place}: each grade had one effect: {effects:?}");
    let mut who: Vec<_> = effects.iter().map(|e| e.user.clone()).collect();
    who.sort();
    who.dedup();
    assert_eq!(who.len(), 3, "{place}: one for each learner");
    let maximum = lms.school(kind).line_items[0].maximum;
    for effect in &effects {
        let share = effect.score.unwrap() / maximum;
        // 40 × 3/3 + 40 × 2/3 + 20 × 1/3: the first template weighs its criteria 40, 40 and 20.
        assert!((share - 0.733_333).abs() < 0.001, "{place}: {share}");
    }
    drop(again);
    lms.stop().await;
}

/// Killed in the middle of a migration, nothing of it is left, and the next start makes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_was_killed_is_made_by_the_next_start() {
    use std::os::unix::process::ExitStatusExt as _;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let database = TestDatabase::new(engine);
        let listen = free_address();
        let origin = format!("http://{listen}");
        let environment = Process::environment(&database, (&listen, &origin), Some("during_migration"), &[]);
        let ended = tokio::task::spawn_blocking(move || Process::command(&environment).output().unwrap().status);
        assert_eq!(ended.await.unwrap().signal(), Some(9), "{engine:?}: it was killed, it did not end");
        let url = database.url.clone();
        let state = move || migrations::check(&Db::open(&url).unwrap());
        let left = tokio::task::spawn_blocking(state.clone()).await.unwrap();
        assert!(matches!(left, Err(SchemaError::Pending)), "{engine:?}: {left:?}");
        let process = Process::spawn(&database, &listen, &origin, None).await;
        drop(process);
        assert!(tokio::task::spawn_blocking(state).await.unwrap().is_ok(), "{engine:?}");
    }
}

/// Two processes on one database. The one that sends is stopped in the middle of a call until its lease is over;
/// the other one sends instead, and what the first one says when it goes on counts no more (§2.5, AG08).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_slept_past_its_lease_changes_nothing() {
    let database = TestDatabase::new(Engine::Postgres);
    let lms = Lms::start(Clock::default());
    let kind = Kind::Moodle;
    let first = Process::start(&database, None).await;
    let (_, school) = first.register(&lms, kind);
    let browser = Browser { origin: first.origin.clone(), http: http() };
    let (trainer, activity) = reviewed(&lms, &browser, &school, 0, 3).await;
    // Each call takes a second: there is time to stop the process while it waits for an answer.
    lms.campus.with(kind, |s| s.latency = Duration::from_secs(1));
    release(&browser, &trainer, &activity).await;
    let calls = || lms.school(kind).calls;
    eventually("the first process sends", async || calls() >= 3).await;
    let signal = |name: &str| {
        let pid = first.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    };
    signal("-STOP");
    lms.campus.with(kind, |s| s.latency = Duration::ZERO);
    let other = free_address();
    let second = Process::spawn(&database, &other, &first.origin, None).await;
    eventually("the second process sends all of them", async || lms.school(kind).ledger.len() == 3).await;
    signal("-CONT");
    eventually("both agree", async || {
        let group = trainer.get(&activity).await;
        group.all("#group .tag").iter().filter(|t| t.starts_with("Dans le carnet")).count() == 3
    })
    .await;
    assert_eq!(lms.school(kind).ledger.len(), 3, "each grade had one effect");
    drop(second);
    drop(first);
    lms.stop().await;
}

/// The figures have a listener of their own, and nothing about people is in them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_shown_on_their_own_listener() {
    let database = TestDatabase::new(Engine::Sqlite);
    let lms = Lms::start(Clock::default());
    let metrics = free_address();
    let process = Process::start_with(&database, None, &[("CERCLE_METRICS_LISTEN", metrics.clone())]).await;
    let (_, school) = process.register(&lms, Kind::Moodle);
    let browser = Browser { origin: process.origin.clone(), http: http() };
    let (trainer, activity) = reviewed(&lms, &browser, &school, 0, 2).await;
    release(&browser, &trainer, &activity).await;
    let read = async || http().get(format!("http://{metrics}/metrics")).send().await.unwrap().text().await.unwrap();
    eventually("both grades are counted", async || {
        let text = read().await;
        text.contains("ags_attempts_total{class=\"accepted\"} 2")
            && text.contains("ags_outbox_rows{state=\"delivered\"} 2")
    })
    .await;
    let text = read().await;
    for wanted in [
        "grade_invariant_violations 0",
        "disk_free_bytes ",
        "grade_chain_violations 0",
        "launch_total{result=\"accepted\"} 3",
        "ags_oldest_pending_seconds 0",
        "backup_age_seconds inf",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    let learner = person(&school, Part::Learner, 0);
    assert!(!text.contains(&learner.family_name) && !text.contains(&activity));
    assert_eq!(http().get(format!("{}/metrics", process.origin)).send().await.unwrap().status(), 404);
    drop(process);
    lms.stop().await;
}

/// One learner's mark as the test knows it: what was answered, and what was asked for and not answered since.
#[derive(Default)]
struct Said {
    answered: Option<f64>,
    unanswered: Vec<f64>,
}

/// A trainer who decides marks as fast as pages come, whatever happens to the process.
async fn decide_marks(trainer: Session, sheets: Vec<String>, said: Arc<Mutex<HashMap<String, Said>>>, mut seed: u64) {
    loop {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let sheet = &sheets[usize::try_from(seed >> 40).unwrap() % sheets.len()];
        let mark = f64::from(u32::try_from(seed >> 33).unwrap() % 101);
        let url = |path: &str| format!("{}{path}", trainer.browser.origin);
        let get = trainer.browser.http.get(url(sheet)).header(trainer.credential.0, &trainer.credential.1);
        let Ok(page) = get.send().await else {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let Ok(body) = page.text().await else { continue };
        let field =
            |name: &str| body.split(&format!("name=\"{name}\" value=\"")).nth(1)?.split('"').next().map(str::to_owned);
        let (Some(csrf), Some(seen)) = (field("csrf"), field("seen")) else { continue };
        said.lock().unwrap().entry(sheet.clone()).or_default().unanswered.push(mark);
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("csrf", &csrf), ("mark", &mark.to_string()), ("reason", &"r".to_owned()), ("seen", &seen)])
            .finish();
        let post = trainer.browser.http.post(url(&format!("{sheet}/mark")));
        let post = post.header("Content-Type", "application/x-www-form-urlencoded").body(form);
        let answer = post.header(trainer.credential.0, &trainer.credential.1).send().await;
        if answer.is_ok_and(|a| a.status() == 303) {
            *said.lock().unwrap().entry(sheet.clone()).or_default() = Said { answered: Some(mark), unanswered: vec![] };
        }
    }
}

/// Four trainers decide while the process is killed again and again, at any moment. Every answered decision is
/// there, in the LMS as well, and none had two effects. `CERCLE_TEST_KILLS` says how often; 1,000 is for a long
/// afternoon (docs/src/developer/tests.md).
async fn killed_again_and_again(engine: Engine) {
    let kills: u64 = std::env::var("CERCLE_TEST_KILLS").map_or(12, |n| n.parse().expect("a number of kills"));
    let database = TestDatabase::new(engine);
    let lms = Lms::start(Clock::default());
    let mut process = Process::start(&database, None).await;
    let (listen, origin) = (process.listen.clone(), process.origin.clone());
    let said: Arc<Mutex<HashMap<String, Said>>> = Arc::default();
    let mut courses = Vec::new();
    for kind in [Kind::Moodle, Kind::Canvas] {
        let (_, school) = process.register(&lms, kind);
        let browser = Browser { origin: origin.clone(), http: http() };
        for (n, link) in school.links[..2].iter().enumerate() {
            let (trainer, activity) = reviewed(&lms, &browser, &school, n, 3).await;
            release(&browser, &trainer, &activity).await;
            let names: Vec<String> = trainer.get(&activity).await.all("#group th a");
            let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
            let column = link.line_item.clone().unwrap();
            courses.push((kind, column, names, sheets, trainer));
        }
    }
    let deciding: Vec<_> = (1..)
        .zip(&courses)
        .map(|(seed, (_, _, _, sheets, trainer))| {
            // Those without a work have no mark.
            let marked = sheets.iter().take(3).cloned().collect();
            tokio::spawn(decide_marks(trainer.clone(), marked, Arc::clone(&said), seed))
        })
        .collect();
    eventually("each mark is decided once", async || {
        let said = said.lock().unwrap();
        courses.iter().flat_map(|(_, _, _, sheets, _)| sheets.iter().take(3)).all(|s| said.contains_key(s))
    })
    .await;
    let mut moment: u64 = 7;
    for _ in 0..kills {
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
        tokio::time::sleep(Duration::from_millis((moment >> 33) % 600)).await;
        process.child.kill().unwrap();
        process.child.wait().unwrap();
        drop(process);
        process = Process::spawn(&database, &listen, &origin, None).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    deciding.iter().for_each(tokio::task::JoinHandle::abort);
    for (kind, column, names, sheets, _) in &courses {
        for (name, sheet) in names.iter().zip(sheets).take(3) {
            let what = format!("{engine:?} {kind:?} {name}");
            let school = lms.school(*kind);
            let sub = school.users.iter().find(|u| u.name() == *name).unwrap().sub.clone();
            let maximum = school.line_item(column).unwrap().maximum;
            let decided: Vec<f64> = {
                let said = said.lock().unwrap();
                let said = said.get(sheet).expect("each mark was decided");
                said.answered.into_iter().chain(said.unanswered.iter().copied()).collect()
            };
            eventually(&format!("{what}: one of {decided:?} arrives"), async || {
                let has = lms.school(*kind).grade(column, &sub).and_then(|g| g.score);
                has.is_some_and(|h| decided.iter().any(|d| (h - d * maximum / 100.0).abs() < 0.001 * maximum))
            })
            .await;
        }
        let mut effects: HashMap<(String, cercle::clock::UtcTime), usize> = HashMap::new();
        for effect in lms.school(*kind).ledger.iter().filter(|e| e.line_item == *column) {
            *effects.entry((effect.user.clone(), effect.timestamp)).or_default() += 1;
        }
        assert!(effects.values().all(|n| *n == 1), "{engine:?} {kind:?}: {effects:?}");
    }
    drop(process);
    lms.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_kills_lose_nothing_on_sqlite() {
    killed_again_and_again(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_kills_lose_nothing_on_postgres() {
    killed_again_and_again(Engine::Postgres).await;
}

macro_rules! places {
    ($($name:ident: $engine:ident, $kind:ident;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            for place in ["before_commit", "after_release", "after_claim", "after_token", "before_send", "after_send", "before_finish"] {
                one_place(Engine::$engine, Kind::$kind, place).await;
            }
        }
    )+};
}

places! {
    grades_survive_kill_on_sqlite_with_moodle: Sqlite, Moodle;
    grades_survive_kill_on_sqlite_with_canvas: Sqlite, Canvas;
    grades_survive_kill_on_postgres_with_moodle: Postgres, Moodle;
    grades_survive_kill_on_postgres_with_canvas: Postgres, Canvas;
}
