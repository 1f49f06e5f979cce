//! How fast grades reach an LMS: a thousand to a fast one with the limits lifted, ten thousand to one that takes
//! 200 ms with the limits as they are, and how a roster of five thousand is applied. The tool and the LMS share
//! one process. See `docs/src/operations/measurements.md`.
//!
//! `tests/bench/run delivery` measures the fast ones; with `CERCLE_TEST_BENCH_DRAIN=moodle` or `canvas` it drains
//! ten thousand grades, which takes a quarter of an hour.

#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a measurement prints and may stop")]
#![expect(dead_code, reason = "each benchmark uses a part of what they share")]

mod common;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use cercle::activity::model::GradeTag;
use cercle::app::{Server, prepare};
use cercle::audit::Actor;
use cercle::clock::Clock;
use cercle::cohort::roster::jobs as rosters;
use cercle::context::Context;
use cercle::demo::campus::{Campus, Kind, Part, School, User};
use cercle::demo::{pages, registration_of, seed};
use cercle::grades::dispatch::Dispatcher;
use cercle::grades::model::{OutboxState, Source};
use cercle::grades::service::{Cause, Decision};
use cercle::grades::store as outbox;
use cercle::ids::{ActivityId, PersonId};
use cercle::launch::Scope;
use cercle::peer::PeerError;
use cercle::peer::service::group;
use cercle::platform;
use cercle::platform::model::Person;
use cercle::platform::store::{self, Service};
use cercle::settings::Settings;
use cercle::store::columns::{Points, Role};
use cercle::store::{Conn, StoreError};
use common::resident_mib;
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;

/// A tool and an LMS in this process, with one course.
struct Stage {
    context: Context,
    campus: Campus,
    kind: Kind,
    scope: Scope,
    activity: ActivityId,
    folder: std::path::PathBuf,
}

impl Stage {
    fn start(database: &str, kind: Kind, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = std::env::temp_dir().join(format!("cercle-bench-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = if database.starts_with("postgres") {
            let name = format!("bench_{}", uuid::Uuid::new_v4().simple());
            let mut admin = diesel::PgConnection::establish(database).expect("PostgreSQL answers");
            admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            let mut url = url::Url::parse(database).unwrap();
            url.set_path(&name);
            url.to_string()
        } else {
            database.replace("FOLDER", &folder.display().to_string())
        };
        let (tool, lms) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let address = tool.local_addr().unwrap();
        let url = url::Url::parse(&format!("http://{address}")).unwrap();
        let mut settings = Settings::local(url, address, &database, &folder);
        // The server only answers for its keys; what is measured is called here.
        (settings.ags.poll_seconds, settings.roster_hours) = (300, 0);
        change(&mut settings);
        let clock = Clock::default();
        let campus =
            Campus::new(&format!("http://localhost:{}", lms.local_addr().unwrap().port()), clock.clone()).unwrap();
        tokio::spawn(pages::LmsServer::over(lms, campus.clone()).unwrap().run());
        let context = prepare(settings, clock).unwrap();
        let school = campus.schools().into_iter().find(|s| s.kind == kind).unwrap();
        let (new, now) = (registration_of(&school, campus.base()), context.clock.now());
        let registration =
            context.db.write_blocking(|c| platform::service::register(c, new, &Actor::Operator, now)).unwrap();
        campus.connect(&registration.client_id, &context.settings.origin(), registration.id.as_str());
        seed::seed(&context, &registration, &school, campus.base()).unwrap();
        let sub = school.users.iter().find(|u| u.part == Part::Trainer).unwrap().sub.clone();
        let (scope, activity) = context
            .db
            .write_blocking(|c: &mut Conn| -> Result<_, StoreError> {
                let course = store::find_newest_course(c, &registration.id, Service::LineItems)?.unwrap().id;
                let person = store::find_person(c, &registration.id, &sub)?.unwrap().id;
                let role = Role::Trainer;
                let scope = Scope { registration: registration.id.clone(), person, course, link: None, role };
                let activity = cercle::activity::store::list_offered(c, &scope)?.remove(0).id;
                Ok((scope, activity))
            })
            .unwrap();
        tokio::spawn(Server::over(tool, context.clone(), None).unwrap().run());
        Self { context, campus, kind, scope, activity, folder }
    }

    /// Waits until the server's own job has sent what the seeded course had to tell the LMS, and rests: what is
    /// measured then has the lane for itself.
    async fn at_rest(&self) {
        while !self.context.db.read(outbox::list_due).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
    }

    fn enrol(&self, count: usize) -> Vec<String> {
        let subs: Vec<String> = (0..count).map(|n| format!("{}", 900_000 + n)).collect();
        self.campus.with(self.kind, |s: &mut School| {
            s.users.extend(subs.iter().map(|sub| User {
                sub: sub.clone(),
                hint: sub.clone(),
                given_name: "Learner".into(),
                family_name: sub.clone(),
                part: Part::Learner,
            }));
        });
        subs
    }

    /// Decides a grade for each of so many new learners.
    async fn queue(&self, count: usize) {
        for some in self.enrol(count).chunks(500) {
            let (some, scope, activity) = (some.to_vec(), self.scope.clone(), self.activity.clone());
            let now = self.context.clock.now();
            let decide = move |c: &mut Conn| -> Result<(), StoreError> {
                let trainer = store::get_person(c, &scope.person)?;
                for sub in some {
                    let person = Person { id: PersonId::new(), sub, ..trainer.clone() };
                    store::create_person(c, &person, now)?;
                    let decision = Decision {
                        activity_id: activity.clone(),
                        person_id: person.id,
                        course_id: scope.course.clone(),
                        tag: GradeTag::Overall,
                        points: Points::whole(80),
                        source: Source::Peers,
                        reason: String::new(),
                        decided_by: scope.person.clone(),
                        submitted_at: None,
                        cause: Cause::Decision,
                        pause: 0,
                    };
                    cercle::grades::service::decide(c, &decision, now)?;
                }
                Ok(())
            };
            self.context.db.write(decide).await.unwrap();
        }
    }

    async fn waiting(&self) -> usize {
        let id = self.activity.clone();
        let rows = self
            .context
            .db
            .read(move |c| -> Result<_, StoreError> { outbox::list_outgoing(c, &id, GradeTag::Overall) })
            .await
            .unwrap();
        rows.iter().filter(|r| r.state != OutboxState::Delivered).count()
    }

    /// How long the trainer's group page takes to load its data: the median of some.
    async fn page(&self) -> Duration {
        let mut times = Vec::new();
        for _ in 0..20 {
            let (scope, id, now) = (self.scope.clone(), self.activity.clone(), self.context.clock.now());
            let begun = Instant::now();
            let load = move |c: &mut Conn| -> Result<(), PeerError> { group::load(c, &scope, &id, now).map(drop) };
            self.context.db.read(load).await.expect("the group page loads");
            times.push(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        times.sort();
        times[times.len() / 2]
    }

    fn stop(self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn fast(name: &str, database: &str) {
    const GRADES: usize = 1000;
    let mut rates = Vec::new();
    for _ in 0..3 {
        let stage = Stage::start(database, Kind::Moodle, |s| {
            (s.ags.rate, s.ags.rate_max) = (100_000, 100_000);
            (s.ags.parallel, s.ags.parallel_total, s.ags.batch) = (32, 64, 250);
        });
        stage.queue(GRADES).await;
        let begun = Instant::now();
        Dispatcher::new(&stage.context).round().await.unwrap();
        let took = begun.elapsed();
        assert_eq!(stage.waiting().await, 0);
        rates.push(f64::from(u32::try_from(GRADES).unwrap()) / took.as_secs_f64());
        stage.stop();
    }
    rates.sort_by(f64::total_cmp);
    println!("{name}: {GRADES} scores to a fast LMS: {:.0}/s (median of 3: {rates:.0?})", rates[1]);
}

async fn drain(name: &str, database: &str, kind: Kind) {
    const GRADES: usize = 10_000;
    let stage = Stage::start(database, kind, |_| {});
    stage.at_rest().await;
    stage.queue(GRADES).await;
    stage.campus.with(kind, |s| s.latency = Duration::from_millis(200));
    let before = stage.page().await;
    let dispatcher = Dispatcher::new(&stage.context);
    let begun = Instant::now();
    let draining = tokio::spawn(async move { dispatcher.round().await });
    tokio::time::sleep(Duration::from_secs(30)).await;
    let during = stage.page().await;
    draining.await.unwrap().unwrap();
    let took = begun.elapsed();
    assert_eq!(stage.waiting().await, 0);
    println!(
        "{name}: {GRADES} grades to {kind:?} at 200 ms: {:.1} min; the group page {:.1} ms before, {:.1} ms meanwhile",
        took.as_secs_f64() / 60.0,
        before.as_secs_f64() * 1000.0,
        during.as_secs_f64() * 1000.0
    );
    stage.stop();
}

async fn roster(name: &str, database: &str) {
    const MEMBERS: usize = 5000;
    let stage = Stage::start(database, Kind::Canvas, |_| {});
    stage.enrol(MEMBERS);
    stage.campus.with(Kind::Canvas, |s| s.page = 50);
    let before = resident_mib(std::process::id());
    let mut times = Vec::new();
    for _ in 0..2 {
        stage.campus.with(Kind::Canvas, |s| s.served = Duration::ZERO);
        let begun = Instant::now();
        while rosters::run_round(&stage.context).await.unwrap() {}
        let took = begun.elapsed();
        let served = stage.campus.with(Kind::Canvas, |s| s.served).unwrap();
        times.push(took.saturating_sub(served));
        stage.context.clock.advance(25 * 3600);
    }
    println!(
        "{name}: {MEMBERS} members in pages of 50: {:.2} s the first time, {:.2} s the second, without the LMS's own time; \
         {:.1} MiB more",
        times[0].as_secs_f64(),
        times[1].as_secs_f64(),
        resident_mib(std::process::id()) - before
    );
    stage.stop();
}

/// Measures with both engines, as the runner says.
fn main() {
    let admin = std::env::var("CERCLE_TEST_POSTGRES_URL").expect("run tests/bench/run");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let drained = std::env::var("CERCLE_TEST_BENCH_DRAIN").ok();
        for (name, database) in [("SQLite", "sqlite:FOLDER/bench.db"), ("PostgreSQL", admin.as_str())] {
            match drained.as_deref() {
                // Both engines wait for the LMS; one shows it.
                Some("moodle") if name == "SQLite" => drain(name, database, Kind::Moodle).await,
                Some("canvas") if name == "PostgreSQL" => drain(name, database, Kind::Canvas).await,
                Some(_) => {}
                None => {
                    roster(name, database).await;
                    fast(name, database).await;
                }
            }
        }
    });
}
