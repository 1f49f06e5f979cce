//! Dynamic Registration 1.0 (lti.md §7): what an LMS says about itself, what we ask it for, and what
//! it grants. Pure; the calls are made by `platform::registering`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::score::{SCOPE_LINE_ITEM, SCOPE_RESULT, SCOPE_SCORE};
use super::{CONTEXT_HISTORY, SCOPE_ROSTER};
use crate::net::authority;

/// The claim with the LMS's own configuration.
pub const PLATFORM: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";
/// The claim with the tool's configuration.
pub const TOOL: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";
/// The scopes that we use, in the order that people read them; nothing else is asked for.
pub const SCOPES: [&str; 4] = [SCOPE_LINE_ITEM, SCOPE_SCORE, SCOPE_RESULT, SCOPE_ROSTER];
/// What launches are asked to bring along: earlier contexts of a copied course, and the activity's dates.
pub const CUSTOM_PARAMETERS: [(&str, &str); 3] = [
    (CONTEXT_HISTORY, "$Context.id.history"),
    ("available_from", "$ResourceLink.available.startDateTime"),
    ("due_at", "$ResourceLink.submission.endDateTime"),
];
/// Where Canvas shows the picker: in an assignment's form, in a module, and in the two menus that make
/// assignments at once (canvas.md §2.2).
pub const CANVAS_PLACEMENTS: [&str; 4] =
    ["assignment_selection", "link_selection", "course_assignments_menu", "module_index_menu_modal"];
/// The message by which an LMS asks what to place.
const DEEP_LINKING: &str = "LtiDeepLinkingRequest";
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
        SCOPES.iter().filter(|s| self.scopes.iter().any(|o| o == *s)).map(ToString::to_string).collect()
    }
}

/// Canvas in the cloud signs in on one host for all schools, and its issuer is a name of its own
/// (canvas.md §1.1): these belong together.
fn is_hosted_canvas(host: &str) -> bool {
    let under = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    under("instructure.com") || under("canvaslms.com")
}

/// What our side of the registration is.
#[derive(Clone, Copy, Debug)]
pub struct Tool<'a> {
    /// Our public address, without a path.
    pub origin: &'a Url,
    /// The login address of this registration.
    pub login: &'a str,
    /// The launch address of this registration.
    pub launch: &'a str,
    /// Our key set.
    pub jwks: &'a str,
    /// Our logo.
    pub logo: &'a str,
    /// What it does, in the language of whoever registers it.
    pub description: &'a str,
}

/// The messages that we take. Canvas gives a message without placements one of its own choice, so there
/// only the picker is asked for: what it places is opened by resource links anyway (canvas.md §3.3).
fn messages(configuration: &Configuration, tool: &Tool<'_>) -> Vec<Value> {
    let is_canvas = configuration.product == "canvas";
    let mut messages = Vec::new();
    if !(is_canvas && configuration.deep_linking) {
        messages.push(json!({"type": "LtiResourceLinkRequest"}));
    }
    if configuration.deep_linking {
        let mut picker = json!({"type": DEEP_LINKING, "target_link_uri": tool.launch, "label": "Cercle"});
        if is_canvas {
            picker["placements"] = json!(CANVAS_PLACEMENTS);
        }
        messages.push(picker);
    }
    messages
}

/// The registration that we post (R-10 Moodle, R-11 Canvas). Names are asked for, e-mail addresses are
/// not: nothing here needs them.
#[must_use]
pub fn request(configuration: &Configuration, tool: &Tool<'_>) -> Value {
    let domain = authority(tool.origin);
    // Moodle compares it with the target's host, from which it takes a leading "www.".
    let domain = domain.strip_prefix("www.").filter(|_| configuration.product == "moodle").unwrap_or(&domain);
    let mut settings = json!({
        "domain": domain,
        "target_link_uri": tool.launch,
        "description": tool.description,
        "claims": ["iss", "sub", "name", "given_name", "family_name", "locale"],
        "custom_parameters": CUSTOM_PARAMETERS.into_iter().collect::<BTreeMap<_, _>>(),
        "messages": messages(configuration, tool),
    });
    if configuration.product == "canvas"
        && let Some(settings) = settings.as_object_mut()
    {
        settings.insert("https://canvas.instructure.com/lti/privacy_level".to_owned(), json!("name_only"));
        settings.insert("https://canvas.instructure.com/lti/tool_id".to_owned(), json!("cercle"));
    }
    json!({
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login,
        "redirect_uris": [tool.launch],
        "client_name": "Cercle",
        "client_uri": tool.origin,
        "logo_uri": tool.logo,
        "jwks_uri": tool.jwks,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": configuration.wanted_scopes().join(" "),
        TOOL: settings,
    })
}

/// What the LMS granted, which may be less than we asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Our client id.
    pub client_id: String,
    /// The deployment, where the LMS made one with the registration (Moodle does, Canvas may).
    pub deployment_id: Option<String>,
    /// The scopes. An answer without any says nothing about them: then those that were asked for.
    pub scopes: Vec<String>,
}

impl Granted {
    /// Reads the LMS's answer. `None` when it is no registration.
    #[must_use]
    pub fn parse(body: &[u8], asked: &[String]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let root = value.as_object()?;
        // Old Moodle gives numbers where the standard says text.
        let id = |of: &Map<String, Value>, name: &str| match of.get(name) {
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => text(of, name),
        };
        let tool = root.get(TOOL).and_then(Value::as_object);
        let scopes = match root.get("scope") {
            Some(Value::String(scopes)) => {
                scopes.split_whitespace().filter(|s| *s != "openid").map(str::to_owned).collect()
            }
            _ => asked.to_vec(),
        };
        Some(Self {
            client_id: id(root, "client_id").filter(|c| c.len() <= super::verify::MAX_ID)?,
            deployment_id: tool
                .and_then(|t| id(t, "deployment_id"))
                .or_else(|| id(root, "deployment_id"))
                .filter(|d| d.len() <= super::verify::MAX_ID),
            scopes,
        })
    }
}

/// Whether a platform lists a message: as an object, or as plain text in an older Moodle.
fn supports(platform: &Map<String, Value>, message: &str) -> bool {
    let listed = platform.get("messages_supported").and_then(Value::as_array);
    listed.into_iter().flatten().any(|m| m.as_str().or_else(|| m["type"].as_str()) == Some(message))
}

fn text(of: &Map<String, Value>, name: &str) -> Option<String> {
    let value = of.get(name)?.as_str()?.trim();
    let usable = !value.is_empty() && value.len() <= MAX_VALUE && !value.contains(char::is_control);
    usable.then(|| value.to_owned())
}

fn texts(of: &Map<String, Value>, name: &str) -> Vec<String> {
    let all = of.get(name).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moodle() -> Value {
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

    fn parse(value: &Value) -> Result<Configuration, ConfigurationError> {
        Configuration::parse(&serde_json::to_vec(value).unwrap())
    }

    fn url(text: &str) -> Url {
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
    fn the_picker_is_asked_for_where_the_lms_has_one() {
        let origin = url("https://tool.test");
        let tool = Tool {
            origin: &origin,
            login: "l",
            launch: "https://tool.test/go",
            jwks: "j",
            logo: "i",
            description: "d",
        };
        let messages = |product: &str, deep_linking: bool| {
            let configuration = Configuration { product: product.into(), deep_linking, ..parse(&moodle()).unwrap() };
            super::request(&configuration, &tool)[TOOL]["messages"].clone()
        };
        let open = json!({"type": "LtiResourceLinkRequest"});
        let pick =
            json!({"type": "LtiDeepLinkingRequest", "target_link_uri": "https://tool.test/go", "label": "Cercle"});
        assert_eq!(messages("moodle", false), json!([open]));
        assert_eq!(messages("moodle", true), json!([open, pick]));
        assert_eq!(messages("canvas", false), json!([open]));
        let mut placed = pick;
        placed["placements"] = json!(CANVAS_PLACEMENTS);
        assert_eq!(messages("canvas", true), json!([placed]));
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

    #[test]
    fn the_request_asks_for_the_least_that_the_lms_knows() {
        let origin = url("https://tool.test:8443");
        let tool = Tool {
            origin: &origin,
            login: "https://tool.test:8443/lti/r/login",
            launch: "https://tool.test:8443/lti/r/launch",
            jwks: "https://tool.test:8443/.well-known/jwks.json",
            logo: "https://tool.test:8443/logo.svg",
            description: "d",
        };
        let moodle = parse(&moodle()).unwrap();
        let request = super::request(&moodle, &tool);
        assert_eq!(request["scope"], json!([SCOPES[0], SCOPES[1], SCOPES[3]].join(" ")));
        assert_eq!(request[TOOL]["domain"], json!("tool.test:8443"));
        assert_eq!(request["redirect_uris"], json!([tool.launch]));
        assert!(!request.to_string().contains("email") && !request.to_string().contains("privacy_level"));
        let www = url("https://www.tool.test");
        let at_www = Tool { origin: &www, ..tool };
        assert_eq!(super::request(&moodle, &at_www)[TOOL]["domain"], json!("tool.test"));
        let canvas = Configuration { product: "canvas".into(), ..moodle };
        assert_eq!(super::request(&canvas, &at_www)[TOOL]["domain"], json!("www.tool.test"));
        let request = super::request(&canvas, &tool);
        assert_eq!(request[TOOL]["https://canvas.instructure.com/lti/privacy_level"], json!("name_only"));
    }

    #[test]
    fn x94_what_counts_is_what_was_granted() {
        let asked = vec![SCOPES[0].to_owned(), SCOPES[1].to_owned()];
        let read = |value: Value| Granted::parse(&serde_json::to_vec(&value).unwrap(), &asked);
        let moodle = read(json!({"client_id": "abc", "scope": SCOPES[1], TOOL: {"deployment_id": "2"}})).unwrap();
        assert_eq!(moodle.scopes, [SCOPES[1]]);
        assert_eq!(moodle.deployment_id.as_deref(), Some("2"));
        let canvas =
            read(json!({"client_id": 10_000_000_000_007_u64, "scope": format!("{} openid", SCOPES[0])})).unwrap();
        assert_eq!((canvas.client_id.as_str(), canvas.deployment_id), ("10000000000007", None));
        assert_eq!(canvas.scopes, [SCOPES[0]]);
        assert_eq!(read(json!({"client_id": "a"})).unwrap().scopes, asked);
        assert_eq!(read(json!({"client_id": ""})), None);
        assert_eq!(read(json!({"error": "x"})), None);
        assert_eq!(Granted::parse(b"<html>", &asked), None);
    }
}
