//! The jobs that bring grades into their LMSs and look after them.

use std::time::Duration;

use super::confirm;
use super::dispatch::Dispatcher;
use super::figures::{self, Violations};
use super::store;
use crate::context::Context;
use crate::jobs::Job;
use crate::store::StoreError;

/// How long finished tries are kept, in days (reliability-security.md §2.2).
const KEEP_ATTEMPTS: i64 = 180;
/// How often the daily work is looked at.
const DAILY: Duration = Duration::from_hours(6);
/// How often it is looked whether something is to be read back.
const CHECK: Duration = Duration::from_secs(10);

/// The jobs of this feature.
#[must_use]
pub fn all(context: &Context) -> Vec<Job> {
    vec![
        Job::repeat("grades.deliver", &Dispatcher::new(context), deliver_round),
        Job::repeat("grades.confirm", context, confirm_round),
        Job::repeat("grades.figures", context, figures_round),
        Job::repeat("grades.invariants", context, invariants_round),
        Job::repeat("grades.purge", context, purge_round),
    ]
}

async fn deliver_round(dispatcher: Dispatcher) -> Duration {
    match dispatcher.round().await {
        Ok(rest) => rest,
        Err(error) => {
            tracing::error!(event = "ags.round", %error, "grades cannot be delivered now");
            Duration::from_secs(5)
        }
    }
}

async fn confirm_round(context: Context) -> Duration {
    if let Err(error) = confirm::run_round(&context).await {
        tracing::error!(event = "ags.confirm", %error, "grades cannot be read back now");
    }
    CHECK.min(Duration::from_secs(u64::try_from(context.settings.ags.check_seconds).unwrap_or(10)))
}

/// How often the figures are made anew where somebody collects them.
const FIGURES: Duration = Duration::from_secs(15);
/// How often the invariants are looked at.
const INVARIANTS: Duration = Duration::from_hours(1);

async fn figures_round(context: Context) -> Duration {
    if context.settings.metrics_listen.is_none() {
        return INVARIANTS;
    }
    let now = context.clock.now();
    match context.db.read(move |c| figures::read(c, now)).await {
        Ok(figures) => figures.publish(),
        Err(error) => tracing::warn!(event = "grades.figures", %error, "the figures of grades cannot be read now"),
    }
    FIGURES
}

async fn invariants_round(context: Context) -> Duration {
    let now = context.clock.now();
    match context.db.read(move |c| Violations::read(c, now)).await {
        Ok(found) => found.publish(),
        Err(error) => tracing::warn!(event = "grades.invariant", %error, "the invariants of grades cannot be read now"),
    }
    INVARIANTS
}

async fn purge_round(context: Context) -> Duration {
    let before = context.clock.now().plus_seconds(-KEEP_ATTEMPTS * 24 * 3600);
    let purged = context.db.write(move |c| -> Result<_, StoreError> { store::delete_attempts_before(c, before) }).await;
    if let Err(error) = purged {
        tracing::warn!(%error, "old tries could not be deleted");
    }
    DAILY
}

/// At the start of the only process of an embedded database, nobody else can hold a row.
///
/// # Errors
/// When the database fails.
pub fn recover(context: &Context) -> Result<usize, StoreError> {
    let now = context.clock.now();
    context.db.write_blocking(|c| store::sweep(c, &context.settings.ags, now, true))
}
