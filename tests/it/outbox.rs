//! Ten thousand learners' grades through random faults: answers of every kind, calls that break off before
//! or after the LMS did its work, a process that is killed, clocks that jump, teachers who edit. In the end the
//! LMS has the newest decided value, or the trainer sees a dispute; and no revision had more than one effect.

use std::collections::HashMap;
use std::time::Duration;

use cercle::activity::model::GradeTag;
use cercle::clock::UtcTime;
use cercle::demo::campus::{Kind, Part, User};
use cercle::demo::faults::{Call, Fault};
use cercle::grades::dispatch::Dispatcher;
use cercle::grades::model::{OutboxState, Outgoing, Source};
use cercle::grades::service::{Cause, Decision};
use cercle::grades::wishes::Wish;
use cercle::grades::{self, confirm};
use cercle::ids::{ActivityId, PersonId};
use cercle::launch::Scope;
use cercle::platform::model::Person;
use cercle::platform::store::{self, Service};
use cercle::store::columns::{Points, Role};
use cercle::store::{Conn, Engine, StoreError};

use crate::harness::{TestApp, person};

/// Learners in one world, and worlds for each engine and product: 4 × 5 × 500 sequences.
const LEARNERS: usize = 500;
const WORLDS: u64 = 5;
const STEPS: usize = 8;
/// Fewer disputes than that and the teachers of all worlds were asleep.
const WORLDS_DISPUTED: usize = 20;

/// A small generator (xorshift64*), so that a seed says everything.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next(100) < percent
    }

    fn fault(&mut self) -> Fault {
        const STATUSES: [u16; 12] = [400, 403, 404, 405, 412, 413, 422, 423, 500, 502, 503, 520];
        match self.next(20) {
            0..=3 => Fault::Cut { applied: true },
            4..=6 => Fault::Cut { applied: false },
            7 => Fault::page(200),
            // Being throttled is rare here: it is real time that it costs.
            8 if self.chance(3) => Fault::status(429, ""),
            8 => Fault::status(422, "User not found in course or is not a student"),
            _ => Fault::status(STATUSES[usize::try_from(self.next(12)).unwrap()], "{}"),
        }
    }
}

struct World<'a> {
    app: &'a TestApp,
    kind: Kind,
    dispatcher: Dispatcher,
    scope: Scope,
    activity: ActivityId,
    people: Vec<(PersonId, String)>,
    decided: HashMap<String, Points>,
    edited: HashMap<String, f64>,
    random: Random,
    what: String,
}

impl<'a> World<'a> {
    async fn new(app: &'a TestApp, kind: Kind, engine: Engine, seed: u64) -> Self {
        let trainer = app.trainer(kind).await;
        let home = trainer.set_up(&[]).await;
        let activity = ActivityId(home.rsplit('/').next().unwrap().to_owned());
        let school = app.lms.school(kind);
        let now = app.clock.now();
        let subs: Vec<String> = (0..LEARNERS).map(|n| format!("{}", 90_000 + n)).collect();
        app.lms.campus.with(kind, |s| {
            s.users.extend(subs.iter().map(|sub| User {
                sub: sub.clone(),
                hint: sub.clone(),
                given_name: "L".into(),
                family_name: sub.clone(),
                part: Part::Learner,
            }));
        });
        let trainer_sub = person(&school, Part::Trainer, 0).sub;
        let (scope, people) = app
            .context
            .db
            .write(move |c: &mut Conn| -> Result<_, StoreError> {
                let of_client = store::list_registrations_of(c, &school.issuer, Some(&school.client_id))?;
                let registration = of_client[0].id.clone();
                let course = store::find_newest_course(c, &registration, Service::LineItems)?.unwrap().id;
                let trainer = store::find_person(c, &registration, &trainer_sub)?.unwrap();
                let mut people = Vec::new();
                for sub in subs {
                    let learner = Person { id: PersonId::new(), sub: sub.clone(), ..trainer.clone() };
                    store::create_person(c, &learner, now)?;
                    people.push((learner.id, sub));
                }
                let scope = Scope { registration, person: trainer.id, course, link: None, role: Role::Trainer };
                Ok((scope, people))
            })
            .await
            .unwrap();
        Self {
            app,
            kind,
            dispatcher: Dispatcher::new(&app.context),
            scope,
            activity,
            people,
            decided: HashMap::new(),
            edited: HashMap::new(),
            random: Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
            what: format!("{engine:?} {kind:?} seed {seed}"),
        }
    }

    /// Trainers decide: some learners get a new mark, a few of them twice.
    async fn decide(&mut self) {
        let mut decisions = Vec::new();
        for (person, sub) in self.people.clone() {
            for _ in 0..self.random.next(3) {
                let points = Points(i64::try_from(self.random.next(1001)).unwrap() * 1000);
                self.decided.insert(sub.clone(), points);
                decisions.push(Decision {
                    activity_id: self.activity.clone(),
                    person_id: person.clone(),
                    course_id: self.scope.course.clone(),
                    tag: GradeTag::Overall,
                    points,
                    source: Source::Peers,
                    reason: String::new(),
                    decided_by: self.scope.person.clone(),
                    submitted_at: None,
                    cause: Cause::Decision,
                    pause: 0,
                });
            }
        }
        let (now, id) = (self.app.clock.now(), self.activity.clone());
        self.app
            .context
            .db
            .write(move |c: &mut Conn| -> Result<(), StoreError> {
                grades::store::hold(c, &id, None)?;
                for decision in &decisions {
                    grades::service::decide(c, decision, now)?;
                }
                Ok(())
            })
            .await
            .unwrap();
    }

    fn break_things(&mut self) {
        for (_, sub) in &self.people {
            while self.random.chance(30) {
                let fault = self.random.fault();
                self.app.lms.campus.with(self.kind, |s| s.faults.push(Call::Score, Some(sub), fault));
            }
            if self.random.chance(5) {
                let fault = Fault::status(503, "");
                self.app.lms.campus.with(self.kind, |s| s.faults.push(Call::Results, Some(sub), fault));
            }
        }
        for call in [Call::Token, Call::LineItem] {
            if self.random.chance(5) {
                let fault = self.random.fault();
                self.app.lms.campus.with(self.kind, |s| s.faults.push(call, None, fault));
            }
        }
    }

    /// Teachers change what is in the gradebook. A first score is sent without a look, so in Canvas, which keeps
    /// no times of its own, only what came from the tool is changed.
    fn edit(&mut self) {
        let now = self.app.clock.now();
        for (_, sub) in &self.people {
            if !self.random.chance(3) {
                continue;
            }
            let score = 1000.0 + f64::from(u32::try_from(self.random.next(1000)).unwrap()) / 7.0;
            let protects = self.random.chance(50);
            let done = self.app.lms.campus.with(self.kind, |s| {
                let column = s.line_items[0].id.clone();
                let has_ours = s.grade(&column, sub).is_some_and(|g| g.modified.is_some());
                if has_ours {
                    s.teacher_grades(&column, sub, score, now);
                    // In a column that the tool made itself Moodle knows no overrides.
                    let grade = s.grades.get_mut(&(column.clone(), sub.clone())).unwrap();
                    grade.overridden &= protects;
                }
                has_ours
            });
            if done == Some(true) {
                self.edited.insert(sub.clone(), score);
            }
        }
    }

    /// Sends for a while; sometimes the process dies in the middle of it, and another one begins.
    async fn run(&mut self) {
        if self.random.chance(40) {
            let life = Duration::from_millis(self.random.next(400) + 1);
            // A round that is dropped is a process that is gone: its rows keep their lease.
            let _ = tokio::time::timeout(life, self.dispatcher.round()).await;
            self.dispatcher = Dispatcher::new(&self.app.context);
            if self.random.chance(80) {
                // Its leases run out before the next one looks.
                self.app.clock.advance(130);
                self.dispatcher.round().await.unwrap();
            }
        } else {
            for _ in 0..4 {
                self.dispatcher.round().await.unwrap();
                self.app.clock.advance(35);
            }
        }
    }

    async fn rows(&self) -> Vec<Outgoing> {
        let id = self.activity.clone();
        self.app
            .context
            .db
            .read(move |c| -> Result<_, StoreError> { grades::store::list_outgoing(c, &id, GradeTag::Overall) })
            .await
            .unwrap()
    }

    /// Everything works again, and somebody asks for whatever was refused.
    async fn settle(&mut self) {
        self.app.lms.campus.with(self.kind, |s| s.faults.clear());
        for round in 0..60 {
            self.app.clock.advance(if round < 10 { 300 } else { 3600 });
            let (scope, id, now) = (self.scope.clone(), self.activity.clone(), self.app.clock.now());
            self.app
                .context
                .db
                .write(move |c: &mut Conn| grades::wishes::wish(c, &scope, &id, Wish::Send, None, now))
                .await
                .unwrap();
            self.dispatcher.round().await.unwrap();
            confirm::run_round(&self.app.context).await.unwrap();
            let open = self.rows().await.iter().any(|r| match r.state {
                OutboxState::Delivered => r.confirmed_rev != r.desired_rev,
                state => state != OutboxState::Conflict,
            });
            if !open {
                return;
            }
        }
        let left: Vec<Outgoing> = self.rows().await.into_iter().filter(|r| r.confirmed_rev != r.desired_rev).collect();
        panic!("{}: not settled: {left:#?}", self.what);
    }

    /// Returns how many are in dispute.
    async fn judge(&self) -> usize {
        let rows = self.rows().await;
        let school = self.app.lms.school(self.kind);
        let column = &school.line_items[0];
        assert_eq!(rows.len(), self.decided.len(), "{}: one row for each learner with a mark", self.what);
        for row in &rows {
            let what = format!("{} learner {}: {row:?}", self.what, row.lms_sub);
            assert!(row.delivered_rev <= row.desired_rev && row.confirmed_rev <= row.desired_rev, "{what}");
            assert_eq!(row.desired_points, self.decided[&row.lms_sub], "{what}");
            let has = school.grade(&column.id, &row.lms_sub).and_then(|g| g.score);
            if row.state == OutboxState::Delivered {
                let wanted = row.desired_points.as_f64() * column.maximum / 100.0;
                assert!(has.is_some_and(|h| (h - wanted).abs() < 0.001 * column.maximum), "{what}: {has:?}");
            } else {
                // A dispute needs somebody who edited; their value still stands.
                let edited = self.edited.get(&row.lms_sub);
                assert!(edited.is_some() && has == edited.copied(), "{what}: {has:?} {edited:?}");
            }
        }
        let mut effects: HashMap<(String, UtcTime), usize> = HashMap::new();
        for effect in &school.ledger {
            *effects.entry((effect.user.clone(), effect.timestamp)).or_default() += 1;
        }
        let twice: Vec<_> = effects.iter().filter(|(_, n)| **n > 1).collect();
        assert!(twice.is_empty(), "{}: more than one effect: {twice:?}", self.what);
        rows.iter().filter(|r| r.state == OutboxState::Conflict).count()
    }
}

async fn worlds(engine: Engine, kind: Kind) {
    let mut disputed = 0;
    for seed in 1..=WORLDS {
        let app = TestApp::start_with(engine, |settings| {
            // The test's own sender and checker do the work.
            settings.ags.poll_seconds = 300;
            settings.ags.check_seconds = 300;
            // With the usual circuit most worlds would be one outage.
            if seed % 4 != 0 {
                (settings.ags.circuit_failures, settings.ags.circuit_rows) = (1000, 1000);
            }
            (settings.ags.rate, settings.ags.rate_max) = (100_000, 100_000);
            (settings.ags.parallel, settings.ags.parallel_canvas, settings.ags.batch) = (8, 8, 50);
        })
        .await;
        let mut world = World::new(&app, kind, engine, seed).await;
        for step in 0..STEPS {
            world.decide().await;
            world.break_things();
            world.run().await;
            if step > 1 {
                world.edit();
            }
            let jump = [1, 40, 130, 700, 4000, -600, -3600, 90_000][usize::try_from(world.random.next(8)).unwrap()];
            app.clock.advance(jump);
            if world.random.chance(30) {
                confirm::run_round(&app.context).await.unwrap();
            }
        }
        world.settle().await;
        disputed += world.judge().await;
        app.stop().await;
    }
    assert!(disputed > WORLDS_DISPUTED, "only {disputed} disputes");
}

macro_rules! grades_survive {
    ($($name:ident: $engine:ident, $kind:ident;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            worlds(Engine::$engine, Kind::$kind).await;
        }
    )+};
}

grades_survive! {
    random_faults_on_sqlite_with_moodle: Sqlite, Moodle;
    random_faults_on_sqlite_with_canvas: Sqlite, Canvas;
    random_faults_on_postgres_with_moodle: Postgres, Moodle;
    random_faults_on_postgres_with_canvas: Postgres, Canvas;
}
