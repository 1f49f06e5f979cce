//! The checks of a login and a launch in their order, and the transaction that makes a session.

use std::sync::Arc;

use super::held::Held;
use super::refusal::Refusal;
use super::session::{self, Mode, Session};
use super::store;
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto;
use crate::ids::{RegistrationId, SessionId};
use crate::lti::jwks::KeyError;
use crate::lti::login::{LoginRequest, STATE_LIFETIME, State};
use crate::lti::message::Launch;
use crate::lti::reject::Reject;
use crate::lti::roles;
use crate::lti::verify::{self, Expected, LEEWAY};
use crate::platform;
use crate::platform::model::{Registration, web_origin};
use crate::platform::service::Arrival;
use crate::store::columns::Role;
use crate::store::{Conn, StoreError, dialect};

/// The registration of a login: by its own address, or by issuer and client id where that is unique.
///
/// # Errors
/// The reason for the refusal.
pub async fn registration_of_login(
    context: &Context,
    key: Option<String>,
    login: &LoginRequest,
) -> Result<Arc<Registration>, Refusal> {
    login.check().map_err(|_| Reject::LoginMalformed)?;
    let found = if let Some(key) = key {
        context.registrations.find(&RegistrationId(key)).await.map(Vec::from_iter)
    } else {
        let (issuer, client_id) = (login.iss.clone(), login.client_id.clone());
        let listed =
            context.db.read(move |c| platform::store::list_registrations_of(c, &issuer, client_id.as_deref())).await;
        listed.map(|found| found.into_iter().map(Arc::new).collect())
    };
    let found = found.map_err(|e: StoreError| Refusal::from(e))?;
    let mut fitting = found
        .into_iter()
        .filter(|r| r.issuer == login.iss && login.client_id.as_ref().is_none_or(|c| *c == r.client_id));
    let registration = fitting.next().ok_or(Reject::UnknownPlatform)?;
    if fitting.next().is_some() {
        return Err(Reject::AmbiguousPlatform.into());
    }
    if !registration.enabled {
        return Err(Refusal { registration: Some(registration.id.to_string()), ..Reject::PlatformDisabled.into() });
    }
    Ok(registration)
}

/// The registration that a state of ours names, if launches of it are let in.
///
/// # Errors
/// The reason for the refusal.
pub async fn enabled_registration(context: &Context, id: &str) -> Result<Arc<Registration>, Refusal> {
    let found = context.registrations.find(&RegistrationId(id.to_owned())).await;
    let registration = found.map_err(Refusal::from)?.ok_or(Reject::UnknownPlatform)?;
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
) -> Result<(State, Arc<Registration>), Refusal> {
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

/// Who may open somebody's work from the gradebook: whoever teaches in this course, and the person
/// themselves (reliability-security.md T22).
///
/// # Errors
/// [`Reject::ReviewRole`] for everybody else.
pub fn check_review(launch: &Launch) -> Result<(), Reject> {
    let Some(of) = launch.review_of() else {
        return Ok(());
    };
    let is_staff = roles::map(&launch.roles).role.is_staff();
    if is_staff || of == launch.sub { Ok(()) } else { Err(Reject::ReviewRole) }
}

/// What a deep linking request must be beyond its form: a trainer's, in a course, answerable, and
/// answered to the LMS that sent it (reliability-security.md T58, T59).
///
/// # Errors
/// The first of them that it is not.
pub fn check_deep_linking(registration: &Registration, launch: &Launch) -> Result<(), Reject> {
    let Some(settings) = launch.deep_linking() else {
        return Ok(());
    };
    if roles::map(&launch.roles).role != Role::Trainer {
        return Err(Reject::DeepLinkingRole);
    }
    if launch.context.is_none() {
        return Err(Reject::ContextMissing);
    }
    if !settings.accepts_links {
        return Err(Reject::DeepLinkingTypes);
    }
    let is_web = web_origin(&settings.return_url).is_some();
    if !is_web || !platform::service::is_owned(registration, launch, &settings.return_url) {
        return Err(Reject::DeepLinkingReturn);
    }
    Ok(())
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
    registration: Arc<Registration>,
    held: Held,
    framed: Framed,
    mode: Mode,
    previous_token: Option<String>,
) -> Result<Opened, Refusal> {
    let token = crypto::random_token()?;
    let opening = Arc::new(Opening {
        token_hash: crypto::sha256_text(&token),
        csrf_token: crypto::random_token()?,
        previous: previous_token.map(|t| crypto::sha256_text(&t)),
        registration,
        held,
        framed,
        mode,
        now: context.clock.now(),
    });
    // Most launches say nothing new, and then the session is all there is to store.
    if opening.previous.is_none() && opening.held.launch.deep_linking().is_none() {
        let known = Arc::clone(&opening);
        match context.db.write_last(move |c| known.store_if_known(c)).await {
            Ok(Some(Ok(session))) => return Ok(opened(context, &opening, session, token)),
            Ok(Some(Err(reason))) => return Err(reason.into()),
            Ok(None) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Two first launches of one course may race for the same new rows: the second looks again.
    for _ in 0..3 {
        let new = Arc::clone(&opening);
        match context.db.write(move |c| new.store(c)).await {
            Ok(Ok(session)) => return Ok(opened(context, &opening, session, token)),
            Ok(Err(reason)) => return Err(reason.into()),
            Err(StoreError::Duplicate(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Reject::Store.into())
}

/// Tells those who wait for somebody, or for what an LMS offers; they look for themselves as well.
fn opened(context: &Context, opening: &Opening, session: Session, token: String) -> Opened {
    context.arrivals.note(&session.course_id, &session.person_id);
    let (registration, launch) = (&opening.registration, &opening.held.launch);
    if let Some(service) = launch.notices.as_ref().filter(|n| platform::service::is_owned(registration, launch, &n.url))
    {
        context.notices.note(&registration.id, &launch.deployment_id, service);
    }
    Opened { session, token }
}

/// A nonce as it is kept: used, until no token with it can be sent again.
pub(super) struct Nonce {
    /// SHA-256 of registration and nonce.
    pub(super) hash: String,
    /// Until when it is kept.
    pub(super) keep_until: UtcTime,
}

/// Where the pages of a session are shown.
pub struct Framed {
    /// Who may frame them.
    pub origins: Vec<String>,
    /// The way back into the LMS.
    pub return_url: Option<String>,
}

/// A session that is about to be stored.
struct Opening {
    registration: Arc<Registration>,
    held: Held,
    framed: Framed,
    mode: Mode,
    token_hash: String,
    csrf_token: String,
    /// The hash of the token that the browser had before.
    previous: Option<String>,
    now: UtcTime,
}

impl Opening {
    /// Stores the session of a launch that says nothing new. `None` when there is more to do.
    fn store_if_known(&self, conn: &mut Conn) -> Result<Option<Result<Session, Reject>>, StoreError> {
        let launch = &self.held.launch;
        let mapped = roles::map(&launch.roles);
        let Some(arrival) = platform::service::recognise(conn, &self.registration, launch, mapped)? else {
            return Ok(None);
        };
        let session = self.session(arrival, mapped.role);
        let fresh = store::create_session_once(conn, &self.nonce(), &session)?;
        Ok(Some(if fresh { Ok(session) } else { Err(Reject::Replay) }))
    }

    /// Stores whatever a launch says, and its session.
    fn store(&self, conn: &mut Conn) -> Result<Result<Session, Reject>, StoreError> {
        let nonce = self.nonce();
        if !dialect::consume_nonce(conn, &nonce.hash, nonce.keep_until)? {
            return Ok(Err(Reject::Replay));
        }
        let launch = &self.held.launch;
        let mapped = roles::map(&launch.roles);
        let arrival = match platform::service::take_in(conn, &self.registration, launch, mapped, self.now)? {
            Ok(arrival) => arrival,
            Err(reason) => return Ok(Err(reason)),
        };
        if let Some(previous) = &self.previous {
            store::end_session(conn, previous, self.now)?;
        }
        let session = self.session(arrival, mapped.role);
        store::create_session(conn, &session)?;
        if let Some(settings) = launch.deep_linking() {
            store::create_deep_linking(conn, &session.id, settings)?;
        }
        Ok(Ok(session))
    }

    fn nonce(&self) -> Nonce {
        let state = &self.held.state;
        let until = self.held.launch.expires_at.max(state.issued_at.plus_seconds(STATE_LIFETIME));
        let hash = crypto::sha256_text(&format!("{}/{}", self.registration.id, state.nonce));
        Nonce { hash, keep_until: until.plus_seconds(2 * LEEWAY) }
    }

    fn session(&self, arrival: Arrival, role: Role) -> Session {
        let launch = &self.held.launch;
        Session {
            id: SessionId::new(),
            token_hash: self.token_hash.clone(),
            mode: self.mode,
            csrf_token: self.csrf_token.clone(),
            registration_id: self.registration.id.clone(),
            person_id: arrival.person.id,
            course_id: arrival.course.id,
            link_id: arrival.link.map(|link| link.id),
            role,
            locale: launch.locale.clone().unwrap_or_default().chars().take(35).collect(),
            frame_origins: self.framed.origins.join(" "),
            return_url: self.framed.return_url.clone(),
            review_of: launch.review_of().map(str::to_owned),
            created_at: self.now,
            last_seen_at: self.now,
            expires_at: self.now.plus_seconds(session::LIFETIME),
            ended_at: None,
        }
    }
}

/// Who may frame the pages: the origins of the registration, and those that the signed launch names
/// (a hosted Canvas has its school's own domain there).
#[must_use]
pub fn frame_origins(registration: &Registration, launch: &Launch) -> Vec<String> {
    let mut origins = registration.origins();
    let named = [launch.return_url.as_deref(), launch.platform_url.as_deref()];
    for origin in named.into_iter().flatten().filter_map(web_origin) {
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins
}
