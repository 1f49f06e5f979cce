//! Grades on their way into both LMSs: what is sent, what each refusal leads to, and that nothing is
//! ever applied twice.

use cercle::activity::model::GradeTag;
use cercle::demo::campus::{Grade, Kind, Mood, Part, School};
use cercle::store::Conn;
use cercle::store::columns::Points;
use serde_json::{Value, json};

use crate::harness::{Session, TestApp, eventually, on_both_engines, person};

on_both_engines! {
    released_marks_arrive, an_lms_that_is_down_gets_them_later, refusals_are_shown_and_resent, lost_answers_settle,
    a_teachers_own_grade_is_not_overwritten, columns_are_found_or_made_once, tokens_are_shared,
    grades_go_home_only, a_changed_mark_is_a_new_revision, marks_that_change_while_grades_travel_arrive,
    foreign_services_get_nothing, reviewing_has_a_column_of_its_own, a_second_column_needs_the_lmss_leave,
}

struct Ready {
    trainer: Session,
    activity: String,
    learners: Vec<Session>,
}

/// Two learners who reviewed each other: 100 and 40 points.
async fn ready(app: &TestApp, kind: Kind) -> Ready {
    let trainer = app.trainer(kind).await;
    let activity = trainer.set_up(&[]).await;
    let mut learners = Vec::new();
    for n in 0..2 {
        let learner = app.learner(kind, n).await;
        learner.hand_in("<div>Work.</div>").await;
        learners.push(learner);
    }
    learners[0].review(["0", "3", "0"]).await;
    learners[1].review(["3", "3", "3"]).await;
    Ready { trainer, activity, learners }
}

fn scores(school: &School) -> Vec<(String, Option<f64>)> {
    let mut found: Vec<_> = school.ledger.iter().map(|e| (e.user.clone(), e.score)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// The scores with a grade that an LMS was sent; Canvas is told of handed-in work as well.
fn sent(school: &School) -> Vec<Value> {
    let read = school.requests.iter().map(|r| serde_json::from_str::<Value>(r).unwrap());
    read.filter(|body| body.get("scoreGiven").is_some()).collect()
}

async fn words(ready: &Ready) -> Vec<String> {
    ready.trainer.get(&ready.activity).await.all("#group td .tag")
}

async fn released_marks_arrive(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let ready = ready(app, kind).await;
        assert_eq!(sent(&app.lms.school(kind)).len(), 0, "nothing is sent before the release");
        ready.trainer.release(&ready.activity).await;
        eventually("both grades arrive", async || app.lms.school(kind).ledger.len() == 2).await;
        let school = app.lms.school(kind);
        let of = |n: usize| person(&school, Part::Learner, n).sub;
        let maximum = school.line_items[0].maximum;
        let mut wanted = vec![(of(0), Some(maximum)), (of(1), Some(maximum * 0.4))];
        wanted.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(scores(&school), wanted, "scaled to the column");
        assert!(school.requests.iter().all(|r| !r.contains('\n')));
        for body in sent(&school) {
            assert_eq!(body["scoreMaximum"].as_f64(), Some(maximum), "the column's own maximum");
            assert_eq!(
                (&body["activityProgress"], &body["gradingProgress"]),
                (&json!("Completed"), &json!("FullyGraded"))
            );
            let stamp = body["timestamp"].as_str().unwrap();
            assert_eq!(stamp.split_once('.').unwrap().1, "000Z", "whole seconds with milliseconds");
            assert!(body.get("comment").is_none(), "no name, no comment leaves the tool");
            let extension = body.get("https://canvas.instructure.com/lti/submission");
            assert_eq!(extension.map(|e| &e["new_submission"]), (kind == Kind::Canvas).then_some(&json!(false)));
        }
        assert!(school.grades.values().all(|g| g.attempts <= 1), "a grade is no new attempt in Canvas");
        eventually("the group says that it is checked", async || {
            words(&ready).await.iter().all(|w| w.contains("being checked") || w.contains("vérification"))
        })
        .await;
        app.clock.advance(130);
        app.context.wake.wake();
        eventually("the group says so", async || {
            words(&ready).await.iter().all(|w| w.contains("gradebook") || w.contains("carnet"))
        })
        .await;
        let own = ready.learners[0].get(&ready.activity).await;
        assert!(own.text("#next .tag").contains(if kind == Kind::Moodle { "carnet" } else { "gradebook" }));
        // Releasing again sends nothing.
        ready.trainer.release(&ready.activity).await;
        assert_eq!(sent(&app.lms.school(kind)).len(), 2);
    }
}

async fn an_lms_that_is_down_gets_them_later(app: &TestApp) {
    for (kind, mood) in [(Kind::Moodle, Mood::Down), (Kind::Canvas, Mood::Failing), (Kind::Moodle, Mood::Html)] {
        app.lms.campus.with(kind, |s| {
            s.ledger.clear();
            s.grades.clear();
        });
        let ready = if mood == Mood::Html { second_link(app, kind).await } else { ready(app, kind).await };
        app.lms.campus.with(kind, |s| s.mood = mood);
        ready.trainer.release(&ready.activity).await;
        eventually("the trainer sees that it waits", async || {
            words(&ready).await.iter().all(|w| w.contains("tried again by itself") || w.contains("nouvel essai"))
        })
        .await;
        let own = ready.learners[0].get(&ready.activity).await;
        assert!(own.text("#next .tag").contains(if kind == Kind::Moodle { "Pas encore" } else { "Not yet" }));
        assert!(!own.text("main").contains("503"), "learners see no error text");
        app.lms.campus.with(kind, |s| s.mood = Mood::Well);
        // The pauses grow; time is moved on instead of waited for.
        eventually("both arrive when it is back", async || {
            app.clock.advance(60);
            app.context.wake.wake();
            app.lms.school(kind).ledger.len() == 2
        })
        .await;
    }
}

/// The same two learners on the second link of a school.
async fn second_link(app: &TestApp, kind: Kind) -> Ready {
    let school = app.lms.school(kind);
    let link = school.links[1].clone();
    let launch = async |part, n| {
        app.browser().launch(&app.lms, &school, &person(&school, part, n), &link, |_| {}).await.ok().unwrap()
    };
    let trainer = launch(Part::Trainer, 0).await;
    let activity = trainer.set_up(&[]).await;
    let mut learners = Vec::new();
    for n in 0..2 {
        let learner = launch(Part::Learner, n).await;
        learner.hand_in("<div>Work.</div>").await;
        learners.push(learner);
    }
    learners[0].review(["0", "3", "0"]).await;
    learners[1].review(["3", "3", "3"]).await;
    Ready { trainer, activity, learners }
}

async fn refusals_are_shown_and_resent(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let ready = ready(app, kind).await;
        app.lms.campus.with(kind, |s| s.mood = Mood::Rejecting);
        ready.trainer.release(&ready.activity).await;
        eventually("the reason stands beside each learner", async || {
            words(&ready).await.iter().all(|w| w.contains("learner of the course") || w.contains("apprenants du cours"))
        })
        .await;
        let tries = sent(&app.lms.school(kind)).len();
        assert_eq!(tries, 2, "a refusal is not repeated blindly");
        app.lms.campus.with(kind, |s| s.mood = Mood::Well);
        let answer = ready.trainer.post(&format!("{}/grades", ready.activity), &[("action", "send")]).await;
        assert_eq!(answer.status, 303);
        eventually("both arrive", async || app.lms.school(kind).ledger.len() == 2).await;
    }
}

/// The score is stored and the answer is lost: the second try settles by the LMS's own result.
async fn lost_answers_settle(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let ready = ready(app, kind).await;
        app.lms.campus.with(kind, |s| s.mood = Mood::Cut);
        ready.trainer.release(&ready.activity).await;
        eventually("both were applied", async || app.lms.school(kind).ledger.len() == 2).await;
        eventually("and the tool does not know", async || {
            words(&ready).await.iter().all(|w| w.contains("did not answer") || w.contains("pas répondu"))
        })
        .await;
        app.lms.campus.with(kind, |s| s.mood = Mood::Well);
        eventually("the tool finds out", async || {
            app.clock.advance(61);
            app.context.wake.wake();
            words(&ready).await.iter().all(|w| w.contains("gradebook") || w.contains("carnet"))
        })
        .await;
        let school = app.lms.school(kind);
        assert_eq!(school.ledger.len(), 2, "each grade had one effect");
        let stamps: std::collections::HashSet<String> =
            sent(&school).iter().map(|body| body["timestamp"].to_string()).collect();
        assert!(stamps.len() <= 2, "a repeated try keeps its timestamp: {stamps:?}");
    }
}

async fn a_teachers_own_grade_is_not_overwritten(app: &TestApp) {
    let ready = ready(app, Kind::Moodle).await;
    let school = app.lms.school(Kind::Moodle);
    let learner = person(&school, Part::Learner, 0).sub;
    let item = school.line_items[0].id.clone();
    let later = app.clock.now().plus_seconds(300);
    app.lms.campus.with(Kind::Moodle, |s| {
        let grade = Grade { score: Some(55.0), modified: Some(later), ..Grade::default() };
        s.grades.insert((item.clone(), learner.clone()), grade);
    });
    ready.trainer.release(&ready.activity).await;
    eventually("the conflict is shown", async || words(&ready).await.iter().any(|w| w.contains("montre 55"))).await;
    let grade = app.lms.school(Kind::Moodle).grade(&item, &learner).cloned().unwrap();
    assert_eq!(grade.score, Some(55.0), "nothing is overwritten without a person");
    app.clock.advance(24 * 3600 + 5);
    app.context.wake.wake();
    // The trainer decides for ours: a new revision with a new timestamp.
    let trainer = app.trainer(Kind::Moodle).await;
    let page = format!("{}/grades", ready.activity);
    // Sending everything again is no decision about a dispute.
    assert_eq!(trainer.post(&page, &[("action", "send")]).await.status, 303);
    let who = trainer.get(&page).await.attribute("button[name=ours]", "value").unwrap();
    assert_eq!(trainer.post(&page, &[("ours", &who)]).await.status, 303);
    eventually("ours arrives", async || {
        app.lms.school(Kind::Moodle).grade(&item, &learner).and_then(|g| g.score) == Some(100.0)
    })
    .await;
}

/// Without a column in the launch: found by our id, else made once; never two.
async fn columns_are_found_or_made_once(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        app.lms.campus.with(kind, |s| {
            s.line_items.clear();
            for link in &mut s.links {
                link.line_item = None;
            }
            // Other columns of the tool, so that Canvas needs a second page.
            for i in 0..15 {
                let id = s.fresh_id();
                s.line_items.push(cercle::demo::campus::LineItem {
                    id,
                    label: format!("Other {i}"),
                    maximum: 10.0,
                    resource_id: format!("other-{i}"),
                    tag: "x".into(),
                    link: None,
                });
            }
        });
        let ready = ready(app, kind).await;
        ready.trainer.release(&ready.activity).await;
        eventually("both grades arrive", async || app.lms.school(kind).ledger.len() == 2).await;
        let school = app.lms.school(kind);
        let id = ready.activity.rsplit('/').next().unwrap().to_owned();
        let ours: Vec<_> = school.line_items.iter().filter(|i| i.resource_id == id).collect();
        assert_eq!(ours.len(), 1, "two grades at once make one column");
        assert_eq!((ours[0].tag.as_str(), ours[0].maximum), ("overall", 100.0));
        assert_eq!(ours[0].link.as_deref(), Some(school.links[0].id.as_str()));
        // The column is deleted in the LMS: the trainer sees it, and sending again makes a new one.
        app.lms.campus.with(kind, |s| s.line_items.retain(|i| i.resource_id != id));
        let sheet = ready.trainer.get(&ready.activity).await.attribute("#group th a", "href").unwrap();
        ready.trainer.post(&format!("{sheet}/mark"), &[("mark", "50"), ("reason", "r"), ("seen", "0")]).await;
        eventually("the loss is shown", async || {
            words(&ready).await.iter().any(|w| w.contains("no longer exists") || w.contains("n’existe plus"))
        })
        .await;
        let page = format!("{}/grades", ready.activity);
        ready.trainer.post(&page, &[("action", "send")]).await;
        app.clock.advance(4);
        eventually("no column is made unasked", async || {
            app.context.wake.wake();
            ready.trainer.get(&page).await.all("#grades summary").iter().any(|t| t.starts_with('3'))
        })
        .await;
        assert!(app.lms.school(kind).line_items.iter().all(|i| i.resource_id != id));
        ready.trainer.post(&page, &[("action", "column")]).await;
        eventually("a new column has it", async || {
            app.lms.school(kind).line_items.iter().filter(|i| i.resource_id == id).count() == 1
                && app.lms.school(kind).ledger.len() == 3
        })
        .await;
        // Without the right to make columns there is none, and the trainer reads why.
    }
    app.lms.campus.with(Kind::Canvas, |s| {
        s.line_items.clear();
        s.scopes.retain(|scope| !scope.ends_with("/lineitem"));
    });
    let ready = second_link(app, Kind::Canvas).await;
    ready.trainer.release(&ready.activity).await;
    eventually("no column", async || words(&ready).await.iter().all(|w| w.contains("offers no gradebook column")))
        .await;
}

async fn tokens_are_shared(app: &TestApp) {
    let ready = ready(app, Kind::Canvas).await;
    ready.trainer.release(&ready.activity).await;
    eventually("both grades arrive", async || app.lms.school(Kind::Canvas).ledger.len() == 2).await;
    assert_eq!(app.lms.school(Kind::Canvas).token_requests, 1, "one token for both");
    // The LMS forgets it: one new token, one repeat, no waiting.
    app.lms.campus.with(Kind::Canvas, |s| s.tokens.clear());
    let sheet = ready.trainer.get(&ready.activity).await.attribute("#group th a", "href").unwrap();
    ready.trainer.post(&format!("{sheet}/mark"), &[("mark", "10"), ("reason", "r"), ("seen", "0")]).await;
    eventually("the changed grade arrives", async || app.lms.school(Kind::Canvas).ledger.len() == 3).await;
    assert_eq!(app.lms.school(Kind::Canvas).token_requests, 2);
}

/// Two schools, each with its own people: a grade goes back only to where its learner came from.
async fn grades_go_home_only(app: &TestApp) {
    let (french, english) = (ready(app, Kind::Moodle).await, ready(app, Kind::Canvas).await);
    french.trainer.release(&french.activity).await;
    eventually("Moodle has both", async || app.lms.school(Kind::Moodle).ledger.len() == 2).await;
    assert_eq!(sent(&app.lms.school(Kind::Canvas)).len(), 0);
    english.trainer.release(&english.activity).await;
    eventually("Canvas has both", async || app.lms.school(Kind::Canvas).ledger.len() == 2).await;
    let subs = |kind| {
        let school = app.lms.school(kind);
        school.ledger.iter().all(|e| school.user(&e.user).is_some())
    };
    assert!(subs(Kind::Moodle) && subs(Kind::Canvas));
}

/// Timestamps rise by whole seconds, also when marks change within one second.
async fn a_changed_mark_is_a_new_revision(app: &TestApp) {
    let ready = ready(app, Kind::Moodle).await;
    ready.trainer.release(&ready.activity).await;
    let sheet = ready.trainer.get(&ready.activity).await.attribute("#group th a", "href").unwrap();
    for (i, mark) in ["10", "20", "30"].iter().enumerate() {
        let seen = i.to_string();
        let fields = [("mark", *mark), ("reason", "again"), ("seen", seen.as_str())];
        assert_eq!(ready.trainer.post(&format!("{sheet}/mark"), &fields).await.status, 303);
    }
    let school = app.lms.school(Kind::Moodle);
    let (learner, item) = (person(&school, Part::Learner, 0).sub, school.line_items[0].id.clone());
    eventually("the newest one arrives", async || {
        app.context.wake.wake();
        app.lms.school(Kind::Moodle).grade(&item, &learner).and_then(|g| g.score) == Some(30.0)
    })
    .await;
    let stamps: Vec<i64> = app
        .lms
        .school(Kind::Moodle)
        .ledger
        .iter()
        .filter(|e| e.user == learner)
        .map(|e| e.timestamp.unix_seconds())
        .collect();
    assert!(stamps.windows(2).all(|w| w[0] < w[1]), "{stamps:?}");
    // Revisions are append-only in the database itself.
    let changed = app
        .context
        .db
        .write(|c| {
            use cercle::store::schema::grade_revisions;
            use diesel::prelude::*;
            diesel::update(grade_revisions::table).set(grade_revisions::rev.eq(99)).execute(c)?;
            Ok::<(), cercle::store::StoreError>(())
        })
        .await;
    assert!(changed.is_err());
    // Whoever takes that guard away is found out.
    let broken = async || app.context.db.read(cercle::grades::store::count_broken_chains).await.unwrap();
    assert_eq!(broken().await, 0);
    app.context
        .db
        .write(|c| {
            use cercle::store::schema::grade_revisions;
            use diesel::prelude::*;
            let guard = match c {
                Conn::Pg(_) => "grade_revisions_no_change ON grade_revisions",
                Conn::Sqlite(_) => "grade_revisions_no_update",
            };
            diesel::sql_query(format!("DROP TRIGGER {guard}")).execute(c)?;
            let second = grade_revisions::table.filter(grade_revisions::rev.eq(2));
            diesel::update(second).set(grade_revisions::points.eq(Points::whole(99))).execute(c)?;
            Ok::<(), cercle::store::StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(broken().await, 1);
}

/// Marks that change while grades travel: the newest one arrives, whoever wrote first. Decisions and the
/// worker's answers meet on the same rows here, which two connections do at the same moment.
async fn marks_that_change_while_grades_travel_arrive(app: &TestApp) {
    let ready = ready(app, Kind::Moodle).await;
    ready.trainer.release(&ready.activity).await;
    let sheets = ready.trainer.get(&ready.activity).await;
    let html = sheets.html();
    let links = scraper::Selector::parse("#group th a").unwrap();
    let sheets: Vec<&str> = html.select(&links).filter_map(|e| e.value().attr("href")).collect();
    assert!(sheets.len() >= 2);
    for round in 0..30 {
        let seen = round.to_string();
        let mark = (50 + round).to_string();
        let fields = [("mark", mark.as_str()), ("reason", "again"), ("seen", seen.as_str())];
        let changes = sheets.iter().map(|sheet| {
            app.context.wake.wake();
            let path = format!("{sheet}/mark");
            let (trainer, fields) = (&ready.trainer, &fields);
            async move { trainer.post(&path, fields).await.status }
        });
        let answers = futures_util::future::join_all(changes).await;
        assert!(answers.iter().all(|s| *s == 303), "{answers:?}");
    }
    eventually("the newest marks arrive", async || {
        app.context.wake.wake();
        let school = app.lms.school(Kind::Moodle);
        let arrived = school.grades.values().filter(|g| g.score == Some(79.0)).count();
        arrived == sheets.len()
    })
    .await;
}

/// T47: a launch that names a service on another host gets in, and the token goes nowhere.
async fn foreign_services_get_nothing(app: &TestApp) {
    let school = app.lms.school(Kind::Moodle);
    let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let evil = format!("http://{}/lineitems/1", trap.local_addr().unwrap());
    let change = |claims: &mut Value| {
        claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitem"] = json!(evil);
        claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]["lineitems"] = json!(evil);
    };
    let launch = async |part, n| {
        app.browser().launch(&app.lms, &school, &person(&school, part, n), &school.links[0], change).await.ok().unwrap()
    };
    let trainer = launch(Part::Trainer, 0).await;
    let activity = trainer.set_up(&[]).await;
    let (ada, bob) = (launch(Part::Learner, 0).await, launch(Part::Learner, 1).await);
    ada.hand_in("<div>A</div>").await;
    bob.hand_in("<div>B</div>").await;
    ada.review(["1", "1", "1"]).await;
    trainer.release(&activity).await;
    let ready = Ready { trainer, activity, learners: vec![ada, bob] };
    eventually("no column", async || words(&ready).await.iter().any(|w| w.contains("pas de colonne"))).await;
    assert!(trap.accept().is_err(), "not one connection");
}

/// Three learners, asked for two reviews each, who send two, one and none.
async fn reviewed(app: &TestApp, kind: Kind) -> (Session, String, Vec<Session>) {
    let trainer = app.trainer(kind).await;
    let activity = trainer.set_up(&[("reviews", "2"), ("reviewing", "on")]).await;
    let mut learners = Vec::new();
    for n in 0..3 {
        let learner = app.learner(kind, n).await;
        learner.hand_in("<div>Work.</div>").await;
        learners.push(learner);
    }
    for (learner, reviews) in learners.iter().zip([2, 1, 0]) {
        for _ in 0..reviews {
            assert_eq!(learner.review(["3", "3", "3"]).await.status, 303);
        }
    }
    (trainer, activity, learners)
}

async fn reviewing_has_a_column_of_its_own(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let (trainer, activity, learners) = reviewed(app, kind).await;
        let preview = trainer.get(&format!("{activity}/release")).await;
        assert_eq!(preview.all("#preview tbody tr").len(), 3);
        assert!(preview.all("#preview td").iter().any(|t| t == "50"), "one of two");
        trainer.release(&activity).await;
        let column = || app.lms.school(kind).line_items.into_iter().find(|i| i.tag == "reviewing");
        eventually("the second column has three grades", async || {
            let Some(column) = column() else { return false };
            app.lms.school(kind).ledger.iter().filter(|e| e.line_item == column.id).count() == 3
        })
        .await;
        let (school, item) = (app.lms.school(kind), column().unwrap());
        assert_eq!((item.maximum, item.link.as_deref()), (100.0, None), "it belongs to no link");
        assert!(item.label.starts_with("Peer task – "), "{}", item.label);
        assert_eq!(activity, format!("/peer/{}", item.resource_id));
        for (n, wanted) in [(0, 100.0), (1, 50.0), (2, 0.0)] {
            let sub = person(&school, Part::Learner, n).sub;
            assert_eq!(school.grade(&item.id, &sub).unwrap().score, Some(wanted));
            let overall = school.grade(&school.line_items[0].id, &sub).and_then(|g| g.score);
            let full = school.line_items[0].maximum;
            assert!(overall.is_none_or(|s| (s - full).abs() < 1e-9), "the marks are in their own column");
        }
        // Learners see it with how it was made, and so does the trainer.
        assert!(learners[1].get(&activity).await.text("#reviewing").contains("50"));
        let sheets = trainer.get(&activity).await.attributes("#group th a", "href");
        assert!(!trainer.get(&sheets[0]).await.text("#reviewing").is_empty());
        // Releasing again changes nothing, and makes no third column.
        trainer.release(&activity).await;
        // A teacher changes one of them in the LMS; the trainer decides about that grade and no other.
        let sub = person(&school, Part::Learner, 1).sub;
        app.lms.campus.with(kind, |s| s.teacher_grades(&item.id, &sub, 77.0, app.clock.now()));
        let page = format!("{activity}/grades");
        assert_eq!(trainer.post(&page, &[("action", "check")]).await.status, 303);
        app.clock.advance(5);
        app.context.wake.wake();
        eventually("the dispute is shown", async || {
            cercle::grades::confirm::run_round(&app.context).await.unwrap();
            trainer.get(&page).await.attribute("button[name=theirs]", "value").is_some()
        })
        .await;
        let shown = trainer.get(&page).await;
        let disputed = shown.attributes("button[name=theirs]", "value");
        assert!(disputed.len() == 1 && disputed[0].starts_with("reviewing:"), "{disputed:?}");
        assert_eq!(trainer.post(&page, &[("theirs", &disputed[0])]).await.status, 303);
        let id = cercle::ids::ActivityId(item.resource_id.clone());
        let kept = async |tag| {
            let id = id.clone();
            let read = move |c: &mut Conn| cercle::grades::store::list_outgoing(c, &id, tag);
            app.context.db.read(read).await.unwrap().iter().filter(|r| r.is_kept()).count()
        };
        assert_eq!((kept(GradeTag::Overall).await, kept(GradeTag::Reviewing).await), (0, 1));
        assert_eq!(app.lms.school(kind).line_items.iter().filter(|i| i.tag == "reviewing").count(), 1);
        assert_eq!(trainer.post(&page, &[("theirs", "reviewing")]).await.status, 400, "no learner is named");
        assert_eq!(trainer.post(&page, &[("ours", "x:y")]).await.status, 400, "there is no such grade");
        let broken = app.context.db.read(cercle::grades::store::count_broken_chains).await.unwrap();
        assert_eq!(broken, 0, "one chain runs over both grades");
    }
}

/// Where the tool may not make columns, the marks go all the same, and the trainer is told about the other.
async fn a_second_column_needs_the_lmss_leave(app: &TestApp) {
    app.lms.campus.with(Kind::Moodle, |s| s.scopes.retain(|scope| !scope.ends_with("/lineitem")));
    let (trainer, activity, _) = reviewed(app, Kind::Moodle).await;
    trainer.release(&activity).await;
    let page = format!("{activity}/grades");
    let without = async || trainer.get(&page).await.attributes("input[name=grade]", "value");
    eventually("three grades wait for somebody", async || without().await.len() == 3).await;
    assert!(without().await.iter().all(|v| v.starts_with("reviewing:")));
    eventually("the marks arrive", async || !app.lms.school(Kind::Moodle).ledger.is_empty()).await;
    assert_eq!(app.lms.school(Kind::Moodle).line_items.iter().filter(|i| i.tag == "reviewing").count(), 0);
}
