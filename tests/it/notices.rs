//! Platform notifications: subscribed to where they are offered, verified like a launch, acted on once.

use cercle::demo::campus::{Kind, Part, School};
use cercle::demo::messages;
use cercle::lti::notices::{CONTEXT_COPY, HELLO, SCOPE_NOTICES};
use cercle::platform::notices::jobs::run_round;
use cercle::store::schema::{courses, notices};
use cercle::store::{Conn, StoreError};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::harness::{TestApp, on_both_engines, person};

on_both_engines! {
    they_are_subscribed_to_where_they_are_offered, a_copied_course_is_known_before_its_first_launch,
    forged_and_broken_notices_do_nothing,
}

async fn look(app: &TestApp) {
    while run_round(&app.context).await.unwrap() {}
}

fn token(app: &TestApp, school: &School, id: &str, kind: &str, change: impl FnOnce(&mut Value)) -> String {
    let nonce = uuid::Uuid::new_v4().to_string();
    let mut claims = messages::notice(school, id, kind, &nonce, app.lms.campus.now());
    change(&mut claims);
    cercle::crypto::provider::sign_jwt(app.lms.campus.key(), &claims).unwrap()
}

async fn deliver(app: &TestApp, tokens: &[String]) -> u16 {
    let list: Vec<Value> = tokens.iter().map(|t| json!({"jwt": t})).collect();
    post(app, json!({"notices": list}).to_string()).await
}

async fn post(app: &TestApp, body: String) -> u16 {
    let request = app.http.post(format!("{}/lti/notices", app.origin));
    let request = request.header("Content-Type", "application/json").header("Origin", "https://lms.test");
    request.body(body).send().await.unwrap().status().as_u16()
}

async fn taken(app: &TestApp) -> Vec<String> {
    let listed = |c: &mut Conn| -> Result<Vec<String>, StoreError> {
        Ok(notices::table.filter(notices::handled_at.is_not_null()).select(notices::notice_id).load(c)?)
    };
    app.context.db.read(listed).await.unwrap()
}

fn offer(app: &TestApp) {
    app.lms.campus.with(Kind::Canvas, |s| s.scopes.push(SCOPE_NOTICES.to_owned()));
}

async fn they_are_subscribed_to_where_they_are_offered(app: &TestApp) {
    app.learner(Kind::Moodle, 0).await;
    app.learner(Kind::Canvas, 0).await;
    look(app).await;
    assert!(app.lms.school(Kind::Canvas).handlers.is_empty(), "nobody offered it");
    offer(app);
    app.learner(Kind::Canvas, 1).await;
    look(app).await;
    let handlers = app.lms.school(Kind::Canvas).handlers;
    let own = format!("{}/lti/notices", app.origin);
    assert_eq!(handlers.get(CONTEXT_COPY), Some(&own));
    assert_eq!((handlers.get(HELLO), handlers.len()), (Some(&own), 2), "and nothing else");
    let school = app.lms.school(Kind::Canvas);
    assert_eq!(deliver(app, &[token(app, &school, "hello 1", HELLO, |_| {})]).await, 200);
    look(app).await;
    assert_eq!(taken(app).await, ["hello 1"]);
    // It is not asked again at each launch, but once a month.
    app.lms.campus.with(Kind::Canvas, |s| s.handlers.clear());
    app.learner(Kind::Canvas, 2).await;
    look(app).await;
    assert!(app.lms.school(Kind::Canvas).handlers.is_empty());
    app.clock.advance(31 * 24 * 3600);
    look(app).await;
    assert_eq!(app.lms.school(Kind::Canvas).handlers.len(), 2);
    // An address of another host is none of that LMS.
    let browser = app.browser();
    let (school, user) = (app.lms.school(Kind::Canvas), person(&app.lms.school(Kind::Canvas), Part::Learner, 0));
    app.lms.campus.with(Kind::Canvas, |s| s.handlers.clear());
    let launched = browser.launch(&app.lms, &school, &user, &school.links[0], |claims| {
        claims["https://purl.imsglobal.org/spec/lti/claim/platformnotificationservice"]
            ["platform_notification_service_url"] = json!("https://evil.test/handlers");
    });
    launched.await.ok().unwrap();
    look(app).await;
    assert!(app.lms.school(Kind::Canvas).handlers.is_empty());
}

async fn a_copied_course_is_known_before_its_first_launch(app: &TestApp) {
    let kind = Kind::Canvas;
    offer(app);
    let trainer = app.trainer(kind).await;
    let source = trainer.set_up(&[("title", "Last term")]).await;
    app.lms.campus.with(kind, School::copy_course);
    let school = app.lms.school(kind);
    let notice = token(app, &school, "copy 1", CONTEXT_COPY, |_| {});
    assert_eq!(deliver(app, &[notice]).await, 200);
    look(app).await;
    // The LMS repeats itself: nothing happens twice.
    assert_eq!(deliver(app, &[token(app, &school, "copy 1", CONTEXT_COPY, |_| {})]).await, 200);
    look(app).await;
    assert_eq!(taken(app).await.len(), 1);
    let known = |c: &mut Conn| -> Result<Vec<(String, String)>, StoreError> {
        Ok(courses::table.select((courses::context_id, courses::history)).order(courses::created_at.desc()).load(c)?)
    };
    let found = app.context.db.read(known).await.unwrap();
    assert_eq!(found[0], (school.course_id.clone(), school.history[0].clone()));
    // A launch that says nothing of the past: the activity of the same name is copied all the same.
    let link = school.links.iter().find(|l| l.title == school.links[0].title).unwrap().clone();
    let browser = app.browser();
    let user = person(&school, Part::Trainer, 0);
    let opened = browser.launch(&app.lms, &school, &user, &link, |claims| {
        claims["https://purl.imsglobal.org/spec/lti/claim/custom"] = json!({});
    });
    let opened = opened.await.ok().unwrap();
    assert!(opened.home.starts_with("/peer/") && opened.home != source, "{}", opened.home);
    assert!(opened.get(&opened.home).await.text("h1").contains("Last term"));
}

async fn forged_and_broken_notices_do_nothing(app: &TestApp) {
    let kind = Kind::Canvas;
    app.trainer(kind).await;
    let school = app.lms.school(kind);
    let claim = |name: &str| format!("https://purl.imsglobal.org/spec/lti/claim/{name}");
    let make = |id: &str, change: &dyn Fn(&mut Value)| token(app, &school, id, CONTEXT_COPY, |c| change(c));
    let forged = {
        let claims = messages::notice(&school, "forged", CONTEXT_COPY, "n", app.lms.campus.now());
        cercle::crypto::provider::sign_jwt(&cercle::crypto::rsa::SigningKey::generate().unwrap(), &claims).unwrap()
    };
    let now = app.lms.campus.now().unix_seconds();
    let bad = [
        forged,
        make("other client", &|c| c["aud"] = json!("somebody else")),
        make("other issuer", &|c| c["iss"] = json!("https://evil.test")),
        make("two audiences", &|c| c["aud"] = json!([school.client_id, "x"])),
        make("old", &|c| (c["iat"], c["exp"]) = (json!(now - 7200), json!(now - 3600))),
        make("no nonce", &|c| drop(c.as_object_mut().unwrap().remove("nonce"))),
        make("no version", &|c| drop(c.as_object_mut().unwrap().remove(&claim("version")))),
        make("no notice", &|c| drop(c.as_object_mut().unwrap().remove(&claim("notice")))),
        make("deployment", &|c| c[claim("deployment_id")] = json!("unheard of")),
        "no token".to_owned(),
        String::new(),
    ];
    for one in &bad {
        assert_eq!(deliver(app, std::slice::from_ref(one)).await, 200);
    }
    look(app).await;
    assert!(taken(app).await.is_empty());
    // A replayed token, under another id or not, is one notice; broken ones beside it do not matter.
    let good = make("good", &|_| {});
    let mut many = bad.to_vec();
    many.extend([good.clone(), good]);
    assert_eq!(deliver(app, &many).await, 200);
    look(app).await;
    assert_eq!(taken(app).await, ["good"]);
    for body in ["", "{}", "[1]", "not json"] {
        assert_eq!(post(app, body.to_owned()).await, 400, "{body}");
    }
    assert_eq!(post(app, "x".repeat(300 * 1024)).await, 413);
    let get = app.http.get(format!("{}/lti/notices", app.origin)).send().await.unwrap();
    assert_eq!(get.status(), 405);
}
