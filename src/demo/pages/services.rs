//! Line items, scores, results (moodle.md §5, §6, canvas.md §1.6, §4).

use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Lms, html, lms_error};
use crate::clock::UtcTime;
use crate::demo::campus::{Kind, LineItem, Mood, School};
use crate::demo::faults::{Call, Fault};
use crate::demo::{messages, scores};
use crate::lti::score::{LINE_ITEM_TYPE, LINE_ITEMS_TYPE, RESULTS_TYPE, SCORE_TYPE};

/// What a school's mood does to an answer before it is made; None lets it be made.
pub(super) async fn moody(lms: &Lms, kind: Kind) -> Option<HttpResponse> {
    let (mood, latency) = lms
        .campus
        .with(kind, |s| {
            s.calls += 1;
            (s.mood, s.latency)
        })
        .unwrap_or_default();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match mood {
        Mood::Slow => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            None
        }
        Mood::Down => Some(lms_error(StatusCode::SERVICE_UNAVAILABLE, "Service temporarily unavailable")),
        Mood::Html => Some(html(StatusCode::OK, "<!doctype html><title>Log in</title><form></form>".to_owned())),
        Mood::Failing => Some(HttpResponse::InternalServerError().content_type("application/json").body("[]")),
        Mood::Well | Mood::Rejecting | Mood::Cut => None,
    }
}

pub(super) fn json_as(status: u16, media_type: &str, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, media_type)).body(body)
}

/// Whether the bearer token of a request holds one of some scopes.
pub(super) fn authorised(request: &HttpRequest, school: &School, now: UtcTime, scopes: &[&str]) -> bool {
    request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .and_then(|token| school.tokens.get(token))
        .is_some_and(|(until, granted)| now < *until && granted.iter().any(|g| scopes.iter().any(|s| g.ends_with(s))))
}

pub(super) fn unauthorised(kind: Kind) -> HttpResponse {
    match kind {
        Kind::Moodle => json_as(401, "application/json", json!({"status": 401, "reason": "Unauthorized"}).to_string()),
        Kind::Canvas => json_as(
            401,
            "application/json",
            json!({"errors": {"type": "unauthorized", "message": "Access token expired"}}).to_string(),
        ),
    }
}

fn no_handler(path: &str) -> HttpResponse {
    let reason = format!("No handler found for {path}");
    json_as(400, "application/json", json!({"status": 400, "reason": reason}).to_string())
}

fn header_is(request: &HttpRequest, name: header::HeaderName, wanted: &str) -> bool {
    request
        .headers()
        .get(name)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v == wanted || v.strip_prefix(wanted).is_some_and(|rest| rest.trim_start().starts_with(';')))
}

fn accepts(request: &HttpRequest, wanted: &str, absent_is_fine: bool) -> bool {
    match request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()) {
        Some(accept) => accept == wanted,
        None => absent_is_fine,
    }
}

fn describe(school: &School, base: &str, item: &LineItem) -> Value {
    let mut shown = json!({
        "id": messages::line_item_url(school, base, &item.id), "label": item.label, "scoreMaximum": item.maximum,
        "resourceId": item.resource_id, "tag": item.tag,
    });
    if let Some(link) = &item.link {
        shown["resourceLinkId"] = json!(link);
        if school.kind == Kind::Moodle {
            shown["ltiLinkId"] = json!(link);
        }
    }
    shown
}

pub(super) type Query = web::Query<HashMap<String, String>>;

async fn list_line_items(request: HttpRequest, lms: web::Data<Lms>, kind: Kind, query: Query) -> HttpResponse {
    if let Some(answer) = hindered(&lms, kind, Call::LineItem, None).await {
        return answer;
    }
    if kind == Kind::Moodle && !accepts(&request, LINE_ITEMS_TYPE, true) {
        return no_handler(request.path());
    }
    let (base, now) = (lms.campus.base().to_owned(), lms.campus.now());
    lms.campus
        .with(kind, |school| {
            if !authorised(&request, school, now, &["/lineitem", "/lineitem.readonly"]) {
                return unauthorised(kind);
            }
            let fits = |item: &&LineItem| {
                let same = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
                same("resource_id", &item.resource_id)
                    && same("tag", &item.tag)
                    && same("resource_link_id", item.link.as_deref().unwrap_or_default())
            };
            let found: Vec<Value> =
                school.line_items.iter().filter(fits).map(|item| describe(school, &base, item)).collect();
            if kind == Kind::Moodle {
                return json_as(200, LINE_ITEMS_TYPE, Value::Array(found).to_string());
            }
            let page: usize = query.get("page").and_then(|p| p.parse().ok()).unwrap_or(1);
            let size = school.page.max(1);
            let start = (page.max(1) - 1) * size;
            let part: Vec<Value> = found.iter().skip(start).take(size).cloned().collect();
            let mut response = json_as(200, LINE_ITEMS_TYPE, Value::Array(part).to_string());
            if start + size < found.len() {
                let mut next = messages::line_items_url(school, &base);
                let mut pairs: Vec<(String, String)> =
                    query.iter().filter(|(k, _)| *k != "page").map(|(k, v)| (k.clone(), v.clone())).collect();
                pairs.push(("page".to_owned(), (page + 1).to_string()));
                let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                next = format!("<{next}?{query}>; rel=\"next\"");
                if let Ok(value) = header::HeaderValue::from_str(&next) {
                    response.headers_mut().insert(header::LINK, value);
                }
            }
            response
        })
        .unwrap_or_else(|| unauthorised(kind))
}

async fn create_line_item(request: HttpRequest, lms: web::Data<Lms>, kind: Kind, body: web::Bytes) -> HttpResponse {
    if let Some(answer) = hindered(&lms, kind, Call::LineItem, None).await {
        return answer;
    }
    if !header_is(&request, header::CONTENT_TYPE, LINE_ITEM_TYPE) {
        return no_handler(request.path());
    }
    let (base, now) = (lms.campus.base().to_owned(), lms.campus.now());
    let Ok(wanted) = serde_json::from_slice::<Value>(&body) else {
        return no_handler(request.path());
    };
    lms.campus
        .with(kind, |school| {
            if !authorised(&request, school, now, &["/lineitem"]) {
                return unauthorised(kind);
            }
            let text = |name: &str| wanted[name].as_str().unwrap_or_default().to_owned();
            let Some(maximum) = wanted["scoreMaximum"].as_f64().filter(|_| !text("label").is_empty()) else {
                return json_as(400, "application/json", json!({"status": 400, "reason": "label"}).to_string());
            };
            let link = wanted["resourceLinkId"].as_str().map(str::to_owned);
            if link.as_ref().is_some_and(|l| school.link(l).is_none()) {
                let status = if kind == Kind::Moodle { 403 } else { 404 };
                return json_as(
                    status,
                    "application/json",
                    json!({"errors": [{"message": "no such link"}]}).to_string(),
                );
            }
            let id = school.fresh_id();
            let item =
                LineItem { id, label: text("label"), maximum, resource_id: text("resourceId"), tag: text("tag"), link };
            let mut shown = describe(school, &base, &item);
            if kind == Kind::Moodle {
                // Moodle echoes what was posted, and adds the id.
                let id = shown["id"].clone();
                shown = wanted.clone();
                shown["id"] = id;
            }
            school.line_items.push(item);
            json_as(201, LINE_ITEM_TYPE, shown.to_string())
        })
        .unwrap_or_else(|| unauthorised(kind))
}

async fn show_line_item(request: HttpRequest, lms: web::Data<Lms>, kind: Kind, id: &str) -> HttpResponse {
    if let Some(answer) = hindered(&lms, kind, Call::LineItem, None).await {
        return answer;
    }
    if kind == Kind::Moodle && !accepts(&request, LINE_ITEM_TYPE, true) && !accepts(&request, "*/*", true) {
        return no_handler(request.path());
    }
    let (base, now) = (lms.campus.base().to_owned(), lms.campus.now());
    lms.campus
        .with(kind, |school| {
            if !authorised(&request, school, now, &["/lineitem", "/lineitem.readonly"]) {
                return unauthorised(kind);
            }
            match (school.line_item(id), kind) {
                (Some(item), _) => json_as(200, LINE_ITEM_TYPE, describe(school, &base, item).to_string()),
                (None, Kind::Moodle) => {
                    json_as(404, "application/json", json!({"status": 404, "reason": "Not Found"}).to_string())
                }
                // Canvas answers a deleted column with nothing at all.
                (None, Kind::Canvas) => HttpResponse::NotFound().finish(),
            }
        })
        .unwrap_or_else(|| unauthorised(kind))
}

/// The answer that a test wants instead, and whether the call does its work first. None: its own.
pub(super) async fn faulty(lms: &Lms, kind: Kind, call: Call, user: Option<&str>) -> Option<(bool, HttpResponse)> {
    let fault = lms.campus.with(kind, |s| s.faults.take(call, user)).unwrap_or(Fault::Nothing);
    match fault {
        Fault::Nothing => None,
        Fault::Cut { applied } => Some((applied, cut_off())),
        Fault::Answer { applied, status, media_type, body, header } => {
            let mut answer = json_as(status, media_type, body);
            if let Some((name, value)) = header
                && let Ok(value) = header::HeaderValue::from_str(&value)
            {
                answer.headers_mut().insert(header::HeaderName::from_static(name), value);
            }
            Some((applied, answer))
        }
    }
}

/// What comes instead of the answer to a call that only reads.
pub(super) async fn hindered(lms: &Lms, kind: Kind, call: Call, user: Option<&str>) -> Option<HttpResponse> {
    match moody(lms, kind).await {
        Some(answer) => Some(answer),
        None => faulty(lms, kind, call, user).await.map(|(_, answer)| answer),
    }
}

async fn post_score(request: HttpRequest, lms: web::Data<Lms>, kind: Kind, id: &str, body: web::Bytes) -> HttpResponse {
    if let Some(answer) = moody(&lms, kind).await {
        return answer;
    }
    if kind == Kind::Moodle && !header_is(&request, header::CONTENT_TYPE, SCORE_TYPE) {
        return no_handler(request.path());
    }
    let now = lms.campus.now();
    let body = String::from_utf8_lossy(&body).into_owned();
    let user = serde_json::from_str::<Value>(&body).ok().and_then(|b| b["userId"].as_str().map(str::to_owned));
    let fault = faulty(&lms, kind, Call::Score, user.as_deref()).await;
    if let Some((false, answer)) = fault {
        lms.campus.with(kind, |school| school.requests.push(body));
        return answer;
    }
    let answer = lms.campus.with(kind, |school| {
        authorised(&request, school, now, &["/score"]).then(|| (scores::post(school, id, &body, now), school.mood))
    });
    match (answer.flatten(), fault) {
        (Some(_), Some((_, faulty))) => faulty,
        (Some((_, Mood::Cut)), None) => cut_off(),
        (Some(((status, body), _)), None) => {
            let media_type = if kind == Kind::Moodle && status == 200 { SCORE_TYPE } else { "application/json" };
            json_as(status, media_type, body)
        }
        (None, _) => unauthorised(kind),
    }
}

/// An answer that breaks off: the score is stored, and the tool cannot know.
fn cut_off() -> HttpResponse {
    let broken = futures_util::stream::iter([
        Ok(web::Bytes::from_static(b"{")),
        Err(std::io::Error::new(std::io::ErrorKind::BrokenPipe, "cut")),
    ]);
    HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).streaming(broken)
}

async fn results(request: HttpRequest, lms: web::Data<Lms>, kind: Kind, id: &str, query: Query) -> HttpResponse {
    if let Some(answer) = hindered(&lms, kind, Call::Results, query.get("user_id").map(String::as_str)).await {
        return answer;
    }
    if kind == Kind::Moodle && query.contains_key("limit") && query.contains_key("type_id") {
        return lms_error(StatusCode::NOT_FOUND, "Exception - Undefined variable");
    }
    let (base, now) = (lms.campus.base().to_owned(), lms.campus.now());
    lms.campus
        .with(kind, |school| {
            if !authorised(&request, school, now, &["/result.readonly"]) {
                return unauthorised(kind);
            }
            let url = messages::line_item_url(school, &base, id);
            let user = query.get("user_id").map(String::as_str);
            json_as(200, RESULTS_TYPE, scores::results(school, id, &url, user).to_string())
        })
        .unwrap_or_else(|| unauthorised(kind))
}

macro_rules! endpoints {
    ($module:ident, $kind:expr, $id:ty) => {
        mod $module {
            use super::*;

            pub(super) async fn list(r: HttpRequest, lms: web::Data<Lms>, q: Query) -> HttpResponse {
                list_line_items(r, lms, $kind, q).await
            }
            pub(super) async fn create(r: HttpRequest, lms: web::Data<Lms>, body: web::Bytes) -> HttpResponse {
                create_line_item(r, lms, $kind, body).await
            }
            pub(super) async fn show(r: HttpRequest, lms: web::Data<Lms>, id: web::Path<$id>) -> HttpResponse {
                show_line_item(r, lms, $kind, &id.1).await
            }
            pub(super) async fn score(
                r: HttpRequest,
                lms: web::Data<Lms>,
                id: web::Path<$id>,
                body: web::Bytes,
            ) -> HttpResponse {
                post_score(r, lms, $kind, &id.1, body).await
            }
            pub(super) async fn read_results(
                r: HttpRequest,
                lms: web::Data<Lms>,
                id: web::Path<$id>,
                q: Query,
            ) -> HttpResponse {
                results(r, lms, $kind, &id.1, q).await
            }
        }
    };
}

endpoints!(moodle, Kind::Moodle, (String, String));
endpoints!(canvas, Kind::Canvas, (String, String));

pub(super) fn routes(config: &mut web::ServiceConfig) {
    let services = "/moodle/mod/lti/services.php";
    config
        .service(
            web::resource(format!("{services}/{{course}}/lineitems"))
                .route(web::get().to(moodle::list))
                .route(web::post().to(moodle::create)),
        )
        .route(&format!("{services}/{{course}}/lineitems/{{id}}/lineitem"), web::get().to(moodle::show))
        .route(&format!("{services}/{{course}}/lineitems/{{id}}/lineitem/scores"), web::post().to(moodle::score))
        .route(&format!("{services}/{{course}}/lineitems/{{id}}/lineitem/results"), web::get().to(moodle::read_results))
        .service(
            web::resource("/canvas/api/lti/courses/{course}/line_items")
                .route(web::get().to(canvas::list))
                .route(web::post().to(canvas::create)),
        )
        .route("/canvas/api/lti/courses/{course}/line_items/{id}", web::get().to(canvas::show))
        .route("/canvas/api/lti/courses/{course}/line_items/{id}/scores", web::post().to(canvas::score))
        .route("/canvas/api/lti/courses/{course}/line_items/{id}/results", web::get().to(canvas::read_results));
}
