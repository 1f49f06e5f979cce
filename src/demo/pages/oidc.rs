//! Login initiation, authentication, key set (moodle.md §2, canvas.md §1.2, §1.3).

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::{Lms, auto_post, lms_error, redirect, session_cookie, signed_in};
use crate::crypto::jwk::{PublicJwk, PublicJwkSet};
use crate::crypto::provider::sign_jwt;
use crate::demo::campus::{Kind, PendingLaunch, Picker, School};
use crate::demo::messages;

type Query = web::Query<HashMap<String, String>>;

/// What the tool's picker is opened for, where it is and not a link.
fn picker(query: &Query) -> Option<Picker> {
    let placement = query.get("placement")?.clone();
    Some(Picker { placement, title: query.get("title").cloned().unwrap_or_default(), data: String::new() })
}

/// Moodle's `launch.php` and `contentitem.php`: a form that posts six fields to the tool's login.
async fn moodle_launch(request: HttpRequest, lms: web::Data<Lms>, query: Query) -> HttpResponse {
    let Some(user) = signed_in(&request, Kind::Moodle) else {
        return redirect("/moodle/");
    };
    let link = query.get("id").cloned().unwrap_or_default();
    let picker = picker(&query);
    let base = lms.campus.base().to_owned();
    lms.campus
        .with(Kind::Moodle, |school| {
            if picker.is_none() && school.link(&link).is_none() {
                return lms_error(StatusCode::NOT_FOUND, "Can not find data record in database.");
            }
            if !school.active {
                return lms_error(StatusCode::FORBIDDEN, "This tool is pending");
            }
            let hint = if picker.is_some() { "courseid" } else { "cmid" };
            let id = if picker.is_some() { school.course_id.clone() } else { link.clone() };
            let launch = school.begin_launch(&user, &link, picker);
            if let Some(pending) = school.launches.get_mut(&launch) {
                pending.for_user = query.get("userid").cloned();
            }
            let hint = format!("{{\"{hint}\":{id},\"launchid\":\"{launch}\"}}");
            auto_post(
                &school.login_url(),
                &[
                    ("iss", &school.issuer),
                    ("target_link_uri", &format!("{}/lti/start", school.tool.0)),
                    ("login_hint", &user),
                    ("lti_message_hint", &hint),
                    ("client_id", &school.client_id),
                    ("lti_deployment_id", &school.deployment_id),
                ],
            )
        })
        .unwrap_or_else(|| lms_error(StatusCode::NOT_FOUND, &base))
}

/// Canvas' launch: more fields, its own name for the deployment, a signed message hint, storage.
async fn canvas_launch(request: HttpRequest, lms: web::Data<Lms>, query: Query) -> HttpResponse {
    let Some(user) = signed_in(&request, Kind::Canvas) else {
        return redirect("/canvas/");
    };
    let link = query.get("id").cloned().unwrap_or_default();
    let picker = picker(&query);
    lms.campus
        .with(Kind::Canvas, |school| {
            let known = picker.is_some() || school.link(&link).is_some();
            let Some(person) = school.user(&user).cloned().filter(|_| known) else {
                return lms_error(StatusCode::NOT_FOUND, "Page Not Found");
            };
            let launch = school.begin_launch(&user, &link, picker);
            let column = school.link(&link).and_then(|l| l.line_item.clone()).unwrap_or_default();
            let grade = query.get("userid").and_then(|whose| school.grade(&column, whose));
            let opens = grade.and_then(|g| g.opens.clone());
            let target = opens.clone().unwrap_or_else(|| format!("{}/lti/start", school.tool.0));
            if let Some(pending) = school.launches.get_mut(&launch) {
                pending.opens = opens;
            }
            let mut fields = vec![
                ("iss", school.issuer.clone()),
                ("login_hint", person.hint),
                ("client_id", school.client_id.clone()),
                ("deployment_id", school.deployment_id.clone()),
                ("target_link_uri", target),
                ("lti_message_hint", format!("eyJ0eXAiOiJKV1QifQ.{launch}.sig")),
                ("canvas_environment", "prod".to_owned()),
                ("canvas_region", "local".to_owned()),
            ];
            if school.offers_storage {
                fields.push(("lti_storage_target", "post_message_forwarding".to_owned()));
            }
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            auto_post(&school.login_url(), &fields)
        })
        .unwrap_or_else(|| lms_error(StatusCode::NOT_FOUND, "Page Not Found"))
}

fn parameters(query: &Query, form: Option<web::Form<HashMap<String, String>>>) -> HashMap<String, String> {
    let mut all = query.0.clone();
    if let Some(form) = form {
        all.extend(form.into_inner());
    }
    all
}

/// Moodle's `auth.php`: its checks in its order, its answers.
async fn moodle_auth(
    request: HttpRequest,
    lms: web::Data<Lms>,
    query: Query,
    form: Option<web::Form<HashMap<String, String>>>,
) -> HttpResponse {
    let p = parameters(&query, form);
    let get = |name: &str| p.get(name).map_or("", String::as_str);
    let user = signed_in(&request, Kind::Moodle);
    if user.is_none() && get("repost").is_empty() {
        // The browser left the session cookie out because another site sent it here: post again from
        // this one.
        let mut fields: Vec<(&str, &str)> = p.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        fields.push(("repost", "true"));
        return auto_post("/moodle/mod/lti/auth.php", &fields);
    }
    let Some(user) = user else {
        return redirect("/moodle/");
    };
    let invalid = || lms_error(StatusCode::NOT_FOUND, "Invalid request");
    let required = ["scope", "response_type", "client_id", "redirect_uri", "login_hint", "nonce", "lti_message_hint"];
    if required.iter().any(|n| get(n).is_empty()) || get("scope") != "openid" || get("response_type") != "id_token" {
        return invalid();
    }
    let hint: serde_json::Value = serde_json::from_str(get("lti_message_hint")).unwrap_or_default();
    let launch_id = hint["launchid"].as_str().unwrap_or_default().to_owned();
    let base = lms.campus.base().to_owned();
    let now = lms.campus.now();
    let key = lms.campus.key();
    lms.campus
        .with(Kind::Moodle, |school| {
            let Some(launch) = school.launches.get_mut(&launch_id).filter(|l| !l.used && l.user == user) else {
                return invalid();
            };
            launch.used = true;
            let launch = launch.clone();
            if get("redirect_uri") != school.redirect_uri() {
                return invalid();
            }
            let state = p.get("state").map(String::as_str);
            let refuse = |error: &str, description: &str| {
                let mut fields = vec![("error", error)];
                if !description.is_empty() {
                    fields.push(("error_description", description));
                }
                fields.extend(state.map(|s| ("state", s)));
                auto_post(get("redirect_uri"), &fields)
            };
            if get("client_id") != school.client_id || !school.active {
                return refuse("unauthorized_client", "");
            }
            if get("login_hint") != user {
                return refuse("access_denied", "");
            }
            if get("response_mode") != "form_post" {
                return refuse("invalid_request", "Invalid response_mode");
            }
            if !matches!(get("prompt"), "" | "none") {
                return refuse("invalid_request", "Invalid prompt");
            }
            deliver(school, &base, &launch, (get("nonce"), state), get("redirect_uri"), now, key, &[])
        })
        .unwrap_or_else(invalid)
}

#[expect(clippy::too_many_arguments, reason = "one call for each LMS, and each part comes from another place")]
fn deliver(
    school: &mut School,
    base: &str,
    launch: &PendingLaunch,
    (nonce, state): (&str, Option<&str>),
    redirect_uri: &str,
    now: crate::clock::UtcTime,
    key: &crate::crypto::rsa::SigningKey,
    extra: &[(&str, &str)],
) -> HttpResponse {
    let secret = launch.picker.clone().map(|picker| school.open_picker(picker)).unwrap_or_default();
    let Some(user) = school.user(&launch.user) else {
        return lms_error(StatusCode::NOT_FOUND, "Invalid request");
    };
    let claims = match (&launch.picker, school.link(&launch.link)) {
        (Some(picker), _) => messages::deep_linking(school, base, user, (picker, &secret), nonce, now),
        (None, Some(link)) => match &launch.for_user {
            Some(whose) => messages::submission_review(school, base, user, (link, whose), nonce, now),
            None => match &launch.opens {
                Some(address) => messages::retrieve(school, base, user, address, nonce, now),
                None => messages::resource_link(school, base, user, link, nonce, now),
            },
        },
        (None, None) => return lms_error(StatusCode::NOT_FOUND, "Invalid request"),
    };
    let Ok(token) = sign_jwt(key, &claims) else {
        return lms_error(StatusCode::INTERNAL_SERVER_ERROR, "cannot sign");
    };
    let mut fields = vec![("id_token", token.as_str())];
    fields.extend(state.map(|s| ("state", s)));
    fields.extend_from_slice(extra);
    auto_post(redirect_uri, &fields)
}

/// Canvas' first hop: on the shared host, to the institution's own.
async fn canvas_redirect(
    request: HttpRequest,
    query: Query,
    form: Option<web::Form<HashMap<String, String>>>,
) -> HttpResponse {
    if form.is_none() {
        return redirect(&format!("/canvas/api/lti/authorize?{}", request.query_string()));
    }
    let all = parameters(&query, form);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    redirect(&format!("/canvas/api/lti/authorize?{query}"))
}

/// Canvas' second hop: nine required parameters, single use, errors as form fields.
async fn canvas_authorize(request: HttpRequest, lms: web::Data<Lms>, query: Query) -> HttpResponse {
    let p = query.0;
    let get = |name: &str| p.get(name).map_or("", String::as_str);
    let user = signed_in(&request, Kind::Canvas);
    let (base, now, key) = (lms.campus.base().to_owned(), lms.campus.now(), lms.campus.key());
    lms.campus
        .with(Kind::Canvas, |school| {
            let redirect_uri = get("redirect_uri").split('?').next().unwrap_or_default();
            if redirect_uri != school.redirect_uri() {
                return lms_error(StatusCode::BAD_REQUEST, "Invalid redirect_uri");
            }
            let state = p.get("state").map(String::as_str);
            let refuse = |error: &str, description: &str| {
                let mut fields = vec![("error", error), ("error_description", description)];
                fields.extend(state.map(|s| ("state", s)));
                auto_post(get("redirect_uri"), &fields)
            };
            let required = [
                "client_id",
                "login_hint",
                "lti_message_hint",
                "nonce",
                "prompt",
                "redirect_uri",
                "response_mode",
                "response_type",
                "scope",
            ];
            if required.iter().any(|n| get(n).is_empty()) || get("scope") != "openid" {
                return refuse("invalid_request_object", "The following parameters are missing or wrong");
            }
            let Some(user) = user.filter(|u| school.user(u).is_some_and(|u| u.hint == get("login_hint"))) else {
                return refuse("login_required", "Must have an active user session");
            };
            if get("client_id") != school.client_id {
                return refuse("unauthorized_client", "Client not authorized in requested context");
            }
            let launch_id = get("lti_message_hint").split('.').nth(1).unwrap_or_default().to_owned();
            let Some(launch) = school.launches.get_mut(&launch_id) else {
                return lms_error(StatusCode::BAD_REQUEST, "Invalid lti_message_hint");
            };
            if std::mem::replace(&mut launch.used, true) {
                return refuse("launch_no_longer_valid", "The launch has either expired or already been consumed");
            }
            let launch = PendingLaunch { user, ..launch.clone() };
            let storage: &[(&str, &str)] =
                if school.offers_storage { &[("lti_storage_target", "post_message_forwarding")] } else { &[] };
            deliver(school, &base, &launch, (get("nonce"), state), get("redirect_uri"), now, key, storage)
        })
        .unwrap_or_else(|| lms_error(StatusCode::NOT_FOUND, "Page Not Found"))
}

async fn jwks(lms: web::Data<Lms>) -> HttpResponse {
    match lms.campus.key().public_members() {
        Ok((n, e)) => {
            HttpResponse::Ok().json(PublicJwkSet { keys: vec![PublicJwk::rs256(&lms.campus.key().kid, &n, &e)] })
        }
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// The frame that keeps values for tools whose cookies the browser does not keep. It lives on the
/// LMS's own origin, beside the tool's frame.
async fn storage_frame(lms: web::Data<Lms>) -> HttpResponse {
    let storage = lms.campus.with(Kind::Canvas, |s| s.storage).unwrap_or_default();
    let page = include_str!("../templates/post_message_forwarding.html");
    super::html(StatusCode::OK, page.replace("STORAGE", storage.as_str()))
}

/// Signs somebody in by address, for tests that speak HTTP without a browser.
async fn sign_in(path: web::Path<(String, String)>) -> HttpResponse {
    let (kind, user) = path.into_inner();
    let kind = if kind == "moodle" { Kind::Moodle } else { Kind::Canvas };
    HttpResponse::Ok().append_header(("Set-Cookie", super::site::cookie(kind, &user))).json(json!({
        "cookie": session_cookie(kind),
    }))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/moodle/mod/lti/launch.php", web::get().to(moodle_launch))
        .route("/moodle/mod/lti/contentitem.php", web::get().to(moodle_launch))
        .route("/moodle/mod/lti/grade.php", web::get().to(moodle_launch))
        .route("/moodle/mod/lti/auth.php", web::get().to(moodle_auth))
        .route("/moodle/mod/lti/auth.php", web::post().to(moodle_auth))
        .route("/moodle/mod/lti/certs.php", web::get().to(jwks))
        .route("/canvas/launch", web::get().to(canvas_launch))
        .route("/canvas/api/lti/authorize_redirect", web::get().to(canvas_redirect))
        .route("/canvas/api/lti/authorize_redirect", web::post().to(canvas_redirect))
        .route("/canvas/api/lti/authorize", web::get().to(canvas_authorize))
        .route("/canvas/api/lti/security/jwks", web::get().to(jwks))
        .route("/canvas/post_message_forwarding", web::get().to(storage_frame))
        .route("/{school}/sign-in/{user}", web::post().to(sign_in));
}
