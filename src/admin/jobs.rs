//! Removes what has expired.

use std::time::Duration;

use super::model::TRIES_WITHIN;
use super::store;
use crate::context::Context;
use crate::jobs::Job;
use crate::store::StoreResult;

/// The job that removes expired sessions, links, browsers and wrong codes once an hour.
#[must_use]
pub fn purge(context: &Context) -> Job {
    Job::repeat("admin.purge", context, purge_round)
}

async fn purge_round(context: Context) -> Duration {
    let now = context.clock.now();
    let purged: StoreResult<()> =
        context.db.write(move |c| store::purge(c, now, now.plus_seconds(-TRIES_WITHIN))).await;
    if let Err(error) = purged {
        tracing::warn!(%error, "expired sessions of the console could not be removed");
    }
    Duration::from_hours(1)
}
