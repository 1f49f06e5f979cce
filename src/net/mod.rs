//! The one outbound HTTP client. Nothing else in Cercle opens a connection.
//!
//! It goes to public addresses only (reliability-security.md T44–T52): a literal address in the URL
//! is checked before the request, and every address a name resolves to is checked by the resolver
//! that the connection itself uses, so there is no second look-up to fool. No redirects, no proxy
//! from the environment, time-outs, a cap on every answer.

mod guard;

use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use url::Url;

pub use guard::{Blocked, is_public};

/// The longest time for one connection to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What went wrong with a request before a complete answer was there.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The address is not one we may talk to.
    #[error("{0}")]
    Blocked(#[from] Blocked),
    /// Nothing was sent: refused, name unknown, TLS failed, or no connection in time.
    #[error("no connection: {0}")]
    Connect(String),
    /// The other side's certificate is not valid: expired, of another name, or of an unknown authority.
    #[error("the certificate is not valid: {0}")]
    Certificate(String),
    /// The request may have arrived: time-out or broken connection after connecting.
    #[error("no complete answer: {0}")]
    Ambiguous(String),
    /// The answer is longer than the limit.
    #[error("the answer is longer than {0} bytes")]
    TooLarge(usize),
}

/// A complete answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, within the limit of the request.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Whether the body is declared as HTML.
    #[must_use]
    pub fn is_html(&self) -> bool {
        self.headers
            .get(CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|t| t.trim_start().to_ascii_lowercase().starts_with("text/html"))
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

/// What to send.
#[derive(Clone, Debug)]
pub struct Outgoing {
    method: reqwest::Method,
    url: Url,
    accept: Option<String>,
    content_type: Option<String>,
    bearer: Option<String>,
    body: Vec<u8>,
    timeout: Duration,
    limit: usize,
}

impl Outgoing {
    /// A GET request; 10 s in total and 256 KiB of answer unless changed.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self {
            method: reqwest::Method::GET,
            url,
            accept: None,
            content_type: None,
            bearer: None,
            body: Vec::new(),
            timeout: Duration::from_secs(10),
            limit: 256 * 1024,
        }
    }

    /// A POST request with a body of a media type.
    #[must_use]
    pub fn post(url: Url, content_type: &str, body: Vec<u8>) -> Self {
        let mut request = Self::get(url);
        request.method = reqwest::Method::POST;
        request.content_type = Some(content_type.to_owned());
        request.body = body;
        request
    }

    /// A PUT request with a body of a media type.
    #[must_use]
    pub fn put(url: Url, content_type: &str, body: Vec<u8>) -> Self {
        Self { method: reqwest::Method::PUT, ..Self::post(url, content_type, body) }
    }

    /// The media type asked for.
    #[must_use]
    pub fn accept(mut self, media_type: &str) -> Self {
        self.accept = Some(media_type.to_owned());
        self
    }

    /// A bearer token for this request.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self
    }

    /// The longest time for the whole request.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The longest answer in bytes.
    #[must_use]
    pub const fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }
}

/// Host and port of a URL as `Host` headers and LMSs write them: the port only where it is not the usual one.
#[must_use]
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The outbound client, cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    allow_insecure: bool,
}

impl Outbound {
    /// Builds the client. `allow_insecure` permits http and private addresses
    /// (`CERCLE_ALLOW_INSECURE_PLATFORMS`: an LMS on one's own machine).
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(allow_insecure: bool) -> Result<Self, NetError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("Cercle/", env!("CARGO_PKG_VERSION"), " (LTI 1.3 tool)"))
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .pool_idle_timeout(Duration::from_secs(30))
            .dns_resolver(std::sync::Arc::new(guard::GuardedResolver::new(allow_insecure)))
            .build()
            .map_err(|e| NetError::Connect(e.to_string()))?;
        Ok(Self { client, allow_insecure })
    }

    /// Checks the form of a URL that we may be asked to call: https (http only where allowed), no
    /// user info, no private literal address. Says nothing about what its name resolves to.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_url(&self, url: &Url) -> Result<(), Blocked> {
        guard::check_url(url, self.allow_insecure)
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// [`NetError`]; [`NetError::Ambiguous`] when the other side may have acted on the request.
    pub async fn send(&self, request: Outgoing) -> Result<Answer, NetError> {
        self.check_url(&request.url)?;
        let mut builder = self.client.request(request.method, request.url).timeout(request.timeout);
        if let Some(accept) = request.accept {
            builder = builder.header(ACCEPT, accept);
        }
        if let Some(content_type) = request.content_type {
            builder = builder.header(CONTENT_TYPE, content_type);
        }
        if let Some(token) = request.bearer {
            builder = builder.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body);
        }
        let response = builder.send().await.map_err(|e| classify(&e))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|e| NetError::Ambiguous(describe(&e)))?;
            if body.len() + chunk.len() > request.limit {
                return Err(NetError::TooLarge(request.limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body })
    }
}

fn classify(error: &reqwest::Error) -> NetError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if let Some(blocked) = cause.downcast_ref::<Blocked>() {
            return NetError::Blocked(blocked.clone());
        }
        source = cause.source();
    }
    let text = describe(error);
    match error.is_connect() {
        // What OpenSSL says of every certificate that it does not take.
        true if text.contains("certificate verify failed") => NetError::Certificate(text),
        true => NetError::Connect(text),
        false => NetError::Ambiguous(text),
    }
}

/// The innermost cause, which says more than "error sending request", without the URL.
fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "time-out".to_owned();
    }
    let mut text = "connection failed".to_owned();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}
