//! A verified launch that waits for its browser to be bound: sealed, for 60 seconds, usable once.
//!
//! It is kept in the page and not in a table, so nobody can fill one; that it is used once follows
//! from the nonce, which is consumed with it.

use serde::{Deserialize, Serialize};

use crate::clock::UtcTime;
use crate::crypto::CryptoError;
use crate::crypto::sealed::MasterKey;
use crate::lti::login::State;
use crate::lti::message::Launch;

/// How long it waits, in seconds.
pub const LIFETIME: i64 = 60;
const PURPOSE: &str = "held launch";

/// A launch that passed every check but the one of the browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    /// The state of its login, whose hash a value from platform storage must match.
    pub state: State,
    /// The verified message.
    pub launch: Launch,
    /// Until when it waits.
    pub until: UtcTime,
}

impl Held {
    /// Holds a launch from now on.
    #[must_use]
    pub fn new(state: State, launch: Launch, now: UtcTime) -> Self {
        Self { state, launch, until: now.plus_seconds(LIFETIME) }
    }

    /// The sealed text for the page.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn seal(&self, key: &MasterKey) -> Result<String, CryptoError> {
        let json = serde_json::to_vec(self).map_err(|_| CryptoError::Invalid("a launch cannot be written"))?;
        key.seal(PURPOSE, &json)
    }

    /// Opens what [`Held::seal`] made.
    ///
    /// # Errors
    /// When the text is not ours.
    pub fn open(key: &MasterKey, sealed: &str) -> Result<Self, CryptoError> {
        serde_json::from_slice(&key.open(PURPOSE, sealed)?).map_err(|_| CryptoError::Invalid("a launch cannot be read"))
    }
}
