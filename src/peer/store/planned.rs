//! Queries about who was meant to review whom when reviews began for everybody.

use diesel::prelude::*;

use crate::ids::{ActivityId, PersonId};
use crate::peer::allocate::Planned;
use crate::store::schema::planned_reviews;
use crate::store::{Conn, StoreResult, on_engine, row_of};

row_of! {
    Planned as Row in planned_reviews {
        reviewer_id: PersonId,
        author_id: PersonId,
    }
}

/// What was planned in an activity, by reviewer. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_planned(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Planned>> {
    let rows: Vec<Row> = planned_reviews::table
        .filter(planned_reviews::activity_id.eq(activity))
        .order((planned_reviews::reviewer_id, planned_reviews::author_id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores what was planned.
///
/// # Errors
/// When the database fails, or something was planned before.
pub(in crate::peer) fn create_planned(conn: &mut Conn, activity: &ActivityId, new: Vec<Planned>) -> StoreResult<()> {
    let row = |planned: Planned| (planned_reviews::activity_id.eq(activity), Row::from(planned));
    let rows: Vec<_> = new.into_iter().map(row).collect();
    for part in rows.chunks(super::ROWS) {
        on_engine!(conn, c => diesel::insert_into(planned_reviews::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Takes back what was planned.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn delete_planned(conn: &mut Conn, activity: &ActivityId) -> StoreResult<()> {
    diesel::delete(planned_reviews::table.filter(planned_reviews::activity_id.eq(activity))).execute(conn)?;
    Ok(())
}
