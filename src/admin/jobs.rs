//! Removes what has expired.

use std::time::Duration;

use super::model::TRIES_WITHIN;
use super::store;
use crate::context::Context;
use crate::jobs::Job;
use crate::store::StoreError;

/// The job that removes expired sessions, links, browsers and wrong codes once an hour.
#[must_use]
pub fn purge(context: &Context) -> Job {
    let context = context.clone();
    Job {
        name: "admin.purge",
        round: Box::new(move || {
            let context = context.clone();
            Box::pin(async move {
                let now = context.clock.now();
                let purged = context.db.write(move |c| store::purge(c, now, now.plus_seconds(-TRIES_WITHIN))).await;
                if let Err(error) = purged {
                    let error: StoreError = error;
                    tracing::warn!(%error, "expired sessions of the console could not be removed");
                }
                Duration::from_hours(1)
            })
        }),
    }
}
