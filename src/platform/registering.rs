//! Dynamic Registration: an LMS administrator pastes one address, confirms one page, and the LMS is
//! registered (lti.md §7; reliability-security.md T53–T57).
//!
//! The address holds a one-time invitation; nobody without one makes this server fetch anything. What
//! the LMS said is sealed into the confirm page, so that what is confirmed is what was shown. The
//! invitation is claimed before the LMS is asked and used up in the transaction that stores the
//! registration: asked twenty times at once, it registers once.

use serde::{Deserialize, Serialize};
use url::Url;

use super::model::{DeploymentPolicy, Family, Invitation, NewRegistration, Registration};
use super::{service, store};
use crate::audit::{self, Actor};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto::{self, CryptoError};
use crate::ids::{InvitationId, RegistrationId};
use crate::lti::configuration::Configuration;
use crate::lti::registration::{self as messages, Granted, Tool};
use crate::net::{Answer, Outgoing};
use crate::settings::Settings;
use crate::store::{Conn, StoreError, StoreResult};

/// How long an invitation counts unless said otherwise, in hours.
pub const DEFAULT_HOURS: i64 = 24;
/// How long the confirm page may stay open, in seconds; the LMS's own token lives an hour.
const CONFIRM_WITHIN: i64 = 15 * 60;
/// How long one request may keep an invitation to itself, in seconds: longer than it takes.
const CLAIM: i64 = 60;
/// How long the LMS may take for one answer.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);
/// The longest `openid-configuration` or answer, in bytes.
const LIMIT: usize = 256 * 1024;
const PURPOSE: &str = "registration";

/// Why nothing was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// No such invitation, or it is over.
    #[error("no such invitation")]
    Invitation,
    /// The confirm page is too old, or not ours.
    #[error("the confirmation is too old or not ours")]
    Stale,
    /// The LMS cannot be reached, or may not be.
    #[error("the LMS cannot be reached")]
    Unreachable,
    /// Its configuration cannot be used.
    #[error("the configuration of the LMS cannot be used")]
    Configuration,
    /// Hosts that differ were not confirmed.
    #[error("hosts that differ were not confirmed")]
    Unconfirmed,
    /// The LMS did not take the registration.
    #[error("the LMS did not take the registration")]
    Refused,
    /// This client is registered already, and the invitation is not for updating it.
    #[error("this client is registered already")]
    Exists,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// OpenSSL failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// Makes an invitation and returns its address, which is shown once and never again.
///
/// # Errors
/// `NotFound` when the registration to update is unknown.
pub fn invite(
    conn: &mut Conn,
    settings: &Settings,
    name: &str,
    updates: Option<RegistrationId>,
    hours: i64,
    actor: &Actor,
    now: UtcTime,
) -> Result<(String, UtcTime), RegisterError> {
    if let Some(id) = &updates {
        store::find_registration(conn, id)?.ok_or(StoreError::NotFound)?;
    }
    let token = crypto::random_token()?;
    let expires_at = now.plus_seconds(hours.saturating_mul(3600));
    let new = Invitation { id: InvitationId::new(), name: name.to_owned(), updates, expires_at, used: false };
    store::create_invitation(conn, &new, &crypto::sha256_text(&token), now)?;
    let details = serde_json::json!({"updates": new.updates});
    audit::record(conn, now, actor, "invitation.create", new.id.as_str(), &details)?;
    Ok((settings.url(&format!("/lti/register/{token}")), expires_at))
}

/// The invitation of an address, while it can be used.
///
/// # Errors
/// [`RegisterError::Invitation`].
pub async fn invitation(context: &Context, token: &str) -> Result<Invitation, RegisterError> {
    let (hash, now) = (crypto::sha256_text(token), context.clock.now());
    let found = context.db.read(move |c| store::find_invitation(c, &hash)).await;
    found.map_err(RegisterError::Store)?.filter(|i| !i.used && now < i.expires_at).ok_or(RegisterError::Invitation)
}

/// What a person is asked to confirm: what the LMS says of itself, and what comes with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proposal {
    invitation: InvitationId,
    /// What the LMS says.
    pub configuration: Configuration,
    /// Where it said so.
    pub source: Url,
    /// Hosts that differ from that one and have to be confirmed.
    pub other_hosts: Vec<String>,
    registration_token: Option<String>,
    until: UtcTime,
}

impl Proposal {
    /// The product.
    #[must_use]
    pub fn family(&self) -> Family {
        Family::parse(&self.configuration.product).unwrap_or(Family::Generic)
    }

    /// The text for the page; nobody can read or change it.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn seal(&self, context: &Context) -> Result<String, CryptoError> {
        let json = serde_json::to_vec(self).map_err(|_| CryptoError::Invalid("a proposal cannot be written"))?;
        context.key.seal(PURPOSE, &json)
    }

    fn open(context: &Context, sealed: &str) -> Option<Self> {
        serde_json::from_slice(&context.key.open(PURPOSE, sealed).ok()?).ok()
    }
}

fn rejected(invitation: &Invitation, reason: &dyn std::fmt::Display) {
    tracing::warn!(
        event = "registration",
        outcome = "rejected",
        invitation = %invitation.id,
        reason = %reason,
        "an LMS was not registered"
    );
}

/// One call to the LMS, with its token where it gave one: Canvas wants it with both, nobody minds.
async fn call(
    context: &Context,
    invitation: &Invitation,
    outgoing: Outgoing,
    token: Option<&str>,
) -> Result<Answer, RegisterError> {
    let outgoing = outgoing.accept("application/json").timeout(TIMEOUT).limit(LIMIT);
    let outgoing = token.into_iter().fold(outgoing, Outgoing::bearer);
    context.outbound.send(outgoing).await.map_err(|error| {
        rejected(invitation, &error);
        RegisterError::Unreachable
    })
}

/// Fetches and checks what an LMS says of itself.
///
/// # Errors
/// [`RegisterError::Unreachable`] and [`RegisterError::Configuration`]; the log has the reason.
pub async fn propose(
    context: &Context,
    invitation: &Invitation,
    address: &str,
    registration_token: Option<&str>,
) -> Result<Proposal, RegisterError> {
    let unreachable = |reason: &dyn std::fmt::Display| {
        rejected(invitation, reason);
        RegisterError::Unreachable
    };
    let source = Url::parse(address).map_err(|e| unreachable(&e))?;
    let answer = call(context, invitation, Outgoing::get(source.clone()), registration_token).await?;
    if !answer.is_success() {
        return Err(unreachable(&format!("CONFIG_STATUS {}", answer.status)));
    }
    let allow_http = context.settings.allow_insecure_platforms;
    let checked = Configuration::parse(&answer.body).and_then(|c| Ok((c.check(&source, allow_http)?, c)));
    let (other_hosts, configuration) = checked.map_err(|error| {
        rejected(invitation, &error);
        RegisterError::Configuration
    })?;
    Ok(Proposal {
        invitation: invitation.id.clone(),
        configuration,
        source,
        other_hosts,
        registration_token: registration_token.map(str::to_owned),
        until: context.clock.now().plus_seconds(CONFIRM_WITHIN),
    })
}

/// What came of it.
#[derive(Debug)]
pub struct Registered {
    /// The registration.
    pub registration: Registration,
    /// The scopes that were asked for and not granted.
    pub missing_scopes: Vec<String>,
}

/// Registers the LMS that a person confirmed.
///
/// # Errors
/// [`RegisterError`]; then nothing is registered on our side and the invitation can be used again.
pub async fn confirm(
    context: &Context,
    invitation: &Invitation,
    sealed: &str,
    hosts_confirmed: bool,
    description: &str,
) -> Result<Registered, RegisterError> {
    let now = context.clock.now();
    let proposal = Proposal::open(context, sealed).filter(|p| p.invitation == invitation.id && now < p.until);
    let proposal = proposal.ok_or(RegisterError::Stale)?;
    if !proposal.other_hosts.is_empty() && !hosts_confirmed {
        return Err(RegisterError::Unconfirmed);
    }
    let known = match &invitation.updates {
        Some(id) => {
            let id = id.clone();
            let found = context.db.read(move |c| store::find_registration(c, &id)).await;
            Some(found.map_err(RegisterError::Store)?.ok_or(RegisterError::Invitation)?)
        }
        None => None,
    };
    let id = invitation.id.clone();
    let claimed = context.db.write(move |c| store::claim_invitation(c, &id, now, now.plus_seconds(CLAIM))).await;
    if !claimed.map_err(RegisterError::Store)? {
        return Err(RegisterError::Invitation);
    }
    let outcome = claimed_confirm(context, invitation, &proposal, known, description).await;
    if outcome.is_err() {
        let id = invitation.id.clone();
        let released: StoreResult<()> = context.db.write(move |c| store::release_invitation(c, &id)).await;
        if let Err(error) = released {
            tracing::warn!(%error, "an invitation stays claimed for a minute");
        }
    }
    outcome
}

async fn claimed_confirm(
    context: &Context,
    invitation: &Invitation,
    proposal: &Proposal,
    known: Option<Registration>,
    description: &str,
) -> Result<Registered, RegisterError> {
    let id = known.as_ref().map_or_else(RegistrationId::new, |r| r.id.clone());
    let granted = ask(context, invitation, proposal, &id, description).await?;
    let asked = proposal.configuration.wanted_scopes();
    let missing_scopes = asked.into_iter().filter(|s| !granted.scopes.contains(s)).collect();
    let (invitation, proposal, now) = (invitation.clone(), proposal.clone(), context.clock.now());
    let stored = context
        .db
        .write(move |c| -> Result<Registration, RegisterError> {
            let registration = match known {
                None => create(c, &invitation, id, proposal, granted, now)?,
                Some(known) => update(c, &invitation, known, proposal.configuration, granted, now)?,
            };
            if !store::use_invitation(c, &invitation.id, &registration.id, now)? {
                return Err(RegisterError::Invitation);
            }
            Ok(registration)
        })
        .await?;
    tracing::info!(event = "registration", outcome = "accepted", registration = %stored.id, "an LMS was registered");
    Ok(Registered { registration: stored, missing_scopes })
}

/// Posts the registration to the LMS.
async fn ask(
    context: &Context,
    invitation: &Invitation,
    proposal: &Proposal,
    id: &RegistrationId,
    description: &str,
) -> Result<Granted, RegisterError> {
    let settings = &context.settings;
    let (login, launch) = (settings.lti_url(id, "login"), settings.lti_url(id, "launch"));
    let request = messages::request(
        &proposal.configuration,
        &Tool {
            origin: &settings.public_url,
            login: &login,
            launch: &launch,
            jwks: &settings.url("/.well-known/jwks.json"),
            logo: &settings.url(crate::web::assets::path("icon.svg")),
            description,
        },
    );
    let endpoint =
        Url::parse(&proposal.configuration.registration_endpoint).map_err(|_| RegisterError::Configuration)?;
    let outgoing = Outgoing::post(endpoint, "application/json", request.to_string().into_bytes());
    let answer = call(context, invitation, outgoing, proposal.registration_token.as_deref()).await?;
    let granted = Some(&answer).filter(|a| a.is_success());
    let granted = granted.and_then(|a| Granted::parse(&a.body, &proposal.configuration.wanted_scopes()));
    granted.ok_or_else(|| {
        let said: String = answer.text().chars().filter(|c| !c.is_control()).take(300).collect();
        rejected(invitation, &format!("REGISTRATION_REFUSED {} {said}", answer.status));
        RegisterError::Refused
    })
}

fn create(
    conn: &mut Conn,
    invitation: &Invitation,
    id: RegistrationId,
    proposal: Proposal,
    granted: Granted,
    now: UtcTime,
) -> Result<Registration, RegisterError> {
    let (family, configuration) = (proposal.family(), proposal.configuration);
    // Another key set for a client that is registered would be a second way into its people's work.
    if store::is_registered(conn, &configuration.issuer, &granted.client_id)? {
        return Err(RegisterError::Exists);
    }
    let policy = if granted.deployment_id.is_some() { DeploymentPolicy::Approve } else { DeploymentPolicy::Auto };
    let new = NewRegistration {
        name: invitation.name.clone(),
        issuer: configuration.issuer,
        client_id: granted.client_id,
        authorization_endpoint: configuration.authorization_endpoint,
        token_endpoint: configuration.token_endpoint,
        jwks_uri: configuration.jwks_uri,
        token_audience: configuration.authorization_server,
        deployments: granted.deployment_id.into_iter().collect(),
        family,
        deployment_policy: Some(policy),
        granted_scopes: Some(granted.scopes.join(" ")),
    };
    Ok(service::register_as(conn, id, new, &Actor::Invited(invitation.id.clone()), now)?)
}

fn update(
    conn: &mut Conn,
    invitation: &Invitation,
    known: Registration,
    configuration: Configuration,
    granted: Granted,
    now: UtcTime,
) -> Result<Registration, RegisterError> {
    if known.issuer != configuration.issuer || known.client_id != granted.client_id {
        return Err(RegisterError::Exists);
    }
    let before = serde_json::json!({"jwks_uri": known.jwks_uri, "token_endpoint": known.token_endpoint});
    let updated = Registration {
        authorization_endpoint: configuration.authorization_endpoint,
        token_endpoint: configuration.token_endpoint,
        jwks_uri: configuration.jwks_uri,
        token_audience: configuration.authorization_server,
        granted_scopes: Some(granted.scopes.join(" ")),
        updated_at: now,
        ..known
    };
    store::update_registration(conn, &updated, now)?;
    let details =
        serde_json::json!({"before": before, "jwks_uri": updated.jwks_uri, "token_endpoint": updated.token_endpoint});
    let actor = Actor::Invited(invitation.id.clone());
    audit::record(conn, now, &actor, "registration.update", updated.id.as_str(), &details)?;
    Ok(updated)
}
