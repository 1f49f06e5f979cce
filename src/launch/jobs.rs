//! Removes what has expired.

use std::time::Duration;

use super::store;
use crate::context::Context;
use crate::jobs::Job;
use crate::store::StoreResult;

/// The job that removes expired nonces and sessions every ten minutes.
#[must_use]
pub fn purge(context: &Context) -> Job {
    Job::repeat("launch.purge", context, purge_round)
}

async fn purge_round(context: Context) -> Duration {
    let now = context.clock.now();
    let purged: StoreResult<usize> = context.db.write(move |c| store::purge(c, now)).await;
    match purged {
        Ok(rows) => tracing::debug!(rows, "expired nonces and sessions removed"),
        Err(error) => tracing::warn!(%error, "expired nonces and sessions could not be removed"),
    }
    Duration::from_mins(10)
}
