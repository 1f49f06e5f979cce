//! Registrations, deployments, courses, links and people.

use std::net::IpAddr;

use serde::Serialize;
use url::Url;

use crate::clock::UtcTime;
use crate::ids::{CourseId, DeploymentId, InvitationId, LinkId, PersonId, RegistrationId};
use crate::lti::score::{SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ};
use crate::lti::token::TokenRequest;
use crate::store::columns::text_enum;
pub use crate::store::columns::{Family, Role};
use crate::web::html::clean_name;

text_enum! {
    /// What happens to a deployment that a registration has not had before.
    DeploymentPolicy {
        /// It is taken in by its first verified launch.
        Auto => "auto",
        /// It waits for an administrator.
        Approve => "approve",
    }
}

text_enum! {
    /// Whether launches of a deployment are let in.
    DeploymentState {
        /// Yes.
        Approved => "approved",
        /// Not before an administrator says so.
        Pending => "pending",
        /// No.
        Disabled => "disabled",
    }
}

/// One LMS that we trust: issuer, client id and endpoints (lti.md D-01).
#[derive(Clone, Debug, Serialize)]
pub struct Registration {
    /// Our id; part of this registration's own login and launch addresses.
    pub id: RegistrationId,
    /// The name that the operator gave it.
    pub name: String,
    /// The issuer, compared byte for byte.
    pub issuer: String,
    /// The client id that the LMS gave us.
    pub client_id: String,
    /// Where browsers are sent to sign in.
    pub authorization_endpoint: String,
    /// Where we ask for access tokens.
    pub token_endpoint: String,
    /// Where the LMS publishes its keys.
    pub jwks_uri: String,
    /// Who our assertions are for, if not the token endpoint.
    pub token_audience: Option<String>,
    /// The product.
    pub family: Family,
    /// What happens to new deployments.
    pub deployment_policy: DeploymentPolicy,
    /// Whether launches are let in.
    pub enabled: bool,
    /// When it was registered.
    pub created_at: UtcTime,
    /// When it was last changed.
    pub updated_at: UtcTime,
    /// The scopes that the LMS granted at Dynamic Registration, separated by blanks.
    pub granted_scopes: Option<String>,
}

impl Registration {
    /// The origins that may frame our pages for this LMS before a launch has named more.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let mut origins = Vec::new();
        for address in [&self.issuer, &self.authorization_endpoint] {
            if let Some(origin) = web_origin(address)
                && !origins.contains(&origin)
            {
                origins.push(origin);
            }
        }
        origins
    }

    /// Whether an address that a launch gave us belongs to this LMS, so that our token may go there:
    /// the host of its issuer, of one of its endpoints, or of the page that the launch came from
    /// (reliability-security.md T47).
    #[must_use]
    pub fn owns(&self, address: &str, launch_host: Option<&str>) -> bool {
        let host_of = |text: &str| Url::parse(text).ok().and_then(|u| u.host_str().map(str::to_owned));
        let Some(host) = host_of(address) else {
            return false;
        };
        let own = [&self.issuer, &self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        own.into_iter().filter_map(|a| host_of(a)).any(|h| h == host) || launch_host == Some(host.as_str())
    }
}

impl Registration {
    /// A request for a token of this LMS's services.
    #[must_use]
    pub fn token_request(&self, deployment_id: &str, scopes: Vec<String>) -> TokenRequest {
        TokenRequest {
            registration: self.id.to_string(),
            token_endpoint: self.token_endpoint.clone(),
            audience: self.token_audience.clone().unwrap_or_else(|| self.token_endpoint.clone()),
            client_id: self.client_id.clone(),
            deployment_id: deployment_id.to_owned(),
            required: scopes.clone(),
            scopes,
        }
    }
}

/// The origin of an http(s) address as CSP and `postMessage` want it.
#[must_use]
pub fn web_origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "https" | "http") {
        return None;
    }
    // A host with a character that means something in a CSP never comes from a real LMS.
    let origin = url.origin().ascii_serialization();
    origin.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-[]_".contains(&b)).then_some(origin)
}

/// What is needed to register an LMS by hand.
#[derive(Clone, Debug)]
pub struct NewRegistration {
    /// A name for people.
    pub name: String,
    /// The issuer.
    pub issuer: String,
    /// The client id.
    pub client_id: String,
    /// Where browsers are sent to sign in.
    pub authorization_endpoint: String,
    /// Where we ask for access tokens.
    pub token_endpoint: String,
    /// Where the LMS publishes its keys.
    pub jwks_uri: String,
    /// Who our assertions are for, if not the token endpoint.
    pub token_audience: Option<String>,
    /// Deployments known already.
    pub deployments: Vec<String>,
    /// The product.
    pub family: Family,
    /// The scopes that the LMS granted, where it was asked.
    pub granted_scopes: Option<String>,
    /// What happens to new deployments; None means `auto` without known deployments, else `approve`.
    pub deployment_policy: Option<DeploymentPolicy>,
}

/// What is wrong with one value of a registration that is made by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The value, as the command line calls it without its dashes.
    pub field: &'static str,
    /// The text key.
    pub key: &'static str,
}

impl NewRegistration {
    /// Everything that is wrong; empty when it can be stored. `allow_insecure` permits http and addresses
    /// of one's own machine.
    #[must_use]
    pub fn faults(&self, allow_insecure: bool) -> Vec<Fault> {
        let length = "registration-fault-length";
        let has_length = |value: &str| !value.trim().is_empty() && value.len() <= 255;
        let mut faults = Vec::new();
        for (field, value) in [("name", &self.name), ("client-id", &self.client_id)] {
            if !has_length(value) {
                faults.push(Fault { field, key: length });
            }
        }
        if self.deployments.iter().any(|d| !has_length(d)) {
            faults.push(Fault { field: "deployment", key: length });
        }
        for (field, value) in [
            ("issuer", &self.issuer),
            ("authorization-endpoint", &self.authorization_endpoint),
            ("token-endpoint", &self.token_endpoint),
            ("jwks-uri", &self.jwks_uri),
        ] {
            let checked = if value.len() > 255 { Err(length) } else { check_address(value, allow_insecure) };
            if let Err(key) = checked {
                faults.push(Fault { field, key });
            }
        }
        faults
    }
}

/// The text key of what is wrong with an address.
fn check_address(value: &str, allow_insecure: bool) -> Result<(), &'static str> {
    let url = Url::parse(value).map_err(|_| "registration-fault-address")?;
    if url.scheme() != "https" && !(allow_insecure && url.scheme() == "http") {
        return Err("registration-fault-https");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("registration-fault-parts");
    }
    let literal: Option<IpAddr> = match url.host() {
        None => return Err("registration-fault-address"),
        Some(url::Host::Domain(_)) => None,
        Some(url::Host::Ipv4(a)) => Some(a.into()),
        Some(url::Host::Ipv6(a)) => Some(a.into()),
    };
    match literal {
        Some(address) if !allow_insecure && !crate::net::is_public(address) => Err("registration-fault-public"),
        _ => Ok(()),
    }
}

/// A deployment of a registration.
#[derive(Clone, Debug, Serialize)]
pub struct Deployment {
    /// Our id.
    pub id: DeploymentId,
    /// The registration.
    pub registration_id: RegistrationId,
    /// The LMS's id, opaque.
    pub deployment_id: String,
    /// Whether launches are let in.
    pub state: DeploymentState,
    /// When it was first seen or named.
    pub created_at: UtcTime,
}

/// A course: one LTI context of one deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Our id.
    pub id: CourseId,
    /// The deployment.
    pub deployment_id: DeploymentId,
    /// The LMS's id; the resource link's id where the launch had no context.
    pub context_id: String,
    /// Whether the launch had no context.
    pub contextless: bool,
    /// The full name; may be empty.
    pub title: String,
    /// The short name; may be empty.
    pub label: String,
    /// The line item container.
    pub line_items_url: Option<String>,
    /// The roster address.
    pub memberships_url: Option<String>,
    /// The AGS scopes that the last launch offered, separated by blanks.
    pub ags_scopes: String,
    /// The ids of the courses that this one was copied from, as the LMS sends them.
    pub history: String,
}

impl Course {
    /// The LMS's ids of the courses that this one was copied from, nearest first (lti.md §1.9).
    #[must_use]
    pub fn copied_from(&self) -> Vec<String> {
        let parts = self.history.split(',').map(str::trim).filter(|part| !part.is_empty()).take(MAX_HISTORY);
        parts.map(|part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()).collect()
    }

    /// Whether the last launch offered a scope of Assignment and Grade Services.
    #[must_use]
    pub fn offers(&self, scope: &str) -> bool {
        self.ags_scopes.split(' ').any(|s| s == scope)
    }

    /// Where the LMS lists its columns, and the scope with which they may be read; None where it offers no such list.
    #[must_use]
    pub fn columns(&self) -> Option<(Url, &'static str)> {
        let scope = [SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ].into_iter().find(|s| self.offers(s))?;
        Some((Url::parse(self.line_items_url.as_ref()?).ok()?, scope))
    }
}

/// How many of the courses that a course was copied from are looked at.
const MAX_HISTORY: usize = 20;

/// A resource link in a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Our id.
    pub id: LinkId,
    /// The course.
    pub course_id: CourseId,
    /// The LMS's id.
    pub resource_link_id: String,
    /// The title in the LMS; may be empty.
    pub title: String,
    /// The one line item of the link, if the LMS named one.
    pub line_item_url: Option<String>,
    /// The activity that the link names in its custom parameters, as it came.
    pub named_activity: Option<String>,
    /// Whether it shall open an activity that another link of the course opens already.
    pub opens_again: bool,
}

/// A person: one `sub` of one registration. Never matched by e-mail.
#[derive(Clone, Debug)]
pub struct Person {
    /// Our id.
    pub id: PersonId,
    /// The registration.
    pub registration_id: RegistrationId,
    /// The LMS's id, byte for byte.
    pub sub: String,
    /// The full name, if the LMS ever shared one.
    pub name: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The e-mail address, for display only.
    pub email: Option<String>,
    /// The LMS's own test person.
    pub test_user: bool,
    /// The tag of the language that the LMS speaks to them in, once they have been here.
    pub lang: Option<String>,
}

impl Person {
    /// The name to show: name, else given and family name, else the local part of the e-mail address,
    /// else None — the caller then says "Participant 3f2a" (lti.md C-161). Never the raw `sub`.
    #[must_use]
    pub fn known_name(&self) -> Option<String> {
        let some = |text: &Option<String>| text.as_deref().map(clean_name).filter(|t| !t.is_empty());
        some(&self.name)
            .or_else(|| {
                let parts: Vec<String> = [&self.given_name, &self.family_name].into_iter().filter_map(some).collect();
                (!parts.is_empty()).then(|| parts.join(" "))
            })
            .or_else(|| some(&self.email.as_deref().and_then(|e| e.split('@').next()).map(str::to_owned)))
    }

    /// The same person without any name, for whoever must not know it: as peers see the author of a work with this number.
    /// The word is the same in each language of the pages.
    #[must_use]
    pub fn nameless(self, number: i32) -> Self {
        let name = Some(format!("Participant {number:02}"));
        Self { name, given_name: None, family_name: None, email: None, sub: String::new(), ..self }
    }

    /// Four characters that tell nameless people apart.
    #[must_use]
    pub fn short_hash(&self) -> String {
        crate::crypto::sha256_text(&format!("{}/{}", self.registration_id, self.sub))
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(4)
            .collect::<String>()
            .to_lowercase()
    }

    /// The name to show, with a translated word for people without one.
    #[must_use]
    pub fn display_name(&self, participant: &str) -> String {
        self.known_name().unwrap_or_else(|| format!("{participant} {}", self.short_hash()))
    }
}

/// A one-time invitation to register an LMS.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Our id.
    pub id: InvitationId,
    /// The name that the registration gets.
    pub name: String,
    /// The registration that it updates; a new one without.
    pub updates: Option<RegistrationId>,
    /// Until when it can be used.
    pub expires_at: UtcTime,
    /// Whether it was used.
    pub used: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Person {
        Person {
            id: PersonId::new(),
            registration_id: RegistrationId("r".into()),
            sub: "secret-sub".into(),
            name: None,
            given_name: None,
            family_name: None,
            email: None,
            test_user: false,
            lang: None,
        }
    }

    #[test]
    fn names_fall_back_and_never_show_the_sub() {
        let nameless = person();
        let shown = nameless.display_name("Participant");
        assert!(shown.starts_with("Participant ") && !shown.contains("secret"), "{shown}");
        let mail = Person { email: Some("ada@lms.test".into()), ..person() };
        assert_eq!(mail.known_name().as_deref(), Some("ada"));
        let parts = Person { given_name: Some("Ada".into()), family_name: Some("Test".into()), ..mail };
        assert_eq!(parts.known_name().as_deref(), Some("Ada Test"));
        let full = Person { name: Some("Dr Ada Test".into()), ..parts };
        assert_eq!(full.known_name().as_deref(), Some("Dr Ada Test"));
        let blank = Person { name: Some("\u{202e}".into()), ..person() };
        assert_eq!(blank.known_name(), None);
    }

    #[test]
    fn addresses_of_registrations_are_checked() {
        let good = NewRegistration {
            name: "School".into(),
            issuer: "https://lms.example".into(),
            client_id: "c".into(),
            authorization_endpoint: "https://lms.example/auth".into(),
            token_endpoint: "https://lms.example/token".into(),
            jwks_uri: "https://lms.example/jwks".into(),
            token_audience: None,
            deployments: vec![],
            family: Family::Generic,
            deployment_policy: None,
            granted_scopes: None,
        };
        assert_eq!(good.faults(false), []);
        for bad in ["http://lms.example/x", "https://127.0.0.1/x", "https://u:p@lms.example/", "lms", "https://a/#f"] {
            let faults = NewRegistration { jwks_uri: bad.into(), ..good.clone() }.faults(false);
            assert!(matches!(faults.as_slice(), [Fault { field: "jwks-uri", .. }]), "{bad}: {faults:?}");
        }
        assert!(NewRegistration { jwks_uri: "http://localhost:1/x".into(), ..good.clone() }.faults(true).is_empty());
        assert_eq!(NewRegistration { name: " ".into(), ..good.clone() }.faults(false).len(), 1);
        assert_eq!(NewRegistration { deployments: vec!["x".repeat(256)], ..good }.faults(false).len(), 1);
    }

    #[test]
    fn origins_hold_nothing_that_could_widen_a_policy() {
        assert_eq!(web_origin("https://lms.example:8443/x?y"), Some("https://lms.example:8443".into()));
        assert_eq!(web_origin("javascript:alert(1)"), None);
        assert_eq!(web_origin("data:text/html,x"), None);
        assert_eq!(web_origin("https://a;script-src*/"), None);
    }
}
