//! What was read back from the LMSs.

use diesel::prelude::*;

use super::outbox::OutboxRow;
use crate::clock::UtcTime;
use crate::grades::model::{KEPT, OutboxState, Outgoing};
use crate::ids::{ActivityId, LineItemId, OutboxId, RegistrationId};
use crate::store::columns::Points;
use crate::store::schema::{ags_outbox, line_items};
use crate::store::{Conn, StoreResult};

/// The columns with something to read back, with their registrations.
///
/// # Errors
/// When the database fails.
pub fn list_columns_to_check(
    conn: &mut Conn,
    now: UtcTime,
    limit: i64,
) -> StoreResult<Vec<(LineItemId, RegistrationId)>> {
    Ok(ags_outbox::table
        .filter(ags_outbox::check_at.le(Some(now)))
        .filter(ags_outbox::state.eq(OutboxState::Delivered))
        .select((ags_outbox::line_item_id, ags_outbox::registration_id))
        .distinct()
        .limit(limit)
        .load(conn)?)
}

/// The rows of a column that the LMS took and that are read back.
///
/// # Errors
/// When the database fails.
pub fn list_checkable(conn: &mut Conn, item: &LineItemId) -> StoreResult<Vec<Outgoing>> {
    let rows: Vec<OutboxRow> = ags_outbox::table
        .filter(ags_outbox::line_item_id.eq(item))
        .filter(ags_outbox::state.eq(OutboxState::Delivered))
        .filter(ags_outbox::desired_rev.gt(0))
        .filter(ags_outbox::check_at.is_not_null())
        .order(ags_outbox::id)
        .select(OutboxRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Reads a column back at another time.
///
/// # Errors
/// When the database fails.
pub fn check_later(conn: &mut Conn, item: &LineItemId, at: UtcTime) -> StoreResult<()> {
    let of_column = ags_outbox::line_item_id.eq(item).and(ags_outbox::check_at.lt(Some(at)));
    hold!(conn, of_column);
    diesel::update(ags_outbox::table.filter(of_column)).set(ags_outbox::check_at.eq(Some(at))).execute(conn)?;
    Ok(())
}

/// Reads the columns of an activity back now.
///
/// # Errors
/// When the database fails.
pub fn check_now(conn: &mut Conn, activity: &ActivityId, now: UtcTime) -> StoreResult<usize> {
    let columns: Vec<LineItemId> =
        line_items::table.filter(line_items::activity_id.eq(activity)).select(line_items::id).load(conn)?;
    let delivered = ags_outbox::table
        .filter(ags_outbox::line_item_id.eq_any(columns))
        .filter(ags_outbox::state.eq(OutboxState::Delivered))
        .filter(ags_outbox::desired_rev.gt(0));
    Ok(diesel::update(delivered).set(ags_outbox::check_at.eq(Some(now))).execute(conn)?)
}

/// Makes all rows of a column due that the LMS had taken.
///
/// # Errors
/// When the database fails.
pub fn send_again(conn: &mut Conn, item: &LineItemId, now: UtcTime) -> StoreResult<()> {
    let delivered = ags_outbox::line_item_id
        .eq(item)
        .and(ags_outbox::state.eq(OutboxState::Delivered))
        .and(ags_outbox::desired_rev.gt(0));
    hold!(conn, delivered);
    diesel::update(ags_outbox::table.filter(delivered))
        .set((
            ags_outbox::state.eq(OutboxState::Pending),
            ags_outbox::delivered_rev.eq(0),
            ags_outbox::confirmed_rev.eq(0),
            ags_outbox::attempt.eq(0),
            ags_outbox::next_attempt_at.eq(now),
            ags_outbox::check_at.eq(None::<UtcTime>),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The row as it was read, as long as nothing happened to it since.
macro_rules! unchanged {
    ($row:expr) => {
        ags_outbox::table
            .filter(ags_outbox::id.eq(&$row.id))
            .filter(ags_outbox::desired_ts.eq($row.desired_ts))
            .filter(ags_outbox::state.eq(OutboxState::Delivered))
    };
}

/// The LMS has this grade.
///
/// # Errors
/// When the database fails.
pub fn confirm(conn: &mut Conn, row: &Outgoing, next: Option<UtcTime>, now: UtcTime) -> StoreResult<()> {
    diesel::update(unchanged!(row))
        .set((
            ags_outbox::confirmed_rev.eq(row.desired_rev),
            ags_outbox::checked_at.eq(Some(now)),
            ags_outbox::check_at.eq(next),
            ags_outbox::seen_points.eq(None::<Points>),
            ags_outbox::seen_at.eq(None::<UtcTime>),
        ))
        .execute(conn)?;
    Ok(())
}

/// The LMS has another grade, or none: a person chooses.
///
/// # Errors
/// When the database fails.
pub fn dispute(conn: &mut Conn, row: &Outgoing, theirs: Option<Points>, at: UtcTime, now: UtcTime) -> StoreResult<()> {
    diesel::update(unchanged!(row))
        .set((
            ags_outbox::state.eq(OutboxState::Conflict),
            ags_outbox::last_class.eq(Some("changed_there")),
            ags_outbox::seen_points.eq(theirs),
            ags_outbox::seen_at.eq(Some(at)),
            ags_outbox::checked_at.eq(Some(now)),
            ags_outbox::check_at.eq(None::<UtcTime>),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The LMS has lost this grade for a reason of its own.
///
/// # Errors
/// When the database fails.
pub fn park(conn: &mut Conn, row: &Outgoing, class: &str, until: UtcTime, now: UtcTime) -> StoreResult<()> {
    diesel::update(unchanged!(row))
        .set((
            ags_outbox::state.eq(OutboxState::Parked),
            ags_outbox::last_class.eq(Some(class.to_owned())),
            ags_outbox::next_attempt_at.eq(until),
            ags_outbox::checked_at.eq(Some(now)),
            ags_outbox::check_at.eq(None::<UtcTime>),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// A person chose what the LMS has, or to send no more.
///
/// # Errors
/// When the database fails.
pub fn stop(conn: &mut Conn, id: &OutboxId, now: UtcTime) -> StoreResult<usize> {
    let stuck = ags_outbox::state.eq_any(vec![OutboxState::Conflict, OutboxState::Parked]);
    let disputed = ags_outbox::table.filter(ags_outbox::id.eq(id)).filter(stuck);
    Ok(diesel::update(disputed)
        .set((
            ags_outbox::state.eq(OutboxState::Parked),
            ags_outbox::last_class.eq(Some(KEPT)),
            ags_outbox::next_attempt_at.eq(UtcTime(i64::MAX)),
            ags_outbox::updated_at.eq(now),
        ))
        .execute(conn)?)
}
