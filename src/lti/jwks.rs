//! The key sets of LMSs: cached, fetched once at a time, and used a while longer when the LMS is
//! down (lti.md K-10, K-11; reliability-security.md T49, T50).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use crate::clock::{Clock, UtcTime};
use crate::crypto::jwk;
use crate::crypto::rsa::VerifyingKey;
use crate::net::{Outbound, Outgoing};

/// How long a set counts as fresh when the LMS says nothing, in seconds.
const DEFAULT_FRESH: i64 = 3600;
/// The bounds for what an LMS may say by `Cache-Control: max-age`, in seconds.
const FRESH_BOUNDS: (i64, i64) = (300, 24 * 3600);
/// How long a set may be used after its last good fetch, in seconds.
const STALE_LIMIT: i64 = 24 * 3600;
/// The shortest time between two fetches for one registration, in seconds.
const REFETCH_FLOOR: i64 = 60;

/// Why no key was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The set was read and has no usable key of that id.
    Unknown,
    /// The set cannot be read and no copy is young enough.
    Unavailable,
}

#[derive(Default)]
struct Entry {
    keys: HashMap<String, VerifyingKey>,
    fetched_at: Option<UtcTime>,
    fresh_until: Option<UtcTime>,
    tried_at: Option<UtcTime>,
}

/// The cache of all registrations, cheap to clone.
#[derive(Clone)]
pub struct JwksCache {
    entries: Arc<Mutex<HashMap<String, Arc<tokio::sync::RwLock<Entry>>>>>,
    outbound: Outbound,
    clock: Clock,
}

impl JwksCache {
    /// An empty cache.
    #[must_use]
    pub fn new(outbound: Outbound, clock: Clock) -> Self {
        Self { entries: Arc::default(), outbound, clock }
    }

    /// The key of an id in a registration's set.
    ///
    /// # Errors
    /// [`KeyError::Unknown`] after at most one fetch, [`KeyError::Unavailable`] when there is nothing
    /// to look in.
    pub async fn key(&self, registration: &str, jwks_uri: &str, kid: &str) -> Result<VerifyingKey, KeyError> {
        let cache_key = format!("{registration} {jwks_uri}");
        let entry =
            Arc::clone(self.entries.lock().unwrap_or_else(PoisonError::into_inner).entry(cache_key).or_default());
        {
            let known = entry.read().await;
            let fresh = known.fresh_until.is_some_and(|t| self.clock.now() < t);
            if let Some(key) = known.keys.get(kid).filter(|_| fresh) {
                return Ok(key.clone());
            }
        }
        // One fetch at a time: whoever waited here finds the work done.
        let mut entry = entry.write().await;
        let now = self.clock.now();
        let fresh = entry.fresh_until.is_some_and(|t| now < t);
        let may_try = entry.tried_at.is_none_or(|t| now.seconds_since(t) >= REFETCH_FLOOR);
        if may_try && !(fresh && entry.keys.contains_key(kid)) {
            entry.tried_at = Some(now);
            let fetched = self.fetch(jwks_uri).await;
            let result = if fetched.is_ok() { "ok" } else { "failed" };
            metrics::counter!("jwks_fetch_total", "result" => result).increment(1);
            match fetched {
                Ok((keys, fresh_for)) => {
                    entry.keys = keys;
                    entry.fetched_at = Some(now);
                    entry.fresh_until = Some(now.plus_seconds(fresh_for));
                }
                Err(reason) => {
                    tracing::warn!(event = "lti.jwks", registration, reason, "the key set of an LMS cannot be read");
                }
            }
        }
        let usable = entry.fetched_at.is_some_and(|t| now.seconds_since(t) < STALE_LIMIT);
        if !usable {
            return Err(KeyError::Unavailable);
        }
        entry.keys.get(kid).cloned().ok_or(KeyError::Unknown)
    }

    async fn fetch(&self, jwks_uri: &str) -> Result<(HashMap<String, VerifyingKey>, i64), String> {
        let url = Url::parse(jwks_uri).map_err(|e| e.to_string())?;
        let answer =
            self.outbound.send(Outgoing::get(url).accept("application/json")).await.map_err(|e| e.to_string())?;
        if !answer.is_success() {
            return Err(format!("status {}", answer.status));
        }
        let keys = jwk::parse_set(&answer.body)?;
        Ok((keys, fresh_for(answer.header("cache-control"))))
    }
}

fn fresh_for(cache_control: Option<&str>) -> i64 {
    cache_control
        .and_then(|value| {
            value.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.trim_matches('"').parse().ok())
        })
        .unwrap_or(DEFAULT_FRESH)
        .clamp(FRESH_BOUNDS.0, FRESH_BOUNDS.1)
}

#[cfg(test)]
mod tests {
    use super::fresh_for;

    #[test]
    fn the_lms_says_how_long_within_bounds() {
        assert_eq!(fresh_for(None), 3600);
        assert_eq!(fresh_for(Some("public, max-age=7200")), 7200);
        assert_eq!(fresh_for(Some("max-age=0")), 300);
        assert_eq!(fresh_for(Some("max-age=99999999")), 86400);
        assert_eq!(fresh_for(Some("no-store")), 3600);
    }
}
