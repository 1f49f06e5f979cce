//! Removes what has expired.

use std::time::Duration;

use super::store;
use crate::context::Context;
use crate::jobs::Job;
use crate::store::StoreError;

/// The job that removes expired nonces and sessions every ten minutes.
#[must_use]
pub fn purge(context: &Context) -> Job {
    let context = context.clone();
    Job {
        name: "launch.purge",
        round: Box::new(move || {
            let context = context.clone();
            Box::pin(async move {
                let now = context.clock.now();
                match context.db.write(move |c| store::purge(c, now)).await {
                    Ok(rows) => tracing::debug!(rows, "expired nonces and sessions removed"),
                    Err(error) => {
                        let error: StoreError = error;
                        tracing::warn!(%error, "expired nonces and sessions could not be removed");
                    }
                }
                Duration::from_mins(10)
            })
        }),
    }
}
