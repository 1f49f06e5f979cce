//! Queries about works to practise on, and how learners marked them.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, ExampleId, PersonId, RubricVersionId, SubmissionId};
use crate::peer::practice::{Example, Practice};
use crate::store::columns::Points;
use crate::store::schema::{examples, practices};
use crate::store::{Conn, StoreError, StoreResult};

#[derive(Queryable, Selectable)]
#[diesel(table_name = examples)]
struct ExampleRow {
    id: ExampleId,
    activity_id: ActivityId,
    rubric_version_id: RubricVersionId,
    html: String,
    reference: String,
    total: Points,
    tolerance: i32,
    withdrawn_at: Option<UtcTime>,
    submission_id: Option<SubmissionId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = practices)]
struct PracticeRow {
    example_id: ExampleId,
    person_id: PersonId,
    body: String,
    total: Option<Points>,
    sent_at: Option<UtcTime>,
}

impl PracticeRow {
    fn read(self) -> StoreResult<Practice> {
        let body = serde_json::from_str(&self.body)?;
        let Self { example_id, person_id, total, sent_at, .. } = self;
        Ok(Practice { example_id, person_id, body, total, sent_at })
    }
}

/// The works of an activity to practise on, oldest first. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_examples(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Example>> {
    let rows: Vec<ExampleRow> = examples::table
        .filter(examples::activity_id.eq(activity))
        .order(examples::id)
        .select(ExampleRow::as_select())
        .load(conn)?;
    let read = |row: ExampleRow| {
        let reference = serde_json::from_str(&row.reference)?;
        let ExampleRow {
            id, activity_id, rubric_version_id, html, total, tolerance, withdrawn_at, submission_id, ..
        } = row;
        let control = submission_id;
        Ok(Example { id, activity_id, rubric_version_id, html, reference, total, tolerance, withdrawn_at, control })
    };
    rows.into_iter().map(read).collect()
}

/// One of them. The caller has checked the activity's scope.
///
/// # Errors
/// `NotFound` for an unknown id, or one of another activity.
pub(in crate::peer) fn get_example(conn: &mut Conn, activity: &ActivityId, id: &ExampleId) -> StoreResult<Example> {
    list_examples(conn, activity)?.into_iter().find(|e| e.id == *id).ok_or(StoreError::NotFound)
}

/// Stores a new one.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn create_example(conn: &mut Conn, new: &Example, by: &PersonId, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(examples::table)
        .values((
            examples::id.eq(&new.id),
            examples::activity_id.eq(&new.activity_id),
            examples::rubric_version_id.eq(&new.rubric_version_id),
            examples::html.eq(&new.html),
            examples::reference.eq(serde_json::to_string(&new.reference)?),
            examples::total.eq(new.total),
            examples::tolerance.eq(new.tolerance),
            examples::created_by.eq(by),
            examples::created_at.eq(now),
            examples::withdrawn_at.eq(new.withdrawn_at),
            examples::submission_id.eq(&new.control),
        ))
        .execute(conn)?;
    Ok(())
}

/// Withdraws one, or brings it back.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn withdraw_example(conn: &mut Conn, id: &ExampleId, at: Option<UtcTime>) -> StoreResult<()> {
    diesel::update(examples::table.find(id)).set(examples::withdrawn_at.eq(at)).execute(conn)?;
    Ok(())
}

/// Removes one that nobody has marked.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn delete_example(conn: &mut Conn, id: &ExampleId) -> StoreResult<()> {
    diesel::delete(examples::table.find(id)).execute(conn)?;
    Ok(())
}

/// How learners of an activity marked the works, in one order. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_practices(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Practice>> {
    let of_activity = examples::table.filter(examples::activity_id.eq(activity)).select(examples::id);
    let rows: Vec<PracticeRow> = practices::table
        .filter(practices::example_id.eq_any(of_activity))
        .order((practices::example_id, practices::person_id))
        .select(PracticeRow::as_select())
        .load(conn)?;
    rows.into_iter().map(PracticeRow::read).collect()
}

/// The works that a learner has marked and sent. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_practised(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
) -> StoreResult<Vec<ExampleId>> {
    let of_activity = examples::table.filter(examples::activity_id.eq(activity)).select(examples::id);
    Ok(practices::table
        .filter(practices::example_id.eq_any(of_activity))
        .filter(practices::person_id.eq(person))
        .filter(practices::sent_at.is_not_null())
        .select(practices::example_id)
        .load(conn)?)
}

/// How a learner marked one, so far. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn find_practice(
    conn: &mut Conn,
    example: &ExampleId,
    person: &PersonId,
) -> StoreResult<Option<Practice>> {
    let row = practices::table.find((example, person)).select(PracticeRow::as_select()).first(conn).optional()?;
    row.map(PracticeRow::read).transpose()
}

/// Stores how a learner marked one. The caller holds the lock of both.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn put_practice(conn: &mut Conn, new: &Practice, now: UtcTime) -> StoreResult<()> {
    let values = (
        practices::body.eq(serde_json::to_string(&new.body)?),
        practices::total.eq(new.total),
        practices::sent_at.eq(new.sent_at),
        practices::updated_at.eq(now),
    );
    let ids = (practices::example_id.eq(&new.example_id), practices::person_id.eq(&new.person_id));
    let known = diesel::update(practices::table.find((&new.example_id, &new.person_id))).set(values.clone());
    if known.execute(conn)? == 0 {
        diesel::insert_into(practices::table).values((ids, values)).execute(conn)?;
    }
    Ok(())
}
