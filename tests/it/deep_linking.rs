//! Choosing what a link opens: the picker, the answer to the LMS (lti.md §9.3 and the DL rows of §9.6),
//! and which activity a launch leads to, also after copies.

use cercle::crypto::{jwk, unb64};
use cercle::demo::campus::{Kind, Link, Part, Picker, School};
use cercle::store::schema::{activities, placements};
use cercle::store::{Conn, StoreError};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::harness::{OPERATOR, Page, Session, TestApp, eventually, on_both_engines, person};

const C: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";
const BOTH: [Kind; 2] = [Kind::Moodle, Kind::Canvas];

on_both_engines! {
    t_dl_an_activity_made_in_the_picker_is_opened_and_graded, x50_data_is_echoed, x54_cancelling_returns_an_empty_list,
    x55_only_trainers_choose, requests_that_cannot_be_answered_are_refused, x52_one_item_where_one_is_taken,
    an_answer_counts_once, answers_of_other_sessions_and_sites_are_refused, what_exists_is_placed_linked_or_copied,
    a_fresh_link_takes_what_exists, the_picker_searches_and_pages, canvas_menus_take_several_at_once,
    a_copied_course_gets_fresh_activities, a_copied_column_is_found_again, links_without_a_name_follow_the_history,
    duplicates_never_share_a_column, names_of_others_open_nothing, first_launches_at_once_place_once,
    points_are_checked, keys_rotate_without_a_failed_launch, what_was_asked_goes_with_its_session,
}

fn asked(title: &str) -> Picker {
    Picker { placement: "assignment_selection".to_owned(), title: title.to_owned(), data: String::new() }
}

async fn pick(app: &TestApp, kind: Kind, picker: Picker) -> Session {
    let trainer = person(&app.lms.school(kind), Part::Trainer, 0);
    app.browser().pick(&app.lms, kind, &trainer, picker, |_| {}).await.expect("the request is accepted")
}

/// The claims of the answer on a page, after its signature was checked against our published keys.
async fn claims(app: &TestApp, page: &Page) -> Value {
    let token = page.attribute("input[name=JWT]", "value").expect("an answer");
    let keys = app.http.get(format!("{}/.well-known/jwks.json", app.origin)).send().await.unwrap();
    let keys = jwk::parse_set(&keys.bytes().await.unwrap()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let read = |part: &str| -> Value { serde_json::from_slice(&unb64(part).unwrap()).unwrap() };
    let header = read(header);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
    let key = keys.get(header["kid"].as_str().expect("X-56: the header names its key")).unwrap();
    assert!(key.verifies(message.as_bytes(), &unb64(signature).unwrap()), "T-DL-05");
    read(payload)
}

fn items(claims: &Value) -> &Vec<Value> {
    claims[format!("{DL}content_items")].as_array().expect("items")
}

/// Takes an answer to the LMS as the browser would, and saves the form that it fills.
async fn save(app: &TestApp, kind: Kind, page: &Page) -> Page {
    let url = page.attribute("form[data-auto-submit]", "action").expect("a form that sends itself");
    let token = page.attribute("input[name=JWT]", "value").unwrap();
    let trainer = person(&app.lms.school(kind), Part::Trainer, 0);
    let cookie = match kind {
        Kind::Moodle => format!("MoodleSession={}", trainer.sub),
        Kind::Canvas => format!("canvas_session={}", trainer.sub),
    };
    let fields = [("JWT".to_owned(), token)];
    let answer = Page::of(app.browser().post(&url, &fields, &cookie).await).await;
    if let Some(secret) = answer.body.split("selected=").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned()) {
        let url = format!("{}/{}/add", app.lms.campus.base(), kind.path());
        let saved = app.browser().post(&url, &[("secret".to_owned(), secret)], &cookie).await;
        assert_eq!(saved.status(), 303);
    }
    app.lms.campus.with(kind, |school| school.links.iter_mut().for_each(|l| l.published = true));
    answer
}

fn last_link(school: &School) -> Link {
    school.links.last().unwrap().clone()
}

async fn open(app: &TestApp, kind: Kind, part: Part, n: usize, link: &Link) -> Session {
    let school = app.lms.school(kind);
    let user = person(&school, part, n);
    app.browser().launch(&app.lms, &school, &user, link, |_| {}).await.expect("the launch is accepted")
}

fn count(app: &TestApp) -> (i64, i64) {
    let counted = app.context.db.read_blocking(|c: &mut Conn| {
        Ok::<_, StoreError>((activities::table.count().get_result(c)?, placements::table.count().get_result(c)?))
    });
    counted.unwrap()
}

/// Makes an activity in the picker and saves it in the LMS; returns its link and its id.
async fn made(app: &TestApp, kind: Kind, title: &str) -> (Link, String) {
    let trainer = pick(app, kind, asked(title)).await;
    let answered = trainer.try_set_up(&[("title", title)]).await;
    assert_eq!(answered.status, 200, "{}", answered.text("#problems"));
    save(app, kind, &answered).await;
    let link = last_link(&app.lms.school(kind));
    let id = link.custom["activity_id"].clone();
    (link, id)
}

/// Two learners open a link, hand in and review each other; a trainer releases the marks.
async fn release(app: &TestApp, kind: Kind, link: &Link) -> Session {
    let mut learners = Vec::new();
    for n in 0..2 {
        let learner = open(app, kind, Part::Learner, n, link).await;
        assert_eq!(learner.hand_in("<div>Work.</div>").await.status, 303);
        learners.push(learner);
    }
    for learner in &learners {
        assert_eq!(learner.review(["3", "3", "3"]).await.status, 303);
    }
    let trainer = open(app, kind, Part::Trainer, 0, link).await;
    assert_eq!(trainer.home, learners[0].home);
    trainer.release(&trainer.home).await;
    trainer
}

/// As [`release`], until both grades are in the LMS.
async fn grade(app: &TestApp, kind: Kind, link: &Link) -> Session {
    let before = app.lms.school(kind).ledger.len();
    let trainer = release(app, kind, link).await;
    eventually("the grades arrive", async || app.lms.school(kind).ledger.len() == before + 2).await;
    trainer
}

/// T-DL-01 to T-DL-08.
async fn t_dl_an_activity_made_in_the_picker_is_opened_and_graded(app: &TestApp) {
    for kind in BOTH {
        let school = app.lms.school(kind);
        let trainer = person(&school, Part::Trainer, 0);
        // T-DL-01: the request names no target.
        let browser = app.browser();
        let session = browser.pick(&app.lms, kind, &trainer, asked("Typed in the LMS"), |c| {
            c.as_object_mut().unwrap().remove(&format!("{C}target_link_uri"));
        });
        let session = session.await.expect("the picker opens");
        assert_eq!(session.home, "/peer/set-up", "there is nothing to choose from, so a new one is set up");
        let form = session.get(&session.home).await;
        assert_eq!(form.attribute("#title", "value").as_deref(), Some("Typed in the LMS"));
        assert!(form.attribute("#points", "value").is_some() && form.attribute("#cancel", "name").is_some());
        let due = "2031-05-10T10:00:00Z";
        let answered = session.try_set_up(&[("title", "Made here"), ("points", "40"), ("work_due", due)]).await;
        assert_eq!(answered.status, 200);
        let url = answered.attribute("form[data-auto-submit]", "action").unwrap();
        let before = app.lms.school(kind);
        let secret = before.pickers.iter().find(|(_, p)| p.title == "Typed in the LMS").unwrap().0.clone();
        let wanted = cercle::demo::messages::picker_return_url(&before, app.lms.campus.base(), &secret);
        assert_eq!(url, wanted, "the query is kept byte for byte");
        let policy = answered.headers["content-security-policy"].to_str().unwrap().to_owned();
        let forms = policy.split("form-action ").nth(1).unwrap().split(';').next().unwrap();
        assert_eq!(forms.split_whitespace().collect::<Vec<_>>(), ["'self'", app.lms.campus.base()], "one origin more");
        // T-DL-03 to T-DL-07.
        let claims = claims(app, &answered).await;
        assert_eq!(claims[format!("{C}message_type")], "LtiDeepLinkingResponse");
        assert_eq!(claims[format!("{C}version")], "1.3.0");
        assert_eq!(claims[format!("{C}deployment_id")], json!(school.deployment_id));
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(school.client_id), &json!(school.issuer)));
        let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        let now = app.clock.now().unix_seconds();
        assert!(now - 30 <= iat && iat <= now && iat < exp && exp <= iat + 300);
        assert!(claims["nonce"].as_str().unwrap().len() >= 22);
        assert!(claims.get("azp").is_none());
        assert_eq!(claims.get(format!("{DL}data")), None, "X-51");
        let [item] = items(&claims).as_slice() else { panic!("one item") };
        let id = item["custom"]["activity_id"].as_str().unwrap().to_owned();
        let mut column = json!({"scoreMaximum": 40, "label": "Made here", "resourceId": id, "tag": "overall"});
        if kind == Kind::Moodle {
            column["submissionReview"] = json!({"reviewableStatus": ["InProgress", "Submitted", "Completed"]});
        }
        assert_eq!(item["lineItem"], column);
        assert_eq!((&item["type"], &item["text"]), (&json!("ltiResourceLink"), &json!("Write.")));
        assert_eq!(item["submission"]["endDateTime"], due);
        assert!(item["url"].as_str().unwrap().starts_with(&app.origin));
        // T-DL-02: the LMS takes it; T-DL-08: its link opens the activity, for a learner first.
        save(app, kind, &answered).await;
        let link = last_link(&app.lms.school(kind));
        assert_eq!((link.title.as_str(), &link.custom["activity_id"]), ("Made here", &id));
        let home = grade(app, kind, &link).await.home;
        assert_eq!(home, format!("/peer/{id}"));
        let school = app.lms.school(kind);
        assert!(school.ledger.iter().all(|e| Some(&e.line_item) == link.line_item.as_ref() && e.score == Some(40.0)));
    }
}

async fn x50_data_is_echoed(app: &TestApp) {
    for kind in BOTH {
        let data = "é\u{1F600} \"<&>\u{202e}".repeat(300);
        let session = pick(app, kind, Picker { data: data.clone(), ..asked("T") }).await;
        let answered = session.try_set_up(&[]).await;
        assert_eq!(claims(app, &answered).await[format!("{DL}data")], json!(data));
    }
}

async fn x54_cancelling_returns_an_empty_list(app: &TestApp) {
    for kind in BOTH {
        let before = count(app);
        let session = pick(app, kind, asked("T")).await;
        let answered = session.post("/lti/deep-links", &[("action", "cancel")]).await;
        assert_eq!(answered.status, 200);
        assert_eq!(items(&claims(app, &answered).await), &Vec::<Value>::new());
        let links = app.lms.school(kind).links.len();
        save(app, kind, &answered).await;
        assert_eq!((count(app), app.lms.school(kind).links.len()), (before, links), "nothing is made on either side");
    }
}

async fn x55_only_trainers_choose(app: &TestApp) {
    for kind in BOTH {
        let school = app.lms.school(kind);
        let refused = async |user: &cercle::demo::campus::User, roles: Option<Value>| {
            let browser = app.browser();
            let answer = browser.pick(&app.lms, kind, user, asked("T"), |c| match roles {
                Some(Value::Null) => drop(c.as_object_mut().unwrap().remove(&format!("{C}roles"))),
                Some(roles) => c[format!("{C}roles")] = roles,
                None => {}
            });
            let page = Page::of(answer.await.err().expect("refused")).await;
            assert_eq!(page.status, 403);
            assert!(!page.text("[data-error-title]").is_empty() && !page.body.contains("JWT"));
        };
        let (trainer, learner) = (person(&school, Part::Trainer, 0), person(&school, Part::Learner, 0));
        refused(&learner, None).await;
        let membership = "http://purl.imsglobal.org/vocab/lis/v2/membership#";
        let institution = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#";
        for roles in [
            json!([format!("{institution}Administrator")]),
            json!([format!("{institution}Instructor")]),
            json!([format!("{membership}Mentor")]),
            json!([]),
            Value::Null,
        ] {
            refused(&trainer, Some(roles)).await;
        }
        // A learner's own session does not open the pages of the picker either.
        let link = school.links[0].clone();
        let learner = open(app, kind, Part::Learner, 0, &link).await;
        assert_eq!(learner.get("/pick").await.status, 403);
        let trainer = open(app, kind, Part::Trainer, 0, &link).await;
        let stolen = Session { csrf: trainer.csrf.clone(), ..learner };
        assert_eq!(stolen.post("/pick", &[("choice", "copy:x")]).await.status, 403);
    }
}

/// X-53, and every other request that has no good answer: a page, and nothing half-made.
async fn requests_that_cannot_be_answered_are_refused(app: &TestApp) {
    type Change = fn(&mut Value);
    let settings: [(Change, u16); 9] = [
        (|c| c[format!("{DL}deep_linking_settings")]["accept_types"] = json!(["link", "html"]), 403),
        (|c| c[format!("{DL}deep_linking_settings")]["accept_types"] = Value::Null, 400),
        (|c| c[format!("{DL}deep_linking_settings")]["deep_link_return_url"] = Value::Null, 400),
        (|c| c[format!("{DL}deep_linking_settings")] = Value::Null, 400),
        (|c| c[format!("{DL}deep_linking_settings")]["deep_link_return_url"] = json!("https://evil.test/return"), 403),
        (|c| c[format!("{DL}deep_linking_settings")]["deep_link_return_url"] = json!("javascript:alert(1)"), 403),
        (|c| c[format!("{DL}deep_linking_settings")]["deep_link_return_url"] = json!("//localhost/x"), 403),
        (|c| c[format!("{C}context")] = Value::Null, 403),
        (|c| c["sub"] = Value::Null, 403),
    ];
    for kind in BOTH {
        let trainer = person(&app.lms.school(kind), Part::Trainer, 0);
        let before = count(app);
        for (change, status) in settings {
            let answer = app.browser().pick(&app.lms, kind, &trainer, asked("T"), change).await;
            let page = Page::of(answer.err().expect("refused")).await;
            assert_eq!(page.status, status, "{}", page.text("[data-error-title]"));
            assert!(!page.text("[data-error-text]").is_empty());
            assert!(!page.headers["content-security-policy"].to_str().unwrap().contains("evil.test"));
        }
        assert_eq!(count(app), before);
    }
}

async fn x52_one_item_where_one_is_taken(app: &TestApp) {
    let (_, one) = made(app, Kind::Canvas, "One").await;
    let (_, two) = made(app, Kind::Canvas, "Two").await;
    let session = pick(app, Kind::Canvas, asked("T")).await;
    let page = session.get("/pick").await;
    assert!(page.attribute("input[type=radio][name=choice]", "value").is_some(), "one can be chosen");
    let (one, two) = (format!("copy:{one}"), format!("copy:{two}"));
    let before = count(app);
    let both = session.post("/lti/deep-links", &[("choice", &one), ("choice", &two)]).await;
    assert_eq!((both.status, count(app)), (409, before), "two are refused and nothing is copied");
    let nothing = session.post("/lti/deep-links", &[]).await;
    assert_eq!(nothing.status, 409);
    let good = session.post("/lti/deep-links", &[("choice", &one)]).await;
    assert_eq!(good.status, 200, "what was refused did not use the request up");
    assert_eq!(items(&claims(app, &good).await).len(), 1);
}

async fn an_answer_counts_once(app: &TestApp) {
    for kind in BOTH {
        let session = pick(app, kind, asked("T")).await;
        let before = count(app);
        let sending = (0..5).map(|_| {
            let session = session.clone();
            tokio::spawn(async move { session.try_set_up(&[]).await.status })
        });
        let mut statuses = Vec::new();
        for sent in sending.collect::<Vec<_>>() {
            statuses.push(sent.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409]);
        assert_eq!(count(app).0, before.0 + 1, "one activity is made");
        let late = session.post("/lti/deep-links", &[("action", "cancel")]).await;
        assert_eq!(late.status, 409);
        assert!(!late.text("[data-error-text]").is_empty());
    }
}

async fn answers_of_other_sessions_and_sites_are_refused(app: &TestApp) {
    let one = pick(app, Kind::Moodle, asked("T")).await;
    let two = pick(app, Kind::Moodle, asked("T")).await;
    let before = count(app);
    let foreign = [("csrf", two.csrf.clone()), ("action", "cancel".to_owned())];
    assert_eq!(one.post_raw("/lti/deep-links", &foreign, &[]).await.status, 403, "another session's form");
    let own = [("csrf", one.csrf.clone()), ("action", "cancel".to_owned())];
    let elsewhere = one.post_raw("/lti/deep-links", &own, &[("Origin", "https://evil.test")]).await;
    assert_eq!(elsewhere.status, 403, "another site's form");
    let anonymous = Session { credential: ("Cookie", String::new()), ..one.clone() };
    assert_eq!(anonymous.post_raw("/lti/deep-links", &own, &[]).await.status, 401);
    // A session that opened an activity has nothing to answer.
    let link = app.lms.school(Kind::Moodle).links[0].clone();
    let opened = open(app, Kind::Moodle, Part::Trainer, 0, &link).await;
    assert_eq!(opened.post("/lti/deep-links", &[("action", "cancel")]).await.status, 400);
    // And one that chooses has no link to place behind.
    assert_eq!(one.post("/pick", &[("choice", "copy:x")]).await.status, 400);
    assert_eq!(count(app), before);
    assert_eq!(one.post("/lti/deep-links", &[("action", "cancel")]).await.status, 200, "none of that used it up");
}

async fn what_exists_is_placed_linked_or_copied(app: &TestApp) {
    for kind in BOTH {
        // An answer that the LMS discarded leaves an activity that no link opens: it can be placed.
        let session = pick(app, kind, asked("Draft")).await;
        let discarded = session.try_set_up(&[("title", "Draft")]).await;
        let draft = items(&claims(app, &discarded).await)[0]["custom"]["activity_id"].as_str().unwrap().to_owned();
        let session = pick(app, kind, asked("T")).await;
        assert_eq!(session.home, "/pick");
        let placed = session.post("/lti/deep-links", &[("choice", &format!("place:{draft}"))]).await;
        let first = items(&claims(app, &placed).await)[0].clone();
        assert_eq!(first["custom"], json!({"activity_id": draft}));
        assert_eq!(first["lineItem"]["resourceId"], json!(draft));
        save(app, kind, &placed).await;
        let first = last_link(&app.lms.school(kind));
        let learner = open(app, kind, Part::Learner, 0, &first).await;
        assert_eq!(learner.home, format!("/peer/{draft}"));
        // Once more: the same activity, and no second column for its marks.
        let session = pick(app, kind, asked("T")).await;
        let again = session.post("/lti/deep-links", &[("choice", &format!("place:{draft}"))]).await;
        let item = items(&claims(app, &again).await)[0].clone();
        assert_eq!((item["custom"]["placement"].as_str(), item.get("lineItem")), (Some("again"), None));
        save(app, kind, &again).await;
        let second = last_link(&app.lms.school(kind));
        assert_ne!(first.id, second.id);
        assert_eq!(open(app, kind, Part::Learner, 0, &second).await.home, learner.home);
        // A copy is another activity with the same settings.
        let session = pick(app, kind, asked("T")).await;
        let copied = session.post("/lti/deep-links", &[("choice", &format!("copy:{draft}"))]).await;
        let copy = items(&claims(app, &copied).await)[0].clone();
        assert_ne!(copy["custom"]["activity_id"], json!(draft));
        assert_eq!((&copy["title"], &copy["text"]), (&json!("Draft"), &json!("Write.")));
        // What is not offered is not there.
        let session = pick(app, kind, asked("T")).await;
        let unknown = cercle::ids::ActivityId::new();
        for choice in [format!("place:{unknown}"), format!("copy:{unknown}")] {
            assert_eq!(session.post("/lti/deep-links", &[("choice", &choice)]).await.status, 404);
        }
    }
    // Activities of the other school are neither shown nor taken.
    let other = made(app, Kind::Canvas, "Of the other school").await.1;
    let session = pick(app, Kind::Moodle, asked("T")).await;
    assert!(!session.get("/pick").await.body.contains("Of the other school"));
    assert_eq!(session.post("/lti/deep-links", &[("choice", &format!("copy:{other}"))]).await.status, 404);
}

async fn a_fresh_link_takes_what_exists(app: &TestApp) {
    let (_, source) = made(app, Kind::Moodle, "Model").await;
    let link = app.lms.school(Kind::Moodle).links[1].clone();
    let trainer = open(app, Kind::Moodle, Part::Trainer, 0, &link).await;
    assert_eq!(trainer.home, "/peer/set-up");
    assert_eq!(trainer.get("/peer/set-up").await.attribute("#existing", "href").as_deref(), Some("/pick"));
    let page = trainer.get("/pick").await;
    assert_eq!(page.attribute("#choose", "action").as_deref(), Some("/pick"));
    assert!(page.body.contains("Model") && page.attribute("#cancel", "name").is_none());
    assert_eq!(trainer.post("/pick", &[]).await.status, 409, "nothing is chosen");
    let copy = format!("copy:{source}");
    let placed = trainer.post("/pick", &[("choice", &copy)]).await;
    assert_eq!(placed.status, 303);
    assert_ne!(placed.location(), format!("/peer/{source}"));
    let again = trainer.post("/pick", &[("choice", &copy)]).await;
    assert_eq!(again.location(), placed.location(), "a double click places one");
    let group = trainer.get(&placed.location()).await;
    assert!(!group.text("#copied").is_empty(), "the trainer is told that it is a copy");
    let learner = open(app, Kind::Moodle, Part::Learner, 0, &link).await;
    assert_eq!(learner.home, placed.location());
    learner.hand_in("<div>Work.</div>").await;
    assert!(trainer.get(&placed.location()).await.text("#copied").is_empty());
}

async fn the_picker_searches_and_pages(app: &TestApp) {
    let (_, source) = made(app, Kind::Moodle, "Étude de cas").await;
    let session = pick(app, Kind::Moodle, asked("T")).await;
    let copies: Vec<(&str, String)> = (0..24).map(|_| ("choice", format!("copy:{source}"))).collect();
    let copies: Vec<(&str, &str)> = copies.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(session.post("/lti/deep-links", &copies).await.status, 200);
    made(app, Kind::Moodle, "Entretien <b>&").await;
    let session = pick(app, Kind::Moodle, asked("T")).await;
    let first = session.get("/pick").await;
    assert_eq!(first.all(".offers li").len(), 20);
    let next = first.attribute("a[rel=next]", "href").unwrap();
    let second = session.get(&next).await;
    assert_eq!(second.all(".offers li").len(), 6);
    assert!(second.attribute("a[rel=next]", "href").is_none() && second.attribute("a[rel=prev]", "href").is_some());
    let found = session.get("/pick?q=ENTRETIEN+%3Cb").await;
    assert_eq!(found.all(".offers strong"), ["Entretien <b>&"]);
    assert_eq!(found.attribute("#q", "value").as_deref(), Some("ENTRETIEN <b"), "what was typed stays");
    let nothing = session.get("/pick?q=zebra").await;
    assert_eq!((nothing.status, nothing.all(".offers li").len()), (200, 0));
    assert!(nothing.attribute("#new", "href").is_some());
    let too_many: Vec<(&str, String)> = (0..51).map(|_| ("choice", format!("copy:{source}"))).collect();
    let too_many: Vec<(&str, &str)> = too_many.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(session.post("/lti/deep-links", &too_many).await.status, 409);
}

/// Canvas' menus take several items and make their assignments at once, unpublished: marks wait.
async fn canvas_menus_take_several_at_once(app: &TestApp) {
    let kind = Kind::Canvas;
    let (_, source) = made(app, kind, "Model").await;
    let picker = Picker { placement: "course_assignments_menu".to_owned(), ..asked("") };
    let session = pick(app, kind, picker).await;
    assert!(session.get("/pick").await.attribute("input[type=checkbox][name=choice]", "value").is_some());
    let copy = format!("copy:{source}");
    let answered = session.post("/lti/deep-links", &[("choice", &copy), ("choice", &copy)]).await;
    let ids: Vec<String> = items(&claims(app, &answered).await)
        .iter()
        .map(|i| i["custom"]["activity_id"].as_str().unwrap().to_owned())
        .collect();
    assert!(ids.len() == 2 && ids[0] != ids[1]);
    save(app, kind, &answered).await;
    let links: Vec<Link> = app.lms.school(kind).links.iter().rev().take(2).cloned().collect();
    let link = links[0].clone();
    for link in &links {
        let trainer = open(app, kind, Part::Trainer, 0, link).await;
        assert_eq!(trainer.home, format!("/peer/{}", link.custom["activity_id"]));
    }
    app.lms.campus.with(kind, |s| s.links.iter_mut().for_each(|l| l.published = false));
    let trainer = release(app, kind, &link).await;
    eventually("Canvas refuses marks of an unpublished assignment", async || !app.lms.school(kind).requests.is_empty())
        .await;
    assert!(app.lms.school(kind).ledger.is_empty());
    app.lms.campus.with(kind, |s| s.links.iter_mut().for_each(|l| l.published = true));
    trainer.post(&format!("{}/grades", trainer.home), &[("action", "send")]).await;
    eventually("they arrive once it is published", async || app.lms.school(kind).ledger.len() == 2).await;
}

async fn a_copied_course_gets_fresh_activities(app: &TestApp) {
    for kind in BOTH {
        let (link, source) = made(app, kind, "Last term").await;
        let learner = open(app, kind, Part::Learner, 0, &link).await;
        learner.hand_in("<div>Last term's work.</div>").await;
        let trainer = open(app, kind, Part::Trainer, 0, &link).await;
        let old_group = trainer.get(&trainer.home).await;
        assert_eq!(old_group.all("#group tbody tr").len(), 1);
        app.lms.campus.with(kind, School::copy_course);
        let copied = last_link(&app.lms.school(kind));
        assert_eq!(copied.custom["activity_id"], source, "the LMS keeps the old name");
        // A learner is the first to open it.
        let learner = open(app, kind, Part::Learner, 0, &copied).await;
        assert_ne!(learner.home, format!("/peer/{source}"));
        assert!(learner.home.starts_with("/peer/"), "{}", learner.home);
        let page = learner.get(&learner.home).await;
        assert!(page.body.contains("Last term") && page.body.contains("Write."), "the settings are there");
        assert!(!page.body.contains("Last term's work") && page.attribute("#write", "href").is_some(), "no work is");
        let trainer = open(app, kind, Part::Trainer, 0, &copied).await;
        assert_eq!(trainer.home, learner.home);
        assert!(!trainer.get(&trainer.home).await.text("#copied").is_empty());
        assert_eq!(trainer.get(&format!("/peer/{source}")).await.status, 404, "the old course is not open from here");
        // A copy of the copy follows the history further.
        app.lms.campus.with(kind, School::copy_course);
        let third = last_link(&app.lms.school(kind));
        let trainer = open(app, kind, Part::Trainer, 0, &third).await;
        assert!(trainer.home.starts_with("/peer/") && trainer.home != learner.home);
        let before = count(app);
        assert_eq!(open(app, kind, Part::Trainer, 0, &third).await.home, trainer.home);
        assert_eq!(count(app), before, "once placed, it stays");
    }
}

/// The column came along with the copied course, still with the old activity's id: it is used, and none
/// is made beside it.
async fn a_copied_column_is_found_again(app: &TestApp) {
    for kind in BOTH {
        let (link, source) = made(app, kind, "Graded").await;
        open(app, kind, Part::Trainer, 0, &link).await;
        app.lms.campus.with(kind, School::copy_course);
        let link = last_link(&app.lms.school(kind));
        let column = app.lms.school(kind).line_items.iter().find(|i| i.resource_id == source).unwrap().id.clone();
        let columns = app.lms.school(kind).line_items.len();
        // The LMS does not say which column is the link's own.
        let unsaid = Link { line_item: None, ..link.clone() };
        grade(app, kind, &unsaid).await;
        let school = app.lms.school(kind);
        assert!(school.ledger.iter().all(|e| e.line_item == column));
        assert_eq!(school.line_items.len(), columns, "no column is made");
    }
}

async fn links_without_a_name_follow_the_history(app: &TestApp) {
    for kind in BOTH {
        let trainer = app.trainer(kind).await;
        let source = trainer.set_up(&[("title", "By hand")]).await;
        app.lms.campus.with(kind, School::copy_course);
        let school = app.lms.school(kind);
        let copied = open(app, kind, Part::Trainer, 0, &school.links[0]).await;
        assert!(copied.home != source && copied.home.starts_with("/peer/") && copied.home != "/peer/set-up");
        assert!(copied.get(&copied.home).await.body.contains("By hand"));
        // The other link opened nothing there: the trainer is asked, and learners read why.
        let other = open(app, kind, Part::Trainer, 0, &school.links[1]).await;
        assert_eq!(other.home, "/peer/set-up");
        let learner = open(app, kind, Part::Learner, 0, &school.links[1]).await;
        assert_eq!(learner.home, "/open");
        // Two links of the same title say nothing certain.
        app.lms.campus.with(kind, |s| {
            let title = s.links[0].title.clone();
            s.links[1].title = title;
        });
        let second = open(app, kind, Part::Trainer, 0, &app.lms.school(kind).links[1]).await;
        assert!(
            second.home != copied.home && second.home != "/peer/set-up",
            "it has the title of one in the old course"
        );
        app.lms.campus.with(kind, School::copy_course);
        let unsure = open(app, kind, Part::Trainer, 0, &app.lms.school(kind).links[0]).await;
        assert_eq!(unsure.home, "/peer/set-up");
    }
}

async fn duplicates_never_share_a_column(app: &TestApp) {
    for kind in BOTH {
        let (link, id) = made(app, kind, "Twice").await;
        let first = open(app, kind, Part::Trainer, 0, &link).await;
        let twin = app.lms.campus.with(kind, |s| s.duplicate(&link.id)).unwrap().unwrap();
        let twin = app.lms.school(kind).link(&twin).unwrap().clone();
        assert_eq!(twin.custom["activity_id"], id);
        let second = open(app, kind, Part::Trainer, 0, &twin).await;
        assert_ne!(first.home, second.home, "each has an activity of its own");
        // Neither link says which column is its own; both columns bear the same resource id.
        let unsaid = |link: &Link| Link { line_item: None, ..link.clone() };
        for link in [unsaid(&twin), unsaid(&link)] {
            grade(app, kind, &link).await;
        }
        let school = app.lms.school(kind);
        let mut columns: Vec<&String> = school.ledger.iter().map(|e| &e.line_item).collect();
        columns.dedup();
        assert_eq!(columns, [twin.line_item.as_ref().unwrap(), link.line_item.as_ref().unwrap()]);
    }
}

/// An id of another company, of another course, or of nothing: a clear page, and nothing is made.
async fn names_of_others_open_nothing(app: &TestApp) {
    let (_, foreign) = made(app, Kind::Canvas, "Another company's").await;
    let (link, own) = made(app, Kind::Moodle, "Of another course").await;
    let owner = open(app, Kind::Moodle, Part::Trainer, 0, &link).await;
    // Another course of the same LMS, which is no copy, with a trainer who does not train the first one.
    app.lms.campus.with(Kind::Moodle, |s| {
        "77".clone_into(&mut s.course_id);
        s.users.push(cercle::demo::campus::User {
            sub: "501".into(),
            hint: "501".into(),
            given_name: "New".into(),
            family_name: "Trainer".into(),
            part: Part::Trainer,
        });
    });
    let school = app.lms.school(Kind::Moodle);
    let before = count(app);
    let long = "x".repeat(3000);
    for (n, id) in [foreign.as_str(), own.as_str(), "no-such-id", "'; DROP TABLE links; --", &long].iter().enumerate() {
        let mut link = link.clone();
        link.id = format!("90{n}");
        link.custom.insert("activity_id".to_owned(), (*id).to_owned());
        let learner = open(app, Kind::Moodle, Part::Learner, 0, &link).await;
        assert_eq!(learner.home, "/open", "{id}");
        assert!(!learner.get("/open").await.text("h1").is_empty());
        let user = person(&school, Part::Trainer, 1);
        let trainer = app.browser().launch(&app.lms, &school, &user, &link, |_| {}).await.expect("let in");
        if id.len() < 256 {
            assert_eq!(trainer.home, "/pick?named=unknown", "{id}");
            let page = trainer.get(&trainer.home).await;
            assert!(!page.text("#unknown").is_empty() && page.attribute("#new", "href").is_some());
            assert!(!page.body.contains("Another company's") && !page.body.contains("Of another course"));
        }
        assert_eq!(trainer.get(&format!("/peer/{id}")).await.status, 404);
    }
    assert_eq!(count(app), before, "nothing is made");
    // Whoever runs Cercle sees why.
    let id = app.moodle.id.to_string();
    let language = cercle::web::i18n::Lang::En;
    let count_launches = cercle::launch::count_launches;
    let findings = cercle::platform::doctor::examine(&app.context, language, Some(&id), count_launches).await.unwrap();
    let refused = &findings.iter().find(|f| f.check == "refused").unwrap().meaning;
    assert!(refused.contains("ACTIVITY_FOREIGN") && refused.contains("ACTIVITY_OTHER_COURSE"), "{refused}");
    // Somebody who trains the other course as well gets a copy, not the original.
    let mut named = link.clone();
    "950".clone_into(&mut named.id);
    let both = open(app, Kind::Moodle, Part::Trainer, 0, &named).await;
    assert!(both.home.starts_with("/peer/") && both.home != owner.home, "{}", both.home);
}

async fn first_launches_at_once_place_once(app: &TestApp) {
    let (link, id) = made(app, Kind::Moodle, "Rush").await;
    let before = count(app);
    let school = app.lms.school(Kind::Moodle);
    let mut running = Vec::new();
    for n in 0..12 {
        let (browser, link, school) = (app.browser(), link.clone(), school.clone());
        let (base, key, now) = (app.lms.campus.base().to_owned(), app.lms.campus.clone(), app.clock.now());
        let user = person(&school, Part::Learner, n);
        running.push(tokio::spawn(async move {
            let login = browser.login(&school).await;
            let claims = cercle::demo::messages::resource_link(&school, &base, &user, &link, &login.nonce, now);
            let token = cercle::crypto::provider::sign_jwt(key.key(), &claims).unwrap();
            let answer = browser.post_token(&school, &token, &login.state, &login.cookie).await;
            Session::from_answer(browser, &answer).opened().await.home
        }));
    }
    for home in running {
        assert_eq!(home.await.unwrap(), format!("/peer/{id}"));
    }
    assert_eq!(count(app), (before.0, before.1 + 1));
}

async fn points_are_checked(app: &TestApp) {
    let session = pick(app, Kind::Moodle, asked("T")).await;
    let before = count(app);
    for points in ["0", "-5", "1001", "12.5", "many", ""] {
        let answer = session.try_set_up(&[("points", points), ("title", "Kept")]).await;
        assert_eq!(answer.status, 422, "{points}");
        assert!(!answer.text("#problems").is_empty());
        assert_eq!(answer.attribute("#title", "value").as_deref(), Some("Kept"));
    }
    assert_eq!(count(app), before);
    // Where the LMS takes no column, nobody is asked for points.
    let trainer = person(&app.lms.school(Kind::Moodle), Part::Trainer, 0);
    let browser = app.browser();
    let without = browser.pick(&app.lms, Kind::Moodle, &trainer, asked("T"), |c| {
        c[format!("{DL}deep_linking_settings")]["accept_lineitem"] = json!(false);
    });
    let without = without.await.expect("accepted");
    assert!(without.get("/peer/set-up").await.attribute("#points", "value").is_none());
    let answered = without.try_set_up(&[]).await;
    assert_eq!(items(&claims(app, &answered).await)[0].get("lineItem"), None);
}

/// A Moodle that keeps the key set and a Canvas that fetches it each time go on through a rotation: launches,
/// answers of the picker, and grades, before the new key signs, when it does, and when the old one is gone.
async fn keys_rotate_without_a_failed_launch(app: &TestApp) {
    use cercle::platform::keys;
    let signs = || {
        let (key, now) = (app.context.key.clone(), app.clock.now());
        app.context.db.read_blocking(|c| keys::signing_key(c, &key, now)).unwrap().kid.clone()
    };
    let published = async || {
        let set = app.http.get(format!("{}/.well-known/jwks.json", app.origin)).send().await.unwrap();
        serde_json::from_slice::<Value>(&set.bytes().await.unwrap()).unwrap()["keys"].as_array().unwrap().len()
    };
    // Everything that is signed, for both LMSs; tokens have expired since the last time.
    let job = async |title: &str| {
        for kind in BOTH {
            let (link, _) = made(app, kind, title).await;
            grade(app, kind, &link).await;
        }
    };
    let first = signs();
    job("Before").await;
    assert_eq!(app.lms.school(Kind::Moodle).key_fetches, 1, "Moodle keeps what it fetched");
    let (db, key, now) = (app.context.db.clone(), app.context.key.clone(), app.clock.now());
    let second = tokio::task::spawn_blocking(move || keys::rotate(&db, &key, now, false, &OPERATOR).unwrap());
    let second = second.await.unwrap();
    app.clock.advance(2 * 3600);
    job("Published").await;
    assert_eq!((signs(), published().await), (first, 2));
    assert_eq!(app.lms.school(Kind::Moodle).key_fetches, 1);
    app.clock.advance(keys::PUBLISH_AHEAD);
    job("Signing").await;
    assert_eq!((signs(), published().await), (second.clone(), 2));
    assert_eq!(app.lms.school(Kind::Moodle).key_fetches, 2, "its copy did not fit, so it looked again once");
    app.clock.advance(keys::OVERLAP);
    job("Retired").await;
    assert_eq!((signs(), published().await), (second, 1));
}

async fn what_was_asked_goes_with_its_session(app: &TestApp) {
    use cercle::store::schema::{deep_linkings, sessions};
    let session = pick(app, Kind::Moodle, asked("T")).await;
    let stored = || {
        let counted = app.context.db.read_blocking(|c: &mut Conn| {
            Ok::<(i64, i64), StoreError>((
                deep_linkings::table.count().get_result(c)?,
                sessions::table.count().get_result(c)?,
            ))
        });
        counted.unwrap()
    };
    let purge = cercle::launch::jobs::purge(&app.context);
    (purge.round)().await;
    assert_eq!(stored(), (1, 1), "nothing of a session that counts is removed");
    app.clock.advance(34 * 3600);
    (purge.round)().await;
    assert_eq!(stored(), (0, 0));
    assert_eq!(session.post("/lti/deep-links", &[("action", "cancel")]).await.status, 401);
}
