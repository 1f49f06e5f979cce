//! From the reason of a refusal to the page that a person sees, and to the line in the log.

use super::store::{self, Refused};
use crate::context::Context;
use crate::ids::RegistrationId;
use crate::lti::reject::Reject;
use crate::store::StoreResult;
use crate::web::PageError;
use crate::web::error::Retry;

/// A launch that was refused.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub reason: Reject,
    /// The registration, once it is known.
    pub registration: Option<String>,
    /// How to start again, once the login is known.
    pub retry: Option<Box<Retry>>,
}

impl From<Reject> for Refusal {
    fn from(reason: Reject) -> Self {
        Self { reason, registration: None, retry: None }
    }
}

impl From<crate::store::StoreError> for Refusal {
    fn from(error: crate::store::StoreError) -> Self {
        tracing::error!(event = "error", cause = %error, "a launch could not be stored");
        Reject::Store.into()
    }
}

impl From<crate::crypto::CryptoError> for Refusal {
    fn from(error: crate::crypto::CryptoError) -> Self {
        tracing::error!(event = "error", cause = %error, "a launch could not be signed or sealed");
        Reject::Store.into()
    }
}

/// The HTTP status of a refusal: malformed 400, not verified 401, verified but not allowed 403, a
/// dependency down 503.
#[must_use]
pub const fn status(reason: Reject) -> u16 {
    match reason {
        Reject::TokenMalformed
        | Reject::MessageType
        | Reject::DeepLinkingSettings
        | Reject::Empty
        | Reject::UnknownPlatform
        | Reject::AmbiguousPlatform
        | Reject::LoginMalformed => 400,
        Reject::SubMissing
        | Reject::DeploymentPending
        | Reject::DeploymentDisabled
        | Reject::PlatformDisabled
        | Reject::DeepLinkingRole
        | Reject::ReviewRole
        | Reject::DeepLinkingReturn
        | Reject::DeepLinkingTypes
        | Reject::ContextMissing => 403,
        Reject::TokenTooLarge => 413,
        Reject::RateLimited => 429,
        Reject::JwksUnavailable | Reject::Store => 503,
        _ => 401,
    }
}

/// The text key of the page: people need to know what to do, not which check failed.
#[must_use]
pub const fn page_key(reason: Reject) -> &'static str {
    match reason {
        Reject::UnknownPlatform | Reject::AmbiguousPlatform => "platform-unknown",
        Reject::PlatformDisabled => "platform-disabled",
        Reject::DeploymentPending => "deployment-pending",
        Reject::DeploymentDisabled => "deployment-disabled",
        Reject::LoginMalformed | Reject::Empty => "start-from-course",
        Reject::SubMissing => "anonymous",
        Reject::State | Reject::StateExpired | Reject::StateRegistration | Reject::Binding => "launch-stale",
        Reject::Replay => "launch-used",
        Reject::Expired | Reject::NotYetValid => "launch-clock",
        Reject::PlatformError => "platform-error",
        Reject::MessageType => "message-type",
        Reject::DeepLinkingRole => "deep-linking-role",
        Reject::ReviewRole => "review-role",
        Reject::DeepLinkingSettings | Reject::DeepLinkingReturn => "deep-linking-answer",
        Reject::DeepLinkingTypes | Reject::ContextMissing => "deep-linking-place",
        Reject::RateLimited => "rate-limited",
        Reject::JwksUnavailable => "lms-unreachable",
        Reject::Store => "unavailable",
        _ => "launch-refused",
    }
}

/// Notes for the console that something was refused, and says nothing about whom.
pub async fn note_refused(context: &Context, registration: Option<RegistrationId>, reason: &str, reference: &str) {
    if !context.notes.allows() {
        return;
    }
    let (reason, reference, at) = (reason.to_owned(), reference.to_owned(), context.clock.now());
    let refused = Refused { registration_id: registration, reason, reference, at };
    let noted: StoreResult<()> = context.db.write(move |c| store::create_refused(c, &refused)).await;
    if let Err(error) = noted {
        tracing::warn!(%error, "a refused launch could not be noted");
    }
}

impl Refusal {
    /// The page, after writing the log line that its reference finds. The line holds the reason and
    /// never the token, a hint or a name.
    pub async fn into_page(self, context: &Context) -> PageError {
        let status = actix_status(status(self.reason));
        let mut page = PageError::new(status, page_key(self.reason));
        metrics::counter!("launch_total", "result" => "rejected").increment(1);
        if self.reason == Reject::Replay {
            metrics::counter!("nonce_replay_total").increment(1);
        }
        tracing::info!(
            event = "launch",
            outcome = "rejected",
            reason = self.reason.code(),
            r#ref = %page.reference,
            registration = self.registration.as_deref().unwrap_or(""),
            "a launch was refused"
        );
        // What never reached a registration is noise of the network, but for an LMS that is not registered yet.
        let unknown = matches!(self.reason, Reject::UnknownPlatform | Reject::AmbiguousPlatform);
        if (self.registration.is_some() || unknown) && self.reason != Reject::Store {
            note_refused(context, self.registration.map(RegistrationId), self.reason.code(), &page.reference).await;
        }
        page.retry = self.retry;
        page
    }
}

fn actix_status(code: u16) -> crate::web::error::Status {
    crate::web::error::Status::from_u16(code).unwrap_or(crate::web::error::Status::UNAUTHORIZED)
}
