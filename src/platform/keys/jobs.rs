//! Makes the next signing key in time, where the settings ask for it, and removes those that are over.

use std::time::Duration;

use super::KeyError;
use crate::context::Context;
use crate::jobs::Job;

const DAY: i64 = 24 * 3600;

/// The job that looks at the signing keys once an hour.
#[must_use]
pub fn care(context: &Context) -> Job {
    Job::repeat("platform.keys", context, care_round)
}

async fn care_round(context: Context) -> Duration {
    // Making a key takes a moment of a processor, and the database is asked in the same go.
    let done = tokio::task::spawn_blocking(move || look_after(&context)).await;
    if let Ok(Err(error)) = done {
        tracing::warn!(event = "keys", %error, "the signing keys could not be looked after");
    }
    Duration::from_hours(1)
}

fn look_after(context: &Context) -> Result<(), KeyError> {
    let now = context.clock.now();
    let days = i64::from(context.settings.key_rotation_days);
    if days > 0
        && let Some(kid) = super::rotate_if_due(&context.db, &context.key, now, days * DAY)?
    {
        tracing::info!(event = "keys", kid, "the next signing key is published");
    }
    context.db.write_blocking(|c| super::retire(c, now))?;
    Ok(())
}
