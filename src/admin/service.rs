//! Signing in to the console: a one-time address from the command line, then a code of an authenticator
//! app; in a browser that used such an address lately, the code alone (reliability-security.md T85).

use std::net::IpAddr;

use super::authenticator;
use super::model::{AdminSession, Administrator, BROWSER_LIFETIME, LIFETIME, LINK_LIFETIME, Link, TRIES, TRIES_WITHIN};
use super::store;
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::crypto::sealed::MasterKey;
use crate::crypto::{self, CryptoError};
use crate::ids::AdministratorId;
use crate::settings::Settings;
use crate::store::{Conn, StoreError, StoreResult, dialect};

const SECRET_PURPOSE: &str = "authenticator secret";
const ENROLMENT_PURPOSE: &str = "authenticator enrolment";

/// Why somebody is not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No such address, or it is over.
    Link,
    /// The code does not count, or was used before.
    Code,
    /// Too many wrong codes.
    TooMany,
}

impl Denied {
    /// The reason for the log.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Link => "LINK",
            Self::Code => "CODE",
            Self::TooMany => "TOO_MANY",
        }
    }
}

/// Why a step could not be taken at all.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// OpenSSL, or the key file does not open what is stored.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// Makes a one-time address for somebody. It sets up an authenticator app where they have none, or where
/// the one they have shall be forgotten.
///
/// # Errors
/// [`AdminError`].
pub fn make_link(
    conn: &mut Conn,
    settings: &Settings,
    name: &str,
    reset: bool,
    now: UtcTime,
) -> Result<(String, UtcTime), AdminError> {
    let token = crypto::random_token()?;
    let enrols = reset || store::find_administrator(conn, name)?.is_none();
    let expires_at = now.plus_seconds(LINK_LIFETIME);
    let link = Link { name: name.to_owned(), enrols, expires_at, used_at: None };
    store::create_link(conn, &crypto::sha256_text(&token), &link)?;
    let detail = serde_json::json!({"enrols": enrols});
    audit::record(conn, now, &Actor::Operator, "admin.link", name, &detail)?;
    Ok((settings.url(&format!("/admin/link/{token}")), expires_at))
}

/// The link of an address, while it counts. One that was made to set up an app sets up none once its owner
/// has one that is younger than the address: a second address that is still around replaces nothing.
///
/// # Errors
/// When the database fails.
pub fn find_link(conn: &mut Conn, token: &str, now: UtcTime) -> StoreResult<Option<Link>> {
    let link = store::find_link(conn, &crypto::sha256_text(token))?;
    let Some(mut link) = link.filter(|l| l.used_at.is_none() && now < l.expires_at) else {
        return Ok(None);
    };
    let made_at = link.expires_at.plus_seconds(-LINK_LIFETIME);
    let owner = store::find_administrator(conn, &link.name)?;
    link.enrols = link.enrols && owner.is_none_or(|a| a.created_at < made_at);
    Ok(Some(link))
}

/// A secret for the page that sets up an authenticator app: sealed for that address, and stored only once
/// a code proves that an app has it.
///
/// # Errors
/// When OpenSSL fails.
pub fn seal_enrolment(key: &MasterKey, token: &str, secret: &[u8]) -> Result<String, CryptoError> {
    key.seal(&format!("{ENROLMENT_PURPOSE} {}", crypto::sha256_text(token)), secret)
}

/// The secret that a page was made with; None for another address, or what is not ours.
#[must_use]
pub fn open_enrolment(key: &MasterKey, token: &str, sealed: &str) -> Option<Vec<u8>> {
    key.open(&format!("{ENROLMENT_PURPOSE} {}", crypto::sha256_text(token)), sealed).ok()
}

/// Who a code comes from, for counting wrong ones.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Whose code it is said to be.
    pub name: String,
    /// The client's address.
    pub client: Option<IpAddr>,
    /// The code.
    pub code: String,
}

impl Claim {
    fn counters(&self) -> Vec<String> {
        let account = format!("account {}", crypto::sha256_text(&self.name));
        let client = self.client.map(|c| format!("client {}", crypto::sha256_text(&c.to_string())));
        std::iter::once(account).chain(client).collect()
    }

    /// Lets a code be checked, unless too many were wrong, and counts how that came out.
    fn judge(
        &self,
        conn: &mut Conn,
        now: UtcTime,
        check: impl FnOnce(&mut Conn) -> StoreResult<Option<i64>>,
    ) -> StoreResult<Result<i64, Denied>> {
        let counters = self.counters();
        // Two tries at once count as two.
        for who in &counters {
            dialect::lock_for_transaction(conn, who)?;
        }
        let since = now.plus_seconds(-TRIES_WITHIN);
        let mut failures = Vec::new();
        for who in &counters {
            failures.push(store::count_failures(conn, who, since)?);
        }
        if failures.iter().any(|n| *n >= TRIES) {
            return Ok(Err(Denied::TooMany));
        }
        let step = check(conn)?;
        for (who, failures) in counters.iter().zip(failures) {
            let counted = if step.is_some() { 0 } else { failures + 1 };
            store::set_failures(conn, who, counted, now)?;
        }
        Ok(step.ok_or(Denied::Code))
    }
}

/// Checks a code of somebody who has an app. A code counts once.
fn prove(
    conn: &mut Conn,
    key: &MasterKey,
    administrator: &Administrator,
    claim: &Claim,
    now: UtcTime,
) -> Result<Result<(), Denied>, AdminError> {
    let secret = key.open(SECRET_PURPOSE, &administrator.sealed_secret)?;
    let judged = claim.judge(conn, now, |c| match authenticator::step_of(&secret, &claim.code, now) {
        Some(step) if store::consume_step(c, &administrator.id, step)? => Ok(Some(step)),
        _ => Ok(None),
    });
    Ok(judged?.map(drop))
}

/// What a browser gets when somebody signed in.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The token of the session.
    pub session: String,
    /// The token by which the browser is remembered; None where it is already.
    pub browser: Option<String>,
}

fn open_session(conn: &mut Conn, id: &AdministratorId, remember: bool, now: UtcTime) -> Result<Opened, AdminError> {
    let session = crypto::random_token()?;
    let new = AdminSession {
        token_hash: crypto::sha256_text(&session),
        csrf_token: crypto::random_token()?,
        administrator_id: id.clone(),
        confirmed_at: now,
        last_seen_at: now,
        expires_at: now.plus_seconds(LIFETIME),
    };
    store::create_admin_session(conn, &new)?;
    let browser = if remember { Some(crypto::random_token()?) } else { None };
    if let Some(token) = &browser {
        store::create_browser(conn, &crypto::sha256_text(token), id, now.plus_seconds(BROWSER_LIFETIME))?;
    }
    audit::record(conn, now, &Actor::Administrator(id.clone()), "admin.sign_in", id.as_str(), &serde_json::json!({}))?;
    Ok(Opened { session, browser })
}

/// Signs in by a one-time address and a code; where the address sets up an app, `sealed` is the secret
/// that the page showed. A wrong code does not use the address up.
///
/// # Errors
/// [`AdminError`].
pub fn sign_in_by_link(
    conn: &mut Conn,
    key: &MasterKey,
    token: &str,
    sealed: &str,
    claim: &Claim,
    now: UtcTime,
) -> Result<Result<Opened, Denied>, AdminError> {
    let Some(link) = find_link(conn, token, now)? else {
        return Ok(Err(Denied::Link));
    };
    let claim = Claim { name: link.name.clone(), ..claim.clone() };
    let known = store::find_administrator(conn, &link.name)?;
    let id = if let Some(administrator) = known.filter(|_| !link.enrols) {
        if let Err(denied) = prove(conn, key, &administrator, &claim, now)? {
            return Ok(Err(denied));
        }
        administrator.id
    } else {
        let Some(secret) = open_enrolment(key, token, sealed) else {
            return Ok(Err(Denied::Link));
        };
        match claim.judge(conn, now, |_| Ok(authenticator::step_of(&secret, &claim.code, now)))? {
            Ok(step) => enrol(conn, key, &link.name, &secret, step, now)?,
            Err(denied) => return Ok(Err(denied)),
        }
    };
    if !store::consume_link(conn, &crypto::sha256_text(token), now)? {
        return Ok(Err(Denied::Link));
    }
    Ok(Ok(open_session(conn, &id, true, now)?))
}

fn enrol(
    conn: &mut Conn,
    key: &MasterKey,
    name: &str,
    secret: &[u8],
    step: i64,
    now: UtcTime,
) -> Result<AdministratorId, AdminError> {
    let sealed_secret = key.seal(SECRET_PURPOSE, secret)?;
    let id = if let Some(known) = store::find_administrator(conn, name)? {
        store::replace_secret(conn, &known.id, &sealed_secret, step)?;
        known.id
    } else {
        let id = AdministratorId::new();
        let new =
            Administrator { id: id.clone(), name: name.to_owned(), sealed_secret, last_step: step, created_at: now };
        store::create_administrator(conn, &new)?;
        id
    };
    audit::record(conn, now, &Actor::Administrator(id.clone()), "admin.enrol", name, &serde_json::json!({}))?;
    Ok(id)
}

/// Signs in with a code in a browser that is remembered.
///
/// # Errors
/// [`AdminError`].
pub fn sign_in_by_browser(
    conn: &mut Conn,
    key: &MasterKey,
    browser: &str,
    claim: &Claim,
    now: UtcTime,
) -> Result<Result<Opened, Denied>, AdminError> {
    let Some(administrator) = store::find_browser(conn, &crypto::sha256_text(browser), now)? else {
        return Ok(Err(Denied::Link));
    };
    let claim = Claim { name: administrator.name.clone(), ..claim.clone() };
    match prove(conn, key, &administrator, &claim, now)? {
        Ok(()) => Ok(Ok(open_session(conn, &administrator.id, false, now)?)),
        Err(denied) => Ok(Err(denied)),
    }
}

/// Confirms a session with another code, for what is dangerous.
///
/// # Errors
/// [`AdminError`].
pub fn confirm(
    conn: &mut Conn,
    key: &MasterKey,
    session: &AdminSession,
    claim: &Claim,
    now: UtcTime,
) -> Result<Result<(), Denied>, AdminError> {
    let administrator = store::get_administrator(conn, &session.administrator_id)?;
    let claim = Claim { name: administrator.name.clone(), ..claim.clone() };
    let proved = prove(conn, key, &administrator, &claim, now)?;
    if proved.is_ok() {
        store::confirm_admin_session(conn, &session.token_hash, now)?;
    }
    Ok(proved)
}
