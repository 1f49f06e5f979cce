//! Administrators, and how they sign in.

use crate::clock::UtcTime;
use crate::ids::AdministratorId;

/// How long a one-time address counts, in seconds (reliability-security.md T85).
pub const LINK_LIFETIME: i64 = 30 * 60;
/// A session without any request for this long has ended, in seconds.
pub const IDLE: i64 = 30 * 60;
/// A session ends after this long in any case, in seconds.
pub const LIFETIME: i64 = 4 * 3600;
/// How long after a code what is dangerous asks for no new one, in seconds.
pub const CONFIRMED_FOR: i64 = 5 * 60;
/// How long a browser in which an address was used needs a code only, in seconds.
pub const BROWSER_LIFETIME: i64 = 30 * 24 * 3600;
/// So many wrong codes are taken within [`TRIES_WITHIN`].
pub const TRIES: i32 = 5;
/// Wrong codes are forgotten after this long, in seconds.
pub const TRIES_WITHIN: i64 = 15 * 60;

/// Somebody who may use the console.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// Our id.
    pub id: AdministratorId,
    /// The name that the command line gave them.
    pub name: String,
    /// The secret of their authenticator app, sealed with the key file.
    pub sealed_secret: String,
    /// The time step of the last code that was taken.
    pub last_step: i64,
    /// When they first signed in.
    pub created_at: UtcTime,
}

/// A one-time address that begins a sign-in.
#[derive(Clone, Debug)]
pub struct Link {
    /// Whose.
    pub name: String,
    /// Whether it sets up an authenticator app.
    pub enrols: bool,
    /// Until when it counts.
    pub expires_at: UtcTime,
    /// When it was used.
    pub used_at: Option<UtcTime>,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct AdminSession {
    /// SHA-256 of the token.
    pub token_hash: String,
    /// The token that every form of this session carries.
    pub csrf_token: String,
    /// Who.
    pub administrator_id: AdministratorId,
    /// When a code was last given.
    pub confirmed_at: UtcTime,
    /// When it was last used.
    pub last_seen_at: UtcTime,
    /// When it ends in any case.
    pub expires_at: UtcTime,
}

impl AdminSession {
    /// Whether it still counts.
    #[must_use]
    pub fn is_live(&self, now: UtcTime) -> bool {
        now < self.expires_at && now.seconds_since(self.last_seen_at) < IDLE
    }

    /// Whether a code was given just now.
    #[must_use]
    pub fn is_confirmed(&self, now: UtcTime) -> bool {
        now.seconds_since(self.confirmed_at) < CONFIRMED_FOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_short_and_confirmations_shorter() {
        let start = UtcTime::from_unix_seconds(1_000_000);
        let session = AdminSession {
            token_hash: String::new(),
            csrf_token: String::new(),
            administrator_id: AdministratorId::new(),
            confirmed_at: start,
            last_seen_at: start,
            expires_at: start.plus_seconds(LIFETIME),
        };
        assert!(session.is_live(start.plus_seconds(IDLE - 1)) && !session.is_live(start.plus_seconds(IDLE)));
        let used = AdminSession { last_seen_at: start.plus_seconds(LIFETIME - 5), ..session.clone() };
        assert!(used.is_live(start.plus_seconds(LIFETIME - 1)) && !used.is_live(start.plus_seconds(LIFETIME)));
        assert!(session.is_confirmed(start.plus_seconds(CONFIRMED_FOR - 1)));
        assert!(!session.is_confirmed(start.plus_seconds(CONFIRMED_FOR)));
    }
}
