//! The checks of an `id_token`, in the order of lti.md §1.4. Pure: the key, the time and what is
//! expected are passed in, and nothing is stored.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::json::object;
use super::message::{AgsEndpoint, Context, Launch, Message};
use super::notices::{self, Notice};
use super::reject::Reject;
use super::{AGS_CLAIM, CLAIM, NRPS_CLAIM, deep_linking};
use crate::clock::UtcTime;
use crate::crypto::rsa::VerifyingKey;
use crate::crypto::unb64;

/// The longest token, in bytes (V-01).
pub const MAX_TOKEN: usize = 64 * 1024;
/// How far clocks may differ, in seconds.
pub const LEEWAY: i64 = 60;
/// How old a token may be, in seconds (V-14).
pub const MAX_AGE: i64 = 600;
/// The longest identifier of an LMS, in bytes (lti.md D-08).
pub const MAX_ID: usize = 255;

/// What the launch must match.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The registration's issuer.
    pub issuer: &'a str,
    /// The registration's client id.
    pub client_id: &'a str,
    /// The nonce of the login.
    pub nonce: &'a str,
    /// The deployment that the login announced, if it did.
    pub deployment: Option<&'a str>,
    /// Now.
    pub now: UtcTime,
}

/// A token whose form is right and whose header is acceptable; not verified yet.
#[derive(Debug)]
pub struct Token<'a> {
    /// The key id to look for.
    pub kid: String,
    message: &'a str,
    signature: Vec<u8>,
    claims: Map<String, Value>,
}

/// V-01 and V-04 to V-06: three parts, JSON objects, RS256, a key id. Members that would bring a key
/// along (`jku`, `jwk`, `x5u`, `x5c`) are ignored; members that change how the token is to be read
/// are refused.
///
/// # Errors
/// The first check that fails.
pub fn parse(token: &str) -> Result<Token<'_>, Reject> {
    if token.len() > MAX_TOKEN {
        return Err(Reject::TokenTooLarge);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Reject::TokenMalformed)?;
    let (header, payload) = message.split_once('.').ok_or(Reject::TokenMalformed)?;
    if payload.contains('.') {
        return Err(Reject::TokenMalformed);
    }
    let decode = |part: &str| unb64(part).ok_or(Reject::TokenMalformed);
    let header = object(&decode(header)?)?;
    let claims = object(&decode(payload)?)?;
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(Reject::Alg);
    }
    if ["crit", "b64", "zip"].iter().any(|member| header.contains_key(*member)) {
        return Err(Reject::HeaderForbidden);
    }
    let kid = header
        .get("kid")
        .and_then(Value::as_str)
        .filter(|kid| !kid.is_empty() && kid.len() <= 256)
        .ok_or(Reject::KidMissing)?;
    Ok(Token { kid: kid.to_owned(), message, signature: decode(signature)?, claims })
}

impl Token<'_> {
    /// V-08 to V-24: the signature, then every claim.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, key: &VerifyingKey, expected: &Expected<'_>) -> Result<Launch, Reject> {
        if !key.verifies(self.message.as_bytes(), &self.signature) {
            return Err(Reject::Signature);
        }
        check_claims(&self.claims, expected)
    }

    /// Who says to have made the token, and for which client: what to look up before anything is verified.
    #[must_use]
    pub fn addressee(&self) -> Option<(String, String)> {
        let audience = match self.claims.get("aud")? {
            Value::Array(many) => many.first()?.as_str()?,
            one => one.as_str()?,
        };
        Some((self.claims.get("iss")?.as_str()?.to_owned(), audience.to_owned()))
    }

    /// A notice (lti-pns): V-08 to V-15, V-17 and V-19, and what it says. Its nonce is its own.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify_notice(&self, key: &VerifyingKey, expected: &Expected<'_>) -> Result<Notice, Reject> {
        if !key.verifies(self.message.as_bytes(), &self.signature) {
            return Err(Reject::Signature);
        }
        let claims = &self.claims;
        check_envelope(claims, expected)?;
        check_dates(claims, expected.now)?;
        let nonce = id(claims.get("nonce")).ok_or(Reject::Nonce)?;
        match claim(claims, "version").map(|v| v.as_str() == Some("1.3.0")) {
            Some(true) => {}
            Some(false) => return Err(Reject::Version),
            None => return Err(Reject::VersionMissing),
        }
        let deployment_id = id(claim(claims, "deployment_id")).ok_or(Reject::DeploymentMissing)?;
        Notice::of_claims(|name| claim(claims, name).cloned(), deployment_id, nonce, id).ok_or(Reject::ClaimMissing)
    }
}

fn claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(&format!("{CLAIM}{name}")).filter(|v| !v.is_null())
}

/// A text for people or an address. No database of ours holds a NUL, and no LMS has a use for one.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    let text = value.and_then(Value::as_str)?;
    let text = if text.contains('\0') { Cow::from(text.replace('\0', "")) } else { Cow::from(text) };
    Some(text.trim().to_owned()).filter(|s| !s.is_empty())
}

fn seconds(value: &Value) -> Result<i64, Reject> {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    let whole = |f: f64| (f.is_finite() && (0.0..9.0e12).contains(&f)).then_some(f as i64);
    value.as_i64().filter(|s| *s >= 0).or_else(|| value.as_f64().and_then(whole)).ok_or(Reject::DateMalformed)
}

/// An id of the LMS: a non-empty text of at most 255 bytes, taken byte for byte.
fn id(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|s| !s.is_empty() && s.len() <= MAX_ID && !s.contains('\0')).map(str::to_owned)
}

fn check_claims(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<Launch, Reject> {
    if !claims.contains_key("iss") && !claims.keys().any(|k| k.starts_with(CLAIM)) {
        return Err(Reject::NotLti);
    }
    check_envelope(claims, expected)?;
    let expires_at = check_dates(claims, expected.now)?;
    if claims.get("nonce").and_then(Value::as_str) != Some(expected.nonce) {
        return Err(Reject::Nonce);
    }
    let version = claim(claims, "version").ok_or(Reject::VersionMissing)?;
    if version.as_str() != Some("1.3.0") {
        return Err(Reject::Version);
    }
    let (chooses, reviews) = match claim(claims, "message_type").and_then(Value::as_str) {
        Some("LtiResourceLinkRequest") => (false, false),
        Some("LtiDeepLinkingRequest") => (true, false),
        Some("LtiSubmissionReviewRequest") => (false, true),
        _ => return Err(Reject::MessageType),
    };
    let deployment_id = id(claim(claims, "deployment_id")).ok_or(Reject::DeploymentMissing)?;
    if expected.deployment.is_some_and(|announced| announced != deployment_id) {
        return Err(Reject::DeploymentMismatch);
    }
    // A deep linking request may leave out roles and target (lti.md §4.1); without roles nobody is a trainer.
    let roles = match claim(claims, "roles").and_then(Value::as_array) {
        Some(roles) => roles.as_slice(),
        None if chooses => &[],
        None => return Err(Reject::RolesMissing),
    };
    let sub = match claims.get("sub") {
        None | Some(Value::Null) => return Err(Reject::SubMissing),
        found => id(found).ok_or(Reject::SubMalformed)?,
    };
    let message = if chooses {
        Message::DeepLinking(Box::new(deep_linking::Settings::parse(claims)?))
    } else {
        let link = claim(claims, "resource_link").ok_or(Reject::ResourceLink)?;
        let (link_id, title) = (id(link.get("id")).ok_or(Reject::ResourceLink)?, text(link.get("title")));
        if reviews {
            let for_user = claim(claims, "for_user").and_then(|f| id(f.get("user_id")));
            Message::SubmissionReview { id: link_id, title, for_user }
        } else {
            Message::ResourceLink { id: link_id, title }
        }
    };
    let target_link_uri = text(claim(claims, "target_link_uri"));
    if target_link_uri.is_none() && !chooses {
        return Err(Reject::TargetLink);
    }
    let presentation = claim(claims, "launch_presentation");
    let platform = claim(claims, "tool_platform");
    Ok(Launch {
        message,
        deployment_id,
        sub,
        name: text(claims.get("name")),
        given_name: text(claims.get("given_name")),
        family_name: text(claims.get("family_name")),
        email: text(claims.get("email")),
        locale: text(presentation.and_then(|p| p.get("locale"))).or_else(|| text(claims.get("locale"))),
        roles: roles.iter().filter_map(Value::as_str).filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        context: context(claim(claims, "context")),
        target_link_uri,
        ags: ags(claims.get(AGS_CLAIM)),
        memberships_url: text(claims.get(NRPS_CLAIM).and_then(|c| c.get("context_memberships_url"))),
        notices: notices::service(claim(claims, "platformnotificationservice")),
        return_url: text(presentation.and_then(|p| p.get("return_url"))),
        document_target: text(presentation.and_then(|p| p.get("document_target"))),
        product_family: text(platform.and_then(|p| p.get("product_family_code"))),
        platform_url: text(platform.and_then(|p| p.get("url"))),
        custom: custom(claim(claims, "custom")),
        expires_at,
    })
}

/// V-09 to V-12: who made the token and for whom.
fn check_envelope(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), Reject> {
    let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Reject::ClaimMissing)?;
    if issuer != expected.issuer {
        return Err(Reject::Issuer);
    }
    let audiences: Vec<&str> = match claims.get("aud") {
        None | Some(Value::Null) => return Err(Reject::ClaimMissing),
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().map(Value::as_str).collect::<Option<_>>().ok_or(Reject::Audience)?,
        Some(_) => return Err(Reject::Audience),
    };
    // An audience that is not us is one we have no reason to trust (OIDC Core 3.1.3.7).
    if audiences.is_empty() || audiences.iter().any(|a| *a != expected.client_id) {
        return Err(Reject::Audience);
    }
    match claims.get("azp") {
        None | Some(Value::Null) if audiences.len() > 1 => Err(Reject::Azp),
        None | Some(Value::Null) => Ok(()),
        Some(azp) if azp.as_str() == Some(expected.client_id) => Ok(()),
        Some(_) => Err(Reject::Azp),
    }
}

/// V-13 to V-15: when the token counts. Returns when it expires.
fn check_dates(claims: &Map<String, Value>, now: UtcTime) -> Result<UtcTime, Reject> {
    let now = now.unix_seconds();
    let exp = seconds(claims.get("exp").ok_or(Reject::ClaimMissing)?)?;
    let iat = seconds(claims.get("iat").ok_or(Reject::ClaimMissing)?)?;
    if now >= exp + LEEWAY || exp <= iat || iat < now - MAX_AGE {
        return Err(Reject::Expired);
    }
    if iat > now + LEEWAY {
        return Err(Reject::NotYetValid);
    }
    if let Some(nbf) = claims.get("nbf").filter(|v| !v.is_null())
        && now < seconds(nbf)? - LEEWAY
    {
        return Err(Reject::NotYetValid);
    }
    Ok(UtcTime::from_unix_seconds(exp))
}

fn context(value: Option<&Value>) -> Option<Context> {
    let value = value?;
    Some(Context { id: id(value.get("id"))?, title: text(value.get("title")), label: text(value.get("label")) })
}

fn ags(value: Option<&Value>) -> Option<AgsEndpoint> {
    let value = value?;
    let scopes = value.get("scope").and_then(Value::as_array)?;
    Some(AgsEndpoint {
        scopes: scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        line_items: text(value.get("lineitems")),
        // Moodle sends "" where the link has no column of its own; `text` reads that as absent.
        line_item: text(value.get("lineitem")),
    })
}

/// Custom parameters that have a value. A text that still starts with `$` is a variable that the LMS
/// did not know (lti.md §1.9).
fn custom(value: Option<&Value>) -> BTreeMap<String, String> {
    let Some(map) = value.and_then(Value::as_object) else {
        return BTreeMap::new();
    };
    map.iter()
        .filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned())))
        .filter(|(_, v)| !v.is_empty() && !v.starts_with('$') && !v.contains('\0'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_numbers() {
        use serde_json::json;
        for good in [json!(1_800_000_000), json!(1_800_000_000.5), json!(0)] {
            assert!(seconds(&good).is_ok(), "{good}");
        }
        for bad in [json!("1800000000"), json!(-1), json!(null), json!([1]), json!(1e300), json!(true)] {
            assert_eq!(seconds(&bad), Err(Reject::DateMalformed), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_a_panic(token in "\\PC{0,300}") {
            prop_assert!(parse(&token).is_err());
        }
    }
}
