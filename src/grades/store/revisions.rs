//! Grade revisions: what was decided, append-only.

use diesel::prelude::*;

use crate::activity::model::GradeTag;
use crate::clock::UtcTime;
use crate::grades::model::{Revision, RevisionState, Source};
use crate::ids::{ActivityId, GradeRevisionId, PersonId};
use crate::store::columns::Points;
use crate::store::schema::grade_revisions;
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    Revision as RevisionRow in grade_revisions {
        activity_id: ActivityId,
        person_id: PersonId,
        tag: GradeTag,
        rev: i32,
        points: Points,
        maximum: Points,
        source: Source,
        reason: String,
        decided_by: PersonId,
        decided_at: UtcTime,
        hash: String,
    }
}

/// A learner's newest revision of one of an activity's grades.
///
/// # Errors
/// When the database fails.
pub fn find_newest(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
    tag: GradeTag,
) -> StoreResult<Option<Revision>> {
    let row: Option<RevisionRow> = grade_revisions::table
        .filter(grade_revisions::activity_id.eq(activity))
        .filter(grade_revisions::person_id.eq(person))
        .filter(grade_revisions::tag.eq(tag))
        .order(grade_revisions::rev.desc())
        .select(RevisionRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// The number and the hash of a learner's last revision in an activity, of whichever grade: the next one follows it.
///
/// # Errors
/// When the database fails.
pub fn find_last(conn: &mut Conn, activity: &ActivityId, person: &PersonId) -> StoreResult<Option<(i32, String)>> {
    Ok(grade_revisions::table
        .filter(grade_revisions::activity_id.eq(activity))
        .filter(grade_revisions::person_id.eq(person))
        .order(grade_revisions::rev.desc())
        .select((grade_revisions::rev, grade_revisions::hash))
        .first(conn)
        .optional()?)
}

/// All revisions of an activity, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list_revisions(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Revision>> {
    let rows: Vec<RevisionRow> = grade_revisions::table
        .filter(grade_revisions::activity_id.eq(activity))
        .order((grade_revisions::person_id, grade_revisions::rev))
        .select(RevisionRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The points of a learner's revisions from a number on.
///
/// # Errors
/// When the database fails.
pub fn list_points_since(
    conn: &mut Conn,
    activity: &ActivityId,
    person: &PersonId,
    tag: GradeTag,
    rev: i32,
) -> StoreResult<Vec<Points>> {
    Ok(grade_revisions::table
        .filter(grade_revisions::activity_id.eq(activity))
        .filter(grade_revisions::person_id.eq(person))
        .filter(grade_revisions::tag.eq(tag))
        .filter(grade_revisions::rev.ge(rev))
        .select(grade_revisions::points)
        .load(conn)?)
}

/// Revisions that do not follow from the one before: somebody wrote to the table who should not. Read an
/// activity at a time, so that it needs little memory.
///
/// # Errors
/// When the database fails.
pub fn count_broken_chains(conn: &mut Conn) -> StoreResult<i64> {
    let activities: Vec<ActivityId> =
        grade_revisions::table.select(grade_revisions::activity_id).distinct().load(conn)?;
    let mut broken = 0;
    for activity in &activities {
        let mut before: Option<Revision> = None;
        for revision in list_revisions(conn, activity)? {
            let follows = before.filter(|b| b.person_id == revision.person_id);
            let (rev, hash) = follows.map_or((0, String::new()), |b| (b.rev, b.hash));
            if revision.rev != rev + 1 || revision.hash != revision.chained_to(&hash) {
                broken += 1;
            }
            before = Some(revision);
        }
    }
    Ok(broken)
}

/// Adds a revision.
///
/// # Errors
/// `Duplicate` when somebody else added the same number.
pub fn create_revision(conn: &mut Conn, new: &Revision, prev_hash: &str) -> StoreResult<()> {
    diesel::insert_into(grade_revisions::table)
        .values((
            grade_revisions::id.eq(GradeRevisionId::new()),
            grade_revisions::activity_id.eq(&new.activity_id),
            grade_revisions::person_id.eq(&new.person_id),
            grade_revisions::tag.eq(new.tag),
            grade_revisions::rev.eq(new.rev),
            grade_revisions::points.eq(new.points),
            grade_revisions::maximum.eq(new.maximum),
            grade_revisions::state.eq(RevisionState::Graded),
            grade_revisions::source.eq(new.source),
            grade_revisions::reason.eq(&new.reason),
            grade_revisions::decided_by.eq(&new.decided_by),
            grade_revisions::decided_at.eq(new.decided_at),
            grade_revisions::prev_hash.eq(prev_hash),
            grade_revisions::hash.eq(&new.hash),
        ))
        .execute(conn)?;
    Ok(())
}
