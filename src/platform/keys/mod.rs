//! The tool's signing keys: made, published before use, rotated with overlap (lti.md K-03).

pub mod jobs;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde::Serialize;

use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::crypto::CryptoError;
use crate::crypto::jwk::{PublicJwk, PublicJwkSet};
use crate::crypto::rsa::SigningKey;
use crate::crypto::sealed::MasterKey;
use crate::store::{Conn, Db, StoreError, StoreResult, dialect};

/// A new key is published this long before it signs, in seconds: longer than an LMS may cache the set.
pub const PUBLISH_AHEAD: i64 = 48 * 3600;
/// An old key stays published this long after its last use, in seconds.
pub const OVERLAP: i64 = 30 * 24 * 3600;
/// The `max-age` of the published set, in seconds.
pub const PUBLISH_MAX_AGE: i64 = 3600;

const PURPOSE: &str = "signing key";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key file does not open the stored key, or OpenSSL failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// A rotation is under way.
    #[error("a key rotation is under way: key {0} starts to sign later; wait for it before you rotate again")]
    RotationUnderWay(String),
}

/// A key as it is listed. Nothing private.
#[derive(Clone, Debug, Serialize)]
pub struct KeyInfo {
    /// The key id.
    pub kid: String,
    /// `waiting` (published, does not sign yet), `signing`, or `retiring` (published, signs no more).
    pub state: &'static str,
    /// When it was made.
    pub created_at: String,
    /// From when it signs.
    pub sign_from: String,
    /// Until when it is published, once it has a successor.
    pub publish_until: Option<String>,
}

pub(super) struct StoredKey {
    kid: String,
    sealed_private_key: String,
    modulus: String,
    exponent: String,
    created_at: UtcTime,
    sign_from: UtcTime,
    publish_until: Option<UtcTime>,
}

/// Makes the first key where there is none. Safe to call from several processes at once.
///
/// # Errors
/// [`KeyError`].
pub fn ensure(db: &Db, master: &MasterKey, now: UtcTime) -> Result<(), KeyError> {
    let there = db.read_blocking(|c| store::list(c).map(|keys| !keys.is_empty()))?;
    if there {
        return Ok(());
    }
    let key = sealed(master, now, now)?;
    db.write_blocking(|c| {
        dialect::lock_for_transaction(c, "signing keys")?;
        if store::list(c)?.is_empty() {
            store::create(c, &key)?;
            audit::record(c, now, &Actor::System, "key.create", &key.kid, &serde_json::json!({}))?;
        }
        Ok(())
    })
}

fn sealed(master: &MasterKey, now: UtcTime, sign_from: UtcTime) -> Result<StoredKey, KeyError> {
    let key = SigningKey::generate()?;
    let (modulus, exponent) = key.public_members()?;
    Ok(StoredKey {
        sealed_private_key: master.seal(PURPOSE, &key.to_pkcs8()?)?,
        kid: key.kid,
        modulus,
        exponent,
        created_at: now,
        sign_from,
        publish_until: None,
    })
}

/// Makes the next key: published at once, signing after [`PUBLISH_AHEAD`] (or at once when the present
/// key is compromised), the present one published [`OVERLAP`] longer.
///
/// # Errors
/// [`KeyError::RotationUnderWay`] while an earlier new key still waits.
pub fn rotate(db: &Db, master: &MasterKey, now: UtcTime, at_once: bool, actor: &Actor) -> Result<String, KeyError> {
    let sign_from = if at_once { now } else { now.plus_seconds(PUBLISH_AHEAD) };
    let key = sealed(master, now, sign_from)?;
    db.write_blocking(|c| {
        dialect::lock_for_transaction(c, "signing keys")?;
        let keys = store::list(c)?;
        if let Some(waiting) = keys.iter().find(|k| k.sign_from > now) {
            return Err(KeyError::RotationUnderWay(waiting.kid.clone()));
        }
        succeed(c, &keys, &key, actor, now)?;
        Ok(())
    })?;
    Ok(key.kid)
}

/// Publishes a new key, and says when the present ones go.
fn succeed(conn: &mut Conn, keys: &[StoredKey], new: &StoredKey, actor: &Actor, now: UtcTime) -> StoreResult<()> {
    for old in keys.iter().filter(|k| k.publish_until.is_none()) {
        store::set_publish_until(conn, &old.kid, new.sign_from.plus_seconds(OVERLAP))?;
    }
    store::create(conn, new)?;
    let detail = serde_json::json!({"sign_from": new.sign_from.iso_seconds()});
    audit::record(conn, now, actor, "key.rotate", &new.kid, &detail)
}

/// Makes the next key as [`rotate`] does, if the present one has signed for so many seconds. Safe to call
/// from several processes at once.
///
/// # Errors
/// [`KeyError`].
pub fn rotate_if_due(db: &Db, master: &MasterKey, now: UtcTime, every: i64) -> Result<Option<String>, KeyError> {
    let is_due = |keys: &[StoredKey]| keys.iter().all(|k| k.sign_from.plus_seconds(every) <= now);
    if !is_due(&db.read_blocking(store::list)?) {
        return Ok(None);
    }
    let key = sealed(master, now, now.plus_seconds(PUBLISH_AHEAD))?;
    db.write_blocking(|c| {
        dialect::lock_for_transaction(c, "signing keys")?;
        let keys = store::list(c)?;
        if !is_due(&keys) {
            return Ok(None);
        }
        succeed(c, &keys, &key, &Actor::System, now)?;
        Ok(Some(key.kid.clone()))
    })
}

/// Removes the keys that are published no more; how many there were.
///
/// # Errors
/// When the database fails.
pub fn retire(conn: &mut Conn, now: UtcTime) -> StoreResult<usize> {
    dialect::lock_for_transaction(conn, "signing keys")?;
    let over: Vec<StoredKey> =
        store::list(conn)?.into_iter().filter(|k| k.publish_until.is_some_and(|t| t <= now)).collect();
    for key in &over {
        store::delete(conn, &key.kid)?;
        audit::record(conn, now, &Actor::System, "key.retire", &key.kid, &serde_json::json!({}))?;
    }
    Ok(over.len())
}

/// All keys that are still published, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list(conn: &mut Conn, now: UtcTime) -> Result<Vec<KeyInfo>, StoreError> {
    let keys = published(conn, now)?;
    let signing = current(&keys, now).map(|k| k.kid.clone());
    Ok(keys
        .into_iter()
        .map(|k| KeyInfo {
            state: if k.sign_from > now {
                "waiting"
            } else if Some(&k.kid) == signing.as_ref() {
                "signing"
            } else {
                "retiring"
            },
            kid: k.kid,
            created_at: k.created_at.iso_seconds(),
            sign_from: k.sign_from.iso_seconds(),
            publish_until: k.publish_until.map(UtcTime::iso_seconds),
        })
        .collect())
}

fn published(conn: &mut Conn, now: UtcTime) -> Result<Vec<StoredKey>, StoreError> {
    Ok(store::list(conn)?.into_iter().filter(|k| k.publish_until.is_none_or(|t| now < t)).collect())
}

fn current(keys: &[StoredKey], now: UtcTime) -> Option<&StoredKey> {
    keys.iter().filter(|k| k.sign_from <= now).max_by_key(|k| (k.sign_from, k.created_at))
}

/// The set to publish: no private members, because its type has none.
///
/// # Errors
/// When the database fails.
pub fn public_set(conn: &mut Conn, now: UtcTime) -> Result<PublicJwkSet, StoreError> {
    let keys = published(conn, now)?;
    Ok(PublicJwkSet { keys: keys.iter().map(|k| PublicJwk::rs256(&k.kid, &k.modulus, &k.exponent)).collect() })
}

/// Opened keys by key id, so that a key is unsealed and parsed once for each process.
static OPENED: LazyLock<Mutex<HashMap<String, Arc<SigningKey>>>> = LazyLock::new(Mutex::default);

/// The key that signs now.
///
/// # Errors
/// [`KeyError`].
pub fn signing_key(conn: &mut Conn, master: &MasterKey, now: UtcTime) -> Result<Arc<SigningKey>, KeyError> {
    let keys = store::list(conn)?;
    // A clock that was set back before the first key began to sign: that one is published all the same.
    let first = || keys.iter().min_by_key(|k| k.sign_from);
    let key = current(&keys, now).or_else(first).ok_or(StoreError::NotFound)?;
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = opened.get(&key.kid) {
        return Ok(Arc::clone(known));
    }
    let private = SigningKey::from_pkcs8(&key.kid, &master.open(PURPOSE, &key.sealed_private_key)?)?;
    let private = Arc::new(private);
    opened.insert(key.kid.clone(), Arc::clone(&private));
    Ok(private)
}
