//! Cookies with `Partitioned`, which actix-web's own cookie type does not know.

use actix_web::HttpRequest;
use actix_web::http::header;

/// A `Set-Cookie` value for a cookie that works inside an LMS's frame.
#[must_use]
pub fn partitioned(name: &str, value: &str, max_age_seconds: i64) -> String {
    format!("{name}={value}; Path=/; Max-Age={max_age_seconds}; Secure; HttpOnly; SameSite=None; Partitioned")
}

/// A `Set-Cookie` value for a cookie of pages that are never framed and never reached from another site.
#[must_use]
pub fn strict(name: &str, value: &str, max_age_seconds: i64) -> String {
    format!("{name}={value}; Path=/; Max-Age={max_age_seconds}; Secure; HttpOnly; SameSite=Strict")
}

/// A `Set-Cookie` value that removes such a cookie.
#[must_use]
pub fn removal(name: &str) -> String {
    partitioned(name, "", 0)
}

/// The value of a cookie. Two cookies of one name mean that somebody tossed one in, so neither counts
/// (reliability-security.md T31).
#[must_use]
pub fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let mut found = None;
    for header in request.headers().get_all(header::COOKIE) {
        for pair in header.to_str().ok()?.split(';') {
            if let Some((key, value)) = pair.split_once('=')
                && key.trim() == name
            {
                if found.is_some() {
                    return None;
                }
                found = Some(value.trim().to_owned());
            }
        }
    }
    found
}

/// Whether the browser sent any cookie whose name starts like this.
#[must_use]
pub fn any_with_prefix(request: &HttpRequest, prefix: &str) -> bool {
    request
        .headers()
        .get_all(header::COOKIE)
        .filter_map(|h| h.to_str().ok())
        .flat_map(|h| h.split(';'))
        .any(|pair| pair.trim().starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_doubled_cookie_counts_as_none() {
        let request = TestRequest::default().insert_header(("Cookie", "a=1; b=2")).to_http_request();
        assert_eq!(value(&request, "a").as_deref(), Some("1"));
        assert_eq!(value(&request, "c"), None);
        let request = TestRequest::default().insert_header(("Cookie", "a=1; a=2")).to_http_request();
        assert_eq!(value(&request, "a"), None);
        assert!(any_with_prefix(&request, "a="));
    }
}
