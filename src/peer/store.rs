//! Queries about works, reviews, rubric versions and marks.

use diesel::prelude::*;

use super::model::{Override, Review, ReviewState, Submission, SubmissionState};
use super::rubric::Rubric;
use crate::clock::UtcTime;
use crate::ids::{ActivityId, CourseId, OverrideId, PersonId, ReviewId, RubricVersionId, SubmissionId};
use crate::store::columns::Points;
use crate::store::schema::{mark_overrides, reviews, rubric_versions, submissions};
use crate::store::{Conn, StoreResult, row_of};

/// Stores a version of a rubric. It is never changed afterwards.
///
/// # Errors
/// When the database fails.
pub fn create_rubric(
    conn: &mut Conn,
    id: &RubricVersionId,
    activity: &ActivityId,
    rubric: &Rubric,
    now: UtcTime,
) -> StoreResult<()> {
    let newest: Option<i32> = rubric_versions::table
        .filter(rubric_versions::activity_id.eq(activity))
        .order(rubric_versions::version.desc())
        .select(rubric_versions::version)
        .first(conn)
        .optional()?;
    diesel::insert_into(rubric_versions::table)
        .values((
            rubric_versions::id.eq(id),
            rubric_versions::activity_id.eq(activity),
            rubric_versions::version.eq(newest.unwrap_or(0) + 1),
            rubric_versions::body.eq(serde_json::to_string(rubric)?),
            rubric_versions::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// A version of a rubric.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn get_rubric(conn: &mut Conn, id: &RubricVersionId) -> StoreResult<Rubric> {
    let body: String = rubric_versions::table.find(id).select(rubric_versions::body).first(conn)?;
    Ok(serde_json::from_str(&body)?)
}

row_of! {
    Submission as SubmissionRow in submissions {
        id: SubmissionId,
        activity_id: ActivityId,
        person_id: PersonId,
        course_id: CourseId,
        number: i32,
        state: SubmissionState,
        draft_html: String,
        draft_revision: i32,
        handed_in_html: Option<String>,
        handed_in_at: Option<UtcTime>,
    }
}

/// A learner's work. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(super) fn find_submission(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
) -> StoreResult<Option<Submission>> {
    let row: Option<SubmissionRow> = submissions::table
        .filter(submissions::activity_id.eq(activity))
        .filter(submissions::person_id.eq(person))
        .select(SubmissionRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// A work of an activity by our id. The caller has checked the activity's scope.
///
/// # Errors
/// `NotFound` for an unknown id, or one of another activity.
pub(super) fn get_submission(conn: &mut Conn, activity: &ActivityId, id: &SubmissionId) -> StoreResult<Submission> {
    let row: SubmissionRow = submissions::table
        .filter(submissions::activity_id.eq(activity))
        .filter(submissions::id.eq(id))
        .select(SubmissionRow::as_select())
        .first(conn)?;
    Ok(row.into())
}

/// All works of an activity. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(super) fn list_submissions(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Submission>> {
    let rows: Vec<SubmissionRow> = submissions::table
        .filter(submissions::activity_id.eq(activity))
        .order(submissions::id)
        .select(SubmissionRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a new work.
///
/// # Errors
/// `Duplicate` when the learner has one already, or the number is taken.
pub(super) fn create_submission(conn: &mut Conn, new: &Submission, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(submissions::table)
        .values((
            submissions::id.eq(&new.id),
            submissions::activity_id.eq(&new.activity_id),
            submissions::person_id.eq(&new.person_id),
            submissions::course_id.eq(&new.course_id),
            submissions::number.eq(new.number),
            submissions::state.eq(new.state),
            submissions::draft_html.eq(&new.draft_html),
            submissions::draft_revision.eq(new.draft_revision),
            submissions::handed_in_html.eq(&new.handed_in_html),
            submissions::handed_in_at.eq(new.handed_in_at),
            submissions::created_at.eq(now),
            submissions::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed work.
///
/// # Errors
/// When the database fails.
pub(super) fn update_submission(conn: &mut Conn, changed: &Submission, now: UtcTime) -> StoreResult<()> {
    diesel::update(submissions::table.find(&changed.id))
        .set((
            submissions::state.eq(changed.state),
            submissions::draft_html.eq(&changed.draft_html),
            submissions::draft_revision.eq(changed.draft_revision),
            submissions::handed_in_html.eq(&changed.handed_in_html),
            submissions::handed_in_at.eq(changed.handed_in_at),
            submissions::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reviews)]
struct ReviewRow {
    id: ReviewId,
    activity_id: ActivityId,
    submission_id: SubmissionId,
    reviewer_id: PersonId,
    rubric_version_id: RubricVersionId,
    state: ReviewState,
    leased_until: UtcTime,
    body: String,
    total: Option<Points>,
    sent_at: Option<UtcTime>,
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
            leased_until: self.leased_until,
            body: serde_json::from_str(&self.body)?,
            total: self.total,
            sent_at: self.sent_at,
        })
    }
}

/// All reviews of an activity, oldest first. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(super) fn list_reviews(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Review>> {
    let rows: Vec<ReviewRow> = reviews::table
        .filter(reviews::activity_id.eq(activity))
        .order(reviews::id)
        .select(ReviewRow::as_select())
        .load(conn)?;
    rows.into_iter().map(ReviewRow::read).collect()
}

/// A review of one reviewer. Somebody else's does not exist.
///
/// # Errors
/// `NotFound`.
pub(super) fn get_own_review(
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

/// Stores a new allocation.
///
/// # Errors
/// `Duplicate` when this reviewer had the work before.
pub(super) fn create_review(conn: &mut Conn, new: &Review, now: UtcTime) -> StoreResult<()> {
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
pub(super) fn update_review(conn: &mut Conn, changed: &Review, now: UtcTime) -> StoreResult<()> {
    diesel::update(reviews::table.find(&changed.id))
        .set((
            reviews::state.eq(changed.state),
            reviews::leased_until.eq(changed.leased_until),
            reviews::body.eq(serde_json::to_string(&changed.body)?),
            reviews::total.eq(changed.total),
            reviews::sent_at.eq(changed.sent_at),
            reviews::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest decision about each learner's mark. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(super) fn list_overrides(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Override>> {
    let rows: Vec<(PersonId, i32, Option<Points>, String)> = mark_overrides::table
        .filter(mark_overrides::activity_id.eq(activity))
        .order((mark_overrides::person_id, mark_overrides::number))
        .select((mark_overrides::person_id, mark_overrides::number, mark_overrides::mark, mark_overrides::reason))
        .load(conn)?;
    let mut newest: Vec<Override> = Vec::new();
    for (person_id, number, mark, reason) in rows {
        let row = Override { person_id, number, mark, reason };
        match newest.last_mut() {
            Some(last) if last.person_id == row.person_id => *last = row,
            _ => newest.push(row),
        }
    }
    Ok(newest)
}

/// Adds a decision about a mark.
///
/// # Errors
/// `Duplicate` when somebody else decided at the same moment.
pub(super) fn create_override(
    conn: &mut Conn,
    activity: &ActivityId,
    new: &Override,
    by: &PersonId,
    now: UtcTime,
) -> StoreResult<()> {
    diesel::insert_into(mark_overrides::table)
        .values((
            mark_overrides::id.eq(OverrideId::new()),
            mark_overrides::activity_id.eq(activity),
            mark_overrides::person_id.eq(&new.person_id),
            mark_overrides::number.eq(new.number),
            mark_overrides::mark.eq(new.mark),
            mark_overrides::reason.eq(&new.reason),
            mark_overrides::decided_by.eq(by),
            mark_overrides::decided_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
