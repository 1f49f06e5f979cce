//! Queries about activities and placements.

use diesel::prelude::*;

use super::model::{Activity, Anonymity, Placement};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, CohortId, CourseId, LinkId, PersonId, RubricVersionId};
use crate::launch::Scope;
use crate::platform;
use crate::platform::model::Link;
use crate::store::schema::{activities, links, placements};
use crate::store::{Conn, StoreError, StoreResult, row_of};

row_of! {
    Activity as Row in activities {
        id: ActivityId,
        cohort_id: CohortId,
        title: String,
        brief_html: String,
        rubric_version_id: RubricVersionId,
        work_due_at: Option<UtcTime>,
        review_due_at: Option<UtcTime>,
        reviews_per_learner: i32,
        anonymity: Anonymity,
        released_at: Option<UtcTime>,
        revision: i32,
        created_by: PersonId,
    }
}

/// The activity behind the link that the asker opened.
///
/// # Errors
/// When the database fails.
pub fn find_placed(conn: &mut Conn, scope: &Scope) -> StoreResult<Option<ActivityId>> {
    Ok(placements::table
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(placements::link_id.eq(&scope.link))
        .filter(links::course_id.eq(&scope.course))
        .select(placements::activity_id)
        .first(conn)
        .optional()?)
}

/// An activity that is placed in the asker's course. One that is placed elsewhere does not exist.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, scope: &Scope, id: &ActivityId) -> StoreResult<Activity> {
    let row: Option<Row> = activities::table
        .inner_join(placements::table.on(placements::activity_id.eq(activities::id)))
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(activities::id.eq(id))
        .filter(links::course_id.eq(&scope.course))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Into::into).ok_or(StoreError::NotFound)
}

/// The link of an activity in a course: the first one that was placed.
///
/// # Errors
/// When the database fails.
pub fn find_link(conn: &mut Conn, activity: &ActivityId, course: &CourseId) -> StoreResult<Option<Link>> {
    let id: Option<LinkId> = placements::table
        .inner_join(links::table.on(links::id.eq(placements::link_id)))
        .filter(placements::activity_id.eq(activity))
        .filter(links::course_id.eq(course))
        .order(placements::created_at)
        .select(links::id)
        .first(conn)
        .optional()?;
    id.map(|id| platform::store::get_link(conn, &id)).transpose()
}

/// Stores an activity.
///
/// # Errors
/// When the database fails.
pub fn create(conn: &mut Conn, new: &Activity, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(activities::table)
        .values((
            activities::id.eq(&new.id),
            activities::cohort_id.eq(&new.cohort_id),
            activities::title.eq(&new.title),
            activities::brief_html.eq(&new.brief_html),
            activities::rubric_version_id.eq(&new.rubric_version_id),
            activities::work_due_at.eq(new.work_due_at),
            activities::review_due_at.eq(new.review_due_at),
            activities::reviews_per_learner.eq(new.reviews_per_learner),
            activities::anonymity.eq(new.anonymity),
            activities::released_at.eq(new.released_at),
            activities::revision.eq(new.revision),
            activities::created_by.eq(&new.created_by),
            activities::created_at.eq(now),
            activities::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a changed activity if nobody changed it since `revision` was read. Says whether it did.
///
/// # Errors
/// When the database fails.
pub fn update(conn: &mut Conn, changed: &Activity, revision: i32, now: UtcTime) -> StoreResult<bool> {
    let rows = diesel::update(activities::table.find(&changed.id).filter(activities::revision.eq(revision)))
        .set((
            activities::title.eq(&changed.title),
            activities::brief_html.eq(&changed.brief_html),
            activities::rubric_version_id.eq(&changed.rubric_version_id),
            activities::work_due_at.eq(changed.work_due_at),
            activities::review_due_at.eq(changed.review_due_at),
            activities::reviews_per_learner.eq(changed.reviews_per_learner),
            activities::anonymity.eq(changed.anonymity),
            activities::released_at.eq(changed.released_at),
            activities::revision.eq(revision + 1),
            activities::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Stores a placement.
///
/// # Errors
/// `Duplicate` when the link has an activity already.
pub fn create_placement(conn: &mut Conn, new: &Placement, now: UtcTime) -> StoreResult<()> {
    diesel::insert_into(placements::table)
        .values((
            placements::id.eq(&new.id),
            placements::activity_id.eq(&new.activity_id),
            placements::link_id.eq(&new.link_id),
            placements::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
