//! Adding an activity by the tool's picker, as Moodle's activity form and Canvas' assignment form do it,
//! and the address to which the tool's choice is posted (moodle.md §4, canvas.md §2.2).

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use super::site::{Frame, frame, kind_of, not_found, render};
use super::token::claims_of;
use super::{Lms, auto_post, html, lms_error, redirect, signed_in};
use crate::demo::campus::Kind;

const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";

#[derive(Template)]
#[template(path = "lms_add.html")]
struct Add {
    f: Frame,
    /// The address that opens the picker.
    launch: String,
    /// What waits for "Save".
    secret: String,
    titles: Vec<String>,
}

type Query = web::Query<HashMap<String, String>>;

/// The course, for whoever may change it.
fn editor(request: &HttpRequest, lms: &Lms, path: &str) -> Option<Frame> {
    frame(request, lms, path, "course").filter(Frame::may_edit)
}

async fn add(request: HttpRequest, lms: web::Data<Lms>, path: web::Path<String>, query: Query) -> HttpResponse {
    let Some(f) = editor(&request, &lms, &path) else {
        return not_found();
    };
    let launch = query.get("placement").map_or_else(String::new, |placement| {
        let address = match f.school.kind {
            Kind::Moodle => "/moodle/mod/lti/contentitem.php",
            Kind::Canvas => "/canvas/launch",
        };
        let title = query.get("title").map_or("", String::as_str);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("placement", placement)
            .append_pair("title", title)
            .finish();
        format!("{address}?{query}")
    });
    let secret = query.get("selected").cloned().unwrap_or_default();
    let selected = f.school.selected.get(&secret).cloned().unwrap_or_default();
    let titles = selected.iter().map(|i| i["title"].as_str().unwrap_or_default().to_owned()).collect();
    render(&Add { f, launch, secret, titles })
}

/// The teacher saves the form: only now is anything made.
async fn save(
    request: HttpRequest,
    lms: web::Data<Lms>,
    path: web::Path<String>,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let Some(f) = editor(&request, &lms, &path) else {
        return not_found();
    };
    let secret = form.get("secret").cloned().unwrap_or_default();
    lms.campus.with(f.school.kind, |school| {
        for item in school.selected.remove(&secret).unwrap_or_default() {
            school.place(&item);
        }
    });
    redirect(&format!("/{}/course", f.path()))
}

async fn publish(
    request: HttpRequest,
    lms: web::Data<Lms>,
    path: web::Path<String>,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let Some(f) = editor(&request, &lms, &path) else {
        return not_found();
    };
    let wanted = form.get("link");
    lms.campus.with(f.school.kind, |school| {
        for link in school.links.iter_mut().filter(|l| Some(&l.id) == wanted) {
            link.published = true;
        }
    });
    redirect(&format!("/{}/course", f.path()))
}

/// What each LMS checks of the tool's answer.
fn problem(kind: Kind, claims: &Value, client_id: &str, issuer: &str, now: i64) -> Option<&'static str> {
    let number = |name: &str| claims[name].as_i64();
    if claims["iss"] != json!(client_id) {
        return Some("Consumer key is incorrect");
    }
    match kind {
        Kind::Moodle if number("exp").is_some_and(|t| t <= now) => Some("Expired token"),
        Kind::Moodle if number("iat").is_some_and(|t| t > now) => Some("Cannot handle token with iat prior to now"),
        Kind::Canvas if claims["aud"] != json!(issuer) => Some("the 'aud' is invalid"),
        Kind::Canvas if number("exp").is_none_or(|t| t <= now) => Some("the JWT has expired"),
        Kind::Canvas if number("iat").is_none_or(|t| t < now - 300) => {
            Some("the 'iat' must be less than 300 seconds old")
        }
        Kind::Canvas if claims["nonce"].as_str().is_none_or(str::is_empty) => Some("the 'nonce' is missing"),
        _ => None,
    }
}

/// Takes the tool's choice: a form waits for "Save", Canvas' menus make assignments at once.
async fn take(lms: &Lms, kind: Kind, secret: &str, token: &str) -> HttpResponse {
    let refuse = |text: &str| match kind {
        Kind::Moodle => lms_error(StatusCode::NOT_FOUND, text),
        Kind::Canvas => HttpResponse::BadRequest().json(json!({"errors": [{"message": text}]})),
    };
    let claims = match claims_of(lms, kind, token).await {
        Ok(claims) => claims,
        Err(text) => return refuse(&text),
    };
    let now = lms.campus.now().unix_seconds();
    let taken = lms.campus.with(kind, |school| {
        if let Some(text) = problem(kind, &claims, &school.client_id, &school.issuer, now) {
            return Err(text);
        }
        let picker = school.pickers.remove(secret).ok_or("Invalid session key")?;
        let items = claims[format!("{DL}content_items")].as_array().cloned().unwrap_or_default();
        if items.is_empty() {
            return Ok(String::new());
        }
        if picker.placement == "course_assignments_menu" {
            for item in &items {
                school.place(item);
            }
            return Ok(String::new());
        }
        school.selected.insert(secret.to_owned(), items);
        Ok(secret.to_owned())
    });
    match taken {
        Some(Ok(selected)) => {
            let path = kind.path();
            let next = if selected.is_empty() {
                format!("/{path}/course")
            } else {
                format!("/{path}/add?selected={selected}")
            };
            let body = format!(
                "<!doctype html><html lang=\"en\"><title>…</title><script>parent.location.assign({})</script>",
                json!(next)
            );
            html(StatusCode::OK, body)
        }
        Some(Err(text)) => refuse(text),
        None => not_found(),
    }
}

async fn moodle_return(
    request: HttpRequest,
    lms: web::Data<Lms>,
    query: Query,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let (secret, token) =
        (query.get("sesskey").cloned().unwrap_or_default(), form.get("JWT").cloned().unwrap_or_default());
    if signed_in(&request, Kind::Moodle).is_none() && !form.contains_key("repost") {
        // The browser left the session cookie out because another site posts here.
        let fields: Vec<(&str, &str)> = vec![("JWT", &token), ("repost", "true")];
        return auto_post(&request.uri().to_string(), &fields);
    }
    take(&lms, Kind::Moodle, &secret, &token).await
}

async fn canvas_return(lms: web::Data<Lms>, query: Query, form: web::Form<HashMap<String, String>>) -> HttpResponse {
    let (secret, token) =
        (query.get("data").cloned().unwrap_or_default(), form.get("JWT").cloned().unwrap_or_default());
    take(&lms, Kind::Canvas, &secret, &token).await
}

/// Becomes the copy of a course for the next term.
async fn copy(request: HttpRequest, lms: web::Data<Lms>, path: web::Path<String>) -> HttpResponse {
    let Some(kind) = kind_of(&path).filter(|kind| signed_in(&request, *kind).is_some()) else {
        return not_found();
    };
    lms.campus.with(kind, crate::demo::campus::School::copy_course);
    redirect(&format!("/{}/course", kind.path()))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/{school}/add", web::get().to(add))
        .route("/{school}/add", web::post().to(save))
        .route("/{school}/publish", web::post().to(publish))
        .route("/{school}/copy", web::post().to(copy))
        .route("/moodle/mod/lti/contentitem_return.php", web::post().to(moodle_return))
        .route("/canvas/courses/1/deep_linking_response", web::post().to(canvas_return));
}
