//! Dynamic Registration as Moodle and Canvas do it: the administrator's page with the address field, the
//! `openid-configuration`, and the endpoint that takes the registration (moodle.md §8, canvas.md §3.3).

use std::collections::HashMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::{Value, json};

use super::services::moody;
use super::site::{Frame, frame, kind_of, not_found, render};
use super::{Lms, redirect};
use crate::demo::campus::{Kind, Mood, School, all_scopes};
use crate::lti::configuration::PLATFORM;
use crate::lti::registration::TOOL;
use crate::net::authority;

#[derive(Template)]
#[template(path = "lms_tools.html")]
struct Tools {
    f: Frame,
    start: String,
}

async fn tools(
    request: HttpRequest,
    lms: web::Data<Lms>,
    path: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> HttpResponse {
    let Some(f) = frame(&request, &lms, &path, "tools") else {
        return not_found();
    };
    let start = query.get("url").map_or_else(String::new, |url| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("url", url).finish();
        format!("/{}/start-registration?{query}", f.path())
    });
    render(&Tools { f, start })
}

/// Opens the tool's page inside the administrator's, with a token that counts once.
async fn start(
    lms: web::Data<Lms>,
    path: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> HttpResponse {
    let (Some(kind), Some(Ok(mut url))) = (kind_of(&path), query.get("url").map(|u| url::Url::parse(u))) else {
        return not_found();
    };
    let token = lms.campus.with(kind, School::offer_registration).unwrap_or_default();
    url.query_pairs_mut()
        .append_pair("openid_configuration", &configuration_url(&lms, kind, &token))
        .append_pair("registration_token", &token);
    redirect(url.as_str())
}

fn configuration_url(lms: &Lms, kind: Kind, token: &str) -> String {
    match kind {
        Kind::Moodle => format!("{}/moodle/mod/lti/openid-configuration.php", lms.campus.base()),
        Kind::Canvas => {
            format!("{}/canvas/api/lti/security/openid-configuration?registration_token={token}", lms.campus.base())
        }
    }
}

fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::to_owned)
}

/// What a school says of itself.
fn configuration(lms: &Lms, school: &School) -> Value {
    let base = format!("{}/{}", lms.campus.base(), school.kind.path());
    let (auth, token, jwks) = school.kind.endpoints();
    let mut value = json!({
        "issuer": school.issuer,
        "authorization_endpoint": format!("{base}{auth}"),
        "token_endpoint": format!("{base}{token}"),
        "jwks_uri": format!("{base}{jwks}"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["id_token"],
        "scopes_supported": all_scopes(),
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
    });
    let (endpoint, platform) = match school.kind {
        Kind::Moodle => (
            "/mod/lti/openid-registration.php",
            json!({
                "product_family_code": "moodle", "version": "4.5.6 (Build: 20250811)",
                "messages_supported": [{"type": "LtiResourceLinkRequest"},
                    {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]}],
                "variables": ["Context.id", "Context.id.history", "ResourceLink.submission.endDateTime"],
            }),
        ),
        Kind::Canvas => (
            "/api/lti/registrations",
            json!({
                "product_family_code": "canvas", "version": "vCloud",
                "messages_supported": [{"type": "LtiResourceLinkRequest", "placements": ["course_navigation"]},
                    {"type": "LtiDeepLinkingRequest", "placements": ["assignment_selection", "link_selection"]}],
                "variables": ["Context.id", "Context.id.history"],
            }),
        ),
    };
    value["registration_endpoint"] = json!(format!("{base}{endpoint}"));
    value[PLATFORM] = platform;
    value
}

async fn moodle_configuration(lms: web::Data<Lms>) -> HttpResponse {
    let school = lms.campus.with(Kind::Moodle, |s| s.clone());
    school.map_or_else(not_found, |s| HttpResponse::Ok().json(configuration(&lms, &s)))
}

async fn canvas_configuration(request: HttpRequest, lms: web::Data<Lms>) -> HttpResponse {
    let school = lms.campus.with(Kind::Canvas, |s| s.clone());
    let known = bearer(&request).is_some_and(|t| school.as_ref().is_some_and(|s| s.registrations.contains_key(&t)));
    match school {
        Some(school) if known => HttpResponse::Ok().json(configuration(&lms, &school)),
        _ => canvas_refusal(),
    }
}

fn canvas_refusal() -> HttpResponse {
    HttpResponse::Unauthorized().json(json!({"errorMessage": "JWT did not include expected contents"}))
}

fn moodle_refusal(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(text.to_owned())
}

/// What Moodle checks of a registration, in its own words.
fn moodle_problem(registration: &Value) -> Option<String> {
    let required = [
        "response_types",
        "initiate_login_uri",
        "redirect_uris",
        "client_name",
        "jwks_uri",
        "token_endpoint_auth_method",
    ];
    if let Some(missing) = required.iter().find(|name| registration.get(**name).is_none()) {
        return Some(format!("missing required attribute {missing}"));
    }
    if registration["token_endpoint_auth_method"] != "private_key_jwt" {
        return Some("invalid_token_endpoint_auth_method".to_owned());
    }
    let Some(domain) = registration[TOOL]["domain"].as_str() else {
        return Some("missing_domain".to_owned());
    };
    let target = registration[TOOL]["target_link_uri"].as_str().and_then(|u| url::Url::parse(u).ok());
    let expected = target.map(|u| authority(&u).trim_start_matches("www.").to_owned());
    (expected.as_deref() != Some(domain)).then(|| "domain_targetlinkuri_mismatch".to_owned())
}

fn refused_scopes(registration: &Value) -> Vec<String> {
    let known = all_scopes();
    let asked = registration["scope"].as_str().unwrap_or_default();
    asked.split_whitespace().filter(|s| !known.iter().any(|k| k == s)).map(str::to_owned).collect()
}

async fn moodle_register(request: HttpRequest, lms: web::Data<Lms>, body: web::Bytes) -> HttpResponse {
    if let Some(answer) = moody(&lms, Kind::Moodle).await {
        return answer;
    }
    let answer = lms.campus.with(Kind::Moodle, |school| {
        if school.mood == Mood::Rejecting {
            return moodle_refusal(StatusCode::UNAUTHORIZED, "token_already_used");
        }
        let Some(token) = bearer(&request) else {
            return moodle_refusal(StatusCode::UNAUTHORIZED, "missing_registration_token");
        };
        match school.registrations.get_mut(&token) {
            None => return moodle_refusal(StatusCode::NOT_FOUND, "<html>error</html>"),
            Some(used) if *used => return moodle_refusal(StatusCode::UNAUTHORIZED, "token_already_used"),
            Some(_) => {}
        }
        let Ok(registration) = serde_json::from_slice::<Value>(&body) else {
            return moodle_refusal(StatusCode::NOT_FOUND, "<html>error</html>");
        };
        if let Some(problem) = moodle_problem(&registration) {
            return moodle_refusal(StatusCode::BAD_REQUEST, &problem);
        }
        school.registrations.insert(token, true);
        school.take_registration(&registration, "2");
        let mut answer = registration;
        answer["client_id"] = json!(school.client_id);
        answer["scope"] = json!(school.scopes.join(" "));
        answer[TOOL]["deployment_id"] = json!(school.deployment_id);
        answer[TOOL]["version"] = json!("1.3.0");
        HttpResponse::Ok().json(answer)
    });
    answer.unwrap_or_else(not_found)
}

async fn canvas_register(request: HttpRequest, lms: web::Data<Lms>, body: web::Bytes) -> HttpResponse {
    if let Some(answer) = moody(&lms, Kind::Canvas).await {
        return answer;
    }
    let answer = lms.campus.with(Kind::Canvas, |school| {
        if school.mood == Mood::Rejecting {
            return HttpResponse::UnprocessableEntity().json(json!({"errors": [{"message": "<b>Invalid scopes</b>"}]}));
        }
        let token = bearer(&request).filter(|t| school.registrations.contains_key(t));
        let (Some(token), Ok(registration)) = (token, serde_json::from_slice::<Value>(&body)) else {
            return canvas_refusal();
        };
        let refused = refused_scopes(&registration);
        let lacks = ["messages", "claims", "domain"].iter().any(|m| registration[TOOL].get(*m).is_none());
        if !refused.is_empty() || lacks || registration["application_type"] != "web" {
            return HttpResponse::UnprocessableEntity()
                .json(json!({"errors": [{"field": "scope", "message": "Invalid scopes", "scopes": refused}]}));
        }
        school.registrations.insert(token, true);
        school.take_registration(&registration, "");
        let mut answer = registration;
        answer["client_id"] = json!(school.client_id);
        answer["scope"] = json!(format!("{} openid", school.scopes.join(" ")));
        HttpResponse::Ok().json(answer)
    });
    answer.unwrap_or_else(not_found)
}

/// The administrator switches the tool on.
async fn activate(lms: web::Data<Lms>, path: web::Path<String>) -> HttpResponse {
    let Some(kind) = kind_of(&path) else {
        return not_found();
    };
    lms.campus.with(kind, |school| school.active = true);
    redirect(&format!("/{}/tools", kind.path()))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/{school}/tools", web::get().to(tools))
        .route("/{school}/tools", web::post().to(activate))
        .route("/{school}/start-registration", web::get().to(start))
        .route("/moodle/mod/lti/openid-configuration.php", web::get().to(moodle_configuration))
        .route("/moodle/mod/lti/openid-registration.php", web::post().to(moodle_register))
        .route("/canvas/api/lti/security/openid-configuration", web::get().to(canvas_configuration))
        .route("/canvas/api/lti/registrations", web::post().to(canvas_register));
}
