//! A tool and two LMSs for one test, on a database of its own.

use std::net::TcpListener;
use std::path::PathBuf;

use cercle::app::{self, Server};
use cercle::clock::Clock;
use cercle::context::Context;
use cercle::demo;
use cercle::demo::campus::{Campus, Kind, Link, Part, Picker, School, User};
use cercle::demo::{messages, pages};
use cercle::platform;
use cercle::platform::model::Registration;
use cercle::settings::Settings;
use cercle::store::Engine;
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

/// Whoever has the command line.
pub const OPERATOR: cercle::audit::Actor = cercle::audit::Actor::Operator;

/// Runs each listed test on both engines.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn $name() {
                let app = crate::harness::TestApp::start(cercle::store::Engine::Sqlite).await;
                super::$name(&app).await;
                app.stop().await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            $(#[$meta])*
            async fn $name() {
                let app = crate::harness::TestApp::start(cercle::store::Engine::Postgres).await;
                super::$name(&app).await;
                app.stop().await;
            })+
        }
    };
}
pub(crate) use on_both_engines;

/// The server of the `PostgreSQL` tests.
pub fn postgres_url() -> String {
    std::env::var("CERCLE_TEST_POSTGRES_URL").expect(
        "CERCLE_TEST_POSTGRES_URL is not set. Run the tests with tests/run, which installs and starts PostgreSQL, \
         or point it at a server where databases may be created, for example \
         postgres://postgres@127.0.0.1:5432/postgres",
    )
}

/// A database that is removed with its test.
pub struct TestDatabase {
    pub url: String,
    pub folder: PathBuf,
    name: Option<String>,
}

impl TestDatabase {
    pub fn new(engine: Engine) -> Self {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let folder = std::env::temp_dir().join(format!("cercle-test-{id}"));
        std::fs::create_dir_all(&folder).unwrap();
        match engine {
            Engine::Sqlite => Self { url: format!("sqlite:{}", folder.join("test.db").display()), folder, name: None },
            Engine::Postgres => {
                let name = format!("cercle_test_{id}");
                let mut admin = diesel::PgConnection::establish(&postgres_url()).expect("PostgreSQL answers");
                admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
                let mut url = Url::parse(&postgres_url()).unwrap();
                url.set_path(&name);
                Self { url: url.to_string(), folder, name: Some(name) }
            }
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name
            && let Ok(mut admin) = diesel::PgConnection::establish(&postgres_url())
        {
            let _ = admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The LMSs alone, for tests that run the tool as a process of its own.
pub struct Lms {
    pub campus: Campus,
    handle: actix_web::dev::ServerHandle,
}

impl Lms {
    pub fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let campus = Campus::new(&base, clock).unwrap();
        let server = pages::LmsServer::over(listener, campus.clone()).unwrap();
        let handle = server.handle();
        tokio::spawn(server.run());
        Self { campus, handle }
    }

    pub async fn stop(&self) {
        self.handle.stop(false).await;
    }

    pub fn school(&self, kind: Kind) -> School {
        self.campus.schools().into_iter().find(|s| s.kind == kind).unwrap()
    }
}

pub struct TestApp {
    pub lms: Lms,
    pub context: Context,
    pub origin: String,
    pub moodle: Registration,
    pub clock: Clock,
    pub http: reqwest::Client,
    handle: actix_web::dev::ServerHandle,
    running: tokio::task::JoinHandle<Result<(), app::StartError>>,
    _database: TestDatabase,
}

/// A client that follows nothing and keeps nothing, so that tests see every answer.
pub fn http() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

impl TestApp {
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| {}).await
    }

    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        let database = TestDatabase::new(engine);
        let clock = Clock::default();
        let lms = Lms::start(clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let origin = format!("http://{address}");
        let mut settings = Settings::local(Url::parse(&origin).unwrap(), address, &database.url, &database.folder);
        settings.ags.retry_seconds = 1;
        // Tests of rosters read them when they want to.
        settings.roster_hours = 0;
        // The program that tests run in is not the one that looks into files.
        settings.program = env!("CARGO_BIN_EXE_cercle").into();
        change(&mut settings);
        let (server, moodle) = {
            let (clock, campus) = (clock.clone(), lms.campus.clone());
            tokio::task::spawn_blocking(move || {
                let context = app::prepare(settings, clock).unwrap();
                let register = |kind: Kind| {
                    let school = campus.schools().into_iter().find(|s| s.kind == kind).unwrap();
                    let new = demo::registration_of(&school, campus.base());
                    let now = context.clock.now();
                    context.db.write_blocking(|c| platform::service::register(c, new, &OPERATOR, now)).unwrap()
                };
                let (moodle, canvas) = (register(Kind::Moodle), register(Kind::Canvas));
                for registration in [&moodle, &canvas] {
                    let origin = context.settings.origin();
                    campus.connect(&registration.client_id, &origin, registration.id.as_str());
                }
                (context, moodle)
            })
            .await
            .unwrap()
        };
        let server = Server::over(listener, server, None).unwrap();
        let (context, handle) = (server.context.clone(), server.handle());
        let running = tokio::spawn(server.run());
        Self { lms, context, origin, moodle, clock, http: http(), handle, running, _database: database }
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
        self.running.await.unwrap().unwrap();
        self.lms.stop().await;
    }

    pub fn browser(&self) -> Browser {
        Browser { origin: self.origin.clone(), http: self.http.clone() }
    }

    /// Signs somebody in by a real launch: login, `id_token`, session.
    pub async fn launch(&self, kind: Kind, user: &User, link: usize) -> Session {
        let school = self.lms.school(kind);
        let link = school.links[link].clone();
        self.browser().launch(&self.lms, &school, user, &link, |_| {}).await.expect("the launch is accepted")
    }

    /// The trainer of a school.
    pub async fn trainer(&self, kind: Kind) -> Session {
        let trainer = person(&self.lms.school(kind), Part::Trainer, 0);
        self.launch(kind, &trainer, 0).await
    }

    /// The n-th learner of a school.
    pub async fn learner(&self, kind: Kind, n: usize) -> Session {
        let learner = person(&self.lms.school(kind), Part::Learner, n);
        self.launch(kind, &learner, 0).await
    }

    /// The first so many learners of a school, who have handed in "Work 0.", "Work 1.", and so on.
    pub async fn handed_in(&self, kind: Kind, count: usize) -> Vec<Session> {
        let mut learners = Vec::new();
        for n in 0..count {
            let learner = self.learner(kind, n).await;
            assert_eq!(learner.hand_in(&format!("<div>Work {n}.</div>")).await.status, 303);
            learners.push(learner);
        }
        learners
    }
}

/// The n-th person of a part.
pub fn person(school: &School, part: Part, n: usize) -> User {
    school.users.iter().filter(|u| u.part == part).nth(n).unwrap().clone()
}

/// A login that was begun: what the browser carries to the LMS and back.
pub struct Login {
    pub state: String,
    pub nonce: String,
    pub cookie: String,
    pub location: Url,
}

/// The tool as a browser sees it.
#[derive(Clone)]
pub struct Browser {
    pub origin: String,
    pub http: reqwest::Client,
}

pub fn login_fields(school: &School) -> Vec<(String, String)> {
    [
        ("iss", school.issuer.as_str()),
        ("login_hint", "5"),
        ("target_link_uri", "https://anywhere.test/"),
        ("lti_message_hint", "{\"cmid\":2,\"launchid\":\"x\"}"),
        ("client_id", school.client_id.as_str()),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .to_vec()
}

impl Browser {
    pub async fn post(&self, path: &str, fields: &[(String, String)], cookie: &str) -> reqwest::Response {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.origin) };
        let mut request = self.http.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body);
        if !cookie.is_empty() {
            request = request.header("Cookie", cookie);
        }
        request.send().await.unwrap()
    }

    pub async fn login(&self, school: &School) -> Login {
        let answer = self.post(&school.login_url(), &login_fields(school), "").await;
        assert_eq!(answer.status(), 302, "the login is redirected");
        Self::read_login(&answer)
    }

    pub fn read_login(answer: &reqwest::Response) -> Login {
        let location = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let value = |name: &str| location.query_pairs().find(|(k, _)| k == name).unwrap().1.into_owned();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Login { state: value("state"), nonce: value("nonce"), cookie, location }
    }

    /// A whole launch; the claims may be changed before they are signed. Err is the refusing answer.
    pub async fn launch(
        &self,
        lms: &Lms,
        school: &School,
        user: &User,
        link: &Link,
        change: impl FnOnce(&mut Value),
    ) -> Result<Session, reqwest::Response> {
        Ok(self.sign_in(lms, school, user, link, change).await?.opened().await)
    }

    /// A launch up to the session; nothing is opened yet.
    pub async fn sign_in(
        &self,
        lms: &Lms,
        school: &School,
        user: &User,
        link: &Link,
        change: impl FnOnce(&mut Value),
    ) -> Result<Session, reqwest::Response> {
        let login = self.login(school).await;
        let mut claims = messages::resource_link(school, lms.campus.base(), user, link, &login.nonce, lms.campus.now());
        change(&mut claims);
        let token = cercle::crypto::provider::sign_jwt(lms.campus.key(), &claims).unwrap();
        let answer = self.post_token(school, &token, &login.state, &login.cookie).await;
        if answer.status() != 303 {
            return Err(answer);
        }
        Ok(Session::from_answer(self.clone(), &answer))
    }

    /// Opens the tool's picker by a deep linking request; the claims may be changed before they are signed.
    pub async fn pick(
        &self,
        lms: &Lms,
        kind: Kind,
        user: &User,
        picker: Picker,
        change: impl FnOnce(&mut Value),
    ) -> Result<Session, reqwest::Response> {
        let secret = lms.campus.with(kind, |s| s.open_picker(picker.clone())).unwrap();
        let school = lms.school(kind);
        let login = self.login(&school).await;
        let (base, now) = (lms.campus.base(), lms.campus.now());
        let mut claims = messages::deep_linking(&school, base, user, (&picker, &secret), &login.nonce, now);
        change(&mut claims);
        let token = cercle::crypto::provider::sign_jwt(lms.campus.key(), &claims).unwrap();
        let answer = self.post_token(&school, &token, &login.state, &login.cookie).await;
        if answer.status() != 303 {
            return Err(answer);
        }
        Ok(Session::from_answer(self.clone(), &answer).opened().await)
    }

    pub async fn post_token(&self, school: &School, token: &str, state: &str, cookie: &str) -> reqwest::Response {
        let fields = [("id_token".to_owned(), token.to_owned()), ("state".to_owned(), state.to_owned())];
        self.post(&school.redirect_uri(), &fields, cookie).await
    }
}

/// Somebody's session.
#[derive(Clone)]
pub struct Session {
    pub browser: Browser,
    /// `Cookie` or `Authorization`, and its value.
    pub credential: (&'static str, String),
    /// Where `/open` led.
    pub home: String,
    pub csrf: String,
}

pub struct Page {
    pub status: u16,
    pub body: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Page {
    pub async fn of(answer: reqwest::Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, body: answer.text().await.unwrap() }
    }

    pub fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    pub fn text(&self, selector: &str) -> String {
        let html = self.html();
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).next().map_or_else(String::new, |e| e.text().collect::<String>().trim().to_owned())
    }

    pub fn all(&self, selector: &str) -> Vec<String> {
        let html = self.html();
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).map(|e| e.text().collect::<Vec<_>>().join(" ").trim().to_owned()).collect()
    }

    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let html = self.html();
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).next().and_then(|e| e.value().attr(name)).map(str::to_owned)
    }

    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let found = Selector::parse(selector).unwrap();
        self.html().select(&found).filter_map(|e| e.attr(name).map(str::to_owned)).collect()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned)
    }

    pub fn location(&self) -> String {
        self.headers.get("location").map_or_else(String::new, |v| v.to_str().unwrap().to_owned())
    }
}

impl Session {
    pub fn from_answer(browser: Browser, answer: &reqwest::Response) -> Self {
        let cookie = answer
            .headers()
            .get_all("set-cookie")
            .iter()
            .map(|v| v.to_str().unwrap())
            .find(|v| v.starts_with("__Host-cercle="))
            .expect("a session cookie")
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        let home = answer.headers().get("location").unwrap().to_str().unwrap().to_owned();
        Self { browser, credential: ("Cookie", cookie), home, csrf: String::new() }
    }

    /// Follows where the launch ends and notes where it leads and the form token there.
    pub async fn opened(mut self) -> Self {
        let mut path = self.home.clone();
        loop {
            let page = self.get(&path).await;
            if page.status == 303 {
                path = page.location();
                continue;
            }
            self.csrf = page.attribute("input[name=csrf]", "value").unwrap_or_default();
            self.home = path;
            // Not every page has a form; a learner's editor and a trainer's preview do.
            for page in ["work", "release"] {
                if self.csrf.is_empty() && self.home.starts_with("/peer/") {
                    let page = self.get(&format!("{}/{page}", self.home)).await;
                    self.csrf = page.attribute("input[name=csrf]", "value").unwrap_or_default();
                }
            }
            return self;
        }
    }

    pub async fn get(&self, path: &str) -> Page {
        let request = self.browser.http.get(format!("{}{path}", self.browser.origin));
        Page::of(request.header(self.credential.0, &self.credential.1).send().await.unwrap()).await
    }

    /// Posts a form with this session's token, as its own page would.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut with_token = vec![("csrf", self.token().await)];
        with_token.extend(fields.iter().map(|(k, v)| (*k, (*v).to_owned())));
        self.post_raw(path, &with_token, &[("Origin", &self.browser.origin)]).await
    }

    pub async fn token(&self) -> String {
        if self.csrf.is_empty() { self.clone().opened().await.csrf } else { self.csrf.clone() }
    }

    pub async fn post_raw(&self, path: &str, fields: &[(&str, String)], headers: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self
            .browser
            .http
            .post(format!("{}{path}", self.browser.origin))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header(self.credential.0, &self.credential.1)
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Page::of(request.send().await.unwrap()).await
    }

    /// Sends a file for the own work, as the editor's script does.
    pub async fn add_file(&self, name: &str, content: &[u8]) -> Page {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("name", name).finish();
        let url = format!("{}{}/work/files?{query}", self.browser.origin, self.home);
        let request = self.browser.http.post(url).body(content.to_vec());
        let request = request.header("X-CSRF-Token", self.token().await).header("Origin", &self.browser.origin);
        Page::of(request.header(self.credential.0, &self.credential.1).send().await.unwrap()).await
    }

    /// The bytes behind a path, with their headers.
    pub async fn download(&self, path: &str) -> (reqwest::header::HeaderMap, Vec<u8>) {
        let request = self.browser.http.get(format!("{}{path}", self.browser.origin));
        let answer = request.header(self.credential.0, &self.credential.1).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        (answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
    }

    /// Sets up an activity on the opened link and returns its path.
    pub async fn set_up(&self, changes: &[(&str, &str)]) -> String {
        let answer = self.try_set_up(changes).await;
        assert_eq!(answer.status, 303, "{}", answer.text("#problems"));
        answer.location()
    }

    /// Sends the set-up form.
    pub async fn try_set_up(&self, changes: &[(&str, &str)]) -> Page {
        let page = self.get("/peer/set-up").await;
        let mut fields = form_fields(&page);
        for (name, value) in
            [("title", "Peer task"), ("brief", "<div>Write.</div>"), ("reviews", "1"), ("action", "save")]
                .iter()
                .chain(changes)
        {
            fields.retain(|(n, _)| n != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let fields: Vec<(&str, String)> = fields.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
        self.post_raw("/peer/set-up", &fields, &[]).await
    }

    pub async fn hand_in(&self, text: &str) -> Page {
        self.post(&format!("{}/work", self.home), &[("text", text), ("revision", "0")]).await
    }

    /// Takes the next work and sends a review with these levels.
    pub async fn review(&self, levels: [&str; 3]) -> Page {
        let started = self.post(&format!("{}/reviews", self.home), &[]).await;
        assert_eq!(started.status, 303, "{}", started.body);
        let path = started.location();
        let mut fields = Vec::new();
        let names: Vec<(String, String)> = (1..=3).map(|i| (format!("level_c{i}"), format!("comment_c{i}"))).collect();
        for ((level, comment), value) in names.iter().zip(levels) {
            fields.push((level.as_str(), value));
            fields.push((comment.as_str(), "Because of the second sentence."));
        }
        self.post(&path, &fields).await
    }

    /// Previews and releases.
    pub async fn release(&self, activity: &str) -> Page {
        let preview = self.get(&format!("{activity}/release")).await;
        let digest = preview.attribute("input[name=digest]", "value").expect("a digest");
        let csrf = preview.attribute("input[name=csrf]", "value").unwrap();
        self.post_raw(&format!("{activity}/release"), &[("csrf", csrf), ("digest", digest)], &[]).await
    }
}

/// The fields of the first form of a page that has a token, as a browser would send them.
pub fn form_fields(page: &Page) -> Vec<(String, String)> {
    let html = page.html();
    let inputs = Selector::parse("form[method=post] input, form[method=post] select").unwrap();
    html.select(&inputs)
        .filter_map(|e| {
            let name = e.value().attr("name")?.to_owned();
            let kind = e.value().attr("type").unwrap_or("text");
            if matches!(kind, "radio" | "checkbox") && e.value().attr("checked").is_none() {
                return None;
            }
            let value = if e.value().name() == "select" {
                let option = Selector::parse("option[selected]").unwrap();
                e.select(&option).next()?.value().attr("value")?.to_owned()
            } else {
                e.value().attr("value").unwrap_or_default().to_owned()
            };
            Some((name, value))
        })
        .collect()
}

/// Waits until a condition holds; fails after 20 seconds.
pub async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let start = std::time::Instant::now();
    while !condition().await {
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "{what} did not happen within 20 seconds");
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
}

/// A certificate for tests, and the key that belongs to it.
pub struct Certificate {
    pub x509: openssl::x509::X509,
    pub key: openssl::pkey::PKey<openssl::pkey::Private>,
}

impl Certificate {
    /// A certificate for a name or an address that ends in so many days, signed by an authority or by itself.
    pub fn new(host: &str, days: i64, signed_by: Option<&Self>) -> Self {
        use openssl::asn1::{Asn1Integer, Asn1Time};
        use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
        let key = openssl::pkey::PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap();
        let mut name = openssl::x509::X509Name::builder().unwrap();
        name.append_entry_by_text("CN", host).unwrap();
        let name = name.build();
        let mut new = openssl::x509::X509::builder().unwrap();
        new.set_version(2).unwrap();
        let serial = openssl::bn::BigNum::from_slice(&cercle::crypto::random_bytes::<8>().unwrap()).unwrap();
        new.set_serial_number(&Asn1Integer::from_bn(&serial).unwrap()).unwrap();
        new.set_subject_name(&name).unwrap();
        new.set_issuer_name(signed_by.map_or(&*name, |by| by.x509.subject_name())).unwrap();
        let now = cercle::clock::Clock::default().now().unix_seconds();
        let at = |seconds: i64| Asn1Time::from_unix(seconds).unwrap();
        new.set_not_before(&at(now - 30 * 86_400)).unwrap();
        new.set_not_after(&at(now + days * 86_400)).unwrap();
        new.set_pubkey(&key).unwrap();
        let mut names = SubjectAlternativeName::new();
        if host.parse::<std::net::IpAddr>().is_ok() {
            names.ip(host)
        } else {
            names.dns(host)
        };
        new.append_extension(names.build(&new.x509v3_context(None, None)).unwrap()).unwrap();
        if signed_by.is_none() {
            new.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        }
        new.sign(signed_by.map_or(&key, |by| &by.key), openssl::hash::MessageDigest::sha256()).unwrap();
        Self { x509: new.build(), key }
    }

    /// A server on the loopback that shows this certificate, and answers every request with 200. Its port.
    pub fn serve(&self) -> u16 {
        use std::io::{Read as _, Write as _};
        let mut acceptor =
            openssl::ssl::SslAcceptor::mozilla_intermediate(openssl::ssl::SslMethod::tls_server()).unwrap();
        acceptor.set_private_key(&self.key).unwrap();
        acceptor.set_certificate(&self.x509).unwrap();
        let (acceptor, listener) = (acceptor.build(), TcpListener::bind("127.0.0.1:0").unwrap());
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever does not like the certificate ends the connection.
                let Ok(mut stream) = acceptor.accept(stream) else { continue };
                let _ = stream.read(&mut [0u8; 4096]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            }
        });
        port
    }
}
