//! Clears files away that no work has any more.

use std::collections::HashSet;
use std::time::Duration;

use super::store;
use crate::context::Context;
use crate::jobs::Job;
use crate::store::{Conn, StoreError};

/// The job that clears the shelf of files every hour.
#[must_use]
pub fn clear_files(context: &Context) -> Job {
    Job::by_time("peer.files", context, clear_round)
}

/// Why a round could not end.
#[derive(Debug, thiserror::Error)]
enum ClearError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What has to stay.
fn named(context: &Context) -> Result<HashSet<String>, ClearError> {
    Ok(context.db.read_blocking(|c: &mut Conn| store::list_hashes(c))?)
}

/// Clears away what was just taken out of a work; what cannot go now goes with the next round.
pub(super) async fn forget(context: Context, hashes: Vec<String>) {
    let gone = tokio::task::spawn_blocking(move || context.files.forget(&hashes, || named(&context)));
    match gone.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a file could not be removed at once"),
        Err(error) => tracing::error!(%error, "removing a file failed"),
    }
}

async fn clear_round(context: Context) -> Duration {
    let round = tokio::task::spawn_blocking(move || context.files.clear(|| named(&context)));
    match round.await {
        Ok(Ok(0)) => {}
        Ok(Ok(files)) => tracing::info!(files, "files that no work has any more were removed"),
        Ok(Err(error)) => tracing::warn!(%error, "files could not be cleared away"),
        Err(error) => tracing::error!(%error, "clearing files away failed"),
    }
    Duration::from_hours(1)
}
