//! The outbox: one row for each learner and column, with the newest wish.

use diesel::prelude::*;

use crate::activity::model::GradeTag;
use crate::clock::UtcTime;
use crate::grades::model::{DISABLED, GAVE_UP, KEPT, NO_SERVICE, OutboxState, Outgoing};
use crate::ids::{ActivityId, CourseId, LineItemId, OutboxId, PersonId, RegistrationId};
use crate::lti::score::Verdict;
use crate::store::columns::Points;
use crate::store::schema::{ags_outbox, line_items};
use crate::store::{Conn, Engine, StoreResult, dialect, row_of};

row_of! {
    Outgoing as OutboxRow in ags_outbox {
        id: OutboxId,
        registration_id: RegistrationId,
        line_item_id: LineItemId,
        person_id: PersonId,
        lms_sub: String,
        desired_rev: i32,
        desired_points: Points,
        desired_maximum: Points,
        desired_ts: UtcTime,
        submitted_at: Option<UtcTime>,
        delivered_rev: i32,
        state: OutboxState,
        attempt: i32,
        ambiguous: bool,
        next_attempt_at: UtcTime,
        last_class: Option<String>,
        last_status: Option<i32>,
        first_failed_at: Option<UtcTime>,
        confirmed_rev: i32,
        sent_points: Option<Points>,
        checked_at: Option<UtcTime>,
        seen_points: Option<Points>,
        seen_at: Option<UtcTime>,
        resends: i32,
        refusals: i32,
    }
}

/// Holds the rows of an activity, or of one learner in it, until the transaction ends. Whoever writes several of
/// them calls this first.
///
/// # Errors
/// When the database fails.
pub fn hold(conn: &mut Conn, activity: &ActivityId, person: Option<&PersonId>) -> StoreResult<()> {
    if dialect::engine(conn) == Engine::Sqlite {
        return Ok(());
    }
    let columns: Vec<LineItemId> =
        line_items::table.filter(line_items::activity_id.eq(activity)).select(line_items::id).load(conn)?;
    let of_these = ags_outbox::line_item_id.eq_any(columns);
    match person {
        Some(person) => hold!(conn, of_these.and(ags_outbox::person_id.eq(person))),
        None => hold!(conn, of_these),
    }
    Ok(())
}

/// The row of a learner in a column, held until the transaction ends: whoever raises it writes the
/// state that it read, and a worker that ends a try in between would lose its own.
///
/// # Errors
/// When the database fails.
pub fn find_outgoing_for_update(
    conn: &mut Conn,
    line_item: &LineItemId,
    lms_sub: &str,
) -> StoreResult<Option<Outgoing>> {
    if let Conn::Pg(c) = conn {
        // On SQLite there is one writer: nobody comes in between.
        let _: Vec<OutboxId> = ags_outbox::table
            .filter(ags_outbox::line_item_id.eq(line_item))
            .filter(ags_outbox::lms_sub.eq(lms_sub))
            .select(ags_outbox::id)
            .for_update()
            .load(c)?;
    }
    let row: Option<OutboxRow> = ags_outbox::table
        .filter(ags_outbox::line_item_id.eq(line_item))
        .filter(ags_outbox::lms_sub.eq(lms_sub))
        .select(OutboxRow::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// One of an activity's grades, on its way for each learner.
///
/// # Errors
/// When the database fails.
pub fn list_outgoing(conn: &mut Conn, activity: &ActivityId, tag: GradeTag) -> StoreResult<Vec<Outgoing>> {
    let rows: Vec<OutboxRow> = ags_outbox::table
        .inner_join(line_items::table.on(line_items::id.eq(ags_outbox::line_item_id)))
        .filter(line_items::activity_id.eq(activity))
        .filter(line_items::tag.eq(tag))
        .filter(ags_outbox::desired_rev.gt(0))
        .select(OutboxRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a row.
///
/// # Errors
/// `Duplicate` when the learner has one in this column already.
pub fn create_outgoing(conn: &mut Conn, new: &Outgoing, now: UtcTime) -> StoreResult<()> {
    let row = OutboxRow::from(new.clone());
    let times = (ags_outbox::created_at.eq(now), ags_outbox::updated_at.eq(now));
    diesel::insert_into(ags_outbox::table).values((&row, times)).execute(conn)?;
    Ok(())
}

/// Raises what a row wants. A try that is under way keeps its lease and finds a newer wish at its end.
///
/// # Errors
/// When the database fails.
pub fn raise_outgoing(conn: &mut Conn, row: &Outgoing, now: UtcTime) -> StoreResult<()> {
    diesel::update(ags_outbox::table.find(&row.id))
        .set((
            ags_outbox::desired_rev.eq(row.desired_rev),
            ags_outbox::desired_points.eq(row.desired_points),
            ags_outbox::desired_maximum.eq(row.desired_maximum),
            ags_outbox::desired_ts.eq(row.desired_ts),
            ags_outbox::submitted_at.eq(row.submitted_at),
            ags_outbox::state.eq(row.state),
            ags_outbox::attempt.eq(0),
            ags_outbox::ambiguous.eq(row.ambiguous),
            ags_outbox::next_attempt_at.eq(row.next_attempt_at),
            ags_outbox::first_failed_at.eq(None::<UtcTime>),
            ags_outbox::last_class.eq(&row.last_class),
            ags_outbox::sent_points.eq(row.sent_points),
            ags_outbox::resends.eq(row.resends),
            ags_outbox::refusals.eq(0),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes rows due that failed or wait. One that is being sent at this moment is tried again if it fails.
///
/// # Errors
/// When the database fails.
pub fn rearm(conn: &mut Conn, ids: Vec<OutboxId>, now: UtcTime) -> StoreResult<usize> {
    hold!(conn, ags_outbox::id.eq_any(&ids));
    let of_these = ags_outbox::table.filter(ags_outbox::id.eq_any(ids));
    let under_way = of_these.clone().filter(ags_outbox::state.eq(OutboxState::InFlight));
    let noted = diesel::update(under_way).set(ags_outbox::attempt.eq(0)).execute(conn)?;
    let waiting = ags_outbox::state.eq_any(vec![OutboxState::Pending, OutboxState::Parked]);
    let rearmed = diesel::update(of_these.filter(waiting))
        .set((
            ags_outbox::state.eq(OutboxState::Pending),
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::attempt.eq(0),
            ags_outbox::first_failed_at.eq(None::<UtcTime>),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(noted + rearmed)
}

/// The rows of a column that wait, also for a person.
///
/// # Errors
/// When the database fails.
pub fn list_waiting(conn: &mut Conn, item: &LineItemId) -> StoreResult<Vec<OutboxId>> {
    Ok(ags_outbox::table
        .filter(ags_outbox::line_item_id.eq(item))
        .filter(ags_outbox::state.eq_any(vec![OutboxState::Pending, OutboxState::Parked]))
        .filter(ags_outbox::last_class.is_null().or(ags_outbox::last_class.ne(Some(KEPT))))
        .select(ags_outbox::id)
        .load(conn)?)
}

/// The registrations for which something waits, each with the time when the first of it is due.
///
/// # Errors
/// When the database fails.
pub fn list_due(conn: &mut Conn) -> StoreResult<Vec<(RegistrationId, UtcTime)>> {
    let rows: Vec<(RegistrationId, Option<UtcTime>)> = ags_outbox::table
        .filter(ags_outbox::state.eq_any(vec![OutboxState::Pending, OutboxState::Parked]))
        .group_by(ags_outbox::registration_id)
        .select((ags_outbox::registration_id, diesel::dsl::min(ags_outbox::next_attempt_at)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(registration, at)| Some((registration, at?))).collect())
}

/// Makes the rows of a registration due that wait because its LMS could not be asked.
///
/// # Errors
/// When the database fails.
pub fn hurry(conn: &mut Conn, registration: &RegistrationId, now: UtcTime) -> StoreResult<()> {
    let waiting = ags_outbox::registration_id
        .eq(registration)
        .and(ags_outbox::state.eq(OutboxState::Pending))
        .and(ags_outbox::refusals.eq(0))
        .and(ags_outbox::last_class.is_not_null())
        .and(ags_outbox::next_attempt_at.gt(now));
    hold!(conn, waiting);
    diesel::update(ags_outbox::table.filter(waiting)).set(ags_outbox::next_attempt_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Makes refused rows due that somebody's launch may have mended: that person's own, and those of the
/// columns of the course. Only what has rested since `before`.
///
/// # Errors
/// When the database fails.
pub fn rearm_for(
    conn: &mut Conn,
    course: &CourseId,
    person: &PersonId,
    before: UtcTime,
    now: UtcTime,
) -> StoreResult<usize> {
    let of_course = line_items::table.filter(line_items::course_id.eq(course)).select(line_items::id);
    let columns: Vec<LineItemId> = of_course.load(conn)?;
    let own = ags_outbox::person_id.eq(person).and(ags_outbox::last_class.eq(Some(Verdict::UserNotGradable.as_str())));
    let of_columns = ags_outbox::last_class.eq_any(vec![
        Some(Verdict::Forbidden.as_str()),
        Some(Verdict::LineItemMissing.as_str()),
        Some(Verdict::NotAccepting.as_str()),
        Some(NO_SERVICE),
        Some(DISABLED),
        Some(GAVE_UP),
    ]);
    let refused = ags_outbox::line_item_id
        .eq_any(columns)
        .and(ags_outbox::state.eq(OutboxState::Parked))
        .and(ags_outbox::updated_at.lt(before))
        .and(own.or(of_columns));
    hold!(conn, refused.clone());
    Ok(diesel::update(ags_outbox::table.filter(refused))
        .set((
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::first_failed_at.eq(None::<UtcTime>),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?)
}
