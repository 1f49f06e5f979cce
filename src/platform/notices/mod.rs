//! What LMSs tell unasked: subscribed to where they offer it, verified like a launch, taken once, acted on later.

pub mod jobs;
pub mod pages;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::context::Context;
use crate::crypto;
use crate::ids::{DeploymentId, RegistrationId};
use crate::lti::jwks::KeyError;
use crate::lti::notices::{Notice, Service};
use crate::lti::reject::Reject;
use crate::lti::verify::{self, Expected};
use crate::platform::model::Registration;
use crate::store::{Conn, StoreError, dialect};

/// More services than that between two looks are not kept; the next launch names them again.
const MOST: usize = 1000;
/// How long the nonce of a notice is kept, in seconds: longer than any token counts.
const NONCE: i64 = 3600;

/// What launches said of notification services since somebody looked last; cheap to clone.
#[derive(Clone, Default)]
pub struct Offered(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    fresh: HashMap<(RegistrationId, String), Service>,
    /// What was noted before, so that a launch that says nothing new costs nothing.
    known: HashMap<(RegistrationId, String), Service>,
}

impl Offered {
    /// Notes what a launch offers in a deployment, by the LMS's id of it.
    pub fn note(&self, registration: &RegistrationId, deployment: &str, service: &Service) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (registration.clone(), deployment.to_owned());
        if seen.known.get(&key) != Some(service) && seen.fresh.len() < MOST && seen.known.len() < MOST {
            seen.known.insert(key.clone(), service.clone());
            seen.fresh.insert(key, service.clone());
        }
    }

    fn take(&self) -> HashMap<(RegistrationId, String), Service> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).fresh)
    }
}

/// Why a notice was not taken; the code is what the log says.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The token.
    #[error("{}", .0.code())]
    Token(Reject),
    /// Nobody of that name is registered, or it is switched off.
    #[error("PLATFORM_UNKNOWN")]
    Unknown,
    /// The key set cannot be read now.
    #[error("JWKS_UNAVAILABLE")]
    Keys,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Reject> for NoticeError {
    fn from(reason: Reject) -> Self {
        Self::Token(reason)
    }
}

/// Verifies one notice and keeps it. False for one that was taken before.
///
/// # Errors
/// [`NoticeError`].
pub async fn take(context: &Context, token: &str) -> Result<bool, NoticeError> {
    let parsed = verify::parse(token)?;
    let (issuer, client_id) = parsed.addressee().ok_or(NoticeError::Unknown)?;
    let registration = find(context, issuer.clone(), client_id.clone()).await?;
    let keys = context.jwks.key(registration.id.as_str(), &registration.jwks_uri, &parsed.kid).await;
    let key = keys.map_err(|error| match error {
        KeyError::Unknown => NoticeError::Token(Reject::KidUnknown),
        KeyError::Unavailable => NoticeError::Keys,
    })?;
    let now = context.clock.now();
    let expected = Expected { issuer: &issuer, client_id: &client_id, nonce: "", deployment: None, now };
    let notice: Notice = parsed.verify_notice(&key, &expected)?;
    let hash = crypto::sha256_text(&format!("notice {}/{}", registration.id, notice.nonce));
    let taken = context
        .db
        .write(move |c: &mut Conn| -> Result<bool, StoreError> {
            if !dialect::consume_nonce(c, &hash, now.plus_seconds(NONCE))? {
                return Ok(false);
            }
            let Some(deployment) = find_deployment(c, &registration, &notice)? else { return Ok(false) };
            store::create(c, &registration.id, &deployment, &notice, now)
        })
        .await?;
    context.wake.wake();
    Ok(taken)
}

async fn find(context: &Context, issuer: String, client_id: String) -> Result<Registration, NoticeError> {
    let found = context
        .db
        .read(move |c| super::store::list_registrations_of(c, &issuer, Some(&client_id)))
        .await
        .map_err(|e: StoreError| NoticeError::from(e))?;
    found.into_iter().find(|r| r.enabled).ok_or(NoticeError::Unknown)
}

/// Only deployments that launched before, and that are let in.
fn find_deployment(
    conn: &mut Conn,
    registration: &Registration,
    notice: &Notice,
) -> Result<Option<DeploymentId>, StoreError> {
    let known = super::store::find_deployment(conn, &registration.id, &notice.deployment_id)?;
    Ok(known.filter(|d| d.state == super::model::DeploymentState::Approved).map(|d| d.id))
}
