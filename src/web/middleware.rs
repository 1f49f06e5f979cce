//! What happens around every request: a nonce, the security headers, the checks of host, origin and
//! encoding, and the error page where a handler said no.

use std::borrow::Cow;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};
use tracing_actix_web::{RequestId, RootSpanBuilder};

use super::error::{self, PageError};
use super::i18n::Lang;
use super::view::{Frame, View, ViewState};
use crate::context::Context;
use crate::crypto;
use crate::net::authority;

/// Whether pages of other sites may post here: LMSs do. `/lti/confirm` looks for itself, because its refusal
/// is that of a launch. Everything else is same-origin only.
fn is_for_other_sites(path: &str) -> bool {
    let parts: Vec<&str> = path.strip_prefix("/lti/").unwrap_or_default().split('/').collect();
    matches!(parts[..], ["login" | "launch" | "confirm" | "notices"] | [_, "login" | "launch"])
}

/// The console is never framed, not even when it says no.
const CONSOLE: &str = "/admin";

/// Guards a request and dresses its response.
///
/// # Errors
/// Never for a request of a browser: every refusal becomes a page.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let context = request.app_data::<web::Data<Context>>().cloned();
    let view = View::of(request.request());
    let nonce = crypto::random_bytes::<16>().map_or_else(|_| String::new(), |b| crypto::b64(&b));
    let lang = header_text(request.request(), header::ACCEPT_LANGUAGE).map_or_else(Lang::default, Lang::of_header);
    let request_id = request.extensions_request_id();
    let is_fragment = request.headers().contains_key("hx-request");
    view.update(|s| {
        s.nonce = nonce;
        s.lang = lang;
        s.request_id = request_id;
        s.is_fragment = is_fragment;
    });
    let refused = context.as_ref().and_then(|c| refusal(request.request(), c));
    let mut response = match refused {
        Some(page) => {
            let (request, _) = request.into_parts();
            ServiceResponse::from_err(page, request)
        }
        None => next.call(request).await?.map_into_boxed_body(),
    };
    let bare = response.response().error().is_none() && is_bare_error(&response);
    let page = response.response().error().and_then(|e| e.as_error::<PageError>()).cloned();
    let page = page.or_else(|| bare.then(|| page_for(response.status())));
    if let Some(page) = page {
        if matches!(page.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            metrics::counter!("authz_denied_total", "reason" => page.key).increment(1);
        }
        // A refusal holds no data and must be readable inside whichever LMS framed the page.
        let is_console = response.request().path().starts_with(CONSOLE);
        view.update(|s| {
            if s.frame == Frame::Nobody && !is_console {
                s.frame = Frame::AnyLms;
            }
        });
        let body = error::render(&view, &page);
        response = response.map_body(|_, _| BoxBody::new(body));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    }
    let insecure = context.as_ref().is_some_and(|c| c.settings.allow_insecure_platforms);
    add_headers(&mut response, &view.state(), insecure);
    Ok(response)
}

trait ExtensionsRequestId {
    fn extensions_request_id(&self) -> String;
}

impl ExtensionsRequestId for ServiceRequest {
    fn extensions_request_id(&self) -> String {
        use actix_web::HttpMessage as _;
        self.extensions().get::<RequestId>().map_or_else(String::new, ToString::to_string)
    }
}

/// An error that the framework made itself, such as 404 for an unknown path: it has no page yet.
fn is_bare_error(response: &ServiceResponse<BoxBody>) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error()) && !response.headers().contains_key(header::CONTENT_TYPE)
}

fn page_for(status: StatusCode) -> PageError {
    let key = match status {
        StatusCode::METHOD_NOT_ALLOWED => "method",
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        s if s.is_server_error() => "internal",
        _ => "bad-request",
    };
    PageError::new(status, key)
}

fn header_text(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name).and_then(|v| v.to_str().ok())
}

/// The checks that need no session: host, encoding, and where a state-changing request comes from.
fn refusal(request: &HttpRequest, context: &Context) -> Option<PageError> {
    let path = request.path();
    // Health checks come from load balancers under any name, and the page that names the right address has a style.
    if !matches!(path, "/healthz" | "/readyz") && !path.starts_with("/assets/") {
        let host = header_text(request, header::HOST).unwrap_or_default();
        if !host.eq_ignore_ascii_case(&authority(&context.settings.public_url)) {
            return Some(PageError::new(StatusCode::MISDIRECTED_REQUEST, "host"));
        }
    }
    let encoding = header_text(request, header::CONTENT_ENCODING).unwrap_or("identity");
    if !encoding.eq_ignore_ascii_case("identity") {
        return Some(PageError::unsupported());
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    (changes && !is_for_other_sites(path) && !is_from_our_page(request, context)).then(PageError::stale_form)
}

/// Whether `Origin` and `Sec-Fetch-Site` say that one of our own pages sent this. A page that sends no
/// referrer has the origin `null`, which counts only where the browser itself says "same-origin".
#[must_use]
pub fn is_from_our_page(request: &HttpRequest, context: &Context) -> bool {
    let site = header_text(request, HeaderName::from_static("sec-fetch-site"));
    let origin = header_text(request, header::ORIGIN);
    let origin_is_ours = match origin {
        None => true,
        Some("null") => site == Some("same-origin"),
        Some(origin) => origin == context.settings.origin(),
    };
    origin_is_ours && site.is_none_or(|site| site == "same-origin")
}

fn add_headers(response: &mut ServiceResponse<BoxBody>, view: &ViewState, insecure: bool) {
    let ancestors = match &view.frame {
        Frame::Nobody => "'none'".to_owned(),
        Frame::AnyLms if insecure => "https: http:".to_owned(),
        Frame::AnyLms => "https:".to_owned(),
        Frame::Origins(origins) => format!("'self' {}", origins.join(" ")),
    };
    let nonce = &view.nonce;
    let forms = view.form_targets.join(" ");
    // Files are shown from page memory: where no cookie goes with a request, an address alone opens nothing.
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data: blob:; frame-src blob:; font-src 'self'; connect-src 'self'; \
         form-action 'self' {forms}; base-uri 'none'; object-src 'none'; frame-ancestors {ancestors}"
    );
    let request_id = view.request_id.clone();
    let headers = response.headers_mut();
    // What is no page, such as somebody's file, brings a narrower policy.
    let has_policy = headers.contains_key(header::CONTENT_SECURITY_POLICY);
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    if !has_policy {
        set(header::CONTENT_SECURITY_POLICY, &policy);
    }
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if !request_id.is_empty() {
        set(HeaderName::from_static("x-request-id"), &request_id);
    }
    if !insecure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Paths whose last part is a secret.
const SECRET_PATHS: [&str; 3] = ["/admin/link/", "/lti/register/", "/mail/"];

/// A path as the log may hold it.
fn quiet_path(path: &str) -> Cow<'_, str> {
    match SECRET_PATHS.iter().find(|secret| path.starts_with(**secret)) {
        Some(secret) => Cow::Owned(format!("{secret}…")),
        None => Cow::Borrowed(path),
    }
}

/// The log span of a request: method and path, never the query, which holds login hints
/// (reliability-security.md T07, T89).
pub struct QuietSpan;

impl RootSpanBuilder for QuietSpan {
    fn on_request_start(request: &ServiceRequest) -> tracing::Span {
        let request_id = request.extensions_request_id();
        tracing::info_span!(
            "request",
            request_id,
            method = %request.method(),
            path = %quiet_path(request.path()),
            status = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: tracing::Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = outcome.as_ref().map_or(500, |response| response.status().as_u16());
        span.record("status", status);
        span.in_scope(|| tracing::debug!("answered"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_sites_post_to_logins_and_launches_only() {
        for open in ["/lti/login", "/lti/launch", "/lti/confirm", "/lti/r/login", "/lti/r/launch"] {
            assert!(is_for_other_sites(open), "{open}");
        }
        for own in ["", "/", "/lti", "/lti/", "/lti/deep-links", "/lti/register/x", "/lti/r/confirm", "/peer/r/launch"]
        {
            assert!(!is_for_other_sites(own), "{own}");
        }
    }

    #[test]
    fn one_time_secrets_do_not_reach_the_log() {
        assert_eq!(quiet_path("/admin/link/abc"), "/admin/link/…");
        assert_eq!(quiet_path("/lti/register/abc"), "/lti/register/…");
        assert_eq!(quiet_path("/peer/abc"), "/peer/abc");
    }
}
