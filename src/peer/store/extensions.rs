//! Queries about extensions.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId};
use crate::peer::model::Extension;
use crate::store::schema::extensions;
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    Extension as ExtensionRow in extensions {
        person_id: PersonId,
        work_until: Option<UtcTime>,
        review_until: Option<UtcTime>,
        exempt: bool,
        reason: String,
    }
}

/// A learner's extension. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn find_extension(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
) -> StoreResult<Option<Extension>> {
    Ok(list_extensions(conn, activity)?.into_iter().find(|e| e.person_id == *person))
}

/// The extensions of an activity. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_extensions(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Extension>> {
    let rows: Vec<ExtensionRow> =
        extensions::table.filter(extensions::activity_id.eq(activity)).select(ExtensionRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The activities in which an extension ends between two moments, for jobs, which nobody asks.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_extended(conn: &mut Conn, from: UtcTime, to: UtcTime) -> StoreResult<Vec<ActivityId>> {
    Ok(extensions::table
        .filter(extensions::work_until.between(from, to).or(extensions::review_until.between(from, to)))
        .select(extensions::activity_id)
        .distinct()
        .load(conn)?)
}

/// Stores a learner's extension in place of the one before, or takes it back.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn put_extension(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
    new: Option<&Extension>,
    by: &PersonId,
    now: UtcTime,
) -> StoreResult<()> {
    diesel::delete(extensions::table.find((activity, person))).execute(conn)?;
    if let Some(new) = new {
        diesel::insert_into(extensions::table)
            .values((
                &ExtensionRow::from(new.clone()),
                extensions::activity_id.eq(activity),
                extensions::decided_by.eq(by),
                extensions::decided_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}
