//! Reads the rosters that are due.

use std::time::Duration;

use super::store;
use crate::context::Context;
use crate::jobs::Job;
use crate::store::{Conn, StoreError};

/// The longest rest: what somebody asks for is read after this at the latest.
const REST: Duration = Duration::from_secs(15);

/// The job that reads rosters, one after the other.
#[must_use]
pub fn read_rosters(context: &Context) -> Job {
    Job::repeat("cohort.roster", context, read_round)
}

async fn read_round(context: Context) -> Duration {
    if context.settings.roster_hours == 0 {
        return Duration::from_hours(1);
    }
    match run_round(&context).await {
        Ok(true) => Duration::ZERO,
        Ok(false) => REST,
        Err(error) => {
            tracing::warn!(event = "roster", %error, "rosters cannot be read now");
            REST
        }
    }
}

/// Reads one roster that is due. Says whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn run_round(context: &Context) -> Result<bool, StoreError> {
    let now = context.clock.now();
    // Mostly there is nothing to do, and then nothing is written.
    let (fresh, is_due) = context
        .db
        .read(move |c: &mut Conn| -> Result<_, StoreError> {
            Ok((store::list_unnoticed(c)?, store::find_due(c, now)?.is_some()))
        })
        .await?;
    if fresh.is_empty() && !is_due {
        return Ok(false);
    }
    let due = context
        .db
        .write(move |c: &mut Conn| -> Result<_, StoreError> {
            store::notice(c, fresh, now)?;
            store::claim(c, now)
        })
        .await?;
    let Some(due) = due else { return Ok(false) };
    super::sync(context, &due).await?;
    Ok(true)
}
