//! Queries about works that a trainer would like to show.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId, SubmissionId};
use crate::peer::model::Consent;
use crate::store::schema::exemplars;
use crate::store::{Conn, StoreResult};

/// The works of an activity whose authors were asked, with what they say. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_exemplars(
    conn: &mut Conn,
    activity: &ActivityId,
) -> StoreResult<HashMap<SubmissionId, Consent>> {
    let rows: Vec<(SubmissionId, Consent)> = exemplars::table
        .filter(exemplars::activity_id.eq(activity))
        .select((exemplars::submission_id, exemplars::consent))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Stores that an author is asked. Nothing changes where they were asked before.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn create_exemplar(
    conn: &mut Conn,
    (activity, work): (&ActivityId, &SubmissionId),
    by: &PersonId,
    now: UtcTime,
) -> StoreResult<()> {
    diesel::insert_into(exemplars::table)
        .values((
            exemplars::submission_id.eq(work),
            exemplars::activity_id.eq(activity),
            exemplars::consent.eq(Consent::Asked),
            exemplars::asked_by.eq(by),
            exemplars::changed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores what an author says.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn set_consent(
    conn: &mut Conn,
    work: &SubmissionId,
    consent: Consent,
    now: UtcTime,
) -> StoreResult<()> {
    let values = (exemplars::consent.eq(consent), exemplars::changed_at.eq(now));
    diesel::update(exemplars::table.find(work)).set(values).execute(conn)?;
    Ok(())
}

/// The trainer does not want to show a work any more.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn delete_exemplar(conn: &mut Conn, work: &SubmissionId) -> StoreResult<()> {
    diesel::delete(exemplars::table.find(work)).execute(conn)?;
    Ok(())
}
