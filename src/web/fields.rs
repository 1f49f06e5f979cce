//! Form fields, in the order they were sent; names may repeat.

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use futures_util::StreamExt as _;

use super::error::PageError;
use crate::crypto;

/// At most this many fields (reliability-security.md T95).
const MAX_FIELDS: usize = 400;

/// One field. Most of a launch is its token, which has nothing to decode and is taken as it is.
fn decoded(pair: &[u8]) -> Option<(String, String)> {
    if !pair.contains(&b'%')
        && !pair.contains(&b'+')
        && let Some((name, value)) = std::str::from_utf8(pair).ok().and_then(|p| p.split_once('='))
        && !value.contains('\0')
    {
        return Some((name.to_owned(), value.to_owned()));
    }
    let (name, value) = url::form_urlencoded::parse(pair).next()?;
    // PostgreSQL's text holds no NUL, and no form has a use for one.
    Some((name.into_owned(), value.replace('\0', "")))
}

/// The fields of one form.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads an urlencoded form of at most `limit` bytes.
    ///
    /// # Errors
    /// 415 for another media type or an encoded body, 413 when it is too long, 400 when it is broken.
    pub async fn read(
        request: &HttpRequest,
        payload: &mut actix_web::dev::Payload,
        limit: usize,
    ) -> Result<Self, PageError> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if content_type.split(';').next().is_none_or(|t| t.trim() != "application/x-www-form-urlencoded") {
            return Err(PageError::unsupported());
        }
        let mut body = web::BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| PageError::bad_request())?;
            if body.len() + chunk.len() > limit {
                return Err(PageError::too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Self::parse(&body)
    }

    /// Reads a form that a page of a session sent: it holds the session's token.
    ///
    /// # Errors
    /// As [`Self::read`]; 403 for another token.
    pub async fn read_own(
        request: &HttpRequest,
        payload: &mut actix_web::dev::Payload,
        limit: usize,
        csrf_token: &str,
    ) -> Result<Self, PageError> {
        let fields = Self::read(request, payload, limit).await?;
        if crypto::same(fields.text("csrf").as_bytes(), csrf_token.as_bytes()) {
            Ok(fields)
        } else {
            Err(PageError::stale_form())
        }
    }

    /// Reads an urlencoded text.
    ///
    /// # Errors
    /// 400 when there are too many fields.
    pub fn parse(body: &[u8]) -> Result<Self, PageError> {
        let pairs = body.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
        let fields: Vec<_> = pairs.take(MAX_FIELDS + 1).filter_map(decoded).collect();
        if fields.len() > MAX_FIELDS {
            return Err(PageError::bad_request());
        }
        Ok(Self(fields))
    }

    /// The first value of a name, trimmed; empty when it is absent.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).map_or("", str::trim)
    }

    /// The first value of a name as it came.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }

    /// Whether a name was sent at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn forms_read_as_the_library_reads_them(body in "[a-z%+=&0-9A-F\\u{0}é]{0,60}") {
            let expected: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes())
                .map(|(k, v)| (k.into_owned(), v.replace('\0', "")))
                .collect();
            prop_assert_eq!(Fields::parse(body.as_bytes()).unwrap().0, expected);
        }
    }
}
