//! Queries about rubric versions and works.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, CourseId, FileId, PersonId, RubricVersionId, SubmissionId};
use crate::peer::model::{Submission, SubmissionState};
use crate::peer::rubric::Rubric;
use crate::store::schema::{files, rubric_versions, submissions};
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

/// The rubrics that an activity has had, oldest first, each with when it was stored. A copy of an activity begins with the
/// rubric of another, which is not among them.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_rubrics(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<(UtcTime, Rubric)>> {
    let rows: Vec<(UtcTime, String)> = rubric_versions::table
        .filter(rubric_versions::activity_id.eq(activity))
        .order(rubric_versions::version)
        .select((rubric_versions::created_at, rubric_versions::body))
        .load(conn)?;
    rows.into_iter().map(|(at, body)| Ok((at, serde_json::from_str(&body)?))).collect()
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
        withheld_reason: Option<String>,
        team: Option<String>,
        control: bool,
    }
}

/// The work that a learner began, or the one that a team hands in. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn find_begun(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
) -> StoreResult<Option<Submission>> {
    let row: Option<SubmissionRow> = submissions::table
        .filter(submissions::activity_id.eq(activity))
        .filter(submissions::person_id.eq(person))
        .filter(submissions::control.eq(false))
        .select(SubmissionRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// The work of a team. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn find_of_team(
    conn: &mut Conn,
    activity: &ActivityId,
    team: &str,
) -> StoreResult<Option<Submission>> {
    let row: Option<SubmissionRow> = submissions::table
        .filter(submissions::activity_id.eq(activity))
        .filter(submissions::team.eq(team))
        .select(SubmissionRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// Removes a work that nobody has got.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn delete_submission(conn: &mut Conn, id: &SubmissionId) -> StoreResult<()> {
    diesel::delete(submissions::table.find(id)).execute(conn)?;
    Ok(())
}

/// Stores whose a work is.
///
/// # Errors
/// `Duplicate` when the learner or the team has another one.
pub(in crate::peer) fn set_authors(
    conn: &mut Conn,
    id: &SubmissionId,
    person: &PersonId,
    team: Option<&str>,
) -> StoreResult<()> {
    diesel::update(submissions::table.find(id))
        .set((submissions::person_id.eq(person), submissions::team.eq(team)))
        .execute(conn)?;
    Ok(())
}

/// A work of an activity by our id. The caller has checked the activity's scope.
///
/// # Errors
/// `NotFound` for an unknown id, or one of another activity.
pub(in crate::peer) fn get_submission(
    conn: &mut Conn,
    activity: &ActivityId,
    id: &SubmissionId,
) -> StoreResult<Submission> {
    let row: SubmissionRow = submissions::table
        .filter(submissions::activity_id.eq(activity))
        .filter(submissions::id.eq(id))
        .select(SubmissionRow::as_select())
        .first(conn)?;
    Ok(row.into())
}

/// The work that a file belongs to. The caller has checked the activity's scope.
///
/// # Errors
/// `NotFound` for an unknown file, or one of another activity.
pub(in crate::peer) fn get_submission_of_file(
    conn: &mut Conn,
    activity: &ActivityId,
    file: &FileId,
) -> StoreResult<Submission> {
    let row: SubmissionRow = submissions::table
        .filter(submissions::activity_id.eq(activity))
        .filter(submissions::id.eq_any(files::table.filter(files::id.eq(file)).select(files::submission_id)))
        .select(SubmissionRow::as_select())
        .first(conn)?;
    Ok(row.into())
}

/// All works of an activity. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_submissions(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Submission>> {
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
pub(in crate::peer) fn create_submission(conn: &mut Conn, new: &Submission, now: UtcTime) -> StoreResult<()> {
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
            submissions::team.eq(&new.team),
            submissions::control.eq(new.control),
            submissions::created_at.eq(now),
            submissions::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a work out of reviewing, or puts it back.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn withhold(
    conn: &mut Conn,
    id: &SubmissionId,
    reason: Option<&str>,
    by: &PersonId,
    now: UtcTime,
) -> StoreResult<()> {
    diesel::update(submissions::table.find(id))
        .set((
            submissions::withheld_reason.eq(reason),
            submissions::withheld_by.eq(by),
            submissions::withheld_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed work.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn update_submission(conn: &mut Conn, changed: &Submission, now: UtcTime) -> StoreResult<()> {
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
