//! The console: who gets in, what they can do, and that nobody else can.

use cercle::admin::service;
use cercle::demo::campus::{Kind, Part};
use cercle::platform::model::DeploymentPolicy;
use cercle::store::schema::{admin_links, admin_sessions, administrators, registrations};
use cercle::store::{Conn, StoreError, upkeep};
use diesel::prelude::*;
use totp_rs::{Builder, Secret, Totp};

use crate::harness::{Page, Session, TestApp, on_both_engines, person};

on_both_engines! {
    a_link_enrols_and_a_code_signs_in, codes_count_once_and_wrong_ones_are_limited, links_work_once_and_for_thirty_minutes,
    a_lost_app_is_replaced, sessions_are_short_and_end, nobody_else_gets_in, forms_of_other_sessions_and_sites_are_refused,
    what_is_dangerous_asks_for_a_code, the_overview_shows_what_waits_and_what_was_refused, registrations_are_made_by_hand,
    wrong_registrations_are_explained, invitations_are_made_and_listed, keys_and_audit_are_shown, held_back_grades_are_let_go, the_doctor_speaks_both_languages,
    the_same_link_twenty_times_signs_in_once, a_second_address_replaces_no_app,
}

/// An authenticator app.
struct App(Totp);

impl App {
    fn of(page: &Page) -> Self {
        let typed = page.text("#secret").replace(' ', "");
        let secret = Secret::try_from_base32(typed).expect("a key to type");
        Self(Builder::new().with_secret(secret).with_account_name("x").build().unwrap())
    }

    /// The code of now; each step gives one.
    fn code(&self, app: &TestApp) -> String {
        self.0.generate(u64::try_from(app.clock.now().unix_seconds()).unwrap()).to_string()
    }
}

/// A browser at the console.
#[derive(Clone)]
struct Console {
    app: String,
    http: reqwest::Client,
    cookies: Vec<String>,
}

impl Console {
    fn new(app: &TestApp) -> Self {
        Self { app: app.origin.clone(), http: app.http.clone(), cookies: Vec::new() }
    }

    fn take(&mut self, page: &Page) {
        for cookie in page.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap()) {
            let pair = cookie.split(';').next().unwrap();
            let name = pair.split('=').next().unwrap();
            self.cookies.retain(|c| c.split('=').next() != Some(name));
            if !pair.ends_with('=') {
                self.cookies.push(pair.to_owned());
            }
        }
    }

    async fn get(&self, path: &str) -> Page {
        let request = self.http.get(format!("{}{path}", self.app)).header("Cookie", self.cookies.join("; "));
        Page::of(request.send().await.unwrap()).await
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self
            .http
            .post(format!("{}{path}", self.app))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Cookie", self.cookies.join("; "))
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Page::of(request.send().await.unwrap()).await
    }

    /// Posts with the form token of this session, and keeps the cookies of the answer.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token().await;
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        let page = self.send(path, &all, &[("Origin", &self.app.clone())]).await;
        self.take(&page);
        page
    }

    async fn token(&self) -> String {
        self.get("/admin").await.attribute("input[name=csrf]", "value").unwrap_or_default()
    }

    async fn is_in(&self) -> bool {
        self.get("/admin").await.attribute("#sign-out", "type").is_some()
    }
}

async fn link(app: &TestApp, name: &'static str, reset: bool) -> String {
    let (settings, now) = (app.context.settings.clone(), app.clock.now());
    let made = app.context.db.write(move |c| service::make_link(c, &settings, name, reset, now)).await.unwrap();
    made.0.replace(&app.origin, "")
}

/// Somebody who signed in for the first time just now.
async fn enrolled(app: &TestApp, name: &'static str) -> (Console, App) {
    let path = link(app, name, false).await;
    let mut console = Console::new(app);
    let page = console.get(&path).await;
    let authenticator = App::of(&page);
    let sealed = page.attribute("input[name=sealed]", "value").unwrap();
    let entered = console.send(&path, &[("sealed", &sealed), ("code", &authenticator.code(app))], &[]).await;
    assert_eq!(entered.status, 303, "{}", entered.text("#problem"));
    console.take(&entered);
    (console, authenticator)
}

/// The next code: a minute later, because each counts once.
fn next(app: &TestApp, authenticator: &App) -> String {
    app.clock.advance(60);
    authenticator.code(app)
}

async fn a_link_enrols_and_a_code_signs_in(app: &TestApp) {
    let nobody = Console::new(app);
    let page = nobody.get("/admin").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("cercle admin link"), "it says how to sign in");
    let (mut console, authenticator) = enrolled(app, "Ada").await;
    assert!(console.is_in().await);
    let page = console.get("/admin").await;
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    // Out, and in again with a code alone: this browser is known.
    assert_eq!(console.post("/admin/sign-out", &[]).await.status, 303);
    assert!(!console.is_in().await);
    assert!(console.get("/admin").await.body.contains("Ada"));
    let code = next(app, &authenticator);
    let entered = console.send("/admin/sign-in", &[("code", &code)], &[]).await;
    assert_eq!(entered.status, 303);
    for cookie in entered.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        for part in ["__Host-", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
    }
    console.take(&entered);
    assert!(console.is_in().await);
    // A browser that is not known gets nowhere with a code.
    let code = next(app, &authenticator);
    let stranger = Console::new(app).send("/admin/sign-in", &[("code", &code)], &[]).await;
    assert_eq!((stranger.status, stranger.location().as_str()), (303, "/admin"));
    assert!(stranger.headers.get("set-cookie").is_none());
    // Nothing that opens the door stands in the database as it is.
    let stored: Vec<String> = app
        .context
        .db
        .read_blocking(|c: &mut Conn| {
            let mut all: Vec<String> = administrators::table.select(administrators::sealed_secret).load(c)?;
            all.extend(admin_links::table.select(admin_links::token_hash).load::<String>(c)?);
            all.extend(admin_sessions::table.select(admin_sessions::token_hash).load::<String>(c)?);
            Ok::<_, StoreError>(all)
        })
        .unwrap();
    let typed = authenticator.0.secret().to_base32();
    for value in &stored {
        assert!(!value.contains(&typed) && console.cookies.iter().all(|c| !c.contains(value.as_str())));
    }
}

async fn codes_count_once_and_wrong_ones_are_limited(app: &TestApp) {
    let (mut console, authenticator) = enrolled(app, "Ada").await;
    console.post("/admin/sign-out", &[]).await;
    let code = next(app, &authenticator);
    assert_eq!(console.send("/admin/sign-in", &[("code", &code)], &[]).await.status, 303);
    let again = console.send("/admin/sign-in", &[("code", &code)], &[]).await;
    assert_eq!(again.status, 422, "a code counts once");
    assert!(!again.text("#problem").is_empty());
    app.clock.advance(3600);
    for wrong in ["", "000", "abcdef", "12345678901234567890", "99999９"] {
        assert_eq!(console.send("/admin/sign-in", &[("code", wrong)], &[]).await.status, 422, "{wrong}");
    }
    let good = next(app, &authenticator);
    let locked = console.send("/admin/sign-in", &[("code", &good)], &[]).await;
    assert_eq!(locked.status, 422, "after five wrong ones not even the right one counts");
    app.clock.advance(15 * 60);
    let good = next(app, &authenticator);
    assert_eq!(console.send("/admin/sign-in", &[("code", &good)], &[]).await.status, 303);
    // Five at once are five.
    let code = next(app, &authenticator);
    let tries = (0..8).map(|_| {
        let (console, code) = (console.clone(), code.clone());
        tokio::spawn(async move { console.send("/admin/sign-in", &[("code", &code)], &[]).await.status })
    });
    let mut let_in = 0;
    for entered in tries.collect::<Vec<_>>() {
        let_in += usize::from(entered.await.unwrap() == 303);
    }
    assert_eq!(let_in, 1, "one code opens one session");
}

async fn links_work_once_and_for_thirty_minutes(app: &TestApp) {
    let path = link(app, "Ada", false).await;
    let console = Console::new(app);
    // Looking does not use it up, and each look offers a key of its own.
    let (first, second) = (console.get(&path).await, console.get(&path).await);
    assert_ne!(first.text("#secret"), second.text("#secret"));
    let authenticator = App::of(&second);
    let sealed = second.attribute("input[name=sealed]", "value").unwrap();
    let wrong = console.send(&path, &[("sealed", &sealed), ("code", "000000")], &[]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.text("#secret"), second.text("#secret"), "the app keeps the key that it has");
    for forged in ["", "v1.AAAA.BBBB"] {
        let fields = [("sealed", forged), ("code", &authenticator.code(app))];
        assert_eq!(console.send(&path, &fields, &[]).await.status, 422, "a key of somebody else's making");
    }
    let other = link(app, "Bob", false).await;
    let fields = [("sealed", sealed.as_str()), ("code", &authenticator.code(app))];
    assert_eq!(console.send(&other, &fields, &[]).await.status, 422, "a key of another address");
    assert_eq!(console.send(&path, &fields, &[]).await.status, 303);
    for page in [console.get(&path).await, console.send(&path, &fields, &[]).await] {
        assert_eq!(page.status, 410, "it works once");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    }
    let late = link(app, "Eve", false).await;
    app.clock.advance(30 * 60 + 1);
    assert_eq!(console.get(&late).await.status, 410);
    assert_eq!(console.get("/admin/link/nonsense").await.status, 410);
}

async fn a_lost_app_is_replaced(app: &TestApp) {
    let (console, old) = enrolled(app, "Ada").await;
    // Without --reset the app stays.
    let path = link(app, "Ada", false).await;
    assert!(console.get(&path).await.text("#secret").is_empty());
    let path = link(app, "Ada", true).await;
    let page = console.get(&path).await;
    let new = App::of(&page);
    let sealed = page.attribute("input[name=sealed]", "value").unwrap();
    app.clock.advance(60);
    let fields = [("sealed", sealed.as_str()), ("code", &new.code(app))];
    assert_eq!(console.send(&path, &fields, &[]).await.status, 303);
    assert!(!console.is_in().await, "what the old app opened is closed");
    let code = next(app, &old);
    let refused = console.send("/admin/sign-in", &[("code", &code)], &[]).await;
    assert!(refused.headers.get("set-cookie").is_none(), "and its browser is forgotten");
}

/// Two addresses for one person: the second sets up nothing once the first one did.
async fn a_second_address_replaces_no_app(app: &TestApp) {
    let (first, second) = (link(app, "Ada", false).await, link(app, "Ada", false).await);
    let console = Console::new(app);
    let (page, stale) = (console.get(&first).await, console.get(&second).await);
    let (authenticator, other) = (App::of(&page), App::of(&stale));
    app.clock.advance(1);
    let sealed = page.attribute("input[name=sealed]", "value").unwrap();
    let fields = [("sealed", sealed.as_str()), ("code", &authenticator.code(app))];
    assert_eq!(console.send(&first, &fields, &[]).await.status, 303);
    app.clock.advance(60);
    let sealed = stale.attribute("input[name=sealed]", "value").unwrap();
    let fields = [("sealed", sealed.as_str()), ("code", &other.code(app))];
    assert_eq!(console.send(&second, &fields, &[]).await.status, 422);
    assert!(console.get(&second).await.text("#secret").is_empty());
    let code = next(app, &authenticator);
    assert_eq!(console.send(&second, &[("code", &code)], &[]).await.status, 303, "the app that is there counts");
}

async fn sessions_are_short_and_end(app: &TestApp) {
    let (mut console, authenticator) = enrolled(app, "Ada").await;
    app.clock.advance(29 * 60);
    assert!(console.is_in().await);
    app.clock.advance(31 * 60);
    assert!(!console.is_in().await, "half an hour without a request");
    let code = next(app, &authenticator);
    let entered = console.send("/admin/sign-in", &[("code", &code)], &[]).await;
    console.take(&entered);
    for _ in 0..12 {
        app.clock.advance(19 * 60);
        assert!(console.is_in().await);
    }
    app.clock.advance(13 * 60);
    assert!(!console.is_in().await, "four hours in any case");
    app.clock.advance(31 * 24 * 3600);
    let code = next(app, &authenticator);
    let forgotten = console.send("/admin/sign-in", &[("code", &code)], &[]).await;
    assert!(forgotten.headers.get("set-cookie").is_none(), "a browser is remembered for thirty days");
}

const PAGES: [&str; 4] = ["/admin/invitations", "/admin/keys", "/admin/audit", "/admin/registrations/new"];

/// T86: no LTI session opens the console, and no session of the console opens a course.
async fn nobody_else_gets_in(app: &TestApp) {
    let trainer = app.trainer(Kind::Moodle).await;
    let id = app.moodle.id.clone();
    let mut all: Vec<String> = PAGES.iter().map(|p| (*p).to_owned()).collect();
    all.extend([format!("/admin/registrations/{id}"), format!("/admin/registrations/{id}/doctor")]);
    for path in &all {
        let page = trainer.get(path).await;
        assert_eq!((page.status, page.location().as_str()), (303, "/admin"), "{path}");
    }
    let posts = ["/admin/keys", "/admin/invitations", "/admin/registrations/new", "/admin/sign-out"];
    for path in posts.into_iter().map(str::to_owned).chain([format!("/admin/registrations/{id}/disable")]) {
        let page = trainer.post(&path, &[("name", "x"), ("when", "now")]).await;
        assert_eq!(page.status, 401, "{path}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    }
    let (console, _) = enrolled(app, "Ada").await;
    for cookie in &console.cookies {
        let value = cookie.split_once('=').unwrap().1;
        let forged = Session { credential: ("Cookie", format!("__Host-cercle={value}")), ..trainer.clone() };
        assert_eq!(forged.get("/open").await.status, 401);
        let lti = trainer.credential.1.split_once('=').unwrap().1;
        let mut stolen = console.clone();
        stolen.cookies = vec![format!("__Host-cercle-admin={lti}")];
        assert!(!stolen.is_in().await);
    }
}

async fn forms_of_other_sessions_and_sites_are_refused(app: &TestApp) {
    let (console, _) = enrolled(app, "Ada").await;
    let (other, _) = enrolled(app, "Bob").await;
    let origin = app.origin.clone();
    let (own, foreign) = (console.token().await, other.token().await);
    for (token, from, what) in [
        (foreign.as_str(), origin.as_str(), "another session's token"),
        ("", origin.as_str(), "no token"),
        (own.as_str(), "https://evil.test", "another site"),
        (own.as_str(), "null", "no site"),
    ] {
        let page = console.send("/admin/invitations", &[("csrf", token), ("name", "x")], &[("Origin", from)]).await;
        assert_eq!(page.status, 403, "{what}");
    }
    let page = console.send("/admin/invitations", &[("csrf", &own), ("name", "x")], &[("Origin", &origin)]).await;
    assert_eq!(page.status, 200);
}

async fn what_is_dangerous_asks_for_a_code(app: &TestApp) {
    let (mut console, authenticator) = enrolled(app, "Ada").await;
    let id = app.moodle.id.clone();
    let enabled = || {
        let id = id.clone();
        let found = app.context.db.read_blocking(|c: &mut Conn| {
            Ok::<bool, StoreError>(registrations::table.find(&id).select(registrations::enabled).first(c)?)
        });
        found.unwrap()
    };
    let disable = format!("/admin/registrations/{id}/disable");
    app.clock.advance(6 * 60);
    let asked = console.post(&disable, &[]).await;
    assert_eq!((asked.status, enabled()), (422, true));
    assert_eq!(asked.attribute("form[action] input[name=code]", "name").as_deref(), Some("code"));
    let wrong = console.post(&disable, &[("code", "000000")]).await;
    assert_eq!((wrong.status, enabled()), (422, true));
    assert!(!wrong.text("#problem").is_empty());
    let code = next(app, &authenticator);
    let done = console.post(&disable, &[("code", &code)]).await;
    assert_eq!((done.status, enabled()), (303, false));
    // Just confirmed: no second question. Switching on asks nothing.
    assert_eq!(console.post(&format!("/admin/registrations/{id}/enable"), &[]).await.status, 303);
    assert_eq!(console.post(&disable, &[]).await.status, 303);
    assert_eq!(console.post(&format!("/admin/registrations/{id}/enable"), &[]).await.status, 303);
    assert!(enabled());
    app.clock.advance(6 * 60);
    for when in ["later", "now"] {
        let asked = console.post("/admin/keys", &[("when", when)]).await;
        assert_eq!(asked.status, 422);
        let kept = asked.attribute("input[name=when]", "value");
        assert_eq!(kept.as_deref(), Some(when), "what was asked for is kept");
    }
    let refuse = format!("/admin/registrations/{id}/deployments");
    let asked = console.post(&refuse, &[("deployment", "3"), ("state", "disabled")]).await;
    assert_eq!(asked.status, 422);
    assert_eq!(console.post(&format!("/admin/registrations/{id}/delete"), &[]).await.status, 404);
    assert_eq!(console.post("/admin/registrations/none/enable", &[]).await.status, 404);
}

async fn the_overview_shows_what_waits_and_what_was_refused(app: &TestApp) {
    let (mut console, _) = enrolled(app, "Ada").await;
    let school = app.lms.school(Kind::Moodle);
    let id = app.moodle.id.clone();
    app.context
        .db
        .write_blocking(|c: &mut Conn| {
            diesel::update(registrations::table.find(&id))
                .set(registrations::deployment_policy.eq(DeploymentPolicy::Approve))
                .execute(c)?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    app.clock.advance(10);
    let trainer = person(&school, Part::Trainer, 0);
    let launch = async |deployment: &str| {
        let browser = app.browser();
        let link = &school.links[0];
        let launched = browser.launch(&app.lms, &school, &trainer, link, |claims| {
            claims["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] = deployment.into();
        });
        launched.await.map_err(|answer| answer.status().as_u16())
    };
    assert_eq!(launch("new-one").await.err(), Some(403));
    let page = console.get("/admin").await;
    assert!(page.text("#inbox").contains("new-one"));
    let refused = page.text("#refused tbody tr");
    assert!(refused.contains("DEPLOYMENT_PENDING") && refused.contains(&app.moodle.name), "{refused}");
    assert!(!page.body.contains(&trainer.family_name) && !page.body.contains("@example"), "nothing personal");
    let path = format!("/admin/registrations/{id}/deployments");
    let approved = console.post(&path, &[("deployment", "new-one"), ("state", "approved")]).await;
    assert_eq!(approved.status, 303);
    assert!(launch("new-one").await.is_ok());
    let page = console.get(&format!("/admin/registrations/{id}")).await;
    assert!(page.all("#accepted tbody tr").len() == 1 && page.all("#refused tbody tr").len() == 1);
    let refused = console.post(&path, &[("deployment", "new-one"), ("state", "disabled")]).await;
    assert_eq!(refused.status, 303);
    assert_eq!(launch("new-one").await.err(), Some(403));
    assert!(console.get("/admin").await.text("#refused tbody tr").contains("DEPLOYMENT_DISABLED"));
    for (deployment, state, status) in [("none", "approved", 404), ("new-one", "else", 400)] {
        assert_eq!(console.post(&path, &[("deployment", deployment), ("state", state)]).await.status, status);
    }
    // An LMS that is not registered is noted too; other noise of the network is not.
    let mut fields = crate::harness::login_fields(&school);
    "https://unknown.test".clone_into(&mut fields[0].1);
    app.browser().post("/lti/login", &fields, "").await;
    app.browser().post("/lti/launch", &[], "").await;
    let page = console.get("/admin").await;
    assert!(page.text("#refused tbody tr").contains("UNKNOWN_PLATFORM"));
    assert!(!page.body.contains("unknown.test"), "nothing that a stranger sent is shown");
    assert_eq!(page.all("#refused tbody tr").len(), 3);
}

async fn registrations_are_made_by_hand(app: &TestApp) {
    let (mut console, _) = enrolled(app, "Ada").await;
    let form = console.get("/admin/registrations/new").await;
    assert!(form.body.contains(&format!("{}/lti/login", app.origin)), "the tool's own addresses are there");
    assert!(form.body.contains("context_history=$Context.id.history"));
    let school = app.lms.school(Kind::Moodle);
    let site = format!("{}/moodle/admin/settings.php", app.lms.campus.base());
    let fields = [("preset", "moodle"), ("name", "By <hand>"), ("site", &site), ("client_id", "another")];
    let made = console.post("/admin/registrations/new", &fields).await;
    assert_eq!(made.status, 303, "{:?}", made.all("#problems li"));
    let page = console.get(&made.location()).await;
    assert!(!page.text("#fresh").is_empty() && page.text("h1") == "By <hand>");
    for part in ["/moodle/mod/lti/auth.php", "/moodle/mod/lti/token.php", "/moodle/mod/lti/certs.php"] {
        assert!(page.body.contains(&format!("{}{part}", app.lms.campus.base())), "{part}");
    }
    let twice = console.post("/admin/registrations/new", &fields).await;
    assert_eq!((twice.status, twice.all("#problems li").len()), (422, 1), "it is there already");
    // It works: a launch of that client is let in.
    app.lms.campus.with(Kind::Moodle, |s| "another".clone_into(&mut s.client_id));
    let id = made.location().split('/').next_back().unwrap().replace("?fresh", "");
    app.lms.campus.with(Kind::Moodle, |s| s.tool.1 = id);
    let changed = app.lms.school(Kind::Moodle);
    let user = person(&school, Part::Trainer, 0);
    assert!(app.browser().launch(&app.lms, &changed, &user, &school.links[0], |_| {}).await.is_ok());
    // Canvas asks for nothing but its client id.
    let canvas = [("preset", "canvas-beta"), ("name", "Beta"), ("client_id", "10000000000099")];
    let made = console.post("/admin/registrations/new", &canvas).await;
    assert!(console.get(&made.location()).await.body.contains("https://sso.beta.canvaslms.com/login/oauth2/token"));
    let form = console.get("/admin/registrations/new?preset=canvas").await;
    assert!(form.body.contains("/lti/canvas.json") && form.attribute("#site", "name").is_none());
    let own = console.get("/admin/registrations/new?preset=canvas-own").await;
    assert_eq!(own.attribute("#issuer", "value").as_deref(), Some("https://canvas.instructure.com"));
    assert_eq!(console.get("/admin/registrations/new?preset=nonsense").await.status, 200);
}

async fn wrong_registrations_are_explained(app: &TestApp) {
    let (mut console, _) = enrolled(app, "Ada").await;
    let before = console.get("/admin").await.all("#registrations tbody tr").len();
    let long = "x".repeat(300);
    let good = [
        ("name", "N"),
        ("client_id", "c"),
        ("issuer", "https://lms.example"),
        ("authorization", "https://lms.example/a"),
        ("token", "https://lms.example/t"),
        ("jwks", "https://lms.example/j"),
    ];
    for (field, value, problems) in [
        ("name", "  ", 1),
        ("name", long.as_str(), 1),
        ("client_id", "", 1),
        ("issuer", "", 1),
        ("authorization", "javascript:alert(1)", 1),
        ("token", "https://user:secret@lms.example/t", 1),
        ("jwks", "lms.example", 1),
        ("deployment", long.as_str(), 1),
    ] {
        let mut fields: Vec<(&str, &str)> = vec![("preset", "generic")];
        fields.extend(good.iter().filter(|(name, _)| *name != field));
        fields.push((field, value));
        let page = console.post("/admin/registrations/new", &fields).await;
        assert_eq!((page.status, page.all("#problems li").len()), (422, problems), "{field}={value}");
        let kept = page.attribute(if field == "client_id" { "#name" } else { "#client" }, "value");
        assert!(kept.is_some_and(|v| !v.is_empty()), "what was right stays in the form");
    }
    let fields = [("preset", "moodle"), ("name", ""), ("site", "not an address"), ("client_id", "")];
    let page = console.post("/admin/registrations/new", &fields).await;
    assert_eq!((page.status, page.all("#problems li").len()), (422, 3), "{:?}", page.all("#problems li"));
    assert_eq!(page.attribute("#site", "value").as_deref(), Some("not an address"));
    let fields = [("preset", "moodle"), ("name", ""), ("site", "https://a:b@lms.example/"), ("client_id", "c")];
    let page = console.post("/admin/registrations/new", &fields).await;
    assert_eq!((page.status, page.all("#problems li").len()), (422, 1), "a password in the address is dropped");
    let fields = [("preset", "moodle"), ("name", ""), ("site", "https:///"), ("client_id", "c")];
    let page = console.post("/admin/registrations/new", &fields).await;
    assert_eq!(page.all("#problems li").len(), 2);
    assert_eq!(console.post("/admin/registrations/new", &[("preset", "blackboard")]).await.status, 400);
    assert_eq!(console.get("/admin").await.all("#registrations tbody tr").len(), before, "nothing was registered");
}

async fn invitations_are_made_and_listed(app: &TestApp) {
    let (mut console, _) = enrolled(app, "Ada").await;
    let empty = console.post("/admin/invitations", &[("name", "  ")]).await;
    assert_eq!(empty.status, 422);
    assert!(!empty.text("#problem").is_empty());
    let made = console.post("/admin/invitations", &[("name", "Our <Moodle>")]).await;
    let address = made.attribute("#address", "value").unwrap();
    assert!(address.starts_with(&format!("{}/lti/register/", app.origin)));
    let works = app.http.get(&address).send().await.unwrap();
    assert_eq!(works.status(), 200);
    let listed = console.get("/admin/invitations").await;
    assert_eq!(listed.all("#invitations tbody tr").len(), 1);
    assert!(listed.text("#invitations tbody tr").contains("Our <Moodle>"));
    let secret = address.rsplit('/').next().unwrap();
    // One for a registration that is there says what it updates.
    let one = console.get(&format!("/admin/registrations/{}", app.moodle.id)).await;
    assert!(one.attribute("#update", "type").is_some());
    let update = [("name", "M"), ("updates", app.moodle.id.as_str())];
    assert!(console.post("/admin/invitations", &update).await.attribute("#address", "value").is_some());
    assert_eq!(console.post("/admin/invitations", &[("name", "M"), ("updates", "none")]).await.status, 404);
    assert!(!listed.body.contains(secret), "the address is shown once");
    assert!(!console.get("/admin/audit").await.body.contains(secret));
}

/// After a restore the console says what is held back, and lets it go with a code.
async fn held_back_grades_are_let_go(app: &TestApp) {
    let (mut console, authenticator) = enrolled(app, "Ada").await;
    assert!(console.get("/admin").await.all("#held-back").is_empty(), "nothing was restored");
    let now = app.clock.now();
    let made = now.plus_seconds(-2 * 24 * 3600);
    app.context.db.write_blocking(|c| upkeep::note_restore(c, made, now)).unwrap();
    let home = console.get("/admin").await;
    assert_eq!(home.all("#held-back li").len(), 3);
    assert!(home.text("#held-back").contains("Nothing is sent"), "{}", home.text("#held-back"));
    // A learner's or a trainer's session does nothing here, and neither does a form without its key.
    let trainer = app.trainer(Kind::Moodle).await;
    assert_eq!(trainer.post("/admin/resume", &[]).await.status, 401);
    let paused = || app.context.db.read_blocking(upkeep::is_paused).unwrap();
    assert!(paused());
    app.clock.advance(6 * 60);
    let asked = console.post("/admin/resume", &[]).await;
    assert_eq!(asked.status, 422, "a code is asked for");
    assert!(paused());
    let code = next(app, &authenticator);
    assert_eq!(console.post("/admin/resume", &[("code", &code)]).await.status, 303);
    assert!(!paused());
    assert!(console.get("/admin").await.all("#held-back").is_empty());
    assert_eq!(console.post("/admin/resume", &[]).await.status, 303, "twice is once");
    let log = console.get("/admin/audit").await;
    assert_eq!(log.all("#audit tbody tr").iter().filter(|line| line.contains("grades.resume")).count(), 1);
}

async fn keys_and_audit_are_shown(app: &TestApp) {
    let (mut console, _) = enrolled(app, "Ada <b>").await;
    assert_eq!(console.get("/admin/keys").await.all("#keys tbody tr").len(), 1);
    assert_eq!(console.post("/admin/keys", &[("when", "later")]).await.status, 303);
    let page = console.get("/admin/keys").await;
    assert_eq!(page.all("#keys tbody tr").len(), 2);
    assert!(page.attribute("#rotate", "name").is_none(), "one rotation at a time");
    assert_eq!(console.post("/admin/keys", &[("when", "later")]).await.status, 409);
    let log = console.get("/admin/audit").await;
    let newest = log.text("#audit tbody tr");
    assert!(newest.contains("key.rotate") && newest.contains("Ada <b>"), "{newest}");
    for action in ["admin.link", "admin.enrol", "admin.sign_in", "registration.create"] {
        assert!(log.body.contains(action), "{action}");
    }
    for page in ["0", "-3", "x", "99999999999999999999", "500"] {
        assert_eq!(console.get(&format!("/admin/audit?page={page}")).await.status, 200, "{page}");
    }
    for n in 0..55 {
        let name: &'static str = if n % 2 == 0 { "x" } else { "y" };
        link(app, name, false).await;
    }
    let first = console.get("/admin/audit").await;
    assert_eq!(first.all("#audit tbody tr").len(), 50);
    let older = console.get(&first.attribute("a[rel=next]", "href").unwrap()).await;
    assert!(older.body.contains("registration.create"));
    let broken = app.context.db.read_blocking(cercle::audit::verify).unwrap();
    assert_eq!(broken, None, "the chain holds");
}

async fn the_doctor_speaks_both_languages(app: &TestApp) {
    let (console, _) = enrolled(app, "Ada").await;
    app.trainer(Kind::Moodle).await;
    let path = format!("/admin/registrations/{}/doctor", app.moodle.id);
    let page = console.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.all("#findings li").len() >= 8);
    assert!(page.text("#findings").contains("the clocks agree"));
    let french = console.http.get(format!("{}{path}", app.origin)).header("Accept-Language", "fr");
    let french = Page::of(french.header("Cookie", console.cookies.join("; ")).send().await.unwrap()).await;
    assert!(french.text("#findings").contains("les horloges concordent"));
    app.lms.campus.with(Kind::Moodle, |s| s.mood = cercle::demo::campus::Mood::Down);
    app.clock.advance(2 * 3600);
    let (console, _) = enrolled(app, "Bob").await;
    assert!(console.get(&path).await.text("#findings").contains("Keyset URL"), "the remedy is in Moodle's words");
    assert_eq!(console.get("/admin/registrations/none/doctor").await.status, 404);
    assert_eq!(console.get("/admin/registrations/none").await.status, 404);
}

async fn the_same_link_twenty_times_signs_in_once(app: &TestApp) {
    let path = link(app, "Ada", false).await;
    let console = Console::new(app);
    let page = console.get(&path).await;
    let code = App::of(&page).code(app);
    let sealed = page.attribute("input[name=sealed]", "value").unwrap();
    let running = (0..20).map(|_| {
        let (console, path, code, sealed) = (console.clone(), path.clone(), code.clone(), sealed.clone());
        tokio::spawn(async move { console.send(&path, &[("sealed", &sealed), ("code", &code)], &[]).await.status })
    });
    let mut let_in = 0;
    for entered in running.collect::<Vec<_>>() {
        let_in += usize::from(entered.await.unwrap() == 303);
    }
    assert_eq!(let_in, 1);
    let administrators: i64 = app
        .context
        .db
        .read_blocking(|c: &mut Conn| Ok::<_, StoreError>(administrators::table.count().get_result(c)?))
        .unwrap();
    assert_eq!(administrators, 1);
}
