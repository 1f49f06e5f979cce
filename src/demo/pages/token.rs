//! The token endpoints (moodle.md §7, canvas.md §1.6).

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::Lms;
use super::services::{faulty, json_as, moody};
use crate::clock::UtcTime;
use crate::crypto::{self, jwk, unb64};
use crate::demo::campus::Kind;
use crate::demo::faults::Call;
use crate::net::Outgoing;

/// The tool's key set: Moodle keeps it without an end and looks again only when a signature does not fit;
/// Canvas fetches it each time.
async fn key_set(lms: &Lms, kind: Kind, again: bool) -> Result<Vec<u8>, String> {
    let (tool, cached) = lms.campus.with(kind, |s| (s.tool.0.clone(), s.cached_keys.clone())).unwrap_or_default();
    if let (Kind::Moodle, false, Some(cached)) = (kind, again, cached) {
        return Ok(cached);
    }
    let url = url::Url::parse(&format!("{tool}/.well-known/jwks.json")).map_err(|e| e.to_string())?;
    let answer = lms.outbound.send(Outgoing::get(url)).await.map_err(|e| e.to_string())?;
    lms.campus.with(kind, |school| {
        school.key_fetches += 1;
        school.cached_keys = Some(answer.body.clone());
    });
    Ok(answer.body)
}

/// Checks a token of the tool against its published keys, and returns its claims.
pub(super) async fn claims_of(lms: &Lms, kind: Kind, token: &str) -> Result<Value, String> {
    let first = verify(&key_set(lms, kind, false).await?, token);
    match first {
        Err(_) if kind == Kind::Moodle => verify(&key_set(lms, kind, true).await?, token),
        other => other,
    }
}

fn verify(keys: &[u8], token: &str) -> Result<Value, String> {
    let keys = jwk::parse_set(keys)?;
    let mut parts = token.split('.');
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
    if let Some((_, answer)) = faulty(&lms, kind, Call::Token, None).await {
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
    let claims = match claims_of(&lms, kind, get("client_assertion")).await {
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

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/moodle/mod/lti/token.php", web::post().to(moodle_token))
        .route("/canvas/login/oauth2/token", web::post().to(canvas_token));
}
