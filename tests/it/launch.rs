//! Every case of lti.md §9.1 and §9.2, and the login, token, roles and storage rows of §9.6.

use cercle::crypto::rsa::SigningKey;
use cercle::crypto::{b64, provider::sign_jwt};
use cercle::demo::campus::{Kind, Part, School};
use cercle::demo::messages;
use cercle::store::Engine;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::harness::{
    self, Browser, Login, OPERATOR, Page, Session, TestApp, eventually, form_fields, login_fields, on_both_engines,
    person,
};

const C: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const M: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";

fn claim(name: &str) -> String {
    format!("{C}{name}")
}

/// The base payload: a learner's launch of the first link.
fn payload(app: &TestApp, kind: Kind, nonce: &str) -> Value {
    let school = app.lms.school(kind);
    let learner = person(&school, Part::Learner, 0);
    messages::resource_link(&school, app.lms.campus.base(), &learner, &school.links[0], nonce, app.lms.campus.now())
}

/// Signs any header and payload, however wrong.
fn sign_raw(key: &SigningKey, header: &Value, payload: &str) -> String {
    let pkey = openssl::pkey::PKey::private_key_from_der(&key.to_pkcs8().unwrap()).unwrap();
    let message = format!("{}.{}", b64(header.to_string().as_bytes()), b64(payload.as_bytes()));
    let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), &pkey).unwrap();
    let signature = signer.sign_oneshot_to_vec(message.as_bytes()).unwrap();
    format!("{message}.{}", b64(&signature))
}

async fn post_claims(app: &TestApp, login: &Login, claims: &Value) -> Page {
    let token = sign_jwt(app.lms.campus.key(), claims).unwrap();
    post_token(app, login, &token).await
}

async fn post_token(app: &TestApp, login: &Login, token: &str) -> Page {
    let school = app.lms.school(Kind::Moodle);
    Page::of(app.browser().post_token(&school, token, &login.state, &login.cookie).await).await
}

async fn sessions(app: &TestApp) -> i64 {
    use cercle::store::schema::sessions;
    app.context.db.read(|c| Ok::<i64, cercle::store::StoreError>(sessions::table.count().get_result(c)?)).await.unwrap()
}

/// A launch with changed claims must be refused: this status, a page with a reference, no session.
async fn refused(app: &TestApp, name: &str, status: u16, change: impl FnOnce(&mut Value)) {
    let login = app.browser().login(&app.lms.school(Kind::Moodle)).await;
    let mut claims = payload(app, Kind::Moodle, &login.nonce);
    change(&mut claims);
    let page = post_claims(app, &login, &claims).await;
    is_refusal(app, name, status, &page).await;
}

async fn is_refusal(app: &TestApp, name: &str, status: u16, page: &Page) {
    assert_eq!(page.status, status, "{name}: {}", page.text("h1"));
    assert_eq!(page.text("code").len(), 8, "{name} shows a reference");
    assert!(!page.text("h1").is_empty() && !page.text("[data-error-text]").is_empty(), "{name} says what to do");
    assert!(!page.headers.contains_key("set-cookie"), "{name} sets no cookie");
    assert_eq!(sessions(app).await, 0, "{name} makes no session");
}

fn remove(claims: &mut Value, name: &str) {
    claims.as_object_mut().unwrap().remove(name);
}

on_both_engines! {
    known_bad_payloads, token_rows, nonces_and_states, keys_and_headers, valid_launches, login_rows, identity_rows,
    oidc_errors, key_rotation, storage_rows, deployments_by_policy, parallel_posts_make_one_session, jwks_down,
    texts_with_nul_are_stored_without, works_are_opened_from_the_gradebook, works_are_opened_by_their_address,
}

/// T-BAD-01 … T-BAD-12.
async fn known_bad_payloads(app: &TestApp) {
    let login = app.browser().login(&app.lms.school(Kind::Moodle)).await;
    let good = payload(app, Kind::Moodle, &login.nonce);
    let header = json!({"typ": "JWT", "alg": "RS256"});
    let token = sign_raw(app.lms.campus.key(), &header, &good.to_string());
    is_refusal(app, "T-BAD-01 no kid", 401, &post_token(app, &login, &token).await).await;
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": "elsewhere"});
    let token = sign_raw(app.lms.campus.key(), &header, &good.to_string());
    is_refusal(app, "T-BAD-02 wrong kid", 401, &post_token(app, &login, &token).await).await;
    refused(app, "T-BAD-03 wrong version", 401, |c| c[claim("version")] = json!("11.3")).await;
    refused(app, "T-BAD-04 no version", 401, |c| remove(c, &claim("version"))).await;
    let page = post_claims(app, &login, &json!({"name": "badltilaunch"})).await;
    is_refusal(app, "T-BAD-05 no LTI message", 401, &page).await;
    refused(app, "T-BAD-06 missing claims", 401, |c| {
        for name in ["aud".to_owned(), "iss".to_owned(), "sub".to_owned(), claim("deployment_id"), claim("roles")] {
            remove(c, &name);
        }
    })
    .await;
    refused(app, "T-BAD-07 timestamps", 401, |c| {
        c["iat"] = json!(11111);
        c["exp"] = json!(22222);
    })
    .await;
    refused(app, "T-BAD-08 message type", 400, |c| remove(c, &claim("message_type"))).await;
    refused(app, "T-BAD-09 roles", 401, |c| remove(c, &claim("roles"))).await;
    refused(app, "T-BAD-10 deployment", 401, |c| remove(c, &claim("deployment_id"))).await;
    refused(app, "T-BAD-11 resource link", 401, |c| remove(c, &claim("resource_link"))).await;
    refused(app, "T-BAD-11 resource link id", 401, |c| c[claim("resource_link")] = json!({"title": "x"})).await;
    refused(app, "T-BAD-12 user", 403, |c| remove(c, "sub")).await;
}

/// X-11 …, and wrong types.
async fn token_rows(app: &TestApp) {
    let now = app.clock.now().unix_seconds();
    let client = app.moodle.client_id.clone();
    refused(app, "other audience", 401, |c| c["aud"] = json!("somebody")).await;
    refused(app, "X-12 one more audience", 401, |c| c["aud"] = json!([client, "other"])).await;
    refused(app, "X-12 wrong azp", 401, |c| c["azp"] = json!("other")).await;
    refused(app, "audience of a wrong type", 401, |c| c["aud"] = json!(7)).await;
    refused(app, "X-13 issuer with a slash", 401, |c| c["iss"] = json!(format!("{}/", c["iss"].as_str().unwrap())))
        .await;
    refused(app, "X-14 expired two minutes ago", 401, |c| c["exp"] = json!(now - 120)).await;
    refused(app, "X-14 made in ten minutes", 401, |c| {
        c["iat"] = json!(now + 600);
        c["exp"] = json!(now + 700);
    })
    .await;
    refused(app, "not before in ten minutes", 401, |c| c["nbf"] = json!(now + 600)).await;
    refused(app, "too old", 401, |c| c["iat"] = json!(now - 700)).await;
    refused(app, "exp before iat", 401, |c| c["exp"] = json!(c["iat"].as_i64().unwrap() - 1)).await;
    for bad in [json!("1800000000"), json!(null), json!(-5), json!([1]), json!(1e300)] {
        let shown = bad.to_string();
        refused(app, &format!("exp {shown}"), 401, |c| c["exp"] = bad).await;
    }
    let school = app.lms.school(Kind::Moodle);
    let mut fields = login_fields(&school);
    fields.push(("lti_deployment_id".into(), "another".into()));
    let login = Browser::read_login(&app.browser().post(&school.login_url(), &fields, "").await);
    let page = post_claims(app, &login, &payload(app, Kind::Moodle, &login.nonce)).await;
    is_refusal(app, "X-19 another deployment than announced", 401, &page).await;
    refused(app, "X-20 sub of 256", 401, |c| c["sub"] = json!("x".repeat(256))).await;
    refused(app, "empty sub", 401, |c| c["sub"] = json!("")).await;
    refused(app, "sub of a wrong type", 401, |c| c["sub"] = json!(5)).await;
    refused(app, "deployment of 256", 401, |c| c[claim("deployment_id")] = json!("x".repeat(256))).await;
    refused(app, "empty resource link id", 401, |c| c[claim("resource_link")]["id"] = json!("")).await;
    refused(app, "no target link", 401, |c| remove(c, &claim("target_link_uri"))).await;
    refused(app, "roles of a wrong type", 401, |c| c[claim("roles")] = json!("Instructor")).await;
    refused(app, "deep linking", 400, |c| c[claim("message_type")] = json!("LtiDeepLinkingRequest")).await;
}

/// nonces and states belong to one login, one browser, one use.
async fn nonces_and_states(app: &TestApp) {
    refused(app, "missing nonce", 401, |c| remove(c, "nonce")).await;
    refused(app, "foreign nonce", 401, |c| c["nonce"] = json!("another")).await;
    let school = app.lms.school(Kind::Moodle);
    let (one, two) = (app.browser().login(&school).await, app.browser().login(&school).await);
    let token = sign_jwt(app.lms.campus.key(), &payload(app, Kind::Moodle, &two.nonce)).unwrap();
    is_refusal(app, "nonce of another login", 401, &post_token(app, &one, &token).await).await;
    // Another browser's cookie comes with this state: not the browser that began the login.
    let foreign = Login { cookie: two.cookie.clone(), ..app.browser().login(&school).await };
    let token = sign_jwt(app.lms.campus.key(), &payload(app, Kind::Moodle, &foreign.nonce)).unwrap();
    is_refusal(app, "state of another browser", 401, &post_token(app, &foreign, &token).await).await;
    for (name, state) in [("no state", ""), ("garbage", "abc.def"), ("cut", &one.state[..one.state.len() - 3])] {
        let login = Login { state: state.to_owned(), ..app.browser().login(&school).await };
        let token = sign_jwt(app.lms.campus.key(), &payload(app, Kind::Moodle, &login.nonce)).unwrap();
        is_refusal(app, name, 401, &post_token(app, &login, &token).await).await;
    }
    // A state of one registration at another one's address.
    let canvas = app.lms.school(Kind::Canvas);
    let login = app.browser().login(&school).await;
    let token = sign_jwt(app.lms.campus.key(), &payload(app, Kind::Moodle, &login.nonce)).unwrap();
    let page = Page::of(app.browser().post_token(&canvas, &token, &login.state, &login.cookie).await).await;
    is_refusal(app, "state of another registration", 401, &page).await;
    // Two launches at once, each with its own cookie, both succeed; each only once.
    for login in [&one, &two] {
        let token = sign_jwt(app.lms.campus.key(), &payload(app, Kind::Moodle, &login.nonce)).unwrap();
        let both = Login {
            cookie: format!("{}; {}", one.cookie, two.cookie),
            state: login.state.clone(),
            nonce: login.nonce.clone(),
            location: login.location.clone(),
        };
        assert_eq!(post_token(app, &both, &token).await.status, 303);
        let again = post_token(app, &both, &token).await;
        assert_eq!(again.status, 401);
        assert_eq!(again.text("h1"), "Cette ouverture a déjà servi");
    }
    assert_eq!(sessions(app).await, 2);
    // After ten minutes a state counts no more.
    let login = app.browser().login(&school).await;
    app.clock.advance(601);
    let page = post_claims(app, &login, &payload(app, Kind::Moodle, &login.nonce)).await;
    assert_eq!(page.status, 401);
    assert_eq!(sessions(app).await, 2);
}

/// and the other header tricks.
async fn keys_and_headers(app: &TestApp) {
    let campus_key = app.lms.campus.key();
    let login = app.browser().login(&app.lms.school(Kind::Moodle)).await;
    let good = payload(app, Kind::Moodle, &login.nonce).to_string();
    let kid = campus_key.kid.clone();
    for (name, header, status) in [
        ("alg none", json!({"alg": "none", "kid": kid}), 401),
        ("alg RS384", json!({"alg": "RS384", "kid": kid}), 401),
        ("alg PS256", json!({"alg": "PS256", "kid": kid}), 401),
        ("no alg", json!({"kid": kid}), 401),
        ("crit", json!({"alg": "RS256", "kid": kid, "crit": ["b64"]}), 401),
        ("b64", json!({"alg": "RS256", "kid": kid, "b64": false}), 401),
        ("kid of a wrong type", json!({"alg": "RS256", "kid": 5}), 401),
        ("empty kid", json!({"alg": "RS256", "kid": ""}), 401),
        ("kid that is a path", json!({"alg": "RS256", "kid": "../../etc/passwd"}), 401),
    ] {
        let token = sign_raw(campus_key, &header, &good);
        is_refusal(app, name, status, &post_token(app, &login, &token).await).await;
    }
    // HS256 with the public key as the secret.
    let (n, _) = campus_key.public_members().unwrap();
    let message =
        format!("{}.{}", b64(json!({"alg": "HS256", "kid": kid}).to_string().as_bytes()), b64(good.as_bytes()));
    let mac = cercle::crypto::hmac(&openssl::pkey::PKey::hmac(n.as_bytes()).unwrap(), message.as_bytes()).unwrap();
    is_refusal(app, "HS256", 401, &post_token(app, &login, &format!("{message}.{}", b64(&mac))).await).await;
    // A key that the token brings along is not used, and nothing is fetched.
    let own = SigningKey::generate().unwrap();
    let (n, e) = own.public_members().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let header = json!({"alg": "RS256", "kid": kid, "jku": url, "x5u": url, "jwk": {"kty": "RSA", "n": n, "e": e}});
    is_refusal(app, "jku", 401, &post_token(app, &login, &sign_raw(&own, &header, &good)).await).await;
    assert!(listener.accept().is_err(), "no request went to the token's own address");
    let page = post_token(app, &login, &sign_raw(campus_key, &header, &good)).await;
    assert_eq!(page.status, 303, "unused header members do no harm");
    // Form: tampered, cut, doubled members, too long, empty.
    let login = app.browser().login(&app.lms.school(Kind::Moodle)).await;
    let token = sign_jwt(campus_key, &payload(app, Kind::Moodle, &login.nonce)).unwrap();
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[1] = b64(payload(app, Kind::Moodle, &login.nonce).to_string().replace("Learner", "Instructor").as_bytes());
    for (name, bad, status) in [
        ("tampered", parts.join("."), 401),
        ("two parts", token.rsplit_once('.').unwrap().0.to_owned(), 400),
        ("four parts", format!("{token}.x"), 400),
        ("not base64", "a.b!.c".to_owned(), 400),
        ("empty", String::new(), 400),
        (
            "duplicate member",
            sign_raw(campus_key, &json!({"alg": "RS256", "kid": kid}), &good.replacen('{', "{\"aud\":\"other\",", 1)),
            400,
        ),
        ("an array", sign_raw(campus_key, &json!({"alg": "RS256", "kid": kid}), "[]"), 400),
        ("too long", format!("{}.a.b", "a".repeat(65 * 1024)), 413),
    ] {
        let page = post_token(app, &login, &bad).await;
        assert_eq!(page.status, status, "{name}");
        assert!(!page.headers.contains_key("set-cookie"), "{name}");
    }
    assert_eq!(sessions(app).await, 1);
}

async fn launch_as(app: &TestApp, change: impl FnOnce(&mut Value)) -> Session {
    let school = app.lms.school(Kind::Moodle);
    let learner = person(&school, Part::Learner, 0);
    let link = school.links[0].clone();
    app.browser().launch(&app.lms, &school, &learner, &link, change).await.expect("a valid launch")
}

/// T-OK-01 … T-OK-19, X-22, X-30 … X-34 as pages: every valid launch opens, with the right privilege.
async fn valid_launches(app: &TestApp) {
    let trainer = [
        vec![format!("{M}#Instructor")],
        vec![
            format!("{M}#Instructor"),
            "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student".into(),
            "http://purl.imsglobal.org/vocab/lis/v2/system/person#User".into(),
        ],
        vec!["Instructor".to_owned()],
    ];
    for roles in trainer {
        let session = launch_as(app, |c| c[claim("roles")] = json!(roles)).await;
        assert_eq!(session.home, "/peer/set-up", "{roles:?} is a trainer");
    }
    let others = [
        json!([format!("{M}#Learner")]),
        json!(["Learner"]),
        json!([format!("{M}#Learner"), "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]),
        json!(["http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper"]),
        json!([""]),
        json!([]),
        json!(["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"]),
        json!([format!("{M}/Learner#Instructor")]),
        json!([5, null, format!("{M}#Learner")]),
        json!([format!("{M}/Instructor#TeachingAssistant"), format!("{M}#Instructor")]),
    ];
    for roles in others {
        let session = launch_as(app, |c| c[claim("roles")] = roles.clone()).await;
        assert_eq!(session.home, "/open", "{roles} may not set up");
        assert_eq!(session.get("/peer/set-up").await.status, 403, "{roles}");
    }
    for (name, change) in [
        ("e-mail only", json!({"name": null, "given_name": null, "family_name": null})),
        ("names only", json!({"email": null})),
        ("no personal data", json!({"name": null, "given_name": null, "family_name": null, "email": null})),
        ("audience as an array", json!({"aud": [app.moodle.client_id]})),
        ("azp", json!({"azp": app.moodle.client_id})),
        (
            "nulls and junk",
            json!({"x": [{"y": null}], "https://purl.imsglobal.org/spec/lti/claim/custom": {"a": null, "b": 5},
            "https://purl.imsglobal.org/spec/lti/claim/lis": null}),
        ),
        (
            "empty line item",
            json!({"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"scope": [], "lineitem": ""}}),
        ),
        (
            "fractional dates",
            serde_json::from_str(&format!("{{\"iat\": {}.5}}", app.clock.now().unix_seconds())).unwrap(),
        ),
    ] {
        let session = launch_as(app, |c| {
            for (k, v) in change.as_object().unwrap() {
                if v.is_null() {
                    remove(c, k);
                } else {
                    c[k] = v.clone();
                }
            }
        })
        .await;
        assert_eq!(session.home, "/open", "{name}");
    }
    // Without a context the activity belongs to its link alone: it can be set up and opened.
    for instructor in [true, false] {
        let session = launch_as(app, |c| {
            remove(c, &claim("context"));
            if instructor {
                c[claim("roles")] = json!(["Instructor"]);
            }
        })
        .await;
        assert_eq!(session.home, if instructor { "/peer/set-up" } else { "/open" });
    }
    // T-OK-19: only what is required.
    let session = launch_as(app, |c| {
        let keep = ["iss", "aud", "iat", "exp", "nonce", "sub"].map(str::to_owned).to_vec();
        let keep_claims =
            ["message_type", "version", "deployment_id", "target_link_uri", "resource_link", "roles"].map(claim);
        c.as_object_mut().unwrap().retain(|k, _| keep.contains(k) || keep_claims.contains(k));
    })
    .await;
    assert_eq!(session.home, "/open");
    // thirty seconds late is within the leeway.
    let now = app.clock.now().unix_seconds();
    launch_as(app, |c| {
        c["iat"] = json!(now - 90);
        c["exp"] = json!(now - 30);
    })
    .await;
}

/// X-01 … X-07.
async fn login_rows(app: &TestApp) {
    let school = app.lms.school(Kind::Moodle);
    let browser = app.browser();
    let fields = login_fields(&school);
    let value =
        |login: &Login, name: &str| login.location.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    // GET and POST do the same, at both addresses.
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    let keyed = school.login_url().replace(&app.origin, "");
    let plain = format!("{}/lti/launch", app.origin);
    for (path, redirect_uri) in [(keyed.as_str(), school.redirect_uri()), ("/lti/login", plain.clone())] {
        let got = app.http.get(format!("{}{path}?{query}", app.origin)).send().await.unwrap();
        let posted = browser.post(path, &fields, "").await;
        for answer in [got, posted] {
            assert_eq!(answer.status(), 302);
            assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
            let login = Browser::read_login(&answer);
            for (name, wanted) in [
                ("scope", "openid"),
                ("response_type", "id_token"),
                ("response_mode", "form_post"),
                ("prompt", "none"),
                ("client_id", &school.client_id),
                ("redirect_uri", &redirect_uri),
                ("login_hint", "5"),
                ("lti_message_hint", "{\"cmid\":2,\"launchid\":\"x\"}"),
            ] {
                assert_eq!(value(&login, name).as_deref(), Some(wanted), "{path} {name}");
            }
            let cookie = answer.headers()["set-cookie"].to_str().unwrap();
            for part in ["__Host-lti_", "Path=/", "Secure", "HttpOnly", "SameSite=None", "Partitioned", "Max-Age=600"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            assert!(login.state.len() > 100 && login.nonce.len() >= 22);
            // An LMS that knows only one kind of address has registered only that one.
            let user = person(&school, Part::Trainer, 0);
            let (base, now) = (app.lms.campus.base(), app.clock.now());
            let claims = messages::resource_link(&school, base, &user, &school.links[0], &login.nonce, now);
            let token = sign_jwt(app.lms.campus.key(), &claims).unwrap();
            let fields = [("id_token".to_owned(), token), ("state".to_owned(), login.state.clone())];
            let launched = browser.post(&redirect_uri, &fields, &login.cookie).await;
            assert_eq!(launched.status(), 303, "{redirect_uri}");
        }
    }
    // an unknown issuer goes nowhere.
    let with = |changes: &[(&str, Option<&str>)]| {
        let mut fields = fields.clone();
        for (name, value) in changes {
            fields.retain(|(n, _)| n != name);
            fields.extend(value.map(|v| ((*name).to_owned(), v.to_owned())));
        }
        fields
    };
    for (name, fields, path) in [
        ("unknown issuer", with(&[("iss", Some("https://evil.test"))]), keyed.as_str()),
        ("unknown issuer at the plain address", with(&[("iss", Some("https://evil.test"))]), "/lti/login"),
        ("another client", with(&[("client_id", Some("other"))]), keyed.as_str()),
        ("no issuer", with(&[("iss", None)]), keyed.as_str()),
        ("no hint", with(&[("login_hint", None)]), keyed.as_str()),
        ("line break", with(&[("login_hint", Some("a\r\nSet-Cookie: x"))]), keyed.as_str()),
        ("too long", with(&[("lti_message_hint", Some(&"x".repeat(9000)))]), keyed.as_str()),
        ("unknown registration", fields.clone(), "/lti/nothing/login"),
    ] {
        let page = Page::of(browser.post(path, &fields, "").await).await;
        assert_eq!(page.status, 400, "{name}");
        assert!(page.location().is_empty() && !page.headers.contains_key("set-cookie"), "{name}");
        assert_eq!(page.text("code").len(), 8, "{name}");
    }
    // two registrations of one issuer need a client id.
    let mut second = harness_registration(app, "another-client");
    second.issuer.clone_from(&school.issuer);
    let now = app.clock.now();
    app.context.db.write(move |c| cercle::platform::service::register(c, second, &OPERATOR, now)).await.unwrap();
    let ambiguous = Page::of(browser.post("/lti/login", &with(&[("client_id", None)]), "").await).await;
    assert_eq!(ambiguous.status, 400);
    assert_eq!(browser.post("/lti/login", &fields, "").await.status(), 302);
    let other =
        Browser::read_login(&browser.post("/lti/login", &with(&[("client_id", Some("another-client"))]), "").await);
    assert_eq!(value(&other, "client_id").as_deref(), Some("another-client"));
    // hints survive byte for byte, and an absent one stays absent.
    for hostile in ["a+b=c&d%26", "{\"é\":\"✓\"}", "' OR 1=1 --", "<script>", "&redirect_uri=https://evil.test"] {
        let fields = with(&[("login_hint", Some(hostile)), ("lti_message_hint", Some(hostile))]);
        let login = Browser::read_login(&browser.post(&keyed, &fields, "").await);
        assert_eq!(value(&login, "login_hint").as_deref(), Some(hostile));
        assert_eq!(value(&login, "lti_message_hint").as_deref(), Some(hostile));
        assert_eq!(login.location.query_pairs().filter(|(k, _)| k == "redirect_uri").count(), 1);
    }
    let login = Browser::read_login(&browser.post(&keyed, &with(&[("lti_message_hint", None)]), "").await);
    assert_eq!(value(&login, "lti_message_hint"), None);
    // wherever the launch wants to go, it ends at our own page.
    for target in ["https://evil.test/", "//evil.test", "javascript:alert(1)", "http://127.0.0.1.evil.test/"] {
        let login = browser.login(&school).await;
        let mut claims = payload(app, Kind::Moodle, &login.nonce);
        claims[claim("target_link_uri")] = json!(target);
        let page = post_claims(app, &login, &claims).await;
        assert_eq!((page.status, page.location().as_str()), (303, "/open"), "{target}");
    }
    // Wrong methods and empty posts.
    for (path, status) in [(keyed.replace("/login", "/launch"), 405), ("/lti/launch".to_owned(), 405)] {
        let page = Page::of(app.http.get(format!("{}{path}", app.origin)).send().await.unwrap()).await;
        assert_eq!(page.status, status);
        assert!(!page.text("h1").is_empty());
    }
    let empty = Page::of(browser.post(&school.redirect_uri(), &[], "").await).await;
    assert_eq!((empty.status, empty.text("h1").as_str()), (400, "Please start from your course"));
}

fn harness_registration(app: &TestApp, client: &str) -> cercle::platform::model::NewRegistration {
    let mut school = app.lms.school(Kind::Moodle);
    client.clone_into(&mut school.client_id);
    cercle::demo::registration_of(&school, app.lms.campus.base())
}

/// C-161: who a person is.
async fn identity_rows(app: &TestApp) {
    use cercle::store::schema::people;
    let count = || async {
        app.context
            .db
            .read(|c| Ok::<i64, cercle::store::StoreError>(people::table.count().get_result(c)?))
            .await
            .unwrap()
    };
    let long = "x".repeat(255);
    for (sub, expected) in [("Ada", 1), ("ada", 2), ("Ada", 2), (long.as_str(), 3), ("é✓", 4)] {
        launch_as(app, |c| c["sub"] = json!(sub)).await;
        assert_eq!(count().await, expected, "{sub} is told apart byte for byte");
    }
    // The same sub and e-mail under another registration is somebody else.
    let canvas = app.lms.school(Kind::Canvas);
    let learner = person(&canvas, Part::Learner, 0);
    let link = canvas.links[0].clone();
    let same = |c: &mut Value| c["sub"] = json!("Ada");
    app.browser().launch(&app.lms, &canvas, &learner, &link, same).await.ok().unwrap();
    assert_eq!(count().await, 5);
    // A launch without names blanks none, and the sub is never shown.
    launch_as(app, |c| {
        c["sub"] = json!("Ada");
        for name in ["name", "given_name", "family_name", "email"] {
            remove(c, name);
        }
    })
    .await;
    let name = app
        .context
        .db
        .read(|c| {
            Ok::<Option<String>, cercle::store::StoreError>(
                people::table
                    .filter(people::sub.eq("Ada"))
                    .filter(people::name.is_not_null())
                    .select(people::name)
                    .first(c)?,
            )
        })
        .await
        .unwrap();
    assert!(name.is_some());
}

/// an OIDC error becomes a page, with the description nowhere.
async fn oidc_errors(app: &TestApp) {
    let school = app.lms.school(Kind::Moodle);
    for error in ["login_required", "access_denied", "launch_no_longer_valid", "<script>alert(1)</script>"] {
        let login = app.browser().login(&school).await;
        let fields = [("error", error), ("error_description", "<img src=x onerror=alert(1)>"), ("state", &login.state)]
            .map(|(k, v)| (k.to_owned(), v.to_owned()));
        let page = Page::of(app.browser().post(&school.redirect_uri(), &fields, &login.cookie).await).await;
        assert_eq!(page.status, 401, "{error}");
        assert!(!page.body.contains("onerror") && !page.body.contains("alert(1)"));
        // The same login can be started again in a window of its own.
        assert_eq!(page.attribute("form[target=_blank]", "action"), Some(school.login_url()));
        assert_eq!(page.attribute("input[name=login_hint]", "value").as_deref(), Some("5"));
        assert!(page.attribute("input[name=lti_storage_target]", "value").is_none());
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains(&format!("form-action 'self' {}", app.lms.campus.base())), "{policy}");
    }
    let fields = [("error".to_owned(), "login_required".to_owned())];
    assert_eq!(app.browser().post(&school.redirect_uri(), &fields, "").await.status(), 401, "without a state");
}

/// a new key is accepted after one fetch; a storm of unknown keys causes one.
async fn key_rotation(app: &TestApp) {
    let server = wiremock_keys(app.lms.campus.key()).await;
    let mut new = harness_registration(app, "rotating");
    new.jwks_uri = format!("{}/keys", server.url());
    let now = app.clock.now();
    let registration =
        app.context.db.write(move |c| cercle::platform::service::register(c, new, &OPERATOR, now)).await.unwrap();
    let mut school = app.lms.school(Kind::Moodle);
    school.client_id = "rotating".into();
    school.tool = (app.origin.clone(), registration.id.to_string());
    let try_with = |key: std::sync::Arc<SigningKey>| {
        let school = school.clone();
        async move {
            let login = app.browser().login(&school).await;
            let mut claims = payload(app, Kind::Moodle, &login.nonce);
            claims["aud"] = json!("rotating");
            let token = sign_jwt(&key, &claims).unwrap();
            app.browser().post_token(&school, &token, &login.state, &login.cookie).await.status().as_u16()
        }
    };
    let old = std::sync::Arc::new(
        SigningKey::from_pkcs8(&app.lms.campus.key().kid, &app.lms.campus.key().to_pkcs8().unwrap()).unwrap(),
    );
    assert_eq!(try_with(old.clone()).await, 303);
    assert_eq!(server.hits(), 1);
    let fresh = std::sync::Arc::new(SigningKey::generate().unwrap());
    assert_eq!(try_with(fresh.clone()).await, 401, "not published yet, and looked up a moment ago");
    assert_eq!(server.hits(), 1, "at most one fetch a minute");
    server.publish(&[&old, &fresh]);
    app.clock.advance(61);
    assert_eq!(try_with(fresh.clone()).await, 303);
    assert_eq!(server.hits(), 2);
    for _ in 0..20 {
        assert_eq!(try_with(std::sync::Arc::new(SigningKey::generate().unwrap())).await, 401);
    }
    assert_eq!(server.hits(), 2, "a storm of unknown keys fetches nothing");
    // The LMS is down: its keys are used for a day, then launches wait.
    server.fail();
    app.clock.advance(23 * 3600);
    assert_eq!(try_with(fresh.clone()).await, 303, "stale use");
    app.clock.advance(2 * 3600);
    assert_eq!(try_with(fresh.clone()).await, 503, "too stale");
}

async fn jwks_down(app: &TestApp) {
    let server = wiremock_keys(app.lms.campus.key()).await;
    server.fail();
    let mut new = harness_registration(app, "down");
    new.jwks_uri = format!("{}/keys", server.url());
    let now = app.clock.now();
    let registration =
        app.context.db.write(move |c| cercle::platform::service::register(c, new, &OPERATOR, now)).await.unwrap();
    let mut school = app.lms.school(Kind::Moodle);
    school.client_id = "down".into();
    school.tool = (app.origin.clone(), registration.id.to_string());
    let login = app.browser().login(&school).await;
    let token = sign_jwt(app.lms.campus.key(), &payload(app, Kind::Moodle, &login.nonce)).unwrap();
    let page = Page::of(app.browser().post_token(&school, &token, &login.state, &login.cookie).await).await;
    is_refusal(app, "key set down", 503, &page).await;
    assert_eq!(page.text("h1"), "Your learning platform does not answer us");
}

/// and the page "Continue as…": browsers that keep no cookie.
async fn storage_rows(app: &TestApp) {
    let school = app.lms.school(Kind::Canvas);
    let learner = person(&school, Part::Learner, 0);
    let browser = app.browser();
    let mut fields = login_fields(&school);
    fields.push(("lti_storage_target".into(), "post_message_forwarding".into()));
    let begin = || async {
        let page = Page::of(browser.post(&school.login_url(), &fields, "").await).await;
        assert_eq!(page.status, 200, "a page that stores, because no cookie of ours came along");
        let data = |name: &str| page.attribute("[data-lti=put]", &format!("data-{name}")).unwrap();
        assert_eq!(data("origin"), app.lms.campus.base(), "secrets go to the LMS's own origin only");
        assert_eq!(data("target"), "post_message_forwarding");
        let next = url::Url::parse(&data("next")).unwrap();
        let fallback = url::Url::parse(&data("fallback")).unwrap();
        let part = |url: &url::Url, name: &str| url.query_pairs().find(|(k, _)| k == name).unwrap().1.into_owned();
        (part(&next, "state"), part(&fallback, "state"), part(&next, "nonce"), data("value"))
    };
    let token = |nonce: &str| {
        let claims = messages::resource_link(
            &school,
            app.lms.campus.base(),
            &learner,
            &school.links[0],
            nonce,
            app.lms.campus.now(),
        );
        sign_jwt(app.lms.campus.key(), &claims).unwrap()
    };
    let held = |page: &Page| page.attribute("input[name=held]", "value").unwrap();
    let confirm = |held: String, by: &'static str, value: String| {
        let browser = browser.clone();
        async move {
            let fields = [("held".to_owned(), held), ("by".to_owned(), by.to_owned()), ("value".to_owned(), value)];
            Page::of(browser.post("/lti/confirm", &fields, "").await).await
        }
    };
    // The value comes back from storage: a bearer session, in the page and in no cookie.
    let (state, fallback, nonce, secret) = begin().await;
    let page = Page::of(browser.post_token(&school, &token(&nonce), &state, "").await).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains(&learner.family_name), "no personal data before the browser is bound");
    assert_eq!(sessions(app).await, 0);
    for (by, value, status) in
        [("storage", String::new(), 401), ("storage", "other".to_owned(), 401), ("magic", secret.clone(), 400)]
    {
        assert_eq!(confirm(held(&page), by, value).await.status, status, "{by}");
    }
    assert_eq!(sessions(app).await, 0);
    let shell = confirm(held(&page), "storage", secret.clone()).await;
    assert_eq!(shell.status, 200);
    let bearer = shell.attribute("body", "data-bearer").expect("a token in the page");
    assert!(!shell.headers.contains_key("set-cookie"));
    let session = Session {
        browser: browser.clone(),
        credential: ("Authorization", format!("Bearer {bearer}")),
        home: shell.attribute("body", "data-home").unwrap(),
        csrf: String::new(),
    }
    .opened()
    .await;
    assert_eq!(session.home, "/open");
    let as_cookie = Session { credential: ("Cookie", format!("__Host-cercle={bearer}")), ..session.clone() };
    assert_eq!(as_cookie.get("/open").await.status, 401, "a bearer token is no cookie");
    assert_eq!(confirm(held(&page), "storage", secret).await.status, 401, "a held launch is used once");
    // Storage that does not answer: the person is asked.
    let (state, fallback_state, nonce, _) = begin().await;
    let page = Page::of(browser.post_token(&school, &token(&nonce), &state, "").await).await;
    let asked = confirm(held(&page), "silence", String::new()).await;
    assert_eq!(asked.status, 200);
    assert!(asked.text("#continue").contains(&learner.name()), "{}", asked.text("#continue"));
    assert!(asked.text("#continue").contains(&school.course_title));
    assert_eq!(sessions(app).await, 1, "asking makes no session");
    // Storage that refused at login: the other state leads to the same question.
    let page = Page::of(browser.post_token(&school, &token(&nonce), &fallback_state, "").await).await;
    assert!(page.text("#continue").contains(&learner.name()));
    let late = held(&page);
    app.clock.advance(61);
    assert_eq!(confirm(late, "person", String::new()).await.status, 401, "after a minute it counts no more");
    let page = Page::of(browser.post_token(&school, &token(&nonce), &fallback_state, "").await).await;
    let shell = confirm(held(&page), "person", String::new()).await;
    assert_eq!(shell.status, 200);
    assert_eq!(sessions(app).await, 2);
    drop(fallback);
    // Another site cannot click for the person, and nothing can be made up.
    let (_, fallback_state, nonce, _) = begin().await;
    let page = Page::of(browser.post_token(&school, &token(&nonce), &fallback_state, "").await).await;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("held", &held(&page))
        .append_pair("by", "person")
        .finish();
    for (name, value) in [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "cross-site"), ("Origin", "null")] {
        let answer = app
            .http
            .post(format!("{}/lti/confirm", app.origin))
            .header(name, value)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{name}");
    }
    assert_eq!(confirm("v1.a.b.c".into(), "person", String::new()).await.status, 401);
    assert_eq!(sessions(app).await, 2);
    // With a cookie of ours the storage page is not needed.
    let login = browser.post(&school.login_url(), &fields, "__Host-lti_x=y").await;
    assert_eq!(login.status(), 302);
}

/// A deployment that was not named waits for the administrator where the policy says so.
async fn deployments_by_policy(app: &TestApp) {
    let mut new = harness_registration(app, "careful");
    new.deployments = vec!["known".into()];
    let now = app.clock.now();
    let registration =
        app.context.db.write(move |c| cercle::platform::service::register(c, new, &OPERATOR, now)).await.unwrap();
    let mut school: School = app.lms.school(Kind::Moodle);
    school.client_id = "careful".into();
    school.tool = (app.origin.clone(), registration.id.to_string());
    let launch = |deployment: &'static str| {
        let school = school.clone();
        async move {
            let learner = person(&school, Part::Learner, 0);
            let link = school.links[0].clone();
            let change = |c: &mut Value| c[claim("deployment_id")] = json!(deployment);
            app.browser().launch(&app.lms, &school, &learner, &link, change).await
        }
    };
    assert!(launch("known").await.is_ok());
    for _ in 0..2 {
        let Err(answer) = launch("unknown").await else { panic!("an unknown deployment was let in") };
        let page = Page::of(answer).await;
        assert_eq!((page.status, page.text("h1").as_str()), (403, "En attente de votre administrateur"));
    }
    let id = registration.id.clone();
    let seen = app.context.db.read(move |c| cercle::platform::store::list_deployments(c, &id)).await.unwrap();
    assert_eq!(seen.len(), 2, "it is noted once, for the administrator");
    // A registration that is switched off lets nobody in.
    let id = registration.id.clone();
    let login = app.browser().login(&school).await;
    app.context.db.write(move |c| cercle::platform::service::set_enabled(c, &id, false, &OPERATOR, now)).await.unwrap();
    let mut claims = payload(app, Kind::Moodle, &login.nonce);
    claims["aud"] = json!("careful");
    claims[claim("deployment_id")] = json!("known");
    let token = sign_jwt(app.lms.campus.key(), &claims).unwrap();
    let answer = app.browser().post_token(&school, &token, &login.state, &login.cookie).await;
    assert_eq!(answer.status(), 403, "at once");
    // A login is refused as soon as the registration is read again.
    app.clock.advance(cercle::platform::directory::FRESH);
    let page = Page::of(app.browser().post(&school.login_url(), &login_fields(&school), "").await).await;
    assert_eq!(page.status, 403);
}

/// T12 in one process: fifty posts of one token at once make one session.
async fn parallel_posts_make_one_session(app: &TestApp) {
    let school = app.lms.school(Kind::Moodle);
    let login = app.browser().login(&school).await;
    let token = sign_jwt(app.lms.campus.key(), &payload(app, Kind::Moodle, &login.nonce)).unwrap();
    let posts = (0..50).map(|_| app.browser().clone()).map(|browser| {
        let (school, token, login) = (&school, &token, &login);
        async move { browser.post_token(school, token, &login.state, &login.cookie).await.status().as_u16() }
    });
    let answers = futures_util::future::join_all(posts).await;
    assert_eq!(answers.iter().filter(|s| **s == 303).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|s| **s == 401).count(), 49);
    assert_eq!(sessions(app).await, 1);
}

/// T12 across processes: two of them on one `PostgreSQL`, fifty posts of one token, one session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_make_one_session() {
    use crate::kill::Process;
    let database = harness::TestDatabase::new(Engine::Postgres);
    let lms = harness::Lms::start(cercle::clock::Clock::default());
    let one = Process::start(&database, None).await;
    // Both answer under the address of the first, as behind a load balancer.
    let two = Process::start_behind(&database, &one.origin).await;
    let (registration, school) = one.register(&lms, Kind::Moodle);
    assert!(!registration.is_empty());
    let browser = Browser { origin: one.origin.clone(), http: harness::http() };
    let login = browser.login(&school).await;
    let learner = person(&school, Part::Learner, 0);
    let claims =
        messages::resource_link(&school, lms.campus.base(), &learner, &school.links[0], &login.nonce, lms.campus.now());
    let token = sign_jwt(lms.campus.key(), &claims).unwrap();
    let path = school.redirect_uri().replace(&one.origin, "");
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("id_token", &token)
        .append_pair("state", &login.state)
        .finish();
    let host = one.origin.replace("http://", "");
    let posts = (0..50).map(|i| {
        let to = if i % 2 == 0 { &one.listen } else { &two.listen };
        let request = browser
            .http
            .post(format!("http://{to}{path}"))
            .header("Host", &host)
            .header("Cookie", &login.cookie)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body.clone());
        async move { request.send().await.unwrap().status().as_u16() }
    });
    let answers = futures_util::future::join_all(posts).await;
    assert_eq!(answers.iter().filter(|s| **s == 303).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|s| **s == 401).count(), 49, "{answers:?}");
    let mut conn = diesel::PgConnection::establish(&database.url).unwrap();
    let count: i64 = cercle::store::schema::sessions::table.count().get_result(&mut conn).unwrap();
    assert_eq!(count, 1);
    lms.stop().await;
}

/// A key set that can change, fail, and count its readers.
struct KeyServer {
    address: std::net::SocketAddr,
    body: std::sync::Arc<std::sync::Mutex<Option<String>>>,
    hits: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl KeyServer {
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
    fn hits(&self) -> usize {
        self.hits.load(std::sync::atomic::Ordering::SeqCst)
    }
    fn publish(&self, keys: &[&SigningKey]) {
        let keys: Vec<Value> = keys
            .iter()
            .map(|k| {
                let (n, e) = k.public_members().unwrap();
                // As they come in the wild: padded, without `alg`, beside keys of other kinds.
                json!({"kty": "RSA", "kid": k.kid, "n": format!("{n}=="), "e": e})
            })
            .chain([json!({"kty": "EC", "kid": "ec", "crv": "P-256", "x": "a", "y": "b"})])
            .collect();
        *self.body.lock().unwrap() = Some(json!({"keys": keys}).to_string());
    }
    fn fail(&self) {
        *self.body.lock().unwrap() = None;
    }
}

async fn wiremock_keys(key: &SigningKey) -> KeyServer {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = KeyServer {
        address: listener.local_addr().unwrap(),
        body: std::sync::Arc::default(),
        hits: std::sync::Arc::default(),
    };
    server.publish(&[key]);
    let (body, hits) = (server.body.clone(), server.hits.clone());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0u8; 4096];
            let _ = stream.read(&mut buffer).await;
            hits.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let body = body.lock().unwrap().clone();
            let answer = match body {
                Some(body) => format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                ),
                None => "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    server
}

/// JSON can hold what PostgreSQL's text cannot.
async fn texts_with_nul_are_stored_without(app: &TestApp) {
    let school = app.lms.school(Kind::Moodle);
    let (user, link) = (person(&school, Part::Trainer, 0), school.links[1].clone());
    let browser = app.browser();
    let launched = browser.launch(&app.lms, &school, &user, &link, |claims| {
        claims["name"] = json!("A\u{0}da");
        claims[claim("context")]["title"] = json!("\u{0}");
        claims[claim("resource_link")]["title"] = json!("Ti\u{0}tle");
        claims[claim("custom")] = json!({"activity_id": "a\u{0}b", "context_history": "\u{0}"});
    });
    let session = launched.await.expect("let in");
    assert_eq!(session.get("/peer/set-up").await.attribute("#title", "value").as_deref(), Some("Title"));
}

/// `LtiSubmissionReviewRequest` (lti.md §8.1, moodle.md §5.7): staff open anybody's work of the course,
/// learners their own, and nobody else anything.
async fn works_are_opened_from_the_gradebook(app: &TestApp) {
    for kind in [Kind::Moodle, Kind::Canvas] {
        let trainer = app.trainer(kind).await;
        let activity = trainer.set_up(&[]).await;
        let learner = app.learner(kind, 0).await;
        learner.hand_in("<div>Words from the gradebook.</div>").await;
        let school = app.lms.school(kind);
        let (author, other) = (person(&school, Part::Learner, 0), person(&school, Part::Learner, 1));
        let by = person(&school, Part::Trainer, 0);
        let review = async |who: &cercle::demo::campus::User, whose: Value, role: Option<&str>| {
            let browser = app.browser();
            let launched = browser.launch(&app.lms, &school, who, &school.links[0], |claims| {
                claims[claim("message_type")] = json!("LtiSubmissionReviewRequest");
                claims[claim("for_user")] = whose;
                if let Some(role) = role {
                    claims[claim("roles")] = json!([format!("{M}#{role}")]);
                }
            });
            launched.await.map_err(|answer| answer.status().as_u16())
        };
        let user = |sub: &str| json!({"user_id": sub, "name": "somebody"});
        let assistant = "/Instructor#TeachingAssistant";
        let assistant = format!("http://purl.imsglobal.org/vocab/lis/v2/membership{assistant}");
        let opened = review(&by, user(&author.sub), None).await.expect("the trainer");
        assert!(opened.home.starts_with(&format!("{activity}/learners/")), "{}", opened.home);
        assert!(opened.get(&opened.home).await.body.contains("Words from the gradebook."));
        let browser = app.browser();
        let opened = browser.launch(&app.lms, &school, &by, &school.links[0], |claims| {
            claims[claim("message_type")] = json!("LtiSubmissionReviewRequest");
            claims[claim("for_user")] = user(&author.sub);
            claims[claim("roles")] = json!([assistant]);
        });
        let opened = opened.await.expect("an assistant");
        assert!(opened.get(&opened.home).await.body.contains("Words from the gradebook."));
        // Moodle names nobody where the cell names nobody: then the group is shown.
        for nobody in [Value::Null, json!({}), json!({"user_id": ""}), json!({"user_id": 7})] {
            assert_eq!(review(&by, nobody, None).await.expect("the trainer").home, activity);
        }
        // Somebody who never opened it, of this school or of another one, has no work.
        for unknown in [person(&school, Part::Learner, 5).sub, "no such person".to_owned(), by.sub.clone()] {
            let opened = review(&by, user(&unknown), None).await.expect("the trainer");
            assert_eq!(opened.home, "/open");
            let page = opened.get("/open").await;
            assert_eq!((page.status, page.attribute("#group-link", "href")), (200, Some(activity.clone())));
        }
        // Learners: their own work, and no other.
        let own = review(&author, user(&author.sub), None).await.expect("the author");
        assert_eq!(own.home, activity);
        for (who, role) in [(&other, None), (&by, Some("Learner")), (&by, Some("Mentor"))] {
            assert_eq!(review(who, user(&author.sub), role).await.err(), Some(403));
        }
        // The claim means nothing in a message of another type.
        let browser = app.browser();
        let plain = browser.launch(&app.lms, &school, &other, &school.links[0], |claims| {
            claims[claim("for_user")] = user(&author.sub);
        });
        assert_eq!(plain.await.expect("a plain launch").home, activity);
    }
}

/// Canvas' `SpeedGrader` (canvas.md §5): an ordinary launch of whoever looks, to the address that came with the
/// score.
async fn works_are_opened_by_their_address(app: &TestApp) {
    let kind = Kind::Canvas;
    let trainer = app.trainer(kind).await;
    let activity = trainer.set_up(&[]).await;
    app.learner(kind, 0).await.hand_in("<div>Words for the grader.</div>").await;
    let school = app.lms.school(kind);
    let (author, other) = (person(&school, Part::Learner, 0), person(&school, Part::Learner, 1));
    let column = school.line_items[0].id.clone();
    let stored = || app.lms.school(kind).grade(&column, &author.sub).and_then(|g| g.opens.clone());
    eventually("Canvas has the address", async || stored().is_some()).await;
    let address = stored().unwrap();
    let open = async |kind: Kind, who: &cercle::demo::campus::User, address: &str| {
        let school = app.lms.school(kind);
        let login = app.browser().login(&school).await;
        let (base, now) = (app.lms.campus.base(), app.lms.campus.now());
        let claims = cercle::demo::messages::retrieve(&school, base, who, address, &login.nonce, now);
        let token = cercle::crypto::provider::sign_jwt(app.lms.campus.key(), &claims).unwrap();
        let answer = app.browser().post_token(&school, &token, &login.state, &login.cookie).await;
        assert_eq!(answer.status(), 303);
        Session::from_answer(app.browser(), &answer)
    };
    let grader = open(kind, &person(&school, Part::Trainer, 0), &address).await.opened().await;
    assert!(grader.home.starts_with(&format!("{activity}/learners/")), "{}", grader.home);
    let sheet = grader.get(&grader.home).await;
    assert!(sheet.body.contains("Words for the grader."));
    let fields = [("mark", "77"), ("reason", "seen in the grader"), ("seen", "0")];
    assert_eq!(grader.post(&format!("{}/mark", grader.home), &fields).await.status, 303, "the mark is set there");
    // The author sees their own page, another learner nothing.
    assert_eq!(open(kind, &author, &address).await.opened().await.home, activity);
    let stranger = open(kind, &other, &address).await;
    let page = stranger.get(&stranger.home).await;
    assert!(page.status == 403 && !page.body.contains("Words for the grader."), "{}", page.status);
    // Somebody of another school, with all rights there.
    let foreign = app.lms.school(Kind::Moodle);
    let foreign = open(Kind::Moodle, &person(&foreign, Part::Trainer, 0), &address).await;
    let page = foreign.get(&foreign.home).await;
    assert_eq!(foreign.get(&page.location()).await.status, 404);
    // Without cookies the address goes along into the page.
    let login = app.browser().login(&school).await;
    let (base, now) = (app.lms.campus.base(), app.lms.campus.now());
    let who = person(&school, Part::Trainer, 0);
    let claims = cercle::demo::messages::retrieve(&school, base, &who, &address, &login.nonce, now);
    let token = cercle::crypto::provider::sign_jwt(app.lms.campus.key(), &claims).unwrap();
    let asked = Page::of(app.browser().post_token(&school, &token, &login.state, "").await).await;
    let fields = form_fields(&asked);
    let page = Page::of(app.browser().post("/lti/confirm", &fields, "").await).await;
    let path = address.strip_prefix(&app.origin).unwrap();
    assert_eq!(page.attribute("body", "data-home").as_deref(), Some(path), "{}", page.body);
    // An address elsewhere is none of ours.
    let plain = open(kind, &who, "https://evil.test/lti/works/x/y").await;
    assert_eq!(plain.home, "/open");
}
