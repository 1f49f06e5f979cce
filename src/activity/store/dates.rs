//! Queries about dates that are counted in days.

use diesel::prelude::*;

use crate::activity::model::Days;
use crate::ids::ActivityId;
use crate::store::schema::counted_dates;
use crate::store::{Conn, StoreResult};

/// Which dates of an activity are counted in days. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub fn counted_days(conn: &mut Conn, id: &ActivityId) -> StoreResult<Days> {
    let row: Option<(Option<i32>, Option<i32>, Option<i32>)> = counted_dates::table
        .find(id)
        .select((counted_dates::review_from, counted_dates::review_due, counted_dates::release))
        .first(conn)
        .optional()?;
    Ok(row.map_or_else(Days::default, |(review_from, review_due, release)| Days { review_from, review_due, release }))
}

/// Stores which dates of an activity are counted in days.
///
/// # Errors
/// When the database fails.
pub fn set_counted_days(conn: &mut Conn, id: &ActivityId, days: Days) -> StoreResult<()> {
    diesel::delete(counted_dates::table.find(id)).execute(conn)?;
    if days != Days::default() {
        diesel::insert_into(counted_dates::table)
            .values((
                counted_dates::activity_id.eq(id),
                counted_dates::review_from.eq(days.review_from),
                counted_dates::review_due.eq(days.review_due),
                counted_dates::release.eq(days.release),
            ))
            .execute(conn)?;
    }
    Ok(())
}
