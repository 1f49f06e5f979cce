//! Access tokens for the services of an LMS: client credentials with a signed assertion
//! (lti.md §2.3; reliability-security.md §2.6).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::CLAIM;
use crate::clock::{Clock, UtcTime};
use crate::crypto::provider::sign_jwt;
use crate::crypto::rsa::SigningKey;
use crate::net::{NetError, Outbound, Outgoing};

/// The assertion is backdated by this many seconds: Moodle accepts no clock that runs ahead of its own.
const BACKDATE: i64 = 60;
/// How long an assertion counts from now, in seconds.
const ASSERTION_LIFE: i64 = 240;
/// A token is given up this many seconds before it ends.
const SAFETY: i64 = 60;
/// After a failure no new try is made for this many seconds.
const FAILURE_PAUSE: i64 = 5;

/// Who asks for which token.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// The registration (the key of the cache together with deployment and scopes).
    pub registration: String,
    /// The token endpoint.
    pub token_endpoint: String,
    /// Who the assertion is for; the token endpoint unless the LMS wants another name.
    pub audience: String,
    /// Our client id.
    pub client_id: String,
    /// The LMS's deployment id.
    pub deployment_id: String,
    /// The scopes, which the launch must have offered.
    pub scopes: Vec<String>,
    /// Those of them without which the token is of no use.
    pub required: Vec<String>,
}

/// Why no token was given.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenError {
    /// The LMS could not be reached or had trouble.
    #[error("the LMS does not answer the token request: {0}")]
    Unavailable(String),
    /// The address of the LMS is one that we may not talk to.
    #[error("{0}")]
    Blocked(String),
    /// The LMS's certificate is not valid.
    #[error("{0}")]
    Certificate(String),
    /// The LMS refused.
    #[error("the LMS refuses the token request: {0}")]
    Refused(String),
    /// The LMS gave a token without a scope that is needed.
    #[error("the LMS does not grant {0}")]
    ScopeMissing(String),
    /// We could not sign the assertion.
    #[error("the token request could not be signed")]
    Signing,
}

#[derive(Clone)]
struct Cached {
    token: String,
    until: UtcTime,
}

#[derive(Default)]
struct Slot {
    token: Option<Cached>,
    failed: Option<(UtcTime, TokenError)>,
}

/// Tokens by registration, deployment and scopes; each is fetched once at a time. Cheap to clone.
#[derive(Clone)]
pub struct TokenCache {
    slots: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<Slot>>>>>,
    outbound: Outbound,
    clock: Clock,
}

impl TokenCache {
    /// An empty cache.
    #[must_use]
    pub fn new(outbound: Outbound, clock: Clock) -> Self {
        Self { slots: Arc::default(), outbound, clock }
    }

    fn slot(&self, request: &TokenRequest) -> Arc<tokio::sync::Mutex<Slot>> {
        let mut scopes = request.scopes.clone();
        scopes.sort();
        let key = format!("{}\n{}\n{}", request.registration, request.deployment_id, scopes.join(" "));
        Arc::clone(self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default())
    }

    /// A token that is still good for at least a minute.
    ///
    /// # Errors
    /// [`TokenError`]; a failure is remembered for a few seconds so that a queue does not hammer the LMS.
    pub async fn get(&self, request: &TokenRequest, key: &SigningKey) -> Result<String, TokenError> {
        let slot = self.slot(request);
        let mut slot = slot.lock().await;
        let now = self.clock.now();
        if let Some(cached) = slot.token.as_ref().filter(|c| now < c.until) {
            return Ok(cached.token.clone());
        }
        if let Some((at, error)) = slot.failed.as_ref().filter(|(at, _)| now.seconds_since(*at) < FAILURE_PAUSE) {
            tracing::debug!(at = at.0, "the last token request failed a moment ago");
            return Err(error.clone());
        }
        match self.fetch(request, key).await {
            Ok(fresh) => {
                slot.failed = None;
                slot.token = Some(fresh.clone());
                Ok(fresh.token)
            }
            Err(error) => {
                slot.token = None;
                slot.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    /// Forgets a token that a service refused, unless a newer one is there already.
    pub async fn forget(&self, request: &TokenRequest, token: &str) {
        let slot = self.slot(request);
        let mut slot = slot.lock().await;
        if slot.token.as_ref().is_some_and(|c| c.token == token) {
            slot.token = None;
        }
    }

    async fn fetch(&self, request: &TokenRequest, key: &SigningKey) -> Result<Cached, TokenError> {
        let now = self.clock.now();
        let url = Url::parse(&request.token_endpoint).map_err(|e| TokenError::Refused(e.to_string()))?;
        let assertion = sign_jwt(key, &assertion(request, now)).map_err(|_| TokenError::Signing)?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .append_pair("client_assertion", &assertion)
            .append_pair("scope", &request.scopes.join(" "))
            .finish();
        let outgoing = Outgoing::post(url, "application/x-www-form-urlencoded", body.into_bytes())
            .accept("application/json")
            .timeout(Duration::from_secs(15))
            .limit(64 * 1024);
        let answer = self.outbound.send(outgoing).await.map_err(|e| match e {
            NetError::Blocked(_) => TokenError::Blocked(e.to_string()),
            NetError::Certificate(_) => TokenError::Certificate(e.to_string()),
            other => TokenError::Unavailable(other.to_string()),
        })?;
        if answer.status == 429 || answer.status >= 500 {
            return Err(TokenError::Unavailable(format!("status {}", answer.status)));
        }
        read_answer(answer.is_success(), answer.status, &answer.body, request, now)
    }
}

fn assertion(request: &TokenRequest, now: UtcTime) -> Value {
    let now = now.unix_seconds();
    let mut claims = json!({
        "iss": request.client_id,
        "sub": request.client_id,
        "aud": request.audience,
        "iat": now - BACKDATE,
        "exp": now + ASSERTION_LIFE,
        "jti": uuid::Uuid::new_v4().to_string(),
    });
    if !request.deployment_id.is_empty() {
        claims[format!("{CLAIM}deployment_id")] = json!(request.deployment_id);
    }
    claims
}

/// Reads a token answer. Moodle labels it `text/html`, so only the body counts.
fn read_answer(
    success: bool,
    status: u16,
    body: &[u8],
    request: &TokenRequest,
    now: UtcTime,
) -> Result<Cached, TokenError> {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let text = |member: &str| json.as_ref().and_then(|j| j.get(member)).and_then(Value::as_str);
    if !success {
        let reason = text("error_description")
            .or_else(|| text("error"))
            .map_or_else(|| format!("status {status}"), |said| said.chars().take(200).collect());
        return Err(TokenError::Refused(reason));
    }
    let token = text("access_token")
        .filter(|t| !t.is_empty() && t.bytes().all(|b| (0x21..0x7f).contains(&b)))
        .ok_or_else(|| TokenError::Refused("the answer holds no token".to_owned()))?;
    if !text("token_type").unwrap_or("bearer").eq_ignore_ascii_case("bearer") {
        return Err(TokenError::Refused("the token is no bearer token".to_owned()));
    }
    if let Some(granted) = text("scope") {
        let granted: Vec<&str> = granted.split_whitespace().collect();
        if let Some(missing) = request.required.iter().find(|s| !granted.contains(&s.as_str())) {
            return Err(TokenError::ScopeMissing(missing.clone()));
        }
    }
    let expires_in = json
        .as_ref()
        .and_then(|j| j.get("expires_in"))
        .and_then(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok()))
        .unwrap_or(3600)
        .clamp(0, 3600);
    Ok(Cached { token: token.to_owned(), until: now.plus_seconds(expires_in - SAFETY) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> TokenRequest {
        TokenRequest {
            registration: "r".into(),
            token_endpoint: "https://lms.test/token".into(),
            audience: "https://aud.test".into(),
            client_id: "c".into(),
            deployment_id: "d".into(),
            scopes: vec!["a".into(), "b".into(), "c".into()],
            required: vec!["a".into(), "b".into()],
        }
    }

    #[test]
    fn an_assertion_has_what_each_lms_checks() {
        let now = UtcTime::from_unix_seconds(1_800_000_000);
        let (one, two) = (assertion(&request(), now), assertion(&request(), now));
        assert_eq!((&one["iss"], &one["sub"], &one["aud"]), (&json!("c"), &json!("c"), &json!("https://aud.test")));
        assert_eq!(one["iat"], json!(1_800_000_000 - 60));
        assert_eq!(one["exp"], json!(1_800_000_000 + 240));
        assert_ne!(one["jti"], two["jti"]);
        assert_eq!(one["https://purl.imsglobal.org/spec/lti/claim/deployment_id"], "d");
    }

    #[test]
    fn answers_are_read_as_the_lmss_send_them() {
        let now = UtcTime::from_unix_seconds(1_000);
        let read = |body: &str| read_answer(true, 200, body.as_bytes(), &request(), now);
        let ok = read(r#"{"access_token":"t","token_type":"Bearer","expires_in":3600,"scope":"b a"}"#).unwrap();
        assert_eq!((ok.token.as_str(), ok.until), ("t", now.plus_seconds(3540)));
        assert_eq!(read(r#"{"access_token":"t","expires_in":"120"}"#).unwrap().until, now.plus_seconds(60));
        assert!(matches!(read(r#"{"access_token":"t","scope":"a"}"#), Err(TokenError::ScopeMissing(s)) if s == "b"));
        for bad in ["<html>", "{}", r#"{"access_token":"t","token_type":"mac"}"#, r#"{"access_token":"t\r\nX: y"}"#] {
            assert!(matches!(read(bad), Err(TokenError::Refused(_))), "{bad}");
        }
        let refused = read_answer(false, 400, br#"{"error":"invalid_scope"}"#, &request(), now);
        assert!(matches!(refused, Err(TokenError::Refused(r)) if r == "invalid_scope"));
        let broken = read_answer(false, 400, br#"{"error" : ""kid" invalid"}"#, &request(), now);
        assert!(matches!(broken, Err(TokenError::Refused(r)) if r == "status 400"));
    }
}
