//! Dynamic Registration 1.0 (lti.md §7): what we ask an LMS for, and what it grants. Pure; the calls are
//! made by `platform::registering`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use super::CONTEXT_HISTORY;
use super::configuration::{Configuration, DEEP_LINKING, text};
use super::verify::MAX_ID;
use crate::net::authority;

/// The claim with the tool's configuration.
pub const TOOL: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";
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
            client_id: id(root, "client_id").filter(|c| c.len() <= MAX_ID)?,
            deployment_id: tool
                .and_then(|t| id(t, "deployment_id"))
                .or_else(|| id(root, "deployment_id"))
                .filter(|d| d.len() <= MAX_ID),
            scopes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::SCOPES;
    use super::super::configuration::tests::{moodle, parse, url};
    use super::*;

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
