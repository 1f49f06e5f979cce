//! Token endpoint, line items, scores, results, roster (moodle.md §5–§7, canvas.md §1.6, §4, §6).

use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{Lms, html, lms_error};
use crate::clock::UtcTime;
use crate::crypto::{self, jwk, unb64};
use crate::demo::campus::{Kind, LineItem, Mood, Part, School};
use crate::demo::{messages, scores};
use crate::lti::score::{LINE_ITEM_TYPE, LINE_ITEMS_TYPE, RESULTS_TYPE, SCORE_TYPE};
use crate::net::Outgoing;

const ROSTER_TYPE: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";
/// Canvas' pages are small, so that a client that reads only the first one is found out.
const CANVAS_PAGE: usize = 10;

/// What a school's mood does to an answer before it is made; None lets it be made.
async fn moody(lms: &Lms, kind: Kind) -> Option<HttpResponse> {
    match lms.campus.with(kind, |s| s.mood).unwrap_or_default() {
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

fn json_as(status: u16, media_type: &str, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, media_type)).body(body)
}

/// Checks a client assertion against the tool's published keys, fetched anew each time.
async fn assertion_claims(lms: &Lms, tool: &str, assertion: &str) -> Result<Value, String> {
    let url = url::Url::parse(&format!("{tool}/.well-known/jwks.json")).map_err(|e| e.to_string())?;
    let answer = lms.outbound.send(Outgoing::get(url)).await.map_err(|e| e.to_string())?;
    let keys = jwk::parse_set(&answer.body)?;
    let mut parts = assertion.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("Wrong number of segments".to_owned());
    };
    let read = |part: &str| -> Option<Value> { serde_json::from_slice(&unb64(part)?).ok() };
    let kid = read(header).and_then(|h| h["kid"].as_str().map(str::to_owned)).ok_or("kid must be provided")?;
    let key = keys.get(&kid).ok_or("\"kid\" invalid, unable to lookup correct key")?;
    let signed = format!("{header}.{payload}");
    if !unb64(signature).is_some_and(|s| key.verifies(signed.as_bytes(), &s)) {
        return Err("Signature verification failed".to_owned());
    }
    read(payload).ok_or_else(|| "Syntax error, malformed JSON".to_owned())
}

async fn token(lms: web::Data<Lms>, kind: Kind, url: String, form: HashMap<String, String>) -> HttpResponse {
    if let Some(answer) = moody(&lms, kind).await {
        return answer;
    }
    let media_type = if kind == Kind::Moodle { "text/html; charset=utf-8" } else { "application/json" };
    let refuse = |error: &str, text: &str| {
        json_as(400, media_type, json!({"error": error, "error_description": text}).to_string())
    };
    let get = |name: &str| form.get(name).map_or("", String::as_str);
    if get("grant_type") != "client_credentials" {
        return refuse("unsupported_grant_type", "");
    }
    let tool = lms.campus.with(kind, |s| s.tool.0.clone()).unwrap_or_default();
    let claims = match assertion_claims(&lms, &tool, get("client_assertion")).await {
        Ok(claims) => claims,
        Err(text) => return refuse("invalid_request", &text),
    };
    let now = lms.campus.now().unix_seconds();
    let number = |name: &str| claims[name].as_i64();
    let checked = match kind {
        // Moodle looks at nothing but dates and `sub`, with no leeway at all.
        Kind::Moodle if number("iat").is_some_and(|t| t > now) => Err("Cannot handle token with iat prior to now"),
        Kind::Moodle if number("exp").is_some_and(|t| t <= now) => Err("Expired token"),
        Kind::Canvas if claims["aud"] != json!(url) => Err("the 'aud' is invalid"),
        Kind::Canvas if number("iat").is_none_or(|t| t < now - 300 || t > now + 30) => {
            Err("the 'iat' must be less than 300 seconds old")
        }
        Kind::Canvas if number("exp").is_none_or(|t| t <= now) => Err("the JWT has expired"),
        Kind::Canvas if claims["jti"].as_str().is_none_or(str::is_empty) => {
            Err("the following assertions are missing: jti")
        }
        _ => Ok(()),
    };
    if let Err(text) = checked {
        return refuse("invalid_request", text);
    }
    let wanted: Vec<String> = get("scope").split_whitespace().map(str::to_owned).collect();
    let until = UtcTime::from_unix_seconds(now + 3600);
    let given = lms.campus.with(kind, |school| {
        school.token_requests += 1;
        if claims["sub"] != json!(school.client_id) {
            return Err("invalid_client");
        }
        let granted: Vec<String> = wanted.iter().filter(|s| school.scopes.contains(s)).cloned().collect();
        // Canvas refuses the whole request for one scope that it does not give; Moodle leaves it out.
        if granted.is_empty() || (kind == Kind::Canvas && granted.len() < wanted.len()) {
            return Err("invalid_scope");
        }
        let token = crypto::random_token().map_err(|_| "server_error")?;
        school.tokens.insert(token.clone(), (until, granted.clone()));
        Ok((token, granted))
    });
    match given {
        Some(Ok((token, granted))) => json_as(
            200,
            media_type,
            json!({
                "access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": granted.join(" "),
            })
            .to_string(),
        ),
        Some(Err(error)) => refuse(error, ""),
        None => refuse("invalid_client", ""),
    }
}

async fn moodle_token(lms: web::Data<Lms>, form: web::Form<HashMap<String, String>>) -> HttpResponse {
    let url = format!("{}/moodle/mod/lti/token.php", lms.campus.base());
    token(lms, Kind::Moodle, url, form.into_inner()).await
}

async fn canvas_token(lms: web::Data<Lms>, form: web::Form<HashMap<String, String>>) -> HttpResponse {
    let url = format!("{}/canvas/login/oauth2/token", lms.campus.base());
    token(lms, Kind::Canvas, url, form.into_inner()).await
}

/// Whether the bearer token of a request holds one of some scopes.
fn authorised(request: &HttpRequest, school: &School, now: UtcTime, scopes: &[&str]) -> bool {
    request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .and_then(|token| school.tokens.get(token))
        .is_some_and(|(until, granted)| now < *until && granted.iter().any(|g| scopes.iter().any(|s| g.ends_with(s))))
}

fn unauthorised(kind: Kind) -> HttpResponse {
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

type Query = web::Query<HashMap<String, String>>;

async fn list_line_items(request: HttpRequest, lms: web::Data<Lms>, kind: Kind, query: Query) -> HttpResponse {
    if let Some(answer) = moody(&lms, kind).await {
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
            let start = (page.max(1) - 1) * CANVAS_PAGE;
            let part: Vec<Value> = found.iter().skip(start).take(CANVAS_PAGE).cloned().collect();
            let mut response = json_as(200, LINE_ITEMS_TYPE, Value::Array(part).to_string());
            if start + CANVAS_PAGE < found.len() {
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
    if let Some(answer) = moody(&lms, kind).await {
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
    if let Some(answer) = moody(&lms, kind).await {
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

async fn post_score(request: HttpRequest, lms: web::Data<Lms>, kind: Kind, id: &str, body: web::Bytes) -> HttpResponse {
    if let Some(answer) = moody(&lms, kind).await {
        return answer;
    }
    if kind == Kind::Moodle && !header_is(&request, header::CONTENT_TYPE, SCORE_TYPE) {
        return no_handler(request.path());
    }
    let now = lms.campus.now();
    let body = String::from_utf8_lossy(&body).into_owned();
    let answer = lms.campus.with(kind, |school| {
        authorised(&request, school, now, &["/score"]).then(|| (scores::post(school, id, &body, now), school.mood))
    });
    match answer.flatten() {
        Some((_, Mood::Cut)) => cut_off(),
        Some(((status, body), _)) => {
            let media_type = if kind == Kind::Moodle && status == 200 { SCORE_TYPE } else { "application/json" };
            json_as(status, media_type, body)
        }
        None => unauthorised(kind),
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
    if let Some(answer) = moody(&lms, kind).await {
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

async fn roster(request: HttpRequest, lms: web::Data<Lms>, kind: Kind) -> HttpResponse {
    if let Some(answer) = moody(&lms, kind).await {
        return answer;
    }
    let (base, now) = (lms.campus.base().to_owned(), lms.campus.now());
    lms.campus
        .with(kind, |school| {
            if !authorised(&request, school, now, &["/contextmembership.readonly"]) {
                return unauthorised(kind);
            }
            let members: Vec<Value> = school
                .users
                .iter()
                .map(|user| {
                    let roles = match (kind, user.part) {
                        // Moodle's roster has short names (moodle.md item 5).
                        (Kind::Moodle, Part::Trainer) => vec!["Instructor".to_owned()],
                        (Kind::Moodle, Part::Learner) => vec!["Learner".to_owned()],
                        (Kind::Canvas, part) => messages::roles(kind, part),
                    };
                    json!({
                        "status": "Active", "roles": roles, "user_id": user.sub, "name": user.name(),
                        "given_name": user.given_name, "family_name": user.family_name,
                    })
                })
                .collect();
            json_as(
                200,
                ROSTER_TYPE,
                json!({
                    "id": messages::memberships_url(school, &base),
                    "context": {"id": school.course_id, "label": school.course_label, "title": school.course_title},
                    "members": members,
                })
                .to_string(),
            )
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
            pub(super) async fn members(r: HttpRequest, lms: web::Data<Lms>) -> HttpResponse {
                roster(r, lms, $kind).await
            }
        }
    };
}

endpoints!(moodle, Kind::Moodle, (String, String));
endpoints!(canvas, Kind::Canvas, (String, String));

pub(super) fn routes(config: &mut web::ServiceConfig) {
    let services = "/moodle/mod/lti/services.php";
    config
        .route("/moodle/mod/lti/token.php", web::post().to(moodle_token))
        .route("/canvas/login/oauth2/token", web::post().to(canvas_token))
        .service(
            web::resource(format!("{services}/{{course}}/lineitems"))
                .route(web::get().to(moodle::list))
                .route(web::post().to(moodle::create)),
        )
        .route(&format!("{services}/{{course}}/lineitems/{{id}}/lineitem"), web::get().to(moodle::show))
        .route(&format!("{services}/{{course}}/lineitems/{{id}}/lineitem/scores"), web::post().to(moodle::score))
        .route(&format!("{services}/{{course}}/lineitems/{{id}}/lineitem/results"), web::get().to(moodle::read_results))
        .route(
            &format!("{services}/CourseSection/{{course}}/bindings/{{type}}/memberships"),
            web::get().to(moodle::members),
        )
        .service(
            web::resource("/canvas/api/lti/courses/{course}/line_items")
                .route(web::get().to(canvas::list))
                .route(web::post().to(canvas::create)),
        )
        .route("/canvas/api/lti/courses/{course}/line_items/{id}", web::get().to(canvas::show))
        .route("/canvas/api/lti/courses/{course}/line_items/{id}/scores", web::post().to(canvas::score))
        .route("/canvas/api/lti/courses/{course}/line_items/{id}/results", web::get().to(canvas::read_results))
        .route("/canvas/api/lti/courses/{course}/names_and_roles", web::get().to(canvas::members));
}
