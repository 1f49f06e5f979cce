//! Subscribes to notices, and acts on those that were taken.

use std::time::Duration;

use url::Url;

use super::store::{self, Subscription};
use crate::audit::{self, Actor};
use crate::context::Context;
use crate::jobs::Job;
use crate::lti::notices::{self, CONTEXT_COPY, SCOPE_NOTICES};
use crate::platform::keys;
use crate::store::{Conn, StoreError};

/// The longest rest.
const REST: Duration = Duration::from_secs(15);
/// A subscription is renewed after so many seconds: an LMS may have lost it.
const RENEW: i64 = 30 * 24 * 3600;
/// A failed one is tried again after so many seconds.
const RETRY: i64 = 6 * 3600;
/// Notices are kept for so many days, so that a repeated one is known.
const KEEP: i64 = 30;

/// The job.
#[must_use]
pub fn care(context: &Context) -> Job {
    Job::repeat("platform.notices", context, round)
}

async fn round(context: Context) -> Duration {
    if let Err(error) = run_round(&context).await {
        tracing::warn!(event = "notices", %error, "notices cannot be looked after now");
    }
    REST
}

/// Does what is due. Says whether anything was.
///
/// # Errors
/// When the database fails.
pub async fn run_round(context: &Context) -> Result<bool, StoreError> {
    let now = context.clock.now();
    let offered = context.notices.take();
    let waits = context.db.read(move |c| store::is_anything_due(c, now)).await?;
    if offered.is_empty() && !waits {
        return Ok(false);
    }
    let due = context
        .db
        .write(move |c: &mut Conn| -> Result<_, StoreError> {
            for ((registration, deployment), service) in &offered {
                store::note_service(c, registration, deployment, service, now)?;
            }
            for notice in store::list_open(c)? {
                if notice.kind == CONTEXT_COPY && !notice.context_id.is_empty() {
                    let changed = store::note_copy(c, &notice, now)?;
                    let detail = serde_json::json!({"origins": notice.origins, "changed": changed});
                    audit::record(c, now, &Actor::System, "course.copied", &notice.context_id, &detail)?;
                }
                store::handled(c, &notice, now)?;
            }
            store::delete_before(c, now.plus_seconds(-KEEP * 24 * 3600))?;
            store::claim(c, now)
        })
        .await?;
    for subscription in due {
        let failure = subscribe(context, &subscription).await.err();
        if let Some(reason) = &failure {
            tracing::warn!(event = "notices", deployment = %subscription.deployment_id, reason, "the LMS takes no subscription");
        }
        let (id, at) = (subscription.deployment_id, context.clock.now());
        let again = at.plus_seconds(if failure.is_some() { RETRY } else { RENEW });
        context.db.write(move |c| store::subscribed(c, &id, failure.is_none(), again, at)).await?;
    }
    Ok(true)
}

async fn subscribe(context: &Context, subscription: &Subscription) -> Result<(), String> {
    let url = Url::parse(&subscription.url).map_err(|e| e.to_string())?;
    let (id, master, now) = (subscription.registration_id.clone(), context.key.clone(), context.clock.now());
    let loaded = context.db.read(move |c: &mut Conn| -> Result<_, keys::KeyError> {
        Ok((crate::platform::store::find_registration(c, &id)?, keys::signing_key(c, &master, now)?))
    });
    let (registration, key) = loaded.await.map_err(|e| e.to_string())?;
    let registration = registration.filter(|r| r.enabled).ok_or("the registration is switched off")?;
    let request = registration.token_request(&subscription.lms_deployment, vec![SCOPE_NOTICES.to_owned()]);
    let token = context.tokens.get(&request, &key).await.map_err(|e| e.to_string())?;
    let handler = context.settings.url("/lti/notices");
    for kind in subscription.types.split(' ') {
        let answer = notices::subscribe(&context.outbound, &token, &url, kind, &handler).await;
        match answer.map_err(|e| e.to_string())? {
            Ok(()) => {}
            Err(status) => {
                if status == 401 {
                    context.tokens.forget(&request, &token).await;
                }
                return Err(format!("status {status}"));
            }
        }
    }
    Ok(())
}
