//! What an LMS says about itself before a registration: its `openid-configuration` (lti.md §7).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::SCOPES;
use super::notices::SCOPE_NOTICES;
use crate::net::authority;

/// The claim with the LMS's own configuration.
pub const PLATFORM: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";
/// The message by which an LMS asks what to place.
pub const DEEP_LINKING: &str = "LtiDeepLinkingRequest";
/// The longest value of one member, in bytes.
const MAX_VALUE: usize = 2048;

/// What the LMS's `openid-configuration` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// The issuer.
    pub issuer: String,
    /// Where browsers are sent to sign in.
    pub authorization_endpoint: String,
    /// Where we ask for access tokens.
    pub token_endpoint: String,
    /// Where the LMS publishes its keys.
    pub jwks_uri: String,
    /// Where the registration is posted.
    pub registration_endpoint: String,
    /// Who our assertions are for, where the LMS says so.
    pub authorization_server: Option<String>,
    /// The scopes that it knows.
    pub scopes: Vec<String>,
    /// The product, in lower case (`moodle`, `canvas`, …).
    pub product: String,
    /// Its version, where it says so.
    pub version: Option<String>,
    /// Whether trainers can choose what to place (Deep Linking).
    pub deep_linking: bool,
}

/// Why a configuration cannot be used. The code is what the log says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// Not a JSON object.
    #[error("CONFIG_MALFORMED")]
    Malformed,
    /// A required member is missing or no text.
    #[error("CONFIG_MISSING {0}")]
    Missing(&'static str),
    /// An address is no https address, or has a part that it must not have.
    #[error("CONFIG_ADDRESS {0}")]
    Address(&'static str),
    /// The LMS does not support what LTI 1.3 requires.
    #[error("CONFIG_UNSUPPORTED {0}")]
    Unsupported(&'static str),
    /// The registration would be posted to another host than the one that served the configuration.
    #[error("CONFIG_REGISTRATION_HOST")]
    RegistrationHost,
}

impl Configuration {
    /// Reads what an LMS serves. Members that we do not know are ignored.
    ///
    /// # Errors
    /// The first thing that is missing or unsupported.
    pub fn parse(body: &[u8]) -> Result<Self, ConfigurationError> {
        let value: Value = serde_json::from_slice(body).map_err(|_| ConfigurationError::Malformed)?;
        let root = value.as_object().ok_or(ConfigurationError::Malformed)?;
        let required = |name: &'static str| text(root, name).ok_or(ConfigurationError::Missing(name));
        let platform = root.get(PLATFORM).and_then(Value::as_object);
        let product = platform.and_then(|p| text(p, "product_family_code")).unwrap_or_default();
        let configuration = Self {
            issuer: required("issuer")?,
            authorization_endpoint: required("authorization_endpoint")?,
            token_endpoint: required("token_endpoint")?,
            jwks_uri: required("jwks_uri")?,
            registration_endpoint: required("registration_endpoint")?,
            authorization_server: text(root, "authorization_server"),
            scopes: texts(root, "scopes_supported"),
            product: product.to_lowercase(),
            version: platform.and_then(|p| text(p, "version")),
            deep_linking: platform.is_some_and(|p| supports(p, DEEP_LINKING)),
        };
        for (member, wanted) in [
            ("token_endpoint_auth_methods_supported", "private_key_jwt"),
            ("token_endpoint_auth_signing_alg_values_supported", "RS256"),
            ("id_token_signing_alg_values_supported", "RS256"),
            ("response_types_supported", "id_token"),
        ] {
            if !texts(root, member).iter().any(|v| v == wanted) {
                return Err(ConfigurationError::Unsupported(member));
            }
        }
        Ok(configuration)
    }

    /// R-01 to R-03 and T54, T55: addresses are https (http where `allow_http`), the issuer is a plain
    /// address, and our token goes back to the host that the configuration came from. Returns the hosts
    /// that differ from it, which a person has to confirm; hosted Canvas is known to have several.
    ///
    /// # Errors
    /// What no person may confirm.
    pub fn check(&self, from: &Url, allow_http: bool) -> Result<Vec<String>, ConfigurationError> {
        let all = [
            ("issuer", &self.issuer),
            ("authorization_endpoint", &self.authorization_endpoint),
            ("token_endpoint", &self.token_endpoint),
            ("jwks_uri", &self.jwks_uri),
            ("registration_endpoint", &self.registration_endpoint),
        ];
        let source = authority(from);
        let mut others = Vec::new();
        for (name, address) in all {
            let url = Url::parse(address).map_err(|_| ConfigurationError::Address(name))?;
            let secure = url.scheme() == "https" || (allow_http && url.scheme() == "http");
            let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
            if !secure || !plain || (name == "issuer" && url.query().is_some()) {
                return Err(ConfigurationError::Address(name));
            }
            let host = authority(&url);
            if host == source {
                continue;
            }
            if name == "registration_endpoint" {
                return Err(ConfigurationError::RegistrationHost);
            }
            let belongs_together = is_hosted_canvas(&source) && is_hosted_canvas(&host);
            if !belongs_together && !others.contains(&host) {
                others.push(host);
            }
        }
        Ok(others)
    }

    /// The scopes that we ask for: those we use and the LMS knows.
    #[must_use]
    pub fn wanted_scopes(&self) -> Vec<String> {
        let used = SCOPES.iter().chain(&[SCOPE_NOTICES]);
        used.filter(|s| self.scopes.iter().any(|o| o == *s)).map(ToString::to_string).collect()
    }
}

/// Canvas in the cloud signs in on one host for all schools, and its issuer is a name of its own
/// (canvas.md §1.1): these belong together.
fn is_hosted_canvas(host: &str) -> bool {
    let under = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    under("instructure.com") || under("canvaslms.com")
}

/// Whether a platform lists a message: as an object, or as plain text in an older Moodle.
fn supports(platform: &Map<String, Value>, message: &str) -> bool {
    let listed = platform.get("messages_supported").and_then(Value::as_array);
    listed.into_iter().flatten().any(|m| m.as_str().or_else(|| m["type"].as_str()) == Some(message))
}

/// A text of use: not empty, not endless, on one line.
pub(super) fn text(of: &Map<String, Value>, name: &str) -> Option<String> {
    let value = of.get(name)?.as_str()?.trim();
    let usable = !value.is_empty() && value.len() <= MAX_VALUE && !value.contains(char::is_control);
    usable.then(|| value.to_owned())
}

fn texts(of: &Map<String, Value>, name: &str) -> Vec<String> {
    let all = of.get(name).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// What a Moodle says of itself.
    pub(in crate::lti) fn moodle() -> Value {
        json!({
            "issuer": "https://lms.test", "token_endpoint": "https://lms.test/mod/lti/token.php",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": "https://lms.test/mod/lti/certs.php",
            "authorization_endpoint": "https://lms.test/mod/lti/auth.php",
            "registration_endpoint": "https://lms.test/mod/lti/openid-registration.php",
            "scopes_supported": [SCOPES[0], SCOPES[1], SCOPES[3], "openid"],
            "response_types_supported": ["id_token"], "id_token_signing_alg_values_supported": ["RS256"],
            PLATFORM: {"product_family_code": "moodle", "version": "4.5", "messages_supported": ["LtiResourceLinkRequest"]},
        })
    }

    /// Reads it.
    pub(in crate::lti) fn parse(value: &Value) -> Result<Configuration, ConfigurationError> {
        Configuration::parse(&serde_json::to_vec(value).unwrap())
    }

    /// An address.
    pub(in crate::lti) fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn x90_both_forms_of_supported_messages_are_read() {
        assert_eq!(parse(&moodle()).unwrap().product, "moodle");
        let mut newer = moodle();
        newer[PLATFORM]["messages_supported"] = json!([{"type": "LtiResourceLinkRequest"}, {"type": 7}]);
        assert_eq!(parse(&newer).unwrap(), parse(&moodle()).unwrap());
        assert!(!parse(&newer).unwrap().deep_linking);
        for both in [json!(["LtiDeepLinkingRequest"]), json!([{"type": "LtiDeepLinkingRequest"}])] {
            newer[PLATFORM]["messages_supported"] = both;
            assert!(parse(&newer).unwrap().deep_linking);
        }
    }

    #[test]
    fn a_configuration_that_lacks_something_is_refused() {
        assert_eq!(Configuration::parse(b"<html>"), Err(ConfigurationError::Malformed));
        assert_eq!(Configuration::parse(b"[]"), Err(ConfigurationError::Malformed));
        for member in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"] {
            for wrong in [Value::Null, json!(""), json!(7), json!("x".repeat(3000)), json!("https://a\n.test")] {
                let mut lacking = moodle();
                lacking[member] = wrong;
                assert_eq!(parse(&lacking), Err(ConfigurationError::Missing(member)), "{member}");
            }
        }
        for member in [
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_signing_alg_values_supported",
            "id_token_signing_alg_values_supported",
            "response_types_supported",
        ] {
            let mut lacking = moodle();
            lacking[member] = json!(["HS256"]);
            assert_eq!(parse(&lacking), Err(ConfigurationError::Unsupported(member)), "{member}");
        }
    }

    #[test]
    fn x91_other_hosts_need_a_person_or_are_refused() {
        let from = url("https://lms.test/mod/lti/openid-configuration.php");
        let good = parse(&moodle()).unwrap();
        assert_eq!(good.check(&from, false), Ok(vec![]));
        let evil = Configuration { jwks_uri: "https://evil.test/jwks".into(), ..good.clone() };
        assert_eq!(evil.check(&from, false), Ok(vec!["evil.test".to_owned()]));
        let other = Configuration { issuer: "https://other.test".into(), ..good.clone() };
        assert_eq!(other.check(&from, false), Ok(vec!["other.test".to_owned()]));
        let port = Configuration { token_endpoint: "https://lms.test:444/t".into(), ..good.clone() };
        assert_eq!(port.check(&from, false), Ok(vec!["lms.test:444".to_owned()]));
        let away = Configuration { registration_endpoint: "https://evil.test/r".into(), ..good.clone() };
        assert_eq!(
            away.check(&from, false),
            Err(ConfigurationError::RegistrationHost),
            "the token stays with its host"
        );
        for issuer in ["http://lms.test", "https://a:b@lms.test", "https://lms.test/?x", "https://lms.test/#x", "lms"] {
            let wrong = Configuration { issuer: issuer.into(), ..good.clone() };
            assert_eq!(wrong.check(&from, false), Err(ConfigurationError::Address("issuer")), "{issuer}");
        }
        let local = Configuration { issuer: "http://lms.test".into(), ..good };
        assert_eq!(local.check(&from, true), Ok(vec![]));
    }

    #[test]
    fn hosted_canvas_has_several_hosts_and_look_alikes_have_none() {
        let cloud = Configuration {
            issuer: "https://canvas.instructure.com".into(),
            authorization_endpoint: "https://sso.canvaslms.com/api/lti/authorize_redirect".into(),
            token_endpoint: "https://sso.canvaslms.com/login/oauth2/token".into(),
            jwks_uri: "https://sso.canvaslms.com/api/lti/security/jwks".into(),
            registration_endpoint: "https://school.instructure.com/api/lti/registrations".into(),
            ..parse(&moodle()).unwrap()
        };
        let from = url("https://school.instructure.com/api/lti/security/openid-configuration");
        assert_eq!(cloud.check(&from, false), Ok(vec![]));
        let fake = Configuration { jwks_uri: "https://notinstructure.com/jwks".into(), ..cloud };
        assert_eq!(fake.check(&from, false), Ok(vec!["notinstructure.com".to_owned()]));
    }
}
