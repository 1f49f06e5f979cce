//! Who takes part, and what else a course is told (moodle.md §7, canvas.md §6, §8).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::Lms;
use super::services::{Query, authorised, hindered, json_as, unauthorised};
use crate::demo::campus::{Kind, Part, School, User};
use crate::demo::faults::Call;
use crate::demo::messages;
use crate::lti::MEMBERSHIPS_TYPE;

async fn roster(request: HttpRequest, lms: web::Data<Lms>, kind: Kind, query: Query) -> HttpResponse {
    if let Some(answer) = hindered(&lms, kind, Call::Roster, None).await {
        return answer;
    }
    let (base, now) = (lms.campus.base().to_owned(), lms.campus.now());
    lms.campus
        .with(kind, |school| {
            if !authorised(&request, school, now, &["/contextmembership.readonly"]) {
                return unauthorised(kind);
            }
            school.roster_requests += 1;
            let begun = std::time::Instant::now();
            // Moodle lists everybody at once; Canvas' pages are small.
            let size = if kind == Kind::Moodle { usize::MAX } else { school.page.max(1) };
            let page = query.get("page").and_then(|p| p.parse::<usize>().ok()).unwrap_or(1).max(1);
            if school.failing_page == Some(page) {
                return HttpResponse::InternalServerError().content_type("application/json").body("{}");
            }
            let link = query.get("rlid");
            if let Some(link) = link
                && (school.refuses_rlid || (*link != school.course_id && school.link(link).is_none()))
            {
                let status = if kind == Kind::Moodle { 404 } else { 400 };
                return json_as(status, "application/json", json!({"errors": "rlid"}).to_string());
            }
            let is_admitted = |user: &&User| {
                let only = link.and_then(|l| school.admitted.get(l)).filter(|_| user.part == Part::Learner);
                only.is_none_or(|only| only.contains(&user.sub))
            };
            if query.contains_key("since") {
                return differences(school, &base);
            }
            let admitted: Vec<&User> = school.users.iter().filter(is_admitted).collect();
            let members: Vec<Value> = admitted
                .iter()
                .skip((page - 1).saturating_mul(size))
                .take(size)
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
            let url = messages::memberships_url(school, &base);
            let body = json!({
                "id": url,
                "context": {"id": school.course_id, "label": school.course_label, "title": school.course_title},
                "members": members,
            });
            let (total, tells) = (admitted.len(), school.tells_differences);
            let mut answer = json_as(200, MEMBERSHIPS_TYPE, body.to_string());
            school.served += begun.elapsed();
            let mut add = |link: String| {
                if let Ok(link) = header::HeaderValue::from_str(&link) {
                    answer.headers_mut().append(header::LINK, link);
                }
            };
            if page.saturating_mul(size) < total {
                let filter = link.map(|l| format!("&rlid={l}")).unwrap_or_default();
                add(format!("<{url}?page={}{filter}>; rel=\"next\"", page + 1));
            }
            if tells {
                add(format!("<{url}?since={}>; rel=\"differences\"", now.unix_seconds()));
            }
            answer
        })
        .unwrap_or_else(|| unauthorised(kind))
}

/// Who joined or left since a list was given: neither Moodle nor Canvas tells, other LMSs do (NRPS §2.4.2).
fn differences(school: &mut School, base: &str) -> HttpResponse {
    let changed = std::mem::take(&mut school.differences);
    let body = json!({
        "id": messages::memberships_url(school, base),
        "context": {"id": school.course_id},
        "members": changed,
    });
    json_as(200, MEMBERSHIPS_TYPE, body.to_string())
}

/// Canvas' notice handlers: one for each type; an empty one removes it (canvas.md §8).
async fn handle_notices(request: HttpRequest, lms: web::Data<Lms>, body: web::Bytes) -> HttpResponse {
    let now = lms.campus.now();
    let Ok(wanted) = serde_json::from_slice::<Value>(&body) else {
        return json_as(400, "application/json", json!({"errors": {"type": "bad_request"}}).to_string());
    };
    let put = lms.campus.with(Kind::Canvas, |school| {
        if !authorised(&request, school, now, &["/noticehandlers"]) {
            return unauthorised(Kind::Canvas);
        }
        let text = |name: &str| wanted[name].as_str().unwrap_or_default().to_owned();
        let (kind, handler) = (text("notice_type"), text("handler"));
        if !handler.starts_with(&school.tool.0) {
            let message = "handler must be a valid URL on the tool's domain";
            return json_as(400, "application/json", json!({"errors": {"message": message}}).to_string());
        }
        school.handlers.insert(kind, handler);
        json_as(200, "application/json", wanted.to_string())
    });
    put.unwrap_or_else(|| unauthorised(Kind::Canvas))
}

async fn of_moodle(request: HttpRequest, lms: web::Data<Lms>, query: Query) -> HttpResponse {
    roster(request, lms, Kind::Moodle, query).await
}

async fn of_canvas(request: HttpRequest, lms: web::Data<Lms>, query: Query) -> HttpResponse {
    roster(request, lms, Kind::Canvas, query).await
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route(
            "/moodle/mod/lti/services.php/CourseSection/{course}/bindings/{type}/memberships",
            web::get().to(of_moodle),
        )
        .route("/canvas/api/lti/courses/{course}/names_and_roles", web::get().to(of_canvas))
        .route("/canvas/api/lti/notice-handlers/{deployment:.*}", web::put().to(handle_notices));
}
