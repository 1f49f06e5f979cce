//! Third-party-initiated login and the authentication request (lti.md §1.1, §1.2).

use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::UtcTime;
use crate::crypto::sealed::MasterKey;
use crate::crypto::{self, CryptoError};

/// The longest value of one login parameter in bytes (lti.md C-104).
pub const MAX_PARAMETER: usize = 8 * 1024;
/// How long a login may take, in seconds (lti.md C-111).
pub const STATE_LIFETIME: i64 = 600;
/// Hints longer than this are not carried in the state: the address of the authentication request
/// would become too long for some servers.
const MAX_CARRIED: usize = 2 * 1024;

/// What the LMS sends to the login address, by GET or by POST.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct LoginRequest {
    /// The issuer.
    #[serde(default)]
    pub iss: String,
    /// Opaque; echoed.
    #[serde(default)]
    pub login_hint: String,
    /// Unsigned; used for nothing but echoing it into a retry.
    #[serde(default)]
    pub target_link_uri: String,
    /// Which registration, where the issuer has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Opaque; echoed exactly when it was sent, even empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lti_message_hint: Option<String>,
    /// Must equal the later deployment claim when it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lti_deployment_id: Option<String>,
    /// Canvas' name for the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<String>,
    /// The frame that offers platform storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lti_storage_target: Option<String>,
}

/// Why a login request is refused.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum LoginError {
    /// `iss` or `login_hint` is missing.
    #[error("a required parameter is missing")]
    Missing,
    /// A value is longer than [`MAX_PARAMETER`] or holds a control character.
    #[error("a parameter is too long or has a forbidden character")]
    Malformed,
}

impl LoginRequest {
    /// Checks the form of every value.
    ///
    /// # Errors
    /// When a required one is missing, or one is too long or holds CR, LF or NUL.
    pub fn check(&self) -> Result<(), LoginError> {
        if self.iss.is_empty() || self.login_hint.is_empty() {
            return Err(LoginError::Missing);
        }
        let optional = [
            &self.client_id,
            &self.lti_message_hint,
            &self.lti_deployment_id,
            &self.deployment_id,
            &self.lti_storage_target,
        ];
        let all = [&self.iss, &self.login_hint, &self.target_link_uri]
            .into_iter()
            .chain(optional.into_iter().filter_map(Option::as_ref));
        for value in all {
            if value.len() > MAX_PARAMETER || value.contains(['\r', '\n', '\0']) {
                return Err(LoginError::Malformed);
            }
        }
        Ok(())
    }

    /// The deployment that the LMS announced, under either name.
    #[must_use]
    pub fn announced_deployment(&self) -> Option<&str> {
        self.lti_deployment_id.as_deref().or(self.deployment_id.as_deref()).filter(|d| !d.is_empty())
    }

    /// The frame that offers platform storage, if its name is one that can be a frame name.
    #[must_use]
    pub fn storage_target(&self) -> Option<&str> {
        self.lti_storage_target.as_deref().filter(|t| {
            !t.is_empty() && t.len() <= 64 && t.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
        })
    }
}

/// What a login puts into `state`: nothing is stored on the server, so a flood of logins fills no
/// table (reliability-security.md T06). The signature proves that we made it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct State {
    /// The registration the login was for.
    #[serde(rename = "r")]
    pub registration: String,
    /// The nonce that the `id_token` must carry.
    #[serde(rename = "n")]
    pub nonce: String,
    /// When it was made.
    #[serde(rename = "t")]
    pub issued_at: UtcTime,
    /// SHA-256 of the secret that only this browser holds.
    #[serde(rename = "b")]
    pub binding_hash: String,
    /// The deployment that the LMS announced.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// The frame that offers platform storage.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub storage_target: Option<String>,
    /// The login parameters, for "open in a new window".
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginRequest>,
}

const PURPOSE: &str = "lti state";

impl State {
    /// A fresh state for a login, and the secret that binds it to the browser.
    ///
    /// # Errors
    /// When the random generator fails.
    pub fn new(registration: &str, login: &LoginRequest, now: UtcTime) -> Result<(Self, String), CryptoError> {
        let binding = crypto::random_token()?;
        let carried = login.login_hint.len()
            + login.lti_message_hint.as_ref().map_or(0, String::len)
            + login.target_link_uri.len();
        let mut retry = login.clone();
        retry.lti_storage_target = None;
        let state = Self {
            registration: registration.to_owned(),
            nonce: crypto::random_token()?,
            issued_at: now,
            binding_hash: crypto::sha256_text(&binding),
            deployment: login.announced_deployment().map(str::to_owned),
            storage_target: login.storage_target().map(str::to_owned),
            login: (carried <= MAX_CARRIED).then_some(retry),
        };
        Ok((state, binding))
    }

    /// The signed text form.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn sign(&self, key: &MasterKey) -> Result<String, CryptoError> {
        let json = serde_json::to_vec(self).map_err(|_| CryptoError::Invalid("a state cannot be written"))?;
        key.sign(PURPOSE, &json)
    }

    /// Reads a state that we signed, whatever its age.
    ///
    /// # Errors
    /// When it is not ours.
    pub fn verify(key: &MasterKey, text: &str) -> Result<Self, CryptoError> {
        serde_json::from_slice(&key.verify(PURPOSE, text)?).map_err(|_| CryptoError::Invalid("a state cannot be read"))
    }

    /// Whether the login took longer than [`STATE_LIFETIME`].
    #[must_use]
    pub fn is_expired(&self, now: UtcTime) -> bool {
        let age = now.seconds_since(self.issued_at);
        !(-60..=STATE_LIFETIME).contains(&age)
    }

    /// Whether a secret is the one of the browser that started the login.
    #[must_use]
    pub fn is_bound_to(&self, secret: &str) -> bool {
        crypto::same(crypto::sha256_text(secret).as_bytes(), self.binding_hash.as_bytes())
    }

    /// A short name of this state, for its cookie and its storage key.
    #[must_use]
    pub fn short_name(&self) -> String {
        self.binding_hash.chars().take(16).collect()
    }
}

/// The address of the authentication request (lti.md C-110). A query that the endpoint has already
/// is kept.
#[must_use]
pub fn authentication_url(
    endpoint: &Url,
    client_id: &str,
    redirect_uri: &str,
    login: &LoginRequest,
    state: &str,
    nonce: &str,
) -> Url {
    let mut url = endpoint.clone();
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("scope", "openid")
            .append_pair("response_type", "id_token")
            .append_pair("response_mode", "form_post")
            .append_pair("prompt", "none")
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("login_hint", &login.login_hint);
        if let Some(hint) = &login.lti_message_hint {
            query.append_pair("lti_message_hint", hint);
        }
        query.append_pair("state", state).append_pair("nonce", nonce);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn login(hint: &str, message_hint: Option<&str>) -> LoginRequest {
        LoginRequest {
            iss: "https://lms.test".into(),
            login_hint: hint.into(),
            lti_message_hint: message_hint.map(Into::into),
            ..LoginRequest::default()
        }
    }

    fn value(url: &Url, key: &str) -> Vec<String> {
        url.query_pairs().filter(|(k, _)| k == key).map(|(_, v)| v.into_owned()).collect()
    }

    #[test]
    fn the_endpoint_keeps_its_own_query() {
        let endpoint = Url::parse("https://lms.test/auth?tenant=7").unwrap();
        let url = authentication_url(&endpoint, "c", "https://tool.test/l", &login("h", None), "s", "n");
        assert_eq!(value(&url, "tenant"), ["7"]);
        assert_eq!(value(&url, "response_mode"), ["form_post"]);
        assert!(value(&url, "lti_message_hint").is_empty(), "an absent hint stays absent");
        let url = authentication_url(&endpoint, "c", "https://tool.test/l", &login("h", Some("")), "s", "n");
        assert_eq!(value(&url, "lti_message_hint"), [""], "an empty hint is echoed");
    }

    #[test]
    fn state_belongs_to_one_browser_and_ten_minutes() {
        let key = MasterKey::from_bytes([1; 32]);
        let now = UtcTime::from_unix_seconds(1_800_000_000);
        let (state, secret) = State::new("reg", &login("h", None), now).unwrap();
        let text = state.sign(&key).unwrap();
        let read = State::verify(&key, &text).unwrap();
        assert_eq!(read, state);
        assert!(read.is_bound_to(&secret));
        assert!(!read.is_bound_to("other"));
        assert!(!read.is_expired(now.plus_seconds(600)));
        assert!(read.is_expired(now.plus_seconds(601)));
        assert!(read.is_expired(now.plus_seconds(-61)), "a state from the future is refused");
        assert!(State::verify(&MasterKey::from_bytes([2; 32]), &text).is_err());
    }

    #[test]
    fn storage_targets_are_frame_names() {
        let with = |t: &str| LoginRequest { lti_storage_target: Some(t.into()), ..LoginRequest::default() };
        assert_eq!(with("_parent").storage_target(), Some("_parent"));
        assert_eq!(with("post_message_forwarding").storage_target(), Some("post_message_forwarding"));
        for bad in ["", "a b", "<x>", "a\"b", &"x".repeat(65)] {
            assert_eq!(with(bad).storage_target(), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn hints_survive_and_cannot_add_parameters(hint in ".{1,200}", message in ".{0,200}") {
            let endpoint = Url::parse("https://lms.test/auth").unwrap();
            let url = authentication_url(
                &endpoint, "c", "https://tool.test/l", &login(&hint, Some(&message)), "s", "n");
            prop_assert_eq!(value(&url, "login_hint"), vec![hint]);
            prop_assert_eq!(value(&url, "lti_message_hint"), vec![message]);
            prop_assert_eq!(value(&url, "redirect_uri"), vec!["https://tool.test/l".to_owned()]);
        }
    }
}
