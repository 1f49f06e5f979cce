//! The checks of a login and a launch in their order, and the transaction that makes a session.

use super::held::Held;
use super::refusal::Refusal;
use super::session::{self, Mode, Session};
use super::store;
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto;
use crate::ids::{RegistrationId, SessionId};
use crate::lti::jwks::KeyError;
use crate::lti::login::{LoginRequest, State};
use crate::lti::roles;
use crate::lti::verify::{self, Expected, LEEWAY, Launch, Reject};
use crate::platform;
use crate::platform::model::{Registration, web_origin};
use crate::store::{Conn, StoreError, dialect};

/// The registration of a login: by its own address, or by issuer and client id where that is unique.
///
/// # Errors
/// The reason for the refusal.
pub async fn registration_of_login(
    context: &Context,
    key: Option<String>,
    login: &LoginRequest,
) -> Result<Registration, Refusal> {
    login.check().map_err(|_| Reject::LoginMalformed)?;
    let (issuer, client_id) = (login.iss.clone(), login.client_id.clone());
    let found = context
        .db
        .read(move |c: &mut Conn| match key {
            Some(key) => {
                Ok(platform::store::find_registration(c, &RegistrationId(key))?.into_iter().collect::<Vec<_>>())
            }
            None => platform::store::list_registrations_of(c, &issuer, client_id.as_deref()),
        })
        .await
        .map_err(|e: StoreError| Refusal::from(e))?;
    let mut fitting = found
        .into_iter()
        .filter(|r| r.issuer == login.iss && login.client_id.as_ref().is_none_or(|c| *c == r.client_id));
    let registration = fitting.next().ok_or(Reject::UnknownPlatform)?;
    if fitting.next().is_some() {
        return Err(Reject::AmbiguousPlatform.into());
    }
    if !registration.enabled {
        return Err(Refusal { registration: Some(registration.id.0), ..Reject::PlatformDisabled.into() });
    }
    Ok(registration)
}

/// The registration that a state of ours names, if launches of it are let in.
///
/// # Errors
/// The reason for the refusal.
pub async fn enabled_registration(context: &Context, id: &str) -> Result<Registration, Refusal> {
    let id = RegistrationId(id.to_owned());
    let found = context.db.read(move |c| platform::store::find_registration(c, &id)).await;
    let registration = found.map_err(|e: StoreError| Refusal::from(e))?.ok_or(Reject::UnknownPlatform)?;
    if registration.enabled { Ok(registration) } else { Err(Reject::PlatformDisabled.into()) }
}

/// V-02: the state of a launch, and its registration.
///
/// # Errors
/// The reason for the refusal.
pub async fn check_state(
    context: &Context,
    key: Option<&str>,
    text: Option<&str>,
) -> Result<(State, Registration), Refusal> {
    let state = State::verify(&context.key, text.ok_or(Reject::State)?).map_err(|_| Reject::State)?;
    if key.is_some_and(|k| k != state.registration) {
        return Err(Reject::StateRegistration.into());
    }
    let registration = enabled_registration(context, &state.registration).await?;
    if state.is_expired(context.clock.now()) {
        return Err(Reject::StateExpired.into());
    }
    Ok((state, registration))
}

/// V-01 and V-04 to V-24: the token itself. Nothing is stored.
///
/// # Errors
/// The first check that fails.
pub async fn check_token(
    context: &Context,
    registration: &Registration,
    state: &State,
    token: &str,
) -> Result<Launch, Refusal> {
    let token = verify::parse(token)?;
    let key =
        context.jwks.key(registration.id.as_str(), &registration.jwks_uri, &token.kid).await.map_err(|error| {
            match error {
                KeyError::Unknown => Reject::KidUnknown,
                KeyError::Unavailable => Reject::JwksUnavailable,
            }
        })?;
    let expected = Expected {
        issuer: &registration.issuer,
        client_id: &registration.client_id,
        nonce: &state.nonce,
        deployment: state.deployment.as_deref(),
        now: context.clock.now(),
    };
    Ok(token.verify(&key, &expected)?)
}

/// A session that was just made, with the token that only the browser gets.
pub struct Opened {
    /// The session.
    pub session: Session,
    /// The token.
    pub token: String,
}

/// Makes a session from a verified and bound launch: deployment, person, course, link, nonce and
/// session in one transaction. The session that the browser had before ends.
///
/// # Errors
/// [`Reject::Replay`] when the nonce was used before; the reasons of the deployment; or the database.
pub async fn open_session(
    context: &Context,
    registration: Registration,
    held: Held,
    mode: Mode,
    previous_token: Option<String>,
) -> Result<Opened, Refusal> {
    let token = crypto::random_token()?;
    let csrf_token = crypto::random_token()?;
    let now = context.clock.now();
    let hash = crypto::sha256_text(&token);
    // Two first launches of one course may race for the same new rows: the second looks again.
    for _ in 0..3 {
        let (registration, held) = (registration.clone(), held.clone());
        let (hash, csrf_token, previous) = (hash.clone(), csrf_token.clone(), previous_token.clone());
        let outcome = context
            .db
            .write(move |c| -> Result<Result<Session, Reject>, StoreError> {
                store_session(c, &registration, &held, mode, (hash, csrf_token), previous.as_deref(), now)
            })
            .await;
        match outcome {
            Ok(Ok(session)) => return Ok(Opened { session, token }),
            Ok(Err(reason)) => return Err(reason.into()),
            Err(StoreError::Duplicate(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Reject::Store.into())
}

fn store_session(
    conn: &mut Conn,
    registration: &Registration,
    held: &Held,
    mode: Mode,
    (token_hash, csrf_token): (String, String),
    previous_token: Option<&str>,
    now: UtcTime,
) -> Result<Result<Session, Reject>, StoreError> {
    let launch = &held.launch;
    // Kept for as long as the token or the state could be sent again.
    let keep_until = launch.expires_at.max(held.state.issued_at.plus_seconds(crate::lti::login::STATE_LIFETIME));
    let nonce_hash = crypto::sha256_text(&format!("{}/{}", registration.id, held.state.nonce));
    if !dialect::consume_nonce(conn, &nonce_hash, keep_until.plus_seconds(2 * LEEWAY))? {
        return Ok(Err(Reject::Replay));
    }
    let deployment = match platform::service::admit_deployment(conn, registration, &launch.deployment_id, now)? {
        Ok(deployment) => deployment,
        Err(reason) => return Ok(Err(reason)),
    };
    let mapped = roles::map(&launch.roles);
    let changes = platform::service::compare(conn, registration, &deployment.id, launch, mapped)?;
    platform::service::store_changes(conn, &changes, now)?;
    if let Some(previous) = previous_token {
        store::end_session(conn, &crypto::sha256_text(previous), now)?;
    }
    let arrival = changes.arrival;
    let session = Session {
        id: SessionId::new(),
        token_hash,
        mode,
        csrf_token,
        registration_id: registration.id.clone(),
        person_id: arrival.person.id,
        course_id: arrival.course.id,
        link_id: arrival.link.id,
        role: mapped.role,
        locale: launch.locale.clone().unwrap_or_default().chars().take(35).collect(),
        frame_origins: frame_origins(registration, Some(launch)).join(" "),
        return_url: launch.return_url.clone().filter(|u| web_origin(u).is_some()),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus_seconds(session::LIFETIME),
        ended_at: None,
    };
    store::create_session(conn, &session)?;
    Ok(Ok(session))
}

/// Who may frame the pages: the origins of the registration, and those that the signed launch names
/// (a hosted Canvas has its school's own domain there).
#[must_use]
pub fn frame_origins(registration: &Registration, launch: Option<&Launch>) -> Vec<String> {
    let mut origins = registration.origins();
    let named = launch.into_iter().flat_map(|l| [l.return_url.as_deref(), l.platform_url.as_deref()]);
    for origin in named.flatten().filter_map(web_origin) {
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins
}
