//! Queries about what trainers decided about who reviews whom.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId};
use crate::peer::model::{Pair, PairRule};
use crate::store::schema::review_pairs;
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    Pair as PairRow in review_pairs {
        reviewer_id: PersonId,
        author_id: PersonId,
        rule: PairRule,
    }
}

/// What was decided in an activity, oldest first. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_pairs(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Pair>> {
    let rows: Vec<PairRow> = review_pairs::table
        .filter(review_pairs::activity_id.eq(activity))
        .order((review_pairs::decided_at, review_pairs::reviewer_id, review_pairs::author_id))
        .select(PairRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a decision in place of the one before.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn put_pair(
    conn: &mut Conn,
    activity: &ActivityId,
    new: Pair,
    by: &PersonId,
    now: UtcTime,
) -> StoreResult<()> {
    delete_pair(conn, activity, &new.reviewer_id, &new.author_id)?;
    diesel::insert_into(review_pairs::table)
        .values((
            PairRow::from(new),
            review_pairs::activity_id.eq(activity),
            review_pairs::decided_by.eq(by),
            review_pairs::decided_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a decision back, if there is one.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn delete_pair(
    conn: &mut Conn,
    activity: &ActivityId,
    reviewer: &PersonId,
    author: &PersonId,
) -> StoreResult<()> {
    diesel::delete(review_pairs::table.find((activity, reviewer, author))).execute(conn)?;
    Ok(())
}
