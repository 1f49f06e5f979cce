//! Somebody's browser, with one session.

#![expect(unreachable_pub, reason = "shared by the benchmarks, which nothing outside can reach")]
#![allow(dead_code, reason = "each benchmark needs a part of it")]

use actix_web::web::Bytes;
use cercle::clock::Clock;
use cercle::crypto::provider::sign_jwt;
use cercle::demo::campus::{Kind, Part, Picker, School, User};
use cercle::demo::messages;

use crate::common::Stage;

/// What a trainer types to set an activity up.
pub const ACTIVITY: &[(&str, &str)] = &[
    ("title", "Étude de cas"),
    ("brief", "<div>Write two sentences.</div>"),
    ("reviews", "2"),
    ("criteria", "1"),
    ("c0_title", "Facts"),
    ("c0_weight", "10"),
    ("c0_levels", "2"),
    ("c0_l0_label", "no"),
    ("c0_l0_points", "0"),
    ("c0_l1_label", "yes"),
    ("c0_l1_points", "1"),
    ("action", "save"),
];

/// What stands between two texts.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|rest| rest.split(after).next()).expect("the page has it")
}

#[derive(Clone)]
pub struct Visitor {
    http: reqwest::Client,
    origin: String,
    cookie: String,
}

impl Visitor {
    /// The LMS's trainer, who chooses what to place in the course.
    pub async fn pick(stage: &Stage) -> Self {
        let picker = Picker::default();
        let secret = stage.campus.with(Kind::Moodle, |s| s.open_picker(picker.clone())).unwrap();
        let school = stage.school();
        let user = trainer(&school);
        let claims = |nonce: &str| {
            let now = Clock::default().now();
            messages::deep_linking(&school, stage.campus.base(), &user, (&picker, &secret), nonce, now)
        };
        Self::open(stage, &school, claims).await
    }

    /// Somebody who opens the first link of the course.
    pub async fn launch(stage: &Stage, user: &User) -> Self {
        let school = stage.school();
        let claims = |nonce: &str| {
            let now = Clock::default().now();
            messages::resource_link(&school, stage.campus.base(), user, &school.links[0], nonce, now)
        };
        Self::open(stage, &school, claims).await
    }

    async fn open(stage: &Stage, school: &School, claims: impl FnOnce(&str) -> serde_json::Value) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let post = async |url: String, fields: &[(&str, &str)], cookie: &str| {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            let request = http.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
            request.header("Cookie", cookie).send().await.unwrap()
        };
        let cookie = |answer: &reqwest::Response, name: &str| {
            let all = answer.headers().get_all("set-cookie").iter().map(|v| v.to_str().unwrap());
            all.filter(|v| v.starts_with(name)).map(|v| v.split(';').next().unwrap().to_owned()).next().unwrap()
        };
        let login = [("iss", school.issuer.as_str()), ("login_hint", "2"), ("client_id", &school.client_id)];
        let answer = post(school.login_url(), &login, "").await;
        let location = url::Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let value = |name: &str| location.query_pairs().find(|(k, _)| k == name).unwrap().1.into_owned();
        let token = sign_jwt(stage.campus.key(), &claims(&value("nonce"))).unwrap();
        let fields = [("id_token", token.as_str()), ("state", &value("state"))];
        let answer = post(school.redirect_uri(), &fields, &cookie(&answer, "__Host-lti_")).await;
        let cookie = cookie(&answer, "__Host-cercle=");
        let visitor = Self { http, origin: school.tool.0.clone(), cookie };
        visitor.get("/open").await;
        visitor
    }

    pub async fn get(&self, path: &str) -> String {
        let request = self.http.get(format!("{}{path}", self.origin)).header("Cookie", &self.cookie);
        request.send().await.unwrap().text().await.unwrap()
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.origin)).header("Cookie", &self.cookie);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await.unwrap();
        let moved = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        moved.unwrap_or(answer.text().await.unwrap())
    }

    /// Sends a file for the own work, as the editor's script does. Says with which status it was answered.
    pub async fn add_file(&self, activity: &str, csrf: &str, content: Bytes) -> u16 {
        let url = format!("{}{activity}/work/files?name=plan.docx", self.origin);
        let request = self.http.post(url).header("Cookie", &self.cookie).header("Origin", &self.origin);
        request.header("X-CSRF-Token", csrf).body(content).send().await.unwrap().status().as_u16()
    }
}

/// The LMS's trainer.
pub fn trainer(school: &School) -> User {
    school.users.iter().find(|u| u.part == Part::Trainer).cloned().unwrap()
}
