//! Sessions, forms from elsewhere, frames and headers (reliability-security.md T26–T35, T94–T100).

use cercle::demo::campus::Kind;

use crate::harness::{Page, Session, TestApp, on_both_engines};

on_both_engines! {
    forms_from_elsewhere_are_refused, a_new_launch_ends_the_old_session, sessions_end, frames_and_headers,
    roles_and_foreign_ids, plain_requests_are_guarded, cookies_are_not_tossed,
}

/// Each layer alone refuses: the form's token, `Origin`, `Sec-Fetch-Site`, the media type.
async fn forms_from_elsewhere_are_refused(app: &TestApp) {
    let trainer = app.trainer(Kind::Moodle).await;
    let activity = trainer.set_up(&[]).await;
    let learner = app.learner(Kind::Moodle, 0).await;
    let token = learner.token().await;
    let routes: Vec<(&Session, String)> = vec![
        (&trainer, "/peer/set-up".into()),
        (&trainer, format!("{activity}/settings")),
        (&trainer, format!("{activity}/release")),
        (&trainer, format!("{activity}/grades")),
        (&trainer, format!("{activity}/learners/x/mark")),
        (&trainer, format!("{activity}/roster")),
        (&trainer, "/pick".into()),
        (&trainer, "/lti/deep-links".into()),
        (&learner, format!("{activity}/work")),
        (&learner, format!("{activity}/work/draft")),
        (&learner, format!("{activity}/work/back")),
        (&learner, format!("{activity}/reviews")),
        (&learner, format!("{activity}/reviews/x")),
        (&learner, format!("{activity}/reviews/x/draft")),
        (&learner, format!("{activity}/reviews/x/back")),
    ];
    for (session, route) in routes {
        let own = session.token().await;
        let no_token = session.post_raw(&route, &[], &[]).await;
        let wrong = session.post_raw(&route, &[("csrf", format!("{token}x"))], &[]).await;
        let origin = session.post_raw(&route, &[("csrf", own.clone())], &[("Origin", "https://evil.test")]).await;
        let site = session.post_raw(&route, &[("csrf", own)], &[("Sec-Fetch-Site", "cross-site")]).await;
        for (name, page) in [("no token", no_token), ("wrong token", wrong), ("origin", origin), ("site", site)] {
            assert_eq!(page.status, 403, "{route}: {name}");
            assert!(!page.text("h1").is_empty());
        }
    }
    // A token of somebody else's session is no good here.
    let trainers = trainer.token().await;
    assert_eq!(learner.post_raw(&format!("{activity}/work/draft"), &[("csrf", trainers)], &[]).await.status, 403);
    // GET changes nothing: no route that changes something answers it.
    for route in ["work/draft", "work/back", "reviews"] {
        assert_eq!(trainer.get(&format!("{activity}/{route}")).await.status, 405, "{route}");
    }
}

async fn a_new_launch_ends_the_old_session(app: &TestApp) {
    let first = app.learner(Kind::Moodle, 0).await;
    let school = app.lms.school(Kind::Moodle);
    let login = app.browser().login(&school).await;
    let user = crate::harness::person(&school, cercle::demo::campus::Part::Learner, 1);
    let claims = cercle::demo::messages::resource_link(
        &school,
        app.lms.campus.base(),
        &user,
        &school.links[0],
        &login.nonce,
        app.lms.campus.now(),
    );
    let token = cercle::crypto::provider::sign_jwt(app.lms.campus.key(), &claims).unwrap();
    let cookies = format!("{}; {}", login.cookie, first.credential.1);
    let answer = app.browser().post_token(&school, &token, &login.state, &cookies).await;
    assert_eq!(answer.status(), 303);
    let second = Session::from_answer(app.browser(), &answer);
    assert_ne!(second.credential.1, first.credential.1, "never the same token");
    assert_eq!(first.get("/open").await.status, 401, "the browser's old session has ended");
    assert_eq!(second.get("/open").await.status, 200);
    // Only the hash of a token is stored.
    let stored: Vec<String> = app
        .context
        .db
        .read(|c| {
            use cercle::store::schema::sessions;
            use diesel::prelude::*;
            Ok::<_, cercle::store::StoreError>(sessions::table.select(sessions::token_hash).load(c)?)
        })
        .await
        .unwrap();
    assert!(stored.iter().all(|hash| !second.credential.1.contains(hash.as_str())));
}

async fn sessions_end(app: &TestApp) {
    let session = app.learner(Kind::Moodle, 0).await;
    app.clock.advance(2 * 3600 - 60);
    assert_eq!(session.get("/open").await.status, 200, "in use");
    app.clock.advance(2 * 3600 - 60);
    assert_eq!(session.get("/open").await.status, 200, "each use counts");
    app.clock.advance(2 * 3600 + 1);
    let page = session.get("/open").await;
    assert_eq!((page.status, page.text("h1").as_str()), (401, "Please open the activity again"));
    let session = app.learner(Kind::Moodle, 0).await;
    for _ in 0..5 {
        app.clock.advance(5700);
        assert_eq!(session.get("/open").await.status, 200);
    }
    app.clock.advance(400);
    assert_eq!(session.get("/open").await.status, 401, "eight hours at most, however busy");
}

async fn frames_and_headers(app: &TestApp) {
    let trainer = app.trainer(Kind::Canvas).await;
    let activity = trainer.set_up(&[]).await;
    for path in [activity.clone(), format!("{activity}/release"), "/open".into(), "/nothing".into()] {
        let page = trainer.get(&path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
        for part in [
            "default-src 'none'",
            "script-src 'nonce-",
            "base-uri 'none'",
            "form-action 'self'",
            "img-src 'self' data:",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert!(page.headers.contains_key("x-request-id"));
    }
    let policy = |page: &Page| page.headers["content-security-policy"].to_str().unwrap().to_owned();
    let page = trainer.get(&activity).await;
    // The issuer of a hosted Canvas is not its school's address; the signed return address names that.
    let ancestors = format!("frame-ancestors 'self' https://canvas.instructure.com {}", app.lms.campus.base());
    assert!(policy(&page).ends_with(&ancestors), "{}", policy(&page));
    let nonce = |page: &Page| page.attribute("script[nonce]", "nonce").unwrap();
    assert_ne!(nonce(&page), nonce(&trainer.get(&activity).await), "each response has its own nonce");
    // No script or style stands in the page, and nothing comes from another host.
    for url in page.html().select(&scraper::Selector::parse("[src], link[href]").unwrap()) {
        let address = url.value().attr("src").or(url.value().attr("href")).unwrap();
        assert!(address.starts_with("/assets/"), "{address}");
    }
    assert!(page.all("script:not([src])").is_empty() && page.all("style").is_empty());
    // Without a session nobody may frame what we answer, but for refusals: they hold no data and must be
    // readable in the frame of an LMS that is not known any more.
    let health = app.http.get(format!("{}/healthz", app.origin)).send().await.unwrap();
    assert!(policy(&Page::of(health).await).ends_with("frame-ancestors 'none'"));
    for (path, status) in [("/nothing", 404), ("/open", 401)] {
        let page = Page::of(app.http.get(format!("{}{path}", app.origin)).send().await.unwrap()).await;
        assert_eq!(page.status, status);
        assert!(policy(&page).ends_with("frame-ancestors https: http:"), "{}", policy(&page));
        assert!(!page.text("h1").is_empty(), "{path} has a page that says what to do");
    }
    // Assets are immutable, and only under their own digest.
    let css = trainer.get(&activity).await.attribute("link[rel=stylesheet]", "href").unwrap();
    let answer = app.http.get(format!("{}{css}", app.origin)).header("Accept-Encoding", "gzip").send().await.unwrap();
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let wrong = css.replacen("/assets/", "/assets/x", 1);
    assert_eq!(app.http.get(format!("{}{wrong}", app.origin)).send().await.unwrap().status(), 404);
}

/// Every page of one course for other roles, other courses, other registrations: 403 or 404.
async fn roles_and_foreign_ids(app: &TestApp) {
    let trainer = app.trainer(Kind::Moodle).await;
    let activity = trainer.set_up(&[]).await;
    let learner = app.learner(Kind::Moodle, 0).await;
    learner.hand_in("<div>Mine.</div>").await;
    let other_learner = app.learner(Kind::Moodle, 1).await;
    other_learner.hand_in("<div>Other.</div>").await;
    let review = other_learner.post(&format!("{activity}/reviews"), &[]).await.location();
    let sheet = trainer.get(&activity).await.attribute("#group th a", "href").unwrap();
    let foreign_trainer = app.trainer(Kind::Canvas).await;
    foreign_trainer.set_up(&[]).await;
    let foreign_learner = app.learner(Kind::Canvas, 0).await;
    let trainer_pages = [sheet.clone(), format!("{activity}/release"), format!("{activity}/settings")];
    for page in &trainer_pages {
        assert_eq!(learner.get(page).await.status, 403, "{page}");
        assert_eq!(foreign_trainer.get(page).await.status, 404, "{page}");
        assert_eq!(foreign_learner.get(page).await.status, 404, "{page}");
    }
    for (path, fields) in [
        (format!("{activity}/release"), vec![("digest", "x")]),
        (format!("{sheet}/mark"), vec![("mark", "100"), ("reason", "me")]),
        (format!("{activity}/grades"), vec![]),
        (format!("{activity}/settings"), vec![("title", "taken over")]),
        ("/peer/set-up".to_owned(), vec![("title", "taken over")]),
    ] {
        assert_eq!(learner.post(&path, &fields).await.status, 403, "a learner posts {path}");
    }
    // A review belongs to its reviewer, whoever else knows its address.
    for somebody in [&learner, &foreign_learner] {
        assert_eq!(somebody.get(&review).await.status, 404);
        let fields = [("level_c1", "3"), ("comment_c1", "x")];
        assert_eq!(somebody.post(&review, &fields).await.status, 404);
        assert_eq!(somebody.post(&format!("{review}/draft"), &fields).await.status, 404);
        assert_eq!(somebody.post(&format!("{review}/back"), &[]).await.status, 404);
    }
    // Trainers write no works and no reviews.
    assert_eq!(trainer.get(&format!("{activity}/work")).await.status, 403);
    assert_eq!(trainer.post(&format!("{activity}/reviews"), &[]).await.status, 403);
    for path in ["/peer/nothing", "/peer/nothing/work", "/peer/nothing/release"] {
        assert_eq!(trainer.get(path).await.status, 404, "{path}");
    }
    // An assistant sees the group and changes nothing.
    let school = app.lms.school(Kind::Moodle);
    let user = crate::harness::person(&school, cercle::demo::campus::Part::Learner, 5);
    let assistant = app
        .browser()
        .launch(&app.lms, &school, &user, &school.links[0], |c| {
            c["https://purl.imsglobal.org/spec/lti/claim/roles"] =
                serde_json::json!(["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"]);
        })
        .await
        .ok()
        .unwrap();
    assert_eq!(assistant.get(&sheet).await.status, 200);
    assert!(assistant.get(&sheet).await.attribute("form", "action").is_none(), "nothing to change");
    assert_eq!(assistant.get(&format!("{activity}/settings")).await.status, 403);
    // Without a session there is nothing at all.
    for path in [activity.as_str(), sheet.as_str(), review.as_str(), "/open", "/peer/set-up"] {
        let page = Page::of(app.http.get(format!("{}{path}", app.origin)).send().await.unwrap()).await;
        assert_eq!(page.status, 401, "{path}");
        assert!(!page.body.contains("Mine."));
    }
}

async fn plain_requests_are_guarded(app: &TestApp) {
    let get = |name: &'static str, value: &'static str| {
        app.http.get(format!("{}/open", app.origin)).header(name, value).send()
    };
    let elsewhere = Page::of(get("Host", "evil.test").await.unwrap()).await;
    assert_eq!(elsewhere.status, 421, "another host");
    for style in elsewhere.attributes("link[rel=stylesheet]", "href") {
        let asked = app.http.get(format!("{}{style}", app.origin)).header("Host", "evil.test").send();
        assert_eq!(asked.await.unwrap().status(), 200, "the page that says so can be read: {style}");
    }
    let health = app.http.get(format!("{}/healthz", app.origin)).header("Host", "balancer").send().await.unwrap();
    assert_eq!(health.status(), 200);
    let login = |encoding: &'static str, media: &'static str, body: Vec<u8>| {
        app.http
            .post(format!("{}/lti/login", app.origin))
            .header("Content-Encoding", encoding)
            .header("Content-Type", media)
            .body(body)
            .send()
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(login("gzip", form, vec![0; 10]).await.unwrap().status(), 415);
    assert_eq!(login("identity", "application/json", b"{}".to_vec()).await.unwrap().status(), 415);
    assert_eq!(login("identity", form, vec![b'a'; 70 * 1024]).await.unwrap().status(), 413);
    let many = "a=1&".repeat(500).into_bytes();
    assert_eq!(login("identity", form, many).await.unwrap().status(), 400);
    let jwks: serde_json::Value = serde_json::from_slice(
        &app.http.get(format!("{}/.well-known/jwks.json", app.origin)).send().await.unwrap().bytes().await.unwrap(),
    )
    .unwrap();
    for key in jwks["keys"].as_array().unwrap() {
        let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"], "X-97: nothing private");
    }
}

/// T31: a second cookie of the session's name, from a sibling domain, counts as none.
async fn cookies_are_not_tossed(app: &TestApp) {
    let session = app.learner(Kind::Moodle, 0).await;
    let both = format!("{}; __Host-cercle=tossed", session.credential.1);
    let tossed = Session { credential: ("Cookie", both), ..session.clone() };
    assert_eq!(tossed.get("/open").await.status, 401);
    let as_bearer = session.credential.1.replace("__Host-cercle=", "Bearer ");
    let bearer = Session { credential: ("Authorization", as_bearer), ..session };
    assert_eq!(bearer.get("/open").await.status, 401, "a cookie's token is no bearer token");
}

/// A flood of logins from one address is stopped with a page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logins_are_limited_by_address() {
    let app = TestApp::start_with(cercle::store::Engine::Sqlite, |s| s.logins_per_minute = 3).await;
    let school = app.lms.school(Kind::Moodle);
    for _ in 0..3 {
        app.browser().login(&school).await;
    }
    let fields = crate::harness::login_fields(&school);
    let page = Page::of(app.browser().post(&school.login_url(), &fields, "").await).await;
    assert_eq!((page.status, page.text("h1").as_str()), (429, "Too many openings at once"));
    app.stop().await;
}
