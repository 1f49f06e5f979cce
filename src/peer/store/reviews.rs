//! Queries about reviews.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId, ReviewId, RubricVersionId, SubmissionId};
use crate::peer::model::{Declined, Review, ReviewState};
use crate::store::columns::Points;
use crate::store::schema::reviews;
use crate::store::{Conn, StoreResult};

#[derive(Queryable, Selectable)]
#[diesel(table_name = reviews)]
struct ReviewRow {
    id: ReviewId,
    activity_id: ActivityId,
    submission_id: SubmissionId,
    reviewer_id: PersonId,
    rubric_version_id: RubricVersionId,
    state: ReviewState,
    opened_at: UtcTime,
    leased_until: UtcTime,
    body: String,
    total: Option<Points>,
    sent_at: Option<UtcTime>,
    declined: Option<Declined>,
    excluded_reason: Option<String>,
}

impl ReviewRow {
    fn read(self) -> StoreResult<Review> {
        Ok(Review {
            id: self.id,
            activity_id: self.activity_id,
            submission_id: self.submission_id,
            reviewer_id: self.reviewer_id,
            rubric_version_id: self.rubric_version_id,
            state: self.state,
            opened_at: self.opened_at,
            leased_until: self.leased_until,
            body: serde_json::from_str(&self.body)?,
            total: self.total,
            sent_at: self.sent_at,
            declined: self.declined,
            excluded_reason: self.excluded_reason,
        })
    }
}

/// All reviews of an activity, oldest first. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_reviews(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Review>> {
    let rows: Vec<ReviewRow> = reviews::table
        .filter(reviews::activity_id.eq(activity))
        .order((reviews::opened_at, reviews::id))
        .select(ReviewRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ReviewRow::read).collect()
}

/// A review of one reviewer. Somebody else's does not exist.
///
/// # Errors
/// `NotFound`.
pub(in crate::peer) fn get_own_review(
    conn: &mut Conn,
    activity: &ActivityId,
    reviewer: &PersonId,
    id: &ReviewId,
) -> StoreResult<Review> {
    let row: ReviewRow = reviews::table
        .filter(reviews::id.eq(id))
        .filter(reviews::activity_id.eq(activity))
        .filter(reviews::reviewer_id.eq(reviewer))
        .select(ReviewRow::as_select())
        .first(conn)?;
    row.read()
}

/// Whether somebody reviews a work, or did, and has not declined it.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn has_work(conn: &mut Conn, work: &SubmissionId, reviewer: &PersonId) -> StoreResult<bool> {
    let theirs: i64 = reviews::table
        .filter(reviews::submission_id.eq(work))
        .filter(reviews::reviewer_id.eq(reviewer))
        .filter(reviews::declined.is_null())
        .count()
        .get_result(conn)?;
    Ok(theirs > 0)
}

/// Stores a new allocation.
///
/// # Errors
/// `Duplicate` when this reviewer had the work before.
pub(in crate::peer) fn create_review(conn: &mut Conn, new: &Review, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(reviews::table)
        .values((
            reviews::id.eq(&new.id),
            reviews::activity_id.eq(&new.activity_id),
            reviews::submission_id.eq(&new.submission_id),
            reviews::reviewer_id.eq(&new.reviewer_id),
            reviews::rubric_version_id.eq(&new.rubric_version_id),
            reviews::state.eq(new.state),
            reviews::leased_until.eq(new.leased_until),
            reviews::body.eq(serde_json::to_string(&new.body)?),
            reviews::total.eq(new.total),
            reviews::opened_at.eq(now),
            reviews::updated_at.eq(now),
            reviews::sent_at.eq(new.sent_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed review.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn update_review(conn: &mut Conn, changed: &Review, now: UtcTime) -> StoreResult<()> {
    diesel::update(reviews::table.find(&changed.id))
        .set((
            reviews::state.eq(changed.state),
            reviews::leased_until.eq(changed.leased_until),
            reviews::body.eq(serde_json::to_string(&changed.body)?),
            reviews::total.eq(changed.total),
            reviews::sent_at.eq(changed.sent_at),
            reviews::declined.eq(changed.declined),
            reviews::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a review out of the marks, or puts it back.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn exclude(
    conn: &mut Conn,
    id: &ReviewId,
    reason: Option<&str>,
    by: &PersonId,
    now: UtcTime,
) -> StoreResult<()> {
    diesel::update(reviews::table.find(id))
        .set((reviews::excluded_reason.eq(reason), reviews::excluded_by.eq(by), reviews::excluded_at.eq(now)))
        .execute(conn)?;
    Ok(())
}
