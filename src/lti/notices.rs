//! Platform Notification Service 1.0 (lti.md §8.3; canvas.md §8): what an LMS tells unasked. Pure, but for the
//! call that subscribes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::net::{NetError, Outbound, Outgoing};

/// The scope to subscribe.
pub const SCOPE_NOTICES: &str = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers";
/// A test of the way.
pub const HELLO: &str = "LtiHelloWorldNotice";
/// A course was copied.
pub const CONTEXT_COPY: &str = "LtiContextCopyNotice";
/// What we subscribe to, where it is offered.
pub const TYPES: [&str; 2] = [CONTEXT_COPY, HELLO];
/// The longest delivery, in bytes.
pub const MAX_DELIVERY: usize = 256 * 1024;
/// The most notices in one delivery.
const MAX_NOTICES: usize = 50;
/// The most courses that one course was copied from.
const MAX_ORIGINS: usize = 10;
/// The longest time for the call that subscribes.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Where a deployment takes subscriptions, as a launch says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Service {
    /// The address.
    pub url: String,
    /// Those of [`TYPES`] that it offers.
    pub types: Vec<String>,
}

/// The service that the claim of a launch describes; None without one that we can use.
#[must_use]
pub fn service(claim: Option<&Value>) -> Option<Service> {
    let claim = claim?;
    let texts =
        |name: &str| claim.get(name)?.as_array().map(|a| a.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    if !texts("scope")?.contains(&SCOPE_NOTICES) {
        return None;
    }
    let offered = texts("notice_types_supported")?;
    let types: Vec<String> = TYPES.iter().filter(|t| offered.contains(*t)).map(ToString::to_string).collect();
    let url = claim.get("platform_notification_service_url")?.as_str()?;
    (!types.is_empty() && url.len() <= 2000).then(|| Service { url: url.to_owned(), types })
}

/// What a notice says, after its token was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The LMS's id of it: the same for a repeated delivery.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// The LMS's deployment id.
    pub deployment_id: String,
    /// The course that it is about; empty where it is about none.
    pub context_id: String,
    /// The courses that it was copied from.
    pub origins: Vec<String>,
    /// The nonce of its token.
    pub nonce: String,
}

impl Notice {
    /// Reads the claims of a notice: `notice`, `context`, `origin_contexts`.
    #[must_use]
    pub fn of_claims(
        claim: impl Fn(&str) -> Option<Value>,
        deployment_id: String,
        nonce: String,
        id: impl Fn(Option<&Value>) -> Option<String>,
    ) -> Option<Self> {
        let notice = claim("notice")?;
        let origins = claim("origin_contexts");
        let origins = origins.as_ref().and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            id: id(notice.get("id"))?,
            kind: id(notice.get("type"))?,
            deployment_id,
            context_id: claim("context").and_then(|c| id(c.get("id"))).unwrap_or_default(),
            // They are kept as one text, separated by commas.
            origins: origins.filter_map(|o| id(Some(o))).filter(|o| !o.contains(',')).take(MAX_ORIGINS).collect(),
            nonce,
        })
    }
}

/// The tokens of a delivery.
///
/// # Errors
/// When the body is none.
pub fn tokens(body: &[u8]) -> Result<Vec<String>, &'static str> {
    let body: Value = serde_json::from_slice(body).map_err(|_| "not JSON")?;
    let notices = body.get("notices").and_then(Value::as_array).ok_or("no list of notices")?;
    if notices.len() > MAX_NOTICES {
        return Err("too many notices");
    }
    // One that is broken does not stop the others.
    Ok(notices.iter().filter_map(|n| n.get("jwt")?.as_str()).map(str::to_owned).collect())
}

/// Subscribes to one type of notice.
///
/// # Errors
/// The status that was not hoped for, or the network.
pub async fn subscribe(
    outbound: &Outbound,
    token: &str,
    url: &Url,
    kind: &str,
    handler: &str,
) -> Result<Result<(), u16>, NetError> {
    let body = json!({"notice_type": kind, "handler": handler}).to_string().into_bytes();
    let request = Outgoing::put(url.clone(), "application/json", body)
        .accept("application/json")
        .bearer(token)
        .timeout(TIMEOUT)
        .limit(64 * 1024);
    let answer = outbound.send(request).await?;
    Ok(if answer.is_success() && !answer.is_html() { Ok(()) } else { Err(answer.status) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_used_for_what_it_offers() {
        let claim = json!({
            "platform_notification_service_url": "https://lms.test/n/1", "service_versions": ["1.0"],
            "scope": [SCOPE_NOTICES], "notice_types_supported": ["LtiHelloWorldNotice", "Other", "LtiContextCopyNotice"],
        });
        let found = service(Some(&claim)).unwrap();
        assert_eq!((found.url.as_str(), found.types), ("https://lms.test/n/1", TYPES.map(str::to_owned).to_vec()));
        for (name, value) in [
            ("scope", json!([])),
            ("scope", json!("x")),
            ("notice_types_supported", json!(["Other"])),
            ("platform_notification_service_url", json!(7)),
        ] {
            let mut claim = claim.clone();
            claim[name] = value;
            assert_eq!(service(Some(&claim)), None, "{name}");
        }
        assert_eq!(service(None), None);
    }

    #[test]
    fn deliveries_are_read_to_the_last_good_one() {
        let body = json!({"notices": [{"jwt": "a"}, {"jwt": 7}, {}, "x", {"jwt": "b"}]}).to_string();
        assert_eq!(tokens(body.as_bytes()), Ok(vec!["a".to_owned(), "b".to_owned()]));
        for bad in ["", "[]", "{}", r#"{"notices":{}}"#] {
            assert!(tokens(bad.as_bytes()).is_err(), "{bad}");
        }
        let many = json!({"notices": vec![json!({"jwt": "a"}); 51]}).to_string();
        assert!(tokens(many.as_bytes()).is_err());
    }
}
