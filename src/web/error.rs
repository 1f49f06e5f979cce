//! Error pages. A page says what happened, what to do next, and how to go back; the reason is in the
//! log, found by the reference that the page shows.

use std::fmt;

pub use actix_web::http::StatusCode as Status;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use super::view::View;
use crate::lti::login::LoginRequest;
use crate::store::StoreError;

/// What a handler of a page returns.
pub type PageResult = Result<HttpResponse, PageError>;

/// A page that says no.
#[derive(Clone, Debug)]
pub struct PageError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The text key: `error-KEY-title`, `error-KEY-text`.
    pub key: &'static str,
    /// Eight characters that the log line has too.
    pub reference: String,
    /// The login to start again, for "open in a new window".
    pub retry: Option<Box<Retry>>,
    /// The rule that refused, for a text of its own: `refused-…`.
    pub rule: Option<&'static str>,
}

/// How to start a login again, at the top level.
#[derive(Clone, Debug)]
pub struct Retry {
    /// The login address.
    pub action: String,
    /// What the LMS sent.
    pub login: LoginRequest,
}

impl PageError {
    /// A page of a kind.
    #[must_use]
    pub fn new(status: StatusCode, key: &'static str) -> Self {
        Self { status, key, reference: reference(), retry: None, rule: None }
    }

    /// Something is broken on our side. The cause goes to the log.
    #[must_use]
    pub fn internal(cause: &dyn fmt::Display) -> Self {
        let page = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal");
        tracing::error!(event = "error", reference = %page.reference, cause = %cause, "a request failed");
        page
    }

    /// A thing that is not there, or that this person may not know is there.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    /// The person is known and may not do this.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden")
    }

    /// A form from another session, or from another site.
    #[must_use]
    pub fn stale_form() -> Self {
        Self::new(StatusCode::FORBIDDEN, "stale-form")
    }

    /// No session, or one that has ended.
    #[must_use]
    pub fn no_session() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "no-session")
    }

    /// A request that no form of ours makes.
    #[must_use]
    pub fn bad_request() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request")
    }

    /// A body over the limit.
    #[must_use]
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large")
    }

    /// A body of another media type.
    #[must_use]
    pub fn unsupported() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad-request")
    }

    /// A rule refuses what was asked; its text says why and what to do.
    #[must_use]
    pub fn refused(rule: &'static str) -> Self {
        Self { rule: Some(rule), ..Self::new(StatusCode::CONFLICT, "refused") }
    }

    /// A dependency is down.
    #[must_use]
    pub fn unavailable(cause: &dyn fmt::Display) -> Self {
        let page = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
        tracing::error!(event = "error", reference = %page.reference, cause = %cause, "a dependency is down");
        page
    }
}

fn reference() -> String {
    crate::crypto::random_bytes::<6>().map_or_else(
        |_| "--------".to_owned(),
        // Letters and digits that survive a telephone call: no 0/O, 1/l.
        |bytes| crate::crypto::b64(&bytes).replace(['-', '_', '0', 'O', '1', 'l', 'I'], "x"),
    )
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.status.as_u16(), self.key, self.reference)
    }
}

impl std::error::Error for PageError {}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Only the status: the middleware renders the page, because it knows the request's language.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status)
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Unavailable(cause) => Self::unavailable(&cause),
            other => Self::internal(&other),
        }
    }
}

impl From<crate::crypto::CryptoError> for PageError {
    fn from(error: crate::crypto::CryptoError) -> Self {
        Self::internal(&error)
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorTemplate<'a> {
    v: View,
    page: &'a PageError,
    title: String,
    text: String,
}

impl ErrorTemplate<'_> {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let Some(retry) = &self.page.retry else {
            return Vec::new();
        };
        let login = &retry.login;
        let mut fields = vec![
            ("iss", login.iss.clone()),
            ("login_hint", login.login_hint.clone()),
            ("target_link_uri", login.target_link_uri.clone()),
        ];
        let optional = [
            ("client_id", &login.client_id),
            ("lti_message_hint", &login.lti_message_hint),
            ("lti_deployment_id", &login.lti_deployment_id),
            ("deployment_id", &login.deployment_id),
        ];
        fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
        fields
    }
}

/// The page of an error, in the language of its request.
#[must_use]
pub fn render(view: &View, page: &PageError) -> String {
    let template = ErrorTemplate {
        v: view.clone(),
        page,
        title: view.t(&format!("error-{}-title", page.key)),
        text: page
            .rule
            .map_or_else(|| view.t(&format!("error-{}-text", page.key)), |rule| view.t(&format!("refused-{rule}"))),
    };
    template.render().unwrap_or_else(|_| format!("{} {}", page.status.as_u16(), page.reference))
}
