//! Every answer that an LMS can give to a score, and what becomes of the grade
//! (reliability-security.md §2.7), on both engines.

use cercle::activity::model::GradeTag;
use cercle::demo::campus::{Kind, LineItem, Part, School};
use cercle::demo::faults::{Call, Fault};
use cercle::grades;
use cercle::grades::model::{Circuit, Health, OutboxState, Outgoing};
use cercle::ids::ActivityId;
use cercle::store::StoreError;
use cercle::store::columns::Family;
use cercle::store::schema::registrations;
use diesel::prelude::*;

use crate::harness::{Certificate, Session, TestApp, eventually, on_both_engines, person};

on_both_engines! {
    every_answer_means_what_the_table_says, what_concerns_the_whole_lms_stops_its_lane, a_lost_column_is_found_again,
    equal_grades_are_settled_and_others_disputed, a_grade_is_read_back, lost_grades_are_sent_once_more,
    a_regrade_overwrites_nobody, pauses_that_the_lms_asks_for_are_kept, a_locked_grade_stops_no_other,
    handed_in_work_is_announced_to_canvas_only, an_outage_of_a_day_loses_nothing, an_lms_may_come_back_astray,
    a_certificate_that_does_not_hold_stops_the_lane, a_trainer_chooses_another_column,
}

/// A trainer, and learners whose marks were released and arrived.
struct Course {
    kind: Kind,
    trainer: Session,
    activity: String,
    subs: Vec<String>,
    sheets: Vec<String>,
}

impl Course {
    async fn released(app: &TestApp, kind: Kind, learners: usize) -> Self {
        let trainer = app.trainer(kind).await;
        let activity = trainer.set_up(&[]).await;
        let mut sessions = Vec::new();
        for n in 0..learners {
            let learner = app.learner(kind, n).await;
            learner.hand_in("<div>Work.</div>").await;
            sessions.push(learner);
        }
        for learner in &sessions {
            learner.review(["3", "3", "3"]).await;
        }
        trainer.release(&activity).await;
        eventually("the first grades arrive", async || app.lms.school(kind).ledger.len() == learners).await;
        let school = app.lms.school(kind);
        let subs: Vec<String> = (0..learners).map(|n| person(&school, Part::Learner, n).sub).collect();
        let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
        let course = Self { kind, trainer, activity, subs, sheets };
        course.settled(app).await;
        course
    }

    fn id(&self) -> ActivityId {
        ActivityId(self.activity.rsplit('/').next().unwrap().to_owned())
    }

    async fn rows(&self, app: &TestApp) -> Vec<Outgoing> {
        let id = self.id();
        app.context
            .db
            .read(move |c| -> Result<_, StoreError> { grades::store::list_outgoing(c, &id, GradeTag::Overall) })
            .await
            .unwrap()
    }

    async fn row(&self, app: &TestApp, learner: usize) -> Outgoing {
        self.rows(app).await.into_iter().find(|r| r.lms_sub == self.subs[learner]).unwrap()
    }

    async fn settled(&self, app: &TestApp) {
        eventually("nothing is on its way", async || {
            self.rows(app).await.iter().all(|r| r.state == OutboxState::Delivered)
        })
        .await;
    }

    fn column(&self, app: &TestApp) -> String {
        app.lms.school(self.kind).line_items[0].id.clone()
    }

    fn in_lms(&self, app: &TestApp, learner: usize) -> Option<f64> {
        let school = app.lms.school(self.kind);
        let column = school.line_items.iter().find(|i| school.grade(&i.id, &self.subs[learner]).is_some())?;
        school
            .grade(&column.id, &self.subs[learner])
            .and_then(|g| g.score)
            .map(|s| (s * 1_000_000.0 / column.maximum).round() / 10_000.0)
    }

    /// Overrides a mark, and lets the few seconds pass in which a slip can be mended.
    async fn mark(&self, app: &TestApp, learner: usize, mark: &str) {
        let person = self.person(app, learner).await;
        let sheet = self.sheets.iter().find(|s| s.ends_with(&person)).unwrap();
        let seen = self.trainer.get(sheet).await.attribute("input[name=seen]", "value").unwrap();
        let fields = [("mark", mark), ("reason", "r"), ("seen", seen.as_str())];
        assert_eq!(self.trainer.post(&format!("{sheet}/mark"), &fields).await.status, 303);
        app.clock.advance(4);
        app.context.wake.wake();
    }

    async fn person(&self, app: &TestApp, learner: usize) -> String {
        self.row(app, learner).await.person_id.to_string()
    }

    fn fault(&self, app: &TestApp, call: Call, user: Option<usize>, fault: Fault) {
        app.lms.campus.with(self.kind, |s| s.faults.push(call, user.map(|n| self.subs[n].as_str()), fault));
    }

    async fn wish(&self, fields: &[(&str, &str)]) {
        assert_eq!(self.trainer.post(&format!("{}/grades", self.activity), fields).await.status, 303);
    }

    async fn health(&self, app: &TestApp) -> Health {
        let row = self.row(app, 0).await;
        let all = app.context.db.read(grades::store::list_health).await.unwrap();
        all.into_iter().find(|h| h.registration_id == row.registration_id).unwrap()
    }

    /// Until the newest try of a learner has ended in a state and class.
    async fn becomes(&self, app: &TestApp, learner: usize, state: OutboxState, class: Option<&str>, why: &str) {
        let what = format!("{:?} {why}: {state:?} {class:?}", self.kind);
        eventually(&what, async || {
            let row = self.row(app, learner).await;
            row.state == state && row.last_class.as_deref() == class
        })
        .await;
    }
}

fn answer(status: u16, body: &str) -> Fault {
    Fault::status(status, body)
}

fn taken(status: u16, body: &str) -> Fault {
    Fault::Answer { applied: true, status, media_type: "application/json", body: body.to_owned(), header: None }
}

/// The rows of the table that concern one grade. After each, the trainer tries again and it arrives.
async fn every_answer_means_what_the_table_says(app: &TestApp) {
    use OutboxState::{Delivered, Parked, Pending};
    let canvas = |text: &str| format!(r#"{{"errors":{{"type":"x","message":"{text}"}}}}"#);
    let model = |text: &str| format!(r#"{{"errors":[{{"field":"grade","message":"{text}","error_code":null}}]}}"#);
    let cases = [
        (Kind::Moodle, taken(201, ""), Delivered, None),
        (Kind::Moodle, taken(202, "{}"), Delivered, None),
        (Kind::Canvas, taken(204, ""), Delivered, None),
        (Kind::Moodle, Fault::page(200), Pending, Some("suspicious")),
        (Kind::Moodle, answer(200, "[]"), Parked, Some("rejected")),
        (Kind::Moodle, answer(400, "[]"), Parked, Some("user_not_gradable")),
        (Kind::Moodle, answer(400, r#"{"reason":"Incorrect score received"}"#), Parked, Some("user_not_gradable")),
        (Kind::Moodle, answer(400, r#"{"reason":"No handler found for x"}"#), Parked, Some("rejected")),
        (Kind::Canvas, answer(400, &canvas("Provided timestamp of X not a valid timestamp")), Parked, Some("rejected")),
        (Kind::Canvas, answer(403, "403 Forbidden (Rate Limit Exceeded)"), Pending, Some("throttled")),
        (Kind::Moodle, answer(403, r#"{"reason":"Invalid LTI id supplied."}"#), Parked, Some("forbidden")),
        (Kind::Moodle, answer(403, r#"{"reason":"Not allowed in context"}"#), Parked, Some("forbidden")),
        (Kind::Canvas, answer(405, ""), Parked, Some("rejected")),
        (Kind::Canvas, answer(406, ""), Parked, Some("rejected")),
        (Kind::Canvas, answer(411, ""), Parked, Some("rejected")),
        (Kind::Canvas, answer(413, ""), Parked, Some("rejected")),
        (Kind::Canvas, answer(414, ""), Parked, Some("rejected")),
        (Kind::Moodle, answer(415, ""), Parked, Some("rejected")),
        (Kind::Moodle, answer(431, ""), Parked, Some("rejected")),
        (Kind::Moodle, answer(408, ""), Pending, Some("throttled")),
        (Kind::Moodle, answer(425, ""), Pending, Some("throttled")),
        (Kind::Canvas, answer(429, ""), Pending, Some("throttled")),
        (
            Kind::Canvas,
            answer(412, &canvas("Tool does not have permission to view line_item")),
            Parked,
            Some("forbidden"),
        ),
        (Kind::Canvas, answer(412, ""), Parked, Some("forbidden")),
        (
            Kind::Canvas,
            answer(422, &canvas("User not found in course or is not a student")),
            Parked,
            Some("user_not_gradable"),
        ),
        (
            Kind::Canvas,
            answer(422, &canvas("The maximum number of allowed attempts has been reached for this submission")),
            Parked,
            Some("lms_not_accepting"),
        ),
        (
            Kind::Canvas,
            answer(422, &canvas("This course has concluded. AGS requests will no longer be accepted for this course.")),
            Parked,
            Some("lms_not_accepting"),
        ),
        (
            Kind::Canvas,
            answer(422, &model("cannot be changed at this time: This assignment is still unpublished")),
            Parked,
            Some("lms_not_accepting"),
        ),
        (
            Kind::Canvas,
            answer(422, &model("x in a closed grading period for this student")),
            Parked,
            Some("lms_not_accepting"),
        ),
        (Kind::Canvas, answer(422, &model("currently being moderated")), Parked, Some("lms_not_accepting")),
        (Kind::Canvas, answer(422, &model("is not applicable to this student")), Parked, Some("lms_not_accepting")),
        (
            Kind::Canvas,
            answer(422, &canvas("ScoreMaximum must be greater than or equal to 0")),
            Parked,
            Some("rejected"),
        ),
        (Kind::Canvas, answer(422, &canvas("ScoreGiven must be greater than or equal to 0")), Parked, Some("rejected")),
        (Kind::Moodle, answer(423, ""), Parked, Some("lms_refuses")),
        (Kind::Moodle, answer(500, "[]"), Pending, Some("server_error")),
        (Kind::Moodle, answer(501, ""), Parked, Some("rejected")),
        (Kind::Moodle, answer(505, ""), Parked, Some("rejected")),
        (Kind::Canvas, Fault::page(502), Pending, Some("unavailable")),
        (Kind::Canvas, Fault::page(503), Pending, Some("unavailable")),
        (Kind::Canvas, Fault::page(504), Pending, Some("unavailable")),
        (Kind::Canvas, Fault::page(520), Pending, Some("unavailable")),
        (Kind::Moodle, Fault::Cut { applied: false }, Pending, Some("no_answer")),
        (Kind::Canvas, Fault::Cut { applied: true }, Pending, Some("no_answer")),
    ];
    let courses = [Course::released(app, Kind::Moodle, 2).await, Course::released(app, Kind::Canvas, 2).await];
    for (n, (kind, fault, state, class)) in cases.into_iter().enumerate() {
        let course = courses.iter().find(|c| c.kind == kind).unwrap();
        let (why, mark) = (format!("{fault:?}"), format!("{}.5", 10 + n));
        course.fault(app, Call::Score, Some(0), fault);
        course.mark(app, 0, &mark).await;
        course.becomes(app, 0, state, class, &why).await;
        let row = course.row(app, 0).await;
        if state == Parked {
            let hours = if class == Some("lms_refuses") { 6 } else { 24 };
            let wait = row.next_attempt_at.seconds_since(app.clock.now());
            assert!((hours * 3600 - 60..=hours * 3600).contains(&wait), "{why}: {wait}");
        }
        assert_eq!(row.ambiguous, matches!(class, Some("suspicious" | "no_answer")), "{why}");
        if state != Delivered {
            course.wish(&[("action", "send")]).await;
            app.context.wake.wake();
            course.settled(app).await;
        }
        if class.is_some() {
            assert_eq!(course.in_lms(app, 0), Some(f64::from(u32::try_from(10 + n).unwrap()) + 0.5), "{why}");
        }
        assert_eq!(course.health(app).await.circuit, Circuit::Closed, "{why}: one grade stops no school");
    }
}

/// Answers that every grade of the registration would get: none is charged, and one probe at a time asks.
async fn what_concerns_the_whole_lms_stops_its_lane(app: &TestApp) {
    let course = Course::released(app, Kind::Moodle, 2).await;
    let elsewhere = answer(302, "").with_header("location", "https://elsewhere.test/scores");
    let no_token = r#"{"token_type":"Bearer","expires_in":3600}"#;
    let scope = cercle::lti::score::SCOPE_RESULT;
    let fewer = format!(r#"{{"access_token":"t","token_type":"Bearer","expires_in":3600,"scope":"{scope}"}}"#);
    for (n, (call, fault, circuit, class)) in [
        (Call::Score, answer(401, r#"{"reason":"Unauthorized"}"#), Circuit::Auth, "unauthorized"),
        (Call::Score, elsewhere, Circuit::Moved, "moved"),
        (Call::Score, answer(308, ""), Circuit::Moved, "moved"),
        (Call::Token, answer(400, r#"{"error":"invalid_client"}"#), Circuit::Auth, "token_refused"),
        (Call::Token, answer(200, no_token), Circuit::Auth, "token_refused"),
        (Call::Token, answer(200, &fewer), Circuit::Auth, "scope_missing"),
    ]
    .into_iter()
    .enumerate()
    {
        if call == Call::Token {
            app.lms.campus.with(course.kind, |s| s.tokens.clear());
            course.fault(app, Call::Score, None, answer(401, ""));
            app.clock.advance(6);
        } else if matches!(circuit, Circuit::Auth) {
            course.fault(app, call, None, fault.clone());
        }
        course.fault(app, call, None, fault);
        let mark = format!("{}", 20 + n);
        course.mark(app, 0, &mark).await;
        course.becomes(app, 0, OutboxState::Pending, Some(class), class).await;
        let (row, health) = (course.row(app, 0).await, course.health(app).await);
        assert_eq!((health.circuit, row.attempt), (circuit, 0), "{class}: the grade is not charged");
        assert_eq!(health.last_class.as_deref(), Some(class));
        let before = app.lms.school(course.kind).requests.len();
        app.context.wake.wake();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(app.lms.school(course.kind).requests.len(), before, "{class}: it is not asked before its time");
        app.clock.advance(901);
        app.context.wake.wake();
        course.settled(app).await;
        assert_eq!(course.in_lms(app, 0), Some(f64::from(u32::try_from(20 + n).unwrap())), "{class}");
        // The second good answer closes it.
        course.mark(app, 1, &mark).await;
        eventually("the circuit closes", async || course.health(app).await.circuit == Circuit::Closed).await;
        course.settled(app).await;
    }
}

async fn a_lost_column_is_found_again(app: &TestApp) {
    let course = Course::released(app, Kind::Canvas, 2).await;
    // The teacher made the column anew: the LMS has it under another address.
    app.lms.campus.with(course.kind, |s| {
        let mut again = s.line_items[0].clone();
        again.id = s.fresh_id();
        s.line_items[0] = again;
    });
    course.mark(app, 0, "33").await;
    eventually("it finds the other one", async || course.in_lms(app, 0) == Some(33.0)).await;
    course.settled(app).await;
    // It is gone altogether: nobody makes one unasked, and the trainer is told.
    app.lms.campus.with(course.kind, |s| {
        s.line_items.clear();
        s.grades.clear();
        s.links[0].line_item = None;
    });
    course.mark(app, 0, "44").await;
    course.becomes(app, 0, OutboxState::Parked, Some("line_item_missing"), "gone").await;
    app.clock.advance(25 * 3600);
    let course = Course { trainer: app.trainer(course.kind).await, ..course };
    app.context.wake.wake();
    eventually("it is looked for every day", async || course.row(app, 0).await.attempt >= 2).await;
    course.becomes(app, 0, OutboxState::Parked, Some("line_item_missing"), "gone").await;
    assert!(app.lms.school(course.kind).line_items.is_empty());
    let page = course.trainer.get(&format!("{}/grades", course.activity)).await;
    assert!(page.text("#lost").contains("no longer exists"));
    // The next launch names a column again: everything that waited goes there.
    app.lms.campus.with(course.kind, |s| {
        let id = s.fresh_id();
        let item = LineItem {
            id: id.clone(),
            label: "Again".into(),
            maximum: 50.0,
            resource_id: String::new(),
            tag: String::new(),
            link: Some(s.links[0].id.clone()),
        };
        s.line_items.push(item);
        s.links[0].line_item = Some(id);
    });
    app.clock.advance(700);
    app.learner(course.kind, 1).await;
    app.context.wake.wake();
    eventually("the launch brings it back", async || course.in_lms(app, 0) == Some(44.0)).await;
}

async fn equal_grades_are_settled_and_others_disputed(app: &TestApp) {
    for (kind, status, text) in
        [(Kind::Moodle, 409, "[]"), (Kind::Canvas, 400, "Provided timestamp of A before last updated timestamp of B")]
    {
        app.lms.campus.with(kind, |s| s.ledger.clear());
        let course = Course::released(app, kind, 2).await;
        // The score was stored, the answer was lost, and the repeated one is refused: it is there.
        course.fault(app, Call::Score, Some(0), Fault::Cut { applied: true });
        course.fault(app, Call::Score, Some(0), answer(status, text));
        course.mark(app, 0, "61").await;
        course.becomes(app, 0, OutboxState::Pending, Some("no_answer"), "lost").await;
        app.clock.advance(120);
        app.context.wake.wake();
        course.settled(app).await;
        assert_eq!(course.in_lms(app, 0), Some(61.0));
        app.lms.campus.with(kind, |s| s.faults.clear());
        // A refusal out of nothing: the LMS has another grade.
        course.fault(app, Call::Score, Some(0), answer(status, text));
        course.mark(app, 0, "62").await;
        course.becomes(app, 0, OutboxState::Conflict, Some("stale"), "refused").await;
        let row = course.row(app, 0).await;
        assert_eq!(row.seen_points.map(|p| p.0), Some(610_000), "both values are known");
        // A third decision is no answer to the question which of two counts.
        course.mark(app, 0, "63").await;
        assert_eq!(course.row(app, 0).await.state, OutboxState::Conflict);
        let who = format!("overall:{}", course.person(app, 0).await);
        course.wish(&[("theirs", &who)]).await;
        assert!(course.row(app, 0).await.is_kept());
        course.wish(&[("ours", &who)]).await;
        app.context.wake.wake();
        course.settled(app).await;
        assert_eq!(course.in_lms(app, 0), Some(63.0));
    }
}

async fn a_grade_is_read_back(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let course = Course::released(app, kind, 2).await;
        assert!(course.rows(app).await.iter().all(|r| r.confirmed_rev == 0), "taken is not confirmed");
        course.mark(app, 1, "0").await;
        course.settled(app).await;
        app.clock.advance(130);
        app.context.wake.wake();
        eventually("both are confirmed, the zero as well", async || {
            course.rows(app).await.iter().all(|r| r.confirmed_rev == r.desired_rev)
        })
        .await;
        // Results that cannot be read say nothing, and are read again later.
        for broken in [
            answer(200, r#"[{"userId":"5","resultScore":"many"}]"#),
            answer(200, "{}"),
            Fault::page(200),
            answer(200, "[]").with_header("link", "<https://evil.test/results?page=2>; rel=\"next\""),
            answer(503, ""),
        ] {
            course.fault(app, Call::Results, None, broken.clone());
            course.wish(&[("action", "check")]).await;
            eventually("it is asked for", async || {
                app.context.wake.wake();
                app.lms.campus.with(kind, |s| s.faults.take(Call::Results, None)) == Some(Fault::Nothing)
            })
            .await;
            assert!(course.rows(app).await.iter().all(|r| r.state == OutboxState::Delivered), "{broken:?}");
        }
        // A teacher changes one in the LMS: the night finds it.
        let (column, maximum) = (course.column(app), app.lms.school(kind).line_items[0].maximum);
        let now = app.clock.now();
        app.lms.campus.with(kind, |s| s.teacher_grades(&column, &course.subs[0], maximum * 0.7, now));
        app.clock.advance(25 * 3600);
        app.context.wake.wake();
        course.becomes(app, 0, OutboxState::Conflict, Some("changed_there"), "edited").await;
        assert_eq!(course.row(app, 0).await.seen_points.map(|p| p.0), Some(700_000));
        assert_eq!(course.in_lms(app, 0), Some(70.0), "nothing is overwritten");
        let trainer = app.trainer(kind).await;
        let group = trainer.get(&course.activity).await;
        assert!(!group.text("#stuck").is_empty(), "the group page says so");
        let page = trainer.get(&format!("{}/grades", course.activity)).await;
        assert!(page.text("button[name=theirs]").contains("70") && page.text("button[name=ours]").contains("100"));
        let csv = trainer.get(&format!("{}/grades.csv", course.activity)).await;
        assert!(csv.body.lines().count() == 2 && csv.body.contains("70"), "{}", csv.body);
        assert_eq!(csv.header("content-disposition").as_deref(), Some("attachment; filename=\"grades.csv\""));
    }
}

async fn lost_grades_are_sent_once_more(app: &TestApp) {
    let course = Course::released(app, Kind::Moodle, 2).await;
    let lose = || {
        app.lms.campus.with(Kind::Moodle, |s| s.grades.remove(&(s.line_items[0].id.clone(), course.subs[0].clone())))
    };
    lose();
    app.clock.advance(130);
    app.context.wake.wake();
    eventually("it is sent again by itself", async || {
        app.context.wake.wake();
        course.in_lms(app, 0) == Some(100.0)
    })
    .await;
    course.settled(app).await;
    assert_eq!(course.row(app, 0).await.resends, 1);
    lose();
    app.clock.advance(130);
    app.context.wake.wake();
    eventually("the second time a person is asked", async || {
        app.context.wake.wake();
        course.row(app, 0).await.state == OutboxState::Conflict
    })
    .await;
    // Canvas has a result for whatever it took, as long as the person is a student.
    let course = Course::released(app, Kind::Canvas, 2).await;
    app.lms.campus.with(Kind::Canvas, |s| s.grades.remove(&(s.line_items[0].id.clone(), course.subs[0].clone())));
    app.clock.advance(130);
    app.context.wake.wake();
    course.becomes(app, 0, OutboxState::Parked, Some("user_not_gradable"), "gone").await;
}

/// Where the LMS would let a new score replace a teacher's grade, its own value is read first.
async fn a_regrade_overwrites_nobody(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let course = Course::released(app, kind, 2).await;
        let (column, maximum) = (course.column(app), app.lms.school(kind).line_items[0].maximum);
        app.lms.campus.with(kind, |s| {
            s.teacher_grades(&column, &course.subs[0], maximum * 0.3, app.clock.now().plus_seconds(-60));
            // A column that the tool made itself has no overrides in Moodle: a score would simply replace it.
            if let Some(grade) = s.grades.get_mut(&(column.clone(), course.subs[0].clone())) {
                grade.overridden = false;
            }
        });
        course.mark(app, 0, "90").await;
        course.becomes(app, 0, OutboxState::Conflict, Some("changed_there"), "edited").await;
        assert_eq!(course.in_lms(app, 0), Some(30.0));
        let who = format!("overall:{}", course.person(app, 0).await);
        course.wish(&[("ours", &who)]).await;
        app.context.wake.wake();
        course.settled(app).await;
        assert_eq!(course.in_lms(app, 0), Some(90.0));
        // Without a teacher in between a regrade goes through, there and back again.
        for mark in ["80", "90", "80"] {
            course.mark(app, 0, mark).await;
            eventually("the regrade arrives", async || {
                course.in_lms(app, 0).map(|m| m.to_string()).as_deref() == Some(mark)
            })
            .await;
        }
        course.settled(app).await;
    }
}

async fn pauses_that_the_lms_asks_for_are_kept(app: &TestApp) {
    let course = Course::released(app, Kind::Canvas, 2).await;
    for (n, (asked, least, most)) in [("300", 295, 300), ("999999", 3595, 3600)].into_iter().enumerate() {
        course.fault(app, Call::Score, Some(0), answer(429, "").with_header("retry-after", asked));
        course.mark(app, 0, &format!("{}", 40 + n)).await;
        course.becomes(app, 0, OutboxState::Pending, Some("throttled"), asked).await;
        let wait = course.row(app, 0).await.next_attempt_at.seconds_since(app.clock.now());
        assert!((least..=most).contains(&wait), "{asked}: {wait}");
        app.clock.advance(most + 1);
        app.context.wake.wake();
        course.settled(app).await;
    }
}

/// A grade that is locked in Moodle is a 500 for ever: after five the trainer is told, and the others go on.
async fn a_locked_grade_stops_no_other(app: &TestApp) {
    let course = Course::released(app, Kind::Moodle, 2).await;
    let column = course.column(app);
    let lock = |locked: bool| {
        app.lms.campus.with(Kind::Moodle, |s: &mut School| {
            s.grades.get_mut(&(column.clone(), course.subs[0].clone())).unwrap().locked = locked;
        });
    };
    lock(true);
    course.mark(app, 0, "55").await;
    course.becomes(app, 0, OutboxState::Pending, Some("server_error"), "locked").await;
    for mark in ["51", "52", "53", "54", "55", "56"] {
        course.mark(app, 1, mark).await;
        eventually("the other one arrives", async || {
            course.in_lms(app, 1).map(|m| m.to_string()).as_deref() == Some(mark)
        })
        .await;
        app.clock.advance(600);
        app.context.wake.wake();
    }
    course.becomes(app, 0, OutboxState::Parked, Some("lms_refuses"), "locked").await;
    assert_eq!(course.health(app).await.circuit, Circuit::Closed);
    lock(false);
    course.wish(&[("action", "send")]).await;
    app.context.wake.wake();
    eventually("it arrives when it is unlocked", async || course.in_lms(app, 0) == Some(55.0)).await;
}

async fn handed_in_work_is_announced_to_canvas_only(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let trainer = app.trainer(kind).await;
        let activity = trainer.set_up(&[]).await;
        let school = app.lms.school(kind);
        let (column, sub) = (school.line_items[0].id.clone(), person(&school, Part::Learner, 0).sub);
        // A teacher's own grade stands there already.
        app.lms.campus.with(kind, |s| s.teacher_grades(&column, &sub, 7.0, app.clock.now()));
        let learner = app.learner(kind, 0).await;
        learner.hand_in("<div>Work.</div>").await;
        if kind == Kind::Moodle {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            assert!(app.lms.school(kind).requests.is_empty(), "in Moodle it could erase a grade and shows nothing");
            continue;
        }
        eventually("Canvas is told", async || {
            app.lms.school(kind).grade(&column, &sub).is_some_and(|g| g.attempts == 1 && g.opens.is_some())
        })
        .await;
        let grade = app.lms.school(kind).grade(&column, &sub).cloned().unwrap();
        assert_eq!(grade.score, Some(7.0), "no grade is erased");
        let address = grade.opens.unwrap();
        assert!(address.starts_with(&app.origin), "{address}");
        let group = trainer.get(&activity).await;
        assert_eq!(group.all("#group td .tag").len(), 1, "it is no grade");
    }
}

/// An LMS that is away for a day: seldom asked, nothing lost, everything there soon after it is back.
async fn an_outage_of_a_day_loses_nothing(app: &TestApp) {
    let course = Course::released(app, Kind::Canvas, 4).await;
    app.lms.campus.with(course.kind, |s| s.mood = cercle::demo::campus::Mood::Down);
    for n in 0..4 {
        course.mark(app, n, &format!("{}", 71 + n)).await;
    }
    eventually("the circuit opens", async || {
        app.clock.advance(5);
        app.context.wake.wake();
        course.health(app).await.circuit == Circuit::Open
    })
    .await;
    let asked = || app.lms.school(course.kind).calls;
    let (before, end) = (asked(), app.clock.now().plus_seconds(24 * 3600));
    let mut last = before;
    while app.clock.now() < end {
        let next = course.health(app).await.next_probe_at.seconds_since(app.clock.now());
        assert!(next <= 900, "{next}");
        app.clock.advance(next.max(0) + 1);
        app.context.wake.wake();
        eventually("it is asked", async || asked() > last).await;
        eventually("the probe ends", async || course.health(app).await.next_probe_at > app.clock.now()).await;
        last = asked();
    }
    assert!(last - before <= 150, "{} probes", last - before);
    let tries: Vec<i32> = course.rows(app).await.iter().map(|r| r.attempt).collect();
    assert!(tries.iter().all(|t| *t <= 6), "the outage costs no grade its tries: {tries:?}");
    app.lms.campus.with(course.kind, |s| s.mood = cercle::demo::campus::Mood::Well);
    app.clock.advance(900);
    eventually("all four arrive within a quarter of an hour", async || {
        app.context.wake.wake();
        (0..4).all(|n| course.in_lms(app, n) == Some(f64::from(71 + u32::try_from(n).unwrap())))
    })
    .await;
    course.settled(app).await;
    assert_eq!(course.health(app).await.circuit, Circuit::Closed);
}

/// The clock of the server was a year ahead and is set back: nothing waits for that year.
async fn an_lms_may_come_back_astray(app: &TestApp) {
    let course = Course::released(app, Kind::Moodle, 2).await;
    app.clock.advance(365 * 24 * 3600);
    let ahead = Course { trainer: app.trainer(course.kind).await, ..course };
    ahead.fault(app, Call::Score, Some(0), answer(503, ""));
    ahead.fault(app, Call::Score, Some(1), answer(423, ""));
    ahead.mark(app, 0, "81").await;
    ahead.mark(app, 1, "82").await;
    ahead.becomes(app, 0, OutboxState::Pending, Some("unavailable"), "ahead").await;
    ahead.becomes(app, 1, OutboxState::Parked, Some("lms_refuses"), "ahead").await;
    app.clock.advance(-365 * 24 * 3600);
    app.context.wake.wake();
    eventually("both arrive", async || ahead.in_lms(app, 0) == Some(81.0) && ahead.in_lms(app, 1) == Some(82.0)).await;
    // The next decision would have a timestamp of the past, which no LMS takes: it waits, and says so.
    ahead.settled(app).await;
    let back = Course { trainer: app.trainer(ahead.kind).await, ..ahead };
    back.mark(app, 0, "83").await;
    back.becomes(app, 0, OutboxState::Pending, Some("clock"), "behind").await;
}

/// Nothing is sent past a certificate that does not hold; once it is mended, the grade goes by itself.
async fn a_certificate_that_does_not_hold_stops_the_lane(app: &TestApp) {
    let course = Course::released(app, Kind::Moodle, 2).await;
    let port = Certificate::new("127.0.0.1", -1, None).serve();
    let endpoint = |url: String| {
        app.context.db.write(move |c| -> Result<_, StoreError> {
            let of_moodle = registrations::table.filter(registrations::family.eq(Family::Moodle));
            let was: String = of_moodle.select(registrations::token_endpoint).first(c)?;
            diesel::update(of_moodle).set(registrations::token_endpoint.eq(url)).execute(c)?;
            Ok(was)
        })
    };
    let was = endpoint(format!("https://127.0.0.1:{port}/token")).await.unwrap();
    // The token that is there still ends in an hour.
    app.clock.advance(3700);
    let course = Course { trainer: app.trainer(course.kind).await, ..course };
    course.mark(app, 0, "71").await;
    course.becomes(app, 0, OutboxState::Pending, Some("certificate"), "expired").await;
    let (row, health) = (course.row(app, 0).await, course.health(app).await);
    assert_eq!((health.circuit, row.attempt), (Circuit::Tls, 0), "the grade is not charged");
    assert_eq!(health.last_class.as_deref(), Some("certificate"));
    let waits = health.next_probe_at.seconds_since(app.clock.now());
    assert!((2_700..=3_700).contains(&waits), "asked again in about an hour: {waits}");
    endpoint(was).await.unwrap();
    app.clock.advance(3_700);
    app.context.wake.wake();
    eventually("it is mended", async || course.in_lms(app, 0) == Some(71.0)).await;
}

/// Where the column is gone, the trainer may send everything to another one that the LMS has, and to no other.
async fn a_trainer_chooses_another_column(app: &TestApp) {
    let course = Course::released(app, Kind::Canvas, 2).await;
    let other = |s: &mut School, label: &str| {
        let id = s.fresh_id();
        let (label, tag, resource_id) = (label.to_owned(), String::new(), String::new());
        s.line_items.push(LineItem { id: id.clone(), label, maximum: 20.0, resource_id, tag, link: None });
        id
    };
    app.lms.campus.with(course.kind, |s| {
        s.line_items.clear();
        s.grades.clear();
        s.links[0].line_item = None;
    });
    course.mark(app, 0, "45").await;
    course.becomes(app, 0, OutboxState::Parked, Some("line_item_missing"), "gone").await;
    let (page, columns) = (format!("{}/grades", course.activity), format!("{}/grades/columns", course.activity));
    assert!(course.trainer.get(&page).await.attribute("#choose-column", "href").is_some_and(|h| h == columns));
    let chosen = app.lms.campus.with(course.kind, |s| {
        // What belongs to another link is not offered.
        let linked = other(s, "Of another link");
        s.line_items.iter_mut().filter(|i| i.id == linked).for_each(|i| i.link = Some("another link".into()));
        other(s, "Essay <b>")
    });
    let chosen = chosen.unwrap();
    let shown = course.trainer.get(&columns).await;
    assert_eq!(shown.attributes("input[name=column]", "value").len(), 1);
    assert!(shown.body.contains("Essay &#60;b&#62;") && shown.body.contains("out of 20"), "{}", shown.body);
    let url = shown.attribute("input[name=column]", "value").unwrap();
    assert!(url.ends_with(&chosen));
    let item = shown.attribute("input[name=item]", "value").unwrap();
    // Only what the LMS lists can be chosen, only by a trainer, and only for a column of this activity.
    for (item, url) in [(item.as_str(), "https://evil.test/column"), (item.as_str(), ""), ("x", url.as_str())] {
        assert_eq!(course.trainer.post(&columns, &[("item", item), ("column", url)]).await.status, 409);
    }
    let learner = app.learner(course.kind, 0).await;
    assert_eq!(learner.get(&columns).await.status, 403);
    assert_eq!(learner.post(&columns, &[("item", &item), ("column", &url)]).await.status, 403);
    course.fault(app, Call::LineItem, None, answer(503, "down"));
    assert_eq!(course.trainer.get(&columns).await.all(".note.warn").len(), 1, "the LMS is down");
    assert_eq!(course.trainer.post(&columns, &[("item", &item), ("column", &url)]).await.status, 303);
    app.context.wake.wake();
    course.settled(app).await;
    let school = app.lms.school(course.kind);
    for sub in &course.subs {
        assert!(school.grade(&chosen, sub).is_some(), "all grades go there, not only those that waited");
    }
    assert_eq!(school.grade(&chosen, &course.subs[0]).unwrap().score, Some(9.0), "45 of 100 is 9 of 20");
    // A second click, or another trainer's: it is not lost any more.
    assert_eq!(course.trainer.post(&columns, &[("item", &item), ("column", &url)]).await.status, 409);
    assert_eq!(course.trainer.get(&columns).await.location(), page);
}
