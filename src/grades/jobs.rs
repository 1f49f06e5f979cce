//! The worker that brings grades into their LMSs.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt as _;

use super::model::Outgoing;
use super::{deliver, fault, store};
use crate::context::Context;
use crate::crypto;
use crate::ids::{AttemptId, RegistrationId};
use crate::jobs::Job;
use crate::platform;
use crate::platform::model::Family;
use crate::store::{Conn, StoreError};

/// Rows in one claim: what a kill can leave under a lease.
const BATCH: i64 = 8;
/// Parallel calls to one LMS.
const PARALLEL: usize = 4;
/// Parallel calls to Canvas, which charges for them in advance (reliability-security.md §0.10).
const PARALLEL_CANVAS: usize = 2;
/// The longest rest: what another process queued is seen after this at the latest.
const REST: Duration = Duration::from_secs(5);

/// The job that delivers grades.
#[must_use]
pub fn deliver_grades(context: &Context) -> Job {
    Job::repeat("grades.deliver", context, deliver_round)
}

async fn deliver_round(context: Context) -> Duration {
    match run_round(&context).await {
        Ok(0) => rest(&context).await,
        Ok(_) => Duration::ZERO,
        Err(error) => {
            tracing::error!(event = "ags.round", %error, "grades cannot be delivered now");
            REST
        }
    }
}

/// Takes back what has no holder, claims what is due, sends it. Returns how many rows were tried.
///
/// # Errors
/// When the database fails.
pub async fn run_round(context: &Context) -> Result<usize, StoreError> {
    let now = context.clock.now();
    let lease_until = now.plus_seconds(context.settings.ags_lease_seconds);
    let token = crypto::random_token().map_err(|e| StoreError::Unavailable(e.to_string()))?;
    let (claim_token, owner) = (token.clone(), std::process::id().to_string());
    let claimed = context
        .db
        .write(move |c: &mut Conn| -> Result<_, StoreError> {
            store::sweep(c, now, false)?;
            let rows = store::claim(c, &owner, &claim_token, lease_until, now, BATCH)?;
            let mut claimed = Vec::with_capacity(rows.len());
            for row in rows {
                let attempt = AttemptId::new();
                store::begin_attempt(c, &attempt, &row, now)?;
                let registration = platform::store::find_registration(c, &row.registration_id)?;
                let family = registration.map_or(Family::Generic, |r| r.family);
                claimed.push((row, attempt, family));
            }
            Ok(claimed)
        })
        .await?;
    let count = claimed.len();
    if count > 0 {
        fault::point("after_claim");
    }
    let mut by_registration: HashMap<RegistrationId, (Family, Vec<(Outgoing, AttemptId)>)> = HashMap::new();
    for (row, attempt, family) in claimed {
        let entry = by_registration.entry(row.registration_id.clone()).or_insert_with(|| (family, Vec::new()));
        entry.1.push((row, attempt));
    }
    // One slow LMS holds up no other.
    let lanes = by_registration.into_values().map(|(family, rows)| {
        let (context, token) = (context.clone(), token.clone());
        let parallel = if family == Family::Canvas { PARALLEL_CANVAS } else { PARALLEL };
        async move {
            let tries = rows.into_iter().map(|(row, attempt)| {
                let (context, token) = (context.clone(), token.clone());
                async move { deliver::deliver(&context, row, attempt, token).await }
            });
            futures_util::stream::iter(tries).for_each_concurrent(parallel, |one_try| one_try).await;
        }
    });
    futures_util::future::join_all(lanes).await;
    Ok(count)
}

/// How long to rest: until the next row is due, at most five seconds.
async fn rest(context: &Context) -> Duration {
    let due = context.db.read(store::next_due).await;
    let due: Option<crate::clock::UtcTime> = due.unwrap_or_else(|error: StoreError| {
        tracing::warn!(%error, "the next grade cannot be looked up");
        None
    });
    let now = context.clock.now();
    due.map_or(REST, |at| {
        let wait = u64::try_from((at.0 - now.0).max(0)).unwrap_or(0);
        Duration::from_micros(wait).clamp(Duration::from_millis(50), REST)
    })
}

/// At the start of the only process of an embedded database, nobody else can hold a row.
///
/// # Errors
/// When the database fails.
pub fn recover(context: &Context) -> Result<usize, StoreError> {
    let now = context.clock.now();
    context.db.write_blocking(|c| store::sweep(c, now, true))
}
