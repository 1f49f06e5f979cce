//! Dynamic Registration (lti.md §7, X-90 to X-95; reliability-security.md T53–T57).

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use cercle::demo::campus::{Kind, Mood, Part};
use cercle::ids::RegistrationId;
use cercle::platform::model::{DeploymentPolicy, Registration};
use cercle::platform::{registering, store};
use cercle::store::Engine;
use serde_json::{Value, json};
use url::Url;

use crate::harness::{OPERATOR, Page, TestApp, on_both_engines, person};

on_both_engines! {
    one_address_is_enough, twenty_confirmations_register_once, an_lms_that_refuses_leaves_nothing_behind,
    configurations_that_cannot_be_used, other_hosts_are_confirmed_by_a_person, nobody_takes_a_registration_over,
    an_invitation_can_update, invitations_end, confirmations_from_elsewhere,
}

async fn invite(app: &TestApp, updates: Option<&RegistrationId>) -> String {
    let (settings, now, updates) = (app.context.settings.clone(), app.clock.now(), updates.cloned());
    let made = app
        .context
        .db
        .write(move |c| registering::invite(c, &settings, "School <b>", updates, 24, &OPERATOR, now))
        .await;
    made.unwrap().0
}

fn with_query(address: &str, query: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(address).unwrap();
    url.query_pairs_mut().extend_pairs(query);
    url
}

async fn registrations(app: &TestApp) -> Vec<Registration> {
    app.context.db.read(store::list_registrations).await.unwrap()
}

/// What the administrator's browser does: the LMS opens the address with its own parameters.
async fn open_in(app: &TestApp, kind: Kind, address: &str) -> Page {
    let start = format!("{}/{}/start-registration", app.lms.campus.base(), kind.path());
    let answer = app.http.get(with_query(&start, &[("url", address)])).send().await.unwrap();
    Page::of(app.http.get(Page::of(answer).await.location()).send().await.unwrap()).await
}

async fn confirm(app: &TestApp, page: &Page, more: &[(&str, &str)]) -> Page {
    let action = page.attribute("form", "action").expect("a form");
    let mut fields = vec![("sealed".to_owned(), page.attribute("input[name=sealed]", "value").unwrap())];
    fields.extend(more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    Page::of(app.browser().post(&action, &fields, "").await).await
}

/// From the pasted address to a first launch; nothing is copied by hand.
async fn one_address_is_enough(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let address = invite(app, None).await;
        let shown = Page::of(app.http.get(&address).send().await.unwrap()).await;
        assert_eq!(shown.attribute("#address", "value").as_deref(), Some(address.as_str()), "what to paste, and where");
        let page = open_in(app, kind, &address).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(page.all("li").len(), 4, "every permission in words");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors https:"));
        let before = registrations(app).await;
        // The issuer of Canvas in the cloud is never the host that one registers at; the demo's is no
        // known cloud, so a person confirms it.
        let done = confirm(app, &page, &[("hosts", "yes")]).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert!(done.all("#remains li").len() >= 3, "what remains to do in the LMS");
        assert!(!done.body.contains("School <b>"), "names are escaped");
        let school = app.lms.school(kind);
        let origins = done.attribute("[data-lti]", "data-origins").unwrap();
        assert!(origins.split(' ').any(|o| o == app.lms.campus.base()), "{origins}");
        let all = registrations(app).await;
        let new: Vec<_> = all.iter().filter(|r| before.iter().all(|b| b.id != r.id)).collect();
        assert_eq!(new.len(), 1);
        assert_eq!((new[0].client_id.as_str(), new[0].family.as_str()), (school.client_id.as_str(), kind.path()));
        assert_eq!(new[0].granted_scopes.as_deref(), Some(school.scopes.join(" ").as_str()));
        let policy = if kind == Kind::Moodle { DeploymentPolicy::Approve } else { DeploymentPolicy::Auto };
        assert_eq!(new[0].deployment_policy, policy, "Moodle names the deployment, Canvas does not");
        // The LMS's administrator switches it on, and the first launch works.
        assert!(!school.active);
        app.lms.campus.with(kind, |s| s.active = true);
        let learner = person(&school, Part::Learner, 0);
        app.launch(kind, &learner, 0).await;
        assert_eq!(Page::of(app.http.get(&address).send().await.unwrap()).await.status, 410, "used once");
        assert_eq!(open_in(app, kind, &address).await.status, 410);
    }
}

async fn twenty_confirmations_register_once(app: &TestApp) {
    let before = registrations(app).await.len();
    let page = open_in(app, Kind::Moodle, &invite(app, None).await).await;
    let answers = futures_util::future::join_all((0..20).map(|_| confirm(app, &page, &[]))).await;
    let statuses: Vec<u16> = answers.iter().map(|p| p.status).collect();
    assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|s| **s == 410).count(), 19, "{statuses:?}");
    assert_eq!(registrations(app).await.len(), before + 1);
}

/// 401, 422 with Canvas' errors, an HTML page, 503: a page for the person, nothing stored, and the same
/// address works afterwards.
async fn an_lms_that_refuses_leaves_nothing_behind(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let address = invite(app, None).await;
        let before = registrations(app).await.len();
        for mood in [Mood::Rejecting, Mood::Html, Mood::Down] {
            let page = open_in(app, kind, &address).await;
            app.lms.campus.with(kind, |s| s.mood = mood);
            let refused = confirm(app, &page, &[("hosts", "yes")]).await;
            assert_eq!(refused.status, 502, "{kind:?} {mood:?}");
            assert!(!refused.text("h1").is_empty() && !refused.body.contains("Invalid scopes"), "{}", refused.body);
            app.lms.campus.with(kind, |s| s.mood = Mood::Well);
            assert_eq!(registrations(app).await.len(), before);
        }
        let page = open_in(app, kind, &address).await;
        assert_eq!(confirm(app, &page, &[("hosts", "yes")]).await.status, 200);
    }
}

/// An LMS that says and answers whatever a test wants.
struct Pretender {
    base: String,
    says: Arc<Mutex<Says>>,
    handle: actix_web::dev::ServerHandle,
}

#[derive(Default)]
struct Says {
    configuration: Vec<u8>,
    status: u16,
    answer: Value,
    /// The `Authorization` headers that arrived.
    bearers: Vec<String>,
}

impl Pretender {
    fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let says = Arc::new(Mutex::new(Says { status: 200, ..Says::default() }));
        let shared = web::Data::from(says.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route("/config", web::get().to(configuration))
                .route("/slow", web::get().to(slow))
                .route("/register", web::post().to(register))
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(0)
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        let pretender = Self { base, says, handle };
        pretender.configure(|_| {});
        pretender
    }

    /// A good configuration with one change.
    fn configure(&self, change: impl FnOnce(&mut Value)) {
        let base = &self.base;
        let mut value = json!({
            "issuer": base, "authorization_endpoint": format!("{base}/a"), "token_endpoint": format!("{base}/t"),
            "jwks_uri": format!("{base}/j"), "registration_endpoint": format!("{base}/register"),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "id_token_signing_alg_values_supported": ["RS256"], "response_types_supported": ["id_token"],
            "scopes_supported": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "https://purl.imsglobal.org/spec/lti-platform-configuration":
                {"product_family_code": "<img src=x onerror=alert(1)>", "messages_supported": ["LtiResourceLinkRequest"]},
        });
        change(&mut value);
        self.serve(serde_json::to_vec(&value).unwrap());
    }

    fn serve(&self, body: Vec<u8>) {
        self.says.lock().unwrap().configuration = body;
    }

    fn answer(&self, answer: Value) {
        self.says.lock().unwrap().answer = answer;
    }

    async fn open(&self, app: &TestApp, address: &str) -> Page {
        self.open_at(app, address, "config").await
    }

    async fn open_at(&self, app: &TestApp, address: &str, path: &str) -> Page {
        let configuration = format!("{}/{path}", self.base);
        let query = [("openid_configuration", configuration.as_str()), ("registration_token", "secret-token")];
        Page::of(app.http.get(with_query(address, &query)).send().await.unwrap()).await
    }
}

async fn configuration(request: HttpRequest, says: web::Data<Mutex<Says>>) -> HttpResponse {
    let mut says = says.lock().unwrap();
    let bearer = request.headers().get("authorization").map(|v| v.to_str().unwrap().to_owned());
    says.bearers.extend(bearer);
    HttpResponse::build(actix_web::http::StatusCode::from_u16(says.status).unwrap())
        .insert_header(("Location", "http://127.0.0.1:9/"))
        .body(says.configuration.clone())
}

async fn slow() -> HttpResponse {
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    HttpResponse::Ok().finish()
}

async fn register(request: HttpRequest, says: web::Data<Mutex<Says>>) -> HttpResponse {
    let mut says = says.lock().unwrap();
    let bearer = request.headers().get("authorization").map(|v| v.to_str().unwrap().to_owned());
    says.bearers.extend(bearer);
    HttpResponse::Ok().json(&says.answer)
}

type Change = fn(&mut Value);

async fn configurations_that_cannot_be_used(app: &TestApp) {
    let (pretender, address) = (Pretender::start(), invite(app, None).await);
    let good = pretender.open(app, &address).await;
    assert_eq!(good.status, 200, "{}", good.body);
    assert!(good.body.contains("&#60;img") || good.body.contains("&lt;img"), "what the LMS says is escaped");
    assert_eq!(good.all(".note + ul li").len(), 3, "what it does not offer is said");
    let changes: [(&str, Change); 6] = [
        ("no RS256", |c| c["id_token_signing_alg_values_supported"] = json!(["HS256"])),
        ("no private_key_jwt", |c| c["token_endpoint_auth_methods_supported"] = json!(["client_secret_basic"])),
        ("no keys", |c| c["jwks_uri"] = Value::Null),
        ("issuer with a query", |c| c["issuer"] = json!("https://lms.test/?x=1")),
        ("registered elsewhere", |c| c["registration_endpoint"] = json!("https://evil.test/register")),
        ("not http", |c| c["token_endpoint"] = json!("ftp://lms.test/t")),
    ];
    for (name, change) in changes {
        pretender.configure(change);
        let page = pretender.open(app, &address).await;
        assert_eq!(page.status, 400, "{name}");
        assert_eq!(page.all("form").len(), 0, "{name}");
    }
    pretender.serve(b"<!doctype html><title>Log in</title>".to_vec());
    assert_eq!(pretender.open(app, &address).await.status, 400, "HTML");
    pretender.serve(vec![b' '; 10 * 1024 * 1024]);
    assert_eq!(pretender.open(app, &address).await.status, 503, "10 MiB");
    pretender.configure(|_| {});
    for status in [302, 404, 500] {
        pretender.says.lock().unwrap().status = status;
        assert_eq!(pretender.open(app, &address).await.status, 503, "{status}");
    }
    pretender.says.lock().unwrap().status = 200;
    let begun = std::time::Instant::now();
    assert_eq!(pretender.open_at(app, &address, "slow").await.status, 503, "slow");
    assert!(begun.elapsed() < std::time::Duration::from_secs(15), "nobody waits for ever");
    assert_eq!(registrations(app).await.len(), 2);
    pretender.handle.stop(false).await;
}

/// T54: hosts that differ are shown and ticked; without the tick nothing is sent.
async fn other_hosts_are_confirmed_by_a_person(app: &TestApp) {
    let (pretender, address) = (Pretender::start(), invite(app, None).await);
    pretender.configure(|c| c["issuer"] = json!("https://elsewhere.test"));
    pretender.answer(json!({"client_id": "c-1", "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score"}));
    let page = pretender.open(app, &address).await;
    let label = page.text("label.note");
    assert!(label.contains("elsewhere.test") && label.contains("127.0.0.1"), "{label}");
    assert_eq!(confirm(app, &page, &[]).await.status, 400);
    assert_eq!(pretender.says.lock().unwrap().bearers.len(), 1, "only the configuration was asked for");
    let done = confirm(app, &page, &[("hosts", "yes")]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    // the token goes with both requests, and nowhere else.
    assert_eq!(pretender.says.lock().unwrap().bearers, ["Bearer secret-token", "Bearer secret-token"]);
    assert!(!done.body.contains("secret-token") && !page.body.contains("secret-token"));
    pretender.handle.stop(false).await;
}

/// X-95, T54: whoever has an invitation cannot put other keys behind a client that is registered.
async fn nobody_takes_a_registration_over(app: &TestApp) {
    let (pretender, address) = (Pretender::start(), invite(app, None).await);
    let victim = app.moodle.clone();
    pretender.configure(|c| c["issuer"] = json!(victim.issuer));
    pretender.answer(json!({"client_id": victim.client_id}));
    let page = pretender.open(app, &address).await;
    let taken = confirm(app, &page, &[("hosts", "yes")]).await;
    assert_eq!(taken.status, 409, "{}", taken.body);
    let all = registrations(app).await;
    assert_eq!(all.len(), 2);
    assert!(all.iter().any(|r| r.id == victim.id && r.jwks_uri == victim.jwks_uri));
    // Nor by an invitation that updates another registration.
    let canvas = all.iter().find(|r| r.id != victim.id).unwrap();
    let address = invite(app, Some(&canvas.id)).await;
    let page = pretender.open(app, &address).await;
    assert_eq!(confirm(app, &page, &[("hosts", "yes")]).await.status, 409);
    assert!(registrations(app).await.iter().all(|r| !r.jwks_uri.starts_with(&pretender.base)));
    pretender.handle.stop(false).await;
}

async fn an_invitation_can_update(app: &TestApp) {
    let (pretender, known) = (Pretender::start(), app.moodle.clone());
    let address = invite(app, Some(&known.id)).await;
    pretender.configure(|c| c["issuer"] = json!(known.issuer));
    pretender.answer(json!({"client_id": known.client_id, "scope": "openid"}));
    let page = pretender.open(app, &address).await;
    assert!(page.text(".note").contains("School"), "it says what it updates");
    let done = confirm(app, &page, &[("hosts", "yes")]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(done.all("#missing li").len(), 1, "what was not granted is said");
    let all = registrations(app).await;
    let updated = all.iter().find(|r| r.id == known.id).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(updated.jwks_uri, format!("{}/j", pretender.base));
    assert_eq!((&updated.client_id, updated.granted_scopes.as_deref()), (&known.client_id, Some("")));
    let details: Vec<String> = app
        .context
        .db
        .read(|c| {
            use cercle::store::schema::audit_log;
            use diesel::prelude::*;
            let updates = audit_log::table.filter(audit_log::action.eq("registration.update"));
            Ok::<_, cercle::store::StoreError>(updates.select(audit_log::detail).load(c)?)
        })
        .await
        .unwrap();
    assert_eq!(details.len(), 1);
    assert!(details[0].contains(&known.jwks_uri), "the old keys are on record");
    pretender.handle.stop(false).await;
}

async fn invitations_end(app: &TestApp) {
    let unknown = format!("{}/lti/register/{}", app.origin, "x".repeat(43));
    let page = Page::of(app.http.get(unknown).send().await.unwrap()).await;
    assert_eq!((page.status, page.all("form").len()), (410, 0));
    let (first, second) = (invite(app, None).await, invite(app, None).await);
    let page = open_in(app, Kind::Moodle, &first).await;
    // What was shown for one invitation is not confirmed with another.
    let sealed = page.attribute("input[name=sealed]", "value").unwrap();
    let crossed = app.browser().post(&second, &[("sealed".to_owned(), sealed)], "").await;
    assert_eq!(crossed.status(), 409);
    let forged = app.browser().post(&first, &[("sealed".to_owned(), "v1.a.b.c".to_owned())], "").await;
    assert_eq!(forged.status(), 409);
    app.clock.advance(16 * 60);
    assert_eq!(confirm(app, &page, &[]).await.status, 409, "the page was open for too long");
    app.clock.advance(24 * 3600);
    assert_eq!(confirm(app, &page, &[]).await.status, 410);
    assert_eq!(open_in(app, Kind::Moodle, &first).await.status, 410);
    assert_eq!(registrations(app).await.len(), 2);
}

/// only our own page sends the form.
async fn confirmations_from_elsewhere(app: &TestApp) {
    let page = open_in(app, Kind::Moodle, &invite(app, None).await).await;
    let (action, sealed) =
        (page.attribute("form", "action").unwrap(), page.attribute("input[name=sealed]", "value").unwrap());
    for (name, value) in [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "cross-site")] {
        let body = url::form_urlencoded::Serializer::new(String::new()).append_pair("sealed", &sealed).finish();
        let request = app.http.post(&action).header("Content-Type", "application/x-www-form-urlencoded");
        assert_eq!(request.header(name, value).body(body).send().await.unwrap().status(), 403, "{name}");
    }
    assert_eq!(registrations(app).await.len(), 2);
}

/// no address that is not public gets a packet, however it is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_addresses_get_no_packet() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let app = TestApp::start_with(Engine::Sqlite, |s| {
        s.allow_insecure_platforms = false;
        s.logins_per_minute = 0;
    })
    .await;
    let hits = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let counter = hits.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    let hosts = [
        "127.0.0.1",
        "127.0.0.2",
        "127.255.255.254",
        "127.1",
        "127.0.1",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "0177.0.0.1",
        "0177.1",
        "127.0.0.1.",
        "0.0.0.0",
        "0",
        "00.0.0.0",
        "0x0",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "lOcAlHoSt",
        "ip6-localhost",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        "169.254.169.254",
        "169.254.1.1",
        "2852039166",
        "0xa9fea9fe",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "localhost%2e",
        "a@127.0.0.1",
        "example.org:x@127.0.0.1",
        "example.org@localhost",
    ];
    let schemes = ["https://", "http://", "HTTPS://"];
    let others = [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "data:,{}",
        "javascript:1",
        "//127.0.0.1",
        "",
        " ",
    ];
    let mut addresses: Vec<String> = Vec::new();
    for scheme in schemes {
        addresses.extend(hosts.iter().map(|h| format!("{scheme}{h}:{port}/.well-known/openid-configuration")));
    }
    addresses.extend(others.iter().filter(|o| !o.trim().is_empty()).map(ToString::to_string));
    assert!(addresses.len() > 180);
    let (settings, now) = (app.context.settings.clone(), app.clock.now());
    let made = app.context.db.write(move |c| registering::invite(c, &settings, "S", None, 24, &OPERATOR, now)).await;
    let address = made.unwrap().0;
    for hostile in &addresses {
        let page = app.http.get(with_query(&address, &[("openid_configuration", hostile)])).send().await.unwrap();
        assert_eq!(page.status(), 503, "{hostile}");
        let page = Page::of(page).await;
        // T51: the browser is not told which addresses answer.
        assert!(!page.body.contains("127.0.0.1") && !page.body.contains("private"), "{hostile}");
    }
    assert_eq!(hits.load(Ordering::SeqCst), 0);
    app.stop().await;
}

/// The command line makes an invitation that works, and refuses what cannot be one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_invites() {
    let database = crate::harness::TestDatabase::new(Engine::Sqlite);
    let cercle = |args: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_cercle"))
            .args(args)
            .env("CERCLE_PUBLIC_URL", "https://tool.example")
            .env("CERCLE_DATABASE_URL", &database.url)
            .env("CERCLE_KEYS_DIR", database.folder.join("keys"))
            .output()
            .unwrap()
    };
    let made = cercle(&["platform", "invite", "--name", "Institut Alba", "--expires", "2", "--json"]);
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let url = Url::parse(made["registration_url"].as_str().unwrap()).unwrap();
    assert_eq!((url.host_str(), url.path().starts_with("/lti/register/")), (Some("tool.example"), true));
    assert!(cercle::clock::UtcTime::parse_iso(made["expires_at"].as_str().unwrap()).is_some());
    for (args, code) in [
        (vec!["platform", "invite"], 2),
        (vec!["platform", "invite", "--name", "x", "--expires", "0"], 2),
        (vec!["platform", "invite", "--name", "  "], 1),
        (vec!["platform", "invite", "--name", "x", "--update", "nothing"], 1),
    ] {
        let refused = cercle(&args);
        assert_eq!(refused.status.code(), Some(code), "{args:?}");
        assert!(!refused.stderr.is_empty(), "{args:?}");
    }
}
