//! How many logins one address may start.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::settings::Settings;

/// The limit of logins per client address. A whole company may sit behind one address, so it is high.
pub struct LoginLimit(Option<DefaultKeyedRateLimiter<IpAddr>>);

impl LoginLimit {
    /// A limit per minute; 0 means none.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self(NonZeroU32::new(per_minute).map(|n| RateLimiter::keyed(Quota::per_minute(n))))
    }

    /// Whether one more login from this client is within the limit.
    #[must_use]
    pub fn allows(&self, client: Option<IpAddr>) -> bool {
        match (&self.0, client) {
            (Some(limiter), Some(address)) => limiter.check_key(&address).is_ok(),
            _ => true,
        }
    }

    /// Forgets clients that have been quiet, so that the table stays small.
    pub fn forget_quiet(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
        }
    }
}

/// How many refused launches are noted for the console: an attacker who is refused all day long shall not
/// fill the database.
pub struct NoteLimit(DefaultDirectRateLimiter);

impl Default for NoteLimit {
    fn default() -> Self {
        Self(RateLimiter::direct(Quota::per_minute(NonZeroU32::new(60).unwrap_or(NonZeroU32::MIN))))
    }
}

impl NoteLimit {
    /// Whether one more is noted.
    #[must_use]
    pub fn allows(&self) -> bool {
        self.0.check().is_ok()
    }
}

/// The address of the client: the right-most hop that is no trusted proxy, or the peer itself.
#[must_use]
pub fn client_address(request: &HttpRequest, settings: &Settings) -> Option<IpAddr> {
    let peer = request.peer_addr().map(|a| a.ip())?;
    if !settings.trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    let hops: Vec<IpAddr> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .filter_map(|hop| hop.trim().parse().ok())
        .collect();
    hops.into_iter().rev().find(|hop| !settings.trusted_proxies.contains(hop)).or(Some(peer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_limit_is_per_address_and_can_be_off() {
        let (a, b) = ("10.0.0.1".parse().ok(), "10.0.0.2".parse().ok());
        let limit = LoginLimit::new(2);
        assert!(limit.allows(a) && limit.allows(a) && !limit.allows(a));
        assert!(limit.allows(b));
        let off = LoginLimit::new(0);
        assert!((0..10_000).all(|_| off.allows(a)));
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        let url = url::Url::parse("http://127.0.0.1:1").unwrap();
        let mut settings = Settings::local(url, "127.0.0.1:1".parse().unwrap(), "sqlite:x", std::path::Path::new("x"));
        let request = TestRequest::default()
            .peer_addr("10.9.9.9:1".parse().unwrap())
            .insert_header(("X-Forwarded-For", "1.2.3.4, 5.6.7.8, 10.8.8.8"))
            .to_http_request();
        assert_eq!(client_address(&request, &settings), "10.9.9.9".parse().ok());
        settings.trusted_proxies = vec!["10.9.9.9".parse().unwrap(), "10.8.8.8".parse().unwrap()];
        assert_eq!(client_address(&request, &settings), "5.6.7.8".parse().ok());
    }
}
