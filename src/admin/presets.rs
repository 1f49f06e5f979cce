//! The addresses of known LMSs, so that a registration by hand needs few values. Pure.

use url::Url;

use crate::platform::model::Family;

/// What a registration by hand begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// A Moodle: everything follows from its site address.
    Moodle,
    /// Hosted Canvas: the same for every school.
    Canvas,
    /// Its beta environment.
    CanvasBeta,
    /// Its test environment.
    CanvasTest,
    /// A Canvas on one's own servers.
    CanvasOwn,
    /// Anything else: every address is asked for.
    Generic,
}

/// The addresses of an LMS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The issuer.
    pub issuer: String,
    /// Where browsers are sent to sign in.
    pub authorization: String,
    /// Where tokens are given.
    pub token: String,
    /// Where its keys are.
    pub jwks: String,
}

impl Preset {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::Moodle, Self::Canvas, Self::CanvasBeta, Self::CanvasTest, Self::CanvasOwn, Self::Generic];

    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Moodle => "moodle",
            Self::Canvas => "canvas",
            Self::CanvasBeta => "canvas-beta",
            Self::CanvasTest => "canvas-test",
            Self::CanvasOwn => "canvas-own",
            Self::Generic => "generic",
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }

    /// The product.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::Moodle => Family::Moodle,
            Self::Canvas | Self::CanvasBeta | Self::CanvasTest | Self::CanvasOwn => Family::Canvas,
            Self::Generic => Family::Generic,
        }
    }

    /// Whether the address of the site is asked for.
    #[must_use]
    pub const fn asks_site(self) -> bool {
        matches!(self, Self::Moodle | Self::CanvasOwn)
    }

    /// Whether every address is asked for.
    #[must_use]
    pub const fn asks_endpoints(self) -> bool {
        matches!(self, Self::Generic)
    }

    /// The addresses (moodle.md §1; canvas.md §1.1). None where they are asked for one by one, or where
    /// the site is no web address.
    #[must_use]
    pub fn endpoints(self, site: &str) -> Option<Endpoints> {
        let hosted = |environment: &str| Endpoints {
            issuer: format!("https://canvas.{environment}instructure.com"),
            authorization: format!("https://sso.{environment}canvaslms.com/api/lti/authorize_redirect"),
            token: format!("https://sso.{environment}canvaslms.com/login/oauth2/token"),
            jwks: format!("https://sso.{environment}canvaslms.com/api/lti/security/jwks"),
        };
        match self {
            Self::Canvas => Some(hosted("")),
            Self::CanvasBeta => Some(hosted("beta.")),
            Self::CanvasTest => Some(hosted("test.")),
            Self::Generic => None,
            Self::Moodle | Self::CanvasOwn => {
                let site = site_of(site)?;
                let at = |path: &str| format!("{site}{path}");
                Some(if self == Self::Moodle {
                    Endpoints {
                        issuer: site.clone(),
                        authorization: at("/mod/lti/auth.php"),
                        token: at("/mod/lti/token.php"),
                        jwks: at("/mod/lti/certs.php"),
                    }
                } else {
                    Endpoints {
                        issuer: "https://canvas.instructure.com".to_owned(),
                        authorization: at("/api/lti/authorize_redirect"),
                        token: at("/login/oauth2/token"),
                        jwks: at("/api/lti/security/jwks"),
                    }
                })
            }
        }
    }
}

/// The address of a site as its administrator copies it: with a page of it, a query, a slash at the end,
/// or without the scheme. A Moodle may live in a folder.
fn site_of(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&with_scheme).ok().filter(|u| matches!(u.scheme(), "https" | "http") && u.host().is_some())?;
    let mut path = url.path();
    // Pages of Moodle that people have open when they copy the address.
    for page in ["/admin/", "/mod/", "/login/", "/course/", "/my/", "/user/", "/index.php", "/accounts/", "/courses/"] {
        if let Some(at) = path.find(page) {
            path = &path[..at];
        }
    }
    Some(format!("{}{}", url.origin().ascii_serialization(), path.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_site_address_fills_all_of_a_moodle() {
        let wanted = Endpoints {
            issuer: "https://lms.example/moodle".into(),
            authorization: "https://lms.example/moodle/mod/lti/auth.php".into(),
            token: "https://lms.example/moodle/mod/lti/token.php".into(),
            jwks: "https://lms.example/moodle/mod/lti/certs.php".into(),
        };
        for typed in [
            "https://lms.example/moodle",
            "lms.example/moodle/",
            " https://lms.example/moodle/admin/settings.php?section=x ",
            "https://lms.example/moodle/mod/lti/typessettings.php#a",
            "https://LMS.example/moodle/index.php",
        ] {
            assert_eq!(Preset::Moodle.endpoints(typed), Some(wanted.clone()), "{typed}");
        }
        for typed in ["", "   ", "https://", "javascript:alert(1)", "ftp://lms.example"] {
            assert_eq!(Preset::Moodle.endpoints(typed), None, "{typed}");
        }
        let root = Preset::Moodle.endpoints("https://lms.example:8443").unwrap();
        assert_eq!(root.issuer, "https://lms.example:8443");
    }

    #[test]
    fn hosted_canvas_is_the_same_for_everybody() {
        let beta = Preset::CanvasBeta.endpoints("ignored").unwrap();
        assert_eq!(beta.issuer, "https://canvas.beta.instructure.com");
        assert_eq!(beta.token, "https://sso.beta.canvaslms.com/login/oauth2/token");
        assert_eq!(Preset::Canvas.endpoints("").unwrap().issuer, "https://canvas.instructure.com");
        let own = Preset::CanvasOwn.endpoints("canvas.school.example").unwrap();
        assert_eq!(own.jwks, "https://canvas.school.example/api/lti/security/jwks");
        assert_eq!(Preset::Generic.endpoints("https://x"), None);
    }

    #[test]
    fn names_are_read_back() {
        assert!(Preset::ALL.into_iter().all(|p| Preset::parse(p.name()) == Some(p)));
        assert_eq!(Preset::parse("blackboard"), None);
    }
}
