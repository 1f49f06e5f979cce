//! Queries about groups of learners.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::ids::{ActivityId, PersonId};
use crate::store::schema::review_groups;
use crate::store::{Conn, StoreResult, on_engine};

/// The groups of an activity, by learner. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_groups(conn: &mut Conn, activity: &ActivityId) -> StoreResult<BTreeMap<PersonId, String>> {
    let rows: Vec<(PersonId, String)> = review_groups::table
        .filter(review_groups::activity_id.eq(activity))
        .select((review_groups::person_id, review_groups::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Stores the groups of an activity in place of those before.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn put_groups(
    conn: &mut Conn,
    activity: &ActivityId,
    groups: &BTreeMap<PersonId, String>,
) -> StoreResult<()> {
    diesel::delete(review_groups::table.filter(review_groups::activity_id.eq(activity))).execute(conn)?;
    let row = |(person, name)| {
        (review_groups::activity_id.eq(activity), review_groups::person_id.eq(person), review_groups::name.eq(name))
    };
    let rows: Vec<_> = groups.iter().map(row).collect();
    for part in rows.chunks(super::ROWS) {
        on_engine!(conn, c => diesel::insert_into(review_groups::table).values(part).execute(c))?;
    }
    Ok(())
}
